"""A raw export read as it is: which column is what, before anything is coded.

In: a path and the clinic's mapping. Out: `RawTable`s.
Decisions: names and dates are welcome here and nowhere else, so nothing of a cell is ever shown,
and what the mapping does not name is dropped before any code is made.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from analysis.errors import Problem, RecordsError
from analysis.prepare.export import RawTable
from analysis.records.assignment.arrange import arrange_rows
from analysis.records.assignment.cannot import name_what_it_is
from analysis.records.assignment.columns import SHEET_HEADING, show_known
from analysis.records.assignment.plan import Proposal
from analysis.records.assignment.telling import tell_proposal
from analysis.records.assignment.values import Done, read_values
from analysis.records.checking.checks import refuse_totals
from analysis.records.checking.values import Faults
from analysis.records.headings import DATE_NAMES, missing_names, plain_name, resolve_headings
from analysis.records.mapping import Mapping
from analysis.records.privacy.identifiers import ID_NAMES
from analysis.records.reading.limits import check_variety
from analysis.records.reading.naming import NOT_IN_TABLE
from analysis.records.reading.reader import gather_tables, propose_meaning
from analysis.records.text import TextColumn, TextTable
from analysis.records.text_records import TextRecords


@dataclass(eq=False)
class RawExport:
    """What was read of a raw export.

    Attributes:
        tables: the raw tables.
        dropped: "file: heading" of each column left behind, as it may be shown.
        notes: what was mended while reading.
        faults: what was found wrong so far.
        mapping: what was declared, with what is certain.
    """

    tables: list[RawTable] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    mapping: Mapping = field(default_factory=Mapping)


def read_raw(path: str | Path, mapping: Mapping) -> RawExport:
    """Read a raw export.

    Raises:
        RecordsError: when a file cannot be read, a column needed is not named, or what is
            proposed must be confirmed first.
    """
    path = Path(path)
    records = TextRecords(path=path, mapping=mapping)
    named, declared = gather_tables(path, records, line_breaks=True)
    proposal = propose_meaning(named, declared, mapping, raw=True)
    export = RawExport(
        notes=records.notes, faults=Faults(problems=records.problems), mapping=proposal.certain
    )
    other = name_what_it_is(table for _, table in named)
    if other is not None:
        export.faults.problems.append(other)
    for name, table in named:
        _take_table(name, table, proposal, export)
    if export.faults.problems:
        appendix = "" if other else tell_proposal(proposal, path, prepare=True)
        raise RecordsError(export.faults.problems, appendix=appendix)
    return export


def _take_table(name: str, table: TextTable, proposal: Proposal, export: RawExport) -> None:
    mapping = proposal.certain
    names = resolve_headings(table.headings, name, mapping.columns, DATE_NAMES)
    if mapping.sheets and SHEET_HEADING in table.headings:
        names[table.headings.index(SHEET_HEADING)] = mapping.sheets
    too_large = check_variety(table, [known if known in ID_NAMES else "" for known in names])
    if too_large:
        raise RecordsError(too_large)
    if not mapping.totals:
        table = refuse_totals(table, names, export.faults)
    columns: dict[str, list[TextColumn]] = {}
    used = {plain_name(str(value)) for block in mapping.reviews for value in block.values()}
    used |= {plain_name(value) for block in mapping.goals for value in block.values()}
    for column, known in zip(table.columns, names, strict=True):
        if known:
            columns.setdefault(known, []).append(column)
        elif plain_name(column.heading) not in used:
            shown = show_known(column.heading, column.position)
            export.dropped.append(f"{table.file}: {shown}")
    for known, several in columns.items():
        if len(several) > 1 and known != "child_id":
            export.faults.refuse_whole(
                table,
                f'{len(several)} columns stand for "{known}".',
                "Keep one of them in the mapping; only child_id may be made of several columns.",
                "duplicate_column",
                show_known(several[1].heading, several[1].position),
            )
    present = {*columns, *(("week",) if "date" in columns else ())}
    if name == "flat" and not proposal.structural:
        done = arrange_rows(table, columns, mapping)
        if done.unmatched:
            export.faults.refuse_whole(table, *NOT_IN_TABLE, "mapping")
        export.notes += [f"{table.file}: {note}" for note in done.notes]
        table, columns = done.table, done.columns
        present |= {*columns, *(("week",) if "date" in columns else ())}
    _name_missing(name, table, present, proposal, export)
    names = [known for known, several in columns.items() for _ in several]
    flat = tuple(column for several in columns.values() for column in several)
    counted = Done()
    read = read_values(replace(table, columns=flat), names, mapping, counted)
    export.notes += [f"{sentence} ({n:,})" for sentence, n in counted.counts.items()]
    again: dict[str, list[TextColumn]] = {}
    for column, known in zip(read.columns, names, strict=True):
        again.setdefault(known, []).append(column)
    export.tables.append(RawTable(name, read, again))


def _name_missing(
    name: str, table: TextTable, present: set[str], proposal: Proposal, export: RawExport
) -> None:
    lacking = missing_names(name, present)
    if not lacking and not proposal.open_items:
        return
    if lacking:
        fault = f"nothing says which columns hold: {', '.join(lacking)}."
    else:
        fault = f"{len(proposal.open_items)} things about these columns must be confirmed first."
    export.faults.problems.append(
        Problem(
            fault,
            "Look at what is proposed below, and accept or correct it; nothing was guessed for "
            "you.",
            file=table.file,
            code="missing_column" if lacking else "to_confirm",
        )
    )
