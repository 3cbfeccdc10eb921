"""Put a published summary into the order and spelling of the page.

In: `Published.summary`. Out: a dictionary of display strings that the PDF and the plain text both
place as they are. The decision taken here: nothing is judged or computed, a missing number is
said to be missing, and a character that the shipped faces lack is replaced before it is set.
"""

from __future__ import annotations

import unicodedata

from analysis.figures.names import FORMAT_TITLES, absent_formats
from analysis.report.sections import view_beside
from analysis.report.sensitivity import asked_again, view_doubts
from analysis.wording import number, percent, signed

NOT_SHOWN = "not shown"
NONE_HERE = "none"
CHANGES = ("before", "now", "change", "noise")
NOT_RECORDED = "not recorded"
INVENTED = (
    "Invented records. A computer made them up to show what this report looks like; no real child "
    "is described."
)
FORMAT_HEADS = FORMAT_TITLES | {"all": "All formats"}
READING = "The bar is the 95% range; the darker, the more plausible."
READING_WIDE = " Thin lines: the range if something unrecorded also differs."
INERT_SPACE = {"\u00a0": " ", "\u2009": " ", "\u2011": "-", "\t": " ", "\n": " ", "\r": " "}


GLOSSARY = (
    (
        "Goal attainment",
        "How far a child has come towards a goal, judged on five levels that were "
        "written down when the goal was set.",
    ),
    ("Expected level", "What family and therapist agreed the child would reach; level 0 of five."),
    ("Progress", "How many levels a child’s goals move each term, averaged over the goals."),
    (
        "95% range",
        "The differences that go well with these records. A wide range means that the "
        "records say little.",
    ),
    (
        "Too small to matter",
        "A difference below the margin that was fixed before anyone saw the results.",
    ),
    (
        "Children made alike",
        "Children in different formats differ from the start. What was written "
        "down on the first day is allowed for, so that like is compared with like.",
    ),
    ("Weighting", "Children who resemble those of the other formats count more, the others less."),
    (
        "Standard deviation",
        "A yardstick for how much children differ; differences far below one are small.",
    ),
    (
        "T-score",
        "A summary of a child’s goals used by many services; 50 when all goals are met as "
        "expected.",
    ),
    ("Combined therapy", "Individual and group sessions planned together from the start."),
)


def view_summary(summary: dict, characters: frozenset[int] | None = None) -> dict:
    """Give everything the page prints, as display strings, in reading order.

    Args:
        summary: a published summary.
        characters: code points the faces can draw; None keeps all that are printable.

    Returns:
        `front` (what every page bears), then `answer`, `who`, `progress`, `certainty`, the
        `glossary`, and `depends`, `effort`, `doubts` and `claims` where the summary has them.
    """
    view = {
        "front": _view_front(summary),
        "answer": _view_answer(summary),
        "changes": _view_changes(summary),
        "who": _view_who(summary),
        "progress": _view_progress(summary),
        "certainty": _view_certainty(summary),
        "glossary": [list(entry) for entry in GLOSSARY],
        **(view_beside(summary) if "depends" in summary else {}),
        **(view_doubts(summary) if asked_again(summary) else {}),
    }
    return clean(view, characters)


def clean(value: object, characters: frozenset[int] | None = None) -> object:
    """Give the same nested value with every text made safe to set in type."""
    if isinstance(value, str):
        return clean_text(value, characters)
    if isinstance(value, dict):
        return {key: clean(item, characters) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean(item, characters) for item in value]
    return value


def clean_text(text: str, characters: frozenset[int] | None = None) -> str:
    """Drop marks that steer direction or the printer; replace what the faces cannot draw."""
    kept = []
    for character in unicodedata.normalize("NFC", text):
        plain = INERT_SPACE.get(character, character)
        if unicodedata.category(plain) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
            continue
        kept.append(plain if characters is None or ord(plain) in characters else "?")
    return "".join(kept)


def view_count(value: float | None) -> str:
    """Spell a published count for a table."""
    if value is None:
        return NOT_SHOWN
    return f"{value:,.0f}"


def _view_front(summary: dict) -> dict:
    settings = (
        f"Smallest difference that matters: {number(summary['margin'])} levels each 12 weeks. "
        f"Nothing is printed about fewer than {summary['smallest_cell']} children."
    )
    return {
        "title": summary["title"],
        "question": summary["question"],
        "estimand": summary["estimand"],
        "invented": INVENTED if summary["invented"] else "",
        "records": _say_records(summary),
        "digest": summary["records"]["digest"],
        "settings": settings,
    }


def _say_records(summary: dict) -> str:
    """Give the sentence of who is compared; where a part was held, that too."""
    changes = summary.get("changes")
    held = changes and (changes["held"] or changes["held_parts"])
    sentence = summary["records"]["sentence"]
    return f"{sentence} {changes['notice']}" if held else sentence


def _view_changes(summary: dict) -> dict | None:
    """Give what changed since the last report; None where there was none."""
    changes = summary.get("changes")
    if not changes:
        return None
    spelt = [
        [_name_pair(row["id"]), *map(_spell_change, (row,) * 4, CHANGES)] for row in changes["rows"]
    ]
    return {
        "since": changes["since"],
        "sentences": changes["sentences"],
        "head": ["", "Last report", "This report", "Change", "Chance alone"],
        "rows": [] if changes["held"] else spelt,
    }


def _spell_change(row: dict, name: str) -> str:
    if row[name] is None:
        return NOT_SHOWN
    return f"up to {number(row[name])}" if name == "noise" else signed(row[name])


def _view_answer(summary: dict) -> dict:
    answer = summary["answer"]
    absent = absent_formats(summary)
    return {
        "headline": answer["headline"],
        "always": answer["always"],
        "reading": READING + (READING_WIDE if _has_wide(answer["pairs"]) else ""),
        "pairs": [
            _name_formats(pair) | {key: pair[key] for key in ("title", "sentence", "shown")}
            for pair in answer["pairs"]
        ],
        "verdicts": _group_verdicts(answer["pairs"]),
        "counts": {
            "head": ["", "Children", "Goals", "Groups", "Therapists"],
            "rows": [
                {
                    "format": row["format"],
                    "head": FORMAT_HEADS[row["format"]],
                    "cells": _count_cells(row, absent),
                }
                for row in answer["counts"]
            ],
        },
        "caveats": [{k: row[k] for k in ("title", "text")} for row in answer["caveats"]],
        "next_step": answer["next_step"],
    }


def _count_cells(row: dict, absent: frozenset[str]) -> list[str]:
    """Spell one format's counts: absent formats have none, individual therapy has no groups."""
    if row["format"] in absent:
        return [NONE_HERE] * 4
    cells = [view_count(row[k]) for k in ("n_children", "n_goals", "n_groups", "n_therapists")]
    if row["n_children"] is not None and row["n_groups"] is None:
        cells[2] = NONE_HERE if row["format"] == "individual" else NOT_RECORDED
    return cells


def _name_formats(pair: dict) -> dict:
    return {
        "this": pair["this"],
        "than": pair["than"],
        "this_head": FORMAT_HEADS[pair["this"]],
        "than_head": FORMAT_HEADS[pair["than"]],
    }


def _group_verdicts(pairs: list[dict]) -> list[dict]:
    """Say a verdict once for all the pairs that share it, word for word."""
    verdicts: dict[tuple[str, str], dict] = {}
    for pair in pairs:
        key = (pair["title"], pair["sentence"])
        row = verdicts.setdefault(key, {"title": key[0], "sentence": key[1], "pairs": []})
        row["pairs"].append(_name_formats(pair))
    return list(verdicts.values())


def _has_wide(pairs: list[dict]) -> bool:
    return any(pair["shown"] and pair.get("wide_low") is not None for pair in pairs)


def _view_who(summary: dict) -> dict:
    who = summary["who"]
    formats = summary["formats"]
    seen = [name for name in formats if any(row[name] is not None for row in who["at_start"])]
    return {
        "sentences": who["sentences"],
        "at_start": {
            "formats": seen,
            "head": ["", *(FORMAT_HEADS[name] for name in seen)],
            "rows": [
                {
                    "head": row["trait"],
                    "unit": row["unit"],
                    "cells": [NOT_SHOWN if row[n] is None else str(row[n]) for n in seen],
                }
                for row in who["at_start"]
            ],
        },
    }


def _view_progress(summary: dict) -> dict:
    progress = summary["progress"]
    rows = []
    for name in summary["formats"]:
        mine = {row["when"]: row for row in progress["t_scores"] if row["format"] == name}
        if mine:
            cells = [_spell_mean(mine.get(when)) for when in ("start", "latest")]
            n = view_count(max(row["n_children"] or 0 for row in mine.values()) or None)
            rows.append({"format": name, "head": FORMAT_HEADS[name], "cells": [*cells, n]})
    return {"sentences": progress["sentences"], "t_scores": rows}


def _spell_mean(row: dict | None) -> str:
    if row is None or row["mean"] is None:
        return NOT_SHOWN
    mean = number(row["mean"], 0)
    return mean if row.get("sd") is None else f"{mean} (SD {number(row['sd'], 0)})"


def _view_certainty(summary: dict) -> dict:
    certainty = summary["certainty"]
    return {
        "agreement": certainty["agreement"],
        "gates": _view_gates(certainty["gates"], summary["answer"]["pairs"]),
        "trial": [[row["part"], row["target"], row["here"]] for row in certainty["trial"]],
        "settings": [
            [
                row["name"],
                _spell_setting(row["value"], row["unit"]),
                row["reason"],
            ]
            for row in certainty["settings"]
        ],
        "audit": certainty["audit"]["text"],
        "versions": [f"{row['name']} {row['value']}" for row in certainty["versions"]],
        "limits": certainty["limits"],
        "discussion": certainty["discussion"],
    }


def _view_gates(gates: list[dict], pairs: list[dict]) -> dict:
    """Give the checks as a table of questions by pairs, and in words what was not met."""
    questions: dict[str, dict] = {}
    for row in gates:
        question, _, _ = row["text"].partition("?")
        entry = questions.setdefault(row["gate"], {"question": f"{question}?", "cells": {}})
        entry["cells"][row["pair"]] = "yes" if row["passed"] else "no"
    reasons: dict[str, list[str]] = {}
    for row in gates:
        if not row["passed"]:
            reasons.setdefault(row["text"], []).append(_name_pair(row["pair"]))
    return {
        "head": ["", *(_name_pair(pair["id"]) for pair in pairs)],
        "rows": [
            {
                "question": entry["question"],
                "cells": [entry["cells"].get(pair["id"], "not asked") for pair in pairs],
            }
            for entry in questions.values()
        ],
        "failed": [{"pairs": "; ".join(names), "text": text} for text, names in reasons.items()],
    }


def _name_pair(pair: str) -> str:
    this, _, than = pair.partition("-")
    return f"{FORMAT_HEADS[this]} and {than}"


def _spell_setting(value: str, unit: str) -> str:
    if unit == "share":
        return percent(float(value))
    return value if unit == "ratio" else f"{value} {unit}"
