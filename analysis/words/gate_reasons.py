"""Why a pair of formats fails a gate, in a clinic lead's words.

In: a published gate, its numbers already through the disclosure door. Out: the reason, and
the gate's question.
"""

from __future__ import annotations

from collections.abc import Mapping

from analysis.wording import FORMAT_NAMES, count, number

Numbers = Mapping[str, object]


def give_reason(gate: Numbers) -> str:
    """Give the reason a gate failed, as the end of a sentence.

    Args:
        gate: a published gate: rule, format, have, need, smallest; empty when none is known.
    """
    return GATE_REASONS[str(gate.get("rule", ""))](gate)


def _about(gate: Numbers) -> str:
    """Spell a rounded count that falls short of what is needed."""
    if gate["have"] is None:
        return f"fewer than {gate['smallest']}"
    return (
        f"just under {gate['need']:.0f}"
        if gate["have"] >= gate["need"]
        else f"about {gate['have']}"
    )


def _name(gate: Numbers) -> str:
    return FORMAT_NAMES.get(str(gate.get("format")), "one format")


GATE_REASONS = {
    "": lambda g: "the comparison could not be made",
    "absent": lambda g: f"no child in these records was planned for {_name(g)}",
    "few_children": lambda g: (
        f"{_name(g)} has {_about(g)} children with enough reviews, and at least {g['need']:.0f} "
        "are needed"
    ),
    "groups_not_recorded": lambda g: (
        f"the therapy group of children in {_name(g)} was not recorded, so nobody can tell how "
        "much groups differ from each other. Fill in the column group_id"
    ),
    "few_groups": lambda g: (
        f"{_name(g)} took place in {count(g['have'], 'therapy group')}, and at least "
        f"{g['need']:.0f} are needed to see how much groups differ from each other"
    ),
    "design": lambda g: "the recorded traits and the formats cannot be told apart in these records",
    "no_spread": lambda g: "all children moved exactly alike, so no range can be given",
    "low_df": lambda g: (
        "too few independent children and therapy groups are behind the comparison to give an "
        "honest range"
    ),
    "separated": lambda g: (
        "a recorded trait decides which format a child gets, so no child in one format has a "
        "counterpart in the other"
    ),
    "n_effective": lambda g: (
        f"too few children in {_name(g)} resemble the children in the other formats "
        f"({_about(g)} comparable, {g['need']:.0f} needed)"
    ),
    "rare": lambda g: (
        f"many children had almost no chance of {_name(g)}, so they have no counterpart in it"
    ),
    "unlike": lambda g: (
        f"the children still differ by {number(g['have'])} standard deviations in a recorded "
        f"trait after weighting; {number(g['need'])} is the most allowed"
    ),
    "few_traits": lambda g: (
        "almost nothing about the children at the start was recorded, so who was offered which "
        "format could not be allowed for"
    ),
    "imprecise": lambda g: (
        f"the range is {number(g['have'])} levels either way, too wide to answer the question"
    ),
    "growth_unanswered": lambda g: (
        "the growth model, which follows every goal from review to review, finds no answer in "
        "these records to set beside the main analysis"
    ),
    "growth_apart": lambda g: (
        "the growth model, which follows every goal from review to review, does not support the "
        "main analysis"
    ),
    "many_missing": lambda g: (
        f"{g['have']}% of the children in {_name(g)} have no level at the end"
    ),
    "uneven_missing": lambda g: (
        f"{_name(g)} lost clearly more of its children before the end than the other format"
    ),
    "missing": lambda g: (
        "too many children left one of the two formats before the end, or clearly more left one "
        "than the other"
    ),
    "goal_timing_not_recorded": lambda g: (
        "nobody recorded whether goals were set before the format was chosen"
    ),
    "goals_after_format": lambda g: "most goals were set after the format was chosen",
    "raters_not_recorded": lambda g: "nobody recorded who rated the goals",
    "one_kind_of_rater": lambda g: "every goal was rated by the treating therapist",
    "one_group": lambda g: (
        f"one therapy group supplies more than half of {_name(g)}: this compares that group, not "
        "group therapy"
    ),
    "one_therapist": lambda g: (
        f"{_name(g)} is mainly one therapist's work: this compares that therapist's children"
    ),
}

SHORT_REASONS = {
    "few_traits": "little was recorded about the children at the start",
    "growth_unanswered": "the growth model could not check it",
    "growth_apart": "the growth model does not support it",
    "many_missing": "many children left before the end",
    "missing": "many children left before the end, or clearly more left one format",
    "uneven_missing": "clearly more children left one format before the end",
    "goal_timing_not_recorded": "nobody recorded when goals were set",
    "goals_after_format": "most goals were set after the format was chosen",
    "raters_not_recorded": "nobody recorded who rated",
    "one_kind_of_rater": "only treating therapists rated",
    "one_group": "one group supplies most of a format",
    "one_therapist": "one therapist supplies most of a format",
}


def give_short_reason(gate: Numbers) -> str:
    """Give in a few words why an answer is to be leaned on lightly.

    Args:
        gate: a published gate that weakens and does not close.
    """
    return SHORT_REASONS[str(gate["rule"])]


GATE_QUESTIONS = {
    "describe": "Are there enough children with two reviews?",
    "compare": "Are there enough children and therapy groups to compare?",
    "overlap": "Were the children alike enough?",
    "adjustment": "Was enough known about the children at the start?",
    "precision": "Is the range narrow enough to answer?",
    "agreement": "Does the growth model of every review support the main analysis?",
    "attrition": "Did enough children stay to the end?",
    "measurement": "Do the goals measure the same thing in each format?",
    "dominance": "Is it more than one group's or one therapist's work?",
}
