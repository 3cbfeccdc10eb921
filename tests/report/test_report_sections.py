"""The report's pages on goals, children, time and effort, set from real summaries. About 15 s."""

import functools
import io
import re

import pytest
from pypdf import PdfReader
from small_clinics import balanced_clinic, poor, sample_study

from analysis.disclosure import protect
from analysis.report.document import render_pdf
from analysis.report.plain_text import render_text
from analysis.report.sections import CHILDREN_TITLE, EFFORT_TITLE, GOALS_TITLE
from analysis.study import run_study

PLAIN = str.maketrans({"\u2212": "-", "\u2019": "'", "\u2013": "-"})


@functools.cache
def summary_of(name):
    if name == "sample":
        return protect(sample_study()).summary
    if name == "poor":
        return poor()[1]
    return protect(
        run_study(balanced_clinic({"individual": 12, "group": 12, "combined": 12}))
    ).summary


@functools.cache
def pages_of(name, paper="a4"):
    reader = PdfReader(io.BytesIO(render_pdf(summary_of(name), paper)))
    return [squeeze(page.extract_text()) for page in reader.pages]


def squeeze(text):
    return re.sub(r"\s+", "", text.translate(PLAIN))


def second_line(summary):
    depends, soon, effort = summary["depends"], summary["soon"], summary["effort"]
    yield from (depends["within_child"][k] for k in ("headline", "counts", "withheld"))
    yield from (trait["sentence"] for trait in depends["traits"])
    yield depends["domains"]["sentence"]
    yield from soon["sentences"]
    yield soon["withheld"]
    yield effort["withheld"]
    yield effort["home_practice"]["sentence"]


@pytest.mark.slow
@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("name", ["sample", "poor"])
def test_each_question_has_one_page_on_either_paper(name, paper):
    pages = pages_of(name, paper)
    starts = [
        next(i for i, page in enumerate(pages) if squeeze(title) in page)
        for title in (GOALS_TITLE, CHILDREN_TITLE, EFFORT_TITLE)
    ]
    assert starts == [starts[0], starts[0] + 1, starts[0] + 2]
    assert squeeze("How sure can we be?") in pages[starts[-1] + 1]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["sample", "poor", "tiny"])
def test_every_sentence_of_the_second_line_stands_in_the_report(name):
    summary, text = summary_of(name), "".join(pages_of(name))
    plain = squeeze(render_text(summary))
    for sentence in filter(None, second_line(summary)):
        assert squeeze(sentence) in text, sentence
        assert squeeze(sentence) in plain, sentence


@pytest.mark.slow
def test_the_within_child_test_is_a_headline_on_page_1_where_it_can_be_made():
    headline = summary_of("sample")["depends"]["within_child"]["headline"]
    assert squeeze(headline) in pages_of("sample")[0]
    assert squeeze(CHILDREN_TITLE) not in pages_of("sample")[0]


@pytest.mark.slow
@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("name", ["sample", "poor"])
def test_page_1_stays_one_page_with_the_headline_on_either_paper(name, paper):
    summary, first = summary_of(name), pages_of(name, paper)[0]
    assert squeeze(summary["depends"]["within_child"]["headline"]) in first
    assert squeeze("Three things to keep in mind") in first
    assert squeeze(summary["answer"]["next_step"]["text"]) in first


def test_a_clinic_too_small_for_the_second_line_is_told_on_one_page():
    pages = pages_of("tiny")
    asked = [page for page in pages if squeeze("What else was asked") in page]
    assert len(asked) == 1
    assert asked[0].count("cannotbeanswered") >= 3
    assert not any(squeeze("Social goals against the same") in page for page in pages)


def test_no_page_recommends_a_format_for_a_child():
    for name in ("sample", "poor", "tiny"):
        text = " ".join(pages_of(name)).lower()
        for word in ("recommend", "bestformat", "shouldhave", "yourchild"):
            assert word not in text
