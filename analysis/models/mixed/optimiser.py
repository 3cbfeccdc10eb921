"""Find the variances: scoring on the cone of positive semidefinite matrices.

In: blocks of `Sums` and a starting point. Out: the optimum, a variance of exactly zero included,
and how much likelihood could still be gained. Each step minimises the quadratic model given by the
slope and the average information over all D_l >= 0 and is halved until the exact objective falls.
Decisions: no optimum is believed because steps became small; the conditions of optimality are
numbers, and are checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.models.arrays import Array
from analysis.models.mixed.arithmetic import list_parameters, move_entries, pick_parameters
from analysis.models.mixed.cone import clip_negative, find_step
from analysis.models.mixed.gradient import Slope, descend
from analysis.models.mixed.likelihood import Evaluation, evaluate
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
        relative: per level (1, q, q), after the last step.
        objective: at the last point evaluated, before that step.
        gain_left: the fall still foreseen by the quadratic model there.
        converged: whether that is within the tolerance.
        n_evaluations: how often the likelihood was evaluated.
        before: the last point evaluated, its evaluation (without working arrays) and slope.
    """

    relative: list[Array]
    objective: float
    gain_left: float
    converged: bool
    n_evaluations: int
    before: tuple[list[Array], Evaluation, Slope] | None


def minimise(
    blocks: Sequence[Sums],
    loadings: Sequence[Array],
    correlated: Sequence[bool],
    start: Sequence[Array],
    restricted: bool = True,
    stop_when_slow: bool = False,
    near_limit: float = 0.0,
) -> Optimum:
    """Minimise the objective over relative covariances.

    Args:
        blocks: the sums.
        loadings: per level (Q, q).
        correlated: per level whether its effects covary.
        start: per level (1, q, q), positive semidefinite.
        restricted: REML if true.
        stop_when_slow: stop near the optimum when the average information is too far from the
            observed one for fast convergence; Newton's steps are for the caller.
        near_limit: stop as soon as Newton's steps would settle the rest, where no variance is
            larger than this.
    """
    parameters = list_parameters([v.shape[1] for v in loadings], correlated)
    best, trial = list(start), list(start)
    least = gain = np.inf
    before: tuple[list[Array], Evaluation, Slope] | None = None
    count = 0
    while count < MOST_EVALUATIONS:
        count += 1
        found = slope = before = None  # an evaluation needs their memory
        found = evaluate(blocks, loadings, trial, restricted)
        objective = float(found.objective[0])
        noise = RELATIVE_GAIN * abs(objective)
        if not objective <= least + SMALLEST_GAIN + noise + float(found.rounding[0]):
            trial = [(old + new) / 2 for old, new in zip(best, trial, strict=True)]
            continue
        slope = descend(blocks, loadings, trial, found, restricted, parameters)
        gradient = pick_parameters(slope.matrices, parameters)
        step, falls = find_step(gradient, slope.information, trial, correlated, parameters)
        best, least, foreseen = trial, objective, float(falls[0])
        trial = [clip_negative(value) for value in move_entries(best, step, parameters)]
        before = best, replace(found, climbs=[]), slope
        slow = stop_when_slow and foreseen > SLOW_RATIO * gain
        slow = slow and foreseen < SLOW_GAIN and count >= FEWEST_EVALUATIONS
        near = foreseen < NEAR_GAIN and max(float(v.max()) for v in best) < near_limit
        gain = foreseen
        if foreseen <= SMALLEST_GAIN + noise or slow or near:
            break
    done = gain <= SMALLEST_GAIN + RELATIVE_GAIN * abs(least)
    return Optimum(trial if done else best, least, gain, done, count, before)
