"""The weeks compared follow from review weeks alone, and only where formats end apart."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from block_clinics import BLOCKS, end_reviews, keep_reviews, unlike_records
from small_clinics import balanced_clinic, invented_records, many_children, one_child, records_of

from analysis.measures.common_weeks import choose_common_weeks, narrow_settings
from analysis.settings import Settings
from analysis.study import run_study

SETTINGS = Settings()
EACH = {"individual": 24, "group": 24, "combined": 24}


@pytest.mark.parametrize(
    ("last", "common"), [(24, 24), (23, 24), (22, 22), (18, 18), (13, 14), (12, 12), (10, 10)]
)
def test_the_weeks_compared_end_where_the_first_format_ends(last, common):
    """A format ends one week earlier than a step at most to count for that step."""
    weeks = (0, 4, 8, last)
    records = balanced_clinic({"group": 24}, weeks=weeks)
    others = balanced_clinic({"individual": 24, "combined": 24})
    found = choose_common_weeks(joined(records, others), SETTINGS)
    assert found.last == common
    assert found.ended == (("group",) if common < 24 else ())


def joined(some, others):
    tables = {
        name: pd.concat([getattr(some, name), getattr(others, name)], ignore_index=True)
        for name in ("episodes", "goals", "reviews")
    }
    for name in ("format", "reason_for_format", "end_reason"):
        tables["episodes"][name] = tables["episodes"][name].astype(others.episodes[name].dtype)
    for name in ("closed_reason", "domain"):
        tables["goals"][name] = tables["goals"][name].astype(others.goals[name].dtype)
    tables["reviews"]["rater"] = tables["reviews"]["rater"].astype(others.reviews["rater"].dtype)
    return replace(others, **tables)


def test_where_all_formats_end_together_nothing_is_shortened():
    records = end_reviews(balanced_clinic(EACH), individual=12, group=12, combined=12)
    assert choose_common_weeks(records, SETTINGS).last == SETTINGS.horizon_weeks


def test_levels_have_no_part_in_the_choice():
    records = unlike_records(BLOCKS, 1)
    levels = np.random.default_rng(1).permutation(records.reviews["attainment"].to_numpy())
    other = replace(records, reviews=records.reviews.assign(attainment=levels))
    assert choose_common_weeks(other, SETTINGS) == choose_common_weeks(records, SETTINGS)


def test_a_format_too_small_to_be_compared_shortens_nothing():
    records = end_reviews(balanced_clinic(EACH | {"group": 19}), group=12)
    assert choose_common_weeks(records, SETTINGS).last == 24


def test_a_format_hardly_reviewed_is_withheld_and_shortens_nobody():
    records = end_reviews(balanced_clinic(EACH), group=6)
    found = choose_common_weeks(records, replace(SETTINGS, common_weeks=8))
    assert (found.last, found.too_short, found.ended) == (24, ("group",), ())
    study = run_study(records, replace(SETTINGS, common_weeks=8), ask_again=False)
    rules = {(d.this, d.than): d.blocked_by.rule for d in study.verdicts.decisions if d.blocked_by}
    assert rules[("group", "individual")] == rules[("combined", "group")] == "weeks_apart"
    assert "weeks_apart" not in rules.get(("combined", "individual"), "")


def test_children_whose_goals_are_all_attained_are_expected_at_no_review():
    def child(name, therapy_format, closed):
        levels = {0: -2, 6: 0} if closed else {0: -2, 6: -1, 12: -1, 18: 0, 24: 0}
        episodes, goals, reviews = one_child([levels], therapy_format, name)
        if closed:
            goals[0] |= {"closed_week": 6, "closed_reason": "attained"}
        return episodes, goals, reviews

    children = [child(f"i{k}", "individual", False) for k in range(30)]
    children += [child(f"g{k}", "group", k < 20) for k in range(30)]
    records = records_of(*many_children(children))
    assert choose_common_weeks(records, SETTINGS).last == 24
    given_up = replace(records, goals=records.goals.assign(closed_reason=None, closed_week=np.nan))
    given_up.goals["closed_reason"] = given_up.goals["closed_reason"].astype(
        records.goals["closed_reason"].dtype
    )
    assert choose_common_weeks(given_up, SETTINGS).last == 6


def test_half_of_what_the_others_have_is_enough_to_be_reviewed():
    gone = {f"g{k}" for k in range(24)}

    def study_of(n_gone):
        left = {name for name in gone if int(name[1:]) < n_gone}
        records = balanced_clinic(EACH)
        child = records.reviews["goal_id"].str.split("-").str[0]
        late = (records.reviews["week"] > 12).to_numpy() & child.isin(left).to_numpy()
        return replace(records, reviews=records.reviews[~late].reset_index(drop=True))

    assert choose_common_weeks(study_of(12), SETTINGS).last == 24
    assert choose_common_weeks(study_of(13), SETTINGS).last == 12


def test_a_study_is_told_its_weeks_and_keeps_what_was_chosen():
    study = run_study(unlike_records(BLOCKS, 1), ask_again=False, ask_beside=False)
    assert (study.weeks.last, study.settings.horizon_weeks, study.chosen) == (12, 12, SETTINGS)
    assert study.scored.levels["week"].max() <= 14
    assert repr(study.weeks) == "Formats are compared over weeks 0 to 12."


def test_settings_stay_the_same_object_where_nothing_is_shortened():
    found = choose_common_weeks(balanced_clinic(EACH), SETTINGS)
    assert narrow_settings(SETTINGS, found) is SETTINGS


def test_reviews_before_the_first_weeks_end_follow_nobody():
    records = keep_reviews(balanced_clinic(EACH), lambda formats, weeks: weeks <= 3)
    assert choose_common_weeks(records, SETTINGS).by_format == {}


@pytest.mark.slow
def test_ordinary_clinics_keep_their_weeks():
    """60 and 120 children, families leaving by what they saw: at most 1 of 80 shortened."""
    shortened = 0
    for seed in range(40):
        for n in (60, 120):
            records = invented_records(seed, n_children=n, dropout_share=0.08)
            shortened += choose_common_weeks(records, SETTINGS).shortened
    assert shortened <= 1
