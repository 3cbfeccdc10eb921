"""The sentences of "How sure?": other ways of asking, children who left, things unrecorded.

In: a published summary. Out: `Sentence`s. Decisions: what would change an answer is said as an
assumption a clinic lead can judge ("half as much progress after leaving", "twice as much as
attention does"), the statistician's number after it; an answer that claims nothing is not said to
be safe.
"""

from __future__ import annotations

from analysis.disclosure.rows import Analysis
from analysis.disclosure.sensitivity_rows import Control, Dropout, PlannedSize, Unrecorded
from analysis.disclosure.summary import GrowthSpreads, PlanningPart, Sentence, Summary
from analysis.vocabulary import Reason
from analysis.wording import (
    FORMAT_NAMES,
    TRAIT_NAMES,
    interval,
    listing,
    number,
)
from analysis.words.analyses import give_title
from analysis.words.answer import LABEL_TITLES
from analysis.words.phrases import (
    AIM,
    ends,
    every,
    known,
    pair_names,
    range_name,
    say,
    say_aim,
    spell_times,
)
from analysis.words.reasons import give_clause

NOT_ASKED = (
    "What could change the answer (other ways of asking, children who left, things unrecorded) was "
    "not asked in this run."
)
MANY_TIMES = 10.0
MORE = f"more than {MANY_TIMES:.0f}"
BETWEEN = {
    "therapy group": "therapy groups",
    "child": "children",
    "goal": "a child's goals",
}
CONTROL_NAMES = {
    "energy": "energy at the start",
    "motivation": "motivation at the start",
    "start_level": "the start level of goals set before the format was chosen",
}
KNOWN_BEFORE = "it goes with the choice of format and with progress, so it must be allowed for"
COLUMN_REASONS = {
    "group_id": "without the therapy group, nobody can tell a good format from a good group",
    "set_before_format": "only goals set before the format ask the same of every format",
    "rater": "it shows how much the answer rests on therapists rating their own work",
    "reason_for_format": "children placed by where there was room make the fairest comparison",
    "attention": KNOWN_BEFORE,
    "peer_comfort": KNOWN_BEFORE,
    "therapist_id": "it shows whether a format or a therapist is being compared",
    "severity": "it goes with progress, so it must be allowed for",
    "delivered": "it shows which children received what was planned",
    "age_years": "it goes with progress, so it must be allowed for",
    "closed_reason": "it tells a goal that was met from one that was given up",
    "end_reason": "it tells families who were done from families who gave up",
    "follows_instructions": "it goes with the choice of format, so it must be allowed for",
    "communication": "it goes with progress, so it must be allowed for",
    "n_children_present": "it gives the therapist time behind each child's progress",
    "minutes": "it shows whether practice at home goes with progress",
    "motivation": "it checks whether the formats' children were alike in what is not allowed for",
    "energy": "it checks whether the formats' children were alike in what is not allowed for",
    "blinded": "a rater who does not know the format cannot hope for it",
}


def tell_sensitivity(summary: Summary) -> list[Sentence]:
    """Say everything asked beside the main analysis."""
    part = summary.sensitivity
    if part is None:
        return [say("sensitivity.not_asked", "sensitivity.not_asked", NOT_ASKED)]
    left_out = [way for way in summary.method.analyses if way.range_over_all]
    return [
        *_tell_withheld(summary),
        *(_say_left_out(summary, way) for way in left_out),
        *([_say_growth(summary, part.growth)] if part.growth else []),
        *(_say_dropout(row) for row in part.dropout),
        *(_say_unrecorded(row) for row in part.unrecorded),
        _say_wide(summary, part.strongest),
        _say_controls(part.controls),
        *_tell_planning(summary, part.planning),
    ]


def _tell_withheld(summary: Summary) -> list[Sentence]:
    """Say which ways of asking give no numbers, and why: one sentence for each reason."""
    ways = summary.method.analyses
    found: dict[tuple[bool, Reason], list[Analysis]] = {}
    for way in ways:
        if way.withheld:
            found.setdefault((way.held_back, way.withheld), []).append(way)
    told = []
    for (held_back, reason), own in found.items():
        rule = "ways.held_back" if held_back else "ways.withheld"
        cannot = "not printed" if held_back else "cannot be run with these records"
        who = f"{'; '.join(give_title(summary, way.id) for way in own)}: {cannot}"
        if len(own) == len(ways):
            who = f"None of the {len(ways)} ways of asking can be answered"
        text = f"{who}, because {give_clause(reason)}."
        told.append(say(f"sensitivity.withheld.{own[0].id}", rule, text))
    return told


def _say_left_out(summary: Summary, way: Analysis) -> Sentence:
    """Say how far leaving out one group or therapist at a time moves each answer."""
    key = f"sensitivity.left_out.{way.id}"
    what = "therapy group" if way.id == "leave_one_group_out" else "therapist"
    shown = [pair for pair in way.pairs if pair.conf_low is not None]
    if not shown:
        text = f"Too little is left to print to say what any one {what} does to the answer."
        return say(key, "left_out.held_back", text)
    parts = [f"{pair_names(pair)} {interval(*ends(pair))}" for pair in shown]
    text = (
        f"Whichever single {what} is left out, the {range_name(summary)} stays within these "
        f"limits: {'; '.join(parts)} (levels {every(summary)}, rounded outwards)."
    )
    paths = [f"certainty.analyses.{way.id}.pairs.{pair.id}.conf_low" for pair in shown]
    paths += [f"certainty.analyses.{way.id}.pairs.{pair.id}.conf_high" for pair in shown]
    return say(key, "left_out", text, paths)


def _say_growth(summary: Summary, growth: GrowthSpreads) -> Sentence:
    """Say how much therapy groups, children and goals differ in speed."""
    shown = [row for row in growth.spreads if row.slope]
    parts = [f"{number(known(row.slope))} between {BETWEEN[row.id]}" for row in shown]
    text = "The growth model finds no spread in speed."
    if parts:
        text = (
            f"In the growth model, spreads (standard deviations) in levels {every(summary)} are "
            f"{listing(parts)}."
        )
    if growth.zero:
        names = listing([BETWEEN[name] for name in growth.zero])
        text += f" No spread in speed is measurable between {names}: ordinary with so few of them."
    if growth.left_out:
        names = listing([BETWEEN[name] for name in growth.left_out])
        text += f" Reviews are too few to show how speed differs between {names}."
    rule = "growth.zero" if growth.zero else "growth.left_out" if growth.left_out else "growth"
    used = (f"sensitivity.growth.spreads.{row.id}.slope" for row in shown)
    return say("sensitivity.growth", rule, text, used)


def _say_dropout(row: Dropout) -> Sentence:
    """Say what assumption about children who left would change what is said of a pair."""
    key, names = f"sensitivity.dropout.{row.id}", pair_names(row, upper=True)
    if not row.shown:
        text = (
            f"{names}: too few children left before the end to print what assumptions about them "
            "would do."
        )
        return say(key, "dropout.held_back", text)
    if not row.changed or row.label is None:
        text = (
            f"{names}: what is said stays the same even if the children who left, those seen only "
            "once among them, made no further progress, in either format or in both."
        )
        return say(key, "dropout.unchanged", text)
    sides = [
        f"{percent}% less in {FORMAT_NAMES[therapy_format]}"
        for percent, therapy_format in ((row.percent_this, row.this), (row.percent_than, row.than))
        if percent
    ]
    title = LABEL_TITLES[row.label]
    text = (
        f"{names}: what is said changes if the children who left, those seen only once among them, "
        f"progressed afterwards {listing(sides)} than is taken for granted; it would then be: "
        f"{title[:1].lower()}{title[1:]}."
    )
    used = (f"{key}.{name}" for name in ("percent_this", "percent_than"))
    return say(key, "dropout.changed", text, used)


def _say_unrecorded(row: Unrecorded) -> Sentence:
    """Say how much something unrecorded would have to matter to change what is said of a pair."""
    key, names = f"sensitivity.unrecorded.{row.id}", pair_names(row, upper=True)
    if not row.shown:
        text = f"{names}: not compared, so there is nothing that something unrecorded could change."
        return say(key, "unrecorded.not_compared", text)
    if row.share is None:
        text = (
            f"{names}: nothing is stated here about the difference that something unrecorded "
            "could take away."
        )
        return say(key, "unrecorded.no_claim", text)
    changes = f"{names}: what is said would no longer hold if something unrecorded explained"
    of_both = "both which format a child had and how far goals moved"
    left = f"{row.share}% of what the recorded traits leave unexplained"
    used = [f"{key}.share"]
    if row.trait is None:
        return say(key, "unrecorded.share", f"{changes} {left}, in {of_both}.", used)
    trait = TRAIT_NAMES[row.trait]
    low, high = _spell_times(row.times_low), _spell_times(row.times_high)
    spelt = _spell_times(row.times)
    could = low if low == high else f"{low} to {high}"
    enough = row.times_low is not None and row.times_low < 1
    text = (
        f"{changes} {spelt} times as much as {trait} does, in {of_both} ({could} times, as {trait} "
        f"is measured only roughly here; {left}), so something as strong as {trait} "
        f"{'might be' if enough else 'would not be'} enough."
    )
    names_of = ("times", "times_low", "times_high")
    used += [f"{key}.{name}" for name in names_of if getattr(row, name) is not None]
    return say(key, "unrecorded.less_than_once" if enough else "unrecorded.times", text, used)


def _spell_times(times: float | None) -> str:
    return MORE if times is None or times > MANY_TIMES else number(times, 1)


def _say_wide(summary: Summary, strongest: tuple[str, ...]) -> Sentence:
    """Say what the wider of the two ranges means, by the strongest recorded traits."""
    if not strongest:
        text = (
            "No recorded trait is allowed for, so there is no yardstick for what something "
            "unrecorded could do."
        )
        return say("sensitivity.wide", "wide.none", text)
    names = list(dict.fromkeys(TRAIT_NAMES[trait] for trait in strongest))
    text = (
        f"The wider range of each pair says how far the {range_name(summary)} reaches if something "
        "unrecorded differs between the formats as much as the strongest recorded trait does "
        f"({listing(names, 'or')}). Twice the effect explains four times as much."
    )
    return say("sensitivity.wide", "wide", text)


def _say_controls(controls: tuple[Control, ...]) -> Sentence:
    """Say what the questions with a known answer of zero show."""
    key = "sensitivity.controls"
    asked = [control for control in controls if control.shown]
    if not asked:
        text = (
            "No trait is left over that the formats should be alike in, so the adjustment cannot "
            "be checked in this way."
        )
        return say(key, "controls.none", text)
    failed = [CONTROL_NAMES[control.id] for control in asked if control.failed]
    if failed:
        text = (
            "The formats should be alike in what was so before the format was chosen. They are "
            f"not in {listing(failed)}: the traits allowed for leave something out, so lean on "
            "every difference lightly."
        )
        return say(key, "controls.failed", text, (key,))
    n_asked = sum(len(control.pairs) for control in asked)
    text = (
        "The formats should be alike in what was so before the format was chosen. After the same "
        f"adjustment none stands out in {listing([CONTROL_NAMES[c.id] for c in asked])} "
        f"({n_asked} comparisons, allowed for)."
    )
    return say(key, "controls.passed", text, (key,))


def _tell_planning(summary: Summary, part: PlanningPart) -> list[Sentence]:
    """Say what it would take to know, and what to start recording."""
    told = [_say_size(summary, row) for row in part.pairs]
    key = "sensitivity.to_record"
    if not part.to_record:
        text = "Every column this report can use is recorded. Keep recording them."
        return [*told, say(key, "to_record.nothing", text)]
    parts = [
        f"{row.column} in the table {row.table} ({COLUMN_REASONS[row.column]})"
        for row in part.to_record
    ]
    text = f"What to start recording: {listing(parts)}."
    return [*told, say(key, "to_record", text)]


def _say_size(summary: Summary, row: PlannedSize) -> Sentence:
    """Say what it would take to know about one pair: a range narrow enough for an answer."""
    key, names = f"sensitivity.planning.{row.id}", pair_names(row, upper=True)
    path = f"sensitivity.planning.pairs.{row.id}"
    if not row.shown:
        text = f"{names}: not compared, so no number of children can be worked out from here."
        return say(key, "planning.not_compared", text)
    half, aim = number(known(row.half_width)), summary.answer.needed.half_width
    used = [f"{path}.half_width", *AIM]
    text = f"{names}: the {range_name(summary)} is {half} levels either way"
    if row.times is None:
        text += f", no wider than the {number(aim)} at which most clinics have an answer."
        return say(key, "planning.enough", text, used)
    text += f"; {spell_times(summary, row, row.times)} {say_aim(summary)}."
    rule = "planning.more"
    if row.reachable is not None and row.reachable > aim:
        text += f" Without more groups it stays above {number(row.reachable)}."
        used.append(f"{path}.reachable")
        rule = "planning.more_groups"
    return say(key, rule, text, used)
