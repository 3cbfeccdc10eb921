"""Rows about a chain of reports: this one's place in it, what moved, and who came.

In: nothing. Out: typed rows of a published summary. Decisions: no row says how many children came,
because beside the counts of both reports that would pin them; a level is given to one digit.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from analysis.disclosure.fields import FormatId, Number, PairId, Percent, Week
from analysis.disclosure.rows import Interval, Row
from analysis.vocabulary import Reason

NewName = Literal["individual", "group", "combined", "all"]


class Look(Row, frozen=True, kw_only=True):
    """A report's place in its chain, and its level: percent of reports like it, one digit."""

    number: Annotated[int, msgspec.Meta(ge=1)] = 1
    percent: Number | None = None


class Change(Row, frozen=True, kw_only=True):
    """A pair's difference in the last report and in this one; None where not in both."""

    id: PairId
    this: FormatId
    than: FormatId
    before: Number | None = None
    now: Number | None = None
    change: Number | None = None


class NewChildren(Interval, frozen=True, kw_only=True):
    """New minus earlier children's progress, of a format or "all"; whether it may be stated."""

    format: NewName
    settled: bool = False


class Newcomers(Row, frozen=True, kw_only=True):
    """New children beside earlier ones; percent: of reports without a change that state one.

    `weeks`: how many weeks from the start both are compared over.
    """

    rows: tuple[NewChildren, ...] = ()
    weeks: Week = 0
    percent: Percent
    withheld: Reason | None = None
