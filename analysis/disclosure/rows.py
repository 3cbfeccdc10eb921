"""The rows a published summary is made of: typed, frozen, numbers and names from fixed lists.

In: nothing. Out: one type for each kind of row. Decisions: no field can hold free text (every
text is one of a fixed list, a version or a digest); a number that may not be shown is None; a
field that the type does not know is refused when a summary is read back; `settled` says that the
family of `decisions.error_rate` lets the report state a difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, Literal

import msgspec

from analysis.disclosure.fields import (
    Column,
    Count,
    Domain,
    FormatId,
    Name,
    Number,
    PairId,
    Percent,
    Times,
    Trait,
    Week,
    Word,
)
from analysis.vocabulary import (
    Certainty,
    ClaimId,
    ClaimReason,
    ClaimVerdict,
    GateName,
    GateRule,
    Label,
    Reason,
    Unit,
    Unsettled,
)

CLAIMED_PAIR: Final[PairId] = "group-individual"


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row or part of a published summary."""


class Measure(Row, frozen=True, kw_only=True):
    """What the numbers are measured in: weeks and levels of confidence.

    Attributes:
        rate_weeks: a rate is levels per so many weeks.
        horizon_weeks, last_week: the weeks compared; the last week whose reviews count.
        review_weeks: usual time between reviews.
        confidence: level of every interval; similarity_confidence: of the narrower one.
        asked_weeks, ended: where fewer weeks are compared than asked about, those asked about
            and the formats whose reviews end before them.
    """

    rate_weeks: Week
    horizon_weeks: Week
    last_week: Week
    review_weeks: Week
    confidence: Number
    similarity_confidence: Number
    asked_weeks: Week | None = None
    ended: tuple[FormatId, ...] = ()


class Interval(Row, frozen=True, kw_only=True):
    """An estimate with its interval; None where it may not be shown."""

    estimate: Number | None = None
    conf_low: Number | None = None
    conf_high: Number | None = None


class Gate(Row, frozen=True, kw_only=True):
    """One gate asked of one pair: passed, or the rule that decided with its numbers.

    Attributes:
        favours: the formats that may look ahead through this fault.
    """

    gate: GateName
    pair: PairId
    passed: bool
    rule: GateRule = ""
    format: FormatId | None = None
    have: Number | None = None
    need: Number | None = None
    trait: Trait | None = None
    favours: tuple[FormatId, ...] = ()


class Pair(Interval, frozen=True, kw_only=True):
    """A pair of formats, first minus second."""

    id: PairId
    this: FormatId
    than: FormatId


class MainPair(Pair, frozen=True, kw_only=True):
    """A pair of the main answer.

    Attributes:
        ahead: the format ahead, or not importantly behind.
        certainty: "suggestive" where a gate weakens what may be said; None when not compared.
        unsettled: why a difference whose interval leaves out zero is not called ahead, or why
            an interval is not trusted.
        narrow_low, narrow_high: the interval at `Measure.similarity_confidence`.
        df: degrees of freedom, as the next lower of a coarse series.
        times: so many times as many children could settle it; None where more could not.
        weighted: the overlap-weighted estimate.
        wide_low, wide_high: the interval if something unrecorded differs too.
    """

    label: Label
    ahead: FormatId | None = None
    certainty: Certainty | None = None
    unsettled: Unsettled | None = None
    shown: bool = False
    narrow_low: Number | None = None
    narrow_high: Number | None = None
    std_error: Number | None = None
    weighted: Number | None = None
    df: Number | None = None
    p_value: Number | None = None
    p_adjusted: Number | None = None
    times: Times | None = None
    wide_low: Number | None = None
    wide_high: Number | None = None


class SecondPair(Pair, frozen=True, kw_only=True):
    """A pair of a question beside the main one; `gate` is what withholds it."""

    label: Label
    ahead: FormatId | None = None
    shown: bool = False
    settled: bool = False
    narrow_low: Number | None = None
    narrow_high: Number | None = None
    p_value: Number | None = None
    p_adjusted: Number | None = None
    gate: Gate | None = None


class EndPair(Pair, frozen=True, kw_only=True):
    """A pair compared in the level at the end, which has no margin and so no label."""

    shown: bool = False
    settled: bool = False
    p_value: Number | None = None
    p_adjusted: Number | None = None
    gate: Gate | None = None


class SharePair(Row, frozen=True, kw_only=True):
    """A pair compared in goals attained by a week, of 100 goals."""

    week: Week
    id: PairId
    this: FormatId
    than: FormatId
    shown: bool = False
    settled: bool = False
    difference: Percent | None = None
    low: Percent | None = None
    high: Percent | None = None
    gate: Gate | None = None


class FormatRate(Interval, frozen=True, kw_only=True):
    """One format's own estimate."""

    format: FormatId
    shown: bool = False


class KindRate(FormatRate, frozen=True, kw_only=True):
    """One format's own estimate of the within-child test, and how many have both kinds of goal."""

    n_children: Count | None = None


class Counts(Row, frozen=True, kw_only=True):
    """Who stands behind the answer, in one format or in all together."""

    format: Literal["individual", "group", "combined", "all"]
    n_children: Count | None = None
    n_goals: Count | None = None
    n_groups: Count | None = None
    n_therapists: Count | None = None


class Share(Row, frozen=True, kw_only=True):
    """A share: a percent or a word; neither where it is held back or was never recorded."""

    percent: Percent | None = None
    word: Word | None = None
    recorded: bool = True


class FormatShare(Share, frozen=True, kw_only=True):
    """A share of one format's children."""

    format: FormatId


class FlowStep(Row, frozen=True, kw_only=True):
    """Children left after one step; None where a count may not be shown."""

    id: Literal["records", "goal", "baseline", "reviews"]
    individual: Count | None = None
    group: Count | None = None
    combined: Count | None = None
    total: Count | None = None
    shown: bool = False


class StartTrait(Row, frozen=True, kw_only=True):
    """A trait at the start by format: a mean, or a percent; None for a format not shown.

    Attributes:
        rough: formats whose mean is given to a half or a whole step of its scale only.
    """

    trait: Trait
    unit: Literal["mean", "percent"]
    individual: Number | Word | None = None
    group: Number | Word | None = None
    combined: Number | Word | None = None
    rough: tuple[FormatId, ...] = ()


class Balance(Row, frozen=True, kw_only=True):
    """The largest standardised difference of a trait between any two formats described.

    Attributes:
        before: as the children came, to the nearest step.
        after: weighted until alike, to the next step above.
    """

    trait: Trait
    before: Number | None = None
    after: Number | None = None


class Overlap(Row, frozen=True, kw_only=True):
    """How many children of a format have counterparts."""

    format: FormatId
    n_children: Count | None = None
    n_effective: Count | None = None
    share: Percent


class Dropped(Row, frozen=True, kw_only=True):
    """A trait not adjusted for, and why."""

    trait: Trait
    reason: Literal["not_recorded", "missing_too_often", "no_room", "tells_nothing"]


class WeekMean(Row, frozen=True, kw_only=True):
    """A format's mean level in one week, as the children came; rough to a half or whole level."""

    format: FormatId
    week: Week
    mean: Number | None = None
    rough: bool = False
    conf_low: Number | None = None
    conf_high: Number | None = None
    n_children: Count | None = None


class Band(Row, frozen=True, kw_only=True):
    """The share of a format's goals in one band of levels in one week."""

    format: FormatId
    week: Week
    band: Literal["-2", "-1", "0", "+1", "+2", "below", "at", "above", "at_or_above"]
    order: Count
    percent: Percent | None = None


class TScore(Row, frozen=True, kw_only=True):
    """A format's mean T-score at the start or at the latest review; rough to 5 or 10."""

    format: FormatId
    when: Literal["start", "latest"]
    mean: Number | None = None
    rough: bool = False
    sd: Number | None = None
    n_children: Count | None = None


class Predicted(Interval, frozen=True, kw_only=True):
    """A format's predicted rate at one rating of a trait."""

    format: FormatId
    level: Literal["low", "middle", "high"]
    rating: Number


class DomainEffect(Interval, frozen=True, kw_only=True):
    """A pair's difference in one area of life, partially pooled and raw."""

    domain: Domain
    this: FormatId
    than: FormatId
    settled: bool = False
    raw_estimate: Number | None = None
    raw_conf_low: Number | None = None
    raw_conf_high: Number | None = None


class DomainChildren(Row, frozen=True, kw_only=True):
    """Children with a goal in one area of life; None where a count may not be shown."""

    domain: Domain
    individual: Count | None = None
    group: Count | None = None
    combined: Count | None = None


class AttainedShare(Row, frozen=True, kw_only=True):
    """Of 100 goals, how many reach the expected level by a week in one format."""

    week: Week
    format: FormatId
    of_100: Percent | None = None
    low: Percent | None = None
    high: Percent | None = None


class EffortMean(Interval, frozen=True, kw_only=True):
    """A format's mean of one measure of gain or time."""

    format: FormatId
    measure: Literal["gain", "sessions", "hours", "per_session", "per_hour"]


class EffortDifference(Interval, frozen=True, kw_only=True):
    """A pair's difference in one measure of gain or time."""

    this: FormatId
    than: FormatId
    measure: Literal["gain", "sessions", "hours", "per_session", "per_hour"]


class NetBenefit(Interval, frozen=True, kw_only=True):
    """A pair's difference in hours when one level is held worth so many therapist hours."""

    this: FormatId
    than: FormatId
    settled: bool = False
    hours_per_level: Number


class Analysis(Row, frozen=True, kw_only=True):
    """The main question asked in one way.

    Attributes:
        range_over_all: True where the interval is a range over all fits that leave one out.
        held_back: True where it was run and may not be printed.
    """

    id: Annotated[str, msgspec.Meta(pattern="^[a-z0-9_]{1,40}$")]
    unit: Unit
    pairs: tuple[Pair, ...]
    range_over_all: bool = False
    held_back: bool = False
    withheld: Reason | None = None


class Setting(Row, frozen=True, kw_only=True):
    """One choice made beforehand (or several numbers); unit and reason stand in `settings`."""

    name: Column
    value: Number | tuple[Number, ...]


class Version(Row, frozen=True, kw_only=True):
    """An installed package; None where it is run without being installed."""

    name: Name
    value: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9.+!_-]{1,40}$")] | None = None


class Audit(Row, frozen=True, kw_only=True):
    """What the last whole audit found where nothing differed; `any_percent` counts every page."""

    clinics: Count
    any_percent: Number
    pairs_percent: Number
    clinics_percent: Number


class ClaimRow(Interval, frozen=True, kw_only=True):
    """A claim from the literature and how it fares."""

    id: ClaimId
    unit: Unit
    verdict: ClaimVerdict
    reason: Reason | ClaimReason
    about: Annotated[str, msgspec.Meta(pattern="^(skill|social)\\.(individual|group)$")] | None = (
        None
    )
    suggestive: bool = False
    narrow_low: Number | None = None
    narrow_high: Number | None = None
    gate: Gate | None = None


def choose_claimed(pairs: Sequence[SecondPair]) -> SecondPair | None:
    """Give the pair the headline is about: the claimed one, else the first that is shown."""
    shown = [pair for pair in pairs if pair.shown]
    return next((p for p in shown if p.id == CLAIMED_PAIR), shown[0] if shown else None)
