"""Who is compared: named steps that add up, the plan and not the delivery, clusters."""

import numpy as np
import pandas as pd
import pytest
from small_clinics import invented_records, many_children, one_child, records_of

from analysis.measures.clusters import connected_clusters
from analysis.measures.cohort import STEPS, choose_cohort
from analysis.measures.progress import measure_progress
from analysis.measures.scoring import score_goals
from analysis.records.schema import FORMATS
from analysis.settings import Settings


def choose(records):
    settings = Settings()
    return choose_cohort(records, measure_progress(score_goals(records, settings), settings))


def children(*parts, **changes):
    episodes, goals, reviews = many_children(parts)
    return choose(records_of(episodes, goals, reviews, **changes))


GOOD = {0: -2, 12: 0, 24: 1}


def test_every_child_left_out_belongs_to_one_named_step():
    late = one_child([{8: -2, 20: 0}], child="c2")
    late[1][0]["set_week"] = 8
    cohort = children(
        one_child([GOOD], child="c1"),
        late,
        one_child([{9: -2, 20: 0}], child="c3"),
        one_child([{0: -2}], child="c4"),
        one_child([GOOD], "group", child="c5", group_id="g1"),
    )
    flow = cohort.flow.set_index("step")
    assert list(flow.index) == [step for step, _ in STEPS]
    assert flow["individual"].tolist() == [4, 3, 2, 1]
    assert flow["group"].tolist() == [1, 1, 1, 1]
    assert flow["combined"].tolist() == [0, 0, 0, 0]
    assert cohort.table["child_id"].tolist() == ["c1", "c5"]


def test_a_child_with_one_review_is_left_out_and_counted():
    cohort = children(one_child([GOOD], child="c1"), one_child([{0: -2}], child="c2"))
    assert cohort.flow.set_index("step")["individual"].tolist() == [2, 2, 2, 1]


def test_the_steps_of_an_invented_clinic_only_lose_children_and_end_at_those_compared():
    cohort = choose(invented_records(11, n_children=80, missing_share=0.3, skipped_share=0.4))
    counts = cohort.flow[list(FORMATS)].to_numpy()
    assert (np.diff(counts, axis=0) <= 0).all()
    compared = cohort.table.groupby("format", observed=False)["child_id"].nunique()
    assert counts[-1].tolist() == compared.reindex(list(FORMATS)).tolist()


def test_the_goals_kept_are_those_of_the_children_compared():
    cohort = choose(invented_records(12, n_children=60))
    assert set(cohort.goals["child_id"]) == set(cohort.table["child_id"])
    assert cohort.table["n_goals"].sum() == len(cohort.goals)


def test_a_child_stays_in_the_planned_format_whatever_was_delivered():
    sessions = [
        {"child_id": "c1", "week": week, "delivered": "group", "group_id": "g9", "attended": 1}
        for week in range(24)
    ]
    plain = children(one_child([GOOD], child="c1"))
    switched = children(one_child([GOOD], child="c1"), sessions=sessions)
    assert switched.table["format"].tolist() == ["individual"]
    pd.testing.assert_frame_equal(plain.table, switched.table)


def test_children_of_one_group_are_one_cluster_and_a_child_alone_is_its_own():
    cohort = children(
        one_child([GOOD], "group", child="c1", group_id="g1"),
        one_child([GOOD], "group", child="c2", group_id="g1"),
        one_child([GOOD], "combined", child="c3", group_id="g1"),
        one_child([GOOD], "group", child="c4", group_id="g2"),
        one_child([GOOD], child="c5"),
        one_child([GOOD], child="c6"),
    )
    cluster = cohort.table.set_index("child_id")["cluster"]
    assert cluster["c1"] == cluster["c2"] == cluster["c3"]
    assert cluster[["c1", "c4", "c5", "c6"]].is_unique


def test_a_group_written_beside_individual_therapy_joins_nobody():
    cohort = children(
        one_child([GOOD], child="c1", group_id="g1"),
        one_child([GOOD], child="c2", group_id="g1"),
        one_child([GOOD], "group", child="c3", group_id="g1"),
    )
    assert cohort.table["cluster"].is_unique


def test_a_child_in_two_groups_joins_both_into_one_cluster():
    first = one_child([GOOD], "group", child="c1", group_id="g1", episode_id="e1")
    second = one_child([GOOD], "group", child="c1", group_id="g2", episode_id="e2")
    for part, episode in ((first, "e1"), (second, "e2")):
        for goal in part[1]:
            goal["episode_id"] = episode
    second[1][0]["goal_id"] = second[2][0]["goal_id"] = "again-1"
    for review in second[2]:
        review["goal_id"] = "again-1"
    others = [
        one_child([GOOD], "group", child="c2", group_id="g1", episode_id="e3"),
        one_child([GOOD], "group", child="c3", group_id="g2", episode_id="e4"),
        one_child([GOOD], "group", child="c4", group_id="g3", episode_id="e5"),
    ]
    for part, episode in zip(others, ("e3", "e4", "e5"), strict=True):
        part[1][0]["episode_id"] = episode
    cohort = children(first, second, *others)
    cluster = cohort.table.set_index("episode_id")["cluster"]
    assert cluster[["e1", "e2", "e3", "e4"]].nunique() == 1
    assert cluster["e5"] != cluster["e1"]


def test_children_whose_group_was_not_recorded_are_one_cautious_cluster_for_each_format():
    cohort = children(
        one_child([GOOD], "group", child="c1"),
        one_child([GOOD], "group", child="c2"),
        one_child([GOOD], "combined", child="c3"),
        one_child([GOOD], "combined", child="c4"),
        one_child([GOOD], child="c5"),
    )
    cluster = cohort.table.set_index("child_id")["cluster"]
    assert cluster["c1"] == cluster["c2"]
    assert cluster["c3"] == cluster["c4"]
    assert cluster[["c1", "c3", "c5"]].is_unique


def components_by_brute_force(*labels):
    n = len(labels[0])
    component = np.arange(n)
    changed = True
    while changed:
        changed = False
        for codes in labels:
            for i in range(n):
                for j in range(n):
                    if codes[i] >= 0 and codes[i] == codes[j] and component[i] != component[j]:
                        component[[i, j]] = min(component[i], component[j])
                        changed = True
    return component


@pytest.mark.parametrize("seed", range(20))
def test_clusters_are_the_connected_components_of_a_search_by_hand(seed):
    rng = np.random.default_rng(seed)
    labels = [rng.integers(-1, 8, 25) for _ in range(2)]
    ours, theirs = connected_clusters(*labels), components_by_brute_force(*labels)
    same = ours[:, None] == ours[None, :]
    assert (same == (theirs[:, None] == theirs[None, :])).all()
    assert sorted(set(ours)) == list(range(ours.max() + 1))


def test_traits_that_nobody_recorded_are_missing_and_the_share_of_social_goals_is_worked_out():
    part = one_child([GOOD, GOOD], child="c1", attention=4)
    part[1][1]["domain"] = "social"
    row = children(part).table.iloc[0]
    assert row["attention"] == 4
    assert row["social_share"] == 0.5
    assert np.isnan(row["severity"])
