"""Of 100 goals, for families: a hundred dots for each format, and how far the range reaches.

In: a told `Summary`. Out: one picture. Decisions: one colour for all formats, one denominator
and one order of filling; a dot is full up to the low end of the range, half-toned up to its high
end and empty beyond, so that no picture shows a single number without its doubt.

Source: Galesic, Garcia-Retamero & Gigerenzer 2009, Health Psychology 28:210-216.
"""

from __future__ import annotations

from analysis.disclosure.summary import Summary
from analysis.figures.style import (
    CONTRAST,
    PAPER,
    SOFT_INK,
    Panel,
    Picture,
    add_canvas,
    in_own_style,
    write,
)
from analysis.wording import FORMAT_TITLES
from analysis.words.family import Hundred, describe_hundreds, tell_family

ROWS, COLUMNS, OF = 5, 20, 100
GAP_CM, HEAD_CM, KEY_CM = 0.6, 0.62, 0.75
HALF, EMPTY_EDGE = "#A9B4C6", "#C3C8D0"
DOT = 0.78  # of a cell
MOST_CELL_CM = 0.28
KEY = (
    (CONTRAST, CONTRAST, "reach it"),
    (HALF, CONTRAST, "may reach it"),
    (PAPER, EMPTY_EDGE, "do not"),
)


@in_own_style
def draw_hundred_goals(summary: Summary, *, width_cm: float = 17.4, titled: bool = True) -> Picture:
    """Draw for each format how many of 100 goals reach the expected level.

    Args:
        summary: what may be shown.
        width_cm: width of the whole picture.
        titled: whether it names the formats; the printed page does so itself.
    """
    page = tell_family(summary)
    head_cm = HEAD_CM if titled else 0.1
    n = len(page.hundreds)
    column_cm = (width_cm - (n - 1) * GAP_CM) / n
    cell = min(column_cm / COLUMNS, MOST_CELL_CM)
    counted = any(row.of_100 is not None for row in page.hundreds)
    height = head_cm + (ROWS * cell + KEY_CM if counted else 1.0)
    picture = Picture(width_cm, height)
    picture.alt = describe_hundreds(page)
    picture.empty = not counted
    canvas = add_canvas(picture)
    top = height - head_cm
    for k, row in enumerate(page.hundreds):
        left = k * (column_cm + GAP_CM)
        if titled:
            write(canvas, left, height - 0.3, FORMAT_TITLES[row.format], size=10.5, weight=600)
        if row.of_100 is None:
            write(canvas, left, top - 0.5, "No number", size=9, colour=SOFT_INK)
        else:
            _fill(canvas, left, top, cell, row)
    if counted:
        _draw_key(canvas, cell, ranged=any(row.low is not None for row in page.hundreds))
    return picture


def _fill(canvas: Panel, left: float, top: float, cell: float, row: Hundred) -> None:
    """Draw a hundred dots, column by column from the left."""
    low = row.of_100 if row.low is None else row.low
    high = row.of_100 if row.high is None else row.high
    low, high = low or 0, high or 0
    places = [(left + (k // ROWS + 0.5) * cell, top - (k % ROWS + 0.5) * cell) for k in range(OF)]
    for part, (face, edge, _) in zip(
        (places[:low], places[low:high], places[high:]), KEY, strict=True
    ):
        _dot(canvas, part, cell, face, edge)


def _draw_key(canvas: Panel, cell: float, *, ranged: bool) -> None:
    """Say under the dots what each tone means."""
    left = 0.0
    for face, edge, text in KEY:
        if face == HALF and not ranged:
            continue
        _dot(canvas, [(left + cell / 2, 0.2)], cell, face, edge)
        write(canvas, left + cell + 0.1, 0.2, text, size=9, colour=SOFT_INK, down="center")
        left += 2.7


def _dot(
    canvas: Panel, places: list[tuple[float, float]], cell: float, face: str, edge: str
) -> None:
    if places:
        canvas.plot(
            [x for x, _ in places],
            [y for _, y in places],
            marker="o",
            markersize=cell * DOT / 2.54 * 72 - 0.8,
            markerfacecolor=face,
            markeredgecolor=edge,
            markeredgewidth=0.8,
            linestyle="none",
        )
