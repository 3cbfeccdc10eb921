"""Weighted regressions whose standard errors count that the weights were estimated.

Comes in: an outcome, a design, and the multinomial fit that gives each row its chances. Goes
out: a frozen `PropensityWeightedFit`. Decided here: the propensity model and the weighted
regression are one stacked system of estimating equations, and the sandwich is taken of both
(M-estimation: Stefanski & Boos 2002, The American Statistician 56(1):29-38,
10.1198/000313002753631330; for generalised overlap weights Li & Li 2019, section 3.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.errors import AnalysisError
from analysis.models.discrete.multinomial import MultinomialFit
from analysis.models.regression.least_squares import read_design, read_vector, solve_least_squares
from analysis.models.results import (
    check_confidence,
    describe_fit,
    read_contrasts,
    standard_errors,
    tabulate_estimates,
)
from analysis.models.weights import Target, log_weight_slopes, tilted_weights

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class PropensityWeightedFit:
    """A weighted regression, its covariance counting the estimation of the weights.

    Attributes:
        names: the p column names of the design.
        coefficients: (p,).
        covariance: (p, p).
        influence: (m, p) each cluster's (or row's) influence on the coefficients: they add to
            zero, and their squares to the covariance.
        weights: (n,) the weights used.
        df: degrees of freedom of intervals: clusters (or rows) minus one.
        confidence: level of the intervals.
    """

    names: pd.Index
    coefficients: Array
    covariance: Array
    influence: Array
    weights: Array
    df: float
    confidence: float

    @cached_property
    def fixed(self) -> pd.DataFrame:
        """The coefficients: one row per design column, columns of `RESULT_COLUMNS`."""
        return self.contrast(pd.DataFrame(np.eye(len(self.names)), self.names, self.names))

    def contrast(
        self, matrix: ArrayLike | pd.DataFrame, confidence: float | None = None
    ) -> pd.DataFrame:
        """Estimate contrasts C b, in the columns of `RESULT_COLUMNS`.

        Args:
            matrix: (k, p) array, or a frame whose columns are named after the design.
            confidence: level of the intervals; the fit's own by default.

        Raises:
            AnalysisError: on a matrix that does not fit the design.
        """
        labels, rows = read_contrasts(matrix, self.names)
        errors = standard_errors(rows @ self.covariance @ rows.T)
        level = self.confidence if confidence is None else confidence
        return tabulate_estimates(labels, rows @ self.coefficients, errors, self.df, level)

    def __repr__(self) -> str:
        facts = {"covariance": "M-estimation, counting the estimated weights", "units": self.df + 1}
        return describe_fit("Least squares, propensity weighted", self.fixed, facts)


def fit_propensity_weighted(
    outcome: ArrayLike,
    design: ArrayLike | pd.DataFrame,
    propensity: MultinomialFit,
    target: Target = "overlap",
    clusters: ArrayLike | None = None,
    confidence: float = 0.95,
) -> PropensityWeightedFit:
    """Fit y ~ x weighted by h(e) / e_own, the chances e estimated on the same rows.

    With s_i the row's score in the propensity model (information I), r_i its residual and
    M = (X'WX)^-1, its influence is
        M [x_i w_i r_i + (sum_j x_j r_j dw_j / dgamma) I^-1 s_i],
    summed within clusters; the covariance is the sum of their squares (no small-sample factor).
    With indicators of the levels as the design, the coefficients are weighted means.

    Args:
        outcome: (n,) finite.
        design: (n, p), finite; rows as in `propensity`.
        propensity: the fit the weights come from, on the same n rows.
        target: the population, as for `tilted_weights`.
        clusters: (n,) labels of rows that may depend on each other; None for independent rows.
        confidence: level of the intervals.

    Raises:
        AnalysisError: on rows that do not match, numbers that are not finite, columns that
            cannot be told apart, or fewer than two clusters.
    """
    check_confidence(confidence)
    names, x = read_design(design)
    if not isinstance(propensity, MultinomialFit) or len(x) != len(propensity.codes):
        raise AnalysisError("The weighted regression needs the rows of the propensity model.")
    y = read_vector(outcome, len(x), "outcome")
    chances, codes = propensity.propensities, propensity.codes
    weights = tilted_weights(chances, codes, target)
    used = weights > 0
    solution = solve_least_squares(y[used], x[used], names, weights[used])
    residuals = y - x @ solution.coefficients
    bread = solution.transform @ solution.transform.T
    sensitivity = weights[:, None] * log_weight_slopes(chances, codes, target)
    pull = np.einsum("ip,ik,iq->pkq", x * residuals[:, None], sensitivity, propensity.design)
    indicators = np.eye(chances.shape[1])[codes]
    scores = (indicators - chances)[:, 1:, None] * propensity.design[:, None, :]
    n = len(x)
    shift = scores.reshape(n, -1) @ propensity.covariance @ pull.reshape(x.shape[1], -1).T
    influence = (x * (weights * residuals)[:, None] + shift) @ bread
    if clusters is not None:
        influence = _sum_by_label(influence, clusters)
    return PropensityWeightedFit(
        names=names,
        coefficients=solution.coefficients,
        covariance=influence.T @ influence,
        influence=influence,
        weights=weights,
        df=float(len(influence) - 1),
        confidence=confidence,
    )


def _sum_by_label(values: Array, clusters: ArrayLike) -> Array:
    labels = clusters if isinstance(clusters, pd.Series) else np.asarray(clusters)
    if labels.shape != (len(values),):
        raise AnalysisError("Every row needs one cluster label.")
    codes, distinct = pd.factorize(labels)
    if codes.min() < 0 or len(distinct) < 2:
        raise AnalysisError("At least two clusters are needed, and no label may be missing.")
    sums = np.zeros((len(distinct), values.shape[1]))
    np.add.at(sums, codes, values)
    return sums
