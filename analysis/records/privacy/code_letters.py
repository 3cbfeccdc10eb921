"""Codes told by their letters: running letters, a check letter, long random signs.

In: the distinct texts of a column of ids. Out: whether all are such codes.
Decisions: letters without a digit are codes only where they run closer than initials can (AA, AB,
AC); consonants alone stay refused, because names are cut to them. Random signs of nine and more
only with letters that no hexadecimal hash has.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from analysis.records.privacy.code_shapes import is_random

CHECKED = re.compile(r"([A-Za-z]{0,3}[-_]?)(\d{2,4})[A-Z]\Z")
LONG_SIGNS = re.compile(r"[A-Z\d]{9,12}\Z|[a-z\d]{9,12}\Z")
BEYOND_HEXADECIMAL = re.compile(r"(?i)[g-z]")
ENOUGH = 10


def runs_in_letters(texts: Sequence[str]) -> bool:
    """Tell whether one or two letters count on as a spreadsheet's columns do (A, B, AA, AB)."""
    if len(texts) < ENOUGH or not all(re.fullmatch(r"[A-Z]{1,2}", text) for text in texts):
        return False
    places = [
        27 * (ord(text[0]) - 64) + ord(text[1]) - 64 if len(text) > 1 else ord(text) - 64
        for text in texts
    ]
    doubled = all(len(text) > 1 for text in texts)
    return max(places) - min(places) < (2 * len(texts) if doubled else len(texts) + 2)


def runs_before_a_letter(texts: Sequence[str]) -> bool:
    """Tell whether numbers that run from their start stand before one letter each (001H, 002O)."""
    if len(texts) < ENOUGH or not all(map(CHECKED.match, texts)):
        return False
    found = [match for text in texts if (match := CHECKED.match(text))]
    numbers = {int(match[2]) for match in found}
    return (
        len({match[1] for match in found}) == 1
        and len(numbers) == len(texts)
        and min(numbers) <= 2
        and max(numbers) <= 1.5 * len(numbers) + 2
    )


def is_long_random(texts: Sequence[str]) -> bool:
    """Tell whether all are nine to twelve random signs of one case."""
    if len(texts) < ENOUGH or len(set(map(len, texts))) > 1:
        return False
    return (
        all(map(LONG_SIGNS.match, texts))
        and sum(bool(BEYOND_HEXADECIMAL.search(text)) for text in texts) >= 0.9 * len(texts)
        and is_random([text[:8] for text in texts])
        and is_random([text[-8:] for text in texts])
    )
