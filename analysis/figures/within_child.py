"""Social goals against the same child's skill goals, in each format.

In: a published summary. Out: one picture.
"""

from __future__ import annotations

from analysis.figures.marks import DOT_AXIS_CM, DOT_ROW_CM, draw_dots
from analysis.figures.names import FORMAT_TITLES
from analysis.figures.style import (
    SMALL,
    SOFT_INK,
    Picture,
    add_canvas,
    draw_nothing,
    in_house_style,
    write,
)
from analysis.words import alt_text_sections as describe_beside

LABEL_CM = 2.0
FOOT_CM = 0.5


@in_house_style
def draw_kinds(summary: dict, *, width_cm: float = 8.45) -> Picture:
    """Draw each format's mean difference between social and skill goals of the same child.

    Args:
        summary: a published summary.
        width_cm: width of the whole picture.
    """
    alt = describe_beside.describe_kinds(summary)
    rows = [row for row in summary["depends"]["within_child"]["rates"] if row["shown"]]
    if not rows:
        return draw_nothing(width_cm, alt)
    height = DOT_ROW_CM * len(rows) + DOT_AXIS_CM + FOOT_CM
    picture = Picture(width_cm, height)
    picture.alt = alt
    canvas = add_canvas(picture)
    draw_dots(picture, (LABEL_CM, FOOT_CM, width_cm - LABEL_CM - 0.3), rows, least=0.25)
    for i, row in enumerate(rows):
        y = height - (i + 0.64) * DOT_ROW_CM
        write(canvas, 0, y, FORMAT_TITLES[row["format"]], weight=600)
    text = "levels each 12 weeks; right of 0: social goals moved further"
    write(canvas, width_cm - 0.3, 0.18, text, size=SMALL, colour=SOFT_INK, across="right")
    return picture
