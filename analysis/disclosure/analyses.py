"""Every way of asking, as it may be shown: none stands beside another it nearly repeats.

In: a study. Out: `Analysis` rows. Decisions: leaving out one group or therapist at a time is
printed as one range over all of them, rounded outwards; a way that may not be printed says why.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.comparison.result import PAIRS, Comparison
from analysis.disclosure.comparisons import name_pair, show_range
from analysis.disclosure.permission import (
    brought_in,
    differ_enough,
    may_show_estimates,
    may_show_pair,
)
from analysis.disclosure.rows import Analysis, Pair
from analysis.disclosure.rules import ESTIMATE_DECIMALS, show_estimate
from analysis.vocabulary import NOT_COMPARABLE, Reason

if TYPE_CHECKING:
    from analysis.study import Study

HELD_BACK = ("too_close", "few_left_to_print")
RANGE_STEP = 0.05
DECIMALS = {"percentage_points": 0}


def publish_analyses(study: Study) -> tuple[Analysis, ...]:
    """Give every way of asking: its numbers, or why there are none.

    Args:
        study: the study.
    """
    shown: list[np.ndarray] = []
    compared = any(decision.label != NOT_COMPARABLE for decision in study.verdicts.decisions)
    left_out = study.sensitivity.left_out if study.sensitivity else {}
    rows = []
    for name, comparison in study.analyses.items():
        reason: Reason | None = comparison.withheld or None
        if not reason and name in left_out:
            rows.append(_publish_left_out(comparison, left_out[name].table, study))
            continue
        outcomes = brought_in(comparison, study)
        if not reason and not may_show_estimates(comparison, study.settings):
            reason = "few_left_to_print"
        if not reason and not all(differ_enough(outcomes, seen, study) for seen in shown):
            reason = "too_close"
        pairs = tuple(_publish_pair(comparison, pair, reason) for pair in PAIRS)
        if not reason and any(pair.estimate is not None for pair in pairs):
            shown.append(outcomes)
        elif not reason and compared:
            reason = "pairs_not_compared"
        rows.append(_name_way(comparison, pairs, reason))
    return tuple(rows)


def round_outwards(low: float, high: float) -> tuple[float | None, float | None]:
    """Round a range to the next steps that hold it.

    Args:
        low: its lower end.
        high: its upper end.
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        return None, None
    first, last = math.floor(low / RANGE_STEP + 1e-9), math.ceil(high / RANGE_STEP - 1e-9)
    return show_estimate(first * RANGE_STEP), show_estimate(last * RANGE_STEP)


def _publish_left_out(comparison: Comparison, ranges: pd.DataFrame, study: Study) -> Analysis:
    """Give the range over all fits that leave out one group or therapist at a time."""
    pairs = tuple(_publish_range(ranges, study, *pair) for pair in PAIRS)
    allowed = may_show_estimates(study.comparison, study.settings)
    reason: Reason | None = None if allowed else "few_left_to_print"
    return _name_way(comparison, pairs, reason, range_over_all=True)


def _publish_range(ranges: pd.DataFrame, study: Study, this: str, than: str) -> Pair:
    own = ranges[(ranges["this"] == this) & (ranges["than"] == than)]
    low = high = middle = None
    if len(own) and may_show_pair(study, this, than):
        low, high = round_outwards(own.iloc[0]["conf_low"], own.iloc[0]["conf_high"])
        if low is not None:
            middle = show_estimate(study.comparison.pair(this, than)["estimate"])
    return Pair(**name_pair(this, than), estimate=middle, conf_low=low, conf_high=high)


def _name_way(
    comparison: Comparison,
    pairs: tuple[Pair, ...],
    reason: Reason | None,
    *,
    range_over_all: bool = False,
) -> Analysis:
    return Analysis(
        id=comparison.id,
        unit=comparison.unit,
        pairs=pairs,
        range_over_all=range_over_all,
        held_back=reason in HELD_BACK,
        withheld=reason,
    )


def _publish_pair(comparison: Comparison, pair: tuple[str, str], reason: Reason | None) -> Pair:
    row = comparison.pair(*pair)
    shown = not reason and row["label"] != NOT_COMPARABLE
    decimals = DECIMALS.get(comparison.unit, ESTIMATE_DECIMALS)
    return Pair(**name_pair(*pair), **show_range(row, shown=shown, decimals=decimals))
