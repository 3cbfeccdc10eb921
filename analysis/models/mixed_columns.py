"""Find what repeats in the columns of a mixed model, so that sums can stand in for rows.

Comes in: the rows of one partition, arranged by groups. Goes out: a `Survey` (which column is a
constant multiple of which, at which level) that can be merged with the surveys of other
partitions. In a growth model every random design is made of few base columns (1 and week), and
most fixed columns are "a constant of the child" times a base column: such a column needs one
number per child instead of one per row. Decided here: a multiple is recognised only when it holds
in every row to rounding.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.errors import AnalysisError
from analysis.models.mixed_nesting import Array, Nesting, RandomEffect, Whole

ROUNDING = 8 * np.finfo(float).eps
FIRST_LOOK_ROWS = 4000
ROWS_AT_ONCE = 8_000


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows of one partition, arranged by groups.

    Attributes:
        nesting: the groups.
        effect_names: per level the names of its design's columns.
        designs: per level the (n, q) design.
        correlated: per level whether its effects covary.
        column_names: names of the p fixed columns.
        columns: p arrays (n,), the fixed design.
        outcome: (n,).
    """

    nesting: Nesting
    effect_names: tuple[tuple[str, ...], ...]
    designs: tuple[Array, ...]
    correlated: tuple[bool, ...]
    column_names: tuple[str, ...]
    columns: tuple[Array, ...]
    outcome: Array

    @property
    def candidates(self) -> list[tuple[int, int]]:
        """Level and position of every random-design column, innermost level first."""
        n_levels = len(self.designs)
        return [(level, k) for level in reversed(range(n_levels)) for k in range(self.width(level))]

    def width(self, level: int) -> int:
        """How many effects a level has."""
        return self.designs[level].shape[1]

    def candidate(self, place: tuple[int, int]) -> Array:
        """Give one random-design column (n,)."""
        return self.designs[place[0]][:, place[1]]


def arrange_rows(
    nesting: Nesting,
    random: Sequence[RandomEffect],
    column_names: Sequence[str],
    fixed: Array,
    outcome: Array,
) -> Rows:
    """Read the random designs and put every row into the order of the groups."""
    names, designs = [], []
    for name, effect in zip(nesting.names, random, strict=True):
        effect_names, design = effect.read_design(nesting.n_rows, name)
        names.append(tuple(effect_names))
        designs.append(nesting.arrange(design))
    return Rows(
        nesting,
        tuple(names),
        tuple(designs),
        tuple(effect.correlated for effect in random),
        tuple(str(name) for name in column_names),
        tuple(nesting.arrange(fixed[:, j]) for j in range(fixed.shape[1])),
        nesting.arrange(outcome),
    )


class Multiples:
    """Answer whether a column is, within each group, a constant multiple of a base column."""

    def __init__(self, base: Array, nesting: Nesting) -> None:
        self.base = base
        self.nesting = nesting
        self._peaks: dict[int, Whole] = {}

    def find(self, values: Array, level: int) -> Array | None:
        """Give the multiple for each group of `level` (-1: all rows are one group), or None.

        A group in which the base column is zero throughout gets the multiple 0, and the answer
        is None unless the column is zero there as well.
        """
        counts = self._counts(level)
        peaks = self._find_peaks(level)
        top = self.base[peaks]
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            multiple = np.where(top == 0, 0.0, values[peaks] / top)
        if not np.isfinite(multiple).all():
            return None
        n_first = int(np.searchsorted(np.cumsum(counts), FIRST_LOOK_ROWS)) + 1
        if len(values) > 2 * FIRST_LOOK_ROWS and not self._holds(
            values, multiple[:n_first], counts[:n_first]
        ):
            return None
        return multiple if self._holds(values, multiple, counts) else None

    def _holds(self, values: Array, multiple: Array, counts: Whole) -> bool:
        for groups, rows in cut_runs(counts):
            own = multiple[groups]
            spread = own if len(own) == 1 else np.repeat(own, counts[groups])
            gap = spread * self.base[rows]
            gap -= values[rows]
            np.abs(gap, out=gap)
            if not (gap <= ROUNDING * np.abs(values[rows])).all():
                return False
        return True

    def _counts(self, level: int) -> Whole:
        return np.array([self.nesting.n_rows]) if level < 0 else self.nesting.counts[level]

    def _find_peaks(self, level: int) -> Whole:
        if level not in self._peaks:
            starts = np.zeros(1, dtype=np.int64) if level < 0 else self.nesting.starts[level]
            size = np.abs(self.base)
            top = np.maximum.reduceat(size, starts)
            at_top = np.flatnonzero(size == np.repeat(top, self._counts(level)))
            self._peaks[level] = at_top[np.searchsorted(at_top, starts)]
        return self._peaks[level]


def cut_runs(counts: Whole) -> Iterator[tuple[slice, slice]]:
    """Cut groups with `counts` rows into parts of about `ROWS_AT_ONCE` rows: groups and rows."""
    ends = np.cumsum(counts)
    goals = np.arange(ROWS_AT_ONCE, ends[-1] + ROWS_AT_ONCE, ROWS_AT_ONCE)
    cuts = np.unique(np.minimum(np.searchsorted(ends, goals) + 1, len(ends)))
    first_group, first_row = 0, 0
    for last_group in cuts:
        last_row = int(ends[last_group - 1])
        yield slice(first_group, int(last_group)), slice(first_row, last_row)
        first_group, first_row = int(last_group), last_row


@dataclass(frozen=True, eq=False)
class Survey:
    """What one partition (or several, merged) says of its columns; small and additive.

    Attributes:
        shape: names of levels, effects and fixed columns, and which levels are correlated.
        multiple_of: (c, c) is candidate i a multiple of candidate j within i's groups?
        anchors: (p, c) the outermost level at which column x is a multiple of candidate j: -1
            for all rows, n_levels when at none.
        multiples: (p, c) the multiple itself where it is one for all rows, else NaN.
        moments: (c, c) sums of products of the candidates.
        column_squares: (p,) sums of squares of the fixed columns.
        constants: (p,) the value of a fixed column that is the same in every row, or NaN.
        outcome_sum: sum of the outcome.
        outcome_squares: sum of squares of the outcome.
        n_rows: rows seen.
    """

    shape: tuple
    multiple_of: np.ndarray
    anchors: np.ndarray
    multiples: Array
    moments: Array
    column_squares: Array
    constants: Array
    outcome_sum: float
    outcome_squares: float
    n_rows: int

    def merge(self, other: Survey) -> Survey:
        """Join what two partitions say.

        Raises:
            AnalysisError: if they do not hold the same model.
        """
        if self.shape != other.shape:
            raise AnalysisError(
                "The partitions do not hold the same model: levels, effects and fixed columns "
                "must have the same names in the same order."
            )
        same = self.constants == other.constants
        anchors = np.maximum(self.anchors, other.anchors)
        agreed = self.multiples == other.multiples
        return Survey(
            self.shape,
            self.multiple_of & other.multiple_of,
            np.where((anchors == -1) & ~agreed, 0, anchors),
            np.where(agreed, self.multiples, np.nan),
            self.moments + other.moments,
            self.column_squares + other.column_squares,
            np.where(same, self.constants, np.nan),
            self.outcome_sum + other.outcome_sum,
            self.outcome_squares + other.outcome_squares,
            self.n_rows + other.n_rows,
        )


def survey_rows(rows: Rows) -> Survey:
    """Look at every column of a partition once."""
    places = rows.candidates
    values = [rows.candidate(place) for place in places]
    twin = [
        next(j for j in range(i + 1) if np.array_equal(values[i], values[j]))
        for i in range(len(values))
    ]
    tests = {i: Multiples(values[i], rows.nesting) for i in set(twin)}
    n_levels = len(rows.designs)
    multiple_of = np.zeros((len(places), len(places)), dtype=bool)
    anchors = np.full((len(rows.columns), len(places)), n_levels)
    multiples = np.full(anchors.shape, np.nan)
    for j, original in enumerate(twin):
        for i, (level, _) in enumerate(places):
            multiple_of[i, j] = (
                twin[i] == original or tests[original].find(values[i], level) is not None
            )
        for x, column in enumerate(rows.columns):
            if original < j:
                anchors[x, j], multiples[x, j] = anchors[x, original], multiples[x, original]
                continue
            for level in range(-1, n_levels):
                multiple = tests[j].find(column, level)
                if multiple is not None:
                    anchors[x, j] = level
                    multiples[x, j] = multiple[0] if level < 0 else np.nan
                    break
    return Survey(
        (rows.nesting.names, rows.effect_names, rows.correlated, rows.column_names),
        multiple_of,
        anchors,
        multiples,
        np.array([[a @ b for b in values] for a in values]),
        np.array([column @ column for column in rows.columns]),
        np.array([c[0] if (c == c[0]).all() else np.nan for c in rows.columns]),
        float(rows.outcome.sum()),
        float(rows.outcome @ rows.outcome),
        rows.nesting.n_rows,
    )
