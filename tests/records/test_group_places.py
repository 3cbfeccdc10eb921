"""One group code at two places is two groups."""

import pandas as pd
from small_clinics import many_children, one_child, records_of

LEVELS = [{0: -2, 12: -1, 24: 0}]


def clinic(places, sessions=()):
    """Give records of children in group "g1", each at its place."""
    children = [
        one_child(LEVELS, "group", f"c{i}", group_id="g1", **({"site": place} if place else {}))
        for i, place in enumerate(places)
    ]
    tables = {"sessions": list(sessions)} if sessions else {}
    return records_of(*many_children(children), **tables)


def groups(records):
    return records.episodes.groupby("group_id")["child_id"].count().tolist()


def test_a_code_used_at_two_places_is_two_groups_and_is_said():
    records = clinic(["s1"] * 3 + ["s2"] * 2)
    assert sorted(groups(records)) == [2, 3]
    assert [note for note in records.notes if "different places" in note and "(1)" in note]


def test_a_code_used_at_one_place_keeps_its_name():
    records = clinic(["s1"] * 5)
    assert records.episodes["group_id"].tolist() == ["g1"] * 5
    assert not [note for note in records.notes if "different places" in note]


def test_a_single_child_elsewhere_or_nowhere_stays_with_the_larger_group():
    assert groups(clinic(["s1"] * 3 + ["s2"])) == [4]
    assert sorted(groups(clinic(["s1"] * 3 + ["s2"] * 2 + ["s3"] + [None]))) == [2, 5]


def test_sessions_follow_the_children_of_the_group():
    sessions = [
        {"child_id": f"c{i}", "week": 1, "delivered": "group", "group_id": "g1"} for i in range(5)
    ]
    records = clinic(["s1"] * 3 + ["s2"] * 2, sessions)
    own = records.episodes.set_index("child_id")["group_id"]
    seen = records.sessions.set_index("child_id")["group_id"]
    pd.testing.assert_series_equal(own, seen)
