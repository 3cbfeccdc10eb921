"""Put a published summary into the order and spelling of the page.

In: `Published.summary`. Out: a dictionary of display strings that the PDF and the plain text both
place as they are. The decision taken here: nothing is judged or computed, a missing number is
said to be missing, and a character that the shipped faces lack is replaced before it is set.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from analysis.wording import number, percent

NOT_SHOWN = "not shown"
NONE_HERE = "none"
INVENTED = (
    "Invented records. A computer made them up to show what this report looks like; no real child "
    "is described."
)
FORMAT_HEADS = {
    "individual": "Individual",
    "group": "Group",
    "combined": "Combined",
    "all": "All formats",
}
GATE_TITLES = {
    "describe": "Enough to describe",
    "compare": "Enough to compare",
    "overlap": "Children alike enough",
    "precision": "Precise enough to answer",
    "attrition": "Few lost before week 24",
    "measurement": "Goals and ratings independent of the format",
    "dominance": "Not one group’s or one therapist’s work",
}
READING = "The bar is the 95% range; the darker, the more plausible."
READING_WIDE = " Thin lines: the range if something unrecorded also differs."
INERT_SPACE = {"\u00a0": " ", "\u2009": " ", "\u2011": "-", "\t": " ", "\n": " ", "\r": " "}


def view_summary(summary: dict, characters: frozenset[int] | None = None) -> dict:
    """Give everything the page prints, as display strings, in reading order.

    Args:
        summary: a published summary.
        characters: code points the faces can draw; None keeps all that are printable.

    Returns:
        `front` (what every page bears), then `answer`, `who`, `progress`, `certainty`.
    """
    view = {
        "front": _view_front(summary),
        "answer": _view_answer(summary),
        "who": _view_who(summary),
        "progress": _view_progress(summary),
        "certainty": _view_certainty(summary),
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
    return f"{value:,.0f}" if value else NONE_HERE


def _view_front(summary: dict) -> dict:
    settings = (
        f"Smallest difference that matters: {number(summary['margin'])} levels each 12 weeks. "
        f"Nothing is printed about fewer than {summary['smallest_cell']} children."
    )
    return {
        "title": summary["title"],
        "question": summary["question"],
        "invented": INVENTED if summary["invented"] else "",
        "records": summary["records"]["sentence"],
        "digest": summary["records"]["digest"],
        "settings": settings,
    }


def _view_answer(summary: dict) -> dict:
    answer = summary["answer"]
    heads = ("n_children", "n_goals", "n_groups", "n_therapists")
    return {
        "headline": answer["headline"],
        "always": answer["always"],
        "reading": READING + (READING_WIDE if _has_wide(answer["pairs"]) else ""),
        "pairs": [
            {
                "this": pair["this"],
                "than": pair["than"],
                "this_head": FORMAT_HEADS[pair["this"]],
                "than_head": FORMAT_HEADS[pair["than"]],
                "title": pair["title"],
                "sentence": pair["sentence"],
                "shown": pair["shown"],
            }
            for pair in answer["pairs"]
        ],
        "counts": {
            "head": ["", "Children", "Goals", "Therapy groups", "Therapists"],
            "rows": [
                {
                    "format": row["format"],
                    "head": FORMAT_HEADS[row["format"]],
                    "cells": [view_count(row[head]) for head in heads],
                }
                for row in answer["counts"]
            ],
        },
        "caveats": [{k: row[k] for k in ("title", "text")} for row in answer["caveats"]],
        "next_step": answer["next_step"],
    }


def _has_wide(pairs: list[dict]) -> bool:
    return any(pair["shown"] and pair.get("wide_low") is not None for pair in pairs)


def _view_who(summary: dict) -> dict:
    who = summary["who"]
    formats = summary["formats"]
    seen = [name for name in formats if any(row[name] is not None for row in who["at_start"])]
    return {
        "sentences": who["sentences"],
        "flow": [
            {
                "step": row["step"],
                "cells": [view_count(row[name]) for name in (*formats, "total")],
            }
            for row in who["flow"]
        ],
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
        "overlap": [
            {
                "format": row["format"],
                "head": FORMAT_HEADS[row["format"]],
                "cells": [view_count(row["n_children"]), view_count(row["n_effective"])],
            }
            for row in who["overlap"]
        ],
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
    mean = number(row["mean"], 1)
    return mean if row.get("sd") is None else f"{mean} (SD {number(row['sd'], 1)})"


def _view_certainty(summary: dict) -> dict:
    certainty = summary["certainty"]
    return {
        "agreement": certainty["agreement"],
        "gates": [
            {
                "title": GATE_TITLES.get(row["gate"], row["gate"]),
                "about": _name_pair(row["pair"]),
                "verdict": "passed" if row["passed"] else "not passed",
                "passed": bool(row["passed"]),
                "text": row["text"],
            }
            for row in certainty["gates"]
        ],
        "trial": [[row["part"], row["target"], row["here"]] for row in certainty["trial"]],
        "settings": [
            [
                _name_setting(row["name"]),
                _spell_setting(row["value"], row["unit"]),
                row["reason"],
            ]
            for row in certainty["settings"]
        ],
        "versions": [f"{row['name']} {row['value']}" for row in certainty["versions"]],
        "limits": certainty["limits"],
        "discussion": certainty["discussion"],
    }


def _name_pair(pair: str | None) -> str:
    if pair is None:
        return "all formats"
    this, _, than = pair.partition("-")
    return f"{this} and {than}"


def _name_setting(name: str) -> str:
    return name.replace("_", " ")


def _spell_setting(value: float | str, unit: str) -> str:
    if isinstance(value, str):
        return f"{value} {unit}".strip()
    if unit == "share":
        return percent(value)
    text = f"{value:,.0f}" if float(value).is_integer() else f"{value:g}"
    return text if unit == "ratio" else f"{text} {unit}"


def join_lines(lines: Iterable[str]) -> str:
    """Join lines into one text that ends with a newline."""
    return "\n".join(lines).rstrip("\n") + "\n"
