"""What one clinic brings where its records stand in the same place: exact estimates of its study.

In: a study, its published summary, a name. Out: `Given`. Decisions: only pairs that the clinic's
own report shows; only estimates and standard errors are exact, everything else is the published
summary's, and nothing of it is shown before it is pooled and rounded.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.clinics.given import ATTAINED, MAIN, WITHIN, Brought, Given, take_report
from analysis.disclosure.fields import PairId
from analysis.disclosure.summary import Summary

if TYPE_CHECKING:
    from analysis.comparison.result import Comparison
    from analysis.study import Study

HUNDRED = 100.0


def take_study(study: Study, summary: Summary, name: str) -> Given:
    """Give what a clinic brings, exactly.

    Args:
        study: its study.
        summary: the summary that `disclosure.release.protect` made of it.
        name: what the person at the keyboard calls it.
    """
    given = take_report(summary, name)
    printed = given.brought
    brought = {MAIN: _exact(printed[MAIN], study.comparison)}
    weighted = study.analyses["overlap_weighted"]
    for id, row in brought[MAIN].items():
        value = float(weighted.pair(*_names(id))["estimate"])
        brought[MAIN][id] = replace(row, weighted=value)
    if study.subgroups is not None:
        brought[WITHIN] = _exact(printed[WITHIN], study.subgroups.kinds.within_child)
    if study.attainment is not None and printed[ATTAINED]:
        week = summary.measure.horizon_weeks
        at_end = study.attainment.by_week[week]
        brought[ATTAINED] = _exact(printed[ATTAINED], at_end, HUNDRED)
    return replace(given, brought={**printed, **brought})


def _exact(
    printed: Mapping[PairId, Brought], comparison: Comparison, scale: float = 1.0
) -> dict[PairId, Brought]:
    rows: dict[PairId, Brought] = {}
    for id, row in printed.items():
        found = comparison.pair(*_names(id))
        estimate, error = scale * float(found["estimate"]), scale * float(found["std_error"])
        if math.isfinite(estimate) and error > 0:
            rows[id] = replace(row, estimate=estimate, std_error=error)
    return rows


def _names(id: PairId) -> tuple[str, str]:
    this, _, than = id.partition("-")
    return this, than
