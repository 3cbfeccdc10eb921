"""How numbers about children are rounded when they leave the clinic: arithmetic of counts.

In: exact numbers and how many different children stand behind them. Out: the number as it
may be shown, or None. Decisions: the unit is the child; nothing about fewer children than the
smallest cell; counts to the nearest 5, shares from rounded counts, means in steps no finer than a
fortieth of their scale and model estimates to 2 decimals; "few" and "nearly all" instead of the
ends of a scale, and neither where one of them would pin a number. A mean of levels or ratings is
a count in disguise: it is given finely only where enough children are off both ends of what was
recorded. What needs twice the smallest cell is judged on the printed count, because a rule that
is judged on the exact one tells it.

Sources: the output rules of OpenSAFELY (more than 7, rounded to 5), NHS England (more than
7), acro (10) and CMS (more than 10); see SECURITY.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from analysis.disclosure.fields import Word
from analysis.settings import Settings
from analysis.wording import ESTIMATE_DECIMALS as ESTIMATE_DECIMALS
from analysis.wording import round_half_up as round_half_up

ROUND_TO = 5
SAME = 1e-9
STRICTEST_CELL = 11
SLACK = 4  # levels between what a printed mean may hold at most and what it must hold
FEW: Final = "few"
NEARLY_ALL: Final = "nearly all"
MANY_TIMES = 10.0
SMD_STEP = 0.1
BALANCE_STEP = SHARE_STEP = 0.05
Scale = tuple[float, float]
LEVEL_SCALE: Final[Scale] = (-2, 2)
RATING_SCALE: Final[Scale] = (1, 5)
# A mean of levels or ratings of fewer children: so many times its usual step.
ROUGH, ROUGHEST = 5, 10
# Degrees of freedom are given as the next lower one of these.
DF_STEPS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200, 300, 500, 1000)

# Steps in which means are given, by the width of their scale: a level (-2 to +2) or a rating
# (1 to 5) is 4 wide, an age 16, a T-score about 60.
LEVEL_STEP = 0.1
AGE_STEP = 0.5
T_STEP = SESSION_STEP = HOUR_STEP = 1.0
MINUTE_STEP = 5.0


def enough(n_children: float, settings: Settings) -> bool:
    """Tell whether so many different children may stand behind a number."""
    return n_children >= settings.smallest_cell


def enough_aside(n_children: float, settings: Settings) -> bool:
    """Tell whether so many children may be on one side of a mean or a share of goals.

    Such a number tells the side nearly to the child, so the side is at least as large as the
    strictest public rule asks, even where a clinic chose a smaller cell.
    """
    return n_children >= max(settings.smallest_cell, STRICTEST_CELL)


def show_count(n: float, settings: Settings, n_children: float | None = None) -> int | None:
    """Give a count of children (or of goals of so many children) to the nearest 5, or None.

    The lowest count printed is the first multiple of 5 that is not below the smallest cell: 15
    stands for 11 to 17. A 10 would stand for 11 or 12, and two of them would tell their difference.

    Args:
        n: the exact count.
        settings: the smallest cell.
        n_children: how many different children are behind it; `n` when None.
    """
    if not enough(n if n_children is None else n_children, settings):
        return None
    return round_count(n, settings)


def round_count(n: float, settings: Settings) -> int:
    """Round a count that may be shown to the nearest 5, never below the lowest count printed."""
    lowest = ROUND_TO * math.ceil(settings.smallest_cell / ROUND_TO)
    return max(_round_to_steps(n), lowest)


def surely(n: float, least: float, settings: Settings) -> bool:
    """Tell whether a count, as it is printed, can only stand for so many children or more.

    Args:
        n: the exact count.
        least: how many are needed.
        settings: the smallest cell.
    """
    return enough(n, settings) and count_at_least(n, settings) >= least


def count_at_least(n: float, settings: Settings) -> int:
    """Give the least count that a count stands for as it is printed.

    Args:
        n: an exact count that may be shown.
        settings: the smallest cell.
    """
    printed, cell = round_count(n, settings), settings.smallest_cell
    return max(printed - (ROUND_TO - 1) // 2, cell) if printed > round_count(0, settings) else cell


def surely_twice(n: float, settings: Settings) -> bool:
    """Tell whether a count, as it is printed, is at least twice the smallest cell."""
    return surely(n, 2 * settings.smallest_cell, settings)


def _round_to_steps(n: float) -> int:
    return int(ROUND_TO * math.floor(n / ROUND_TO + 0.5))


def show_part(n: int, n_all: int, settings: Settings) -> int | None:
    """Give a count of some of a format's children, unless it tells how few the others are.

    Args:
        n: children with the property.
        n_all: all children of the format.
        settings: the smallest cell.
    """
    if n != n_all and not enough(n_all - n, settings):
        return None
    return show_count(n, settings)


def show_mean(
    value: float, n_children: float, settings: Settings, step: float = LEVEL_STEP
) -> float | None:
    """Give a mean in steps that fit its scale, or None.

    Args:
        value: the exact mean.
        n_children: how many different children are behind it.
        settings: the smallest cell.
        step: the rounding unit; the wider the scale, the wider the step, because what one
            more child adds to a mean grows with the scale.
    """
    if not enough(n_children, settings) or not math.isfinite(value):
        return None
    return round_half_up(round_half_up(value / step) * step, 1)


def show_spread(
    value: float, n_children: float, settings: Settings, step: float = LEVEL_STEP
) -> float | None:
    """Give a standard deviation in steps, or None below twice the smallest cell.

    The ends of a mean's interval tell the spread, so they go through here too.
    """
    if not surely_twice(n_children, settings):
        return None
    return show_mean(value, n_children, settings, step)


def count_inside(values: np.ndarray) -> int:
    """Count the children who are off the more crowded end of what was recorded.

    Args:
        values: (n,) one level, rating or score a child; the ends are the lowest and the
            highest of them. 0 where all are the same.
    """
    if not len(values):
        return 0
    at_ends = [int((np.abs(values - end) < SAME).sum()) for end in (values.min(), values.max())]
    return len(values) - max(at_ends)


def count_others(values: np.ndarray) -> int:
    """Count the children who have neither of the two commonest values recorded.

    Args:
        values: (n,) one level, rating or score a child.
    """
    n_of = np.unique(np.round(values, 9), return_counts=True)[1]
    return int(len(values) - np.sort(n_of)[-2:].sum())


def may_tell_spread(n_others: float, settings: Settings) -> bool:
    """Tell whether a spread of levels or scores may be shown beside their mean.

    Of two values the mean tells how many have each; mean and spread together tell how many have
    a third.

    Args:
        n_others: children with neither of the two commonest values (`count_others`).
        settings: the smallest cell.
    """
    return n_others == 0 or enough_aside(n_others, settings)


def times_rougher(
    mean: float, n_inside: float, n_children: float, scale: Scale, settings: Settings
) -> int:
    """Give how many times the usual step a mean of levels or ratings is rounded to.

    Near an end of the scale, or with few children off an end of what was recorded, a mean tells
    how few: it is given to a whole level or rating. Below twice the smallest cell one child
    moves a mean by more than its usual step. How near is judged on the mean and the count as
    they would be printed.

    Args:
        mean: the exact mean.
        n_inside: children off the more crowded end (`count_inside`).
        n_children: children behind the mean.
        scale: lowest and highest value there can be.
        settings: the smallest cell.
    """
    if not enough_aside(n_inside, settings):
        return ROUGHEST
    times = 1 if surely_twice(n_children, settings) else ROUGH
    step = times * LEVEL_STEP
    printed = round_half_up(mean / step) * step
    off_an_end = min(printed - scale[0], scale[1] - printed) + step / 2
    most = round_count(n_children, settings) + ROUND_TO // 2
    return times if enough_aside(most * off_an_end - SLACK, settings) else ROUGHEST


def show_level(
    values: np.ndarray, settings: Settings, scale: Scale = LEVEL_SCALE
) -> tuple[float | None, int]:
    """Give a mean of levels or ratings, and how many times the usual step it is rounded to.

    Args:
        values: (n,) one value a child.
        settings: the smallest cell.
        scale: lowest and highest value there can be.

    Returns:
        (mean, times): the mean is None below the smallest cell. Where it is rough (times above
            1), nothing else of these values may be shown: no interval, no standardised difference.
    """
    if not enough(len(values), settings):
        return None, ROUGHEST
    middle, n = float(values.mean()), len(values)
    times = times_rougher(middle, count_inside(values), n, scale, settings)
    return show_mean(middle, n, settings, times * LEVEL_STEP), times


def show_level_spread(
    spreads: Sequence[float], levels: np.ndarray, settings: Settings, step: float = LEVEL_STEP
) -> tuple[float | None, ...]:
    """Give what tells how levels or scores are spread: ends of an interval, a deviation.

    Args:
        spreads: the exact numbers.
        levels: (n,) one level a child.
        settings: the smallest cell.
        step: the usual rounding unit.
    """
    times = show_level(levels, settings)[1]
    if times > 1 or not may_tell_spread(count_others(levels), settings):
        return (None,) * len(spreads)
    return tuple(show_spread(spread, len(levels), settings, step) for spread in spreads)


def show_steps(value: float, step: float, *, upwards: bool = False) -> float | None:
    """Give a number to the nearest step, or to the next one above; None when it is no number.

    Args:
        value: the exact number.
        step: the rounding unit.
        upwards: whether it is a bound, which may only grow.
    """
    if not math.isfinite(value):
        return None
    steps = math.ceil(value / step - SAME) if upwards else round_half_up(value / step)
    return round_half_up(steps * step, ESTIMATE_DECIMALS)


def show_df(value: float) -> float | None:
    """Give degrees of freedom as the next lower one of a coarse series; None below 1."""
    return float(max((df for df in DF_STEPS if df <= value), default=0)) or None


def show_estimate(value: float, decimals: int = ESTIMATE_DECIMALS) -> float | None:
    """Give a model's number to 2 decimals; None when it is not a number."""
    return round_half_up(value, decimals) if math.isfinite(value) else None


def leaves_out_zero(low: float | None, high: float | None) -> bool:
    """Tell whether a range leaves out zero as it is printed; no sentence says more than it does.

    Args:
        low: its lower end as printed.
        high: its upper end as printed.
    """
    return low is not None and high is not None and (low > 0 or high < 0)


def enough_for_model(n_by_format: Iterable[float], n_columns: int, settings: Settings) -> bool:
    """Tell whether so many children in each format may stand behind a model's estimates.

    Args:
        n_by_format: children of each format in the model.
        n_columns: columns estimated.
        settings: the smallest cell.
    """
    sizes = list(n_by_format)
    return (
        all(enough(n, settings) for n in sizes) and sum(sizes) - n_columns >= settings.residual_df
    )


def show_share(n: float, n_all: float, settings: Settings) -> tuple[int | None, Word | None]:
    """Give a share as a whole percent of rounded counts, or a word, or neither.

    Args:
        n: children with the property.
        n_all: children asked about.
        settings: the smallest cell.

    Returns:
        (percent, word): exactly one is given, or both are None when so few were asked that a
        word would pin the number: of 12 children, "nearly all" (at least 11) leaves 1 or 0.
    """
    if not surely_twice(n_all, settings):
        return None, None
    if not enough(n, settings):
        return None, FEW
    if not enough(n_all - n, settings):
        return None, NEARLY_ALL
    part, whole = _round_to_steps(n), _round_to_steps(n_all)
    return int(round_half_up(100 * part / whole)), None


def show_times(times: float) -> float | None:
    """Give a multiple to 1 decimal; None when it is larger than anyone would weigh."""
    return round(times, 1) if math.isfinite(times) and times <= MANY_TIMES else None


def show_in_fives(share: float) -> int:
    """Give a share between 0 and 1 as a percent to the nearest 5."""
    return int(5 * math.floor(20 * share + 0.5))


def fold_steps(steps: Sequence[Sequence[int]], settings: Settings) -> list[bool]:
    """Tell which steps of a shrinking count may be shown beside each other.

    Two steps that differ by 1 to (smallest cell - 1) children in any column would give away
    that few children were left out; the earlier one is held back. The last step stays.

    Args:
        steps: one row for each step, one column for each format; counts fall down the rows.
        settings: the smallest cell.
    """
    shown = [False] * len(steps)
    last: Sequence[int] | None = None
    for i in range(len(steps) - 1, -1, -1):
        apart = [] if last is None else [a - b for a, b in zip(steps[i], last, strict=True)]
        if all(d == 0 or d >= settings.smallest_cell for d in apart):
            shown[i] = all(n == 0 or enough(n, settings) for n in steps[i])
            last = steps[i] if shown[i] else last
    return shown
