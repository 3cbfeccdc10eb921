"""The claims ledger through the door."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from analysis.decisions.claims import CANNOT_TEST, Claim
from analysis.disclosure.analyses import as_clause
from analysis.disclosure.answer import publish_gate
from analysis.disclosure.comparisons import may_show_comparison
from analysis.disclosure.rules import enough, show_estimate
from analysis.models.results import student_quantile
from analysis.settings import Settings
from analysis.words import claims as words
from analysis.words.sentence import SentenceBook

if TYPE_CHECKING:
    from analysis.study import Study

Row = dict[str, object]
HELD_BACK = "too few children stand behind it to print it"
SLOPE_COLUMNS = 3


def publish_claims(study: Study, book: SentenceBook) -> dict[str, object]:
    """Give every claim with its answer; no rows when the claims were not asked.

    Args:
        study: the study.
        book: where its sentences are written.
    """
    if study.claims is None:
        return {"asked": False, "rows": []}
    rows = []
    for claim in study.claims:
        row = _publish_claim(claim, study.settings)
        gate = publish_gate(claim.gate, study.settings) if claim.gate else None
        row["text"] = book.say(words.say_claim(row, study.settings.margin, gate))
        rows.append(row)
    return {"asked": True, "rows": rows, "text": book.say(words.say_ledger(rows))}


def _publish_claim(claim: Claim, settings: Settings) -> Row:
    row: Row = {
        "id": claim.id,
        "claim": claim.text,
        "estimand": claim.estimand,
        "unit": claim.unit,
        "verdict": claim.verdict,
        "reason": claim.reason if claim.tested else as_clause(claim.reason),
        "estimate": None,
        "conf_low": None,
        "conf_high": None,
        "about": claim.about or None,
        "suggestive": claim.suggestive,
    }
    if claim.tested is None:
        return row
    numbers = claim.tested
    half = float(student_quantile(settings.confidence, numbers.df)) * numbers.std_error
    ends = numbers.estimate, numbers.estimate - half, numbers.estimate + half
    if not _may_show(claim, settings) or not all(math.isfinite(end) for end in ends):
        return row | {"verdict": CANNOT_TEST, "reason": HELD_BACK, "suggestive": False}
    shown = dict(zip(("estimate", "conf_low", "conf_high"), ends, strict=True))
    return row | {name: show_estimate(value) for name, value in shown.items()}


def _may_show(claim: Claim, settings: Settings) -> bool:
    tested = claim.tested
    if tested.comparison is None:
        return all(enough(n, settings) for n in tested.n_children.values())
    return may_show_comparison(tested.comparison, settings, SLOPE_COLUMNS)
