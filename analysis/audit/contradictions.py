"""Sentences that say more than the range beside them, or other than another page says.

In: a told summary. Out: the ids of sentences that contradict a number or a page. Decisions: what
is read is what a reader sees: the words, and the ranges printed in them; a range that touches what
the words exclude contradicts them; of one pair, the rate, the shares attained and the level at the
end may not point in different directions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from analysis.audit.statements import CLAIMED, OF_CLAIM, find_statements
from analysis.disclosure.rows import MainPair, SecondPair
from analysis.disclosure.summary import Sentence, Summary
from analysis.vocabulary import (
    AHEAD,
    FASTER_IMPORTANT,
    NO_IMPORTANT_DIFFERENCE,
    NOT_COMPARABLE,
    RULES_OUT,
)
from analysis.wording import MINUS
from analysis.words import alt_text
from analysis.words.phrases import NOT_SETTLED, find_setting, known

RANGE = re.compile(r"\d% range (−?\d+(?:\.\d+)?) to (−?\d+(?:\.\d+)?)")
Range = tuple[float, float]
# Rules whose sentence states a difference in the direction that it names.
ABOVE_ZERO: Final = frozenset({"soon.more", "end.higher", "practice.goes_with"})
CLAIM_ABOVE: Final = frozenset({"ahead", "goes_with"})
CLAIM_BELOW: Final = frozenset({"reversed", "behind", "lower"})
TOOK: Final = "took about"
ONE_DIRECTION: Final = ("week.", "end")
BETWEEN_CHILDREN: Final = ("soon.pair.", "effort.end.")
STATED = re.compile(r"moved about|higher in|more were at|It goes with|took about|further in")
FULL_STOP = re.compile(r"(?<=[.!?]) (?=[A-Z])")


def find_contradictions(summary: Summary) -> list[str]:
    """Give the ids of sentences, and of pictures' texts, that contradict a number or a page.

    Args:
        summary: a told summary.
    """
    return [
        *(s.id for s in summary.sentences if not _keeps_to_its_range(summary, s)),
        *_find_other_pages(summary),
        *_find_pictures(summary),
    ]


def read_ranges(text: str) -> list[Range]:
    """Give every range that a text prints after its level of confidence."""
    return [(_read(low), _read(high)) for low, high in RANGE.findall(text)]


def _read(number: str) -> float:
    return float(number.replace(MINUS, "-"))


def _keeps_to_its_range(summary: Summary, sentence: Sentence) -> bool:
    """Tell whether a sentence excludes nothing that a range printed in it holds."""
    rule, _, detail = sentence.rule.removesuffix(".suggestive").partition(".")
    ranges, margin = read_ranges(sentence.text), summary.margin
    if rule == "headline":
        return True
    if rule == "claim":
        return _claim_keeps(summary, sentence, detail.rpartition(".")[2], ranges)
    label = rule if sentence.id.startswith("pair.") else detail
    if sentence.id.startswith("pair.") and _speaks_of_the_one_behind(summary, sentence):
        ranges = [(-high, -low) for low, high in ranges]
    hours = sentence.id.startswith("effort.net.") and TOOK in sentence.text
    if hours or sentence.rule in ABOVE_ZERO or label in AHEAD:
        least = margin if label == FASTER_IMPORTANT and sentence.id.startswith("pair.") else 0.0
        return bool(ranges) and all(low > least for low, _ in ranges)
    if label == NO_IMPORTANT_DIFFERENCE:
        return bool(ranges) and all(-margin < low and high < margin for low, high in ranges)
    if label == RULES_OUT and sentence.id.startswith("pair."):
        return bool(ranges) and all(low > -margin for low, _ in ranges)
    if sentence.rule == "planning.enough" and summary.sensitivity:
        pair = sentence.id.rpartition(".")[2]
        row = next(row for row in summary.sensitivity.planning.pairs if row.id == pair)
        return known(row.half_width) <= summary.answer.needed.half_width
    return True


def _speaks_of_the_one_behind(summary: Summary, sentence: Sentence) -> bool:
    """Tell whether the first format of a pair, which its sentence is about, is the one behind."""
    pair = next(row for row in summary.answer.pairs if sentence.id == f"pair.{row.id}")
    return pair.ahead == pair.than


def _claim_keeps(summary: Summary, sentence: Sentence, reason: str, ranges: list[Range]) -> bool:
    if not ranges:
        return True
    low, high = ranges[0]
    margin = summary.margin
    if sentence.id.endswith(".H7"):
        margin = find_setting(summary, "rater_margin")
    return {
        "no_important_difference": -margin < low and high < margin,
        "ruled_out": high < margin,
        "not_behind": low > -margin,
        "not_lower": low > -margin,
    }.get(reason, low > 0 if reason in CLAIM_ABOVE else reason not in CLAIM_BELOW or high < 0)


def _find_other_pages(summary: Summary) -> Iterator[str]:
    """Find what is said of a pair on a later page and not, or otherwise, on page 1."""
    pairs: dict[str, MainPair] = {pair.id: pair for pair in summary.answer.pairs}
    ahead = {id: pair.ahead == pair.this for id, pair in pairs.items() if pair.label in AHEAD}
    for statement in find_statements(summary):
        if not statement["question"].startswith(ONE_DIRECTION):
            continue
        if ahead.get(statement["pair"]) is not statement["above"]:
            yield f"{statement['question']}.{statement['pair']}"
    for sentence in summary.sentences:
        pair = sentence.id.rpartition(".")[2]
        if not sentence.id.startswith(BETWEEN_CHILDREN) or pair in ahead:
            continue
        withheld = pairs[pair].label == NOT_COMPARABLE
        if ("cannot be compared" if withheld else NOT_SETTLED) not in sentence.text and (
            withheld or "cannot be compared" not in sentence.text
        ):
            yield sentence.id
    yield from _find_other_answers(summary)


def _find_other_answers(summary: Summary) -> Iterator[str]:
    """Find claims that are answered otherwise than the section they are read from."""
    part, claims = summary.subgroups, summary.claims
    if part is None or claims is None:
        return
    told: dict[str, tuple[SecondPair, ...]] = {row.id: row.pairs for row in part.kinds}
    told |= {row.id: row.pairs for row in part.traits}
    for row in claims.rows:
        pair = next((p for p in told.get(OF_CLAIM.get(row.id, ""), ()) if p.id == CLAIMED), None)
        if pair is None or not pair.shown or row.estimate is None:
            continue
        towards = pair.ahead == pair.this if row.id != "H1" else pair.ahead == pair.than
        stated = row.reason in ("ahead", "reversed")
        if stated != (pair.label in AHEAD) or (stated and towards != (row.reason == "ahead")):
            yield f"claims.{row.id}"


def _find_pictures(summary: Summary) -> Iterator[str]:
    """Find texts of pictures that state a difference in other words than the pages."""
    said = {part for s in summary.sentences for part in FULL_STOP.split(s.text)}
    for describe in (
        alt_text.describe_contrasts,
        alt_text.describe_rates,
        alt_text.describe_analyses,
        alt_text.describe_traits,
        alt_text.describe_domains,
        alt_text.describe_effort,
        alt_text.describe_dropout,
        alt_text.describe_yardsticks,
    ):
        for part in FULL_STOP.split(describe(summary)):
            if STATED.search(part) and part not in said:
                yield describe.__name__
