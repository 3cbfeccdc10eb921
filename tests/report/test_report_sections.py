"""The report's pages on goals, children, time and effort, set from real summaries. About 15 s."""

import functools
import io
import re

import pytest
from pypdf import PdfReader
from small_clinics import balanced_clinic, poor, sample_study

from analysis.disclosure.release import protect
from analysis.report.deeper_pages import CHILDREN_TITLE, EFFORT_TITLE, GOALS_TITLE
from analysis.report.document import render_pdf
from analysis.report.plain_text import render_text
from analysis.study import run_study
from analysis.words.tell import tell

PLAIN = str.maketrans({"\u2212": "-", "\u2019": "'", "\u2013": "-"})


@functools.cache
def summary_of(name):
    if name == "sample":
        return tell(protect(sample_study()))
    if name == "poor":
        return tell(protect(poor()[0]))
    return tell(
        protect(run_study(balanced_clinic({"individual": 12, "group": 12, "combined": 12})))
    )


@functools.cache
def pages_of(name, paper="a4"):
    reader = PdfReader(io.BytesIO(render_pdf(summary_of(name), paper)))
    return [squeeze(page.extract_text()) for page in reader.pages]


def squeeze(text):
    return re.sub(r"\s+", "", text.translate(PLAIN))


def headline_of(summary):
    return summary.texts[f"depends.within.{summary.subgroups.within_child.about}"]


def second_line(summary):
    about = summary.subgroups.within_child.about
    names = ["depends.within.withheld", "depends.trait", "depends.domains", "soon.shares"]
    names += ["depends.within.counts", f"depends.within.{about}"] if about else []
    names += ["soon.method"] if summary.attainment.weeks else []
    yield from summary.quote(*names, "soon.withheld", "effort.withheld", "effort.practice")


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
    sentences = list(second_line(summary))
    assert len(sentences) > 4
    for sentence in sentences:
        assert squeeze(sentence) in text, sentence
        assert squeeze(sentence) in plain, sentence


@pytest.mark.slow
def test_the_within_child_test_is_a_headline_on_page_1_where_it_can_be_made():
    headline = headline_of(summary_of("sample"))
    assert squeeze(headline) in pages_of("sample")[0]
    assert squeeze(CHILDREN_TITLE) not in pages_of("sample")[0]


@pytest.mark.slow
@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("name", ["sample", "poor"])
def test_page_1_stays_one_page_with_the_headline_on_either_paper(name, paper):
    summary, first = summary_of(name), pages_of(name, paper)[0]
    assert squeeze(headline_of(summary)) in first
    assert squeeze("Three things to keep in mind") in first
    assert squeeze(summary.texts["next_step"]) in first


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
