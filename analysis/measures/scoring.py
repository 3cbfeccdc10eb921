"""Goal attainment scaling: which levels count, and what they come to for each goal.

In: `Records`. Out: `ScoredGoals`: one row for each level that counts, one row for each goal, one
row for each episode's T-scores.
Decisions: the baseline is a review in the first weeks, else the recorded baseline level; where
several people rated the same day, the one who rated the goal most often is heard; a goal closed as
attained keeps its level to the end of the window, a goal made harder ends as attained where it was
(METHODS.md, "What is measured"). Sources: Kiresuk & Sherman 1968; Turner-Stokes & Williams 2010
(baselines of -1).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from pandas.api.extensions import ExtensionArray

from analysis.cards import about, show_card
from analysis.computing import Array, category_codes, make_frame, positions_in
from analysis.errors import AnalysisError
from analysis.measures.endings import Levels, closed_below, find_made_harder
from analysis.records.load import Records
from analysis.records.schema import CLOSED_REASONS, DOMAINS, EXPECTED_LEVEL, RATERS, SKILL_DOMAINS
from analysis.settings import MethodConstants, Settings

# What is read of a goal as numbers.
NUMBERS = (
    "importance",
    "difficulty",
    "baseline_level",
    "set_week",
    "set_before_format",
    "closed_week",
)
SKILL_CODES = tuple(DOMAINS.index(name) for name in SKILL_DOMAINS)

T_MEAN, T_SPREAD = 50.0, 10.0


@dataclass(frozen=True, eq=False)
class _Goals:
    """What is known of each goal before its levels are looked at; the first columns of a table."""

    goal_id: ExtensionArray
    child_id: ExtensionArray
    episode_id: ExtensionArray
    episode: Array
    therapy_format: ExtensionArray
    domain: ExtensionArray
    kind: Array
    weight: Array
    baseline_level: Array
    set_week: Array
    set_before_format: Array
    closed_week: Array
    made_harder: Array
    closed_below: Array

    def columns(self) -> dict[str, Array | ExtensionArray]:
        """Give the columns under their names in `ScoredGoals.table`."""
        return {name.removeprefix("therapy_"): values for name, values in vars(self).items()}


def t_score(
    attainment: ArrayLike,
    weight: ArrayLike | None = None,
    rho: float = MethodConstants.t_correlation,
) -> float:
    """Kiresuk-Sherman T-score of one child's goals at one time.

    T = 50 + 10 sum(w x) / sqrt((1 - rho) sum(w^2) + rho (sum w)^2)

    T is a description. It is never modelled: the same progress on every goal is worth more
    T with more goals.

    Args:
        attainment: (n_goals,) levels from -2 to +2; a missing level drops its goal.
        weight: (n_goals,) non-negative weights, usually importance x difficulty; 1 if None.
        rho: correlation assumed between goals.

    Returns:
        The T-score; NaN when no goal has a level.

    Raises:
        AnalysisError: if lengths differ, or a weight is negative, missing or all are zero.

    Source: Kiresuk & Sherman 1968, Community Mental Health Journal 4:443-453.

    Example:
        >>> t_score([0, 0, 0])  # every goal at its expected level
        50.0
        >>> round(t_score([1, 0], weight=[3, 1]), 1)
        58.7
    """
    x = np.asarray(attainment, float)
    w = np.ones_like(x) if weight is None else np.asarray(weight, float)
    if x.shape != w.shape:
        raise AnalysisError("A T-score needs one weight for each level.")
    x, w = x[~np.isnan(x)], w[~np.isnan(x)]
    if x.size == 0:
        return float("nan")
    if not (w >= 0).all() or w.sum() == 0:
        raise AnalysisError("Goal weights must be zero or more, and not all zero.")
    return float(_t_from_sums((w * x).sum(), (w**2).sum(), w.sum(), rho))


def _t_from_sums(
    sum_wx: np.ndarray, sum_ww: np.ndarray, sum_w: np.ndarray, rho: float
) -> np.ndarray:
    return T_MEAN + T_SPREAD * sum_wx / np.sqrt((1 - rho) * sum_ww + rho * sum_w**2)


@dataclass(frozen=True, eq=False)
class ScoredGoals:
    """Every level that counts, and each goal's summary.

    Attributes:
        levels: one row for each level in the window: goal_id, week, attainment, carried
            (True where an attained goal's last level is kept), goal (row number in `table`).
        table: one row for each goal in the records: goal_id, child_id, episode_id, format,
            domain, kind ("skill" or "social"), baseline, latest, latest_week, change,
            attained, weight, n_reviews, made_harder (it ends where it was made harder, and its
            latest level is the one before), closed_below (closed as attained though last seen
            below); baseline is NaN when there is none.
        t_scores: one row for each episode with a baseline: episode_id, child_id, format,
            n_goals, t_baseline, t_latest.
    """

    levels: pd.DataFrame
    table: pd.DataFrame
    t_scores: pd.DataFrame

    def __repr__(self) -> str:
        scored = about(len(self.table), "goal", "goals")
        return f"{scored.capitalize()} scored, each on its own scale from -2 to +2."

    _repr_html_ = show_card


def score_goals(records: Records, settings: Settings) -> ScoredGoals:
    """Score every goal of the records.

    Args:
        records: what the clinic handed in.
        settings: window, baseline weeks and review weeks.

    Example:
        >>> from analysis.records.load import read_records
        >>> scored = score_goals(read_records("data/sample"), Settings())
        >>> scored
        About 710 goals scored, each on its own scale from -2 to +2.
        >>> scored.table[["baseline", "latest", "change"]].iloc[0].tolist()
        [-2.0, -2.0, 0.0]
    """
    goals = _goals_with_format(records)
    n_goals = len(goals.episode)
    levels, goals, last_seen = _levels_in_window(records.reviews, goals, settings)
    first, last = _first_and_last(levels, n_goals)
    n_reviews = np.bincount(levels["goal"], minlength=n_goals)
    seen = n_reviews > 0
    level = _or_missing(levels["attainment"])
    week = _or_missing(levels["week"])
    early = seen & (week[first] <= settings.baseline_weeks)
    baseline = np.where(early, level[first], np.nan)
    latest = np.where(seen, level[last], np.nan)
    table = make_frame(
        {
            **goals.columns(),
            "baseline": baseline,
            "latest": latest,
            "latest_week": np.fmax(np.where(seen, week[last], np.nan), last_seen),
            "change": latest - baseline,
            "attained": np.where(np.isnan(latest), np.nan, latest >= EXPECTED_LEVEL),
            "n_reviews": n_reviews,
        }
    )
    return ScoredGoals(levels, table, _t_scores(table, settings.t_correlation))


def _goals_with_format(records: Records) -> _Goals:
    """Give one row for each goal, with its episode's format, its kind and its weight."""
    episodes = records.episodes
    goals = records.goals
    importance, difficulty, baseline_level, set_week, set_before, closed_week = (
        goals[name].to_numpy() for name in NUMBERS
    )
    position = positions_in(episodes["episode_id"], goals["episode_id"])
    weight = importance * difficulty
    attained = category_codes(goals["closed_reason"]) == CLOSED_REASONS.index("attained")
    skill = np.isin(category_codes(goals["domain"]), SKILL_CODES)
    return _Goals(
        goal_id=goals["goal_id"].array,
        child_id=goals["child_id"].array,
        episode_id=goals["episode_id"].array,
        episode=position,
        therapy_format=episodes["format"].array.take(position),
        domain=goals["domain"].array,
        kind=np.where(skill, "skill", "social"),
        weight=np.where(np.isnan(weight), 1.0, weight),
        baseline_level=baseline_level,
        set_week=np.where(np.isnan(set_week), 0.0, set_week),
        set_before_format=set_before,
        closed_week=np.where(attained, closed_week, np.nan),
        made_harder=np.zeros(len(goals), bool),
        closed_below=np.zeros(len(goals), bool),
    )


def _levels_in_window(
    reviews: pd.DataFrame, goals: _Goals, settings: Settings
) -> tuple[pd.DataFrame, _Goals, Array]:
    """Give one level for each goal and week in the window, baselines and kept levels added.

    Also the goals with how they ended, and the last week that each goal made harder was seen.
    """
    goal = positions_in(goals.goal_id, reviews["goal_id"])
    week, rater = reviews["week"].to_numpy(), category_codes(reviews["rater"])
    kept = np.flatnonzero((week <= settings.last_week) & (goal >= 0))
    kept = kept[_one_rater_a_day(goal[kept], week[kept], rater[kept])]
    late = goals.set_week > settings.baseline_weeks
    kept = kept[~late[goal[kept]]]
    seen = goal[kept], week[kept], reviews["attainment"].to_numpy()[kept]
    ended = find_made_harder(seen, category_codes(pd.Series(goals.therapy_format)), settings)
    goals = replace(goals, made_harder=ended.made_harder)
    seen = _picked(seen, ~ended.after)
    rated = _joined(seen, _recorded_baselines(seen, goals, late, settings))
    below = closed_below(rated, goals.closed_week)
    ends = np.where(below | goals.made_harder, np.nan, goals.closed_week)
    goals = replace(goals, closed_below=below, closed_week=ends)
    goal, week, level = _joined(rated, _kept_levels(rated, goals, settings))
    order = np.lexsort((week, goal))
    levels = make_frame(
        {
            "goal": goal[order],
            "week": week[order],
            "attainment": level[order],
            "carried": order >= len(rated[0]),
            "goal_id": goals.goal_id.take(goal[order]),
        }
    )
    return levels, goals, ended.last_seen


def _picked(levels: Levels, rows: Array) -> Levels:
    goal, week, level = (part[rows] for part in levels)
    return goal, week, level


def _joined(some: Levels, others: Levels) -> Levels:
    goal, week, level = (np.concatenate(parts) for parts in zip(some, others, strict=True))
    return goal, week, level


def _one_rater_a_day(goal: np.ndarray, week: np.ndarray, rater: np.ndarray) -> np.ndarray:
    """Choose one row for each goal and week: that of the goal's most frequent rater."""
    pair = goal * (len(RATERS) + 1) + rater + 1
    times = np.bincount(pair)[pair]
    order = np.lexsort((rater, -times, week, goal))
    new_goal, new_week = (np.diff(values[order], prepend=np.nan) != 0 for values in (goal, week))
    return order[new_goal | new_week]


def _recorded_baselines(
    seen: Levels, goals: _Goals, late: np.ndarray, settings: Settings
) -> Levels:
    """Give the recorded baseline level of goals without a review in the first weeks."""
    level, set_week = goals.baseline_level, goals.set_week
    wanted = ~np.isnan(level) & ~late
    wanted[seen[0][seen[1] <= settings.baseline_weeks]] = False
    goal = np.flatnonzero(wanted)
    return goal, set_week[goal], level[goal]


def _kept_levels(rated: Levels, goals: _Goals, settings: Settings) -> Levels:
    """Keep the last level of goals closed as attained at the review weeks they miss."""
    goal, seen, level = rated
    order = np.lexsort((seen, goal))
    last = order[np.flatnonzero(np.diff(goal[order], append=-1))]
    goal, seen, level = goal[last], seen[last], level[last]
    closed = goals.closed_week[goal]
    weeks = np.arange(0, settings.horizon_weeks + 1, settings.review_weeks)
    due = (closed <= weeks[:, None]) & (seen < weeks[:, None] - settings.grace_weeks)
    week, row = np.nonzero(due)
    return goal[row], weeks[week].astype(float), level[row]


def _first_and_last(levels: pd.DataFrame, n_goals: int) -> tuple[np.ndarray, np.ndarray]:
    """Give the row of each goal's first and last level; 0 where a goal has none."""
    goal = levels["goal"].to_numpy()
    first = np.searchsorted(goal, np.arange(n_goals), side="left")
    last = np.searchsorted(goal, np.arange(n_goals), side="right") - 1
    top = max(len(goal) - 1, 0)
    return np.clip(first, 0, top), np.clip(last, 0, top)


def _or_missing(values: pd.Series) -> np.ndarray:
    """Give the values; one NaN where there is none, so that row 0 can always be asked for."""
    return values.to_numpy() if len(values) else np.array([np.nan])


def _t_scores(table: pd.DataFrame, rho: float) -> pd.DataFrame:
    """Give each episode's T-score at the start and at its latest review."""
    baseline, weight = table["baseline"].to_numpy(), table["weight"].to_numpy()
    known = np.flatnonzero(~np.isnan(baseline) & (weight > 0))
    code, episode_id = pd.factorize(table["episode_id"].array[known])
    w, n = weight[known], len(episode_id)
    first = known[np.unique(code, return_index=True)[1]]

    def summed(values: np.ndarray) -> np.ndarray:
        return np.bincount(code, values, minlength=n)

    spread = summed(w**2), summed(w)
    return make_frame(
        {
            "episode_id": episode_id,
            "child_id": table["child_id"].array[first],
            "format": table["format"].array[first],
            "n_goals": np.bincount(code, minlength=n),
            "t_baseline": _t_from_sums(summed(w * baseline[known]), *spread, rho),
            "t_latest": _t_from_sums(summed(w * table["latest"].to_numpy()[known]), *spread, rho),
        }
    )
