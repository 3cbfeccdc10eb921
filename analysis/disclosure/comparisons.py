"""Comparisons beside the main one through the door: pairs and formats, holes closed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from analysis.comparison.result import Comparison
from analysis.decisions import labels
from analysis.decisions.decide import Decision
from analysis.disclosure.answer import publish_gate
from analysis.disclosure.rules import may_show_model, show_estimate
from analysis.records.schema import FORMATS
from analysis.settings import Settings

if TYPE_CHECKING:
    from analysis.study import Study

Row = dict[str, object]


def may_show_comparison(
    comparison: Comparison, settings: Settings, n_more_columns: int = 0
) -> bool:
    """Tell whether a comparison's estimates may be shown at all.

    Args:
        comparison: any comparison; its `means` say how many children of each format it holds.
        settings: the smallest cell.
        n_more_columns: columns estimated besides formats and covariates.
    """
    sizes = [int(n) for n in comparison.means["n_children"] if n]
    n_columns = len(sizes) + len(comparison.adjusted_for) + n_more_columns
    return len(sizes) > 1 and may_show_model(sizes, n_columns, settings)


def publish_other_pairs(
    comparison: Comparison,
    decisions: Sequence[Decision],
    settings: Settings,
    *,
    scale: float = 1.0,
    n_more_columns: int = 0,
) -> list[Row]:
    """Give each pair of a comparison beside the main one, None where it may not be shown.

    Args:
        comparison: the comparison.
        decisions: what may be said of its pairs.
        settings: the smallest cell and the levels of confidence.
        scale: the estimates are multiplied by this before rounding.
        n_more_columns: see `may_show_comparison`.
    """
    allowed = may_show_comparison(comparison, settings, n_more_columns)
    rows = []
    for decision in decisions:
        row = comparison.pair(decision.this, decision.than)
        shown = allowed and decision.label != labels.NOT_COMPARABLE
        middle, half = scale * row["estimate"], scale * (row["conf_high"] - row["conf_low"]) / 2
        narrow = half * labels.narrower(row["df"], settings) if shown else math.nan
        numbers = {
            "estimate": middle,
            "conf_low": middle - half,
            "conf_high": middle + half,
            "narrow_low": middle - narrow,
            "narrow_high": middle + narrow,
        }
        rows.append(
            {
                "id": f"{decision.this}-{decision.than}",
                "this": decision.this,
                "than": decision.than,
                "label": decision.label,
                "ahead": decision.ahead or None,
                "shown": shown,
                **{k: show_estimate(v) if shown else None for k, v in numbers.items()},
                "p_value": show_estimate(row["p_value"], 3) if shown else None,
                "p_adjusted": show_estimate(row["p_adjusted"], 3) if shown else None,
            }
        )
    return rows


def publish_other_means(
    comparison: Comparison, pairs: Sequence[Row], settings: Settings, n_more_columns: int = 0
) -> list[Row]:
    """Give each format's own estimate, where some pair with it may be shown.

    Args:
        comparison: the comparison.
        pairs: the answer of `publish_other_pairs`.
        settings: the smallest cell.
        n_more_columns: see `may_show_comparison`.
    """
    allowed = may_show_comparison(comparison, settings, n_more_columns)
    seen = {f for pair in pairs if pair["shown"] for f in (pair["this"], pair["than"])}
    rows = []
    for therapy_format in FORMATS:
        row = comparison.means.loc[therapy_format]
        shown = allowed and therapy_format in seen
        numbers = ("estimate", "conf_low", "conf_high")
        rows.append(
            {
                "format": therapy_format,
                "shown": shown,
                **{name: show_estimate(row[name]) if shown else None for name in numbers},
            }
        )
    return rows


def blocking_gate(decision: Decision, settings: Settings) -> Row | None:
    """Give the published gate that withholds a pair, if one does.

    Args:
        decision: what may be said of the pair.
        settings: the smallest cell.
    """
    gate = next((gate for gate in decision.failed), None)
    return publish_gate(gate, settings) if gate else None


def shown_main(study: Study) -> tuple[str, ...]:
    """Give the formats of the pairs that the main comparison may compare.

    Args:
        study: the study.
    """
    names = {
        f
        for d in study.findings.decisions
        if d.label != labels.NOT_COMPARABLE
        for f in (d.this, d.than)
    }
    return tuple(f for f in FORMATS if f in names)
