"""A raw export turned into coded text tables: codes for identities, weeks for dates.

In: raw `TextTable`s with names, dates and free text. Out: text tables that hold schema columns
only, still knowing the line each row came from, so that the ordinary checks judge them.
Decisions: week 0 begins on the child's start, which is the start date where one is given, else the
first date any of the child's goals or reviews has; the third of the year it lies in is kept. Ages
are completed half years, so that they give no birth date away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from analysis.prepare.dates import read_dates
from analysis.prepare.keys import LETTERS, CodeBook
from analysis.prepare.terms import name_terms
from analysis.records.checking.values import Faults
from analysis.records.mapping import Mapping
from analysis.records.text import TextColumn, TextTable, clean_text, column_from_cells

DAYS_IN_WEEK = 7
DAYS_IN_YEAR = 365.25
WEEK_OF = {
    "date": "week",
    "end_date": "end_week",
    "set_date": "set_week",
    "closed_date": "closed_week",
}
BETWEEN = " | "
WITH_EPISODES = ("episodes", "flat")


@dataclass(eq=False)
class RawTable:
    """One raw table, its columns by name.

    Attributes:
        name: schema table, or "flat".
        source: the text as read.
        columns: name (schema or date name) to its columns; several may make up one identity.
    """

    name: str
    source: TextTable
    columns: dict[str, list[TextColumn]]

    def cells(self, name: str) -> list[str]:
        """Give one text per row; parts of an identity are joined."""
        parts = [
            np.array([clean_text(value) for value in column.values] or [""], dtype=object)[
                column.codes
            ]
            for column in self.columns.get(name, [])
        ]
        if not parts:
            return [""] * self.source.n_rows
        if len(parts) == 1:
            return list(parts[0])
        return [BETWEEN.join(row) if any(row) else "" for row in zip(*parts, strict=True)]


@dataclass
class Done:
    """What was done, in counts.

    Attributes:
        counts: sentence to count.
    """

    counts: Counter[str] = field(default_factory=Counter)

    def note(self, sentence: str, n: int) -> None:
        """Count `n` more of what the sentence says."""
        if n:
            self.counts[sentence] += n


def code_export(
    raw: list[RawTable], mapping: Mapping, book: CodeBook, faults: Faults, done: Done
) -> dict[str, TextTable]:
    """Give the coded text table of each raw table.

    Args:
        raw: the raw tables.
        mapping: the clinic's mapping.
        book: codes so far; new identities and starts are added.
        faults: where unreadable dates are reported.
        done: where what was done is counted.
    """
    days = {table.name: _read_all_dates(table, mapping, faults) for table in raw}
    own_goals = all("child_id" in table.columns for table in raw if "goal_id" in table.columns)
    codes = {table.name: _code_identities(table, book, own_goals) for table in raw}
    starts = _find_starts(raw, days, codes, book)
    terms = name_terms(starts)
    for name in LETTERS:
        given = {code for own in codes.values() for code in own.get(name, ())} - {""}
        done.note(f"{name}: identities replaced by random codes", len(given))
    coded = {}
    for table in raw:
        dated = [name for name in WEEK_OF if name in table.columns]
        replaced = {*dated, *(WEEK_OF[name] for name in dated)}
        columns = [
            column
            for name, found in table.columns.items()
            for column in found[:1]
            if name not in LETTERS and name not in replaced and not name.endswith("_date")
        ]
        columns = [_renamed(column, name) for column, name in _named(table, columns)]
        own = codes[table.name]
        for name, cells in own.items():
            columns.append(_column(name, table, cells))
        start_of = _starts_of_rows(own, starts, table, codes)
        columns += _weeks(table, days[table.name], start_of, done)
        if table.name in WITH_EPISODES and "start_term" not in table.columns:
            children = _children_of_rows(own, _children_of_goals(codes), table.source.n_rows)
            cells = [terms.get(child, "") for child in children]
            if any(cells):
                columns.append(_column("start_term", table, cells, "start_date"))
                done.note("first days turned into thirds of a year", sum(map(bool, cells)))
        if "birth_date" in days[table.name]:
            ages = [
                _age(born, start)
                for born, start in zip(days[table.name]["birth_date"], start_of, strict=True)
            ]
            columns.append(_column("age_years", table, ages, "birth_date"))
            done.note("birth dates turned into ages in half years", sum(map(bool, ages)))
        source = table.source
        coded[table.name] = TextTable(
            source.file,
            source.sheet,
            tuple(columns),
            source.lines,
            source.ledger,
            source.decimal_comma,
            source.notes,
            source.unit,
        )
    return coded


def _named(table: RawTable, wanted: list[TextColumn]) -> Iterator[tuple[TextColumn, str]]:
    for name, found in table.columns.items():
        for column in found[:1]:
            if any(column is one for one in wanted):
                yield column, name


def _renamed(column: TextColumn, name: str) -> TextColumn:
    return TextColumn(name, column.position, column.values, column.codes)


def _column(name: str, table: RawTable, cells: list[str], origin: str = "") -> TextColumn:
    found = table.columns.get(origin or name)
    return column_from_cells(name, found[0].position if found else 0, cells)


def _read_all_dates(
    table: RawTable, mapping: Mapping, faults: Faults
) -> dict[str, list[date | None]]:
    days = {}
    for name, found in table.columns.items():
        if name == "date" or name.endswith("_date"):
            column = found[0]
            distinct = read_dates(
                table.source,
                column,
                column.heading,
                mapping,
                faults,
                year_is_enough=name == "birth_date",
            )
            days[name] = [distinct[code] for code in column.codes]
    return days


def _code_identities(table: RawTable, book: CodeBook, own_goals: bool) -> dict[str, list[str]]:
    """Give codes per row; a goal named by its words belongs to its child where that is known."""
    children = table.cells("child_id")
    coded = {}
    for name in LETTERS:
        if name not in table.columns:
            continue
        cells = table.cells(name)
        if name in ("goal_id", "episode_id") and own_goals and "child_id" in table.columns:
            cells = [
                BETWEEN.join((child, cell)) if cell else ""
                for child, cell in zip(children, cells, strict=True)
            ]
        memory: dict[str, str] = {}
        coded[name] = [
            memory[cell] if cell in memory else memory.setdefault(cell, book.code(name, cell))
            for cell in cells
        ]
    return coded


def _find_starts(
    raw: list[RawTable],
    days: dict[str, dict[str, list[date | None]]],
    codes: dict[str, dict[str, list[str]]],
    book: CodeBook,
) -> dict[str, date]:
    """Give the first day of each child; a start date given wins over the first date seen."""
    given: dict[str, date] = {}
    seen: dict[str, date] = {}
    child_of = _children_of_goals(codes)
    for table in raw:
        own = days[table.name]
        children = _children_of_rows(codes[table.name], child_of, table.source.n_rows)
        for name, target in (("start_date", given), ("set_date", seen), ("date", seen)):
            if name == "date" and table.name in ("sessions", "home_practice"):
                continue
            for child, day in zip(children, own.get(name, []), strict=False):
                if child and day and (child not in target or day < target[child]):
                    target[child] = day
    starts = {}
    for child in {*given, *seen, *(book.codes.get("child_id", {}).values())}:
        known = [day for day in (seen.get(child), book.starts.get(child)) if day]
        day = given.get(child) or (min(known) if known else None)
        if day:
            starts[child] = day
    book.starts.update(starts)
    return starts


def _children_of_goals(codes: dict[str, dict[str, list[str]]]) -> dict[str, str]:
    child_of: dict[str, str] = {}
    for own in codes.values():
        if "goal_id" in own and "child_id" in own:
            child_of.update(zip(own["goal_id"], own["child_id"], strict=True))
    return child_of


def _children_of_rows(own: dict[str, list[str]], child_of: dict[str, str], n: int) -> list[str]:
    if "child_id" in own:
        return own["child_id"]
    return [child_of.get(goal, "") for goal in own.get("goal_id", [""] * n)]


def _starts_of_rows(
    own: dict[str, list[str]],
    starts: dict[str, date],
    table: RawTable,
    codes: dict[str, dict[str, list[str]]],
) -> list[date | None]:
    children = _children_of_rows(own, _children_of_goals(codes), table.source.n_rows)
    return [starts.get(child) for child in children]


def _weeks(
    table: RawTable,
    days: dict[str, list[date | None]],
    start_of: list[date | None],
    done: Done,
) -> list[TextColumn]:
    columns = []
    for name, week in WEEK_OF.items():
        if name not in days:
            continue
        cells, n_dated = [], 0
        for day, start, own in zip(days[name], start_of, table.cells(week), strict=True):
            if day is None or start is None:
                cells.append(own)
            else:
                cells.append(str((day - start).days // DAYS_IN_WEEK))
                n_dated += 1
        columns.append(_column(week, table, cells, name))
        done.note("dates turned into whole weeks since the child's start", n_dated)
    return columns


def _age(born: date | None, start: date | None) -> str:
    if not born or not start:
        return ""
    return f"{int(2 * (start - born).days / DAYS_IN_YEAR) / 2:g}"
