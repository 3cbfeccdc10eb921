"""The rows of a published summary about what could change the answer.

In: nothing. Out: one type for each kind of row, as in `disclosure.rows`.
"""

from __future__ import annotations

from typing import Literal

from analysis.disclosure.fields import (
    Column,
    Count,
    FormatId,
    Number,
    PairId,
    Percent,
    Times,
    Trait,
)
from analysis.disclosure.rows import Pair, Row
from analysis.vocabulary import Label, Reason


class Spread(Row, frozen=True, kw_only=True):
    """A spread of the growth model: level in the middle of the window, and slope."""

    id: Literal["therapy group", "child", "goal"]
    middle: Number | None = None
    slope: Number | None = None


class DropoutCell(Row, frozen=True, kw_only=True):
    """What would be said if children who left made so much less progress."""

    percent_this: Percent
    percent_than: Percent
    label: Label
    ahead: FormatId | None = None
    estimate: Number | None = None


class Dropout(Row, frozen=True, kw_only=True):
    """A pair's grid of assumptions about children who left, and the mildest that changes it."""

    id: PairId
    this: FormatId
    than: FormatId
    shown: bool = False
    changed: bool | None = None
    percent_this: Percent | None = None
    percent_than: Percent | None = None
    label: Label | None = None
    cells: tuple[DropoutCell, ...] = ()


class Unrecorded(Row, frozen=True, kw_only=True):
    """How much something unrecorded would have to matter for one pair.

    Attributes:
        times: how many times the explained shares of the strongest recorded trait it takes.
        times_low, times_high: the same with those shares as large, and as small, as goes with the
            records; worked out from printed numbers. None where it is beyond measure.
    """

    id: PairId
    this: FormatId
    than: FormatId
    shown: bool = False
    robustness: Number | None = None
    robustness_of_range: Number | None = None
    bias: Number | None = None
    e_value: Number | None = None
    e_value_of_range: Number | None = None
    trait: Trait | None = None
    times: Number | None = None
    times_low: Number | None = None
    times_high: Number | None = None
    share: Percent | None = None
    movement: Number | None = None


class Benchmark(Row, frozen=True, kw_only=True):
    """How far an unrecorded trait as strong as a recorded one would move a pair."""

    this: FormatId
    than: FormatId
    trait: Trait
    r2_outcome: Number | None = None
    r2_format: Number | None = None
    bias: Number | None = None


class Control(Row, frozen=True, kw_only=True):
    """A negative control: a difference whose true answer is zero."""

    id: Literal["energy", "motivation", "start_level"]
    shown: bool = False
    failed: bool | None = None
    pairs: tuple[Pair, ...] = ()
    withheld: Reason | None = None


class PlannedSize(Row, frozen=True, kw_only=True):
    """What it would take to know about one pair."""

    id: PairId
    this: FormatId
    than: FormatId
    shown: bool = False
    half_width: Number | None = None
    reachable: Number | None = None
    times: Times | None = None


class ToRecord(Row, frozen=True, kw_only=True):
    """A column worth recording that is not filled in."""

    table: Column
    column: Column


class JointTest(Row, frozen=True, kw_only=True):
    """A joint test that all formats are alike."""

    statistic: Number | None = None
    df_num: Count
    df_denom: Number | None = None
    p_value: Number | None = None
