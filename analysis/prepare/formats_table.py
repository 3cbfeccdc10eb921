"""The table beside FHIR bundles: each patient's planned format, and what else is known.

In: a table by the patient's id or whole address. Out: for each column, what it says of whom.
Decisions: an address tells two servers' patients apart; an id alone stands for whoever has it.
"""

from __future__ import annotations

from pathlib import Path

from analysis.errors import Problem, RecordsError
from analysis.prepare.bundles import plain_address, take_id
from analysis.records.headings import DATE_NAMES, missing_names, resolve_headings
from analysis.records.mapping import Mapping
from analysis.records.reading.sources import read_source
from analysis.records.text import TextTable, clean_text
from analysis.records.text_records import TextRecords


def read_formats(path: Path, mapping: Mapping) -> dict[str, dict[str, str]]:
    """Give what the table of formats says of each child: column to (child to text).

    Raises:
        RecordsError: when it lacks a column or says two things of one patient.
    """
    records = TextRecords()
    found = read_source(path, "episodes", mapping, records, line_breaks=True)
    if not records.problems and found:
        table = found[0][1]
        names = resolve_headings(table.headings, "episodes", mapping.columns, DATE_NAMES)
        missing = missing_names("episodes", names)
        if not missing:
            return _by_child(table, names)
        records.problems.append(
            Problem(
                f"the table of formats lacks: {', '.join(missing)}.",
                "Name the columns in the mapping file, or add them.",
                file=table.file,
                code="missing_column",
            )
        )
    raise RecordsError(records.problems)


def _by_child(table: TextTable, names: list[str]) -> dict[str, dict[str, str]]:
    cells = {
        name: [clean_text(column.values[code]) for code in column.codes]
        for column, name in zip(table.columns, names, strict=True)
        if name
    }
    children = [
        plain_address(child) if "://" in child else take_id(child)
        for child in cells.pop("child_id")
    ]
    known: dict[str, dict[str, str]] = {}
    for name, values in cells.items():
        known[name] = {}
        for child, value in zip(children, values, strict=True):
            if known[name].setdefault(child, value) != value:
                raise RecordsError(
                    [
                        Problem(
                            f"a patient has two different values of {name}.",
                            "Keep one row for each patient.",
                            file=table.file,
                            column=name,
                            code="two_values",
                        )
                    ]
                )
    for by_child in known.values():
        tails: dict[str, set[str]] = {}
        for child, value in by_child.items():
            tails.setdefault(take_id(child), set()).add(value)
        by_child.update({tail: min(two) for tail, two in tails.items() if len(two) == 1})
    return known
