"""From a goal's reviews to its rate of progress, and from goals to children.

In: `ScoredGoals`. Out: `Progress`.
Decisions: least squares over all reviews in the window, goals unweighted within a child (weighting
by the number of reviews brings back the bias of informative dropout); METHODS.md, "What is
measured".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.cards import about, show_card
from analysis.computing import make_frame
from analysis.measures.scoring import ScoredGoals
from analysis.settings import Settings

# What a goal's row keeps of `ScoredGoals.table`.
KEPT = (
    "goal_id",
    "child_id",
    "episode_id",
    "episode",
    "format",
    "domain",
    "kind",
    "baseline",
    "n_reviews",
    "set_before_format",
)


def least_squares_slope(
    group: np.ndarray, x: np.ndarray, y: np.ndarray, n_groups: int
) -> np.ndarray:
    """Least-squares slope of y on x within each group.

    slope = sum (x - mean x)(y - mean y) / sum (x - mean x)^2

    Args:
        group: (n,) group number of each row, 0 to n_groups - 1.
        x: (n,) where each row stands, e.g. week.
        y: (n,) what was seen there, e.g. attainment.
        n_groups: number of groups.

    Returns:
        (n_groups,) slopes in units of y per unit of x; NaN where x does not vary.

    Example:
        >>> goal, week = np.array([0, 0, 0, 1, 1]), np.array([0.0, 6.0, 12.0, 0.0, 12.0])
        >>> attainment = np.array([-2.0, -1.0, 0.0, -1.0, -1.0])
        >>> 12 * least_squares_slope(goal, week, attainment, n_groups=2)
        array([2., 0.])
    """
    n = np.bincount(group, minlength=n_groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        centred = x - (np.bincount(group, x, n_groups) / n)[group]
        sxx = np.bincount(group, centred**2, n_groups)
        sxy = np.bincount(group, centred * y, n_groups)
        return np.where(sxx > 0, sxy / sxx, np.nan)


@dataclass(frozen=True, eq=False)
class Progress:
    """Rates of progress in attainment levels per `Settings.rate_weeks`.

    Attributes:
        table: one row for each goal: goal_id, child_id, episode_id, format, domain, kind,
            baseline, n_reviews, span (weeks from first to last level), rate (NaN when the
            goal has no baseline, too few reviews or reviews too close together), usable,
            late (set after the first weeks), at_end (has a level at the end of the window).
        children: one row for each episode: episode_id, child_id, format, rate, rate_skill,
            rate_social, n_goals, n_skill, n_social, baseline, at_end.
    """

    table: pd.DataFrame
    children: pd.DataFrame

    def __repr__(self) -> str:
        if not len(self.children):
            return "No goal was reviewed often enough to measure progress."
        children = about(len(self.children), "child", "children")
        return f"Rates of progress of {children}."

    _repr_html_ = show_card


def measure_progress(scored: ScoredGoals, settings: Settings) -> Progress:
    """Measure each goal's rate of progress and average it for each child.

    Args:
        scored: levels that count and goals.
        settings: unit of the rate and what makes it measurable.

    Example:
        >>> from analysis.measures.scoring import score_goals
        >>> from analysis.records.load import read_records
        >>> scored = score_goals(read_records("data/sample"), Settings())
        >>> progress = measure_progress(scored, Settings())
        >>> progress
        Rates of progress of about 225 children.
        >>> round(float(progress.children["rate"].mean()), 2)
        0.99
    """
    goals, levels = scored.table, scored.levels
    code, week = levels["goal"].to_numpy(), levels["week"].to_numpy()
    slope = least_squares_slope(code, week, levels["attainment"].to_numpy(), len(goals))
    span = np.zeros(len(goals))
    np.maximum.at(span, code, week)
    start = np.full(len(goals), np.inf)
    np.minimum.at(start, code, week)
    span = np.where(np.isfinite(start), span - start, 0.0)
    usable = (
        goals["baseline"].notna().to_numpy()
        & (goals["n_reviews"].to_numpy() >= settings.minimum_reviews)
        & (span >= settings.minimum_span_weeks)
    )
    last_week = settings.horizon_weeks - settings.minimum_span_weeks
    columns = {name: goals[name].array for name in KEPT} | {
        "span": span,
        "rate": np.where(usable, slope * settings.rate_weeks, np.nan),
        "usable": usable,
        "late": goals["set_week"].to_numpy() > settings.baseline_weeks,
        "at_end": goals["latest_week"].to_numpy() >= last_week,
    }
    table = make_frame(columns)
    return Progress(table, _child_means(table, usable))


def _child_means(goals: pd.DataFrame, usable: np.ndarray) -> pd.DataFrame:
    """Average the usable goals of each episode, all together and by kind."""
    row = np.flatnonzero(usable)
    of_goal, rate, baseline, at_end = (
        goals[name].to_numpy()[row] for name in ("episode", "rate", "baseline", "at_end")
    )
    skill = (goals["kind"] == "skill").to_numpy()[row]
    episode, first, code = np.unique(of_goal, return_index=True, return_inverse=True)
    first_row, n = row[first], len(episode)

    def mean(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
        size = np.bincount(code[rows], minlength=n)
        total = np.bincount(code[rows], values[rows], minlength=n)
        return np.where(size > 0, total / np.maximum(size, 1), np.nan)

    every = np.ones(len(rate), bool)
    return make_frame(
        {
            "episode_id": goals["episode_id"].array.take(first_row),
            "child_id": goals["child_id"].array.take(first_row),
            "episode": episode,
            "format": goals["format"].array.take(first_row),
            "rate": mean(rate, every),
            "rate_skill": mean(rate, skill),
            "rate_social": mean(rate, ~skill),
            "n_goals": np.bincount(code, minlength=n),
            "n_skill": np.bincount(code[skill], minlength=n),
            "n_social": np.bincount(code[~skill], minlength=n),
            "baseline": mean(baseline, every),
            "at_end": np.bincount(code, at_end, minlength=n) > 0,
        }
    )
