"""The same question asked otherwise: each way against a brute force, or with its reason."""

import functools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from analysis_set_of import ASKED, MAIN, asked_and_answered
from small_clinics import invented_records

from analysis.comparison import subsets
from analysis.comparison.contrasts import compare_rates, drop_unsure_pairs
from analysis.comparison.leave_one_out import estimates_without, leave_out_each
from analysis.comparison.result import PAIRS
from analysis.comparison.sensitivity import IMPUTED, WAYS, ask_otherwise, empty_column
from analysis.comparison.subsets import compare_part
from analysis.models.regression.cluster_robust import fit_cluster_robust
from analysis.records.load import records_from_tables
from analysis.settings import Settings

SAME = 1e-10  # the same arithmetic in another order


@functools.cache
def clinic():
    return asked_and_answered(invented_records(12, n_children=150))


@functools.cache
def answered():
    asked, primary = clinic()
    return ask_otherwise(asked, primary)


def close(one, other):
    return np.allclose(one["estimate"], other["estimate"], atol=SAME, rtol=0, equal_nan=True)


def without(records, table, column):
    frame = getattr(records, table)
    empty = pd.Series([None] * len(frame), dtype=frame[column].dtype)
    return replace(records, **{table: frame.assign(**{column: empty.array})})


def test_every_way_of_the_list_is_answered_or_named_with_its_reason():
    found = answered().comparisons
    assert list(found) == [way.id for way in WAYS]
    for way in WAYS:
        comparison = found[way.id]
        assert comparison.unit == way.unit
        assert bool(comparison.withheld) is not comparison.table["estimate"].notna().any()
        assert comparison.table[["this", "than"]].to_numpy().tolist() == [list(p) for p in PAIRS]


def test_most_ways_speak_in_the_unit_of_the_main_analysis():
    others = [way.id for way in WAYS if way.unit != "rate"]
    assert others == ["ordinal", "attained_24_weeks"]


def test_a_column_nobody_filled_in_withholds_the_ways_that_need_it():
    asked, _ = clinic()
    records = without(asked.records, "goals", "set_before_format")
    records = without(records, "reviews", "rater")
    again, primary = asked_and_answered(records)
    found = ask_otherwise(again, primary).comparisons
    assert found["goals_before_format"].withheld == "no_set_before_format"
    assert found["independent_raters"].withheld == "no_rater"
    assert not found["as_delivered"].withheld
    assert empty_column(records, (("goals", "domain"), ("reviews", "rater"))) == "rater"
    assert empty_column(records, ()) == ""


def test_a_withheld_main_analysis_withholds_every_other_way():
    asked, _ = clinic()
    table = asked.table[asked.table["format"] == "group"].reset_index(drop=True)
    alone = replace(asked, table=table)
    nothing = compare_rates(MAIN, table, pd.DataFrame(index=table.index), asked.settings)
    found = ask_otherwise(alone, nothing)
    assert nothing.withheld
    assert all(comparison.withheld for comparison in found.comparisons.values())
    assert found.dropout.withheld
    assert found.unmeasured.withheld


def test_all_children_as_a_part_give_the_main_analysis_back():
    asked, primary = clinic()
    everyone = np.ones(len(asked.table), bool)
    assert close(compare_part(ASKED, asked, everyone).table, primary.table)


def test_a_part_is_what_the_main_analysis_makes_of_those_children_alone():
    asked, _ = clinic()
    kept = (asked.table["severity"] > 2).to_numpy()
    part = compare_part(ASKED, asked, kept)
    some = asked.table[kept].reset_index(drop=True)
    columns = asked.covariates.centred[list(part.adjusted_for)][kept].reset_index(drop=True)
    columns = columns - columns.mean()
    alone = compare_rates(ASKED, some, columns, asked.settings)
    assert close(part.table, alone.table)
    assert set(part.outcomes.index) == set(some["episode_id"])


def test_a_part_with_too_few_children_says_so():
    asked, _ = clinic()
    few = np.zeros(len(asked.table), bool)
    few[:15] = True
    assert compare_part(ASKED, asked, few).withheld == "few_children_left"


def test_a_pair_with_too_few_clusters_is_dropped_and_all_pairs_withheld():
    _, primary = clinic()
    strict = drop_unsure_pairs(primary, Settings(compare_df=1e6))
    assert strict.withheld == "few_clusters_left"
    middle = float(primary.table["df"].median())
    some = drop_unsure_pairs(primary, Settings(compare_df=middle))
    assert some.table["estimate"].isna().sum() == 1
    assert primary.table["estimate"].notna().all()


def test_goals_are_chosen_one_by_one_and_children_keep_their_traits():
    asked, _ = clinic()
    found = answered().comparisons["lowest_baseline"]
    goals = asked.cohort.goals
    rates = goals[goals["baseline"] == -2].groupby("episode_id")["rate"].mean()
    assert np.allclose(found.outcomes.sort_index(), rates.sort_index(), atol=SAME)


def test_change_after_twelve_weeks_is_the_nearest_level_minus_the_start_level():
    asked, _ = clinic()
    outcomes = answered().comparisons["change_12_weeks"].outcomes
    episode = outcomes.index[0]
    changes = []
    goals = asked.cohort.goals
    for goal_id, baseline in goals.loc[
        goals["episode_id"] == episode, ["goal_id", "baseline"]
    ].values:
        levels = asked.scored.levels[asked.scored.levels["goal_id"] == goal_id]
        near = levels.assign(apart=(levels["week"] - 12).abs()).sort_values(["apart", "week"])
        if len(near) and near["apart"].iloc[0] <= 3:
            changes.append(near["attainment"].iloc[0] - baseline)
    assert outcomes.iloc[0] == pytest.approx(np.mean(changes))


def test_ratings_by_others_alone_make_the_rates_of_that_way():
    asked, _ = clinic()
    reviews = asked.records.reviews
    others = reviews[(reviews["rater"] != "treating_therapist").to_numpy()]
    again, _ = asked_and_answered(replace(asked.records, reviews=others.reset_index(drop=True)))
    rates = again.cohort.table.set_index("episode_id")["rate"]
    outcomes = answered().comparisons["independent_raters"].outcomes
    assert np.allclose(outcomes, rates.reindex(outcomes.index), atol=SAME)


def test_only_children_placed_by_availability_are_asked_about():
    asked, _ = clinic()
    outcomes = subsets.ask_availability(ASKED, asked).outcomes
    reason = asked.table.set_index("episode_id")["reason_for_format"]
    if outcomes is not None:
        assert (reason.reindex(outcomes.index) == "availability").all()
    assert (reason == "availability").any()


def sessions_of(delivered):
    """Give an analysis set in which the first three children had these sessions ("i" and "g")."""
    asked, _ = clinic()
    table = asked.table.groupby("format", observed=True).head(1).reset_index(drop=True)
    kinds = {"i": "individual", "g": "group"}
    rows = [
        {"child_id": child, "week": 1.0, "delivered": kinds[kind], "attended": 1.0}
        for child, given in zip(table["child_id"], delivered, strict=True)
        for kind in given
    ]
    sessions = pd.DataFrame(rows)
    return replace(asked, table=table, records=replace(asked.records, sessions=sessions))


def test_a_child_is_treated_as_planned_when_most_sessions_were_of_the_planned_kind():
    formats = clinic()[0].table.groupby("format", observed=True).head(1)["format"].tolist()
    given = {"individual": "iiig", "group": "ggg", "combined": "igig"}
    followed = subsets.delivered_as_planned(sessions_of([given[f] for f in formats]))
    assert followed.tolist() == [True, True, True]
    given = {"individual": "iigg", "group": "gi", "combined": "iiiiig"}
    followed = subsets.delivered_as_planned(sessions_of([given[f] for f in formats]))
    assert followed.tolist() == [False, False, False]


def test_sessions_a_child_missed_do_not_count():
    asked = sessions_of(["i", "g", "ig"])
    sessions = asked.records.sessions.assign(attended=0.0)
    missed = replace(asked, records=replace(asked.records, sessions=sessions))
    assert not subsets.delivered_as_planned(missed).any()


def test_one_episode_for_each_child_is_the_one_whose_code_comes_first():
    records = invented_records(3, n_children=130)
    child = records.episodes["child_id"].iloc[0]
    twin = records.episodes["child_id"].iloc[1]
    tables = {
        name: getattr(records, name).assign(
            child_id=getattr(records, name)["child_id"].replace(twin, child)
        )
        for name in ("episodes", "goals")
    }
    same = [c for c in ("age_years", "motor_delay", "sensory_needs") if c in tables["episodes"]]
    for column in same:
        tables["episodes"].loc[1, column] = tables["episodes"].loc[0, column]
    again = records_from_tables(tables | {"reviews": records.reviews})
    asked, _ = asked_and_answered(again)
    found = subsets.ask_one_episode(ASKED, asked)
    own = asked.table[asked.table["child_id"] == child]["episode_id"]
    assert len(own) == 2
    kept = [code for code in own if code in found.outcomes.index]
    assert kept == [min(own)]
    assert subsets.ask_one_episode(ASKED, clinic()[0]).withheld == "nobody_twice"


def test_codes_are_put_in_order_as_people_count():
    codes = ["E10", "E9", "E9-2", "E1"]
    assert sorted(codes, key=subsets._natural_order) == ["E1", "E9", "E9-2", "E10"]


def test_complete_children_have_every_trait_allowed_for():
    asked, _ = clinic()
    outcomes = subsets.ask_complete(ASKED, asked).outcomes
    names = [c for c in asked.covariates.centred.columns if not c.startswith("site ")]
    kept = asked.table.set_index("episode_id").loc[outcomes.index, names]
    assert kept.notna().all().all()
    assert len(kept) < len(asked.table)


def test_within_therapists_equals_a_column_for_each_therapist():
    asked, _ = clinic()
    found = subsets.ask_within_therapists(ASKED, asked)
    own = pd.get_dummies(asked.table["therapist_id"], dtype=float)
    traits = asked.covariates.centred[[c for c in found.adjusted_for if c in asked.table]]
    formats = pd.get_dummies(asked.table["format"], dtype=float)[["group", "combined"]]
    design = np.column_stack([own, formats, traits])
    beta = np.linalg.lstsq(design, asked.table["rate"].to_numpy(), rcond=None)[0]
    group, combined = beta[own.shape[1] : own.shape[1] + 2]
    expected = [group, combined, combined - group]
    assert np.allclose(found.table["estimate"], expected, atol=1e-8)


def test_therapists_of_one_format_each_cannot_be_compared_within():
    asked, _ = clinic()
    alone = asked.table.assign(therapist_id=asked.table["format"].astype(str))
    found = subsets.ask_within_therapists(ASKED, replace(asked, table=alone))
    assert found.withheld == "few_across_formats"


def test_estimates_without_a_label_equal_whole_fits_without_its_rows():
    rng = np.random.default_rng(4)
    design = np.column_stack([np.ones(40), rng.normal(size=(40, 3))])
    outcome, code = rng.normal(size=40), rng.integers(-1, 7, 40)
    found = estimates_without(outcome, design, code)
    for g in range(7):
        kept = code != g
        beta = np.linalg.lstsq(design[kept], outcome[kept], rcond=None)[0]
        assert np.allclose(found[g], beta, atol=1e-9)


def test_a_label_without_which_nothing_can_be_estimated_is_missing():
    design = np.column_stack([np.ones(6), [1.0, 1, 0, 0, 0, 0]])
    found = estimates_without(np.arange(6.0), design, np.array([0, 0, 1, 1, 2, 2]))
    assert np.isnan(found[0]).all()
    assert np.isfinite(found[1:]).all()


def test_leaving_out_each_group_reaches_as_far_as_fitting_all_of_them():
    asked, primary = clinic()
    found = leave_out_each(ASKED, asked, "group_id", primary)
    code, names = pd.factorize(asked.table["group_id"], sort=True)
    formats = ("individual", "group", "combined")
    indicators = [(asked.table["format"] == f).to_numpy(float) for f in formats]
    design = np.column_stack([*indicators, asked.covariates.centred])
    contrast = np.zeros((1, design.shape[1]))
    contrast[0, :2] = -1.0, 1.0
    rows = []
    for g in range(len(names)):
        kept = code != g
        fit = fit_cluster_robust(
            asked.table["rate"].to_numpy()[kept],
            design[kept],
            asked.table["cluster"].to_numpy()[kept],
        )
        rows.append(fit.contrast(contrast).iloc[0])
    every = pd.DataFrame(rows)
    own = found.table.iloc[0]
    assert own["lowest"] == pytest.approx(every["estimate"].min(), abs=1e-9)
    assert own["highest"] == pytest.approx(every["estimate"].max(), abs=1e-9)
    main = primary.pair("group", "individual")["estimate"]
    against = every["estimate"].min() if main > 0 else every["estimate"].max()
    answer = found.comparison.pair("group", "individual")
    assert answer["estimate"] == pytest.approx(against, abs=1e-9)
    assert answer["conf_low"] < answer["estimate"] < answer["conf_high"]


def test_leaving_out_needs_some_labels():
    asked, primary = clinic()
    unnamed = asked.table.assign(group_id=pd.NA)
    found = leave_out_each(ASKED, replace(asked, table=unnamed), "group_id", primary)
    assert found.comparison.withheld
    assert found.table.empty


def test_the_answers_do_not_depend_on_the_order_of_the_rows():
    asked, _ = clinic()
    rng = np.random.default_rng(1)
    tables = {
        name: getattr(asked.records, name).sample(frac=1, random_state=rng)
        for name in ("episodes", "goals", "reviews", "sessions", "home_practice")
    }
    shuffled = ask_otherwise(*asked_and_answered(records_from_tables(tables)))
    for way, comparison in answered().comparisons.items():
        other = shuffled.comparisons[way].table["estimate"]
        tolerance = 1e-6 if way == "mixed_growth" else 1e-9
        assert np.allclose(comparison.table["estimate"], other, atol=tolerance, equal_nan=True), way


def test_nothing_handed_in_is_changed():
    asked, primary = clinic()
    before = [asked.table.copy(), asked.covariates.centred.copy(), primary.table.copy()]
    ask_otherwise(asked, primary)
    after = [asked.table, asked.covariates.centred, primary.table]
    for one, other in zip(before, after, strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_the_imputed_way_is_the_last_of_the_list():
    assert WAYS[-1].id == IMPUTED
