"""Small clinics written by hand, and invented ones, for tests."""

import functools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.disclosure.release import protect
from analysis.records.load import read_records, records_from_tables
from analysis.simulation.clinic import simulate_clinic
from analysis.simulation.design import NO_DIFFERENCE, ClinicDesign
from analysis.study import run_study
from analysis.words.tell import tell

TRAITS = ("attention", "peer_comfort", "age_years", "severity", "follows_instructions")
TRAITS += ("communication", "motor_delay", "sensory_needs", "site", "therapist_id")
SAMPLE = Path(__file__).resolve().parents[1] / "data" / "sample"


def records_of(episodes, goals, reviews, **others):
    """Give records from lists of dictionaries."""
    tables = {"episodes": episodes, "goals": goals, "reviews": reviews, **others}
    return records_from_tables({name: pd.DataFrame(rows) for name, rows in tables.items()})


def one_child(levels_by_goal, therapy_format="individual", child="c1", **episode):
    """Give the three tables of one child: a goal for each {week: level}."""
    goals = [
        {"goal_id": f"{child}-{i}", "child_id": child, "domain": "motor"}
        for i in range(1, len(levels_by_goal) + 1)
    ]
    reviews = [
        {"goal_id": goal["goal_id"], "week": week, "attainment": level}
        for goal, levels in zip(goals, levels_by_goal, strict=True)
        for week, level in levels.items()
    ]
    return [{"child_id": child, "format": therapy_format, **episode}], goals, reviews


def many_children(children):
    """Put several `one_child` together."""
    parts = list(zip(*children, strict=True))
    return tuple([row for rows in part for row in rows] for part in parts)


def balanced_clinic(n_by_format, seed=0, group_size=4, weeks=(0, 6, 12, 18, 24)):
    """Give records in which every goal is reviewed at every week and nothing is missing."""
    rng = np.random.default_rng(seed)
    children = []
    for therapy_format, n in n_by_format.items():
        for i in range(n):
            levels = [
                {
                    week: int(level)
                    for week, level in zip(weeks, _path(rng, len(weeks)), strict=True)
                }
                for _ in range(2)
            ]
            group = (
                {}
                if therapy_format == "individual"
                else {"group_id": f"{therapy_format}{i // group_size}"}
            )
            child = one_child(
                levels,
                therapy_format,
                f"{therapy_format[0]}{i}",
                attention=int(rng.integers(1, 6)),
                age_years=float(rng.integers(3, 12)),
                **group,
            )
            child[1][1]["domain"] = "social"
            children.append(child)
    return records_of(*many_children(children))


def _path(rng, n):
    steps = rng.random(n - 1) < 0.5
    return np.concatenate([[-2], np.minimum(-2 + np.cumsum(steps), 2)])


@functools.cache
def sample_study():
    """Give the study of the sample clinic, once for all tests."""
    return run_study(read_records(SAMPLE))


def invented_records(seed, **changes):
    """Give the records of an invented clinic."""
    return records_from_tables(simulate_clinic(replace(ClinicDesign(), **changes), seed).tables)


def null_records(seed, **changes):
    """Give the records of an invented clinic in which no format differs."""
    return invented_records(seed, **NO_DIFFERENCE, **changes)


def without_columns(records, *names):
    empty = {
        name: records.episodes[name].iloc[:0].reindex(records.episodes.index) for name in names
    }
    return replace(records, episodes=records.episodes.assign(**empty))


def without_tables(records):
    return replace(
        records, sessions=records.sessions.iloc[:0], home_practice=records.home_practice.iloc[:0]
    )


@functools.cache
def poor():
    """Give the study and the told summary of a clinic without sessions, traits or practice."""
    records = without_tables(without_columns(invented_records(3, n_children=200), *TRAITS))
    study = run_study(records)
    return study, tell(protect(study))
