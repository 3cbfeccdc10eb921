"""Let an invented clinic run: therapy groups, therapists, reviews, leaving, switching.

In: a design, a caseload and a generator. Out: a `Course` of arrays, from which the tables are
written.
Decisions: a child treated alone draws an own "group" effect, so that formats differ in who shares
it and never in how much progress varies; leaving depends on the progress seen so far; switching
follows progress and changes none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.computing import Array
from analysis.formats import FORMATS, GROUPED_CODES
from analysis.records.schema import EXPECTED_LEVEL
from analysis.simulation.caseload import Caseload, count_sites
from analysis.simulation.design import ClinicDesign
from analysis.simulation.levels import (
    BLOCK_WEEKS,
    LAST_WEEK,
    PLANNED_WEEKS,
    TERM_WEEKS,
    gained_from_practice,
    observed_levels,
)

INDIVIDUAL, COMBINED = FORMATS.index("individual"), FORMATS.index("combined")
NOBODY = -1
GROUP_SIZES = (3, 4, 5, 6)
CHILDREN_PER_THERAPIST = 12
FEWEST_THERAPISTS = 4
MOST_JITTER_WEEKS = 2
GOAL_SKIP_PART = 0.25
SWITCH_VISIT = 2
N_BLOCKS = -(-LAST_WEEK // BLOCK_WEEKS)


@dataclass(frozen=True, eq=False)
class Course:
    """What happened in the clinic, as arrays.

    Attributes:
        group: (n_children,) index of the therapy group, `NOBODY` for children treated alone.
        group_site, group_therapist: (n_groups,) where and with whom each group meets.
        therapist: (n_children,) index of the therapist who planned the episode.
        week: (n_children, n_visits) week of each visit.
        recorded: (n_goals, n_visits) True where a rating was written down.
        level: (n_goals, n_visits) the level shown.
        left_after: (n_children,) last visit before the child stopped coming; the last visit
            of all for children who stayed.
        switched: (n_children,) True when the other kind of session was added at 12 weeks.
        visiting_group: (n_children,) therapy group of the added sessions, or `NOBODY`.
        practice: (n_children, n_blocks) home practice, deviations from the child's usual.
    """

    group: Array
    group_site: Array
    group_therapist: Array
    therapist: Array
    week: Array
    recorded: Array
    level: Array
    left_after: Array
    switched: Array
    visiting_group: Array
    practice: Array


def run_clinic(design: ClinicDesign, caseload: Caseload, rng: np.random.Generator) -> Course:
    """Form groups, draw visits and levels, and let children leave and switch."""
    n = caseload.n_children
    group, group_site = form_groups(caseload.assigned, caseload.site, rng)
    therapist_site = np.arange(count_therapists(n)) % count_sites(design.n_children)
    group_therapist = _pick_at_site(therapist_site, group_site, rng)
    own_therapist = _pick_at_site(therapist_site, caseload.site, rng)
    in_group = group != NOBODY
    therapist = own_therapist.copy()
    therapist[in_group] = group_therapist[group[in_group]]

    shared_rate = design.group_spread * rng.standard_normal(n)
    group_rate = design.group_spread * rng.standard_normal(len(group_site))
    shared_rate[in_group] = group_rate[group[in_group]]
    shared_rate += (design.therapist_spread * rng.standard_normal(len(therapist_site)))[therapist]

    child = caseload.goal_child
    effect = caseload.effect[np.arange(caseload.n_goals), caseload.assigned[child]]
    read = 1 - design.calibration * ~caseload.set_before
    rate = caseload.own_rate + shared_rate[child] + effect * read

    week = _draw_weeks(design, n, rng)
    recorded = _draw_recorded(design, child, week.shape, rng)
    practice = rng.standard_normal((n, N_BLOCKS))
    gained = np.take_along_axis(gained_from_practice(practice, design.practice_effect), week, 1)
    noise = design.review_noise * rng.standard_normal(recorded.shape)
    level = observed_levels(
        caseload.baseline,
        caseload.start,
        rate,
        week[child],
        gained[child],
        noise,
        caseload.closes,
        recorded,
    )
    ahead = _change_ahead(design, caseload, week, level)
    left_after = _draw_leaving(design, caseload.assigned, ahead, rng)
    recorded &= np.arange(week.shape[1]) <= left_after[child, None]
    recorded &= ~_already_closed(caseload, recorded, level)
    switched = _draw_switching(design, caseload.assigned, ahead, left_after, rng)
    return Course(
        group=group,
        group_site=group_site,
        group_therapist=group_therapist,
        therapist=therapist,
        week=week,
        recorded=recorded,
        level=level,
        left_after=left_after,
        switched=switched,
        visiting_group=_pick_visited_group(caseload, switched, group_site, rng),
        practice=practice,
    )


def form_groups(assigned: Array, site: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Put children of a grouped format into therapy groups of 3 to 6 at their own site.

    A site with only one or two children of a format has a smaller group.

    Returns:
        group: (n_children,) group index or `NOBODY`; group_site: (n_groups,) site of each.
    """
    group = np.full(len(assigned), NOBODY)
    sites: list[int] = []
    for therapy_format in GROUPED_CODES:
        for place in np.unique(site):
            members = np.flatnonzero((assigned == therapy_format) & (site == place))
            if not len(members):
                continue
            sizes = _draw_sizes(len(members), rng)
            group[rng.permutation(members)] = np.repeat(len(sites) + np.arange(len(sizes)), sizes)
            sites += [int(place)] * len(sizes)
    return group, np.array(sites, dtype=int)


def _draw_sizes(n_children: int, rng: np.random.Generator) -> list[int]:
    """Split children into groups of 3 to 6; fewer than 3 children make one smaller group."""
    sizes: list[int] = []
    left = n_children
    while left > 0:
        fitting = [s for s in GROUP_SIZES if left - s == 0 or left - s >= GROUP_SIZES[0]]
        sizes.append(int(rng.choice(fitting)) if fitting else left)
        left -= sizes[-1]
    return sizes


def count_therapists(n_children: int) -> int:
    """Number of therapists of a clinic of this size."""
    return max(FEWEST_THERAPISTS, round(n_children / CHILDREN_PER_THERAPIST))


def _pick_at_site(therapist_site: Array, site: Array, rng: np.random.Generator) -> Array:
    n_sites = int(therapist_site.max()) + 1
    n_at_site = np.bincount(therapist_site, minlength=n_sites)[site]
    return site + n_sites * np.floor(rng.random(len(site)) * n_at_site).astype(int)


def _draw_weeks(design: ClinicDesign, n_children: int, rng: np.random.Generator) -> Array:
    planned = np.array(PLANNED_WEEKS)
    jitter = np.rint(design.review_jitter * rng.standard_normal((n_children, len(planned))))
    jitter[:, 0] = 0
    return planned + np.clip(jitter, -MOST_JITTER_WEEKS, MOST_JITTER_WEEKS).astype(int)


def _draw_recorded(
    design: ClinicDesign, goal_child: Array, shape: tuple[int, int], rng: np.random.Generator
) -> Array:
    by_child = rng.random(shape) < design.skipped_share * (1 - GOAL_SKIP_PART)
    by_goal = rng.random((len(goal_child), shape[1])) < design.skipped_share * GOAL_SKIP_PART
    recorded = ~(by_child[goal_child] | by_goal)
    recorded[:, 0] = True
    return recorded


def _change_ahead(design: ClinicDesign, caseload: Caseload, week: Array, level: Array) -> Array:
    """Give (n_children, n_visits): mean change so far less what an average child shows."""
    change = level - caseload.baseline[:, None]
    first = np.flatnonzero(np.diff(caseload.goal_child, prepend=NOBODY))
    n_goals = np.diff(first, append=caseload.n_goals)
    mean = np.add.reduceat(change, first, axis=0) / n_goals[:, None]
    return mean - design.base_rate * week / TERM_WEEKS


def _already_closed(caseload: Caseload, recorded: Array, level: Array) -> Array:
    """Give (n_goals, n_visits): True after the visit at which the goal was closed."""
    closing = caseload.closes[:, None] & recorded & (level >= EXPECTED_LEVEL)
    closed = np.logical_or.accumulate(closing, axis=1)
    return np.concatenate([np.zeros((len(closed), 1), dtype=bool), closed[:, :-1]], axis=1)


def _draw_leaving(
    design: ClinicDesign, assigned: Array, ahead: Array, rng: np.random.Generator
) -> Array:
    n, n_visits = ahead.shape
    chance = rng.random((n, n_visits - 1))
    if design.dropout_share == 0:
        return np.full(n, n_visits - 1)
    usual = np.log(design.dropout_share) - np.log1p(-min(design.dropout_share, 1 - 1e-9))
    log_odds = usual - design.dropout_by_progress * ahead[:, :-1]
    log_odds += np.array(design.dropout_by_format)[assigned, None]
    leaves = chance < 1 / (1 + np.exp(-log_odds))
    return np.where(leaves.any(axis=1), leaves.argmax(axis=1), n_visits - 1)


def _draw_switching(
    design: ClinicDesign,
    assigned: Array,
    ahead: Array,
    left_after: Array,
    rng: np.random.Generator,
) -> Array:
    """Offer both kinds of session to the children of one format who have moved on most."""
    may = (assigned != COMBINED) & (left_after >= SWITCH_VISIT)
    keen = ahead[:, SWITCH_VISIT] + 0.3 * rng.standard_normal(len(assigned))
    switched = np.zeros(len(assigned), dtype=bool)
    n_switched = round(design.switching_share * int((assigned != COMBINED).sum()))
    candidates = np.flatnonzero(may)
    order = candidates[np.argsort(-keen[candidates], kind="stable")]
    switched[order[:n_switched]] = True
    return switched


def _pick_visited_group(
    caseload: Caseload, switched: Array, group_site: Array, rng: np.random.Generator
) -> Array:
    """Give each switched child treated alone a therapy group at the same site, if one exists."""
    visiting = np.full(caseload.n_children, NOBODY)
    for child in np.flatnonzero(switched & (caseload.assigned == INDIVIDUAL)):
        there = np.flatnonzero(group_site == caseload.site[child])
        if len(there):
            visiting[child] = rng.choice(there)
    return visiting
