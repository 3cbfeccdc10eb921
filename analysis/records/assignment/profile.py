"""What the values of a column look like, before the column means anything.

In: a `TextColumn`. Out: a `Profile`: shares of rows that read as levels, visits, formats, dates.
Decisions: shares are of filled rows, so that one odd cell does not change what a column is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.records.assignment.visits import read_visit
from analysis.records.assignment.words import (
    CERTAIN,
    SIGNS,
    read_age,
    read_domain,
    read_format,
    read_level,
    stands_for_missing,
)
from analysis.records.privacy.codes import judge_codes
from analysis.records.privacy.shapes import is_date, is_prose
from analysis.records.text import TextColumn, clean_text

NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?")
MOST_LABELS = 40
MOST_LOOKED_AT = 400
NEARLY_ALL, MOST = 0.95, 0.7
MISSING_CODES = (9.0, 99.0, 999.0, -9.0, -99.0, -999.0, 88.0, 888.0, 77.0)


@dataclass(frozen=True, eq=False)
class Profile:
    """One column seen as a whole; each view is worked out when it is asked for.

    Attributes:
        column: the column.
        n_rows: rows of the table.
    """

    column: TextColumn
    n_rows: int

    @cached_property
    def _seen(self) -> tuple[tuple[str, ...], np.ndarray, int]:
        column = self.column
        counts = np.bincount(column.codes, minlength=len(column.values))
        together: dict[str, int] = {}
        n_blank = 0
        for value, n in zip(column.values, counts, strict=True):
            text = clean_text(value)
            if not text:
                n_blank += int(n)
            elif n and len(together) < MOST_LOOKED_AT and not stands_for_missing(text):
                together[text] = together.get(text, 0) + int(n)
        return tuple(together), np.array(list(together.values()), dtype=np.int64), n_blank

    @property
    def texts(self) -> tuple[str, ...]:
        """The distinct texts, cleaned, blanks and words for "missing" left out; the first few."""
        return self._seen[0]

    @property
    def counts(self) -> np.ndarray:
        """For each of `texts`, how many rows hold it."""
        return self._seen[1]

    @property
    def n_blank(self) -> int:
        """Rows without a value."""
        return self._seen[2]

    @property
    def starts_filled(self) -> bool:
        """Whether the first row has a value."""
        codes = self.column.codes
        return bool(len(codes)) and bool(clean_text(self.column.values[int(codes[0])]))

    @property
    def n_filled(self) -> int:
        """Rows with a value."""
        return int(self.counts.sum())

    def share(self, test: Callable[[str], bool]) -> float:
        """Give the share of filled rows whose text passes."""
        if not self.n_filled:
            return 0.0
        passed = np.array([test(text) for text in self.texts], dtype=bool)
        return float(self.counts[passed].sum() / self.n_filled)

    @cached_property
    def numbers(self) -> list[float]:
        """The distinct numbers among the texts."""
        found = [text.translate(SIGNS) for text in self.texts]
        return [float(text.replace(",", ".")) for text in found if NUMBER.fullmatch(text)]

    @cached_property
    def numeric(self) -> float:
        """Share of rows that are plain numbers."""
        return self.share(lambda text: bool(NUMBER.fullmatch(text.translate(SIGNS))))

    @cached_property
    def levels(self) -> float:
        """Share of rows that read as levels, in numbers of some scale of five or in words."""
        held = [number for number in self.numbers if -3 <= number <= 5]
        strange = [
            number for number in self.numbers if number not in held and number not in MISSING_CODES
        ]
        if len(strange) > 1 or (held and max(held) - min(held) > 5):
            return 0.0
        return self.share(_reads_as_level)

    @property
    def sure_levels(self) -> bool:
        """Whether nearly all are levels from -2 to +2 that no other scale would hold."""
        known = [read_level(text) for text in self.texts]
        values = [value for value, certainty in known if value is not None and certainty == CERTAIN]
        return bool(values) and self.levels >= NEARLY_ALL and min(values) < 0 and max(values) <= 2

    @cached_property
    def formats(self) -> float:
        """Share of rows that read as a format."""
        return self.share(lambda text: bool(read_format(text)[0]))

    @cached_property
    def domains(self) -> float:
        """Share of rows that read as a domain."""
        return self.share(lambda text: bool(read_domain(text)[0]))

    @cached_property
    def visits(self) -> float:
        """Share of rows that read as the week or name of a visit."""
        return self.share(lambda text: bool(NUMBER.fullmatch(text)) or read_visit(text) is not None)

    @cached_property
    def dates(self) -> float:
        """Share of rows that are dates."""
        return self.share(is_date)

    @cached_property
    def prose(self) -> float:
        """Share of rows that are sentences."""
        return self.share(is_prose)

    @cached_property
    def ages(self) -> float:
        """Share of rows that read as an age of a child."""
        return self.share(
            lambda text: (
                read_age(text) is not None
                or (bool(NUMBER.fullmatch(text)) and 1 <= float(text.replace(",", ".")) <= 216)
            )
        )

    @property
    def codes(self) -> bool:
        """Whether the texts could stand as codes."""
        return bool(self.texts) and not judge_codes(list(self.texts), few=False)[0]

    @property
    def few_labels(self) -> bool:
        """Whether there are so few distinct texts that each could be a label."""
        return 0 < len(self.texts) <= min(MOST_LABELS, max(6, self.n_filled // 2))


def _reads_as_level(text: str) -> bool:
    plain = text.translate(SIGNS).replace(",", ".")
    if NUMBER.fullmatch(plain):
        return -3 <= float(plain) <= 5 and float(plain) * 2 == int(float(plain) * 2)
    return read_level(text)[0] is not None
