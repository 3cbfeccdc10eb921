"""Eight things to talk over before a format is chosen, and what these records say of each.

In: a published summary. Out: one `Factor` for each. Decisions: the eight are those that the
literature on the three formats names; records show or hint at something only where the report may
state it beside everything else it compares; a dependence is only hinted at, because no credibility
card rates one above low, and so is what home practice goes with, which is an association.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from analysis.disclosure.rows import SecondPair, choose_claimed
from analysis.disclosure.summary import Sentence, Summary
from analysis.vocabulary import (
    AHEAD,
    NO_IMPORTANT_DIFFERENCE,
    NOT_SUPPORTED,
    RULES_OUT,
    SUPPORTED,
)
from analysis.wording import FORMAT_NAMES, KIND_NAMES
from analysis.words.phrases import absent_formats, format_names, pair_names, say

Mark = Literal["show", "hint", "cannot_say", "not_asked"]
SHOW: Final = "show"
HINT: Final = "hint"
CANNOT_SAY: Final = "cannot_say"
NOT_ASKED: Final = "not_asked"
MARKS: dict[Mark, str] = {
    SHOW: "These records show",
    HINT: "These records hint",
    CANNOT_SAY: "These records cannot say",
    NOT_ASKED: "These records were not asked",
}
COMBINED: Final = "combined"
EITHER_WAY = "It could go either way."
TOO_LITTLE = "There is too little to go by."
NOT_WRITTEN = "Nobody wrote it down."
NOT_LOOKED = "Nobody looked."
QUESTIONS: dict[str, tuple[str, str]] = {
    "attention": ("Attention", "Is it easy to stay with a task near others?"),
    "peer_comfort": ("Other children", "Are other children a joy, a strain, or both?"),
    "follows_instructions": (
        "Following steps",
        "Does it help to be shown, told, or to copy?",
    ),
    "energy": ("Energy", "At what time of day is there most energy?"),
    "motivation": ("Motivation", "What is fun, and who makes it more fun?"),
    "home_practice": ("Practice at home", "How much fits into a usual week at home?"),
    "kind": ("Kind of goal", "Is it a skill, like to dress, or to be with others?"),
    "combining": ("Both at once", "Could both fit, and would both be wanted?"),
}


@dataclass(frozen=True)
class Factor:
    """One thing to talk over.

    Attributes:
        id: its name.
        title: what it is about.
        question: what to talk over.
        mark: what kind of answer these records have.
        answer: that answer.
    """

    id: str
    title: str
    question: Sentence
    mark: Mark
    answer: Sentence


def list_factors(summary: Summary) -> tuple[Factor, ...]:
    """Give the eight things to talk over, in their fixed order.

    Args:
        summary: a published summary.
    """
    said = {
        "attention": _answer_trait(summary, "attention"),
        "peer_comfort": _answer_trait(summary, "peer_comfort"),
        "home_practice": _answer_practice(summary),
        "kind": _answer_kind(summary),
        "combining": _answer_combining(summary),
    }
    factors = []
    for id, (title, question) in QUESTIONS.items():
        mark, text = said.get(id, (NOT_ASKED, NOT_LOOKED))
        asked = say(f"family.question.{id}", "family.question", question)
        answer = say(f"family.factor.{id}", f"family.factor.{mark}", text)
        factors.append(Factor(id, title, asked, mark, answer))
    return tuple(factors)


def _answer_trait(summary: Summary, id: str) -> tuple[Mark, str]:
    """Answer whether the gap between two formats goes with a trait."""
    part = (
        next((t for t in summary.subgroups.traits if t.id == id), None)
        if (summary.subgroups)
        else None
    )
    if part is None:
        return NOT_ASKED, NOT_LOOKED
    dropped = {row.trait for row in summary.cohort.not_adjusted_for if row.reason == "not_recorded"}
    if id in dropped:
        return NOT_ASKED, NOT_WRITTEN
    pair = choose_claimed(part.pairs)
    if pair is None:
        return CANNOT_SAY, TOO_LITTLE
    if pair.label in AHEAD and pair.settled and pair.ahead:
        text = (
            f"The higher it was, the more the balance between {pair_names(pair)} moved "
            f"towards {FORMAT_NAMES[pair.ahead]}."
        )
        return HINT, text
    if pair.label == NO_IMPORTANT_DIFFERENCE:
        return SHOW, f"High or low, it hardly changed the gap between {pair_names(pair)}."
    return CANNOT_SAY, EITHER_WAY


def _answer_kind(summary: Summary) -> tuple[Mark, str]:
    """Answer whether the gap between two formats goes with the kind of goal."""
    part = summary.subgroups.within_child if summary.subgroups else None
    if part is None:
        return NOT_ASKED, NOT_LOOKED
    pair = choose_claimed(part.pairs)
    if pair is None or part.withheld:
        return CANNOT_SAY, TOO_LITTLE
    if pair.label in AHEAD and pair.settled and pair.ahead:
        return HINT, _say_kind(pair)
    if pair.label == NO_IMPORTANT_DIFFERENCE:
        return SHOW, f"Skill or social, it hardly changed the gap between {pair_names(pair)}."
    return CANNOT_SAY, EITHER_WAY


def _say_kind(pair: SecondPair) -> str:
    this, than = format_names(pair)
    more = "more" if pair.ahead == pair.this else "less"
    return (
        f"Next to skill goals, social goals moved {more} in {this} than in {than}. Who was offered "
        "what may be why."
    )


def _answer_practice(summary: Summary) -> tuple[Mark, str]:
    """Answer whether progress goes with practice at home."""
    part = summary.effort.home_practice if summary.effort else None
    if part is None:
        return NOT_ASKED, NOT_LOOKED
    if part.withheld == "no_practice":
        return NOT_ASKED, NOT_WRITTEN
    if not part.shown or part.estimate is None:
        return CANNOT_SAY, TOO_LITTLE
    if not part.settled:
        return CANNOT_SAY, EITHER_WAY
    faster = "faster" if part.estimate > 0 else "slower"
    return HINT, f"In weeks with more of it, goals moved {faster}. Which came first is not known."


def _answer_combining(summary: Summary) -> tuple[Mark, str]:
    """Answer whether both at once holds back skill goals or social goals, as page 1 allows it."""
    if COMBINED in absent_formats(summary):
        return NOT_ASKED, "The records hold no combined therapy."
    row = next((r for r in (summary.claims.rows if summary.claims else ()) if r.id == "H5"), None)
    if row is None:
        return NOT_ASKED, NOT_LOOKED
    pairs = {pair.than: pair for pair in summary.answer.pairs if pair.this == COMBINED}
    mark: Mark = HINT if row.suggestive else SHOW
    holds = all(
        pair.label == NO_IMPORTANT_DIFFERENCE
        or (pair.label in (*AHEAD, RULES_OUT) and pair.ahead == COMBINED)
        for pair in pairs.values()
    )
    if row.verdict == SUPPORTED and holds:
        text = "Skill goals and social goals moved no slower, by enough to matter, with both."
        return mark, text
    kind, _, than = (row.about or "").partition(".")
    pair = pairs.get(than)  # type: ignore[call-overload]
    if row.verdict == NOT_SUPPORTED and row.reason == "behind" and pair and pair.ahead == than:
        return mark, f"{KIND_NAMES[kind].capitalize()} moved slower than in {FORMAT_NAMES[than]}."
    return CANNOT_SAY, EITHER_WAY if row.estimate is not None else TOO_LITTLE
