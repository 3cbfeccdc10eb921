"""What the pairs and formats of any comparison have in common, as it may be shown.

In: comparisons and what was decided of their pairs. Out: rows of pairs and formats. Decisions:
a format's own estimate is shown only where some pair with it may be shown.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypedDict

from analysis.comparison.result import Comparison
from analysis.decisions import labels
from analysis.decisions.decide import Decision
from analysis.disclosure.fields import FORMAT_IDS, PAIR_NAMES, FormatId, PairId, Times, one_of
from analysis.disclosure.gates import publish_blocking
from analysis.disclosure.permission import may_show_decided, may_show_estimates
from analysis.disclosure.rows import FormatRate, SecondPair
from analysis.disclosure.rules import ESTIMATE_DECIMALS, leaves_out_zero, show_estimate
from analysis.models.results import student_quantile
from analysis.settings import Settings

TIMES: Final[tuple[tuple[float, Times], ...]] = (
    (1.25, "quarter"),
    (1.5, "half"),
    (2.0, "two"),
    (3.0, "three"),
    (4.0, "four"),
)


class Head(TypedDict):
    """How a row about a pair is named."""

    id: PairId
    this: FormatId
    than: FormatId


class Range(TypedDict):
    """An estimate with its interval."""

    estimate: float | None
    conf_low: float | None
    conf_high: float | None


def name_pair(this: str, than: str) -> Head:
    """Give the names of a pair.

    Args:
        this: first format.
        than: second format.
    """
    id, first, second = PAIR_NAMES[this, than]
    return {"id": id, "this": first, "than": second}


def name_format(name: str) -> FormatId | None:
    """Give a format's name, None for "".

    Args:
        name: the format, or "".
    """
    found: FormatId | None = one_of(FormatId, name) if name else None
    return found


def show_range(
    row: Mapping[Any, Any], *, shown: bool = True, decimals: int = ESTIMATE_DECIMALS
) -> Range:
    """Give an estimate and its interval, None where they may not be shown.

    Args:
        row: estimate, conf_low, conf_high.
        shown: whether they may be shown.
        decimals: decimals printed.
    """
    return {
        "estimate": show_estimate(row["estimate"], decimals) if shown else None,
        "conf_low": show_estimate(row["conf_low"], decimals) if shown else None,
        "conf_high": show_estimate(row["conf_high"], decimals) if shown else None,
    }


def publish_pairs(
    comparison: Comparison,
    decisions: Sequence[Decision],
    settings: Settings,
    *,
    scale: float = 1.0,
    n_more_columns: int = 0,
) -> tuple[SecondPair, ...]:
    """Give each pair of a comparison beside the main one, None where it may not be shown.

    Args:
        comparison: the comparison.
        decisions: what may be said of its pairs.
        settings: the smallest cell and the levels of confidence.
        scale: the estimates are multiplied by this before rounding.
        n_more_columns: see `permission.may_show_estimates`.
    """
    rows = []
    for decision in decisions:
        row = comparison.pair(decision.this, decision.than)
        shown = may_show_decided(comparison, decision, settings, n_more_columns)
        middle, half = scale * row["estimate"], scale * (row["conf_high"] - row["conf_low"]) / 2
        narrow = half * labels.narrower(row["df"], settings) if shown else math.nan
        ends = {"estimate": middle, "conf_low": middle - half, "conf_high": middle + half}
        printed = show_range(ends, shown=shown)
        clear = leaves_out_zero(printed["conf_low"], printed["conf_high"])
        rows.append(
            SecondPair(
                **name_pair(decision.this, decision.than),
                label=decision.label,
                ahead=name_format(decision.ahead),
                shown=shown,
                settled=shown and decision.settled and clear,
                **printed,
                narrow_low=show_estimate(middle - narrow) if shown else None,
                narrow_high=show_estimate(middle + narrow) if shown else None,
                p_value=show_estimate(row["p_value"], 3) if shown else None,
                p_adjusted=show_estimate(row["p_adjusted"], 3) if shown else None,
                gate=publish_blocking(decision, settings),
            )
        )
    return tuple(rows)


def publish_rates(
    comparison: Comparison,
    pairs: Sequence[SecondPair],
    settings: Settings,
    n_more_columns: int = 0,
) -> tuple[FormatRate, ...]:
    """Give each format's own estimate, where some pair with it may be shown.

    Args:
        comparison: the comparison.
        pairs: the answer of `publish_pairs`.
        settings: the smallest cell.
        n_more_columns: see `permission.may_show_estimates`.
    """
    allowed = may_show_estimates(comparison, settings, n_more_columns)
    seen = {f for pair in pairs if pair.shown for f in (pair.this, pair.than)}
    rows = []
    for therapy_format in FORMAT_IDS:
        shown = allowed and therapy_format in seen
        numbers = show_range(comparison.mean(therapy_format), shown=shown)
        rows.append(FormatRate(format=therapy_format, shown=shown, **numbers))
    return tuple(rows)


def name_times(printed: Range, df: float | None, settings: Settings) -> Times | None:
    """Give how many times as many children would give an answer, coarsely and rounded upwards.

    It is worked out from what is printed, because a number of children would give away the exact
    count that it was multiplied from.

    Args:
        printed: an interval as it is printed.
        df: its degrees of freedom as they are printed.
        settings: the margin and the level of confidence.

    Returns:
        One of a few multiples; None where the interval is narrow enough, or not shown.
    """
    low, high = printed["conf_low"], printed["conf_high"]
    if low is None or high is None or df is None:
        return None
    error = (high - low) / 2 / float(student_quantile(settings.confidence, df))
    factor = labels.size_factor(error, df, settings)
    if factor <= 1:
        return None
    return next((name for most, name in TIMES if factor <= most), "five")
