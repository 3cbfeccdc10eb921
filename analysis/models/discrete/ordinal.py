"""Proportional odds: an ordered outcome whose levels are not equally far apart.

In: codes of an ordered category and a design without a constant. Out: a frozen `OrdinalFit` with
thresholds and coefficients. Decisions: Newton's method on a
centred, orthonormal basis, to a gradient of 1e-12; with clusters, the adjustment is made in the
space of the parameters.

Sources: McCullagh 1980, Journal of the Royal Statistical Society B 42(2):109-142. The CR2-type
covariance treats the K Pearson residuals (1[y = k] - pi_k) / sqrt(pi_k) of a row as rows of least
squares on (d pi_k / d parameters) / sqrt(pi_k), whose cross-product is the information; for one
normal outcome this is CR2 itself (see `sandwich`). It does not depend on the order in which levels
are named. With two levels it takes another root of the same matrix than `hazard` does for a logit,
so that their CR2 differs a little: both are unbiased if rows are independent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.errors import AnalysisError
from analysis.models.arrays import Array, Whole
from analysis.models.discrete.delta_method import Spread
from analysis.models.discrete.multinomial import read_codes
from analysis.models.discrete.ordinal_likelihood import (
    SMALLEST_CHANCE,
    Link,
    maximise_ordinal,
    ordinal_chances,
    ordinal_derivatives,
    ordinal_log_likelihood,
)
from analysis.models.regression.least_squares import orthonormalise, read_design
from analysis.models.regression.sandwich import arrange_labels
from analysis.models.regression.small_sample import Kind, adjust_scores, check_kind
from analysis.models.results import (
    check_confidence,
    describe_fit,
    read_contrasts,
    tabulate_estimates,
)


@dataclass(frozen=True, eq=False, repr=False)
class OrdinalFit:
    """Thresholds and coefficients of P(Y <= k) = F(theta_k - x'b).

    Attributes:
        levels: the K levels in order.
        names: the p column names of the design; a positive coefficient means higher levels.
        cuts: (K - 1,) theta, increasing.
        coefficients: (p,) b.
        link: "logit" (proportional odds) or "probit".
        log_likelihood: of the rows.
        spread: the covariance of (theta, b): inverse observed information, or with clusters the
            sandwich.
        gradient: largest absolute slope left, per row, on the orthonormal basis.
        n_rows: rows.
        n_clusters: clusters, or None.
        confidence: level of the intervals.
    """

    levels: tuple[object, ...]
    names: pd.Index
    cuts: Array
    coefficients: Array
    link: Link
    log_likelihood: float
    spread: Spread = field(repr=False)
    gradient: float
    n_rows: int
    n_clusters: int | None
    confidence: float

    @cached_property
    def fixed(self) -> pd.DataFrame:
        """The coefficients, in the columns of `RESULT_COLUMNS`."""
        return self.contrast(pd.DataFrame(np.eye(len(self.names)), self.names, self.names))

    @cached_property
    def thresholds(self) -> pd.DataFrame:
        """The thresholds, named "lower|upper", in the columns of `RESULT_COLUMNS`."""
        k = len(self.cuts)
        rows = np.eye(k, k + len(self.names))
        labels = [f"{a}|{b}" for a, b in zip(self.levels[:-1], self.levels[1:], strict=True)]
        return tabulate_estimates(labels, self.cuts, *self.spread.measure(rows), self.confidence)

    def contrast(
        self, matrix: ArrayLike | pd.DataFrame, confidence: float | None = None
    ) -> pd.DataFrame:
        """Estimate contrasts C b of the coefficients, in the columns of `RESULT_COLUMNS`.

        Args:
            matrix: (r, p) array, or a frame whose columns are named after the design.
            confidence: level of the intervals; the fit's own by default.

        Raises:
            AnalysisError: on a matrix that does not fit the design.
        """
        labels, rows = read_contrasts(matrix, self.names)
        full = np.hstack([np.zeros((len(rows), len(self.cuts))), rows])
        level = self.confidence if confidence is None else confidence
        return tabulate_estimates(
            labels, rows @ self.coefficients, *self.spread.measure(full), level
        )

    def __repr__(self) -> str:
        cuts = ", ".join(f"{name} {cut:.4g}" for name, cut in self.thresholds["estimate"].items())
        facts = {
            "thresholds": cuts,
            "rows": self.n_rows,
            "clusters": "none, rows independent" if self.n_clusters is None else self.n_clusters,
            "log-likelihood": f"{self.log_likelihood:.6g}",
        }
        return describe_fit(f"Ordered outcome, {self.link}", self.fixed, facts)


def fit_ordinal(
    outcome: ArrayLike,
    design: ArrayLike | pd.DataFrame,
    levels: Sequence[object],
    clusters: ArrayLike | None = None,
    link: Link = "logit",
    kind: Kind = "CR2",
    confidence: float = 0.95,
) -> OrdinalFit:
    """Fit P(Y <= k) = F(theta_k - x'b) by maximum likelihood.

    With clusters the covariance is J^-1 (sum_g s_g s_g') J^-1, J the observed information, s_g
    the cluster's score adjusted by (I - G_g)^(-1/2) for CR2, G_g the cluster's share of the
    expected information; degrees of freedom are Satterthwaite's, as in `sandwich`.

    Args:
        outcome: (n,) codes 0..K-1, every level present.
        design: (n, p), finite, without a constant (the thresholds play its part).
        levels: the K level names in order.
        clusters: (n,) labels; None for independent rows and infinite degrees of freedom.
        link: "logit" or "probit".
        kind: the cluster adjustment.
        confidence: level of the intervals.

    Raises:
        SeparationError: if some columns put the levels in order without overlap.
        AnalysisError: on input that is not finite, a constant column, columns that cannot be
            told apart, or a level nobody has.

    Example:
        >>> level = [0, 0, 1, 1, 2, 0, 1, 2, 2, 2]
        >>> group = pd.DataFrame({"group": [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]})
        >>> fit = fit_ordinal(level, group, ["below", "at", "above"])
        >>> round(float(fit.fixed.loc["group", "estimate"]), 3), list(fit.thresholds.index)
        (1.444, ['below|at', 'at|above'])
    """
    check_confidence(confidence)
    check_kind(kind)
    if link not in get_args(Link):
        raise AnalysisError(f"The link must be one of {', '.join(get_args(Link))}.")
    names, x = read_design(design)
    levels = tuple(levels)
    codes = read_codes(outcome, len(x), levels)
    _refuse_constants(x, names)
    centre = x.mean(axis=0)
    with_constant = np.column_stack([np.ones(len(x)), x - centre])
    orthonormalise(with_constant, pd.Index(["the constant", *names]))
    basis, transform, _ = orthonormalise(x - centre, names)
    root = np.sqrt(len(x))
    basis, transform = basis * root, transform * root
    parameters, gradient = maximise_ordinal(codes, basis, link, x, names, levels)
    k = len(levels) - 1
    lift = np.eye(k + len(names))
    lift[k:, k:] = transform
    lift[:k, k:] = centre @ transform
    _, information = ordinal_derivatives(parameters, codes, basis, link)
    inverse = np.asarray(np.linalg.inv(information), dtype=np.float64)
    spread, n_clusters = Spread(lift @ inverse @ lift.T), None
    if clusters is not None:
        spread, n_clusters = _cluster_spread(
            parameters, codes, basis, link, clusters, kind, inverse, lift
        )
    full = lift @ parameters
    return OrdinalFit(
        levels=levels,
        names=names,
        cuts=full[:k],
        coefficients=full[k:],
        link=link,
        log_likelihood=ordinal_log_likelihood(parameters, codes, basis, link),
        spread=spread,
        gradient=gradient,
        n_rows=len(x),
        n_clusters=n_clusters,
        confidence=confidence,
    )


def _refuse_constants(x: Array, names: pd.Index) -> None:
    constant = [str(name) for name in names[np.ptp(x, axis=0) == 0]]
    if constant:
        raise AnalysisError(
            f'The column "{constant[0]}" is the same in every row; the thresholds already play '
            "its part. Leave it out."
        )


def _cluster_spread(
    parameters: Array,
    codes: Whole,
    basis: Array,
    link: Link,
    clusters: ArrayLike,
    kind: Kind,
    inverse: Array,
    lift: Array,
) -> tuple[Spread, int]:
    """Give the sandwich, its scores those of Pearson residuals, a row for each level."""
    if kind == "CR1S":
        raise AnalysisError("CR1S is for least squares: choose CR0, CR1, CR2 or CR3.")
    n, k = len(codes), len(parameters) - basis.shape[1]
    chances, densities = ordinal_chances(parameters[:k], basis @ parameters[k:], link)
    chances = np.maximum(chances, SMALLEST_CHANCE)
    slopes = np.zeros((n, k + 1, len(parameters)))
    for level in range(k + 1):
        if level < k:
            slopes[:, level, level] = densities[:, level + 1]
        if level > 0:
            slopes[:, level, level - 1] = -densities[:, level]
    slopes[:, :, k:] = -np.diff(densities, axis=1)[:, :, None] * basis[:, None, :]
    pearson = (np.eye(k + 1)[codes] - chances) / np.sqrt(chances)
    stacked = (slopes / np.sqrt(chances)[:, :, None]).reshape(n * (k + 1), -1)
    lower = np.linalg.cholesky(stacked.T @ stacked)
    rows = arrange_labels(clusters, n, repeat=k + 1)
    orthonormal = stacked[rows.order] @ np.linalg.inv(lower).T
    scores = adjust_scores(rows, orthonormal, None, kind)
    transform = lift @ inverse @ lower
    meat = scores.meat(pearson.ravel()[rows.order])
    return Spread(transform @ meat @ transform.T, (scores, transform)), rows.n_clusters
