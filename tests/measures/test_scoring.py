"""Goal attainment scaling: published numbers, properties, and which levels count."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_clinics import one_child, records_of

from analysis.errors import AnalysisError
from analysis.measures.scoring import score_goals, t_score
from analysis.settings import Settings

SEVEN_DECIMALS = 5e-8
TWO_DECIMALS = 5e-3
ONE_DECIMAL = 5e-2

LEVELS = st.lists(st.integers(-2, 2), min_size=1, max_size=8)


@pytest.mark.parametrize(("level", "expected"), [(-2, 30), (-1, 40), (0, 50), (1, 60), (2, 70)])
def test_one_goal_moves_ten_points_for_each_level(level, expected):
    assert t_score([level]) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("attainment", "weight", "rho", "expected"),
    [
        ((1, 0), None, 0.3, 56.2017367),
        ((1, 1), None, 0.3, 62.4034735),
        ((1, 1), None, 0.0, 64.1421356),
        ((1, 0), (9, 1), 0.3, 59.6269074),
        ((-1, 0, 1), (3, 2, 1), 0.3, 45.5934735),
        ((-2, 0, -1, 2, 0, 1), (3, 5, 1, 4, 2, 6), 0.3, 55.0),
    ],
)
def test_t_scores_of_several_goals_match_the_formula_to_seven_decimals(
    attainment, weight, rho, expected
):
    assert t_score(attainment, weight, rho) == pytest.approx(expected, abs=SEVEN_DECIMALS)


@pytest.mark.parametrize(
    ("level", "n_goals", "expected", "published", "quartiles"),
    [
        (-2, 3, 22.61, None, (19.8, 22.6)),
        (-2, 4, 20.98, 21.0, (19.8, 22.6)),
        (-2, 5, 19.85, None, (19.8, 22.6)),
        (-1, 4, 35.49, None, (31.9, 35.5)),
        (-1, 5, 34.92, 34.9, (31.9, 35.5)),
    ],
)
def test_t_scores_at_the_start_are_those_published_for_real_caseloads(
    level, n_goals, expected, published, quartiles
):
    score = t_score([level] * n_goals)
    assert score == pytest.approx(expected, abs=TWO_DECIMALS)
    assert quartiles[0] - ONE_DECIMAL <= score <= quartiles[1] + ONE_DECIMAL
    if published:
        assert score == pytest.approx(published, abs=ONE_DECIMAL)


def test_three_goals_one_above_give_neither_of_the_two_wrong_values_in_circulation():
    score = t_score([1, 1, 1])
    assert score == pytest.approx(63.69, abs=TWO_DECIMALS)
    assert score != pytest.approx(70.70, abs=1)
    assert score != pytest.approx(60.00, abs=1)


@given(LEVELS)
def test_levels_and_their_mirror_image_add_up_to_a_hundred(levels):
    mirrored = [-level for level in levels]
    assert t_score(levels) + t_score(mirrored) == pytest.approx(100, abs=1e-9)


@given(LEVELS, st.floats(0.01, 100))
def test_the_unit_of_the_weights_does_not_matter(levels, scale):
    weight = np.arange(1, len(levels) + 1)
    assert t_score(levels, weight * scale) == pytest.approx(t_score(levels, weight), abs=1e-9)


@given(LEVELS, st.integers(-2, 2))
def test_a_goal_of_no_weight_is_dropped(levels, level):
    weight = [1.0] * len(levels)
    assert t_score([*levels, level], [*weight, 0.0]) == pytest.approx(t_score(levels), abs=1e-9)


def test_a_goal_without_a_level_is_dropped_with_its_weight():
    assert t_score([1, np.nan, 0], [9, 5, 1]) == pytest.approx(t_score([1, 0], [9, 1]))
    assert np.isnan(t_score([np.nan, np.nan]))


@pytest.mark.parametrize(
    ("attainment", "weight"),
    [([1, 0], [0, 0]), ([1, 0], [1, -1]), ([1, 0], [1, np.nan]), ([1, 0], [1])],
)
def test_weights_that_mean_nothing_are_refused(attainment, weight):
    with pytest.raises(AnalysisError):
        t_score(attainment, weight)


def test_the_same_progress_is_worth_more_t_with_more_goals_so_t_is_never_compared():
    gained = {n: t_score([0] * n) - t_score([-2] * n) for n in (1, 6)}
    assert gained[1] == pytest.approx(20)
    assert gained[6] == pytest.approx(31, abs=0.5)


def score(levels_by_goal, goal_changes=(), **episode):
    episodes, goals, reviews = one_child(levels_by_goal, **episode)
    for goal, changes in zip(goals, goal_changes, strict=False):
        goal.update(changes)
    return score_goals(records_of(episodes, goals, reviews), Settings())


def test_change_is_from_each_goals_own_baseline():
    table = score([{0: -2, 12: 0}, {0: -1, 12: 1, 20: 0}]).table
    assert table["baseline"].tolist() == [-2, -1]
    assert table["latest"].tolist() == [0, 0]
    assert table["change"].tolist() == [2, 1]
    assert table["attained"].tolist() == [1, 1]


def test_a_goal_below_the_expected_level_is_not_attained():
    table = score([{0: -2, 12: -1}, {0: -2, 12: 0}, {0: -2, 12: 2}]).table
    assert table["attained"].tolist() == [0, 1, 1]


def test_a_recorded_baseline_stands_in_only_where_no_early_review_exists():
    goals = [{"baseline_level": -1}, {"baseline_level": -1}]
    scored = score([{3: -2, 12: 0}, {9: 0}], goals)
    assert scored.table["baseline"].tolist() == [-2, -1]
    assert scored.table["n_reviews"].tolist() == [2, 2]


def test_a_goal_first_seen_after_the_first_weeks_has_no_baseline():
    scored = score([{4: -2, 12: 0}, {0: -2, 12: 0}])
    assert np.isnan(scored.table["baseline"][0])
    assert scored.table["baseline"][1] == -2


def test_reviews_after_the_window_do_not_count():
    scored = score([{0: -2, 26: 0, 27: 2}])
    assert scored.table["latest"].tolist() == [0]
    assert scored.levels["week"].tolist() == [0, 26]


def test_a_goal_closed_as_attained_keeps_its_level_to_the_end_of_the_window():
    closed = [{"closed_week": 8, "closed_reason": "attained"}]
    levels = score([{0: -2, 8: 1}], closed).levels
    assert levels.loc[levels["carried"], "week"].tolist() == [12, 18, 24]
    assert levels.loc[levels["carried"], "attainment"].tolist() == [1, 1, 1]


def test_a_goal_closed_for_another_reason_keeps_nothing():
    closed = [{"closed_week": 8, "closed_reason": "dropped"}]
    assert not score([{0: -2, 8: 1}], closed).levels["carried"].any()


def test_of_two_raters_on_one_day_the_one_who_rates_the_goal_most_is_heard():
    episodes, goals, _ = one_child([{}])
    seen = [(0, -2, "caregiver"), (12, 0, "caregiver"), (12, 2, "teacher")]
    reviews = [
        {"goal_id": goals[0]["goal_id"], "week": w, "attainment": a, "rater": r} for w, a, r in seen
    ]
    for order in (reviews, reviews[::-1]):
        scored = score_goals(records_of(episodes, goals, order), Settings())
        assert scored.levels["attainment"].tolist() == [-2, 0]


def test_t_scores_of_the_records_are_those_of_the_formula():
    goals = [{"importance": 3, "difficulty": 3}, {"importance": 1, "difficulty": 1}]
    scores = score([{0: -2, 24: 1}, {0: -2, 24: 0}], goals).t_scores
    assert scores["t_latest"].tolist() == [pytest.approx(59.6269074, abs=SEVEN_DECIMALS)]
    assert scores["t_baseline"].tolist() == [pytest.approx(t_score([-2, -2], [9, 1]))]
    assert scores["n_goals"].tolist() == [2]


def test_a_goal_nobody_finds_important_still_counts_in_progress_but_not_in_t():
    goals = [{"importance": 0, "difficulty": 2}, {"importance": 1, "difficulty": 1}]
    scored = score([{0: -2, 24: 2}, {0: -2, 24: 0}], goals)
    assert len(scored.table) == 2
    assert scored.t_scores["n_goals"].tolist() == [1]
    assert scored.t_scores["t_latest"].tolist() == [pytest.approx(50)]


def test_records_without_any_review_are_scored_without_a_level():
    episodes, goals, _ = one_child([{}, {}])
    reviews = [{"goal_id": goals[0]["goal_id"], "week": 200, "attainment": 0}]
    scored = score_goals(records_of(episodes, goals, reviews), Settings())
    assert scored.table["latest"].isna().all()
    assert len(scored.t_scores) == 0
