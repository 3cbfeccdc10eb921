"""Tables that share a code (children, goals, scores on sheets of their own) joined to one.

In: tables as text. Out: the table that holds the levels, with the columns of the others beside it.
Decisions: a table is joined only by a column of codes that stands once for each of its rows; the
row it came from stays that of the table with the levels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analysis.records.assignment.meanings import heading_means
from analysis.records.assignment.profile import Profile
from analysis.records.assignment.visits import read_visit
from analysis.records.assignment.words import CERTAIN
from analysis.records.headings import plain_name
from analysis.records.text import TextColumn, TextTable, clean_text, column_from_cells

KEYS = ("goal_id", "child_id")


def join_tables(tables: Sequence[TextTable]) -> TextTable | None:
    """Give the table with the levels joined with the others, or None when they do not fit."""
    scored = [(n_level_columns(table), table.n_rows, i) for i, table in enumerate(tables)]
    best = max(scored, default=(0, 0, 0))
    if not best[0]:
        return None
    main = tables[best[2]]
    left = [table for i, table in enumerate(tables) if i != best[2]]
    n_joined, again = 0, True
    while again:
        again = False
        for table in list(left):
            key = _shared_key(main, table)
            if key:
                main = _join(main, table, *key)
                left.remove(table)
                n_joined += 1
                again = True
    return main if n_joined else None


def n_level_columns(table: TextTable) -> int:
    """Count the columns of a table that hold levels under a heading of a visit or of levels."""
    n = 0
    for column in table.columns:
        named = read_visit(column.heading) is not None or any(
            name == "attainment" for name, _ in heading_means(column.heading)
        )
        n += named and Profile(column, table.n_rows).levels >= 0.8
    return n


def _key_of(table: TextTable, name: str) -> TextColumn | None:
    found = [column for column in table.columns if (name, CERTAIN) in heading_means(column.heading)]
    return found[0] if len(found) == 1 else None


def _shared_key(main: TextTable, other: TextTable) -> tuple[TextColumn, TextColumn] | None:
    for name in KEYS:
        own, theirs = _key_of(main, name), _key_of(other, name)
        if own is None or theirs is None:
            continue
        cells = [cell for cell in _cells(theirs) if cell]
        known = set(_cells(own)) - {""}
        if cells and len(set(cells)) == len(cells) and len(known & set(cells)) * 2 > len(known):
            return own, theirs
    return None


def _join(main: TextTable, other: TextTable, own: TextColumn, theirs: TextColumn) -> TextTable:
    row_of = {cell: row for row, cell in enumerate(_cells(theirs)) if cell}
    rows = [row_of.get(cell, -1) for cell in _cells(own)]
    have = {plain_name(heading) for heading in main.headings}
    position = max(column.position for column in main.columns)
    added = []
    for column in other.columns:
        if column is theirs or plain_name(column.heading) in have:
            continue
        position += 1
        cells = _cells(column)
        added.append(
            column_from_cells(
                column.heading, position, [cells[row] if row >= 0 else "" for row in rows]
            )
        )
    return replace(main, columns=(*main.columns, *added))


def _cells(column: TextColumn) -> list[str]:
    texts = [clean_text(value) for value in column.values]
    return [texts[code] for code in column.codes]
