"""Social goals against the same child's skill goals, in each format.

In: a `Summary`. Out: one picture.
"""

from __future__ import annotations

from analysis.disclosure.summary import Summary
from analysis.figures.marks import DOT_AXIS_CM, DOT_ROW_CM, draw_dots, spans_of
from analysis.figures.style import (
    SMALL,
    SOFT_INK,
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
FOOT_CM = 0.5


@in_own_style
def draw_kinds(summary: Summary, *, width_cm: float = 8.45) -> Picture:
    """Draw each format's mean difference between social and skill goals of the same child.

    Args:
        summary: what may be shown.
        width_cm: width of the whole picture.
    """
    if summary.subgroups is None:
        return draw_not_asked(width_cm)
    alt = alt_text.describe_kinds(summary)
    rows = list(spans_of(summary.subgroups.within_child.rates).items())
    if not rows:
        return draw_nothing(width_cm, alt)
    height = DOT_ROW_CM * len(rows) + DOT_AXIS_CM + FOOT_CM
    picture = Picture(width_cm, height)
    picture.alt = alt
    canvas = add_canvas(picture)
    draw_dots(picture, (LABEL_CM, FOOT_CM, width_cm - LABEL_CM - 0.3), rows, least=0.25)
    for i, (name, _) in enumerate(rows):
        y = height - (i + 0.64) * DOT_ROW_CM
        write(canvas, 0, y, FORMAT_TITLES[name], weight=600)
    weeks = summary.measure.rate_weeks
    text = f"levels each {weeks} weeks; right of 0: social goals moved further"
    write(canvas, width_cm - 0.3, 0.18, text, size=SMALL, colour=SOFT_INK, across="right")
    return picture
