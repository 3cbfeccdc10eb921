"""How alike the children of the three formats were, before and after weighting.

In: a `Summary`. Out: a love plot, and a picture of how far the formats overlap. Decisions: hollow
mark before, full mark after, joined, so that the change is what the eye follows.
"""

from __future__ import annotations

from typing import NamedTuple

from analysis.disclosure.summary import Summary
from analysis.figures.style import (
    BAND,
    CONTRAST,
    FAINT,
    PAPER,
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
    write,
)
from analysis.wording import FORMAT_TITLES, number
from analysis.words import alt_text
from analysis.words.cohort import TRAIT_TITLES

ALIKE = 0.10
AXIS_CM = 0.95
TOP_CM = 0.55
LABEL_CM = 3.7
ROW_CM = 0.44
HEADS_APART_CM = 1.8
OVERLAP_LABEL_CM = 2.3


class _Side(NamedTuple):
    """One trait's largest difference between formats, before and after weighting."""

    trait: str
    before: float
    after: float | None


@in_own_style
def draw_balance(summary: Summary, *, width_cm: float = 8.4) -> Picture:
    """Draw each trait's largest difference between formats, before and after weighting.

    Args:
        summary: what may be shown.
        width_cm: width of the whole picture.
    """
    rows = sorted(
        (
            _Side(row.trait, row.before, row.after)
            for row in summary.cohort.balance
            if row.before is not None
        ),
        key=lambda row: -row.before,
    )
    if not rows:
        return draw_nothing(width_cm, alt_text.describe_balance(summary))
    height = TOP_CM + ROW_CM * len(rows) + AXIS_CM
    picture = Picture(width_cm, height)
    picture.alt = alt_text.describe_balance(summary)
    canvas = add_canvas(picture)
    axes = add_panel(picture, LABEL_CM, AXIS_CM, width_cm - LABEL_CM - 0.3, ROW_CM * len(rows))
    reach = max([0.5, *(max(row.before, row.after or 0) for row in rows)]) * 1.05
    axes.set_xlim(0, reach)
    axes.set_ylim(len(rows), 0)
    axes.fill(
        [0, ALIKE, ALIKE, 0],
        [0, 0, len(rows), len(rows)],
        facecolor=BAND,
        edgecolor="none",
        linewidth=0,
        zorder=0,
    )
    _draw_axis(axes, reach, len(rows))
    for i, row in enumerate(rows):
        y = i + 0.5
        _dot(axes, row.before, y, filled=False)
        if row.after is not None:
            line(axes, [row.after, row.before], [y, y], color=FAINT, linewidth=1.2)
            _dot(axes, row.after, y, filled=True)
        write(canvas, 0, height - TOP_CM - y * ROW_CM, TRAIT_TITLES[row.trait], size=SMALL + 0.4)
    _head_dots(axes, rows[0], reach / (width_cm - LABEL_CM - 0.3))
    return picture


def _head_dots(axes: Panel, row: _Side, per_cm: float) -> None:
    """Name the two marks above the first row, apart from each other."""
    if row.after is None:
        write(axes, row.before, -0.5, "before", size=SMALL, colour=SOFT_INK, across="center")
        return
    sides = ("right", "left") if row.before < row.after + HEADS_APART_CM * per_cm else None
    left, right = sides or ("center",) * 2
    write(axes, row.after, -0.5, "after weighting", size=SMALL, colour=SOFT_INK, across=left)
    write(axes, row.before, -0.5, "before", size=SMALL, colour=SOFT_INK, across=right)


def _dot(axes: Panel, x: float, y: float, *, filled: bool) -> None:
    axes.plot(
        [x],
        [y],
        marker="o",
        markersize=5.2,
        markerfacecolor=CONTRAST if filled else PAPER,
        markeredgecolor=CONTRAST,
        markeredgewidth=1.1,
        linestyle="none",
        zorder=5,
    )


def _draw_axis(axes: Panel, reach: float, bottom: float) -> None:
    line(axes, [0, reach], [bottom] * 2, color=SOFT_INK)
    line(axes, [0, 0], [0, bottom], color=SOFT_INK)
    step = nice_step(reach)
    for k in range(int(reach / step) + 1):
        line(axes, [k * step] * 2, [bottom, bottom + 0.18], color=SOFT_INK)
        write(
            axes,
            k * step,
            bottom + 0.75,
            number(k * step, 1 if round(step * 10) == step * 10 else 2) if k else "0",
            size=SMALL,
            colour=SOFT_INK,
            across="center",
        )
    write(
        axes,
        reach / 2,
        bottom + 1.75,
        "largest difference, in standard deviations",
        size=SMALL,
        colour=SOFT_INK,
        across="center",
    )


@in_own_style
def draw_overlap(summary: Summary, *, width_cm: float = 8.4, row_cm: float = 0.85) -> Picture:
    """Draw, per format, how many children there are and how many they count as once weighted.

    Args:
        summary: what may be shown.
        width_cm: width of the whole picture.
        row_cm: height of one format's row.
    """
    rows = [
        (row.format, row.n_children, row.n_effective, row.share)
        for row in summary.cohort.overlap
        if row.n_children is not None
    ]
    if not rows:
        return draw_nothing(width_cm, alt_text.describe_overlap(summary))
    height = TOP_CM + row_cm * len(rows) + AXIS_CM
    picture = Picture(width_cm, height)
    picture.alt = alt_text.describe_overlap(summary)
    canvas = add_canvas(picture)
    axes = add_panel(
        picture, OVERLAP_LABEL_CM, AXIS_CM, width_cm - OVERLAP_LABEL_CM - 0.5, row_cm * len(rows)
    )
    reach = max([1, *(n for _, n, _, _ in rows)]) * 1.3
    axes.set_xlim(0, reach)
    axes.set_ylim(len(rows), 0)
    line(axes, [0, reach], [len(rows)] * 2, color=SOFT_INK)
    line(axes, [0, 0], [0, len(rows)], color=SOFT_INK)
    step = nice_step(reach)
    for k in range(int(reach / step) + 1):
        x = k * step
        line(axes, [x, x], [len(rows), len(rows) + 0.08 / row_cm], color=SOFT_INK)
        write(
            axes,
            x,
            len(rows) + 0.34 / row_cm,
            f"{x:,.0f}",
            size=SMALL,
            colour=SOFT_INK,
            across="center",
        )
    for i, (name, n, kept, share) in enumerate(rows):
        y = i + 0.6
        middle = height - TOP_CM - y * row_cm
        mark(canvas, 0.15, middle, name)
        write(canvas, 0.4, middle, FORMAT_TITLES[name], weight=600)
        if kept is not None:
            line(axes, [kept, n], [y, y], color=FAINT, linewidth=1.2)
            mark(axes, kept, y, name)
        mark(axes, n, y, name, filled=False)
        words = f"{share}% kept"
        write(axes, (kept or 0) - 0.03 * reach, y, words, size=SMALL, across="right", behind=PAPER)
    _, n, kept, _ = rows[0]
    if kept is not None:
        write(axes, kept, -0.2, "count as", size=SMALL, colour=SOFT_INK, across="right")
    write(axes, n, -0.2, "compared", size=SMALL, colour=SOFT_INK, across="left")
    write(
        axes,
        reach / 2,
        len(rows) + 0.78 / row_cm,
        "children",
        size=SMALL,
        colour=SOFT_INK,
        across="center",
    )
    return picture
