"""Real dates out of the texts of one column, day and month never guessed.

In: a `TextColumn`. Out: one date per distinct text.
Decisions: whether 03/04/2024 is in March or April is told by the column itself when any of its
dates has a day after the twelfth; else it must be declared, because a wrong guess moves every week.
A spreadsheet that takes the day for the month turns round every date up to the twelfth and leaves
the rest as text: a column that looks so is refused, since the turned ones cannot be told apart
from right ones. Of a birth date the year is enough: its middle is taken, and counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

from analysis.records.checking.values import Faults, rows_with
from analysis.records.mapping import Mapping
from analysis.records.privacy.shapes import (
    ASIAN_DATE,
    LEADING_WORDS,
    MONTHS,
    NUMERIC_DATE,
    WORD_DATE,
    fold,
)
from analysis.records.text import TextColumn, TextTable, clean_text

FIRST_SERIAL_DAY = date(1899, 12, 30)
EARLIEST, LATEST = date(1990, 1, 1), date(2100, 1, 1)
LAST_MONTH = 12
# Of right dates two in five fall on a day up to the twelfth (12 / 30.4). A column in which every
# stored date does, and no written one, is turned round unless this is how it fell by chance.
UP_TO_TWELFTH = 0.4
SURE_OF_TURNED = 0.05
YEAR_ONLY = re.compile(r"(?:19|20)\d{2}")
YEAR_AND_MONTH = re.compile(r"((?:19|20)\d{2})[-/.](\d{1,2})|(\d{1,2})[-/.]((?:19|20)\d{2})")
SERIAL = re.compile(r"[345]\d{4}(\.\d+)?")
Parts = tuple[int, int, int]


def read_dates(
    table: TextTable,
    column: TextColumn,
    name: str,
    mapping: Mapping,
    faults: Faults,
    *,
    year_is_enough: bool = False,
) -> list[date | None]:
    """Give the date of each distinct text, None for a blank or a refused one.

    Args:
        table: the table, for places.
        column: its column of dates.
        name: what the column is called in messages.
        mapping: says the order of day and month, if it must.
        faults: where dates that cannot be read are reported.
        year_is_enough: whether a year, or a year and month, stands for its middle.
    """
    texts = [clean_text(value) for value in column.values]
    numeric = {text: parts for text in texts if (parts := _numeric_parts(text))}
    day_first = _day_first(numeric.values(), mapping)
    dates = [_read(text, numeric, day_first) for text in texts]
    if year_is_enough:
        vague = [
            _middle(text) if day is None else None for text, day in zip(texts, dates, strict=True)
        ]
        dates = [day or middle for day, middle in zip(dates, vague, strict=True)]
        faults.mend(
            "birth dates without a day or month: the middle of the year or month taken",
            len(rows_with(column, [day is not None for day in vague])),
        )
    _refuse_turned(table, column, name, texts, numeric, dates, faults)
    unclear = [text in numeric and day_first is None for text in texts]
    faults.refuse(
        table,
        rows_with(column, unclear),
        "nothing tells whether the day or the month comes first in these dates.",
        'Put [dates] order = "day_first" (or "month_first") in the mapping file.',
        "unclear_dates",
        column.position,
        name,
    )
    bad = [
        bool(text) and day is None and not vague
        for text, day, vague in zip(texts, dates, unclear, strict=True)
    ]
    faults.refuse(
        table,
        rows_with(column, bad),
        "this is not a full date with day, month and year.",
        "Correct it, or leave the cell empty; [dates] order in the mapping file says which of "
        "day and month comes first.",
        "not_a_date",
        column.position,
        name,
    )
    return dates


def _refuse_turned(
    table: TextTable,
    column: TextColumn,
    name: str,
    texts: list[str],
    numeric: dict[str, Parts],
    dates: list[date | None],
    faults: Faults,
) -> None:
    """Refuse a column of which a spreadsheet took the dates it could for another order."""
    stored = [day for text, day in zip(texts, dates, strict=True) if day and text not in numeric]
    written = list(numeric.values())
    if not stored or not written:
        return
    if any(day.day > LAST_MONTH for day in stored):
        return
    if any(max(first, second) <= LAST_MONTH for first, second, _ in written):
        return
    chance = UP_TO_TWELFTH ** len(stored) * (1 - UP_TO_TWELFTH) ** len(written)
    if chance > SURE_OF_TURNED:
        return
    known = {text for text in texts if text in numeric}
    rows = rows_with(column, [bool(text) and text not in known for text in texts])
    faults.refuse(
        table,
        rows,
        "a spreadsheet took day for month: every date up to the 12th is stored as a date, day and "
        "month changed round, and every later one stayed as text.",
        "Go back to the file before it was opened in a spreadsheet, import this column as text "
        "(or with the order in which it was written), and export again; a declared order cannot "
        "mend it.",
        "turned_dates",
        column.position,
        name,
    )


def _middle(text: str) -> date | None:
    """Give the middle of a year, or of a month of a year; None for another text."""
    if YEAR_ONLY.fullmatch(text):
        return _day(int(text), 7, 1)
    match = YEAR_AND_MONTH.fullmatch(text)
    if match:
        return _day(int(match[1] or match[4]), int(match[2] or match[3]), 15)
    return None


def _numeric_parts(text: str) -> Parts | None:
    """Give the three numbers of a date written with the year last, else None."""
    match = NUMERIC_DATE.fullmatch(LEADING_WORDS.sub("", text))
    if not match or len(match[1]) > 2:
        return None
    year = int(match[4]) + (2000 if len(match[4]) == 2 else 0)
    return int(match[1]), int(match[3]), year


def _day_first(numeric: Iterable[Parts], mapping: Mapping) -> bool | None:
    if mapping.day_first is not None:
        return mapping.day_first
    pairs = [(first, second) for first, second, _ in numeric]
    first_is_day = any(first > 12 for first, _ in pairs)
    second_is_day = any(second > 12 for _, second in pairs)
    return None if first_is_day == second_is_day else first_is_day


def _read(text: str, numeric: dict[str, Parts], day_first: bool | None) -> date | None:
    if text in numeric:
        if day_first is None:
            return None
        first, second, year = numeric[text]
        return _day(year, second, first) if day_first else _day(year, first, second)
    if SERIAL.fullmatch(text):
        return _checked(FIRST_SERIAL_DAY + timedelta(days=int(float(text))))
    if text.isdigit() and len(text) == 8:
        return _day(int(text[:4]), int(text[4:6]), int(text[6:]))
    match = NUMERIC_DATE.fullmatch(text)
    if match:
        return _day(int(match[1]), int(match[3]), int(match[4]))
    match = ASIAN_DATE.search(text)
    if match:
        return _day(*(int(part) for part in match.groups()))
    match = WORD_DATE.fullmatch(fold(text))
    if match and (month := MONTHS.get(match[2] or match[3])):
        year = int(match[5]) + (2000 if len(match[5]) == 2 else 0)
        return _day(year, month, int(match[1] or match[4]))
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return _checked(date(year, month, day))
    except ValueError:
        return None


def _checked(day: date) -> date | None:
    return day if EARLIEST <= day <= LATEST else None
