"""How credible is it that a difference depends on something? A card answered from the analysis.

In: published numbers of one dependence. Out: `CredibilityCard`. Decisions taken here: the
questions and the way they add up follow ICEMAN (Schandelmaier et al. 2020, CMAJ
192(32):E901-E906, 10.1503/cmaj.200077), with one more for comparisons between children who
were not assigned at random; no card is rated above moderate for the same reason; where there
is no hint of a dependence (p of 0.1 or more) there is nothing to rate.
"""

from __future__ import annotations

from dataclasses import dataclass

from analysis.words.answer import Sentence
from analysis.words.subgroups import CLAIMED_PAIR

SUPPORTS, WEAKENS, UNDERMINES = "supports", "weakens", "undermines"
NO_HINT = 0.10
SMALLEST_PRINTED = 0.001
CHANCE = ((0.005, SUPPORTS), (0.01, SUPPORTS), (0.05, WEAKENS))
RATINGS = ("very low", "low", "moderate")
PLANNED = 3


@dataclass(frozen=True)
class Item:
    """One question of a card: what was asked, the answer in words, and which way it counts."""

    question: str
    answer: str
    counts: str


@dataclass(frozen=True)
class CredibilityCard:
    """The answers about one dependence.

    Attributes:
        id: "kind", "attention" or "peer_comfort".
        items: the answers; empty when there is nothing to rate.
        rating: one of `RATINGS`, or "" when there is nothing to rate.
        sentence: the card in a sentence.
    """

    id: str
    items: tuple[Item, ...]
    rating: str
    sentence: Sentence


def fill_card(
    id: str, name: str, p_value: float | None, estimate: float | None, *, within_child: bool
) -> CredibilityCard:
    """Answer the card's questions for one dependence.

    Args:
        id: what it depends on.
        name: the same in words.
        p_value: of its planned contrast (group less individual), as published; None when it
            was not made.
        estimate: that contrast; above zero is the way that was claimed beforehand.
        within_child: whether children were compared with themselves.
    """
    key = f"depends.credibility.{id}"
    part = "within_child" if within_child else f"traits.{id}"
    used = (f"depends.{part}.pairs.{CLAIMED_PAIR}.p_value",)
    if p_value is None or estimate is None:
        text = f"Dependence on {name} could not be tested, so there is nothing to rate."
        return CredibilityCard(id, (), "", Sentence(key, "credibility.untested", text))
    if p_value >= NO_HINT:
        text = (
            f"Nothing here points to a dependence on {name} (p = {p_value:.2f}). That does not "
            "rule one out: such tests need many children."
        )
        return CredibilityCard(id, (), "", Sentence(key, "credibility.no_hint", text, used))
    items = _answer(p_value, estimate, within_child)
    rating = rate_card([item.counts for item in items])
    text = f"Credibility that it depends on {name}: {rating} ({_spell(p_value)})."
    return CredibilityCard(id, items, rating, Sentence(key, f"credibility.{rating}", text, used))


def rate_card(counts: list[str]) -> str:
    """Add up a card: what undermines weighs most, and nothing lifts it above moderate.

    Args:
        counts: which way each answer counts.
    """
    undermined, weakened = counts.count(UNDERMINES), counts.count(WEAKENS)
    if undermined + weakened == len(counts):
        return RATINGS[0]
    if undermined > 1:
        return RATINGS[0] if weakened else RATINGS[1]
    return RATINGS[1] if undermined and weakened else RATINGS[2]


def _spell(p_value: float) -> str:
    return "p below 0.001" if p_value < SMALLEST_PRINTED else f"p = {p_value:.3f}"


def _answer(p_value: float, estimate: float, within_child: bool) -> tuple[Item, ...]:
    as_claimed = estimate > 0
    chance = next((way for limit, way in CHANCE if p_value <= limit), UNDERMINES)
    return (
        Item(
            "Was it named beforehand, with its direction?",
            "Yes, and it points that way." if as_claimed else "Yes, but it points the other way.",
            SUPPORTS if as_claimed else UNDERMINES,
        ),
        Item(
            "Is there earlier evidence?",
            "No: three small trials in children, none of which could ask this.",
            WEAKENS,
        ),
        Item(
            "Is chance a poor explanation?",
            f"This much by chance alone: {_spell(p_value)}.",
            chance,
        ),
        Item("Were few such questions asked?", f"Yes: {PLANNED}, fixed beforehand.", SUPPORTS),
        Item(
            "Was the trait used as recorded, without a cut?",
            "Yes: every goal has one kind." if within_child else "Yes, as a straight line.",
            SUPPORTS,
        ),
        Item(
            "Were children compared with themselves?",
            "Yes." if within_child else "No: with other children, who were not assigned at random.",
            SUPPORTS if within_child else UNDERMINES,
        ),
    )
