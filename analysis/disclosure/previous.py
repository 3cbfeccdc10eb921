"""A report beside the one before it: what keeps its old numbers, and what has changed.

In: the new summary, the earlier one, and the groups of children behind the new. Out: the
summary that may stand beside the earlier one. The decision taken here: when a format's
children differ from the last report's by so few that the difference would be about them, the
whole report repeats the last one; when only children behind one part do, that part does.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from scipy.stats import t as student

from analysis.disclosure.ledger import (
    CLOSE,
    SAME,
    Groups,
    judge_groups,
    seal_summary,
    write_ledger,
)
from analysis.disclosure.rules import show_estimate
from analysis.errors import AnalysisError
from analysis.records.schema import FORMATS
from analysis.settings import Settings
from analysis.words import previous as words
from analysis.words.answer import Sentence

WHOLE = "compared"
PARTS = {
    "week": ("progress",),
    "end": ("soon", "effort", "claims"),
    "kind": ("depends", "claims"),
    "asked": ("certainty", "sensitivity", "claims"),
}
FIXED = ("version", "title", "margin", "smallest_cell", "formats")
NUMBERS = ("estimate", "std_error", "df")

Summary = dict[str, object]


def check_previous(previous: object, summary: Mapping[str, object]) -> None:
    """Refuse an earlier summary that this report cannot be held against.

    Args:
        previous: what was read from the earlier summary.json.
        summary: the new summary.

    Raises:
        AnalysisError: if it was not written by this version with these choices, or was
            changed since.
    """
    if not isinstance(previous, dict) or not {"ledger", "seal", "version"} <= set(previous):
        raise AnalysisError(
            "The previous summary was not written by this program. Give the summary.json that "
            "stands beside the last report."
        )
    if previous["seal"] != seal_summary(previous):
        raise AnalysisError(
            "The previous summary was changed after it was written, so nothing can be held "
            "against it. Give the summary.json as the last report left it."
        )
    settings = [part["certainty"]["settings"] for part in (previous, summary)]
    if any(previous[name] != summary[name] for name in FIXED) or settings[0] != settings[1]:
        raise AnalysisError(
            "The previous report was made with other choices or another version of this program, "
            "so the two cannot stand beside each other. Use the choices of the last report, or "
            "leave out --previous and do not hand out both."
        )


def stand_beside(
    summary: Summary,
    previous: Mapping[str, object],
    groups: Groups,
    everyone: list[str],
    settings: Settings,
) -> Summary:
    """Give the summary that may stand beside the earlier one.

    Args:
        summary: the new summary, without ledger.
        previous: the earlier summary.
        groups: the children behind the new one.
        everyone: the codes of all children in the records.
        settings: smallest cell and level of confidence.
    """
    check_previous(previous, summary)
    verdicts = judge_groups(groups, previous["ledger"], settings)
    close = [name for name, verdict in verdicts.items() if verdict == CLOSE]
    formats = [f for f in FORMATS if f"{WHOLE}.{f}" in close]
    kinds = dict.fromkeys(name.partition(".")[0] for name in close)
    if formats:
        summary = {name: previous.get(name, value) for name, value in summary.items()}
        printed: Groups = {}
    else:
        kept = list(dict.fromkeys(part for kind in kinds for part in PARTS[kind]))
        summary = {n: previous[n] if n in kept else value for n, value in summary.items()}
        printed = {n: ids for n, ids in groups.items() if n.partition(".")[0] not in kinds}
    changes = _list_changes(summary, previous, settings, formats)
    alike = set(verdicts.values()) == {SAME}
    parts = [] if formats else kept
    told = [words.say_held(formats, parts, settings.smallest_cell, alike=alike)]
    told += [] if formats else [words.say_change(row) for row in changes]
    told += [] if formats else [words.say_noise()]
    summary["changes"] = {
        "since": previous["records"]["sentence"],
        "held": formats,
        "held_parts": parts,
        "rows": changes,
        "notice": told[0].text,
        "sentences": [sentence.text for sentence in told],
    }
    summary["sentences"] = _merge_sentences(summary, previous, told)
    summary["ledger"] = write_ledger(printed, everyone, settings, previous["ledger"])
    return summary


def _list_changes(
    summary: Mapping[str, object],
    previous: Mapping[str, object],
    settings: Settings,
    held: list[str],
) -> list[Summary]:
    """Give each pair's difference before and now, and how far chance alone could move it.

    The noise counts the two reports as if no child were in both, which makes it as large as
    it can be: what is called more than noise here is so however many children they share.
    """
    rows = []
    for before, now in zip(previous["answer"]["pairs"], summary["answer"]["pairs"], strict=True):
        shown = not held and before["shown"] and now["shown"]
        row: Summary = {name: now[name] for name in ("id", "this", "than")}
        row |= dict.fromkeys(("before", "now", "change", "noise", "beyond"))
        errors = [float(part["std_error"]) for part in (before, now)] if shown else []
        if shown and min(errors) > 0:
            df = min(float(part["df"]) for part in (before, now))
            change = float(now["estimate"]) - float(before["estimate"])
            noise = float(student.ppf(0.5 + settings.confidence / 2, df)) * math.hypot(*errors)
            row |= {
                "before": before["estimate"],
                "now": now["estimate"],
                "change": show_estimate(change),
                "noise": show_estimate(noise),
                "beyond": abs(change) > noise,
            }
        rows.append(row)
    return rows


def _merge_sentences(
    summary: Mapping[str, object], previous: Mapping[str, object], told: list[Sentence]
) -> list[Summary]:
    """Give every sentence that the summary still says, once."""
    said = set(_texts({k: v for k, v in summary.items() if k != "sentences"}))
    rows: dict[object, Summary] = {}
    for row in (*summary["sentences"], *previous["sentences"]):
        if row["text"] in said:
            rows.setdefault(row["id"], row)
    for s in told:
        rows[s.id] = {"id": s.id, "rule": s.rule, "text": s.text, "numbers": list(s.numbers)}
    return list(rows.values())


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)
