"""The sentences of the claims ledger: each claim, its answer, and why.

In: a published summary. Out: `Sentence`s, the claims and their estimands. Decision: the answer
comes first, then the number with its range, then what it is about; a claim that cannot be tested
says what is missing, and nothing about the claim.
"""

from __future__ import annotations

from typing import get_args

from analysis.disclosure.rows import ClaimRow
from analysis.disclosure.summary import Sentence, Summary
from analysis.vocabulary import ClaimId, ClaimVerdict
from analysis.wording import (
    FORMAT_NAMES,
    KIND_NAMES,
    TRAIT_NAMES,
    count,
    interval,
    listing,
    points,
    sentence_case,
)
from analysis.words.gate_reasons import give_reason
from analysis.words.phrases import (
    NOT_SETTLED,
    ends,
    every,
    find_setting,
    known,
    narrow_range_name,
    range_name,
    say,
)
from analysis.words.reasons import REASON_CLAUSES

NOT_ASKED = "The claims made about these formats before were not held against these records."
BEFOREHAND = (
    "Each was written down, with its rule, before any records were seen. Hinted means that the "
    "range lies on the side of the claim, but that so much was compared that chance could do it."
)
CLAIMS: dict[ClaimId, str] = {
    "H1": (
        "Skill goals (self-care, motor, sensory) move further in individual than in group therapy."
    ),
    "H2": (
        "Social goals (social, emotional, communication) move further in group than in individual "
        "therapy."
    ),
    "H3": "The lower a child's attention, the more individual therapy is ahead of group therapy.",
    "H4": (
        "The more comfortable a child is with other children, the more group therapy is ahead of "
        "individual therapy."
    ),
    "H5": (
        "Combined therapy is not importantly behind the better single format, on skill goals or on "
        "social goals."
    ),
    "H6": "Home practice goes with faster progress.",
    "H7": "Gains carry over: caregivers and teachers see the levels that therapists see.",
}
_SHIFT = "Shift of the difference group minus individual {from_to}"
ESTIMANDS: dict[ClaimId, str] = {
    "H1": "Difference in the rate of skill goals, individual minus group, traits allowed for",
    "H2": "Difference in the rate of social goals, group minus individual, traits allowed for",
    "H3": _SHIFT,
    "H4": _SHIFT,
    "H5": (
        "Difference in rate, combined minus each single format, for each kind of goal; the lowest "
        "of the four"
    ),
    "H6": (
        "Difference in the rate between a child's own intervals, for {practice} of practice a week "
        "more"
    ),
    "H7": (
        "Difference in level between ratings by caregivers or teachers and by therapists, same "
        "goal, same time"
    ),
}
_TRAIT_SHIFTS = "{From_to}, the difference {every} shifts by {number}."
NUMBER_MEANS: dict[ClaimId, str] = {
    "H1": "{Every}, skill goals in individual therapy against group therapy: {number}.",
    "H2": "{Every}, social goals in group therapy against individual therapy: {number}.",
    "H3": _TRAIT_SHIFTS,
    "H4": _TRAIT_SHIFTS,
    "H5": "{Every}, combined therapy against {than}, {kind}: {number}.",
    "H6": "For {practice} of practice a week more than the child's own usual, {every}: {number}.",
    "H7": "Caregivers and teachers against therapists, same goal, same time: {number}.",
}
HALF_AN_HOUR = 30.0
TRAIT_OF_CLAIM: dict[ClaimId, str] = {"H3": "attention", "H4": "peer_comfort"}
ABOVE_ZERO: dict[ClaimId, str] = {
    "H1": "individual therapy ahead",
    "H2": "group therapy ahead",
    "H3": "towards group therapy",
    "H4": "towards group therapy",
    "H5": "combined therapy ahead",
    "H6": "more practice, more progress",
    "H7": "caregivers and teachers see more",
}
REASONS: dict[str, str] = {
    "ahead": "The whole range is on its side",
    "reversed": "The whole range is against it",
    "no_important_difference": "Any difference is below {margin}",
    "ruled_out": "{margin} in its favour: ruled out",
    "behind": "The range lies wholly below zero",
    "not_behind": "Behind by {margin} or more: ruled out for both kinds of goal",
    "goes_with": "The range lies wholly above zero; an association, not more",
    "not_lower": "Ratings lower by {margin} or more are ruled out",
    "lower": "The range lies wholly below zero",
    "not_settled": f"Hinted, but {NOT_SETTLED}",
    "favoured": "Records may favour one format (page 1)",
    "too_wide": "The range speaks both for and against",
}
# What these reasons rule out, they rule out by the narrower of the two ranges.
BY_NARROW_RANGE = frozenset({"no_important_difference", "ruled_out", "not_behind", "not_lower"})
LIGHTLY = " Lean on this lightly (page 1)."


def give_claim_estimand(summary: Summary, id: ClaimId) -> str:
    """Give what was estimated to test a claim, without its unit."""
    return ESTIMANDS[id].format(**_spell_parts(summary, id))


def tell_claims(summary: Summary) -> list[Sentence]:
    """Say how each claim fares, and how they fare together."""
    part = summary.claims
    if part is None:
        return [say("claims.not_asked", "claims.not_asked", NOT_ASKED)]
    rows = part.rows
    return [
        *(_say_claim(summary, row) for row in rows),
        _say_ledger(rows),
        say("claims.beforehand", "claims.beforehand", BEFOREHAND),
    ]


def _say_claim(summary: Summary, claim: ClaimRow) -> Sentence:
    key, verdict = f"claims.{claim.id}", sentence_case(claim.verdict)
    if claim.verdict == "cannot be tested":
        gate = claim.gate
        why = REASON_CLAUSES.get(claim.reason) if gate is None else None
        text = f"{verdict} with these records, because {why or give_reason(summary, gate)}."
        return say(key, f"claim.cannot_be_tested.{gate.rule if gate else 'reason'}", text)
    name, low, high = range_name(summary), *ends(claim)
    used = ("estimate", "conf_low", "conf_high")
    if claim.reason in BY_NARROW_RANGE:
        name, low, high = (
            narrow_range_name(summary),
            known(claim.narrow_low),
            known(claim.narrow_high),
        )
        used = ("estimate", "narrow_low", "narrow_high")
    spelt = (
        f"{points(known(claim.estimate))} ({name} {interval(low, high)}; above zero: "
        f"{ABOVE_ZERO[claim.id]})"
    )
    kind, _, than = (claim.about or "").partition(".")
    meaning = NUMBER_MEANS[claim.id].format(
        number=spelt,
        kind=KIND_NAMES.get(kind, ""),
        than=FORMAT_NAMES.get(than, ""),
        **_spell_parts(summary, claim.id),
    )
    margin = find_setting(summary, "rater_margin") if claim.id == "H7" else summary.margin
    why = REASONS[claim.reason].format(margin=points(margin))
    text = f"{verdict}. {meaning} {why}."
    if claim.suggestive and claim.verdict in ("supported", "not supported"):
        text += LIGHTLY
    rule = f"claim.{claim.verdict.replace(' ', '_')}.{claim.reason}"
    return say(key, rule, text, tuple(f"claims.rows.{claim.id}.{name}" for name in used))


def _spell_parts(summary: Summary, id: ClaimId) -> dict[str, str]:
    """Spell what a claim's number is about: weeks, ratings compared, minutes of practice."""
    spelt, from_to = every(summary), ""
    minutes = find_setting(summary, "practice_minutes")
    if id in TRAIT_OF_CLAIM:
        low, high = (find_setting(summary, name) for name in ("low_rating", "high_rating"))
        name = TRAIT_NAMES[TRAIT_OF_CLAIM[id]]
        from_to = f"from a rating of {low:g} to one of {high:g} in {name}"
    return {
        "every": spelt,
        "Every": sentence_case(spelt),
        "from_to": from_to,
        "From_to": sentence_case(from_to),
        "practice": "half an hour" if minutes == HALF_AN_HOUR else f"{minutes:g} minutes",
    }


def _say_ledger(rows: tuple[ClaimRow, ...]) -> Sentence:
    """Say how the claims fare together."""
    found = [row.verdict for row in rows]
    parts = [f"{found.count(v)} {v}" for v in get_args(ClaimVerdict) if v in found]
    text = f"Of {count(len(rows), 'claim')} made about these formats before: {listing(parts)}."
    return say("claims.ledger", "claims.ledger", text, ("claims.rows",))
