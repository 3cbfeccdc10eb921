"""Does another way of asking support the main analysis?

In: the same pair's rows of two comparisons. Out: yes or no. Decision taken here: support means
the same sign, inside the main interval and at least half the size; to settle a difference too,
the other way's own interval must leave out zero (METHODS.md, "How formats are compared").
"""

from __future__ import annotations

from analysis.comparison.result import Row
from analysis.settings import Settings


def lies_inside(primary: Row, other: Row) -> bool:
    """Tell whether another estimate lies inside the primary 95% interval.

    Args:
        primary: the primary comparison's row.
        other: the same pair's row, asked otherwise.
    """
    return bool(primary["conf_low"] <= other["estimate"] <= primary["conf_high"])


def settles(primary: Row, other: Row) -> bool:
    """Tell whether another way of asking leaves out zero on the side of the primary estimate.

    Args:
        primary: the primary comparison's row.
        other: the same pair's row, asked otherwise; its numbers NaN when it gave no answer.
    """
    return bool(other["conf_low"] > 0 if primary["estimate"] > 0 else other["conf_high"] < 0)


def agrees(primary: Row, other: Row, settings: Settings) -> bool:
    """Tell whether another way of asking supports a primary difference.

    Args:
        primary: the primary comparison's row.
        other: the same pair's row, asked otherwise.
        settings: the least share of the primary difference that must be found.
    """
    here, there = primary["estimate"], other["estimate"]
    return bool(
        here * there > 0
        and lies_inside(primary, other)
        and abs(there) >= settings.concordance_share * abs(here)
    )
