"""One step for many problems that differ by the weights of outermost groups, all at one point.

Comes in: a solution and weights, one row per problem. Goes out: relative covariances, one step on
for every problem. At one point everything the step needs is a sum over outermost groups of what
does not depend on the weights, so that all problems cost little more than one. Decided here: the
small gap between a problem's coefficients and the solution's is allowed for with the solution's
own X'V^-1 V_a V^-1 X; steps are stretched as in balanced groups; the step only has to be good,
since exact evaluations follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analysis.models.mixed.arithmetic import project_total
from analysis.models.mixed.cone import clip_negative, find_step
from analysis.models.mixed.gradient import descend
from analysis.models.mixed.likelihood import Climb, evaluate
from analysis.models.mixed.nesting import Array
from analysis.models.mixed.parameters import move_entries, pick_parameters
from analysis.models.mixed.solve import Solution
from analysis.models.mixed.sums import Sums

LONGEST = 0.6
TINY = 1e-10


def step_together(
    solution: Solution, blocks: Sequence[Sums], weights: Sequence[Array], restricted: bool
) -> list[Array]:
    """Give per level (b, q, q) relative covariances one step from the solution's.

    With d a problem's coefficients less the solution's, e the solution's residuals and
    Q_a = X'V^-1 V_a V^-1 X, its own residuals have
    e'V^-1 V_a V^-1 e - 2 d'X'V^-1 V_a V^-1 e + d'Q_a d in place of the first term.

    Args:
        solution: the fit of all groups.
        blocks: the sums, in the solution's internal columns, without weights.
        weights: per block (b, m_outer).
        restricted: REML if true.

    Raises:
        FlatProblemError: if fixed columns cannot be told apart in some problem.
    """
    loadings, parameters = solution.plan.loadings, solution.parameters
    relative = solution.relative
    found = evaluate(blocks, loadings, relative, restricted, weights)
    here = replace(solution.evaluation, climbs=found.climbs)
    slope = descend(blocks, loadings, relative, here, restricted, weights, parameters)
    pull = pick_parameters(slope.pulls, parameters)
    weigh = -solution.curvature.fixed_part
    away = found.coefficients - here.coefficients
    own = pull - 2 * np.einsum("bp,bpa->ba", away, slope.linear)
    own += np.einsum("bp,apq,bq->ba", away, weigh, away, optimize=True)
    gradient = pick_parameters(slope.matrices, parameters) + pull / here.residual_variance[0]
    gradient -= own / found.residual_variance[:, None]
    if restricted:
        gradient -= np.einsum("bpq,apq->ba", found.inverse - here.inverse, weigh)
    n_problems = len(gradient)
    spread = [np.repeat(value, n_problems, axis=0) for value in relative]
    _, _, correlated, _ = solution.plan.shape
    step, _ = find_step(gradient, slope.information, spread, correlated, parameters)
    moved = [clip_negative(value) for value in move_entries(spread, step, parameters)]
    if not found.climbs:
        return moved
    sampling = _sampling_covariances(blocks, found.climbs, loadings, correlated)
    return [
        _stretch(start, end, own) for start, end, own in zip(relative, moved, sampling, strict=True)
    ]


def _sampling_covariances(
    blocks: Sequence[Sums],
    climbs: Sequence[Climb],
    loadings: Sequence[Array],
    correlated: Sequence[bool],
) -> list[Array]:
    """Give per level (q, q) how uncertain the effects of a typical group are by themselves."""
    out = []
    for level, loading in enumerate(loadings):
        total, n_groups = 0.0, 0
        for block, climb in zip(blocks, climbs, strict=True):
            multipliers = block.levels[level].multipliers
            total = total + project_total(climb.before[level], loading, multipliers, None)[0]
            takes_part = np.ones(1) if multipliers is None else multipliers.any(axis=0)
            n_groups += block.levels[level].n_groups * takes_part.mean()
        total = total / n_groups + TINY * np.trace(total) * np.eye(len(total))
        inverse = np.linalg.inv(total)
        out.append(inverse if correlated[level] else np.diag(np.diagonal(inverse)))
    return out


def _stretch(start: Array, end: Array, sampling: Array) -> Array:
    """Follow a step of the average information further, as far as balanced groups would go.

    There -2 log L is m (log det A + tr A^-1 T), A = D + S with S the groups' own uncertainty, and
    the step ends at A (2 - T^-1 A): Newton's for the inverse. With x = A^-1/2 (end - start) A^-1/2
    the optimum T is A^1/2 (1 - x)^-1 A^1/2.

    Args:
        start: (1, q, q) D before the step.
        end: (b, q, q) after it.
        sampling: (q, q) S.
    """
    values, vectors = np.linalg.eigh(start[0] + sampling)
    root, back = ((vectors * values**power) @ vectors.T for power in (0.5, -0.5))
    sizes, turns = np.linalg.eigh(back @ (end - start) @ back)
    sizes = np.minimum(sizes, LONGEST)
    stretched = (turns * (sizes / (1 - sizes))[:, None, :]) @ turns.swapaxes(1, 2)
    return clip_negative(start + root @ stretched @ root)
