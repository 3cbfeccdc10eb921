"""Who came in, and who was left after each step.

In: a `Summary`. Out: one picture. Decisions: one column for each format, so that a reader sees at
once whether one format lost more children than another. A step that may not be printed keeps its
place, without numbers; neighbours share one reason.
"""

from __future__ import annotations

from itertools import groupby

from analysis.disclosure.summary import Summary
from analysis.figures.style import (
    FAINT,
    NORMAL,
    PAPER,
    SMALL,
    SOFT_INK,
    Panel,
    Picture,
    add_canvas,
    draw_nothing,
    in_own_style,
    line,
    mark,
    write,
)
from analysis.wording import FORMAT_TITLES
from analysis.words import alt_text
from analysis.words.cohort import FLOW_TITLES
from analysis.words.phrases import absent_formats

LABEL_CM = 7.4
TOP_CM = 0.75
ROW_CM = 0.62
BOX_CM = (1.35, 0.46)
HELD_BACK = "too close to the next printed step: the difference could show a child"


@in_own_style
def draw_flow(summary: Summary, *, width_cm: float = 17.0) -> Picture:
    """Draw the children left after each step, per format.

    Args:
        summary: what may be shown.
        width_cm: width of the whole picture.
    """
    rows = summary.cohort.flow
    if not any(row.shown for row in rows):
        return draw_nothing(width_cm, alt_text.describe_flow(summary))
    height = TOP_CM + ROW_CM * len(rows)
    picture = Picture(width_cm, height)
    picture.alt = alt_text.describe_flow(summary)
    canvas = add_canvas(picture)
    absent = absent_formats(summary)
    names = [*(name for name in summary.formats if name not in absent), "total"]
    step = (width_cm - LABEL_CM) / len(names)
    centres = {name: LABEL_CM + (i + 0.5) * step for i, name in enumerate(names)}
    shown = [i for i, row in enumerate(rows) if row.shown]
    for name, x in centres.items():
        _head(canvas, name, x, height - 0.22)
        if len(shown) > 1:
            ends = [height - TOP_CM - (i + 0.5) * ROW_CM for i in (shown[0], shown[-1])]
            line(canvas, [x, x], ends, color=FAINT, linewidth=1.1, zorder=1)
    middles = [height - TOP_CM - (i + 0.5) * ROW_CM for i in range(len(rows))]
    for i, (row, y) in enumerate(zip(rows, middles, strict=True)):
        last = i == len(rows) - 1
        write(canvas, 0, y, FLOW_TITLES[row.id], weight=600 if last else 400)
        for name, x in centres.items():
            if row.shown or (name == "total" and row.total is not None):
                _draw_number(canvas, getattr(row, name), x, y, last=last)
    for printed, steps in groupby(range(len(rows)), key=lambda i: rows[i].shown):
        if not printed:
            own = [middles[i] for i in steps]
            write(
                canvas,
                (centres[names[0]] + centres[names[-2]]) / 2,
                (own[0] + own[-1]) / 2,
                HELD_BACK,
                size=SMALL,
                colour=SOFT_INK,
                across="center",
                behind=PAPER,
                zorder=4,
            )
    return picture


def _head(canvas: Panel, name: str, x: float, y: float) -> None:
    if name == "total":
        write(canvas, x, y, "All", weight=600, across="center")
        return
    mark(canvas, x - 0.85, y, name)
    write(canvas, x - 0.62, y, FORMAT_TITLES[name], weight=600)


def _draw_number(canvas: Panel, value: float | None, x: float, y: float, *, last: bool) -> None:
    wide, high = BOX_CM
    canvas.fill(
        [x - wide / 2, x + wide / 2, x + wide / 2, x - wide / 2],
        [y - high / 2, y - high / 2, y + high / 2, y + high / 2],
        facecolor="#E6EAF0" if last else "#F5F6F8",
        edgecolor=SOFT_INK if last else FAINT,
        linewidth=0.6,
        zorder=3,
    )
    text = "not shown" if value is None else f"{value:,.0f}"
    size = SMALL if value is None else NORMAL
    weight = 600 if last and value is not None else 400
    write(canvas, x, y, text, size=size, weight=weight, across="center", zorder=4)
