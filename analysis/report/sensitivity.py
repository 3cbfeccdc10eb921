"""The pages on doubts: what could change the answer, and the ledger of claims.

In: a published summary. Out: their pictures, their display strings, their plain text. Nothing
is judged or computed here.
"""

from __future__ import annotations

from collections.abc import Iterable

from analysis.figures.confounding_benchmarks import draw_yardsticks
from analysis.figures.dropout import draw_dropout
from analysis.figures.style import Picture
from analysis.wording import sentence_case
from analysis.words import alt_text_sensitivity as describe_doubts

DOUBTS_TITLE = "What could change the answer?"
CLAIMS_TITLE = "What was claimed before, and what these records say"
TEXT_CM = 17.4


def asked_again(summary: dict) -> bool:
    """Tell whether a summary holds what these pages print.

    Args:
        summary: a published summary.
    """
    return bool(summary.get("sensitivity", {}).get("asked"))


def draw_doubts(summary: dict) -> dict[str, Picture]:
    """Draw the pictures of these pages, empty ones included.

    Args:
        summary: a published summary.
    """
    return {
        "dropout": draw_dropout(summary, width_cm=TEXT_CM),
        "yardsticks": draw_yardsticks(summary, width_cm=TEXT_CM),
    }


def view_doubts(summary: dict) -> dict:
    """Give what these pages print, as display strings.

    Args:
        summary: a published summary.

    Returns:
        `doubts` and `claims`, each with a title; `doubts.compared` is False when no pair was,
        and the page on doubts has nothing to say.
    """
    part, claims = summary["sensitivity"], summary["claims"]
    planning, growth = part["planning"], part["growth"]
    withheld = [row["text"] for row in part["withheld"]]
    compared = any(row["shown"] for row in part["unrecorded"])
    return {
        "doubts": {
            "title": DOUBTS_TITLE,
            "compared": compared,
            "dropout": [row["text"] for row in part["dropout"]],
            "unrecorded": [row["text"] for row in part["unrecorded"]],
            "wide": part["wide"],
            "controls": part["controls_text"],
            "left_out": [row["text"] for row in part["left_out"]],
            "growth": growth["text"] if growth else "",
            "withheld": withheld,
        },
        "claims": {
            "title": CLAIMS_TITLE,
            "lead": claims["text"],
            "rows": [_view_claim(row) for row in claims["rows"]],
            "planning": [row["text"] for row in planning["pairs"]] if compared else withheld,
            "to_record": planning["to_record_text"],
        },
    }


def _view_claim(row: dict) -> dict:
    verdict = sentence_case(row["verdict"])
    return {
        "id": row["id"],
        "claim": row["claim"],
        "estimand": f"{row['estimand']}; {row['unit']}.",
        "verdict": verdict,
        "why": row["text"].removeprefix(verdict),
        "text": row["text"],
    }


def write_doubts(view: dict, summary: dict) -> Iterable[str]:
    """Give the page on doubts as blocks of plain text.

    Args:
        view: the answer of `view_doubts`.
        summary: the summary it was made of.
    """
    doubts, part = view["doubts"], summary["sensitivity"]
    if not doubts["compared"]:
        yield from doubts["withheld"]
        return
    yield from doubts["unrecorded"]
    yield doubts["wide"]
    if any(row["bias"] is not None for row in part["benchmarks"]):
        yield describe_doubts.describe_yardsticks(summary)
    yield doubts["controls"]
    if any(row["cells"] for row in part["dropout"]):
        yield describe_doubts.describe_dropout(summary)
    else:
        yield from doubts["dropout"]
    yield from doubts["left_out"]
    yield doubts["growth"]
    yield from doubts["withheld"]


def write_claims(view: dict) -> Iterable[str]:
    """Give the ledger of claims as blocks of plain text.

    Args:
        view: the answer of `view_doubts`.
    """
    yield view["claims"]["lead"]
    for row in view["claims"]["rows"]:
        yield f"{row['id']}. {row['claim']} {row['text']} Measured as: {row['estimand']}"
    yield from view["claims"]["planning"]
    yield view["claims"]["to_record"]
