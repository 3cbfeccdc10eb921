"""The sentences of "How far, at what effort?": level at the end, gain for time, home practice.

In: a published summary. Out: `Sentence`s. Decision: faster, further and more for a therapist's
time are three answers, and none of them is said to be the one that counts.
"""

from __future__ import annotations

from collections.abc import Sequence

from analysis.disclosure.fields import FormatId
from analysis.disclosure.rows import EffortMean, EndPair, NetBenefit
from analysis.disclosure.summary import EffortPart, HomePracticePart, Sentence, Summary
from analysis.wording import FORMAT_NAMES, children, interval, listing, number, points
from analysis.words.gate_reasons import give_reason
from analysis.words.phrases import (
    ends,
    every,
    find_setting,
    format_names,
    known,
    pair_names,
    range_name,
    say,
    say_not_settled,
    spell_span,
)
from analysis.words.reasons import give_clause

UNITS = {
    "per_session": "levels for 10 sessions attended",
    "per_hour": "levels for 10 therapist hours",
}
FASTER_IS_NOT_FURTHER = (
    "Faster is not further: the rate says how quickly goals moved, the level at the end how far "
    "they came, and gain for a therapist's time what it took. The answers can differ."
)
NOT_ASKED = "How far children came, and at what effort, was not asked in this run."
TOO_FEW = "there are too few children to print the result"


def tell_effort(summary: Summary) -> list[Sentence]:
    """Say how far children came, what it took, and how progress goes with home practice."""
    part = summary.effort
    if part is None:
        return [say("effort.not_asked", "effort.not_asked", NOT_ASKED)]
    return [
        say("effort.kinds", "effort.kinds", FASTER_IS_NOT_FURTHER),
        *(_say_end_pair(summary, pair) for pair in part.end_level.pairs),
        *_tell_time(summary, part),
        *_tell_practice(summary, part.home_practice),
    ]


def _say_end_pair(summary: Summary, pair: EndPair) -> Sentence:
    """Say how two formats differ in the level at the end."""
    key, used = f"effort.end.{pair.id}", (f"effort.end_level.pairs.{pair.id}",)
    both, (this, than) = pair_names(pair), format_names(pair)
    week = f"week {summary.measure.horizon_weeks}"
    if not pair.shown:
        reason = give_reason(summary, pair.gate) if pair.gate else TOO_FEW
        return say(key, "end.withheld", f"At {week}, {both} cannot be compared: {reason}.")
    estimate, (low, high) = known(pair.estimate), ends(pair)
    if not pair.settled:
        between = f"goals stood anywhere from {spell_span(low, high, this, than, 'higher in')}"
        text = say_not_settled(f"At {week}, {both}", between, range_name(summary))
        return say(key, "end.not_settled", text, used)
    ahead, behind = (this, than) if estimate > 0 else (than, this)
    if estimate < 0:
        estimate, low, high = -estimate, -high, -low
    text = (
        f"At {week}, goals stood about {points(estimate)} higher in {ahead} than in {behind} "
        f"({range_name(summary)} {interval(low, high)}), among children reviewed then, after "
        "allowing for the differences we could see."
    )
    return say(key, "end.higher", text, used)


def _tell_time(summary: Summary, part: EffortPart) -> list[Sentence]:
    if not part.means:
        text = (
            "What it took cannot be answered with these records, because "
            f"{give_clause(part.withheld or 'not_compared')}."
        )
        return [say("effort.withheld", "effort.withheld", text)]
    told = [_say_time(part.means)]
    told += [_say_gain_for(summary, measure, part.means) for measure in UNITS]
    for this, than in dict.fromkeys((row.this, row.than) for row in part.net_benefit):
        rows = [row for row in part.net_benefit if (row.this, row.than) == (this, than)]
        told.append(_say_net(summary, rows))
    return told


def _say_time(means: Sequence[EffortMean]) -> Sentence:
    """Say how many sessions and therapist hours a child had in each format."""
    found: dict[FormatId, dict[str, float]] = {}
    for row in means:
        found.setdefault(row.format, {})[row.measure] = known(row.estimate)
    parts = [
        f"{number(own['sessions'], 0)} sessions and {number(own['hours'], 0)} therapist hours in "
        f"{FORMAT_NAMES[therapy_format]}"
        for therapy_format, own in found.items()
    ]
    text = (
        f"Up to the last review a child came to about {listing(parts)}, children made alike. A "
        "therapist's hour is shared by the children present; preparation is not counted."
    )
    return say("effort.time", "effort.time", text, ("effort.means",))


def _say_gain_for(summary: Summary, measure: str, means: Sequence[EffortMean]) -> Sentence:
    """Say what was gained for sessions or therapist hours in each format."""
    parts = [
        f"{number(known(row.estimate))} ({interval(*ends(row))}) in {FORMAT_NAMES[row.format]}"
        for row in means
        if row.measure == measure
    ]
    text = f"Gained, {UNITS[measure]} ({range_name(summary)}): {listing(parts)}."
    return say(f"effort.{measure}", "effort.gain", text, (f"effort.means.{measure}",))


def _say_net(summary: Summary, rows: Sequence[NetBenefit]) -> Sentence:
    """Say at what worth of a level two formats break even.

    Args:
        summary: the summary.
        rows: net benefit of one pair in therapist hours for each child, by worth of a level.
    """
    first = rows[0]
    this, than = format_names(first)
    clear = [row for row in rows if ends(row)[0] > 0 or ends(row)[1] < 0]
    hours = known(first.estimate)
    settled = first.settled and first in clear
    if settled:
        fewer, more = (this, than) if hours > 0 else (than, this)
        low, high = sorted(map(abs, ends(first)))
        text = (
            f"A child in {fewer} took about {number(abs(hours), 0)} therapist hours less than one "
            f"in {more} ({range_name(summary)} {interval(low, high, 0)})"
        )
    else:
        low, high = ends(first)
        between = (
            f"the difference is anywhere from {number(low, 0)} to {number(high, 0)} hours in {this}"
        )
        subject = f"Therapist hours a child, {pair_names(first)}"
        text = say_not_settled(subject, between, range_name(summary))
    worths = []
    for row in rows[1:]:
        if row not in clear or known(row.estimate) * hours < 0:
            break
        worths.append(row.hours_per_level)
    if settled and worths and len(worths) + 1 < len(rows):
        text += (
            f"; for a team that would give up to {number(max(worths), 0)} therapist hours for one "
            "more level, these hours outweigh any difference in progress, and above that these "
            "records cannot tell."
        )
    elif settled:
        text += "."
    key = f"effort.net.{first.this}-{first.than}"
    return say(key, "effort.net", text, ("effort.net_benefit",))


def _tell_practice(summary: Summary, part: HomePracticePart) -> list[Sentence]:
    if part.shown:
        told = [_say_practice(summary, part)]
    else:
        text = (
            "Whether progress goes with practice at home cannot be answered with these records, "
            f"because {give_clause(part.withheld or 'few_in_a_format')}."
        )
        told = [say("effort.practice", "practice.withheld", text)]
    return [*told, _say_usual_practice(summary, part)] if part.usual_written else told


def _say_practice(summary: Summary, part: HomePracticePart) -> Sentence:
    """Say how progress goes with practice at home."""
    estimate, (low, high) = known(part.estimate), ends(part)
    more = number(part.more_minutes, 0)
    about = f"among about {children(known(part.n_children))}"
    if not part.settled:
        rule = "practice.not_settled"
        between = (
            f"for {more} minutes more a week, the same child's rate differs by anything from "
            f"{points(low)} to {points(high)} {every(summary)}"
        )
        subject = "Whether progress goes with practice at home"
        text = say_not_settled(subject, between, range_name(summary), f", {about}")
    else:
        rule, way = "practice.goes_with", "faster" if estimate > 0 else "slower"
        if estimate < 0:
            estimate, low, high = -estimate, -high, -low
        text = (
            f"In weeks with {more} minutes more practice at home the same child's goals moved "
            f"{points(estimate)} {every(summary)} {way} ({range_name(summary)} "
            f"{interval(low, high)}), {about}."
        )
    text += (
        " This is an association: practice can follow progress as well as progress can follow "
        "practice."
    )
    return say("effort.practice", rule, text, ("effort.home_practice",))


def _say_usual_practice(summary: Summary, part: HomePracticePart) -> Sentence:
    """Say how much families practised, beside the published programme (Novak et al. 2009)."""
    key = "effort.usual_practice"
    programme = (
        f"a published home programme came to {find_setting(summary, 'mark_times_a_month'):g} times "
        f"a month for {find_setting(summary, 'mark_minutes'):g} minutes"
    )
    if part.mark_minutes is not None:
        programme += f", about {number(part.mark_minutes, 0)} minutes a week"
    if part.usual_minutes is None:
        text = f"Too few families wrote down practice at home to print how much; {programme}."
        return say(key, "practice.usual_held_back", text)
    text = (
        f"Families wrote down {number(part.usual_minutes, 0)} minutes of practice a week on "
        f"average; {programme}."
    )
    share = part.at_mark
    if share and (share.word or share.percent is not None):
        spelt = share.word or f"{share.percent}%"
        text += f" At or above that: {spelt} of the children whose families wrote it down."
    return say(key, "practice.usual", text, ("effort.home_practice",))
