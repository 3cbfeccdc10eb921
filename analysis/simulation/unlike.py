"""Invent a clinic that is not built like the analysis, as the tables a real one would hand in.

In: an `UnlikeDesign` and a seed. Out: a `Clinic` with the schema's tables.
Decisions: a goal moves week by week on a path that may slow, with steps that stay and skewed
talent; a rater cuts it at unequal points. Each oddity draws from a generator of its own, so that
switching one on leaves all other draws as they were.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.computing import Array
from analysis.formats import FORMATS, GROUPED_CODES
from analysis.records.schema import (
    CLOSED_REASONS,
    END_REASONS,
    EXPECTED_LEVEL,
    FIRST_YEAR,
    RATERS,
    REASONS,
    TABLES,
    TERMS_A_YEAR,
)
from analysis.simulation.clinic import Clinic, Seed
from analysis.simulation.tables import build_table, number_codes
from analysis.simulation.unlike_children import (
    LAST_WEEK,
    PLANNED,
    Children,
    draw_children,
    follow,
    rate_levels,
)
from analysis.simulation.unlike_design import UnlikeDesign

NOBODY = -1
GROUP_SIZES = (3, 4, 5, 6)
CHILDREN_PER_THERAPIST = 12
SKIPPED_SHARE = 0.06
MISSING_SHARE = 0.04
RESET_FALL = 1.6
ATTAINED = CLOSED_REASONS.index("attained")
FIRST_TERM_YEAR = 2016


@dataclass(frozen=True, eq=False)
class Staff:
    """Who treats whom: (n,) groups, second groups and therapists, and each one's pull."""

    group: Array
    second: Array
    group_place: Array
    therapist: Array
    group_therapist: Array
    pull: Array


def simulate_unlike(design: UnlikeDesign, seed: Seed) -> Clinic:
    """Draw one clinic unlike the analysis; the same design and seed give the same tables.

    Args:
        design: what the clinic is like.
        seed: a whole number, a seed sequence, or a generator to draw from.

    Returns:
        A clinic with columns as `simulate_clinic` gives them.
    """
    streams = np.random.default_rng(seed).spawn(8)
    children = draw_children(design, design.n_children, streams[0])
    chance = np.exp(children.odds)
    chance /= chance.sum(axis=1, keepdims=True)
    uniform = streams[1].random(design.n_children)
    assigned = (uniform[:, None] > np.cumsum(chance, axis=1)[:, :-1]).sum(axis=1)
    staff = _draw_staff(design, children, assigned, streams[2])
    latent = follow(design, children, assigned, staff.pull)
    lenient, rater = _draw_raters(design, assigned, streams[3])
    shown = rate_levels(latent + children.noise + lenient[children.goal_child, None])
    shown[:, 0] = rate_levels(latent[:, :1])[:, 0]
    week = _draw_weeks(design, children, assigned, shown, streams[4])
    shown = _reset(design, children, week, latent, shown, lenient, streams[5])
    closed = _close(design, children, assigned, week, shown, streams[5])
    left = _draw_leaving(design, children, assigned, week, shown, streams[6])
    seen = (week, shown, left, rater, closed)
    columns = _columns(design, children, assigned, staff, seen, streams[7])
    labels = {
        "child": number_codes("C", design.n_children, 3),
        "goal": number_codes("G", len(children.goal_child), 4),
        "group": number_codes("T", len(staff.group_place), 2),
        "therapist": number_codes("P", int(staff.therapist.max()) + 1, 2),
        "site": number_codes("S", design.n_places, 1),
    }
    return Clinic(
        {name: build_table(TABLES[name], columns[name], labels) for name in TABLES}, design
    )


def _draw_staff(
    design: UnlikeDesign, children: Children, assigned: Array, rng: np.random.Generator
) -> Staff:
    n = len(assigned)
    group, second = np.full((2, n), NOBODY)
    places: list[int] = []
    formats: list[int] = []
    for k in GROUPED_CODES:
        for place in range(design.n_places):
            members = rng.permutation(np.flatnonzero((assigned == k) & (children.place == place)))
            while len(members):
                size = int(rng.choice(GROUP_SIZES))
                size = len(members) if len(members) - size < GROUP_SIZES[0] else size
                group[members[:size]] = len(places)
                members = members[size:]
                places.append(place)
                formats.append(k)
    group_place, group_format = np.array(places, int), np.array(formats, int)
    for child in np.flatnonzero((group >= 0) & (rng.random(n) < design.second_group_share)):
        same = (group_place == children.place[child]) & (group_format == assigned[child])
        others = np.setdiff1d(np.flatnonzero(same), group[child])
        if len(others):
            second[child] = rng.choice(others)
    n_therapists = max(2 * len(FORMATS), round(n / CHILDREN_PER_THERAPIST))
    own = np.arange(n_therapists) % len(FORMATS)

    def pick(codes: Array, at: Array) -> Array:
        choice = np.empty(len(codes), int)
        for i, (k, place) in enumerate(zip(codes, at, strict=True)):
            able = own == k if design.therapist_keeps else np.ones(n_therapists, bool)
            near = able & (np.arange(n_therapists) // len(FORMATS) % design.n_places == place)
            choice[i] = rng.choice(np.flatnonzero(near if near.any() else able))
        return choice

    group_therapist = pick(group_format, group_place)
    therapist = pick(assigned, children.place)
    if design.one_group_therapist:
        group_therapist[:] = 0
        therapist[therapist == 0] = 1
    therapist = np.where(group >= 0, np.append(group_therapist, 0)[group], therapist)
    of_group = np.append(design.group_spread * rng.standard_normal(len(group_place)), 0.0)
    alone = design.group_spread * rng.standard_normal(n)
    pull = np.where(group >= 0, of_group[group], alone)
    pull = np.where(second >= 0, (pull + of_group[second]) / 2, pull)
    pull = pull + (design.therapist_spread * rng.standard_normal(n_therapists))[therapist]
    return Staff(group, second, group_place, therapist, group_therapist, pull)


def _draw_raters(
    design: UnlikeDesign, assigned: Array, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Give (n,) what each child's rater adds after the start, and who rates."""
    independent = rng.random(len(assigned)) < design.independent_share
    independent &= rng.random(len(assigned)) >= np.array(design.independent_lost)[assigned]
    lenient = np.where(independent, 0.0, np.array(design.leniency)[assigned])
    codes = [RATERS.index("treating_therapist"), RATERS.index("independent_therapist")]
    return lenient, np.array(codes)[independent.astype(int)]


def _draw_weeks(
    design: UnlikeDesign,
    children: Children,
    assigned: Array,
    shown: Array,
    rng: np.random.Generator,
) -> Array:
    """Give (n, visits) week of each review, NaN where there was none; the first is week 0."""
    n = len(assigned)
    jitter = np.clip(np.rint(0.8 * rng.standard_normal((n, len(PLANNED)))), -2, 2)
    week = (PLANNED + jitter).astype(float)
    met = np.zeros((n, shown.shape[1]), bool)
    np.logical_or.at(met, children.goal_child, shown >= EXPECTED_LEVEL)
    on_success = rng.random((n, len(PLANNED))) < np.array(design.review_on_success)[assigned, None]
    for child, visit in zip(*np.nonzero(on_success), strict=True):
        low = int(PLANNED[visit]) - 5
        just = [w for w in range(low, low + 6) if met[child, w] and not met[child, w - 1]]
        week[child, visit] = just[0] if just else np.nan
    week[rng.random(week.shape) < SKIPPED_SHARE] = np.nan
    last = np.array(design.last_week)[assigned, None]
    week[np.broadcast_to(last + 2, week.shape) < PLANNED] = np.nan
    return np.concatenate([np.zeros((n, 1)), week], axis=1)


def _reset(
    design: UnlikeDesign,
    children: Children,
    week: Array,
    latent: Array,
    shown: Array,
    lenient: Array,
    rng: np.random.Generator,
) -> Array:
    """Make some attained goals harder under the same code; nothing is written down of it."""
    m = len(children.goal_child)
    chosen = rng.random(m) < design.reset_share
    shown = shown.copy()
    for goal in np.flatnonzero(chosen):
        for w in week[children.goal_child[goal], 1:]:
            if not np.isnan(w) and shown[goal, int(w)] >= EXPECTED_LEVEL:
                after = slice(int(w) + 1, None)
                harder = latent[goal, after] + children.noise[goal, after] - RESET_FALL
                shown[goal, after] = rate_levels(harder + lenient[children.goal_child[goal]])
                break
    return shown


def _close(
    design: UnlikeDesign,
    children: Children,
    assigned: Array,
    week: Array,
    shown: Array,
    rng: np.random.Generator,
) -> Array:
    """Give (m,) the week in which a goal is closed as attained though seen below; else NaN."""
    child = children.goal_child
    closed = np.full(len(child), np.nan)
    chosen = rng.random(len(child)) < np.array(design.close_below)[assigned][child]
    for goal in np.flatnonzero(chosen):
        for w in week[child[goal], 1:]:
            if not np.isnan(w) and shown[goal, int(w)] == EXPECTED_LEVEL - 1:
                closed[goal] = w
                break
    return closed


def _draw_leaving(
    design: UnlikeDesign,
    children: Children,
    assigned: Array,
    week: Array,
    shown: Array,
    rng: np.random.Generator,
) -> Array:
    """Give (n,) the last visit each child came to."""
    n, visits = week.shape
    left = np.full(n, visits - 1)
    leaves = rng.random((n, visits)) < design.leave_share
    content = rng.random(n) < np.array(design.leave_after_success)[assigned]
    for child in range(n):
        goals = np.flatnonzero(children.goal_child == child)
        for visit in range(1, visits):
            w = week[child, visit]
            met = not np.isnan(w) and (shown[goals, int(w)] >= EXPECTED_LEVEL).all()
            if leaves[child, visit] or (content[child] and met):
                left[child] = visit
                break
    return left


def _columns(
    design: UnlikeDesign,
    children: Children,
    assigned: Array,
    staff: Staff,
    seen: tuple[Array, Array, Array, Array, Array],
    rng: np.random.Generator,
) -> dict[str, dict[str, Array]]:
    """Give every table's columns by the schema's names."""
    week, shown, left, rater, closed = seen
    n, m, child = len(assigned), len(children.goal_child), children.goal_child
    stayed = left == week.shape[1] - 1
    traits = {
        name: np.where(rng.random(n) < MISSING_SHARE, np.nan, values)
        for name, values in children.traits.items()
    }
    known = ~np.isnan(week) & (np.arange(week.shape[1]) <= left[:, None])
    last = np.where(known, week, 0).max(axis=1)
    goal, visit = np.nonzero(known[child] & ~(week[child] > closed[:, None]))
    at = week[child[goal], visit].astype(int)
    set_before = rng.random(m) < np.array(design.before_share)[assigned][child]
    reasons = np.where(known.any(axis=1) & stayed, "discharged", "family_withdrew")
    return {
        "episodes": {
            "child": np.arange(n),
            "format": assigned,
            "group": staff.group,
            "therapist": staff.therapist,
            "site": children.place,
            **traits,
            "start_term": _terms(children) if design.term_recorded else np.full(n, NOBODY),
            "reason_for_format": np.full(n, REASONS.index("clinical")),
            "planned_sessions_per_week": np.array([1.0, 1.0, 2.0])[assigned],
            "planned_minutes": np.array([45.0, 60.0, 50.0])[assigned],
            "end_week": last + 1,
            "end_reason": np.array([END_REASONS.index(reason) for reason in reasons]),
        },
        "goals": {
            "goal": np.arange(m),
            "child": child,
            "domain": children.domain,
            "baseline_level": shown[:, 0],
            "importance": rng.integers(0, 4, m),
            "difficulty": rng.integers(0, 4, m),
            "set_before_format": set_before,
            "set_week": np.zeros(m),
            "measurable": np.ones(m),
            "closed_week": np.where(closed <= last[child], closed, np.nan),
            "closed_reason": np.where(closed <= last[child], ATTAINED, NOBODY),
        },
        "reviews": {
            "goal": goal,
            "week": at,
            "attainment": shown[goal, at],
            "rater": rater[child[goal]],
            "blinded": np.zeros(len(goal)),
        },
        "sessions": _sessions(design, assigned, staff, last, rng),
        "home_practice": {
            name: np.empty(0, int) for name in ("child", "week", "minutes", "days", "source")
        },
    }


def _terms(children: Children) -> Array:
    """Give each child's term: any of those of its year, which hardly differ."""
    first = (FIRST_TERM_YEAR - FIRST_YEAR) * TERMS_A_YEAR
    within = np.arange(len(children.year)) % TERMS_A_YEAR
    return first + TERMS_A_YEAR * children.year + within


def _sessions(
    design: UnlikeDesign, assigned: Array, staff: Staff, last: Array, rng: np.random.Generator
) -> dict[str, Array]:
    """Give one session a week from the end of the wait to the last review."""
    weeks = np.arange(1, LAST_WEEK + 1)
    waited = np.array(design.wait_weeks)[assigned]
    child, at = np.nonzero((weeks > waited[:, None]) & (weeks <= last[:, None]))
    grouped = staff.group[child] >= 0
    elsewhere = (staff.second[child] >= 0) & (weeks[at] % 2 == 0)
    group = np.where(elsewhere, staff.second[child], staff.group[child])
    leader = np.append(staff.group_therapist, 0)[group]
    return {
        "child": child,
        "week": weeks[at],
        "delivered": grouped.astype(int),
        "group": group,
        "therapist": np.where(grouped, leader, staff.therapist[child]),
        "minutes": np.where(grouped, 60, 45),
        "n_children_present": np.where(grouped, 4, 1),
        "n_therapists": np.ones(len(child)),
        "attended": rng.random(len(child)) < 0.9,
    }
