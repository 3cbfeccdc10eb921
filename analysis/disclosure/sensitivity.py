"""How sure? Through the door: left out in turn, children who left, things unrecorded, planning."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.comparison.negative_controls import CONTROLS
from analysis.decisions import labels
from analysis.decisions.decide import Decision
from analysis.decisions.tipping_points import find_overturn, find_tipping, label_grid
from analysis.disclosure.comparisons import may_show_comparison
from analysis.disclosure.rules import enough, show_estimate
from analysis.models.unmeasured_confounding import robustness_value
from analysis.words import sensitivity as words
from analysis.words.sentence import SentenceBook

if TYPE_CHECKING:
    from analysis.study import Study

Row = dict[str, object]
MORE_ROUND = 5
SHARE_STEP = 5
LARGEST_DF = 1e6


def publish_sensitivity(
    study: Study, book: SentenceBook, ways: list[Row], pairs: list[Row]
) -> dict[str, object]:
    """Give everything asked beside the main analysis; `asked` is False when nothing was.

    Args:
        study: the study.
        book: where its sentences are written.
        ways: the published ways of asking.
        pairs: the published pairs of page 1.
    """
    if study.sensitivity is None:
        return {"asked": False}
    withheld = [way for way in ways if way["withheld"]]
    left_out = [way for way in ways if way["range_over_all"]]
    controls = _publish_controls(study)
    strongest = [
        str(row.strongest)
        for row in study.sensitivity.unrecorded.table.itertuples()
        if row.strongest and shown_pair(study, row.this, row.than)
    ]
    return {
        "asked": True,
        "withheld": [
            {"id": sentence.id, "text": book.say(sentence)}
            for sentence in words.say_ways_withheld(withheld, len(ways))
        ],
        "left_out": [
            {"id": way["id"], "title": way["title"], "text": book.say(words.say_left_out(way))}
            for way in left_out
        ],
        "growth": _publish_growth(study, book),
        "dropout": _publish_dropout(study, book),
        "unrecorded": _publish_unrecorded(study, book),
        "benchmarks": _publish_benchmarks(study),
        "wide": book.say(words.say_wide(strongest)),
        "controls": controls,
        "controls_text": book.say(words.say_controls(controls)),
        "planning": _publish_planning(study, book, pairs),
        "imputed_test": _publish_test(study),
    }


def shown_pair(study: Study, this: str, than: str) -> bool:
    """Tell whether the main comparison's numbers of a pair may be shown.

    Args:
        study: the study.
        this: first format of the pair.
        than: second format.
    """
    label = study.comparison.pair(this, than)["label"]
    return label != labels.NOT_COMPARABLE and may_show_comparison(study.comparison, study.settings)


def add_wide_ranges(study: Study, pairs: list[Row]) -> list[Row]:
    """Give the pairs of page 1 with the range if something unrecorded differs too.

    Args:
        study: the study.
        pairs: published pairs, with this and than.

    Returns:
        New rows with wide_low and wide_high, None where there is no such range.
    """
    return [{**pair, **_wide_range(study, str(pair["this"]), str(pair["than"]))} for pair in pairs]


def _wide_range(study: Study, this: str, than: str) -> Row:
    ends = dict.fromkeys(("wide_low", "wide_high"))
    if study.sensitivity is None or not shown_pair(study, this, than):
        return ends
    table = study.sensitivity.unrecorded.table
    row = table[(table["this"] == this) & (table["than"] == than)]
    return ends if row.empty else {name: show_estimate(row.iloc[0][name]) for name in ends}


def _head(study: Study, decision: Decision) -> Row:
    return {
        "id": f"{decision.this}-{decision.than}",
        "this": decision.this,
        "than": decision.than,
        "shown": shown_pair(study, decision.this, decision.than),
    }


def _publish_growth(study: Study, book: SentenceBook) -> Row | None:
    """Give the spreads of the growth model, where its estimates may be shown."""
    growth = study.growth
    if growth.comparison.withheld:
        return None
    if not may_show_comparison(growth.comparison, study.settings):
        return None
    row: Row = {
        "spreads": [
            {
                "id": spread.level,
                "middle": show_estimate(spread.middle),
                "slope": show_estimate(spread.slope),
            }
            for spread in growth.spreads.itertuples()
        ],
        "zero": list(growth.zero),
        "left_out": list(growth.left_out),
    }
    return {**row, "text": book.say(words.say_growth(row))}


def _publish_dropout(study: Study, book: SentenceBook) -> list[Row]:
    """Give each pair's grid of labels, where enough children left both formats."""
    settings, dropout = study.settings, study.sensitivity.dropout
    grid = label_grid(dropout, study.findings, settings)
    rows = []
    for decision in study.findings.decisions:
        row = _head(study, decision)
        n_left = [dropout.n_left.get(f, 0) for f in (decision.this, decision.than)]
        row["shown"] = row["shown"] and all(enough(n, settings) for n in n_left)
        row |= {"changed": None, "percent_this": None, "percent_than": None, "title": None}
        row["cells"] = []
        if row["shown"]:
            tipping = find_tipping(grid.table, decision.this, decision.than)
            row["changed"] = tipping.changed
            if tipping.changed:
                row["percent_this"] = round(100 * tipping.delta_this)
                row["percent_than"] = round(100 * tipping.delta_than)
                row["title"] = labels.LABEL_TITLES[tipping.label]
            row["cells"] = _cells(grid.table, decision)
        row["text"] = book.say(words.say_dropout(row))
        rows.append(row)
    return rows


def _cells(table: pd.DataFrame, decision: Decision) -> list[Row]:
    own = table[(table["this"] == decision.this) & (table["than"] == decision.than)]
    return [
        {
            "percent_this": round(100 * cell.delta_this),
            "percent_than": round(100 * cell.delta_than),
            "label": cell.label,
            "title": labels.LABEL_TITLES[cell.label],
            "ahead": {"this": decision.this, "than": decision.than}.get(cell.ahead),
            "estimate": show_estimate(cell.estimate),
        }
        for cell in own.itertuples()
    ]


def _publish_unrecorded(study: Study, book: SentenceBook) -> list[Row]:
    unrecorded, settings = study.sensitivity.unrecorded, study.settings
    rows = []
    for decision in study.findings.decisions:
        row = _head(study, decision)
        own = unrecorded.table[
            (unrecorded.table["this"] == decision.this)
            & (unrecorded.table["than"] == decision.than)
        ]
        row["shown"] = row["shown"] and len(own) == 1
        names = ("robustness", "robustness_of_range", "bias", "e_value", "e_value_of_range")
        row |= dict.fromkeys((*names, "trait", "times", "share", "movement"))
        if row["shown"]:
            numbers = own.iloc[0]
            row |= {name: show_estimate(numbers[name]) for name in names}
            answer = study.comparison.pair(decision.this, decision.than)
            overturn = find_overturn(decision, answer, unrecorded, settings)
            row["trait"] = numbers["strongest"] or None
            if math.isfinite(overturn.movement):
                statistic = overturn.movement / numbers["plain_std_error"]
                row["movement"] = show_estimate(overturn.movement)
                row["times"] = words.spell_times(overturn.times)
                row["share"] = max(round(100 * robustness_value(statistic, numbers["plain_df"])), 1)
        row["text"] = book.say(words.say_overturn(row))
        rows.append(row)
    return rows


def _publish_benchmarks(study: Study) -> list[Row]:
    """Give how far an unrecorded trait as strong as each recorded one would move each pair."""
    return [
        {
            "id": f"{row.this}-{row.than}.{row.trait}",
            "this": row.this,
            "than": row.than,
            "trait": row.trait,
            "r2_outcome": show_estimate(row.r2_outcome),
            "r2_format": show_estimate(row.r2_format),
            "bias": show_estimate(row.bias),
        }
        for row in study.sensitivity.unrecorded.benchmarks.itertuples()
        if shown_pair(study, row.this, row.than)
    ]


def _publish_controls(study: Study) -> list[Row]:
    controls = study.sensitivity.controls
    rows = []
    for name, comparison in controls.comparisons.items():
        own = controls.table[controls.table["control"] == name]
        shown = not comparison.withheld and may_show_comparison(comparison, study.settings)
        pairs = [
            {
                "id": f"{row.this}-{row.than}",
                "this": row.this,
                "than": row.than,
                "estimate": show_estimate(row.estimate),
                "conf_low": show_estimate(row.conf_low),
                "conf_high": show_estimate(row.conf_high),
            }
            for row in own.itertuples()
            if shown
        ]
        what = CONTROLS[name]
        rows.append(
            {
                "id": name,
                "title": what[:1].upper() + what[1:],
                "unit": comparison.unit,
                "shown": shown,
                "failed": bool(own["failed"].any()) if shown else None,
                "pairs": pairs,
                "withheld": comparison.withheld or None,
            }
        )
    return rows


def _publish_planning(study: Study, book: SentenceBook, pairs: list[Row]) -> dict[str, object]:
    planning, settings = study.sensitivity.planning, study.settings
    rows = []
    for decision, pair in zip(study.findings.decisions, pairs, strict=True):
        row = _head(study, decision)
        own = planning.table[
            (planning.table["this"] == decision.this) & (planning.table["than"] == decision.than)
        ]
        row["shown"] = row["shown"] and len(own) == 1
        row |= dict.fromkeys(("half_width", "reachable", "more_children", "more_groups"))
        if row["shown"]:
            answer = study.comparison.pair(decision.this, decision.than)
            growth = max(decision.factor - 1, 0.0)
            children = int(MORE_ROUND * np.ceil(growth * answer["n_children"] / MORE_ROUND))
            row["half_width"] = show_estimate(own.iloc[0]["half_width"])
            row["reachable"] = show_estimate(own.iloc[0]["reachable"])
            row["more_children"] = pair["more_children"] or children
            row["more_groups"] = int(np.ceil(growth * answer["n_groups"]))
        row["text"] = book.say(words.say_size(row, settings.margin))
        rows.append(row)
    share = planning.group_share
    known = math.isfinite(share) and may_show_comparison(study.comparison, settings)
    return {
        "pairs": rows,
        "group_share": int(SHARE_STEP * round(100 * share / SHARE_STEP)) if known else None,
        "to_record": [{"table": t, "column": c} for t, c in planning.to_record],
        "to_record_text": book.say(words.say_to_record(planning.to_record)),
    }


def _publish_test(study: Study) -> Row | None:
    test = study.sensitivity.imputed_test
    if test is None or not may_show_comparison(study.comparison, study.settings):
        return None
    return {
        "statistic": show_estimate(test.statistic),
        "df_num": int(test.df_num),
        "df_denom": show_estimate(min(test.df_denom, LARGEST_DF), 0),
        "p_value": show_estimate(test.p_value, 3),
    }
