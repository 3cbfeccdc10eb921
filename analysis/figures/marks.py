"""One panel of dots with intervals, one row for each format; used by several pictures."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.figures.style import (
    FORMAT_COLOURS,
    SMALL,
    SOFT_INK,
    Panel,
    Picture,
    add_panel,
    line,
    mark,
    nice_step,
    shade_interval,
    write,
)
from analysis.wording import number

DOT_ROW_CM = 0.86
DOT_AXIS_CM = 0.5


def draw_dots(
    picture: Picture,
    place: tuple[float, float, float],
    rows: Sequence[dict],
    *,
    least: float = 0.0,
    decimals: int = 2,
) -> Panel:
    """Draw one row for each format: a mark, its number above, its interval behind.

    Args:
        picture: where to draw.
        place: left, bottom and width of the panel in centimetres, axis numbers included below.
        rows: format, estimate, conf_low, conf_high, from top to bottom.
        least: the axis reaches at least this far above zero; zero is always on it.
        decimals: of the numbers beside the marks.

    Returns:
        The axes, so that more can be written on them.
    """
    left, bottom, width = place
    axes = add_panel(picture, left, bottom + DOT_AXIS_CM, width, DOT_ROW_CM * len(rows))
    low = min([0.0, *(row["conf_low"] for row in rows)])
    high = max([least, *(row["conf_high"] for row in rows)])
    pad = 0.04 * (high - low)
    axes.set_xlim(low - (pad if low < 0 else 0), high + pad)
    axes.set_ylim(len(rows), 0)
    _draw_axis(axes, low, high, len(rows))
    for i, row in enumerate(rows):
        colour = FORMAT_COLOURS[row["format"]]
        ends = (row["conf_low"], row["estimate"], row["conf_high"])
        shade_interval(axes, *ends, i + 0.64, 0.24 / DOT_ROW_CM, colour)
        mark(axes, row["estimate"], i + 0.64, row["format"])
        label = number(row["estimate"], decimals)
        write(axes, row["estimate"], i + 0.26, label, weight=600, across="center")
    return axes


def _draw_axis(axes: Panel, low: float, high: float, bottom: float) -> None:
    step = nice_step(1.6 * (high - low))
    decimals = 0 if step >= 1 else 1 if round(step * 10) == step * 10 else 2
    line(axes, [0, 0], [0, bottom], color=SOFT_INK, linewidth=0.7)
    line(axes, [low, high], [bottom] * 2, color=SOFT_INK)
    for k in range(int(low / step), int(high / step) + 1):
        line(axes, [k * step] * 2, [bottom, bottom + 0.08 / DOT_ROW_CM], color=SOFT_INK)
        write(
            axes,
            k * step,
            bottom + 0.36 / DOT_ROW_CM,
            number(k * step, decimals) if k else "0",
            size=SMALL,
            colour=SOFT_INK,
            across="center",
        )
