"""How credible is it that a difference depends on something? A card answered from the analysis.

In: a published summary. Out: one `CredibilityCard` for each dependence. Decisions: the
questions and the way they add up follow ICEMAN (Schandelmaier et al. 2020, CMAJ
192(32):E901-E906, 10.1503/cmaj.200077), with one more for comparisons between children who
were not assigned at random; no card is rated above moderate for the same reason, and none
about the kind of goal above low, because a format chosen for the sake of one kind of goal would
look the same; where there is no hint of a dependence (a p-value at `Settings.no_hint` or above),
or where it is not settled, there is nothing to rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from analysis.disclosure.rows import SecondPair
from analysis.disclosure.summary import Sentence, Summary
from analysis.wording import TRAIT_NAMES
from analysis.words.phrases import NOT_SETTLED, find_setting, say

CLAIMED_PAIR: Final = "group-individual"
Counts = Literal["supports", "weakens", "undermines"]
SUPPORTS: Final = "supports"
WEAKENS: Final = "weakens"
UNDERMINES: Final = "undermines"
COUNTS_AS: dict[Counts, str] = {
    SUPPORTS: "for it",
    WEAKENS: "against it",
    UNDERMINES: "strongly against it",
}
KIND = "kind"
CARD_TITLES = {KIND: "the kind of goal", **TRAIT_NAMES}
SMALLEST_PRINTED = 0.001
CHANCE: tuple[tuple[float, Counts], ...] = ((0.005, SUPPORTS), (0.01, SUPPORTS), (0.05, WEAKENS))
RATINGS = ("very low", "low", "moderate")
HIGHEST_OF_KIND = RATINGS[1]
MAY_FOLLOW = "the format may have been chosen for the goal"
COULD_HIDE = "a format chosen for the sake of one kind of goal could hide a difference"
WOULD_BREAK = "a format chosen for the sake of one kind of goal would look the same"


@dataclass(frozen=True)
class Item:
    """One question of a card: what was asked, the answer in words, and which way it counts."""

    question: str
    answer: str
    counts: Counts


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


def fill_cards(summary: Summary) -> list[CredibilityCard]:
    """Answer the questions of every dependence that was planned: kind of goal, then traits.

    Args:
        summary: a published summary.

    Returns:
        One card for each; none where no dependence was asked.
    """
    part = summary.subgroups
    if part is None:
        return []
    asked = [(KIND, "within_child", part.within_child.pairs)]
    asked += [(trait.id, f"traits.{trait.id}", trait.pairs) for trait in part.traits]
    no_hint = find_setting(summary, "no_hint")
    return [
        _fill_card(id, path, _find_claimed(pairs), no_hint, n_planned=len(asked))
        for id, path, pairs in asked
    ]


def _find_claimed(pairs: Sequence[SecondPair]) -> SecondPair | None:
    return next((pair for pair in pairs if pair.id == CLAIMED_PAIR), None)


def _fill_card(
    id: str, path: str, pair: SecondPair | None, no_hint: float, *, n_planned: int
) -> CredibilityCard:
    """Answer the questions of one dependence.

    Args:
        id: what it depends on.
        path: where its pairs stand among the subgroups.
        pair: its planned contrast, group less individual; above zero is the way that was claimed.
        no_hint: a p-value at or above which there is nothing to rate.
        n_planned: how many such questions were planned.
    """
    key, name = f"depends.credibility.{id}", CARD_TITLES[id]
    used = (f"depends.{path}.pairs.{CLAIMED_PAIR}.p_value",)
    if pair is None or pair.p_value is None or pair.estimate is None:
        text = f"Dependence on {name} could not be tested, so there is nothing to rate."
        return CredibilityCard(id, (), "", say(key, "credibility.untested", text))
    if pair.p_value >= no_hint:
        text = (
            f"Nothing here points to a dependence on {name} (p = {pair.p_value:.2f}), which "
            "does not rule one out."
        )
        return CredibilityCard(id, (), "", say(key, "credibility.no_hint", text, used))
    if not pair.settled:
        text = (
            f"A dependence on {name}: {NOT_SETTLED} ({_spell(pair.p_value)}, beside everything "
            "else this report compares), so there is nothing to rate."
        )
        return CredibilityCard(id, (), "", say(key, "credibility.not_settled", text, used))
    items = _answer(pair.p_value, pair.estimate > 0, id == KIND, n_planned)
    rating = rate_card([item.counts for item in items])
    text = f"Credibility that it depends on {name}: {rating} ({_spell(pair.p_value)})."
    if id == KIND:
        rating = min(rating, HIGHEST_OF_KIND, key=RATINGS.index)
        text = (
            f"Credibility that it depends on {name}: {rating} ({_spell(pair.p_value)}); never "
            f"above {HIGHEST_OF_KIND}, because {MAY_FOLLOW}."
        )
    return CredibilityCard(id, items, rating, say(key, f"credibility.{rating}", text, used))


def rate_card(counts: Sequence[Counts]) -> str:
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


def _answer(
    p_value: float, as_claimed: bool, within_child: bool, n_planned: int
) -> tuple[Item, ...]:
    chance: Counts = next((way for limit, way in CHANCE if p_value <= limit), UNDERMINES)
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
        Item("Were few such questions asked?", f"Yes: {n_planned}, fixed beforehand.", SUPPORTS),
        Item(
            "Was the trait used as recorded, without a cut?",
            "Yes: every goal has one kind." if within_child else "Yes, as a straight line.",
            SUPPORTS,
        ),
        Item(
            "Were children compared with themselves?",
            f"Yes; but {MAY_FOLLOW}."
            if within_child
            else "No: with other children, who were not assigned at random.",
            WEAKENS if within_child else UNDERMINES,
        ),
    )
