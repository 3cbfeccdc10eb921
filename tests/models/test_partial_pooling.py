"""Partial pooling against metafor, brute force, and what must collapse. Runs in about 1 s."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

from analysis.errors import AnalysisError
from analysis.models.partial_pooling import pool_partially

PRINTED = 5e-5  # metafor's manual prints four decimals
# Vaccination trials (Colditz et al. 1994, as in R's metafor, data set dat.bcg): cases and others.
VACCINE = """4 119 11 128; 6 300 29 274; 3 228 11 209; 62 13536 248 12619; 33 5036 47 5761;
180 1361 372 1079; 8 2537 10 619; 505 87886 499 87892; 29 7470 45 7232; 17 1699 65 1600;
186 50448 141 27197; 5 2493 3 2338; 27 16886 29 17825"""
# Eight schools (Rubin 1981, JES 6:377-401).
SCHOOLS = np.array([28.0, 8, -3, 7, -1, 1, 18, 12])
ERRORS = np.array([15.0, 10, 16, 11, 9, 11, 10, 18])


def log_risk_ratios():
    a, b, c, d = np.array([[float(n) for n in row.split()] for row in VACCINE.split(";")]).T
    return np.log(a / (a + b) / (c / (c + d))), 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)


def restricted(spread, y, v):
    total = v + spread**2 * np.eye(len(y))
    inverse = np.linalg.inv(total)
    information = inverse.sum()
    mean = inverse.sum(axis=0) @ y / information
    left = y - mean
    return np.linalg.slogdet(total)[1] + np.log(information) + left @ inverse @ left, mean


def random_case(seed, k=6):
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(k, 3 * k)) / 8
    return rng.normal(0.1, 0.4, k), root @ root.T


def test_the_vaccine_trials_give_the_numbers_of_metafor():
    y, v = log_risk_ratios()
    pool = pool_partially(y, np.diag(v))
    assert pool.spread**2 == pytest.approx(0.3132, abs=PRINTED)
    assert pool.mean == pytest.approx(-0.7145, abs=PRINTED)
    assert pool.mean_std_error == pytest.approx(0.1798, abs=PRINTED)


def test_eight_schools_pool_completely_yet_stay_uncertain():
    pool = pool_partially(SCHOOLS, np.diag(ERRORS**2))
    assert pool.spread == 0
    assert np.allclose(pool.estimates, pool.mean)
    assert (pool.std_errors > 1.3 * pool.mean_std_error).all()
    assert (pool.std_errors < ERRORS).all()


@pytest.mark.parametrize("seed", range(6))
def test_the_spread_is_the_most_likely_one_also_when_errors_are_correlated(seed):
    y, v = random_case(seed)
    pool = pool_partially(y, v)
    found = minimize_scalar(lambda s: restricted(s, y, v)[0], bounds=(0, 4), method="bounded")
    assert restricted(pool.spread, y, v)[0] <= found.fun + 1e-7
    assert pool.mean == pytest.approx(restricted(pool.spread, y, v)[1], abs=1e-9)


def test_predictions_are_the_textbook_ones():
    y, v = random_case(3)
    pool = pool_partially(y, v)
    total = v + pool.spread**2 * np.eye(len(y))
    expected = y - v @ np.linalg.solve(total, y - pool.mean)
    assert np.allclose(pool.estimates, expected, atol=1e-10)


def test_errors_average_over_the_spread_as_integration_does():
    y, v = random_case(1, k=3)
    pool = pool_partially(y, v)

    def weight(s):
        return np.exp(-restricted(s, y, v)[0] / 2)

    def squared(s, j):
        total = v + s**2 * np.eye(3)
        noise = v @ np.linalg.inv(total)
        mean = restricted(s, y, v)[1]
        center = y - noise @ (y - mean)
        own = v - noise @ v
        spread_of_mean = (noise.sum(axis=1)) ** 2 / np.linalg.inv(total).sum()
        return own[j, j] + spread_of_mean[j] + (center[j] - pool.estimates[j]) ** 2

    widest = 4 * max(pool.spread, np.std(y), np.sqrt(np.linalg.eigvalsh(v).mean()))
    mass = quad(weight, 0, widest)[0]
    for j in range(3):
        exact = quad(lambda s, j=j: weight(s) * squared(s, j), 0, widest)[0] / mass
        assert pool.std_errors[j] ** 2 == pytest.approx(exact, rel=0.02)


def test_estimates_without_error_to_speak_of_are_left_where_they_are():
    y = np.array([-1.0, 0.0, 2.0])
    pool = pool_partially(y, 1e-8 * np.eye(3))
    assert np.allclose(pool.estimates, y, atol=1e-6)
    assert np.allclose(pool.kept, 1, atol=1e-6)


@pytest.mark.parametrize(
    ("y", "v"),
    [
        ([0.1], [[1.0]]),
        ([0.1, 0.2], np.eye(3)),
        ([0.1, np.nan], np.eye(2)),
        ([1, 2], np.zeros((2, 2))),
    ],
)
def test_what_cannot_be_pooled_is_refused(y, v):
    with pytest.raises(AnalysisError, match="Partial pooling needs"):
        pool_partially(y, v)
