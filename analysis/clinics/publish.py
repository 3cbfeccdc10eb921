"""Several clinics as they may be shown: pooled, judged, rounded.

In: what each clinic brings. Out: `NetworkSummary` without sentences. Decisions: nothing in it is
about fewer than three clinics, except the reader's own; a network is never finer than its clinics'
own reports, whose rounding it keeps, and takes the largest of their smallest cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from analysis.clinics.agreement import check_together
from analysis.clinics.given import MAIN, QUESTIONS, Given, sum_counts
from analysis.clinics.pooled import PAIR_IDS, pool_question
from analysis.clinics.rows import AdjustedIn, FormatCount, NetworkSummary, OwnPair
from analysis.clinics.verdicts import judge_questions
from analysis.disclosure.fields import FORMAT_IDS
from analysis.disclosure.rules import show_estimate
from analysis.models.results import student_quantile
from analysis.network_choices import NetworkChoices
from analysis.settings import Settings


def publish_network(
    given: Sequence[Given],
    source: Literal["reports", "records"],
    *,
    own: Given | None = None,
    n_left_out: int = 0,
    choices: NetworkChoices | None = None,
) -> NetworkSummary:
    """Pool several clinics, and give what may be shown of them.

    Args:
        given: what each brings.
        source: whether only their reports were read, or their records.
        own: the reader's own clinic, for a picture of its own.
        n_left_out: clinics left out by word of the user.
        choices: the gates of a network; the defaults when None.

    Raises:
        AnalysisError: if they do not fit together, or are too few.
    """
    choices = choices or NetworkChoices()
    check_together(given, choices)
    measure, margin = given[0].measure, given[0].margin
    cell = max(one.smallest_cell for one in given)
    settings = Settings(
        margin=margin,
        smallest_cell=cell,
        confidence=measure.confidence,
        similarity_confidence=measure.similarity_confidence,
    )
    asked = [[one.brought.get(id, {}) for one in given] for id in QUESTIONS]
    pooled = {
        id: pool_question(brought, measure.confidence)
        for id, brought in zip(QUESTIONS, asked, strict=True)
        if id == MAIN or any(brought)
    }
    counts = [(name, *sum_counts(given, name)) for name in FORMAT_IDS]
    return NetworkSummary(
        source=source,
        invented=all(one.invented for one in given),
        n_clinics=len(given),
        n_left_out=n_left_out,
        smallest_cell=cell,
        margin=margin,
        measure=measure,
        error_percent=round(100 * settings.error_rate, 1),
        questions=judge_questions(pooled, settings, choices, measure.horizon_weeks),
        counts=tuple(
            FormatCount(
                format=name,
                n_children=n if k >= choices.fewest_clinics else None,
                n_clinics=k,
            )
            for name, n, k in counts
        ),
        adjusted=_count_traits(given, choices),
        own=_show_own(own) if own else (),
    )


def _count_traits(given: Sequence[Given], choices: NetworkChoices) -> tuple[AdjustedIn, ...]:
    """Say in how many clinics a trait was adjusted for, unless that is about one or two."""
    traits = dict.fromkeys(trait for one in given for trait in one.adjusted_for)
    rows = []
    for trait in traits:
        n, least = sum(trait in one.adjusted_for for one in given), choices.fewest_clinics
        told = n == len(given) or least <= n <= len(given) - least
        rows.append(AdjustedIn(trait=trait, n_clinics=n if told else None))
    return tuple(rows)


def _show_own(own: Given) -> tuple[OwnPair, ...]:
    rows = []
    for id in PAIR_IDS:
        if id in own.brought[MAIN]:
            row = own.brought[MAIN][id]
            half = float(student_quantile(own.measure.confidence, float("inf"))) * row.std_error
            rows.append(
                OwnPair(
                    id=id,
                    estimate=show_estimate(row.estimate),
                    conf_low=show_estimate(row.estimate - half),
                    conf_high=show_estimate(row.estimate + half),
                )
            )
    return tuple(rows)
