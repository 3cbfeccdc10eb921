"""Page 4 through the door: how sure, which gates, how it was done."""

from __future__ import annotations

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from analysis.disclosure.analyses import publish_ways
from analysis.disclosure.answer import publish_gates
from analysis.settings import Settings
from analysis.wording import number
from analysis.words.answer import say_gate
from analysis.words.describe import say_agreement
from analysis.words.method import DISCUSSION, LIMITS, describe_trial, read_audit, say_audit
from analysis.words.sentence import SentenceBook

if TYPE_CHECKING:
    from analysis.study import Study

PACKAGES = ("therapy-formats", "numpy", "pandas", "scipy", "statsmodels", "matplotlib", "typst")


def publish_certainty(study: Study, book: SentenceBook) -> dict[str, object]:
    """Give page 4.

    Args:
        study: the study.
        book: where its sentences are written.
    """
    analyses = publish_ways(study)
    comparable = [
        row for row in analyses if row["unit"] == analyses[0]["unit"] and not row["range_over_all"]
    ]
    gates = _publish_gates(study, book)
    audit = read_audit()
    return {
        "analyses": analyses,
        "agreement": book.say(say_agreement(comparable, gates)),
        "gates": gates,
        "audit": {**audit, "text": book.say(say_audit(audit))},
        "trial": describe_trial(study.settings),
        "settings": publish_settings(study.settings),
        "versions": _publish_versions(),
        "limits": list(LIMITS),
        "discussion": list(DISCUSSION),
    }


def publish_settings(settings: Settings) -> list[dict[str, object]]:
    """Give every choice made beforehand: name, value, unit, reason.

    Args:
        settings: the choices.
    """
    rows = []
    for row in settings.rows():
        value = row["value"]
        shown = f"{value:g}" if isinstance(value, float) and value < 1e5 else f"{value:.0e}"
        if isinstance(value, int):
            shown = number(value, 0)
        rows.append({**row, "name": str(row["name"]).replace("_", " "), "value": shown})
    return rows


def _publish_gates(study: Study, book: SentenceBook) -> list[dict[str, object]]:
    """Give the gates asked; after one that keeps a pair from being described, no other."""
    rows = publish_gates(study)
    undescribed = {r["pair"] for r in rows if r["gate"] == "describe" and not r["passed"]}
    return [
        {**row, "text": book.say(say_gate(row))}
        for row in rows
        if row["gate"] == "describe" or row["pair"] not in undescribed
    ]


def _publish_versions() -> list[dict[str, str]]:
    rows = [{"name": "python", "value": platform.python_version()}]
    return rows + [{"name": name, "value": find_version(name)} for name in PACKAGES]


@cache
def find_version(name: str) -> str:
    """Give an installed package's version; words where it is run without being installed.

    Args:
        name: the package's name as pip knows it.
    """
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed, run from its folder"
