"""One step for many problems that differ by the weights of outermost groups, all at one point.

Comes in: a solution and weights, one row per problem. Goes out: relative covariances, one step on
for every problem. At one point everything the step needs is a sum over outermost groups of what
does not depend on the weights, so that all problems cost little more than one. Decided here: the
small gap between a problem's coefficients and the solution's is allowed for with the solution's
own X'V^-1 V_a V^-1 X; the step only has to be good, since exact evaluations follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analysis.models.mixed_cone import find_step
from analysis.models.mixed_fit import Solution
from analysis.models.mixed_likelihood import evaluate
from analysis.models.mixed_nesting import Array
from analysis.models.mixed_optimiser import add_step
from analysis.models.mixed_slope import descend, pick_parameters
from analysis.models.mixed_sums import Sums


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
    return add_step(spread, step, parameters)
