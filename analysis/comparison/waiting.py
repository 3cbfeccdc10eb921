"""Weeks that children waited before their first session, by format.

In: an `AnalysisSet`. Out: each format's mean. Decisions: weeks are counted from the first day, so
time spent waiting reads as slow progress; sessions tell it where they are written down, else the
week in which a child's first goal was set. Sessions name the child only, so a child with several
episodes is not counted.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.comparison.analysis_set import AnalysisSet, episode_rows
from analysis.comparison.arms import format_codes
from analysis.computing import category_codes
from analysis.records.schema import FORMATS


def measure_waiting(analysis_set: AnalysisSet) -> np.ndarray:
    """Give the mean week of the first session of each format's children.

    Args:
        analysis_set: the children compared.

    Returns:
        (3,) weeks, NaN for a format in which too few children have one.

    >>> from analysis.study import run_study
    >>> study = run_study("data/sample", ask_again=False, ask_beside=False)
    >>> measure_waiting(study.analysis_set).round(0).tolist()
    [1.0, 1.0, 1.0]
    """
    records, table = analysis_set.records, analysis_set.table
    sessions, episodes = records.sessions, records.episodes
    once = episodes.drop_duplicates("child_id", keep=False)
    came = sessions[~(sessions["attended"] == 0)]
    first = came.groupby("child_id", sort=False)["week"].min()
    seen = pd.Index(once["child_id"]).get_indexer(first.index)
    week = np.full(len(table), np.nan)
    row = episode_rows(analysis_set, once["episode_id"].iloc[seen[seen >= 0]])
    week[row[row >= 0]] = first.to_numpy()[seen >= 0][row >= 0]
    waited = _mean_weeks(week, format_codes(table), analysis_set)
    if not np.isnan(waited).all():
        return waited
    goals = records.goals.groupby("episode_id", sort=False)["set_week"].min()
    set_week = goals.reindex(episodes["episode_id"]).to_numpy(float)
    return _mean_weeks(set_week, category_codes(episodes["format"]), analysis_set)


def _mean_weeks(week: np.ndarray, codes: np.ndarray, analysis_set: AnalysisSet) -> np.ndarray:
    known = np.isfinite(week)
    n = np.bincount(codes, minlength=len(FORMATS))
    n_known = np.bincount(codes[known], minlength=len(FORMATS))
    total = np.bincount(codes[known], week[known], len(FORMATS))
    enough = (n_known > 0) & (n_known >= (1 - analysis_set.settings.most_missing) * n)
    return np.where(enough, total / np.maximum(n_known, 1), np.nan)
