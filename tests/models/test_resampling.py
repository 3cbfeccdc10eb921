"""Resampling by weights against copies of rows, the sandwich and the bootstrap's definition.

Runs in about 2 s.
"""

import numpy as np
import pytest
from scipy.special import stdtrit

from analysis.errors import AnalysisError
from analysis.models import resampling
from analysis.models.regression.cluster_robust import fit_cluster_robust
from analysis.models.resampling import (
    MANY_CLUSTERS,
    draw_cluster_weights,
    means_of_drawn,
    multiply_within_clusters,
    percentile_interval,
)


def refit(y, x, cluster, weights):
    return multiply_within_clusters(y, x, cluster, weights.shape[1]).coefficients(weights)


def clustered(seed=1, n_clusters=40, size=4):
    rng = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(n_clusters), size)
    x = np.column_stack([np.ones(len(cluster)), rng.normal(size=(len(cluster), 3))])
    y = x @ [1.0, 0.5, 0, -1] + rng.normal(size=n_clusters)[cluster] + rng.normal(size=len(cluster))
    return y, x, cluster


def test_weights_equal_copies_of_whole_clusters():
    y, x, cluster = clustered()
    counts = np.random.default_rng(2).multinomial(40, np.full(40, 1 / 40), size=5)
    found = multiply_within_clusters(
        y[:, None], x, cluster, counts.astype(float).shape[1]
    ).coefficients(counts.astype(float))
    for weights, coefficients in zip(counts, found, strict=True):
        rows = np.concatenate(
            [np.tile(np.flatnonzero(cluster == c), k) for c, k in enumerate(weights)]
        )
        rows = rows.astype(int)
        expected = np.linalg.lstsq(x[rows], y[rows], rcond=None)[0]
        assert np.allclose(coefficients[:, 0], expected, atol=1e-10)


def test_an_arms_mean_is_that_of_predictions_for_the_rows_drawn():
    y, x, cluster = clustered()
    arms = np.eye(2)[np.arange(len(y)) % 2]
    others = x[:, 1:] - x[:, 1:].mean(axis=0)
    counts = np.random.default_rng(7).multinomial(40, np.full(40, 1 / 40), size=4)
    weights = np.vstack([np.ones(40), counts])
    fits = multiply_within_clusters(
        y[:, None], np.hstack([arms, others]), cluster, weights.shape[1]
    ).coefficients(weights)
    found = means_of_drawn(fits, others, cluster, weights)
    for weight, fit, means in zip(weights, fits[:, :, 0], found[:, :, 0], strict=True):
        drawn = others[np.repeat(np.arange(len(y)), weight[cluster].astype(int))]
        for k in (0, 1):
            assert means[k] == pytest.approx((fit[k] + drawn @ fit[2:]).mean())
    assert np.allclose(found[0, :, 0], fits[0, :2, 0])
    bare = multiply_within_clusters(y[:, None], arms, cluster, weights.shape[1]).coefficients(
        weights
    )
    assert (means_of_drawn(bare, others[:, :0], cluster, weights) == bare).all()


def test_every_stratum_keeps_its_size_and_the_variance_of_its_mean():
    stratum = np.repeat([0, 1, 2], [5, 12, 30])
    weights, n_clusters = draw_cluster_weights(stratum, 40_000, np.random.default_rng(3))
    assert n_clusters.tolist() == [5, 12, 30]
    values = np.random.default_rng(4).normal(size=len(stratum))
    for s, n in enumerate(n_clusters):
        own = stratum == s
        assert np.allclose(weights[:, own].sum(axis=1), n)
        resampled = weights[:, own] @ values[own] / n
        assert resampled.var() == pytest.approx(values[own].var(ddof=1) / n, rel=0.03)


def test_the_spread_of_resamples_is_that_of_the_sandwich():
    y, x, cluster = clustered(n_clusters=150)
    weights, _ = draw_cluster_weights(np.zeros(150, int), 4000, np.random.default_rng(5))
    found = multiply_within_clusters(y[:, None], x, cluster, weights.shape[1]).coefficients(
        weights
    )[:, :, 0]
    fit = fit_cluster_robust(y, x, cluster)
    assert np.allclose(found.std(axis=0), fit.fixed["std_error"], rtol=0.06)


def test_intervals_are_widened_as_student_asks():
    draws = np.random.default_rng(6).normal(size=400_000)
    low, high = percentile_interval(draws, 9, 0.95)
    assert (high - low) / 2 == pytest.approx(stdtrit(8, 0.975), rel=0.02)
    assert percentile_interval(np.append(draws, np.nan), 9, 0.95)[0] == pytest.approx(low)


def test_resamples_whose_columns_cannot_be_told_apart_are_missing():
    x = np.array([[1.0, 0], [1, 0], [0, 1], [0, 1]])
    y = np.array([[1.0], [2], [3], [4]])
    weights = np.array([[1.0, 1, 1, 1], [1, 1, 0, 0]])
    found = refit(y, x, np.arange(4), weights)
    assert found[0, :, 0].tolist() == [1.5, 3.5]
    assert np.isnan(found[1]).all()


def test_a_stratum_of_one_cluster_is_refused():
    with pytest.raises(AnalysisError, match="two clusters in every stratum"):
        draw_cluster_weights([0, 0, 1], 10, np.random.default_rng(0))


def test_two_thousand_resamples_of_240_children_all_have_an_answer():
    y, x, cluster = clustered(n_clusters=120, size=2)
    x = np.column_stack([x, np.random.default_rng(8).normal(size=(240, 11))])
    weights, _ = draw_cluster_weights(np.arange(120) % 3, 2000, np.random.default_rng(9))
    drawn = multiply_within_clusters(
        np.column_stack([y, y, y]), x, cluster, weights.shape[1]
    ).coefficients(weights)
    assert drawn.shape == (2000, x.shape[1], 3)
    assert np.isfinite(drawn).all()
    assert np.allclose(drawn[..., 0], drawn[..., 2], rtol=1e-12, atol=1e-12)


def test_many_clusters_are_drawn_as_few_are():
    """Counted draws have the number, mean and spread of multinomial ones."""
    n = MANY_CLUSTERS + 1
    weights, _ = draw_cluster_weights(np.zeros(n, int), 300, np.random.default_rng(4))
    counts = weights * (n - 1) / n
    assert counts == pytest.approx(np.rint(counts))
    assert (np.rint(counts).sum(axis=1) == n - 1).all()
    assert counts.mean(axis=0) == pytest.approx(1, abs=0.35)
    assert counts.var(axis=0).mean() == pytest.approx(1 - 1 / n, abs=0.02)


def test_cross_products_are_the_same_by_blocks_of_rows(monkeypatch):
    """Rows taken a few at a time add up to the same products."""
    rng = np.random.default_rng(8)
    x, y, cluster = rng.normal(size=(50, 3)), rng.normal(size=(50, 2)), rng.integers(0, 7, 50)
    whole = multiply_within_clusters(y, x, cluster, 7).summed
    monkeypatch.setattr(resampling, "ROWS_AT_ONCE", 8)
    assert multiply_within_clusters(y, x, cluster, 7).summed == pytest.approx(whole, abs=1e-12)
