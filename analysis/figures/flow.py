"""Who came in, who was left out and why, and who was compared.

In: a published summary. Out: one picture. The decision taken here: one column for each format, so
that a reader sees at once whether one format lost more children than another.
"""

from __future__ import annotations

from matplotlib.axes import Axes

from analysis.figures import describe
from analysis.figures.style import (
    FAINT,
    FORMAT_TITLES,
    INK,
    NORMAL,
    PAPER,
    SMALL,
    SOFT_INK,
    Picture,
    add_canvas,
    in_house_style,
    line,
    mark,
    write,
)

LABEL_CM = 7.4
TOP_CM = 0.75
ROW_CM = 0.62
BOX_CM = (1.35, 0.46)


@in_house_style
def draw_flow(summary: dict, *, width_cm: float = 17.0) -> Picture:
    """Draw the steps from all records to those compared, per format.

    Args:
        summary: a published summary.
        width_cm: width of the whole picture.
    """
    rows = summary["who"]["flow"]
    height = TOP_CM + ROW_CM * len(rows)
    picture = Picture(width_cm, height)
    picture.alt = describe.describe_flow(summary)
    canvas = add_canvas(picture)
    names = [*summary["formats"], "total"]
    step = (width_cm - LABEL_CM) / len(names)
    centres = {name: LABEL_CM + (i + 0.5) * step for i, name in enumerate(names)}
    for name, x in centres.items():
        _head(canvas, name, x, height - 0.22)
        kept = [i for i, row in enumerate(rows) if not _leaves(row)]
        if len(kept) > 1:
            ends = [height - TOP_CM - (i + 0.5) * ROW_CM for i in (kept[0], kept[-1])]
            line(canvas, [x, x], ends, color=FAINT, linewidth=1.1, zorder=1)
    for i, row in enumerate(rows):
        y = height - TOP_CM - (i + 0.5) * ROW_CM
        leaves = _leaves(row)
        write(
            canvas,
            0.35 if leaves else 0,
            y,
            row["step"],
            size=SMALL + 0.4 if leaves else NORMAL,
            weight=400 if leaves else 600,
            colour=SOFT_INK if leaves else INK,
        )
        for name, x in centres.items():
            _draw_number(canvas, row[name], x, y, leaves=leaves)
    return picture


def _leaves(row: dict) -> bool:
    return row["step"].startswith("Left out")


def _head(canvas: Axes, name: str, x: float, y: float) -> None:
    if name == "total":
        write(canvas, x, y, "All", weight=600, across="center")
        return
    mark(canvas, x - 0.85, y, name)
    write(canvas, x - 0.62, y, FORMAT_TITLES[name], weight=600)


def _draw_number(canvas: Axes, value: float | None, x: float, y: float, *, leaves: bool) -> None:
    text = "not shown" if value is None else f"{value:,.0f}"
    if leaves:
        text = text if value is None else f"−{text}" if value else "0"
        write(
            canvas, x, y, text, size=SMALL, colour=SOFT_INK, across="center", behind=PAPER, zorder=4
        )
        return
    wide, high = BOX_CM
    canvas.fill(
        [x - wide / 2, x + wide / 2, x + wide / 2, x - wide / 2],
        [y - high / 2, y - high / 2, y + high / 2, y + high / 2],
        facecolor="#F3F4F6",
        edgecolor=FAINT,
        linewidth=0.6,
        zorder=3,
    )
    write(
        canvas,
        x,
        y,
        text,
        size=SMALL if value is None else NORMAL,
        weight=400 if value is None else 600,
        across="center",
        zorder=4,
    )
