"""Home practice: intervals by hand, what drops out, the planted association. About 8 s."""

import functools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from analysis_set_of import analysis_set_of
from small_clinics import invented_records, many_children, one_child, records_of, sample_study

from analysis.comparison.home_practice import mark_minutes_a_week, relate_home_practice
from analysis.records.load import records_from_tables
from analysis.settings import Settings
from analysis.simulation.clinic import simulate_clinic
from analysis.simulation.design import NO_DIFFERENCE, ClinicDesign

S = Settings()


@functools.cache
def clinic():
    return analysis_set_of(invented_records(61, n_children=200))


def one_family(minutes_by_week, levels):
    rows = [{"child_id": "c1", "week": w, "minutes": m} for w, m in minutes_by_week.items()]
    return analysis_set_of(records_of(*many_children([one_child(levels)]), home_practice=rows))


def test_an_interval_has_the_minutes_of_the_weeks_after_one_review_and_up_to_the_next():
    minutes = dict.fromkeys(range(1, 7), 10.0) | dict.fromkeys(range(7, 13), 40.0)
    found = relate_home_practice(
        one_family(minutes, [{0: -2, 6: -1, 12: 1}, {0: -1, 6: -1, 12: 0}])
    )
    assert found.intervals["minutes"].tolist() == [10, 40]
    assert found.intervals["rate"].tolist() == [1.0, 3.0]
    assert found.intervals["window"].tolist() == [1, 2]


def test_an_interval_written_down_for_less_than_half_its_weeks_is_left_out():
    minutes = {1: 10.0, 2: 10.0} | dict.fromkeys(range(7, 10), 40.0) | {13: 5.0, 15: 5.0, 18: 5.0}
    found = relate_home_practice(one_family(minutes, [{0: -2, 6: -1, 12: 0, 18: 1}]))
    assert found.intervals["window"].tolist() == [2, 3]


def test_what_is_always_true_of_a_family_drops_out():
    asked = clinic()
    records = asked.records
    practice = records.home_practice
    hidden = practice["child_id"].map(
        dict(zip(*np.unique(practice["child_id"], return_inverse=True), strict=False))
    )
    shifted = replace(
        records, home_practice=practice.assign(minutes=practice["minutes"] + 7 * hidden.fillna(0))
    )
    one = relate_home_practice(asked).table.iloc[0]
    other = relate_home_practice(replace(asked, records=shifted)).table.iloc[0]
    assert other["estimate"] == pytest.approx(one["estimate"], abs=1e-9)
    assert other["std_error"] == pytest.approx(one["std_error"], abs=1e-9)


def test_the_estimate_is_that_of_least_squares_with_a_column_for_each_child():
    found = relate_home_practice(clinic())
    rows = found.intervals
    children = pd.get_dummies(rows["child_id"], dtype=float).to_numpy()
    windows = pd.get_dummies(rows["window"], dtype=float).to_numpy()[:, 1:]
    told = rows[["level", "step"]]
    design = np.column_stack([rows["minutes"] / 30, windows, told, children])
    expected = np.linalg.lstsq(design, rows["rate"].to_numpy(), rcond=None)[0][0]
    assert found.table.iloc[0]["estimate"] == pytest.approx(expected, abs=1e-9)
    assert found.table.iloc[0]["n_children"] == rows["child_id"].nunique()
    assert found.table.iloc[0]["n_intervals"] == len(rows)


def test_a_planted_association_is_found_and_none_where_there_is_none():
    found = {0.0: [], 0.25: []}
    for effect, values in found.items():
        for seed in range(12):
            records = invented_records(800 + seed, n_children=150, practice_effect=effect)
            values.append(relate_home_practice(analysis_set_of(records)).table.iloc[0])
    for effect, values in found.items():
        mean = np.mean([v["estimate"] for v in values])
        error = np.std([v["estimate"] for v in values]) / np.sqrt(len(values))
        planted = effect * 30 / 20
        assert abs(mean - planted) < 3 * error + 0.25 * planted
    covered = [v["conf_low"] <= 0 <= v["conf_high"] for v in found[0.0]]
    assert sum(covered) >= 9


def answering_reviews(tables, *, bad=0.0, step=0.0):
    """Let families practise more after a review, in minutes a week: practice moves nothing.

    `bad`: after a review without a step forward; `step`: for every level of the last step.
    """
    child = tables["goals"].set_index("goal_id")["child_id"]
    seen = tables["reviews"].assign(child_id=tables["reviews"]["goal_id"].map(child))
    seen = seen.groupby(["child_id", "week"], as_index=False)["attainment"].mean()
    seen["step"] = seen.groupby("child_id")["attainment"].diff()
    seen = seen.assign(after=seen["week"].astype(float)).sort_values("after", kind="stable")
    practice = tables["home_practice"]
    practice = practice.assign(after=practice["week"] - 1.0).sort_values("after", kind="stable")
    last = pd.merge_asof(practice, seen[["child_id", "after", "step"]], on="after", by="child_id")
    more = step * last["step"].fillna(0.0) + bad * (last["step"] <= 0)
    minutes = np.maximum(last["minutes"] + more, 0.0)
    return {**tables, "home_practice": last.assign(minutes=minutes)[list(tables["home_practice"])]}


@pytest.mark.slow
@pytest.mark.parametrize("answer", [{"bad": 20.0}, {"step": -12.0}, {"step": 12.0}])
def test_practice_that_answers_the_last_review_is_no_association(answer):
    found = []
    for seed in range(20):
        design = replace(ClinicDesign(n_children=150, practice_effect=0.0), **NO_DIFFERENCE)
        tables = answering_reviews(simulate_clinic(design, 900 + seed).tables, **answer)
        found.append(relate_home_practice(analysis_set_of(records_from_tables(tables))).table)
    estimates = np.array([table.iloc[0]["estimate"] for table in found])
    error = estimates.std(ddof=1) / np.sqrt(len(estimates))
    assert abs(estimates.mean()) < 2.5 * error + 0.02
    away = [row["conf_low"] > 0 or row["conf_high"] < 0 for t in found for _, row in t.iterrows()]
    assert sum(away) <= 3


def test_the_published_mark_is_about_66_minutes_a_week():
    assert pytest.approx(17.5 * 16.5 * 12 / 365.25 * 7) == mark_minutes_a_week(S)


def test_usual_practice_is_a_childs_mean_over_the_weeks_written_down():
    found = sample_study().home_practice
    records = sample_study().records
    own = records.home_practice.groupby("child_id")["minutes"].mean()
    for row in found.usual.head(20).itertuples():
        assert row.minutes == pytest.approx(own[row.child_id])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda p: p.iloc[:0], "no_practice"),
        (lambda p: p[p["child_id"] < "C020"], "few_practice_intervals"),
        (lambda p: p.assign(minutes=30.0), "no_practice_spread"),
    ],
)
def test_what_practice_cannot_say_is_named(change, reason):
    records = clinic().records
    poorer = replace(records, home_practice=change(records.home_practice))
    found = relate_home_practice(replace(clinic(), records=poorer))
    assert found.withheld == reason
    assert np.isnan(found.table.iloc[0]["estimate"])
