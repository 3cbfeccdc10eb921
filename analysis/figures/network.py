"""Several clinics in one picture: the mean difference, and where a next clinic's lies.

In: a `NetworkSummary`. Out: the contrasts, and a funnel for one clinic's own dot. Decisions: no
clinic but the reader's own is drawn; the range for a next clinic stands on the same row as the
mean, because only together they are honest; the funnel widens for small clinics, so that a small
clinic far from the mean is not taken for an unusual one.
"""

from __future__ import annotations

import math

from analysis.clinics.rows import NetworkSummary, OwnPair, PooledPair
from analysis.figures.style import (
    BAND,
    CONTRAST,
    FAINT,
    INK,
    LARGE,
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
    shade_interval,
    write,
)
from analysis.formats import FORMAT_TITLES
from analysis.wording import listing, number, signed
from analysis.words.network import TITLES
from analysis.words.phrases import range_name

AXIS_CM, TOP_CM, EDGE_CM, LABEL_CM = 1.2, 0.6, 0.15, 1.0
LEAST_SPAN_IN_MARGINS = 2.4
FUNNEL_CM, FUNNEL_GAP_CM = 4.6, 0.75
WIDE = 1.96  # of the normal distribution: the funnel is a picture, not a test
STEPS = 40
NEAR = 0.15  # of the axis: a number this near to zero would have its line run through it
NEXT_COLOUR = "#8A94A6"


@in_own_style
def draw_pooled(summary: NetworkSummary, *, width_cm: float = 17.0, row_cm: float = 2.2) -> Picture:
    """Draw the three pooled contrasts, one row each.

    Args:
        summary: what may be shown, with its sentences.
        width_cm: width of the picture.
        row_cm: height of one row.
    """
    pairs = summary.questions[0].pairs
    alt = describe_pooled(summary)
    if not any(pair.shown for pair in pairs):
        return draw_nothing(width_cm, alt)
    bottom = row_cm * len(pairs)
    picture = Picture(width_cm, TOP_CM + bottom + AXIS_CM)
    picture.alt = alt
    add_canvas(picture)
    inner = width_cm - 2 * EDGE_CM
    axes = add_panel(picture, EDGE_CM, AXIS_CM, inner, bottom)
    reach = _reach(summary) * (inner / 2) / (inner / 2 - LABEL_CM)
    axes.set_xlim(-reach, reach)
    axes.set_ylim(bottom, 0)
    _draw_margin(axes, summary.margin, bottom)
    _draw_axis(axes, reach, bottom, f"difference, levels each {summary.measure.rate_weeks} weeks")
    for k, pair in enumerate(pairs):
        if k:
            line(axes, [-reach, reach], [k * row_cm] * 2, color="#E4E5E8", linewidth=0.6)
        _draw_row(axes, pair, reach, (k + 0.5) * row_cm, row_cm)
    return picture


def describe_pooled(summary: NetworkSummary) -> str:
    """Say in words what the picture of the pooled contrasts shows."""
    parts = [
        f"{FORMAT_TITLES[pair.this]} compared with {pair.than}: {TITLES[pair.label]}. "
        + " ".join(
            summary.texts[id]
            for id in (f"pair.{pair.id}", f"next.{pair.id}")
            if id in summary.texts
        )
        for pair in summary.questions[0].pairs
    ]
    return " ".join(
        [f"Mean difference over clinics for each pair, with its {range_name(summary)}.", *parts]
    )


def _reach(summary: NetworkSummary) -> float:
    ends = [
        abs(end)
        for pair in summary.questions[0].pairs
        for end in (pair.conf_low, pair.conf_high, pair.next_low, pair.next_high)
        if end is not None
    ]
    return max([*ends, LEAST_SPAN_IN_MARGINS * summary.margin])


def _draw_margin(axes: Panel, margin: float, bottom: float) -> None:
    across = [-margin, margin, margin, -margin]
    axes.fill(
        across, [0, 0, bottom, bottom], facecolor=BAND, edgecolor="none", linewidth=0, zorder=0
    )
    text = f"too small to matter (under {number(margin)})"
    write(axes, 0, -0.24, text, size=SMALL + 0.4, colour=SOFT_INK, across="center")


def _draw_axis(axes: Panel, reach: float, bottom: float, title: str) -> None:
    line(axes, [0, 0], [0, bottom], color=INK, linewidth=0.8)
    line(axes, [-reach, reach], [bottom, bottom], color=SOFT_INK, linewidth=0.7)
    step = nice_step(2 * reach)
    decimals = 0 if step >= 1 else 1 if round(step * 10) == step * 10 else 2
    for k in range(-int(reach / step), int(reach / step) + 1):
        line(axes, [k * step] * 2, [bottom, bottom + 0.1], color=SOFT_INK)
        label = signed(k * step, decimals) if k else "0"
        size = SMALL + 0.4
        write(axes, k * step, bottom + 0.4, label, size=size, colour=SOFT_INK, across="center")
    write(axes, 0, bottom + 0.9, title, size=SMALL + 0.4, colour=SOFT_INK, across="center")


def _draw_row(axes: Panel, pair: PooledPair, reach: float, y: float, row_cm: float) -> None:
    low, middle, high = pair.conf_low, pair.estimate, pair.conf_high
    if low is None or middle is None or high is None:
        line(axes, [-reach, reach], [y, y], color=FAINT, linestyle=(0, (1, 2.5)), linewidth=1.0)
        text = "too few clinics"
        size = SMALL + 0.4
        write(axes, 0, y, text, size=size, colour=SOFT_INK, across="center", behind=BAND)
        return
    for side, name in ((-1, pair.than), (1, pair.this)):
        text = f"{FORMAT_TITLES[name]} ahead"
        text = f"← {text}" if side < 0 else f"{text} →"
        across = "left" if side < 0 else "right"
        at = y + row_cm / 2 - 0.24
        write(axes, side * reach, at, text, size=SMALL + 0.4, colour=SOFT_INK, across=across)
    if pair.next_low is not None and pair.next_high is not None:
        _draw_next(axes, pair.next_low, pair.next_high, reach, y)
    shade_interval(axes, low, middle, high, y, 0.32, CONTRAST)
    _draw_dot(axes, middle, y)
    behind = BAND if abs(middle) < reach * 0.2 else ""
    write(
        axes,
        middle,
        y - 0.4,
        signed(middle),
        size=LARGE,
        weight=600,
        across="center",
        behind=behind,
        zorder=7,
    )


def _draw_next(axes: Panel, low: float, high: float, reach: float, y: float) -> None:
    line(axes, [low, high], [y, y], color=NEXT_COLOUR, linewidth=1.1, linestyle=(0, (2, 1.6)))
    for end, across, nudge in ((low, "right", -0.02), (high, "left", 0.02)):
        line(axes, [end, end], [y - 0.11, y + 0.11], color=NEXT_COLOUR, linewidth=1.1)
        write(
            axes,
            end + nudge * reach,
            y,
            signed(end),
            size=SMALL + 0.4,
            colour=SOFT_INK,
            across=across,
            behind=BAND if 0 < nudge * -end < NEAR * reach * abs(nudge) else "",
        )


def _draw_dot(axes: Panel, x: float, y: float) -> None:
    axes.plot(
        [x],
        [y],
        marker="o",
        markersize=6.2,
        markerfacecolor=PAPER,
        markeredgecolor=CONTRAST,
        markeredgewidth=1.8,
        linestyle="none",
        zorder=6,
    )


@in_own_style
def draw_own(summary: NetworkSummary, *, width_cm: float) -> Picture:
    """Draw the reader's own clinic in the funnel of clinics like these, pair by pair.

    Args:
        summary: what may be shown, with its sentences.
        width_cm: width of the picture.
    """
    main = {pair.id: pair for pair in summary.questions[0].pairs if pair.shown}
    rows = [(own, main[own.id]) for own in summary.own if own.id in main]
    if not rows:
        return draw_nothing(width_cm, summary.texts.get("own", ""))
    picture = Picture(width_cm, FUNNEL_CM)
    picture.alt = (
        "Your own clinic among clinics like these, for "
        f"{listing([f'{pair.this} and {pair.than}' for _, pair in rows])}. {summary.texts['own']}"
    )
    canvas = add_canvas(picture)
    each = (width_cm - FUNNEL_GAP_CM * (len(rows) - 1) - 2 * EDGE_CM) / max(len(rows), 2)
    for k, (own, pair) in enumerate(rows):
        left = EDGE_CM + k * (each + FUNNEL_GAP_CM)
        _draw_funnel(picture, canvas, own, pair, summary, (left, each))
    return picture


def _draw_funnel(
    picture: Picture,
    canvas: Panel,
    own: OwnPair,
    pair: PooledPair,
    summary: NetworkSummary,
    place: tuple[float, float],
) -> None:
    left, each = place
    low, middle, high = own.conf_low, own.estimate, own.conf_high
    mean = pair.estimate
    if low is None or middle is None or high is None or mean is None:
        return
    spread, half = WIDE * (summary.questions[0].spread or 0.0), (high - low) / 2
    widest = max(1.5 * half, 2 * summary.margin)
    reach = max(math.hypot(widest, spread), abs(middle - mean)) * 1.08
    axes = add_panel(picture, left, 1.05, each, FUNNEL_CM - 1.75)
    axes.set_xlim(mean - reach, mean + reach)
    axes.set_ylim(widest, 0)
    heights = [widest * step / STEPS for step in range(STEPS + 1)]
    right = [mean + math.hypot(height, spread) for height in heights]
    outline = right + [2 * mean - x for x in reversed(right)]
    axes.fill(
        outline,
        heights + heights[::-1],
        facecolor=BAND,
        edgecolor="none",
        linewidth=0,
        zorder=0,
    )
    line(axes, [mean, mean], [0, widest], color=CONTRAST, linewidth=0.9)
    line(axes, [mean - reach, mean + reach], [widest, widest], color=SOFT_INK)
    step = nice_step(2 * reach)
    decimals = 1 if round(step * 10) == step * 10 else 2
    first = math.ceil((mean - reach) / step)
    for k in range(first, math.floor((mean + reach) / step) + 1):
        line(axes, [k * step] * 2, [widest, widest * 1.03], color=SOFT_INK)
        text = signed(k * step, decimals) if k else "0"
        size = SMALL + 0.4
        write(axes, k * step, widest * 1.13, text, size=size, colour=SOFT_INK, across="center")
    axes.plot(
        [middle],
        [half],
        marker="o",
        markersize=7.5,
        markerfacecolor="#B5541C",
        markeredgecolor=PAPER,
        markeredgewidth=1.0,
        linestyle="none",
        zorder=6,
    )
    top, size = FUNNEL_CM - 0.3, SMALL + 0.8
    mark(canvas, left + 0.15, top, pair.this)
    write(canvas, left + 0.38, top, f"{FORMAT_TITLES[pair.this]} less {pair.than}", size=size)
    text = "small clinics low, large ones high"
    middle_cm = left + each / 2
    write(canvas, middle_cm, 0.25, text, size=SMALL + 0.4, colour=SOFT_INK, across="center")
