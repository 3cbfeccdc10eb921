"""The likelihood of a mixed model at given variances, its slope and its curvature.

In: blocks of `Sums` and relative covariances D_l of every level, b of them tried at once (leading
axis). Out: an `Evaluation`. With W the base columns, Z_l = W C_l s (s a
group's multipliers) and V = s2 (I + sum_l Z_l D_l Z_l'), one climb of the tree gives at every
group, with E = s C_l D_l C_l' s,

    N = (I + M E)^-1,  M* = N M,  U* = N U,  log det += log det(I + M E),  R -= U'E N U,

where M = W'V^-1 W and U = W'V^-1 A with the levels inside the group already in V; M* and U* are
summed to the larger group, and R ends as A'V^-1 A, A = [X, y] (Woodbury's identity, never inverting
D). Going down again gives W_g'V^-1 A for the whole V, hence the slope; one more climb gives the
average information (Gilmour, Thompson & Cullis 1995, Biometrics 51, 1440). A fixed column that is W
times a constant of a group joins A only where the group's level is done, as U* = M* c. Decisions:
sums over groups are taken block by block, never in one running total.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from analysis.errors import AnalysisError
from analysis.models.arrays import Array
from analysis.models.mixed.arithmetic import (
    collect_groups,
    effect_matrices,
    gram,
    multiply,
    shrinkage,
    weighted_total,
)
from analysis.models.mixed.sums import Sums

ROUNDING = 4 * np.finfo(float).eps
MOST_BLOCKS_KEPT = 512


@dataclass(eq=False)
class Climb:
    """What the climb leaves at each level of one block (level by level, outermost first)."""

    before: list[Array] = field(default_factory=list)
    shrink: list[Array] = field(default_factory=list)
    spread: list[Array] = field(default_factory=list)
    after: list[Array] = field(default_factory=list)
    columns: list[Array] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The likelihood at b relative covariances.

    Attributes:
        objective: (b,) -2 log likelihood (restricted or not), without the constants of scaling.
        total: (b, p + 1, p + 1) A'V^-1 A (relative to the residual variance).
        inverse: (b, p, p) inverse of its fixed part.
        coefficients: (b, p).
        residual_variance: (b,).
        degrees: (b,) what the residual variance is divided by.
        log_determinant: (b,) log det V relative to the residual variance.
        climbs: working arrays of each block; none when there are so many blocks that climbing
            again is cheaper than keeping them.
    """

    objective: Array
    total: Array
    inverse: Array
    coefficients: Array
    residual_variance: Array
    degrees: Array
    log_determinant: Array
    climbs: list[Climb]

    @property
    def rounding(self) -> Array:
        """How far the objective may be off (b,).

        The residual variance is what is left of an outcome whose mean square is one.
        """
        with np.errstate(divide="ignore"):
            return ROUNDING * (np.abs(self.objective) + self.degrees / self.residual_variance)


def evaluate(
    blocks: Sequence[Sums],
    loadings: Sequence[Array],
    relative: Sequence[Array],
    restricted: bool = True,
) -> Evaluation:
    """Evaluate the likelihood.

    Args:
        blocks: the sums, in blocks of outermost groups.
        loadings: per level (Q, q).
        relative: per level (b, q, q) covariance of the effects relative to the residual variance.
        restricted: REML if true, ML if not.

    Raises:
        AnalysisError: if fixed columns cannot be told apart.
    """
    n_problems = len(relative[0])
    r = blocks[0].n_columns + 1
    total = np.zeros((n_problems, r, r))
    log_determinant = np.zeros(n_problems)
    climbs = []
    for block in blocks:
        climb, part, own = climb_block(block, loadings, relative)
        if len(blocks) <= MOST_BLOCKS_KEPT:
            climbs.append(climb)
        total += part
        log_determinant += own
    fixed, mixed, outcome = total[:, :-1, :-1], total[:, :-1, -1], total[:, -1, -1]
    try:
        factor = np.linalg.cholesky(fixed)
    except np.linalg.LinAlgError as error:
        raise AnalysisError(
            "The fixed columns cannot be told apart once the groups are allowed for: drop one."
        ) from error
    inverse = np.linalg.inv(fixed)
    inverse = (inverse + inverse.swapaxes(-1, -2)) / 2
    coefficients = np.asarray(np.linalg.solve(fixed, mixed[..., None])[..., 0], dtype=np.float64)
    squares = outcome - np.einsum("bi,bi->b", mixed, coefficients)
    n_rows = sum(block.count_rows() for block in blocks)
    degrees = np.full(n_problems, n_rows - (r - 1 if restricted else 0))
    with np.errstate(invalid="ignore", divide="ignore"):
        residual_variance = squares / degrees
        objective = log_determinant + degrees * (1 + np.log(2 * np.pi * residual_variance))
    if restricted:
        diagonal = np.diagonal(factor, axis1=-2, axis2=-1)
        objective = objective + 2 * np.log(diagonal).sum(axis=-1)
    return Evaluation(
        objective,
        total,
        inverse,
        coefficients,
        residual_variance,
        degrees,
        log_determinant,
        climbs,
    )


def climb_block(
    block: Sums, loadings: Sequence[Array], relative: Sequence[Array]
) -> tuple[Climb, Array, Array]:
    """Climb one block: its working arrays, A'V^-1 A and log det V."""
    r = block.n_columns + 1
    n_problems = len(relative[0])
    spread = block.spread_weights()
    offsets = block.offsets()
    first = r - block.n_free
    total = np.zeros((n_problems, r, r))
    total[:, first:, first:] = weighted_total(block.cross[None], spread[0])
    log_determinant = np.zeros(n_problems)
    climb = Climb()
    inner, columns = block.squares[None], block.products[None]
    for k in reversed(range(len(block.levels))):
        level, weight = block.levels[k], spread[k]
        effect = effect_matrices(loadings[k], relative[k], level.multipliers)
        shrink, explained, after, grown = shrinkage(inner, effect)
        shrunk = multiply(shrink, columns)
        log_determinant += weighted_total(grown, weight)
        dense = slice(r - columns.shape[2], r)
        total[:, dense, dense] -= gram(columns, multiply(explained, columns), weight)
        climb.before.insert(0, inner)
        if level.joined.shape[1]:
            joined = level.joined[None]
            new = slice(offsets[k], dense.start)
            entering = multiply(after, joined)
            total[:, new, new] += gram(joined, entering, weight)
            both = gram(joined, shrunk, weight)
            total[:, new, dense] += both
            total[:, dense, new] += both.swapaxes(-1, -2)
            if len(entering) != len(shrunk):
                n = max(len(entering), len(shrunk))
                entering, shrunk = (
                    np.broadcast_to(v, (n, *v.shape[1:])) for v in (entering, shrunk)
                )
            shrunk = np.concatenate([entering, shrunk], axis=2)
        climb.shrink.insert(0, shrink)
        climb.spread.insert(0, explained)
        climb.after.insert(0, after)
        climb.columns.insert(0, shrunk)
        passed = block.weights if k == 0 else None
        inner = collect_groups(after, level.starts, passed)
        columns = collect_groups(shrunk, level.starts, passed)
    joined = block.constant[None, :, :, None]
    if joined.shape[2]:
        new, dense = slice(0, joined.shape[2]), slice(joined.shape[2], r)
        total[:, new, new] += gram(joined, multiply(inner, joined), None)
        both = gram(joined, columns, None)
        total[:, new, dense] += both
        total[:, dense, new] += both.swapaxes(-1, -2)
    return climb, total, log_determinant
