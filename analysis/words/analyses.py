"""Every way of asking by its id: title, estimand, and how far the ways agree.

In: a published summary. Out: texts and `Sentence`s. Decisions: ways of asking in another unit
than the main one cannot be laid beside it and are not counted.
"""

from __future__ import annotations

from analysis.disclosure.rows import Pair
from analysis.disclosure.summary import Sentence, Summary
from analysis.wording import FORMAT_NAMES, listing
from analysis.words.phrases import ends, pair_names, say

MAIN = "primary"
CHANGE = "change_12_weeks"
ANALYSIS_TITLES = {
    MAIN: "Main analysis: each child's rate, adjusted",
    "growth_regression": "All reviews at once, adjusted",
    "overlap_weighted": "Children weighted until alike",
    "overlap_weighted_adjusted": "Weighted until alike, and adjusted",
    "mixed_growth": "Growth model of every review",
    "ordinal": "Levels as higher or lower only",
    CHANGE: "Change after {rate_weeks} weeks",
    "attained_24_weeks": "Goals attained at the end",
    "goals_before_format": "Only goals set before the format",
    "independent_raters": "Only ratings by others",
    "availability_only": "Format decided by where there was room",
    "as_delivered": "Only children treated as planned",
    "within_therapists": "Within each therapist's children",
    "leave_one_group_out": "Each therapy group left out in turn",
    "leave_one_therapist_out": "Each therapist left out in turn",
    "first_episodes": "One episode for each child",
    "lowest_baseline": "Only goals that started at \u22122",
    "complete_traits": "Only children with every trait recorded",
    "multiple_imputation": "Missing traits filled in many times",
}
RATE_ESTIMAND = (
    "Mean difference in the rate of goal progress (attainment levels per {rate_weeks} weeks, over "
    "the reviews of the first {horizon_weeks} weeks) between therapy planned in one format and "
    "therapy planned in the other, over all children compared"
)
_MORE_ALIKE = RATE_ESTIMAND + ", those most who could realistically have had any of the formats"
OTHER_ESTIMANDS = {
    "overlap_weighted": _MORE_ALIKE,
    "overlap_weighted_adjusted": _MORE_ALIKE,
    CHANGE: (
        "Mean difference between formats in the level reached {rate_weeks} weeks after the start, "
        "minus the start level"
    ),
    "attained_24_weeks": (
        "Mean difference between formats in the percentage of a child's goals at or above the "
        "expected level at the end of the window"
    ),
    "ordinal": (
        "Difference between formats in the log odds of a higher level at the end of the window, "
        "the same at every level"
    ),
}
ASKED_ONLY_OF = {
    "goals_before_format": "goals set before the format was chosen",
    "independent_raters": "reviews rated by someone other than the treating therapist",
    "availability_only": "children whose format was decided by availability",
    "as_delivered": "children whose attended sessions mostly followed the plan",
    "first_episodes": "each child's first episode",
    "lowest_baseline": "goals that started two levels below the expected one",
    "complete_traits": "children with every trait recorded that is allowed for",
}


def give_title(summary: Summary, id: str) -> str:
    """Give the title of a way of asking.

    Args:
        summary: the summary, for its weeks.
        id: its id in `Summary.method.analyses`.
    """
    return ANALYSIS_TITLES[id].format(rate_weeks=summary.measure.rate_weeks)


def give_estimand(summary: Summary, id: str = MAIN) -> str:
    """Give what a way of asking estimates, in one sentence.

    Args:
        summary: the summary, for its weeks.
        id: its id in `Summary.method.analyses`.
    """
    only = f". Asked only of {ASKED_ONLY_OF[id]}." if id in ASKED_ONLY_OF else ""
    measure = summary.measure
    return (
        OTHER_ESTIMANDS.get(id, RATE_ESTIMAND).format(
            rate_weeks=measure.rate_weeks, horizon_weeks=measure.horizon_weeks
        )
        + only
    )


def tell_agreement(summary: Summary) -> list[Sentence]:
    """Say whether other ways of asking, the growth model above all, bear the main answer out."""
    key, analyses = "certainty.agreement", summary.method.analyses
    alike = [row for row in analyses if row.unit == analyses[0].unit and not row.range_over_all]
    parts = []
    for k, pair in enumerate(alike[0].pairs if alike else ()):
        if pair.estimate is not None:
            inside, n = _count_inside(pair, [row.pairs[k] for row in alike[1:]])
            parts.append(f"{pair_names(pair)}: {inside} of {n}")
    if not parts:
        text = "No pair of formats could be compared, so there is nothing to compare it with."
        return [say(key, "agreement.none", text)]
    text = f"Asked in other ways, the answer falls inside the main range: {'; '.join(parts)}"
    asked = [gate for gate in summary.method.gates if gate.gate == "agreement"]
    against = [gate.pair.partition("-") for gate in asked if not gate.passed]
    if against:
        names = listing([f"{this} and {FORMAT_NAMES[than]}" for this, _, than in against])
        text += f"; the growth model of every review does not support it for {names}"
    elif asked:
        text += "; the growth model of every review supports it"
    text += "."
    rule = "agreement.growth_against" if against else "agreement"
    return [say(key, rule, text, ("certainty.analyses",))]


def _count_inside(pair: Pair, others: list[Pair]) -> tuple[int, int]:
    """Give how many other estimates of a pair lie in its range, and how many there are."""
    low, high = ends(pair)
    found = [row.estimate for row in others if row.estimate is not None]
    return sum(low <= value <= high for value in found), len(found)
