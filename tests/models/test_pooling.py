"""Pooled contrasts agree with another implementation, and collapse where they must."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from reference_cases import read_case
from scipy.special import stdtrit

from analysis.errors import AnalysisError
from analysis.models.pooling import (
    Source,
    covariance_from_three,
    pool_sources,
    range_for_next,
)

CASES = ("network_pooling", "network_pooling_no_spread")
HALF = np.array([[1.0, 0.5], [0.5, 1.0]])
ALL = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 1.0]])
DESIGN = {"group-individual": [1.0, 0.0], "combined-individual": [0.0, 1.0]}
VARIANCE = {"group-individual": "v_gi", "combined-individual": "v_ci"}
TOLERANCE = 1e-6  # of the references' own optimiser


def sources_of(data):
    found = []
    for _, own in data.groupby("clinic"):
        variances = [row[VARIANCE[row["contrast"]]] for _, row in own.iterrows()]
        covariance = np.diag(variances)
        if len(own) == 2:
            shared = covariance_from_three(*variances, own["v_cg"].iloc[0])
            covariance[0, 1] = covariance[1, 0] = shared
        design = np.array([DESIGN[name] for name in own["contrast"]])
        found.append(Source(design, own["estimate"].to_numpy(), covariance))
    return found


def alone(data, contrast):
    own = data[data["contrast"] == contrast]
    rows = zip(own["estimate"], own[VARIANCE[contrast]], strict=True)
    return [Source(np.eye(1), np.array([y]), np.array([[v]])) for y, v in rows]


def some_sources(n=6, seed=1):
    rng = np.random.default_rng(seed)
    return [
        Source(np.eye(2), rng.normal(0, 0.3, 2), np.diag(rng.uniform(0.01, 0.05, 2)))
        for _ in range(n)
    ]


@pytest.mark.parametrize("case", CASES)
def test_three_arms_at_once_agree_with_metafor(case):
    data, reference = read_case(case)
    asked, pool = reference["multivariate"], pool_sources(sources_of(data), HALF)
    means = [pool.mean(contrast) for contrast in ALL]
    assert_allclose([mean for mean, _ in means], asked["estimate"], atol=TOLERANCE)
    plain = np.sqrt([c @ pool.covariance @ c for c in ALL])
    assert_allclose(plain, asked["se"], atol=TOLERANCE)
    assert_allclose([e / np.sqrt(pool.factor) for _, e in means], asked["se"], atol=TOLERANCE)
    assert_allclose(pool.spread_variance, asked["tau2"], atol=TOLERANCE)
    assert_allclose(pool.log_likelihood, asked["logLik_reml"], atol=TOLERANCE)
    assert_allclose(pool.raw_factor, asked["hartung_knapp_factor"], atol=TOLERANCE)
    equal = [pool.equal_mean(contrast) for contrast in ALL]
    assert_allclose([m for m, _ in equal], asked["equal_effect"]["estimate"], atol=TOLERANCE)
    assert_allclose([e for _, e in equal], asked["equal_effect"]["se"], atol=TOLERANCE)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("contrast", tuple(DESIGN))
def test_one_contrast_alone_agrees_with_metafor(case, contrast):
    data, reference = read_case(case)
    asked, pool = reference["univariate"][contrast], pool_sources(alone(data, contrast), np.eye(1))
    mean, error = pool.mean([1.0])
    assert_allclose(mean, asked["estimate"], atol=TOLERANCE)
    assert_allclose(pool.spread_variance, asked["tau2"], atol=TOLERANCE)
    assert_allclose(error, asked["se_adhoc"], atol=TOLERANCE)
    df = asked["k"] - 1
    half = stdtrit(df, 0.975) * error
    assert_allclose([mean - half, mean + half], asked["ci_adhoc"], atol=TOLERANCE)
    knha = error * np.sqrt(pool.raw_factor / pool.factor)
    assert_allclose(knha, asked["se_knha"], atol=TOLERANCE)
    found = range_for_next(mean, knha, pool.spread_variance, df, 0.95)
    assert_allclose(found, asked["pi_knha"], atol=TOLERANCE)


def test_the_restricted_likelihood_is_highest_where_the_spread_is_found():
    sources = some_sources(seed=4)
    best = pool_sources(sources, HALF)
    assert best.spread_variance > 0

    def height(variance):
        wide = [Source(s.design, s.estimates, s.covariance + variance * HALF) for s in sources]
        y = np.concatenate([s.estimates for s in wide])
        x = np.concatenate([s.design for s in wide])
        v = np.zeros((len(y), len(y)))
        for k, s in enumerate(wide):
            v[2 * k : 2 * k + 2, 2 * k : 2 * k + 2] = s.covariance
        w = np.linalg.inv(v)
        information = x.T @ w @ x
        left = y - x @ np.linalg.solve(information, x.T @ w @ y)
        return -(np.linalg.slogdet(v)[1] + np.linalg.slogdet(information)[1] + left @ w @ left)

    top = height(best.spread_variance)
    assert all(top >= height(v) for v in np.linspace(0, 4 * best.spread_variance, 200))


def test_a_factor_below_one_is_kept_from_narrowing():
    alike = [Source(np.eye(2), np.array([0.1, 0.2]), np.diag([0.1, 0.1])) for _ in range(5)]
    pool = pool_sources(alike, HALF)
    assert pool.raw_factor < 1e-9
    assert pool.factor == 1.0
    assert pool.mean([1, 0])[1] == pytest.approx(np.sqrt(0.1 / 5))


def test_with_equal_errors_the_mean_is_the_plain_mean_and_each_source_counts_alike():
    rng = np.random.default_rng(2)
    y = rng.normal(0, 0.4, (7, 2))
    pool = pool_sources([Source(np.eye(2), row, np.eye(2) * 0.02) for row in y], HALF)
    assert_allclose(pool.estimates, y.mean(axis=0))
    assert_allclose(pool.shares([1, 0]), np.full(7, 1 / 7))


def test_leaving_each_out_is_pooling_the_others_at_the_same_spread():
    sources = some_sources()
    pool = pool_sources(sources, HALF)
    for k, without in enumerate(pool.without_each()):
        others = [
            Source(s.design, s.estimates, s.covariance + pool.spread_variance * HALF)
            for j, s in enumerate(sources)
            if j != k
        ]
        assert_allclose(without, pool_sources(others, HALF).equal_estimates)


def test_a_source_that_alone_measures_a_contrast_cannot_be_left_out():
    sources = [*some_sources(1), Source(np.array([[1.0, 0.0]]), np.array([0.2]), np.eye(1))]
    without = pool_sources(sources, HALF).without_each()
    assert np.isnan(without[0]).all()
    assert np.isfinite(without[1]).all()


def test_sources_that_leave_a_contrast_open_are_refused():
    one = Source(np.array([[1.0, 0.0]]), np.array([0.2]), np.eye(1))
    with pytest.raises(AnalysisError, match="do not measure every contrast"):
        pool_sources([one, one], HALF)


def test_the_averaged_spread_is_above_zero_where_none_is_seen_and_near_it_with_many_sources():
    few, many = some_sources(3, seed=9), some_sources(60, seed=9)
    alike = [Source(s.design, np.array([0.1, 0.1]), s.covariance) for s in few]
    pool = pool_sources(alike, HALF)
    assert pool.spread_variance == 0
    assert pool.averaged_variance > 0
    pool = pool_sources(many, HALF)
    assert pool.averaged_variance == pytest.approx(pool.spread_variance, rel=0.2)


@pytest.mark.slow
def test_means_and_next_sources_are_covered_with_few_sources():
    rng, n_networks = np.random.default_rng(7), 300
    root, covered, next_covered = np.linalg.cholesky(HALF) * 0.15, 0, 0
    for _ in range(n_networks):
        sources = []
        for _ in range(4):
            variance = rng.uniform(0.005, 0.03) * np.eye(2)
            y = root @ rng.standard_normal(2) + rng.normal(0, np.sqrt(variance[0, 0]), 2)
            sources.append(Source(np.eye(2), y, variance))
        pool = pool_sources(sources, HALF)
        mean, error = pool.mean([1, 0])
        covered += abs(mean) <= stdtrit(6, 0.975) * error
        low, high = range_for_next(mean, error, pool.averaged_variance, 6, 0.95)
        next_covered += low <= 0.15 * rng.standard_normal() <= high
    # Three Monte-Carlo errors below 95%.
    assert covered >= 0.912 * n_networks
    assert next_covered >= 0.912 * n_networks
