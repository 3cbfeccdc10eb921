"""The sentences of a report beside the one before it: what was held, what moved, and who came.

In: a published summary. Out: `Sentence`s. Decisions: two reports about mostly the same children
cannot tell by themselves whether something changed, so the verdict is that of new children beside
earlier ones; no arrow and no colour says that a change is good.
"""

from __future__ import annotations

from analysis.disclosure.chain_rows import Change, NewChildren, Newcomers
from analysis.disclosure.summary import PreviousPart, Sentence, Summary
from analysis.wording import FORMAT_NAMES, interval, listing, number, points
from analysis.words.answer import spell_counts
from analysis.words.phrases import (
    ends,
    every,
    known,
    pair_names,
    range_name,
    say,
    say_not_settled,
    spell_span,
)
from analysis.words.reasons import REASON_CLAUSES

PART_NAMES = {
    "cautions": "the cautions beside the answer",
    "who": "who was compared and how alike they were",
    "progress": "how goals moved",
    "soon": "how soon goals were attained",
    "effort": "how far and at what effort",
    "claims": "claims from the literature",
    "depends": "whether it depends on goals or children",
    "certainty": "how sure we can be",
    "sensitivity": "the same question asked in other ways",
}


def tell_previous(summary: Summary) -> list[Sentence]:
    """Say what changed since the last report; nothing where there was none."""
    part = summary.previous
    if part is None:
        return []
    held = _say_held(part, summary.smallest_cell)
    if part.held:
        return [held]
    changes = [_say_change(summary, row) for row in part.rows]
    new = _tell_newcomers(summary, part.newcomers) if part.newcomers else []
    return [held, *changes, *new]


def say_since(summary: Summary, part: PreviousPart) -> str:
    """Say how many children and goals the last report compared."""
    return spell_counts(summary, part.since)


def _say_held(part: PreviousPart, smallest: int) -> Sentence:
    """Say what keeps the numbers of the last report, and what to do about it."""
    key = "changes.held"
    if part.held:
        names = listing([FORMAT_NAMES[name] for name in part.held])
        text = (
            f"So few children came to or left {names} since the last report that new numbers "
            "beside the old ones could tell about them. All numbers here are therefore those of "
            f"the last report. Run it again when at least {smallest} more children are in it."
        )
        return say(key, "changes.held", text)
    if part.held_parts:
        names = listing([PART_NAMES[name] for name in dict.fromkeys(part.held_parts)])
        text = (
            f"Fewer than {smallest} children came to or left part of the records since the last "
            f"report. These parts keep the last report's numbers: {names}."
        )
        return say(key, "changes.parts_held", text)
    if part.alike:
        text = "The same children stand behind every number as in the last report."
        return say(key, "changes.same_children", text)
    return say(key, "changes.none_held", "Every number here is new since the last report.")


def _say_change(summary: Summary, row: Change) -> Sentence:
    """Say how far a pair's difference moved since the last report."""
    key, names = f"changes.{row.id}", pair_names(row, upper=True)
    if row.change is None:
        text = f"{names}: not shown in both reports, so no change can be given."
        return say(key, "changes.not_shown", text)
    text = (
        f"{names}: the difference was {number(known(row.before))} and is now "
        f"{number(known(row.now))} levels {every(summary)}, a change of {points(abs(row.change))}."
    )
    return say(key, "changes.moved", text)


def _tell_newcomers(summary: Summary, part: Newcomers) -> list[Sentence]:
    """Say how the children who came since differ from those before."""
    if part.withheld is not None:
        text = (
            "Children who came since the last report are not compared with those before, because "
            f"{REASON_CLAUSES[part.withheld]}."
        )
        return [say("changes.new.all", "changes.new_withheld", text)]
    over = (
        f" over the first {part.weeks} weeks, which half of them have reached,"
        if part.weeks < summary.measure.horizon_weeks
        else ","
    )
    text = (
        f"New children are compared with earlier ones of the same format{over} allowing for what "
        f"was recorded on the first day. Where nothing changed, {part.percent} of 100 reports "
        "state such a difference. It can come from who came, how goals were set and rated, or "
        "what was done."
    )
    said = [_say_new(summary, row) for row in part.rows]
    return [*said, say("changes.new.method", "changes.new_method", text)]


def _say_new(summary: Summary, row: NewChildren) -> Sentence:
    """Say how new children of a format, or of all, differ from those before."""
    where, key = name_row(row), f"changes.new.{row.format}"
    low, high = ends(row)
    if not row.settled:
        span = spell_span(low, high, "new children", "earlier ones")
        between = f"{every(summary)} the difference could be anywhere from {span}"
        text = say_not_settled(
            f"New children beside earlier ones, {where}", between, range_name(summary)
        )
        return say(key, "changes.new_open", text, (f"changes.newcomers.{row.format}",))
    value = known(row.estimate)
    further, (near, far) = value > 0, (low, high) if value > 0 else (-high, -low)
    text = (
        f"Children who came since the last report moved {'further' if further else 'less far'} "
        f"than those before, {where}: by {points(abs(value))} {every(summary)} "
        f"({range_name(summary)} {interval(near, far)}). Ask what changed in the clinic, or who "
        "came."
    )
    return say(key, "changes.new_differ", text, (f"changes.newcomers.{row.format}",))


def name_row(row: NewChildren) -> str:
    """Name where new children are compared: one format, or all together."""
    return "all formats together" if row.format == "all" else FORMAT_NAMES[row.format]
