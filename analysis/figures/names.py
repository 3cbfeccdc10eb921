"""How pictures and pages name the therapy formats, and which a clinic does not have."""

FORMAT_TITLES = {"individual": "Individual", "group": "Group", "combined": "Combined"}


def absent_formats(summary: Summary) -> frozenset[str]:
    """Give the formats that no child in the records was planned for."""
    gates = summary.method.gates
    return frozenset(gate.format for gate in gates if gate.rule == "absent")
