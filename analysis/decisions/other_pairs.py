"""What may be said of the pairs in questions beside the main one.

In: a comparison asked beside the main one, and who was in it. Out: one `Decision` for each
pair. Decisions taken here: a comparison between children is withheld where the main one is;
one of children with themselves needs no likeness between formats, only enough children and
therapy groups of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.comparison.arms import count_sides
from analysis.comparison.result import PAIRS, Comparison
from analysis.decisions.decide import Decision
from analysis.decisions.gates import Gate, judge_size
from analysis.decisions.labels import NOT_COMPARABLE, decide_label
from analysis.settings import Settings


def decide_other(
    comparison: Comparison,
    table: pd.DataFrame,
    settings: Settings,
    main: Sequence[Decision] = (),
    *,
    scale: float = 1.0,
) -> tuple[Decision, ...]:
    """Decide what may be said of each pair of a comparison beside the main one.

    Args:
        comparison: what was compared.
        table: the rows of `Cohort.table` it was made of.
        settings: the rules' numbers, margin and levels of confidence.
        main: the main comparison's decisions, which withhold this one's pairs too; none for
            comparisons of children with themselves.
        scale: how many units of the estimate are compared with the margin.
    """
    sides = count_sides(table)
    blocked = {(d.this, d.than): d.blocked_by for d in main}
    decisions = []
    for this, than in PAIRS:
        gate = blocked.get((this, than))
        if gate is None:
            fault = judge_size(sides, comparison, (this, than), settings)
            gate = Gate("compare", this, than, False, **fault) if fault else None
        if gate is not None:
            decisions.append(Decision(this, than, NOT_COMPARABLE, failed=(gate,)))
            continue
        row = comparison.pair(this, than)
        label = decide_label(scale * row["estimate"], scale * row["std_error"], row["df"], settings)
        ahead = {"this": this, "than": than}.get(label.ahead, "")
        decisions.append(Decision(this, than, label.name, ahead))
    return tuple(decisions)
