"""Do those who see the child elsewhere rate goals as therapists do?

In: records, scored goals, the children compared. Out: `RaterAgreement`. Decisions: the same goal at
the same time - ratings by caregivers and teachers against those by therapists, each goal its own
level, time as a curve - so that neither the choice of goals nor late reviews can make the
difference (METHODS.md, "The claims ledger").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.comparison.analysis_set import AnalysisSet, episode_rows
from analysis.comparison.contrasts import fit_clustered
from analysis.comparison.result import reason_of
from analysis.errors import AnalysisError
from analysis.records.schema import RATERS
from analysis.vocabulary import Withheld

THERAPISTS, ELSEWHERE = RATERS[:2], RATERS[2:4]
NUMBERS = ("estimate", "std_error", "df", "p_value", "conf_low", "conf_high")


@dataclass(frozen=True, eq=False)
class RaterAgreement:
    """How caregivers and teachers rate against therapists.

    Attributes:
        table: one row: estimate, std_error, df, p_value, conf_low, conf_high (levels; below
            zero when caregivers and teachers see less), n_children; empty when withheld.
        withheld: why there is none, or "".
    """

    table: pd.DataFrame
    withheld: Withheld = ""


def compare_raters(analysis_set: AnalysisSet) -> RaterAgreement:
    """Compare ratings by caregivers and teachers with those by therapists.

    level = goal + week + week^2 + elsewhere, within goals rated by both, CR2 by
    `table.cluster`; reviews in the first weeks are start levels and left out.

    Args:
        analysis_set: the children compared.
    """
    reviews, settings = analysis_set.records.reviews, analysis_set.settings
    if not reviews["rater"].notna().any():
        return RaterAgreement(_nothing(), "raters_not_recorded")
    goals = analysis_set.cohort.goals
    at = pd.Index(goals["goal_id"]).get_indexer(reviews["goal_id"])
    week = reviews["week"].to_numpy()
    elsewhere = reviews["rater"].isin(ELSEWHERE).to_numpy()
    asked = elsewhere | reviews["rater"].isin(THERAPISTS).to_numpy()
    asked &= (at >= 0) & (week > settings.baseline_weeks) & (week <= settings.last_week)
    row = np.full(len(reviews), -1)
    row[at >= 0] = episode_rows(analysis_set, goals["episode_id"].iloc[at[at >= 0]])
    asked &= row >= 0
    for side in (elsewhere, ~elsewhere):
        seen = np.bincount(at[asked & side], minlength=len(goals)) > 0
        asked &= seen[np.maximum(at, 0)]
    child = analysis_set.table["child_id"].to_numpy()[row[asked]]
    n_children = len(np.unique(child))
    if n_children < 2 * settings.smallest_cell:
        return RaterAgreement(_nothing(), "few_rated_twice")
    goal = np.unique(at[asked], return_inverse=True)[1]
    time = week[asked] / settings.rate_weeks
    columns = np.column_stack([elsewhere[asked].astype(float), time, time**2])
    level = reviews["attainment"].to_numpy()[asked]
    try:
        fit = fit_clustered(
            _within(level[:, None], goal)[:, 0],
            _within(columns, goal),
            analysis_set.table["cluster"].to_numpy()[row[asked]],
            settings,
        )
    except AnalysisError as error:
        return RaterAgreement(_nothing(), reason_of(error))
    found = fit.contrast(np.array([[1.0, 0.0, 0.0]]))[list(NUMBERS)]
    return RaterAgreement(found.reset_index(drop=True).assign(n_children=n_children))


def _within(values: np.ndarray, goal: np.ndarray) -> np.ndarray:
    """Take away each goal's own mean."""
    n = np.bincount(goal)
    means = [np.bincount(goal, column) / n for column in values.T]
    return values - np.column_stack(means)[goal]


def _nothing() -> pd.DataFrame:
    return pd.DataFrame(columns=[*NUMBERS, "n_children"])
