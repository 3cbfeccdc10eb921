"""What a sheet looks like without its cells: rows of shapes, for a person who knows the sheet.

In: a table as text. Out: for its first rows, one word of shape for each cell.
Decisions: a shape is one of a fixed list, so that a preview on a screen that others see, in a
browser's cache or on a photograph tells nothing about a child; numbers are told by their size only.
"""

from __future__ import annotations

import re

from analysis.records.assignment.words import stands_for_missing
from analysis.records.privacy.shapes import is_date, is_prose
from analysis.records.text import TextTable, clean_text

N_ROWS = 5
WHOLE = re.compile(r"([-+−]?\d+)(?:\.0+)?")
DECIMAL = re.compile(r"[-+−]?\d+[.,]\d+")
EMPTY, MISSING, DATE, TEXT = "empty", "a word for missing", "a date", "text"
LEVEL, SMALL, MIDDLE, LARGE = "−2 to 2", "3 to 9", "10 to 99", "a larger number"
BELOW, BROKEN, CODE, WORD, WORDS = "below −2", "a decimal number", "a code", "a word", "words"


def shape_of(cell: str) -> str:
    """Give the shape of a cell: one of the words above.

    >>> shape_of("-1"), shape_of("C017"), shape_of("Ann Example")
    ('−2 to 2', 'a code', 'words')
    """
    text = clean_text(cell)
    if not text:
        return EMPTY
    if stands_for_missing(text):
        return MISSING
    whole = WHOLE.fullmatch(text)
    if whole:
        return _size_of(whole[1])
    if DECIMAL.fullmatch(text):
        return BROKEN
    if is_date(text):
        return DATE
    if is_prose(text):
        return TEXT
    if any(map(str.isdigit, text)):
        return CODE if " " not in text else WORDS
    return WORDS if " " in text else WORD


def _size_of(text: str) -> str:
    if len(text) > 3:
        return LARGE
    value = int(text.replace("−", "-"))
    if value < -2:
        return BELOW
    return LEVEL if value <= 2 else SMALL if value <= 9 else MIDDLE if value <= 99 else LARGE


def shape_rows(table: TextTable) -> list[list[str]]:
    """Give the shapes of the first rows of a table, one list for each row."""
    return [
        [shape_of(column.values[column.codes[row]]) for column in table.columns]
        for row in range(min(N_ROWS, table.n_rows))
    ]
