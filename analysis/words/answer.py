"""The sentences of the answer: what may honestly be said of each pair of formats.

In: a published summary. Out: `Sentence`s. Decisions: the number comes first and the word second;
strength of wording follows the decision label; the first format of a pair is the subject, so that
words and signs go the same way as the picture and every table; every sentence names the rule that
chose it and the numbers it uses (METHODS.md, "Words").
"""

from __future__ import annotations

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
from analysis.words.headline import is_behind, say_headline
from analysis.words.phrases import (
    compares,
    ends,
    every,
    format_names,
    gate_numbers,
    known,
    narrow_range_name,
    pair_names,
    present_formats,
    present_pairs,
    range_name,
    say,
    spell_could_be,
    weeks_compared,
)

TITLE = "Individual, group or combined therapy: what these records show"
ALWAYS = (
    "Children were not assigned at random: part of any difference may come from which children "
    "were offered which format."
)
ADVICE = (
    "Where any difference is too small to matter, choose on fit, cost and family preference, "
    "unless chance or who was offered which format hides one."
)
LIGHTLY = "Lean on this lightly"
LABEL_TITLES: dict[Label, str] = {
    FASTER_IMPORTANT: "Faster, by enough to matter",
    NO_IMPORTANT_DIFFERENCE: "No important difference",
    FASTER_SIZE_UNCERTAIN: "Faster; unclear if by enough to matter",
    RULES_OUT: "About as fast, or faster",
    CANNOT_TELL: "Cannot tell which is faster",
    DEPENDS: "Depends on how we adjust",
    NOT_COMPARABLE: "Cannot be compared",
}
HELD_BACK = "Compared, but not printed"
UNSETTLED: dict[Unsettled, str] = {
    "three_at_once": "With so much compared at once, that is too little to call it {faster}.",
    "growth_open": "The growth model of every review leaves open whether it is {faster}.",
    "looked_before": "After the earlier looks at these records, that is too little to call it "
    "{faster}.",
}
_COUNTED = ("answer.counts", "measure", "who.flow")
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
    """Give the question of the report, about the formats that the clinic has."""
    over = f"over {weeks_compared(summary)}"
    present = [FORMAT_NAMES[name] for name in present_formats(summary)]
    if len(present) == 1:
        return f"How far do goals move in {present[0]}, {over}?"
    which = f"{present[1]} than in {present[0]}" if len(present) == 2 else "one format than another"
    return (
        f"How much further do goals move {every(summary)} in {which}, {over}, when the children "
        "compared are made alike?"
    )


def title_pair(pair: MainPair) -> str:
    """Say in a few words what may be said of a pair: its first format is the subject."""
    if pair.label != NOT_COMPARABLE and pair.estimate is None:
        return HELD_BACK
    title = LABEL_TITLES[pair.label]
    if pair.label in (*AHEAD, RULES_OUT) and is_behind(pair):
        return title.replace("Faster", "Slower").replace("faster", "slower")
    return title


def tell_answer(summary: Summary) -> list[Sentence]:
    """Say what the records show of each pair, and of all together."""
    pairs = summary.answer.pairs
    told = [*(say_pair(summary, pair) for pair in pairs), say_headline(summary)]
    alike = any(p.label == NO_IMPORTANT_DIFFERENCE and p.estimate is not None for p in pairs)
    rule, text = ("always.alike", f"{ALWAYS} {ADVICE}") if alike else ("always", ALWAYS)
    return [*told, say("always", rule, text)]


def list_shortly(summary: Summary) -> list[str]:
    """Give what a screen says below the headline: each pair, or what a comparison still needs.

    Args:
        summary: a told summary.
    """
    if not compares(summary):
        return summary.quote("missing")
    pairs = present_pairs(summary, summary.answer.pairs)
    return [summary.texts[f"pair.{pair.id}"] for pair in pairs]


def tell_counts(summary: Summary) -> list[Sentence]:
    """Say how many children were handed in, and how many children and goals are compared."""
    text = _say_handed_in(summary)
    if summary.measure.asked_weeks is None:
        return [say("counts", "counts", text, _COUNTED)]
    return [say("counts", "counts.common_weeks", f"{text} {_say_weeks(summary)}", _COUNTED)]


def _say_handed_in(summary: Summary) -> str:
    """Say how many children the records hold, and how many of them are compared.

    A number that is kept back is said to be so: beside the other it could show a child.
    """
    everyone, flow = summary.counted("all"), summary.cohort.flow
    handed_in = flow[0].total if flow else None
    followed = flow[-1].total if flow else None
    does = "are compared" if compares(summary) else "can be followed"
    if everyone.n_children is None:
        hidden = f"Some formats have fewer than {summary.smallest_cell} children to compare."
        if followed is None:
            return hidden
        return f"{hidden} About {children(followed)} in all formats together can be followed."
    goals = count(known(everyone.n_goals), "goal")
    if handed_in is None:
        return (
            f"About {children(everyone.n_children)} with {goals} {does}. Some more were handed in; "
            "how many is kept back, because it could point to a child."
        )
    if handed_in == everyone.n_children:
        return f"All of about {children(handed_in)} handed in {does}, with {goals}."
    return (
        f"Of about {children(handed_in)} handed in, about {everyone.n_children:,.0f} with "
        f"{goals} {does}."
    )


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
    """Say how many children and goals were compared in the last report.

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
    if pair.certainty == "suggestive" and pair.label != CANNOT_TELL:
        text += f" {LIGHTLY}, because {listing([give_short_reason(gate) for gate in gates])}."
        rule += ".suggestive"
        used += gate_numbers(gates)
    return say(key, rule, text, used)


def _say_important(summary: Summary, pair: MainPair) -> str:
    """Say who moved further; the range has the sign of first format minus second."""
    (this, than), (low, high) = format_names(pair), ends(pair)
    further = "less" if is_behind(pair) else "further"
    return (
        f"Children in {this} moved about {points(abs(known(pair.estimate)))} {further} "
        f"{every(summary)} than children in {than} ({range_name(summary)} {interval(low, high)}). "
        "This allows for the differences we could see."
    )


def _say_ahead(summary: Summary, pair: MainPair) -> str:
    return (
        f"{_say_important(summary, pair)} We cannot say whether it reaches the "
        f"{points(summary.margin)} that matter."
    )


def _say_no_difference(summary: Summary, pair: MainPair) -> str:
    narrow = interval(known(pair.narrow_low), known(pair.narrow_high))
    return (
        f"Any difference between {pair_names(pair)} is too small to matter: less than "
        f"{points(summary.margin)} {every(summary)} ({narrow_range_name(summary)} {narrow})."
    )


def _say_not_behind(summary: Summary, pair: MainPair) -> str:
    """Say of what there is no sign and what may be, beside the one range that both follow from."""
    (this, than), behind = format_names(pair), is_behind(pair)
    low, high = known(pair.narrow_low), known(pair.narrow_high)
    near, far = (-high, -low) if behind else (low, high)
    faster, slower = ("slower", "faster") if behind else ("faster", "slower")
    no_sign = f"No sign that {this} is {slower} than {than}"
    if near < 0:
        no_sign += f" by enough to matter ({points(summary.margin)} {every(summary)})"
        reach = f"{points(far)}"
    else:
        reach = f"{points(far)} {every(summary)}"
    text = (
        f"{no_sign}; it may be {faster}, by up to {reach} "
        f"({narrow_range_name(summary)} {interval(low, high)})."
    )
    if pair.unsettled:
        text += f" {UNSETTLED[pair.unsettled].format(faster=faster)}"
    return text


def _say_depends(summary: Summary, pair: MainPair) -> str:
    (this, than), (low, high) = format_names(pair), ends(pair)
    weighted = (
        f"{number(pair.weighted)} when children are weighted until alike"
        if pair.weighted is not None
        else "something else when children are weighted until alike"
    )
    return (
        f"Two ways of adjusting disagree. {sentence_case(this)} less {than} is "
        f"{points(known(pair.estimate))} {every(summary)} in the main analysis "
        f"({range_name(summary)} {interval(low, high)}), and {weighted}. Treat this as not "
        "answered."
    )


def _say_cannot_tell(summary: Summary, pair: MainPair) -> str:
    (this, than), (low, high) = format_names(pair), ends(pair)
    return (
        f"These records cannot tell which is faster: {this} could be {spell_could_be(low, high)} "
        f"{every(summary)} than {than} ({range_name(summary)} {interval(low, high)})."
    )


def _say_withheld(summary: Summary, pair: MainPair, gate: Gate | None) -> Sentence:
    text = f"{pair_names(pair, upper=True)} cannot be compared: {give_reason(summary, gate)}."
    rule = f"{pair.label}.{gate.rule if gate else ''}"
    return say(f"pair.{pair.id}", rule, text, gate_numbers([gate] if gate else []))
