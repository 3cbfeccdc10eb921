"""How numbers about children are rounded when they leave the clinic: arithmetic of counts.

In: exact numbers and how many different children stand behind them. Out: the number as it
may be shown, or None. Decisions: the unit is the child; nothing about fewer
children than the smallest cell; counts to the nearest 5, shares from rounded counts, means in
steps no finer than a fortieth of their scale and model estimates to 2 decimals; "few" and
"nearly all" instead of the ends of a scale, and neither where one of them would pin a number.

Sources: the output rules of OpenSAFELY (more than 7, rounded to 5), NHS England (more than
7), acro (10) and CMS (more than 10); see SECURITY.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

from analysis.disclosure.fields import Word
from analysis.settings import Settings

ROUND_TO = 5
ESTIMATE_DECIMALS = 2
FEW: Final = "few"
NEARLY_ALL: Final = "nearly all"
MANY_TIMES = 10.0

# Steps in which means are given, by the width of their scale: a level (-2 to +2) or a rating
# (1 to 5) is 4 wide, an age 16, a T-score about 60.
LEVEL_STEP = 0.1
AGE_STEP = 0.5
T_STEP = SESSION_STEP = HOUR_STEP = 1.0
MINUTE_STEP = 5.0


def enough(n_children: float, settings: Settings) -> bool:
    """Tell whether so many different children may stand behind a number."""
    return n_children >= settings.smallest_cell


def round_half_up(value: float, decimals: int = 0) -> float:
    """Round as people do: halves away from zero, without a negative zero."""
    scale = 10.0**decimals
    rounded = math.copysign(math.floor(abs(value) * scale + 0.5 + 1e-9) / scale, value)
    return rounded + 0.0


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
    return show_mean(value, n_children / 2, settings, step)


def show_estimate(value: float, decimals: int = ESTIMATE_DECIMALS) -> float | None:
    """Give a model's number to 2 decimals; None when it is not a number."""
    return round_half_up(value, decimals) if math.isfinite(value) else None


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
    if not enough(n_all / 2, settings):
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
