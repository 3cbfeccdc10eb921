"""Sheets of one form (one for each child, therapist or term) as one table.

In: tables as text. Out: one table, each row still knowing its sheet; a column for what the sheets'
names stand for, and for what is said above the headings ("Therapy: Group").
Decisions: only lines above the headings whose word is known ("Therapy", "Age", "Child") become
columns; they are judged for identifiers like any other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analysis.records.assignment.columns import SHEET_HEADING
from analysis.records.assignment.meanings import heading_means
from analysis.records.assignment.visits import read_visit
from analysis.records.assignment.words import CERTAIN, read_domain, read_format
from analysis.records.headings import plain_name
from analysis.records.text import TextColumn, TextTable, clean_text, column_from_cells, word_set

PAIR = re.compile(r"\s*([^:=]{2,30}?)\s*[:=]\s*(.{1,40}?)\s*")
TITLED = ("child_id", "format", "age_years", "therapist_id", "group_id", "site", "episode_id")
TERM_WORDS = word_set(
    "term autumn winter spring summer fall semester quarter block year q jan feb mar apr may jun "
    "jul aug sep oct nov dec cohort"
)
ROLE_WORDS = {
    "therapist_id": word_set("therapist ot clinician therapeut"),
    "group_id": word_set("group grp gruppe groupe"),
    "site": word_set("site clinic location centre school"),
    "child_id": word_set("child client patient kind pupil"),
}


def are_alike(tables: Sequence[TextTable]) -> bool:
    """Tell whether tables have the same headings, or nearly."""
    sets = [{plain_name(heading) for heading in table.headings} for table in tables]
    common = set.intersection(*sets)
    most = max(map(len, sets))
    return len(common) >= 2 and len(common) * 5 >= 4 * most


def what_sheets_are(keys: Sequence[str]) -> str:
    """Give what the names of sheets of one form most likely stand for."""
    if all(read_format(key)[1] == CERTAIN for key in keys):
        return "format"
    if all(read_domain(key)[1] == CERTAIN for key in keys):
        return "domain"
    terms = [set(re.findall(r"[a-z]+", plain_name(key))) & TERM_WORDS for key in keys]
    if all(terms):
        return "together"
    visits = [read_visit(key) for key in keys]
    if all(visit is not None and not visit.left for visit in visits):
        return "week"
    words = [set(re.findall(r"[^\W\d_]+", plain_name(key))) for key in keys]
    for column, known in ROLE_WORDS.items():
        if all(word & known for word in words):
            return column
    codes = [bool(re.fullmatch(r"[A-Za-z]{0,4}[-_ ]?\d{1,6}", clean_text(key))) for key in keys]
    return "child_id" if all(codes) else "together"


def with_titles(table: TextTable) -> TextTable:
    """Give the table with a column for each known word that a line above the headings explains."""
    said: dict[str, tuple[str, str]] = {}
    for cells in table.titles:
        pairs = [found.groups() for cell in cells if (found := PAIR.fullmatch(cell))]
        if len(cells) >= 2 and not pairs:
            pairs = list(zip(cells[::2], cells[1::2], strict=False))
        for word, value in pairs:
            word = word.rstrip(": ")
            name = next((name for name, sure in heading_means(word) if sure == CERTAIN), "")
            if name in TITLED and not _has(table.headings, name):
                said.setdefault(name, (word, value))
    if not said:
        return table
    width = max((column.position for column in table.columns), default=0)
    added = tuple(
        column_from_cells(word, width + i, [value] * table.n_rows)
        for i, (word, value) in enumerate(said.values(), 1)
    )
    return replace(table, columns=(*table.columns, *added))


def _has(headings: Sequence[str], name: str) -> bool:
    return any((name, CERTAIN) in heading_means(heading) for heading in headings)


def stack_sheets(tables: Sequence[TextTable]) -> TextTable:
    """Give one table with the rows of all, and a column with each row's sheet."""
    tables = [with_titles(table) for table in tables]
    first = tables[0]
    headings: dict[str, str] = {}
    for table in tables:
        for heading in table.headings:
            headings.setdefault(plain_name(heading), heading)
    sizes = [table.n_rows for table in tables]
    columns = []
    for position, (plain, heading) in enumerate(headings.items(), 1):
        cells: list[str] = []
        for table in tables:
            column = next((one for one in table.columns if plain_name(one.heading) == plain), None)
            cells += _cells(column) if column is not None else [""] * table.n_rows
        columns.append(column_from_cells(heading, position, cells))
    keys = [key for table, n in zip(tables, sizes, strict=True) for key in [_key(table)] * n]
    columns.append(column_from_cells(SHEET_HEADING, len(columns) + 1, keys))
    ledger: dict[str, int] = {}
    for table in tables:
        for reason, n in table.ledger.items():
            ledger[reason] = ledger.get(reason, 0) + n
    return replace(
        first,
        sheet="",
        columns=tuple(columns),
        lines=np.concatenate([table.lines for table in tables]),
        ledger=ledger,
        notes=(),
        titles=(),
        sheet_names=tuple(table.sheet for table in tables),
        sheet_of=np.repeat(np.arange(len(tables)), sizes),
    )


def _key(table: TextTable) -> str:
    return clean_text(table.sheet_key or table.sheet)


def _cells(column: TextColumn) -> list[str]:
    return [column.values[code] for code in column.codes]


__all__ = ["SHEET_HEADING", "are_alike", "stack_sheets", "what_sheets_are", "with_titles"]
