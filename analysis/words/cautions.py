"""The cautions on page 1, and the one thing to do next.

In: numbers that already passed the disclosure door. Out: titled sentences. Decision taken
here: three cautions always stand on page 1 (what the goals measure, who rated, who was not
seen at the end), even when they are good news; one next step is chosen, the first that
applies of a fixed list (METHODS.md, "Words").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.decisions import labels
from analysis.wording import FORMAT_NAMES, listing, sentence_case
from analysis.words.answer import Sentence

Numbers = Mapping[str, object]

HELD_BACK = "held back"


@dataclass(frozen=True)
class Caution:
    """A titled sentence."""

    title: str
    sentence: Sentence


def caution_goals(percent_before: int | None, word: str | None) -> Caution:
    """Say what the goals measure: were they set before the format was chosen?

    Args:
        percent_before: share of goals set before the format, whole percent, if it may be shown.
        word: "few", "nearly all" or "held back" in its place; None for both when never recorded.
    """
    if percent_before is None and word is None:
        text = (
            "Nobody recorded whether goals were set before the format was chosen. If expectations "
            "followed the format, a true difference can stay hidden, or appear from nothing."
        )
        rule = "goals.not_recorded"
    elif word == HELD_BACK:
        text = (
            "Too few children to print what share of the goals was set before the format was "
            "chosen. Goals set after it say how far children came relative to that choice."
        )
        rule = "goals.held_back"
    else:
        share = f"{percent_before}%" if word is None else word
        text = (
            f"{sentence_case(share)} of the goals were set before the format was chosen. "
            "The others say how far children came relative to what was expected in their format."
        )
        if word == "nearly all":
            text = (
                "Nearly all goals were set before the format was chosen, so they ask the same of "
                "each format."
            )
        rule = "goals.share"
    return Caution("What the goals measure", Sentence("caution.goals", rule, text))


def caution_raters(percent_other: int | None, word: str | None) -> Caution:
    """Say who rated the goals.

    Args:
        percent_other: share of reviews by someone other than the treating therapist.
        word: "few", "nearly all" or "held back" in its place; None for both when never recorded.
    """
    if percent_other is None and word is None:
        text = "Nobody recorded who rated the goals, so hopes for one format may colour the levels."
        rule = "raters.not_recorded"
    elif word == HELD_BACK:
        text = (
            "Too few children to print what share of the reviews was rated by someone other than "
            "the treating therapist. A therapist who hopes for a format may see more in it."
        )
        rule = "raters.held_back"
    else:
        share = f"{percent_other}%" if word is None else word
        text = (
            f"{sentence_case(share)} of the reviews were rated by someone other than the treating "
            "therapist. A therapist who hopes for a format may see more in it."
        )
        rule = "raters.share"
    return Caution("Who rated", Sentence("caution.raters", rule, text))


def caution_missing(missing: Sequence[Numbers], weeks: int) -> Caution:
    """Say how many children have no level at the end.

    Args:
        missing: for each format compared: format, percent (or None), word (or None).
        weeks: length of the window.
    """
    known = [row for row in missing if row["percent"] is not None or row["word"] is not None]
    parts = [
        f"{row['word'] or str(row['percent']) + '%'} of the children in "
        f"{FORMAT_NAMES[str(row['format'])]}"
        for row in known
    ]
    if len(known) > 1 and len({row["word"] for row in known}) == 1 and known[0]["word"]:
        parts = [f"{known[0]['word']} of the children in each format"]
    if parts:
        text = (
            f"Without a level at the end of the {weeks} weeks: {listing(parts)}. "
            "Families often stop coming when things go very well or not well."
        )
        rule = "missing.share"
    else:
        text = "Too few children to say how many have no level at the end."
        rule = "missing.held_back"
    return Caution("Who was not seen at the end", Sentence("caution.missing", rule, text))


NEXT_STEPS = (
    (
        "few",
        "Keep recording",
        "Go on setting and reviewing goals in every format, and ask again next term. No other step "
        "will tell more.",
    ),
    (
        "groups",
        "Write down the therapy group",
        "Add the column group_id: without it nobody can tell a good format from a good group.",
    ),
    (
        "traits",
        "Write down what you know on the first day",
        "Record attention, comfort with other children, severity and age for every child at the "
        "start: they decide who is offered which format.",
    ),
    (
        "timing",
        "Set goals first",
        "Write each goal and its five levels before the format is chosen, and record that you did "
        "(column set_before_format).",
    ),
    (
        "raters",
        "Ask a second rater",
        "Let someone who does not treat the child rate a few goals each month (column rater).",
    ),
    (
        "missing",
        "Review those who leave",
        "Rate the goals once more when a family stops coming, and call those who have stopped.",
    ),
    (
        "overlap",
        "Write down why the format was chosen",
        "Record the reason for each choice (column reason_for_format): children placed by where "
        "there was room make the fairest comparison.",
    ),
    (
        "more",
        "Ask again with more children",
        "Keep recording as you do, and run this report again when about as many more children as "
        "named above have finished.",
    ),
    (
        "talk",
        "Talk it over",
        "Use the questions on the last page with colleagues and families, and run this report "
        "again after the next term.",
    ),
)

SHARPENING = frozenset({"traits", "timing", "raters", "missing"})

_STEP_OF_RULE = {
    "absent": "few",
    "few_children": "few",
    "few_traits": "traits",
    "few_groups": "few",
    "low_df": "few",
    "no_spread": "few",
    "groups_not_recorded": "groups",
    "goal_timing_not_recorded": "timing",
    "goals_after_format": "timing",
    "raters_not_recorded": "raters",
    "one_kind_of_rater": "raters",
    "many_missing": "missing",
    "missing": "missing",
    "uneven_missing": "missing",
    "separated": "overlap",
    "n_effective": "overlap",
    "rare": "overlap",
    "unlike": "overlap",
    "design": "overlap",
}


def choose_next_step(pairs: Sequence[Numbers], rules: Sequence[str]) -> Caution:
    """Choose the one thing to do next: the first of `NEXT_STEPS` that applies.

    Where nothing can be told yet, what would sharpen an answer gives way to what would bring one.

    Args:
        pairs: the published pairs.
        rules: the rules of the gates that failed, for any pair.
    """
    wanted = {_STEP_OF_RULE[rule] for rule in rules if rule in _STEP_OF_RULE}
    names = {str(pair["label"]) for pair in pairs}
    if names != {labels.NOT_COMPARABLE}:
        wanted.discard("few")
    if any(pair["more_children"] for pair in pairs):
        wanted.add("more")
    if "more" in wanted and names <= {labels.CANNOT_TELL, labels.NOT_COMPARABLE}:
        wanted -= SHARPENING
    key, title, text = next(step for step in NEXT_STEPS if step[0] in {*wanted, "talk"})
    return Caution(title, Sentence("next_step", f"next_step.{key}", text))
