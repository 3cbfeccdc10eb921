"""Linear mixed models with nested random effects: the door, and the fit it gives.

Comes in: an outcome, named fixed columns, and random effects from the outermost level in. Goes
out: a frozen `MixedFit`. The model is

    y = X b + sum over levels l of Z_l u_l + e,   u_l ~ N(0, D_l) per group,   e ~ N(0, s2),

fitted by (restricted) maximum likelihood, intervals with Satterthwaite's degrees of freedom.
Decided here: a fit is given only with a certificate that it is the optimum; a variance of zero
is an answer in words; nothing is dropped in silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.errors import AnalysisError
from analysis.models.mixed.blocks import keep_memory
from analysis.models.mixed.certificate import Certificate
from analysis.models.mixed.columns import Rows, arrange_rows, survey_rows
from analysis.models.mixed.nesting import (
    Array,
    Nesting,
    RandomEffect,
    check_levels,
    read_nesting,
)
from analysis.models.mixed.plan import plan_sums
from analysis.models.mixed.predictions import find_effects, sum_scores
from analysis.models.mixed.repeats import replace_repeats
from analysis.models.mixed.result import MixedFit, Turn, report_solution
from analysis.models.mixed.solve import NotOrthonormalError, Solution, solve_sums
from analysis.models.mixed.sums import Sums, build_sums, count_groups
from analysis.models.regression.least_squares import (
    read_design,
    read_vector,
    read_weights,
    solve_least_squares,
)

METHODS = ("reml", "ml")
ROUNDING = 64 * np.finfo(float).eps

__all__ = ["Certificate", "MixedFit", "RandomEffect", "fit_mixed"]


def fit_mixed(
    outcome: ArrayLike,
    fixed: ArrayLike | pd.DataFrame,
    random: Sequence[RandomEffect],
    weights: ArrayLike | None = None,
    method: str = "reml",
) -> MixedFit:
    """Fit a linear mixed model with nested random effects.

    Args:
        outcome: (n,) finite numbers.
        fixed: (n, p) fixed columns, the constant among them if there is to be one; a frame's
            column names are kept.
        random: levels of random effects, outermost first, each nested in the one before.
        weights: (n,) how often each unit counts, the same for all rows of a unit; the unit is the
            outermost level within which they do not vary (an outermost group, or a child inside
            it). A unit's whole likelihood is multiplied. Whole numbers are counts: the answer is
            that of so many copies of the unit. Other weights (of a propensity model, say) get the
            sandwich over outermost groups, on (outermost groups - 1) degrees of freedom; scale
            them to average one. Rows of weight zero do not count.
        method: "reml" or "ml".

    Returns:
        The fit, whose certificate holds.

    Raises:
        AnalysisError: on input that is not finite, levels that are not nested, fixed columns or
            random effects that cannot be told apart, or when no optimum is certain.
    """
    ready = prepare_fit(outcome, fixed, random, weights, method)
    levels = find_effects(ready.solution, ready.sums, ready.rows)
    meat = None if ready.counts else sum_scores(ready.solution)
    return report_solution(ready.solution, ready.names, method, levels, ready.turn, meat)


@dataclass(frozen=True, eq=False)
class Prepared:
    """A solved model with everything it was solved from.

    Attributes:
        names: the p fixed columns.
        rows: the rows in the order of groups.
        sums: the sums of all groups.
        solution: the solution (whose own sums may hold stand-ins).
        turn: what was fitted in place of the named columns and outcome, or None.
        counts: whether weights are whole numbers (or absent).
    """

    names: pd.Index
    rows: Rows
    sums: Sums
    solution: Solution
    turn: Turn | None
    counts: bool


def prepare_fit(
    outcome: ArrayLike,
    fixed: ArrayLike | pd.DataFrame,
    random: Sequence[RandomEffect],
    weights: ArrayLike | None = None,
    method: str = "reml",
) -> Prepared:
    """Check the input of `fit_mixed` and solve the model; arguments and errors as there."""
    if method not in METHODS:
        raise AnalysisError(f'The method is "reml" or "ml", not "{method}".')
    check_levels(random)
    keep_memory()
    names, columns = read_design(fixed)
    values = read_vector(outcome, len(columns), "outcome")
    nesting = read_nesting([effect.groups for effect in random], len(values))
    if len(values) <= columns.shape[1]:
        raise AnalysisError(
            f"The fixed design has {columns.shape[1]} columns and only {len(values)} rows."
        )
    counted, unit = _read_weights(weights, nesting)
    restricted = method == "reml"
    turn = None
    rows = arrange_rows(nesting, random, names, columns, values)
    try:
        solution, sums = _solve_rows(rows, counted, unit, restricted)
    except NotOrthonormalError:
        turn = _turn_columns(values, columns, names)
        rows = arrange_rows(nesting, random, names, turn.columns, turn.outcome)
        solution, sums = _solve_rows(rows, counted, unit, restricted)
    return Prepared(names, rows, sums, solution, turn, _are_counts(counted))


def _solve_rows(
    rows: Rows, weights: Array | None, unit: int | None, restricted: bool
) -> tuple[Solution, Sums]:
    plan = plan_sums(survey_rows(rows, whole=True))
    sums = build_sums(rows, plan, weights, unit)
    fewer = replace_repeats(sums) if _are_counts(weights) else sums
    return solve_sums(fewer, plan, restricted, n_groups=count_groups(sums)), sums


def _are_counts(weights: Array | None) -> bool:
    return weights is None or bool((weights == np.round(weights)).all())


def _read_weights(weights: ArrayLike | None, nesting: Nesting) -> tuple[Array | None, int | None]:
    """Give one weight per group of the outermost level within which weights do not vary."""
    if weights is None:
        return None, None
    arranged = nesting.arrange(read_weights(weights, nesting.n_rows))
    for unit, (starts, counts) in enumerate(zip(nesting.starts, nesting.counts, strict=True)):
        if (np.repeat(arranged[starts], counts) == arranged).all():
            counted = arranged[starts]
            if not counted.any():
                raise AnalysisError("Every weight is zero: there is nothing to fit.")
            return (None, None) if (counted == 1).all() else (counted, unit)
    raise AnalysisError(
        f"Weights must be the same for all rows of a {nesting.names[-1]} or of a larger group: a "
        "unit is weighted as a whole."
    )


def _turn_columns(outcome: Array, columns: Array, names: pd.Index) -> Turn:
    """Let orthonormal columns and the least-squares residual stand for columns and outcome."""
    solved = solve_least_squares(outcome, columns, names)
    largest = float(np.abs(outcome).max())
    if not float(np.abs(solved.residuals).max()) > ROUNDING * largest:
        raise AnalysisError(
            "The fixed columns give the outcome exactly: there is no spread to explain."
        )
    root = np.sqrt(len(outcome))
    return Turn(solved.basis * root, solved.residuals, solved.transform * root, solved.coefficients)
