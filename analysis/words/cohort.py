"""The sentences of page 2: who was compared, how alike they were, what was allowed for.

In: a published summary. Out: `Sentence`s and the names of steps and traits.
"""

from __future__ import annotations

from collections.abc import Iterable

from analysis.disclosure.fields import Trait
from analysis.disclosure.rows import StartTrait
from analysis.disclosure.summary import CohortPart, Sentence, Summary
from analysis.records.schema import EPISODES
from analysis.wording import TRAIT_NAMES, children, listing, number, sentence_case
from analysis.words.phrases import find_setting, known, say, spell_rough
from analysis.words.reasons import DROPPED_CLAUSES

FLOW_TITLES = {
    "records": "Children in the records",
    "goal": "With a goal set at the start",
    "baseline": "Whose goal has a level at the start",
    "reviews": "Whose goal was reviewed again, far enough apart",
}
TRAIT_TITLES = {trait: sentence_case(name) for trait, name in TRAIT_NAMES.items()}
_START_UNITS = {
    "age_years": "years, mean",
    "baseline": "level, mean",
    "social_share": "mean share",
    "motor_delay": "share of children",
    "sensory_needs": "share of children",
}


def start_unit(trait: Trait) -> str:
    """Spell the unit of a trait at the start: 'mean, 1 to 5'."""
    return _START_UNITS.get(trait) or f"mean, {EPISODES.column(trait).unit}"


def spell_start(row: StartTrait, therapy_format: str) -> str:
    """Spell one format's cell of a trait at the start: a mean, a percent, or a word.

    Args:
        row: the trait.
        therapy_format: one of the summary's formats.

    Returns:
        The cell; empty where it may not be shown.
    """
    value = getattr(row, therapy_format)
    if value is None or isinstance(value, str):
        return value or ""
    if row.unit == "percent":
        return f"{value:.0f}%"
    return spell_rough(value) if therapy_format in row.rough else number(value, 1)


def tell_cohort(summary: Summary) -> list[Sentence]:
    """Say who was compared, how alike the formats were, and which traits are allowed for."""
    cohort = summary.cohort
    return [_say_flow(cohort), _say_balance(summary), _say_adjusted(cohort)]


def _say_flow(cohort: CohortPart) -> Sentence:
    first, last = cohort.flow[0], cohort.flow[-1]
    if last.total is None:
        text = "Too few children are left in a format to print how many were compared."
        if first.total is not None:
            text += f" About {children(first.total)} were handed in."
    elif first.total is None:
        text = (
            f"About {children(last.total)} have goals whose progress can be measured. Some others "
            "had no level at the start or were not reviewed again in time."
        )
    elif first.total == last.total:
        text = (
            f"All of about {children(last.total)} in the records have goals whose progress can be "
            "measured."
        )
    else:
        text = (
            f"About {number(last.total, 0)} of about {children(first.total)} have goals whose "
            "progress can be measured; the others had no level at the start or were not reviewed "
            "again in time."
        )
    return say("who.flow", "flow", text, ("who.flow",))


def _say_balance(summary: Summary) -> Sentence:
    """Say where the formats differed most at the start, and what weighting left of it."""
    balance = summary.cohort.balance
    if not balance:
        text = "How alike the children of the formats were at the start cannot be printed, because "
        text += (
            "too few children stand on each side of every recorded trait."
            if summary.cohort.at_start
            else "no trait of the children was recorded for enough of them."
        )
        return say("who.balance", "balance.none", text)
    worst = max(balance, key=lambda row: known(row.before))
    text = (
        f"At the start the children of the formats differed most in {TRAIT_NAMES[worst.trait]} "
        f"({number(known(worst.before), 1)} standard deviations)"
    )
    if not summary.cohort.weighted:
        text += " and could not be weighted until alike."
        return say("who.balance", "balance", text, ("who.balance",))
    last = max(balance, key=lambda row: known(row.after))
    left, alike = known(last.after), find_setting(summary, "overlap_smd_warn")
    where = f", most in {TRAIT_NAMES[last.trait]}" if left > alike else " in any trait"
    text += (
        f"; once like is set beside like, they differ by at most {number(left)}{where}, and up to "
        f"{number(alike)} counts as alike."
    )
    return say("who.balance", "balance", text, ("who.balance",))


def _say_adjusted(cohort: CohortPart) -> Sentence:
    """Say which traits are allowed for, which are not, and why."""
    names = _names(cohort.adjusted_for)
    text = f"Allowed for: {listing(names)}." if names else "No recorded trait is allowed for."
    dropped = cohort.not_adjusted_for
    for reason in dict.fromkeys(row.reason for row in dropped):
        left_out = _names(row.trait for row in dropped if row.reason == reason)
        left_out = [name for name in left_out if name not in names]
        if left_out:
            text += f" Not allowed for ({DROPPED_CLAUSES[reason]}): {listing(left_out)}."
    return say("who.adjusted", "adjusted", text)


def _names(traits: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(TRAIT_NAMES[trait] for trait in traits))
