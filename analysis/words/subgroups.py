"""The sentences of "Does it depend?": kinds of goal, traits of the child, areas of life.

In: numbers that already passed the disclosure door. Out: `Sentence`s. Decisions taken here:
the headline is always about group and individual therapy (the claim that was made beforehand)
where these can be compared, never about the pair that happens to differ most; nothing is said
about one child.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analysis.decisions import labels
from analysis.wording import (
    DOMAIN_NAMES,
    FORMAT_NAMES,
    TRAIT_NAMES,
    children,
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

CLAIMED_PAIR = "group-individual"
AHEAD = (labels.FASTER_IMPORTANT, labels.FASTER_SIZE_UNCERTAIN)
NEVER_ONE_CHILD = (
    "These are averages over children. They say which differences to look for, not which format "
    "fits one child."
)
DOMAIN_TITLES = {**DOMAIN_NAMES, "other": "other"}


def choose_claimed(pairs: Sequence[Numbers]) -> Numbers | None:
    """Give the pair the headline is about: the claimed one, else the first that is shown.

    Args:
        pairs: published pairs, in their fixed order: id, shown.
    """
    shown = [pair for pair in pairs if pair["shown"]]
    return next((p for p in shown if p["id"] == CLAIMED_PAIR), shown[0] if shown else None)


def say_within_pair(pair: Numbers, margin: float, gate: Numbers | None) -> Sentence:
    """Say what the within-child test shows of one pair.

    Args:
        pair: published: id, this, than, shown, label, ahead, estimate, conf_low, conf_high,
            narrow_low, narrow_high.
        margin: the smallest difference that matters.
        gate: the published gate that withholds it, if one does.
    """
    key = f"depends.within.{pair['id']}"
    this, than = FORMAT_NAMES[str(pair["this"])], FORMAT_NAMES[str(pair["than"])]
    if not pair["shown"]:
        reason = _reason_both(gate) if gate else "there are too few children to print the result"
        text = f"{_both(pair)} cannot be compared in this way: {reason}."
        return Sentence(key, f"within.withheld.{(gate or {}).get('rule', 'held_back')}", text)
    low, high = float(pair["conf_low"]), float(pair["conf_high"])
    label, estimate = str(pair["label"]), float(pair["estimate"])
    if label in AHEAD:
        ahead, behind = (this, than) if pair["ahead"] == pair["this"] else (than, this)
        if pair["ahead"] != pair["this"]:
            estimate, low, high = -estimate, -high, -low
        text = (
            f"Each child against itself: compared with skill goals, social goals moved about "
            f"{points(estimate)} further every 12 weeks in {ahead} than in {behind} (95% range "
            f"{interval(low, high)})."
        )
    elif label == labels.NO_IMPORTANT_DIFFERENCE:
        narrow = interval(float(pair["narrow_low"]), float(pair["narrow_high"]))
        text = (
            f"Each child against itself: how far social goals moved compared with skill goals "
            f"differs between {_both(pair, False)} by less than {points(margin)} every 12 weeks "
            f"(90% range {narrow})."
        )
    else:
        text = (
            f"Each child against itself: {_both(pair, False)} cannot be told apart in how far "
            f"social goals moved compared with skill goals. Every 12 weeks the difference could "
            f"be anywhere from {_span(low, high, this, than)} (95% range)."
        )
    return Sentence(key, f"within.{label}", text, (f"depends.within_child.pairs.{pair['id']}",))


def say_within_counts(n_children: int | None) -> Sentence:
    """Say how many children have both kinds of goal, and what is taken for granted.

    Args:
        n_children: children with both kinds, rounded; None where so many have both that the
            number would tell how few have not.
    """
    kinds = (
        "both a skill goal (self-care, motor, sensory) and a social goal (social, emotional, "
        "communication)"
    )
    who = (
        f"In some formats nearly all children have {kinds}, so their number is not printed."
        if n_children is None
        else f"About {children(float(n_children))} have {kinds}."
    )
    text = (
        f"{who} Taken for granted: whatever is unrecorded about a child goes with both kinds of "
        "goal equally."
    )
    return Sentence("depends.within.counts", "within.counts", text, ("depends.within_child.rates",))


def say_within_withheld(reason: str) -> Sentence:
    """Say that the within-child test cannot be made, and why."""
    text = f"This cannot be answered with these records, because {_clause(reason)}."
    return Sentence("depends.within.withheld", "within.withheld", text)


def say_trait(trait: Numbers, pair: Numbers | None, margin: float) -> Sentence:
    """Say whether the difference between two formats goes with a trait.

    Args:
        trait: published: id, low, high (the ratings compared).
        pair: the published pair it is about (difference between the two ratings), or None.
        margin: the smallest difference that matters.
    """
    name = TRAIT_NAMES[str(trait["id"])]
    key = f"depends.trait.{trait['id']}"
    if pair is None:
        text = (
            f"Whether it depends on {name} cannot be answered with these records, because "
            f"{_clause(str(trait['reason']))}."
        )
        return Sentence(key, "trait.withheld", text)
    low, high = float(pair["conf_low"]), float(pair["conf_high"])
    this, than = FORMAT_NAMES[str(pair["this"])], FORMAT_NAMES[str(pair["than"])]
    from_to = f"from a rating of {trait['low']:g} to one of {trait['high']:g} in {name}"
    label = str(pair["label"])
    if label in AHEAD:
        towards = this if pair["ahead"] == pair["this"] else than
        if pair["ahead"] != pair["this"]:
            low, high = -high, -low
        text = (
            f"It goes with {name}: {from_to}, the difference between {_both(pair, False)} shifts "
            f"by {points(abs(float(pair['estimate'])))} every 12 weeks towards {towards} (95% "
            f"range {interval(low, high)})."
        )
    elif label == labels.NO_IMPORTANT_DIFFERENCE:
        narrow = interval(float(pair["narrow_low"]), float(pair["narrow_high"]))
        text = (
            f"It hardly goes with {name}: {from_to}, the difference between {_both(pair, False)} "
            f"shifts by less than {points(margin)} every 12 weeks (90% range {narrow})."
        )
    else:
        text = (
            f"These records cannot tell whether it goes with {name}: {from_to}, the difference "
            f"between {_both(pair, False)} could shift every 12 weeks by anything from "
            f"{_span(low, high, f'{this}', f'{than}', 'towards')} (95% range)."
        )
    return Sentence(key, f"trait.{label}", text, (f"depends.traits.{trait['id']}",))


def say_domains(rows: Sequence[Numbers], reason: str) -> Sentence:
    """Say how differences are spread over areas of life.

    Args:
        rows: published rows of one pair: domain, this, than, estimate; or none.
        reason: why there are none.
    """
    if not rows:
        text = (
            "Areas of life cannot be told apart with these records, because "
            f"{_clause(reason or 'too few children have goals in them')}."
        )
        return Sentence("depends.domains", "domains.withheld", text)
    ordered = sorted(rows, key=lambda row: float(row["estimate"]))
    low, high = ordered[0], ordered[-1]
    text = (
        f"{_both(rows[0])}, {len(rows)} areas of life: each area's difference is drawn towards "
        f"their mean as far as its children are few. They go from {number(float(low['estimate']))} "
        f"in {DOMAIN_TITLES[str(low['domain'])]} goals (95% range "
        f"{interval(float(low['conf_low']), float(low['conf_high']))}) to "
        f"{number(float(high['estimate']))} in {DOMAIN_TITLES[str(high['domain'])]} goals "
        f"({interval(float(high['conf_low']), float(high['conf_high']))}), levels every 12 weeks."
    )
    return Sentence("depends.domains", "domains", text, ("depends.domains.rows",))


def say_folded(folded: Sequence[str]) -> Sentence:
    """Say which areas of life were too small to stand alone."""
    names = listing([DOMAIN_NAMES[d] for d in folded])
    verb = "stands" if len(folded) == 1 else "stand"
    text = f"Too few children have goals in {names}, which {verb} together as other goals."
    return Sentence("depends.domains.folded", "domains.folded", text)


def say_never() -> Sentence:
    """Say that none of this is about one child."""
    return Sentence("depends.never", "depends.never", NEVER_ONE_CHILD)


def say_kind_rates(rows: Sequence[Numbers]) -> Sentence:
    """Say in each format how far the same children's social goals moved against skill goals.

    Args:
        rows: published rows that are shown: format, estimate, conf_low, conf_high.
    """
    parts = [
        f"{number(float(row['estimate']))} "
        f"({interval(float(row['conf_low']), float(row['conf_high']))}) in "
        f"{FORMAT_NAMES[str(row['format'])]}"
        for row in rows
    ]
    text = (
        "Social goals against the same child's skill goals, levels every 12 weeks with 95% range: "
        f"{listing(parts)}."
    )
    return Sentence("depends.within.rates", "within.rates", text, ("depends.within_child.rates",))


def _both(pair: Numbers, upper: bool = True) -> str:
    words = f"{pair['this']} and {FORMAT_NAMES[str(pair['than'])]}"
    return sentence_case(words) if upper else words


def _clause(reason: str) -> str:
    """Give a reason as the end of a sentence."""
    return reason[:1].lower() + reason[1:].rstrip(".")


def _reason_both(gate: Numbers) -> str:
    if gate["rule"] == "few_children":
        have = "too few" if gate["have"] is None else f"about {gate['have']}"
        return (
            f"{FORMAT_NAMES[str(gate['format'])]} has {have} children with both kinds of goal, and "
            f"at least {count(float(gate['need']), 'child', 'children')} are needed"
        )
    return give_reason(gate)


def _span(low: float, high: float, this: str, than: str, word: str = "in favour of") -> str:
    """Spell a range of this minus than by the format each end speaks for."""
    if low < 0 < high:
        return f"{points(-low)} {word} {than} to {points(high)} {word} {this}"
    side, near, far = (this, low, high) if low >= 0 else (than, -high, -low)
    return f"{number(near)} to {points(far)} {word} {side}"
