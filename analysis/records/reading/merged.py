"""What a sheet hides from the reader of its cells alone: merged cells, hidden rows and columns.

In: a table of text and what its sheet said about merging and hiding. Out: the table with merged
cells filled down, and sentences that count what was filled and what nobody sees on the screen.
Decisions: a cell merged over several rows stands for all of them, though only the first is
stored. Merging across columns and merged headings are left as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from analysis.records.privacy.identifiers import show_heading
from analysis.records.reading.limits import WIDEST
from analysis.records.text import TextColumn, TextTable


@dataclass(frozen=True)
class Merge:
    """Cells merged into one: its first column, first and last row, counted from 1."""

    column: int
    first: int
    last: int


@dataclass
class SheetMarks:
    """What a sheet says beside its cells.

    Attributes:
        merges: cells merged over more than one row.
        hidden_rows: rows with content that are not shown.
        hidden_columns: first and last of each run of columns that are not shown.
    """

    merges: list[Merge] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)


def apply_marks(table: TextTable, marks: SheetMarks) -> TextTable:
    """Give the table with merged cells filled, and what to say about it among its notes."""
    columns, told = fill_merged(table, marks.merges)
    n_rows = int(np.isin(table.lines, marks.hidden_rows).sum())
    unseen = np.zeros(WIDEST + 2, dtype=bool)
    for low, high in marks.hidden_columns:
        unseen[max(low, 0) : high + 1] = True
    n_columns = sum(bool(unseen[column.position]) for column in table.columns)
    for n, what, does in (
        (n_rows, "row", "hidden by hand or by a filter"),
        (n_columns, "column", "hidden"),
    ):
        if n:
            was = f"{what} is" if n == 1 else f"{what}s are"
            told.append(
                f"{n:,} {was} {does} and read like the others; delete what is not wanted and "
                "save again"
            )
    if not told:
        return table
    return replace(table, columns=columns, notes=(*table.notes, *told))


def fill_merged(
    table: TextTable, merges: Sequence[Merge]
) -> tuple[tuple[TextColumn, ...], list[str]]:
    """Give the columns with each merged cell's text on all of its rows, and what was filled."""
    columns, told = [], []
    of_column: dict[int, list[Merge]] = {}
    for merge in merges:
        of_column.setdefault(merge.column, []).append(merge)
    for column in table.columns:
        own = of_column.get(column.position, [])
        if not own:
            columns.append(column)
            continue
        codes = column.codes.copy()
        blank = np.array([not value.strip() for value in column.values] or [True])
        n_filled = 0
        for merge in own:
            start, stop = np.searchsorted(table.lines, [merge.first, merge.last + 1])
            if start >= stop or table.lines[start] != merge.first:
                continue
            empty = np.flatnonzero(blank[codes[start:stop]]) + start
            if len(empty) and not blank[codes[start]]:
                codes[empty] = codes[start]
                n_filled += len(empty)
        if n_filled:
            shown = show_heading(column.heading, column.position)
            told.append(
                f"{n_filled:,} cells merged into one with the cell above filled with what it says "
                f"({shown})"
            )
            column = TextColumn(column.heading, column.position, column.values, codes)
        columns.append(column)
    return tuple(columns), told
