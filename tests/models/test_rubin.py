"""Rubin's rules: worked by hand, and special cases that must collapse."""

import numpy as np
import pytest
from scipy import stats

from analysis.errors import AnalysisError
from analysis.models.rubin import pool_estimates, pool_joint_test

EXACT = 1e-12


def test_five_copies_pool_to_the_numbers_worked_out_by_hand():
    estimates = np.array([[1.0], [2.0], [3.0], [4.0], [5.0]])
    found = pool_estimates(estimates, np.full((5, 1), 2.0), 20.0)
    assert found.estimate[0] == pytest.approx(3.0)
    assert found.std_error[0] == pytest.approx(np.sqrt(2 + 1.2 * 2.5))
    share = 3.0 / 5.0
    old, observed = 4 / share**2, 21 / 23 * 20 * (1 - share)
    assert found.missing_share[0] == pytest.approx(share)
    assert found.df[0] == pytest.approx(old * observed / (old + observed), rel=EXACT)


def test_copies_that_agree_give_back_the_one_answer_with_barnard_and_rubins_df():
    found = pool_estimates(np.ones((4, 1)), np.full((4, 1), 0.25), 30.0)
    assert found.std_error[0] == pytest.approx(0.5)
    assert found.missing_share[0] == 0.0
    assert found.df[0] == pytest.approx(31 / 33 * 30)


def test_pooled_degrees_of_freedom_never_exceed_those_of_complete_data():
    rng = np.random.default_rng(3)
    found = pool_estimates(rng.normal(size=(20, 50)), rng.uniform(0.1, 2, (20, 50)), 12.0)
    assert (found.df < 12.0).all()
    assert (found.df > 0).all()


def test_unlimited_complete_degrees_of_freedom_leave_rubins_own():
    estimates = np.array([[1.0], [3.0], [2.0]])
    found = pool_estimates(estimates, np.ones((3, 1)), np.inf)
    share = (4 / 3) / (1 + 4 / 3)
    assert found.df[0] == pytest.approx(2 / share**2)


def test_the_joint_test_of_one_estimate_is_the_square_of_its_t():
    estimates = np.array([[0.4], [0.6], [0.5], [0.7]])
    variances = np.full((4, 1), 0.04)
    single = pool_estimates(estimates, variances, np.inf)
    joint = pool_joint_test(estimates, variances[:, :, None])
    assert joint.statistic == pytest.approx((single.estimate[0] / single.std_error[0]) ** 2)
    assert joint.df_num == 1


def test_the_joint_test_of_copies_that_agree_is_a_chi_square_over_its_degrees_of_freedom():
    covariance = np.array([[2.0, 0.5], [0.5, 1.0]])
    estimate = np.array([1.0, -2.0])
    joint = pool_joint_test(np.tile(estimate, (3, 1)), np.tile(covariance, (3, 1, 1)))
    wald = estimate @ np.linalg.inv(covariance) @ estimate
    assert joint.statistic == pytest.approx(wald / 2)
    assert joint.p_value == pytest.approx(stats.chi2.sf(wald, 2), rel=1e-6)


def test_the_joint_test_has_li_raghunathan_and_rubins_degrees_of_freedom():
    rng = np.random.default_rng(8)
    estimates = rng.normal(size=(5, 2))
    joint = pool_joint_test(estimates, np.tile(np.eye(2), (5, 1, 1)))
    growth = 1.2 * np.trace(np.cov(estimates.T)) / 2
    assert joint.df_denom == pytest.approx(4 + 4 * (1 + (1 - 2 / 8) / growth) ** 2)
    few = pool_joint_test(estimates[:3], np.tile(np.eye(2), (3, 1, 1)))
    growth = (4 / 3) * np.trace(np.cov(estimates[:3].T)) / 2
    assert few.df_denom == pytest.approx(4 * 1.5 * (1 + 1 / growth) ** 2 / 2)


def test_pooling_needs_two_copies_of_one_shape():
    with pytest.raises(AnalysisError):
        pool_estimates([[1.0]], [[1.0]], 10)
    with pytest.raises(AnalysisError):
        pool_estimates(np.ones((2, 2)), np.ones((2, 1)), 10)
    with pytest.raises(AnalysisError):
        pool_joint_test(np.ones((2, 2)), np.ones((2, 1)))
