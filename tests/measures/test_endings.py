"""Goals made harder, and goals closed as attained that were not, on levels small enough to read."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from small_clinics import invented_records, sample_study

from analysis.measures.endings import closed_below, find_made_harder
from analysis.measures.progress import measure_progress
from analysis.measures.scoring import score_goals
from analysis.records.schema import CLOSED_REASONS
from analysis.settings import Settings

SETTINGS = Settings(made_harder_fewest=2)
GROUP = 1


def levels(*goals, weeks=(0, 6, 12, 18)):
    """Give goal, week and level of goals reviewed in the same weeks."""
    goal = np.repeat(np.arange(len(goals)), len(weeks))
    return goal, np.tile(np.array(weeks, float), len(goals)), np.concatenate(goals).astype(float)


def find(*goals, settings=SETTINGS):
    return find_made_harder(levels(*goals), np.full(len(goals), GROUP), settings)


def test_a_goal_ends_at_the_review_before_it_was_made_harder():
    found = find([-2, 0, -2, 0], [-2, -1, 1, -1], [-2, -1, -1, -1])
    assert found.made_harder.tolist() == [True, True, False]
    assert found.after.reshape(3, 4).tolist() == [
        [False, False, True, True],
        [False, False, False, True],
        [False] * 4,
    ]
    assert found.last_seen[:2].tolist() == [18.0, 18.0]
    assert np.isnan(found.last_seen[2])


def test_the_order_of_the_reviews_does_not_matter():
    seen = levels([-2, 0, -2, 0], [-2, -1, 1, -1], [-2, -1, -1, -1])
    shuffled = np.random.default_rng(1).permutation(len(seen[0]))
    straight, mixed = (
        find_made_harder(tuple(part[rows] for part in seen), np.full(3, GROUP), SETTINGS)
        for rows in (np.arange(len(shuffled)), shuffled)
    )
    assert np.array_equal(straight.after[shuffled], mixed.after)
    assert np.array_equal(straight.made_harder, mixed.made_harder)


def test_a_few_falls_among_many_goals_that_stay_are_noise():
    stays, falls = [-2, 0, 0, 0], [-2, -1, 0, -1]
    assert not find(*[stays] * 10, *[falls] * 2).made_harder.any()
    assert (
        find(
            *[stays] * 10,
            *[falls] * 2,
            settings=Settings(made_harder_share=0.05, made_harder_fewest=2),
        ).made_harder.sum()
        == 2
    )
    assert not find(*[falls] * 2, settings=Settings(made_harder_fewest=3)).made_harder.any()


def test_falls_in_one_format_are_seen_beside_many_goals_of_another():
    goals = [[-2, 0, 0, 0]] * 40 + [[-2, 0, -2, -1]] * 6
    of_format = np.repeat([0, GROUP], [40, 6])
    found = find_made_harder(levels(*goals), of_format, Settings())
    assert found.made_harder.sum() == 6


def test_a_closing_is_not_kept_where_the_last_level_is_below_the_expected():
    rated = levels([-2, -1, -1, -1], [-2, -1, -1, 0], [-2, 0, -1, -1])
    assert closed_below(rated, np.array([20.0, 20.0, np.nan])).tolist() == [True, False, False]


def made_harder(records, share=0.8):
    """Give records in which goals are made two levels harder once they are at the expected one."""
    reviews = records.reviews.sort_values(["goal_id", "week"]).reset_index(drop=True)
    open_goals = set(records.goals["goal_id"][records.goals["closed_reason"].isna()])
    rng, level = np.random.default_rng(7), reviews["attainment"].to_numpy(copy=True)
    for goal, rows in reviews.groupby("goal_id", observed=True).indices.items():
        reached = np.flatnonzero(level[rows] >= 0)
        if goal in open_goals and len(reached) and rng.random() < share:
            later = rows[reached[0] + 1 :]
            level[later] = np.clip(level[later] - 2, -2, 2)
    return replace(records, reviews=reviews.assign(attainment=level))


def test_rates_of_goals_made_harder_are_those_of_the_goals_as_they_were_set():
    before = invented_records(3, n_children=240)
    scored = score_goals(made_harder(before), Settings())
    harder = scored.table["made_harder"].to_numpy(bool)
    assert harder.mean() > 0.2
    plain, mended, unmended = (
        measure_progress(score_goals(records, settings), settings).children["rate"].mean()
        for records, settings in (
            (before, Settings()),
            (made_harder(before), Settings()),
            (made_harder(before), Settings(made_harder_share=1.0)),
        )
    )
    assert mended == pytest.approx(plain, abs=0.12)
    assert unmended < plain - 0.25


def test_a_goal_made_harder_was_attained_and_its_child_was_seen_at_the_end():
    scored = score_goals(made_harder(invented_records(3, n_children=120)), Settings())
    harder = scored.table[scored.table["made_harder"]]
    assert (harder["latest"] >= 0).all()
    assert harder["attained"].all()
    levels_end = scored.levels.groupby("goal")["week"].max()
    assert (harder["latest_week"] > levels_end[harder.index]).all()


def test_goals_closed_as_attained_below_the_expected_level_keep_no_level():
    records = invented_records(5, n_children=120)
    last = records.reviews.sort_values("week").groupby("goal_id", observed=True).tail(1)
    below = records.goals["goal_id"].isin(last["goal_id"][last["attainment"] < 0])
    reason = records.goals["closed_reason"].mask(below, "attained")
    assert set(reason.dropna()) <= set(CLOSED_REASONS)
    goals = records.goals.assign(
        closed_reason=pd.Categorical(reason, categories=list(CLOSED_REASONS)),
        closed_week=records.goals["closed_week"].mask(below, 12.0),
    )
    closed = score_goals(replace(records, goals=goals), Settings())
    plain = score_goals(records, Settings())
    assert closed.table["closed_below"].sum() == below.sum() > 50
    pd.testing.assert_frame_equal(closed.levels, plain.levels)


def test_the_sample_has_no_goal_made_harder_and_none_closed_below():
    table = sample_study().scored.table
    assert not table["made_harder"].any()
    assert not table["closed_below"].any()
