"""The pages on doubts and claims: their pictures, their words, on paper and as plain text."""

import functools
import io
import re
from dataclasses import replace

import pytest
from pypdf import PdfReader
from small_clinics import invented_records, sample_study

from analysis.disclosure.release import protect
from analysis.figures.confounding_benchmarks import MOST_TRAITS, draw_yardsticks
from analysis.figures.dropout import draw_dropout
from analysis.report.deeper_pages import (
    CLAIMS_TITLE,
    UNRECORDED_TITLE,
    view_claims,
    view_sensitivity,
)
from analysis.report.document import render_pdf
from analysis.report.plain_text import render_text
from analysis.study import run_study
from analysis.words.tell import tell


@functools.cache
def summary_of(name):
    studies = {
        "sample": sample_study,
        "few": lambda: run_study(invented_records(3, n_children=30)),
        "quick": lambda: run_study(sample_study().records, ask_again=False),
        "alone": lambda: run_study(sample_study().records, ask_beside=False),
    }
    return tell(protect(studies[name]()))


@functools.cache
def text_of(name):
    pages = PdfReader(io.BytesIO(render_pdf(summary_of(name)))).pages
    return [squeeze(page.extract_text()) for page in pages]


def squeeze(text):
    return re.sub(r"\s+", "", text)


def texts_in(picture):
    return [artist.get_text() for artist in picture.findobj() if hasattr(artist, "get_text")]


def sentences_of(summary):
    return summary.quote("sensitivity", "claims")


@pytest.mark.slow
def test_every_sentence_of_these_pages_stands_in_the_pdf_and_in_the_plain_text():
    summary = summary_of("sample")
    pdf, plain = "".join(text_of("sample")), squeeze(render_text(summary))
    for text in sentences_of(summary):
        assert squeeze(text) in pdf, text
        assert squeeze(text) in plain, text


@pytest.mark.slow
def test_doubts_and_claims_begin_once_and_in_this_order():
    pages = text_of("sample")
    for title in (UNRECORDED_TITLE, CLAIMS_TITLE):
        assert sum(squeeze(title) in page for page in pages) == 1
    whole = "".join(pages)
    assert whole.index(squeeze(UNRECORDED_TITLE)) < whole.index(squeeze(CLAIMS_TITLE))


def test_where_nothing_is_compared_there_is_neither_ledger_nor_page_of_doubts():
    pages = text_of("few")
    assert len(pages) == 2
    for title in (UNRECORDED_TITLE, CLAIMS_TITLE):
        assert not any(squeeze(title) in page for page in pages)
    assert "can be answered" in " ".join(view_sensitivity(summary_of("few"))["withheld"])


@pytest.mark.slow
def test_a_study_that_did_not_ask_again_has_neither_page():
    summary = summary_of("quick")
    assert view_sensitivity(summary) is None
    assert view_claims(summary) is None
    assert not any(squeeze(CLAIMS_TITLE) in page for page in text_of("quick"))
    assert CLAIMS_TITLE not in render_text(summary)


def test_what_it_would_take_to_know_is_said_also_where_no_claim_was_held():
    summary = summary_of("alone")
    assert summary.claims is None
    for sentence in summary.quote("claims.not_asked", "sensitivity.planning"):
        assert squeeze(sentence) in "".join(text_of("alone"))
        assert squeeze(sentence) in squeeze(render_text(summary))


def test_every_cell_of_the_grid_is_written_out():
    summary = summary_of("sample")
    shown = texts_in(draw_dropout(summary))
    grids = [row for row in summary.sensitivity.dropout if row.cells]
    assert len(grids) == 3
    signed = [text for text in shown if re.fullmatch(r"[+\u2212]?\d\.\d\d", text)]
    assert len(signed) == sum(len(row.cells) for row in grids)


def test_cells_in_which_something_else_is_said_are_set_strong():
    summary = summary_of("sample")
    picture = draw_dropout(summary)
    strong = sum(
        artist.get_fontproperties().get_weight() == 600
        and re.fullmatch(r"[+\u2212]?\d\.\d\d", artist.get_text()) is not None
        for artist in picture.findobj()
        if hasattr(artist, "get_text")
    )
    changed = 0
    for row in summary.sensitivity.dropout:
        base = (row.cells[0].label, row.cells[0].ahead)
        changed += sum((cell.label, cell.ahead) != base for cell in row.cells)
    assert strong == changed > 0


def test_the_strongest_traits_are_drawn_and_named():
    summary = summary_of("sample")
    shown = texts_in(draw_yardsticks(summary))
    bias = {}
    for row in summary.sensitivity.benchmarks:
        bias[row.trait] = max(row.bias, bias.get(row.trait, 0))
    assert max(bias, key=bias.get) == "attention"
    assert "Attention" in shown
    assert len(bias) > MOST_TRAITS


@pytest.mark.parametrize("draw", [draw_dropout, draw_yardsticks])
def test_pictures_say_what_they_show_and_say_so_when_there_is_nothing(draw):
    picture = draw(summary_of("sample"))
    assert len(picture.alt) > 100
    assert not picture.empty
    assert draw(summary_of("few")).empty


def test_the_picture_of_page_one_gains_the_wider_range():
    summary = summary_of("sample")
    assert "if something unrecorded also differs" in "".join(render_text(summary)) or squeeze(
        "if something unrecorded also differs"
    ) in "".join(text_of("sample"))


def test_drawing_twice_gives_the_same_bytes():
    summary = summary_of("sample")
    assert draw_dropout(summary).to_svg() == draw_dropout(summary).to_svg()
    assert draw_yardsticks(summary).to_svg() == draw_yardsticks(summary).to_svg()


def test_the_view_holds_every_claim_with_its_verdict_first():
    view = view_claims(summary_of("sample"))
    assert [row["id"] for row in view["rows"]] == [f"H{i}" for i in range(1, 8)]
    for row in view["rows"]:
        assert row["text"] == row["verdict"] + row["why"]
        assert not row["why"].startswith(row["verdict"])


def test_unprintable_yardsticks_are_left_out_without_an_error():
    study = sample_study()
    table = study.sensitivity.unmeasured.benchmarks.assign(bias=float("inf"))
    wild = replace(study.sensitivity.unmeasured, benchmarks=table)
    again = replace(study, sensitivity=replace(study.sensitivity, unmeasured=wild))
    assert draw_yardsticks(tell(protect(again))).empty
