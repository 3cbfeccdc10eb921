"""Which row holds the headings, by the whole row and the rows beside it.

In: the first rows of a table. Out: the index of the row of headings, and the headings of two rows
that belong together ("Goal 1" over "Area", "Pre", "Post").
Decisions: a row that holds more codes and numbers than words known as headings is a record,
whatever single word of it is also a heading ("Communication" is an area and a column).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from analysis.records.assignment.meanings import heading_means
from analysis.records.assignment.visits import read_visit
from analysis.records.assignment.words import CERTAIN
from analysis.records.headings import count_names, plain_name
from analysis.records.privacy.codes import PLAIN_CODE
from analysis.records.privacy.shapes import is_date
from analysis.records.text import clean_text

NUMBER = re.compile(r"[-+\u2212]?\d+(?:[.,]\d+)?")
HEADER_WITHIN = 10
LEAST_OF_TABLE = 3


def find_header(rows: Sequence[Sequence[str]], columns: Mapping[str, str] | None) -> int:
    """Give the index of the row of headings among the first rows.

    The row with most known headings, the first of equals; without any, the first row with most of
    the cells that rows have. A word and its value ("Child", "C01") are no row of headings where a
    later row has three headings.
    """
    looked_at = rows[:HEADER_WITHIN]
    merits = [_merit(row, columns) for row in looked_at]
    if any(max(merit) >= LEAST_OF_TABLE for merit in merits):
        merits = [
            merit if sum(bool(cell.strip()) for cell in row) > 2 else (0, 0)
            for merit, row in zip(merits, looked_at, strict=True)
        ]
    best = max(range(len(merits)), key=lambda i: merits[i])
    if merits[best][0] or merits[best][1] >= 2:
        return best
    filled = [sum(bool(cell.strip()) for cell in row) for row in looked_at]
    return next(i for i, n in enumerate(filled) if n and n * 5 >= 3 * max(filled))


def _merit(row: Sequence[str], columns: Mapping[str, str] | None) -> tuple[int, int]:
    known, likely = count_names(row, columns)
    meaning = sum(map(_is_heading, row))
    if sum(map(_is_data, row)) > max(meaning, known):
        return (0, 0)
    return known, max(likely, meaning)


def _is_heading(cell: str) -> bool:
    text = clean_text(cell)
    if not text or len(text) > 60:
        return False
    return any(sure == CERTAIN for _, sure in heading_means(text)) or read_visit(text) is not None


def _is_data(cell: str) -> bool:
    text = clean_text(cell)
    if not text or not any(map(str.isdigit, text)):
        return False
    return bool(NUMBER.fullmatch(text)) or is_date(text) or _is_code(text)


def _is_code(text: str) -> bool:
    return bool(PLAIN_CODE.match(text)) and not _is_heading(text)


def join_headings(top: Sequence[str], bottom: Sequence[str]) -> list[str] | None:
    """Give one heading for each column of two rows that are headings together, else None.

    >>> join_headings(["Child", "Goal 1", "", "Goal 2", ""], ["ID", "Area", "Pre", "Area", "Pre"])
    ['Child ID', 'Goal 1 Area', 'Goal 1 Pre', 'Goal 2 Area', 'Goal 2 Pre']
    """
    width = max(len(top), len(bottom))
    above = [clean_text(cell) for cell in [*top, *[""] * (width - len(top))]]
    below = [clean_text(cell) for cell in [*bottom, *[""] * (width - len(bottom))]]
    n_above, n_below = sum(map(bool, above)), sum(map(bool, below))
    if n_above < 2 or n_below < 2 or any(map(_is_data, above)):
        return None
    if not any(map(_is_part_of_heading, above)) or not any(map(_is_part_of_heading, below)):
        return None
    spread, last = [], ""
    for cell in above:
        last = cell or last
        spread.append(last)
    spans = any(a and not b and c for a, b, c in zip(spread, above, below, strict=True))
    if not spans:
        return None
    plain = [plain_name(cell) for cell in below if cell]
    twice = len(set(plain)) < len(plain)
    joined = []
    for own, over, direct in zip(below, spread, above, strict=True):
        if not own:
            joined.append(direct)
        elif not over:
            joined.append(own)
        else:
            both = f"{over} {own}"
            better = twice or _is_heading(both) or not _is_heading(own)
            joined.append(both if better else own)
    return joined


def _is_part_of_heading(text: str) -> bool:
    return bool(text) and (
        bool(heading_means(text))
        or read_visit(text) is not None
        or bool(
            re.fullmatch(
                r"(?i)(goal|ziel|target|objective|objectif|objetivo|doel)s? *\d{1,2}", text
            )
        )
    )


def is_second_row(header: Sequence[str], below: Sequence[str]) -> bool:
    """Tell whether the row under the headings says what stands under wide ones of them."""
    if join_headings(header, below) is None:
        return False
    filled = [clean_text(cell) for cell in below if cell.strip()]
    over = [cell.strip() for cell in header]
    under_blank = [
        cell for i, cell in enumerate(below) if cell.strip() and (i >= len(over) or not over[i])
    ]
    known = [cell for cell in filled if _is_part_of_heading(cell) or NUMBER.fullmatch(cell)]
    return bool(under_blank) and len(known) == len(filled) and len(filled) < len(over) + 3
