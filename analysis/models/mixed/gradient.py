"""The slope of a mixed model's likelihood.

In: an `Evaluation` with what its climb left at every group. Out: a `Slope`. Going down the tree
with O = what the larger groups leave to explain and J = their uncertainty,

    W_g'V^-1 A = U* + M* O,   W_g'V^-1 W_g = M* - M* J M*   (V whole, rows of group g),

so that the derivative of the objective by D_l is C'[sum W'V^-1 W - B R^-1 B' - b b'/s2] C with B =
W'V^-1 X, b = W'V^-1 (y - X beta). Decisions: whatever is summed is turned to the effects first, so
that effects of unlike size keep their digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.models.arrays import Array
from analysis.models.mixed.arithmetic import (
    Parameter,
    effect_matrices,
    gram,
    gram_columns,
    lift,
    multiply,
    project,
    project_total,
)
from analysis.models.mixed.average_information import (
    add_linear,
    join_information,
    list_directions,
    sum_quadratic,
)
from analysis.models.mixed.likelihood import (
    Climb,
    Evaluation,
    climb_block,
)
from analysis.models.mixed.sums import LevelSums, Sums


@dataclass(frozen=True, eq=False)
class Slope:
    """Derivatives of the objective.

    Attributes:
        matrices: per level (b, q, q) symmetric G: the objective changes by tr(G dD).
        pulls: per level (b, q, q) sum of Z'V^-1 e e'V^-1 Z.
        linear: (b, p, k) X'V^-1 V_a V^-1 e, in the order of `list_parameters`; empty without
            parameters.
        information: (b, k, k) average information, in the order of `list_parameters`; empty
            without parameters.
    """

    matrices: list[Array]
    pulls: list[Array]
    linear: Array
    information: Array


def descend(
    blocks: Sequence[Sums],
    loadings: Sequence[Array],
    relative: Sequence[Array],
    evaluation: Evaluation,
    restricted: bool = True,
    parameters: Sequence[Parameter] | None = None,
) -> Slope:
    """Give the slope at an evaluation, and the average information if `parameters` are given.

    Args:
        blocks: as evaluated.
        loadings: as evaluated.
        relative: as evaluated.
        evaluation: what `evaluate` gave for them.
        restricted: as evaluated.
        parameters: what `list_parameters` gives.
    """
    b, p = evaluation.coefficients.shape
    residual = np.concatenate([-evaluation.coefficients, np.ones((b, 1))], axis=1)
    known = np.zeros((b, p + 1, p + 1))
    if restricted:
        known[:, :p, :p] = evaluation.inverse
    widths = [loading.shape[1] for loading in loadings]
    matrices = [np.zeros((b, q, q)) for q in widths]
    pulls = [np.zeros((b, q, q)) for q in widths]
    n_parameters = len(parameters or ())
    quadratic = np.zeros((b, n_parameters, n_parameters))
    linear = np.zeros((b, p, n_parameters))
    for k, block in enumerate(blocks):
        if evaluation.climbs:
            climb = evaluation.climbs[k]
        else:
            climb = climb_block(block, loadings, relative)[0]
        spread = block.spread_weights()
        directions = _descend_block(
            block, climb, loadings, relative, residual, known, spread, matrices, pulls,
            evaluation.residual_variance, parameters, linear,
        )  # fmt: skip
        if parameters:
            quadratic += sum_quadratic(block, climb, directions, spread, parameters)
    information = quadratic
    if parameters:
        information = join_information(quadratic, linear, pulls, parameters, evaluation)
    return Slope(matrices, pulls, linear, information)


def _descend_block(
    block: Sums,
    climb: Climb,
    loadings: Sequence[Array],
    relative: Sequence[Array],
    residual: Array,
    known: Array,
    spread: Sequence[Array | None],
    matrices: list[Array],
    pulls: list[Array],
    variance: Array,
    parameters: Sequence[Parameter] | None,
    linear: Array,
) -> list[Array]:
    """Add one block's share to the slope; give its directions V_a V^-1 e, level by level."""
    r = residual.shape[1]
    offsets = block.offsets()
    outside = np.zeros((1, block.constant.shape[0], r, 1))
    outside[0, :, : offsets[0], 0] = block.constant
    uncertain = None
    directions = []
    for k, level in enumerate(block.levels):
        after, columns, weight = climb.after[k], climb.columns[k], spread[k]
        loading, multipliers = loadings[k], level.multipliers
        dense = slice(offsets[k], r)
        up = level.parents
        explained = lift(np.matmul(residual[:, None, None], outside)[:, :, 0], up)
        own = np.matmul(residual[:, None, None, dense], columns)[:, :, 0]
        effect = own + np.einsum("bqtm,btm->bqm", after, explained)
        pulled = project(effect[:, :, None], loading, multipliers)
        pull = gram_columns(pulled, pulled, weight)
        matrices[k] += project_total(after, loading, multipliers, weight)
        matrices[k] -= pull / variance[:, None, None]
        matrices[k] -= _taken_up(
            outside, columns, after, known, uncertain, loading, level, dense, weight
        )
        pulls[k] += pull
        if parameters:
            direction = list_directions(pulled[:, :, 0], loading, multipliers, k, parameters)
            add_linear(linear, outside, columns, after, direction, block, k, spread, parameters)
            directions.append(direction)
        if k + 1 == len(block.levels):
            break
        entered = slice(offsets[k], offsets[k] + level.joined.shape[1])
        taken = effect_matrices(loading, relative[k], multipliers)
        whole = multiply(after, lift(outside, up))
        whole[:, :, dense] += columns
        outside = lift(outside, up) - multiply(taken, whole)
        outside[:, :, entered] += level.joined
        shrink, own_spread = climb.shrink[k], climb.spread[k]
        if uncertain is None:
            uncertain = own_spread
        else:
            passed = multiply(shrink.swapaxes(1, 2), lift(uncertain, up))
            uncertain = own_spread + multiply(passed, shrink)
    return directions


def _taken_up(
    outside: Array,
    columns: Array,
    after: Array,
    known: Array,
    uncertain: Array | None,
    loading: Array,
    level: LevelSums,
    dense: slice,
    weight: Array | None,
) -> Array:
    """Give the sum over groups of s C'(M* J M* + B K B') C s, B = M* outside + [0, columns].

    What the larger groups and the fixed columns take from the level's uncertainty. M* is turned
    to the effects before anything large meets it, or spreads large beside the residual's would
    cost their digits.
    """
    held = uncertain
    if known.any():
        weighed = np.matmul(known[:, None], outside)
        held = _symmetric(weighed, outside) + (0.0 if held is None else held)
    if held is None:
        return np.zeros((1, loading.shape[1], loading.shape[1]))
    seen = project(after, loading, level.multipliers).swapaxes(1, 2)
    out = gram(multiply(lift(held, level.parents), seen), seen, weight)
    fixed = slice(dense.start, known.shape[1] - 1)
    if known.any() and fixed.stop > fixed.start:
        own = project(columns[:, :, : fixed.stop - fixed.start], loading, level.multipliers)
        crossed = gram(_crossed(lift(weighed[:, :, fixed], level.parents), own), seen, weight)
        inner = np.matmul(known[:, None, fixed, fixed], own)
        out = out + crossed + crossed.swapaxes(1, 2) + gram_columns(inner, own, weight)
    return out


def _crossed(left: Array, right: Array) -> Array:
    """Sum over columns: (b, Q, j, m), (b, T, j, m) to (b, Q, T, m)."""
    return np.einsum("bqjm,btjm->bqtm", left, right)


def _symmetric(left: Array, right: Array) -> Array:
    """Give `_crossed` where the answer is known to be symmetric."""
    n_bases = left.shape[1]
    if n_bases == 1:
        return _crossed(left, right)
    out = np.empty((max(len(left), len(right)), n_bases, n_bases, left.shape[-1]))
    for q in range(n_bases):
        for t in range(q, n_bases):
            out[:, q, t] = np.einsum("bjm,bjm->bm", left[:, q], right[:, t])
            out[:, t, q] = out[:, q, t]
    return out
