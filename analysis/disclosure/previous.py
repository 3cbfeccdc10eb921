"""A report beside the one before it: what keeps its old numbers, and what has changed.

In: the new summary, the earlier one, and the groups of children behind the new. Out: the
summary that may stand beside the earlier one. Decisions: when a format's children differ from
the last report's by so few that the difference would be about them, every number is the last
report's; when only children behind one part do, that part's are. Gates belong to the main
answer and are held with it, not with the ways of asking beside which they are printed. Nothing
textual is taken from the earlier file.
"""

from __future__ import annotations

import math

from msgspec.structs import replace
from scipy.stats import t as student

from analysis.disclosure.comparisons import name_pair
from analysis.disclosure.fields import FORMAT_IDS
from analysis.disclosure.ledger import (
    CLOSE,
    SAME,
    Groups,
    judge_groups,
    seal_summary,
    write_ledger,
)
from analysis.disclosure.rows import MainPair
from analysis.disclosure.rules import show_estimate
from analysis.disclosure.summary import Change, HeldPart, PreviousPart, Summary
from analysis.errors import AnalysisError
from analysis.settings import Settings

WHOLE = "compared"
PARTS: dict[str, tuple[HeldPart, ...]] = {
    "week": ("progress",),
    "end": ("soon", "effort", "claims"),
    "kind": ("depends", "claims"),
    "asked": ("certainty", "sensitivity", "claims"),
}
FIXED = ("version", "margin", "smallest_cell", "formats", "measure")


def check_previous(previous: Summary, summary: Summary) -> None:
    """Refuse an earlier summary that this report cannot be held against.

    Args:
        previous: the earlier summary, as `summary.parse_summary` read it.
        summary: the new summary.

    Raises:
        AnalysisError: if it was made with other choices, or was changed since.
    """
    if previous.seal != seal_summary(previous):
        raise AnalysisError(
            "The previous summary was changed after it was written, so nothing can be held "
            "against it. Give the summary.json as the last report left it."
        )
    alike = all(getattr(previous, name) == getattr(summary, name) for name in FIXED)
    if not alike or previous.method.settings != summary.method.settings:
        raise AnalysisError(
            "The previous report was made with other choices or another version of this program, "
            "so the two cannot stand beside each other. Use the choices of the last report, or "
            "leave out --previous and do not hand out both."
        )


def stand_beside(
    summary: Summary,
    previous: Summary,
    groups: Groups,
    everyone: list[str],
    settings: Settings,
) -> Summary:
    """Give the summary that may stand beside the earlier one, not sealed yet.

    Args:
        summary: the new summary.
        previous: the earlier summary.
        groups: the children behind the new one.
        everyone: the codes of all children in the records.
        settings: smallest cell and level of confidence.

    Raises:
        AnalysisError: if the earlier summary cannot be held against this report.
    """
    check_previous(previous, summary)
    verdicts = judge_groups(groups, previous.ledger, settings)
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
    return replace(
        summary,
        previous=PreviousPart(
            since=previous.counted("all"),
            held=formats,
            held_parts=parts,
            alike=set(verdicts.values()) == {SAME},
            rows=_list_changes(summary, previous, settings, held=bool(formats)),
        ),
        ledger=write_ledger(printed, everyone, settings, previous.ledger),
        sentences=(),
        seal="",
    )


def _keep_parts(summary: Summary, previous: Summary, parts: tuple[HeldPart, ...]) -> Summary:
    """Give the new summary with the numbers of the parts that are held."""
    analyses = previous.method.analyses if "certainty" in parts else summary.method.analyses
    return replace(
        summary,
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
