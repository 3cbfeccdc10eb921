"""A wide sheet (one row per goal, reviews side by side) turned into one row per review.

In: a raw table and the `[[reviews]]` parts of the mapping. Out: the same table, each row repeated
once for each review with a level, with the columns of that review in place of all of them.
"""

from __future__ import annotations

import numpy as np

from analysis.prepare.export import RawTable
from analysis.records.checking.values import Faults
from analysis.records.headings import plain_name
from analysis.records.mapping import Mapping
from analysis.records.text import TextColumn, TextTable, column_from_cells


def unfold_reviews(table: RawTable, mapping: Mapping, faults: Faults) -> RawTable:
    """Give the table with one row for each review; a heading that is not there is refused."""
    by_heading = {plain_name(column.heading): column for column in table.source.columns}
    blocks = []
    for block in mapping.reviews:
        level = by_heading.get(plain_name(str(block["level"])))
        day = by_heading.get(plain_name(str(block["date"]))) if "date" in block else None
        if level is None or ("date" in block and day is None):
            faults.refuse_whole(
                table.source,
                "a [[reviews]] part of the mapping names a heading that is not in this table.",
                "Write the headings as they stand in the first line of the table.",
                "mapping",
            )
            continue
        blocks.append((level, day, block.get("week")))
    if not blocks:
        return table
    n = table.source.n_rows
    rows = np.repeat(np.arange(n), len(blocks))
    number = np.tile(np.arange(len(blocks)), n)
    columns = {
        name: [_taken(column, rows) for column in found] for name, found in table.columns.items()
    }
    levels = [[column.values[code] for code in column.codes] for column, _, _ in blocks]
    columns["attainment"] = [
        _cells(
            "attainment",
            blocks[0][0],
            [levels[b][row] for row, b in zip(rows, number, strict=True)],
        )
    ]
    if any(week is not None for _, _, week in blocks):
        weeks = ["" if week is None else str(week) for _, _, week in blocks]
        columns["week"] = [_cells("week", blocks[0][0], [weeks[b] for b in number])]
    if any(day is not None for _, day, _ in blocks):
        days = [
            [day.values[code] for code in day.codes] if day is not None else [""] * n
            for _, day, _ in blocks
        ]
        first = next(day for _, day, _ in blocks if day is not None)
        columns["date"] = [
            _cells(
                first.heading, first, [days[b][row] for row, b in zip(rows, number, strict=True)]
            )
        ]
    source = table.source
    filled = np.array([bool(level.strip()) for level in _picked(levels, rows, number)], dtype=bool)
    rest = {
        name: [_taken(column, np.flatnonzero(filled)) for column in found]
        for name, found in columns.items()
    }
    lines = source.lines[rows][filled]
    unfolded = TextTable(
        source.file,
        source.sheet,
        tuple(column for found in rest.values() for column in found),
        lines,
        {**source.ledger, "used": len(lines)},
        source.decimal_comma,
        source.notes,
        source.unit,
    )
    return RawTable(table.name, unfolded, rest)


def _picked(blocks: list[list[str]], rows: np.ndarray, number: np.ndarray) -> list[str]:
    """Give for each new row the cell of its old row in its own block."""
    return [blocks[block][row] for row, block in zip(rows, number, strict=True)]


def _taken(column: TextColumn, rows: np.ndarray) -> TextColumn:
    return TextColumn(column.heading, column.position, column.values, column.codes[rows])


def _cells(heading: str, like: TextColumn, cells: list[str]) -> TextColumn:
    return column_from_cells(heading, like.position, cells)
