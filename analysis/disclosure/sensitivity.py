"""What could change the answer, as it may be shown: children who left, things unrecorded, size.

In: a study that was asked in other ways. Out: `SensitivityPart`. Decisions: what children who
left would change is shown only where enough left both formats of a pair.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import pandas as pd

from analysis.comparison.negative_controls import NegativeControls
from analysis.comparison.sample_size import SampleSize
from analysis.comparison.unmeasured_confounding import UnmeasuredConfounding
from analysis.decisions.decide import Decision
from analysis.disclosure.cohort import BASELINE
from analysis.disclosure.comparisons import name_pair, name_times, show_range
from analysis.disclosure.fields import Trait, one_of
from analysis.disclosure.permission import (
    may_show_asked,
    may_show_dropout,
    may_show_estimates,
    may_show_pair,
)
from analysis.disclosure.rows import Pair
from analysis.disclosure.rules import (
    SHARE_STEP,
    show_count,
    show_df,
    show_estimate,
    show_steps,
    show_times,
)
from analysis.disclosure.sensitivity_rows import (
    Benchmark,
    Control,
    Dropout,
    DropoutCell,
    JointTest,
    PlannedSize,
    Spread,
    ToRecord,
    Unrecorded,
)
from analysis.disclosure.summary import GrowthSpreads, PlanningPart, SensitivityPart
from analysis.models.rubin import PooledTest
from analysis.models.unmeasured_confounding import (
    Strength,
    bound_strength,
    robustness_value,
    times_as_strong,
)

if TYPE_CHECKING:
    from analysis.study import Study

ControlId = Literal["energy", "motivation", "start_level"]
SpreadId = Literal["therapy group", "child", "goal"]
GROUP_SHARE_STEP = 5
DEVIATIONS = 1.645  # one side of 5% for each of the two shares


def publish_sensitivity(study: Study, told: frozenset[Trait]) -> SensitivityPart | None:
    """Give everything asked beside the main analysis; None where nothing was.

    Args:
        study: the study.
        told: traits of which each format's number is printed (`cohort.traits_told`).
    """
    if study.sensitivity is None:
        return None
    decisions, asked = study.verdicts.decisions, study.sensitivity
    unmeasured = asked.unmeasured
    return SensitivityPart(
        growth=_publish_growth(study),
        dropout=tuple(_publish_dropout(study, decision) for decision in decisions),
        unrecorded=tuple(
            _publish_unrecorded(unmeasured, study, decision) for decision in decisions
        ),
        benchmarks=_publish_benchmarks(unmeasured, study, told),
        strongest=tuple(
            dict.fromkeys(
                row["strongest"]
                for row in unmeasured.table.to_dict("records")
                if row["strongest"] and may_show_pair(study, row["this"], row["than"])
            )
        ),
        controls=_publish_controls(asked.controls, study, told),
        planning=_publish_planning(asked.sample_size, study),
        imputed_test=_publish_test(asked.imputed_test, study),
    )


def _publish_benchmarks(
    unmeasured: UnmeasuredConfounding, study: Study, told: frozenset[Trait]
) -> tuple[Benchmark, ...]:
    """Give how far something as strong as each trait would move a pair, if it is told."""
    return tuple(
        Benchmark(
            this=row["this"],
            than=row["than"],
            trait=row["trait"],
            r2_outcome=show_steps(row["r2_outcome"], SHARE_STEP),
            r2_format=show_steps(row["r2_format"], SHARE_STEP),
            bias=show_estimate(row["bias"]),
        )
        for row in unmeasured.benchmarks.to_dict("records")
        if may_show_pair(study, row["this"], row["than"]) and row["trait"] in told
    )


def _publish_growth(study: Study) -> GrowthSpreads | None:
    """Give the spreads of the growth model, where its estimates may be shown."""
    growth = study.growth
    if not may_show_asked(growth.comparison, study.settings):
        return None
    spreads = tuple(
        Spread(
            id=spread["level"],
            middle=show_estimate(spread["middle"]),
            slope=show_estimate(spread["slope"]),
        )
        for spread in growth.spreads.to_dict("records")
    )
    return GrowthSpreads(
        spreads=spreads,
        zero=tuple(one_of(SpreadId, name) for name in growth.zero),
        left_out=tuple(one_of(SpreadId, name) for name in growth.left_out),
    )


def _publish_dropout(study: Study, decision: Decision) -> Dropout:
    """Give a pair's grid of labels, and the mildest assumption that changes what is said."""
    head = name_pair(decision.this, decision.than)
    grid = study.verdicts.dropout
    if grid is None or not may_show_dropout(study, decision.this, decision.than):
        return Dropout(**head)
    tipping = next(
        t for t in study.verdicts.tipping if (t.this, t.than) == (decision.this, decision.than)
    )
    changed = tipping.changed
    return Dropout(
        **head,
        shown=True,
        changed=changed,
        percent_this=round(100 * tipping.delta_this) if changed else None,
        percent_than=round(100 * tipping.delta_than) if changed else None,
        label=tipping.label or None,
        cells=_publish_cells(grid.table, decision),
    )


def _publish_cells(table: pd.DataFrame, decision: Decision) -> tuple[DropoutCell, ...]:
    own = table[(table["this"] == decision.this) & (table["than"] == decision.than)]
    head = name_pair(decision.this, decision.than)
    ahead = {"this": head["this"], "than": head["than"]}
    return tuple(
        DropoutCell(
            percent_this=round(100 * cell["delta_this"]),
            percent_than=round(100 * cell["delta_than"]),
            label=cell["label"],
            ahead=ahead.get(cell["ahead"]),
            estimate=show_estimate(cell["estimate"]),
        )
        for cell in own.to_dict("records")
    )


def _publish_unrecorded(
    unmeasured: UnmeasuredConfounding, study: Study, decision: Decision
) -> Unrecorded:
    """Give how much something unrecorded would have to matter for one pair."""
    pair, table = (decision.this, decision.than), unmeasured.table
    own = table[(table["this"] == decision.this) & (table["than"] == decision.than)]
    head = name_pair(*pair)
    if not may_show_pair(study, *pair) or len(own) != 1:
        return Unrecorded(**head)
    numbers = own.iloc[0]
    overturn = next(o for o in study.verdicts.overturn if (o.this, o.than) == pair)
    times = share = movement = low = high = None
    if math.isfinite(overturn.movement):
        statistic = overturn.movement / numbers["plain_std_error"]
        movement = show_estimate(overturn.movement)
        times = show_times(overturn.times)
        share = max(round(100 * robustness_value(statistic, numbers["plain_df"])), 1)
        low, high = _bound_times(unmeasured, study, decision, share)
    return Unrecorded(
        **head,
        shown=True,
        robustness=show_steps(numbers["robustness"], SHARE_STEP),
        robustness_of_range=show_steps(numbers["robustness_of_range"], SHARE_STEP),
        bias=show_estimate(numbers["bias"]),
        e_value=show_estimate(numbers["e_value"]),
        e_value_of_range=show_estimate(numbers["e_value_of_range"]),
        trait=numbers["strongest"] or None,
        times=times,
        times_low=low,
        times_high=high,
        share=share,
        movement=movement,
    )


def _bound_times(
    unmeasured: UnmeasuredConfounding, study: Study, decision: Decision, percent: int
) -> tuple[float | None, float | None]:
    """Give at least and at most how many times the strongest trait it takes.

    From what is printed: its explained shares in their steps, the children compared, and the
    share that something unrecorded would have to explain.
    """
    found = unmeasured.strength_of(decision.this, decision.than)
    counts = [show_count(n, study.settings) or 0 for n in study.cohort.n_children.values()]
    df = sum(counts) - len(study.covariates.centred.columns) - len(counts)
    if found is None or df <= 1:
        return None, None
    reached = (percent / 100) ** 2 / (1 - percent / 100)
    ends = []
    for side in (1.0, -1.0):
        shares = (
            min(
                max((show_steps(r2, SHARE_STEP) or 0.0) + side * SHARE_STEP / 2, 0.0),
                1 - SHARE_STEP,
            )
            for r2 in (found.r2_outcome, found.r2_format)
        )
        bound = bound_strength(Strength(*shares), df, side * DEVIATIONS)
        ends.append(show_times(times_as_strong(bound, math.sqrt(reached), 1.0, 1.0)))
    return ends[0], ends[1]


def _publish_controls(
    controls: NegativeControls, study: Study, told: frozenset[Trait]
) -> tuple[Control, ...]:
    """Give every control, that of the start level only where the start level is told."""
    rows = []
    for name, comparison in controls.comparisons.items():
        own = controls.table[controls.table["control"] == name]
        held_back = name == "start_level" and BASELINE not in told
        shown = may_show_asked(comparison, study.settings) and not held_back
        pairs = tuple(
            Pair(**name_pair(row["this"], row["than"]), **show_range(row))
            for row in own.to_dict("records")
            if shown
        )
        rows.append(
            Control(
                id=one_of(ControlId, name),
                shown=shown,
                failed=bool(own["failed"].any()) if shown else None,
                pairs=pairs,
                withheld=comparison.withheld or ("few_left_to_print" if held_back else None),
            )
        )
    return tuple(rows)


def _publish_planning(size: SampleSize, study: Study) -> PlanningPart:
    share, step = size.group_share, GROUP_SHARE_STEP
    known = math.isfinite(share) and may_show_estimates(study.comparison, study.settings)
    return PlanningPart(
        pairs=tuple(_publish_size(size, study, decision) for decision in study.verdicts.decisions),
        group_share=int(step * round(100 * share / step)) if known else None,
        to_record=tuple(ToRecord(table=table, column=column) for table, column in size.to_record),
    )


def _publish_size(size: SampleSize, study: Study, decision: Decision) -> PlannedSize:
    """Give what it would take to know about one pair."""
    table = size.table
    own = table[(table["this"] == decision.this) & (table["than"] == decision.than)]
    head = name_pair(decision.this, decision.than)
    if not may_show_pair(study, decision.this, decision.than) or len(own) != 1:
        return PlannedSize(**head)
    row = study.comparison.pair(decision.this, decision.than)
    ends = show_range(row)
    low, high = ends["conf_low"], ends["conf_high"]
    return PlannedSize(
        **head,
        shown=True,
        half_width=None if low is None or high is None else show_estimate((high - low) / 2),
        reachable=show_estimate(own.iloc[0]["reachable"]),
        times=name_times(ends, show_df(row["df"]), study.settings),
    )


def _publish_test(test: PooledTest | None, study: Study) -> JointTest | None:
    if test is None or not may_show_estimates(study.comparison, study.settings):
        return None
    return JointTest(
        statistic=show_estimate(test.statistic),
        df_num=int(test.df_num),
        df_denom=show_df(test.df_denom),
        p_value=show_estimate(test.p_value, 3),
    )
