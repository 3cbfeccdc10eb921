"""The sentences of "How soon?": goals at the expected level by week 12 and week 24.

In: numbers that already passed the disclosure door. Out: `Sentence`s. Decision taken here:
natural frequencies with one denominator, and the range beside every number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analysis.wording import FORMAT_NAMES, interval, listing, number, sentence_case
from analysis.words.answer import Sentence
from analysis.words.gate_reasons import give_reason

Numbers = Mapping[str, object]


def say_shares(week: int, rows: Sequence[Numbers]) -> Sentence:
    """Say how many of 100 goals reach the expected level by a week, in each format.

    Args:
        week: the week.
        rows: published rows that are shown: format, of_100, low, high.
    """
    parts = [
        f"about {number(float(row['of_100']), 0)} "
        f"({interval(float(row['low']), float(row['high']), 0)}) in "
        f"{FORMAT_NAMES[str(row['format'])]}"
        for row in rows
    ]
    text = (
        f"Of 100 goals of children like these, at the expected level at some review by week {week} "
        f"(95% range): {listing(parts)}."
    )
    return Sentence(f"soon.shares.{week}", "soon.shares", text, (f"soon.shares.{week}",))


def say_share_pair(week: int, pair: Numbers, gate: Numbers | None) -> Sentence:
    """Say how two formats differ in goals at the expected level by a week.

    Args:
        week: the week.
        pair: published: id, this, than, shown, difference, low, high (of 100).
        gate: the published gate that withholds it, if one does.
    """
    key = f"soon.pair.{week}.{pair['id']}"
    this, than = FORMAT_NAMES[str(pair["this"])], FORMAT_NAMES[str(pair["than"])]
    both = f"{pair['this']} and {than}"
    if not pair["shown"]:
        reason = give_reason(gate) if gate else "there are too few children to print the result"
        text = f"By week {week}, {both} cannot be compared: {reason}."
        return Sentence(key, "soon.withheld", text)
    difference, low, high = (float(pair[name]) for name in ("difference", "low", "high"))
    if low <= 0 <= high:
        text = (
            f"By week {week}, {both} cannot be told apart: of 100 goals, anywhere from "
            f"{number(-low, 0)} more in {than} to {number(high, 0)} more in {this} (95% range)."
        )
        return Sentence(key, "soon.cannot_tell", text, (f"soon.pairs.{week}.{pair['id']}",))
    ahead, behind = (this, than) if difference > 0 else (than, this)
    if difference < 0:
        difference, low, high = -difference, -high, -low
    text = (
        f"By week {week}, of 100 goals about {number(difference, 0)} more were at the expected "
        f"level in {ahead} than in {behind} (95% range {interval(low, high, 0)}), after allowing "
        "for the differences we could see."
    )
    return Sentence(key, "soon.more", text, (f"soon.pairs.{week}.{pair['id']}",))


def say_soon_withheld(reason: str) -> Sentence:
    """Say that the shares cannot be given, and why."""
    text = (
        "How soon goals reach the expected level cannot be answered with these records, because "
        f"{reason[:1].lower()}{reason[1:].rstrip('.')}."
    )
    return Sentence("soon.withheld", "soon.withheld", sentence_case(text))


def say_soon_method(weeks: int) -> Sentence:
    """Say what is known of the day a goal is reached.

    Args:
        weeks: usual weeks between reviews.
    """
    text = (
        f"Goals are seen only at reviews, about every {weeks} weeks, so the day a goal is reached "
        "is known only to lie between two of them. All children compared are given each format in "
        "turn, one child one vote."
    )
    return Sentence("soon.method", "soon.method", text)
