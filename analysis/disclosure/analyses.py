"""Every way of asking through the door: none may stand beside another it nearly repeats.

Decisions taken here: two analyses that differ in 1 to (smallest cell - 1) children of a
format - left in or out, or with another outcome - are never both printed, because their
difference would be about those few; leaving out one group or therapist at a time is printed as
one range over all of them, rounded outwards.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from analysis.comparison.result import PAIRS, Comparison
from analysis.decisions import labels
from analysis.disclosure.comparisons import may_show_comparison
from analysis.disclosure.rules import ESTIMATE_DECIMALS, enough, show_estimate
from analysis.measures.cohort import count_children
from analysis.records.schema import FORMATS

if TYPE_CHECKING:
    from analysis.study import Study

Row = dict[str, object]

TOO_CLOSE = "it differs from another analysis here by so few children that it could give them away"
OTHER_PAIRS = "it can be asked only of formats that may not be compared"
TOO_FEW = "too few children are left to print it"
RANGE_STEP = 0.05
SAME = 1e-9
NUMBERS = ("estimate", "conf_low", "conf_high")
DECIMALS = {"percentage points": 0}


def publish_ways(study: Study) -> list[Row]:
    """Give every way of asking: its numbers, or why there are none.

    Args:
        study: the study.
    """
    shown: list[np.ndarray] = []
    compared = any(decision.label != labels.NOT_COMPARABLE for decision in study.findings.decisions)
    rows = []
    for name, comparison in study.analyses.items():
        reason = comparison.withheld
        if not reason and study.sensitivity and name in study.sensitivity.left_out:
            rows.append(_publish_ranges(study, name))
            continue
        outcomes = brought_in(comparison, study)
        if not reason and not may_show_comparison(comparison, study.settings):
            reason = TOO_FEW
        if not reason and not all(differ_enough(outcomes, seen, study) for seen in shown):
            reason = TOO_CLOSE
        pairs = [_numbers(comparison, pair, reason) for pair in PAIRS]
        if not reason and any(pair["estimate"] is not None for pair in pairs):
            shown.append(outcomes)
        elif not reason and compared:
            reason = OTHER_PAIRS
        rows.append(_row(comparison, pairs, reason))
    return rows


def brought_in(comparison: Comparison, study: Study) -> np.ndarray:
    """Give what each row of `Cohort.table` brought into a comparison; NaN for nothing.

    Args:
        comparison: any way of asking.
        study: the study.
    """
    table = study.cohort.table
    if comparison.outcomes is not None:
        return comparison.outcomes.reindex(table["episode_id"]).to_numpy(float)
    compared = [f for f in FORMATS if study.comparison.means.loc[f, "n_children"]]
    return np.where(table["format"].isin(compared), table["rate"], np.nan)


def differ_enough(one: np.ndarray, other: np.ndarray, study: Study) -> bool:
    """Tell whether no format's results of two analyses differ by only a few children.

    Args:
        one: what each row of `Cohort.table` brought in.
        other: the same of the other analysis.
        study: the study, for whose children these are.
    """
    same = (np.abs(one - other) <= SAME) | (np.isnan(one) & np.isnan(other))
    if same.all():
        return True
    children = count_children(study.cohort.table, ~same)
    return all(n == 0 or enough(n, study.settings) for n in children.values())


def round_outwards(low: float, high: float) -> tuple[float | None, float | None]:
    """Round a range to the next steps that hold it."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return None, None
    ends = math.floor(low / RANGE_STEP + 1e-9), math.ceil(high / RANGE_STEP - 1e-9)
    return tuple(show_estimate(end * RANGE_STEP) for end in ends)


def _publish_ranges(study: Study, name: str) -> Row:
    comparison, ranges = study.analyses[name], study.sensitivity.left_out[name].table
    allowed = may_show_comparison(study.comparison, study.settings)
    pairs = []
    for this, than in PAIRS:
        own = ranges[(ranges["this"] == this) & (ranges["than"] == than)]
        main = study.comparison.pair(this, than)
        numbers = dict.fromkeys(NUMBERS)
        if allowed and len(own) and main["label"] != labels.NOT_COMPARABLE:
            low, high = round_outwards(own.iloc[0]["conf_low"], own.iloc[0]["conf_high"])
            if low is not None:
                middle = show_estimate(main["estimate"])
                numbers = dict(zip(NUMBERS, (middle, low, high), strict=True))
        pairs.append({"id": f"{this}-{than}", "this": this, "than": than, **numbers})
    reason = "" if allowed else TOO_FEW
    return {**_row(comparison, pairs, reason), "range_over_all": True}


def _row(comparison: Comparison, pairs: list[Row], reason: str) -> Row:
    return {
        "id": comparison.id,
        "title": comparison.title,
        "estimand": comparison.estimand,
        "unit": comparison.unit,
        "pairs": pairs,
        "range_over_all": False,
        "held_back": reason in (TOO_CLOSE, TOO_FEW),
        "withheld": as_clause(reason) or None,
    }


def _numbers(comparison: Comparison, pair: tuple[str, str], reason: str) -> Row:
    row = comparison.pair(*pair)
    shown = not reason and row["label"] != labels.NOT_COMPARABLE
    decimals = DECIMALS.get(comparison.unit, ESTIMATE_DECIMALS)
    return {
        "id": "-".join(pair),
        "this": pair[0],
        "than": pair[1],
        **{name: show_estimate(row[name], decimals) if shown else None for name in NUMBERS},
    }


def as_clause(reason: str) -> str:
    """Give a reason as the end of a sentence: no capital letter, no full stop."""
    text = reason.strip().rstrip(".")
    return text[:1].lower() + text[1:]
