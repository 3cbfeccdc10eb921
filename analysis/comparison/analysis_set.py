"""What every analysis starts from: the children compared, their goals and what is adjusted for.

In: the study's stages. Out: `AnalysisSet`, and where its episodes and goals stand. Decisions: only
formats with enough children are compared; a goal or review left out changes its child's outcome and
not the child's traits.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from analysis.cards import about, show_card
from analysis.comparison.arms import comparable_formats, keep_formats
from analysis.comparison.covariates import Covariates, choose_covariates
from analysis.measures.cohort import Cohort
from analysis.measures.common_weeks import CommonWeeks
from analysis.measures.scoring import ScoredGoals
from analysis.records.load import Records
from analysis.settings import Settings


@dataclass(frozen=True, eq=False)
class AnalysisSet:
    """The stages an analysis starts from.

    Attributes:
        records, scored, cohort: what the clinic handed in, its levels, who is compared.
        table: (n,) rows of `Cohort.table` of the formats compared.
        covariates: what is adjusted for, of the same rows.
        settings: every choice made beforehand.
        weeks: the weeks compared; None where nobody chose them.
    """

    records: Records
    scored: ScoredGoals
    cohort: Cohort
    table: pd.DataFrame
    covariates: Covariates
    settings: Settings
    weeks: CommonWeeks | None = None

    @cached_property
    def episodes(self) -> pd.Index:
        """The episode of each row of `table`."""
        return pd.Index(self.table["episode_id"])

    @property
    def centred(self) -> pd.DataFrame:
        """(n, p) columns adjusted for, each with mean 0."""
        return self.covariates.centred

    def __repr__(self) -> str:
        n = about(self.table["child_id"].nunique(), "child", "children")
        return f"{n.capitalize()} of the formats compared."

    _repr_html_ = show_card


def choose_analysis_set(
    records: Records,
    scored: ScoredGoals,
    cohort: Cohort,
    settings: Settings,
    weeks: CommonWeeks | None = None,
) -> AnalysisSet:
    """Choose the formats with enough children, and the columns adjusted for among them.

    Args:
        records: what the clinic handed in.
        scored: its goals' levels.
        cohort: whose progress can be measured.
        settings: the smallest format, the budget of columns.
        weeks: the weeks compared, and the formats reviewed too shortly for any comparison.
    """
    table = compared_rows(cohort, settings, weeks)
    covariates = choose_covariates(table, settings)
    return AnalysisSet(records, scored, cohort, table, covariates, settings, weeks)


def compared_rows(cohort: Cohort, settings: Settings, weeks: CommonWeeks | None) -> pd.DataFrame:
    """Give the rows of `Cohort.table` of the formats compared.

    Args:
        cohort: whose progress can be measured.
        settings: the smallest format.
        weeks: the formats reviewed too shortly; None for none.
    """
    short = weeks.too_short if weeks else ()
    formats = comparable_formats(cohort.table, settings)
    return keep_formats(cohort.table, tuple(f for f in formats if f not in short))


def episode_rows(analysis_set: AnalysisSet, episode_id: pd.Series) -> np.ndarray:
    """Give the row of `analysis_set.table` of each episode; -1 where it is not compared."""
    return analysis_set.episodes.get_indexer(pd.Index(episode_id))


def average_goals(
    analysis_set: AnalysisSet, goals: pd.DataFrame, values: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Average goals within children.

    Args:
        analysis_set: the children compared (n of them).
        goals: goals with an `episode_id`; those of other episodes are left out.
        values: one value for each goal, NaN where unknown.

    Returns:
        (n,) means (NaN for a child without a known goal) and (n,) counts of goals.
    """
    n = len(analysis_set.table)
    row = episode_rows(analysis_set, goals["episode_id"])
    known = (row >= 0) & np.isfinite(values)
    count = np.bincount(row[known], minlength=n)
    total = np.bincount(row[known], values[known], minlength=n)
    with np.errstate(invalid="ignore"):
        return np.where(count > 0, total / np.maximum(count, 1), np.nan), count


def levels_of_children(
    scored: ScoredGoals, cohort: Cohort, table: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Find every level of the goals compared: rows of levels, of `Cohort.goals`, of the table.

    Args:
        scored: every level that counts.
        cohort: whose goals are used.
        table: rows of `Cohort.table`.
    """
    # A goal stands in `Cohort.goals` under its row number in `ScoredGoals.table`.
    goal, child = np.full((2, len(scored.table)), -1)
    goal[cohort.goals.index] = np.arange(len(cohort.goals))
    episode = pd.Index(table["episode_id"])
    child[cohort.goals.index] = episode.get_indexer(cohort.goals["episode_id"])
    number = scored.levels["goal"].to_numpy()
    at = np.flatnonzero(child[number] >= 0)
    return at, goal[number[at]], child[number[at]]
