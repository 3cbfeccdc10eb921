"""What the columns of a table stand for, said, and the table arranged as far as that is certain.

In: a table as text and the proposal for it. Out: the table in `TextRecords`, its columns named,
with a problem for each column that is missing and each thing that must be confirmed first.
"""

from __future__ import annotations

from pathlib import Path

from analysis.errors import Problem
from analysis.records.assignment.arrange import arrange_rows
from analysis.records.assignment.columns import show_known
from analysis.records.assignment.meanings import heading_means
from analysis.records.assignment.plan import CERTAIN, Proposal
from analysis.records.assignment.sheets import SHEET_HEADING
from analysis.records.assignment.values import Done, read_values
from analysis.records.assignment.visits import read_visit
from analysis.records.headings import (
    LEFT_OUT,
    missing_names,
    nearest_heading,
    plain_name,
    resolve_headings,
)
from analysis.records.mapping import Mapping
from analysis.records.reading.sources import REQUIRED_TABLES
from analysis.records.schema import FLAT_REQUIRED
from analysis.records.text import TextColumn, TextTable
from analysis.records.text_records import TextRecords

NOT_IN_TABLE = (
    "a [[reviews]] or [[goals]] part of the mapping names a heading that is not in this table.",
    "Write the headings as they stand in the first line of the table.",
)


def take_table(name: str, table: TextTable, proposal: Proposal, records: TextRecords) -> None:
    """Put a table among the records, its columns named and its rows arranged where certain."""
    mapping = proposal.certain
    names = resolve_headings(table.headings, name, mapping.columns)
    if mapping.sheets and SHEET_HEADING in table.headings:
        names[table.headings.index(SHEET_HEADING)] = mapping.sheets
    declared = records.mapping
    _refuse_no_rows(name, table, names, records)
    _refuse_twice(table, names, records)
    arrangeable = not proposal.structural and name == "flat"
    present = {*filter(None, names)}
    if arrangeable and (mapping.has_layout or mapping.totals):
        _tell_dropped(name, table, names, proposal, records)
        found: dict[str, list[TextColumn]] = {}
        for column, known in zip(table.columns, names, strict=True):
            if known:
                found.setdefault(known, [column])
        done = arrange_rows(table, found, mapping)
        if done.unmatched:
            records.problems.append(_not_in_table(table))
        records.notes += [f"{_file_and_sheet(table)}: {note}" for note in done.notes]
        table, names = done.table, list(done.columns)
        _say_missing(name, table, {*names}, proposal, records)
    elif not any(names) and _has_no_headings(table):
        _refuse_no_headings(name, table, records)
        records.proposal = None
    else:
        _say_missing(name, table, present, proposal, records)
        _say_open(table, proposal, records)
        _tell_dropped(name, table, names, proposal, records)
    counted = Done()
    records.tables[name] = read_values(table, names, mapping, counted)
    records.names[name] = names
    records.notes += [f"{sentence} ({n:,})" for sentence, n in counted.counts.items()]
    _tell_taken(table, proposal, records)
    unused = _unused_headings(table, declared)
    if unused and len(records.tables) == 1:
        records.notes.append(f"the mapping names headings that are in no table: {unused}")


def name_missing_tables(records: TextRecords) -> None:
    """Add a problem for each table that is needed and was not found."""
    for name in REQUIRED_TABLES:
        if name not in records.tables and not _refused_already(name, records):
            records.problems.append(
                Problem(
                    f"the table {name} is missing.",
                    f"Add {name}.csv (or a sheet called {name}), or give one flat sheet.",
                    code="missing_table",
                )
            )


def _unused_headings(table: TextTable, mapping: Mapping) -> str:
    present = {plain_name(heading) for heading in table.headings}
    present |= {plain_name(column.heading) for column in table.columns}
    unused = [heading for heading in mapping.columns if plain_name(heading) not in present]
    return ", ".join(f'"{show_known(heading, 1)}"' for heading in unused)


def _refused_already(name: str, records: TextRecords) -> bool:
    return any(
        name == "flat" or plain_name(Path(problem.file).stem) == name
        for problem in records.problems
    )


def _refuse_no_rows(name: str, table: TextTable, names: list[str], records: TextRecords) -> None:
    needed = name == "flat" or name in REQUIRED_TABLES
    if needed and any(names) and not table.n_rows and not _refused_already(name, records):
        records.problems.append(
            Problem(
                "there are headings but no rows.",
                "Export it again, with the records.",
                file=_file_and_sheet(table),
                code="no_rows",
            )
        )


def _refuse_twice(table: TextTable, names: list[str], records: TextRecords) -> None:
    shown = [show_known(column.heading, column.position) for column in table.columns]
    for schema_name in dict.fromkeys(filter(None, names)):
        twice = [shown[i] for i, known in enumerate(names) if known == schema_name]
        if len(twice) > 1:
            records.problems.append(
                Problem(
                    f'{len(twice)} columns stand for "{schema_name}".',
                    "Keep the one that is right and remove the other.",
                    file=table.file,
                    column=twice[1],
                    code="duplicate_column",
                )
            )


def _has_no_headings(table: TextTable) -> bool:
    return not any(
        heading_means(heading) or read_visit(heading) is not None or _is_misspelt(heading)
        for heading in table.headings
    )


def _is_misspelt(heading: str) -> bool:
    return any(nearest_heading(name, [heading]) for name in FLAT_REQUIRED)


def _refuse_no_headings(name: str, table: TextTable, records: TextRecords) -> None:
    wanted = missing_names(name, ())
    records.problems.append(
        Problem(
            "none of the columns needed is there: the first line does not look like headings.",
            f"Write one line of headings above the records: {', '.join(wanted)}.",
            file=_file_and_sheet(table),
            code="no_headings",
        )
    )


def _say_missing(
    name: str, table: TextTable, present: set[str], proposal: Proposal, records: TextRecords
) -> None:
    """Add a problem for each column that is needed and not there, with the one it may be."""
    by_name = {item.means: item for item in proposal.items if item.part == "columns"}
    arranged = {item.part for item in proposal.open_items}
    for schema_name in missing_names(name, present):
        near = by_name.get(schema_name)
        if near is not None:
            mend = f'Is it the column "{near.given}"? Then accept what is proposed below.'
        elif schema_name not in proposal.lacking and arranged & {"reviews", "goals", "layout"}:
            continue
        else:
            mend = "Add it, or say in a mapping file which of your columns it is."
        records.problems.append(
            Problem(
                f'there is no column "{schema_name}".',
                mend,
                file=_file_and_sheet(table),
                code="missing_column",
            )
        )


def _say_open(table: TextTable, proposal: Proposal, records: TextRecords) -> None:
    """Add one problem for what is to be confirmed about the layout."""
    parts = ("reviews", "goals", "layout")
    if any(item.part in parts for item in proposal.open_items):
        records.problems.append(
            Problem(
                "the rows are no single reviews: how the sheet is laid out must be confirmed.",
                "Look at what is proposed below and accept it, or correct it.",
                file=_file_and_sheet(table),
                code="to_confirm",
            )
        )


def _tell_dropped(
    name: str, table: TextTable, names: list[str], proposal: Proposal, records: TextRecords
) -> None:
    mapping = proposal.mapping
    inner = {plain_name(str(value)) for one in mapping.reviews for value in one.values()}
    inner |= {plain_name(value) for one in mapping.goals for value in one.values()}
    inner |= {plain_name(one) for one, name in mapping.columns.items() if name != LEFT_OUT}
    dropped = [
        show_known(column.heading, column.position)
        for column, known in zip(table.columns, names, strict=True)
        if not known and column.heading and plain_name(column.heading) not in inner
    ]
    if dropped:
        records.notes.append(
            f"{_file_and_sheet(table)}: columns not read and dropped: {', '.join(dropped)}"
        )


def _tell_taken(table: TextTable, proposal: Proposal, records: TextRecords) -> None:
    said = [
        f'"{item.given}" as {item.means}'
        for item in proposal.items
        if item.certainty == CERTAIN and item.part in ("columns", "reviews")
    ]
    note = f"{_file_and_sheet(table)}: by heading and values, {', '.join(said)}"
    if said and note not in records.notes:
        records.notes.append(note)


def _not_in_table(table: TextTable) -> Problem:
    return Problem(
        *NOT_IN_TABLE,
        file=table.file,
        code="mapping",
    )


def _file_and_sheet(table: TextTable) -> str:
    return f"{table.file}, {table.sheet}" if table.sheet else table.file
