"""What would change what is said: children who left, something unrecorded.

In: the study's decisions, the dropout grid and the robustness of the main analysis. Out:
labels for every assumption, and the movement of an estimate that would take its label away.
Decisions: an answer is called changed when its label or the format it names is
another; which labels could only grow weaker is not asked (METHODS.md, "How sure?").
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from analysis.comparison.dropout import DropoutGrid
from analysis.comparison.result import Comparison, Row
from analysis.comparison.unmeasured_confounding import UnmeasuredConfounding
from analysis.decisions.decide import Decision
from analysis.decisions.error_rate import find_level
from analysis.decisions.favoured import find_doubted
from analysis.decisions.labels import Label, decide_label, narrower
from analysis.models.results import student_quantile
from analysis.settings import Settings
from analysis.vocabulary import (
    AHEAD,
    CANNOT_TELL,
    DEPENDS,
    FASTER_IMPORTANT,
    GROWTH_OPEN,
    NO_IMPORTANT_DIFFERENCE,
    RULES_OUT,
)
from analysis.vocabulary import Label as LabelName


@dataclass(frozen=True)
class Tipping:
    """The mildest assumption about children who left that changes what is said of a pair.

    Attributes:
        this, than: the pair.
        changed: whether any assumption on the grid changes it.
        delta_this, delta_than: the mildest one; NaN when none does.
        label: what is said then; "" when nothing changes.
    """

    this: str
    than: str
    changed: bool
    delta_this: float = math.nan
    delta_than: float = math.nan
    label: LabelName | Literal[""] = ""


@dataclass(frozen=True)
class Overturn:
    """How much something unrecorded would have to matter to change what is said of a pair.

    Attributes:
        this, than: the pair.
        movement: movement of the estimate that takes the label away, in the unit of the rate; NaN
            when what is said claims nothing that could be taken away.
        trait: the recorded trait it is measured against, or "".
        times: how many times as much as that trait it would have to matter.
    """

    this: str
    than: str
    movement: float
    trait: str
    times: float


def label_grid(grid: DropoutGrid, decisions: Sequence[Decision], settings: Settings) -> DropoutGrid:
    """Give the grid with the label of every assumption; pairs not compared lose their rows.

    Args:
        grid: assumptions about children who left.
        decisions: the study's, of the main pairs.
        settings: margin and levels of confidence.
    """
    shown = {(d.this, d.than): d for d in decisions if not d.blocked_by}
    pairs = list(zip(grid.table["this"].tolist(), grid.table["than"].tolist(), strict=True))
    kept = np.array([pair in shown for pair in pairs], dtype=bool)
    table = grid.table[kept].reset_index(drop=True)
    columns = ("this", "than", "estimate", "std_error", "df", "p_value", "p_adjusted")
    alone = len(set(pairs)) == 1
    labels = [
        _label_cell(dict(zip(columns, row, strict=True)), shown[row[0], row[1]], alone, settings)
        for row in zip(*(table[name].tolist() for name in columns), strict=True)
    ]
    table = table.assign(
        label=[label.name for label in labels], ahead=[label.ahead for label in labels]
    )
    return replace(grid, table=table)


def _label_cell(row: Row, decision: Decision, alone: bool, settings: Settings) -> Label:
    """Label one assumption by the rules of the main answer; what other models say is kept."""
    if any(gate.name == "precision" for gate in decision.failed):
        return Label(CANNOT_TELL)
    doubted = find_doubted(decision.favoured, (decision.this, decision.than))
    label = decide_label(row["estimate"], row["std_error"], row["df"], settings, doubted)
    level = find_level(row["p_value"], row["p_adjusted"], alone, settings)
    if label.name in AHEAD and (row["p_value"] >= level or decision.unsettled == GROWTH_OPEN):
        return Label(RULES_OUT, label.ahead)
    if label.name in AHEAD and decision.label == DEPENDS:
        return Label(DEPENDS, label.ahead)
    return label


def find_tipping_points(
    labelled: DropoutGrid, decisions: Sequence[Decision]
) -> tuple[Tipping, ...]:
    """Find the mildest assumption that changes what is said, for each main pair compared.

    Args:
        labelled: the answer of `label_grid`.
        decisions: the study's, of the main pairs.
    """
    return tuple(
        find_tipping(labelled.table, d.this, d.than) for d in decisions if not d.blocked_by
    )


def find_overturns(
    decisions: Sequence[Decision],
    primary: Comparison,
    unmeasured: UnmeasuredConfounding,
    settings: Settings,
) -> tuple[Overturn, ...]:
    """Find how much something unrecorded would have to matter, for each main pair compared.

    Args:
        decisions: the study's, of the main pairs.
        primary: the main comparison.
        unmeasured: strength of the recorded traits.
        settings: margin and levels of confidence.
    """
    alone = int(np.isfinite(primary.by_pair["p_value"]).sum()) == 1
    return tuple(
        find_overturn(d, primary.pair(d.this, d.than), unmeasured, settings, alone=alone)
        for d in decisions
        if not d.blocked_by
    )


def find_tipping(labelled: pd.DataFrame, this: str, than: str) -> Tipping:
    """Find the mildest assumption that changes what is said of a pair.

    Mildest: the smallest sum of both deltas, then the smaller of the larger ones.

    Args:
        labelled: the table of a labelled grid.
        this: first format of the pair.
        than: second format.
    """
    own = labelled[(labelled["this"] == this) & (labelled["than"] == than)]
    base = own[(own["delta_this"] == 0) & (own["delta_than"] == 0)].iloc[0]
    other = own[(own["label"] != base["label"]) | (own["ahead"] != base["ahead"])]
    if other.empty:
        return Tipping(this, than, False)
    deltas = other[["delta_this", "delta_than"]].to_numpy()
    first = other.iloc[np.lexsort((deltas.max(axis=1), deltas.sum(axis=1)))[0]]
    return Tipping(this, than, True, first["delta_this"], first["delta_than"], first["label"])


def find_overturn(
    decision: Decision,
    row: Row,
    unmeasured: UnmeasuredConfounding,
    settings: Settings,
    *,
    alone: bool = False,
) -> Overturn:
    """Find how much something unrecorded would have to matter to change what is said.

    Args:
        decision: what is said of the pair.
        row: its row of the main comparison.
        unmeasured: strength of the recorded traits.
        settings: margin and levels of confidence.
        alone: whether it is the only pair there is.
    """
    movement = _reach(decision, row, alone, settings)
    if not movement > 0:
        return Overturn(decision.this, decision.than, math.nan, "", math.nan)
    trait, times = unmeasured.times(decision.this, decision.than, movement)
    return Overturn(decision.this, decision.than, movement, trait, times)


def _reach(decision: Decision, row: Row, alone: bool, settings: Settings) -> float:
    """Give how far the interval can move before its label goes; NaN if it claims nothing."""
    low, high, margin = row["conf_low"], row["conf_high"], settings.margin
    half = (high - low) / 2 * narrower(row["df"], settings)
    narrow_low, narrow_high = row["estimate"] - half, row["estimate"] + half
    if decision.label == NO_IMPORTANT_DIFFERENCE:
        return min(margin - narrow_high, narrow_low + margin)
    nearer = low if decision.ahead == decision.this else -high
    if decision.label in AHEAD:
        level = find_level(row["p_value"], row["p_adjusted"], alone, settings)
        stricter = student_quantile(1 - level, row["df"])
        enough = abs(row["estimate"]) - float(stricter) * row["std_error"]
        return min(nearer - margin if decision.label == FASTER_IMPORTANT else nearer, enough)
    if decision.label == RULES_OUT:
        return (narrow_low if decision.ahead == decision.this else -narrow_high) + margin
    return math.nan
