"""Marks that several pictures share: a panel of dots with intervals, and the head of a pair.

In: rows of a `Summary`. Out: marks drawn on a `Picture` that is given. Decisions: a row without
its three numbers has no mark.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from analysis.disclosure.rows import EffortMean, FormatRate, Interval
from analysis.figures.style import (
    SMALL,
    SOFT_INK,
    Panel,
    Picture,
    add_panel,
    line,
    mark,
    nice_step,
    shade_interval,
    text_width_cm,
    write,
)
from analysis.formats import FORMAT_COLOURS
from analysis.wording import FORMAT_TITLES, number

DOT_ROW_CM = 0.86
DOT_AXIS_CM = 0.5


class Span(NamedTuple):
    """The lower end, the estimate and the upper end of an interval that may be shown."""

    low: float
    middle: float
    high: float


def span_of(row: Interval) -> Span | None:
    """Give a row's interval; None where any of its three numbers may not be shown."""
    if row.conf_low is None or row.estimate is None or row.conf_high is None:
        return None
    return Span(row.conf_low, row.estimate, row.conf_high)


def spans_of(rows: Iterable[FormatRate | EffortMean]) -> dict[str, Span]:
    """Give format -> interval for the rows that may be shown, in their order."""
    found = ((row.format, span_of(row)) for row in rows)
    return {name: span for name, span in found if span is not None}


def draw_dots(
    picture: Picture,
    place: tuple[float, float, float],
    rows: Sequence[tuple[str, Span]],
    *,
    least: float = 0.0,
    decimals: int = 2,
) -> Panel:
    """Draw one row for each format: a mark, its number above, its interval behind.

    Args:
        picture: where to draw.
        place: left, bottom and width of the panel in centimetres, axis numbers included below.
        rows: format and interval, from top to bottom.
        least: the axis reaches at least this far above zero; zero is always on it.
        decimals: of the numbers beside the marks.

    Returns:
        The axes, so that more can be written on them.
    """
    left, bottom, width = place
    axes = add_panel(picture, left, bottom + DOT_AXIS_CM, width, DOT_ROW_CM * len(rows))
    low = min([0.0, *(span.low for _, span in rows)])
    high = max([least, *(span.high for _, span in rows)])
    pad = 0.04 * (high - low)
    axes.set_xlim(low - (pad if low < 0 else 0), high + pad)
    axes.set_ylim(len(rows), 0)
    _draw_axis(axes, low, high, len(rows))
    for i, (name, span) in enumerate(rows):
        shade_interval(axes, *span, i + 0.64, 0.24 / DOT_ROW_CM, FORMAT_COLOURS[name])
        mark(axes, span.middle, i + 0.64, name)
        label = number(span.middle, decimals)
        write(axes, span.middle, i + 0.26, label, weight=600, across="center")
    return axes


def draw_pair_head(canvas: Panel, this: str, than: str, x: float, y: float) -> None:
    """Write 'this than that' around the middle of a column, marks included.

    Args:
        canvas: a panel whose units are centimetres.
        this: first format of the pair.
        than: second format.
        x: middle of the column.
        y: height of the line.
    """
    size, gap, mark_cm = SMALL + 0.4, 0.13, 0.28
    first, second = FORMAT_TITLES[this], FORMAT_TITLES[than]
    widths = (
        mark_cm,
        text_width_cm(first, size, 600) + gap,
        text_width_cm("than", SMALL) + gap,
        mark_cm,
        text_width_cm(second, size, 600),
    )
    at = [x - sum(widths) / 2]
    for width in widths[:-1]:
        at.append(at[-1] + width)
    mark(canvas, at[0] + 0.1, y, this, scale=0.85)
    write(canvas, at[1], y, first, size=size, weight=600)
    write(canvas, at[2], y, "than", size=SMALL, colour=SOFT_INK)
    mark(canvas, at[3] + 0.1, y, than, scale=0.85)
    write(canvas, at[4], y, second, size=size, weight=600)


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
