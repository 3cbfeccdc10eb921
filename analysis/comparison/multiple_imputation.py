"""The main analysis with missing traits filled in several times over.

In: an `AnalysisSet`. Out: a `Comparison` pooled over completed copies, and a joint test. Decisions:
traits are drawn by chained normal regressions on the format, the rate and all other traits (leaving
the outcome out would draw relations towards zero), in the order of the episodes' codes, so that the
order of the rows does not matter; METHODS.md, "How sure?".

Sources: Rubin 1987; White, Royston & Wood 2011, Statistics in Medicine 30(4):377-399,
10.1002/sim.4067.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis.comparison.analysis_set import AnalysisSet
from analysis.comparison.arms import (
    contrast_pairs,
    count_sides,
    formats_among,
    indicate_formats,
)
from analysis.comparison.contrasts import (
    count_means,
    drop_unsure_pairs,
    fit_clustered,
    tabulate_pairs,
)
from analysis.comparison.places import trait_of
from analysis.comparison.result import Comparison, reason_of, withheld_comparison
from analysis.errors import AnalysisError
from analysis.models.results import tabulate_estimates
from analysis.models.rubin import PooledTest, pool_estimates, pool_joint_test
from analysis.records.schema import FORMATS

STEADYING = 1e-8  # share added to a diagonal, so that dependent columns still have an inverse


def ask_imputed(
    identity: Comparison, analysis_set: AnalysisSet, primary: Comparison
) -> tuple[Comparison, PooledTest | None]:
    """Ask the main question with every missing trait drawn several times.

    Args:
        identity: id and unit of the answer.
        analysis_set: the children compared.
        primary: the main analysis.

    Returns:
        The comparison, and the pooled test that all formats are alike (None when withheld).
    """
    covariates, settings = analysis_set.covariates, analysis_set.settings
    absent = missing_cells(analysis_set)
    often = [covariates.missing.get(name, 0.0) for name in covariates.centred.columns]
    if primary.withheld:
        return withheld_comparison(identity, primary.withheld), None
    if not absent.any() or max(often) <= settings.impute_above:
        return withheld_comparison(identity, "hardly_missing"), None
    formats = formats_among(analysis_set.table)
    copies = impute_traits(analysis_set, absent, np.random.default_rng(settings.seed))
    rows, contrasts = contrast_pairs(formats, len(formats) + copies.shape[2])
    try:
        estimates, covariances, df = _fit_copies(analysis_set, copies, formats, contrasts)
    except AnalysisError as error:
        return withheld_comparison(identity, reason_of(error)), None
    variances = np.diagonal(covariances, axis1=1, axis2=2)
    pooled = pool_estimates(estimates, variances, df)
    found = tabulate_estimates(
        [str(row) for row in rows],
        pooled.estimate,
        pooled.std_error,
        pooled.df,
        settings.confidence,
    )
    sides = count_sides(analysis_set.table)
    answer = replace(
        identity,
        by_pair=tabulate_pairs(found.to_numpy(), rows, sides),
        by_format=count_means(sides),
        adjusted_for=tuple(covariates.centred.columns),
    )
    independent = slice(0, len(formats) - 1)
    test = pool_joint_test(estimates[:, independent], covariances[:, independent, independent])
    return drop_unsure_pairs(answer, settings), test


def missing_cells(analysis_set: AnalysisSet) -> np.ndarray:
    """Tell for every child and column adjusted for whether it was not recorded: (n, p)."""
    table = analysis_set.table
    absent = [
        table[trait_of(name)].isna().to_numpy() for name in analysis_set.covariates.centred.columns
    ]
    return np.column_stack(absent) if absent else np.zeros((len(table), 0), bool)


def impute_traits(
    analysis_set: AnalysisSet, absent: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Draw the missing traits.

    For each incomplete column in turn, in all copies at once: sigma2 = RSS / chi2_{n - q},
    b ~ N(b_hat, sigma2 (Z'Z)^-1), drawn value = z'b + N(0, sigma2).

    Args:
        analysis_set: the children compared.
        absent: (n, p) True where a trait is missing.
        rng: source of the draws.

    Returns:
        (m, n, p) completed copies.
    """
    table, m = analysis_set.table, analysis_set.settings.imputations
    order = np.argsort(table["episode_id"].to_numpy(dtype=str), kind="stable")
    formats = tuple(f for f in formats_among(table) if f != FORMATS[0])
    known = indicate_formats(table, formats)
    given = np.column_stack([np.ones(len(table)), known, table["rate"].to_numpy()])[order]
    values = analysis_set.covariates.centred.to_numpy()[order]
    gaps, k = absent[order], given.shape[1]
    whole = np.tile(np.hstack([given, values]), (m, 1, 1))
    for _ in range(analysis_set.settings.imputation_rounds):
        for j in np.flatnonzero(gaps.any(axis=0)):
            column, rows = k + j, gaps[:, j]
            others = np.delete(whole, column, axis=2)
            whole[:, rows, column] = _draw(others, whole[:, :, column], rows, rng)
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return whole[:, back, k:]


def _draw(
    others: np.ndarray, column: np.ndarray, rows: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Draw one column's missing values in every copy: (m, missing)."""
    m, _, q = others.shape
    z, y = others[:, ~rows], column[:, ~rows]
    gram = z.transpose(0, 2, 1) @ z
    diagonal = np.einsum("mjj->mj", gram)
    diagonal += STEADYING * diagonal.mean(axis=1, keepdims=True)
    inverse = np.linalg.inv(gram)
    slope = np.matvec(inverse, np.vecmat(y, z))
    left = y - np.matvec(z, slope)
    df = max(z.shape[1] - q, 1)
    sigma = np.sqrt((left**2).sum(axis=1) / rng.chisquare(df, m))
    root = np.linalg.cholesky((inverse + inverse.transpose(0, 2, 1)) / 2)
    slope += sigma[:, None] * np.matvec(root, rng.standard_normal((m, q)))
    noise = sigma[:, None] * rng.standard_normal((m, int(rows.sum())))
    return np.matvec(others[:, rows], slope) + noise


def _fit_copies(
    analysis_set: AnalysisSet, copies: np.ndarray, formats: tuple[str, ...], contrasts: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Fit every copy: (m, k) estimates, (m, k, k) covariances, (k,) mean df."""
    table = analysis_set.table
    indicators = indicate_formats(table, formats)
    outcome, clusters = table["rate"].to_numpy(), table["cluster"].to_numpy()
    estimates, covariances, degrees = [], [], []
    for traits in copies:
        design = np.hstack([indicators, traits - traits.mean(axis=0)])
        fit = fit_clustered(outcome, design, clusters, analysis_set.settings)
        found = fit.contrast(contrasts)
        estimates.append(found["estimate"].to_numpy())
        covariances.append(contrasts @ fit.covariance @ contrasts.T)
        degrees.append(found["df"].to_numpy())
    return np.array(estimates), np.array(covariances), np.mean(degrees, axis=0)
