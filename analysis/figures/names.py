"""How pictures and pages name the therapy formats."""

FORMAT_TITLES = {"individual": "Individual", "group": "Group", "combined": "Combined"}
