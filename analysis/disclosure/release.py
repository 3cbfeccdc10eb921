"""Assemble what may leave the clinic: rounded numbers, ids and reasons, and not one word.

In: a study, and the summary of the last report where there is one. Out: `Summary` without
sentences. Decisions: none; each section decides what may be shown of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from analysis.disclosure.answer import publish_answer
from analysis.disclosure.attainment import publish_attainment
from analysis.disclosure.claims import publish_claims
from analysis.disclosure.cohort import publish_cohort, traits_told
from analysis.disclosure.effort import publish_effort
from analysis.disclosure.fields import FORMAT_IDS
from analysis.disclosure.ledger import list_groups, seal_summary, write_ledger
from analysis.disclosure.method import publish_method
from analysis.disclosure.previous import stand_beside
from analysis.disclosure.progress import publish_progress
from analysis.disclosure.sensitivity import publish_sensitivity
from analysis.disclosure.subgroups import publish_subgroups
from analysis.disclosure.summary import Measure, RecordsPart, Summary, check_summary
from analysis.settings import Settings

if TYPE_CHECKING:
    from analysis.study import Study


def protect(study: Study, previous: Summary | None = None) -> Summary:
    """Give what may leave the clinic of a study, in numbers; `words.tell` adds the sentences.

    Args:
        study: the study; it is not changed.
        previous: the summary of the last report about these children, whose numbers are kept
            where new ones beside them would tell about the few who came or left.

    Raises:
        AnalysisError: if `previous` cannot be held against this report.
    """
    settings, groups = study.settings, list_groups(study)
    cohort = publish_cohort(study)
    everyone = sorted(map(str, study.records.episodes["child_id"].unique()))
    summary = check_summary(
        Summary(
            invented=study.records.invented,
            records=RecordsPart(digest=study.records.digest),
            smallest_cell=settings.smallest_cell,
            margin=settings.margin,
            formats=FORMAT_IDS,
            measure=publish_measure(settings),
            answer=publish_answer(study),
            cohort=cohort,
            progress=publish_progress(study),
            subgroups=publish_subgroups(study),
            attainment=publish_attainment(study),
            effort=publish_effort(study),
            method=publish_method(study),
            sensitivity=publish_sensitivity(study, traits_told(cohort.at_start, study)),
            claims=publish_claims(study),
            ledger=write_ledger(groups, everyone, settings),
        )
    )
    if previous is not None:
        summary = check_summary(stand_beside(summary, previous, groups, everyone, settings))
    return replace(summary, seal=seal_summary(summary))


def publish_measure(settings: Settings) -> Measure:
    """Give what the numbers are measured in.

    Args:
        settings: weeks and levels of confidence.
    """
    return Measure(
        rate_weeks=settings.rate_weeks,
        horizon_weeks=settings.horizon_weeks,
        last_week=settings.last_week,
        review_weeks=settings.review_weeks,
        confidence=settings.confidence,
        similarity_confidence=settings.similarity_confidence,
    )
