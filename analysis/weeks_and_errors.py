"""The first constants of the method: which weeks count, and how the report's one error is spent.

In: nothing. Out: `WeeksAndErrors`, which `MethodConstants` carries on; `choice`, the field of a
constant with its unit and reason.
Decisions: those of `settings`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


def choice(default: Any, unit: str, reason: str) -> Any:
    """Give the field of a choice.

    Args:
        default: its value.
        unit: what the value is counted in.
        reason: one sentence, printed in the report.
    """
    return field(default=default, metadata={"unit": unit, "reason": reason})


@dataclass(frozen=True, kw_only=True)
class WeeksAndErrors:
    """Each attribute's unit and reason stand beside it."""

    horizon_weeks: int = choice(
        24, "weeks", "Two terms: long enough to move a goal, short enough that most still come."
    )
    grace_weeks: int = choice(
        2,
        "weeks",
        "The last review is often a week or two late; it still counts as week {horizon_weeks}.",
    )
    review_weeks: int = choice(
        6, "weeks", "Usual time between reviews; an attained goal keeps its level at these."
    )
    reviewed_share: float = choice(
        0.50,
        "share",
        "A format of which half as large a share of children as elsewhere is still reviewed has "
        "come to its end.",
    )
    reviewed_least: float = choice(
        0.25, "share of children", "With fewer in every format a week is reviewed in none of them."
    )
    common_weeks: int = choice(
        6, "weeks", "Formats reviewed together for less than one review are not compared."
    )
    baseline_weeks: int = choice(
        3, "weeks", "A first review this early is the baseline; a goal set later is left out."
    )
    rate_weeks: int = choice(12, "weeks", "One term: progress is given as levels per term.")
    minimum_reviews: int = choice(2, "reviews", "A rate needs two points in time.")
    minimum_span_weeks: int = choice(
        3, "weeks", "Closer reviews measure the day, not the progress."
    )
    confidence: float = choice(0.95, "share", "Convention; printed beside every interval.")
    similarity_confidence: float = choice(
        0.90, "share", "Two one-sided tests at 5%: the usual rule for no important difference."
    )
    main_share: float = choice(
        0.90, "share of the error", "The three pairs of page 1 are what the report is for."
    )
    next_share: float = choice(
        2 / 3,
        "share of the main pairs' error",
        "Once a pair is settled, the other two keep this; the rest goes to what else is asked of "
        "the settled pair.",
    )
    rest_shares: tuple[float, ...] = choice(
        (0.40, 0.10, 0.10, 0.10, 0.10, 0.10, 0.10),
        "shares of what is left",
        "Each child against itself (the headline of that page), then attention, comfort with "
        "other children, practice at home, ratings by others, therapist hours, areas of life.",
    )
    first_look_share: float = choice(
        0.80,
        "share of the error",
        "A clinic's first report has nearly all of it; later ones about more and more of the same "
        "children share the rest.",
    )
    look_fading: float = choice(
        1.5,
        "power",
        "What is left of a chain's error falls with the number of children to this power, so that "
        "it never ends and most of it is spent while the records grow fast.",
    )
    look_overlap: float = choice(
        0.97,
        "share of the correlation",
        "Two reports go together a little less than the children they share say: levels are "
        "added, other traits find room.",
    )
    least_growth: float = choice(
        0.05,
        "share of children",
        "Records that changed without new children are still looked at anew, and that costs "
        "something.",
    )
    newcomers_together: float = choice(
        0.10,
        "share of the error",
        "New children of all formats together are many, so a change of all is seen with little; "
        "the rest is for each format by itself.",
    )
