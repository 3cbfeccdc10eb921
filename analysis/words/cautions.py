"""The cautions on page 1, and the one thing to do next.

In: a published summary. Out: `Sentence`s and their titles. Decisions: of the
cautions (what the goals measure, who rated, who was not seen at the end, when children started)
those three stand on page 1 that weigh most in these records; what is good news is left out; one
next step is chosen, the first that applies of a fixed list (METHODS.md, "Words").
"""

from __future__ import annotations

from analysis.disclosure.rows import Share
from analysis.disclosure.summary import Sentence, Summary
from analysis.vocabulary import CANNOT_TELL, FAVOURED, NOT_COMPARABLE
from analysis.wording import FORMAT_NAMES, listing, sentence_case
from analysis.words.phrases import (
    AIM,
    TIMES,
    pair_names,
    present_formats,
    present_pairs,
    say,
    say_aim,
    spell_times,
)

CAUTION_TITLES = {
    "caution.goals": "What the goals measure",
    "caution.raters": "Who rated",
    "caution.missing": "Who was not seen at the end",
    "caution.calendar": "When children started",
}
MOST_CAUTIONS = 3
# A share that is held back weighs as much as one of half; what nobody recorded weighs most.
WEIGHT_OF_HELD_BACK, WEIGHT_OF_CALENDAR = 0.5, 0.1


def tell_cautions(summary: Summary) -> list[Sentence]:
    """Say what stands beside the answer, the weightiest first, and the one thing to do next."""
    cautions = summary.answer.cautions
    compared = len(present_formats(summary)) > 1
    found = [
        (_weigh_rest(cautions.goals_set_before) if compared else 0.0, _caution_goals(summary)),
        (_weigh_rest(cautions.other_raters), _caution_raters(cautions.other_raters, compared)),
        (_weigh_missing(summary), _caution_missing(summary)),
        (_weigh_calendar(summary) if compared else 0.0, _caution_calendar()),
    ]
    heavy = sorted((row for row in found if row[0]), key=lambda row: -row[0])
    return [*(sentence for _, sentence in heavy[:MOST_CAUTIONS]), _say_next_step(summary)]


def _weigh_rest(share: Share) -> float:
    """Weigh a good share by what is left of it: 0 where nearly all is well, 1 where nothing is."""
    if not share.recorded:
        return 1.0
    if share.word:
        return 1.0 if share.word == "few" else 0.0
    return WEIGHT_OF_HELD_BACK if share.percent is None else 1 - share.percent / 100


def _weigh_missing(summary: Summary) -> float:
    """Weigh the children without a level at the end by the format that lost most of its own."""
    rows = [row for row in summary.answer.cautions.missing_at_end if _spell_share(row)]
    if not rows:
        return WEIGHT_OF_HELD_BACK
    return max(
        (1.0 if row.word == "nearly all" else 0.0) if row.word else (row.percent or 0) / 100
        for row in rows
    )


def _weigh_calendar(summary: Summary) -> float:
    dropped = {row.trait: row.reason for row in summary.cohort.not_adjusted_for}
    return WEIGHT_OF_CALENDAR if dropped.get("start_term") == "not_recorded" else 0.0


def _caution_calendar() -> Sentence:
    text = "Terms of the start are not recorded, so changes over the years stay hidden."
    return say("caution.calendar", "calendar.not_recorded", text)


def _spell_share(share: Share) -> str:
    """Spell a share as a percent or a word; nothing where it is held back."""
    return share.word or ("" if share.percent is None else f"{share.percent}%")


def _caution_goals(summary: Summary) -> Sentence:
    """Say what the goals measure: were they set before the format was chosen?"""
    before = summary.answer.cautions.goals_set_before
    key, share = "caution.goals", _spell_share(before)
    if not before.recorded:
        text = (
            "Nobody recorded whether goals were set before the format was chosen. If expectations "
            "followed the format, a true difference can stay hidden, or appear from nothing."
        )
        return say(key, "goals.not_recorded", text)
    if not share:
        text = (
            "Too few children to print what share of the goals was set before the format was "
            "chosen. Goals set after it say how far children came relative to that choice."
        )
        return say(key, "goals.held_back", text)
    text = (
        f"{sentence_case(share)} of the goals were set before the format was chosen. The others "
        "say how far children came relative to what was expected in their format."
    )
    return say(key, "goals.share", text)


def _caution_raters(other: Share, compared: bool) -> Sentence:
    """Say who rated the goals: what share of the reviews not by the treating therapist."""
    key, share = "caution.raters", _spell_share(other)
    hope = "A therapist who hopes for a format may see more in it."
    if not compared:
        hope = "Who hopes for progress may see more of it."
    if not other.recorded:
        hopes = "hopes for one format" if compared else "hopes for a child"
        text = f"Nobody recorded who rated the goals, so {hopes} may colour the levels."
        return say(key, "raters.not_recorded", text)
    if not share:
        text = (
            "Too few children to print what share of the reviews was rated by someone other than "
            f"the treating therapist. {hope}"
        )
        return say(key, "raters.held_back", text)
    text = (
        f"{sentence_case(share)} of the reviews were rated by someone other than the treating "
        f"therapist. {hope}"
    )
    return say(key, "raters.share", text)


def _caution_missing(summary: Summary) -> Sentence:
    """Say how many children have no level at the end."""
    present = present_formats(summary)
    rows = [row for row in summary.answer.cautions.missing_at_end if row.format in present]
    known = [row for row in rows if _spell_share(row)]
    parts = [f"{_spell_share(row)} in {FORMAT_NAMES[row.format]}" for row in known]
    parts[:1] = [part.replace(" in ", " of the children in ", 1) for part in parts[:1]]
    if len(known) > 1 and len({_spell_share(row) for row in known}) == 1:
        parts = [f"{_spell_share(known[0])} of the children in each format"]
    if not parts:
        text = "Too few children to say how many have no level at the end."
        return say("caution.missing", "missing.held_back", text)
    text = (
        f"Without a level at the end of the {summary.measure.horizon_weeks} weeks: "
        f"{listing(parts)}. Families often stop coming when things go very well or not well."
    )
    return say("caution.missing", "missing.share", text)


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
        "therapists",
        "Let therapists work in more than one format",
        "Let several therapists treat children in each of the formats, and write down who treats "
        "whom (column therapist_id): else nobody can tell a good format from a good therapist.",
    ),
    (
        "traits",
        "Write down what you know on the first day",
        "Record attention, comfort with other children, severity and age for every child at the "
        "start: they decide who is offered which format.",
    ),
    (
        "terms",
        "Write down when children started",
        "Record the term in which each child started (column start_term): changes over the years "
        "can then be told from the format.",
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
        "calendar",
        "Review in fixed weeks",
        "Review every goal in the same weeks in every format, whether it goes well or not.",
    ),
    (
        "endings",
        "Give a harder goal its own code",
        "When a goal is attained, rate it that day and close it; write a harder goal as a new one.",
    ),
    (
        "weeks",
        "Review each format at the same weeks",
        "Go on reviewing goals after a block of therapy has ended, at the same weeks in every "
        "format: the formats can then be compared over the whole time.",
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
        "Keep recording as you do, and run this report again when more children have finished.",
    ),
    (
        "talk",
        "Talk it over",
        "Use the questions on page 2 with colleagues and families, and run this report again "
        "after the next term.",
    ),
    (
        "course",
        "Look at the course together",
        "Talk over page 2 with colleagues: how far goals moved, and who stopped coming. Run this "
        "report again after the next term, and with any new format beside this one.",
    ),
)

SHARPENING = frozenset({"traits", "terms", "timing", "raters", "missing", "calendar", "endings"})

_STEP_OF_RULE = {
    "absent": "few",
    "few_children": "few",
    "few_traits": "traits",
    "terms_not_recorded": "terms",
    "few_groups": "few",
    "low_df": "few",
    "therapists_apart": "therapists",
    "therapists_not_recorded": "therapists",
    "no_spread": "few",
    "groups_not_recorded": "groups",
    "goal_timing_not_recorded": "timing",
    "goals_after_format": "timing",
    "raters_not_recorded": "raters",
    "one_kind_of_rater": "raters",
    "many_missing": "missing",
    "weeks_apart": "weeks",
    "bent": "weeks",
    "missing": "missing",
    "uneven_missing": "missing",
    "left_after_success": "missing",
    "timing_recorded_unevenly": "timing",
    "timing_differs": "timing",
    "unchecked_raters": "raters",
    "raters_differ": "raters",
    "kinder_therapists": "raters",
    "easier_later_goals": "timing",
    "head_start": "raters",
    "mostly_own_raters": "raters",
    "reviewed_less_often": "calendar",
    "reviewed_irregularly": "calendar",
    "closed_below": "endings",
    "made_harder": "endings",
    "separated": "overlap",
    "n_effective": "overlap",
    "rare": "overlap",
    "unlike": "overlap",
    "design": "overlap",
    "trait_blank": "traits",
}


def choose_next_step(summary: Summary) -> tuple[str, str, str]:
    """Choose the one thing to do next: the first of `NEXT_STEPS` that applies.

    Where nothing can be told yet, what would sharpen an answer gives way to what would bring one;
    where a pair cannot be told through a fault, what would mend the fault comes first.

    Returns:
        Its key, its title and its text.
    """
    if len(present_formats(summary)) == 1:
        return NEXT_STEPS[-1]
    rules = {gate.rule for gate in summary.method.gates if not gate.passed}
    pairs = present_pairs(summary, summary.answer.pairs)
    wanted = {_STEP_OF_RULE[rule] for rule in rules if rule in _STEP_OF_RULE}
    names: set[str] = {pair.label for pair in pairs}
    if names != {NOT_COMPARABLE}:
        wanted.discard("few")
    if summary.measure.asked_weeks:
        wanted.add("weeks")
    if any(pair.times for pair in pairs):
        wanted.add("more")
    if any(pair.unsettled == FAVOURED for pair in pairs):
        faults = {gate.rule for gate in summary.method.gates if gate.favours}
        wanted = {_STEP_OF_RULE[rule] for rule in faults if rule in _STEP_OF_RULE} or wanted
    elif "more" in wanted and names <= {CANNOT_TELL, NOT_COMPARABLE}:
        wanted -= SHARPENING
    return next(step for step in NEXT_STEPS if step[0] in {*wanted, "talk"})


def _say_next_step(summary: Summary) -> Sentence:
    key, _, text = choose_next_step(summary)
    if key == "more":
        text, used = f"{text} {_say_how_many(summary)}", AIM
        return say("next_step", f"next_step.{key}", text, used)
    return say("next_step", f"next_step.{key}", text)


def _say_how_many(summary: Summary) -> str:
    """Say what it takes for the pair that is nearest to an answer."""
    pairs = [pair for pair in summary.answer.pairs if pair.times]
    nearest = min(pairs, key=lambda pair: list(TIMES).index(pair.times or "five"))
    said = spell_times(summary, nearest, nearest.times or "five")
    what = pair_names(nearest)
    return f"For {what}, {said} {say_aim(summary)}."
