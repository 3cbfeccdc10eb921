"""Progress compared between formats: the primary analysis and its close relatives.

In: the cohort, its covariates and (for some) weights. Out: `Comparison`. Decision taken
here: two stages - one rate for each child, then a regression with CR2 covariance and
Satterthwaite degrees of freedom clustered by therapy group - because it alone kept false
differences near 5% when nothing differed (METHODS.md, "How formats are compared").

Sources: Pustejovsky & Tipton 2018, JBES 36:672-683; Candlish et al. 2018, BMC Med Res
Methodol 18:105 (partial nesting); Shaffer 1986, JASA 81:826-831.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.comparison.result import (
    COUNTS,
    NUMBERS,
    PAIRS,
    TABLE_COLUMNS,
    Comparison,
    empty_means,
    empty_table,
    withheld_comparison,
)
from analysis.errors import AnalysisError
from analysis.measures.cohort import Cohort
from analysis.measures.scoring import ScoredGoals
from analysis.models.cluster_robust import ClusterRobustFit, fit_cluster_robust
from analysis.models.multiplicity import adjust_shaffer
from analysis.records.schema import FORMATS
from analysis.settings import Settings


def comparable_formats(table: pd.DataFrame, settings: Settings) -> tuple[str, ...]:
    """Give the formats with enough children to be compared, in the schema's order.

    Args:
        table: `Cohort.table`, or rows of it.
        settings: the smallest number of children.
    """
    n = table.groupby("format", observed=False)["child_id"].nunique()
    return tuple(f for f in FORMATS if n[f] >= settings.compare_children)


def keep_formats(table: pd.DataFrame, formats: tuple[str, ...]) -> pd.DataFrame:
    """Give the rows whose format is one of `formats`, categories unchanged."""
    return table[table["format"].isin(formats)].reset_index(drop=True)


def compare_rates(
    identity: Comparison,
    table: pd.DataFrame,
    covariates: pd.DataFrame,
    settings: Settings,
    *,
    outcome: str = "rate",
    weights: np.ndarray | None = None,
) -> Comparison:
    """Compare a child's outcome between formats, adjusted for centred covariates.

    outcome = mean + format + covariates, one row for each child; CR2 by `table.cluster`.

    Args:
        identity: id, title and estimand of the answer.
        table: (n,) rows of `Cohort.table`; at least two formats.
        covariates: (n, p) centred columns; p may be 0.
        settings: level of confidence.
        outcome: column compared.
        weights: (n,) weights, or None for equal weights.

    Returns:
        The comparison; withheld with its reason when the columns cannot be told apart.
    """
    formats = tuple(f for f in FORMATS if (table["format"] == f).any())
    if len(formats) < 2:
        return withheld_comparison(identity, "Fewer than two formats have enough children.")
    design = pd.concat([_indicators(table["format"], formats), covariates], axis=1)
    return fit_contrasts(
        identity, table[outcome].to_numpy(), design, table, formats, settings, weights=weights
    )


def compare_growth(
    identity: Comparison,
    scored: ScoredGoals,
    cohort: Cohort,
    table: pd.DataFrame,
    covariates: pd.DataFrame,
    settings: Settings,
) -> Comparison:
    """Compare growth over all reviews at once: change ~ week x (format + covariates).

    One row for each review, weighted so that each child counts once; the contrasts are
    differences in slope, in levels per 12 weeks. On complete, balanced reviews they equal
    the two-stage contrasts.

    Args:
        identity: id, title and estimand of the answer.
        scored: every level that counts.
        cohort: whose goals are used.
        table: (n,) rows of `Cohort.table`.
        covariates: (n, p) centred columns of the same rows.
        settings: unit of the rate and level of confidence.
    """
    formats = tuple(f for f in FORMATS if (table["format"] == f).any())
    if len(formats) < 2:
        return withheld_comparison(identity, "Fewer than two formats have enough children.")
    child, week, change, weight = growth_rows(scored, cohort, table)
    base = np.hstack([_indicators(table["format"], formats).to_numpy(), covariates.to_numpy()])
    names = [*formats, *covariates.columns]
    time = (week / settings.rate_weeks)[:, None]
    design = pd.DataFrame(
        np.hstack([base[child] * time, base[child]]),
        columns=[*names, *(f"start of {name}" for name in names)],
    )
    return fit_contrasts(
        identity,
        change,
        design,
        table,
        formats,
        settings,
        weights=weight,
        clusters=table["cluster"].to_numpy()[child],
        n_covariates=covariates.shape[1],
    )


def growth_rows(
    scored: ScoredGoals, cohort: Cohort, table: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Give every level of the goals compared: child (row of table), week, change, weight.

    The weight is 1 over the number of the child's goals measured.
    """
    goal_rows = pd.Index(cohort.goals["goal_id"]).get_indexer(scored.levels["goal_id"])
    levels = scored.levels[goal_rows >= 0]
    goals = cohort.goals.iloc[goal_rows[goal_rows >= 0]]
    child = pd.Index(table["episode_id"]).get_indexer(goals["episode_id"])
    kept = child >= 0
    child = child[kept]
    change = levels["attainment"].to_numpy()[kept] - goals["baseline"].to_numpy()[kept]
    weight = 1.0 / table["n_goals"].to_numpy()[child]
    return child, levels["week"].to_numpy()[kept], change, weight


def fit_contrasts(
    identity: Comparison,
    outcome: np.ndarray,
    design: pd.DataFrame,
    table: pd.DataFrame,
    formats: tuple[str, ...],
    settings: Settings,
    *,
    weights: np.ndarray | None = None,
    clusters: np.ndarray | None = None,
    n_covariates: int | None = None,
) -> Comparison:
    """Fit one regression whose first columns are the formats, and contrast them.

    Args:
        identity: id, title and estimand of the answer.
        outcome: (m,) what is compared.
        design: (m, q) columns; the first ones are one indicator for each of `formats`, then
            the covariates.
        table: (n,) rows of `Cohort.table`, for the counts.
        formats: formats compared, in the schema's order.
        settings: level of confidence.
        weights: (m,) weights, or None.
        clusters: (m,) cluster numbers; those of `table` when None.
        n_covariates: how many covariates follow the indicators; all others when None.
    """
    clusters = table["cluster"].to_numpy() if clusters is None else clusters
    try:
        fit = fit_cluster_robust(
            outcome, design, clusters, weights=weights, confidence=settings.confidence
        )
    except AnalysisError as error:
        return withheld_comparison(identity, str(error))
    n_covariates = design.shape[1] - len(formats) if n_covariates is None else n_covariates
    adjusted_for = tuple(design.columns[len(formats) : len(formats) + n_covariates])
    return replace(
        identity,
        table=tabulate_contrasts(fit, table, formats, design.shape[1]),
        means=tabulate_means(fit, table, formats, design.shape[1]),
        adjusted_for=adjusted_for,
    )


def count_sides(table: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Count children, goals and therapy groups of each format."""
    code = table["format"].cat.codes.to_numpy()
    n_goals = np.bincount(code, table["n_goals"].to_numpy(), len(FORMATS))
    children, groups = (_count_different(code, table[c]) for c in ("child_id", "group_id"))
    groups[0] = 0
    return {
        therapy_format: {
            "n_children": int(children[k]),
            "n_goals": int(n_goals[k]),
            "n_groups": int(groups[k]),
        }
        for k, therapy_format in enumerate(FORMATS)
    }


def _count_different(code: np.ndarray, labels: pd.Series) -> np.ndarray:
    """Count different labels of each format, missing ones not counted."""
    label = pd.factorize(labels)[0]
    known = label >= 0
    cells = np.unique(code[known] + len(FORMATS) * label[known].astype(np.int64))
    return np.bincount(cells % len(FORMATS), minlength=len(FORMATS))


def _indicators(therapy_format: pd.Series, formats: tuple[str, ...]) -> pd.DataFrame:
    """Give one 0/1 column for each format: the coefficients are then adjusted means."""
    received = therapy_format.to_numpy()
    return pd.DataFrame({f: (received == f).astype(float) for f in formats})


def tabulate_contrasts(
    fit: ClusterRobustFit, table: pd.DataFrame, formats: tuple[str, ...], n_columns: int
) -> pd.DataFrame:
    """Contrast the first columns of a fit, one for each format: `Comparison.table`.

    Args:
        fit: whose first columns belong to `formats`.
        table: rows of `Cohort.table`, for the counts.
        formats: formats compared, in the schema's order.
        n_columns: columns of the design.
    """
    rows = [i for i, pair in enumerate(PAIRS) if set(pair) <= set(formats)]
    matrix = np.zeros((len(rows), n_columns))
    for k, i in enumerate(rows):
        matrix[k, formats.index(PAIRS[i][0])] = 1.0
        matrix[k, formats.index(PAIRS[i][1])] = -1.0
    found = fit.contrast(matrix)
    return tabulate_pairs(
        found.assign(p_adjusted=adjust_shaffer(found["p_value"].to_numpy())), rows, table
    )


def tabulate_pairs(found: pd.DataFrame, rows: list[int], table: pd.DataFrame) -> pd.DataFrame:
    """Put estimates into `Comparison.table`: three pairs, counts, no label yet.

    Args:
        found: one row for each pair compared, the columns of `NUMBERS`.
        rows: which of `PAIRS` these are.
        table: rows of `Cohort.table`, for the counts.
    """
    columns = {}
    for name in NUMBERS:
        values = np.full(len(PAIRS), np.nan)
        values[rows] = found[name].to_numpy()
        columns[name] = values
    sides = count_sides(table)
    for name in COUNTS:
        columns[name] = [
            sides[this][name] + sides[than][name] if i in rows else 0
            for i, (this, than) in enumerate(PAIRS)
        ]
    return empty_table().assign(**columns)[list(TABLE_COLUMNS)]


def tabulate_means(
    fit: ClusterRobustFit, table: pd.DataFrame, formats: tuple[str, ...], n_columns: int
) -> pd.DataFrame:
    """Tabulate the first columns of a fit, one for each format: `Comparison.means`.

    With centred covariates these are means standardised to all children compared; arguments
    as for `tabulate_contrasts`.
    """
    sides = count_sides(table)
    found = fit.contrast(np.eye(len(formats), n_columns))
    columns = {}
    for name in found.columns:
        values = np.full(len(FORMATS), np.nan)
        values[[FORMATS.index(f) for f in formats]] = found[name].to_numpy()
        columns[name] = values
    for name in ("n_children", "n_goals"):
        columns[name] = [sides[f][name] if f in formats else 0 for f in FORMATS]
    return empty_means().assign(**columns)
