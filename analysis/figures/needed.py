"""How far the records have come towards a comparison.

In: a `Summary`. Out: one picture. Decisions: it is drawn only where no pair may be compared yet
and more recording would change that; a bar ends where enough is, so that a format with plenty
looks no better than one with enough.
"""

from __future__ import annotations

from analysis.disclosure.rows import Counts
from analysis.disclosure.summary import Summary
from analysis.figures.style import (
    FAINT,
    INK,
    PAPER,
    SMALL,
    SOFT_INK,
    Panel,
    Picture,
    add_canvas,
    draw_nothing,
    in_own_style,
    line,
    mark,
    write,
)
from analysis.formats import FORMAT_COLOURS, is_grouped
from analysis.vocabulary import NOT_COMPARABLE
from analysis.wording import FORMAT_TITLES
from analysis.words import alt_text
from analysis.words.phrases import present_formats

SIZE_RULES = frozenset({"absent", "few_children", "few_groups", "groups_not_recorded"})
HEADS = {"n_children": "Children with enough reviews", "n_groups": "Therapy groups"}
LABEL_CM, GUTTER_CM, WORDS_CM = 2.5, 0.6, 2.9
HEAD_CM, ROW_CM, BAR_CM = 0.75, 0.72, 0.3


@in_own_style
def draw_needed(summary: Summary, *, width_cm: float = 17.4) -> Picture:
    """Draw, for each format, how many children and therapy groups there are of those needed.

    Args:
        summary: what may be shown.
        width_cm: width of the whole picture.
    """
    alt = alt_text.describe_needed(summary)
    answer = summary.answer
    waiting = {gate.rule for gate in summary.method.gates} & SIZE_RULES
    if not waiting or any(pair.label != NOT_COMPARABLE for pair in answer.pairs):
        return draw_nothing(width_cm, alt)
    counts = {row.format: row for row in answer.counts}
    names = [name for name in present_formats(summary) if name in counts]
    if len(names) < 2:
        return draw_nothing(width_cm, alt)
    height = HEAD_CM + ROW_CM * len(names)
    picture = Picture(width_cm, height)
    picture.alt = alt
    canvas = add_canvas(picture)
    column = (width_cm - LABEL_CM) / len(HEADS)
    for k, (what, head) in enumerate(HEADS.items()):
        left = LABEL_CM + k * column
        write(canvas, left, height - 0.25, head, size=SMALL, colour=SOFT_INK)
        for i, name in enumerate(names):
            y = height - HEAD_CM - (i + 0.5) * ROW_CM
            if not k:
                mark(canvas, 0.15, y, name)
                write(canvas, 0.45, y, FORMAT_TITLES[name], weight=600)
            if k and not is_grouped(name):
                write(canvas, left, y, "none needed", size=SMALL, colour=SOFT_INK)
                continue
            right = left + column - WORDS_CM - GUTTER_CM
            _draw_bar(canvas, (left, right), y, summary, counts[name], what)
    return picture


def _draw_bar(
    canvas: Panel, ends: tuple[float, float], y: float, summary: Summary, row: Counts, what: str
) -> None:
    """Draw one bar towards what is needed, with its words behind it."""
    (left, right), need = ends, getattr(summary.answer.needed, what)
    have, words = alt_text.reached(summary, row, what)
    _fill(canvas, left, right, y, facecolor=PAPER, edgecolor=FAINT)
    if have:
        end = left + (right - left) * min(have / need, 1.0)
        sure = getattr(row, what) is not None
        colour = FORMAT_COLOURS[row.format]
        _fill(canvas, left, end, y, facecolor=colour, edgecolor="none", alpha=1.0 if sure else 0.25)
    line(canvas, [right] * 2, [y - 0.26, y + 0.26], color=INK, linewidth=1.1, zorder=4)
    write(canvas, right + 0.2, y, words, size=SMALL)


def _fill(canvas: Panel, left: float, right: float, y: float, **kwargs: object) -> None:
    corners = [y - BAR_CM / 2, y - BAR_CM / 2, y + BAR_CM / 2, y + BAR_CM / 2]
    canvas.fill([left, right, right, left], corners, **({"linewidth": 0.6, "zorder": 3} | kwargs))
