"""What the study may say of each pair: gates and labels brought together.

In: gates, the primary comparison and its relatives. Out: `Findings`. Decisions taken here:
"ahead" needs a difference that survives three comparisons made at once (Shaffer), the
overlap-weighted estimate to agree (same sign, inside the primary interval, at least half the
size), and the growth model's own interval to leave out zero; an interval too wide to answer
says "cannot tell" whatever it is; a format that loses many children is at most suggestive, and
so is an answer that the growth model of every review does not support.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.cards import show_card
from analysis.comparison.result import PAIRS, RATE_UNIT, Comparison
from analysis.decisions.concordance import agrees, settles
from analysis.decisions.gates import BLOCKING, Gate
from analysis.decisions.labels import (
    CANNOT_TELL,
    DEPENDS,
    FASTER_IMPORTANT,
    FASTER_SIZE_UNCERTAIN,
    NOT_COMPARABLE,
    OTHER_UNIT,
    RULES_OUT,
    Label,
    decide_label,
    size_factor,
)
from analysis.settings import Settings

WEAKENING = frozenset({"adjustment", "agreement", "attrition", "measurement", "dominance"})
THREE_AT_ONCE, GROWTH_OPEN = "three_at_once", "growth_open"
AHEAD = (FASTER_IMPORTANT, FASTER_SIZE_UNCERTAIN)


@dataclass(frozen=True)
class Decision:
    """What may be said of one pair.

    Attributes:
        this, than: the pair.
        label: one of `labels.LABEL_TITLES`.
        ahead: the format that is ahead (or not importantly behind), or "".
        certainty: "clear" or "suggestive" (a gate of `WEAKENING` failed; then nobody is
            ahead by enough to matter); "" when not compared.
        failed: the gates that did not pass, in order.
        unsettled: why a difference whose interval leaves out zero is not called ahead: one of
            `THREE_AT_ONCE`, `GROWTH_OPEN`; "" otherwise.
        factor: how many times as many children would narrow the interval to the margin; NaN
            when not compared.
    """

    this: str
    than: str
    label: str
    ahead: str = ""
    certainty: str = ""
    failed: tuple[Gate, ...] = ()
    unsettled: str = ""
    factor: float = math.nan

    @property
    def blocked_by(self) -> Gate | None:
        """The gate that withholds this pair, if any."""
        return next((gate for gate in self.failed if gate.name in BLOCKING), None)


@dataclass(frozen=True, eq=False)
class Findings:
    """The gates and, for each pair, what may be said.

    Attributes:
        gates: every gate asked, passed or not.
        decisions: one for each pair, in the order of `PAIRS`.
    """

    gates: tuple[Gate, ...]
    decisions: tuple[Decision, ...]

    @property
    def table(self) -> pd.DataFrame:
        """One row for each pair: this, than, label, ahead, certainty."""
        columns = ("this", "than", "label", "ahead", "certainty")
        return pd.DataFrame([{c: getattr(d, c) for c in columns} for d in self.decisions])

    def __repr__(self) -> str:
        return "; ".join(
            f"{d.this} against {d.than}: {d.label.replace('_', ' ')}" for d in self.decisions
        )

    _repr_html_ = show_card


def decide_findings(
    gates: tuple[Gate, ...], analyses: Mapping[str, Comparison], settings: Settings
) -> Findings:
    """Decide what may be said of each pair.

    Args:
        gates: the answers of `judge_pairs`.
        analyses: comparisons by id; "primary", "overlap_weighted" and "mixed_growth" are needed.
        settings: margin and levels of confidence.
    """
    return Findings(gates, tuple(_decide(pair, gates, analyses, settings) for pair in PAIRS))


def label_comparison(comparison: Comparison, findings: Findings, settings: Settings) -> Comparison:
    """Give the comparison with its labels; pairs that may not be compared lose their numbers.

    The primary comparison carries the study's decisions; any other carries the label its own
    interval allows, or "other unit" where its unit is not the margin's.

    Args:
        comparison: any comparison of the study.
        findings: the study's decisions.
        settings: margin and levels of confidence.
    """
    labels, columns = [], comparison.by_pair
    numbers = zip(*(columns[name] for name in ("estimate", "std_error", "df")), strict=True)
    for decision, row in zip(findings.decisions, numbers, strict=True):
        if decision.blocked_by:
            labels.append(NOT_COMPARABLE)
        elif comparison.id == "primary":
            labels.append(decision.label)
        elif comparison.unit != RATE_UNIT:
            labels.append(OTHER_UNIT)
        else:
            labels.append(decide_label(*row, settings).name)
    return replace(comparison, by_pair={**columns, "label": np.array(labels)})


def _decide(
    pair: tuple[str, str],
    gates: tuple[Gate, ...],
    analyses: Mapping[str, Comparison],
    settings: Settings,
) -> Decision:
    failed = tuple(g for g in gates if (g.this, g.than) == pair and not g.passed)
    names = {gate.name for gate in failed}
    if names & set(BLOCKING):
        return Decision(*pair, NOT_COMPARABLE, failed=failed)
    row, weighted, growth = (
        analyses[id].pair(*pair) for id in ("primary", "overlap_weighted", "mixed_growth")
    )
    label = decide_label(row["estimate"], row["std_error"], row["df"], settings)
    unsettled = ""
    if "precision" in names:
        label = Label(CANNOT_TELL)
    elif label.name in AHEAD and row["p_adjusted"] >= settings.error_rate:
        label, unsettled = Label(RULES_OUT, label.ahead), THREE_AT_ONCE
    elif label.name in AHEAD and not agrees(row, weighted, settings):
        label = Label(DEPENDS, label.ahead)
    elif label.name in AHEAD and not settles(row, growth):
        label, unsettled = Label(RULES_OUT, label.ahead), GROWTH_OPEN
    weak = bool(names & WEAKENING)
    if weak and label.name == FASTER_IMPORTANT:
        label = Label(FASTER_SIZE_UNCERTAIN, label.ahead)
    factor = size_factor(row["std_error"], row["df"], settings.margin, settings.confidence)
    certainty = "suggestive" if weak else "clear"
    ahead = {"this": pair[0], "than": pair[1]}.get(label.ahead, "")
    return Decision(*pair, label.name, ahead, certainty, failed, unsettled, factor)
