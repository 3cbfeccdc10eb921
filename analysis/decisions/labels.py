"""From an interval to a decision label: one truth table, fixed before results are seen.

In: an estimate, its standard error and degrees of freedom, and the margin; another way's estimate.
Out: a `Label`; whether the other way supports it. Decisions: an interval is judged as it is
printed; one inside the margin counts as an answer of its own and comes first; on a boundary the
weaker label is given (METHODS.md, "What may be said"); support means the same sign, inside the main
interval and at least half the size, and to settle a difference the other way's own interval must
leave out zero (METHODS.md, "How formats are compared").
"""

from __future__ import annotations

import math
from collections.abc import Set
from dataclasses import dataclass
from typing import Literal

from scipy.special import stdtrit

from analysis.comparison.result import Row
from analysis.settings import Settings
from analysis.vocabulary import (
    CANNOT_TELL,
    FASTER_IMPORTANT,
    FASTER_SIZE_UNCERTAIN,
    NO_IMPORTANT_DIFFERENCE,
    NOT_COMPARABLE,
    RULES_OUT,
)
from analysis.vocabulary import Label as LabelName
from analysis.wording import ESTIMATE_DECIMALS, round_half_up

LARGEST_FACTOR = 1e6  # bounds the search: beyond it the answer is never


@dataclass(frozen=True)
class Label:
    """What an interval of this minus than allows to be said.

    Attributes:
        name: one of `vocabulary.Label`.
        ahead: "this" or "than" when one is ahead (or, for `RULES_OUT`, when one is not
            importantly behind); "" otherwise.
    """

    name: LabelName
    ahead: Literal["this", "than", ""] = ""


def decide_label(
    estimate: float,
    std_error: float,
    df: float,
    settings: Settings,
    doubted: Set[Literal["this", "than"]] = frozenset(),
) -> Label:
    """Decide what the interval of a difference allows to be said.

    A side that a fault favours is not trusted: the truth may lie any way below its range.

    Args:
        estimate: this minus than, in the unit of the rate.
        std_error: its standard error.
        df: its degrees of freedom.
        settings: the margin and the two levels of confidence.
        doubted: the sides that a fault may make look ahead.

    >>> decide_label(0.6, 0.1, 30.0, Settings())
    Label(name='faster_important', ahead='this')
    >>> decide_label(0.0, 0.05, 30.0, Settings()).name
    'no_important_difference'
    >>> decide_label(0.0, 0.05, 30.0, Settings(), {"this"})
    Label(name='rules_out_importantly_slower', ahead='than')
    """
    if not (math.isfinite(estimate) and math.isfinite(std_error) and std_error > 0):
        return Label(NOT_COMPARABLE)
    wide, narrow = (
        printed_interval(estimate, std_error, df, level)
        for level in (settings.confidence, settings.similarity_confidence)
    )
    wide, narrow = (
        (-math.inf if "this" in doubted else low, math.inf if "than" in doubted else high)
        for low, high in (wide, narrow)
    )
    return label_intervals(wide, narrow, settings.margin)


def printed_interval(
    estimate: float, std_error: float, df: float, confidence: float
) -> tuple[float, float]:
    """Give an interval with its ends as they are printed.

    What is said is decided on these: a sentence that excludes a value then never stands beside a
    range that holds it. On a margin of two decimals the exact interval excludes it too.

    Args:
        estimate: the middle.
        std_error: its standard error.
        df: its degrees of freedom.
        confidence: the level of the interval.

    >>> printed_interval(0.2, 0.1, 30.0, 0.95)
    (0.0, 0.4)
    """
    half = std_error * float(stdtrit(df, 0.5 + confidence / 2))
    low, high = (
        round_half_up(end, ESTIMATE_DECIMALS) for end in (estimate - half, estimate + half)
    )
    return low, high


def label_intervals(wide: tuple[float, float], narrow: tuple[float, float], margin: float) -> Label:
    """Give the label of an interval and of the narrower one inside it.

    Args:
        wide: interval of this minus than, at `Settings.confidence`.
        narrow: interval of the same difference, at `Settings.similarity_confidence`.
        margin: the smallest difference that matters.
    """
    if -margin < narrow[0] and narrow[1] < margin:
        return Label(NO_IMPORTANT_DIFFERENCE)
    sides: tuple[tuple[Literal["this", "than"], float], ...]
    sides = (("this", wide[0]), ("than", -wide[1]))
    for ahead, low in sides:
        if low > margin:
            return Label(FASTER_IMPORTANT, ahead)
        if low > 0:
            return Label(FASTER_SIZE_UNCERTAIN, ahead)
    if narrow[0] > -margin:
        return Label(RULES_OUT, "this")
    if narrow[1] < margin:
        return Label(RULES_OUT, "than")
    return Label(CANNOT_TELL)


def narrower(df: float, settings: Settings) -> float:
    """Give the narrower interval's width as a share of the wider one's.

    Args:
        df: degrees of freedom.
        settings: the two levels of confidence.
    """
    narrow, wide = (
        float(stdtrit(df, 0.5 + level / 2))
        for level in (settings.similarity_confidence, settings.confidence)
    )
    return narrow / wide


def answer_half_width(settings: Settings) -> float:
    """Give the half-width at which an interval is likely to give an answer.

    Args:
        settings: the margin, and what share of it.
    """
    return settings.margin * settings.answer_width


def size_factor(std_error: float, df: float, settings: Settings) -> float:
    """How many times as many children (and therapy groups) narrow an interval to give an answer.

    The standard error falls with the square root of the size, and the degrees of freedom
    grow with it; solved by repeated substitution.

    Args:
        std_error: standard error now.
        df: degrees of freedom now.
        settings: the half-width wanted (`answer_half_width`) and the level of confidence of the
            interval.

    Returns:
        The factor, at least 1.
    """
    factor = 1.0
    for _ in range(60):
        quantile = float(stdtrit(df * factor, 0.5 + settings.confidence / 2))
        factor = max((quantile * std_error / answer_half_width(settings)) ** 2, 1.0)
        factor = min(factor, LARGEST_FACTOR)
    return factor


def lies_inside(primary: Row, other: Row) -> bool:
    """Tell whether another estimate lies inside the primary interval.

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
