"""Weeks before the first session: read from sessions, else from the goals."""

from dataclasses import replace

import numpy as np
import pytest
from small_clinics import sample_study

from analysis.comparison.waiting import measure_waiting
from analysis.records.schema import FORMATS
from analysis.settings import Settings
from analysis.study import run_study


def late(weeks, therapy_format="group"):
    """Give the sample's records with every session of one format so many weeks later."""
    records = sample_study().records
    planned = records.episodes.set_index("child_id")["format"]
    there = (planned.reindex(records.sessions["child_id"]) == therapy_format).to_numpy()
    return replace(
        records, sessions=records.sessions.assign(week=records.sessions["week"] + weeks * there)
    )


def gates_of(records, settings=None):
    study = run_study(records, settings, ask_again=False, ask_beside=False)
    return [
        (g.this, g.than, g.therapy_format) for g in study.verdicts.gates if g.rule == "late_start"
    ]


def test_the_first_session_a_child_came_to_tells_how_long_it_waited():
    asked = sample_study().analysis_set
    moved = replace(asked, records=late(5))
    assert measure_waiting(moved) - measure_waiting(asked) == pytest.approx([0, 5, 0])


def test_a_format_that_began_later_is_named_for_its_pairs_and_the_setting_says_how_late():
    assert gates_of(late(6)) == [("group", "individual", "group"), ("combined", "group", "group")]
    assert gates_of(late(1)) == []
    assert len(gates_of(late(1), Settings(wait_weeks=0.5))) == 2


def test_without_sessions_the_week_of_the_first_goal_tells():
    records = sample_study().records
    planned = records.episodes.set_index("episode_id")["format"]
    there = (planned.reindex(records.goals["episode_id"]) == "combined").to_numpy()
    goals = records.goals.assign(set_week=3.0 * there)
    bare = replace(records, sessions=records.sessions.iloc[:0], goals=goals)
    asked = replace(sample_study().analysis_set, records=bare)
    assert measure_waiting(asked) == pytest.approx([0, 0, 3])


def test_a_format_whose_sessions_are_hardly_written_down_waits_for_an_unknown_time():
    asked = sample_study().analysis_set
    sessions = asked.records.sessions
    planned = asked.records.episodes.set_index("child_id")["format"]
    there = (planned.reindex(sessions["child_id"]) == "group").to_numpy()
    some = replace(asked, records=replace(asked.records, sessions=sessions[~there]))
    found = measure_waiting(some)
    assert np.isnan(found[FORMATS.index("group")])
    assert np.isfinite(found[FORMATS.index("individual")])
