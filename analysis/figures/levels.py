"""How far goals had come: the spread of attainment levels mid-way and at the end.

In: a `Summary`. Out: one picture. Decisions: every share is named where it is drawn, so that no
key is needed; single levels stand in fixed places, and coarser bands (given where single levels
hold too few children) lie end to end.
"""

from __future__ import annotations

from collections.abc import Sequence

from analysis.disclosure.rows import Band
from analysis.disclosure.summary import Summary
from analysis.figures.style import (
    BAND,
    FAINT,
    INK,
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
    write,
)
from analysis.formats import FORMAT_COLOURS
from analysis.wording import FORMAT_TITLES
from analysis.words import alt_text
from analysis.words.progress import BAND_TITLES

LEFT_CM = 2.3
TOP_CM = 0.6
FOOT_CM = 1.15
GAP_CM = 0.8
HEADROOM = 1.42
SINGLE_LEVELS = 5
BAND_SHADES = (0.30, 0.62, 1.0)
BAR_CM = 0.62
BAND_ROW_CM = 0.92
LEAST_LABELLED = 8
LIGHT_SHADE = 0.9


@in_own_style
def draw_levels(summary: Summary, *, width_cm: float = 17.0, row_cm: float = 1.5) -> Picture:
    """Draw the share of goals at each level or band of levels, per format and week.

    Args:
        summary: what may be shown.
        width_cm: width of the whole picture.
        row_cm: height of one format's row of single levels.
    """
    rows = [row for row in summary.progress.levels if row.percent is not None]
    weeks = sorted({row.week for row in rows})
    names = [name for name in summary.formats if any(row.format == name for row in rows)]
    if not rows:
        return draw_nothing(width_cm, alt_text.describe_levels(summary))
    bands = [BAND_TITLES[band] for _, band in sorted({(row.order, row.band) for row in rows})]
    single = len(bands) == SINGLE_LEVELS
    row_cm = row_cm if single else BAND_ROW_CM
    foot_cm = FOOT_CM if single else 0.1
    top_cm = TOP_CM if single else TOP_CM + 0.5
    height = top_cm + row_cm * len(names) + foot_cm
    picture = Picture(width_cm, height)
    picture.alt = alt_text.describe_levels(summary)
    canvas = add_canvas(picture)
    top = max([1, *(row.percent or 0 for row in rows)])
    panel_cm = (width_cm - LEFT_CM - GAP_CM * (len(weeks) - 1)) / len(weeks)
    for j, week in enumerate(weeks):
        left = LEFT_CM + j * (panel_cm + GAP_CM)
        axes = add_panel(picture, left, foot_cm, panel_cm, row_cm * len(names))
        axes.set_ylim(0, len(names))
        write(canvas, left, height - 0.25, f"Week {week}", weight=600)
        if single:
            axes.set_xlim(-0.6, len(bands) - 0.4)
            _draw_frame(axes, bands, len(names), row_cm)
        else:
            axes.set_xlim(0, 100)
            _head_bands(axes, bands, len(names), row_cm)
        for i, name in enumerate(reversed(names)):
            mine = sorted(
                (row for row in rows if row.format == name and row.week == week),
                key=lambda row: row.order,
            )
            if single:
                _draw_spread(axes, mine, i, top, name, row_cm)
            else:
                _draw_bands(axes, mine, i, name, row_cm)
    for i, name in enumerate(reversed(names)):
        y = foot_cm + (i + (0.35 if single else 0.5)) * row_cm
        mark(canvas, 0.15, y, name)
        write(canvas, 0.4, y, FORMAT_TITLES[name], weight=600)
    return picture


def _draw_frame(axes: Panel, bands: Sequence[str], n_rows: int, row_cm: float) -> None:
    middle = bands.index("0") if "0" in bands else len(bands) // 2
    axes.fill(
        [middle - 0.5, middle + 0.5, middle + 0.5, middle - 0.5],
        [0, 0, n_rows, n_rows],
        facecolor=BAND,
        edgecolor="none",
        linewidth=0,
        zorder=0,
    )
    for i in range(n_rows):
        ends = [-0.5, len(bands) - 0.5]
        line(axes, ends, [i, i], color=SOFT_INK if i == 0 else FAINT, linewidth=0.6)
    for k, band in enumerate(bands):
        write(
            axes,
            k,
            -0.3 / row_cm,
            band,
            size=SMALL + 0.4,
            weight=600 if k == middle else 400,
            across="center",
        )
    write(
        axes,
        middle,
        -0.72 / row_cm,
        "expected",
        size=SMALL,
        colour=SOFT_INK,
        across="center",
    )


def _draw_spread(
    axes: Panel, rows: Sequence[Band], base: int, top: float, name: str, row_cm: float
) -> None:
    for row in rows:
        percent = row.percent or 0
        high = percent / top / HEADROOM
        left, right = row.order - 0.36, row.order + 0.36
        if percent:
            axes.fill(
                [left, right, right, left],
                [base, base, base + high, base + high],
                facecolor=FORMAT_COLOURS[name],
                edgecolor="none",
                linewidth=0,
                zorder=3,
            )
        write(
            axes,
            row.order,
            base + high + 0.17 / row_cm,
            f"{percent:.0f}%" if row.percent else "few",
            size=SMALL,
            colour=INK if percent else SOFT_INK,
            across="center",
            zorder=4,
        )


def _head_bands(axes: Panel, bands: Sequence[str], n_rows: int, row_cm: float) -> None:
    """Name the bands over their ends of the bar: first at the left, last at the right."""
    for k, band in enumerate(bands):
        across = "left" if k == 0 else "right" if k == len(bands) - 1 else "center"
        x = {"left": 0, "center": 50, "right": 100}[across]
        short = band.replace(" the expected level", " expected") if len(bands) > 2 else band
        write(axes, x, n_rows + 0.22 / row_cm, short, size=SMALL, colour=SOFT_INK, across=across)


def _draw_bands(axes: Panel, rows: Sequence[Band], base: int, name: str, row_cm: float) -> None:
    whole = sum(row.percent or 0 for row in rows) or 1
    thick, left = BAR_CM / row_cm, 0.0
    low, high = base + 0.5 - thick / 2, base + 0.5 + thick / 2
    shades = (*BAND_SHADES[: len(rows) - 1], BAND_SHADES[-1])
    for row, shade in zip(rows, shades, strict=True):
        percent = row.percent or 0
        right = left + 100 * percent / whole
        axes.fill(
            [left, right, right, left],
            [low, low, high, high],
            facecolor=FORMAT_COLOURS[name],
            alpha=shade,
            edgecolor=PAPER,
            linewidth=1.0,
            zorder=3,
        )
        if 0 < percent < LEAST_LABELLED and row is rows[-1]:
            write(axes, 101, base + 0.5, f"{percent:.0f}%", size=SMALL)
        if percent >= LEAST_LABELLED:
            write(
                axes,
                (left + right) / 2,
                base + 0.5,
                f"{percent:.0f}%",
                weight=600,
                colour=PAPER if shade > LIGHT_SHADE and name != "combined" else INK,
                across="center",
                zorder=4,
            )
        left = right
