"""A report beside the one before it: what keeps its old numbers, and what has changed.

In: the new summary, the earlier one, the groups of children behind the new, and the ledger that
knows those behind the earlier. Out: the summary that may stand beside the earlier one. Decisions:
when a format's children differ from the last report's by so few that the difference would be
about them, every number is the last report's; when only children behind one part do, that part's
are. Gates belong to the main answer and are held with it, not with the ways of asking beside
which they are printed. Nothing textual is taken from the earlier file. Without the ledger of the
last report nothing can be promised, so the two are not put beside each other.
"""

from __future__ import annotations

import math

from msgspec.structs import replace
from scipy.stats import t as student

from analysis.disclosure.comparisons import name_pair
from analysis.disclosure.fields import FORMAT_IDS
from analysis.disclosure.groups import Groups
from analysis.disclosure.ledger import CLOSE, SAME, Ledger
from analysis.disclosure.rows import MainPair
from analysis.disclosure.rules import show_estimate
from analysis.disclosure.seal import is_of_ledger, is_whole
from analysis.disclosure.summary import Change, HeldPart, PreviousPart, Summary
from analysis.errors import AnalysisError
from analysis.settings import Settings

WHOLE = "compared"
PARTS: dict[str, tuple[HeldPart, ...]] = {
    "flow": ("who",),
    "trait": ("who", "depends", "sensitivity", "claims"),
    "goals": ("cautions",),
    "raters": ("cautions",),
    "missing": ("cautions", "sensitivity"),
    "week": ("progress",),
    "end": ("soon", "effort", "claims"),
    "time": ("effort", "claims"),
    "kind": ("depends", "claims"),
    "domain": ("depends",),
    "asked": ("certainty", "sensitivity", "claims"),
}
FIXED = ("version", "margin", "smallest_cell", "formats", "measure")
CHANGED = (
    "The previous summary was changed after it was written, so nothing can be held against it. "
    "Give the last report as it was left."
)
OTHER_LEDGER = (
    "The previous report was made with another private ledger than the one at hand: it is another "
    "clinic's, or this clinic's ledger stands in another folder (name it with --ledger). Without "
    "that ledger nobody can tell how many children came or left since, so nothing can be promised "
    "about them. If it is lost, leave out --previous and do not hand out both reports."
)
OTHER_CHOICES = (
    "The previous report was made with other choices or another version of this program, so the "
    "two cannot stand beside each other. Use the choices of the last report, or leave out "
    "--previous and do not hand out both."
)
OTHER_WEEKS = (
    "The previous report compared the formats over other weeks, because reviews in one of them "
    "reach further or less far now, so the two cannot stand beside each other. Leave out "
    "--previous and do not hand out both."
)
OTHER_CHILDREN = (
    "No child of the previous report is in these records, so it is another clinic's or about "
    "others. Leave out --previous, or give the last report about these children."
)


def judge_previous(
    summary: Summary, previous: Summary, groups: Groups, ledger: Ledger | None
) -> dict[str, str]:
    """Tell how the groups behind a new report stand to those of the last one and all before it.

    Args:
        summary: the new summary.
        previous: the earlier summary, as `summary.parse_summary` read it.
        groups: the children behind the new one.
        ledger: the clinic's; None for the invented sample, whose children never change.

    Raises:
        AnalysisError: if it was made with other choices, another ledger, about other children,
            or was changed since.
    """
    if not is_whole(previous):
        raise AnalysisError(CHANGED)
    if (previous.ledger, previous.invented) != (summary.ledger, summary.invented):
        raise AnalysisError(OTHER_LEDGER)
    if ledger is None and not (summary.invented and previous.records == summary.records):
        raise AnalysisError(OTHER_LEDGER)
    if ledger is not None and not is_of_ledger(previous, ledger):
        raise AnalysisError(CHANGED)
    chosen = previous.method.settings == summary.method.settings
    if chosen and previous.measure.horizon_weeks != summary.measure.horizon_weeks:
        raise AnalysisError(OTHER_WEEKS)
    alike = all(getattr(previous, name) == getattr(summary, name) for name in FIXED)
    if not alike or not chosen:
        raise AnalysisError(OTHER_CHOICES)
    if ledger is None:
        if previous.answer != summary.answer:
            raise AnalysisError(CHANGED)
        return dict.fromkeys(groups, SAME)
    verdicts = ledger.judge_groups(groups, previous.report, summary.smallest_cell)
    if not ledger.count_shared(groups, previous.report):
        raise AnalysisError(OTHER_CHILDREN)
    return verdicts


def stand_beside(
    summary: Summary,
    previous: Summary,
    groups: Groups,
    verdicts: dict[str, str],
    settings: Settings,
) -> tuple[Summary, Groups]:
    """Give the summary that may stand beside the earlier one, not sealed yet.

    Args:
        summary: the new summary.
        previous: the earlier summary.
        groups: the children behind the new one.
        verdicts: how they stand to the earlier ones, from `judge_previous`.
        settings: level of confidence.

    Returns:
        The summary, and the groups behind the numbers that are new in it.
    """
    close = [name for name, verdict in verdicts.items() if verdict == CLOSE]
    formats = tuple(f for f in FORMAT_IDS if f"{WHOLE}.{f}" in close)
    kinds = {name.partition(".")[0]: None for name in close}
    parts: tuple[HeldPart, ...] = ()
    printed: Groups = {}
    if formats:
        summary = previous
    else:
        parts = tuple(dict.fromkeys(part for kind in kinds for part in PARTS[kind]))
        summary = _keep_parts(summary, previous, parts)
        printed = {n: ids for n, ids in groups.items() if n.partition(".")[0] not in kinds}
    beside = PreviousPart(
        since=previous.counted("all"),
        held=formats,
        held_parts=parts,
        alike=set(verdicts.values()) == {SAME},
        rows=_list_changes(summary, previous, settings, held=bool(formats)),
    )
    return replace(summary, previous=beside, sentences=(), report="", seal=""), printed


def _keep_parts(summary: Summary, previous: Summary, parts: tuple[HeldPart, ...]) -> Summary:
    """Give the new summary with the numbers of the parts that are held."""
    analyses = previous.method.analyses if "certainty" in parts else summary.method.analyses
    cautions = (previous if "cautions" in parts else summary).answer.cautions
    return replace(
        summary,
        answer=replace(summary.answer, cautions=cautions),
        cohort=previous.cohort if "who" in parts else summary.cohort,
        progress=previous.progress if "progress" in parts else summary.progress,
        subgroups=previous.subgroups if "depends" in parts else summary.subgroups,
        attainment=previous.attainment if "soon" in parts else summary.attainment,
        effort=previous.effort if "effort" in parts else summary.effort,
        method=replace(summary.method, analyses=analyses),
        sensitivity=previous.sensitivity if "sensitivity" in parts else summary.sensitivity,
        claims=previous.claims if "claims" in parts else summary.claims,
    )


def _list_changes(
    summary: Summary, previous: Summary, settings: Settings, *, held: bool
) -> tuple[Change, ...]:
    """Give each pair's difference before and now, and how far chance alone could move it."""
    pairs = zip(previous.answer.pairs, summary.answer.pairs, strict=True)
    return tuple(
        Change(**name_pair(now.this, now.than))
        if held or not before.shown or not now.shown
        else _measure_change(before, now, settings)
        for before, now in pairs
    )


def _measure_change(before: MainPair, now: MainPair, settings: Settings) -> Change:
    """Give a pair's change, with the noise of two reports as if no child were in both.

    This makes the noise as large as it can be: what is called more than noise here is so
    however many children the reports share.
    """
    head = name_pair(now.this, now.than)
    errors = [pair.std_error or 0.0 for pair in (before, now)]
    then, today, df = before.estimate, now.estimate, [pair.df or 0.0 for pair in (before, now)]
    if then is None or today is None or min(errors) <= 0 or min(df) <= 0:
        return Change(**head)
    change = today - then
    quantile = float(student.ppf(0.5 + settings.confidence / 2, min(df)))
    noise = quantile * math.hypot(*errors)
    return Change(
        **head,
        before=then,
        now=today,
        change=show_estimate(change),
        noise=show_estimate(noise),
        beyond=abs(change) > noise,
    )
