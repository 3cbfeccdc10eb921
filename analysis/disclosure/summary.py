"""What may leave a clinic, as one typed value: `summary.json` and all that is drawn from it.

In: rows of `disclosure.rows`. Out: `Summary`, its JSON and back. Decisions: every part is
validated when it is written and when it is read (`--previous` is an untrusted file); attributes
bear the section's name in the code, JSON keys the names that readers of version 2 know; a
summary holds no words but `sentences`, which `words.tell` adds and nobody reads back.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

import msgspec

from analysis.cards import draw_card
from analysis.disclosure.chain_rows import Change, Look, Newcomers
from analysis.disclosure.faults import say_fault
from analysis.disclosure.fields import (
    SUMMARY_VERSION,
    Count,
    Digest,
    Domain,
    FormatId,
    Number,
    PairId,
    Percent,
    Trait,
    Week,
)
from analysis.disclosure.rows import (
    Analysis,
    AttainedShare,
    Audit,
    Balance,
    Band,
    ClaimRow,
    Counts,
    DomainChildren,
    DomainEffect,
    Dropped,
    EffortDifference,
    EffortMean,
    EndPair,
    FlowStep,
    FormatRate,
    FormatShare,
    Gate,
    Interval,
    KindRate,
    MainPair,
    Measure,
    NetBenefit,
    Overlap,
    Predicted,
    Row,
    SecondPair,
    Setting,
    Share,
    SharePair,
    StartTrait,
    TScore,
    Version,
    WeekMean,
)
from analysis.disclosure.sensitivity_rows import (
    Benchmark,
    Control,
    Dropout,
    JointTest,
    PlannedSize,
    Spread,
    ToRecord,
    Unrecorded,
)
from analysis.errors import AnalysisError
from analysis.vocabulary import Reason

HeldPart = Literal[
    "cautions",
    "who",
    "progress",
    "soon",
    "effort",
    "claims",
    "depends",
    "certainty",
    "sensitivity",
]


class Sentence(Row, frozen=True, kw_only=True):
    """One sentence of the report.

    Attributes:
        id: stable name, e.g. "pair.group-individual".
        rule: the rule that chose these words.
        text: the sentence (or two or three that belong together).
        numbers: ids of the published numbers it uses, as paths in `summary.json`.
    """

    id: str
    rule: str
    text: str
    numbers: tuple[str, ...] = ()


class RecordsPart(Row, frozen=True, kw_only=True):
    """Which records these are: a name keyed with the ledger's secret, "" where there is none."""

    id: Digest


class Needed(Row, frozen=True, kw_only=True):
    """What an answer needs: children a format, groups a grouped one, half-width of the range."""

    n_children: Count
    n_groups: Count
    half_width: Number


class CautionsPart(Row, frozen=True, kw_only=True):
    """What stands beside the answer: goals set before the format, other raters, children lost."""

    goals_set_before: Share
    other_raters: Share
    missing_at_end: tuple[FormatShare, ...]


class AnswerPart(Row, frozen=True, kw_only=True):
    """The main answer."""

    pairs: tuple[MainPair, ...]
    rates: tuple[FormatRate, ...]
    counts: tuple[Counts, ...]
    needed: Needed
    cautions: CautionsPart


class CohortPart(Row, frozen=True, kw_only=True):
    """Who was compared, and how alike they were."""

    flow: tuple[FlowStep, ...]
    at_start: tuple[StartTrait, ...]
    balance: tuple[Balance, ...]
    overlap: tuple[Overlap, ...]
    adjusted_for: tuple[Trait, ...]
    not_adjusted_for: tuple[Dropped, ...]
    weighted: bool


class ProgressPart(Row, frozen=True, kw_only=True):
    """How goals moved, as the children came."""

    by_week: tuple[WeekMean, ...]
    levels: tuple[Band, ...]
    t_scores: tuple[TScore, ...]


class WithinChildPart(Row, frozen=True, kw_only=True):
    """Each child against itself: social goals less skill goals.

    Attributes:
        about: the pair the headline is about.
        withheld: why there is no answer; None when there is one.
    """

    pairs: tuple[SecondPair, ...]
    rates: tuple[KindRate, ...]
    about: PairId | None = None
    withheld: Reason | None = None


class Kind(Row, frozen=True, kw_only=True):
    """One kind of goal compared between children."""

    id: Literal["skill", "social"]
    pairs: tuple[SecondPair, ...]
    rates: tuple[FormatRate, ...]


class TraitPart(Row, frozen=True, kw_only=True):
    """Whether the difference goes with a trait: shift from a rating of `low` to one of `high`."""

    id: Literal["attention", "peer_comfort"]
    low: Number
    high: Number
    reason: Reason | None
    pairs: tuple[SecondPair, ...]
    predicted: tuple[Predicted, ...]


class DomainsPart(Row, frozen=True, kw_only=True):
    """Differences by area of life; `folded` are areas too small to stand alone."""

    rows: tuple[DomainEffect, ...]
    children: tuple[DomainChildren, ...]
    folded: tuple[Domain, ...] = ()
    withheld: Reason | None = None


class SubgroupsPart(Row, frozen=True, kw_only=True):
    """What the difference between formats goes with."""

    within_child: WithinChildPart
    kinds: tuple[Kind, ...]
    traits: tuple[TraitPart, ...]
    domains: DomainsPart


class AttainmentPart(Row, frozen=True, kw_only=True):
    """How soon goals reach the expected level."""

    of: Count
    weeks: tuple[Week, ...]
    shares: tuple[AttainedShare, ...]
    pairs: tuple[SharePair, ...]
    withheld: Reason | None = None


class EndLevel(Row, frozen=True, kw_only=True):
    """Level at the end of the window."""

    pairs: tuple[EndPair, ...]
    rates: tuple[FormatRate, ...]
    withheld: Reason | None = None


class HomePracticePart(Interval, frozen=True, kw_only=True):
    """How progress goes with practice at home.

    Attributes:
        settled: whether the report may state that it does.
        n_children: children behind the estimate.
        more_minutes: the difference in minutes a week it is about.
        mark_minutes: minutes a week of a published programme.
        usual_written: whether any family wrote practice down.
        usual_minutes: mean minutes a week; at_mark: share of children at the mark or above.
    """

    shown: bool
    settled: bool = False
    n_children: Count | None = None
    more_minutes: Number
    mark_minutes: Number | None = None
    usual_written: bool = False
    usual_minutes: Number | None = None
    at_mark: Share | None = None
    withheld: Reason | None = None


class EffortPart(Row, frozen=True, kw_only=True):
    """How far, and at what effort."""

    end_level: EndLevel
    means: tuple[EffortMean, ...]
    differences: tuple[EffortDifference, ...]
    net_benefit: tuple[NetBenefit, ...]
    withheld: Reason | None = None
    home_practice: HomePracticePart


class MethodPart(Row, frozen=True, kw_only=True):
    """How sure, and how it was done: every way of asking, gates, audit, settings, versions."""

    analyses: tuple[Analysis, ...]
    gates: tuple[Gate, ...]
    audit: Audit
    settings: tuple[Setting, ...]
    versions: tuple[Version, ...]
    look: Look = Look()


class GrowthSpreads(Row, frozen=True, kw_only=True):
    """Spreads of the growth model; levels without measurable spread, and levels left out."""

    spreads: tuple[Spread, ...]
    zero: tuple[Literal["therapy group", "child", "goal"], ...] = ()
    left_out: tuple[Literal["therapy group", "child", "goal"], ...] = ()


class PlanningPart(Row, frozen=True, kw_only=True):
    """What it would take to know."""

    pairs: tuple[PlannedSize, ...]
    group_share: Percent | None = None
    to_record: tuple[ToRecord, ...] = ()


class SensitivityPart(Row, frozen=True, kw_only=True):
    """What could change the answer; strongest: the recorded trait the wide ranges rest on."""

    growth: GrowthSpreads | None
    dropout: tuple[Dropout, ...]
    unrecorded: tuple[Unrecorded, ...]
    benchmarks: tuple[Benchmark, ...]
    strongest: tuple[Trait, ...]
    controls: tuple[Control, ...]
    planning: PlanningPart
    imputed_test: JointTest | None = None


class ClaimsPart(Row, frozen=True, kw_only=True):
    """Claims from the literature, held against these records."""

    rows: tuple[ClaimRow, ...]


class PreviousPart(Row, frozen=True, kw_only=True):
    """What changed since the last report.

    Attributes:
        since: who the last report compared, all formats together.
        held: formats whose children differ by too few; then every number is the last report's.
        held_parts: JSON names of the parts that keep their numbers, when no format is held.
        alike: whether the same children stand behind every number.
        newcomers: children new since then beside those before; None where nobody is.
    """

    since: Counts
    held: tuple[FormatId, ...]
    held_parts: tuple[HeldPart, ...]
    alike: bool
    rows: tuple[Change, ...]
    newcomers: Newcomers | None = None


class Summary(Row, frozen=True, kw_only=True, dict=True):
    """A published summary. A section is None where the study was not asked it.

    Attributes:
        smallest_cell, margin, formats, measure: the choices numbers and sentences rest on.
        ledger, report: keyed names of the clinic's private ledger and of this report in it; ""
            where there is none.
        seal: a digest of everything but the sentences, by which an accident is noticed.
        sentences: every sentence, in the order of the report; empty until `words.tell` ran.
    """

    version: Literal[5] = SUMMARY_VERSION
    invented: bool
    records: RecordsPart
    smallest_cell: Count
    margin: Number
    formats: tuple[FormatId, ...]
    measure: Measure
    answer: AnswerPart
    cohort: CohortPart = msgspec.field(name="who")
    progress: ProgressPart
    subgroups: SubgroupsPart | None = msgspec.field(name="depends")
    attainment: AttainmentPart | None = msgspec.field(name="soon")
    effort: EffortPart | None
    method: MethodPart = msgspec.field(name="certainty")
    sensitivity: SensitivityPart | None
    claims: ClaimsPart | None
    previous: PreviousPart | None = msgspec.field(default=None, name="changes")
    ledger: Digest = ""
    report: Digest = ""
    sentences: tuple[Sentence, ...] = ()
    seal: Digest = ""

    def __repr__(self) -> str:
        return self.texts.get("headline", "A summary that no sentence was told of yet.")

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """Every sentence's text by its id."""
        return {sentence.id: sentence.text for sentence in self.sentences}

    def quote(self, *names: str) -> list[str]:
        """Give the sentences whose ids begin with a name, in the order of the names.

        Args:
            names: ids, or their first parts: "pair" gives every "pair.…".
        """
        found = (
            sentence.text
            for name in names
            for sentence in self.sentences
            if sentence.id == name or sentence.id.startswith(f"{name}.")
        )
        return list(dict.fromkeys(found))

    def _repr_html_(self) -> str:
        pairs = [(pair.id, self.texts.get(f"pair.{pair.id}", "")) for pair in self.answer.pairs]
        rows = [(id.replace("-", " and "), text) for id, text in pairs if text]
        text = f"{self!r} {self.texts.get('always', '')}".rstrip()
        return draw_card("What may leave the clinic", text, rows)

    def counted(self, therapy_format: str) -> Counts:
        """Give the counts of one format, or of "all"."""
        return next(row for row in self.answer.counts if row.format == therapy_format)


def check_summary(summary: Summary) -> Summary:
    """Give a summary as a reader of its JSON would have it, every value of its type.

    Raises:
        msgspec.ValidationError: if a value is not what its type allows, or a number is none.
    """
    return msgspec.convert(msgspec.to_builtins(summary), type=Summary)


def spell_summary(summary: Summary) -> bytes:
    """Give a summary as JSON, keys in their own order, one value to a line.

    Raises:
        msgspec.ValidationError: if a value is not what its type allows, or a number is none.
    """
    content = msgspec.json.encode(check_summary(summary))
    return msgspec.json.format(content, indent=1) + b"\n"


def parse_summary(content: bytes) -> Summary:
    """Read a summary from JSON.

    Args:
        content: the file's bytes; nobody vouches for them.

    Raises:
        AnalysisError: if it is no summary of this version. No value of the file is quoted.
    """
    try:
        return msgspec.json.decode(content, type=Summary)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise AnalysisError(say_fault(content, error)) from None
