"""How goals moved: the mean level at each review, as recorded.

In: a `Summary`. Out: one picture. Decisions: each format's line is named at its end, and the
number of children behind every point stands under it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from analysis.disclosure.fields import FormatId
from analysis.disclosure.summary import Summary
from analysis.figures.style import (
    FAINT,
    INK,
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
    write,
)
from analysis.formats import FORMAT_COLOURS
from analysis.wording import FORMAT_TITLES, signed
from analysis.words import alt_text

LEFT_CM = 3.0
RIGHT_CM = 2.6
TOP_CM = 0.3
RISK_ROW_CM = 0.42
SIDESTEP_WEEKS = 0.36
LEVEL_WORDS = {-2: "the start", -1: "partly there", 0: "expected level", 1: "more than expected"}


class _Point(NamedTuple):
    """A format's mean level in one week that may be shown."""

    format: FormatId
    week: int
    mean: float
    conf_low: float | None
    conf_high: float | None
    n_children: int | None


@in_own_style
def draw_progress(
    summary: Summary, *, width_cm: float = 17.0, plot_cm: float = 5.4, risk: bool = True
) -> Picture:
    """Draw the mean level by week and format, with 95% intervals and children at risk.

    Args:
        summary: what may be shown.
        width_cm: width of the whole picture.
        plot_cm: height of the plot itself.
        risk: write the number of children under each week.
    """
    rows = [
        _Point(row.format, row.week, row.mean, row.conf_low, row.conf_high, row.n_children)
        for row in summary.progress.by_week
        if row.mean is not None
    ]
    names = [name for name in summary.formats if any(row.format == name for row in rows)]
    if not rows:
        return draw_nothing(width_cm, alt_text.describe_progress(summary))
    below = 0.95 + (RISK_ROW_CM * (len(names) + 1) if risk else 0)
    height = plot_cm + below + TOP_CM
    picture = Picture(width_cm, height)
    picture.alt = alt_text.describe_progress(summary)
    canvas = add_canvas(picture)
    axes = add_panel(picture, LEFT_CM, below, width_cm - LEFT_CM - RIGHT_CM, plot_cm)
    weeks = sorted({row.week for row in rows})
    low, high = _levels_needed(rows)
    axes.set_xlim(weeks[0] - 0.8, weeks[-1] + 0.8)
    axes.set_ylim(low, high)
    _draw_grid(axes, weeks, low, high, plot_cm)
    for i, name in enumerate(names):
        mine = sorted((r for r in rows if r.format == name), key=lambda row: row.week)
        _draw_format(axes, mine, name, (i - (len(names) - 1) / 2) * SIDESTEP_WEEKS)
    _name_ends(axes, rows, names, weeks[-1] + 1.25, (high - low) / plot_cm)
    if risk:
        _write_risk(axes, canvas, rows, names, weeks, below)
    return picture


def _levels_needed(rows: Sequence[_Point]) -> tuple[float, float]:
    ends = [end for row in rows for end in (row.conf_low, row.conf_high) if end is not None]
    low = min([-2.0, *ends])
    return low - 0.12, max([0.3, *ends]) + 0.12


def _draw_grid(axes: Panel, weeks: Sequence[int], low: float, high: float, plot_cm: float) -> None:
    left, right = axes.get_xlim()
    per_cm = (high - low) / plot_cm
    for level in range(-2, 3):
        if not low <= level <= high:
            continue
        expected = level == 0
        line(
            axes,
            [left, right],
            [level, level],
            color=SOFT_INK if expected else FAINT,
            linewidth=0.9 if expected else 0.5,
        )
        label = f"{signed(level, 0)}  {LEVEL_WORDS.get(level, '')}".strip()
        write(
            axes,
            left - 0.3,
            level,
            label,
            size=SMALL + 0.4 if expected else SMALL,
            weight=600 if expected else 400,
            colour=INK if expected else SOFT_INK,
            across="right",
        )
    for week in weeks:
        write(
            axes,
            week,
            low - 0.32 * per_cm,
            f"week {week}" if week else "start",
            size=SMALL + 0.4,
            colour=SOFT_INK,
            across="center",
        )


def _draw_format(axes: Panel, rows: Sequence[_Point], name: str, sidestep: float) -> None:
    colour = FORMAT_COLOURS[name]
    x = [row.week + sidestep for row in rows]
    line(axes, x, [row.mean for row in rows], color=colour, linewidth=1.6, zorder=3)
    for week, row in zip(x, rows, strict=True):
        if row.conf_low is not None and row.conf_high is not None:
            ends = [row.conf_low, row.conf_high]
            line(axes, [week, week], ends, color=colour, linewidth=2.6, alpha=0.35)
        mark(axes, week, row.mean, name)


def _name_ends(
    axes: Panel, rows: Sequence[_Point], names: Sequence[str], x: float, per_cm: float
) -> None:
    """Write each format's name beside its last point, moved apart where they would touch."""
    last = {}
    for name in names:
        mine = [row for row in rows if row.format == name]
        last[name] = max(mine, key=lambda row: row.week).mean
    previous = None
    for name in sorted(names, key=lambda name: last[name]):
        y = last[name] if previous is None else max(last[name], previous + 0.48 * per_cm)
        previous = y
        mark(axes, x, y, name)
        write(axes, x + 0.5, y, FORMAT_TITLES[name], weight=600)


def _write_risk(
    axes: Panel,
    canvas: Panel,
    rows: Sequence[_Point],
    names: Sequence[str],
    weeks: Sequence[int],
    below: float,
) -> None:
    top = below - 0.95
    left, right = axes.get_xlim()
    width = canvas.get_xlim()[1] - LEFT_CM - RIGHT_CM
    at = {week: LEFT_CM + (week - left) / (right - left) * width for week in weeks}
    write(canvas, 0, top, "Children reviewed", size=SMALL, colour=SOFT_INK)
    line(canvas, [0, LEFT_CM + width], [top - 0.2] * 2, color=FAINT, linewidth=0.5)
    for i, name in enumerate(names):
        y = top - 0.46 - i * RISK_ROW_CM
        mark(canvas, 0.12, y, name, scale=0.8)
        write(canvas, 0.38, y, FORMAT_TITLES[name], size=SMALL + 0.4)
        for row in rows:
            if row.format == name:
                n = row.n_children
                text = "not shown" if n is None else f"{n:,.0f}"
                write(canvas, at[row.week], y, text, size=SMALL + 0.4, across="center")
