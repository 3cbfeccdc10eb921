"""The choices of a report about several clinics, beside those of a clinic's own report.

In: nothing. Out: `NetworkChoices`. Decisions: fixed before any clinics were pooled; they stand
apart from `settings` because no clinic's own answer depends on them.
"""

from __future__ import annotations

from dataclasses import dataclass

from analysis.weeks_and_errors import choice


@dataclass(frozen=True, kw_only=True)
class NetworkChoices:
    """Each attribute's unit and reason stand beside it."""

    fewest_clinics: int = choice(
        3,
        "clinics",
        "Two clinics cannot show how much clinics differ, and each would know the other.",
    )
    largest_weight: float = choice(
        0.50, "share of what is known", "One clinic with more stands for the network."
    )
    lean_weight: float = choice(
        0.50,
        "share of what is known",
        "Where clinics that ask to be leaned on lightly bring more, so does the pooled answer.",
    )
    spread_margins: float = choice(
        0.50,
        "margins",
        "With clinics this far apart a third of them lie half a margin or more from the mean.",
    )
    kept_share: float = choice(
        0.50, "share", "Without any one clinic at least half of the difference must be left."
    )
