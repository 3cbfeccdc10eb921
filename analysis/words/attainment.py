"""The sentences of "How soon?": goals at the expected level by one week and by another.

In: a published summary. Out: `Sentence`s. Decision: natural frequencies with one denominator, and
the range beside every number.
"""

from __future__ import annotations

from analysis.disclosure.rows import SharePair
from analysis.disclosure.summary import AttainmentPart, Sentence, Summary
from analysis.wording import FORMAT_NAMES, interval, listing, number
from analysis.words.gate_reasons import give_reason
from analysis.words.phrases import (
    format_names,
    known,
    pair_names,
    range_name,
    say,
    say_not_settled,
)
from analysis.words.reasons import give_clause

NOT_ASKED = "How soon goals reach the expected level was not asked in this run."
TOO_FEW = "there are too few children to print the result"


def tell_attainment(summary: Summary) -> list[Sentence]:
    """Say how soon goals reach the expected level, in each format and pair by pair."""
    part = summary.attainment
    if part is None:
        return [say("soon.not_asked", "soon.not_asked", NOT_ASKED)]
    told = []
    for week in sorted({*part.weeks, *(pair.week for pair in part.pairs)}):
        told += [_say_pair(summary, pair, part.of) for pair in part.pairs if pair.week == week]
        if week in part.weeks:
            told.append(_say_shares(summary, week, part))
    if part.withheld:
        text = (
            "How soon goals reach the expected level cannot be answered with these records, "
            f"because {give_clause(part.withheld)}."
        )
        told.append(say("soon.withheld", "soon.withheld", text))
    text = (
        f"Goals are seen only at reviews, about every {summary.measure.review_weeks} weeks, so the "
        "day a goal is reached is known only to lie between two of them. All children compared are "
        "given each format in turn, one child one vote."
    )
    return [*told, say("soon.method", "soon.method", text)]


def _say_shares(summary: Summary, week: int, part: AttainmentPart) -> Sentence:
    """Say how many of 100 goals reach the expected level by a week, in each format."""
    parts = [
        f"about {number(known(row.of_100), 0)} ({interval(known(row.low), known(row.high), 0)}) in "
        f"{FORMAT_NAMES[row.format]}"
        for row in part.shares
        if row.week == week
    ]
    text = (
        f"Of {part.of} goals of children like these, at the expected level at some review by week "
        f"{week} ({range_name(summary)}): {listing(parts)}."
    )
    return say(f"soon.shares.{week}", "soon.shares", text, (f"soon.shares.{week}",))


def _say_pair(summary: Summary, pair: SharePair, of: int) -> Sentence:
    """Say how two formats differ in goals at the expected level by a week."""
    week, path = pair.week, f"soon.pairs.{pair.week}.{pair.id}"
    key, both = f"soon.pair.{week}.{pair.id}", pair_names(pair)
    this, than = format_names(pair)
    if not pair.shown:
        reason = give_reason(summary, pair.gate) if pair.gate else TOO_FEW
        return say(key, "soon.withheld", f"By week {week}, {both} cannot be compared: {reason}.")
    difference, low, high = known(pair.difference), known(pair.low), known(pair.high)
    if not pair.settled:
        between = f"of {of} goals, {_spell_between(low, high, this, than)}"
        text = say_not_settled(f"By week {week}, {both}", between, range_name(summary))
        return say(key, "soon.not_settled", text, (path,))
    ahead, behind = (this, than) if difference > 0 else (than, this)
    if difference < 0:
        difference, low, high = -difference, -high, -low
    text = (
        f"By week {week}, of {of} goals about {number(difference, 0)} more were at the expected "
        f"level in {ahead} than in {behind} ({range_name(summary)} {interval(low, high, 0)}), "
        "after allowing for the differences we could see."
    )
    return say(key, "soon.more", text, (path,))


def _spell_between(low: float, high: float, this: str, than: str) -> str:
    """Spell a range of goals of 100, first format minus second."""
    if low < 0 < high:
        return f"from {number(-low, 0)} fewer to {number(high, 0)} more in {this} than in {than}"
    more, less = (this, than) if low >= 0 else (than, this)
    near, far = sorted((abs(low), abs(high)))
    return f"from {number(near, 0)} to {number(far, 0)} more in {more} than in {less}"
