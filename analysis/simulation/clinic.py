"""Invent a clinic whose truth is known, as the tables a real one would hand in.

In: a `ClinicDesign` and a seed. Out: a `Clinic` whose tables have the schema's columns in its
order and types; `python -m analysis.simulation.clinic --out FOLDER` writes such a clinic with its
truth and its data dictionary.
Decisions: those of the modules it calls: who comes (`caseload`), what happens (`course`), what is
attended (`attendance`).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.arguments import Arguments, whole
from analysis.computing import Array
from analysis.errors import AnalysisError
from analysis.records.schema import (
    CLOSED_REASONS,
    END_REASONS,
    EXPECTED_LEVEL,
    RATERS,
    REASONS,
    TABLES,
)
from analysis.simulation.attendance import draw_end_weeks, draw_home_practice, draw_sessions
from analysis.simulation.caseload import TRAITS, Caseload, draw_caseload
from analysis.simulation.course import NOBODY, Course, run_clinic
from analysis.simulation.design import ClinicDesign
from analysis.simulation.sample import check_folder, clinic_files, write_clinic
from analysis.simulation.tables import build_table, code_labels
from analysis.simulation.truth import true_contrasts
from analysis.simulation.unlike_design import UnlikeDesign

Seed = int | np.random.SeedSequence | np.random.Generator

SAMPLE_SEED = 2026
TRUTH_CHILDREN = 200_000
PLANNED_SESSIONS = (1.0, 1.0, 2.0)
PLANNED_MINUTES = (45.0, 60.0, 50.0)
IMPORTANCE_SHARES = (0.05, 0.20, 0.40, 0.35)
DIFFICULTY_SHARES = (0.05, 0.30, 0.40, 0.25)
BLINDED_SHARE = 0.7
FAMILY_RATES_SHARE = 0.12
CAREGIVER_SHARE = 0.6
MEASURABLE_SHARE = 0.95
REASON_IF_NEED = {"clinical": 0.75, "family_preference": 0.17, "unknown": 0.08}
REASON_IF_AVAILABILITY = {"availability": 0.70, "waiting_list": 0.20, "funding": 0.10}
END_IF_STAYED = {"ongoing": 0.6, "discharged": 0.4}
END_IF_LEFT = {
    "family_withdrew": 0.50,
    "moved": 0.15,
    "funding": 0.10,
    "discharged": 0.10,
    "unknown": 0.15,
}


@dataclass(frozen=True, eq=False)
class Clinic:
    """An invented clinic.

    Attributes:
        tables: name -> frame with every column of the schema's table, in its order.
        design: the choices it was drawn from.
    """

    tables: dict[str, pd.DataFrame]
    design: ClinicDesign | UnlikeDesign

    def __repr__(self) -> str:
        counts = ", ".join(f"{len(frame)} {name}" for name, frame in self.tables.items())
        return f"An invented clinic with {counts}.".replace("_", " ")


def simulate_clinic(design: ClinicDesign | None = None, seed: Seed = SAMPLE_SEED) -> Clinic:
    """Draw one clinic; the same design and seed give the same tables.

    Args:
        design: what the clinic is like; the sample's when left out.
        seed: a whole number, a seed sequence, or a generator to draw from.

    Returns:
        A clinic whose ids are `str`, choices `Categorical` with all of the schema's labels in
        its order, and numbers `float64` with NaN where nothing was written down.
    """
    design = ClinicDesign() if design is None else design
    rng = np.random.default_rng(seed)
    caseload = draw_caseload(design, design.n_children, rng)
    course = run_clinic(design, caseload, rng)
    end_week = draw_end_weeks(course, rng)
    columns = {
        "episodes": _episode_columns(design, caseload, course, end_week, rng),
        "goals": _goal_columns(caseload, course, rng),
        "reviews": _review_columns(design, caseload, course, rng),
        "sessions": draw_sessions(caseload, course, end_week, rng),
        "home_practice": draw_home_practice(caseload, course, end_week, rng),
    }
    labels = code_labels(caseload, course)
    return Clinic(
        {name: build_table(TABLES[name], columns[name], labels) for name in TABLES}, design
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Write an invented clinic with its truth and data dictionary; give the exit code."""
    parser = Arguments(
        prog="python -m analysis.simulation.clinic",
        description="Invent a clinic whose truth is known, and write its tables.",
    )
    parser.add_argument("--children", type=whole, default=ClinicDesign().n_children)
    parser.add_argument("--seed", type=whole, default=SAMPLE_SEED)
    parser.add_argument("--out", type=Path, required=True, help="a new folder")
    parser.add_argument(
        "--truth-children", type=whole, default=TRUTH_CHILDREN, help="children behind the truth"
    )
    given = parser.parse_args(arguments)
    try:
        check_folder(given.out)
        design = ClinicDesign(n_children=given.children)
        clinic = simulate_clinic(design, given.seed)
        truth = true_contrasts(design, given.truth_children)
        write_clinic(given.out, clinic_files(clinic.tables, design, given.seed, truth))
    except AnalysisError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return error.exit_code
    print(f"{clinic!r} Written with its truth and data dictionary.")  # noqa: T201
    return 0


def _episode_columns(
    design: ClinicDesign,
    caseload: Caseload,
    course: Course,
    end_week: Array,
    rng: np.random.Generator,
) -> dict[str, Array]:
    n = caseload.n_children
    traits = {}
    for name in (*TRAITS, "age_years", "motor_delay", "sensory_needs"):
        missing = rng.random(n) < (0 if name == "age_years" else design.missing_share)
        traits[name] = np.where(missing, np.nan, caseload.traits[name])
    stayed = course.left_after == course.week.shape[1] - 1
    met = stayed & _all_goals_met(caseload, course)
    end_reason = np.where(
        met,
        END_REASONS.index("goals_met"),
        np.where(
            stayed,
            _draw_labels(END_REASONS, END_IF_STAYED, n, rng),
            _draw_labels(END_REASONS, END_IF_LEFT, n, rng),
        ),
    )
    ongoing = end_reason == END_REASONS.index("ongoing")
    return {
        "child": np.arange(n),
        "format": caseload.assigned,
        "group": course.group,
        "therapist": course.therapist,
        "site": caseload.site,
        **traits,
        "reason_for_format": np.where(
            caseload.by_availability,
            _draw_labels(REASONS, REASON_IF_AVAILABILITY, n, rng),
            _draw_labels(REASONS, REASON_IF_NEED, n, rng),
        ),
        "planned_sessions_per_week": np.array(PLANNED_SESSIONS)[caseload.assigned],
        "planned_minutes": np.array(PLANNED_MINUTES)[caseload.assigned],
        "end_week": np.where(ongoing, np.nan, end_week),
        "end_reason": end_reason,
    }


def _all_goals_met(caseload: Caseload, course: Course) -> Array:
    unmet = course.level[:, -1] < EXPECTED_LEVEL
    return np.bincount(caseload.goal_child, unmet, caseload.n_children) == 0


def _goal_columns(caseload: Caseload, course: Course, rng: np.random.Generator) -> dict[str, Array]:
    m = caseload.n_goals
    attained = course.recorded & (course.level >= EXPECTED_LEVEL)
    closed = caseload.closes & attained.any(axis=1)
    week = course.week[caseload.goal_child, attained.argmax(axis=1)]
    importance = rng.choice(len(IMPORTANCE_SHARES), size=m, p=IMPORTANCE_SHARES)
    difficulty = rng.choice(len(DIFFICULTY_SHARES), size=m, p=DIFFICULTY_SHARES)
    return {
        "goal": np.arange(m),
        "child": caseload.goal_child,
        "domain": caseload.domain,
        "baseline_level": caseload.baseline,
        "importance": importance,
        "difficulty": difficulty,
        "set_before_format": caseload.set_before,
        "set_week": np.zeros(m),
        "closed_week": np.where(closed, week, np.nan),
        "closed_reason": np.where(closed, CLOSED_REASONS.index("attained"), NOBODY),
        "measurable": rng.random(m) < MEASURABLE_SHARE,
    }


def _review_columns(
    design: ClinicDesign, caseload: Caseload, course: Course, rng: np.random.Generator
) -> dict[str, Array]:
    n, n_visits = caseload.n_children, course.week.shape[1]
    independent = rng.random(n) < design.independent_share
    family = rng.random((n, n_visits)) < FAMILY_RATES_SHARE
    family[:, 0] = False
    rater = np.where(
        independent[:, None],
        RATERS.index("independent_therapist"),
        RATERS.index("treating_therapist"),
    )
    at_home = np.where(
        rng.random((n, n_visits)) < CAREGIVER_SHARE,
        RATERS.index("caregiver"),
        RATERS.index("teacher"),
    )
    rater = np.where(family & ~independent[:, None], at_home, rater)
    blinded = independent[:, None] & (rng.random((n, 1)) < BLINDED_SHARE)
    goal, visit = np.nonzero(course.recorded)
    child = caseload.goal_child[goal]
    return {
        "goal": goal,
        "week": course.week[child, visit],
        "attainment": course.level[goal, visit],
        "rater": rater[child, visit],
        "blinded": np.broadcast_to(blinded, (n, n_visits))[child, visit],
    }


def _draw_labels(
    choices: tuple[str, ...], shares: dict[str, float], n: int, rng: np.random.Generator
) -> Array:
    codes = np.array([choices.index(label) for label in shares])
    return codes[rng.choice(len(codes), size=n, p=tuple(shares.values()))]


if __name__ == "__main__":
    sys.exit(main())
