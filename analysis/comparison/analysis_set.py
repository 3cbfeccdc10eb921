"""What every way of asking the same question starts from, and the one way to ask it of a part.

In: the study's stages. Out: `Evidence`, and `compare_part`, which compares the formats among
some of the children or by another outcome. Decision taken here: a part of the children is
compared only where every format keeps enough of them, enough rows are left over the columns,
and a pair has enough independent children and therapy groups; otherwise the reason is given.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from analysis.comparison.arms import Sides, keep_large_formats
from analysis.comparison.contrasts import compare_rates
from analysis.comparison.covariates import Covariates, narrow_covariates
from analysis.comparison.result import (
    NUMBERS,
    Columns,
    Comparison,
    fill_means,
    withheld_comparison,
)
from analysis.computing import make_frame
from analysis.measures.cohort import Cohort
from analysis.measures.scoring import ScoredGoals
from analysis.records.load import Records
from analysis.records.schema import FORMATS
from analysis.settings import Settings

READ = ("episode_id", "child_id", "format", "rate", "n_goals", "group_id", "cluster")
ROWS_LEFT_OVER = 10
TOO_FEW_CHILDREN = "too few children of at least two formats are left"
TOO_FEW_ROWS = "too few children are left for the traits allowed for"
TOO_FEW_CLUSTERS = "too few independent children and therapy groups are left"


@dataclass(frozen=True, eq=False)
class Evidence:
    """The stages a sensitivity analysis starts from.

    Attributes:
        records, scored, cohort: what the clinic handed in, its levels, who is compared.
        table: (n,) rows of `Cohort.table` of the formats compared.
        covariates: what is adjusted for, of the same rows.
        settings: every choice made beforehand.
    """

    records: Records
    scored: ScoredGoals
    cohort: Cohort
    table: pd.DataFrame
    covariates: Covariates
    settings: Settings

    @cached_property
    def episodes(self) -> pd.Index:
        """The episode of each row of `table`."""
        return pd.Index(self.table["episode_id"])


def compare_part(
    identity: Comparison,
    evidence: Evidence,
    kept: np.ndarray,
    outcome: np.ndarray | None = None,
    n_goals: np.ndarray | None = None,
    always: pd.DataFrame | None = None,
) -> Comparison:
    """Compare the formats among some of the children, or by another outcome.

    Args:
        identity: id, title, estimand and unit of the answer.
        evidence: all children compared.
        kept: (n,) True for the children asked about.
        outcome: (n,) what is compared, NaN where unknown; the main analysis's rate when None.
        n_goals: (n,) goals behind it; those of the main analysis when None.
        always: (n, q) columns adjusted for beside the traits, outside their budget.

    Returns:
        The comparison; withheld with its reason when too little is left.
    """
    table, settings = evidence.table, evidence.settings
    outcome = table["rate"].to_numpy() if outcome is None else outcome
    n_goals = table["n_goals"].to_numpy() if n_goals is None else n_goals
    kept = np.asarray(kept, bool) & np.isfinite(outcome)
    formats, kept = keep_large_formats(table, kept, settings.smallest_cell)
    if len(formats) < 2:
        return withheld_comparison(identity, TOO_FEW_CHILDREN)
    some = keep_rows(table, kept, rate=outcome, n_goals=n_goals)
    columns = _narrow(evidence, kept, some, always)
    if len(some) - len(formats) - columns.shape[1] < ROWS_LEFT_OVER:
        return withheld_comparison(identity, TOO_FEW_ROWS)
    found = compare_rates(identity, some, columns, settings)
    return drop_unsure_pairs(with_outcomes(found, some), settings)


def _narrow(
    evidence: Evidence, kept: np.ndarray, some: pd.DataFrame, always: pd.DataFrame | None
) -> pd.DataFrame:
    centred, settings = evidence.covariates.centred, evidence.settings
    columns = narrow_covariates(centred, kept, some, settings)
    if always is None:
        return columns
    both = pd.concat([centred[columns.columns], always], axis=1)
    return narrow_covariates(both, kept, some, replace(settings, children_per_covariate=1))


def keep_rows(table: pd.DataFrame, kept: np.ndarray, **columns: np.ndarray) -> pd.DataFrame:
    """Give some rows of `Cohort.table`, with what a comparison reads of them.

    Args:
        table: (n,) rows of `Cohort.table`.
        kept: (n,) True for the rows to give.
        columns: (n,) values to stand in a column's place.
    """
    found = {name: table[name].array for name in READ} | columns
    return make_frame({name: values[kept] for name, values in found.items()}, copy=False)


def with_outcomes(comparison: Comparison, table: pd.DataFrame) -> Comparison:
    """Give the comparison with what each episode brought in (column `rate` of `table`)."""
    brought = pd.Series(table["rate"].to_numpy(), index=pd.Index(table["episode_id"]))
    return replace(comparison, outcomes=brought)


def drop_unsure_pairs(comparison: Comparison, settings: Settings) -> Comparison:
    """Give the comparison without pairs that too few independent clusters stand behind.

    Args:
        comparison: any comparison.
        settings: the smallest degrees of freedom.
    """
    if comparison.withheld:
        return comparison
    columns = comparison.by_pair
    df, std_error = columns["df"], columns["std_error"]
    unsure = ~(df >= settings.compare_df) | ~(std_error > 0)
    if unsure.all():
        return withheld_comparison(comparison, TOO_FEW_CLUSTERS)
    if not unsure.any():
        return comparison
    numbers = {name: np.where(unsure, np.nan, columns[name]) for name in NUMBERS}
    return replace(comparison, by_pair={**columns, **numbers})


def count_means(sides: Sides) -> Columns:
    """Give `Comparison.by_format` with its counts only, for models that estimate no means.

    Args:
        sides: children and goals of each format.
    """
    return fill_means(
        {name: [sides[f][name] for f in FORMATS] for name in ("n_children", "n_goals")}
    )


def episode_rows(evidence: Evidence, episode_id: pd.Series) -> np.ndarray:
    """Give the row of `evidence.table` of each episode; -1 where it is not compared."""
    return evidence.episodes.get_indexer(episode_id)


def average_goals(
    evidence: Evidence, goals: pd.DataFrame, values: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Average goals within children.

    Args:
        evidence: the children compared (n of them).
        goals: goals with an `episode_id`; those of other episodes are left out.
        values: one value for each goal, NaN where unknown.

    Returns:
        (n,) means (NaN for a child without a known goal) and (n,) counts of goals.
    """
    n = len(evidence.table)
    row = episode_rows(evidence, goals["episode_id"])
    known = (row >= 0) & np.isfinite(values)
    count = np.bincount(row[known], minlength=n)
    total = np.bincount(row[known], values[known], minlength=n)
    with np.errstate(invalid="ignore"):
        return np.where(count > 0, total / np.maximum(count, 1), np.nan), count
