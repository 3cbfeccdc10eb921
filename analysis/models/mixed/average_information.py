"""The average information of a mixed model: how sharply the likelihood bends, on average.

In: what a climb left at every group and W_g'V^-1 e of every group. Out: e'V^-1 V_a V^-1 V_b V^-1 e
for all pairs of parameters, less what the coefficients and the residual variance take (Gilmour,
Thompson & Cullis 1995, Biometrics 51, 1440). Decisions: one more climb with the columns V_a V^-1 e
gives all pairs at once.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.models.arrays import Array
from analysis.models.mixed.arithmetic import (
    Parameter,
    collect_groups,
    gram,
    multiply,
    pick_parameters,
)
from analysis.models.mixed.likelihood import Climb, Evaluation
from analysis.models.mixed.sums import Sums


def list_directions(
    pulled: Array,
    loading: Array,
    multipliers: Array | None,
    k: int,
    parameters: Sequence[Parameter],
) -> Array:
    """Give for each parameter of level k the W-coefficients (b, Q, a, m) of V_a V^-1 e.

    `pulled` (b, q, m) is s C'W'V^-1 e.
    """
    own = [(i, j) for level, i, j in parameters if level == k]
    n_bases, q = loading.shape
    turn = np.zeros((n_bases, len(own), q, q))
    for a, (i, j) in enumerate(own):
        turn[:, a, i, j] = loading[:, i]
        turn[:, a, j, i] = loading[:, j]
    if multipliers is None:
        out = turn.sum(axis=2).reshape(-1, q) @ pulled
    else:
        products = multipliers[:, None] * pulled[:, None]
        out = turn.reshape(-1, q * q) @ products.reshape(len(pulled), q * q, -1)
    return out.reshape(len(pulled), n_bases, len(own), -1)


def add_linear(
    linear: Array,
    outside: Array,
    columns: Array,
    after: Array,
    direction: Array,
    block: Sums,
    k: int,
    spread: Sequence[Array | None],
    parameters: Sequence[Parameter],
) -> None:
    """Add X'V^-1 V_a V^-1 e for the parameters of level k."""
    level, weight = block.levels[k], spread[k]
    at = [a for a, parameter in enumerate(parameters) if parameter[0] == k]
    p = linear.shape[1]
    moved = collect_groups(multiply(after, direction), level.starts, weight)
    linear[:, :, at] += gram(outside[:, :, :p], moved, None)
    first = p + 1 - columns.shape[2]
    linear[:, first:, at] += gram(columns[:, :, :-1], direction, weight)


def sum_quadratic(
    block: Sums,
    climb: Climb,
    directions: Sequence[Array],
    spread: Sequence[Array | None],
    parameters: Sequence[Parameter],
) -> Array:
    """Give e'V^-1 V_a V^-1 V_b V^-1 e over the groups of one block."""
    n = len(parameters)
    out = np.zeros((len(directions[0]), n, n))
    active: list[int] = []
    rising: Array | None = None
    for k in reversed(range(len(block.levels))):
        level, weight, direction = block.levels[k], spread[k], directions[k]
        at = [a for a, parameter in enumerate(parameters) if parameter[0] == k]
        entering = multiply(climb.before[k], direction)
        out[:, np.array(at)[:, None], at] += gram(direction, entering, weight)
        if rising is not None:
            both = gram(direction, rising, weight)
            out[:, np.array(at)[:, None], active] += both
            out[:, np.array(active)[:, None], at] += both.swapaxes(-1, -2)
            entering = np.concatenate([entering, rising], axis=2)
        active = at + active
        lost = gram(entering, multiply(climb.spread[k], entering), weight)
        out[:, np.array(active)[:, None], active] -= lost
        if k:
            rising = collect_groups(multiply(climb.shrink[k], entering), level.starts, None)
    return out


def join_information(
    quadratic: Array,
    linear: Array,
    pulls: Sequence[Array],
    parameters: Sequence[Parameter],
    evaluation: Evaluation,
) -> Array:
    """Give the average information (b, k, k) from the sums of every block."""
    pull = pick_parameters(pulls, parameters)
    variance = evaluation.residual_variance[:, None, None]
    solved = np.matmul(evaluation.inverse, linear)
    quadratic = quadratic - np.matmul(linear.swapaxes(-1, -2), solved)
    outer = pull[:, :, None] * pull[:, None, :]
    return quadratic / variance - outer / (variance**2 * evaluation.degrees[:, None, None])
