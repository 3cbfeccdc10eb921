"""What may be said of each pair: gates and labels brought together.

In: gates, the primary comparison and its relatives; a comparison beside the main one and who was
in it. Out: one `Decision` for each pair. Decisions: "ahead" needs a difference that is settled with
all that the report compares (`error_rate`), the overlap-weighted estimate to agree (same sign,
inside the primary interval, at least half the size), and the growth model's own interval to leave
out zero; an interval too wide to answer says "cannot tell" whatever it is; a format that loses many
children is at most suggestive, and so is an answer that the growth model of every review does not
support; a format that a fault favours is not trusted to be ahead, level or not behind (`favoured`),
here and in comparisons of the same outcome beside the main one. Beside it, a comparison between
children is withheld where the main one is; one of children with themselves needs no likeness
between formats, only enough children and therapy groups of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from analysis.comparison.arms import count_sides
from analysis.comparison.result import PAIRS, Comparison, PairOfFormats, Row
from analysis.decisions.error_rate import Settled, Side, is_settled
from analysis.decisions.favoured import find_all_favoured, find_doubted
from analysis.decisions.gates import Gate, judge_size
from analysis.decisions.labels import Label, agrees, decide_label, settles
from analysis.settings import Settings
from analysis.vocabulary import (
    AHEAD,
    BLOCKING,
    CANNOT_TELL,
    DEPENDS,
    FASTER_IMPORTANT,
    FASTER_SIZE_UNCERTAIN,
    FAVOURED,
    GROWTH_OPEN,
    LOOKED_BEFORE,
    NOT_COMPARABLE,
    OTHER_UNIT,
    RULES_OUT,
    THREE_AT_ONCE,
    Certainty,
    Unsettled,
)
from analysis.vocabulary import Label as LabelName

BESIDE_BY_FORMAT = frozenset({"goal_timing", "raters", "reviews", "leaving", "endings"})
WEAKENING = BESIDE_BY_FORMAT | frozenset(
    {"adjustment", "agreement", "timing", "waiting", "attrition", "measurement", "dominance"}
)


@dataclass(frozen=True)
class Decision:
    """What may be said of one pair.

    Attributes:
        this, than: the pair.
        label: one of `vocabulary.Label`.
        ahead: the format that is ahead (or not importantly behind), or "".
        certainty: "clear" or "suggestive" (a gate of `WEAKENING` failed; then nobody is
            ahead by enough to matter); "" when not compared.
        failed: the gates that did not pass, in order.
        settled: whether the family of `error_rate` lets the report state this difference.
        unsettled: why a difference whose interval leaves out zero is not called ahead, or why
            an interval is not trusted: one of `vocabulary.Unsettled`; "" otherwise.
        favoured: the formats of the pair that may look ahead through a fault.
    """

    this: str
    than: str
    label: LabelName
    ahead: str = ""
    certainty: Certainty | Literal[""] = ""
    failed: tuple[Gate, ...] = ()
    settled: bool = False
    unsettled: Unsettled | Literal[""] = ""
    favoured: tuple[str, ...] = ()

    @property
    def blocked_by(self) -> Gate | None:
        """The gate that withholds this pair, if any."""
        return next((gate for gate in self.failed if gate.name in BLOCKING), None)


def decide_pairs(
    gates: Sequence[Gate], analyses: Mapping[str, Comparison], settings: Settings
) -> tuple[Decision, ...]:
    """Decide what may be said of each pair, in the order of `PAIRS`.

    Args:
        gates: the answers of `judge_pairs`.
        analyses: comparisons by id; "primary", "overlap_weighted" and "mixed_growth" are needed.
        settings: margin and levels of confidence.
    """
    return tuple(_decide(pair, gates, analyses, settings) for pair in PAIRS)


def take_sides(decisions: Sequence[Decision]) -> tuple[Side, ...]:
    """Give what the main pairs hand to `error_rate.settle_family`."""
    return tuple(None if d.blocked_by else _side(d) if d.label in AHEAD else "" for d in decisions)


def _side(decision: Decision) -> Side:
    return "this" if decision.ahead == decision.this else "than"


def settle_decisions(
    decisions: Sequence[Decision], question: str, settled: Settled, *, labelled: bool = True
) -> tuple[Decision, ...]:
    """Keep "ahead" only for the pairs that the family lets the report state.

    Args:
        decisions: the answer of `decide_other`.
        question: the name of the question in `settled`.
        settled: what may be stated.
        labelled: whether the margin is one of this question, so that its labels mean something.
    """
    answer = []
    for k, decision in enumerate(decisions):
        holds = settled.holds(question, k)
        if labelled and decision.label in AHEAD and not holds:
            answer.append(replace(decision, label=RULES_OUT))
        else:
            answer.append(replace(decision, settled=holds and _can(decision, labelled)))
    return tuple(answer)


def _can(decision: Decision, labelled: bool) -> bool:
    return decision.label in AHEAD or (not labelled and decision.label != NOT_COMPARABLE)


def decide_other(
    comparison: Comparison,
    table: pd.DataFrame,
    settings: Settings,
    main: Sequence[Decision] = (),
    *,
    scale: float = 1.0,
    same_outcome: bool = True,
) -> tuple[Decision, ...]:
    """Decide what may be said of each pair of a comparison beside the main one.

    Args:
        comparison: what was compared.
        table: the rows of `Cohort.table` it was made of.
        settings: the rules' numbers, margin and levels of confidence.
        main: the main comparison's decisions, which withhold this one's pairs too; none for
            comparisons of children with themselves.
        scale: how many units of the estimate are compared with the margin.
        same_outcome: whether what favours a format in the main comparison favours it here.
    """
    sides = count_sides(table)
    blocked = {(d.this, d.than): d.blocked_by for d in main}
    favoured = {(d.this, d.than): d.favoured for d in main if same_outcome}
    decisions: list[Decision] = []
    for this, than in PAIRS:
        gate = blocked.get((this, than))
        if gate is None:
            fault = judge_size(sides, comparison, (this, than), settings)
            gate = fault.close("compare", (this, than)) if fault else None
        if gate is not None:
            decisions.append(Decision(this, than, NOT_COMPARABLE, failed=(gate,)))
            continue
        row, own = comparison.pair(this, than), favoured.get((this, than), ())
        doubted = find_doubted(own, (this, than))
        estimate, std_error = scale * row["estimate"], scale * row["std_error"]
        label = decide_label(estimate, std_error, row["df"], settings, doubted)
        ahead = {"this": this, "than": than}.get(label.ahead, "")
        decisions.append(Decision(this, than, label.name, ahead, favoured=own))
    return tuple(decisions)


def label_comparison(
    comparison: Comparison, decisions: Sequence[Decision], settings: Settings
) -> Comparison:
    """Give the comparison with its labels; pairs that may not be compared lose their numbers.

    The primary comparison carries the study's decisions; any other carries the label its own
    interval allows, or "other unit" where its unit is not the margin's.

    Args:
        comparison: any comparison of the study.
        decisions: the study's, of the main pairs.
        settings: margin and levels of confidence.
    """
    labels: list[str] = []
    columns = comparison.by_pair
    numbers = (columns[name].tolist() for name in ("estimate", "std_error", "df"))
    for decision, estimate, std_error, df in zip(decisions, *numbers, strict=True):
        if decision.blocked_by:
            labels.append(NOT_COMPARABLE)
        elif comparison.id == "primary":
            labels.append(decision.label)
        elif comparison.unit != "rate":
            labels.append(OTHER_UNIT)
        else:
            doubted = find_doubted(decision.favoured, (decision.this, decision.than))
            labels.append(decide_label(estimate, std_error, df, settings, doubted).name)
    return replace(comparison, by_pair={**columns, "label": np.array(labels)})


def _decide(
    pair: PairOfFormats,
    gates: Sequence[Gate],
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
    favoured = find_all_favoured(failed, pair)
    doubted = find_doubted(favoured, pair)
    label = decide_label(row["estimate"], row["std_error"], row["df"], settings, doubted)
    unsettled: Unsettled | Literal[""] = ""
    if "precision" in names:
        label = Label(CANNOT_TELL)
    elif label.name in AHEAD and not is_settled(row, analyses["primary"], settings):
        label, unsettled = Label(RULES_OUT, label.ahead), _why_open(row, analyses, settings)
    elif label.name in AHEAD and not agrees(row, weighted, settings):
        label = Label(DEPENDS, label.ahead)
    elif label.name in AHEAD and not settles(row, growth):
        label, unsettled = Label(RULES_OUT, label.ahead), GROWTH_OPEN
    if favoured and label.name not in AHEAD:
        unsettled = FAVOURED
    weak = bool(names & WEAKENING)
    if weak and label.name == FASTER_IMPORTANT:
        label = Label(FASTER_SIZE_UNCERTAIN, label.ahead)
    certainty: Certainty = "suggestive" if weak else "clear"
    ahead = {"this": pair[0], "than": pair[1]}.get(label.ahead, "")
    settled = label.name in AHEAD
    return Decision(*pair, label.name, ahead, certainty, failed, settled, unsettled, favoured)


def _why_open(row: Row, analyses: Mapping[str, Comparison], settings: Settings) -> Unsettled:
    """Tell whether a difference would have been settled in the first report of a chain."""
    first = replace(settings, look_share=None)
    settled = is_settled(row, analyses["primary"], first)
    return LOOKED_BEFORE if settled else THREE_AT_ONCE
