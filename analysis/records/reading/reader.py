"""From a path to tables of text: which file or sheet is which table, and nothing more.

In: a folder of tables, a workbook, or one flat file (CSV and its kin, .xlsx, Parquet). Out:
`TextRecords`, every line accounted for, with the problems found so far.
Decisions: direct identifiers and real dates are refused here, before a single cell is given a
meaning. What columns, visits and labels mean is proposed by `assignment`; what is certain is used
and said, the rest is asked about.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from analysis.errors import Problem, RecordsError
from analysis.records.assignment.arrange import find_footers
from analysis.records.assignment.cannot import name_measure, name_what_it_is
from analysis.records.assignment.joining import join_tables
from analysis.records.assignment.meanings import heading_means
from analysis.records.assignment.plan import CERTAIN, LIKELY, Item, Proposal
from analysis.records.assignment.profile import Profile
from analysis.records.assignment.propose import propose_tables
from analysis.records.assignment.sheets import (
    SHEET_HEADING,
    are_alike,
    stack_sheets,
    what_sheets_are,
    with_titles,
)
from analysis.records.assignment.telling import tell_proposal
from analysis.records.headings import DATE_NAMES, missing_names, plain_name, resolve_headings
from analysis.records.mapping import Mapping
from analysis.records.privacy.identifiers import Judged, find_identifiers
from analysis.records.reading.limits import check_variety, first_values
from analysis.records.reading.naming import name_missing_tables, take_table
from analysis.records.reading.sources import find_sources, read_source, sheet_merit
from analysis.records.text import TextTable
from analysis.records.text_records import TextRecords

SHEETS_TOLD = {
    "together": ("sheets of one form", "the rows of one table", "they have the same headings"),
    "joined": ("each sheet", "a table of its own, joined by its codes", "they share codes"),
}


def read_text(path: str | Path, mapping: Mapping) -> TextRecords:
    """Read every table at `path` as text, refused when it holds identifiers.

    Raises:
        RecordsError: with `privacy=True` when a direct identifier or a real date is in any
            table; without it when there is nothing to read at all, or nothing that could be read
            as goals.
    """
    path = Path(path)
    records = TextRecords(path=path, mapping=mapping)
    named, declared = gather_tables(path, records)
    _refuse_variety([(table, _judged_names(name, table, declared)) for name, table in named])
    other = name_what_it_is(table for _, table in named)
    proposal = propose_meaning(named, declared, mapping)
    if other is None and "attainment" in proposal.lacking:
        other = _other_measure(named, proposal)
    records.proposal = proposal
    judged = [(table, _judged_names(name, table, proposal.mapping)) for name, table in named]
    _refuse_variety(judged)
    _refuse_identifiers(judged, records, other, proposal.mapping, named, declared)
    if other is not None:
        raise RecordsError([other])
    for name, table in named:
        take_table(name, table, proposal, records)
    if named and "flat" not in records.tables:
        name_missing_tables(records)
    return records


def gather_tables(
    path: Path, records: TextRecords, *, line_breaks: bool = False
) -> tuple[list[tuple[str, TextTable]], Mapping]:
    """Read the tables at a path; faults of files go to `records` (see `name_tables`)."""
    found: list[tuple[str, TextTable]] = []
    for source, table_name in find_sources(path, records.mapping, records):
        found += read_source(source, table_name, records.mapping, records, line_breaks)
    return name_tables(found, records.mapping)


def name_tables(
    found: list[tuple[str, TextTable]], mapping: Mapping
) -> tuple[list[tuple[str, TextTable]], Mapping]:
    """Give each table its schema name; sheets of one form become one table.

    Returns:
        (tables, declared): the mapping says what sheets are taken for.
    """
    tables = [table for _, table in found]
    loose = len(found) > 1 and all(name in ("", "flat") for name, _ in found)
    if loose and are_alike(tables) and mapping.sheets != "joined":
        what = mapping.sheets or what_sheets_are([table.sheet_key for table in tables])
        stacked = stack_sheets(tables)
        has_child = any(
            ("child_id", CERTAIN) in heading_means(heading) for heading in stacked.headings
        )
        if what == "child_id" and has_child and not mapping.sheets:
            what = "together"
        if what == "together":
            kept = tuple(one for one in stacked.columns if one.heading != SHEET_HEADING)
            stacked = replace(stacked, columns=kept)
        return [("flat", stacked)], replace(mapping, sheets=what)
    if loose:
        joined = join_tables(tables)
        if joined is not None:
            return [("flat", joined)], replace(mapping, sheets="joined")
        found = [max(found, key=lambda one: sheet_merit(one[1], mapping))]
    if len(found) == 1:
        name, table = found[0]
        flat = resolve_headings(table.headings, "flat", mapping.columns)
        if not name or (name == "reviews" and not missing_names("flat", flat)):
            return [("flat", with_titles(table))], mapping
    return [(name or "flat", table) for name, table in found], mapping


def propose_meaning(
    named: list[tuple[str, TextTable]], declared: Mapping, said: Mapping, *, raw: bool = False
) -> Proposal:
    """Propose what everything in the tables means.

    Args:
        named: schema name and text of each table.
        declared: the clinic's mapping with what sheets are taken for.
        said: the clinic's mapping as it is.
        raw: whether names and dates are welcome.
    """
    proposal = propose_tables(named, declared, raw=raw)
    if declared.sheets != said.sheets:
        given, means, reason = SHEETS_TOLD.get(
            declared.sheets,
            (
                "sheets of one form",
                f"one for each {declared.sheets}: the sheet's name says which",
                "they have the same headings",
            ),
        )
        proposal.items.append(Item("layout", given, means, reason, LIKELY))
        proposal.certain = replace(
            proposal.certain, sheets="", reviews=said.reviews, goals=said.goals
        )
    for _, table in named:
        if not said.totals and find_footers(table).any():
            given = "rows of totals or notes under the table"
            reason = "they are no records"
            proposal.items.append(Item("totals", given, "left out", reason, LIKELY))
            proposal.mapping = replace(proposal.mapping, totals=True)
    return proposal


def _other_measure(named: list[tuple[str, TextTable]], proposal: Proposal) -> Problem | None:
    taken = {plain_name(heading) for heading in proposal.mapping.columns}
    for _, table in named:
        spare = [
            Profile(column, table.n_rows)
            for column in table.columns
            if plain_name(column.heading) not in taken
        ]
        told = name_measure(spare)
        if told:
            code, fault, mend = told
            return Problem(fault, mend, file=table.file, code=code)
    return None


def _judged_names(name: str, table: TextTable, mapping: Mapping) -> list[str]:
    """Give the schema column by which each column is judged, those of visits and goals too."""
    names = resolve_headings(table.headings, name, mapping.columns, DATE_NAMES)
    inner: dict[str, str] = {}
    for review in mapping.reviews:
        inner[plain_name(str(review["level"]))] = "attainment"
    for block in mapping.goals:
        inner |= {plain_name(value): key for key, value in block.items() if key != "goal"}
    given = [
        known or inner.get(plain_name(heading), "")
        for known, heading in zip(names, table.headings, strict=True)
    ]
    if mapping.sheets and SHEET_HEADING in table.headings:
        given[table.headings.index(SHEET_HEADING)] = mapping.sheets
    return ["" if known in DATE_NAMES else known for known in given]


def _refuse_variety(judged: list[tuple[TextTable, list[str]]]) -> None:
    too_large = [problem for table, names in judged for problem in check_variety(table, names)]
    if too_large:
        raise RecordsError(too_large)


def _refuse_identifiers(
    judged: list[tuple[TextTable, list[str]]],
    records: TextRecords,
    other: Problem | None,
    mapping: Mapping,
    named: list[tuple[str, TextTable]],
    declared: Mapping,
) -> None:
    seen: Judged = {}
    problems = [
        problem
        for table, names in judged
        for problem in find_identifiers(first_values(table, names), names, mapping.labels, seen)
    ]
    if not problems:
        return
    appendix = ""
    if other is None:
        raw = propose_meaning(named, declared, records.mapping, raw=True)
        appendix = tell_proposal(raw, records.path, prepare=True)
    others = [other] if other is not None else []
    raise RecordsError([*others, *problems, *records.problems], privacy=True, appendix=appendix)
