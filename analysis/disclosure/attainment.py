"""How soon goals reach the expected level, as it may be shown: goals of 100.

In: a study that was asked. Out: `AttainmentPart`. Decisions: natural frequencies with one
denominator; a format is told of in a week only where enough children attained a goal and enough
did not; a week without a single share that may be shown is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.comparison.result import Comparison
from analysis.disclosure.comparisons import publish_pairs, publish_rates
from analysis.disclosure.permission import (
    formats_attaining,
    hazard_columns,
    may_show_estimates,
)
from analysis.disclosure.rows import AttainedShare, SecondPair, SharePair
from analysis.disclosure.rules import leaves_out_zero, round_half_up
from analysis.disclosure.summary import AttainmentPart

if TYPE_CHECKING:
    from analysis.study import Study

OF = 100


def publish_attainment(study: Study) -> AttainmentPart | None:
    """Give shares of goals attained by week; None where it was not asked.

    Args:
        study: the study.
    """
    if study.attainment is None:
        return None
    shares: list[AttainedShare] = []
    pairs: list[SharePair] = []
    for week, comparison in study.attainment.by_week.items():
        own_shares, own_pairs = _publish_week(week, comparison, study)
        shares += own_shares
        pairs += own_pairs
    return AttainmentPart(
        of=OF,
        weeks=tuple(sorted({row.week for row in shares})),
        shares=tuple(shares),
        pairs=tuple(pairs),
        withheld=None if shares else study.attainment.withheld or "few_in_a_format",
    )


def _publish_week(
    week: int, comparison: Comparison, study: Study
) -> tuple[list[AttainedShare], list[SharePair]]:
    settings, n_columns = study.settings, hazard_columns(study)
    if comparison.withheld or not may_show_estimates(comparison, settings, n_columns):
        return [], []
    decisions = study.verdicts.attainment[week]
    told = formats_attaining(study, week)
    found = tuple(
        row if {row.this, row.than} <= set(told) else _hold_back(row)
        for row in publish_pairs(comparison, decisions, settings, n_more_columns=n_columns)
    )
    rates = publish_rates(comparison, found, settings, n_columns)
    shares = [
        AttainedShare(
            week=week,
            format=row.format,
            of_100=_of_100(row.estimate),
            low=_of_100(row.conf_low),
            high=_of_100(row.conf_high),
        )
        for row in rates
        if row.shown and row.format in told
    ]
    pairs = [
        SharePair(
            week=week,
            id=row.id,
            this=row.this,
            than=row.than,
            shown=row.shown,
            settled=row.settled and leaves_out_zero(_of_100(row.conf_low), _of_100(row.conf_high)),
            difference=_of_100(row.estimate),
            low=_of_100(row.conf_low),
            high=_of_100(row.conf_high),
            gate=row.gate,
        )
        for row in found
    ]
    return shares, pairs


def _hold_back(row: SecondPair) -> SecondPair:
    return SecondPair(id=row.id, this=row.this, than=row.than, label=row.label, gate=row.gate)


def _of_100(value: float | None) -> int | None:
    return None if value is None else int(round_half_up(OF * value))
