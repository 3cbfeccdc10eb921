"""What changed since the last report, and the annex's first section: who was compared.

In: a told `Summary`. Out: for each section its display strings (a `View`), its pictures, and its
blocks of plain text. Decisions: nothing is judged or computed here.
"""

from __future__ import annotations

from collections.abc import Iterable

from analysis.disclosure.chain_rows import Change, NewChildren
from analysis.disclosure.summary import Summary
from analysis.figures.balance import draw_balance, draw_overlap
from analysis.figures.flow import draw_flow
from analysis.figures.style import Picture
from analysis.report.spelling import (
    FORMAT_HEADS,
    NOT_SHOWN,
    View,
    bullets,
    head,
    name_pair,
    row_line,
)
from analysis.wording import interval, sentence_case, signed
from analysis.words import alt_text
from analysis.words.cohort import TRAIT_TITLES, spell_start, start_unit
from analysis.words.phrases import ends, every, known, present_formats, present_pairs, range_name
from analysis.words.previous import name_row, say_since

TEXT_CM, HALF_CM = 17.4, 8.45
PREVIOUS_TITLE = "What changed since the last report"
SINCE_TITLE = "The last report:"
COHORT_TITLE = "Annex A. Who was compared"
FLOW_TITLE = "From the records to the comparison"
START_TITLE = "Children at the start"
START_NOTE = "Ratings and levels: means. Of yes and no: the share with yes."
BALANCE_TITLE = "How unlike the formats were"
BALANCE_NOTE = "Inside the shaded band the formats are alike in that respect."
OVERLAP_TITLE = "How many children the comparison counts"
OVERLAP_NOTE = (
    "A child who resembles the children of the other formats counts fully; one who could only "
    "have been in one format counts for little. The more a format keeps, the more alike its "
    "children were to the others."
)
UNITS_IN_THE_NOTE = ("mean", "share", "level")


def view_previous(summary: Summary) -> View | None:
    """Give what changed since the last report; None where there was none."""
    part = summary.previous
    if part is None:
        return None
    new = part.newcomers.rows if part.newcomers else ()
    rows = [] if part.held else present_pairs(summary, part.rows)
    hidden = [f"changes.{row.id}" for row in rows if row.change is None]
    told = {f"changes.new.{row.format}" for row in new if row.settled}
    beside = {f"changes.new.{row.format}" for row in new} - told
    news = [s.text for s in summary.sentences if s.id.startswith("changes.new.")]
    open_news = {summary.texts[name] for name in beside}
    return {
        "title": PREVIOUS_TITLE,
        "finding": summary.texts["changes.held"],
        "rows_title": f"Difference in progress, attainment levels {every(summary)}",
        "since_title": SINCE_TITLE,
        "since": say_since(summary, part),
        "moved": [summary.texts[name] for name in hidden],
        "sentences": [text for text in news if text not in open_news],
        "head": ["Formats", "Last report", "This report", "Change"],
        "rows": [_spell_change(row) for row in rows if row.change is not None],
        "new_title": f"New children beside earlier ones, attainment levels {every(summary)}",
        "new_head": ["Format", "New minus earlier children", sentence_case(range_name(summary))],
        "new": [_spell_new(row) for row in new],
    }


def write_previous(view: View, summary: Summary) -> Iterable[str]:
    """Give what changed as blocks of plain text."""
    yield from head(view["title"])
    yield view["finding"]
    if view["rows"]:
        yield f"{view['rows_title']}:"
        yield bullets(row_line(row[0], view["head"][1:], row[1:]) for row in view["rows"])
    yield from view["moved"]
    if view["new"]:
        yield f"{view['new_title']}:"
        yield bullets(row_line(row[0], view["new_head"][1:], row[1:]) for row in view["new"])
    yield from view["sentences"]
    yield f"{view['since_title']} {view['since']}"


def _spell_change(row: Change) -> list[str]:
    moved = [NOT_SHOWN if n is None else signed(n) for n in (row.before, row.now, row.change)]
    return [name_pair(row.id), *moved]


def _spell_new(row: NewChildren) -> list[str]:
    return [sentence_case(name_row(row)), signed(known(row.estimate)), interval(*ends(row))]


def view_cohort(summary: Summary) -> View:
    """Give who was compared, and how alike they were."""
    rows, present = summary.cohort.at_start, present_formats(summary)
    seen = [f for f in present if any(getattr(row, f) is not None for row in rows)]
    return {
        "title": COHORT_TITLE,
        "finding": summary.texts["who.balance"],
        "sentences": [*summary.quote("who.flow"), *summary.quote("who.adjusted")],
        "flow_title": FLOW_TITLE,
        "balance_title": BALANCE_TITLE,
        "balance_note": BALANCE_NOTE,
        "overlap_title": OVERLAP_TITLE,
        "overlap_note": OVERLAP_NOTE,
        "at_start": {
            "title": START_TITLE,
            "note": START_NOTE,
            "formats": seen,
            "head": ["Trait", *(FORMAT_HEADS[name] for name in seen)],
            "rows": [
                {
                    "head": TRAIT_TITLES[row.trait],
                    "unit": _name_unit(start_unit(row.trait)),
                    "cells": [spell_start(row, name) or NOT_SHOWN for name in seen],
                }
                for row in rows
            ],
        },
    }


def _name_unit(unit: str) -> str:
    """Give a trait's unit where the note under the table does not."""
    return "" if unit.startswith(UNITS_IN_THE_NOTE) else unit.partition(",")[0]


def draw_cohort(summary: Summary) -> dict[str, Picture]:
    """Draw the pictures of who was compared, empty ones included."""
    return {
        "flow": draw_flow(summary, width_cm=TEXT_CM),
        "balance": draw_balance(summary, width_cm=HALF_CM),
        "overlap": draw_overlap(summary, width_cm=HALF_CM),
    }


def write_cohort(view: View, summary: Summary) -> Iterable[str]:
    """Give who was compared as blocks of plain text."""
    yield from head(view["title"])
    yield view["finding"]
    yield from view["sentences"]
    if any(row.shown for row in summary.cohort.flow):
        yield alt_text.describe_flow(summary)
    start = view["at_start"]
    if start["rows"]:
        yield f"{start['title']}:"
        yield bullets(
            row_line(
                ", ".join(part for part in (row["head"], row["unit"]) if part),
                start["head"][1:],
                row["cells"],
            )
            for row in start["rows"]
        )
        yield start["note"]
    if summary.cohort.balance:
        yield alt_text.describe_balance(summary)
    if summary.cohort.overlap:
        yield alt_text.describe_overlap(summary)
