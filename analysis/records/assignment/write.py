"""A mapping as the text of a TOML file.

In: a `Mapping`. Out: text that `read_mapping` reads back as the same mapping.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as AnyMapping

from analysis.records.mapping import DATE_ORDERS, NUMBERED, Mapping


def mapping_text(
    mapping: Mapping,
    remarks: AnyMapping[tuple[str, str], str] | None = None,
    unknown: AnyMapping[str, Iterable[str]] | None = None,
    choices: AnyMapping[str, str] | None = None,
) -> str:
    """Give the text of a mapping file.

    Args:
        mapping: what to write.
        remarks: (part, what is given) to a remark set behind its line.
        unknown: schema column to labels for which a line is left to be filled in.
        choices: schema column to what may stand there, for those lines.
    """
    remarks = remarks or {}
    lines: list[str] = []

    def begin(part: str) -> None:
        lines.extend(["", part] if lines else [part])

    def entry(part: str, given: str, value: str) -> None:
        remark = remarks.get((part, given), "")
        lines.append(f"{quoted(given)} = {value}" + (f"  # {remark}" if remark else ""))

    for part, entries in (("columns", mapping.columns), ("tables", mapping.tables)):
        if entries:
            begin(f"[{part}]")
            for given, name in entries.items():
                entry(part, given, quoted(name))
    for part, said in _settings(mapping):
        begin(f"[{part}]")
        lines.extend(said)
    if mapping.formats:
        begin("[formats]")
        lines.extend(f"{name} = {quoted(heading)}" for name, heading in mapping.formats.items())
    for block in mapping.goals:
        begin("[[goals]]")
        lines.extend(f"{key} = {quoted(value)}" for key, value in block.items())
    for review in mapping.reviews:
        begin("[[reviews]]")
        for key, value in review.items():
            said_week = str(value) if isinstance(value, int) else quoted(value)
            remark = remarks.get(("reviews", str(review["level"])), "") if key == "week" else ""
            lines.append(f"{key} = {said_week}" + (f"  # {remark}" if remark else ""))
    columns = dict.fromkeys([*mapping.labels, *(unknown or {})])
    for column in columns:
        labels = mapping.labels.get(column, {})
        left = [label for label in (unknown or {}).get(column, ()) if label[0] != "("]
        if not labels and not left:
            continue
        begin(f"[labels.{column}]")
        for given, label in labels.items():
            number = column in NUMBERED and label.lstrip("-").isdigit()
            entry(f"labels.{column}", given, label if number else quoted(label))
        what = (choices or {}).get(column, "")
        lines.extend(f"# {quoted(given)} = {what}" for given in left)
    return "\n".join(lines) + "\n" if lines else ""


def _settings(mapping: Mapping) -> list[tuple[str, list[str]]]:
    levels = []
    if mapping.lowest_level != Mapping().lowest_level:
        levels.append(f"lowest = {mapping.lowest_level}")
    if mapping.halves:
        levels.append('halves = "level_below"')
    unit = "days" if mapping.days else "months" if mapping.months else ""
    if mapping.weeks_said and not (unit or mapping.reviews or "week" in mapping.labels):
        unit = "weeks"
    layout = [
        f"{key} = {quoted(value)}"
        for key, value in (
            ("goals", mapping.goal_rule),
            ("fill", mapping.fill),
            ("sheets", mapping.sheets),
            ("totals", "leave_out" if mapping.totals else ""),
        )
        if value
    ]
    order = DATE_ORDERS[mapping.day_first]
    found = (
        ("layout", layout),
        ("levels", levels),
        ("weeks", [f"unit = {quoted(unit)}"] if unit else []),
        ("ages", ['unit = "months"'] if mapping.age_months else []),
        ("dates", [f"order = {quoted(order)}"] if order else []),
    )
    return [(part, said) for part, said in found if said]


def quoted(text: str) -> str:
    """Give a text as TOML writes it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    escaped = "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in escaped)
    return f'"{escaped}"'
