"""Resampling whole clusters by weights: no row is copied and no model is fitted twice.

In: which cluster and which stratum each row belongs to. Out: weights, adjusted means for every
resample, and intervals. Decisions: n - 1 of a stratum's n clusters are drawn and weighted by n / (n
- 1), which makes the variance unbiased; percentiles are taken further out, as Student's t asks.

Sources: Rao & Wu 1988, JASA 83:231-241 (rescaling); Hesterberg 2015, The American Statistician
69:371-386 (expanded percentiles).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, stdtrit

from analysis.errors import AnalysisError
from analysis.models.arrays import Array, Whole

FEWEST_CLUSTERS = 2
# Least ratio of a resample's eigenvalues: below it rounding, not the children, gives coefficients.
TELLING_APART = 1e-10


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
        drawn = rng.multinomial(n - 1, np.full(n, 1 / n), size=n_resamples)
        weights[:, code == s] = drawn * (n / (n - 1))
    return weights, n_clusters


def reweighted_coefficients(
    outcomes: ArrayLike, design: ArrayLike, cluster: ArrayLike, weights: Array
) -> Array:
    """Least-squares coefficients of several outcomes for every resample at once.

    b_r = (sum_c w_rc X_c'X_c)^-1 sum_c w_rc X_c'Y_c: only the clusters' cross products are
    weighted.

    Args:
        outcomes: (n, q).
        design: (n, p).
        cluster: (n,) column of `weights` each row belongs to.
        weights: (r, c).

    Returns:
        (r, p, q); NaN for resamples whose columns cannot be told apart.
    """
    x, y, code = np.asarray(design, float), np.asarray(outcomes, float), np.asarray(cluster)
    p, q, c = x.shape[1], y.shape[1], weights.shape[1]
    upper = np.triu_indices(p)
    products = np.hstack(
        [x[:, upper[0]] * x[:, upper[1]], (x[:, :, None] * y[:, None, :]).reshape(len(x), p * q)]
    )
    summed = np.zeros((c, products.shape[1]))
    np.add.at(summed, code, products)
    total = weights @ summed
    left = np.empty((len(weights), p, p))
    left[:, upper[0], upper[1]] = total[:, : len(upper[0])]
    left[:, upper[1], upper[0]] = total[:, : len(upper[0])]
    right = total[:, len(upper[0]) :].reshape(-1, p, q)
    answer = np.full((len(weights), p, q), np.nan)
    spread = np.linalg.eigvalsh(left)
    whole = spread[:, 0] > TELLING_APART * spread[:, -1]
    answer[whole] = np.linalg.solve(left[whole], right[whole])
    return answer


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
