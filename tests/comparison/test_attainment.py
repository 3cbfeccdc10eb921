"""How soon: rows at risk by hand, shares by brute force, known truth. About 15 s."""

import functools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from analysis_set_of import analysis_set_of
from small_clinics import invented_records, many_children, one_child, records_of, sample_study

from analysis.comparison.arms import keep_formats
from analysis.comparison.attainment import compare_attainment, rows_at_risk
from analysis.comparison.result import PAIRS
from analysis.records.schema import FORMATS
from analysis.simulation.clinic import ClinicDesign
from analysis.simulation.truth import true_contrasts

CLINICS = 40


@functools.cache
def clinic():
    return analysis_set_of(invented_records(41, n_children=200))


def risk_rows(*levels, **episode):
    asked = analysis_set_of(records_of(*many_children([one_child(list(levels), **episode)])))
    return rows_at_risk(everyone(asked))


def everyone(asked):
    """Give the analysis set with formats of any size in its table."""
    return replace(asked, table=asked.cohort.table)


def with_levels(asked, change):
    """Give the analysis set with other levels."""
    levels = asked.scored.levels
    changed = levels.assign(attainment=change(levels))
    return replace(asked, scored=replace(asked.scored, levels=changed))


def without_covariates(asked):
    return replace(asked, covariates=replace(asked.covariates, centred=asked.centred[[]]))


def test_a_goal_is_followed_until_the_review_that_first_sees_it_attained():
    rows = risk_rows({0: -2, 6: -1, 12: 0, 18: -1, 24: 1})
    assert rows["event"].tolist() == [0, 1]
    assert rows["window"].tolist() == [1, 2]
    assert rows["width"].tolist() == [6, 6]


def test_a_skipped_review_makes_the_interval_longer():
    rows = risk_rows({0: -2, 5: -1, 19: 0})
    assert rows["width"].tolist() == [5, 14]
    assert rows["window"].tolist() == [1, 3]
    assert rows["event"].tolist() == [0, 1]


def test_a_goal_never_attained_is_followed_to_its_last_review():
    rows = risk_rows({0: -2, 6: -2, 13: -1}, {0: -1, 6: 0, 12: 1})
    assert rows.groupby("goal_id")["event"].sum().tolist() == [0, 1]
    assert rows.groupby("goal_id").size().tolist() == [2, 1]


def test_levels_carried_forward_are_no_reviews():
    records = records_of(*many_children([one_child([{0: -2, 6: -1, 12: -1}, {0: -2, 6: 0}])]))
    goals = records.goals.assign(
        closed_week=[np.nan, 6.0],
        closed_reason=records.goals["closed_reason"].cat.set_categories(
            records.goals["closed_reason"].cat.categories
        ),
    )
    goals.loc[1, "closed_reason"] = "attained"
    asked = analysis_set_of(replace(records, goals=goals))
    assert asked.scored.levels["carried"].any()
    rows = rows_at_risk(everyone(asked))
    assert rows.groupby("goal_id").size().tolist() == [2, 1]


def test_reviews_before_the_window_ends_fall_into_its_usual_weeks():
    rows = risk_rows({0: -2, 3: -2, 8: -2, 10: -2, 26: -1})
    assert rows["window"].tolist() == [1, 1, 2, 4]


def test_shares_are_one_minus_the_product_of_what_is_left():
    asked = clinic()
    found = compare_attainment(asked)
    early, late = (found.by_week[week].means["estimate"] for week in (12, 24))
    assert (late > early).all()
    assert ((early > 0) & (late < 1)).all()
    raw = found.rows.groupby("goal_id").agg(child=("child", "first"), event=("event", "max"))
    received = asked.table["format"].to_numpy()[raw["child"]]
    for f in FORMATS:
        assert late[f] == pytest.approx(raw.loc[received == f, "event"].mean(), abs=0.15)


def test_differences_are_those_of_the_shares_with_counts_of_both_sides():
    found = compare_attainment(clinic())
    for comparison in found.by_week.values():
        shares = comparison.means["estimate"]
        for this, than in PAIRS:
            row = comparison.pair(this, than)
            assert row["estimate"] == pytest.approx(shares[this] - shares[than], abs=1e-12)
            assert row["conf_low"] < row["estimate"] < row["conf_high"]
            n = comparison.means.loc[[this, than], "n_children"].sum()
            assert row["n_children"] == n


def test_formats_that_moved_exactly_alike_have_the_shares_of_the_life_table():
    """No covariates, every review on time, the same children in each format."""
    children = []
    for f in FORMATS:
        rng = np.random.default_rng(3)
        for i in range(60):
            level, levels = -2, {0: -2}
            for week in (6, 12, 18, 24):
                level = min(level + int(rng.random() < 0.55), 2)
                levels[week] = level
            group = {} if f == "individual" else {"group_id": f"{f}{i // 4}"}
            children.append(one_child([levels], f, f"{f[0]}{i}", **group))
    asked = analysis_set_of(records_of(*many_children(children)))
    found = compare_attainment(without_covariates(asked))
    attained = found.rows[found.rows["event"] == 1]
    for week, comparison in found.by_week.items():
        observed = (attained["window"] <= week // 6).sum() / 180
        assert np.allclose(comparison.means["estimate"], observed, atol=1e-7)
        assert np.allclose(comparison.table["estimate"], 0, atol=1e-7)


@functools.cache
def simulated():
    changes = {"n_children": 150}
    truth = true_contrasts(replace(ClinicDesign(), **changes), n_children=60_000)
    truth = truth["could_have_had_any"]
    found = {12: [], 24: []}
    for seed in range(CLINICS):
        answer = compare_attainment(analysis_set_of(invented_records(300 + seed, **changes)))
        for week, comparison in answer.by_week.items():
            found[week].append(
                comparison.table[["estimate", "conf_low", "conf_high"]].to_numpy(float)
            )
    return truth, {week: np.array(values) for week, values in found.items()}


@pytest.mark.slow
@pytest.mark.parametrize("week", [12, 24])
def test_shares_attained_are_near_the_planted_truth(week):
    truth, found = simulated()
    planted = truth[f"attained_by_week_{week}"]["differences"]
    planted = np.array([planted[f"{this} - {than}"] for this, than in PAIRS])
    estimates = found[week]
    bias = np.nanmean(estimates[:, :, 0], axis=0) - planted
    error = np.nanstd(estimates[:, :, 0], axis=0) / np.sqrt(CLINICS)
    assert (np.abs(bias) < 3.5 * error + 0.005).all()
    covered = (estimates[:, :, 1] <= planted) & (planted <= estimates[:, :, 2])
    assert covered.mean() > 0.88


def test_hardly_any_goal_attained_is_said_and_not_estimated():
    low = with_levels(clinic(), lambda levels: np.minimum(levels["attainment"], -1))
    found = compare_attainment(low)
    assert found.withheld == "few_attained"
    assert found.by_week[24].table["estimate"].isna().all()


def test_one_format_is_not_compared():
    asked = clinic()
    only = keep_formats(asked.table, ("individual",))
    nothing = replace(asked.covariates, centred=pd.DataFrame(index=only.index))
    found = compare_attainment(replace(asked, table=only, covariates=nothing))
    assert found.withheld == "few_formats"


def test_a_window_without_events_is_joined_with_its_neighbour():
    def late(levels):
        level = levels["attainment"]
        return np.where(levels["week"] <= 9, np.minimum(level, -1), level)

    found = compare_attainment(with_levels(clinic(), late))
    assert found.withheld == ""
    assert np.isfinite(found.by_week[24].means["estimate"]).all()


def test_the_sample_is_answered_by_week_12_and_24():
    found = sample_study().attainment
    assert list(found.by_week) == [12, 24]
    assert np.isfinite(found.table[["estimate", "conf_low", "conf_high"]]).all(axis=None)
