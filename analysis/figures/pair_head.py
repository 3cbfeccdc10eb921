"""The head of a column that belongs to a pair of formats; used by several pictures."""

from __future__ import annotations

from analysis.figures.names import FORMAT_TITLES
from analysis.figures.style import SMALL, SOFT_INK, Panel, mark, text_width_cm, write


def draw_pair_head(canvas: Panel, this: str, than: str, x: float, y: float) -> None:
    """Write 'this than that' around the middle of a column, marks included.

    Args:
        canvas: a panel whose units are centimetres.
        this: first format of the pair.
        than: second format.
        x: middle of the column.
        y: height of the line.
    """
    size, gap, mark_cm = SMALL + 0.4, 0.13, 0.28
    first, second = FORMAT_TITLES[this], FORMAT_TITLES[than]
    widths = (
        mark_cm,
        text_width_cm(first, size, 600) + gap,
        text_width_cm("than", SMALL) + gap,
        mark_cm,
        text_width_cm(second, size, 600),
    )
    at = [x - sum(widths) / 2]
    for width in widths[:-1]:
        at.append(at[-1] + width)
    mark(canvas, at[0] + 0.1, y, this, scale=0.85)
    write(canvas, at[1], y, first, size=size, weight=600)
    write(canvas, at[2], y, "than", size=SMALL, colour=SOFT_INK)
    mark(canvas, at[3] + 0.1, y, than, scale=0.85)
    write(canvas, at[4], y, second, size=size, weight=600)
