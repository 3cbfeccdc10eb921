"""The sentences of "How far, at what effort?": level at the end, gain for time, home practice.

In: numbers that already passed the disclosure door. Out: `Sentence`s. Decision taken here:
faster, further and more for a therapist's time are three answers, and none of them is said to
be the one that counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analysis.wording import FORMAT_NAMES, children, interval, listing, number, points
from analysis.words.answer import Sentence
from analysis.words.gate_reasons import give_reason

Numbers = Mapping[str, object]

UNITS = {
    "per_session": "levels for 10 sessions attended",
    "per_hour": "levels for 10 therapist hours",
}
FASTER_IS_NOT_FURTHER = (
    "Faster is not further: the rate says how quickly goals moved, the level at the end how far "
    "they came, and gain for a therapist's time what it took. The answers can differ."
)


def say_faster_is_not_further() -> Sentence:
    """Say that the three answers are three."""
    return Sentence("effort.kinds", "effort.kinds", FASTER_IS_NOT_FURTHER)


def say_end_pair(weeks: int, pair: Numbers, gate: Numbers | None) -> Sentence:
    """Say how two formats differ in the level at the end.

    Args:
        weeks: length of the window.
        pair: published: id, this, than, shown, estimate, conf_low, conf_high.
        gate: the published gate that withholds it, if one does.
    """
    key = f"effort.end.{pair['id']}"
    used = (f"effort.end_level.pairs.{pair['id']}",)
    this, than = FORMAT_NAMES[str(pair["this"])], FORMAT_NAMES[str(pair["than"])]
    both = f"{pair['this']} and {than}"
    if not pair["shown"]:
        reason = give_reason(gate) if gate else "there are too few children to print the result"
        text = f"At week {weeks}, {both} cannot be compared: {reason}."
        return Sentence(key, "end.withheld", text)
    estimate, low, high = (float(pair[name]) for name in ("estimate", "conf_low", "conf_high"))
    if low <= 0 <= high:
        text = (
            f"At week {weeks}, {both} cannot be told apart: anywhere from {points(-low)} higher "
            f"in {than} to {points(high)} higher in {this} (95% range)."
        )
        return Sentence(key, "end.cannot_tell", text, used)
    ahead, behind = (this, than) if estimate > 0 else (than, this)
    if estimate < 0:
        estimate, low, high = -estimate, -high, -low
    text = (
        f"At week {weeks}, goals stood about {points(estimate)} higher in {ahead} than in "
        f"{behind} (95% range {interval(low, high)}), among children reviewed then, after allowing "
        "for the differences we could see."
    )
    return Sentence(key, "end.higher", text, used)


def say_time(rows: Sequence[Numbers]) -> Sentence:
    """Say how many sessions and therapist hours a child had in each format.

    Args:
        rows: published rows: format, sessions, hours.
    """
    parts = [
        f"{number(float(row['sessions']), 0)} sessions and {number(float(row['hours']), 0)} "
        f"therapist hours in {FORMAT_NAMES[str(row['format'])]}"
        for row in rows
    ]
    text = (
        f"Up to the last review a child came to about {listing(parts)}, children made alike. A "
        "therapist's hour is shared by the children present; preparation is not counted."
    )
    return Sentence("effort.time", "effort.time", text, ("effort.means",))


def say_gain_for(measure: str, rows: Sequence[Numbers]) -> Sentence:
    """Say what was gained for sessions or therapist hours in each format.

    Args:
        measure: "per_session" or "per_hour".
        rows: published rows: format, estimate, conf_low, conf_high.
    """
    parts = [
        f"{number(float(row['estimate']))} "
        f"({interval(float(row['conf_low']), float(row['conf_high']))}) in "
        f"{FORMAT_NAMES[str(row['format'])]}"
        for row in rows
    ]
    text = f"Gained, {UNITS[measure]} (95% range): {listing(parts)}."
    return Sentence(f"effort.{measure}", "effort.gain", text, (f"effort.means.{measure}",))


def say_effort_withheld(reason: str) -> Sentence:
    """Say that effort cannot be compared, and why."""
    text = (
        "What it took cannot be answered with these records, because "
        f"{reason[:1].lower()}{reason[1:].rstrip('.')}."
    )
    return Sentence("effort.withheld", "effort.withheld", text)


def say_net(rows: Sequence[Numbers]) -> Sentence:
    """Say at what worth of a level two formats break even.

    Args:
        rows: published rows of one pair: this, than, hours_per_level, estimate, conf_low,
            conf_high (therapist hours for each child).
    """
    this, than = FORMAT_NAMES[str(rows[0]["this"])], FORMAT_NAMES[str(rows[0]["than"])]
    clear = [row for row in rows if float(row["conf_low"]) > 0 or float(row["conf_high"]) < 0]
    first = rows[0]
    hours = float(first["estimate"])
    fewer, more = (this, than) if hours > 0 else (than, this)
    spread = sorted(abs(float(first[name])) for name in ("conf_low", "conf_high"))
    if first in clear:
        text = (
            f"A child in {fewer} took about {number(abs(hours), 0)} therapist hours less than one "
            f"in {more} (95% range {interval(*spread, 0)})."
        )
    else:
        text = (
            f"Therapist hours a child cannot be told apart between {rows[0]['this']} and {than} "
            f"(95% range of the difference {interval(*_ends(first), 0)})."
        )
    worths = []
    for row in rows[1:]:
        if row not in clear or float(row["estimate"]) * hours < 0:
            break
        worths.append(float(row["hours_per_level"]))
    if first in clear and worths and len(worths) + 1 < len(rows):
        text += (
            f" That outweighs any difference in gain as long as one level is held worth up to "
            f"{number(max(worths), 0)} therapist hours; above that these records cannot tell."
        )
    key = f"effort.net.{rows[0]['this']}-{rows[0]['than']}"
    return Sentence(key, "effort.net", text, ("effort.net_benefit",))


def _ends(row: Numbers) -> tuple[float, float]:
    return float(row["conf_low"]), float(row["conf_high"])


def say_practice(row: Numbers, more_minutes: float) -> Sentence:
    """Say how progress goes with practice at home.

    Args:
        row: published: estimate, conf_low, conf_high, n_children.
        more_minutes: the difference in minutes a week that it is about.
    """
    estimate, low, high = (float(row[name]) for name in ("estimate", "conf_low", "conf_high"))
    more = number(more_minutes, 0)
    about = f"among about {children(float(row['n_children']))}"
    if low <= 0 <= high:
        text = (
            f"These records cannot tell whether progress goes with practice at home: for {more} "
            f"minutes more a week, the same child's rate differs by anything from {points(low)} to "
            f"{points(high)} every 12 weeks (95% range), {about}."
        )
        rule = "practice.cannot_tell"
    else:
        way = "faster" if estimate > 0 else "slower"
        if estimate < 0:
            estimate, low, high = -estimate, -high, -low
        text = (
            f"In weeks with {more} minutes more practice at home the same child's goals moved "
            f"{points(estimate)} every 12 weeks {way} (95% range {interval(low, high)}), {about}."
        )
        rule = "practice.goes_with"
    text += (
        " This is an association: practice can follow progress as well as progress can follow "
        "practice."
    )
    return Sentence("effort.practice", rule, text, ("effort.home_practice",))


def say_usual_practice(minutes: float | None, share: str | None, mark: float) -> Sentence:
    """Say how much families practised, beside the published mark.

    Args:
        minutes: mean minutes a week, or None when it may not be shown.
        share: share of children at the mark or above, spelt, or None.
        mark: minutes a week of the published programme.
    """
    published = (
        f"a published home programme came to 17.5 times a month for 16.5 minutes, about "
        f"{number(mark, 0)} minutes a week"
    )
    if minutes is None:
        text = f"Too few families wrote down practice at home to print how much; {published}."
        return Sentence("effort.usual_practice", "practice.usual_held_back", text)
    text = (
        f"Families wrote down {number(minutes, 0)} minutes of practice a week on average; "
        f"{published}."
    )
    if share is not None:
        text += f" At or above that: {share} of the children whose families wrote it down."
    return Sentence("effort.usual_practice", "practice.usual", text, ("effort.home_practice",))


def say_practice_withheld(reason: str) -> Sentence:
    """Say that home practice cannot be related to progress, and why."""
    text = (
        "Whether progress goes with practice at home cannot be answered with these records, "
        f"because {reason[:1].lower()}{reason[1:].rstrip('.')}."
    )
    return Sentence("effort.practice", "practice.withheld", text)
