"""Turn true progress into the levels a rater writes down.

In: arrays of progress. Out: whole levels.
Decisions: a level is the continuous one plus the day's noise, rounded and cut to -2..+2 (Urach
2019); the day a goal is set shows its baseline; a goal left at the expected level keeps the level
first seen there.
"""

from __future__ import annotations

import numpy as np

from analysis.computing import Array
from analysis.records.schema import EXPECTED_LEVEL, HIGHEST_LEVEL, LOWEST_LEVEL

PLANNED_WEEKS = (0, 6, 12, 18, 24)
TERM_WEEKS = 12
BLOCK_WEEKS = 6
LAST_WEEK = 26


def observed_levels(
    baseline: Array,
    start: Array,
    rate: Array,
    week: Array,
    extra: Array,
    noise: Array,
    closes: Array,
    recorded: Array,
) -> Array:
    """Give the level each goal shows at each visit.

    Args:
        baseline: (n_goals,) level at the first visit.
        start: (n_goals,) continuous level in week 0.
        rate: (n_goals,) levels per 12 weeks.
        week: (n_goals, n_visits) week of each visit.
        extra: (n_goals, n_visits) levels gained by then from anything but `rate`.
        noise: (n_goals, n_visits) what the day adds.
        closes: (n_goals,) True when the goal keeps the first level at or above the expected.
        recorded: (n_goals, n_visits) True where somebody rated; only a rating can close a goal.

    Returns:
        (n_goals, n_visits) whole levels from -2 to +2, also where nobody rated.
    """
    latent = start[:, None] + rate[:, None] * week / TERM_WEEKS + extra + noise
    level = np.clip(np.rint(latent), LOWEST_LEVEL, HIGHEST_LEVEL)
    level[:, 0] = baseline
    may_close = closes[:, None] & recorded
    for visit in range(1, level.shape[1] - 1):
        kept = may_close[:, visit] & (level[:, visit] >= EXPECTED_LEVEL)
        level[kept, visit + 1 :] = level[kept, visit, None]
    return level


def least_squares_rate(week: Array, level: Array) -> Array:
    """Give the least-squares slope of each goal's levels, in levels per 12 weeks.

    Args:
        week: (n_visits,) weeks shared by all goals.
        level: (n_goals, n_visits) levels, none missing.
    """
    centred = np.asarray(week, dtype=float) - np.mean(week)
    return TERM_WEEKS * (level @ centred) / (centred @ centred)


def gained_from_practice(deviation: Array, effect: float) -> Array:
    """Add up what more or less home practice than usual has moved by each week.

    Args:
        deviation: (n_children, n_blocks) standard deviations from the child's own usual, for
            weeks 1-6, 7-12 and so on.
        effect: levels per 12 weeks for one standard deviation.

    Returns:
        (n_children, LAST_WEEK + 1) levels gained by the end of week 0, 1, ...
    """
    by_week = np.repeat(deviation, BLOCK_WEEKS, axis=1)[:, :LAST_WEEK] * (effect / TERM_WEEKS)
    return np.concatenate([np.zeros((len(by_week), 1)), np.cumsum(by_week, axis=1)], axis=1)
