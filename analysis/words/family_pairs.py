"""What the page for families says of each pair of formats: page 1's answer in easier words.

In: the main pairs of a published summary. Out: `Sentence`s. Decisions: the label decides the words,
as on page 1; the first format of a pair is always the subject, whichever is ahead.
"""

from __future__ import annotations

from collections.abc import Sequence

from analysis.disclosure.fields import FormatId
from analysis.disclosure.rows import MainPair
from analysis.disclosure.summary import Sentence
from analysis.vocabulary import (
    AHEAD,
    CANNOT_TELL,
    DEPENDS,
    FASTER_IMPORTANT,
    NO_IMPORTANT_DIFFERENCE,
    NOT_COMPARABLE,
    RULES_OUT,
    Label,
)
from analysis.wording import FORMAT_NAMES, listing, sentence_case
from analysis.words.phrases import pair_names, say

LIGHTLY = "Lean on {} lightly; the team's report says why."


def tell_pairs(pairs: Sequence[MainPair]) -> list[Sentence]:
    """Say each pair; what is the very same of all, or of one format next to two, is said once.

    Args:
        pairs: the main pairs of the formats that the clinic has, in their fixed order.
    """
    spelt: dict[tuple[str, str, FormatId | None], list[MainPair]] = {}
    for pair in pairs:
        rule, words = _choose_words(pair)
        same = None if "{this}" not in words and len(_say_alike(pairs)) == 1 else pair.this
        spelt.setdefault((rule, words, same), []).append(pair)
    lightly = [pair for pair in pairs if _is_light(pair)]
    told = []
    for (rule, words, same), alike in spelt.items():
        said = f"{_name_pairs(alike, same)}: {words.format(this=FORMAT_NAMES[alike[0].this])}"
        if lightly and len(lightly) < len(pairs) and alike[0] in lightly:
            said += f" {LIGHTLY.format('this')}"
        key = "-and-".join(pair.id for pair in alike)
        told.append(say(f"family.pair.{key}", rule, said, _numbers(alike)))
    if lightly and len(lightly) == len(pairs):
        text = LIGHTLY.format("all of this" if len(pairs) > 1 else "this")
        told.append(say("family.lightly", "family.lightly", text))
    return told


def _say_alike(pairs: Sequence[MainPair]) -> set[tuple[str, str]]:
    return {_choose_words(pair) for pair in pairs}


def _name_pairs(alike: Sequence[MainPair], same: FormatId | None) -> str:
    """Name a pair, all three formats, or one format next to two others."""
    if len(alike) == 1:
        return pair_names(alike[0], upper=True)
    if same:
        return sentence_case(f"{FORMAT_NAMES[same]} next to {_name_others(alike)}")
    found = dict.fromkeys(name for pair in alike for name in (pair.than, pair.this))
    names = list(found)
    return sentence_case(listing([*names[:-1], FORMAT_NAMES[names[-1]]]))


def _name_others(alike: Sequence[MainPair]) -> str:
    names = [pair.than for pair in alike]
    return listing([*names[:-1], FORMAT_NAMES[names[-1]]], last="or")


def _is_light(pair: MainPair) -> bool:
    """Tell whether what is said of a pair is to be leaned on lightly, as page 1 says."""
    untold = (CANNOT_TELL, DEPENDS, NOT_COMPARABLE)
    return pair.certainty == "suggestive" and pair.label not in untold and pair.shown


def _numbers(pairs: Sequence[MainPair]) -> tuple[str, ...]:
    return tuple(f"answer.pairs.{pair.id}" for pair in pairs if pair.estimate is not None)


_WORDS: dict[Label, str] = {
    NO_IMPORTANT_DIFFERENCE: "any gap in how fast goals moved is too small to matter.",
    CANNOT_TELL: "these records cannot tell in which goals move faster.",
    DEPENDS: "these records cannot tell in which goals move faster.",
    NOT_COMPARABLE: "these records cannot compare them yet.",
}


def _choose_words(pair: MainPair) -> tuple[str, str]:
    """Give the rule and the words of a pair; its first format is the subject."""
    if pair.label != NOT_COMPARABLE and pair.estimate is None:
        return "family.held_back", "there are too few children to print an answer."
    faster, slower = ("slower", "faster") if pair.ahead == pair.than else ("faster", "slower")
    light = ".suggestive" if _is_light(pair) else ""
    if pair.label in AHEAD:
        words = f"goals moved {faster} in {{this}}"
        if pair.label == FASTER_IMPORTANT:
            words += ", by enough to matter."
        else:
            words += ". Whether by enough to matter is not known."
    elif pair.label == RULES_OUT:
        words = (
            f"no sign that goals move {slower} in {{this}} by enough to matter. Whether they move "
            f"{faster} is not known."
        )
    else:
        words = _WORDS[pair.label]
    return f"family.{pair.label}{light}", words
