"""Recorded traits as yardsticks for what something unrecorded could do.

In: a `Summary`. Out: one picture with a column for each pair of formats. Decisions: a bar for each
trait says how far its equal would move the difference; a line says how far it must move before
what is said no longer holds.
"""

from __future__ import annotations

from collections.abc import Sequence

from analysis.disclosure.fields import Trait
from analysis.disclosure.summary import Summary
from analysis.figures.marks import draw_pair_head
from analysis.figures.style import (
    BAND,
    CONTRAST,
    INK,
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
from analysis.wording import number
from analysis.words import alt_text
from analysis.words.cohort import TRAIT_TITLES

LABEL_CM = 4.1
GAP_CM = 0.5
TOP_CM, AXIS_CM = 0.75, 0.6
ROW_CM = 0.44
MOST_TRAITS = 6
LEAST_REACH = 0.1


@in_own_style
def draw_yardsticks(summary: Summary, *, width_cm: float = 17.4) -> Picture:
    """Draw how far something as strong as each recorded trait would move each difference.

    Args:
        summary: what may be shown.
        width_cm: width of the whole picture.
    """
    if summary.sensitivity is None:
        return draw_not_asked(width_cm)
    alt = alt_text.describe_yardsticks(summary)
    moved = {
        (row.this, row.than, row.trait): row.bias
        for row in summary.sensitivity.benchmarks
        if row.bias is not None
    }
    if not moved:
        return draw_nothing(width_cm, alt)
    strength: dict[Trait, float] = {}
    for (_, _, trait), bias in moved.items():
        strength[trait] = max(bias, strength.get(trait, 0.0))
    traits = sorted(strength, key=lambda name: -strength[name])[:MOST_TRAITS]
    pairs = list(dict.fromkeys((this, than) for this, than, _ in moved))
    least = {(r.this, r.than): r.movement for r in summary.sensitivity.unrecorded}
    reach = max([*strength.values(), *(v for v in least.values() if v), LEAST_REACH]) * 1.1
    height = TOP_CM + ROW_CM * len(traits) + AXIS_CM
    picture = Picture(width_cm, height)
    picture.alt = alt
    canvas = add_canvas(picture)
    for i, trait in enumerate(traits):
        y = height - TOP_CM - (i + 0.5) * ROW_CM
        write(canvas, 0, y, TRAIT_TITLES[trait])
    panel_cm = (width_cm - LABEL_CM - GAP_CM * (len(pairs) - 1)) / len(pairs)
    for j, pair in enumerate(pairs):
        left = LABEL_CM + j * (panel_cm + GAP_CM)
        draw_pair_head(canvas, *pair, left + panel_cm / 2, height - 0.3)
        panel = add_panel(picture, left, AXIS_CM, panel_cm, ROW_CM * len(traits))
        panel.set_xlim(0, reach)
        panel.set_ylim(len(traits), 0)
        _draw_bars(panel, [moved.get((*pair, trait)) for trait in traits], reach)
        movement = least[pair]
        if movement is not None:
            line(panel, [movement] * 2, [0, len(traits)], color=INK, linewidth=1.2, zorder=5)
    return picture


def _draw_bars(panel: Panel, sizes: Sequence[float | None], reach: float) -> None:
    bottom = len(sizes)
    panel.fill(
        [0, reach, reach, 0], [0, 0, bottom, bottom], facecolor=BAND, alpha=0.35, linewidth=0
    )
    for i, size in enumerate(sizes):
        if size is not None:
            panel.fill(
                [0, size, size, 0],
                [i + 0.28, i + 0.28, i + 0.72, i + 0.72],
                facecolor=CONTRAST,
                edgecolor="none",
                linewidth=0,
                zorder=3,
            )
    line(panel, [0, reach], [bottom] * 2, color=SOFT_INK)
    step = nice_step(2.2 * reach)
    for k in range(int(reach / step) + 1):
        line(panel, [k * step] * 2, [bottom, bottom + 0.07 / ROW_CM], color=SOFT_INK)
        decimals = 1 if round(step * 10) == step * 10 else 2
        write(
            panel,
            k * step,
            bottom + 0.33 / ROW_CM,
            number(k * step, decimals) if k else "0",
            size=SMALL,
            colour=SOFT_INK,
            across="center",
        )
