"""A format that cannot be told from the therapists who gave it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.decisions.therapists import (
    find_apart,
    find_kept,
    find_without_therapist,
)
from analysis.records.load import records_from_tables
from analysis.records.schema import FORMATS
from analysis.settings import Settings
from analysis.simulation.unlike import simulate_unlike
from analysis.simulation.unlike_design import UnlikeDesign
from analysis.study import run_study

S = Settings()
PAIR = ("group", "individual")


def table_of(*rows):
    """Rows of format, therapist, group, cluster and keeper."""
    names = ["format", "therapist_id", "group_id", "cluster", "keeper"]
    frame = pd.DataFrame(rows, columns=names)
    frame["format"] = pd.Categorical(frame["format"], list(FORMATS))
    for name in ("therapist_id", "group_id"):
        frame[name] = frame[name].astype("str")
    return frame


def shared(group_by, alone_by):
    """Ten children of each format with therapists given by name and count."""
    rows = [("group", t, "g", 0, -1) for t, n in group_by.items() for _ in range(n)]
    rows += [("individual", t, None, 1 + i, -1) for t, n in alone_by.items() for i in range(n)]
    return table_of(*rows)


def test_a_therapist_of_all_groups_and_no_child_alone_stands_for_the_format():
    assert find_apart(shared({"p1": 10}, {"p2": 5, "p3": 5}), PAIR, S) == "group"
    assert find_apart(shared({"p1": 5, "p2": 5}, {"p3": 10}), PAIR, S) == "individual"


def test_a_therapist_of_all_groups_who_treats_half_of_the_others_does_not():
    assert find_apart(shared({"p1": 10}, {"p1": 5, "p2": 5}), PAIR, S) == ""
    assert find_apart(shared({"p1": 10}, {"p1": 4, "p2": 6}), PAIR, S) == "group"


def test_a_clinic_of_one_therapist_can_tell_formats_from_therapists():
    assert find_apart(shared({"p1": 10}, {"p1": 10}), PAIR, S) == ""


def test_how_far_apart_a_therapist_may_be_is_a_setting():
    table = shared({"p1": 6, "p2": 4}, {"p1": 4, "p2": 6})
    assert find_apart(table, PAIR, S) == ""
    assert find_apart(table, PAIR, Settings(therapist_apart=0.1)) == "group"


def test_therapists_nobody_recorded_stand_in_nobodys_way_but_are_asked_for():
    table = shared({"p1": 10}, {"p2": 10})
    none = table.assign(therapist_id=pd.array([None] * 20, dtype="str"))
    assert find_apart(none, PAIR, S) == ""
    assert find_without_therapist(none, PAIR, S) == ""
    part = table.assign(therapist_id=table["therapist_id"].where(table["format"] == "group"))
    assert find_without_therapist(part, PAIR, S) == "individual"
    assert find_without_therapist(table, PAIR, S) is None


def test_therapists_who_keep_to_a_format_are_named_where_they_have_half_of_it():
    rows = [("group", f"p{i % 4}", f"g{i}", i % 4, i % 4) for i in range(12)]
    rows += [("individual", f"p{4 + i % 6}", None, 4 + i, -1) for i in range(12)]
    table = table_of(*rows)
    assert find_kept(table, PAIR) == "group"
    few = table.assign(keeper=[0 if i < 5 else -1 for i in range(24)])
    assert find_kept(few, PAIR) == ""


def rules_of(design, n):
    """Rules that failed, and the estimates with their ranges, of so many clinics."""
    found, covers = [], []
    for seed in np.random.SeedSequence(8).spawn(n):
        records = records_from_tables(simulate_unlike(design, seed).tables)
        study = run_study(records, ask_again=False, ask_beside=False)
        found.append({gate.rule for d in study.verdicts.decisions for gate in d.failed})
        row = study.comparison.by_pair
        shown = np.array([d.blocked_by is None for d in study.verdicts.decisions])
        covers += ((row["conf_low"] <= 0) & (row["conf_high"] >= 0))[shown].tolist()
    return found, covers


@pytest.mark.slow
@pytest.mark.parametrize(
    "change", [{"therapist_keeps": True}, {"one_group_therapist": True}], ids=str
)
def test_formats_that_therapists_keep_to_are_withheld_and_what_is_shown_is_right(change):
    design = replace(UnlikeDesign(therapist_spread=0.18), **change)
    found, covers = rules_of(design, 40)
    assert np.mean(["therapists_apart" in rules for rules in found]) > 0.6
    assert np.mean(covers) > 0.85


@pytest.mark.slow
def test_therapists_of_several_formats_stand_in_nobodys_way():
    found, _ = rules_of(UnlikeDesign(), 40)
    assert np.mean(["therapists_apart" in rules for rules in found]) <= 0.1
