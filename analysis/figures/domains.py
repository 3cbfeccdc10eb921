"""Differences between formats in each area of life: raw faint, drawn towards the mean strong.

In: a `Summary`. Out: one picture with a column for each pair of formats.
"""

from __future__ import annotations

from analysis.disclosure.rows import DomainEffect
from analysis.disclosure.summary import Summary
from analysis.figures.marks import draw_pair_head, span_of
from analysis.figures.style import (
    BAND,
    CONTRAST,
    FAINT,
    INK,
    PAPER,
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
    nice_step,
    write,
)
from analysis.wording import sentence_case, signed
from analysis.words import alt_text
from analysis.words.subgroups import DOMAIN_TITLES

LABEL_CM = 2.9
GAP_CM = 0.5
TOP_CM = 0.75
AXIS_CM = 0.75
ROW_CM = 0.66


@in_own_style
def draw_domains(summary: Summary, *, width_cm: float = 17.4) -> Picture:
    """Draw every area's difference, as found and drawn towards the mean.

    Args:
        summary: what may be shown.
        width_cm: width of the whole picture.
    """
    if summary.subgroups is None:
        return draw_not_asked(width_cm)
    alt = alt_text.describe_domains(summary)
    rows = [row for row in summary.subgroups.domains.rows if span_of(row)]
    if not rows:
        return draw_nothing(width_cm, alt)
    pairs = list(dict.fromkeys((row.this, row.than) for row in rows))
    names = list(dict.fromkeys(row.domain for row in rows))
    height = TOP_CM + ROW_CM * len(names) + AXIS_CM
    picture = Picture(width_cm, height)
    picture.alt = alt
    canvas = add_canvas(picture)
    for i, name in enumerate(names):
        write(canvas, 0, height - TOP_CM - (i + 0.5) * ROW_CM, sentence_case(DOMAIN_TITLES[name]))
    panel_cm = (width_cm - LABEL_CM - GAP_CM * (len(pairs) - 1)) / len(pairs)
    ends = [end for row in rows for end in (row.conf_low, row.conf_high, row.raw_estimate)]
    reach = max([*(abs(end) for end in ends if end is not None), 2 * summary.margin]) * 1.06
    for j, (this, than) in enumerate(pairs):
        left = LABEL_CM + j * (panel_cm + GAP_CM)
        draw_pair_head(canvas, this, than, left + panel_cm / 2, height - 0.3)
        axes = add_panel(picture, left, AXIS_CM, panel_cm, ROW_CM * len(names))
        axes.set_xlim(-reach, reach)
        axes.set_ylim(len(names), 0)
        _draw_panel(axes, summary.margin, reach, len(names))
        for row in rows:
            if (row.this, row.than) == (this, than):
                _draw_row(axes, row, names.index(row.domain) + 0.5)
    return picture


def _draw_row(axes: Panel, row: DomainEffect, y: float) -> None:
    if row.raw_estimate is not None:
        axes.plot(
            [row.raw_estimate],
            [y],
            marker="o",
            markersize=4.6,
            markerfacecolor=PAPER,
            markeredgecolor="#9AA1AD",
            markeredgewidth=1.0,
            linestyle="none",
            zorder=3,
        )
    span = span_of(row)
    if span is None:
        return
    line(axes, [span.low, span.high], [y, y], color=CONTRAST, linewidth=1.8, zorder=4)
    axes.plot(
        [span.middle],
        [y],
        marker="o",
        markersize=5.8,
        markerfacecolor=CONTRAST,
        markeredgecolor=PAPER,
        markeredgewidth=0.9,
        linestyle="none",
        zorder=5,
    )


def _draw_panel(axes: Panel, margin: float, reach: float, bottom: float) -> None:
    axes.fill(
        [-margin, margin, margin, -margin],
        [0, 0, bottom, bottom],
        facecolor=BAND,
        edgecolor="none",
        linewidth=0,
        zorder=0,
    )
    line(axes, [0, 0], [0, bottom], color=INK, linewidth=0.7)
    line(axes, [-reach, reach], [bottom] * 2, color=SOFT_INK)
    for i in range(1, int(bottom)):
        line(axes, [-reach, reach], [i, i], color=FAINT, linewidth=0.3, zorder=1)
    step = nice_step(3 * reach)
    for k in range(-int(reach / step), int(reach / step) + 1):
        line(axes, [k * step] * 2, [bottom, bottom + 0.1 / ROW_CM], color=SOFT_INK)
        write(
            axes,
            k * step,
            bottom + 0.4 / ROW_CM,
            signed(k * step, 1 if round(step * 10) == step * 10 else 2) if k else "0",
            size=SMALL,
            colour=SOFT_INK,
            across="center",
        )
