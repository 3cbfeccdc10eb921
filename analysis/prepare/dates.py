"""Real dates out of the texts of one column, day and month never guessed.

In: a `TextColumn`. Out: one date per distinct text.
Decisions: whether 03/04/2024 is in March or April is told by the column itself when any of its
dates has a day after the twelfth; else it must be declared, because a wrong guess moves every week.
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
SERIAL = re.compile(r"[345]\d{4}(\.\d+)?")
Parts = tuple[int, int, int]


def read_dates(
    table: TextTable, column: TextColumn, name: str, mapping: Mapping, faults: Faults
) -> list[date | None]:
    """Give the date of each distinct text, None for a blank or a refused one."""
    texts = [clean_text(value) for value in column.values]
    numeric = {text: parts for text in texts if (parts := _numeric_parts(text))}
    day_first = _day_first(numeric.values(), mapping)
    dates = [_read(text, numeric, day_first) for text in texts]
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
