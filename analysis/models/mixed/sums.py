"""The sums a mixed model needs of its rows: a few numbers per group.

In: arranged rows and a plan. Out: `Sums`, a tree of groups that holds for every innermost group W'W
and W'[free columns, outcome], and for every group the constants of the fixed columns that do not
vary inside it. Decisions: outermost groups with identical visits are replaced by a handful of
weighted stand-ins with the same second moments; the likelihood, its gradient and its curvature
depend on such groups through nothing else, so that the answer is the same and the cost no longer
grows with their number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.errors import AnalysisError
from analysis.models.arrays import Array, Whole
from analysis.models.mixed.columns import Rows, cut_runs, find_reach
from analysis.models.mixed.plan import Plan

MISFIT = 1e-9


@dataclass(frozen=True, eq=False)
class LevelSums:
    """The groups of one level.

    Attributes:
        starts: (m_above,) position of the first group inside each larger group.
        parents: (m,) position of each group's larger group.
        joined: (Q, j, m) W-coefficients of the fixed columns constant within these groups.
        multipliers: (q, m) by which each effect's base column is multiplied, or None for ones.
    """

    starts: Whole
    parents: Whole
    joined: Array
    multipliers: Array | None

    @property
    def n_groups(self) -> int:
        """How many groups."""
        return self.joined.shape[-1]


@dataclass(frozen=True, eq=False)
class Sums:
    """All that the likelihood needs of the rows.

    Attributes:
        constant: (Q, j0) W-coefficients of the fixed columns that are bases themselves.
        levels: outermost first.
        squares: (Q, Q, m) W'W of each innermost group.
        products: (Q, f, m) W'F of each innermost group, F = [free fixed columns, outcome].
        cross: (f, f, m_outer) F'F of each outermost group.
        n_rows: (m_outer,) rows of each outermost group.
        weights: (m_outer,) how often each outermost group counts, or None for once.
    """

    constant: Array
    levels: tuple[LevelSums, ...]
    squares: Array
    products: Array
    cross: Array
    n_rows: Array
    weights: Array | None = None

    @property
    def n_free(self) -> int:
        """How many columns, the outcome among them, are held as products."""
        return self.products.shape[1]

    @property
    def n_columns(self) -> int:
        """How many fixed columns there are."""
        joined = sum(level.joined.shape[1] for level in self.levels)
        return self.constant.shape[1] + joined + self.n_free - 1

    def offsets(self) -> list[int]:
        """Per level, how many fixed columns have a place further out."""
        widths = [self.constant.shape[1]] + [level.joined.shape[1] for level in self.levels]
        return [int(total) for total in np.cumsum(widths)[:-1]]

    def spread_weights(self) -> list[Array | None]:
        """Per level, how often what its groups contribute is counted, or None for once."""
        if self.weights is None:
            return [None] * len(self.levels)
        spread = [self.weights]
        for level in self.levels[1:]:
            spread.append(spread[-1][level.parents])
        return [*spread]

    def count_rows(self) -> float:
        """Count the rows, each as often as its group counts."""
        return float((self.n_rows if self.weights is None else self.weights @ self.n_rows).sum())


def build_sums(rows: Rows, plan: Plan) -> Sums:
    """Pass once over the rows.

    Args:
        rows: the rows.
        plan: the plan, made from these rows.

    Raises:
        AnalysisError: if two random-effect columns are nearly but not quite the same.
    """
    nesting = rows.nesting
    n_levels = len(rows.designs)
    raw = [rows.candidate(place) for place in plan.bases]
    bases = _mix_bases(raw, plan)
    joined: list[list[Array]] = [[] for _ in range(n_levels + 1)]
    free = []
    found = _find_constants(rows, plan)
    for k, j in enumerate(plan.column_order):
        if k not in found:
            free.append(rows.columns[j] / plan.column_scale[k])
            continue
        loads = plan.mixing[:, int(plan.column_base[k]), None] / plan.column_scale[k]
        joined[int(plan.anchors[k]) + 1].append(loads * found[k])
    free.append((rows.outcome - plan.outcome_shift) / plan.outcome_scale)
    n_bases = len(bases)
    levels = []
    for level in range(n_levels):
        m = len(nesting.starts[level])
        parents = nesting.parents(level) if level else np.zeros(m, dtype=np.int64)
        levels.append(
            LevelSums(
                nesting.children_starts(level),
                parents,
                np.stack(joined[level + 1], axis=1)
                if joined[level + 1]
                else np.empty((n_bases, 0, m)),
                _find_multipliers(rows, plan, raw, level),
            )
        )
    constant = np.concatenate(joined[0], axis=1) if joined[0] else np.empty((n_bases, 0))
    return Sums(
        constant,
        tuple(levels),
        _sum_products(bases, bases, nesting.counts[-1]),
        _sum_products(bases, free, nesting.counts[-1]),
        _sum_products(free, free, nesting.counts[0]),
        nesting.counts[0].astype(float),
    )


def _mix_bases(raw: list[Array], plan: Plan) -> list[Array]:
    """Solve raw = W mixing for W, column by column."""
    bases: list[Array] = []
    for k, column in enumerate(raw):
        loads = plan.mixing[:, k]
        left = column
        for row, base in zip(loads, bases, strict=False):
            if row:
                left = left - row * base
        own = len(bases)
        if own < len(loads) and loads[own] and not plan.mixing[own, :k].any():
            bases.append(left / loads[own])
        elif np.abs(left).max() > MISFIT * np.abs(column).max():
            raise AnalysisError(
                "Two random-effect columns are nearly but not quite the same: centre or rescale "
                "them, or drop one."
            )
    return bases


def _find_constants(rows: Rows, plan: Plan) -> dict[int, Array]:
    """Give for each fixed column that has a place (in the order of use) its constants there."""
    found = {}
    for base, place in enumerate(plan.bases):
        own = np.flatnonzero((plan.column_base == base) & (plan.anchors < plan.n_levels))
        for at, k in zip(plan.column_order[own], own, strict=True):
            reach = rows.reaches[place]
            found[int(k)] = reach.spread(int(at), int(plan.anchors[k]), rows.nesting)
    return found


def _find_multipliers(rows: Rows, plan: Plan, raw: Sequence[Array], level: int) -> Array | None:
    found = []
    for k, base in enumerate(plan.base_of[level]):
        column = rows.candidate((level, k))
        if plan.bases[base] == (level, k) or np.array_equal(column, raw[base]):
            found.append(np.ones(len(rows.nesting.starts[level])))
            continue
        reach = find_reach(raw[base], [column], rows.nesting, level)
        found.append(reach.spread(0, level, rows.nesting))
    multipliers = np.array(found)
    return None if (multipliers == 1).all() else multipliers


def _sum_products(left: Sequence[Array], right: Sequence[Array], counts: Whole) -> Array:
    """Give sums of products within runs of rows: (len(left), len(right), m)."""
    same = left is right
    out = np.empty((len(left), len(right), len(counts)))
    for groups, rows in cut_runs(counts):
        starts = np.cumsum(counts[groups]) - counts[groups]
        for a, first in enumerate(left):
            for b, second in enumerate(right):
                if same and b < a:
                    out[a, b, groups] = out[b, a, groups]
                else:
                    out[a, b, groups] = np.add.reduceat(first[rows] * second[rows], starts)
    return out


def count_groups(sums: Sums) -> tuple[int, ...]:
    """Count per level the groups with a design that is not all zero."""
    return tuple(
        level.n_groups
        if level.multipliers is None
        else int(np.count_nonzero(level.multipliers.any(axis=0)))
        for level in sums.levels
    )


def mix_columns(sums: Sums, mixture: Array) -> Sums:
    """Replace [fixed columns, outcome] by their mixtures [fixed columns, outcome] A.

    Args:
        sums: the sums.
        mixture: (p + 1, p + 1) upper triangular A, so that every column keeps its place.
    """
    n_old = sums.constant.shape[1]
    known = sums.constant[:, :, None]
    constant = sums.constant @ mixture[:n_old, :n_old]
    levels = []
    for level in sums.levels:
        inside = known if known.shape[-1] == 1 else np.take(known, level.parents, axis=-1)
        width = level.joined.shape[1]
        known = _stack(inside, level.joined)
        new = np.einsum("qim,ij->qjm", known, mixture[: n_old + width, n_old : n_old + width])
        shape = (*new.shape[:2], level.n_groups)
        levels.append(replace(level, joined=np.broadcast_to(new, shape)))
        n_old += width
    shift = np.einsum("qim,ij->qjm", known, mixture[:n_old, n_old:])
    own = mixture[n_old:, n_old:]
    moved = np.einsum("qkm,kjm->qjm", sums.squares, np.broadcast_to(shift, _like(sums, shift)))
    kept = np.einsum("qim,ij->qjm", sums.products, own)
    twice = np.einsum("qim,qjm->ijm", shift, kept)
    added = np.einsum("qim,qjm->ijm", shift, moved) + twice + twice.swapaxes(0, 1)
    for level in reversed(sums.levels[1:]):
        added = np.add.reduceat(added, level.starts, axis=-1)
    cross = np.einsum("ai,abm,bj->ijm", own, sums.cross, own, optimize=True) + added
    return replace(
        sums, constant=constant, levels=tuple(levels), products=kept + moved, cross=cross
    )


def _like(sums: Sums, shift: Array) -> tuple[int, int, int]:
    return (shift.shape[0], shift.shape[1], sums.squares.shape[-1])


def _stack(known: Array, joined: Array) -> Array:
    if joined.shape[1] == 0:
        return known
    wide = np.broadcast_to(known, (*known.shape[:2], joined.shape[-1]))
    return np.concatenate([wide, joined], axis=1)
