"""Invent the children of a clinic unlike the analysis: traits, goals and their weekly paths.

In: an `UnlikeDesign`, a number of children and a generator. Out: `Children`; latent levels by week.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.computing import Array
from analysis.formats import FORMATS
from analysis.records.schema import DOMAINS, SKILL_DOMAINS
from analysis.simulation.unlike_design import UnlikeDesign

PLANNED = np.array([6, 12, 18, 24])
LAST_WEEK = 28
CUTS = np.array([-1.5, -0.55, 0.4, 1.5])
LOWEST_START, HIGHEST_START = -2.2, -0.6
SKEW_SHAPE = 2.0

# One point of each recorded trait: on the rate, and on the log odds of each format.
PROGNOSIS = {"attention": 0.12, "severity": -0.10, "communication": 0.08}
INDICATION = {
    "attention": (0.0, 0.5, 0.3),
    "severity": (0.0, -0.4, 0.1),
    "communication": (0.0, 0.4, 0.3),
}
UNRECORDED_RATE, UNRECORDED_ODDS = 0.25, (0.0, 1.2, 0.6)
RATINGS = (
    "severity",
    "attention",
    "peer_comfort",
    "follows_instructions",
    "energy",
    "motivation",
    "communication",
)
START_ODDS = (0.0, 0.1, -0.1)


@dataclass(frozen=True, eq=False)
class Children:
    """Children and goals before therapy; each array has one entry a child or a goal.

    Attributes:
        traits: name -> (n,) value.
        place, year: (n,) numbers from 0.
        odds: (n, 3) log odds of each format.
        goal_child, domain, social: (m,) of each goal.
        rate: (m,) latent levels per 12 weeks without format, group, therapist and place.
        start: (m,) latent level on day 0; shocks, noise: (m, weeks) of each week.
    """

    traits: dict[str, Array]
    place: Array
    year: Array
    odds: Array
    goal_child: Array
    domain: Array
    social: Array
    rate: Array
    start: Array
    shocks: Array
    noise: Array


def draw_children(design: UnlikeDesign, n: int, rng: np.random.Generator) -> Children:
    """Draw children, their goals and the log odds of each format.

    Args:
        design: the clinic's choices (its own `n_children` is not used here).
        n: how many children.
        rng: source of every random number.
    """
    shared = rng.standard_normal(n)
    traits: dict[str, Array] = {}
    for name in RATINGS:
        loading = -0.4 if name == "severity" else 0.4
        values = 3 + loading * shared + 0.9 * rng.standard_normal(n)
        traits[name] = np.clip(np.rint(values), 1, 5)
    traits["age_years"] = np.round(3 + 9 * rng.random(n), 1)
    for name in ("motor_delay", "sensory_needs"):
        traits[name] = (rng.random(n) < 0.35).astype(float)
    place = np.sort(rng.permutation(np.arange(n) % design.n_places))
    year = rng.integers(0, design.years, n)
    unrecorded, ready = rng.standard_normal(n), rng.standard_normal(n)
    family = np.repeat(rng.standard_normal(-(-n // 2)), 2)[:n]
    skewed = (rng.gamma(SKEW_SHAPE, size=n) - SKEW_SHAPE) / np.sqrt(SKEW_SHAPE)
    rate = design.base_rate + design.talent_spread * skewed + design.family_spread * family
    rate += UNRECORDED_RATE * design.unmeasured * unrecorded
    at = place / max(design.n_places - 1, 1)
    rate += design.place_step * (at - 0.5)
    rate += design.year_trend * (year - (design.years - 1) / 2)
    odds = np.zeros((n, len(FORMATS))) + START_ODDS
    odds += design.unmeasured * unrecorded[:, None] * UNRECORDED_ODDS
    odds += ready[:, None] * design.kind_indication
    odds += (at - 0.5)[:, None] * design.place_preference
    odds += (year - (design.years - 1) / 2)[:, None] * design.year_preference
    for name, slope in PROGNOSIS.items():
        rate += design.confounding * slope * (traits[name] - 3)
        odds += design.indication * (traits[name] - 3)[:, None] * INDICATION[name]
    odds[:, [name in design.absent_formats for name in FORMATS]] = -np.inf
    n_goals = rng.choice((2, 3, 4), size=n, p=(0.3, 0.45, 0.25))
    child = np.repeat(np.arange(n), n_goals)
    m = len(child)
    domain = rng.integers(0, len(DOMAINS), m)
    social = domain >= len(SKILL_DOMAINS)
    goal_rate = rate[child] + design.goal_spread * rng.standard_normal(m)
    goal_rate += design.kind_effect * ready[child] * social
    weeks = LAST_WEEK + 1
    shocks = np.cumsum(design.weekly_shock * rng.standard_normal((m, weeks)), axis=1)
    return Children(
        traits=traits,
        place=place,
        year=year,
        odds=odds,
        goal_child=child,
        domain=domain,
        social=social,
        rate=goal_rate,
        start=LOWEST_START + (HIGHEST_START - LOWEST_START) * rng.random(m),
        shocks=shocks - shocks[:, :1],
        noise=design.review_noise * rng.standard_normal((m, weeks)),
    )


def follow(design: UnlikeDesign, children: Children, assigned: Array, pull: Array) -> Array:
    """Give (m, weeks) latent level of each goal in each week.

    Args:
        design: effects, waits and the path's shape.
        children: children and goals.
        assigned: (n,) format of each child.
        pull: (n,) what group and therapist add to the rate.
    """
    child = children.goal_child
    effect = np.array(design.format_effects)[assigned][child]
    effect = effect + np.array(design.social_effects)[assigned][child] * children.social
    rate = children.rate + pull[child] + effect
    waited = np.array(design.wait_weeks)[assigned][child]
    treated = np.maximum(np.arange(LAST_WEEK + 1) - waited[:, None], 0)
    return children.start[:, None] + rate[:, None] * path(treated, design) + children.shocks


def path(week: Array, design: UnlikeDesign) -> Array:
    """Give how far a rate of 1 has moved by a week of treatment: 2 by week 24.

    The gain follows 1 - exp(-k week), with k such that half of it is made by `half_week`; at 12
    weeks that is a straight line.
    """
    horizon = PLANNED[-1]
    if design.half_week >= horizon / 2:
        return week / 12
    low, high = 1e-6, 5.0
    for _ in range(60):  # bisection: the share made by half_week rises with k
        k = (low + high) / 2
        made = np.expm1(-k * design.half_week) / np.expm1(-k * horizon)
        low, high = (k, high) if made < 0.5 else (low, k)
    return 2 * np.expm1(-k * week) / np.expm1(-k * horizon)


def rate_levels(latent: Array) -> Array:
    """Cut latent levels at unequal points to -2..+2; a start is -2 or -1."""
    return np.searchsorted(CUTS, latent).astype(float) - 2
