"""What may leave: each rule on both sides of its number."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.disclosure.rules import (
    AGE_STEP,
    FEW,
    LEVEL_STEP,
    MINUTE_STEP,
    NEARLY_ALL,
    T_STEP,
    enough,
    enough_for_model,
    fold_steps,
    round_count,
    round_half_up,
    show_count,
    show_estimate,
    show_in_fives,
    show_mean,
    show_part,
    show_share,
    show_spread,
    show_times,
)
from analysis.errors import AnalysisError
from analysis.settings import Settings

SETTINGS = Settings()


@pytest.mark.parametrize(
    ("n", "shown"),
    [(0, None), (1, None), (10, None), (11, 15), (12, 15), (13, 15), (17, 15), (18, 20)],
)
def test_counts_are_given_to_the_nearest_five_from_eleven_children_up(n, shown):
    assert show_count(n, SETTINGS) == shown


@pytest.mark.parametrize(("n", "shown"), [(40, 40), (36, None), (29, 30), (10, None), (0, None)])
def test_a_part_of_the_children_is_counted_unless_it_tells_how_few_the_others_are(n, shown):
    assert show_part(n, 40, SETTINGS) == shown


def test_a_count_is_rounded_and_never_below_the_lowest_printed():
    assert [round_count(n, SETTINGS) for n in (11, 17, 18)] == [15, 15, 20]


def test_a_multiple_is_given_up_to_ten_and_a_share_of_rows_in_fives():
    assert [show_times(t) for t in (2.345, 10.0, 10.5, math.inf, math.nan)] == [2.3, 10.0] + [
        None
    ] * 3
    assert [show_in_fives(share) for share in (0.0, 0.12, 0.125, 0.13, 1.0)] == [0, 10, 15, 15, 100]


def test_goals_are_counted_only_when_enough_children_are_behind_them():
    assert show_count(40, SETTINGS, n_children=10) is None
    assert show_count(41, SETTINGS, n_children=11) == 40


@given(st.integers(11, 5000))
def test_a_rounded_count_is_a_multiple_of_five_at_most_two_away_or_the_lowest(n):
    shown = show_count(n, SETTINGS)
    assert shown % 5 == 0
    assert abs(shown - n) <= 2 or (shown == 15 and n in (11, 12))


@pytest.mark.parametrize(
    ("value", "decimals", "rounded"),
    [
        (0.25, 1, 0.3),
        (-0.25, 1, -0.3),
        (0.005, 2, 0.01),
        (1.005, 2, 1.01),
        (2.5, 0, 3),
        (-0.04, 1, 0),
    ],
)
def test_halves_are_rounded_away_from_zero_as_people_do(value, decimals, rounded):
    found = round_half_up(value, decimals)
    assert found == rounded
    assert math.copysign(1, found) == (1 if rounded >= 0 else -1)


def test_means_have_one_decimal_and_estimates_two():
    assert show_mean(1.2345, 11, SETTINGS) == 1.2
    assert show_estimate(0.12345) == 0.12
    assert show_mean(1.2345, 10, SETTINGS) is None
    assert show_mean(math.nan, 100, SETTINGS) is None
    assert show_estimate(math.inf) is None


def test_a_spread_needs_twice_as_many_children():
    assert show_spread(0.77, 21, SETTINGS) is None
    assert show_spread(0.77, 22, SETTINGS) is None  # printed as 20, which may stand for 18
    assert show_spread(0.77, 23, SETTINGS) == 0.8


def test_the_wider_a_scale_the_wider_the_steps_of_its_means():
    steps = (LEVEL_STEP, AGE_STEP, T_STEP, MINUTE_STEP)
    assert [show_mean(43.26, 40, SETTINGS, step) for step in steps] == [43.3, 43.5, 43, 45]
    widths = (4, 16, 60, 400)
    assert all(width / step <= 80 for width, step in zip(widths, steps, strict=True))


@pytest.mark.parametrize(
    ("n", "n_all", "answer"),
    [
        (5, 10, (None, None)),
        (10, 60, (None, FEW)),
        (0, 60, (None, FEW)),
        (10, 21, (None, None)),
        (21, 21, (None, None)),
        (22, 22, (None, None)),
        (23, 23, (None, NEARLY_ALL)),
        (50, 60, (None, NEARLY_ALL)),
        (60, 60, (None, NEARLY_ALL)),
        (11, 60, (17, None)),
        (49, 60, (83, None)),
        (30, 60, (50, None)),
    ],
)
def test_shares_come_from_rounded_counts_with_words_at_both_ends(n, n_all, answer):
    assert show_share(n, n_all, SETTINGS) == answer


@given(st.integers(0, 400), st.integers(0, 400))
def test_a_share_and_its_opposite_never_give_more_than_one_number(n, others):
    one, word = show_share(n, n + others, SETTINGS)
    two, other_word = show_share(others, n + others, SETTINGS)
    assert (one is None) == (two is None)
    if one is None:
        assert {word, other_word} in ({None}, {FEW, NEARLY_ALL})


@pytest.mark.parametrize(
    ("sizes", "n_columns", "may"),
    [
        ((11, 11), 2, True),
        ((10, 90), 2, False),
        ((11, 11), 12, True),
        ((11, 11), 13, False),
        ((40, 40, 40), 10, True),
    ],
)
def test_a_model_is_shown_with_enough_children_in_each_format_and_enough_left_over(
    sizes, n_columns, may
):
    assert enough_for_model(sizes, n_columns, SETTINGS) == may


def test_the_smallest_cell_can_be_raised_and_lowered_only_so_far():
    strict = Settings(smallest_cell=20)
    assert show_count(19, strict) is None
    assert enough(8, Settings(smallest_cell=8))
    for refused in (7, 0, -1, 8.5):
        with pytest.raises(AnalysisError):
            Settings(smallest_cell=refused)


def shown_differences(steps, shown):
    kept = [step for step, show in zip(steps, shown, strict=True) if show]
    for one, other in itertools.combinations(kept, 2):
        yield from (abs(a - b) for a, b in zip(one, other, strict=True))


@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60)),
        min_size=1,
        max_size=5,
    )
)
def test_no_two_steps_shown_differ_by_a_small_number_of_children(drops):
    steps, level = [], [200, 150, 100]
    for drop in drops:
        level = [max(a - d, 0) for a, d in zip(level, drop, strict=True)]
        steps.append(list(level))
    shown = fold_steps(steps, SETTINGS)
    for apart in shown_differences(steps, shown):
        assert apart == 0 or apart >= SETTINGS.smallest_cell


def test_the_last_step_stays_and_the_one_too_close_to_it_is_held_back():
    steps = [[100, 90, 80], [80, 70, 60], [75, 70, 60]]
    assert fold_steps(steps, SETTINGS) == [True, False, True]
    assert fold_steps([[100, 90, 80], [100, 90, 80]], SETTINGS) == [True, True]
    assert fold_steps([[100, 90, 8]], SETTINGS) == [False]
    assert fold_steps([[100, 90, 0]], SETTINGS) == [True]
