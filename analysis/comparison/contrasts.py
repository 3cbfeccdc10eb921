"""Progress compared between formats: the primary analysis and its close relatives.

In: the children compared, their covariates and (for some) weights. Out: `Comparison`. Decisions:
two stages - one rate for each child, then a regression with CR2 covariance and Satterthwaite
degrees of freedom clustered by therapy group - because it alone kept false differences near 5% when
nothing differed (METHODS.md, "How formats are compared").

Sources: Pustejovsky & Tipton 2018, JBES 36:672-683; Candlish et al. 2018, BMC Med Res
Methodol 18:105 (partial nesting); Shaffer 1986, JASA 81:826-831.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import stdtr

from analysis.comparison.analysis_set import AnalysisSet
from analysis.comparison.arms import (
    Sides,
    contrast_pairs,
    count_sides,
    formats_among,
    indicate_formats,
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
    reason_of,
    withheld_comparison,
)
from analysis.comparison.visits import growth_visits
from analysis.computing import text_index
from analysis.errors import AnalysisError
from analysis.models.multiplicity import adjust_shaffer
from analysis.models.regression.cluster_robust import ClusterRobustFit, fit_cluster_robust
from analysis.models.regression.within import fit_within
from analysis.models.results import RESULT_COLUMNS
from analysis.records.schema import FORMATS
from analysis.settings import Settings


def compare_rates(
    identity: Comparison,
    table: pd.DataFrame,
    covariates: pd.DataFrame,
    settings: Settings,
    *,
    weights: np.ndarray | None = None,
) -> Comparison:
    """Compare a child's rate between formats, adjusted for centred covariates.

    rate = mean + format + covariates, one row for each child; CR2 by `table.cluster`, with
    `table.second` where children belong to two.

    Args:
        identity: id and unit of the answer.
        table: (n,) rows of `Cohort.table`; at least two formats.
        covariates: (n, p) centred columns; p may be 0.
        settings: level of confidence.
        weights: (n,) weights, or None for equal weights.

    Returns:
        The comparison; withheld with its reason when the columns cannot be told apart.

    >>> table = pd.DataFrame(
    ...     {
    ...         "child_id": list("abcdef"),
    ...         "format": pd.Categorical(["individual"] * 3 + ["group"] * 3, list(FORMATS)),
    ...         "rate": [0.1, 0.2, 0.3, 0.5, 0.6, 0.7],
    ...         "n_goals": 1,
    ...         "group_id": [None, None, None, "g1", "g1", "g2"],
    ...         "cluster": [0, 1, 2, 3, 3, 4],
    ...     }
    ... )
    >>> identity = Comparison("primary", fill_pairs({}), fill_means({}))
    >>> row = compare_rates(identity, table, table[[]], Settings()).pair("group", "individual")
    >>> round(row["estimate"], 3), row["n_children"]
    (0.4, 6)
    """
    formats = formats_among(table)
    if len(formats) < 2:
        return withheld_comparison(identity, "few_formats")
    design = pd.DataFrame(
        np.hstack([indicate_formats(table, formats), covariates.to_numpy(float)]),
        columns=text_index((*formats, *covariates.columns)),
        copy=False,
    )
    return fit_contrasts(
        identity, table["rate"].to_numpy(), design, table, formats, settings, weights=weights
    )


def compare_within(
    identity: Comparison,
    table: pd.DataFrame,
    covariates: pd.DataFrame,
    strata: np.ndarray,
    settings: Settings,
) -> Comparison:
    """Compare a child's rate between formats among the children of one stratum each.

    rate = level of the stratum + format + covariates, one row for each child; errors as in
    `compare_rates`. Formats that never meet in a stratum, nor through others, are not compared;
    no format's own mean is given.

    Args:
        identity: id and unit of the answer.
        table: (n,) rows of `Cohort.table`; at least two formats.
        covariates: (n, p) columns.
        strata: (n,) labels, none missing.
        settings: level of confidence, and how many rows are left over.

    Returns:
        The comparison; withheld with its reason where the model has no answer.
    """
    formats = formats_among(table)
    design = np.hstack([indicate_formats(table, formats), covariates.to_numpy(float)])
    rows, pairs = contrast_pairs(formats, design.shape[1])
    try:
        fit = fit_within(
            table["rate"].to_numpy(),
            design,
            strata,
            table["cluster"].to_numpy(),
            confidence=settings.confidence,
            second=second_clusters(table),
        )
    except AnalysisError as error:
        return withheld_comparison(identity, reason_of(error))
    if len(table) - fit.n_columns < settings.rows_left_over:
        return withheld_comparison(identity, "few_rows_left")
    sides = count_sides(table)
    return replace(
        identity,
        adjusted_for=tuple(covariates.columns),
        by_pair=tabulate_pairs(fit.contrast(pairs).to_numpy(), rows, sides),
        by_format=count_means(sides),
    )


def compare_growth(identity: Comparison, analysis_set: AnalysisSet) -> Comparison:
    """Compare growth over all reviews at once: change ~ week x (format + covariates).

    One row for each review, weighted so that each child counts once; the contrasts are
    differences in slope, in the unit of the rate. On complete, balanced reviews they equal
    the two-stage contrasts.

    Args:
        identity: id and unit of the answer.
        analysis_set: the children compared.
    """
    table, settings = analysis_set.table, analysis_set.settings
    formats = formats_among(table)
    if len(formats) < 2:
        return withheld_comparison(identity, "few_formats")
    visits = growth_visits(analysis_set)
    covariates = analysis_set.centred
    names = [*formats, *covariates.columns]
    design = visits.lay_out(
        np.hstack([indicate_formats(table, formats), covariates.to_numpy(float)]),
        settings.rate_weeks,
    )
    return fit_contrasts(
        identity,
        visits.change,
        pd.DataFrame(design, columns=[*names, *(f"start of {name}" for name in names)], copy=False),
        table,
        formats,
        settings,
        weights=visits.weight,
        clusters=table["cluster"].to_numpy()[visits.child],
        n_covariates=covariates.shape[1],
    )


def fit_clustered(
    outcome: ArrayLike,
    design: ArrayLike | pd.DataFrame,
    clusters: ArrayLike,
    settings: Settings,
    *,
    weights: np.ndarray | None = None,
    second: np.ndarray | None = None,
) -> ClusterRobustFit:
    """Fit least squares with CR2 errors, as every regression of a study is fitted.

    Args:
        outcome: (m,) what is compared.
        design: (m, q) columns.
        clusters: (m,) cluster numbers.
        settings: level of confidence, and the largest condition number of a design.
        weights: (m,) weights, or None.
        second: (m,) a further cluster of each row, -1 for none; or None.

    Raises:
        AnalysisError: if the model has no answer; `result.reason_of` gives its id.
    """
    return fit_cluster_robust(
        outcome,
        design,
        clusters,
        weights=weights,
        confidence=settings.confidence,
        condition_limit=settings.condition_number,
        second=second,
    )


def second_clusters(table: pd.DataFrame) -> np.ndarray | None:
    """Give each row's second cluster; None where no row has one.

    Args:
        table: rows of `Cohort.table`.
    """
    second = table["second"].to_numpy() if "second" in table else np.full(1, -1)
    return second if (second >= 0).any() else None


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
        identity: id and unit of the answer.
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
    by_child = clusters is None
    second = second_clusters(table) if clusters is None else None
    clusters = table["cluster"].to_numpy() if clusters is None else clusters
    try:
        fit = fit_clustered(outcome, design, clusters, settings, weights=weights, second=second)
    except AnalysisError as error:
        return withheld_comparison(identity, reason_of(error))
    n_covariates = design.shape[1] - len(formats) if n_covariates is None else n_covariates
    adjusted_for = tuple(design.columns)[len(formats) : len(formats) + n_covariates]
    found = tabulate_fit(replace(identity, adjusted_for=adjusted_for), fit, table, formats)
    if not by_child or not n_covariates:
        return found
    columns = design.to_numpy(float)[:, len(formats) :]
    drawn = columns @ fit.coefficients[len(formats) :]
    return replace(found, by_format=_widen_means(found.by_format, drawn, clusters))


def _widen_means(means: Columns, drawn: np.ndarray, clusters: np.ndarray) -> Columns:
    """Give each format's mean the error of which children a clinic happened to have.

    A regression takes the children's traits as given, so its errors leave out that their mean is
    one of a sample; in a difference of formats this error is the same twice and drops out.

    Args:
        means: `Comparison.by_format`.
        drawn: (n,) what the covariates add to each child's prediction, with mean 0.
        clusters: (n,) cluster numbers.
    """
    by_cluster = np.bincount(np.unique(clusters, return_inverse=True)[1], drawn)
    error = means["std_error"]
    wider = np.sqrt(error**2 + (by_cluster**2).sum() / len(drawn) ** 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        times = np.where(error > 0, wider / error, 1.0)
        p_value = 2 * stdtr(means["df"], -np.abs(means["estimate"] / wider))
    middle = means["estimate"]
    ends = {name: middle + times * (means[name] - middle) for name in ("conf_low", "conf_high")}
    return {**means, "std_error": wider, "p_value": p_value, **ends}


def tabulate_fit(
    identity: Comparison, fit: ClusterRobustFit, table: pd.DataFrame, formats: tuple[str, ...]
) -> Comparison:
    """Give the comparison with the first columns of a fit, one for each format, contrasted.

    With centred covariates these columns are means standardised to all children compared.

    Args:
        identity: id and unit of the answer.
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


def count_means(sides: Sides) -> Columns:
    """Give `Comparison.by_format` with its counts only, for models that estimate no means.

    Args:
        sides: children and goals of each format.
    """
    return fill_means(
        {name: [sides[f][name] for f in FORMATS] for name in ("n_children", "n_goals")}
    )


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
        return withheld_comparison(comparison, "few_clusters_left")
    if not unsure.any():
        return comparison
    numbers = {name: np.where(unsure, np.nan, columns[name]) for name in NUMBERS}
    return replace(comparison, by_pair={**columns, **numbers})


def _spread(values: np.ndarray, places: list[int], n: int) -> np.ndarray:
    """Put values into their places among n; NaN elsewhere."""
    spread = np.full(n, np.nan)
    spread[places] = values
    return spread
