"""Does progress go with practice at home? Interval by interval, each child with itself.

In: an `AnalysisSet`. Out: `HomePractice`. Decisions: a child's intervals between reviews are
compared with that child's other intervals, so that what stays the same about a family drops out;
families who practise more (or less) after a bad review are allowed for by the level at the start
of the interval and the step before it; what else practice may answer is not, so this is an
association and nothing more (METHODS.md, "How soon, how far, at what effort").

Source of the mark: Novak, Cusick & Lannin 2009, Pediatrics 124(4):e606-e614,
10.1542/peds.2009-0288 (17.5 times a month for 16.5 minutes).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.cards import about, show_card
from analysis.comparison.analysis_set import AnalysisSet, levels_of_children
from analysis.comparison.contrasts import fit_clustered
from analysis.comparison.covariates import adds_something
from analysis.comparison.result import reason_of
from analysis.errors import AnalysisError
from analysis.measures.cohort import Cohort
from analysis.measures.scoring import ScoredGoals
from analysis.models.results import RESULT_COLUMNS
from analysis.settings import Settings
from analysis.vocabulary import Withheld

WEEKS_A_MONTH = 365.25 / 12 / 7


@dataclass(frozen=True, eq=False)
class HomePractice:
    """How progress goes with practice at home.

    Attributes:
        table: one row: estimate, std_error, df, p_value, conf_low, conf_high (of the rate, for
            `Settings.practice_minutes` a week more), n_children, n_intervals.
        intervals: one row for each child and interval: episode_id, child_id, cluster, window,
            minutes (a week), rate, level (at the start of the interval), step (up to it, since
            the review before; 0 where there was none).
        usual: one row for each child: child_id, format, minutes (a week, mean of the weeks
            written down).
        withheld: why there is no estimate, or "".
    """

    table: pd.DataFrame
    intervals: pd.DataFrame
    usual: pd.DataFrame
    withheld: Withheld = ""

    def __repr__(self) -> str:
        if self.withheld:
            return f"Practice at home: withheld, {self.withheld.replace('_', ' ')}."
        n = about(int(self.table.iloc[0]["n_children"]), "child", "children")
        return f"Practice at home: intervals of {n} compared with the same child's others."

    _repr_html_ = show_card


def relate_home_practice(analysis_set: AnalysisSet) -> HomePractice:
    """Relate progress between two reviews to the practice written down between them.

    rate of the interval = child + window + slope x minutes a week + level at its start + step
    before it, CR2 by `table.cluster`;
    intervals in which enough of the weeks were written down, children with two or more. Children
    of every format take part, also of one that is not compared; levels carried forward are no
    reviews.

    Args:
        analysis_set: whose cohort and records are used.
    """
    records, scored, cohort = analysis_set.records, analysis_set.scored, analysis_set.cohort
    table, settings = cohort.table, analysis_set.settings
    usual = _usual_practice(records.home_practice, table, settings)
    nothing = pd.DataFrame(columns=["episode_id", "child_id", "cluster", "window"])
    if not len(usual):
        return HomePractice(_no_table(), nothing, usual, "no_practice")
    rows = _between_reviews(scored, cohort, settings)
    rows = rows.assign(minutes=_practice_between(records.home_practice, table, rows, settings))
    rows = rows[rows["minutes"].notna()]
    often = rows.groupby("child")["minutes"].transform("size") > 1
    rows = rows[often].reset_index(drop=True)
    child = rows["child"].to_numpy()
    intervals = pd.DataFrame(
        {
            "episode_id": table["episode_id"].array.take(child),
            "child_id": table["child_id"].array.take(child),
            "cluster": table["cluster"].to_numpy()[child],
            "window": rows["window"],
            "minutes": rows["minutes"],
            "rate": rows["rate"],
            "level": rows["level"],
            "step": rows["step"],
        }
    )
    if intervals["child_id"].nunique() < settings.compare_children:
        return HomePractice(_no_table(), intervals, usual, "few_practice_intervals")
    minutes = intervals["minutes"] / settings.practice_minutes
    told = intervals[["level", "step"]].to_numpy()
    design = _within(np.column_stack([minutes, _windows(rows), told]), child)
    design = design[:, adds_something(design)] if design[:, 0].any() else design
    if not design[:, 0].std() > 0:
        return HomePractice(_no_table(), intervals, usual, "no_practice_spread")
    try:
        rate = _within(intervals[["rate"]].to_numpy(), child)[:, 0]
        fit = fit_clustered(rate, design, intervals["cluster"].to_numpy(), settings)
    except AnalysisError as error:
        return HomePractice(_no_table(), intervals, usual, reason_of(error))
    found = fit.contrast(np.eye(1, design.shape[1])).reset_index(drop=True)
    counts = {"n_children": intervals["child_id"].nunique(), "n_intervals": len(intervals)}
    return HomePractice(found.assign(**counts), intervals, usual)


def mark_minutes_a_week(settings: Settings) -> float:
    """Give the minutes a week of the published programme that practice is held against.

    Args:
        settings: how often a month, and for how long.
    """
    return settings.mark_times_a_month * settings.mark_minutes / WEEKS_A_MONTH


def _no_table() -> pd.DataFrame:
    counts = {"n_children": 0, "n_intervals": 0}
    return pd.DataFrame([dict.fromkeys(RESULT_COLUMNS, np.nan) | counts])


def _usual_practice(
    practice: pd.DataFrame, table: pd.DataFrame, settings: Settings
) -> pd.DataFrame:
    """Give each compared child's mean minutes in the weeks written down."""
    logged = _logged(practice, settings)
    first = table[["child_id", "format"]].drop_duplicates("child_id")
    child = pd.Index(first["child_id"]).get_indexer(logged["child_id"])
    minutes, known = logged["minutes"].to_numpy(float), child >= 0
    n = np.bincount(child[known], minlength=len(first))
    total = np.bincount(child[known], minutes[known], minlength=len(first))
    frame = first.assign(minutes=total / np.maximum(n, 1))
    return frame[n > 0].reset_index(drop=True)


def _logged(practice: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    week = practice["week"].to_numpy(float)
    return practice[practice["minutes"].notna().to_numpy() & (week <= settings.last_week)]


def _between_reviews(scored: ScoredGoals, cohort: Cohort, settings: Settings) -> pd.DataFrame:
    """Give each child's rate between one review and the next, mean over goals seen at both.

    Returns:
        child (row of the table), start, end (weeks), rate, level, step, window.
    """
    at, _, child = levels_of_children(scored, cohort, cohort.table)
    reviewed = ~scored.levels["carried"].to_numpy(dtype=bool)[at]
    at, child = at[reviewed], child[reviewed]
    goal, week, level = (scored.levels[c].to_numpy()[at] for c in ("goal", "week", "attainment"))
    same = np.flatnonzero(goal[1:] == goal[:-1])
    start, end = week[same], week[same + 1]
    rate = (level[same + 1] - level[same]) / (end - start) * settings.rate_weeks
    before = np.maximum(same - 1, 0)
    gained = np.where((same > 0) & (goal[before] == goal[same]), level[same] - level[before], 0.0)
    apart = end - start >= settings.minimum_span_weeks
    steps = np.column_stack([child[same], start, end])[apart]
    rows, step = np.unique(steps, axis=0, return_inverse=True)
    n = np.bincount(step)
    mean, at_start, last = (
        np.bincount(step, values[apart]) / n for values in (rate, level[same], gained)
    )
    window = np.floor(rows[:, 2] / settings.review_weeks + 0.5)
    return pd.DataFrame(
        {
            "child": rows[:, 0].astype(int),
            "start": rows[:, 1],
            "end": rows[:, 2],
            "rate": mean,
            "level": at_start,
            "step": last,
            "window": window.clip(1, settings.horizon_weeks // settings.review_weeks),
        }
    )


def _practice_between(
    practice: pd.DataFrame, table: pd.DataFrame, rows: pd.DataFrame, settings: Settings
) -> np.ndarray:
    """Give minutes a week in the weeks written down after `start` and up to `end`."""
    logged = _logged(practice, settings)
    first = table.reset_index(drop=True)
    alone = ~first["child_id"].duplicated(keep=False).to_numpy()
    place = pd.Index(first["child_id"][alone]).get_indexer(logged["child_id"])
    child = np.flatnonzero(alone)[place[place >= 0]]
    logged = logged[place >= 0]
    width = int(settings.last_week) + 2
    minutes, weeks = np.zeros((len(first), width)), np.zeros((len(first), width))
    at = (child, logged["week"].to_numpy(int))
    np.add.at(minutes, at, logged["minutes"].to_numpy(float))
    weeks[at] = 1.0
    minutes, weeks = np.cumsum(minutes, axis=1), np.cumsum(weeks, axis=1)
    who = rows["child"].to_numpy()
    start, end = rows["start"].to_numpy(int), rows["end"].to_numpy(int)
    n = weeks[who, end] - weeks[who, start]
    total = minutes[who, end] - minutes[who, start]
    enough = n >= settings.logged_share * (end - start)
    return np.divide(total, n, out=np.full(len(rows), np.nan), where=enough & (n > 0))


def _windows(rows: pd.DataFrame) -> np.ndarray:
    window = rows["window"].to_numpy()
    seen = np.unique(window)[1:]
    return (window[:, None] == seen).astype(float)


def _within(values: np.ndarray, child: np.ndarray) -> np.ndarray:
    """Take each child's own mean away."""
    n = np.bincount(child)
    own = np.stack([np.bincount(child, column) for column in values.T], axis=1)
    return values - (own / np.maximum(n, 1)[:, None])[child]
