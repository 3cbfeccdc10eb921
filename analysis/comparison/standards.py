"""Was one format measured by an easier standard: kinder raters, or easier goals set later?

In: an `AnalysisSet`. Out: two `Contrast`s. Decisions: the same goal in the hands of two kinds of
raters, and goals of the same child set before and after the format, so that neither which children
nor which goals a format has can make the difference (METHODS.md, "Faults that favour a format").
"""

from __future__ import annotations

import numpy as np

from analysis.comparison.analysis_set import AnalysisSet, episode_rows
from analysis.comparison.arms import format_codes
from analysis.comparison.format_contrasts import (
    Contrast,
    Visits,
    contrast_columns,
    no_contrast,
)
from analysis.computing import Array
from analysis.records.schema import FORMATS, RATERS

TREATING = RATERS.index("treating_therapist")


def contrast_kindness(analysis_set: AnalysisSet, visits: Visits) -> Contrast:
    """Contrast how much higher treating therapists rate a goal than others do.

    level = goal + format x (week + week^2 + treating), goals rated by both after the first
    weeks, CR2 by `table.cluster`.

    Args:
        analysis_set: the children compared.
        visits: their reviews after the first weeks.

    Returns:
        Levels, by format; NaN where no goal was rated by both.
    """
    treating = visits.rater == TREATING
    asked = visits.rater >= 0
    for side in (treating, ~treating):
        seen = np.bincount(visits.goal[asked & side], minlength=visits.goal.max(initial=-1) + 1)
        asked = asked & (seen[visits.goal] > 0)
    time = visits.week[asked] / analysis_set.settings.rate_weeks
    return _contrast_within(
        analysis_set,
        visits.child[asked],
        visits.goal[asked],
        visits.level[asked],
        treating[asked].astype(float),
        [time, time**2],
    )


def contrast_ease(analysis_set: AnalysisSet) -> Contrast:
    """Contrast how much further goals set after the format moved than those set before.

    rate = child + format x (kind of goal + set after), children with goals of both, CR2 by
    `table.cluster`.

    Args:
        analysis_set: the children compared.

    Returns:
        Levels per term, by format; NaN where no child has goals of both.
    """
    goals = analysis_set.cohort.goals
    child = episode_rows(analysis_set, goals["episode_id"])
    before = goals["set_before_format"].to_numpy(float)
    rate = goals["rate"].to_numpy(float)
    asked = (child >= 0) & np.isfinite(before) & np.isfinite(rate)
    for side in (before == 1, before == 0):
        seen = np.bincount(child[asked & side], minlength=len(analysis_set.table))
        asked = asked & (seen[np.maximum(child, 0)] > 0)
    return _contrast_within(
        analysis_set,
        child[asked],
        child[asked],
        rate[asked],
        1 - before[asked],
        [(goals["kind"] == "social").to_numpy(float)[asked]],
    )


def _contrast_within(
    analysis_set: AnalysisSet,
    child: Array,
    unit: Array,
    outcome: Array,
    side: Array,
    beside: list[Array],
) -> Contrast:
    """Contrast between formats what `side` adds to an outcome, within units."""
    codes = format_codes(analysis_set.table)[child]
    unit = np.unique(unit, return_inverse=True)[1]
    formats, columns, further = [], [], []
    for k, therapy_format in enumerate(FORMATS):
        own = codes == k
        column = _within(side * own, unit)
        if column.any():
            formats.append(therapy_format)
            columns.append(column)
            further += [_within(other * own, unit) for other in beside]
    if not formats:
        return no_contrast()
    design = np.column_stack([*columns, *(column for column in further if column.any())])
    return contrast_columns(
        _within(outcome, unit),
        design,
        analysis_set.table["cluster"].to_numpy()[child],
        tuple(formats),
        analysis_set.settings,
    )


def _within(values: Array, unit: Array) -> Array:
    """Take away each unit's own mean."""
    n = np.bincount(unit)
    return values - (np.bincount(unit, values) / n)[unit]
