"""Resampling whole clusters by weights: no row is copied and no model is fitted twice.

In: which cluster and which stratum each row belongs to. Out: weights, adjusted means for every
resample, and intervals. Decisions: n - 1 of a stratum's n clusters are drawn and weighted by n / (n
- 1), which makes the variance unbiased; percentiles are taken further out, as Student's t asks.

Sources: Rao & Wu 1988, JASA 83:231-241 (rescaling); Hesterberg 2015, The American Statistician
69:371-386 (expanded percentiles).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, stdtrit

from analysis.errors import AnalysisError
from analysis.models.arrays import Array, Whole

FEWEST_CLUSTERS = 2
# Least ratio of a resample's eigenvalues: below it rounding, not the children, gives coefficients.
TELLING_APART = 1e-10
MANY_CLUSTERS = 2_000
"""Beyond so many clusters single draws are counted, which is quicker than binomial numbers."""
ROWS_AT_ONCE = 8_192


def draw_cluster_weights(
    stratum: ArrayLike, n_resamples: int, rng: np.random.Generator
) -> tuple[Array, Whole]:
    """Draw weights of whole clusters, stratum by stratum.

    Args:
        stratum: (c,) stratum of each cluster, 0 to s - 1.
        n_resamples: how many resamples.
        rng: source of every random number.

    Returns:
        weights: (n_resamples, c), of mean 1 in each stratum; n_clusters: (s,).

    Raises:
        AnalysisError: if a stratum has fewer than two clusters.
    """
    code = np.asarray(stratum)
    n_clusters = np.bincount(code)
    if (n_clusters < FEWEST_CLUSTERS).any():
        raise AnalysisError("Resampling needs at least two clusters in every stratum.")
    weights = np.empty((n_resamples, len(code)))
    for s, n in enumerate(n_clusters):
        weights[:, code == s] = _count_drawn(int(n), n_resamples, rng) * (n / (n - 1))
    return weights, n_clusters


def _count_drawn(n: int, n_resamples: int, rng: np.random.Generator) -> Whole:
    """Give how often each of n clusters is drawn when n - 1 are: (n_resamples, n)."""
    if n <= MANY_CLUSTERS:
        return rng.multinomial(n - 1, np.full(n, 1 / n), size=n_resamples)
    drawn = rng.integers(0, n, size=(n_resamples, n - 1), dtype=np.int32)
    counts = np.empty((n_resamples, n), dtype=np.intp)
    for own, row in zip(counts, drawn, strict=True):
        own[:] = np.bincount(row, minlength=n)
    return counts


@dataclass(frozen=True, eq=False)
class ClusterProducts:
    """The clusters' cross products, from which every resample's coefficients follow.

    Attributes:
        summed: (c, p (p + 1) / 2 + p q) upper half of X_c'X_c, then X_c'Y_c.
        n_columns: p; n_outcomes: q.
    """

    summed: Array
    n_columns: int
    n_outcomes: int

    def coefficients(self, weights: Array) -> Array:
        """Give least-squares coefficients of every outcome for every resample at once.

        b_r = (sum_c w_rc X_c'X_c)^-1 sum_c w_rc X_c'Y_c.

        Args:
            weights: (r, c).

        Returns:
            (r, p, q); NaN for resamples whose columns cannot be told apart.
        """
        p, q, total = self.n_columns, self.n_outcomes, weights @ self.summed
        upper = np.triu_indices(p)
        left = np.empty((len(weights), p, p))
        left[:, upper[0], upper[1]] = total[:, : len(upper[0])]
        left[:, upper[1], upper[0]] = total[:, : len(upper[0])]
        right = total[:, len(upper[0]) :].reshape(-1, p, q)
        answer = np.full((len(weights), p, q), np.nan)
        spread = np.linalg.eigvalsh(left)
        whole = spread[:, 0] > TELLING_APART * spread[:, -1]
        answer[whole] = np.linalg.solve(left[whole], right[whole])
        return answer


def multiply_within_clusters(
    outcomes: ArrayLike, design: ArrayLike, cluster: ArrayLike, n_clusters: int
) -> ClusterProducts:
    """Give the clusters' cross products; a block of rows at a time.

    Args:
        outcomes: (n, q).
        design: (n, p).
        cluster: (n,) cluster of each row, 0 to c - 1.
        n_clusters: c.
    """
    x, y, code = np.asarray(design, float), np.asarray(outcomes, float), np.asarray(cluster)
    p, q = x.shape[1], y.shape[1]
    one, other = np.triu_indices(p)
    summed = np.zeros((n_clusters, len(one) + p * q))
    for first in range(0, len(x), ROWS_AT_ONCE):
        part = slice(first, first + ROWS_AT_ONCE)
        crossed = (x[part, :, None] * y[part, None, :]).reshape(-1, p * q)
        np.add.at(summed, code[part], np.hstack([x[part][:, one] * x[part][:, other], crossed]))
    return ClusterProducts(summed, p, q)


def means_of_drawn(
    coefficients: Array, covariates: ArrayLike, cluster: ArrayLike, weights: Array
) -> Array:
    """Give each arm's mean prediction for the rows of each resample, not for those of the whole.

    Which rows were drawn is part of a mean's error; in a difference of arms it drops out.

    Args:
        coefficients: (n_resamples, k + p, q): of k arms, then of p covariates.
        covariates: (n, p), mean 0; p may be 0.
        cluster: (n,) cluster of each row, 0 to c - 1.
        weights: (n_resamples, c).

    Returns:
        (n_resamples, k, q) means.
    """
    columns, code = np.asarray(covariates, dtype=float), np.asarray(cluster)
    n_arms, size = coefficients.shape[1] - columns.shape[1], np.bincount(code)
    means: Array = coefficients[:, :n_arms]
    if not columns.shape[1]:
        return means
    sums = np.stack([np.bincount(code, column) for column in columns.T], axis=1)
    middle = weights @ sums / (weights @ size)[:, None]
    return means + np.einsum("rp,rpq->rq", middle, coefficients[:, n_arms:])[:, None]


def percentile_interval(
    resampled: Array, n_clusters: float, confidence: float
) -> tuple[Array, Array]:
    """Give expanded percentile intervals along the first axis.

    The tail is P(Z < -t), t the quantile of Student's t with n_clusters - 1 degrees of freedom.

    Args:
        resampled: (r, ...) one value for each resample; NaN ones are left out.
        n_clusters: clusters of the smallest stratum behind the values.
        confidence: share the interval is meant to cover.

    Example:
        Wider than the plain percentiles, by more where clusters are few:

        >>> resampled = np.linspace(0, 1, 1001)
        >>> [round(float(end), 3) for end in percentile_interval(resampled, 20, confidence=0.9)]
        [0.042, 0.958]
    """
    tail = float(ndtr(-stdtrit(n_clusters - 1, 0.5 + confidence / 2)))
    quantile = np.nanquantile if np.isnan(resampled).any() else np.quantile
    low, high = quantile(resampled, [tail, 1 - tail], axis=0)
    return low, high
