"""How soon do goals reach the expected level? Shares attained by fixed weeks.

In: an `AnalysisSet`. Out: `Attainment`. Decisions: a goal's attainment is known only to lie between
two reviews, so the hazard is that of an interval (complementary log-log), with the length of the
interval allowed for; formats may differ otherwise in the first and in the second half; shares are
standardised over all children compared, one child one vote (METHODS.md, "How soon, how far, at what
effort").

Sources: Prentice & Gloeckler 1978, Biometrics 34:57-67; g-computation: Snowden, Rose &
Mortimer 2011, Am J Epidemiol 173:731-738.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import pandas as pd

from analysis.cards import about, show_card
from analysis.comparison.analysis_set import AnalysisSet, levels_of_children
from analysis.comparison.arms import (
    Sides,
    contrast_pairs,
    count_sides,
    formats_among,
    indicate_formats,
)
from analysis.comparison.contrasts import tabulate_means, tabulate_pairs
from analysis.comparison.covariates import adds_something
from analysis.comparison.result import Comparison, new_comparison, reason_of, withheld_comparison
from analysis.errors import AnalysisError
from analysis.models.discrete.delta_method import DerivedEstimates
from analysis.models.discrete.hazard import HazardFit, fit_hazard
from analysis.models.discrete.separation import SeparationError
from analysis.records.schema import EXPECTED_LEVEL
from analysis.settings import Settings
from analysis.vocabulary import Reason, Withheld

AT_GOAL_LEVEL = ("social_share", "baseline")


@dataclass(frozen=True, eq=False)
class Attainment:
    """Shares of goals attained, by format and week.

    Attributes:
        by_week: week -> comparison of the formats; `means` holds each format's share (0 to
            1), `table` their differences.
        rows: one row for each goal and review until attained: goal_id, child (row of the
            table compared), window (1 = the first usual review), width (weeks since the
            review before), event.
        withheld: why there are no shares, or "".
    """

    by_week: Mapping[int, Comparison]
    rows: pd.DataFrame
    withheld: Withheld = ""

    @property
    def table(self) -> pd.DataFrame:
        """Shares of each format by each week: week, format, then the columns of `means`."""
        parts = [c.means.reset_index().assign(week=week) for week, c in self.by_week.items()]
        return pd.concat(parts, ignore_index=True)

    def __repr__(self) -> str:
        if self.withheld:
            return f"Goals attained: withheld, {self.withheld.replace('_', ' ')}."
        n = about(self.rows["child"].nunique(), "child", "children")
        return f"Goals attained by week {' and '.join(map(str, self.by_week))}, {n} followed."

    _repr_html_ = show_card


def compare_attainment(analysis_set: AnalysisSet) -> Attainment:
    """Compare the share of goals attained by the end of a term and of the window.

    log(-log(1 - h)) = window + format + format x second half + log(width) + kind of goal +
    level at the start + covariates; CR2 by cluster, delta method.

    Args:
        analysis_set: the children compared.
    """
    table, settings = analysis_set.table, analysis_set.settings
    formats = formats_among(table)
    rows = rows_at_risk(analysis_set)
    if len(formats) < 2:
        return _withheld(rows, "few_formats", settings)
    seen = {str(name): rows[name].to_numpy() for name in rows.columns.drop("goal_id")}
    first = np.flatnonzero(~rows["goal_id"].duplicated().to_numpy())
    n_events = int(seen["event"].sum())
    if min(n_events, len(first) - n_events) < settings.fewest_events:
        return _withheld(rows, "few_attained", settings)
    own = np.column_stack([seen["social"], seen["baseline"]])
    centred = analysis_set.centred
    others = centred.to_numpy()[:, ~centred.columns.isin(AT_GOAL_LEVEL)]
    number = _number_windows(seen["window"], seen["event"], settings)
    plan = _Plan(formats, number, seen, own - own.mean(axis=0), others)
    try:
        fit, plan = _fit(plan, table, settings)
    except AnalysisError as error:
        return _withheld(rows, reason_of(error), settings)
    shares = _standardise(fit, plan, first)
    sides = count_sides(table, np.unique(seen["child"]))
    weeks = {}
    for week in _weeks(settings):
        interval = int((plan.number[: week // settings.review_weeks] >= 0).sum())
        weeks[week] = (
            _compare_week(_identity(week), shares, interval, formats, sides)
            if interval
            else withheld_comparison(_identity(week), "none_attained")
        )
    return Attainment(MappingProxyType(weeks), rows)


def rows_at_risk(analysis_set: AnalysisSet) -> pd.DataFrame:
    """Give one row for each goal and review after the first, until the goal was attained.

    Levels carried forward are no reviews.

    Args:
        analysis_set: the children compared.

    Returns:
        goal_id, child (row of `AnalysisSet.table`), social (0/1), baseline, window, width (weeks),
        event (0/1), ordered by goal and week.
    """
    scored, cohort, settings = analysis_set.scored, analysis_set.cohort, analysis_set.settings
    at, row, child = levels_of_children(scored, cohort, analysis_set.table)
    reviewed = ~scored.levels["carried"].to_numpy(dtype=bool)[at]
    at, row, child = at[reviewed], row[reviewed], child[reviewed]
    goal, week, level = (scored.levels[c].to_numpy()[at] for c in ("goal", "week", "attainment"))
    reached = level >= EXPECTED_LEVEL
    first = np.concatenate([[True], goal[1:] != goal[:-1]]) if len(goal) else np.empty(0, bool)
    start = np.maximum.accumulate(np.where(first, np.arange(len(goal)), 0))
    reached_before = np.cumsum(reached) - reached
    at_risk = ~first & (reached_before == reached_before[start])
    width = np.concatenate([[0.0], np.diff(week)]) if len(week) else np.empty(0)
    window = np.floor(week / settings.review_weeks + 0.5)
    window = np.clip(window, 1, settings.horizon_weeks // settings.review_weeks)
    baseline = cohort.goals["baseline"].to_numpy()[row]
    social = (cohort.goals["kind"].array == "social").astype(float)[row]
    asked = at_risk & (baseline < EXPECTED_LEVEL)
    return pd.DataFrame(
        {
            "goal_id": scored.levels["goal_id"].array[at[asked]],
            "child": child[asked],
            "social": social[asked],
            "baseline": baseline[asked],
            "window": window[asked].astype(int),
            "width": width[asked],
            "event": reached[asked].astype(float),
        }
    )


@dataclass(frozen=True, eq=False)
class _Plan:
    """The columns of the hazard: for the rows seen, and for every goal in every format.

    `number` is the hazard each window has, -1 where no goal was attained in it. `own` is what
    each row knows of its goal, centred; `others` what is allowed for, by child. `kept` tells
    which columns are more than a combination of those before them: where every review was on
    time, for example, the length of the interval tells nothing. `halves` is whether formats
    may differ otherwise in the second half.
    """

    formats: tuple[str, ...]
    number: np.ndarray
    rows: Mapping[str, np.ndarray]
    own: np.ndarray
    others: np.ndarray
    kept: np.ndarray | None = None
    halves: bool = True

    def observed(self, table: pd.DataFrame, settings: Settings) -> tuple[np.ndarray, np.ndarray]:
        """Give the rows of windows in which goals were attained, and their columns."""
        at = np.flatnonzero(self.number[self.rows["window"] - 1] >= 0)
        code = indicate_formats(table, self.formats).argmax(axis=1)[self.rows["child"][at]]
        stretch = np.log(self.rows["width"][at] / settings.review_weeks)
        return at, self._columns(at, self.rows["window"][at], code, stretch)

    def everyone(self, at: np.ndarray, therapy_format: str) -> list[np.ndarray]:
        """Give every goal's columns in each window that has a hazard, in one format.

        Args:
            at: each goal's first row.
            therapy_format: the format.
        """
        live = np.flatnonzero(self.number >= 0) + 1
        window, goal = np.repeat(live, len(at)), np.tile(at, len(live))
        code = np.full(len(goal), self.formats.index(therapy_format))
        columns = self._columns(goal, window, code, np.zeros(len(goal)))[:, self.kept]
        return np.split(columns, len(live))

    def _columns(
        self, at: np.ndarray, window: np.ndarray, code: np.ndarray, stretch: np.ndarray
    ) -> np.ndarray:
        windows = self.number[window - 1][:, None] == np.arange(self.number.max() + 1)
        received = (code[:, None] == np.arange(1, len(self.formats))).astype(float)
        late = (window > len(self.number) / 2)[:, None]
        others = self.others[self.rows["child"][at]]
        parts = [windows.astype(float), received, *([received * late] if self.halves else [])]
        return np.hstack([*parts, stretch[:, None], self.own[at], others])


def _fit(plan: _Plan, table: pd.DataFrame, settings: Settings) -> tuple[HazardFit, _Plan]:
    """Fit the hazard; where a format and half has no event (or nothing else), without halves."""
    for halves in (True, False):
        plan = replace(plan, halves=halves)
        at, design = plan.observed(table, settings)
        plan = replace(plan, kept=adds_something(design))
        try:
            fit = fit_hazard(
                plan.rows["event"][at],
                design[:, plan.kept],
                table["cluster"].to_numpy()[plan.rows["child"][at]],
                confidence=settings.confidence,
            )
        except SeparationError:
            if not halves:
                raise
        else:
            break
    return fit, plan


def _number_windows(window: np.ndarray, event: np.ndarray, settings: Settings) -> np.ndarray:
    """Number the windows' hazards, joining a window with few events to the one before it.

    A window in which no goal was attained has no hazard (-1): nothing is joined with it.
    """
    n = settings.horizon_weeks // settings.review_weeks
    events = np.bincount(window - 1, event, minlength=n)
    spared = np.bincount(window - 1, 1 - event, minlength=n)
    number, current, collected = np.full(n, -1), -1, np.full(2, np.inf)
    for at in np.flatnonzero(events):
        if (collected >= settings.fewest_events).all():
            current, collected = current + 1, np.zeros(2)
        number[at] = current
        collected += (events[at], spared[at])
    if current and not (collected >= settings.fewest_events).all():
        number[number == current] = current - 1
    return number


def _standardise(fit: HazardFit, plan: _Plan, first: np.ndarray) -> DerivedEstimates:
    """Give every goal, by its first row, every format, and average children's shares.

    This is g-computation.
    """
    child = plan.rows["child"][first]
    return fit.average_cumulative(
        {f: plan.everyone(first, f) for f in plan.formats},
        weights=1.0 / np.bincount(child)[child],
    )


def _compare_week(
    identity: Comparison,
    shares: DerivedEstimates,
    interval: int,
    formats: tuple[str, ...],
    sides: Sides,
) -> Comparison:
    n_intervals = len(shares.names) // len(formats)
    place = np.arange(len(formats)) * n_intervals + interval - 1
    rows, pairs = contrast_pairs(formats, len(formats))
    matrix = np.zeros((len(rows), len(shares.names)))
    matrix[:, place] = pairs
    return replace(
        identity,
        by_pair=tabulate_pairs(shares.contrast(matrix).to_numpy(), rows, sides),
        by_format=tabulate_means(shares.table.to_numpy()[place], formats, sides),
    )


def _weeks(settings: Settings) -> tuple[int, ...]:
    """Give one term and the last week compared; only the last where they share their reviews."""
    last = settings.horizon_weeks
    if settings.rate_weeks // settings.review_weeks < last // settings.review_weeks:
        return settings.rate_weeks, last
    return (last,)


def _identity(week: int) -> Comparison:
    return new_comparison(f"attained_by_{week}")


def _withheld(rows: pd.DataFrame, reason: Reason, settings: Settings) -> Attainment:
    weeks = {week: withheld_comparison(_identity(week), reason) for week in _weeks(settings)}
    return Attainment(MappingProxyType(weeks), rows, reason)
