"""Where to start: variances from moments of the least-squares residuals.

In: sums whose outcome is the least-squares residual. Out: relative covariances. With e the
residuals and V_a the derivative of the outcome's covariance by parameter a, the variances theta
that bring sum theta_a V_a nearest to e e' solve sum_b tr(V_a V_b) theta_b = e'V_a e (MIVQUE0: Rao
1971, 10.1016/0047-259X(71)90001-7; Goodnight 1978). Decisions: a start only has to be near, so the
fixed columns' share in the residuals is not allowed for; no spread starts so low that its slope
could not be felt.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.models.arrays import Array
from analysis.models.mixed.arithmetic import (
    collect_groups,
    list_parameters,
    pick_parameters,
    project_total,
)
from analysis.models.mixed.cone import clip_negative
from analysis.models.mixed.sums import Sums

SMALLEST_RESIDUAL = 0.05
LARGEST = 100.0
SMALLEST_START = 0.05


def find_start(
    blocks: Sequence[Sums], loadings: Sequence[Array], correlated: Sequence[bool], overlap: Array
) -> list[Array]:
    """Give relative covariances (1, q, q) per level to start from.

    Args:
        blocks: the sums, their outcome the least-squares residual with mean square one.
        loadings: per level (Q, q).
        correlated: per level whether its effects covary.
        overlap: (k + 1, k + 1) tr(V_a V_b), the residual variance last.
    """
    widths = [loading.shape[1] for loading in loadings]
    parameters = list_parameters(widths, correlated)
    pulls = [np.zeros((1, q, q)) for q in widths]
    for block in blocks:
        pulled = block.products[:, -1]
        spread = block.spread_weights()
        for k in reversed(range(len(block.levels))):
            level = block.levels[k]
            square = (pulled[:, None] * pulled)[None]
            pulls[k] += project_total(square, loadings[k], level.multipliers, spread[k])
            pulled = collect_groups(pulled, level.starts, block.weights if k == 0 else None)
    n_rows = overlap[-1, -1]
    moments = np.append(pick_parameters(pulls, parameters)[0], n_rows)
    theta = np.linalg.solve(overlap, moments)
    relative = [np.zeros((1, q, q)) for q in widths]
    for (own, i, j), size in zip(parameters, theta[:-1], strict=True):
        relative[own][0, i, j] = relative[own][0, j, i] = size
    residual = max(theta[-1], SMALLEST_RESIDUAL)
    near = [np.clip(value / residual, -LARGEST, LARGEST) for value in relative]
    if theta[-1] < SMALLEST_RESIDUAL:  # such moments are too coarse: every spread starts higher
        return [clip_negative(value) + SMALLEST_START * np.eye(value.shape[-1]) for value in near]
    return [_lift_spreads(value) for value in near]


def _lift_spreads(matrices: Array) -> Array:
    """Raise eigenvalues of symmetric matrices (b, q, q) to the smallest start; the others stay."""
    values, vectors = np.linalg.eigh(matrices)
    return (vectors * np.maximum(values, SMALLEST_START)[:, None]) @ vectors.swapaxes(-1, -2)
