"""The sentences of the claims ledger: each claim, its answer, and why.

In: published claims, their numbers already through the disclosure door. Out: `Sentence`s.
Decision taken here: the answer comes first, then the number with its range, then what it is
about; a claim that cannot be tested says what is missing, and nothing about the claim.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analysis.decisions import claims
from analysis.wording import (
    FORMAT_NAMES,
    KIND_NAMES,
    count,
    interval,
    listing,
    number,
    points,
    sentence_case,
)
from analysis.words.answer import Sentence
from analysis.words.gate_reasons import give_reason

Numbers = Mapping[str, object]

NUMBER_MEANS = {
    "H1": "Every 12 weeks, skill goals in individual therapy against group therapy: {number}.",
    "H2": "Every 12 weeks, social goals in group therapy against individual therapy: {number}.",
    "H3": (
        "From a rating of 2 to one of 4 in attention, the difference every 12 weeks shifts by "
        "{number}."
    ),
    "H4": (
        "From a rating of 2 to one of 4 in comfort with other children, the difference every 12 "
        "weeks shifts by {number}."
    ),
    "H5": "Every 12 weeks, combined therapy against {than}, {kind}: {number}.",
    "H6": (
        "For half an hour of practice a week more than the child's own usual, every 12 weeks: "
        "{number}."
    ),
    "H7": "Caregivers and teachers against therapists, same goal, same time: {number}.",
}
ABOVE_ZERO = {
    "H1": "individual therapy ahead",
    "H2": "group therapy ahead",
    "H3": "towards group therapy",
    "H4": "towards group therapy",
    "H5": "combined therapy ahead",
    "H6": "more practice, more progress",
    "H7": "caregivers and teachers see more",
}
REASONS = {
    "ahead": "The range lies wholly on the side of the claim",
    "reversed": "The range lies wholly against the claim",
    "no_important_difference": "Any difference is smaller than the {margin} that would matter",
    "ruled_out": "A difference of {margin} or more in favour of the claim is ruled out",
    "behind": "The range lies wholly below zero",
    "not_behind": "Being behind by {margin} or more is ruled out for both kinds of goal",
    "goes_with": "The range lies wholly above zero; an association, not more",
    "not_lower": "Levels lower by {margin} or more are ruled out",
    "lower": "The range lies wholly below zero",
    "too_wide": "The range holds both what would speak for the claim and what would not",
}
LIGHTLY = " Lean on this lightly: see the cautions on the first page."


def say_claim(claim: Numbers, margin: float, gate: Numbers | None = None) -> Sentence:
    """Say how a claim fares.

    Args:
        claim: published: id, verdict, reason, estimate, conf_low, conf_high, unit, about,
            suggestive.
        margin: the smallest difference that matters.
        gate: the published gate that stands in the way, if one does.
    """
    key = f"claims.{claim['id']}"
    verdict = sentence_case(str(claim["verdict"]))
    if claim["verdict"] == claims.CANNOT_TEST:
        why = give_reason(gate) if gate else str(claim["reason"])
        text = f"{verdict} with these records, because {why}."
        rule = f"claim.cannot_be_tested.{(gate or {}).get('rule', 'reason')}"
        return Sentence(key, rule, text)
    low, high = float(claim["conf_low"]), float(claim["conf_high"])
    above = ABOVE_ZERO[str(claim["id"])]
    spelt = (
        f"{points(float(claim['estimate']))} (95% range {interval(low, high)}; above zero: {above})"
    )
    kind, _, than = str(claim["about"] or "").partition(".")
    meaning = NUMBER_MEANS[str(claim["id"])].format(
        number=spelt, kind=KIND_NAMES.get(kind, ""), than=FORMAT_NAMES.get(than, "")
    )
    why = REASONS[str(claim["reason"])].format(margin=f"{number(margin)} levels")
    text = f"{verdict}. {meaning} {why}."
    if claim["suggestive"] and claim["verdict"] in (claims.SUPPORTED, claims.NOT_SUPPORTED):
        text += LIGHTLY
    rule = f"claim.{str(claim['verdict']).replace(' ', '_')}.{claim['reason']}"
    used = ("estimate", "conf_low", "conf_high")
    return Sentence(key, rule, text, tuple(f"claims.rows.{claim['id']}.{name}" for name in used))


def say_ledger(rows: Sequence[Numbers]) -> Sentence:
    """Say how the claims fare together.

    Args:
        rows: published claims: verdict.
    """
    parts = []
    for verdict in claims.VERDICTS:
        n = sum(row["verdict"] == verdict for row in rows)
        if n:
            parts.append(f"{n} {verdict}")
    text = (
        f"Of {count(len(rows), 'claim')} made about these formats before: {listing(parts)}. Each "
        "was written down, with its rule, before any records were seen."
    )
    return Sentence("claims.ledger", "claims.ledger", text, ("claims.rows",))
