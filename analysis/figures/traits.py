"""Predicted progress at low, middle and high ratings of a trait, for each format.

In: a published summary. Out: one picture with a panel for each planned trait.
"""

from __future__ import annotations

from analysis.figures.names import FORMAT_TITLES
from analysis.figures.style import (
    FAINT,
    FORMAT_COLOURS,
    SMALL,
    SOFT_INK,
    Panel,
    Picture,
    add_canvas,
    add_panel,
    draw_nothing,
    in_house_style,
    line,
    mark,
    nice_step,
    write,
)
from analysis.wording import number
from analysis.words import alt_text_sections as describe_beside

PANEL_CM = 3.6
HEAD_CM = 0.6
AXIS_CM = 1.0
LEFT_CM = 0.9
GAP_CM = 1.2
NAMES_CM = 1.9
APART = 0.13


@in_house_style
def draw_traits(summary: dict, *, width_cm: float = 17.4) -> Picture:
    """Draw predicted rates by rating, formats side by side, with 95% intervals.

    Args:
        summary: a published summary.
        width_cm: width of the whole picture.
    """
    alt = describe_beside.describe_traits(summary)
    traits = [trait for trait in summary["depends"]["traits"] if trait["predicted"]]
    if not traits:
        return draw_nothing(width_cm, alt)
    height = HEAD_CM + PANEL_CM + AXIS_CM
    picture = Picture(width_cm, height)
    picture.alt = alt
    canvas = add_canvas(picture)
    width = (width_cm - GAP_CM) / 2 - LEFT_CM - NAMES_CM
    ends = [row[k] for t in traits for row in t["predicted"] for k in ("conf_low", "conf_high")]
    low, high = min([0.0, *ends]), max(ends)
    for j, trait in enumerate(traits):
        left = j * ((width_cm - GAP_CM) / 2 + GAP_CM) + LEFT_CM
        write(canvas, left - LEFT_CM, height - 0.22, trait["title"], weight=600)
        axes = add_panel(picture, left, AXIS_CM, width, PANEL_CM)
        ratings = sorted({row["rating"] for row in trait["predicted"]})
        axes.set_xlim(ratings[0] - 0.45, ratings[-1] + 0.45)
        axes.set_ylim(low, high * 1.03)
        _draw_axes(axes, ratings, low, high)
        _draw_formats(axes, trait["predicted"], summary["formats"], high - low)
    return picture


def _draw_axes(axes: Panel, ratings: list[float], low: float, high: float) -> None:
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
        "predicted levels each 12 weeks, other traits as average",
        size=SMALL,
        colour=SOFT_INK,
    )


def _draw_formats(axes: Panel, rows: list[dict], formats: list[str], span: float) -> None:
    names = [f for f in formats if any(row["format"] == f for row in rows)]
    labels = []
    for k, name in enumerate(names):
        mine = [row for row in rows if row["format"] == name]
        shift = (k - (len(names) - 1) / 2) * APART
        x = [row["rating"] + shift for row in mine]
        y = [row["estimate"] for row in mine]
        line(axes, x, y, color=FORMAT_COLOURS[name], linewidth=1.0, zorder=3)
        for row, at in zip(mine, x, strict=True):
            ends = [row["conf_low"], row["conf_high"]]
            line(axes, [at, at], ends, color=FORMAT_COLOURS[name], linewidth=2.2, alpha=0.35)
            mark(axes, at, row["estimate"], name, scale=0.85)
        labels.append((y[-1], name))
    right = max(row["rating"] for row in rows) + 0.45
    at = None
    for y, name in sorted(labels):
        at = y if at is None else max(y, at + 0.11 * span)
        mark(axes, right + 0.08, at, name, scale=0.85)
        write(axes, right + 0.18, at, FORMAT_TITLES[name], weight=600)
