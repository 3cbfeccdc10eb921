"""The sentences of a report about several clinics: what they say together, and how they differ.

In: a `NetworkSummary` without sentences. Out: the same with them. Decisions: wording follows the
same labels as in a clinic's report; no clinic is named or ranked; the mean over clinics and the
range for a next clinic always stand together, because only the second is about a reader's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from analysis.clinics.rows import NetworkSummary, PooledPair, Weakness, Why
from analysis.disclosure.summary import Sentence
from analysis.vocabulary import (
    AHEAD,
    CANNOT_TELL,
    DEPENDS,
    FASTER_IMPORTANT,
    FASTER_SIZE_UNCERTAIN,
    NO_IMPORTANT_DIFFERENCE,
    NOT_COMPARABLE,
    RULES_OUT,
    Label,
)
from analysis.wording import (
    count,
    interval,
    listing,
    points,
    sentence_case,
)
from analysis.words.network_beside import (
    say_adjusted,
    say_counts,
    say_error,
    say_next,
    say_spread,
    say_who,
    say_without,
    spell_over,
    tell_attained,
    tell_method,
    tell_own,
    tell_within,
)
from analysis.words.phrases import (
    ends,
    every,
    format_names,
    known,
    narrow_range_name,
    pair_names,
    range_name,
    say,
    spell_span,
    weeks_compared,
)

ALWAYS = (
    "In none of these clinics were children assigned at random. What all clinics do alike, such as "
    "offering one format to children who are further ahead, stays in the answer however many "
    "clinics are pooled."
)
TITLES: dict[Label, str] = {
    FASTER_IMPORTANT: "Further ahead, enough to matter",
    NO_IMPORTANT_DIFFERENCE: "No important difference",
    FASTER_SIZE_UNCERTAIN: "Ahead, by how much is open",
    RULES_OUT: "No sign of being behind",
    CANNOT_TELL: "Cannot tell",
    DEPENDS: "Not answered",
    NOT_COMPARABLE: "Cannot be compared",
}
WEAKNESSES: dict[Weakness, str] = {
    "one_clinic": "one clinic brings more than half of what is known",
    "clinics_differ": "clinics differ much from each other",
    "clinics_lean": "most of it comes from clinics whose own reports ask for care",
}
ORDER: tuple[Label, ...] = (
    FASTER_IMPORTANT,
    FASTER_SIZE_UNCERTAIN,
    NO_IMPORTANT_DIFFERENCE,
    RULES_OUT,
    DEPENDS,
    CANNOT_TELL,
    NOT_COMPARABLE,
)


def tell_network(summary: NetworkSummary) -> NetworkSummary:
    """Give the summary with all its sentences.

    Args:
        summary: a network's summary; sentences it has are replaced.

    Raises:
        ValueError: if it says that a number is shown and does not hold it.
    """
    main = summary.questions[0]
    parts: list[Iterable[Sentence]] = [
        [_say_headline(main.pairs), say("always", "always", ALWAYS), say_counts(summary)],
        (say_pair(summary, pair) for pair in main.pairs),
        (say_next(summary, pair) for pair in main.pairs if pair.shown),
        [say_spread(summary, main), say_without(main)],
        tell_within(summary),
        tell_attained(summary),
        [say_adjusted(summary), say_who(summary), say_error(summary)],
        tell_own(summary),
        tell_method(summary),
    ]
    return replace(summary, sentences=tuple(sentence for part in parts for sentence in part))


def give_network_title(summary: NetworkSummary) -> str:
    """Give the title of the report."""
    return f"Individual, group or combined therapy: what {summary.n_clinics} clinics say together"


def give_network_question(summary: NetworkSummary) -> str:
    """Give the question of the report."""
    return (
        f"How much further do goals move {every(summary)}, over {weeks_compared(summary)}, in one "
        "format than in another, for children made alike within each clinic?"
    )


def say_pair(summary: NetworkSummary, pair: PooledPair) -> Sentence:
    """Say what the clinics show together of one pair.

    Args:
        summary: the summary, for its margin and units.
        pair: a pair of its main question.
    """
    id = f"pair.{pair.id}"
    if pair.label == NOT_COMPARABLE:
        return say(id, f"{pair.label}.{pair.why}", _say_withheld(pair))
    told = {
        FASTER_IMPORTANT: _say_ahead,
        FASTER_SIZE_UNCERTAIN: _say_ahead_open,
        NO_IMPORTANT_DIFFERENCE: _say_alike,
        RULES_OUT: _say_not_behind,
        DEPENDS: _say_depends,
        CANNOT_TELL: _say_cannot_tell,
    }[pair.label](summary, pair)
    if pair.weak and pair.label != CANNOT_TELL:
        told += f" Lean on this lightly: {listing([WEAKNESSES[name] for name in pair.weak])}."
    used = ("estimate", "conf_low", "conf_high")
    if pair.label in (NO_IMPORTANT_DIFFERENCE, RULES_OUT):
        used = ("narrow_low", "narrow_high", "n_clinics")
    return say(id, str(pair.label), told, [f"questions.main.pairs.{pair.id}.{n}" for n in used])


def _sides(pair: PooledPair) -> tuple[str, str]:
    this, than = format_names(pair)
    return (than, this) if pair.ahead == pair.than else (this, than)


def _oriented(pair: PooledPair, low: float | None, high: float | None) -> tuple[float, float]:
    """Give a range as the format ahead minus the other."""
    one, other = known(low), known(high)
    return (-other, -one) if pair.ahead == pair.than else (one, other)


def _say_ahead(summary: NetworkSummary, pair: PooledPair) -> str:
    ahead, behind = _sides(pair)
    low, high = _oriented(pair, pair.conf_low, pair.conf_high)
    return (
        f"{spell_over(pair)}, children in {ahead} moved about {points(abs(known(pair.estimate)))} "
        f"further {every(summary)} than children in {behind} ({range_name(summary)} "
        f"{interval(low, high)})."
    )


def _say_ahead_open(summary: NetworkSummary, pair: PooledPair) -> str:
    """Say the same of a difference whose size is open, or that is only suggestive."""
    told = _say_ahead(summary, pair)
    if _oriented(pair, pair.conf_low, pair.conf_high)[0] > summary.margin:
        return told
    return f"{told} Whether by enough to matter ({points(summary.margin)}) is open."


def _say_alike(summary: NetworkSummary, pair: PooledPair) -> str:
    narrow = interval(known(pair.narrow_low), known(pair.narrow_high))
    return (
        f"{spell_over(pair)}, the mean difference between {pair_names(pair)} is smaller than the "
        f"{points(summary.margin)} {every(summary)} set beforehand as enough to matter "
        f"({narrow_range_name(summary)} {narrow})."
    )


def _say_not_behind(summary: NetworkSummary, pair: PooledPair) -> str:
    ahead, behind = _sides(pair)
    low, high = _oriented(pair, pair.narrow_low, pair.narrow_high)
    text = (
        f"{spell_over(pair)}, no sign that {ahead} is behind {behind} by {points(summary.margin)} "
        f"or more {every(summary)}; it may be ahead by up to {points(high)} "
        f"({narrow_range_name(summary)} {interval(low, high)})."
    )
    if pair.why == "not_settled":
        text += " Beside all else that is compared here, that is too little to call it ahead."
    return text


_WHY_OPEN: dict[Why, str] = {
    "other_adjustment": "When children are weighted until alike, less than half of it is left",
    "rests_on_one": "Without one of the clinics less than half of it is left",
}


def _say_depends(summary: NetworkSummary, pair: PooledPair) -> str:
    ahead, behind = _sides(pair)
    low, high = _oriented(pair, pair.conf_low, pair.conf_high)
    why = _WHY_OPEN[pair.why or "rests_on_one"]
    return (
        f"{spell_over(pair)}, {ahead} was ahead of {behind} by {points(abs(known(pair.estimate)))} "
        f"{every(summary)} ({range_name(summary)} {interval(low, high)}). {why}. Treat this as not "
        "answered."
    )


def _say_cannot_tell(summary: NetworkSummary, pair: PooledPair) -> str:
    span = spell_span(*ends(pair), *format_names(pair))
    return (
        f"{spell_over(pair)}, the mean difference between {pair_names(pair)} could be anywhere "
        f"from {span} {every(summary)} ({range_name(summary)})."
    )


def _say_withheld(pair: PooledPair) -> str:
    names = pair_names(pair)
    if pair.why == "never_met":
        return (
            f"No clinic here compared {names} itself. Formats that never meet within a clinic "
            "cannot be told from the clinics that offer them."
        )
    return (
        f"Only {count(pair.n_clinics, 'clinic')} here could compare {names}, and three are needed: "
        "with fewer nobody can see how much clinics differ."
    )


def _say_headline(pairs: Sequence[PooledPair]) -> Sentence:
    """Say the whole answer in one sentence, the most telling first."""
    clauses = []
    for label in ORDER[:-1]:
        alike = [pair for pair in pairs if pair.label == label]
        if label in AHEAD or label == RULES_OUT:
            clauses += _clauses_ahead(alike, label)
        elif alike:
            names = listing([pair_names(pair) for pair in alike], last="and between")
            clauses.append(_CLAUSES[label].format(names=names))
    kinds = "+".join(sorted({str(pair.label) for pair in pairs}))
    if not clauses:
        text = "These clinics together cannot compare the formats yet."
    elif len({pair.label for pair in pairs}) == 1 and pairs[0].label in _ALL_ALIKE:
        text = _ALL_ALIKE[pairs[0].label]
    else:
        text = sentence_case("; ".join(clauses)) + "."
    if any(pair.weak and pair.label not in (CANNOT_TELL, NOT_COMPARABLE) for pair in pairs):
        text += " Lean on this lightly."
    return say("headline", f"headline.{kinds}", text)


_ALL_ALIKE: dict[Label, str] = {
    NO_IMPORTANT_DIFFERENCE: "On average no important difference between the three formats.",
    CANNOT_TELL: "These clinics together cannot tell the three formats apart yet.",
}
_CLAUSES: dict[Label, str] = {
    NO_IMPORTANT_DIFFERENCE: "on average no important difference between {names}",
    DEPENDS: "the difference between {names} is not answered",
    CANNOT_TELL: "these clinics cannot tell the difference between {names} yet",
}


def _clauses_ahead(pairs: Sequence[PooledPair], label: Label) -> list[str]:
    """Give one clause for each format that is ahead of (or not behind) one or two others."""
    behind: dict[str, list[str]] = {}
    for pair in pairs:
        ahead, other = _sides(pair)
        behind.setdefault(ahead, []).append(other)
    said = {
        FASTER_IMPORTANT: "goals moved further in {ahead} than in {behind}",
        FASTER_SIZE_UNCERTAIN: "goals moved further in {ahead} than in {behind}, by how much is "
        "open",
        RULES_OUT: "no sign that {ahead} is behind {behind}",
    }[label]
    return [
        said.format(ahead=ahead, behind=listing(names, last="or"))
        for ahead, names in behind.items()
    ]
