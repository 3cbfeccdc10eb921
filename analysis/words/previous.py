"""The sentences of a report beside the one before it: what was held, what moved, and noise.

In: published rows. Out: `Sentence`s. Decisions taken here: a change is always given with how
far chance alone could have moved it; no arrow and no colour says that a change is good.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analysis.wording import FORMAT_NAMES, listing, number, points, sentence_case
from analysis.words.answer import Sentence

Numbers = Mapping[str, object]
PART_NAMES = {
    "progress": "how goals moved",
    "soon": "how soon goals were attained",
    "effort": "how far and at what effort",
    "claims": "claims from the literature",
    "depends": "whether it depends on goals or children",
    "certainty": "how sure we can be",
    "sensitivity": "the same question asked in other ways",
}


def say_held(
    formats: Sequence[str], parts: Sequence[str], smallest: int, *, alike: bool
) -> Sentence:
    """Say what keeps the numbers of the last report, and what to do about it.

    Args:
        formats: formats whose children differ by too few; then all numbers are kept.
        parts: parts of the report that keep their numbers, when no format does.
        smallest: the smallest cell.
        alike: True when the same children are behind every number.
    """
    if formats:
        names = listing([FORMAT_NAMES[f] for f in formats])
        text = (
            f"So few children came to or left {names} since the last report that new numbers "
            "beside the old ones could tell about them. All numbers here are therefore those of "
            f"the last report. Run it again when at least {smallest} more children are in it."
        )
        return Sentence("changes.held", "changes.held", text)
    if parts:
        names = listing(list(dict.fromkeys(PART_NAMES[p] for p in parts)))
        text = (
            f"Fewer than {smallest} children were added to part of the records since the last "
            f"report. These parts keep the last report's numbers: {names}."
        )
        return Sentence("changes.held", "changes.parts_held", text)
    if alike:
        text = "The same children stand behind every number as in the last report."
        return Sentence("changes.held", "changes.same_children", text)
    text = "Every number here is new since the last report."
    return Sentence("changes.held", "changes.none_held", text)


def say_change(row: Numbers) -> Sentence:
    """Say how far a pair's difference moved since the last report.

    Args:
        row: a published change: id, this, than, before, now, change, noise, beyond.
    """
    pair = f"{row['this']} and {FORMAT_NAMES[str(row['than'])]}"
    if row["change"] is None:
        text = f"{sentence_case(pair)}: not shown in both reports, so no change can be given."
        return Sentence(f"changes.{row['id']}", "changes.not_shown", text)
    moved = (
        f"{sentence_case(pair)}: the difference was {number(float(row['before']))} and is now "
        f"{number(float(row['now']))} levels every 12 weeks, a change of "
        f"{points(abs(float(row['change'])))}. Chance alone can move it by up to "
        f"{number(float(row['noise']))}"
    )
    if row["beyond"]:
        text = f"{moved}, so this is more than noise: ask what changed in the clinic, or who came."
        return Sentence(f"changes.{row['id']}", "changes.beyond", text)
    return Sentence(f"changes.{row['id']}", "changes.noise", f"{moved}, so this is within noise.")


def say_noise() -> Sentence:
    """Say how the noise was worked out."""
    text = (
        "The noise is worked out as if no child were in both reports, which makes it as large as "
        "it can be."
    )
    return Sentence("changes.method", "changes.method", text)
