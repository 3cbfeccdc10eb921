"""Linear mixed models with nested random effects: what a caller gives, and the fit.

In: an outcome, named fixed columns, and random effects from the outermost level in. Out: a frozen
`MixedFit`. The model is

    y = X b + sum over levels l of Z_l u_l + e,   u_l ~ N(0, D_l) per group,   e ~ N(0, s2),

fitted by (restricted) maximum likelihood, intervals with Satterthwaite's degrees of freedom.
Decisions: a fit is given only with a certificate that it is the optimum; a variance of zero is an
answer in words; nothing is dropped in silence.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.errors import AnalysisError
from analysis.models.arrays import Array
from analysis.models.mixed.blocks import keep_memory
from analysis.models.mixed.certificate import Certificate
from analysis.models.mixed.columns import Rows, arrange_rows, survey_rows
from analysis.models.mixed.nesting import RandomEffect, check_levels, read_nesting
from analysis.models.mixed.plan import plan_sums
from analysis.models.mixed.repeats import replace_repeats
from analysis.models.mixed.result import MixedFit, Turn, report_solution
from analysis.models.mixed.solve import NotOrthonormalError, Solution, solve_sums
from analysis.models.mixed.sums import build_sums, count_groups
from analysis.models.regression.least_squares import (
    read_design,
    read_vector,
    solve_least_squares,
)

METHODS = ("reml", "ml")
ROUNDING = 64 * np.finfo(float).eps

__all__ = ["Certificate", "MixedFit", "RandomEffect", "fit_mixed"]


def fit_mixed(
    outcome: ArrayLike,
    fixed: ArrayLike | pd.DataFrame,
    random: Sequence[RandomEffect],
    method: str = "reml",
) -> MixedFit:
    """Fit a linear mixed model with nested random effects.

    Args:
        outcome: (n,) finite numbers.
        fixed: (n, p) fixed columns, the constant among them if there is to be one; a frame's
            column names are kept.
        random: levels of random effects, outermost first, each nested in the one before.
        method: "reml" or "ml".

    Returns:
        The fit, whose certificate holds.

    Raises:
        AnalysisError: on input that is not finite, levels that are not nested, fixed columns or
            random effects that cannot be told apart, or when no optimum is certain.

    Example:
        Three children, each with a start of its own:

        >>> level = [-2.0, -1.1, -0.1, -1.0, 0.1, 1.0, -1.6, -0.5, 0.4]
        >>> week = np.tile([0.0, 6.0, 12.0], 3)
        >>> fixed = pd.DataFrame({"start": 1.0, "week": week})
        >>> child = pd.Series(np.repeat(["a", "b", "c"], 3), name="child")
        >>> fit = fit_mixed(level, fixed, [RandomEffect(child, fixed[["start"]])])
        >>> fit.fixed.loc["week", ["estimate", "df"]].round(3).tolist()
        [0.164, 5.0]
        >>> fit.certificate.holds
        True
    """
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
    restricted = method == "reml"
    turn = None
    try:
        solution = _solve_rows(arrange_rows(nesting, random, names, columns, values), restricted)
    except NotOrthonormalError:
        turn = _turn_columns(values, columns, names)
        rows = arrange_rows(nesting, random, names, turn.columns, turn.outcome)
        solution = _solve_rows(rows, restricted)
    return report_solution(solution, names, method, turn)


def _solve_rows(rows: Rows, restricted: bool) -> Solution:
    plan = plan_sums(survey_rows(rows))
    sums = build_sums(rows, plan)
    return solve_sums(replace_repeats(sums), plan, restricted, n_groups=count_groups(sums))


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
