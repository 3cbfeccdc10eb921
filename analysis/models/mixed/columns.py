"""Find what repeats in the columns of a mixed model, so that sums can stand in for rows.

In: the rows, arranged by groups. Out: a `Survey` (which column is a constant multiple of which, at
which level). In a growth model every random design is made of few base columns (1 and week), and
most fixed columns are "a constant of the child" times a base column: such a column needs one number
per child instead of one per row. Decisions: a multiple is recognised only when it holds in every
row to rounding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from analysis.models.arrays import Array, Whole
from analysis.models.mixed.nesting import Nesting, RandomEffect

ROUNDING = 8 * np.finfo(float).eps
ROWS_AT_ONCE = 8_000
NUMBERS_AT_ONCE = 32_768


Shape = tuple[tuple[str, ...], tuple[tuple[str, ...], ...], tuple[bool, ...], tuple[str, ...]]
"""Names of levels, their effects, which of them covary, and names of fixed columns."""


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows, arranged by groups.

    Attributes:
        nesting: the groups.
        effect_names: per level the names of its design's columns.
        designs: per level the (n, q) design.
        correlated: per level whether its effects covary.
        column_names: names of the p fixed columns.
        columns: p arrays (n,), the fixed design.
        outcome: (n,).
        reaches: what a survey of these rows found, so that their sums need not find it again: by
            place of a random-design column, how far out the fixed columns are multiples of it.
    """

    nesting: Nesting
    effect_names: tuple[tuple[str, ...], ...]
    designs: tuple[Array, ...]
    correlated: tuple[bool, ...]
    column_names: tuple[str, ...]
    columns: tuple[Array, ...]
    outcome: Array
    reaches: dict[tuple[int, int], Reach] = field(default_factory=dict)

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
    column_names: Iterable[str],
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


@dataclass(frozen=True, eq=False)
class Reach:
    """How far out columns are constant multiples of a base column.

    Attributes:
        levels: per column the outermost level within whose groups it is one: -1 when it is over all
            rows, n_levels when it is not even within the innermost groups.
        multiples: per column the multiple for each group of that level, or nothing.
    """

    levels: Whole
    multiples: list[Array]

    def holds(self, column: int, level: int) -> bool:
        """Tell whether a column is a constant multiple within every group of `level`."""
        return int(self.levels[column]) <= level

    def spread(self, column: int, level: int, nesting: Nesting) -> Array:
        """Give the multiples for the groups of `level`, where they are constant."""
        own, multiple = int(self.levels[column]), self.multiples[column]
        if own == level:
            return multiple
        if own < 0:
            return np.repeat(multiple, len(nesting.starts[level]))
        return multiple[np.searchsorted(nesting.starts[own], nesting.starts[level], "right") - 1]


def find_reach(
    base: Array, columns: Sequence[Array], nesting: Nesting, outermost: int = -1
) -> Reach:
    """Find how far out each column is a constant multiple of a base column, up to rounding.

    A group in which the base column is zero throughout has the multiple 0, and only a column that
    is zero there as well is a multiple. What holds within groups is asked of larger groups by one
    row of each group alone.

    Args:
        base: (n,).
        columns: arrays (n,).
        nesting: the groups.
        outermost: the level to stop at.
    """
    n_levels = len(nesting.starts)
    levels = np.full(len(columns), n_levels)
    multiples = [np.empty(0)] * len(columns)
    asked = np.arange(len(columns))
    for level in reversed(range(outermost, n_levels)):
        holds, base, columns = _peak_rows(base, columns, _count_parts(nesting, level))
        asked = asked[holds]
        if len(asked) == 0:
            break
        levels[asked] = level
        tops = np.where(base == 0, 1.0, base)
        for place, peaks in zip(asked, columns, strict=True):
            multiples[place] = peaks / tops
    return Reach(levels, multiples)


def _count_parts(nesting: Nesting, level: int) -> Whole:
    """Count the rows (for the innermost level) or the groups further in of each group."""
    if level == len(nesting.starts) - 1:
        return nesting.counts[level]
    n_inner = len(nesting.starts[level + 1])
    return np.diff(nesting.children_starts(level + 1), append=n_inner)


def _peak_rows(
    base: Array, columns: Sequence[Array], counts: Whole
) -> tuple[Array, Array, list[Array]]:
    """Ask whether columns are multiples of the base within groups of `counts` rows.

    Returns:
        For each column whether it is; then the base and the columns that are, at the row of each
        group where the base is largest.
    """
    holds = np.ones(len(columns), dtype=bool)
    tops, peaks = [], []
    at_once = max(NUMBERS_AT_ONCE // max(len(columns), 1), 1)
    for groups, rows in cut_runs(counts, at_once):
        own, inside = counts[groups], base[rows]
        values = np.array([columns[c][rows] for c in np.flatnonzero(holds).tolist()])
        starts = np.cumsum(own) - own
        size = np.abs(inside)
        at_top = np.flatnonzero(size == np.repeat(np.maximum.reduceat(size, starts), own))
        peak = at_top[np.searchsorted(at_top, starts)]
        top, at_peak = inside[peak], values[:, peak]
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            gap = np.repeat(at_peak / np.where(top == 0, 1.0, top), own, axis=1)
            gap *= inside
            gap -= values
        np.abs(gap, out=gap)
        still = (gap <= ROUNDING * np.abs(values)).all(axis=1)
        tops.append(top)
        peaks.append(at_peak)
        if not still.all():
            peaks = [part[still] for part in peaks]
            holds[holds] = still
            if not holds.any():
                return holds, base[:0], []
    return holds, np.concatenate(tops), list(np.concatenate(peaks, axis=1))


def cut_runs(counts: Whole, at_once: int = ROWS_AT_ONCE) -> Iterator[tuple[slice, slice]]:
    """Cut groups with `counts` rows into parts of about `at_once` rows: groups and rows."""
    ends = np.cumsum(counts)
    goals = np.arange(at_once, ends[-1] + at_once, at_once)
    cuts = np.unique(np.minimum(np.searchsorted(ends, goals) + 1, len(ends)))
    first_group, first_row = 0, 0
    for last_group in cuts:
        last_row = int(ends[last_group - 1])
        yield slice(first_group, int(last_group)), slice(first_row, last_row)
        first_group, first_row = int(last_group), last_row


@dataclass(frozen=True, eq=False)
class Survey:
    """What the rows say of their columns.

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
        n_rows: how many rows.
        even: (i, b, k, c) for candidates i and k of one level that are, in each of its groups, one
            and the same multiple of candidates b and c.
    """

    shape: Shape
    multiple_of: np.ndarray
    anchors: np.ndarray
    multiples: Array
    moments: Array
    column_squares: Array
    constants: Array
    outcome_sum: float
    outcome_squares: float
    n_rows: int
    even: frozenset[tuple[int, int, int, int]]


def survey_rows(rows: Rows) -> Survey:
    """Look at every column once, beside the random-design columns that are needed."""
    places = rows.candidates
    values = [rows.candidate(place) for place in places]
    twin = [
        next(j for j in range(i + 1) if np.array_equal(values[i], values[j]))
        for i in range(len(values))
    ]
    kinds = sorted(set(twin))
    n_levels, p = len(rows.designs), len(rows.columns)
    multiple_of = np.zeros((len(places), len(places)), dtype=bool)
    anchors = np.full((p, len(places)), n_levels)
    multiples = np.full(anchors.shape, np.nan)
    within: dict[tuple[int, int], Array] = {}
    for kind in kinds:
        alike = [j for j, original in enumerate(twin) if original == kind]
        if multiple_of[alike].any(axis=1).all():
            continue
        reach = find_reach(values[kind], [*rows.columns, *(values[i] for i in kinds)], rows.nesting)
        rows.reaches.update((places[j], reach) for j in alike)
        anchors[:, alike] = reach.levels[:p, None]
        for x in np.flatnonzero(reach.levels[:p] < 0):
            multiples[x, alike] = reach.multiples[x][0]
        for i, (level, _) in enumerate(places):
            column = p + kinds.index(twin[i])
            multiple_of[i, alike] = reach.holds(column, level)
            if reach.holds(column, level):
                within[i, kind] = reach.spread(column, level, rows.nesting)
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
        _find_even(within, places),
    )


def _find_even(
    within: dict[tuple[int, int], Array], places: Sequence[tuple[int, int]]
) -> frozenset[tuple[int, int, int, int]]:
    """Find which candidates (i, k) of one level are the same multiples of candidates (b, c)."""
    return frozenset(
        (i, b, k, c)
        for (i, b), first in within.items()
        for (k, c), second in within.items()
        if i < k
        and places[i][0] == places[k][0]
        and np.allclose(first, second, rtol=ROUNDING, atol=0.0)
    )
