"""From a goal's reviews to its rate of progress, and from goals to children.

In: `ScoredGoals`. Out: `Progress`. Decisions taken here: least squares over all reviews in
the window, goals unweighted within a child (weighting by the number of reviews brings back
the bias of informative dropout); METHODS.md, "What is measured".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.cards import about, show_card
from analysis.measures.scoring import Columns, ScoredGoals
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
    measured = {name: values[usable] for name, values in columns.items()}
    return Progress(pd.DataFrame(columns), _child_means(measured))


def _child_means(goals: Columns) -> pd.DataFrame:
    """Average the goals of each episode, all together and by kind."""
    episode, first_row, code = np.unique(goals["episode"], return_index=True, return_inverse=True)
    n = len(episode)
    rate, skill = goals["rate"], goals["kind"] == "skill"

    def mean(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
        size = np.bincount(code[rows], minlength=n)
        total = np.bincount(code[rows], values[rows], minlength=n)
        return np.where(size > 0, total / np.maximum(size, 1), np.nan)

    every = np.ones(len(rate), bool)
    return pd.DataFrame(
        {
            "episode_id": goals["episode_id"][first_row],
            "child_id": goals["child_id"][first_row],
            "episode": episode,
            "format": goals["format"][first_row],
            "rate": mean(rate, every),
            "rate_skill": mean(rate, skill),
            "rate_social": mean(rate, ~skill),
            "n_goals": np.bincount(code, minlength=n),
            "n_skill": np.bincount(code[skill], minlength=n),
            "n_social": np.bincount(code[~skill], minlength=n),
            "baseline": mean(goals["baseline"].to_numpy(), every),
            "at_end": np.bincount(code, goals["at_end"], minlength=n) > 0,
        }
    )
