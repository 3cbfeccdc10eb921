"""The sentences of the answer: what may honestly be said of each pair of formats.

In: numbers that already passed the disclosure door. Out: `Sentence`s. Decisions taken here:
the number comes first and the word second; strength of wording follows the decision label;
every sentence names the rule that chose it and the numbers it uses (METHODS.md, "Words").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.decisions import labels
from analysis.decisions.decide import GROWTH_OPEN, THREE_AT_ONCE
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
from analysis.words.gate_reasons import GATE_QUESTIONS, give_reason, give_short_reason

ALWAYS = (
    "Children were not assigned at random: part of any difference may come from which children "
    "were offered which format."
)
QUESTION = (
    "Among children who could realistically have had any of the formats, how much further do "
    "goals move every {weeks} weeks in one format than in another?"
)


@dataclass(frozen=True)
class Sentence:
    """One sentence of the report.

    Attributes:
        id: stable name, e.g. "pair.group-individual".
        rule: the rule that chose these words.
        text: the sentence (or two or three that belong together).
        numbers: ids of the published numbers it uses, as paths in `summary.json`.
    """

    id: str
    rule: str
    text: str
    numbers: tuple[str, ...] = ()


Numbers = Mapping[str, object]

RANGE = ("estimate", "conf_low", "conf_high")
UNSETTLED = {
    THREE_AT_ONCE: "With three comparisons made at once",
    GROWTH_OPEN: "As long as the growth model of every review leaves it open",
}
USED = {
    labels.FASTER_IMPORTANT: RANGE,
    labels.FASTER_SIZE_UNCERTAIN: RANGE,
    labels.NO_IMPORTANT_DIFFERENCE: ("narrow_low", "narrow_high"),
    labels.RULES_OUT: RANGE,
    labels.DEPENDS: (*RANGE, "weighted"),
    labels.CANNOT_TELL: (*RANGE, "more_children", "more_groups"),
}


def say_pair(pair: Numbers, margin: float, gates: Sequence[Numbers] = ()) -> Sentence:
    """Say what the records show of one pair.

    Args:
        pair: a published pair: id, this, than, label, ahead, certainty, unsettled, estimate,
            conf_low, conf_high, narrow_low, narrow_high, weighted, more_children, more_groups.
        margin: the smallest difference that matters, in levels per 12 weeks.
        gates: the published gates that did not pass, in order; the last one withholds a pair
            that is not comparable.
    """
    rule = str(pair["label"])
    if rule == labels.NOT_COMPARABLE:
        gate = gates[-1] if gates else {}
        text = _say_withheld(pair, gate)
        used = gate_numbers([gate] if gate else [])
        return Sentence(f"pair.{pair['id']}", f"{rule}.{gate.get('rule', '')}", text, used)
    if pair["estimate"] is None:
        text = (
            f"{_names(pair, upper=True)} were compared, but there are too few children to print "
            "the result without giving away something about one of them."
        )
        return Sentence(f"pair.{pair['id']}", "held_back", text)
    say = {
        labels.FASTER_IMPORTANT: _say_important,
        labels.FASTER_SIZE_UNCERTAIN: _say_ahead,
        labels.NO_IMPORTANT_DIFFERENCE: _say_no_difference,
        labels.RULES_OUT: _say_not_behind,
        labels.DEPENDS: _say_depends,
        labels.CANNOT_TELL: _say_cannot_tell,
    }[rule]
    text = say(pair, margin)
    used = tuple(f"answer.pairs.{pair['id']}.{name}" for name in USED[rule])
    if pair["certainty"] == "suggestive" and rule != labels.CANNOT_TELL:
        text += f" Lean on this lightly: {listing([give_short_reason(gate) for gate in gates])}."
        rule += ".suggestive"
        used += gate_numbers(gates)
    return Sentence(f"pair.{pair['id']}", rule, text, used)


def gate_numbers(gates: Sequence[Numbers]) -> tuple[str, ...]:
    """Give the ids of the numbers that published gates show; a gate may show none."""
    shown = [gate for gate in gates if gate.get("have") is not None]
    return tuple(f"certainty.gates.{gate['pair']}.{gate['gate']}" for gate in shown)


def say_headline(pairs: Sequence[Numbers]) -> Sentence:
    """Say the whole answer in one sentence.

    Args:
        pairs: the published pairs, in their fixed order.
    """
    kinds = {str(pair["label"]) for pair in pairs}
    if kinds == {labels.NOT_COMPARABLE}:
        text = "These records cannot compare the formats yet."
    elif kinds == {labels.CANNOT_TELL}:
        text = "These records cannot tell the three formats apart."
    elif kinds <= {labels.CANNOT_TELL, labels.NOT_COMPARABLE}:
        text = "These records cannot tell yet which format moves goals further."
    elif kinds == {labels.NO_IMPORTANT_DIFFERENCE}:
        text = "No important difference between the three formats."
    else:
        text = sentence_case("; ".join(_clauses(pairs))) + "."
        if any(pair["certainty"] == "suggestive" for pair in pairs):
            text += " Lean on this lightly."
    return Sentence("headline", "headline." + "+".join(sorted(kinds)), text)


_STRENGTH = (
    labels.FASTER_IMPORTANT,
    labels.FASTER_SIZE_UNCERTAIN,
    labels.NO_IMPORTANT_DIFFERENCE,
    labels.RULES_OUT,
    labels.DEPENDS,
    labels.CANNOT_TELL,
    labels.NOT_COMPARABLE,
)


def _clauses(pairs: Sequence[Numbers]) -> list[str]:
    """Give one clause for all pairs that say the same thing, the most telling first."""
    clauses = []
    for label in _STRENGTH[:-1]:
        alike = [pair for pair in pairs if pair["label"] == label]
        if label in (labels.FASTER_IMPORTANT, labels.FASTER_SIZE_UNCERTAIN, labels.RULES_OUT):
            for ahead, others in _sides_taken(alike):
                names, behind = listing(ahead), listing(others, last="or")
                were = "was" if len(ahead) == 1 else "were"
                clauses.append(
                    {
                        labels.FASTER_IMPORTANT: f"goals moved further in {names} than in {behind}",
                        labels.FASTER_SIZE_UNCERTAIN: (
                            f"goals moved further in {names} than in {behind}, by how much is "
                            "unclear"
                        ),
                        labels.RULES_OUT: f"{names} {were} not importantly behind {behind}",
                    }[label]
                )
        elif alike:
            names = listing([_names(pair) for pair in alike], last="or between")
            clauses.append(
                {
                    labels.NO_IMPORTANT_DIFFERENCE: f"no important difference between {names}",
                    labels.DEPENDS: (f"the difference between {names} depends on how we adjust"),
                    labels.CANNOT_TELL: f"we cannot tell the difference between {names}",
                }[label]
            )
    return clauses


def _sides_taken(pairs: Sequence[Numbers]) -> list[tuple[list[str], list[str]]]:
    """Give who is ahead of whom; formats ahead of the very same others stand together."""
    others: dict[str, list[str]] = {}
    for ahead, behind in map(_sides, pairs):
        others.setdefault(ahead, []).append(behind)
    together: dict[tuple[str, ...], list[str]] = {}
    for ahead, behind in others.items():
        together.setdefault(tuple(behind), []).append(ahead)
    return [(ahead, list(behind)) for behind, ahead in together.items()]


def _names(pair: Numbers, upper: bool = False) -> str:
    words = f"{pair['this']} and {FORMAT_NAMES[str(pair['than'])]}"
    return sentence_case(words) if upper else words


def _sides(pair: Numbers) -> tuple[str, str]:
    """Give the format that is ahead (or not behind) and the other, in words."""
    ahead = str(pair["ahead"] or pair["this"])
    behind = str(pair["than"] if ahead == pair["this"] else pair["this"])
    return FORMAT_NAMES[ahead], FORMAT_NAMES[behind]


def _oriented(pair: Numbers, low: str = "conf_low", high: str = "conf_high") -> tuple[float, ...]:
    """Give estimate, low and high as the format ahead minus the other."""
    values = float(pair["estimate"]), float(pair[low]), float(pair[high])
    if (pair["ahead"] or pair["this"]) == pair["this"]:
        return values
    return -values[0], -values[2], -values[1]


def _say_important(pair: Numbers, margin: float) -> str:
    (ahead, behind), (estimate, low, high) = _sides(pair), _oriented(pair)
    return (
        f"Children in {ahead} moved about {points(estimate)} further every 12 weeks than children "
        f"in {behind} (95% range {interval(low, high)}), after allowing for the differences we "
        "could see."
    )


def _say_ahead(pair: Numbers, margin: float) -> str:
    (ahead, behind), (estimate, low, high) = _sides(pair), _oriented(pair)
    return (
        f"Children in {ahead} moved about {points(estimate)} further every 12 weeks than children "
        f"in {behind} (95% range {interval(low, high)}), after allowing for the differences we "
        f"could see. We cannot say whether by enough to matter ({points(margin)})."
    ) + _say_more(pair, margin)


def _say_no_difference(pair: Numbers, margin: float) -> str:
    low, high = float(pair["narrow_low"]), float(pair["narrow_high"])
    return (
        f"Any difference between {_names(pair)} is smaller than the {points(margin)} every "
        f"12 weeks set beforehand as enough to matter (90% range {interval(low, high)}). Choose on "
        "fit, cost and family preference."
    )


def _say_not_behind(pair: Numbers, margin: float) -> str:
    (ahead, behind), (_, low, high) = _sides(pair), _oriented(pair)
    text = (
        f"Ruled out: that {ahead} is behind {behind} by {points(margin)} or more every 12 weeks. "
        f"Not ruled out: up to {points(high)} ahead (95% range {interval(low, high)})."
    )
    if pair["unsettled"]:
        text += f" {UNSETTLED[str(pair['unsettled'])]}, that is not enough to call it ahead."
    return text + _say_more(pair, margin)


def _say_depends(pair: Numbers, margin: float) -> str:
    (ahead, behind), (estimate, low, high) = _sides(pair), _oriented(pair)
    other = pair["weighted"]
    sign = 1 if (pair["ahead"] or pair["this"]) == pair["this"] else -1
    elsewhere = (
        f", but {number(sign * float(other))} when children are weighted until alike"
        if other is not None
        else ", but the second way of adjusting does not agree"
    )
    return (
        f"{sentence_case(ahead)} was ahead of {behind} by {points(estimate)} every 12 weeks in the "
        f"main analysis (95% range {interval(low, high)}){elsewhere}. Treat this as not answered."
    )


def _say_cannot_tell(pair: Numbers, margin: float) -> str:
    low, high = float(pair["conf_low"]), float(pair["conf_high"])
    this, than = FORMAT_NAMES[str(pair["this"])], FORMAT_NAMES[str(pair["than"])]
    if low < 0 < high:
        span = f"{points(-low)} in favour of {than} to {points(high)} in favour of {this}"
    else:
        side, near, far = (this, low, high) if low >= 0 else (than, -high, -low)
        span = f"{number(near)} to {points(far)} in favour of {side}"
    text = (
        f"These records cannot tell {_names(pair)} apart: every 12 weeks the difference could be "
        f"anywhere from {span} (95% range)."
    )
    return text + _say_more(pair, margin)


def _say_more(pair: Numbers, margin: float) -> str:
    more, groups = pair["more_children"], pair["more_groups"]
    if not more:
        return ""
    with_groups = f" ({count(float(groups), 'more therapy group')})" if groups else ""
    return (
        f" About {number(float(more), 0)} more children{with_groups} would narrow the range to "
        f"{number(margin)} either way."
    )


def _say_withheld(pair: Numbers, gate: Numbers) -> str:
    opening = f"{_names(pair, upper=True)} cannot be compared: "
    return opening + give_reason(gate) + "."


def say_gate(gate: Numbers) -> Sentence:
    """Say how one gate was answered for one pair.

    Args:
        gate: a published gate: gate, pair, passed, rule, format, have, need, smallest.
    """
    question = GATE_QUESTIONS[str(gate["gate"])]
    text = f"{question} Yes." if gate["passed"] else f"{question} No: {give_reason(gate)}."
    rule = f"{gate['gate']}.{gate['rule'] or 'passed'}"
    used = () if gate["passed"] else gate_numbers([gate])
    return Sentence(f"gate.{gate['pair']}.{gate['gate']}", rule, text, used)


def say_counts(numbers: Numbers) -> Sentence:
    """Say how many children and goals were compared.

    Args:
        numbers: n_children and n_goals compared (rounded, or None), smallest.
    """
    if numbers["n_children"] is None:
        text = f"Some formats have fewer than {numbers['smallest']} children to compare."
    else:
        text = (
            f"About {children(float(numbers['n_children']))} with "
            f"{count(float(numbers['n_goals']), 'goal')} are compared here."
        )
    return Sentence("counts", "counts", text, ("answer.counts",))


def list_formats(names: Sequence[str]) -> str:
    """Spell formats in a sentence: 'individual, group and combined therapy'."""
    return f"{listing(list(names))} therapy"
