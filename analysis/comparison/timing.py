"""Do review weeks alone, or the weeks asked about, make a difference between formats?

In: an `AnalysisSet`. Out: `Timing`: for each pair, what review weeks alone would add to the
difference if every goal followed one curve; the change after one term and the goals attained at
the end, to be read against the rate. Decisions: the curve is that of all goals together, a
straight line for each format and one bend for all; a bend within chance adds nothing; the change
is subtracted from the rate child by child, so that what they share cancels (METHODS.md, "Common
weeks").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.comparison.analysis_set import AnalysisSet, average_goals, levels_of_children
from analysis.comparison.arms import formats_among, indicate_formats
from analysis.comparison.contrasts import compare_rates, fit_clustered
from analysis.comparison.result import Comparison, new_comparison
from analysis.comparison.subsets import ask_attained, ask_rate_less_change
from analysis.errors import AnalysisError
from analysis.measures.progress import least_squares_slope


@dataclass(frozen=True, eq=False)
class Timing:
    """What review weeks and the weeks asked about do to the differences between formats.

    Attributes:
        bend: how the rate changes from one term to the next (levels per term and term), in the
            goals of all formats together; NaN when it cannot be told.
        bend_p: its p-value; NaN when it cannot be told.
        by_weeks: differences in rate that the review weeks alone would make under a bend of 1.
        less_change: differences between formats in rate less change after one term, both in
            levels per term.
        attained: differences in goals attained at the end, percentage points.
    """

    bend: float
    bend_p: float
    by_weeks: Comparison
    less_change: Comparison
    attained: Comparison


def check_timing(analysis_set: AnalysisSet) -> Timing:
    """Find what the review weeks and the weeks asked about do to the main differences.

    Args:
        analysis_set: the children compared, of at least two formats.
    """
    bend, p_value = fit_bend(analysis_set)
    table = analysis_set.table.assign(rate=bend_slopes(analysis_set))
    identity = new_comparison("review_weeks")
    return Timing(
        bend,
        p_value,
        compare_rates(identity, table, analysis_set.centred, analysis_set.settings),
        ask_rate_less_change(new_comparison("rate_less_change"), analysis_set),
        ask_attained(new_comparison("attained_24_weeks", "percentage_points"), analysis_set),
    )


def fit_bend(analysis_set: AnalysisSet) -> tuple[float, float]:
    """Fit one bend to all goals: how the rate changes with time, within goals.

    change = goal + format x time + bend x time^2 / 2, time in terms; least squares on each
    goal's deviations from its own mean, one child one vote, CR2 by cluster.

    Returns:
        The bend, in levels per term and term, and its p-value; NaN where no goal has three weeks.
    """
    table, settings = analysis_set.table, analysis_set.settings
    at, goal, child = levels_of_children(analysis_set.scored, analysis_set.cohort, table)
    levels = analysis_set.scored.levels
    time = levels["week"].to_numpy()[at] / settings.rate_weeks
    level = levels["attainment"].to_numpy()[at]
    received = indicate_formats(table, formats_among(table))[child]
    columns = np.column_stack([time**2 / 2, received * time[:, None]])
    weight = 1.0 / table["n_goals"].to_numpy()[child]
    try:
        fit = fit_clustered(
            _within(goal, level[:, None])[:, 0],
            _within(goal, columns),
            table["cluster"].to_numpy()[child],
            settings,
            weights=weight,
        )
    except AnalysisError:
        return float("nan"), float("nan")
    row = fit.contrast(np.eye(columns.shape[1])[:1])
    return float(row["estimate"].iloc[0]), float(row["p_value"].iloc[0])


def bend_slopes(analysis_set: AnalysisSet) -> np.ndarray:
    """Give the rate that a bend of one would give each child at its own review weeks.

    Returns:
        (n,) means over each child's goals, in the unit of the rate.
    """
    scored, cohort, settings = analysis_set.scored, analysis_set.cohort, analysis_set.settings
    at, goal, _ = levels_of_children(scored, cohort, analysis_set.table)
    time = scored.levels["week"].to_numpy()[at] / settings.rate_weeks
    slope = least_squares_slope(goal, time, time**2 / 2, len(cohort.goals))
    return average_goals(analysis_set, cohort.goals, slope)[0]


def _within(group: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Give (n, k) values less their mean within each group."""
    n = np.maximum(np.bincount(group), 1)
    means = np.column_stack([np.bincount(group, column) / n for column in values.T])
    return values - means[group]
