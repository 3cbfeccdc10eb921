"""Least squares whose standard errors survive few clusters of very different sizes.

In: an outcome, a design, which cluster each row belongs to, perhaps weights. Out: a frozen
`ClusterRobustFit` with coefficients and any contrast. Decisions: CR2 ("bias-reduced
linearisation") with Satterthwaite degrees of freedom for each contrast, the working model being
independent errors of one variance; weights weigh and say nothing about variances, as fits a
propensity weight.

Sources: Bell & McCaffrey 2002; Pustejovsky & Tipton 2018, Journal of Business & Economic Statistics
36(4), 10.1080/07350015.2016.1247004.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.models.arrays import Array
from analysis.models.regression.least_squares import (
    LARGEST_CONDITION_NUMBER,
    read_design,
    read_vector,
    read_weights,
    solve_least_squares,
)
from analysis.models.regression.overlapping import Overlap, tie_rows
from analysis.models.regression.sandwich import AdjustedScores, arrange_codes, read_labels
from analysis.models.regression.small_sample import Kind, adjust_scores, check_inflation, check_kind
from analysis.models.results import (
    check_confidence,
    describe_fit,
    read_contrasts,
    tabulate_estimates,
)


@dataclass(frozen=True, eq=False, repr=False)
class ClusterRobustFit:
    """Coefficients with a cluster-robust covariance.

    Attributes:
        names: the p column names of the design.
        coefficients: (p,).
        residuals: (n,) outcome minus fitted value, in the order given, every row.
        n_rows: rows that counted (those of positive weight).
        n_clusters: clusters that counted.
        kind: which adjustment.
        confidence: the default level of intervals.
        condition_number: of the design, columns scaled to length one.
        scores: the adjusted cluster scores, for variances and degrees of freedom.
        counted: (n_rows,) residuals of the rows that counted, in the order of `scores`.
        transform: (p, p) T with (X'WX)^-1 = T T'; T' takes a contrast to the scores' basis.
        overlap: where rows have a second cluster; contrasts then have the larger of the two
            variances and the fewer degrees of freedom. `covariance` is of the first alone.
    """

    names: pd.Index
    coefficients: Array
    residuals: Array
    n_rows: int
    n_clusters: int
    kind: Kind
    confidence: float
    condition_number: float
    scores: AdjustedScores = field(repr=False)
    counted: Array = field(repr=False)
    transform: Array = field(repr=False)
    overlap: Overlap | None = field(default=None, repr=False)

    @cached_property
    def covariance(self) -> Array:
        """(p, p) of the coefficients, T Q T', Q the sum of the squared scores."""
        return self.transform @ self.scores.meat(self.counted) @ self.transform.T

    @cached_property
    def fixed(self) -> pd.DataFrame:
        """The coefficients: one row per design column, columns of `RESULT_COLUMNS`."""
        return self._tabulate(self.names, np.eye(len(self.names)), self.confidence)

    def contrast(
        self, matrix: ArrayLike | pd.DataFrame, confidence: float | None = None
    ) -> pd.DataFrame:
        """Estimate contrasts C b, each with its own Satterthwaite degrees of freedom.

        std_error^2 = c' V c; df = tr(P)^2 / tr(P^2) with P the quadratic form that V makes of
        the residuals under the working model (Pustejovsky & Tipton 2018, section 3.1).

        Args:
            matrix: (k, p) or (p,) array; or a frame whose columns are design columns (one left
                out counts as zero) and whose index labels the contrasts.
            confidence: level of the intervals; the fit's own by default.

        Returns:
            k rows in the columns of `RESULT_COLUMNS`. Where whole clusters determine a contrast
            (each group of rows being one cluster, say), nothing in the data shows its uncertainty:
            all columns but `estimate` are NaN.

        Raises:
            AnalysisError: on a matrix that does not fit the design.
        """
        labels, rows = read_contrasts(matrix, self.names)
        return self._tabulate(labels, rows, self.confidence if confidence is None else confidence)

    def _tabulate(self, labels: pd.Index, rows: Array, confidence: float) -> pd.DataFrame:
        directions = self.transform.T @ rows.T
        variances, df = self.scores.judge(directions, self.counted)
        if self.overlap is not None:
            wider, fewer = self.overlap.judge(directions)
            variances, df = np.maximum(variances, wider), np.minimum(df, fewer)
        std_errors = np.where(np.isnan(df), np.nan, np.sqrt(np.maximum(variances, 0.0)))
        return tabulate_estimates(labels, rows @ self.coefficients, std_errors, df, confidence)

    def __repr__(self) -> str:
        facts = {
            "covariance": f"{self.kind}, Satterthwaite degrees of freedom",
            "rows": self.n_rows,
            "clusters": self.n_clusters,
        }
        return describe_fit("Least squares, cluster-robust", self.fixed, facts)


def fit_cluster_robust(
    outcome: ArrayLike,
    design: ArrayLike | pd.DataFrame,
    clusters: ArrayLike,
    weights: ArrayLike | None = None,
    kind: Kind = "CR2",
    confidence: float = 0.95,
    condition_limit: float = LARGEST_CONDITION_NUMBER,
    second: ArrayLike | None = None,
) -> ClusterRobustFit:
    """Fit weighted least squares with a cluster-robust covariance.

    b = (X'WX)^-1 X'Wy; V = M (sum_g X_g'W_g A_g e_g e_g' A_g'W_g X_g) M, M = (X'WX)^-1; for
    CR2, A_g is the symmetric inverse root of (I - H)_g (I - H)_g', H = X M X'W, which makes V
    unbiased when errors are independent and of one variance (Pustejovsky & Tipton 2018).
    With two unequal groups of singletons this is Welch's test. A row of weight zero is left
    out, and is still given a residual.

    Args:
        outcome: (n,) finite.
        design: (n, p) array or frame, finite; bring your own constant.
        clusters: (n,) labels of any kind; rows of one label may depend on each other.
        weights: (n,) zero or more, or None; only their ratios matter.
        kind: "CR2", or "CR0", "CR1", "CR1S", "CR3".
        confidence: level of the intervals.
        condition_limit: largest condition number of the scaled design accepted.
        second: (n,) a further cluster of each row or -1, by the numbers (from 0) of `clusters`.

    Raises:
        AnalysisError: on numbers that are not finite, shapes that disagree, columns that
            cannot be told apart (named), or fewer than two clusters.

    Example:
        Where nobody shares a cluster the standard error is that of Welch's test:

        >>> progress = [0.9, 1.2, 0.8, 1.1, 0.6, 1.4, 0.7, 0.9]
        >>> alone = np.repeat([1, 0], 4)
        >>> design = pd.DataFrame({"alone": alone, "group": 1 - alone})
        >>> fit = fit_cluster_robust(progress, design, clusters=range(8))
        >>> difference = fit.contrast(pd.Series({"alone": 1, "group": -1}))
        >>> difference[["estimate", "std_error"]].round(3).to_numpy().tolist()
        [[0.1, 0.2]]
    """
    check_kind(kind)
    check_confidence(confidence)
    names, x = read_design(design)
    y, w = read_vector(outcome, len(x), "outcome"), read_weights(weights, len(x))
    codes, _ = read_labels(clusters, len(x))
    y_used, x_used, w_used = y, x, w
    tied = None if second is None else tie_rows(np.asarray(clusters), np.asarray(second))
    if w is not None and not (w > 0).all():
        kept = w > 0
        tied = None if tied is None else tied[kept][:, kept]
        y_used, x_used, w_used = y[kept], x[kept], w[kept]
        codes = np.unique(codes[kept], return_inverse=True)[1]
    rows = arrange_codes(codes)
    check_inflation(kind, *x_used.shape)
    if w_used is not None:
        w_used = w_used / w_used.max()
        w_used /= w_used.mean()
    solution = solve_least_squares(y_used, x_used, names, w_used, condition_limit)
    ordered = None if w_used is None else w_used[rows.order]
    scores = adjust_scores(rows, solution.basis[rows.order], ordered, kind)
    return ClusterRobustFit(
        names=names,
        coefficients=solution.coefficients,
        residuals=solution.residuals if y_used is y else y - x @ solution.coefficients,
        n_rows=len(y_used),
        n_clusters=rows.n_clusters,
        kind=kind,
        confidence=confidence,
        condition_number=solution.condition_number,
        scores=scores,
        counted=solution.residuals[rows.order],
        transform=solution.transform,
        overlap=None if tied is None else Overlap(tied, solution.basis, w_used, solution.residuals),
    )
