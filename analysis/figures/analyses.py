"""The same question asked in other ways, beside the main answer.

In: a `Summary`. Out: one picture. Decisions: one column for each pair of formats and one row for
each way of asking. Ways of asking that answer in another unit stand below, on an axis of their
own, so that unlike numbers are never laid beside each other; those that could not be asked stand
last, with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence

from analysis.disclosure.rows import Analysis, Pair
from analysis.disclosure.summary import Summary
from analysis.figures.marks import draw_pair_head, span_of
from analysis.figures.style import (
    BAND,
    CONTRAST,
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
    nice_step,
    write,
)
from analysis.wording import signed
from analysis.words import alt_text
from analysis.words.analyses import give_title
from analysis.words.phrases import present_pairs, spell_unit
from analysis.words.reasons import give_clause

LABEL_CM = 6.0
RIGHT_CM = 0.3
GAP_CM = 0.45
TOP_CM = 0.7
AXIS_CM = 1.0
ROW_CM = 0.5
REASON_CM = 0.42
TICKS_APART = 3.0


@in_own_style
def draw_analyses(summary: Summary, *, width_cm: float = 17.0) -> Picture:
    """Draw every analysis's estimate and 95% interval for every pair.

    Args:
        summary: what may be shown.
        width_cm: width of the whole picture.
    """
    rows = summary.method.analyses
    pairs = present_pairs(summary, summary.answer.pairs)
    asked = [row for row in rows if any(span_of(pair) for pair in row.pairs)]
    if not asked:
        return draw_nothing(width_cm, alt_text.describe_analyses(summary))
    unasked = [(row.id, row.withheld) for row in rows if row.withheld and row not in asked]
    units = list(dict.fromkeys(row.unit for row in asked))
    height = TOP_CM + ROW_CM * len(asked) + AXIS_CM * len(units) + REASON_CM * len(unasked)
    picture = Picture(width_cm, height)
    picture.alt = alt_text.describe_analyses(summary)
    canvas = add_canvas(picture)
    panel_cm = (width_cm - LABEL_CM - RIGHT_CM - GAP_CM * (len(pairs) - 1)) / len(pairs)
    lefts = [LABEL_CM + j * (panel_cm + GAP_CM) for j in range(len(pairs))]
    for pair, left in zip(pairs, lefts, strict=True):
        draw_pair_head(canvas, pair.this, pair.than, left + panel_cm / 2, height - 0.3)
    top = height - TOP_CM
    for unit in units:
        mine = [row for row in asked if row.unit == unit]
        margin = summary.margin if unit == units[0] else None
        bottom = top - ROW_CM * len(mine)
        for i, row in enumerate(mine):
            weight = 600 if row.id == "primary" else 400
            write(canvas, 0, top - (i + 0.5) * ROW_CM, give_title(summary, row.id), weight=weight)
        reach = _reach(mine, margin)
        for pair, left in zip(pairs, lefts, strict=True):
            axes = add_panel(picture, left, bottom, panel_cm, ROW_CM * len(mine))
            axes.set_xlim(-reach, reach)
            axes.set_ylim(len(mine), 0)
            _draw_panel(axes, margin, reach, len(mine), spell_unit(summary, unit))
            for i, row in enumerate(mine):
                found = next((p for p in row.pairs if _same(p, pair)), None)
                _draw_estimate(axes, found, i + 0.5, main=row.id == "primary")
        top = bottom - AXIS_CM
    for i, (name, reason) in enumerate(unasked):
        y = top - (i + 0.5) * REASON_CM
        write(canvas, 0, y, give_title(summary, name), colour=SOFT_INK)
        write(canvas, LABEL_CM, y, give_clause(reason), size=SMALL, colour=SOFT_INK)
    return picture


def _same(one: Pair, other: Pair) -> bool:
    return (one.this, one.than) == (other.this, other.than)


def _reach(rows: Sequence[Analysis], margin: float | None) -> float:
    spans = [span for row in rows for span in map(span_of, row.pairs) if span]
    ends = [abs(end) for span in spans for end in (span.low, span.high)]
    return max([*ends, 2 * (margin or 0)]) * 1.08


def _draw_panel(axes: Panel, margin: float | None, reach: float, bottom: float, unit: str) -> None:
    if margin is not None:
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
    step = nice_step(TICKS_APART * reach)
    decimals = 0 if step >= 1 else 1 if round(step * 10) == step * 10 else 2
    for k in range(-int(reach / step), int(reach / step) + 1):
        line(axes, [k * step] * 2, [bottom, bottom + 0.07 / ROW_CM], color=SOFT_INK)
        label = signed(k * step, decimals) if k else "0"
        y = bottom + 0.3 / ROW_CM
        write(axes, k * step, y, label, size=SMALL, colour=SOFT_INK, across="center")
    y = bottom + 0.64 / ROW_CM
    write(axes, 0, y, unit, size=SMALL, colour=SOFT_INK, across="center")


def _draw_estimate(axes: Panel, pair: Pair | None, y: float, *, main: bool) -> None:
    span = None if pair is None else span_of(pair)
    if span is None:
        write(axes, 0, y, "not shown", size=SMALL, colour=SOFT_INK, across="center", behind=BAND)
        return
    line(
        axes,
        [span.low, span.high],
        [y, y],
        color=CONTRAST,
        linewidth=2.4 if main else 1.3,
        zorder=3,
    )
    axes.plot(
        [span.middle],
        [y],
        marker="o",
        markersize=6.2 if main else 5.0,
        markerfacecolor=CONTRAST if main else PAPER,
        markeredgecolor=PAPER if main else CONTRAST,
        markeredgewidth=1.0 if main else 1.3,
        linestyle="none",
        zorder=5,
    )
