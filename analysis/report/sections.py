"""The pages beside the main answer: does it depend, how soon, how far, at what effort.

In: a published summary. Out: their pictures, their display strings, their plain text. Nothing
is judged or computed here.
"""

from __future__ import annotations

from collections.abc import Iterable

from analysis.figures.attainment import draw_icons
from analysis.figures.domains import draw_domains
from analysis.figures.effort import draw_effort
from analysis.figures.style import Picture
from analysis.figures.traits import draw_traits
from analysis.figures.within_child import draw_kinds
from analysis.words import alt_text_sections as describe_beside

GOALS_TITLE = "Does it depend on the goal?"
CHILDREN_TITLE = "Does it depend on the child?"
EFFORT_TITLE = "How soon, how far, at what effort?"
CARD_HEAD = ("Question", "Answer", "Counts")
COUNTS_AS = {"supports": "for it", "weakens": "against it", "undermines": "strongly against it"}
HALF_CM, TEXT_CM = 8.45, 17.4


def draw_beside(summary: dict) -> dict[str, Picture]:
    """Draw the pictures of these pages, empty ones included.

    Args:
        summary: a published summary.
    """
    weeks = summary["soon"]["weeks"]
    return {
        "kinds": draw_kinds(summary, width_cm=HALF_CM),
        "traits": draw_traits(summary, width_cm=TEXT_CM),
        "domains": draw_domains(summary, width_cm=TEXT_CM),
        "effort": draw_effort(summary, width_cm=TEXT_CM),
        **{f"icons-{week}": draw_icons(summary, week=week, width_cm=TEXT_CM) for week in weeks},
    }


def view_beside(summary: dict) -> dict:
    """Give what these pages print, as display strings.

    Args:
        summary: a published summary.

    Returns:
        `depends` and `effort`, each with a title.
    """
    return {"depends": _view_depends(summary["depends"]), "effort": _view_effort(summary)}


def _view_depends(depends: dict) -> dict:
    within = depends["within_child"]
    return {
        "goals_title": GOALS_TITLE,
        "children_title": CHILDREN_TITLE,
        "headline": within["headline"] or "",
        "withheld": within["withheld"] or "",
        "counts": within["counts"] or "",
        "others": [
            pair["sentence"]
            for pair in within["pairs"]
            if not within["withheld"] and pair["id"] != within["about"]
        ],
        "traits": [trait["sentence"] for trait in depends["traits"]],
        "domains": [s for s in (depends["domains"]["sentence"], depends["domains"]["folded"]) if s],
        "cards": [
            {
                "sentence": card["sentence"],
                "items": [
                    [item["question"], item["answer"], COUNTS_AS[item["counts"]]]
                    for item in card["items"]
                ],
            }
            for card in depends["credibility"]
        ],
        "card_head": list(CARD_HEAD),
        "never": depends["never"],
    }


def _view_effort(summary: dict) -> dict:
    soon, effort = summary["soon"], summary["effort"]
    practice = effort["home_practice"]
    end = effort["end_level"]
    return {
        "title": EFFORT_TITLE,
        "weeks": [f"icons-{week}" for week in soon["weeks"]],
        "shares": soon["sentences"],
        "pairs": [
            pair["sentence"]
            for pair in soon["pairs"]
            if pair["week"] == max(soon["weeks"], default=0)
        ],
        "soon_withheld": soon["withheld"] or "",
        "kinds": effort["kinds"],
        "end": [pair["sentence"] for pair in end["pairs"] if pair["shown"]],
        "time": [effort["sentences"][0], *effort["sentences"][3:]] if effort["sentences"] else [],
        "time_withheld": effort["withheld"] or "",
        "practice": [practice["sentence"], *([practice["usual"]] if "usual" in practice else [])],
    }


def write_goals(view: dict, summary: dict) -> Iterable[str]:
    """Give the page on goals as blocks of plain text.

    Args:
        view: the answer of `view_beside`.
        summary: the summary it was made of.
    """
    depends = view["depends"]
    yield depends["headline"] or depends["withheld"]
    if depends["counts"]:
        yield depends["counts"]
    yield from depends["others"]
    if depends["headline"]:
        yield describe_beside.describe_kinds(summary)
    yield from depends["domains"]
    if summary["depends"]["domains"]["rows"]:
        yield describe_beside.describe_domains(summary)
    yield from _write_card(depends["cards"][0])


def write_children(view: dict, summary: dict) -> Iterable[str]:
    """Give the page on children as blocks of plain text; arguments as for `write_goals`."""
    depends = view["depends"]
    yield depends["never"]
    yield from depends["traits"]
    if any(trait["predicted"] for trait in summary["depends"]["traits"]):
        yield describe_beside.describe_traits(summary)
    for card in depends["cards"][1:]:
        yield from _write_card(card)
    yield from view["effort"]["practice"]


def write_effort(view: dict, summary: dict) -> Iterable[str]:
    """Give the page on time and effort as blocks of plain text; as for `write_goals`."""
    effort = view["effort"]
    if effort["soon_withheld"]:
        yield effort["soon_withheld"]
    yield from effort["shares"]
    yield from effort["pairs"]
    yield effort["kinds"]
    if describe_beside.effort_rows(summary):
        yield describe_beside.describe_effort(summary)
    yield from effort["end"]
    yield from effort["time"]
    if effort["time_withheld"]:
        yield effort["time_withheld"]


def _write_card(card: dict) -> Iterable[str]:
    yield card["sentence"]
    yield from (f"{question} {answer} Counts {way}." for question, answer, way in card["items"])
