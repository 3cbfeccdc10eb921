"""How a goal ended: made harder under the same code, or closed as attained without being so.

In: the levels seen and what is known of each goal. Out: which levels no longer belong to the goal
that was set, and which closings are not kept. Decisions: where far more goals fall from the
expected level to below it than ratings fall by chance, these falls are goals made harder, and a
goal ends as attained with its last level before; its rate is measured up to there. Carrying its
level on would hide how fast it moved (a true .36 read .20 in 60 invented clinics, .34 when the
goal ends there). A goal closed as attained that was last seen below its expected level keeps
no level (METHODS.md, "What is measured").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.computing import Array
from analysis.formats import FORMATS
from analysis.records.schema import EXPECTED_LEVEL
from analysis.settings import Settings

Levels = tuple[Array, Array, Array]  # goal (row of its table), week, attainment


@dataclass(frozen=True, eq=False)
class Endings:
    """What is known of how goals ended.

    Attributes:
        made_harder: (n_goals,) True for goals that end where they were made harder.
        last_seen: (n_goals,) the last week a goal made harder was reviewed, under either of
            its meanings; NaN for other goals.
        after: (n_levels,) True for levels that were rated against the harder goal.
    """

    made_harder: Array
    last_seen: Array
    after: Array


def find_made_harder(seen: Levels, of_format: Array, settings: Settings) -> Endings:
    """Find goals made harder under the same code.

    Args:
        seen: goal, week and level of each level seen, in any order, one for each goal and week.
        of_format: (n_goals,) each goal's format, by number.
        settings: the largest share of falls that ratings explain, and the fewest goals.

    Returns:
        Goals that end there; none where falls are no more than ratings explain in any format.

    Example:
        >>> level = np.array([-2.0, 0, -2, -2, 0, -1])
        >>> goal, week = np.array([0, 0, 0, 1, 1, 1]), np.array([0.0, 6, 12, 0, 6, 12])
        >>> settings = Settings(made_harder_fewest=2)
        >>> find_made_harder((goal, week, level), np.array([1, 1]), settings).made_harder
        array([ True,  True])
    """
    goal, week, level = seen
    order = np.lexsort((week, goal))
    stays = np.diff(goal[order], prepend=-1) == 0
    before = np.concatenate([[np.nan], level[order][:-1]])
    reached = stays & (before >= EXPECTED_LEVEL)
    fell = reached & (level[order] < EXPECTED_LEVEL)
    n_reached, n_fell = (
        np.bincount(of_format[goal[order[rows]]], minlength=len(FORMATS))
        for rows in (reached, fell)
    )
    often = n_fell > settings.made_harder_share * n_reached
    made_harder = np.zeros(len(of_format), bool)
    last_seen = np.full(len(of_format), np.nan)
    after = np.zeros(len(goal), bool)
    if (often & (n_fell >= settings.made_harder_fewest)).any():
        made_harder[goal[order[fell]]] = True
        falls = np.cumsum(fell)
        first = np.searchsorted(goal[order], goal[order])
        after[order] = falls > (falls - fell)[first]
        np.fmax.at(last_seen, goal[after], week[after])
    return Endings(made_harder, last_seen, after)


def closed_below(rated: Levels, closed_week: Array) -> Array:
    """Tell which goals were closed as attained though last seen below the expected level.

    Args:
        rated: goal, week and level of each level, in any order.
        closed_week: (n_goals,) week of goals closed as attained; NaN for others.

    Returns:
        (n_goals,) True where a goal's last level contradicts its closing.

    Example:
        >>> rated = np.array([0, 0, 1, 1]), np.array([0.0, 6, 0, 6]), np.array([-2.0, -1, -2, 0])
        >>> closed_below(rated, np.array([7.0, 7.0]))
        array([ True, False])
    """
    goal, week, level = rated
    order = np.lexsort((week, goal))
    last = order[np.flatnonzero(np.diff(goal[order], append=-1))]
    below = np.zeros(len(closed_week), bool)
    below[goal[last]] = level[last] < EXPECTED_LEVEL
    return below & ~np.isnan(closed_week)
