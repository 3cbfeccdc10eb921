"""The headline of the report: the whole answer in a sentence or two.

In: a published summary. Out: a `Sentence`. Decisions: it names the formats that the clinic has and
no others; a result that is held back is not hinted at; where an answer is to be leaned on lightly,
the first reasons stand in the same breath (METHODS.md, "Words").
"""

from __future__ import annotations

from collections.abc import Sequence

from analysis.disclosure.rows import MainPair
from analysis.disclosure.summary import Sentence, Summary
from analysis.vocabulary import (
    CANNOT_TELL,
    DEPENDS,
    FASTER_IMPORTANT,
    FASTER_SIZE_UNCERTAIN,
    NO_IMPORTANT_DIFFERENCE,
    NOT_COMPARABLE,
    RULES_OUT,
    Label,
)
from analysis.wording import FORMAT_NAMES, listing, sentence_case
from analysis.words.gate_reasons import give_short_reason
from analysis.words.phrases import format_names, pair_names, present_formats, present_pairs, say

NUMBER_WORDS = {2: "two", 3: "three"}
MOST_REASONS = 2
_ONE_AHEAD: dict[Label, str] = {
    FASTER_IMPORTANT: "goals moved further in {ahead} than in {behind}",
    FASTER_SIZE_UNCERTAIN: (
        "goals moved further in {ahead} than in {behind}; it is unclear if by enough to matter"
    ),
    RULES_OUT: "{ahead} {were} about as fast as {behind}, or faster",
}
_NONE_AHEAD: dict[Label, str] = {
    NO_IMPORTANT_DIFFERENCE: "no important difference between {names}",
    DEPENDS: "the difference between {names} depends on how we adjust",
    CANNOT_TELL: "these records cannot tell {names}",
}
_MOST_TELLING_FIRST: tuple[Label, ...] = (
    FASTER_IMPORTANT,
    FASTER_SIZE_UNCERTAIN,
    NO_IMPORTANT_DIFFERENCE,
    RULES_OUT,
    DEPENDS,
    CANNOT_TELL,
)


def is_behind(pair: MainPair) -> bool:
    """Whether it is the second format of a pair that is ahead, or not importantly behind."""
    return pair.ahead == pair.than


def say_headline(summary: Summary) -> Sentence:
    """Say the whole answer.

    Args:
        summary: the summary, for its pairs and why any of them is to be leaned on lightly.
    """
    present = present_formats(summary)
    if len(present) == 1:
        text = (
            f"All children here had {FORMAT_NAMES[present[0]]}: this report tells how their goals "
            "moved."
        )
        return say("headline", "headline.one_format", text)
    pairs = present_pairs(summary, summary.answer.pairs)
    printed = [pair for pair in pairs if pair.label == NOT_COMPARABLE or pair.estimate is not None]
    kinds: set[str] = {pair.label for pair in printed}
    all_formats = f"the {NUMBER_WORDS[len(present)]} formats"
    if not printed:
        text = "The formats were compared; the result is kept back, because it could show a child."
    elif kinds == {NOT_COMPARABLE}:
        text = "These records cannot compare the formats yet."
    elif kinds == {CANNOT_TELL}:
        text = f"These records cannot tell which of {all_formats} is faster."
    elif kinds <= {CANNOT_TELL, NOT_COMPARABLE}:
        text = "These records cannot tell yet in which format goals move further."
    elif kinds == {NO_IMPORTANT_DIFFERENCE} and len(printed) == len(pairs):
        text = f"No important difference between {all_formats}."
    else:
        text = " ".join(f"{sentence_case(clause)}." for clause in _clauses(printed))
    text += _say_lightly(summary, printed)
    rule = "headline." + ("+".join(sorted(kinds)) or "held_back")
    return say("headline", rule, text)


def _say_lightly(summary: Summary, pairs: Sequence[MainPair]) -> str:
    """Say why the answer is to be leaned on lightly, the first reasons of all pairs."""
    light = {p.id for p in pairs if p.certainty == "suggestive" and p.label != CANNOT_TELL}
    if not light:
        return ""
    gates = [g for g in summary.method.gates if g.pair in light and not g.passed]
    reasons = list(dict.fromkeys(give_short_reason(gate) for gate in gates))
    more = " (more stands beside each pair)" if len(reasons) > MOST_REASONS else ""
    return f" Lean on this lightly, because {listing(reasons[:MOST_REASONS])}{more}."


def _clauses(pairs: Sequence[MainPair]) -> list[str]:
    """Give one clause for all pairs that say the same thing, the most telling first."""
    clauses = []
    for label in _MOST_TELLING_FIRST:
        alike = [pair for pair in pairs if pair.label == label]
        if label in _ONE_AHEAD:
            for ahead, others in _sides_taken(alike):
                names, behind = listing(ahead), listing(others, last="or")
                if label == RULES_OUT and len(others) > 1:
                    behind = "the other two"
                were = "is" if len(ahead) == 1 else "are"
                clauses.append(_ONE_AHEAD[label].format(ahead=names, behind=behind, were=were))
        elif alike:
            names = listing([pair_names(pair) for pair in alike], last="or between")
            if label == CANNOT_TELL:
                apart = [f"{pair.this} from {FORMAT_NAMES[pair.than]}" for pair in alike]
                names = listing(apart, last="or")
            clauses.append(_NONE_AHEAD[label].format(names=names))
    return clauses


def _sides_taken(pairs: Sequence[MainPair]) -> list[tuple[list[str], list[str]]]:
    """Give who is ahead of whom; formats ahead of the very same others stand together."""
    others: dict[str, list[str]] = {}
    for pair in pairs:
        this, than = format_names(pair)
        ahead, behind = (than, this) if is_behind(pair) else (this, than)
        others.setdefault(ahead, []).append(behind)
    together: dict[tuple[str, ...], list[str]] = {}
    for ahead, names in others.items():
        together.setdefault(tuple(names), []).append(ahead)
    return [(ahead, list(names)) for names, ahead in together.items()]
