"""How alike the children of the three formats were, before and after weighting.

In: a published summary. Out: a love plot, and a picture of how far the formats overlap. The
decision taken here: hollow mark before, full mark after, joined, so that the change is what the
eye follows.
"""

from __future__ import annotations

from matplotlib.axes import Axes

from analysis.figures import describe
from analysis.figures.style import (
    BAND,
    CONTRAST,
    FAINT,
    FORMAT_COLOURS,
    FORMAT_TITLES,
    PAPER,
    SMALL,
    SOFT_INK,
    Picture,
    add_canvas,
    add_panel,
    in_house_style,
    line,
    mark,
    nice_step,
    write,
)
from analysis.wording import number

ALIKE = 0.10
AXIS_CM = 0.95
TOP_CM = 0.55
LABEL_CM = 3.7
ROW_CM = 0.44
HEADS_APART_CM = 1.8


@in_house_style
def draw_balance(summary: dict, *, width_cm: float = 8.4) -> Picture:
    """Draw each trait's largest difference between formats, before and after weighting.

    Args:
        summary: a published summary.
        width_cm: width of the whole picture.
    """
    rows = summary["who"]["balance"]
    height = TOP_CM + ROW_CM * len(rows) + AXIS_CM
    picture = Picture(width_cm, height)
    picture.alt = describe.describe_balance(summary)
    canvas = add_canvas(picture)
    axes = add_panel(picture, LABEL_CM, AXIS_CM, width_cm - LABEL_CM - 0.3, ROW_CM * len(rows))
    reach = max([0.5, *(value for row in rows for value in (row["before"], row["after"]))]) * 1.05
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
        line(axes, [row["after"], row["before"]], [y, y], color=FAINT, linewidth=1.2)
        _dot(axes, row["before"], y, filled=False)
        _dot(axes, row["after"], y, filled=True)
        write(canvas, 0, height - TOP_CM - y * ROW_CM, row["trait"], size=SMALL + 0.4)
    if rows:
        first = rows[0]
        apart_cm = (first["before"] - first["after"]) / reach * (width_cm - LABEL_CM - 0.3)
        sides = ("center", "center") if apart_cm > HEADS_APART_CM else ("right", "left")
        for key, word, across in zip(
            ("after", "before"), ("after weighting", "before"), sides, strict=True
        ):
            write(axes, first[key], -0.5, word, size=SMALL, colour=SOFT_INK, across=across)
    return picture


def _dot(axes: Axes, x: float, y: float, *, filled: bool) -> None:
    axes.plot(
        [x],
        [y],
        marker="o",
        markersize=5.2,
        markerfacecolor=CONTRAST if filled else PAPER,
        markeredgecolor=CONTRAST,
        markeredgewidth=1.1,
        linestyle="none",
        clip_on=False,
        zorder=5,
    )


def _draw_axis(axes: Axes, reach: float, bottom: float) -> None:
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


@in_house_style
def draw_overlap(summary: dict, *, width_cm: float = 8.4, row_cm: float = 1.35) -> Picture:
    """Draw, per format, how likely its children were to be given the first format.

    Args:
        summary: a published summary; `who.propensity` holds shares of children, never children.
        width_cm: width of the whole picture.
        row_cm: height of one format's row.
    """
    rows = [row for row in summary["who"]["propensity"] if row["share"] is not None]
    names = [name for name in summary["formats"] if any(row["format"] == name for row in rows)]
    height = row_cm * max(len(names), 1) + 1.0
    picture = Picture(width_cm, height)
    picture.alt = describe.describe_overlap(summary)
    canvas = add_canvas(picture)
    axes = add_panel(picture, 2.3, 1.0, width_cm - 2.3 - 0.4, height - 1.0)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, len(names) or 1)
    top = max([0.01, *(row["share"] for row in rows)])
    for i, name in enumerate(reversed(names)):
        mine = sorted(
            (row for row in rows if row["format"] == name), key=lambda row: row["bin_low"]
        )
        x, y = _steps(mine, i, 0.82 / top)
        axes.fill(
            x,
            y,
            facecolor=FORMAT_COLOURS[name],
            edgecolor=FORMAT_COLOURS[name],
            linewidth=0.8,
            alpha=0.85,
            zorder=3,
        )
        line(axes, [0, 1], [i, i], color=SOFT_INK)
        middle = 1.0 + (i + 0.4) * row_cm
        mark(canvas, 0.15, middle, name)
        write(canvas, 0.4, middle, FORMAT_TITLES[name], weight=600)
    for share in (0, 0.25, 0.5, 0.75, 1):
        write(
            axes,
            share,
            -0.36 / row_cm,
            f"{100 * share:.0f}%",
            size=SMALL,
            colour=SOFT_INK,
            across="center",
        )
    write(
        axes,
        0.5,
        -0.8 / row_cm,
        f"chance of being given {summary['formats'][0]} therapy",
        size=SMALL,
        colour=SOFT_INK,
        across="center",
    )
    return picture


def _steps(rows: list[dict], base: float, scale: float) -> tuple[list[float], list[float]]:
    x, y = [rows[0]["bin_low"]], [base]
    for row in rows:
        x += [row["bin_low"], row["bin_high"]]
        y += [base + scale * row["share"]] * 2
    return [*x, rows[-1]["bin_high"]], [*y, base]
