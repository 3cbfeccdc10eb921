"""Faster, further, and for a therapist's time: four answers beside each other.

In: a `Summary`. Out: one picture. Decisions: each answer has its own axis from zero and its own
unit, so that none can be read as another.
"""

from __future__ import annotations

from analysis.disclosure.summary import Summary
from analysis.figures.marks import DOT_AXIS_CM, DOT_ROW_CM, draw_dots, spans_of
from analysis.figures.style import (
    SMALL,
    Picture,
    add_canvas,
    draw_not_asked,
    draw_nothing,
    in_own_style,
    write,
)
from analysis.wording import FORMAT_TITLES
from analysis.words import alt_text

LABEL_CM = 2.0
GAP_CM = 0.7
HEAD_CM = 0.55


@in_own_style
def draw_effort(summary: Summary, *, width_cm: float = 17.4) -> Picture:
    """Draw rate, level at the end, and gain for sessions and therapist hours.

    Args:
        summary: what may be shown.
        width_cm: width of the whole picture.
    """
    if summary.effort is None:
        return draw_not_asked(width_cm)
    alt = alt_text.describe_effort(summary)
    found = alt_text.effort_rows(summary)
    measures = {measure: spans_of(rows) for measure, rows in found.items()}
    if not measures:
        return draw_nothing(width_cm, alt)
    shown = {name for spans in measures.values() for name in spans}
    names: list[str] = [name for name in summary.formats if name in shown]
    height = HEAD_CM + DOT_ROW_CM * len(names) + DOT_AXIS_CM
    picture = Picture(width_cm, height)
    picture.alt = alt
    canvas = add_canvas(picture)
    for i, name in enumerate(names):
        y = height - HEAD_CM - (i + 0.64) * DOT_ROW_CM
        write(canvas, 0, y, FORMAT_TITLES[name], weight=600)
    n, titles = len(measures), alt_text.measure_titles(summary)
    panel_cm = (width_cm - LABEL_CM - GAP_CM * (n - 1) - 0.2) / n
    for j, (measure, spans) in enumerate(measures.items()):
        left = LABEL_CM + j * (panel_cm + GAP_CM)
        title = titles[measure]
        write(canvas, left, height - 0.2, title, size=SMALL + 0.3, weight=600)
        rows = sorted(spans.items(), key=lambda row: names.index(row[0]))
        bottom = (len(names) - len(rows)) * DOT_ROW_CM
        draw_dots(picture, (left, bottom, panel_cm), rows)
    return picture
