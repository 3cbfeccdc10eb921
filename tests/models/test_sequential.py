"""A later look's level: against independent looks, a published boundary, and many draws."""

import math

import numpy as np
import pytest
from scipy import stats

from analysis.errors import AnalysisError
from analysis.models.sequential import find_next_level


def test_independent_looks_spend_what_is_left_of_each():
    assert find_next_level([0.03], [0.0], 0.001) == pytest.approx(0.001 / 0.97, rel=1e-9)
    both = 0.001 / (0.97 * 0.98)
    assert find_next_level([0.03, 0.02], [0.0, 0.0], 0.001) == pytest.approx(both, rel=1e-9)


def test_two_looks_agree_with_the_bivariate_normal_distribution():
    for correlation in (0.3, 0.8, 0.97):
        level = find_next_level([0.04], [correlation], 0.003)
        first, second = (stats.norm.isf(p / 2) for p in (0.04, level))
        both = stats.multivariate_normal(cov=[[1, correlation], [correlation, 1]])
        inside = both.cdf([first, second], lower_limit=[-first, -second])
        assert 0.96 - inside == pytest.approx(0.003, abs=1e-6)


def test_equal_levels_at_five_equally_spaced_looks_are_pococks():
    """Pocock 1977, Biometrika 64:191: 2.413 keeps 5% over five looks."""
    level = 2 * stats.norm.sf(2.413)
    correlations = [math.sqrt(k / (k + 1)) for k in range(1, 5)]
    draws = np.random.default_rng(3).standard_normal((400_000, 5)).cumsum(1)
    wrong = np.abs(draws / np.sqrt(np.arange(1, 6))) > 2.413
    fresh = (wrong[:, 4] & ~wrong[:, :4].any(1)).mean()
    found = find_next_level([level] * 4, correlations, float(fresh))
    assert found == pytest.approx(level, rel=0.03)
    assert wrong.any(1).mean() == pytest.approx(0.05, abs=0.0015)


def test_the_more_two_looks_share_the_larger_the_level():
    levels = [find_next_level([0.04], [r], 0.002) for r in (0.0, 0.5, 0.9, 0.98)]
    assert levels == sorted(levels)
    assert levels[-1] > 5 * levels[0]


@pytest.mark.parametrize(
    ("levels", "correlations", "spent"),
    [
        ([], [], 0.01),
        ([0.04], [], 0.01),
        ([0.04], [1.0], 0.01),
        ([1.0], [0.5], 0.01),
        ([0.04], [0.5], 0.0),
        ([0.04], [-0.1], 0.01),
    ],
)
def test_looks_without_levels_or_correlations_are_refused(levels, correlations, spent):
    with pytest.raises(AnalysisError, match="A look needs levels"):
        find_next_level(levels, correlations, spent)
