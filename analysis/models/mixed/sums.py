"""The sums a mixed model needs of its rows: a few numbers per group, additive over partitions.

Comes in: arranged rows and a plan. Goes out: `Sums`, a tree of groups that holds for every
innermost group W'W and W'[free columns, outcome], and for every group the constants of the
fixed columns that do not vary inside it. Decided here: outermost groups with identical visits are
replaced by a handful of weighted stand-ins with the same second moments; the likelihood, its
gradient and its curvature depend on such groups through nothing else, so that the answer is the
same and the cost no longer grows with their number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.errors import AnalysisError
from analysis.models.mixed.columns import Rows, cut_runs, find_reach
from analysis.models.mixed.nesting import Array, Whole
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
        weights: (m,) how often each group counts, or None for once.
    """

    starts: Whole
    parents: Whole
    joined: Array
    multipliers: Array | None
    weights: Array | None = None

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
        cross: (f, f, m_outer) F'F of each outermost group; where a level further in carries
            weights, these rows are counted as often as their weights say.
        n_rows: (m_outer,) rows of each outermost group, counted in the same way.
        unit: the level whose groups carry weights, or None.

    Sums of a batch of b problems with the same visits have `joined`, `products`, `cross` (b, ...)
    and weights (b, m_outer).
    """

    constant: Array
    levels: tuple[LevelSums, ...]
    squares: Array
    products: Array
    cross: Array
    n_rows: Array
    unit: int | None = None

    @property
    def n_free(self) -> int:
        """How many columns, the outcome among them, are held as products."""
        return self.products.shape[-2]

    @property
    def n_columns(self) -> int:
        """How many fixed columns there are."""
        joined = sum(level.joined.shape[-2] for level in self.levels)
        return self.constant.shape[1] + joined + self.n_free - 1

    def offsets(self) -> list[int]:
        """Per level, how many fixed columns have a place further out."""
        widths = [self.constant.shape[1]] + [level.joined.shape[-2] for level in self.levels]
        return [int(total) for total in np.cumsum(widths)[:-1]]

    def spread_weights(self) -> list[Array | None]:
        """Per level, how often what its groups contribute is counted."""
        spread: list[Array | None] = []
        for k, level in enumerate(self.levels):
            if self.unit is None or k < self.unit:
                spread.append(None)
            elif k == self.unit:
                spread.append(level.weights)
            else:
                spread.append(np.take(spread[-1], level.parents, axis=-1))
        return spread

    def count_rows(self) -> float | Array:
        """Count the rows, each as often as its group counts; (b,) for a batch."""
        if self.unit == 0:
            return self.levels[0].weights @ self.n_rows
        return float(self.n_rows.sum())


def build_sums(
    rows: Rows, plan: Plan, weights: Array | None = None, unit: int | None = None
) -> Sums:
    """Pass once over the rows.

    Args:
        rows: the rows.
        plan: the plan, made from these rows or from all partitions.
        weights: (m,) how often each group of level `unit` counts, or None.
        unit: the level that carries the weights, or None.

    Raises:
        AnalysisError: if the rows contradict the plan.
    """
    nesting = rows.nesting
    n_levels = len(rows.designs)
    raw = [rows.candidate(place) for place in plan.bases]
    bases = _mix_bases(raw, plan)
    joined: list[list[Array]] = [[] for _ in range(n_levels + 1)]
    free = []
    found = _find_constants(rows, plan, raw)
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
    counted, n_rows = free, nesting.counts[0].astype(float)
    if unit is not None:
        levels[unit] = replace(levels[unit], weights=weights)
        if unit > 0:
            often = np.repeat(weights, nesting.counts[unit])
            counted = [column * often for column in free]
            n_rows = np.add.reduceat(often, nesting.starts[0])
    return Sums(
        constant,
        tuple(levels),
        _sum_products(bases, bases, nesting.counts[-1]),
        _sum_products(bases, free, nesting.counts[-1]),
        _sum_products(free, counted, nesting.counts[0]),
        n_rows,
        unit,
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


def _find_constants(rows: Rows, plan: Plan, raw: Sequence[Array]) -> dict[int, Array]:
    """Give for each fixed column that has a place (in the order of use) its constants there."""
    found = {}
    for base, column in enumerate(raw):
        own = np.flatnonzero((plan.column_base == base) & (plan.anchors < plan.n_levels))
        if len(own) == 0:
            continue
        places = plan.column_order[own]
        reach = rows.reaches.get(plan.bases[base])
        if reach is None:
            outermost = int(plan.anchors[own].min())
            reach = find_reach(column, [rows.columns[j] for j in places], rows.nesting, outermost)
            places = np.arange(len(own))
        for at, k in zip(places, own, strict=True):
            constants = reach.spread(int(at), int(plan.anchors[k]), rows.nesting)
            if constants is None:
                name = rows.column_names[plan.column_order[k]]
                raise AnalysisError(
                    f'The fixed column "{name}" varies in this partition where the plan says it '
                    "does not. Make the plan from the surveys of all partitions."
                )
            found[int(k)] = constants
    return found


def _find_multipliers(rows: Rows, plan: Plan, raw: Sequence[Array], level: int) -> Array | None:
    found = []
    for k, base in enumerate(plan.base_of[level]):
        column = rows.candidate((level, k))
        if plan.bases[base] == (level, k) or np.array_equal(column, raw[base]):
            found.append(np.ones(len(rows.nesting.starts[level])))
            continue
        reach = find_reach(raw[base], [column], rows.nesting, level)
        multiple = reach.spread(0, level, rows.nesting)
        if multiple is None:
            raise AnalysisError(
                f'The random effect "{rows.effect_names[level][k]}" varies in this partition '
                "where the plan says it does not. Make the plan from all partitions."
            )
        found.append(multiple)
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
    """Count per level the groups with a design that is not all zero.

    Whole weights count as so many groups; with other weights every group counts once.
    """
    counts = []
    for level, often in zip(sums.levels, sums.spread_weights(), strict=True):
        part = np.ones(level.n_groups)
        if level.multipliers is not None:
            part = level.multipliers.any(axis=0).astype(float)
        if often is not None:
            part = part * (often if (often == np.round(often)).all() else often > 0)
        counts.append(round(float(part.sum())))
    return tuple(counts)


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
    if sums.unit:
        added = added * sums.spread_weights()[-1]
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
