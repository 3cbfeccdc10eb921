"""Why a pair of formats fails a gate, in a clinic lead's words.

In: a published gate and the summary it stands in. Out: the reason, and the gate's question.
"""

from __future__ import annotations

from collections.abc import Callable

from analysis.disclosure.rows import Gate
from analysis.disclosure.summary import Sentence, Summary
from analysis.vocabulary import GateName, GateRule
from analysis.wording import FORMAT_NAMES, TRAIT_NAMES, count, number
from analysis.words.phrases import gate_numbers, known, present_pairs, say

GATE_QUESTIONS: dict[GateName, str] = {
    "describe": "Are there enough children with two reviews?",
    "compare": "Are there enough children and therapy groups to compare?",
    "overlap": "Were the children alike enough?",
    "adjustment": "Was enough known about the children at the start?",
    "precision": "Is the range narrow enough to answer?",
    "agreement": "Does the growth model of every review support the main analysis?",
    "timing": "Is the answer the same whatever weeks are looked at?",
    "waiting": "Did therapy begin equally soon in each format?",
    "attrition": "Did enough children stay to the end?",
    "measurement": "Do the goals measure the same thing in each format?",
    "dominance": "Is it more than one group's or one therapist's work?",
    "goal_timing": "Were goals set at the same time in both formats?",
    "raters": "Were goals rated by the same people, and alike, in both formats?",
    "reviews": "Were goals reviewed in the same weeks in both formats?",
    "leaving": "Did families keep coming once goals were met?",
    "endings": "Did goals stay as they were set, to the end?",
}
NOT_MADE = "the comparison could not be made"


def tell_gates(summary: Summary) -> list[Sentence]:
    """Say how every gate was answered, pair by pair."""
    return [say_gate(summary, gate) for gate in summary.method.gates]


def count_passed(summary: Summary) -> str:
    """Say how many checks the pairs that the clinic has have passed."""
    kept = present_pairs(summary, summary.answer.pairs)
    asked = [gate for gate in summary.method.gates if gate.pair in {pair.id for pair in kept}]
    passed, n = sum(gate.passed for gate in asked), len(asked)
    kinds = len({gate.gate for gate in asked})
    pairs = "the pair" if len(kept) == 1 else f"{len(kept)} pairs"
    text = f"{count(kinds, 'check')} of {pairs} of formats, from how many children there are to "
    text += "who rated the goals"
    if passed == n:
        return f"{text}: all passed."
    return f"{text}: {passed} of {n} answers passed. These did not:"


def say_gate(summary: Summary, gate: Gate) -> Sentence:
    """Say how one gate was answered for one pair."""
    question = GATE_QUESTIONS[gate.gate]
    text = f"{question} Yes." if gate.passed else f"{question} No: {give_reason(summary, gate)}."
    rule = f"{gate.gate}.{gate.rule or 'passed'}"
    used = () if gate.passed else gate_numbers([gate])
    return say(f"gate.{gate.pair}.{gate.gate}", rule, text, used)


def give_reason(summary: Summary, gate: Gate | None) -> str:
    """Give the reason a gate failed, as the end of a sentence.

    Args:
        summary: the summary, for its smallest cell.
        gate: a gate that did not pass; None when none is known.
    """
    return NOT_MADE if gate is None else _REASONS[gate.rule](gate, summary)


def give_short_reason(gate: Gate) -> str:
    """Give in a few words why an answer is to be leaned on lightly.

    Args:
        gate: a gate that weakens and does not close.
    """
    if gate.rule == "late_start":
        return f"{_name(gate)} began about {known(gate.have):.0f} weeks later"
    if gate.format and gate.rule in _SHORT_NAMED:
        return _SHORT_NAMED[gate.rule].format(name=_name(gate))
    return _SHORT_REASONS[gate.rule]


def _about(gate: Gate, summary: Summary) -> str:
    """Spell a rounded count that falls short of what is needed."""
    if gate.have is None:
        return f"fewer than {summary.smallest_cell}"
    need = known(gate.need)
    return f"just under {need:.0f}" if gate.have >= need else f"about {gate.have:.0f}"


def _name(gate: Gate) -> str:
    return FORMAT_NAMES.get(gate.format or "", "one format")


def _both(gate: Gate) -> str:
    this, than = gate.pair.split("-")
    return f"{FORMAT_NAMES[this]} and {FORMAT_NAMES[than]}"


def _whom(gate: Gate) -> str:
    return f"children in {_name(gate)}" if gate.format else "the children"


def _inside(gate: Gate) -> str:
    return f" in {_name(gate)}" if gate.format else ""


def _need(gate: Gate) -> str:
    return f"{known(gate.need):.0f}"


_REASONS: dict[GateRule, Callable[[Gate, Summary], str]] = {
    "": lambda g, s: NOT_MADE,
    "absent": lambda g, s: f"no child in these records was planned for {_name(g)}",
    "few_children": lambda g, s: (
        f"{_name(g)} has {_about(g, s)} children with enough reviews, and at least {_need(g)} "
        "are needed"
    ),
    "groups_not_recorded": lambda g, s: (
        f"the therapy group of children in {_name(g)} was not recorded, so nobody can tell how "
        "much groups differ from each other. Fill in the column group_id"
    ),
    "few_groups": lambda g, s: (
        f"{_name(g)} took place in {count(known(g.have), 'therapy group')}, and at least "
        f"{_need(g)} are needed to see how much groups differ from each other"
    ),
    "design": lambda g, s: (
        "the recorded traits and the formats cannot be told apart in these records"
    ),
    "no_spread": lambda g, s: "all children moved exactly alike, so no range can be given",
    "low_df": lambda g, s: (
        "too few independent children and therapy groups are behind the comparison to give an "
        "honest range"
    ),
    "therapists_apart": lambda g, s: (
        f"{_both(g)} had different therapists, and too few of them to tell the formats from the "
        f"therapists. Let at least {_need(g)} therapists each treat children in both"
    ),
    "separated": lambda g, s: (
        "a recorded trait decides which format a child gets, so no child in one format has a "
        "counterpart in the other"
    ),
    "n_effective": lambda g, s: (
        f"too few children in {_name(g)} resemble the children in the other formats "
        f"({_about(g, s)} comparable, {_need(g)} needed)"
    ),
    "rare": lambda g, s: (
        f"many children had almost no chance of {_name(g)}, so they have no counterpart in it"
    ),
    "unlike": lambda g, s: (
        "even after weighting, the children of the formats differ too much in "
        f"{TRAIT_NAMES[g.trait] if g.trait else 'a recorded trait'} ({number(known(g.have))} "
        f"standard deviations; at most {number(known(g.need))}). "
        "It takes children in every format who are alike in this"
    ),
    "few_traits": lambda g, s: (
        "almost nothing about the children at the start was recorded, so who was offered which "
        "format could not be allowed for"
    ),
    "few_columns": lambda g, s: (
        "there are too few children to allow for more than a few of the recorded traits, so who "
        "was offered which format could be allowed for in part only"
    ),
    "terms_not_recorded": lambda g, s: (
        "nobody recorded when children started, so a change over the years may look like a "
        "difference between formats. Fill in the column start_term"
    ),
    "imprecise": lambda g, s: (
        f"the range is {number(known(g.have))} levels either way, too wide to answer the question"
    ),
    "growth_unanswered": lambda g, s: (
        "the growth model, which follows every goal from review to review, finds no answer in "
        "these records to set beside the main analysis"
    ),
    "growth_apart": lambda g, s: (
        "the growth model, which follows every goal from review to review, does not support the "
        "main analysis"
    ),
    "weeks_apart": lambda g, s: (
        f"{_name(g)} was reviewed for less than {_need(g)} weeks after the start while the others "
        "were, so they share too few weeks. Review each format at the same weeks"
    ),
    "bent": lambda g, s: (
        "progress does not go on at one pace, and the two formats were reviewed at different "
        "weeks. Review each format at the same weeks"
    ),
    "change_against": lambda g, s: (
        f"the change over the first {s.measure.rate_weeks} weeks points the other way than the "
        "progress over all weeks compared"
    ),
    "attained_against": lambda g, s: (
        "the goals at the expected level at the end point the other way than the progress"
    ),
    "many_missing": lambda g, s: (
        f"{known(g.have):.0f}% of the children in {_name(g)} have no level at the end"
    ),
    "uneven_missing": lambda g, s: (
        f"{_name(g)} lost clearly more of its children before the end than the other format"
    ),
    "missing": lambda g, s: (
        "too many children left one of the two formats before the end, or clearly more left one "
        "than the other"
    ),
    "goal_timing_not_recorded": lambda g, s: (
        f"nobody recorded{_inside(g)} whether goals were set before the format was chosen"
    ),
    "goals_after_format": lambda g, s: "most goals were set after the format was chosen",
    "raters_not_recorded": lambda g, s: f"nobody recorded{_inside(g)} who rated the goals",
    "one_kind_of_rater": lambda g, s: "every goal was rated by the treating therapist",
    "one_group": lambda g, s: (
        f"one therapy group supplies more than half of {_name(g)}: this compares that group, not "
        "group therapy"
    ),
    "one_therapist": lambda g, s: (
        f"{_name(g)} is mainly one therapist's work: this compares that therapist's children"
    ),
    "therapists_not_recorded": lambda g, s: (
        f"nobody recorded who treated {_whom(g)}, so a good therapist could look like a good "
        "format. Fill in the column therapist_id"
    ),
    "timing_recorded_unevenly": lambda g, s: (
        f"when goals were set was recorded less often in {_name(g)}. Fill in the column "
        "set_before_format in every format"
    ),
    "timing_differs": lambda g, s: (
        f"clearly fewer goals in {_name(g)} were set before the format was chosen. Set goals "
        "first in every format"
    ),
    "unchecked_raters": lambda g, s: (
        f"only treating therapists rated the goals in {_name(g)}, and other people rated some "
        "goals in the other format. Let other people rate some goals in every format"
    ),
    "raters_differ": lambda g, s: (
        "other people rated the goals in one format than in the other. Let the same kind of "
        "person rate in every format"
    ),
    "kinder_therapists": lambda g, s: (
        f"in {_name(g)} the treating therapists rated the same goals higher, beside what others "
        "saw, than in the other format. Let someone who does not treat the child rate the goals"
    ),
    "easier_later_goals": lambda g, s: (
        f"in {_name(g)} goals set after the format moved further than the same children's goals "
        "set before it, more than in the other format, so they may have been easier. Set goals "
        "before the format is chosen"
    ),
    "head_start": lambda g, s: (
        f"part of the difference was already there at the first reviews in {_name(g)}, more than "
        "the later pace explains, as when the raters of one format are kinder. Let someone who "
        "does not treat the child rate some goals in every format"
    ),
    "mostly_own_raters": lambda g, s: (
        "most ratings are by the therapist who treats the child, so kinder ratings in one format "
        f"may look like progress. Let others rate at least {100 * known(g.need):.0f}% of the "
        "reviews in every format"
    ),
    "reviewed_less_often": lambda g, s: (
        f"goals in {_name(g)} were reviewed less often, so a review may have come because a goal "
        "was met. Review goals in fixed weeks in every format"
    ),
    "reviewed_irregularly": lambda g, s: (
        f"goals in {_name(g)} were reviewed outside the usual weeks more often, so a review may "
        "have come because a goal was met. Review goals in fixed weeks in every format"
    ),
    "left_after_success": lambda g, s: (
        f"families in {_name(g)} often stopped coming right after their goals were met, so how "
        "their goals went on is not known. Review goals to the planned end, or close them as "
        "attained"
    ),
    "closed_below": lambda g, s: (
        f"goals in {_name(g)} were closed as attained while their last level was below the "
        "expected one; their levels up to then are used. Rate each goal on the day it is closed"
    ),
    "made_harder": lambda g, s: (
        f"many goals in {_name(g)} were made harder under the same code once they were attained; "
        "they are followed up to then. Give a harder goal a code of its own"
    ),
    "trait_blank": lambda g, s: (
        f"{TRAIT_NAMES[g.trait or 'site']} was hardly recorded in {_name(g)}, so nobody can tell "
        f"whether these children were like the others. Fill in the column {g.trait or 'site'}"
    ),
    "places_apart": lambda g, s: (
        "nearly all children of the two formats were treated at different places, so a difference "
        "between formats cannot be told from one between places. Give both formats at some place"
    ),
    "late_start": lambda g, s: (
        f"{_name(g)} began about {known(g.have):.0f} weeks later, and weeks of waiting look like "
        "slow progress"
    ),
}
_SHORT_NAMED: dict[GateRule, str] = {
    "timing_recorded_unevenly": "when goals were set was recorded less often in {name}",
    "timing_differs": "fewer goals in {name} were set before it was chosen",
    "unchecked_raters": "only treating therapists rated in {name}",
    "head_start": (
        "part of the difference was there at the first reviews in {name}, as when its raters are "
        "kinder"
    ),
    "reviewed_less_often": "{name} was reviewed less often, as when reviews wait for success",
    "reviewed_irregularly": "{name} was reviewed in other weeks, as when reviews wait for success",
    "left_after_success": "families in {name} often left once goals were met",
    "closed_below": "goals in {name} were closed as attained below the expected level",
    "made_harder": "many goals in {name} were made harder once they were attained",
}
_SHORT_REASONS: dict[GateRule, str] = {
    "few_traits": "little was recorded about the children at the start",
    "few_columns": "few traits could be allowed for with so few children",
    "terms_not_recorded": (
        "nobody recorded when children started, so changes over the years may look like a "
        "difference"
    ),
    "growth_unanswered": "the growth model could not check it",
    "growth_apart": "the growth model does not support it",
    "bent": "the pace changes, and the formats were reviewed at different weeks",
    "change_against": "the change over the first weeks points the other way",
    "attained_against": "the goals at the expected level point the other way",
    "many_missing": "many children left before the end",
    "missing": "many children left before the end, or clearly more left one format",
    "uneven_missing": "clearly more children left one format before the end",
    "goal_timing_not_recorded": "nobody recorded when goals were set",
    "goals_after_format": "most goals were set after the format was chosen",
    "raters_not_recorded": "nobody recorded who rated",
    "one_kind_of_rater": "only treating therapists rated",
    "one_group": "one group supplies most of a format",
    "one_therapist": "one therapist supplies most of a format",
    "therapists_not_recorded": "nobody recorded who treated whom",
    "timing_recorded_unevenly": "when goals were set was recorded less often in one format",
    "timing_differs": "fewer goals of one format were set before it was chosen",
    "unchecked_raters": "only treating therapists rated in one format",
    "raters_differ": "other people rated in one format than in the other",
    "kinder_therapists": "treating therapists of one format rated more kindly than others did",
    "easier_later_goals": "goals set after the format was chosen were easier in one format",
    "head_start": (
        "part of the difference was there at the first review, as when the raters of one format "
        "are kinder"
    ),
    "mostly_own_raters": "most ratings are by treating therapists",
    "reviewed_less_often": "one format was reviewed less often, as when reviews wait for success",
    "reviewed_irregularly": (
        "one format was reviewed in other weeks, as when reviews wait for success"
    ),
    "left_after_success": "families of one format often left once goals were met",
    "closed_below": "goals were closed as attained below the expected level",
    "made_harder": "many goals were made harder once they were attained",
}
