"""Means of levels and ratings, and what is worked out beside them: counts in disguise."""

import math
from dataclasses import replace

import numpy as np
import pytest
from small_clinics import sample_study

from analysis.disclosure.attainment import publish_attainment
from analysis.disclosure.cohort import publish_cohort, show_part_of_goals, traits_told
from analysis.disclosure.comparisons import name_times
from analysis.disclosure.permission import formats_attaining
from analysis.disclosure.rows import StartTrait
from analysis.disclosure.rules import (
    FEW,
    NEARLY_ALL,
    RATING_SCALE,
    ROUGH,
    ROUGHEST,
    count_at_least,
    show_df,
    show_level,
    show_level_spread,
    show_steps,
    surely_twice,
)
from analysis.settings import Settings

SETTINGS = Settings()


def of(**counts):
    """Give one value a child: of(m2=26, m1=11) is 26 children at -2 and 11 at -1."""
    pairs = ((int(k[1:]) * (-1 if k[0] == "m" else 1), n) for k, n in counts.items())
    return np.concatenate([np.full(n, float(value)) for value, n in pairs])


@pytest.mark.parametrize(
    ("levels", "shown"),
    [
        (of(m2=20, m1=20), (-1.5, 1)),
        (of(m2=35, m1=5), (-2.0, ROUGHEST)),  # few are off the lowest level
        (of(m2=5, m1=35), (-1.0, ROUGHEST)),  # few are off the highest level recorded
        (of(m2=26, m1=10, p0=1), (-2.0, ROUGHEST)),  # near the end of the scale
        (of(m2=40), (-2.0, ROUGHEST)),
        (of(m1=3, p0=11, p1=3), (0.0, ROUGH)),  # 17 children, printed as 15
        (of(m2=5, m1=5), (None, ROUGHEST)),
    ],
)
def test_a_mean_of_levels_is_fine_only_with_enough_children_off_both_ends(levels, shown):
    assert show_level(levels, SETTINGS) == shown


def test_a_mean_of_ratings_has_the_ends_of_its_own_scale():
    ratings = of(p1=24, p2=24)
    assert show_level(ratings, SETTINGS, RATING_SCALE) == (1.5, 1)
    assert show_level(of(p1=30, p2=11), SETTINGS, RATING_SCALE) == (1.0, ROUGHEST)


def test_a_side_of_a_mean_is_never_smaller_than_eleven_whatever_a_clinic_chose():
    lenient = Settings(smallest_cell=8)
    assert show_level(of(m2=30, m1=10), lenient)[1] == ROUGHEST
    assert show_level(of(m2=20, m1=20), lenient)[1] == 1


@pytest.mark.parametrize(
    ("levels", "told"),
    [
        (of(m2=20, m1=20), True),
        (of(m2=20, m1=20, p0=3), False),  # mean and spread would tell the 3
        (of(m2=15, m1=15, p0=11), True),
        (of(m2=35, m1=5), False),
        (of(m2=5, m1=5, p0=11), False),
    ],
)
def test_a_spread_is_told_only_with_nobody_or_enough_beside_the_two_commonest(levels, told):
    found = show_level_spread((-1.23, 0.55), levels, SETTINGS)
    assert found == ((-1.2, 0.6) if told else (None, None))


@pytest.mark.parametrize(("n", "least"), [(11, 11), (17, 11), (18, 18), (22, 18), (23, 23)])
def test_twice_the_smallest_cell_is_judged_on_the_printed_count(n, least):
    assert count_at_least(n, SETTINGS) == least
    assert surely_twice(n, SETTINGS) == (least >= 22)


def test_degrees_of_freedom_are_the_next_lower_of_a_coarse_series():
    assert [show_df(df) for df in (21.3, 4.7, 40.0, 5000.0)] == [20.0, 4.0, 40.0, 1000.0]
    assert show_df(0.5) is None
    assert show_df(math.nan) is None


def test_a_bound_is_rounded_upwards_and_a_difference_to_the_nearest_step():
    assert [show_steps(v, 0.1) for v in (0.14, 0.15, 0.0)] == [0.1, 0.2, 0.0]
    assert [show_steps(v, 0.05, upwards=True) for v in (0.2, 0.201, 1e-12)] == [0.2, 0.25, 0.0]
    assert show_steps(math.nan, 0.1) is None


@pytest.mark.parametrize(
    ("half", "times"),
    [(0.16, None), (0.18, "quarter"), (0.2, "half"), (0.23, "two"), (0.3, "four"), (0.5, "five")],
)
def test_how_many_more_children_it_takes_follows_from_the_printed_interval_alone(half, times):
    printed = {"estimate": 0.0, "conf_low": -half, "conf_high": half}
    assert name_times(printed, 1000.0, SETTINGS) == times
    assert name_times(printed, None, SETTINGS) is None
    assert name_times(printed | {"conf_low": None}, 1000.0, SETTINGS) is None


@pytest.mark.parametrize(
    ("n_none", "n_all", "said"),
    [(30, 10, FEW), (10, 30, NEARLY_ALL), (20, 20, 50), (11, 11, None)],
)
def test_a_share_of_goals_needs_enough_children_on_both_sides(n_none, n_all, said):
    values = np.repeat([0.0, 1.0], [n_none, n_all])
    assert show_part_of_goals(values, SETTINGS) == said


def test_how_far_formats_differ_is_said_only_of_traits_told_in_every_format():
    study = sample_study()
    shown = publish_cohort(study)
    told = traits_told(shown.at_start, study)
    assert {row.trait for row in shown.balance} <= told
    assert "attention" in told
    rough = StartTrait(trait="severity", unit="mean", individual=3.0, rough=("individual",))
    word = StartTrait(trait="motor_delay", unit="percent", individual=40, group=FEW)
    assert not traits_told((rough, word), study) & {"severity", "motor_delay"}


def test_a_share_attained_needs_enough_children_on_both_sides():
    study = sample_study()
    assert formats_attaining(study, 24) == ("individual", "group", "combined")
    rows = study.attainment.rows
    nobody = replace(study.attainment, rows=rows.assign(event=0))
    again = replace(study, attainment=nobody)
    assert formats_attaining(again, 24) == ()
    held = publish_attainment(again)
    assert held.shares == ()
    assert all(not pair.shown and pair.difference is None for pair in held.pairs)
