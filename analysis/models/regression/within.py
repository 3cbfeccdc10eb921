"""Least squares within strata: a level of its own for every therapist, without a column for each.

In: an outcome, a design, the stratum and the cluster of each row. Out: contrasts with CR2 variances
and Satterthwaite degrees of freedom, those of `cluster_robust` with one indicator for each stratum
beside the design. Decisions: the indicators stay a sparse part of the orthonormal basis (one number
a row), so that time and memory grow as the rows do, and not as rows times strata; a contrast
that the strata determine has no answer instead of one that depends on which column was left out.

Sources: Bell & McCaffrey 2002; Pustejovsky & Tipton 2018 (10.1080/07350015.2016.1247004), whose
section 3.2 warns that subtracting means alone leaves the indicators out of the adjustment.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.sparse import csr_array, hstack

from analysis.errors import AnalysisError
from analysis.models.arrays import Array, Whole
from analysis.models.regression.least_squares import read_design, read_vector
from analysis.models.regression.overlapping import Overlap, tie_rows
from analysis.models.regression.sandwich import (
    NUMBERS_AT_ONCE,
    SMALLEST_VARIANCE_SHARE,
    ClusterRows,
    arrange_codes,
    read_labels,
)
from analysis.models.regression.small_sample import symmetric_power
from analysis.models.results import check_confidence, read_contrasts, tabulate_estimates

SMALLEST_SHARE = 1e-7
"""A column adds nothing, and a contrast is determined, below this share of its own length."""
LARGEST_BLOCK = 64
"""Clusters of more rows go through the columns that are not zero in them, one by one."""


@dataclass(frozen=True, eq=False, repr=False)
class WithinFit:
    """A least-squares fit within strata.

    Attributes:
        names: the p column names of the design.
        n_columns: r + s, columns that add something within strata, and strata.
        inside: (p, r) takes a contrast of the columns to the basis.
        outside: (p, p - r) combinations of columns that the strata determine.
        lengths: (p,) of the columns, to which a contrast is held.
        loadings: (r,) coefficients in the basis.
        basis: (n, r + s) orthonormal and sparse: the design within strata, then the strata.
        dense: (n, r) its first columns.
        strata: (n,) codes of the strata, 0 to s - 1.
        residuals: (n,).
        rows: how rows fall into clusters.
        confidence: level of the intervals.
        overlap: where rows have a second cluster, as in `ClusterRobustFit`.
    """

    names: pd.Index
    n_columns: int
    inside: Array
    outside: Array
    lengths: Array
    loadings: Array
    basis: csr_array
    dense: Array = field(repr=False)
    strata: Whole = field(repr=False)
    residuals: Array = field(repr=False)
    rows: ClusterRows
    confidence: float
    overlap: Overlap | None

    def contrast(self, matrix: ArrayLike | pd.DataFrame) -> pd.DataFrame:
        """Estimate contrasts C b, each with its own degrees of freedom.

        Args:
            matrix: (k, p) or (p,) array, or a frame whose columns are design columns.

        Returns:
            k rows in the columns of `RESULT_COLUMNS`; all NaN where the strata determine the
            contrast, NaN but for the estimate where whole clusters do.

        Raises:
            AnalysisError: on a matrix that does not fit the design.
        """
        labels, rows = read_contrasts(matrix, self.names)
        directions = self.inside.T @ rows.T
        own = np.linalg.norm(rows / self.lengths, axis=1)
        known = np.linalg.norm(self.outside.T @ rows.T, axis=0) <= SMALLEST_SHARE * own
        estimates = np.where(known, self.loadings @ directions, np.nan)
        variances, df = self._judge(directions)
        if self.overlap is not None:
            full = np.zeros((self.basis.shape[1], directions.shape[1]))
            full[: len(directions)] = directions
            wider, fewer = self.overlap.judge(full)
            variances, df = np.maximum(variances, wider), np.minimum(df, fewer)
        df = np.where(known, df, np.nan)
        std_errors = np.where(np.isnan(df), np.nan, np.sqrt(np.maximum(variances, 0.0)))
        return tabulate_estimates(labels, estimates, std_errors, df, self.confidence)

    def _judge(self, directions: Array) -> tuple[Array, Array]:
        """Give CR2 variances and Satterthwaite degrees of freedom of directions (r, k)."""
        order, n, m = self.rows.order, len(self.strata), self.rows.n_clusters
        reach = self._adjust(directions)
        scores = self.rows.sum_by_cluster(reach * self.residuals[order, None])
        diagonal = self.rows.sum_by_cluster(reach**2)
        number = np.repeat(np.arange(m), np.diff([*self.rows.starts, n]))
        within, df = self.basis[order], np.empty(directions.shape[1])
        for k, a in enumerate(reach.T):
            # P = diag(a_g'a_g) - Z Z', Z = the sums of a times the basis over each cluster.
            z = csr_array((a, (number, np.arange(n))), shape=(m, n)) @ within
            own = z.multiply(z).sum(axis=1)
            trace = diagonal[:, k].sum() - own.sum()
            square = (diagonal[:, k] * (diagonal[:, k] - 2 * own)).sum()
            square += ((z.T @ z).tocsr().data ** 2).sum()
            enough = trace > SMALLEST_VARIANCE_SHARE * (directions[:, k] ** 2).sum()
            df[k] = trace**2 / square if enough else np.nan
        return (scores**2).sum(axis=0), df

    def _adjust(self, directions: Array) -> Array:
        """Give A_g B_g u of directions u (r, k), rows in cluster order: (n, k)."""
        order, sizes = self.rows.order, np.bincount(self.strata)
        dense, strata = self.dense[order], self.strata[order]
        reach = dense @ directions
        for size, part in self.rows.batches():
            if size > LARGEST_BLOCK:
                for first in range(part.start, part.stop, size):
                    at = slice(first, first + size)
                    block = np.hstack([dense[at], _indicate(strata[at], sizes)])
                    power = symmetric_power((np.eye(block.shape[1]) - block.T @ block)[None], -0.5)
                    reach[at] = block @ (power[0][:, : len(directions)] @ directions)
                continue
            step = size * max(1, NUMBERS_AT_ONCE // size**2)
            for first in range(part.start, part.stop, step):
                at = slice(first, min(first + step, part.stop))
                own, code = (
                    dense[at].reshape(-1, size, dense.shape[1]),
                    strata[at].reshape(-1, size),
                )
                same = (code[:, :, None] == code[:, None, :]) / sizes[code][:, :, None]
                power = symmetric_power(np.eye(size) - own @ own.swapaxes(1, 2) - same, -0.5)
                reach[at] = (power @ reach[at].reshape(len(power), size, -1)).reshape(
                    -1, reach.shape[1]
                )
        return reach


def fit_within(
    outcome: ArrayLike,
    design: ArrayLike | pd.DataFrame,
    strata: ArrayLike,
    clusters: ArrayLike,
    confidence: float = 0.95,
    second: ArrayLike | None = None,
) -> WithinFit:
    """Fit y = a_stratum + x b with a CR2 covariance by cluster.

    Args:
        outcome: (n,) finite.
        design: (n, p) array or frame, finite, without constant or indicators of the strata;
            columns that these or others determine add nothing.
        strata: (n,) labels of any kind.
        clusters: (n,) labels of any kind; a cluster may lie in several strata.
        confidence: level of the intervals.
        second: (n,) a further cluster of each row or -1, by the numbers (from 0) of `clusters`.

    Raises:
        AnalysisError: on numbers that are not finite, shapes that disagree, a missing label,
            fewer than two clusters, or a design of which nothing is left within strata.

    >>> therapist = np.repeat(["a", "b", "c"], 4)
    >>> group = np.array([0, 0, 1, 1] * 3)
    >>> progress = np.array([1, 2, 3, 4, 5, 7, 7, 9, 2, 2, 4, 4]) / 2
    >>> fit = fit_within(progress, group[:, None], therapist, clusters=range(12))
    >>> fit.contrast([1.0])[["estimate", "df"]].round(2).to_numpy().tolist()
    [[1.0, 8.0]]
    """
    check_confidence(confidence)
    names, x = read_design(design)
    y = read_vector(outcome, len(x), "outcome")
    codes, _ = read_labels(strata, len(x))
    numbers, _ = read_labels(clusters, len(x))
    sizes = np.bincount(codes)
    inner, y_inner = _subtract_means(x, codes, sizes), _subtract_means(y[:, None], codes, sizes)
    lengths = np.maximum(np.linalg.norm(x, axis=0), np.finfo(float).tiny)
    inner /= lengths
    _, values, axes = np.linalg.svd(np.linalg.qr(inner, mode="r"))
    kept = np.flatnonzero(values > SMALLEST_SHARE)
    if not len(kept):
        raise AnalysisError("Nothing differs within the strata: there is nothing to estimate.")
    to_basis = axes[kept].T / values[kept]
    dense, again = np.linalg.qr(inner @ to_basis)
    loadings = (dense.T @ y_inner)[:, 0]
    own = csr_array(
        (1 / np.sqrt(sizes[codes]), (np.arange(len(x)), codes)), shape=(len(x), len(sizes))
    )
    basis = csr_array(hstack([csr_array(dense), own]))
    residuals = y_inner[:, 0] - dense @ loadings
    tied = None if second is None else tie_rows(np.asarray(clusters), np.asarray(second))
    return WithinFit(
        names=names,
        n_columns=len(kept) + len(sizes),
        inside=to_basis @ np.linalg.inv(again) / lengths[:, None],
        outside=np.delete(axes, kept, axis=0).T / lengths[:, None],
        lengths=lengths,
        loadings=loadings,
        basis=basis,
        dense=dense,
        strata=codes,
        residuals=residuals,
        rows=arrange_codes(numbers),
        confidence=confidence,
        overlap=None if tied is None else Overlap(tied, basis, None, residuals),
    )


def _indicate(codes: Whole, sizes: Whole) -> Array:
    """Give an indicator of each stratum among some rows, of length one over all rows."""
    present, code = np.unique(codes, return_inverse=True)
    found: Array = (code[:, None] == np.arange(len(present))) / np.sqrt(sizes[present])
    return found


def _subtract_means(values: Array, codes: Whole, sizes: Whole) -> Array:
    """Give (n, p) values less the mean of their stratum."""
    means = np.column_stack([np.bincount(codes, column) for column in values.T])
    return values - (means / sizes[:, None])[codes]
