"""Page 4 through the door: how sure, which gates, how it was done."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import TYPE_CHECKING

from analysis.comparison.result import PAIRS, Comparison
from analysis.disclosure.answer import model_may_show, publish_gate
from analysis.disclosure.book import SentenceBook
from analysis.disclosure.rules import show_estimate
from analysis.findings import labels
from analysis.findings.describe import say_agreement
from analysis.findings.method import DISCUSSION, LIMITS, describe_trial
from analysis.findings.sentences import say_gate
from analysis.settings import Settings
from analysis.wording import number

if TYPE_CHECKING:
    from analysis.study import Study

PACKAGES = ("therapy-formats", "numpy", "pandas", "scipy", "statsmodels", "matplotlib", "typst")


def publish_certainty(study: Study, book: SentenceBook) -> dict[str, object]:
    """Give page 4.

    Args:
        study: the study.
        book: where its sentences are written.
    """
    analyses = [_publish_analysis(study, name) for name in study.analyses]
    return {
        "analyses": analyses,
        "agreement": book.say(say_agreement(analyses)),
        "gates": [_publish_gate(gate, study, book) for gate in study.findings.gates],
        "trial": describe_trial(study.settings),
        "settings": publish_settings(study.settings),
        "versions": _publish_versions(),
        "limits": list(LIMITS),
        "discussion": list(DISCUSSION),
    }


def publish_pairs(study: Study, comparison: Comparison) -> list[dict[str, object]]:
    """Give each pair's numbers of any comparison, None where they may not be shown.

    Args:
        study: the study.
        comparison: any of its comparisons.
    """
    rows = []
    for this, than in PAIRS:
        row = comparison.pair(this, than)
        shown = row["label"] != labels.NOT_COMPARABLE and model_may_show(study, (this, than))
        numbers = ("estimate", "conf_low", "conf_high")
        rows.append(
            {
                "this": this,
                "than": than,
                **{name: show_estimate(row[name]) if shown else None for name in numbers},
            }
        )
    return rows


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


def _publish_analysis(study: Study, name: str) -> dict[str, object]:
    comparison = study.analyses[name]
    return {
        "id": name,
        "title": comparison.title,
        "unit": comparison.unit,
        "pairs": publish_pairs(study, comparison),
        "withheld": comparison.withheld or None,
    }


def _publish_gate(gate: object, study: Study, book: SentenceBook) -> dict[str, object]:
    row = publish_gate(gate, study.settings)
    return {**row, "text": book.say(say_gate(row))}


def _publish_versions() -> list[dict[str, str]]:
    rows = [{"name": "python", "value": platform.python_version()}]
    return rows + [{"name": name, "value": version(name)} for name in PACKAGES]
