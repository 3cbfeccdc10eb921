"""What is published about several clinics, as one typed value.

In: rows of `disclosure.rows`. Out: `NetworkSummary` and its JSON. Decisions: no clinic is
named, numbered or ranked in it; every number is about three clinics at least, or is the clinic's
own for itself (`own`); as in a clinic's summary, no field is free text but the sentences.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Final, Literal

import msgspec

from analysis.disclosure.fields import Count, FormatId, Number, Percent, Trait
from analysis.disclosure.rows import Interval, Measure, Pair, Row
from analysis.disclosure.summary import Sentence
from analysis.vocabulary import Certainty, Label

NETWORK_VERSION: Final = 1
Why = Literal[
    "few_clinics", "never_met", "too_wide", "not_settled", "rests_on_one", "other_adjustment"
]
QuestionId = Literal["main", "within", "attained"]
Weakness = Literal["one_clinic", "clinics_differ", "clinics_lean"]


class PooledPair(Pair, frozen=True, kw_only=True):
    """A pair of formats over several clinics.

    Attributes:
        ahead: the format ahead, or not importantly behind.
        why: what keeps it from being compared, or from being called ahead.
        weak: what makes the answer suggestive.
        n_clinics: clinics that compared these two formats themselves.
        narrow_low, narrow_high: the interval at `Measure.similarity_confidence`.
        df: degrees of freedom.
        next_low, next_high: where the difference of a next clinic lies.
        equal_estimate, equal_low, equal_high: as if all clinics had one true difference.
        without_low, without_high: lowest and highest mean without one clinic.
        largest_share: what the weightiest clinic brings, to the nearest 5 percent.
    """

    label: Label
    ahead: FormatId | None = None
    certainty: Certainty | None = None
    why: Why | None = None
    weak: tuple[Weakness, ...] = ()
    shown: bool = False
    settled: bool = False
    n_clinics: Count
    narrow_low: Number | None = None
    narrow_high: Number | None = None
    df: Number | None = None
    p_value: Number | None = None
    next_low: Number | None = None
    next_high: Number | None = None
    equal_estimate: Number | None = None
    equal_low: Number | None = None
    equal_high: Number | None = None
    without_low: Number | None = None
    without_high: Number | None = None
    largest_share: Percent | None = None


class Question(Row, frozen=True, kw_only=True):
    """One question asked of all clinics at once.

    Attributes:
        id: "main", "within" (each child against itself), or "attained" (goals of 100, in the last
            week compared).
        spread: standard deviation of the true differences between clinics; None with one pair or
            none pooled.
        n_clinics: clinics that bring anything.
    """

    id: QuestionId
    pairs: tuple[PooledPair, ...]
    spread: Number | None = None
    n_clinics: Count


class FormatCount(Row, frozen=True, kw_only=True):
    """Children compared in one format over the clinics that print how many; as they print it."""

    format: FormatId
    n_children: Count | None = None
    n_clinics: Count


class AdjustedIn(Row, frozen=True, kw_only=True):
    """In how many clinics a trait was adjusted for; None where in 1 or 2, or in all but these."""

    trait: Trait
    n_clinics: Count | None = None


class OwnPair(Interval, frozen=True, kw_only=True):
    """The reader's own clinic, from its own report."""

    id: Literal["group-individual", "combined-individual", "combined-group"]


class NetworkSummary(Row, frozen=True, kw_only=True, dict=True):
    """A published summary of several clinics.

    Attributes:
        source: "reports" where only published reports were combined; "records" where the
            records stood in one place.
        n_clinics: clinics combined; n_left_out: clinics left out by word of the user.
        smallest_cell: the least any clinic prints numbers about.
        error_percent: reports of 100 like this one that may state a difference where none is.
        own: the reader's own clinic; () where none was named.
        sentences: every sentence; empty until `words.network` told them.
    """

    version: Literal[1] = NETWORK_VERSION
    kind: Literal["network"] = "network"
    source: Literal["reports", "records"]
    invented: bool
    n_clinics: Count
    n_left_out: Count = 0
    smallest_cell: Count
    margin: Number
    measure: Measure
    error_percent: Number
    questions: tuple[Question, ...]
    counts: tuple[FormatCount, ...]
    adjusted: tuple[AdjustedIn, ...]
    own: tuple[OwnPair, ...] = ()
    sentences: tuple[Sentence, ...] = ()

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """Every sentence's text by its id."""
        return {sentence.id: sentence.text for sentence in self.sentences}

    def __repr__(self) -> str:
        return self.texts.get("headline", "A summary of clinics that no sentence was told of yet.")

    def question(self, id: str) -> Question | None:
        """Give a question by its id; None where no clinic brings it."""
        return next((question for question in self.questions if question.id == id), None)


def spell_network(summary: NetworkSummary) -> bytes:
    """Give a network's summary as JSON, one value to a line.

    Raises:
        msgspec.ValidationError: if a value is not what its type allows, or a number is none.
    """
    checked = msgspec.convert(msgspec.to_builtins(summary), type=NetworkSummary)
    return msgspec.json.format(msgspec.json.encode(checked), indent=1) + b"\n"
