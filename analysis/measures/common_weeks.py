"""The weeks in which every format compared is reviewed.

In: `Records` and settings. Out: `CommonWeeks`, and the settings of a study over these weeks.
Decisions: chosen from review weeks alone, never from levels; once for all formats, so that the
three pairs answer one question; where every format is reviewed to the end of the window nothing
changes; a format that is hardly reviewed at all shortens nobody's weeks, its pairs are withheld
(METHODS.md, "Common weeks").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from analysis.cards import show_card
from analysis.computing import Array, category_codes, positions_in
from analysis.records.load import Records
from analysis.records.schema import CLOSED_REASONS, FORMATS
from analysis.settings import Settings

STEP_WEEKS = 2  # a week in steps this coarse is about a whole format, never about one child
EARLIER = 1  # a review in the week before a step's week belongs to that step


@dataclass(frozen=True)
class CommonWeeks:
    """The weeks compared, and how far each format is reviewed.

    Attributes:
        planned: the weeks asked about.
        last: the weeks compared, from 0 to this one; at most `planned`.
        by_format: for each format with enough children, the last week, in steps of
            `STEP_WEEKS`, to which it is reviewed as the others are.
        too_short: formats reviewed for fewer weeks than a rate needs.
    """

    planned: int
    last: int
    by_format: Mapping[str, int]
    too_short: tuple[str, ...] = ()

    @property
    def shortened(self) -> bool:
        """Whether fewer weeks are compared than were asked about."""
        return self.last < self.planned

    @property
    def ended(self) -> tuple[str, ...]:
        """The formats whose reviews end before the weeks asked about, where that shortens them."""
        if not self.shortened:
            return ()
        early = (f for f, week in self.by_format.items() if week < self.planned)
        return tuple(f for f in early if f not in self.too_short)

    def __repr__(self) -> str:
        return f"Formats are compared over weeks 0 to {self.last}."

    _repr_html_ = show_card


def choose_common_weeks(records: Records, settings: Settings) -> CommonWeeks:
    """Choose the weeks in which every format is reviewed.

    A format is reviewed in a week as long as the share of its children reviewed then or later is
    at least `Settings.reviewed_share` of that of the format reviewed most. Children count from
    their first review after the start until all their goals are closed as attained.

    Args:
        records: what the clinic handed in.
        settings: the window, the weeks a comparison needs and the smallest format.

    >>> from analysis.records.load import read_records
    >>> choose_common_weeks(read_records("data/sample"), Settings())
    Formats are compared over weeks 0 to 24.
    """
    planned = settings.horizon_weeks
    codes, last, closed = _follow_children(records, settings)
    n_children = np.bincount(codes, minlength=len(FORMATS))
    large = np.flatnonzero(n_children >= settings.compare_children)
    weeks = np.arange(STEP_WEEKS, planned + 1, STEP_WEEKS)
    if len(large) < 2 or not len(weeks):
        return CommonWeeks(planned, planned, MappingProxyType({FORMATS[k]: planned for k in large}))
    of_format = [codes == k for k in large]
    shares = np.array([_shares_reviewed(weeks, last[own], closed[own]) for own in of_format])
    kept = shares >= settings.reviewed_share * shares.max(axis=0)
    kept |= shares.max(axis=0) < settings.reviewed_least
    reached = np.where(kept.all(axis=1), planned, weeks[kept.argmin(axis=1)] - STEP_WEEKS)
    by_format = {FORMATS[k]: int(week) for k, week in zip(large, reached, strict=True)}
    short = tuple(f for f, week in by_format.items() if week < settings.common_weeks)
    long_enough = [week for f, week in by_format.items() if f not in short]
    last_common = min(long_enough, default=planned)
    return CommonWeeks(planned, last_common, MappingProxyType(by_format), short)


def narrow_settings(settings: Settings, weeks: CommonWeeks) -> Settings:
    """Give the settings of a study over the common weeks.

    Args:
        settings: the choices as they were made.
        weeks: the weeks compared.
    """
    return replace(settings, horizon_weeks=weeks.last) if weeks.shortened else settings


def _follow_children(records: Records, settings: Settings) -> tuple[Array, Array, Array]:
    """Give the format, last review and week of closing of each episode reviewed after its start.

    A goal closed for another reason than being attained leaves its child expected at reviews.
    """
    episodes, goals, reviews = records.episodes, records.goals, records.reviews
    own = positions_in(episodes["episode_id"], goals["episode_id"])
    attained = category_codes(goals["closed_reason"]) == CLOSED_REASONS.index("attained")
    closing = np.where(attained, goals["closed_week"].to_numpy(), np.inf)
    closed, last = np.full((2, len(episodes)), -np.inf)
    np.maximum.at(closed, own, np.where(np.isnan(closing), np.inf, closing))
    goal, week = positions_in(goals["goal_id"], reviews["goal_id"]), reviews["week"].to_numpy()
    known = (goal >= 0) & (week > settings.baseline_weeks)
    np.maximum.at(last, own[goal[known]], week[known])
    followed = np.isfinite(last)
    return category_codes(episodes["format"])[followed], last[followed], closed[followed]


def _shares_reviewed(weeks: Array, last: Array, closed: Array) -> Array:
    """Give the share of a format's children reviewed in each week or later, of those expected."""
    later = last[:, None] >= weeks - EARLIER
    expected = later | (closed[:, None] >= weeks)
    n_expected = expected.sum(axis=0)
    return np.where(n_expected > 0, later.sum(axis=0) / np.maximum(n_expected, 1), 1.0)
