"""The sentences of a report beside the one before it: what was held, what moved, and noise.

In: a published summary. Out: `Sentence`s. Decisions: a change is always given with how far chance
alone could have moved it; no arrow and no colour says that a change is good.
"""

from __future__ import annotations

from analysis.disclosure.summary import Change, PreviousPart, Sentence, Summary
from analysis.wording import FORMAT_NAMES, listing, number, points
from analysis.words.answer import spell_counts
from analysis.words.phrases import every, known, pair_names, say

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
NOISE = (
    "The noise is worked out as if no child were in both reports, which makes it as large as it "
    "can be."
)


def tell_previous(summary: Summary) -> list[Sentence]:
    """Say what changed since the last report; nothing where there was none."""
    part = summary.previous
    if part is None:
        return []
    held = _say_held(part, summary.smallest_cell)
    if part.held:
        return [held]
    changes = [_say_change(summary, row) for row in part.rows]
    return [held, *changes, say("changes.method", "changes.method", NOISE)]


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
    moved = (
        f"{names}: the difference was {number(known(row.before))} and is now "
        f"{number(known(row.now))} levels {every(summary)}, a change of "
        f"{points(abs(row.change))}. Chance alone can move it by up to {number(known(row.noise))}"
    )
    if row.beyond:
        text = f"{moved}, so this is more than noise: ask what changed in the clinic, or who came."
        return say(key, "changes.beyond", text)
    return say(key, "changes.noise", f"{moved}, so this is within noise.")
