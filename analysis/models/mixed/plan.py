"""How rows become sums: which columns are bases, and in which scales.

In: a `Survey` of all rows. Out: a `Plan`: which columns are bases, where each fixed column has its
place, and the scales in which everything is summed. Decisions: scales and centres only have to be
near; any plan gives the same fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from analysis.errors import AnalysisError
from analysis.models.arrays import Array, Whole
from analysis.models.mixed.columns import Shape, Survey

DEPENDENT = 1e-11
REPEATED = 1e-13


@dataclass(frozen=True, eq=False)
class Plan:
    """How rows become sums.

    Base columns W (n, Q) are orthonormalised: raw bases = W `mixing`. Fixed columns are taken in
    the order [constant multiples of a base everywhere | ... within outermost groups | ... |
    within innermost groups | all others], so that a later mixture of a column with earlier ones
    keeps its place.

    Attributes:
        shape: names of levels, effects and fixed columns, and which levels are correlated.
        bases: level and position of the raw column behind each base.
        mixing: (Q, b) upper triangular, raw bases in terms of W.
        base_of: per level, per effect, the position of its base in `bases`.
        scales: per level (q, q) T: internal design = design T.
        mixable: per level whether T may mix effects.
        anchors: (p,) per fixed column (in the order of use) its level, -1 for all rows,
            n_levels for none.
        column_base: (p,) position of its base in `bases`.
        column_order: (p,) positions of the fixed columns in the order of use.
        column_scale: (p,) root mean square of each, in the order of use.
        outcome_shift: subtracted from the outcome.
        constant: position (in the order of use) and value of the constant column that takes up
            the shift, or None.
        outcome_scale: the outcome is divided by it.
    """

    shape: Shape
    bases: tuple[tuple[int, int], ...]
    mixing: Array
    base_of: tuple[tuple[int, ...], ...]
    scales: tuple[Array, ...]
    mixable: tuple[bool, ...]
    anchors: Whole
    column_base: Whole
    column_order: Whole
    column_scale: Array
    outcome_shift: float
    constant: tuple[int, float] | None
    outcome_scale: float

    @property
    def n_levels(self) -> int:
        """How many levels of groups."""
        return len(self.base_of)

    @property
    def n_columns(self) -> int:
        """How many fixed columns."""
        return len(self.column_order)

    @property
    def loadings(self) -> tuple[Array, ...]:
        """Per level (Q, q) C: a group's internal design is W C, times the group's multipliers."""
        return tuple(
            self.mixing[:, list(base)] @ scale
            for base, scale in zip(self.base_of, self.scales, strict=True)
        )

    def joined(self, level: int) -> Whole:
        """Positions (in the order of use) of the columns whose place is `level`."""
        return np.flatnonzero(self.anchors == level)

    def turn(self, relative: Sequence[Array]) -> tuple[Plan, list[Array]]:
        """Scale effects anew so that no covariance (1, q, q) per level is larger than one.

        Large and small spreads of one level come apart, where its effects may be mixed.

        Returns:
            The plan, and the covariances in its scales.
        """
        scales, turned = [], []
        for scale, value, mixable in zip(self.scales, relative, self.mixable, strict=True):
            sizes, axes = np.diagonal(value[0]), np.eye(len(scale))
            if mixable:
                sizes, axes = np.linalg.eigh(value[0])
            width = np.sqrt(np.maximum(sizes, 1.0))
            scales.append(scale @ (axes * width))
            within = np.diag(np.maximum(sizes, 0.0)) if mixable else value[0]
            turned.append((within / np.outer(width, width))[None])
        return replace(self, scales=tuple(scales)), turned


def plan_sums(survey: Survey) -> Plan:
    """Choose bases, the place of every fixed column, and scales.

    Raises:
        AnalysisError: if a fixed column or a random effect is zero in every row, or two random
            effects of one level are the same column.
    """
    names, effect_names, correlated, column_names = survey.shape
    places = [
        (level, k) for level in reversed(range(len(names))) for k in range(len(effect_names[level]))
    ]
    for (level, k), size in zip(places, np.diagonal(survey.moments), strict=True):
        if size == 0:
            raise AnalysisError(
                f'The random effect "{effect_names[level][k]}" of level {names[level]} is zero in '
                "every row. Drop it."
            )
    chosen: list[int] = []
    base_of: dict[tuple[int, int], int] = {}
    for i, place in enumerate(places):
        known = [b for b in chosen if survey.multiple_of[i, b]]
        if not known:
            chosen.append(i)
            known = [i]
        base_of[place] = chosen.index(known[0])
    order = sorted(range(len(chosen)), key=lambda b: not _is_constant(survey, chosen[b]))
    position = {b: order.index(b) for b in range(len(chosen))}
    picked = [chosen[b] for b in order]
    moments = survey.moments[np.ix_(picked, picked)] / survey.n_rows
    mixing = _orthonormalise(moments)
    bases_of_levels = tuple(
        tuple(position[base_of[level, k]] for k in range(len(effect_names[level])))
        for level in range(len(names))
    )
    places_at = {place: i for i, place in enumerate(places)}
    scales, mixable = [], []
    for level, effects in enumerate(effect_names):
        at = [places_at[level, k] for k in range(len(effects))]
        inner = survey.moments[np.ix_(at, at)] / survey.n_rows
        of = [chosen[base_of[level, k]] for k in range(len(effects))]
        even = all(
            (i, b, k, c) in survey.even
            for (i, b), (k, c) in combinations(zip(at, of, strict=True), 2)
        )
        scales.append(_scale_level(inner, correlated[level], even, names[level], effects))
        mixable.append(correlated[level] and even)
    best = survey.anchors[:, picked]
    column_base = best.argmin(axis=1)
    anchors = best.min(axis=1)
    if (survey.column_squares == 0).any():
        empty = column_names[int(np.argmin(survey.column_squares))]
        raise AnalysisError(f'The fixed column "{empty}" is zero in every row. Drop it.')
    use = np.argsort(anchors, kind="stable")
    constants = survey.constants[use]
    same = np.flatnonzero(np.nan_to_num(constants) != 0)
    shift = survey.outcome_sum / survey.n_rows if len(same) else 0.0
    spread = survey.outcome_squares / survey.n_rows - shift**2
    return Plan(
        survey.shape,
        tuple(places[i] for i in picked),
        mixing,
        bases_of_levels,
        tuple(scales),
        tuple(mixable),
        anchors[use],
        column_base[use],
        use,
        np.sqrt(survey.column_squares[use] / survey.n_rows),
        shift,
        (int(same[0]), float(constants[same[0]])) if len(same) else None,
        float(np.sqrt(spread)) if spread > DEPENDENT * max(shift**2, 1e-300) else 1.0,
    )


def _is_constant(survey: Survey, i: int) -> bool:
    """Tell a column of ones by its moments: a fixed column is a constant multiple of it."""
    everywhere = survey.anchors[:, i] == -1
    return bool((everywhere & ~np.isnan(survey.constants)).any())


def _orthonormalise(moments: Array) -> Array:
    """Give R (Q, b) with R'R = moments; a base that mixes earlier ones adds no row."""
    n_bases = len(moments)
    rows: list[Array] = []
    left = moments.copy()
    for k in range(n_bases):
        if left[k, k] <= REPEATED * moments[k, k]:
            continue
        row = left[k] / np.sqrt(left[k, k])
        row[:k] = 0.0
        rows.append(row)
        left = left - np.outer(row, row)
    return np.array(rows)


def _scale_level(
    moments: Array, correlated: bool, even: bool, name: str, effects: Sequence[str]
) -> Array:
    """Give T (q, q) in which a level's effects are of one size, and apart where they covary.

    Effects may only be mixed when every group multiplies their base columns alike (`even`).
    """
    width = np.sqrt(np.diagonal(moments))
    if not correlated:
        return np.diag(1 / width)
    unit = moments / np.outer(width, width)
    values, vectors = np.linalg.eigh(unit)
    if values[0] <= DEPENDENT:
        loads = np.abs(vectors[:, 0])
        repeated = [f'"{effects[k]}"' for k in np.flatnonzero(loads > loads.max() / 100).tolist()]
        raise AnalysisError(
            f"The random effects {', '.join(repeated)} of level {name} are mixtures of each "
            "other: drop one."
        )
    if not even:
        return np.diag(1 / width)
    factor = np.linalg.cholesky(unit)
    return np.linalg.inv(factor).T / width[:, None]
