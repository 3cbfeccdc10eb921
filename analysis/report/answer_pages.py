"""The first pages: the answer, what changed since the last report, who was compared, progress.

In: a told `Summary`. Out: for each section its display strings (a `View`), its pictures, and its
blocks of plain text. Decisions: nothing is judged or computed here; on page 1 longer sentences get
more width, so that it stays one page.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

from analysis.disclosure.chain_rows import Change, NewChildren
from analysis.disclosure.rows import Counts, MainPair, TScore
from analysis.disclosure.summary import Summary
from analysis.figures.balance import draw_balance, draw_overlap
from analysis.figures.contrasts import BY_NARROW, draw_contrasts
from analysis.figures.flow import draw_flow
from analysis.figures.levels import draw_levels
from analysis.figures.needed import draw_needed
from analysis.figures.progress import draw_progress
from analysis.figures.rates import draw_rates
from analysis.figures.style import Picture, text_width_cm
from analysis.report.spelling import (
    FORMAT_HEADS,
    NONE_HERE,
    NOT_RECORDED,
    NOT_SHOWN,
    View,
    bullets,
    head,
    name_pair,
    row_line,
    spell_count,
)
from analysis.wording import interval, number, sentence_case, signed
from analysis.words import alt_text
from analysis.words.answer import LABEL_TITLES, give_question
from analysis.words.cautions import CAUTION_TITLES, choose_next_step
from analysis.words.cohort import TRAIT_TITLES, spell_start, start_unit
from analysis.words.phrases import (
    absent_formats,
    ends,
    known,
    range_name,
    spell_rough,
    weeks_compared,
)
from analysis.words.previous import name_row, say_since

TEXT_CM, HALF_CM = 17.4, 8.45
SIDES_CM = (7.4, 8.2, 9.0, 9.8, 10.8)
TALLEST_ROW_CM = 2.9
GUTTER_CM = 0.4
SENTENCE_SIZE = 9.0
LINE_CM = 0.405
LEAST_ROW_CM = 1.95
READING_NAMED = " Ticks: the range that rules out."
READING_WIDE = " Thin lines: the range if something unrecorded also differs."


def view_answer(summary: Summary) -> View:
    """Give what page 1 prints; `side_cm` and `row_cm` share its width between text and picture."""
    pairs = [_view_pair(summary, pair) for pair in summary.answer.pairs]
    absent = absent_formats(summary)
    wide = any(pair.shown and pair.wide_low is not None for pair in summary.answer.pairs)
    ruled = any(pair.shown and pair.label in BY_NARROW for pair in summary.answer.pairs)
    span = f"{range_name(summary)} over {weeks_compared(summary)}"
    reading = f"The bar is the {span}; the darker, the more plausible."
    side_cm, row_cm = _share_width(_pair_sentences(summary))
    return {
        "question": give_question(summary),
        "headline": summary.texts["headline"],
        "always": summary.texts["always"],
        "reading": reading + (READING_NAMED if ruled else "") + (READING_WIDE if wide else ""),
        "pairs": pairs,
        "verdicts": _group_verdicts(pairs),
        "counts": {
            "head": ["", "Children", "Goals", "Groups", "Therapists"],
            "rows": [
                {
                    "format": row.format,
                    "head": FORMAT_HEADS[row.format],
                    "cells": _count_cells(row, absent),
                }
                for row in summary.answer.counts
            ],
        },
        "caveats": [
            {"title": title, "text": summary.texts[name]} for name, title in CAUTION_TITLES.items()
        ],
        "next_step": {
            "title": choose_next_step(summary)[1],
            "text": summary.texts["next_step"],
        },
        "side_cm": side_cm,
        "row_cm": row_cm,
    }


def draw_answer(summary: Summary) -> dict[str, Picture]:
    """Draw the pictures of page 1, empty ones included."""
    side_cm, row_cm = _share_width(_pair_sentences(summary))
    beside = TEXT_CM - side_cm - GUTTER_CM
    return {
        "contrasts": draw_contrasts(summary, width_cm=beside, row_cm=row_cm, named=False),
        "needed": draw_needed(summary, width_cm=TEXT_CM),
        "rates": draw_rates(summary, width_cm=HALF_CM),
    }


def write_answer(view: View, summary: Summary) -> Iterable[str]:
    """Give page 1 as blocks of plain text."""
    yield from head("The answer")
    yield view["question"]
    yield view["headline"]
    yield view["always"]
    for pair in view["pairs"]:
        names = f"{pair['this_head']} compared with {pair['than_head'].lower()}"
        yield f"{names}: {pair['title']}. {pair['sentence']}"
    if any(rate.shown for rate in summary.answer.rates):
        yield alt_text.describe_rates(summary)
    yield "Who this rests on:"
    counts = view["counts"]
    yield bullets(row_line(row["head"], counts["head"][1:], row["cells"]) for row in counts["rows"])
    yield "Three things to keep in mind:"
    yield bullets(f"{caveat['title']}. {caveat['text']}" for caveat in view["caveats"])
    yield f"{view['next_step']['title']}. {view['next_step']['text']}"


@functools.lru_cache(maxsize=1)
def _share_width(sentences: tuple[str, ...]) -> tuple[float, float]:
    """Give the width of page 1's sentences and the height of their rows, in centimetres.

    Measuring words is slow, and both the text and the picture beside it ask.
    """
    for side_cm in SIDES_CM:
        lines = max(_count_lines(sentence, side_cm - 0.1) for sentence in sentences)
        row_cm = max(LEAST_ROW_CM, round(1.12 + LINE_CM * lines, 2))
        if row_cm <= TALLEST_ROW_CM:
            break
    return side_cm, row_cm


def _pair_sentences(summary: Summary) -> tuple[str, ...]:
    return tuple(summary.texts[f"pair.{pair.id}"] for pair in summary.answer.pairs)


def _count_lines(text: str, width_cm: float) -> int:
    lines, current = 1, ""
    for word in text.split():
        longer = f"{current} {word}".strip()
        if current and text_width_cm(longer, SENTENCE_SIZE) > width_cm:
            lines, current = lines + 1, word
        else:
            current = longer
    return lines


def _view_pair(summary: Summary, pair: MainPair) -> View:
    return {
        "this": pair.this,
        "than": pair.than,
        "this_head": FORMAT_HEADS[pair.this],
        "than_head": FORMAT_HEADS[pair.than],
        "title": LABEL_TITLES[pair.label],
        "sentence": summary.texts[f"pair.{pair.id}"],
        "shown": pair.shown,
    }


def _count_cells(row: Counts, absent: frozenset[str]) -> list[str]:
    """Spell one format's counts: absent formats have none, individual therapy has no groups."""
    if row.format in absent:
        return [NONE_HERE] * 4
    counts = (row.n_children, row.n_goals, row.n_groups, row.n_therapists)
    cells = [spell_count(n) for n in counts]
    if row.n_children is not None and row.n_groups is None:
        cells[2] = NONE_HERE if row.format == "individual" else NOT_RECORDED
    return cells


def _group_verdicts(pairs: Sequence[View]) -> list[View]:
    """Say a verdict once for all the pairs that share it, word for word."""
    verdicts: dict[tuple[str, str], View] = {}
    for pair in pairs:
        key = (pair["title"], pair["sentence"])
        row = verdicts.setdefault(key, {"title": key[0], "sentence": key[1], "pairs": []})
        row["pairs"].append(pair)
    return list(verdicts.values())


def view_previous(summary: Summary) -> View | None:
    """Give what changed since the last report; None where there was none."""
    part = summary.previous
    if part is None:
        return None
    new = part.newcomers.rows if part.newcomers else ()
    ids = ["changes.held"]
    if not part.held:
        ids += [f"changes.{row.id}" for row in part.rows]
    sentences = [summary.texts[name] for name in ids] + summary.quote("changes.new")
    look = summary.texts.get("method.look")
    return {
        "since": say_since(summary, part),
        "sentences": [sentences[0], *([look] if look else []), *sentences[1:]],
        "head": ["", "Last report", "This report", "Change"],
        "rows": [] if part.held else [_spell_change(row) for row in part.rows],
        "new_head": ["", "New minus earlier children", sentence_case(range_name(summary))],
        "new": [_spell_new(row) for row in new],
    }


def write_previous(view: View, summary: Summary) -> Iterable[str]:
    """Give what changed as blocks of plain text."""
    yield from head("What changed since the last report?")
    yield from view["sentences"]
    yield f"The last report: {view['since']}"


def _spell_change(row: Change) -> list[str]:
    moved = [NOT_SHOWN if n is None else signed(n) for n in (row.before, row.now, row.change)]
    return [name_pair(row.id), *moved]


def _spell_new(row: NewChildren) -> list[str]:
    return [sentence_case(name_row(row)), signed(known(row.estimate)), interval(*ends(row))]


def view_cohort(summary: Summary) -> View:
    """Give who was compared, and how alike they were."""
    rows = summary.cohort.at_start
    seen = [f for f in summary.formats if any(getattr(row, f) is not None for row in rows)]
    return {
        "sentences": summary.quote("who"),
        "at_start": {
            "formats": seen,
            "head": ["", *(FORMAT_HEADS[name] for name in seen)],
            "rows": [
                {
                    "head": TRAIT_TITLES[row.trait],
                    "unit": start_unit(row.trait),
                    "cells": [spell_start(row, name) or NOT_SHOWN for name in seen],
                }
                for row in rows
            ],
        },
    }


def draw_cohort(summary: Summary) -> dict[str, Picture]:
    """Draw the pictures of who was compared, empty ones included."""
    return {
        "flow": draw_flow(summary, width_cm=TEXT_CM),
        "balance": draw_balance(summary, width_cm=HALF_CM),
        "overlap": draw_overlap(summary, width_cm=HALF_CM),
    }


def write_cohort(view: View, summary: Summary) -> Iterable[str]:
    """Give who was compared as blocks of plain text."""
    yield from head("Were the children alike to begin with?")
    yield from view["sentences"]
    if any(row.shown for row in summary.cohort.flow):
        yield alt_text.describe_flow(summary)
    start = view["at_start"]
    if start["rows"]:
        yield "Children at the start:"
        yield bullets(
            row_line(f"{row['head']} ({row['unit']})", start["head"][1:], row["cells"])
            for row in start["rows"]
        )
    if summary.cohort.balance:
        yield alt_text.describe_balance(summary)
    if summary.cohort.overlap:
        yield alt_text.describe_overlap(summary)


def view_progress(summary: Summary) -> View:
    """Give how goals moved, as the children came."""
    rows = []
    for name in summary.formats:
        mine = {row.when: row for row in summary.progress.t_scores if row.format == name}
        if mine:
            cells = [_spell_mean(mine.get("start")), _spell_mean(mine.get("latest"))]
            n = spell_count(max(row.n_children or 0 for row in mine.values()) or None)
            rows.append({"format": name, "head": FORMAT_HEADS[name], "cells": [*cells, n]})
    return {"sentences": summary.quote("progress"), "t_scores": rows}


def draw_course(summary: Summary) -> dict[str, Picture]:
    """Draw the pictures of how goals moved, empty ones included."""
    return {
        "progress": draw_progress(summary, width_cm=TEXT_CM),
        "levels": draw_levels(summary, width_cm=TEXT_CM),
    }


def write_progress(view: View, summary: Summary) -> Iterable[str]:
    """Give how goals moved as blocks of plain text."""
    yield from head("What did progress look like?")
    yield from view["sentences"]
    if summary.progress.by_week:
        yield alt_text.describe_progress(summary)
    if summary.progress.levels:
        yield alt_text.describe_levels(summary)
    if view["t_scores"]:
        yield "T-scores:"
        heads = ("at the start", "at the latest review", "children")
        yield bullets(row_line(row["head"], heads, row["cells"]) for row in view["t_scores"])


def _spell_mean(row: TScore | None) -> str:
    if row is None or row.mean is None:
        return NOT_SHOWN
    mean = spell_rough(row.mean) if row.rough else number(row.mean, 0)
    return mean if row.sd is None else f"{mean} (SD {number(row.sd, 0)})"
