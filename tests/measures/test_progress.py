"""From reviews to a rate: least squares by hand, and what makes a rate measurable."""

import numpy as np
import pytest
from small_clinics import invented_records, many_children, one_child, records_of

from analysis.measures.progress import least_squares_slope, measure_progress
from analysis.measures.scoring import score_goals
from analysis.settings import Settings


def measure(children, settings=None, goal_changes=()):
    episodes, goals, reviews = many_children(children)
    for goal, changes in zip(goals, goal_changes, strict=False):
        goal.update(changes)
    settings = settings or Settings()
    return measure_progress(score_goals(records_of(episodes, goals, reviews), settings), settings)


def test_slopes_are_those_of_a_line_fitted_to_each_group():
    rng = np.random.default_rng(5)
    group = np.repeat([0, 1, 2], [4, 7, 3])
    x, y = rng.normal(size=14), rng.normal(size=14)
    expected = [np.polyfit(x[group == g], y[group == g], 1)[0] for g in range(3)]
    assert least_squares_slope(group, x, y, 3) == pytest.approx(expected, abs=1e-12)


def test_a_group_without_spread_or_without_rows_has_no_slope():
    slope = least_squares_slope(np.array([0, 0, 2]), np.ones(3), np.arange(3.0), 4)
    assert np.isnan(slope).all()


def test_a_rate_is_in_levels_per_twelve_weeks():
    progress = measure([one_child([{0: -2, 6: -1, 12: 0, 18: 1, 24: 2}])])
    assert progress.table["rate"].tolist() == [pytest.approx(2.0)]


def test_a_level_seen_late_pulls_the_line_as_least_squares_does():
    weeks, levels = [0, 6, 12, 20], [-2, -2, 0, 0]
    progress = measure([one_child([dict(zip(weeks, levels, strict=True))])])
    assert progress.table["rate"][0] == pytest.approx(12 * np.polyfit(weeks, levels, 1)[0])


def test_each_goal_counts_once_however_often_it_was_reviewed():
    often = dict.fromkeys(range(0, 25, 2), -2)
    progress = measure([one_child([often, {0: -2, 12: 0}])])
    assert progress.children["rate"].tolist() == [pytest.approx(1.0)]


def test_rates_by_kind_of_goal_are_means_of_that_kind_only():
    domains = [{"domain": "motor"}, {"domain": "social"}, {"domain": "emotional"}]
    levels = [{0: -2, 12: -2}, {0: -2, 12: 0}, {0: -2, 12: -1}]
    children = measure([one_child(levels)], goal_changes=domains).children
    assert children["rate_skill"].tolist() == [pytest.approx(0.0)]
    assert children["rate_social"].tolist() == [pytest.approx(1.5)]
    assert children["rate"].tolist() == [pytest.approx(1.0)]
    assert children[["n_goals", "n_skill", "n_social"]].to_numpy().tolist() == [[3, 1, 2]]


def test_a_child_with_skill_goals_only_has_no_social_rate():
    children = measure([one_child([{0: -2, 12: 0}])]).children
    assert np.isnan(children["rate_social"][0])


@pytest.mark.parametrize(
    ("levels", "usable"),
    [
        ({0: -2}, False),
        ({0: -2, 2: 0}, False),
        ({0: -2, 3: 0}, True),
        ({5: -2, 12: 0}, False),
        ({2: -2, 5: 0}, True),
    ],
)
def test_a_rate_needs_a_baseline_and_two_reviews_far_enough_apart(levels, usable):
    progress = measure([one_child([levels]), one_child([{0: -2, 12: 0}], child="c2")])
    assert progress.table["usable"].tolist() == [usable, True]
    assert len(progress.children) == 1 + usable


def test_a_child_is_seen_at_the_end_only_with_a_level_near_the_end_of_the_window():
    children = [
        one_child([{0: -2, 12: 0}], child="c1"),
        one_child([{0: -2, 20: 0}], child="c2"),
        one_child([{0: -2, 21: 0}], child="c3"),
        one_child([{0: -2, 26: 0}], child="c4"),
    ]
    assert measure(children).children["at_end"].tolist() == [False, False, True, True]


def test_goals_set_after_the_first_weeks_are_marked_late():
    progress = measure(
        [one_child([{0: -2, 12: 0}, {8: -2, 20: 0}])], goal_changes=[{}, {"set_week": 8}]
    )
    assert progress.table["late"].tolist() == [False, True]
    assert progress.table["usable"].tolist() == [True, False]


def test_rates_of_an_invented_clinic_are_those_of_a_loop_over_goals():
    settings = Settings()
    scored = score_goals(invented_records(3, n_children=40), settings)
    progress = measure_progress(scored, settings)
    for row in progress.table[progress.table["usable"]].itertuples():
        levels = scored.levels[scored.levels["goal_id"] == row.goal_id]
        slope = np.polyfit(levels["week"], levels["attainment"], 1)[0]
        assert row.rate == pytest.approx(12 * slope, abs=1e-9)
    means = progress.table[progress.table["usable"]].groupby("episode_id")["rate"].mean()
    ours = progress.children.set_index("episode_id")["rate"]
    assert ours.to_dict() == pytest.approx(means.to_dict())


def test_no_review_at_all_is_a_finding_and_not_an_error():
    progress = measure([one_child([{200: 0}])])
    assert len(progress.children) == 0
    assert "No goal" in repr(progress)
