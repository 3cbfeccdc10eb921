"""The annex on certainty and method: other ways of asking, checks, the trial, choices, words.

In: a told `Summary`. Out: for each section its display strings (a `View`), its pictures, and its
blocks of plain text. Decisions: nothing is judged or computed here; of the checks only those that
were not met are printed, of the choices only those a reader must know and those a clinic changed;
a section that the study was not asked is named.
"""

from __future__ import annotations

from collections.abc import Iterable

from analysis.disclosure.summary import Summary
from analysis.figures.analyses import draw_analyses
from analysis.figures.style import Picture
from analysis.report.spelling import View, bullets, head, name_pair
from analysis.wording import sentence_case
from analysis.words import alt_text
from analysis.words.analyses import give_estimand
from analysis.words.gate_reasons import count_passed
from analysis.words.method import (
    LIMITS,
    choose_settings,
    describe_trial,
    list_glossary,
    say_computing,
    say_where_settings_stand,
)
from analysis.words.phrases import present_pairs, range_name

TEXT_CM = 17.4
NOT_ASKED = ".not_asked"
ANALYSES_TITLE = "Annex D. How sure can we be?"
WAYS_TITLE = "The same question, asked in other ways"
GATES_TITLE = "Checks made before comparing"
METHOD_TITLE = "Annex F. How it was worked out"
TRIAL_TITLE = "The trial these records stand in for"
TRIAL_HEAD = ("Part", "The ideal trial", "These records")
LIMITS_TITLE = "What this cannot show"
NOT_ASKED_TITLE = "What was not asked this time"
SETTINGS_TITLE = "What was chosen beforehand"
SETTINGS_HEAD = ("Choice", "Value", "Reason")
GLOSSARY_TITLE = "Words used, and the exact terms"


def view_analyses(summary: Summary) -> View:
    """Give how sure the answer is: other ways of asking, gates, the trial stood in for."""
    return {
        "title": ANALYSES_TITLE,
        "agreement": summary.texts["certainty.agreement"],
        "ways_title": WAYS_TITLE,
        "ways_note": (
            f"Lines: {range_name(summary)}; shaded: too small to matter; to the right, the format "
            "named first is ahead."
        ),
        "gates": _view_gates(summary),
        "trial": [list(row) for row in describe_trial(summary)],
    }


def draw_certainty(summary: Summary) -> dict[str, Picture]:
    """Draw the picture of the other ways of asking, also where it is empty."""
    return {"analyses": draw_analyses(summary, width_cm=TEXT_CM)}


def write_analyses(view: View, summary: Summary) -> Iterable[str]:
    """Give how sure the answer is as blocks of plain text."""
    yield from head(view["title"])
    yield view["agreement"]
    if any(pair.estimate is not None for row in summary.method.analyses for pair in row.pairs):
        yield alt_text.describe_analyses(summary)
    gates = view["gates"]
    yield f"{gates['title']}:"
    yield gates["passed"]
    yield bullets(f"{row['pairs']}: {row['text']}" for row in gates["failed"])


def _view_gates(summary: Summary) -> View:
    """Give in words what was not met and by which pairs, and how many checks were."""
    present = {f"{p.this}-{p.than}" for p in present_pairs(summary, summary.answer.pairs)}
    reasons: dict[str, list[str]] = {}
    for gate in summary.method.gates:
        if not gate.passed and gate.pair in present:
            text = summary.texts[f"gate.{gate.pair}.{gate.gate}"]
            reasons.setdefault(text, []).append(name_pair(gate.pair))
    return {
        "title": GATES_TITLE,
        "passed": count_passed(summary),
        "failed": [{"pairs": "; ".join(names), "text": text} for text, names in reasons.items()],
    }


def view_method(summary: Summary) -> View:
    """Give how it was worked out, what was chosen, and the words used."""
    return {
        "title": METHOD_TITLE,
        "estimand": f"{give_estimand(summary)}.",
        "audit": summary.texts["method.audit"],
        "look": summary.texts.get("method.look", ""),
        "trial_title": TRIAL_TITLE,
        "trial_head": list(TRIAL_HEAD),
        "limits_title": LIMITS_TITLE,
        "limits": list(LIMITS),
        "not_asked_title": NOT_ASKED_TITLE,
        "not_asked": [s.text for s in summary.sentences if s.id.endswith(NOT_ASKED)],
        "settings_title": SETTINGS_TITLE,
        "settings_head": list(SETTINGS_HEAD),
        "settings": [
            [sentence_case(row.name), row.value, row.reason] for row in choose_settings(summary)
        ],
        "settings_note": say_where_settings_stand(summary),
        "computing": say_computing(summary),
        "glossary_title": GLOSSARY_TITLE,
        "glossary": [list(entry) for entry in list_glossary(summary)],
    }


def write_method(view: View, summary: Summary) -> Iterable[str]:
    """Give how it was worked out as blocks of plain text."""
    yield from head(view["title"])
    yield view["audit"]
    yield view["estimand"]
    if view["look"]:
        yield view["look"]
    yield f"{view['trial_title']}:"
    yield bullets(
        f"{row.part}. Ideal trial: {row.target}. These records: {row.here}."
        for row in describe_trial(summary)
    )
    yield f"{view['limits_title']}:"
    yield bullets(view["limits"])
    yield from view["not_asked"]
    yield f"{view['settings_title']}:"
    yield bullets(f"{name}: {value}. {reason}" for name, value, reason in view["settings"])
    yield view["settings_note"]
    yield str(view["computing"])
    yield f"{view['glossary_title']}:"
    yield bullets(f"{word}. {meaning}" for word, meaning in view["glossary"])
