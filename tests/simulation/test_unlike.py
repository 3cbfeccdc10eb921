"""Clinics unlike the analysis: each oddity is in the records, alone, and the truth knows of it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.errors import AnalysisError
from analysis.records.load import records_from_tables
from analysis.records.schema import TABLES
from analysis.simulation.draw import draw_clinic, find_truth
from analysis.simulation.truth import PAIRS, pair_name
from analysis.simulation.unlike import simulate_unlike
from analysis.simulation.unlike_children import path
from analysis.simulation.unlike_design import UnlikeDesign

LARGE = UnlikeDesign(n_children=1500)


def reviews_of(**changes):
    """Reviews beside their goals and episodes."""
    tables = simulate_unlike(replace(LARGE, **changes), seed=3).tables
    goals = tables["goals"].merge(tables["episodes"], on="child_id", suffixes=("", "_"))
    return tables["reviews"].merge(goals, on="goal_id", suffixes=("", "__"))


def mean_by_format(values, formats):
    return values.groupby(formats, observed=False).mean()


def test_a_clinic_has_the_schema_s_columns_and_is_accepted():
    tables = simulate_unlike(UnlikeDesign(), seed=1).tables
    for name, table in TABLES.items():
        assert list(tables[name].columns) == list(table.names)
    records = records_from_tables(tables)
    assert len(records.episodes) == 120


def test_the_same_seed_gives_the_same_clinic_and_another_another():
    one, same, other = (simulate_unlike(UnlikeDesign(), seed).tables for seed in (3, 3, 4))
    pd.testing.assert_frame_equal(one["reviews"], same["reviews"])
    assert not one["reviews"].equals(other["reviews"])


def test_one_oddity_leaves_the_other_draws_as_they_were():
    usual, odd = reviews_of(), reviews_of(independent_share=0.9)
    assert (usual["week"].to_numpy() == odd["week"].to_numpy()).all()
    assert (usual["attainment"].to_numpy() == odd["attainment"].to_numpy()).all()
    assert not usual["rater"].equals(odd["rater"])


def test_half_of_a_slowing_gain_is_made_by_its_half_week():
    design = UnlikeDesign(half_week=7.0)
    made = path(np.array([0.0, 7.0, 24.0]), design)
    assert made == pytest.approx([0, 1, 2], abs=1e-9)
    assert path(np.array([6.0, 12.0]), UnlikeDesign()) == pytest.approx([0.5, 1.0])


def test_a_block_ends_where_it_is_said_to():
    last = reviews_of(last_week=(24, 12, 24)).groupby("format", observed=False)["week"].max()
    assert last["group"] <= 14
    assert last["individual"] > 20


def test_lenient_raters_lift_one_format_s_later_levels_only():
    later = reviews_of(leniency=(0.0, 0.6, 0.0), indication=0.0)
    level = mean_by_format(later["attainment"], [later["format"], later["week"] > 0])
    assert level["group", True] - level["individual", True] > 0.25
    assert abs(level["group", False] - level["individual", False]) < 0.1


def test_families_leave_once_goals_are_met():
    def weeks(**changes):
        found = reviews_of(**changes)
        return mean_by_format(found.groupby("goal_id")["week"].transform("max"), found["format"])

    usual, odd = weeks(), weeks(leave_after_success=(0.0, 0.9, 0.0))
    assert odd["group"] < usual["group"] - 0.5
    assert odd["individual"] == usual["individual"]


def test_a_goal_made_harder_falls_after_it_was_attained():
    def falls(share):
        found = reviews_of(reset_share=share).sort_values(["goal_id", "week"])
        level = found["attainment"].to_numpy()
        same = found["goal_id"].to_numpy()[1:] == found["goal_id"].to_numpy()[:-1]
        return np.mean(same & (level[:-1] >= 0) & (level[1:] <= -1))

    assert falls(0.6) > 2 * falls(0.0)


def test_goals_closed_too_early_end_one_level_below_the_expected_one():
    tables = simulate_unlike(replace(LARGE, close_below=(0.0, 0.7, 0.0)), seed=2).tables
    goals = tables["goals"].merge(tables["episodes"][["child_id", "format"]], on="child_id")
    closed = goals[goals["closed_week"].notna()].set_index("goal_id")
    assert set(closed["format"]) == {"group"}
    assert set(closed["closed_reason"]) == {"attained"}
    assert len(closed) > 0.4 * (goals["format"] == "group").sum()
    last = tables["reviews"].sort_values("week").groupby("goal_id").last().loc[closed.index]
    assert (last["attainment"] == -1).all()
    assert (last["week"] == closed["closed_week"]).all()


def test_reviews_on_success_show_goals_just_met():
    def attained(**changes):
        found = reviews_of(**changes)
        found = found[found["week"].between(1, 8) & (found["format"] == "individual")]
        return (found["attainment"] >= 0).mean()

    assert attained(review_on_success=(0.9, 0.0, 0.0)) > attained() + 0.05


def test_therapists_who_keep_to_a_format_treat_no_other():
    def formats_each(**changes):
        episodes = simulate_unlike(replace(LARGE, **changes), seed=2).tables["episodes"]
        return episodes.groupby("therapist_id")["format"].nunique()

    assert (formats_each(therapist_keeps=True) == 1).all()
    assert (formats_each() > 1).mean() > 0.8
    groups = simulate_unlike(replace(LARGE, one_group_therapist=True), 2).tables["episodes"]
    assert groups.loc[groups["group_id"].notna(), "therapist_id"].nunique() == 1


def test_second_groups_and_waits_stand_in_the_sessions():
    sessions = simulate_unlike(replace(LARGE, second_group_share=0.5), seed=2).tables["sessions"]
    each = sessions.dropna(subset="group_id").groupby("child_id")["group_id"].nunique()
    assert 0.3 < (each == 2).mean() < 0.7
    late = simulate_unlike(replace(LARGE, wait_weeks=(0, 6, 0)), seed=2).tables
    first = late["sessions"].groupby("child_id")["week"].min()
    formats = late["episodes"].set_index("child_id")["format"].reindex(first.index)
    assert first[formats == "group"].min() == 7
    assert first[formats == "individual"].min() == 1


def test_places_years_and_readiness_move_who_is_offered_groups():
    def rows(**changes):
        return simulate_unlike(replace(LARGE, **changes), seed=2).tables

    at = rows(n_places=3, place_preference=(0.0, 2.0, 0.0))["episodes"]
    share = (at["format"] == "group").groupby(at["site"]).mean()
    assert share.iloc[-1] > share.iloc[0] + 0.2
    usual, later = (rows(year_preference=(0.0, w, 0.0))["episodes"]["format"] for w in (0, 0.8))
    assert (usual.to_numpy() != later.to_numpy()).mean() > 0.1


@pytest.mark.parametrize("half_week", [7.0, 12.0])
def test_the_truth_of_a_clinic_without_effects_is_nought(half_week):
    truth = find_truth(UnlikeDesign(half_week=half_week, wait_weeks=(0, 6, 0)), 2000)
    for measure in ("rate", "social_minus_skill"):
        found = truth["could_have_had_any"][measure]["differences"]
        assert [found[pair_name(*pair)] for pair in PAIRS] == [0, 0, 0]


def test_the_truth_of_an_effect_is_its_mean_over_reviews_that_all_formats_have():
    found = find_truth(UnlikeDesign(format_effects=(0.0, 0.34, 0.0)), 6000)
    difference = found["everyone"]["rate"]["differences"]["group - individual"]
    assert 0.2 < difference < 0.36
    assert found["everyone"]["attained_by_week_24"]["differences"]["group - individual"] > 0.03


def test_impossible_choices_are_refused():
    for changes in ({"n_places": 0}, {"half_week": 20.0}, {"reset_share": 1.2}):
        with pytest.raises(AnalysisError):
            UnlikeDesign(**changes)
    with pytest.raises(AnalysisError, match="spread"):
        UnlikeDesign(goal_spread=-1.0)


def test_either_kind_of_design_is_drawn():
    assert len(draw_clinic(UnlikeDesign(n_children=30), 1).tables["episodes"]) == 30
