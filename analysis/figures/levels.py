"""How far goals had come: the spread of attainment levels at the start, mid-way and the end.

In: a published summary. Out: one picture. The decision taken here: one small picture for each
format and week, levels always in the same place, so that no key is needed.
"""

from __future__ import annotations

from matplotlib.axes import Axes

from analysis.figures import describe
from analysis.figures.style import (
    BAND,
    FAINT,
    FORMAT_COLOURS,
    FORMAT_TITLES,
    INK,
    SMALL,
    SOFT_INK,
    Picture,
    add_canvas,
    add_panel,
    in_house_style,
    line,
    mark,
    write,
)
from analysis.wording import signed

LEFT_CM = 2.3
TOP_CM = 0.6
FOOT_CM = 1.15
GAP_CM = 0.7
HEADROOM = 1.42


@in_house_style
def draw_levels(summary: dict, *, width_cm: float = 17.0, row_cm: float = 1.5) -> Picture:
    """Draw the share of goals at each level, per format and week.

    Args:
        summary: a published summary.
        width_cm: width of the whole picture.
        row_cm: height of one format's row.
    """
    rows = [row for row in summary["progress"]["levels"] if row["percent"] is not None]
    weeks = sorted({row["week"] for row in rows})
    names = [name for name in summary["formats"] if any(row["format"] == name for row in rows)]
    height = TOP_CM + row_cm * max(len(names), 1) + FOOT_CM
    picture = Picture(width_cm, height)
    picture.alt = describe.describe_levels(summary)
    canvas = add_canvas(picture)
    top = max([1, *(row["percent"] for row in rows)])
    panel_cm = (width_cm - LEFT_CM - GAP_CM * (len(weeks) - 1)) / max(len(weeks), 1)
    for j, week in enumerate(weeks):
        left = LEFT_CM + j * (panel_cm + GAP_CM)
        axes = add_panel(picture, left, FOOT_CM, panel_cm, row_cm * len(names))
        axes.set_xlim(-2.6, 2.6)
        axes.set_ylim(0, len(names))
        heading = f"Week {week}" if week else "At the start"
        write(canvas, left, height - 0.25, heading, weight=600)
        _draw_frame(axes, len(names), row_cm)
        for i, name in enumerate(reversed(names)):
            mine = [row for row in rows if row["format"] == name and row["week"] == week]
            _draw_spread(axes, mine, i, top, name, row_cm)
    for i, name in enumerate(reversed(names)):
        y = FOOT_CM + (i + 0.35) * row_cm
        mark(canvas, 0.15, y, name)
        write(canvas, 0.4, y, FORMAT_TITLES[name], weight=600)
    return picture


def _draw_frame(axes: Axes, n_rows: int, row_cm: float) -> None:
    axes.fill(
        [-0.5, 0.5, 0.5, -0.5],
        [0, 0, n_rows, n_rows],
        facecolor=BAND,
        edgecolor="none",
        linewidth=0,
        zorder=0,
    )
    for i in range(n_rows):
        line(axes, [-2.5, 2.5], [i, i], color=SOFT_INK if i == 0 else FAINT, linewidth=0.6)
    for level in range(-2, 3):
        write(
            axes,
            level,
            -0.3 / row_cm,
            signed(level, 0),
            size=SMALL + 0.4,
            weight=600 if level == 0 else 400,
            across="center",
        )
    write(
        axes,
        0,
        -0.72 / row_cm,
        "expected",
        size=SMALL,
        colour=SOFT_INK,
        across="center",
    )


def _draw_spread(
    axes: Axes, rows: list[dict], base: int, top: float, name: str, row_cm: float
) -> None:
    for row in rows:
        high = row["percent"] / top / HEADROOM
        left, right = row["level"] - 0.38, row["level"] + 0.38
        if row["percent"]:
            axes.fill(
                [left, right, right, left],
                [base, base, base + high, base + high],
                facecolor=FORMAT_COLOURS[name],
                edgecolor="none",
                linewidth=0,
                zorder=3,
            )
        elif row["week"] == 0:
            continue
        write(
            axes,
            row["level"],
            base + high + 0.17 / row_cm,
            f"{row['percent']:.0f}%" if row["percent"] else "few",
            size=SMALL,
            colour=INK if row["percent"] else SOFT_INK,
            across="center",
            zorder=4,
        )
