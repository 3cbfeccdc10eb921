"""Find the variances: scoring on the cone of positive semidefinite matrices.

Comes in: blocks of `Sums`, a starting point, for one problem or a batch. Goes out: the optimum, a
variance of exactly zero included, and how much likelihood could still be gained. Each step
minimises the quadratic model given by the slope and the average information over all D_l >= 0
and is halved until the exact objective falls. Decided here: no optimum is believed because steps
became small; the conditions of optimality are numbers, and are checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.models.mixed.blocks import take_problems
from analysis.models.mixed.cone import clip_negative, find_step
from analysis.models.mixed.gradient import Slope, descend
from analysis.models.mixed.likelihood import Evaluation, evaluate
from analysis.models.mixed.nesting import Array
from analysis.models.mixed.parameters import list_parameters, move_entries, pick_parameters
from analysis.models.mixed.sums import Sums

SMALLEST_GAIN = 1e-9
RELATIVE_GAIN = 2e-14
MOST_EVALUATIONS = 200
SLOW_RATIO = 0.3
SLOW_GAIN = 1e-2
NEAR_GAIN = 2e-4
FEWEST_EVALUATIONS = 6


@dataclass(frozen=True, eq=False)
class Optimum:
    """Where the objective is least.

    Attributes:
        relative: per level (b, q, q), after the last step.
        objective: (b,) at the last point evaluated, before that step.
        gain_left: (b,) the fall still foreseen by the quadratic model there.
        converged: (b,) whether that is within the tolerance.
        n_evaluations: how often the likelihood was evaluated.
        coefficients: (b, p) after the last step, to first order in it.
        residual_variance: (b,) likewise.
        before: of a problem alone, the last point evaluated, its evaluation (without
            working arrays) and slope.
    """

    relative: list[Array]
    objective: Array
    gain_left: Array
    converged: Array
    n_evaluations: int
    coefficients: Array
    residual_variance: Array
    before: tuple[list[Array], Evaluation, Slope] | None


def minimise(
    blocks: Sequence[Sums],
    loadings: Sequence[Array],
    correlated: Sequence[bool],
    start: Sequence[Array],
    restricted: bool = True,
    weights: Sequence[Array] | None = None,
    stop_when_slow: bool = False,
    near_limit: float = 0.0,
    smallest_gain: float = SMALLEST_GAIN,
) -> Optimum:
    """Minimise the objective over relative covariances, each problem of the batch by itself.

    Args:
        blocks: the sums.
        loadings: per level (Q, q).
        correlated: per level whether its effects covary.
        start: per level (b, q, q), positive semidefinite.
        restricted: REML if true.
        weights: per block (b, m_outer), or None.
        stop_when_slow: stop near the optimum when the average information is too far from the
            observed one for fast convergence; Newton's steps are for the caller.
        near_limit: stop as soon as Newton's steps would settle the rest, where no variance is
            larger than this.
        smallest_gain: fall of -2 log likelihood not worth another step.
    """
    parameters = list_parameters([v.shape[1] for v in loadings], correlated)
    n_problems = len(start[0])
    best = [value.copy() for value in start]
    trial = [value.copy() for value in start]
    least = np.full(n_problems, np.inf)
    gain = np.full(n_problems, np.inf)
    coefficients = np.zeros((n_problems, blocks[0].n_columns))
    variance = np.ones(n_problems)
    active = np.arange(n_problems)
    before = None
    count = 0
    while len(active) and count < MOST_EVALUATIONS:
        count += 1
        found = slope = before = None  # an evaluation needs their memory
        at = [value[active] for value in trial]
        counted = None if weights is None else [value[active] for value in weights]
        parts = blocks if len(active) == n_problems else [take_problems(b, active) for b in blocks]
        same = count == 1 and all((value == value[:1]).all() for value in at)
        found = evaluate(parts, loadings, [v[:1] for v in at] if same else at, restricted, counted)
        noise = RELATIVE_GAIN * np.abs(found.objective)
        better = found.objective <= least[active] + smallest_gain + noise + found.rounding
        for k, value in enumerate(trial):
            value[active[~better]] = (best[k][active[~better]] + at[k][~better]) / 2
        if not better.any():
            continue
        slope = descend(parts, loadings, at, found, restricted, counted, parameters)
        gradient = pick_parameters(slope.matrices, parameters)
        step, foreseen = find_step(gradient, slope.information, at, correlated, parameters)
        moved = [clip_negative(value) for value in move_entries(at, step, parameters)]
        for k, value in enumerate(trial):
            best[k][active[better]] = at[k][better]
            value[active[better]] = moved[k][better]
        least[active[better]] = found.objective[better]
        new = _follow_step(found, slope, step, parameters)
        coefficients[active[better]], variance[active[better]] = (value[better] for value in new)
        if n_problems == 1:
            before = at, replace(found, climbs=[]), slope
        slow = foreseen > SLOW_RATIO * gain[active]
        slow &= (foreseen < SLOW_GAIN) & (count >= FEWEST_EVALUATIONS) & stop_when_slow
        near = (foreseen < NEAR_GAIN) & (max(value.max() for value in at) < near_limit)
        gain[active[better]] = foreseen[better]
        active = active[~(better & ((foreseen <= smallest_gain + noise) | slow | near))]
    limit = smallest_gain + RELATIVE_GAIN * np.abs(least)
    done = gain <= limit
    relative = [np.where(done[:, None, None], trial[k], best[k]) for k in range(len(best))]
    return Optimum(relative, least, gain, done, count, coefficients, variance, before)


def _follow_step(
    found: Evaluation, slope: Slope, step: Array, parameters: Sequence[tuple]
) -> tuple[Array, Array]:
    """Give coefficients and residual variance a step further, to first order.

    db / dD_a = -(X'V^-1 X)^-1 X'V^-1 V_a V^-1 e and d log s2 / dD_a = -e'V^-1 V_a V^-1 e / (f s2).
    """
    turned = np.matmul(slope.linear, step[..., None])
    coefficients = found.coefficients - np.matmul(found.inverse, turned)[..., 0]
    lost = (pick_parameters(slope.pulls, parameters) * step).sum(axis=1)
    variance = found.residual_variance
    return coefficients, variance * np.exp(-lost / (found.degrees * variance))
