"""The three differences between formats, with the margin that would matter.

In: a `Summary`. Out: one picture. Decisions: every row says at its own two ends which format would
be ahead there, so that no sign has to be remembered; a row draws one range, the one that its
sentence names; a pair of formats that the clinic does not have has no row.
"""

from __future__ import annotations

from collections.abc import Sequence

from analysis.disclosure.fields import FormatId
from analysis.disclosure.rows import MainPair
from analysis.disclosure.summary import Summary
from analysis.figures.marks import Span, span_of
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
    text_width_cm,
    write,
)
from analysis.vocabulary import NO_IMPORTANT_DIFFERENCE, RULES_OUT
from analysis.wording import FORMAT_TITLES, number, signed
from analysis.words import alt_text
from analysis.words.phrases import present_pairs

AXIS_CM = 1.15
TOP_CM = 0.55
LABEL_CM = 3.9
END_LABEL_CM = 0.95
CLOSE_CM, TICK_CM = 1.1, 0.35
LEAST_SPAN_IN_MARGINS = 2.4
BY_NARROW = frozenset({NO_IMPORTANT_DIFFERENCE, RULES_OUT})


@in_own_style
def draw_contrasts(
    summary: Summary, *, width_cm: float = 17.0, row_cm: float = 1.9, named: bool = True
) -> Picture:
    """Draw the three contrasts, one row each, in the summary's order.

    Args:
        summary: what may be shown.
        width_cm: width of the whole picture.
        row_cm: height of one row; page 1 sets its sentences beside rows of this height.
        named: write the pair and its title at the left; False where the page does so.
    """
    pairs = present_pairs(summary, summary.answer.pairs)
    if not any(pair.shown for pair in pairs):
        return draw_nothing(width_cm, alt_text.describe_contrasts(summary))
    margin = summary.margin
    height = TOP_CM + row_cm * len(pairs) + AXIS_CM
    picture = Picture(width_cm, height)
    picture.alt = alt_text.describe_contrasts(summary)
    canvas = add_canvas(picture)
    left = LABEL_CM if named else 0.15
    axes_cm = width_cm - left - 0.15
    axes = add_panel(picture, left, AXIS_CM, axes_cm, row_cm * len(pairs))
    reach = _reach(pairs, margin, axes_cm / 2)
    axes.set_xlim(-reach, reach)
    axes.set_ylim(row_cm * len(pairs), 0)
    weeks = summary.measure.rate_weeks
    _draw_margin(axes, margin, row_cm * len(pairs))
    _draw_axis(axes, reach, row_cm * len(pairs), weeks, 2 * reach / axes_cm)
    for i, pair in enumerate(pairs):
        _draw_row(axes, pair, reach, (i + 0.5) * row_cm, row_cm, axes_cm)
        if i:
            line(axes, [-reach, reach], [i * row_cm] * 2, color="#E4E5E8", linewidth=0.6)
        if named:
            middle = height - TOP_CM - (i + 0.5) * row_cm
            _name_row(canvas, pair, middle)
    return picture


def _reach(pairs: Sequence[MainPair], margin: float, half_cm: float) -> float:
    """Give the largest value on the axis: every interval fits, with its label beside it."""
    ends = [
        abs(end)
        for pair in pairs
        if pair.shown
        for end in (pair.conf_low, pair.conf_high, pair.wide_low, pair.wide_high)
        if end is not None
    ]
    return max([*ends, LEAST_SPAN_IN_MARGINS * margin]) * half_cm / (half_cm - END_LABEL_CM)


def _draw_margin(axes: Panel, margin: float, bottom: float) -> None:
    axes.fill(
        [-margin, margin, margin, -margin],
        [0, 0, bottom, bottom],
        facecolor=BAND,
        edgecolor="none",
        linewidth=0,
        zorder=0,
    )
    for side in (-margin, margin):
        line(axes, [side, side], [0, bottom], color="#CFC4AE", linewidth=0.6, linestyle=(0, (3, 2)))
    write(
        axes,
        0,
        -0.22,
        f"too small to matter (under {number(margin)})",
        size=SMALL,
        colour=SOFT_INK,
        across="center",
    )


def _draw_axis(axes: Panel, reach: float, bottom: float, rate_weeks: int, per_cm: float) -> None:
    line(axes, [0, 0], [0, bottom], color=INK, linewidth=0.8)
    line(axes, [-reach, reach], [bottom, bottom], color=SOFT_INK, linewidth=0.7)
    step = nice_step(2 * reach)
    ticks = int(reach / step)
    decimals = 0 if step >= 1 else 1 if round(step * 10) == step * 10 else 2
    for k in range(-ticks, ticks + 1):
        line(axes, [k * step] * 2, [bottom, bottom + 0.1], color=SOFT_INK)
        label = signed(k * step, decimals) if k else "0"
        if reach - abs(k * step) < TICK_CM * per_cm:
            continue
        write(axes, k * step, bottom + 0.38, label, size=SMALL, colour=SOFT_INK, across="center")
    write(
        axes,
        0,
        bottom + 0.85,
        f"difference in levels each {rate_weeks} weeks",
        size=SMALL,
        colour=SOFT_INK,
        across="center",
    )


def _draw_row(
    axes: Panel, pair: MainPair, reach: float, y: float, row_cm: float, axes_cm: float
) -> None:
    span = span_of(pair) if pair.shown else None
    if span is None:
        line(axes, [-reach, reach], [y, y], color=FAINT, linestyle=(0, (1, 2.5)), linewidth=1.0)
        write(
            axes, 0, y, "no number shown", size=SMALL, colour=SOFT_INK, across="center", behind=BAND
        )
        return
    _draw_ends(axes, pair, reach, y + row_cm / 2 - 0.27)
    beside = pair.wide_low is None or pair.wide_high is None
    if pair.wide_low is not None and pair.wide_high is not None:
        _draw_wide(axes, pair.wide_low, pair.wide_high, y)
    named = named_span(pair, span)
    shade_interval(axes, *named, y, 0.30, CONTRAST)
    axes.plot(
        [span.middle],
        [y],
        marker="o",
        markersize=6.2,
        markerfacecolor=PAPER,
        markeredgecolor=CONTRAST,
        markeredgewidth=1.8,
        linestyle="none",
        zorder=6,
    )
    per_cm = 2 * reach / axes_cm
    _write_value(axes, span.middle, y - 0.36, "center", per_cm, size=LARGE, weight=600)
    _write_span_ends(axes, named, y, reach, per_cm, beside=beside)


def named_span(pair: MainPair, span: Span) -> Span:
    """Give the range that a pair's sentence names: the narrower one where that rules out.

    Args:
        pair: a main pair that is shown.
        span: its interval.
    """
    if pair.label in BY_NARROW and pair.narrow_low is not None and pair.narrow_high is not None:
        return Span(pair.narrow_low, span.middle, pair.narrow_high)
    return span


def _write_span_ends(
    axes: Panel, span: Span, y: float, reach: float, per_cm: float, *, beside: bool
) -> None:
    """Write an interval's two ends beside it, or under it where a wider one is drawn."""
    for value, across in ((span.low, "right"), (span.high, "left")):
        nudge = 0.0
        if beside:
            nudge = reach * 0.02 * (-1 if across == "right" else 1)
        elif span.high - span.low < CLOSE_CM * per_cm:
            nudge = 0.05 * per_cm * (-1 if across == "right" else 1)
        else:
            across = "center"
        _write_value(
            axes,
            value,
            y if beside else y + 0.36,
            across,
            per_cm,
            nudge=nudge,
            size=SMALL,
            colour=SOFT_INK,
        )


def _write_value(
    axes: Panel,
    value: float,
    y: float,
    across: str,
    per_cm: float,
    *,
    nudge: float = 0.0,
    size: float,
    weight: int = 400,
    colour: str = INK,
) -> None:
    """Write a number at its own place; the zero line does not run through it."""
    wide = text_width_cm(signed(value), size, weight) * per_cm
    left = value + nudge - {"left": 0.0, "center": 0.5, "right": 1.0}[across] * wide
    hidden = BAND if left < 0 < left + wide else ""
    write(
        axes,
        value + nudge,
        y,
        signed(value),
        size=size,
        weight=weight,
        colour=colour,
        across=across,
        behind=hidden,
        zorder=7,
    )


def _draw_wide(axes: Panel, low: float, high: float, y: float) -> None:
    line(axes, [low, high], [y, y], color=CONTRAST, linewidth=0.8, linestyle=(0, (2, 1.6)))
    for end in (low, high):
        line(axes, [end, end], [y - 0.09, y + 0.09], color=CONTRAST, linewidth=0.8)


def _draw_ends(axes: Panel, pair: MainPair, reach: float, y: float) -> None:
    sides: tuple[tuple[int, FormatId], ...] = ((-1, pair.than), (1, pair.this))
    for side, name in sides:
        across = "left" if side < 0 else "right"
        text = f"{FORMAT_TITLES[name]} ahead"
        text = f"← {text}" if side < 0 else f"{text} →"
        write(axes, side * reach, y, text, size=SMALL, colour=SOFT_INK, across=across)


def _name_row(canvas: Panel, pair: MainPair, y: float) -> None:
    mark(canvas, 0.2, y + 0.28, pair.this)
    write(canvas, 0.45, y + 0.28, FORMAT_TITLES[pair.this], weight=600)
    write(canvas, 0.2, y - 0.10, "compared with", size=SMALL, colour=SOFT_INK)
    mark(canvas, 0.2, y - 0.46, pair.than)
    write(canvas, 0.45, y - 0.46, FORMAT_TITLES[pair.than], weight=600)
