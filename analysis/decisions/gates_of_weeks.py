"""Do the weeks in which formats are reviewed suit the comparison?

In: the weeks compared, and what review weeks do to the differences. Out: the rule of a gate that
does not pass. Decisions: a straight line misleads where progress bends beyond chance, review weeks
differ by format beyond chance, and the two together make a fair part of the margin; the
change after one term and the goals attained contradict the rate where they point the other way
beyond chance, each at a share of the report's error (METHODS.md, "Common weeks").
"""

from __future__ import annotations

from typing import Literal

from analysis.comparison.result import PAIRS, PairOfFormats, Row
from analysis.comparison.timing import Timing
from analysis.measures.common_weeks import CommonWeeks
from analysis.settings import Settings

WAYS_AGAINST = 2  # the change after one term, and the goals attained


def find_short(weeks: CommonWeeks | None, pair: PairOfFormats) -> str:
    """Give the format of a pair that is reviewed for fewer weeks than a comparison needs, or "".

    Args:
        weeks: the weeks compared; None where nobody chose them.
        pair: the two formats.
    """
    return next((f for f in pair if weeks and f in weeks.too_short), "")


def find_timing_rule(
    timing: Timing, row: Row, pair: PairOfFormats, settings: Settings
) -> Literal["", "bent", "change_against", "attained_against"]:
    """Give the first rule about weeks that a pair does not meet, or "".

    Args:
        timing: what review weeks do to the differences.
        row: the pair in the main analysis.
        pair: the two formats.
        settings: the margin, the share of it that counts, the report's error.
    """
    weeks, level = timing.by_weeks.pair(*pair), settings.error_rate / len(PAIRS)
    made = abs(timing.bend * weeks["estimate"])
    beyond_chance = timing.bend_p < settings.error_rate and weeks["p_value"] < level
    if beyond_chance and made > settings.bend_share * settings.margin:
        return "bent"
    level /= WAYS_AGAINST
    rate, less = row["estimate"], timing.less_change.pair(*pair)
    if rate * (rate - less["estimate"]) < 0 and less["p_value"] < level:
        return "change_against"
    attained = timing.attained.pair(*pair)
    if rate * attained["estimate"] < 0 and attained["p_value"] < level:
        return "attained_against"
    return ""
