"""Of 100 goals: icon arrays beside each other, one for each format.

In: a `Summary`. Out: one picture. Decisions: one denominator and one order of filling for all, the
number and its range written above each array.

Source: Galesic, Garcia-Retamero & Gigerenzer 2009, Health Psychology 28:210-216.
"""

from __future__ import annotations

from analysis.disclosure.summary import Summary
from analysis.figures.style import (
    LARGE,
    SMALL,
    SOFT_INK,
    Panel,
    Picture,
    add_canvas,
    draw_not_asked,
    draw_nothing,
    in_own_style,
    mark,
    text_width_cm,
    write,
)
from analysis.formats import FORMAT_COLOURS
from analysis.wording import FORMAT_TITLES, interval
from analysis.words import alt_text

ROWS, COLUMNS = 5, 20
CELL_CM = 0.26
EMPTY = "#E3E5EA"
HEAD_CM = 0.75


@in_own_style
def draw_icons(summary: Summary, *, week: int, width_cm: float = 17.4) -> Picture:
    """Draw how many of 100 goals were at the expected level by a week, in each format.

    Args:
        summary: what may be shown.
        week: one of `summary.attainment.weeks`.
        width_cm: width of the whole picture.
    """
    if summary.attainment is None:
        return draw_not_asked(width_cm)
    alt = alt_text.describe_icons(summary, week)
    own = (row for row in summary.attainment.shares if row.week == week)
    rows = [
        (row.format, row.of_100, interval(row.low, row.high, 0))
        for row in own
        if row.of_100 is not None and row.low is not None and row.high is not None
    ]
    if not rows:
        return draw_nothing(width_cm, alt)
    height = HEAD_CM + ROWS * CELL_CM + 0.1
    picture = Picture(width_cm, height)
    picture.alt = alt
    canvas = add_canvas(picture)
    panel_cm = width_cm / len(rows)
    for j, (name, of_100, ends) in enumerate(rows):
        left = j * panel_cm
        mark(canvas, left + 0.14, height - 0.3, name)
        write(canvas, left + 0.4, height - 0.3, FORMAT_TITLES[name], weight=600)
        right = left + COLUMNS * CELL_CM
        spread = f"of 100 ({ends})"
        write(canvas, right, height - 0.3, spread, size=SMALL, colour=SOFT_INK, across="right")
        write(
            canvas,
            right - text_width_cm(spread, SMALL) - 0.12,
            height - 0.3,
            f"{of_100}",
            size=LARGE,
            weight=600,
            across="right",
        )
        _fill(canvas, left, height - HEAD_CM, of_100, FORMAT_COLOURS[name])
    return picture


def _fill(canvas: Panel, left: float, top: float, n: int, colour: str) -> None:
    """Fill n of 100 squares, column by column from the left."""
    corners = []
    for k in range(ROWS * COLUMNS):
        column, row = divmod(k, ROWS)
        corners.append((left + column * CELL_CM, top - (row + 1) * CELL_CM))
    for part, face in ((corners[:n], colour), (corners[n:], EMPTY)):
        canvas.fill_squares(part, CELL_CM * 0.82, facecolor=face, edgecolor="none", linewidth=0)
