"""Invent the children of a clinic and their goals, up to the moment a format is chosen.

In: a `ClinicDesign`, a number of children and a generator. Out: a `Caseload` of plain arrays.
Decisions: both the invented records and the planted truth start from it, so they cannot drift
apart. Progress depends on traits in a straight line, and the format on the same traits through a
multinomial logit, mixed with plain availability.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.computing import Array
from analysis.records.schema import FORMATS, SKILL_DOMAINS
from analysis.simulation.design import ClinicDesign

TRAITS = (
    "severity",
    "attention",
    "peer_comfort",
    "follows_instructions",
    "energy",
    "motivation",
    "communication",
)
MIDDLE = 3.0
USUAL_AGE = 7.5
GOALS_PER_CHILD = (2, 3, 4)
GOALS_PER_CHILD_SHARES = (0.30, 0.45, 0.25)

# Loadings of each rating on one shared trait; the rest of a rating is its own.
SHARED_LOADING = {
    "severity": -0.35,
    "attention": 0.45,
    "peer_comfort": 0.35,
    "follows_instructions": 0.60,
    "energy": 0.10,
    "motivation": 0.20,
    "communication": 0.55,
}

# Levels per 12 weeks for one point (one year for age; a social goal against a skill goal).
PROGNOSIS = {"attention": 0.25, "peer_comfort": 0.20, "severity": -0.16, "age_years": 0.012}
SOCIAL_GOAL_PROGNOSIS = -0.05
UNRECORDED_PROGNOSIS = 0.45

# Log odds of each format for one point, individual being the reference.
INDICATION = {
    "attention": (0.0, 0.70, 0.35),
    "peer_comfort": (0.0, 0.60, 0.30),
    "severity": (0.0, -0.40, 0.0),
    "social_share": (0.0, 1.00, 0.50),
    "age_years": (0.0, 0.04, 0.02),
    "motor_delay": (0.0, -0.20, 0.25),
    "sensory_needs": (0.0, -0.25, -0.10),
}
INDICATION_START = (0.0, -0.05, -0.25)
UNRECORDED_INDICATION = (0.0, 1.4, 0.7)
USUAL_SOCIAL_SHARE = 0.42

# What is free at each site when the child's needs do not decide: individual, group, combined.
AVAILABILITY = ((0.38, 0.34, 0.28), (0.30, 0.38, 0.32), (0.42, 0.26, 0.32))


@dataclass(frozen=True, eq=False)
class Caseload:
    """Children and goals before any format is chosen.

    Attributes:
        traits: name -> (n_children,) value; ratings 1 to 5, `age_years`, and the two 0/1 needs.
        unrecorded: (n_children,) standard normal trait that no column holds.
        site: (n_children,) index of the site.
        probability: (n_children, 3) true chance of each format.
        by_availability: (n_children,) True where the child's needs did not decide.
        assigned: (n_children,) index of the format the child started in.
        goal_child: (n_goals,) index of the goal's child, ascending.
        domain: (n_goals,) index in `DOMAINS`.
        is_social: (n_goals,) True for the social half of the domains.
        baseline: (n_goals,) level on day 0, -2 or -1.
        start: (n_goals,) level on the continuous scale behind `baseline`.
        closes: (n_goals,) True when the goal is left at the expected level once seen.
        set_before: (n_goals,) True when the levels were written before the format.
        own_rate: (n_goals,) levels per 12 weeks without any format's effect, group or therapist.
        effect: (n_goals, 3) what each format would add, levels per 12 weeks.
    """

    traits: dict[str, Array]
    unrecorded: Array
    site: Array
    probability: Array
    by_availability: Array
    assigned: Array
    goal_child: Array
    domain: Array
    is_social: Array
    baseline: Array
    start: Array
    closes: Array
    set_before: Array
    own_rate: Array
    effect: Array

    @property
    def n_children(self) -> int:
        """Number of children."""
        return len(self.site)

    @property
    def n_goals(self) -> int:
        """Number of goals."""
        return len(self.goal_child)


def draw_caseload(design: ClinicDesign, n_children: int, rng: np.random.Generator) -> Caseload:
    """Draw children, their goals and the format each would start in.

    Args:
        design: the clinic's choices (its own `n_children` is not used here).
        n_children: how many children to draw.
        rng: source of every random number.

    Returns:
        A caseload whose goals are ordered by child.
    """
    traits = _draw_traits(n_children, rng)
    unrecorded = rng.standard_normal(n_children)
    site = rng.integers(0, count_sites(design.n_children), n_children)

    n_goals_each = rng.choice(GOALS_PER_CHILD, size=n_children, p=GOALS_PER_CHILD_SHARES)
    goal_child = np.repeat(np.arange(n_children), n_goals_each)
    is_social, domain = _draw_domains(traits, goal_child, rng)
    social_share = np.bincount(goal_child, is_social, n_children) / n_goals_each

    probability, chosen_by_need = format_probabilities(
        design, traits, social_share, unrecorded, site
    )
    by_availability = rng.random(n_children) < design.availability_share
    chance = np.where(by_availability[:, None], site_availability(design, site), chosen_by_need)
    assigned = (rng.random(n_children)[:, None] > np.cumsum(chance, axis=1)[:, :2]).sum(axis=1)

    n_goals = len(goal_child)
    baseline = np.where(rng.random(n_goals) < design.second_baseline_share, -1, -2)
    start = baseline + design.start_spread * (rng.random(n_goals) - 0.5)
    child_rate = _child_rate(design, traits, unrecorded) + (
        design.child_spread * rng.standard_normal(n_children)
    )
    own_rate = (
        child_rate[goal_child]
        + design.confounding * SOCIAL_GOAL_PROGNOSIS * is_social
        + design.goal_spread * rng.standard_normal(n_goals)
    )
    return Caseload(
        traits=traits,
        unrecorded=unrecorded,
        site=site,
        probability=probability,
        by_availability=by_availability,
        assigned=assigned,
        goal_child=goal_child,
        domain=domain,
        is_social=is_social,
        baseline=baseline,
        start=start,
        closes=rng.random(n_goals) < design.closing_share,
        set_before=rng.random(n_goals) < design.goals_set_before,
        own_rate=own_rate,
        effect=_format_effects(design, traits, goal_child, is_social),
    )


def count_sites(n_children: int) -> int:
    """Number of sites of a clinic of this size: one below 30 children, three from 100."""
    return 1 if n_children < 30 else 2 if n_children < 100 else 3


def format_probabilities(
    design: ClinicDesign,
    traits: dict[str, Array],
    social_share: Array,
    unrecorded: Array,
    site: Array,
) -> tuple[Array, Array]:
    """Give each child's true chance of each format.

    Returns:
        Two arrays (n_children, 3): the chance before it is known whether needs or
        availability decide, and the chance when needs decide.
    """
    log_odds = np.tile(np.array(INDICATION_START), (len(site), 1))
    for name, weights in INDICATION.items():
        value = (
            social_share - USUAL_SOCIAL_SHARE if name == "social_share" else _centred(traits, name)
        )
        log_odds += design.indication * value[:, None] * np.array(weights)
    log_odds += design.unmeasured * unrecorded[:, None] * np.array(UNRECORDED_INDICATION)
    odds = np.exp(log_odds) * _present(design)
    by_need = odds / odds.sum(axis=1, keepdims=True)
    share = design.availability_share
    return share * site_availability(design, site) + (1 - share) * by_need, by_need


def site_availability(design: ClinicDesign, site: Array) -> Array:
    """Give the chance (n_children, 3) of each format where availability decides."""
    free = np.array(AVAILABILITY) * _present(design)
    return (free / free.sum(axis=1, keepdims=True))[site]


def _present(design: ClinicDesign) -> Array:
    return np.array([name not in design.absent_formats for name in FORMATS], dtype=float)


def _centred(traits: dict[str, Array], name: str) -> Array:
    if name in TRAITS:
        return traits[name] - MIDDLE
    if name == "age_years":
        return traits[name] - USUAL_AGE
    return traits[name]


def _draw_traits(n_children: int, rng: np.random.Generator) -> dict[str, Array]:
    shared = rng.standard_normal(n_children)
    own = rng.standard_normal((len(TRAITS), n_children))
    loading = np.array([SHARED_LOADING[name] for name in TRAITS])[:, None]
    latent = loading * shared + np.sqrt(1 - loading**2) * own
    ratings = np.clip(np.rint(MIDDLE + 1.1 * latent), 1, 5)
    traits = dict(zip(TRAITS, ratings, strict=True))
    traits["age_years"] = np.round(np.clip(rng.normal(USUAL_AGE, 2.2, n_children), 3, 14), 1)
    traits["motor_delay"] = (rng.random(n_children) < 0.35).astype(float)
    traits["sensory_needs"] = (rng.random(n_children) < 0.35).astype(float)
    return traits


def _draw_domains(
    traits: dict[str, Array], goal_child: Array, rng: np.random.Generator
) -> tuple[Array, Array]:
    log_odds = (
        -0.25
        - 0.25 * (traits["peer_comfort"] - MIDDLE)
        - 0.15 * (traits["communication"] - MIDDLE)
        - 0.30 * traits["motor_delay"]
    )
    is_social = rng.random(len(goal_child)) < (1 / (1 + np.exp(-log_odds)))[goal_child]
    ones = np.ones_like(log_odds)
    skill = np.stack([ones, 0.6 + 1.2 * traits["motor_delay"], 0.4 + 1.2 * traits["sensory_needs"]])
    social = np.stack([1.2 * ones, 0.8 * ones, 0.3 + 0.2 * (5 - traits["communication"])])
    weight = np.where(is_social, social[:, goal_child], skill[:, goal_child])
    upto = np.cumsum(weight / weight.sum(axis=0), axis=0)[: len(SKILL_DOMAINS) - 1]
    within = (rng.random(len(goal_child)) > upto).sum(axis=0)
    return is_social, within + len(SKILL_DOMAINS) * is_social


def _child_rate(design: ClinicDesign, traits: dict[str, Array], unrecorded: Array) -> Array:
    by_traits = sum(weight * _centred(traits, name) for name, weight in PROGNOSIS.items())
    return (
        design.base_rate
        + design.confounding * by_traits
        + design.unmeasured * UNRECORDED_PROGNOSIS * unrecorded
    )


def _format_effects(
    design: ClinicDesign, traits: dict[str, Array], goal_child: Array, is_social: Array
) -> Array:
    attention = _centred(traits, "attention")[goal_child, None]
    peer_comfort = _centred(traits, "peer_comfort")[goal_child, None]
    return (
        np.array(design.format_effects)
        + is_social[:, None] * np.array(design.social_effects)
        + attention * np.array(design.attention_effects)
        + peer_comfort * np.array(design.peer_comfort_effects)
    )
