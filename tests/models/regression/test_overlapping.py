"""Rows in two clusters: against brute force, and a case that collapses to clusters alone."""

import numpy as np
import pandas as pd
import pytest

from analysis.models.regression.cluster_robust import fit_cluster_robust
from analysis.models.regression.overlapping import tie_rows


def invent(seed, n=40, n_clusters=9):
    rng = np.random.default_rng(seed)
    design = np.column_stack([np.arange(n) % 2 == 0, np.arange(n) % 2, rng.standard_normal(n)])
    clusters = rng.permutation(np.arange(n) % n_clusters)
    second = np.where(rng.random(n) < 0.3, rng.integers(0, n_clusters + 2, n), -1)
    return rng.standard_normal(n), design.astype(float), clusters, second, rng.uniform(0.5, 2, n)


def judge_by_hand(y, x, clusters, second, w, contrast):
    """Variance and degrees of freedom from matrices of n x n, pair by pair."""
    n, turn = len(y), np.linalg.inv(x.T @ (w[:, None] * x))
    a, left = w * (x @ turn @ contrast), np.eye(n) - x @ turn @ (x.T * w)
    q = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            own = {clusters[i], second[i]} & {clusters[j], second[j]}
            q[i, j] = a[i] * a[j] * bool(own - {-1})
    p, e = left.T @ q @ left, left @ y
    return e @ q @ e * (a @ a) / np.trace(p), np.trace(p) ** 2 / np.trace(p @ p)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_the_sum_over_pairs_is_that_of_a_search_by_hand(seed, weighted):
    y, x, clusters, second, w = invent(seed)
    w = w / w.mean() if weighted else np.ones_like(w)
    contrast = np.array([1.0, -1.0, 0.0])
    fit = fit_cluster_robust(y, x, clusters, weights=w if weighted else None, second=second)
    variance, df = fit.overlap.judge(fit.transform.T @ contrast[:, None])
    theirs = judge_by_hand(y, x, clusters, second, w, contrast)
    assert variance[0] == pytest.approx(max(theirs[0], 0), rel=1e-9)
    assert df[0] == pytest.approx(theirs[1], rel=1e-9)


def test_a_contrast_is_never_surer_than_by_the_first_clusters_alone():
    for seed in range(20):
        y, x, clusters, second, _ = invent(seed)
        contrast = pd.DataFrame([[1.0, -1.0, 0.0]])
        both = fit_cluster_robust(y, x, clusters, second=second).contrast(contrast.to_numpy())
        alone = fit_cluster_robust(y, x, clusters).contrast(contrast.to_numpy())
        assert both["std_error"].iloc[0] >= alone["std_error"].iloc[0]
        assert both["df"].iloc[0] <= alone["df"].iloc[0]
        assert both["estimate"].iloc[0] == alone["estimate"].iloc[0]


def test_rows_alone_in_their_clusters_have_the_usual_variance_of_least_squares():
    y, x, _, _, _ = invent(3)
    n = len(y)
    fit = fit_cluster_robust(y, x, np.arange(n), second=np.full(n, -1))
    assert (tie_rows(np.arange(n), np.full(n, -1)).toarray() == np.eye(n)).all()
    flat = np.abs(x[:, 2]) * 0 + 1
    mean = fit_cluster_robust(y, flat[:, None], np.arange(n), second=np.full(n, -1))
    variance, df = mean.overlap.judge(mean.transform.T @ np.ones((1, 1)))
    assert variance[0] == pytest.approx(y.var(ddof=1) / n)
    assert df[0] == pytest.approx(n - 1)
    assert np.isfinite(fit.fixed["std_error"]).all()


def test_rows_of_weight_zero_tie_nobody():
    y, x, clusters, second, w = invent(5)
    w[:4] = 0
    kept = w > 0
    whole = fit_cluster_robust(y, x, clusters, weights=w, second=second)
    part = fit_cluster_robust(y[kept], x[kept], clusters[kept], w[kept], second=second[kept])
    pd.testing.assert_frame_equal(whole.fixed, part.fixed)
