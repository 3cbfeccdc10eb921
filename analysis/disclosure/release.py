"""Assemble what may leave the clinic: rounded numbers, ids and reasons, and not one word.

In: a study, the clinic's private ledger, and the summary of the last report where there is one.
Out: `Summary` without sentences; the ledger learns who stands behind it. Decisions: each section
decides what may be shown of it; the invented sample needs no ledger and is never noted in one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.decisions.looks import place_look
from analysis.disclosure.answer import publish_answer
from analysis.disclosure.attainment import publish_attainment
from analysis.disclosure.claims import publish_claims
from analysis.disclosure.cohort import publish_cohort, traits_told
from analysis.disclosure.effort import publish_effort
from analysis.disclosure.fields import FORMAT_IDS, FormatId, one_of
from analysis.disclosure.groups import Groups, list_groups, list_outcomes
from analysis.disclosure.ledger import Ledger
from analysis.disclosure.method import publish_method
from analysis.disclosure.newcomers import publish_newcomers
from analysis.disclosure.previous import judge_previous, stand_beside
from analysis.disclosure.progress import publish_progress
from analysis.disclosure.rows import Measure
from analysis.disclosure.seal import seal_summary
from analysis.disclosure.sensitivity import publish_sensitivity
from analysis.disclosure.subgroups import publish_subgroups
from analysis.disclosure.summary import RecordsPart, Summary, check_summary
from analysis.errors import AnalysisError
from analysis.measures.common_weeks import CommonWeeks
from analysis.measures.earlier import Earlier
from analysis.records.load import digest_tables
from analysis.records.schema import TABLES
from analysis.settings import Settings

if TYPE_CHECKING:
    from analysis.records.load import Records
    from analysis.study import Study

RECORDS_DIGITS = 12
NOT_TOLD = (
    "This study was run as if no report stood before it, so its report may not follow one: over a "
    "row of such reports false differences pile up. Give run_study what recall_earlier gives."
)


def protect(study: Study, ledger: Ledger | None = None, previous: Summary | None = None) -> Summary:
    """Give what may leave the clinic of a study, in numbers; `words.tell` adds the sentences.

    Args:
        study: the study; it is not changed.
        ledger: the clinic's private ledger, which is told who stands behind the numbers; without
            one the summary bears no name of its records, and no later report can be held
            against it.
        previous: the summary of the last report about these children, whose numbers are kept
            where new ones beside them would tell about the few who came or left.

    Raises:
        AnalysisError: if `previous` cannot be held against this report.
    """
    settings = study.settings
    groups: Groups = list_groups(study)
    invented, digest = study.records.invented, study.records.digest
    private = None if invented else ledger
    if private is not None:
        digest = name_records(study.records, private)
    elif not invented:
        digest = ""
    cohort = publish_cohort(study)
    summary = check_summary(
        Summary(
            invented=invented,
            records=RecordsPart(id=digest),
            smallest_cell=settings.smallest_cell,
            margin=settings.margin,
            formats=FORMAT_IDS,
            measure=publish_measure(settings, study.weeks),
            answer=publish_answer(study),
            cohort=cohort,
            progress=publish_progress(study),
            subgroups=publish_subgroups(study),
            attainment=publish_attainment(study),
            effort=publish_effort(study),
            method=publish_method(study),
            sensitivity=publish_sensitivity(study, traits_told(cohort.at_start, study)),
            claims=publish_claims(study),
            ledger=private.id if private else "",
        )
    )
    printed = groups
    if previous is not None:
        verdicts = judge_previous(summary, previous, groups, private)
        summary, printed = stand_beside(
            summary, previous, groups, verdicts, publish_newcomers(study)
        )
        _check_look(study, previous, private, summary)
        summary = check_summary(summary)
    summary = seal_summary(summary, private)
    if private is not None:
        before = previous.report if previous else ""
        looked = name_looked(study.records, private), study.look
        if summary.previous and summary.previous.held:
            looked = private.find_look(before)
        private.remember_report(summary.report, before, printed, *looked)
        if not (summary.previous and summary.previous.held):
            private.remember_shown(list_outcomes(study))
    return summary


def _check_look(study: Study, previous: Summary, ledger: Ledger | None, summary: Summary) -> None:
    """Refuse a study that was not told of the reports it follows; a held one is no new look."""
    earlier = recall_earlier(study.records, ledger, previous)
    held = summary.previous and summary.previous.held
    if earlier is None or held:
        return
    if study.look != place_look(earlier, study.cohort.table, study.settings):
        raise AnalysisError(NOT_TOLD)


def name_records(records: Records, ledger: Ledger) -> str:
    """Give the name by which a ledger knows records, and nobody else.

    Args:
        records: what the clinic handed in.
        ledger: the clinic's.
    """
    return ledger.key_name("records", records.digest.encode(), RECORDS_DIGITS)


def name_looked(records: Records, ledger: Ledger) -> str:
    """Give the name by which a ledger knows all that is recorded of children with goals.

    Children without a goal enter no comparison: where only they came, nothing is looked at anew.

    Args:
        records: what the clinic handed in.
        ledger: the clinic's.
    """
    asked = set(records.goals["child_id"])
    tables, whole = {}, True
    for name in TABLES:
        frame = getattr(records, name)
        if "child_id" in frame:
            kept = frame["child_id"].isin(asked) | frame["child_id"].isna()
            whole = whole and bool(kept.all())
            frame = frame[kept]
        tables[name] = frame
    digest = records.digest if whole else digest_tables(tables)
    return ledger.key_name("looked", digest.encode())


def recall_earlier(
    records: Records, ledger: Ledger | None, previous: Summary | None
) -> Earlier | None:
    """Give what a study must know of the reports before it, so that a chain keeps one error.

    Args:
        records: what the clinic hands in now.
        ledger: the clinic's; None for the invented sample.
        previous: the summary of the last report; None for the first of a chain.

    Returns:
        What `run_study` takes; None where there is nothing to know. Whether the last report may be
        followed is asked by `protect`.
    """
    if ledger is None or previous is None or records.invented:
        return None
    codes = map(str, records.episodes["child_id"])
    return ledger.recall(previous.report, name_looked(records, ledger), codes)


def publish_measure(settings: Settings, weeks: CommonWeeks | None = None) -> Measure:
    """Give what the numbers are measured in.

    Args:
        settings: levels of confidence, and the weeks compared.
        weeks: the weeks asked about; None where they are those compared.
    """
    return Measure(
        rate_weeks=settings.rate_weeks,
        horizon_weeks=settings.horizon_weeks,
        last_week=settings.last_week,
        review_weeks=settings.review_weeks,
        confidence=settings.confidence,
        similarity_confidence=settings.similarity_confidence,
        asked_weeks=weeks.planned if weeks and weeks.shortened else None,
        ended=tuple(one_of(FormatId, f) for f in (weeks.ended if weeks else ())),
    )
