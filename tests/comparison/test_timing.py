"""What review weeks alone do to a difference is told from the bend and from the weeks."""

from dataclasses import replace

import numpy as np
import pytest
from analysis_set_of import analysis_set_of
from block_clinics import uneven_records, unlike_records
from small_clinics import balanced_clinic

from analysis.comparison.analysis_set import average_goals
from analysis.comparison.subsets import change_after_a_term
from analysis.comparison.timing import bend_slopes, check_timing, fit_bend
from analysis.simulation.unlike_design import UnlikeDesign

EACH = {"individual": 24, "group": 24, "combined": 24}
EXACT = 1e-9  # sums of a few hundred products of small whole numbers


def with_levels(records, level_of_week):
    reviews = records.reviews
    return replace(
        records, reviews=reviews.assign(attainment=reviews["week"].map(level_of_week).astype(float))
    )


def test_a_curve_without_noise_gives_its_own_bend():
    records = with_levels(balanced_clinic(EACH), {0: -2, 6: 0, 12: 1, 18: 2, 24: 2})
    time = np.array([0, 0.5, 1, 1.5, 2])
    expected = 2 * np.polyfit(time, [-2, 0, 1, 2, 2], 2)[0]
    assert fit_bend(analysis_set_of(records))[0] == pytest.approx(expected, abs=EXACT)


def test_a_straight_line_has_no_bend_and_no_p_value_below_chance():
    records = with_levels(balanced_clinic(EACH), {0: -2, 6: -1, 12: 0, 18: 1, 24: 2})
    assert fit_bend(analysis_set_of(records))[0] == pytest.approx(0, abs=EXACT)


def test_one_review_after_the_start_shows_no_bend():
    records = balanced_clinic(EACH, weeks=(0, 12))
    asked = analysis_set_of(records)
    bend, p_value = fit_bend(asked)
    assert np.isnan(bend)
    assert np.isnan(p_value)


def test_a_bend_of_one_gives_the_slope_of_half_a_square_at_the_weeks_reviewed():
    slopes = bend_slopes(analysis_set_of(balanced_clinic(EACH)))
    time = np.array([0, 0.5, 1, 1.5, 2])
    expected = np.polyfit(time, time**2 / 2, 1)[0]
    np.testing.assert_allclose(slopes, expected, atol=EXACT)


def test_review_weeks_that_differ_make_a_difference_where_progress_slows():
    timing = check_timing(analysis_set_of(uneven_records()))
    made = timing.bend * timing.by_weeks.pair("group", "individual")["estimate"]
    assert timing.bend < -0.5
    assert timing.bend_p < 0.001
    assert 0.1 < made < 0.3
    assert timing.by_weeks.pair("group", "individual")["p_value"] < 0.001


def test_review_weeks_alike_make_hardly_a_difference_where_progress_slows():
    timing = check_timing(analysis_set_of(unlike_records(UnlikeDesign(half_week=7), 3)))
    made = timing.bend * timing.by_weeks.by_pair["estimate"]
    assert timing.bend < -0.5
    assert np.abs(made).max() < 0.1


def test_the_change_is_taken_from_the_rate_goal_by_goal():
    asked = analysis_set_of(unlike_records(UnlikeDesign(), 1))
    goals = asked.cohort.goals
    n_goals = average_goals(asked, goals, change_after_a_term(asked))[1]
    assert (n_goals > 0).sum() > 80
    less = check_timing(asked).less_change
    assert np.isfinite(less.by_pair["estimate"]).all()
    straight = analysis_set_of(
        with_levels(balanced_clinic(EACH), {0: -2, 6: -1, 12: 0, 18: 1, 24: 2})
    )
    rates = straight.cohort.goals["rate"].to_numpy()
    np.testing.assert_allclose(rates, change_after_a_term(straight), atol=EXACT)
