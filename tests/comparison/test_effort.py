"""How far, at what effort: therapist minutes by hand, gain for time, net benefit. About 5 s."""

import functools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from analysis_set_of import analysis_set_of
from small_clinics import invented_records, many_children, one_child, records_of, sample_study

from analysis.comparison.contrasts import compare_rates
from analysis.comparison.effort import compare_effort, compare_end_level, compare_what_it_took
from analysis.comparison.result import PAIRS, new_comparison
from analysis.measures.cohort import choose_cohort
from analysis.measures.progress import measure_progress
from analysis.measures.scoring import score_goals
from analysis.measures.therapist_time import measure_therapist_time, share_therapist_minutes
from analysis.records.schema import FORMATS
from analysis.settings import Settings

S = Settings()


@functools.cache
def clinic():
    return analysis_set_of(invented_records(51, n_children=200))


def without_covariates(asked):
    return replace(asked, covariates=replace(asked.covariates, centred=asked.centred[[]]))


def session(child="c1", week=1, delivered="individual", **changes):
    usual = {"minutes": 60, "n_children_present": 1, "n_therapists": 1, "attended": 1}
    return {"child_id": child, "week": week, "delivered": delivered} | usual | changes


def sessions_of(rows):
    children = [one_child([{0: -2, 12: 0}], child=f"c{i}") for i in range(1, 5)]
    return records_of(*many_children(children), sessions=rows).sessions


def time_of(rows):
    children = [one_child([{0: -2, 12: 0}], child=child) for child in ("c1", "c2")]
    records = records_of(*many_children(children), sessions=rows)
    scored = score_goals(records, S)
    cohort = choose_cohort(records, measure_progress(scored, S))
    return measure_therapist_time(records, scored, cohort, S).iloc[0]


@pytest.mark.parametrize(
    ("changes", "minutes"),
    [
        ({}, 60),
        ({"delivered": "group", "n_children_present": 4}, 15),
        ({"delivered": "group", "n_children_present": 4, "n_therapists": 2}, 30),
        ({"n_therapists": np.nan}, 60),
        ({"n_children_present": np.nan}, 60),
        ({"minutes": np.nan}, np.nan),
        ({"delivered": "group", "n_children_present": np.nan}, np.nan),
    ],
)
def test_a_therapists_minutes_are_shared_by_the_children_present(changes, minutes):
    found = share_therapist_minutes(sessions_of([session(**changes)]))[0]
    assert found == pytest.approx(minutes, nan_ok=True)


def test_a_groups_size_is_counted_from_its_children_where_it_was_not_written_down():
    rows = [
        session(f"c{i}", 3, "group", group_id="g1", n_children_present=np.nan, attended=came)
        for i, came in enumerate([1, 1, 1, 0], start=1)
    ]
    assert share_therapist_minutes(sessions_of(rows)).tolist() == [20, 20, 20, 20]


def test_only_sessions_the_child_came_to_before_its_last_review_count():
    rows = [session(week=w) for w in (1, 6, 12, 13)] + [session(week=2, attended=0)]
    time = time_of(rows)
    assert time["sessions"] == 3
    assert time["hours"] == 3
    assert time["gain"] == 2
    assert time["last_week"] == 12


def test_a_session_of_unknown_length_is_taken_as_long_as_the_childs_others():
    time = time_of([session(), session(week=2, minutes=30), session(week=3, minutes=np.nan)])
    assert time["sessions"] == 3
    assert time["hours"] == pytest.approx(2.25)


def test_a_child_without_sessions_written_down_is_not_a_child_without_sessions():
    time = time_of([session("c2")])
    assert np.isnan(time["sessions"])
    assert np.isnan(time["hours"])


def test_a_child_that_never_came_took_no_hours():
    time = time_of([session(attended=0)])
    assert time["sessions"] == 0
    assert time["hours"] == 0


def test_time_of_a_child_with_two_episodes_belongs_to_neither():
    episodes, goals, reviews = one_child([{0: -2, 12: 0}])
    episodes[0]["episode_id"], goals[0]["episode_id"] = "e1", "e1"
    episodes.append(episodes[0] | {"episode_id": "e2"})
    goals.append(goals[0] | {"goal_id": "c1-2", "episode_id": "e2"})
    reviews += [row | {"goal_id": "c1-2"} for row in reviews]
    records = records_of(episodes, goals, reviews, sessions=[session()])
    scored = score_goals(records, S)
    cohort = choose_cohort(records, measure_progress(scored, S))
    time = measure_therapist_time(records, scored, cohort, S)
    assert len(time) == 2
    assert time["hours"].isna().all()


def test_gain_for_time_is_a_mean_over_a_mean():
    effort = compare_what_it_took(without_covariates(clinic()))
    for f in FORMATS:
        own = effort.children[effort.children["format"] == f]
        found = effort.means[effort.means["format"] == f].set_index("measure")["estimate"]
        assert found["gain"] == pytest.approx(own["gain"].mean())
        assert found["hours"] == pytest.approx(own["hours"].mean())
        assert found["per_hour"] == pytest.approx(10 * own["gain"].mean() / own["hours"].mean())
        by_session = 10 * own["gain"].mean() / own["sessions"].mean()
        assert found["per_session"] == pytest.approx(by_session)


def test_adjusted_means_are_those_of_the_regression_of_the_main_answer():
    asked = clinic()
    effort = compare_what_it_took(asked)
    own = effort.children
    kept = pd.Index(asked.table["episode_id"]).get_indexer(own["episode_id"])
    x = asked.centred.to_numpy()[kept]
    design = np.column_stack(
        [*((own["format"] == f).to_numpy(float) for f in FORMATS), x - x.mean(0)]
    )
    for name in ("gain", "hours"):
        expected = np.linalg.lstsq(design, own[name].to_numpy(), rcond=None)[0][:3]
        found = effort.means[effort.means["measure"] == name]["estimate"]
        assert np.allclose(found, expected, atol=1e-9)


def test_net_benefit_is_worth_times_gain_less_hours():
    effort = sample_study().effort
    means = effort.means.pivot(index="format", columns="measure", values="estimate")
    for row in effort.net_benefit.itertuples():
        worth = means["gain"] * row.hours_per_level - means["hours"]
        assert row.estimate == pytest.approx(worth[row.this] - worth[row.than])
        assert row.conf_low < row.estimate < row.conf_high


def test_intervals_do_not_depend_on_the_order_of_rows():
    asked = clinic()
    one = compare_what_it_took(asked)
    order = np.random.default_rng(1).permutation(len(asked.table))
    shuffled = asked.table.iloc[order].reset_index(drop=True)
    shuffled["cluster"] = pd.factorize(shuffled["cluster"])[0]
    centred = asked.centred.iloc[order].reset_index(drop=True)
    covariates = replace(asked.covariates, centred=centred)
    other = compare_what_it_took(replace(asked, table=shuffled, covariates=covariates))
    assert np.allclose(
        one.means[["estimate", "conf_low", "conf_high"]],
        other.means[["estimate", "conf_low", "conf_high"]],
        atol=1e-9,
    )


def test_intervals_are_about_as_wide_as_those_of_the_main_machinery():
    asked = clinic()
    time = measure_therapist_time(asked.records, asked.scored, asked.cohort, S)
    further = compare_end_level(asked)
    effort = compare_effort(further, time, asked.centred, replace(S, resamples=4000))
    gained = time.assign(rate=time["gain"])
    gain = compare_rates(new_comparison("gain"), gained, asked.centred, S)
    found = effort.differences[effort.differences["measure"] == "gain"].set_index(["this", "than"])
    for pair in PAIRS:
        width = found.loc[pair, "conf_high"] - found.loc[pair, "conf_low"]
        row = gain.pair(*pair)
        assert width == pytest.approx(row["conf_high"] - row["conf_low"], rel=0.15)


def test_the_level_at_the_end_is_that_of_goals_reviewed_then():
    asked = clinic()
    scored, cohort = asked.scored, asked.cohort
    found = compare_end_level(without_covariates(asked))
    latest = scored.table.set_index("goal_id")["latest"]
    at_end = cohort.goals[cohort.goals["at_end"]]
    own = at_end.assign(level=latest.reindex(at_end["goal_id"]).to_numpy())
    by_child = own.groupby(["format", "child_id"], observed=True)["level"].mean()
    for f in FORMATS:
        assert found.means.loc[f, "estimate"] == pytest.approx(by_child[f].mean(), abs=1e-12)
        assert found.means.loc[f, "n_children"] == len(by_child[f])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda s: s.iloc[:0], "no_sessions"),
        (lambda s: s.assign(minutes=np.nan), "no_hours"),
        (lambda s: s[s["child_id"] < "C040"], "few_sessions_written"),
    ],
)
def test_what_sessions_cannot_say_is_named(change, reason):
    records = clinic().records
    poorer = replace(records, sessions=change(records.sessions))
    effort = compare_what_it_took(replace(clinic(), records=poorer))
    assert effort.withheld == reason
    assert effort.means.empty
    assert np.isfinite(effort.further.table["estimate"]).all()


def test_groups_that_were_not_recorded_leave_effort_open():
    records = clinic().records
    episodes = records.episodes.assign(
        group_id=pd.Series(pd.NA, records.episodes.index, dtype="str")
    )
    effort = compare_what_it_took(analysis_set_of(replace(records, episodes=episodes)))
    assert effort.withheld == "few_groups_for_effort"
