"""Page 1 through the door: pairs, rates, counts, cautions, one next step."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.comparison.arms import format_codes
from analysis.decisions import labels
from analysis.decisions.decide import Decision
from analysis.decisions.gates import Gate
from analysis.disclosure.rules import (
    FEW,
    NEARLY_ALL,
    enough,
    may_show_model,
    show_count,
    show_estimate,
    show_share,
)
from analysis.measures.cohort import Cohort, number_labels
from analysis.records.schema import FORMATS, RATERS
from analysis.settings import Settings
from analysis.words import answer as sentences
from analysis.words import cautions
from analysis.words.sentence import SentenceBook

if TYPE_CHECKING:
    from analysis.study import Study

FEWEST_THERAPISTS = 3
LARGEST_THERAPIST_SHARE = 2 / 3
MORE_ROUND = 5


def publish_answer(study: Study, book: SentenceBook) -> dict[str, object]:
    """Give page 1: every number through the rules, every sentence through the book.

    Args:
        study: the study.
        book: where its sentences are written.
    """
    settings = study.settings
    gates = dict(zip(map(id, study.findings.gates), publish_gates(study), strict=True))
    pairs = []
    for decision in study.findings.decisions:
        pair = _publish_pair(study, decision)
        failed = [gates[id(gate)] for gate in decision.failed]
        pair["sentence"] = book.say(sentences.say_pair(pair, settings.margin, failed))
        if decision.label == labels.NOT_COMPARABLE or not pair["shown"]:
            pair["withheld"] = pair["sentence"]
        pairs.append(pair)
    counts = publish_counts(study.cohort, settings)
    rules = [g.rule for g in study.findings.gates if not g.passed]
    step = cautions.choose_next_step(pairs, rules)
    return {
        "headline": book.say(sentences.say_headline(pairs)),
        "always": book.say(sentences.Sentence("always", "always", sentences.ALWAYS)),
        "pairs": pairs,
        "rates": _publish_rates(study),
        "counts": counts,
        "needed": {"n_children": settings.compare_children, "n_groups": settings.compare_groups},
        "caveats": [_titled(caution, book) for caution in _cautions(study)],
        "next_step": _titled(step, book),
    }


def model_may_show(study: Study, formats: tuple[str, ...]) -> bool:
    """Tell whether estimates that compare these formats may be shown at all.

    Args:
        study: the study.
        formats: the formats compared.
    """
    n = dict(zip(FORMATS, study.comparison.by_format["n_children"], strict=True))
    compared = [int(n[f]) for f in FORMATS if n[f]]
    n_columns = len(compared) + len(study.covariates.centred.columns)
    return all(n[f] for f in formats) and may_show_model(compared, n_columns, study.settings)


def publish_gates(study: Study) -> list[dict[str, object]]:
    """Give every gate of the study as it may be shown, in the study's order.

    A gate is a bound on a count: "at least 10" beside "fewer than 11" would pin it, and "more
    than 35% missing" beside "few" nearly would. Such a gate is given without what pins.

    Args:
        study: the study.
    """
    gates, settings = study.findings.gates, study.settings
    rows = [publish_gate(gate, settings) for gate in gates]
    hidden = {(r["pair"], r["rule"]) for r in rows if r["have"] is None}
    for row in rows:
        if row["gate"] == "describe" and (row["pair"], "few_children") in hidden:
            row |= {"passed": False, "rule": "few_children", "need": settings.compare_children}
            row["format"] = next(
                r["format"]
                for r in rows
                if r["pair"] == row["pair"] and r["rule"] == "few_children" and r["format"]
            )
    cohort = study.cohort
    for row in rows:
        if row["gate"] == "attrition" and not row["passed"]:
            pair = row["pair"].split("-") if row["rule"] == "uneven_missing" else [row["format"]]
            missing = [cohort.started[f] - cohort.stayed[f] for f in pair]
            if not all(enough(n, settings) for n in missing):
                row |= {"rule": "missing", "format": "", "have": None, "need": None}
    return rows


def publish_gate(gate: Gate, settings: Settings) -> dict[str, object]:
    """Give a gate with the number that decided it, as it may be shown.

    Args:
        gate: any gate.
        settings: the smallest cell.
    """
    have: float | None = None
    if gate.rule in ("few_children", "n_effective"):
        have = show_count(gate.have, settings)
    elif gate.rule in ("few_groups", "absent", "groups_not_recorded"):
        have = gate.have
    elif gate.rule in ("unlike", "imprecise"):
        have = show_estimate(gate.have)
    elif gate.rule == "many_missing":
        have = 5 * math.floor(100 * gate.have / 5 + 0.5)
    return {
        "gate": gate.name,
        "pair": f"{gate.this}-{gate.than}",
        "passed": gate.passed,
        "rule": gate.rule,
        "format": gate.therapy_format,
        "have": have,
        "need": show_estimate(gate.need),
        "smallest": settings.smallest_cell,
    }


def publish_counts(cohort: Cohort, settings: Settings) -> list[dict[str, object]]:
    """Give children, goals, groups and therapists compared, for each format and together.

    Args:
        cohort: the children compared.
        settings: the smallest cell.
    """
    rows, table = [], cohort.table
    received, n_goals = format_codes(table), table["n_goals"].to_numpy()
    group, therapist = (number_labels(table[c].array) for c in ("group_id", "therapist_id"))
    for k, therapy_format in enumerate(FORMATS):
        own, n_children = received == k, cohort.n_children[therapy_format]
        groups, shown = np.unique(group[own & (group >= 0)]), enough(n_children, settings)
        rows.append(
            {
                "format": therapy_format,
                "n_children": show_count(n_children, settings),
                "n_goals": show_count(n_goals[own].sum(), settings, n_children),
                "n_groups": len(groups) if shown and len(groups) else None,
                "n_therapists": _show_therapists(therapist[own], shown),
            }
        )
    first = cohort.flow.iloc[0]
    absent = [f for f in FORMATS if first[f] == 0]
    together: dict[str, object] = {"format": "all"}
    for name in ("n_children", "n_goals", "n_groups"):
        parts = [row[name] for row in rows if row["format"] not in absent]
        if name == "n_groups":
            parts = [n for n in parts if n is not None]
        together[name] = None if None in parts or not parts else sum(parts)
    together["n_therapists"] = _show_therapists(therapist, together["n_children"] is not None)
    return [*rows, together]


def _show_therapists(therapist: np.ndarray, shown: bool) -> int | None:
    """Give the number of therapists, unless one of them could recognise the work as theirs.

    Args:
        therapist: each child's therapist by number, -1 where not recorded.
        shown: whether the children may be counted at all.
    """
    n = np.unique(therapist[therapist >= 0], return_counts=True)[1]
    if not shown or len(n) < FEWEST_THERAPISTS or n.max() / n.sum() > LARGEST_THERAPIST_SHARE:
        return None
    return len(n)


def _publish_pair(study: Study, decision: Decision) -> dict[str, object]:
    row = study.comparison.pair(decision.this, decision.than)
    formats = (decision.this, decision.than)
    shown = decision.label != labels.NOT_COMPARABLE and model_may_show(study, formats)
    half = (row["conf_high"] - row["conf_low"]) / 2
    narrow = half * labels.narrower(row["df"], study.settings) if shown else math.nan
    numbers = {
        "estimate": row["estimate"],
        "conf_low": row["conf_low"],
        "conf_high": row["conf_high"],
        "narrow_low": row["estimate"] - narrow,
        "narrow_high": row["estimate"] + narrow,
        "std_error": row["std_error"],
        "weighted": study.analyses["overlap_weighted"].pair(*formats)["estimate"],
    }
    more = shown and decision.label not in (labels.FASTER_IMPORTANT, labels.NO_IMPORTANT_DIFFERENCE)
    factor = decision.factor - 1 if more else 0.0
    return {
        "id": f"{decision.this}-{decision.than}",
        "this": decision.this,
        "than": decision.than,
        "label": decision.label,
        "title": labels.LABEL_TITLES[decision.label],
        "ahead": decision.ahead or None,
        "certainty": decision.certainty or None,
        "unsettled": decision.unsettled or None,
        "shown": shown,
        "withheld": None,
        **{name: show_estimate(value) if shown else None for name, value in numbers.items()},
        "df": show_estimate(row["df"], 1) if shown else None,
        "p_value": show_estimate(row["p_value"], 3) if shown else None,
        "p_adjusted": show_estimate(row["p_adjusted"], 3) if shown else None,
        "more_children": int(MORE_ROUND * np.ceil(factor * row["n_children"] / MORE_ROUND)),
        "more_groups": int(np.ceil(factor * row["n_groups"])),
    }


def _publish_rates(study: Study) -> list[dict[str, object]]:
    names = ("estimate", "conf_low", "conf_high")
    means = zip(*(study.comparison.by_format[name] for name in names), strict=True)
    rows = []
    for therapy_format, numbers in zip(FORMATS, means, strict=True):
        shown = model_may_show(study, (therapy_format,)) and _comparable(study, therapy_format)
        row = [show_estimate(number) if shown else None for number in numbers]
        rows.append(
            {"format": therapy_format, "shown": shown, **dict(zip(names, row, strict=True))}
        )
    return rows


def _comparable(study: Study, therapy_format: str) -> bool:
    return any(
        therapy_format in (d.this, d.than) and d.label != labels.NOT_COMPARABLE
        for d in study.findings.decisions
    )


def _cautions(study: Study) -> tuple[cautions.Caution, ...]:
    settings, cohort = study.settings, study.cohort
    return (
        cautions.caution_goals(*_share_before(cohort, settings)),
        cautions.caution_raters(*_share_other_raters(study)),
        cautions.caution_missing(
            [_missing(cohort, f, settings) for f in FORMATS], settings.horizon_weeks
        ),
    )


def _share_before(cohort: Cohort, settings: Settings) -> tuple[int | None, str | None]:
    """Give the share of goals set before the format, counted in children for the door."""
    before = cohort.goals["set_before_format"].to_numpy()
    known = ~np.isnan(before)
    if not known.any():
        return None, None
    child = cohort.goals["child_id"].array[known]
    return _share_of_rows(child, before[known] == 1, settings)


def _share_other_raters(study: Study) -> tuple[int | None, str | None]:
    reviews, goals = study.records.reviews, study.records.goals
    rater = reviews["rater"].array.codes
    known = rater >= 0
    goal = pd.Index(goals["goal_id"]).get_indexer(reviews["goal_id"].array[known])
    child = goals["child_id"].array.take(goal, allow_fill=True)
    other = rater[known] != RATERS.index("treating_therapist")
    return _share_of_rows(child, other, study.settings)


def _share_of_rows(
    child_id: pd.api.extensions.ExtensionArray, chosen: np.ndarray, settings: Settings
) -> tuple[int | None, str | None]:
    """Give a share of rows, if enough different children are on both sides of it."""
    child = number_labels(child_id)
    n_all, n_in, n_out = (len(np.unique(part)) for part in (child, child[chosen], child[~chosen]))
    if not enough(n_all / 2, settings):
        return None, cautions.HELD_BACK
    if not enough(n_in, settings):
        return None, FEW
    if not enough(n_out, settings):
        return None, NEARLY_ALL
    return int(5 * math.floor(20 * float(chosen.mean()) + 0.5)), None


def _missing(cohort: Cohort, therapy_format: str, settings: Settings) -> dict[str, object]:
    started, stayed = cohort.started[therapy_format], cohort.stayed[therapy_format]
    percent, word = show_share(started - stayed, started, settings)
    return {"format": therapy_format, "percent": percent, "word": word}


def _titled(caution: cautions.Caution, book: SentenceBook) -> dict[str, str]:
    text = book.say(caution.sentence)
    return {"id": caution.sentence.id, "title": caution.title, "text": text}
