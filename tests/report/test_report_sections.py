"""The report's pages on goals, children, time and effort, set from real summaries. About 15 s."""

import functools
import io
import re

import pytest
from pypdf import PdfReader
from small_clinics import balanced_clinic, poor, sample_study

from analysis.disclosure.release import protect
from analysis.report.cohort_pages import COHORT_TITLE
from analysis.report.deeper_pages import CLAIMS_TITLE, EFFORT_TITLE, SUBGROUPS_TITLE
from analysis.report.document import render_pdf
from analysis.report.method_pages import ANALYSES_TITLE, METHOD_TITLE
from analysis.report.plain_text import render_text
from analysis.report.progress_page import TITLE as TEAM_TITLE
from analysis.study import run_study
from analysis.words.discussion import list_discussion
from analysis.words.tell import tell

HEADS = (COHORT_TITLE, SUBGROUPS_TITLE, EFFORT_TITLE, ANALYSES_TITLE, CLAIMS_TITLE, METHOD_TITLE)
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
def test_the_annex_has_its_six_sections_in_order_on_at_most_eight_pages(name, paper):
    pages = pages_of(name, paper)
    assert len(pages) <= 10
    starts = [next(i for i, page in enumerate(pages) if squeeze(title) in page) for title in HEADS]
    assert starts[0] == 2
    assert starts == sorted(starts)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["sample", "poor"])
def test_every_sentence_of_the_second_line_stands_in_the_report(name):
    summary, text = summary_of(name), "".join(pages_of(name))
    plain = squeeze(render_text(summary))
    sentences = list(second_line(summary))
    assert len(sentences) > 4
    for sentence in sentences:
        assert squeeze(sentence) in text, sentence
        assert squeeze(sentence) in plain, sentence


@pytest.mark.slow
def test_the_within_child_test_stands_on_its_own_page_and_not_on_the_teams():
    headline = squeeze(headline_of(summary_of("sample")))
    first, second, *others = pages_of("sample")
    assert headline not in first + second
    assert headline in "".join(others)


@pytest.mark.slow
@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("name", ["sample", "poor"])
def test_the_teams_pages_are_two_on_either_paper(name, paper):
    summary, (first, second, *_) = summary_of(name), pages_of(name, paper)
    for id in ("headline", "counts", "next_step"):
        assert squeeze(summary.texts[id]) in first
    assert squeeze(TEAM_TITLE) in second
    for prompt in list_discussion(summary):
        assert squeeze(prompt) in second


def test_a_clinic_that_cannot_compare_gets_two_pages_and_no_annex():
    first, second = pages_of("tiny")
    for sentence in summary_of("tiny").quote("missing"):
        assert squeeze(sentence) in first
    assert squeeze(TEAM_TITLE) in second
    assert "cannotbecompared" not in first + second


def test_no_page_recommends_a_format_for_a_child():
    for name in ("sample", "poor", "tiny"):
        text = " ".join(pages_of(name)).lower()
        for word in ("recommend", "bestformat", "shouldhave", "yourchild"):
            assert word not in text
