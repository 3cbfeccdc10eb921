"""Invent the sessions of a clinic and the home practice its families wrote down.

In: a design, a caseload and a course. Out: the columns of the two optional tables, as arrays.
Decisions: nothing here changes progress: sessions follow the plan, and home practice only shows
the deviations that the course has already let act.
"""

from __future__ import annotations

import numpy as np

from analysis.computing import Array
from analysis.formats import GROUPED_CODES
from analysis.records.schema import SOURCES
from analysis.simulation.caseload import MIDDLE, Caseload
from analysis.simulation.course import COMBINED, INDIVIDUAL, NOBODY, SWITCH_VISIT, Course
from analysis.simulation.levels import BLOCK_WEEKS, PLANNED_WEEKS

HORIZON_WEEKS = PLANNED_WEEKS[-1]
SESSION_MINUTES = (45, 60)
ALONE, TOGETHER = 0, 1
CHILDREN_FOR_SECOND_THERAPIST = 5
USUAL_ATTENDANCE = 0.86
FAMILIES_WITH_LOG = 0.65
WEEKS_LOGGED = 0.85
SOURCE_SHARES = (0.55, 0.25, 0.20)
USUAL_PRACTICE_MINUTES = 60.0
PRACTICE_SPREAD = 0.5
PRACTICE_DEVIATION_MINUTES = 20.0
WEEKLY_NOISE_MINUTES = 10.0
MINUTES_PER_DAY = 17


def draw_end_weeks(course: Course, rng: np.random.Generator) -> Array:
    """Give (n_children,) the week each episode ended: after the last visit the child came to."""
    n = len(course.left_after)
    last = course.week[np.arange(n), course.left_after]
    stayed = course.left_after == course.week.shape[1] - 1
    return last + np.where(stayed, rng.integers(0, 9, n), rng.integers(1, 4, n))


def draw_sessions(
    caseload: Caseload, course: Course, end_week: Array, rng: np.random.Generator
) -> dict[str, Array]:
    """Draw one row per session planned for a child, weeks 1 to 24, in order of child and week.

    Children in the combined format have one session of each kind a week; children who were
    offered the other kind at 12 weeks have both from then on.

    Returns:
        Columns as arrays: child, week, delivered, group, therapist, minutes,
        n_children_present, n_therapists, attended; `NOBODY` where there is no group.
    """
    n = caseload.n_children
    weeks = np.arange(1, HORIZON_WEEKS + 1)
    here = weeks <= end_week[:, None]
    after_switch = course.switched[:, None] & (weeks > PLANNED_WEEKS[SWITCH_VISIT])
    assigned = caseload.assigned[:, None]
    planned = np.empty((n, HORIZON_WEEKS, 2), dtype=bool)
    planned[:, :, ALONE] = here & ((assigned == INDIVIDUAL) | (assigned == COMBINED) | after_switch)
    planned[:, :, TOGETHER] = here & (np.isin(assigned, GROUPED_CODES) | after_switch)
    group = np.where(course.group == NOBODY, course.visiting_group, course.group)
    planned[:, :, TOGETHER] &= (group != NOBODY)[:, None]

    child, at, delivered = np.nonzero(planned)
    week = weeks[at]
    log_odds = np.log(USUAL_ATTENDANCE / (1 - USUAL_ATTENDANCE)) + 0.25 * (
        caseload.traits["motivation"] - MIDDLE
    )
    attended = rng.random(len(child)) < (1 / (1 + np.exp(-log_odds)))[child]
    together = delivered == TOGETHER
    meeting = np.where(together, group[child], 0) * (HORIZON_WEEKS + 1) + week
    present = np.bincount(meeting[together & attended], minlength=int(meeting.max(initial=0)) + 1)
    size = np.bincount(course.group[course.group != NOBODY], minlength=len(course.group_site))
    large = np.append(size >= CHILDREN_FOR_SECOND_THERAPIST, False)
    therapist = course.therapist[child]
    visits = together & (course.visiting_group[child] != NOBODY)
    therapist[visits] = course.group_therapist[course.visiting_group[child[visits]]]
    return {
        "child": child,
        "week": week,
        "delivered": delivered,
        "group": np.where(together, group[child], NOBODY),
        "therapist": therapist,
        "minutes": np.array(SESSION_MINUTES)[delivered],
        "n_children_present": np.where(together, present[meeting], attended),
        "n_therapists": 1 + (together & large[np.where(together, group[child], NOBODY)]),
        "attended": attended,
    }


def draw_home_practice(
    caseload: Caseload, course: Course, end_week: Array, rng: np.random.Generator
) -> dict[str, Array]:
    """Draw one row per child and week written down, weeks 1 to 24, by families who keep a log.

    Returns:
        Columns as arrays: child, week, minutes, days, source.
    """
    n = caseload.n_children
    weeks = np.arange(1, HORIZON_WEEKS + 1)
    keeps_log = rng.random(n) < FAMILIES_WITH_LOG
    usual = USUAL_PRACTICE_MINUTES * np.exp(PRACTICE_SPREAD * rng.standard_normal(n))
    usual *= 1 + 0.1 * (caseload.traits["motivation"] - MIDDLE)
    deviation = np.repeat(course.practice, BLOCK_WEEKS, axis=1)[:, :HORIZON_WEEKS]
    weekly = WEEKLY_NOISE_MINUTES * rng.standard_normal((n, HORIZON_WEEKS))
    minutes = usual[:, None] + PRACTICE_DEVIATION_MINUTES * deviation + weekly
    minutes = 5 * np.rint(np.maximum(minutes, 0) / 5)
    written = rng.random((n, HORIZON_WEEKS)) < WEEKS_LOGGED
    written &= keeps_log[:, None] & (weeks <= end_week[:, None])
    source = rng.choice(len(SOURCES), size=n, p=SOURCE_SHARES)
    child, at = np.nonzero(written)
    minutes = minutes[child, at]
    return {
        "child": child,
        "week": weeks[at],
        "minutes": minutes,
        "days": np.clip(np.ceil(minutes / MINUTES_PER_DAY), 0, 7),
        "source": source[child],
    }
