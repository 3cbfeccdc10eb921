"""Who belongs together: groups planned and attended, children, therapists who keep to a format."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from small_clinics import many_children, one_child, records_of

from analysis.measures.clusters import (
    connected_clusters,
    find_groups,
    find_keepers,
    number_clusters,
    number_second,
)
from analysis.measures.cohort import choose_cohort
from analysis.measures.progress import measure_progress
from analysis.measures.scoring import score_goals
from analysis.settings import Settings

S = Settings()
GOOD = {0: -2, 12: 0, 24: 1}


def keepers_of(*work):
    """Keepers among therapists given by their numbers of children in each format."""
    rows = [(k, t) for t, counts in enumerate(work) for k, n in enumerate(counts) for _ in range(n)]
    codes, therapist = np.array(rows).T
    kept = find_keepers(codes, therapist, S)
    return sorted({int(t) for t in kept if t >= 0})


def test_a_therapist_with_two_thirds_of_one_format_keeps_to_it_where_formats_are_equally_common():
    assert keepers_of((8, 2, 2), (2, 8, 2), (2, 2, 8)) == [0, 1, 2]
    assert keepers_of((7, 3, 2), (3, 7, 2), (2, 2, 8)) == [2]


def test_therapists_who_share_all_formats_alike_keep_to_none_however_rare_a_format_is():
    assert keepers_of((4, 4, 4), (4, 4, 4)) == []
    assert keepers_of((18, 1, 1), (18, 1, 1), (17, 2, 1)) == []


def test_where_a_format_is_rare_half_of_a_therapists_children_are_enough_to_keep_to_it():
    assert keepers_of((20, 1, 0), (20, 1, 0), (5, 5, 0)) == [2]


def test_one_therapist_alone_or_one_format_alone_keeps_to_nothing():
    assert keepers_of((9, 9, 9)) == []
    assert keepers_of((9, 0, 0), (8, 0, 0)) == []


def test_children_whose_therapist_was_not_recorded_are_nobodys():
    codes, therapist = np.array([0, 0, 1, 1]), np.array([-1, 0, 0, -1])
    assert find_keepers(codes, therapist, S).tolist() == [-1, -1, -1, -1]


def test_how_far_a_therapist_must_keep_to_a_format_is_a_setting():
    codes = np.repeat([0, 1, 0, 1], [7, 5, 5, 7])
    therapist = np.repeat([0, 1], [12, 12])
    assert (find_keepers(codes, therapist, S) == -1).all()
    assert (find_keepers(codes, therapist, Settings(keeper_odds=1.2)) >= 0).all()


def test_a_therapist_who_keeps_to_a_format_ties_groups_and_children_treated_alone():
    codes = np.array([1, 1, 1, 0, 0, 0])
    group = np.array([0, 0, 1, -1, -1, -1])
    keeper = np.array([5, 5, 5, 3, 3, -1])
    found = number_clusters(codes, group, np.arange(6), keeper)
    assert len(set(found[:3])) == len(set(found[3:5])) == 1
    assert len(set(found)) == 3


def sessions(*rows):
    """Sessions of child and group, one a week each."""
    return pd.DataFrame(
        [
            {"child_id": child, "group_id": group, "week": float(week), "attended": came}
            for child, group, n, came in rows
            for week in range(1, n + 1)
        ]
    ).astype({"child_id": "str", "group_id": "str"})


def second(rows, settings=S, planned=("g1", "g1", "g2", "g2")):
    """First and second clusters of four children of group therapy, by their sessions."""
    child_id = pd.Series(["a", "b", "c", "d"], dtype="str")
    group, further = find_groups(pd.Series(planned, dtype="str"), child_id, rows, settings)
    codes = np.ones(4, int)
    cluster = number_clusters(codes, group, np.arange(4), np.full(4, -1))
    return cluster.tolist(), number_second(codes, group, further, cluster).tolist()


def test_a_visit_or_two_are_no_second_group_and_a_quarter_of_the_sessions_is():
    cluster, visit = second(sessions(("a", "g1", 10, 1), ("a", "g2", 2, 1)))
    assert visit == [-1] * 4
    assert second(sessions(("a", "g1", 10, 1), ("a", "g2", 5, 1)))[1] == [cluster[2], -1, -1, -1]


def test_a_child_who_moved_belongs_to_both_groups_and_the_groups_stay_apart():
    cluster, moved = second(sessions(("a", "g2", 10, 1)))
    assert moved == [cluster[2], -1, -1, -1]
    assert cluster[0] == cluster[1] != cluster[2] == cluster[3]


def count_other_groups(planned, child_id, rows):
    """The other group each row's child came to most, counted one child and group at a time."""
    found = []
    for own, child in zip(planned, child_id, strict=True):
        came = rows[
            (rows["child_id"] == child) & (rows["attended"] == 1) & rows["group_id"].notna()
        ]
        counts = came["group_id"].value_counts().sort_index()
        often = counts[
            (counts >= S.second_group_share * counts.sum()) & (counts >= S.second_group_sessions)
        ]
        often = often[often.index != own]
        found.append(set(often[often == often.max()].index) if len(often) else {None})
    return found


def test_the_other_group_is_the_one_a_count_of_every_child_and_group_gives():
    for seed in range(40):
        rng = np.random.default_rng(seed)
        children, groups = [f"c{i}" for i in range(9)], [f"g{i}" for i in range(5)]
        rows = pd.DataFrame(
            {
                "child_id": rng.choice(children, 120),
                "group_id": rng.choice([*groups, None], 120),
                "week": rng.integers(1, 24, 120).astype(float),
                "attended": (rng.random(120) < 0.8).astype(float),
            }
        ).astype({"child_id": "str", "group_id": "str"})
        child_id = pd.Series([*children, "c0", "c1"], dtype="str")
        planned = pd.Series(rng.choice([*groups, None], len(child_id)), dtype="str")
        number, further = find_groups(planned, child_id, rows, S)
        seen = rows[rows["attended"] == 1]["group_id"]
        names = pd.factorize(np.concatenate([planned.to_numpy(object), seen.dropna()]))[1]
        assert (number >= 0).tolist() == planned.notna().tolist()
        own = [None if pd.isna(label) else label for label in planned]
        expected = count_other_groups(own, child_id, rows)
        for at, among in zip(further, expected, strict=True):
            assert (names[at] if at >= 0 else None) in among


def test_sessions_that_a_child_missed_or_after_the_last_week_do_not_count():
    assert second(sessions(("a", "g1", 10, 1), ("a", "g2", 10, 0)))[1] == [-1] * 4
    late = sessions(("a", "g1", 10, 1), ("a", "g2", 10, 1))
    late.loc[late["group_id"] == "g2", "week"] += S.last_week
    assert second(late)[1] == [-1] * 4


def test_what_is_a_second_group_is_a_setting():
    rows = sessions(("a", "g1", 10, 1), ("a", "g2", 5, 1))
    assert second(rows, Settings(second_group_share=0.4))[1] == [-1] * 4
    assert second(rows, Settings(second_group_sessions=6))[1] == [-1] * 4


def test_children_who_meet_in_a_group_that_nobody_was_planned_into_share_it():
    cluster, found = second(sessions(("a", "g9", 8, 1), ("c", "g9", 8, 1)))
    assert found[0] == found[2] > max(cluster)
    assert found[1] == found[3] == -1


def test_a_child_of_individual_therapy_who_visits_a_group_joins_nobody():
    parts = [
        one_child([GOOD], child="c1"),
        one_child([GOOD], "group", child="c2", group_id="g1"),
        one_child([GOOD], "group", child="c3", group_id="g2"),
    ]
    episodes, goals, reviews = many_children(parts)
    visits = [
        {"child_id": "c1", "week": week, "delivered": "group", "group_id": "g1", "attended": 1}
        for week in range(1, 13)
    ]
    records = records_of(episodes, goals, reviews, sessions=visits)
    cohort = choose_cohort(records, measure_progress(score_goals(records, S), S), S)
    assert cohort.table["cluster"].is_unique
    assert (cohort.table["second"] == -1).all()


@pytest.mark.parametrize("seed", range(5))
def test_without_keepers_and_visits_clusters_are_those_of_groups_and_children(seed):
    rng = np.random.default_rng(seed)
    codes, child = rng.integers(0, 3, 30), rng.integers(0, 25, 30)
    group = np.where(codes > 0, rng.integers(0, 6, 30), -1)
    ours = number_clusters(codes, group, child, np.full(30, -1))
    assert (ours == connected_clusters(group, child)).all()


def test_settings_reach_the_cohort():
    parts = [
        one_child(
            [GOOD],
            f,
            child=f"c{i}",
            therapist_id=t,
            group_id=None if f == "individual" else f"g{i}",
        )
        for i, (f, t) in enumerate(
            [("individual", "p1")] * 5
            + [("group", "p1")] * 3
            + [("individual", "p2")] * 3
            + [("group", "p2")] * 5
        )
    ]
    records = records_of(*many_children(parts))
    progress = measure_progress(score_goals(records, S), S)
    assert choose_cohort(records, progress, S).table["cluster"].is_unique
    strict = choose_cohort(records, progress, replace(S, keeper_odds=1.5)).table
    assert strict["cluster"].nunique() == 2
    assert (strict["keeper"] >= 0).all()
