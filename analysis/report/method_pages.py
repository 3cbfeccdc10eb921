"""The pages on certainty and method, and the words used.

In: a told `Summary`. Out: for each section its display strings (a `View`), its pictures, and its
blocks of plain text. Decisions: nothing is judged or computed here; a section that the study was
not asked is named on the page on method.
"""

from __future__ import annotations

from collections.abc import Iterable

from analysis.disclosure.summary import Summary
from analysis.figures.analyses import draw_analyses
from analysis.figures.style import Picture
from analysis.report.spelling import View, bullets, head, name_pair, row_line
from analysis.words import alt_text
from analysis.words.analyses import give_estimand
from analysis.words.gate_reasons import GATE_QUESTIONS
from analysis.words.method import (
    LIMITS,
    describe_trial,
    list_glossary,
    list_settings,
    say_computing,
)

TEXT_CM = 17.4
NOT_ASKED = ".not_asked"


def view_analyses(summary: Summary) -> View:
    """Give how sure the answer is: other ways of asking, gates, limits."""
    return {
        "agreement": summary.texts["certainty.agreement"],
        "gates": _view_gates(summary),
        "trial": [list(row) for row in describe_trial(summary)],
        "limits": list(LIMITS),
    }


def draw_certainty(summary: Summary) -> dict[str, Picture]:
    """Draw the picture of the other ways of asking, also where it is empty."""
    return {"analyses": draw_analyses(summary, width_cm=TEXT_CM)}


def write_analyses(view: View, summary: Summary) -> Iterable[str]:
    """Give how sure the answer is as blocks of plain text."""
    yield from head("How sure can we be?")
    analyses = summary.method.analyses
    if any(pair.estimate is not None for row in analyses for pair in row.pairs):
        yield alt_text.describe_analyses(summary)
    else:
        yield view["agreement"]
    gates = view["gates"]
    yield "Checks made before comparing:"
    yield bullets(
        row_line(row["question"], gates["head"][1:], row["cells"]) for row in gates["rows"]
    )
    yield bullets(f"{row['pairs']}: {row['text']}" for row in gates["failed"])
    yield "The trial these records stand in for:"
    yield bullets(
        f"{part}. Ideal trial: {target}. These records: {here}."
        for part, target, here in view["trial"]
    )
    yield "What this cannot show:"
    yield bullets(view["limits"])


def _view_gates(summary: Summary) -> View:
    """Give the gates as a table of questions by pairs, and in words what was not met."""
    pairs = [pair.id for pair in summary.answer.pairs]
    answers: dict[str, dict[str, str]] = {}
    reasons: dict[str, list[str]] = {}
    for gate in summary.method.gates:
        cells = answers.setdefault(GATE_QUESTIONS[gate.gate], {})
        cells[gate.pair] = "yes" if gate.passed else "no"
        if not gate.passed:
            text = summary.texts[f"gate.{gate.pair}.{gate.gate}"]
            reasons.setdefault(text, []).append(name_pair(gate.pair))
    return {
        "head": ["", *(name_pair(pair) for pair in pairs)],
        "rows": [
            {"question": question, "cells": [cells.get(pair, "not asked") for pair in pairs]}
            for question, cells in answers.items()
        ],
        "failed": [{"pairs": "; ".join(names), "text": text} for text, names in reasons.items()],
    }


def view_method(summary: Summary) -> View:
    """Give how it was worked out, and the words used."""
    return {
        "estimand": give_estimand(summary),
        "audit": summary.texts["method.audit"],
        "look": summary.texts.get("method.look", ""),
        "not_asked": [s.text for s in summary.sentences if s.id.endswith(NOT_ASKED)],
        "settings": [list(row) for row in list_settings(summary)],
        "computing": say_computing(summary),
        "glossary": [list(entry) for entry in list_glossary(summary)],
    }


def write_method(view: View, summary: Summary) -> Iterable[str]:
    """Give how it was worked out, and the words used, as blocks of plain text."""
    yield from head("How was this worked out?")
    yield view["estimand"]
    yield view["audit"]
    if view["look"]:
        yield view["look"]
    yield from view["not_asked"]
    yield "Every choice that could change a result:"
    yield bullets(f"{name}: {value}. {reason}" for name, value, reason in view["settings"])
    yield str(view["computing"])
    yield from head("Words used in this report")
    yield bullets(f"{word}. {meaning}" for word, meaning in view["glossary"])
