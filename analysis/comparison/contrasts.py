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

from analysis.comparison.arms import (
    Sides,
    contrast_pairs,
    count_sides,
    format_codes,
    formats_among,
    indicate_formats,
    keep_large_formats,
)
from analysis.comparison.result import (
    COUNTS,
    MEANS,
    NUMBERS,
    PAIRS,
    Columns,
    Comparison,
    fill_means,
    fill_pairs,
    withheld_comparison,
)
from analysis.computing import text_index
from analysis.errors import AnalysisError
from analysis.measures.cohort import Cohort
from analysis.measures.scoring import ScoredGoals
from analysis.models.multiplicity import adjust_shaffer
from analysis.models.regression.cluster_robust import ClusterRobustFit, fit_cluster_robust
from analysis.models.results import RESULT_COLUMNS
from analysis.records.schema import FORMATS
from analysis.settings import Settings


def comparable_formats(table: pd.DataFrame, settings: Settings) -> tuple[str, ...]:
    """Give the formats with enough children to be compared, in the schema's order.

    Args:
        table: `Cohort.table`, or rows of it.
        settings: the smallest number of children.
    """
    return keep_large_formats(table, np.ones(len(table), bool), settings.compare_children)[0]


def keep_formats(table: pd.DataFrame, formats: tuple[str, ...]) -> pd.DataFrame:
    """Give the rows whose format is one of `formats`, categories unchanged."""
    kept = np.isin(format_codes(table), [FORMATS.index(f) for f in formats])
    return table if kept.all() else table[kept].reset_index(drop=True)


def compare_rates(
    identity: Comparison,
    table: pd.DataFrame,
    covariates: pd.DataFrame,
    settings: Settings,
    *,
    weights: np.ndarray | None = None,
) -> Comparison:
    """Compare a child's rate between formats, adjusted for centred covariates.

    rate = mean + format + covariates, one row for each child; CR2 by `table.cluster`.

    Args:
        identity: id, title and estimand of the answer.
        table: (n,) rows of `Cohort.table`; at least two formats.
        covariates: (n, p) centred columns; p may be 0.
        settings: level of confidence.
        weights: (n,) weights, or None for equal weights.

    Returns:
        The comparison; withheld with its reason when the columns cannot be told apart.
    """
    formats = formats_among(table)
    if len(formats) < 2:
        return withheld_comparison(identity, "Fewer than two formats have enough children.")
    design = pd.DataFrame(
        np.hstack([indicate_formats(table, formats), covariates.to_numpy(float)]),
        columns=text_index((*formats, *covariates.columns)),
    )
    return fit_contrasts(
        identity, table["rate"].to_numpy(), design, table, formats, settings, weights=weights
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
    formats = formats_among(table)
    if len(formats) < 2:
        return withheld_comparison(identity, "Fewer than two formats have enough children.")
    child, week, change, weight = growth_rows(scored, cohort, table)
    base = np.hstack([indicate_formats(table, formats), covariates.to_numpy(float)])
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
    at, goal, child = levels_of_children(scored, cohort, table)
    level, week = (scored.levels[name].to_numpy()[at] for name in ("attainment", "week"))
    change = level - cohort.goals["baseline"].to_numpy()[goal]
    return child, week, change, 1.0 / table["n_goals"].to_numpy()[child]


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
    adjusted_for = tuple(design.columns)[len(formats) : len(formats) + n_covariates]
    return tabulate_fit(replace(identity, adjusted_for=adjusted_for), fit, table, formats)


def tabulate_fit(
    identity: Comparison, fit: ClusterRobustFit, table: pd.DataFrame, formats: tuple[str, ...]
) -> Comparison:
    """Give the comparison with the first columns of a fit, one for each format, contrasted.

    With centred covariates these columns are means standardised to all children compared.

    Args:
        identity: id, title and estimand of the answer.
        fit: whose first columns belong to `formats`.
        table: rows of `Cohort.table`, for the counts.
        formats: formats compared, in the schema's order.
    """
    rows, pairs = contrast_pairs(formats, len(fit.names))
    means = np.eye(len(formats), len(fit.names))
    found, sides = fit.contrast(np.vstack([pairs, means])).to_numpy(), count_sides(table)
    return replace(
        identity,
        by_pair=tabulate_pairs(found[: len(rows)], rows, sides),
        by_format=tabulate_means(found[len(rows) :], formats, sides),
    )


def tabulate_pairs(found: np.ndarray, rows: list[int], sides: Sides) -> Columns:
    """Put estimates into `Comparison.by_pair`: three pairs, Shaffer's p-values, no label yet.

    Args:
        found: one row for each pair compared, in the columns of a model's answer.
        rows: which of `PAIRS` these are.
        sides: children, goals and groups of each format.
    """
    numbers = dict(zip(RESULT_COLUMNS, found.T, strict=True))
    numbers["p_adjusted"] = adjust_shaffer(numbers["p_value"])
    counts = [
        [sides[this][name] + sides[than][name] if i in rows else 0 for name in COUNTS]
        for i, (this, than) in enumerate(PAIRS)
    ]
    return fill_pairs(
        {name: _spread(numbers[name], rows, len(PAIRS)) for name in NUMBERS}
        | dict(zip(COUNTS, np.array(counts).T, strict=True))
    )


def tabulate_means(found: np.ndarray, formats: tuple[str, ...], sides: Sides) -> Columns:
    """Put one estimate for each of `formats` into `Comparison.by_format`.

    Args:
        found: one row for each of `formats`, in the columns of a model's answer.
        formats: formats compared, in the schema's order.
        sides: children and goals of each format.
    """
    own = [FORMATS.index(f) for f in formats]
    numbers = dict(zip(RESULT_COLUMNS, found.T, strict=True))
    return fill_means(
        {name: _spread(numbers[name], own, len(FORMATS)) for name in MEANS}
        | {
            name: np.array([sides[f][name] if f in formats else 0 for f in FORMATS])
            for name in ("n_children", "n_goals")
        }
    )


def _spread(values: np.ndarray, places: list[int], n: int) -> np.ndarray:
    """Put values into their places among n; NaN elsewhere."""
    spread = np.full(n, np.nan)
    spread[places] = values
    return spread
