"""The first page: the answer.

In: a told `Summary`. Out: the section's display strings (a `View`), its pictures, and its blocks of
plain text. Decisions: nothing is judged or computed here; on page 1 longer sentences get more
width, and reasons that all pairs share stand once, so that it stays one page; a format that the
clinic does not have has no row.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping

from analysis.disclosure.rows import Counts, FlowStep, FormatRate, MainPair
from analysis.disclosure.summary import Summary
from analysis.figures.contrasts import BY_NARROW, draw_contrasts
from analysis.figures.needed import draw_needed
from analysis.figures.style import Picture, text_width_cm
from analysis.formats import is_grouped
from analysis.report.spelling import (
    ALL,
    FORMAT_HEADS,
    NONE_HERE,
    NOT_RECORDED,
    NOT_SHOWN,
    View,
    bullets,
    head,
    row_line,
    spell_count,
)
from analysis.wording import interval, number
from analysis.words import alt_text
from analysis.words.answer import LIGHTLY, give_question, title_pair
from analysis.words.cautions import CAUTION_TITLES, choose_next_step
from analysis.words.phrases import (
    compares,
    ends,
    every,
    known,
    narrow_range_name,
    present_formats,
    present_pairs,
    range_name,
)

TEXT_CM = 17.4
SIDES_CM = (8.4, 9.0, 9.6, 10.2)
TALLEST_ROW_CM = 2.8
GUTTER_CM = 0.4
SENTENCE_SIZE = 10.0
LINE_CM = 0.405
HEAD_CM, LIGHTLY_CM, LEAST_ROW_CM = 1.25, 0.2, 2.1
KEEP_IN_MIND = "To keep in mind"
GAINED = "Progress"
SAID_ALREADY = "What can be said already"
MISSING, TO_COMPARE = "What is missing", "If you want to compare"
READING_WIDE = " Thin lines: the range if something unrecorded also differs."


def view_answer(summary: Summary) -> View:
    """Give what page 1 prints; `side_cm` and `row_cm` share its width between text and picture."""
    pairs = present_pairs(summary, summary.answer.pairs)
    side_cm, row_cm = _share_width(_pair_sentences(summary))
    compared = compares(summary)
    headline, lightly = _split_lightly(summary.texts["headline"])
    return {
        "question": give_question(summary),
        "headline": headline,
        "lightly": lightly,
        "counted": summary.texts["counts"],
        "always": summary.texts["always"] if compared else "",
        "compared": compared,
        "reading": _say_reading(summary),
        "pairs": [_view_pair(summary, pair) for pair in pairs] if compared else [],
        "shared": _is_shared(summary),
        "told": [] if compared else _view_told(summary),
        "counts": _view_counts(summary),
        "caveats_title": KEEP_IN_MIND,
        "caveats": [
            {"title": CAUTION_TITLES[sentence.id], "text": sentence.text}
            for sentence in summary.sentences
            if sentence.id in CAUTION_TITLES
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
    }


def write_answer(view: View, summary: Summary) -> Iterable[str]:
    """Give page 1 as blocks of plain text."""
    yield from head("The answer")
    yield view["question"]
    yield f"{view['headline']} {view['lightly']}".strip()
    yield view["counted"]
    yield view["always"]
    for pair in view["pairs"]:
        names = f"{pair['this_head']} compared with {pair['than_head'].lower()}"
        yield f"{names}: {pair['title']}. {' '.join((pair['sentence'], pair['lightly'])).strip()}"
    for part in view["told"]:
        yield f"{part['title']}:"
        yield from part["sentences"]
    if any(row.id == "missing.needed" and row.rule == row.id for row in summary.sentences):
        yield alt_text.describe_needed(summary)
    counts = view["counts"]
    if counts["rows"]:
        yield "Who this rests on:"
        yield bullets(
            row_line(row["head"], counts["head"][1:], row["cells"]) for row in counts["rows"]
        )
        yield counts["note"]
    yield f"{view['caveats_title']}:"
    yield bullets(f"{caveat['title']}. {caveat['text']}" for caveat in view["caveats"])
    yield f"{view['next_step']['title']}. {view['next_step']['text']}"


def _view_told(summary: Summary) -> list[View]:
    """Give what is told where nothing is compared: what is missing, and what can be said."""
    alone = len(present_formats(summary)) == 1
    missing = {
        "title": TO_COMPARE if alone else MISSING,
        "sentences": summary.quote("missing"),
        "picture": "needed",
    }
    already = {
        "title": SAID_ALREADY,
        "sentences": summary.quote("progress.course"),
        "picture": "",
    }
    return [already, missing] if alone else [missing, already]


def _say_reading(summary: Summary) -> str:
    """Say which range the bars of the picture are, and what its thin lines are."""
    pairs = [pair for pair in summary.answer.pairs if pair.shown]
    by_narrow = {pair.label in BY_NARROW for pair in pairs}
    wide = any(pair.wide_low is not None for pair in pairs)
    names = {True: narrow_range_name(summary), False: range_name(summary)}
    bars = f"Bars: the {' or '.join(names[key] for key in sorted(by_narrow))}"
    bars += ", the one that the sentence names; " if len(by_narrow) > 1 else "; "
    return f"{bars}the darker, the more plausible." + (READING_WIDE if wide else "")


@functools.lru_cache(maxsize=1)
def _share_width(sentences: tuple[tuple[str, str], ...]) -> tuple[float, float]:
    """Give the width of page 1's sentences and the height of their rows, in centimetres.

    Measuring words is slow, and both the text and the picture beside it ask.
    """
    row_cm = LEAST_ROW_CM
    for side_cm in SIDES_CM:
        text_cm = max((_measure(parts, side_cm - 0.15) for parts in sentences), default=0.0)
        row_cm = max(LEAST_ROW_CM, round(HEAD_CM + text_cm, 2))
        if row_cm <= TALLEST_ROW_CM:
            break
    return side_cm, row_cm


def _measure(parts: tuple[str, str], width_cm: float) -> float:
    """Give how high a pair's sentence is, with why to lean on it lightly below it."""
    sentence, lightly = parts
    high = LINE_CM * _count_lines(sentence, width_cm)
    return high + (LIGHTLY_CM + LINE_CM * _count_lines(lightly, width_cm) if lightly else 0.0)


def _pair_sentences(summary: Summary) -> tuple[tuple[str, str], ...]:
    """Give each pair's sentence as its row prints it."""
    pairs, shared = present_pairs(summary, summary.answer.pairs), _is_shared(summary)
    parts = [_split_lightly(summary.texts[f"pair.{pair.id}"]) for pair in pairs]
    return tuple((sentence, "" if shared else lightly) for sentence, lightly in parts)


def _is_shared(summary: Summary) -> bool:
    """Whether every pair is to be leaned on lightly for the reasons under the headline."""
    pairs = present_pairs(summary, summary.answer.pairs)
    whys = {_split_lightly(summary.texts[f"pair.{pair.id}"])[1] for pair in pairs}
    return whys == {_split_lightly(summary.texts["headline"])[1]}


def _split_lightly(text: str) -> tuple[str, str]:
    """Give a pair's sentence, and apart from it why to lean on it lightly, if so."""
    sentence, mark, why = text.partition(f" {LIGHTLY}")
    return sentence, f"{LIGHTLY}{why}" if mark else ""


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
    sentence, lightly = _split_lightly(summary.texts[f"pair.{pair.id}"])
    return {
        "this": pair.this,
        "than": pair.than,
        "this_head": FORMAT_HEADS[pair.this],
        "than_head": FORMAT_HEADS[pair.than],
        "title": title_pair(pair),
        "sentence": sentence,
        "lightly": lightly,
        "shown": pair.shown,
    }


def _view_counts(summary: Summary) -> View:
    """Give how many were handed in and are compared, a row for each format that there is."""
    present, first = present_formats(summary), summary.cohort.flow[0]
    rows = [row for row in summary.answer.counts if row.format in present]
    if not compares(summary):
        rows = [row for row in rows if row.n_children is not None]
    if len(rows) > 1:
        rows.append(summary.counted(ALL))
    rates: dict[str, FormatRate] = {
        rate.format: rate for rate in summary.answer.rates if rate.shown
    }
    handed_in = all(_handed_in(first, row) is not None for row in rows)
    grouped = any(row.format != ALL and is_grouped(row.format) for row in rows)
    does = "Compared" if compares(summary) else "Followed"
    heads = ["Handed in", does, "Goals", "Groups", "Therapists", GAINED]
    treated = any(row.n_therapists is not None for row in rows)
    kept = [handed_in, True, True, grouped, treated, bool(rates)]
    note = f"{GAINED}: levels {every(summary)}, children made alike ({range_name(summary)})."
    return {
        "head": ["", *(name for name, keep in zip(heads, kept, strict=True) if keep)],
        "rows": [
            {
                "format": row.format,
                "head": FORMAT_HEADS[row.format],
                "cells": [
                    cell
                    for cell, keep in zip(_count_cells(first, row, rates), kept, strict=True)
                    if keep
                ],
            }
            for row in rows
        ],
        "note": note if rates else "",
    }


def _handed_in(first: FlowStep, row: Counts) -> float | None:
    value: float | None = first.total if row.format == ALL else getattr(first, row.format)
    return value


def _count_cells(first: FlowStep, row: Counts, rates: Mapping[str, FormatRate]) -> list[str]:
    """Spell one format's counts and its rate; individual therapy has no groups."""
    counts = (row.n_children, row.n_goals, row.n_groups, row.n_therapists)
    cells = [spell_count(n) for n in (_handed_in(first, row), *counts)]
    if row.n_children is not None and row.n_groups is None:
        cells[3] = NONE_HERE if row.format == "individual" else NOT_RECORDED
    rate = rates.get(row.format)
    gained = f"{number(known(rate.estimate))} ({interval(*ends(rate))})" if rate else ""
    return [*cells, gained or ("" if row.format == ALL else NOT_SHOWN)]
