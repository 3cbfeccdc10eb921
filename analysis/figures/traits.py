"""Predicted progress at low, middle and high ratings of a trait, for each format.

In: a `Summary`. Out: one picture with a panel for each planned trait.
"""

from __future__ import annotations

from collections.abc import Sequence

from analysis.disclosure.rows import Predicted
from analysis.disclosure.summary import Summary
from analysis.figures.marks import Span, span_of
from analysis.figures.style import (
    FAINT,
    SMALL,
    SOFT_INK,
    Panel,
    Picture,
    add_canvas,
    add_panel,
    draw_not_asked,
    draw_nothing,
    in_own_style,
    line,
    mark,
    nice_step,
    write,
)
from analysis.formats import FORMAT_COLOURS
from analysis.wording import FORMAT_TITLES, number
from analysis.words import alt_text
from analysis.words.cohort import TRAIT_TITLES

PANEL_CM = 3.6
HEAD_CM = 0.6
AXIS_CM = 1.0
LEFT_CM = 0.9
GAP_CM = 1.2
NAMES_CM = 1.9
APART = 0.13


@in_own_style
def draw_traits(summary: Summary, *, width_cm: float = 17.4) -> Picture:
    """Draw predicted rates by rating, formats side by side, with 95% intervals.

    Args:
        summary: what may be shown.
        width_cm: width of the whole picture.
    """
    if summary.subgroups is None:
        return draw_not_asked(width_cm)
    alt = alt_text.describe_traits(summary)
    traits = {
        trait.id: [(row, span) for row in trait.predicted if (span := span_of(row))]
        for trait in summary.subgroups.traits
    }
    traits = {name: rows for name, rows in traits.items() if rows}
    if not traits:
        return draw_nothing(width_cm, alt)
    height = HEAD_CM + PANEL_CM + AXIS_CM
    picture = Picture(width_cm, height)
    picture.alt = alt
    canvas = add_canvas(picture)
    width = (width_cm - GAP_CM) / 2 - LEFT_CM - NAMES_CM
    spans = [span for rows in traits.values() for _, span in rows]
    low, high = min([0.0, *(span.low for span in spans)]), max(span.high for span in spans)
    for j, (name, rows) in enumerate(traits.items()):
        left = j * ((width_cm - GAP_CM) / 2 + GAP_CM) + LEFT_CM
        write(canvas, left - LEFT_CM, height - 0.22, TRAIT_TITLES[name], weight=600)
        axes = add_panel(picture, left, AXIS_CM, width, PANEL_CM)
        ratings = sorted({row.rating for row, _ in rows})
        axes.set_xlim(ratings[0] - 0.45, ratings[-1] + 0.45)
        axes.set_ylim(low, high * 1.03)
        _draw_axes(axes, ratings, low, high, summary.measure.rate_weeks)
        _draw_formats(axes, rows, summary.formats, high - low, width)
    return picture


def _draw_axes(
    axes: Panel, ratings: Sequence[float], low: float, high: float, rate_weeks: int
) -> None:
    left, right = ratings[0] - 0.45, ratings[-1] + 0.45
    per_cm = (high * 1.03 - low) / PANEL_CM
    step = nice_step(1.4 * (high - low))
    for k in range(int(low / step), int(high / step) + 1):
        line(axes, [left, right], [k * step] * 2, color=FAINT if k else SOFT_INK, linewidth=0.6)
        label = number(k * step, 1) if k else "0"
        write(axes, left - 0.06, k * step, label, size=SMALL, colour=SOFT_INK, across="right")
    for rating in ratings:
        label = f"rated {rating:g}"
        write(
            axes, rating, low - 0.38 * per_cm, label, size=SMALL, colour=SOFT_INK, across="center"
        )
    write(
        axes,
        left,
        low - 0.82 * per_cm,
        f"predicted levels each {rate_weeks} weeks, other traits as average",
        size=SMALL,
        colour=SOFT_INK,
    )


def _draw_formats(
    axes: Panel,
    rows: Sequence[tuple[Predicted, Span]],
    formats: Sequence[str],
    height: float,
    width_cm: float,
) -> None:
    names = [f for f in formats if any(row.format == f for row, _ in rows)]
    labels: list[tuple[float, str]] = []
    for k, name in enumerate(names):
        mine = [(row.rating, span) for row, span in rows if row.format == name]
        shift = (k - (len(names) - 1) / 2) * APART
        x = [rating + shift for rating, _ in mine]
        y = [span.middle for _, span in mine]
        line(axes, x, y, color=FORMAT_COLOURS[name], linewidth=1.0, zorder=3)
        for (_, span), at in zip(mine, x, strict=True):
            ends = [span.low, span.high]
            line(axes, [at, at], ends, color=FORMAT_COLOURS[name], linewidth=2.2, alpha=0.35)
            mark(axes, at, span.middle, name, scale=0.85)
        labels.append((y[-1], name))
    left, right = (f(row.rating for row, _ in rows) for f in (min, max))
    right, per_cm = right + 0.45, (right - left + 0.9) / width_cm
    last: float | None = None
    for end, name in sorted(labels):
        last = end if last is None else max(end, last + 0.11 * height)
        mark(axes, right + 0.13 * per_cm, last, name, scale=0.85)
        write(axes, right + 0.29 * per_cm, last, FORMAT_TITLES[name], weight=600)
