"""A sheet as it is laid out turned into one row a review, as the mapping says.

In: a table as text, the schema column of each of its columns, and a mapping. Out: the same as one
row for each review, each row still knowing the line it came from.
Decisions: nothing is arranged that the mapping does not say. A goal without any level keeps one
row, so that it is counted; a goal block without any cell is no goal.
"""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.records.assignment.shapes import fill_down, is_yes
from analysis.records.headings import plain_name
from analysis.records.mapping import Mapping
from analysis.records.schema import TABLES
from analysis.records.text import (
    USED,
    TextColumn,
    TextTable,
    clean_text,
    column_from_cells,
    word_set,
)

CHILD_COLUMNS = tuple(name for name in TABLES["episodes"].names if name != "child_id")
GOAL_COLUMNS = tuple(
    name for name in TABLES["goals"].names if name not in ("goal_id", "child_id", "episode_id")
)
Found = dict[str, list[TextColumn]]


@dataclass(frozen=True, eq=False)
class Arranged:
    """One row for each review.

    Attributes:
        table: the text, its columns in the order of `names`.
        columns: schema (or date) name to its columns.
        notes: what was done, in sentences.
        unmatched: whether a heading named in the mapping is not in the table.
    """

    table: TextTable
    columns: Found
    notes: tuple[str, ...] = ()
    unmatched: bool = False


def arrange_rows(table: TextTable, found: Found, mapping: Mapping) -> Arranged:
    """Give the table with one row for each review.

    Args:
        table: the text as read.
        found: schema (or date) name to the columns that hold it.
        mapping: what the clinic says of its layout.
    """
    notes: list[str] = []
    if mapping.totals:
        table, found, n = _without_totals(table, found)
        if n:
            notes.append(f"rows of totals or notes left out ({n:,})")
    if mapping.formats:
        found = {**found, "format": [_format_of_ticks(table, mapping)]}
    if mapping.fill:
        found, n = _fill(found, mapping.fill)
        if n:
            notes.append(f"empty cells filled from the same child's other rows ({n:,})")
    entries, unmatched = _entries(table, mapping)
    if entries:
        n_rows = table.n_rows
        table, found = _unfold(table, found, mapping, entries)
        notes.append(f"{n_rows:,} rows taken apart into {table.n_rows:,} reviews")
        if mapping.fill and mapping.goals:
            found, _ = _fill(found, "child")
    elif mapping.goal_rule:
        found = {**found, "goal_id": [_goal_codes(found, mapping, np.arange(table.n_rows), None)]}
    if mapping.fill and entries == []:
        table, found = _drop_rows_without_goal(table, found)
    columns = tuple(column for several in found.values() for column in several)
    return Arranged(replace(table, columns=columns), found, tuple(notes), unmatched)


def _format_of_ticks(table: TextTable, mapping: Mapping) -> TextColumn:
    """Give the format of each row from columns that say yes, a tick or a number above 0.

    Of individual and group, yes in both is combined, unless a column of its own denies it: such a
    row stays empty, as does one that says nothing. Where one of the two has no column, it is what
    is left when the others say no.
    """
    by_heading = {plain_name(column.heading): column for column in table.columns}
    said = {name: by_heading.get(plain_name(heading)) for name, heading in mapping.formats.items()}
    given = {
        name: _cells(column) if column else [""] * table.n_rows for name, column in said.items()
    }
    rows = [dict(zip(given, row, strict=True)) for row in zip(*given.values(), strict=True)]
    cells = [_format_of_row(row) for row in rows]
    like = next((column for column in said.values() if column is not None), table.columns[0])
    return column_from_cells("format", like.position, cells)


def _format_of_row(row: AnyMapping[str, str]) -> str:
    """Give the format that one row's cells say (format name to cell); "" when they do not tell."""
    said = {name for name, cell in row.items() if is_yes(cell)}
    if "combined" in said:
        return "combined"
    if {"individual", "group"} <= said:
        return "" if "combined" in row else "combined"
    if said:
        return said.pop()
    left = {"individual", "group"} - set(row)
    return left.pop() if left and all(row.values()) else ""


def _cells(column: TextColumn) -> list[str]:
    texts = np.array([clean_text(value) for value in column.values] or [""], dtype=object)
    return list(texts[column.codes])


def _like(column: TextColumn, cells: Sequence[str]) -> TextColumn:
    return column_from_cells(column.heading, column.position, cells)


def _fill(found: Found, rule: str) -> tuple[Found, int]:
    """Fill a child (and its goal) down, then what is true of a child within the child."""
    found = {name: list(columns) for name, columns in found.items()}
    if "child_id" not in found:
        return found, 0
    n = 0

    def put(name: str, place: int, cells: list[str], filled: list[str]) -> None:
        nonlocal n
        n += sum(a != b for a, b in zip(cells, filled, strict=True))
        found[name][place] = _like(found[name][place], filled)

    if rule == "down":
        for place, column in enumerate(found["child_id"]):
            cells = _cells(column)
            put("child_id", place, cells, fill_down(cells))
    children = _joined(found, "child_id")
    if rule == "down" and "goal_id" in found:
        cells = _cells(found["goal_id"][0])
        put("goal_id", 0, cells, _fill_down_within(cells, children))
    goals = list(zip(children, _joined(found, "goal_id") or children, strict=True))
    for name in found:
        if name in CHILD_COLUMNS or name in ("start_date", "birth_date"):
            keys: list = children
        elif name in GOAL_COLUMNS and "goal_id" in found:
            keys = goals
        else:
            continue
        cells = _cells(found[name][0])
        first: dict = {}
        for key, cell in zip(keys, cells, strict=True):
            if cell:
                first.setdefault(key, cell)
        filled = [cell or first.get(key, "") for key, cell in zip(keys, cells, strict=True)]
        put(name, 0, cells, filled)
    return found, n


def _joined(found: Found, name: str) -> list[str]:
    parts = [_cells(column) for column in found.get(name, [])]
    return ["|".join(row) if any(row) else "" for row in zip(*parts, strict=True)] if parts else []


def _fill_down_within(cells: list[str], children: list[str]) -> list[str]:
    filled, last, child = [], "", ""
    for cell, own in zip(cells, children, strict=True):
        last = cell or (last if own == child else "")
        child = own
        filled.append(last)
    return filled


def _entries(
    table: TextTable, mapping: Mapping
) -> tuple[list[tuple[dict[str, TextColumn], dict[str, str]]], bool]:
    """Give for each review of a row its own columns and its own constants."""
    by_heading = {plain_name(column.heading): column for column in table.columns}
    blocks = {block["goal"]: block for block in mapping.goals}
    unmatched = False

    def column(heading: str | int) -> TextColumn | None:
        nonlocal unmatched
        known = by_heading.get(plain_name(str(heading)))
        unmatched |= known is None
        return known

    entries = []
    reviews: list[dict[str, str | int]] = list(mapping.reviews)
    with_reviews = {str(review.get("goal", "")) for review in reviews}
    for number, block in blocks.items():
        if "attainment" in block and number not in with_reviews and "" not in with_reviews:
            reviews.append({"level": block["attainment"], "goal": number})
    for review in reviews:
        number = str(review.get("goal", ""))
        own: dict[str, TextColumn] = {}
        constants = {"(goal)": number} if number else {}
        level = column(review["level"])
        if level is None:
            continue
        own["attainment"] = level
        if "date" in review and (day := column(review["date"])) is not None:
            own["date"] = day
        if "week" in review:
            constants["week"] = str(review["week"])
        for name, heading in blocks.get(number, {}).items():
            if name not in ("goal", "attainment") and (part := column(heading)) is not None:
                own[name] = part
        entries.append((own, constants))
    return entries, unmatched


def _unfold(
    table: TextTable,
    found: Found,
    mapping: Mapping,
    entries: list[tuple[dict[str, TextColumn], dict[str, str]]],
) -> tuple[TextTable, Found]:
    n, k = table.n_rows, len(entries)
    rows, number = np.repeat(np.arange(n), k), np.tile(np.arange(k), n)
    names = dict.fromkeys(name for own, constants in entries for name in (*own, *constants))
    grid: dict[str, np.ndarray] = {}
    positions = np.zeros((k,), dtype=np.int64)
    likes: dict[str, TextColumn] = {}
    for name in names:
        grid[name] = np.full((n, k), "", dtype=object)
        for i, (own, constants) in enumerate(entries):
            if name in own:
                grid[name][:, i] = _cells(own[name])
                likes.setdefault(name, own[name])
            elif name in constants:
                grid[name][:, i] = constants[name]
            positions[i] = own["attainment"].position
    keep = _kept(grid, entries, n, k).ravel()
    rows, number = rows[keep], number[keep]
    unfolded: Found = {
        name: [_taken(column, rows) for column in columns]
        for name, columns in found.items()
        if name not in names
    }
    for name in names:
        if name == "(goal)":
            continue
        like = likes.get(name) or entries[0][0]["attainment"]
        cells = list(grid[name].ravel()[keep])
        unfolded[name] = [column_from_cells(like.heading, like.position, cells)]
    if mapping.goal_rule:
        block = grid["(goal)"].ravel()[keep] if "(goal)" in grid else None
        unfolded["goal_id"] = [_goal_codes(unfolded, mapping, rows, block)]
    lines = table.lines[rows]
    sheet_of = None if table.sheet_of is None else table.sheet_of[rows]
    ledger = {**table.ledger, USED: len(rows)}
    return replace(table, lines=lines, ledger=ledger, sheet_of=sheet_of), unfolded


def _kept(grid: dict[str, np.ndarray], entries: list, n: int, k: int) -> np.ndarray:
    """Tell which reviews have a level; a goal with other cells but no level keeps its first."""
    keep = grid["attainment"] != ""
    goals = [constants.get("(goal)", "") for _, constants in entries]
    for goal in dict.fromkeys(goals):
        own = np.array([one == goal for one in goals])
        first = int(np.flatnonzero(own)[0])
        without = ~keep[:, own].any(axis=1)
        if goal:
            named = [name for name in grid if name not in ("attainment", "week", "(goal)", "date")]
            told = np.zeros(n, dtype=bool)
            for name in named:
                told |= (grid[name][:, own] != "").any(axis=1)
            without &= told
        keep[:, first] |= without
    return keep.reshape(n, k)


def _goal_codes(
    found: Found, mapping: Mapping, rows: np.ndarray, block: np.ndarray | None
) -> TextColumn:
    """Give each row a code of its goal that no other child's goal has."""
    children = _joined(found, "child_id") or [""] * len(rows)
    like = found["child_id"][0] if "child_id" in found else next(iter(found.values()))[0]
    if mapping.goal_rule == "within_child" and (block is not None or "goal_id" in found):
        own: list = list(block) if block is not None else _cells(found["goal_id"][0])
        if block is None:
            like = found["goal_id"][0]
        parts = [_short(text) for text in own]
    else:
        keys = _joined(found, "domain") if mapping.goal_rule == "domain" else list(map(str, rows))
        seen: dict[str, dict[str, int]] = {}
        parts = []
        for child, key in zip(children, keys, strict=True):
            known = seen.setdefault(child, {})
            parts.append(str(known.setdefault(key, len(known) + 1)) if key else "")
    codes = [
        f"{child}-{part}" if child and part else ""
        for child, part in zip(children, parts, strict=True)
    ]
    return column_from_cells("goal_id", like.position, codes)


def _short(text: str) -> str:
    return text.strip().replace(" ", "")


def _taken(column: TextColumn, rows: np.ndarray) -> TextColumn:
    return TextColumn(column.heading, column.position, column.values, column.codes[rows])


def _rows(table: TextTable, found: Found, keep: np.ndarray) -> tuple[TextTable, Found]:
    rows = np.flatnonzero(keep)
    kept = {name: [_taken(column, rows) for column in several] for name, several in found.items()}
    columns = tuple(_taken(column, rows) for column in table.columns)
    sheet_of = None if table.sheet_of is None else table.sheet_of[rows]
    ledger = dict(table.ledger)
    n = table.n_rows - len(rows)
    ledger[USED] = ledger.get(USED, 0) - n
    ledger[LEFT_OUT] = ledger.get(LEFT_OUT, 0) + n
    return (
        replace(table, columns=columns, lines=table.lines[rows], ledger=ledger, sheet_of=sheet_of),
        kept,
    )


COUNTS = word_set("n count anzahl number nombre aantal")
LEFT_OUT = "left out: totals, notes and rows without a goal"


def _without_totals(table: TextTable, found: Found) -> tuple[TextTable, Found, int]:
    drop = find_footers(table)
    if not drop.any():
        return table, found, 0
    table, found = _rows(table, found, ~drop)
    return table, found, int(drop.sum())


def find_footers(table: TextTable) -> np.ndarray:
    """Tell which rows are totals, or a single note under a table of several columns."""
    from analysis.records.checking.values import TOTALS

    filled = np.zeros(table.n_rows, dtype=np.int64)
    total, counted = np.zeros((2, table.n_rows), dtype=bool)
    for column in table.columns:
        joined = "\n".join(column.values)
        plain = joined.isascii() and "_x000" not in joined
        texts = list(map(str.strip if plain else clean_text, column.values))
        filled += np.array(list(map(bool, texts)), dtype=np.int64)[column.codes]
        counts = [t.rstrip(" =:").casefold() in COUNTS for t in texts]
        counted |= np.array(counts, dtype=bool)[column.codes]
        if plain and not any(word in joined.casefold() for word in TOTALS):
            continue
        flags = [not TOTALS.isdisjoint((plain_name(t), plain_name(t).split("_")[0])) for t in texts]
        total |= np.array(flags, dtype=bool)[column.codes]
    alone = ((filled <= 1) | ((filled == 2) & counted)) & (len(table.columns) > 3)
    last = table.n_rows
    while last and (alone[last - 1] or total[last - 1]):
        last -= 1
    alone[:last] = False
    return total | alone


def _drop_rows_without_goal(table: TextTable, found: Found) -> tuple[TextTable, Found]:
    """Leave out rows that hold a child's traits only: neither a goal nor a level."""
    if "goal_id" not in found or "attainment" not in found:
        return table, found
    goals, levels = _cells(found["goal_id"][0]), _cells(found["attainment"][0])
    keep = np.array(
        [bool(goal or level) for goal, level in zip(goals, levels, strict=True)], dtype=bool
    )
    return (table, found) if keep.all() else _rows(table, found, keep)
