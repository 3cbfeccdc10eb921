"""Invented clinics for the enumerating attacker: small, skewed and at the edges of the rules."""

import functools
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.disclosure.release import protect
from analysis.records.load import records_from_tables
from analysis.settings import Settings
from analysis.study import run_study

FORMATS = ("individual", "group", "combined")
RATINGS = ("attention", "peer_comfort", "severity", "follows_instructions", "communication")
SHARES = ("motor_delay", "sensory_needs")
EDGES = (11, 12, 21, 22, 23)
DOMAINS = ("self_care", "motor", "social", "emotional")
SKEWED = ((0.25, 0.25, 0.25, 0.25), (0.9, 0.04, 0.03, 0.03), (0.45, 0.4, 0.13, 0.02))
WEEKS = ((0, 6, 12, 18, 24), (0, 12, 24), (0, 24))
LEAST, MOST = -2, 2


@dataclass(frozen=True)
class Attacked:
    """A clinic, its choices, and whether every child has one goal (which the attacker knows)."""

    tables: dict
    settings: Settings
    one_goal: bool


def _sizes(rng):
    n_formats = int(rng.choice((2, 2, 3)))
    if rng.random() < 0.3:
        return rng.choice(EDGES, n_formats).tolist()
    total = int(rng.integers(14 * n_formats // 2, 91))
    return np.maximum(np.round(total * rng.dirichlet([12] * n_formats)), 5).astype(int).tolist()


def _levels(rng, start, weeks):
    """Give a goal's levels: some goals hardly move, others climb a step between reviews."""
    climb = rng.choice((0.1, 0.4, 0.8)) * 24 / (6 * (len(weeks) - 1))
    steps = rng.poisson(climb / 2, len(weeks) - 1)
    return np.minimum(start + np.concatenate([[0], np.cumsum(steps)]), MOST)


def attacked_clinic(seed):
    """Give an invented clinic of 14 to 90 children and the choices its report is made with."""
    rng = np.random.default_rng([140, seed])
    one_goal, weeks = bool(rng.random() < 0.75), WEEKS[int(rng.choice((0, 0, 1, 2)))]
    domain_chances = SKEWED[int(rng.integers(len(SKEWED)))]
    rare = {name: rng.choice((0.05, 0.1, 0.2, 0.5, 0.85)) for name in SHARES}
    begun, second = rng.choice((0.03, 0.08, 0.15, 0.3, 0.5)), rng.choice((0.0, 0.0, 0.05))
    middle = {name: rng.choice((1.6, 2.5, 3.2, 4.4)) for name in RATINGS}
    group_size, n_therapists = int(rng.choice((3, 4, 11))), int(rng.choice((1, 4)))
    episodes, goals, reviews = [], [], []
    for therapy_format, size in zip(FORMATS, _sizes(rng), strict=False):
        for i in range(size):
            child = f"{therapy_format[0]}{i:03d}"
            row = {"child_id": child, "format": therapy_format, "episode_id": child}
            if therapy_format != "individual":
                row["group_id"] = f"{therapy_format[0].upper()}{i // group_size}"
            row["therapist_id"] = f"P{int(rng.integers(n_therapists))}"
            row["age_years"] = round(float(rng.uniform(3, 14)), 1)
            row |= {n: int(np.clip(round(rng.normal(m, 1.0)), 1, 5)) for n, m in middle.items()}
            row |= {n: int(rng.random() < p) for n, p in rare.items()}
            episodes.append(row)
            for j in range(1 if one_goal else int(rng.integers(1, 5))):
                goal = f"{child}-{j}"
                domain = DOMAINS[int(rng.choice(len(DOMAINS), p=domain_chances))]
                goals.append(
                    {"goal_id": goal, "child_id": child, "episode_id": child, "domain": domain}
                    | {"set_before_format": 1, "set_week": 0}
                )
                start = LEAST + int(rng.random() < begun) + int(rng.random() < second)
                reviews += [
                    {"goal_id": goal, "week": week, "attainment": int(level)}
                    for week, level in zip(weeks, _levels(rng, start, weeks), strict=True)
                ]
    tables = {"episodes": episodes, "goals": goals, "reviews": reviews}
    choices = {"margin": float(rng.choice((0.05, 0.1, 0.25, 0.25)))}
    choices["smallest_cell"] = int(rng.choice((8, 11, 11)))
    frames = {name: pd.DataFrame(rows) for name, rows in tables.items()}
    return Attacked(frames, Settings(**choices), one_goal)


@functools.lru_cache(maxsize=8)
def attacked_report(seed):
    """Give a clinic, its study and its summary."""
    clinic = attacked_clinic(seed)
    study = run_study(records_from_tables(clinic.tables), clinic.settings)
    return clinic, study, protect(study)
