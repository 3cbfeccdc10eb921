"""Put a published summary into the order and spelling of the page.

In: a told `Summary`. Out: a dictionary of display strings that the PDF and the plain text both
place as they are. Decisions: nothing is judged or computed; every text is made safe to set.
"""

from __future__ import annotations

from analysis.disclosure.summary import Summary
from analysis.report.heading import NO_HEADING, TYPED, Heading
from analysis.report.sections import ANNEX, view_sections
from analysis.report.spelling import View, clean
from analysis.wording import number
from analysis.words.answer import TITLE
from analysis.words.phrases import every, name_records, range_name

FOOT = "Individual, group or combined therapy"
INVENTED = (
    "Invented records. A computer made them up to show what this report looks like; no real child "
    "is described."
)


def view_summary(
    summary: Summary,
    characters: frozenset[int] | None = None,
    heading: Heading = NO_HEADING,
) -> View:
    """Give everything the page prints, as display strings, in reading order.

    Args:
        summary: a told summary.
        characters: code points the faces can draw; None keeps all that are printable.
        heading: what the clinic writes above it.

    Returns:
        `front` (what every page bears), `sections` (their names in order), `annex` (those that
        follow the team's pages), then a view for each
        section that the study was asked.
    """
    sections = view_sections(summary)
    front = {
        "front": _view_front(summary, heading),
        "sections": list(sections),
        "annex": [name for name in ANNEX if name in sections],
    }
    return clean(front | sections, characters)


def _view_front(summary: Summary, heading: Heading) -> View:
    least = f"{number(summary.margin)} levels each {summary.measure.rate_weeks} weeks"
    matters = f"Smallest difference that matters: {least}."
    smallest = f"Nothing is printed about fewer than {summary.smallest_cell} children."
    return {
        "title": heading.title or TITLE,
        "heading": [text for text in (heading.period, heading.prepared) if text],
        "period": heading.period,
        "prepared": heading.prepared,
        "typed": TYPED if heading else "",
        "foot": heading.title or FOOT,
        "invented": INVENTED if summary.invented else "",
        "held": _say_held(summary),
        "named": name_records(summary),
        "matters": matters,
        "smallest": smallest,
        "every": every(summary),
        "range": range_name(summary),
    }


def _say_held(summary: Summary) -> str:
    """Give what keeps the last report's numbers, where a part of it does."""
    part = summary.previous
    held = part is not None and (part.held or part.held_parts)
    return summary.texts["changes.held"] if held else ""
