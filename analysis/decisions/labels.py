"""From an interval to a decision label: one truth table, fixed before results are seen.

In: an estimate, its standard error and degrees of freedom, and the margin. Out: a `Label`.
Decision taken here: an interval inside the margin counts as an answer of its own and comes
first; on a boundary the weaker label is given (METHODS.md, "What may be said").
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import stdtrit

from analysis.settings import Settings

FASTER_IMPORTANT = "faster_important"
NO_IMPORTANT_DIFFERENCE = "no_important_difference"
FASTER_SIZE_UNCERTAIN = "faster_size_uncertain"
RULES_OUT = "rules_out_importantly_slower"
CANNOT_TELL = "cannot_tell"
DEPENDS = "depends_on_adjustment"
NOT_COMPARABLE = "not_comparable"
OTHER_UNIT = "other_unit"

LABEL_TITLES = {
    FASTER_IMPORTANT: "Further ahead, enough to matter",
    NO_IMPORTANT_DIFFERENCE: "No important difference",
    FASTER_SIZE_UNCERTAIN: "Ahead, by how much is unclear",
    RULES_OUT: "Not importantly behind",
    CANNOT_TELL: "Cannot tell",
    DEPENDS: "Depends on how we adjust",
    NOT_COMPARABLE: "Cannot be compared",
}

LARGEST_FACTOR = 1e6


@dataclass(frozen=True)
class Label:
    """What an interval of this minus than allows to be said.

    Attributes:
        name: one of `LABEL_TITLES`.
        ahead: "this" or "than" when one is ahead (or, for `RULES_OUT`, when one is not
            importantly behind); "" otherwise.
    """

    name: str
    ahead: str = ""


def decide_label(estimate: float, std_error: float, df: float, settings: Settings) -> Label:
    """Decide what the interval of a difference allows to be said.

    Args:
        estimate: this minus than, in levels per 12 weeks.
        std_error: its standard error.
        df: its degrees of freedom.
        settings: the margin and the two levels of confidence.
    """
    if not (math.isfinite(estimate) and math.isfinite(std_error) and std_error > 0):
        return Label(NOT_COMPARABLE)
    wide = std_error * float(stdtrit(df, 0.5 + settings.confidence / 2))
    narrow = std_error * float(stdtrit(df, 0.5 + settings.similarity_confidence / 2))
    return label_intervals(
        (estimate - wide, estimate + wide), (estimate - narrow, estimate + narrow), settings.margin
    )


def label_intervals(wide: tuple[float, float], narrow: tuple[float, float], margin: float) -> Label:
    """Give the label of a 95% interval and the 90% interval inside it.

    Args:
        wide: 95% interval of this minus than.
        narrow: 90% interval of the same difference.
        margin: the smallest difference that matters.
    """
    if -margin < narrow[0] and narrow[1] < margin:
        return Label(NO_IMPORTANT_DIFFERENCE)
    for ahead, low in (("this", wide[0]), ("than", -wide[1])):
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
    """Give the 90% interval's width as a share of the 95% interval's.

    Args:
        df: degrees of freedom.
        settings: the two levels of confidence.
    """
    narrow, wide = (
        float(stdtrit(df, 0.5 + level / 2))
        for level in (settings.similarity_confidence, settings.confidence)
    )
    return narrow / wide


def size_factor(std_error: float, df: float, half_width: float, confidence: float) -> float:
    """How many times as many children (and therapy groups) narrow an interval to a half-width.

    The standard error falls with the square root of the size, and the degrees of freedom
    grow with it; solved by repeated substitution.

    Args:
        std_error: standard error now.
        df: degrees of freedom now.
        half_width: the half-width wanted, in the unit of the standard error.
        confidence: level of confidence of the interval.

    Returns:
        The factor, at least 1.
    """
    factor = 1.0
    for _ in range(60):
        quantile = float(stdtrit(df * factor, 0.5 + confidence / 2))
        factor = min(max((quantile * std_error / half_width) ** 2, 1.0), LARGEST_FACTOR)
    return factor
