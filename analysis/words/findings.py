"""The sentence that begins a section of the annex, where no other sentence of it sums it up.

In: a published summary. Out: `Sentence`s. Decisions: a finding is put together from labels and from
what is settled, by the rules of the sentences it stands above, and brings no number of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

from analysis.disclosure.rows import SecondPair
from analysis.disclosure.summary import EffortPart, Sentence, Summary
from analysis.vocabulary import AHEAD, NO_IMPORTANT_DIFFERENCE
from analysis.wording import FORMAT_NAMES, TRAIT_NAMES, listing, sentence_case
from analysis.words.phrases import NOT_SETTLED, ends, known, say
from analysis.words.subgroups import choose_claimed

KIND = "the kind of goal"
WORDS = {
    "with": "{it} goes with {names}",
    "hardly": "{it} hardly goes with {names}",
    "open": f"whether {{it}} goes with {{names}} is {NOT_SETTLED}",
    "closed": "whether {it} goes with {names} cannot be answered with these records",
}


def tell_findings(summary: Summary) -> list[Sentence]:
    """Say what the sections on dependence, and on time and effort, find."""
    told = [] if summary.subgroups is None else [_say_depends(summary)]
    if summary.attainment is not None or summary.effort is not None:
        told.append(_say_effort(summary))
    return told


def _say_depends(summary: Summary) -> Sentence:
    """Say what the difference between formats goes with, and what it does not."""
    part = summary.subgroups
    asked: list[tuple[str, Sequence[SecondPair]]] = []
    if part is not None:
        asked.append((KIND, () if part.within_child.withheld else part.within_child.pairs))
        asked += [(TRAIT_NAMES[trait.id], trait.pairs) for trait in part.traits]
    found: dict[str, list[str]] = {}
    for name, pairs in asked:
        pair = choose_claimed(pairs)
        key = "closed" if pair is None else _sort(pair)
        found.setdefault(key, []).append(name)
    parts = [
        WORDS[key].format(
            it="it" if k else "the difference between formats",
            names=listing(found[key], "and" if key == "with" else "or"),
        )
        for k, key in enumerate(key for key in WORDS if key in found)
    ]
    return say("finding.depends", "finding.depends", f"{sentence_case('; '.join(parts))}.")


def _sort(pair: SecondPair) -> str:
    if pair.label in AHEAD:
        return "with"
    return "hardly" if pair.label == NO_IMPORTANT_DIFFERENCE else "open"


def _say_effort(summary: Summary) -> Sentence:
    """Say which differences in time and effort are settled."""
    soon, effort = summary.attainment, summary.effort
    settled, shown = [], False
    if soon is not None:
        last = max((pair.week for pair in soon.pairs), default=0)
        for pair in (pair for pair in soon.pairs if pair.week == last and pair.shown):
            shown = True
            if pair.settled:
                more, less = _order(pair.this, pair.than, known(pair.difference))
                settled.append(f"more goals were at the expected level in {more} than in {less}")
    if effort is not None:
        for end in (pair for pair in effort.end_level.pairs if pair.shown):
            shown = True
            if end.settled:
                more, less = _order(end.this, end.than, known(end.estimate))
                settled.append(f"goals stood higher in {more} than in {less}")
        shown = shown or bool(effort.means)
        settled += _say_hours(effort)
    if not shown:
        text = "How soon, how far and at what effort cannot be compared with these records."
    elif settled:
        text = (
            f"These records settle that {listing(settled)}; any other difference in time or effort "
            f"is {NOT_SETTLED}."
        )
    else:
        text = f"A difference between formats in time or effort is {NOT_SETTLED}."
    return say("finding.effort", "finding.effort", text)


def _say_hours(effort: EffortPart) -> list[str]:
    """Give in which formats a child clearly took fewer therapist hours, as one clause."""
    found: dict[str, list[str]] = {}
    seen: set[tuple[str, str]] = set()
    for row in effort.net_benefit:
        pair = (row.this, row.than)
        low, high = ends(row)
        if pair not in seen and row.settled and (low > 0 or high < 0):
            fewer, more = _order(row.this, row.than, known(row.estimate))
            found.setdefault(fewer, []).append(more)
        seen.add(pair)
    if not found:
        return []
    parts = [f"in {fewer} than in {listing(more, 'or')}" for fewer, more in found.items()]
    return [f"a child took fewer therapist hours {listing(parts)}"]


def _order(this: str, than: str, value: float) -> tuple[str, str]:
    """Name the two formats, the one that a number above zero speaks for first."""
    first, second = (this, than) if value > 0 else (than, this)
    return FORMAT_NAMES[first], FORMAT_NAMES[second]
