"""Work out what is true of a clinic unlike the analysis, on the scale a clinic sees.

In: an `UnlikeDesign`, a number of children and a seed. Out: a nested dictionary as
`true_contrasts` gives it.
Decisions: every child is followed under each format in turn, reviewed at the planned weeks in which
every format is reviewed, without waits, lenient raters, leaving or goals set anew: these are what
may mislead, no part of what a format does.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis.computing import Array
from analysis.formats import FORMATS
from analysis.records.schema import EXPECTED_LEVEL
from analysis.simulation.levels import TERM_WEEKS, least_squares_rate
from analysis.simulation.truth import Truth, sum_up_truth
from analysis.simulation.unlike_children import PLANNED, draw_children, follow, rate_levels
from analysis.simulation.unlike_design import UnlikeDesign

MOST_CHILDREN = 40_000


def true_unlike(design: UnlikeDesign, n_children: int = MOST_CHILDREN, seed: int = 1) -> Truth:
    """Give the planted truth of a design on the observed scale; see `true_contrasts`.

    Args:
        design: the clinic's choices.
        n_children: children followed under every format (at most 40,000 are).
        seed: where the random numbers begin.
    """
    n = min(n_children, MOST_CHILDREN)
    rng = np.random.default_rng(seed)
    design = replace(design, wait_weeks=(0, 0, 0))
    children = draw_children(design, n, rng)
    pull = design.group_spread * rng.standard_normal(n)
    pull += design.therapist_spread * rng.standard_normal(n)
    weeks = np.array([0, *PLANNED[min(design.last_week) >= PLANNED]])
    columns: dict[str, list[Array]] = {}
    for k in range(len(FORMATS)):
        latent = follow(design, children, np.full(n, k), pull)
        level = rate_levels((latent + children.noise)[:, weeks])
        level[:, 0] = rate_levels(latent[:, 0])
        for name, values in _average_goals(children.goal_child, children.social, weeks, level):
            columns.setdefault(name, []).append(values)
    chance = np.exp(children.odds)
    found = {name: np.stack(values, axis=1) for name, values in columns.items()} | {
        "probability": chance / chance.sum(axis=1, keepdims=True),
        "attention": children.traits["attention"],
        "peer_comfort": children.traits["peer_comfort"],
    }
    return sum_up_truth(found, design.absent_formats, seed)


def _average_goals(
    child: Array, social: Array, weeks: Array, level: Array
) -> list[tuple[str, Array]]:
    n = int(child.max()) + 1

    def mean(values: Array, chosen: Array) -> Array:
        count = np.bincount(child, chosen, n)
        total = np.bincount(child, np.where(chosen, values, 0.0), n)
        return np.divide(total, count, out=np.full(n, np.nan), where=count > 0)

    rate, every = least_squares_rate(weeks, level), np.ones(len(child), bool)
    skill, sociable = mean(rate, ~social), mean(rate, social)
    found = [
        ("rate", mean(rate, every)),
        ("rate_skill", skill),
        ("rate_social", sociable),
        ("social_minus_skill", sociable - skill),
    ]
    for term in (1, 2):
        seen = (weeks > 0) & (weeks <= term * TERM_WEEKS)
        attained = np.any(level[:, seen] >= EXPECTED_LEVEL, axis=1)
        found.append((f"attained_by_week_{term * TERM_WEEKS}", mean(attained, every)))
    return found
