"""Weights, p-values, pooling and doubts: a fault is named, and no number comes of nonsense."""

import math

import numpy as np
import pytest

from analysis.errors import AnalysisError
from analysis.models import multiplicity, weights
from analysis.models import rubin as copies
from analysis.models import unmeasured_confounding as robustness
from analysis.models.discrete.hazard import fit_hazard
from analysis.models.discrete.multinomial import fit_multinomial
from analysis.models.discrete.ordinal import fit_ordinal
from analysis.models.partial_pooling import pool_partially
from analysis.models.results import tabulate_estimates
from analysis.models.unmeasured_confounding import Strength

NAN, INF = math.nan, math.inf
CHANCES = np.array([[0.2, 0.3, 0.5], [0.6, 0.3, 0.1], [0.1, 0.8, 0.1]])
RECEIVED = np.array([0, 1, 2])
STRONG = Strength(0.1, 0.1)
Q, U = np.arange(10.0).reshape(5, 2), np.full((5, 2), 0.5)


def refused(work, words):
    with pytest.raises(AnalysisError, match=words):
        work()


@pytest.mark.parametrize(
    ("chances", "received", "words"),
    [
        (CHANCES / 2, RECEIVED, "add to 1"),
        (-CHANCES, RECEIVED, "between 0 and 1"),
        (CHANCES * NAN, RECEIVED, "between 0 and 1"),
        (CHANCES, RECEIVED + 0.5, "given as its code"),
        (CHANCES, RECEIVED - 1, "given as its code"),
        (CHANCES, RECEIVED + 1, "no column of chances"),
        (CHANCES, [0, 1, NAN], "given as its code"),
        (CHANCES, ["a", "b", "c"], "not a number"),
        ([["a"]], [0], "not a number"),
        ([[0.0, 0.4, 0.6]], [0], "no chance of"),
    ],
)
def test_weights_come_only_of_chances(chances, received, words):
    refused(lambda: weights.overlap_weights(chances, received), words)


def test_a_chance_next_to_nothing_has_an_overlap_weight():
    chances, received = [[1e-320, 1.0, 0.0], [0.2, 0.3, 0.5]], [0, 1]
    # Level 2 is impossible for the first row, so the row is outside the overlap of all three.
    assert weights.overlap_weights(chances, received)[0] == 0
    assert weights.overlap_weights([[1e-320, 1.0]], [0]) == pytest.approx(1)


def test_an_effective_size_is_of_weights():
    for faulty in ([-1, 2], [1, NAN], [1, INF], np.ones((2, 2)), 3.0):
        refused(lambda w=faulty: weights.effective_size(w), "zero or more")
    assert weights.effective_size(np.array([1, 1, 2]) * 1e200) == pytest.approx(16 / 6)


def test_a_covariate_the_same_in_every_row_differs_by_exactly_nothing():
    rng = np.random.default_rng(0)
    for constant in rng.uniform(-1e3, 1e3, 50):
        received = np.r_[0, 0, 1, 1, 2, 2, rng.integers(0, 3, 94)]
        column = np.full((100, 1), constant)
        found = weights.standardised_differences(column, received, rng.uniform(0.1, 1, 100))
        assert (found == 0).all()


def test_standardised_differences_name_what_is_wrong():
    received = np.repeat(RECEIVED, 2)
    values = np.arange(6.0)[:, None]
    of = weights.standardised_differences
    refused(lambda: of(values * NAN, received), "missing or infinite")
    refused(lambda: of(values, received - 1), "given as its code")
    refused(lambda: of(values[:0], received[:0]), "one level for each row")
    for pair in ((0, 3), (0, -1)):
        refused(lambda p=pair: of(values, received, None, [p]), "nobody received")


def test_p_values_are_one_list_of_numbers():
    for adjust in (multiplicity.adjust_holm, multiplicity.adjust_shaffer):
        refused(lambda f=adjust: f([[0.1, 0.2], [0.3, 0.4]]), "one list")
        refused(lambda f=adjust: f(["small"]), "not a number")


def test_a_very_strong_answer_has_a_robustness_value_near_one():
    # (sqrt(f^4 + 4 f^2) - f^2) / 2 = 1 - 1/f^2 + O(f^-4)
    assert robustness.robustness_value(1e5, 1) == pytest.approx(1 - 1e-10, abs=1e-15)
    for statistic in (1e9, 1e200, INF):
        assert robustness.robustness_value(statistic, 3) == 1
    assert robustness.robustness_value(1e-200, 1) == 1e-200
    assert robustness.robustness_value(0, 1) == 0


def test_doubts_are_not_measured_with_impossible_numbers():
    r = robustness
    refused(lambda: r.robustness_value(NAN, 10), "missing")
    refused(lambda: r.robustness_value(2, 10, -1), "zero or more")
    for shares in ((-0.1, 0.1), (1.2, 0.1), (NAN, 0.1), (0.1, 2)):
        refused(lambda s=shares: r.largest_bias(*s, 1, 10), "between 0 and 1")
        refused(lambda s=shares: r.widen_std_error(*s, 10), "between 0 and 1")
        refused(lambda s=shares: r.multiply_strength(Strength(*s), 1), "between 0 and 1")
    refused(lambda: r.largest_bias(0.1, 0.1, -1, 10), "standard error")
    for r2_format, df in ((0.1, 1), (0.1, 0.5), (1, 10), (0.1, NAN)):
        refused(lambda f=r2_format, d=df: r.widen_std_error(0.1, f, d), "more than one degree")
    for times in (-1, NAN, INF):
        refused(lambda k=times: r.multiply_strength(STRONG, k), "zero or more")
    refused(lambda: r.times_as_strong(STRONG, NAN, 0.1, 100), "bias to be reached is missing")
    refused(lambda: r.times_as_strong(STRONG, 0.5, 0.1, NAN), "degrees of freedom")
    for numbers in ((1e4, 1, 1), (-1e4, 1, 1), (1, 1e4, 1)):
        refused(lambda n=numbers: r.e_value_of_difference(*n), "in one unit")
    refused(lambda: r.e_value_of_difference(1, -1, 1), "standard error")


def test_a_share_a_rounding_below_zero_is_zero():
    # 1 - left / left_without is -1e-16 for a trait that explains nothing.
    equal = robustness.multiply_strength(Strength(-1e-16, -1e-16), 1.0)
    assert equal == Strength(0.0, 0.0)
    assert robustness.largest_bias(-1e-16, 0.5, 1, 10) == 0


def test_completed_copies_are_pooled_of_finite_numbers_only():
    pool, test = copies.pool_estimates, copies.pool_joint_test
    refused(lambda: pool(Q * NAN, U, 10), "missing or infinite")
    refused(lambda: pool(Q, U * INF, 10), "missing or infinite")
    refused(lambda: pool(Q, -U, 10), "variance is zero or more")
    for df in (0, -3, NAN, [1, 2, 3]):
        refused(lambda d=df: pool(Q, U, d), "degrees of freedom")
    refused(lambda: pool("a", U, 10), "not a number")
    alike, none = np.ones((5, 2, 2)), np.zeros((5, 2, 2))
    for covariances in (alike, none, -alike):
        refused(lambda c=covariances: test(Q, c), "has no inverse")
    refused(lambda: test(Q, alike * NAN), "finite covariance")
    refused(lambda: test(Q[:, :0], alike[:, :0, :0]), "finite covariance")


def test_partial_pooling_needs_a_covariance():
    y = np.array([1.0, 2.0, 3.0])
    lopsided = np.eye(3) + np.triu(np.full((3, 3), 0.5), 1)
    impossible = np.eye(3) + 9 * np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]])
    for covariance in (lopsided, impossible):
        refused(lambda v=covariance: pool_partially(y, v), "symmetric")
    for factor in (1e-100, 1e100):
        refused(lambda f=factor: pool_partially(y * f, np.eye(3) * f * f), "another unit")
    refused(lambda: pool_partially(1.0, 1.0), "at least two")
    refused(lambda: pool_partially(["a", "b"], np.eye(2)), "not a number")


def test_names_and_numbers_of_a_table_agree():
    refused(lambda: tabulate_estimates(["a"], [1, 2], [1, 1]), "needs one estimate")
    refused(lambda: tabulate_estimates(["a"], [1], [-1]), "below zero")
    refused(lambda: tabulate_estimates(["a"], ["x"], [1]), "not a number")


def test_chances_are_averaged_over_something():
    rng = np.random.default_rng(2)
    n = 90
    x = np.column_stack([np.ones(n), rng.normal(size=n)])
    codes, clusters = rng.integers(0, 3, n), np.arange(n) // 6
    hazard = fit_hazard(codes > 1, x, clusters)
    for scenarios in ({}, {"none": []}):
        refused(lambda s=scenarios: hazard.average_cumulative(s), "at least one")
    refused(lambda: hazard.average_cumulative({"a": [x[:0]]}), "no unit")
    refused(lambda: hazard.average_cumulative({"a": [x]}, np.zeros(n)), "Every weight is zero")
    certain = hazard.average_cumulative({"far": [x * [1, 1e8]]}).table
    assert certain["estimate"].between(0, 1).all()


def test_levels_of_one_name_are_refused():
    x = np.column_stack([np.ones(30), np.arange(30) % 7])
    codes = np.arange(30) % 3
    refused(lambda: fit_multinomial(codes, x, ["a", "a", "b"]), "same name")
    refused(lambda: fit_ordinal(codes, x[:, 1:], ["a", "a", "b"]), "same name")
    refused(lambda: fit_multinomial(codes, x, "abc", ridge="mild"), "ridge is a number")


def test_only_a_model_with_a_ridge_advises_one():
    x = np.column_stack([np.ones(30), np.arange(30)])
    codes, clusters = np.arange(30) // 15, np.arange(30) // 3
    refused(lambda: fit_multinomial(codes, x, "ab"), "or use a ridge")
    refused(lambda: fit_hazard(codes, x, clusters), "Leave a column out, or join it")
    refused(lambda: fit_ordinal(codes, x[:, 1:], "ab"), "Leave a column out, or join it")
