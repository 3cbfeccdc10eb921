"""The sentences of the answer: what may honestly be said of each pair of formats.

In: a published summary. Out: `Sentence`s. Decisions: the number comes first and the word second;
strength of wording follows the decision label; every sentence names the rule that chose it and
the numbers it uses (METHODS.md, "Words").
"""

from __future__ import annotations

from collections.abc import Sequence

from analysis.disclosure.rows import Counts, Gate, MainPair
from analysis.disclosure.summary import Sentence, Summary
from analysis.vocabulary import (
    AHEAD,
    CANNOT_TELL,
    DEPENDS,
    FASTER_IMPORTANT,
    FASTER_SIZE_UNCERTAIN,
    FAVOURED,
    NO_IMPORTANT_DIFFERENCE,
    NOT_COMPARABLE,
    RULES_OUT,
    Label,
    Unsettled,
)
from analysis.wording import (
    FORMAT_NAMES,
    children,
    count,
    interval,
    listing,
    number,
    points,
    sentence_case,
)
from analysis.words.favoured import say_favoured
from analysis.words.gate_reasons import give_reason, give_short_reason
from analysis.words.phrases import (
    ends,
    every,
    format_names,
    gate_numbers,
    known,
    narrow_range_name,
    pair_names,
    range_name,
    say,
    say_aim,
    spell_span,
    spell_times,
    weeks_compared,
)

TITLE = "Individual, group or combined therapy: what these records show"
ALWAYS = (
    "Children were not assigned at random: part of any difference may come from which children "
    "were offered which format."
)
ADVICE = (
    "Unless chance or who was offered which format hides one, choose on fit, cost and family "
    "preference."
)
LABEL_TITLES: dict[Label, str] = {
    FASTER_IMPORTANT: "Further ahead, enough to matter",
    NO_IMPORTANT_DIFFERENCE: "No important difference",
    FASTER_SIZE_UNCERTAIN: "Ahead, by how much is unclear",
    RULES_OUT: "Not importantly behind",
    CANNOT_TELL: "Cannot tell",
    DEPENDS: "Depends on how we adjust",
    NOT_COMPARABLE: "Cannot be compared",
}
UNSETTLED: dict[Unsettled, str] = {
    "three_at_once": "Beside everything else this report compares",
    "growth_open": "As long as the growth model of every review leaves it open",
    "looked_before": "After the earlier looks at these growing records",
}
AIM = ("answer.needed.half_width",)
_COUNTED = ("answer.counts", "measure")
_RANGE = ("estimate", "conf_low", "conf_high")
_USED: dict[Label, tuple[str, ...]] = {
    FASTER_IMPORTANT: _RANGE,
    FASTER_SIZE_UNCERTAIN: _RANGE,
    NO_IMPORTANT_DIFFERENCE: ("narrow_low", "narrow_high"),
    RULES_OUT: ("narrow_low", "narrow_high"),
    DEPENDS: (*_RANGE, "weighted"),
    CANNOT_TELL: _RANGE,
}


def give_question(summary: Summary) -> str:
    """Give the question of the report."""
    return (
        "For the children compared here, made alike, how much further do goals move "
        f"{every(summary)}, over {weeks_compared(summary)}, in one format than in another?"
    )


def tell_answer(summary: Summary) -> list[Sentence]:
    """Say what the records show of each pair, and of all together."""
    pairs = summary.answer.pairs
    always = say("always", "always", ALWAYS)
    return [*(say_pair(summary, pair) for pair in pairs), say_headline(pairs), always]


def tell_counts(summary: Summary) -> list[Sentence]:
    """Say how many children and goals were compared."""
    text = spell_counts(summary, summary.counted("all"))
    if summary.measure.asked_weeks is None:
        return [say("counts", "counts", text, ("answer.counts",))]
    return [say("counts", "counts.common_weeks", f"{text} {_say_weeks(summary)}", _COUNTED)]


def _say_weeks(summary: Summary) -> str:
    """Say which weeks are compared, and why these where fewer were than asked about."""
    measure = summary.measure
    ended = listing([FORMAT_NAMES[name] for name in measure.ended])
    return (
        f"Compared are weeks 0 to {measure.horizon_weeks} of the {measure.asked_weeks} asked "
        f"about: children in {ended} were seldom reviewed later, and the pace of progress may "
        "change on the way."
    )


def spell_counts(summary: Summary, everyone: Counts) -> str:
    """Say how many children and goals are counted, this time or in the last report.

    Args:
        summary: the summary, for its smallest cell.
        everyone: the counts of all formats together.
    """
    if everyone.n_children is None:
        return f"Some formats have fewer than {summary.smallest_cell} children to compare."
    return (
        f"About {children(everyone.n_children)} with {count(known(everyone.n_goals), 'goal')} are "
        "compared here."
    )


def say_pair(summary: Summary, pair: MainPair) -> Sentence:
    """Say what the records show of one pair.

    Args:
        summary: the summary, for its gates, margin and units.
        pair: one of its main pairs.
    """
    key, rule = f"pair.{pair.id}", str(pair.label)
    gates = [g for g in summary.method.gates if g.pair == pair.id and not g.passed]
    if pair.label == NOT_COMPARABLE:
        return _say_withheld(summary, pair, gates[-1] if gates else None)
    if pair.estimate is None:
        text = (
            f"{pair_names(pair, upper=True)} were compared, but there are too few children to "
            "print the result without giving away something about one of them."
        )
        return say(key, "held_back", text)
    if pair.unsettled == FAVOURED:
        return say_favoured(summary, pair, gates)
    text = {
        FASTER_IMPORTANT: _say_important,
        FASTER_SIZE_UNCERTAIN: _say_ahead,
        NO_IMPORTANT_DIFFERENCE: _say_no_difference,
        RULES_OUT: _say_not_behind,
        DEPENDS: _say_depends,
        CANNOT_TELL: _say_cannot_tell,
    }[pair.label](summary, pair)
    used = tuple(f"answer.pairs.{pair.id}.{name}" for name in _USED[pair.label])
    used += AIM if pair.times else ()
    if pair.certainty == "suggestive" and pair.label != CANNOT_TELL:
        text += f" Lean on this lightly: {listing([give_short_reason(gate) for gate in gates])}."
        rule += ".suggestive"
        used += gate_numbers(gates)
    return say(key, rule, text, used)


def say_headline(pairs: Sequence[MainPair]) -> Sentence:
    """Say the whole answer in one sentence.

    Args:
        pairs: the published pairs, in their fixed order.
    """
    kinds: set[str] = {pair.label for pair in pairs}
    if kinds == {NOT_COMPARABLE}:
        text = "These records cannot compare the formats yet."
    elif kinds == {CANNOT_TELL}:
        text = "These records cannot tell the three formats apart."
    elif kinds <= {CANNOT_TELL, NOT_COMPARABLE}:
        text = "These records cannot tell yet which format moves goals further."
    elif kinds == {NO_IMPORTANT_DIFFERENCE}:
        text = "No important difference between the three formats."
    else:
        text = sentence_case("; ".join(_clauses(pairs))) + "."
        if any(pair.certainty == "suggestive" for pair in pairs):
            text += " Lean on this lightly."
    return say("headline", "headline." + "+".join(sorted(kinds)), text)


_ONE_AHEAD: dict[Label, str] = {
    FASTER_IMPORTANT: "goals moved further in {ahead} than in {behind}",
    FASTER_SIZE_UNCERTAIN: (
        "goals moved further in {ahead} than in {behind}, by how much is unclear"
    ),
    RULES_OUT: "{ahead} {were} not importantly behind {behind}",
}
_NONE_AHEAD: dict[Label, str] = {
    NO_IMPORTANT_DIFFERENCE: "no important difference between {names}",
    DEPENDS: "the difference between {names} depends on how we adjust",
    CANNOT_TELL: "we cannot tell the difference between {names}",
}
_MOST_TELLING_FIRST: tuple[Label, ...] = (
    FASTER_IMPORTANT,
    FASTER_SIZE_UNCERTAIN,
    NO_IMPORTANT_DIFFERENCE,
    RULES_OUT,
    DEPENDS,
    CANNOT_TELL,
)


def _clauses(pairs: Sequence[MainPair]) -> list[str]:
    """Give one clause for all pairs that say the same thing, the most telling first."""
    clauses = []
    for label in _MOST_TELLING_FIRST:
        alike = [pair for pair in pairs if pair.label == label]
        if label in _ONE_AHEAD:
            for ahead, others in _sides_taken(alike):
                names, behind = listing(ahead), listing(others, last="or")
                were = "was" if len(ahead) == 1 else "were"
                clauses.append(_ONE_AHEAD[label].format(ahead=names, behind=behind, were=were))
        elif alike:
            names = listing([pair_names(pair) for pair in alike], last="or between")
            clauses.append(_NONE_AHEAD[label].format(names=names))
    return clauses


def _sides_taken(pairs: Sequence[MainPair]) -> list[tuple[list[str], list[str]]]:
    """Give who is ahead of whom; formats ahead of the very same others stand together."""
    others: dict[str, list[str]] = {}
    for ahead, behind in map(_sides, pairs):
        others.setdefault(ahead, []).append(behind)
    together: dict[tuple[str, ...], list[str]] = {}
    for ahead, names in others.items():
        together.setdefault(tuple(names), []).append(ahead)
    return [(ahead, list(names)) for names, ahead in together.items()]


def _is_this_ahead(pair: MainPair) -> bool:
    return (pair.ahead or pair.this) == pair.this


def _sides(pair: MainPair) -> tuple[str, str]:
    """Give the format that is ahead (or not behind) and the other, in words."""
    this, than = format_names(pair)
    return (this, than) if _is_this_ahead(pair) else (than, this)


def _oriented(pair: MainPair) -> tuple[float, float, float]:
    """Give estimate, low and high as the format ahead minus the other."""
    estimate, (low, high) = known(pair.estimate), ends(pair)
    return (estimate, low, high) if _is_this_ahead(pair) else (-estimate, -high, -low)


def _oriented_narrow(pair: MainPair) -> tuple[float, float]:
    """Give the narrower range as the format ahead minus the other."""
    low, high = known(pair.narrow_low), known(pair.narrow_high)
    return (low, high) if _is_this_ahead(pair) else (-high, -low)


def _say_important(summary: Summary, pair: MainPair) -> str:
    (ahead, behind), (estimate, low, high) = _sides(pair), _oriented(pair)
    return (
        f"Children in {ahead} moved about {points(estimate)} further {every(summary)} than "
        f"children in {behind} ({range_name(summary)} {interval(low, high)}), after allowing for "
        "the differences we could see."
    )


def _say_ahead(summary: Summary, pair: MainPair) -> str:
    return (
        f"{_say_important(summary, pair)} We cannot say whether by enough to matter "
        f"({points(summary.margin)})."
    ) + _say_more(summary, pair)


def _say_no_difference(summary: Summary, pair: MainPair) -> str:
    narrow = interval(known(pair.narrow_low), known(pair.narrow_high))
    return (
        f"Any difference between {pair_names(pair)} is smaller than the {points(summary.margin)} "
        f"{every(summary)} set beforehand as enough to matter ({narrow_range_name(summary)} "
        f"{narrow}). {ADVICE}"
    )


def _say_not_behind(summary: Summary, pair: MainPair) -> str:
    """Say what is ruled out and what is not, beside the one range that both follow from."""
    ahead, behind = _sides(pair)
    low, high = _oriented_narrow(pair)
    text = (
        f"Ruled out: that {ahead} is behind {behind} by {points(summary.margin)} or more "
        f"{every(summary)}. Not ruled out: up to {points(high)} ahead "
        f"({narrow_range_name(summary)} {interval(low, high)})."
    )
    if pair.unsettled:
        text += f" {UNSETTLED[pair.unsettled]}, that is not enough to call it ahead."
    return text + _say_more(summary, pair)


def _say_depends(summary: Summary, pair: MainPair) -> str:
    (ahead, behind), (estimate, low, high) = _sides(pair), _oriented(pair)
    sign = 1 if _is_this_ahead(pair) else -1
    elsewhere = (
        f", but {number(sign * pair.weighted)} when children are weighted until alike"
        if pair.weighted is not None
        else ", but the second way of adjusting does not agree"
    )
    return (
        f"{sentence_case(ahead)} was ahead of {behind} by {points(estimate)} {every(summary)} in "
        f"the main analysis ({range_name(summary)} {interval(low, high)}){elsewhere}. Treat this "
        "as not answered."
    )


def _say_cannot_tell(summary: Summary, pair: MainPair) -> str:
    span = spell_span(*ends(pair), *format_names(pair))
    text = (
        f"These records cannot tell {pair_names(pair)} apart: {every(summary)} the difference "
        f"could be anywhere from {span} ({range_name(summary)})."
    )
    return text + _say_more(summary, pair)


def _say_more(summary: Summary, pair: MainPair) -> str:
    if pair.times is None:
        return ""
    half = number(summary.answer.needed.half_width)
    narrower = f"would narrow the range to about {half} either way"
    would = narrower if pair.label in AHEAD else say_aim(summary)
    return f" {sentence_case(spell_times(summary, pair, pair.times))} {would}."


def _say_withheld(summary: Summary, pair: MainPair, gate: Gate | None) -> Sentence:
    text = f"{pair_names(pair, upper=True)} cannot be compared: {give_reason(summary, gate)}."
    rule = f"{pair.label}.{gate.rule if gate else ''}"
    return say(f"pair.{pair.id}", rule, text, gate_numbers([gate] if gate else []))
