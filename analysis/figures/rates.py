"""Adjusted progress in each format, children made alike.

In: a `Summary`. Out: one picture. Decisions: dots with intervals on an axis that shows zero, never
bars, because a mean has no body.
"""

from __future__ import annotations

from analysis.disclosure.summary import Summary
from analysis.figures.marks import spans_of
from analysis.figures.style import (
    SMALL,
    SOFT_INK,
    Panel,
    Picture,
    add_canvas,
    add_panel,
    draw_nothing,
    in_own_style,
    line,
    mark,
    nice_step,
    shade_interval,
    write,
)
from analysis.formats import FORMAT_COLOURS
from analysis.wording import FORMAT_TITLES, interval, number
from analysis.words import alt_text

AXIS_CM = 1.0
LABEL_CM = 2.0
RANGE_CM = 2.0


@in_own_style
def draw_rates(summary: Summary, *, width_cm: float = 8.4, row_cm: float = 0.86) -> Picture:
    """Draw the adjusted mean rate of each format that may be shown.

    Args:
        summary: what may be shown.
        width_cm: width of the whole picture.
        row_cm: height of one format's row.
    """
    rates = spans_of(summary.answer.rates)
    names = [name for name in summary.formats if name in rates]
    if not names:
        return draw_nothing(width_cm, alt_text.describe_rates(summary))
    height = row_cm * len(names) + AXIS_CM
    picture = Picture(width_cm, height)
    picture.alt = alt_text.describe_rates(summary)
    canvas = add_canvas(picture)
    axes = add_panel(picture, LABEL_CM, AXIS_CM, width_cm - LABEL_CM - RANGE_CM, height - AXIS_CM)
    low = min([0.0, *(span.low for span in rates.values())])
    high = max([0.5, *(span.high for span in rates.values())])
    axes.set_xlim(low, high * 1.04)
    axes.set_ylim(len(names), 0)
    _draw_axis(axes, low, high, len(names), row_cm, summary.measure.rate_weeks)
    for i, name in enumerate(names):
        span = rates[name]
        shade_interval(axes, *span, i + 0.62, 0.26 / row_cm, FORMAT_COLOURS[name])
        mark(axes, span.middle, i + 0.62, name, scale=1.15)
        write(axes, span.middle, i + 0.24, number(span.middle), weight=600, across="center")
        middle = height - (i + 0.62) * row_cm
        write(canvas, 0, middle, FORMAT_TITLES[name], weight=600)
        spread = interval(span.low, span.high)
        write(canvas, width_cm, middle, spread, size=SMALL, colour=SOFT_INK, across="right")
    return picture


def _draw_axis(
    axes: Panel, low: float, high: float, bottom: float, row_cm: float, weeks: int
) -> None:
    step = nice_step(high - low)
    decimals = 0 if step >= 1 else 1 if round(step * 10) == step * 10 else 2
    line(axes, [0, 0], [0, bottom], color=SOFT_INK, linewidth=0.7)
    line(axes, [low, high * 1.04], [bottom] * 2, color=SOFT_INK)
    for k in range(int(low / step), int(high / step) + 1):
        line(axes, [k * step] * 2, [bottom, bottom + 0.08 / row_cm], color=SOFT_INK)
        write(
            axes,
            k * step,
            bottom + 0.34 / row_cm,
            number(k * step, decimals) if k else "0",
            size=SMALL,
            colour=SOFT_INK,
            across="center",
        )
    write(
        axes,
        (low + high) / 2,
        bottom + 0.78 / row_cm,
        f"attainment levels gained each {weeks} weeks",
        size=SMALL,
        colour=SOFT_INK,
        across="center",
    )
