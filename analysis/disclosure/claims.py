"""Claims from the literature, as they may be shown.

In: a study that was asked. Out: `ClaimsPart`. Decisions: a claim whose number may not be shown
cannot be tested, and nothing else is told about it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from analysis.decisions.claims import Claim
from analysis.decisions.labels import narrower
from analysis.disclosure.comparisons import show_range
from analysis.disclosure.gates import publish_gate
from analysis.disclosure.permission import may_show_claim
from analysis.disclosure.rows import ClaimRow
from analysis.disclosure.rules import show_estimate
from analysis.disclosure.summary import ClaimsPart
from analysis.models.results import student_quantile
from analysis.settings import Settings
from analysis.vocabulary import UNTESTED

if TYPE_CHECKING:
    from analysis.study import Study


def publish_claims(study: Study) -> ClaimsPart | None:
    """Give every claim with its answer; None where the claims were not asked.

    Args:
        study: the study.
    """
    if study.verdicts.claims is None:
        return None
    rows = tuple(_publish_claim(claim, study.settings) for claim in study.verdicts.claims)
    return ClaimsPart(rows=rows)


def _publish_claim(claim: Claim, settings: Settings) -> ClaimRow:
    about = claim.about or None
    if claim.tested is None:
        return ClaimRow(
            id=claim.id,
            unit=claim.unit,
            verdict=claim.verdict,
            reason=claim.reason,
            about=about,
            suggestive=claim.suggestive,
            gate=publish_gate(claim.gate, settings) if claim.gate else None,
        )
    numbers = claim.tested
    half = float(student_quantile(settings.confidence, numbers.df)) * numbers.std_error
    narrow = half * narrower(numbers.df, settings)
    ends = {
        "estimate": numbers.estimate,
        "conf_low": numbers.estimate - half,
        "conf_high": numbers.estimate + half,
    }
    if not may_show_claim(claim, settings) or not all(map(math.isfinite, ends.values())):
        return ClaimRow(
            id=claim.id,
            unit=claim.unit,
            verdict=UNTESTED,
            reason="few_behind_to_print",
            about=about,
        )
    return ClaimRow(
        id=claim.id,
        unit=claim.unit,
        verdict=claim.verdict,
        reason=claim.reason,
        **show_range(ends),
        narrow_low=show_estimate(numbers.estimate - narrow),
        narrow_high=show_estimate(numbers.estimate + narrow),
        about=about,
        suggestive=claim.suggestive,
    )
