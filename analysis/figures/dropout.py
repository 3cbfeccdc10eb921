"""What if children who left did less well afterwards? One grid for each pair of formats.

In: a `Summary`. Out: one picture. Decisions: every cell holds its number, so that nothing is told
by shade alone; a cell in which something else would be said is shaded and set strong.
"""

from __future__ import annotations

from collections.abc import Sequence

from analysis.disclosure.sensitivity_rows import DropoutCell
from analysis.disclosure.summary import Summary
from analysis.figures.marks import draw_pair_head
from analysis.figures.style import (
    BAND,
    FAINT,
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
    write,
)
from analysis.wording import FORMAT_TITLES, signed
from analysis.words import alt_text

LEFT_CM, GAP_CM, RIGHT_CM = 1.45, 0.35, 0.05
TOP_CM, BOTTOM_CM = 0.8, 0.95
CELL_CM = 0.52


@in_own_style
def draw_dropout(summary: Summary, *, width_cm: float = 17.4) -> Picture:
    """Draw the difference under every pair of assumptions about children who left.

    Args:
        summary: what may be shown.
        width_cm: width of the whole picture.
    """
    if summary.sensitivity is None:
        return draw_not_asked(width_cm)
    grids = [row for row in summary.sensitivity.dropout if row.cells]
    if not grids:
        first = "The difference if children who left made less progress afterwards."
        return draw_nothing(width_cm, first)
    steps = sorted({cell.percent_this for cell in grids[0].cells})
    height = TOP_CM + CELL_CM * len(steps) + BOTTOM_CM
    picture = Picture(width_cm, height)
    picture.alt = alt_text.describe_dropout(summary)
    canvas = add_canvas(picture)
    part_cm = (width_cm - GAP_CM * 2 - RIGHT_CM) / 3
    for j, row in enumerate(grids):
        left = j * (part_cm + GAP_CM) + LEFT_CM
        panel_cm = part_cm - LEFT_CM
        draw_pair_head(canvas, row.this, row.than, left + panel_cm / 2, height - 0.3)
        panel = add_panel(picture, left, BOTTOM_CM, panel_cm, CELL_CM * len(steps))
        panel.set_xlim(0, len(steps))
        panel.set_ylim(len(steps), 0)
        _draw_cells(panel, row.cells, steps)
        for i, step in enumerate(steps):
            y = BOTTOM_CM + CELL_CM * (len(steps) - i - 0.5)
            write(canvas, left - 0.12, y, _spell(step), size=SMALL, colour=SOFT_INK, across="right")
            x = left + panel_cm * (i + 0.5) / len(steps)
            write(
                canvas,
                x,
                BOTTOM_CM - 0.2,
                _spell(step),
                size=SMALL,
                colour=SOFT_INK,
                across="center",
            )
        name = FORMAT_TITLES[row.than]
        write(
            canvas,
            left + panel_cm / 2,
            BOTTOM_CM - 0.58,
            f"{name}: less progress after leaving",
            size=SMALL,
            colour=SOFT_INK,
            across="center",
        )
        write(
            canvas,
            left - 0.12,
            height - TOP_CM + 0.12,
            FORMAT_TITLES[row.this],
            size=SMALL,
            colour=SOFT_INK,
            across="right",
        )
    return picture


def _draw_cells(panel: Panel, cells: Sequence[DropoutCell], steps: Sequence[int]) -> None:
    base = next(c for c in cells if c.percent_this == 0 and c.percent_than == 0)
    for cell in cells:
        x, y = steps.index(cell.percent_than), steps.index(cell.percent_this)
        changed = (cell.label, cell.ahead) != (base.label, base.ahead)
        panel.fill(
            [x, x + 1, x + 1, x],
            [y, y, y + 1, y + 1],
            facecolor=BAND if changed else PAPER,
            edgecolor=FAINT,
            linewidth=0.5,
        )
        write(
            panel,
            x + 0.5,
            y + 0.5,
            "" if cell.estimate is None else signed(cell.estimate),
            size=SMALL,
            weight=600 if changed else 400,
            across="center",
        )


def _spell(percent: int) -> str:
    return f"{percent}%"
