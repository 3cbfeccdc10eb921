"""The annex: its length, its type, that nothing is said twice, and only what a clinic has."""

import functools
import io
import math
import re
from collections import Counter
from pathlib import Path

import pytest
from example_summaries import example_summary
from pypdf import PdfReader
from stored_summaries import change, stored

from analysis.report import document
from analysis.report.cohort_pages import view_cohort
from analysis.report.deeper_pages import view_effort, view_subgroups
from analysis.report.document import render_pdf
from analysis.report.method_pages import view_analyses, view_method
from analysis.report.sections import ANNEX
from analysis.report.view import view_summary
from analysis.words.method import MUST_KNOW, choose_settings
from analysis.words.tell import tell

MOST_PAGES, TEAM_PAGES = 10, 2
LONG_SENTENCE = 8
SMALLEST_TYPE, SMALLEST_LABEL = 9.0, 8.0
ROUNDING = 0.01
NAMES = ("sample", "clear_answer", "one_format_absent")


@functools.cache
def told(name):
    return tell(stored()) if name == "sample" else example_summary(name)


@functools.cache
def reader_of(name):
    return PdfReader(io.BytesIO(render_pdf(told(name))))


def sentences_in(name):
    """Give the sentences of a PDF, without what stands above and below every page."""
    front = view_summary(told(name), document.drawable_characters())["front"]
    found = []
    for page in reader_of(name).pages:
        text = re.sub(r"\s+", " ", page.extract_text())
        for running in (front["invented"], front["foot"]):
            text = text.replace(running, "") if running else text
        own = [sentence.strip() for sentence in re.split(r"(?<=[.?!])\s", text)]
        # Each row of page 1 is read alone, so its pairs may share a sentence.
        found += own if found else dict.fromkeys(own)
    return found


def repeated(sentences):
    long = [s for s in sentences if len(s.split()) >= LONG_SENTENCE]
    return [sentence for sentence, n in Counter(long).items() if n > 1]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_no_sentence_is_said_twice(name):
    sentences = sentences_in(name)
    assert len(sentences) > 30
    assert repeated(sentences) == []


def test_a_sentence_said_twice_is_found():
    sentence = "Children of the two formats differed most in attention."
    assert repeated([sentence, "Yes.", "Yes.", sentence]) == [sentence]


@pytest.mark.slow
def test_the_whole_report_has_at_most_ten_pages_and_no_page_with_two_lines():
    pages = reader_of("sample").pages
    assert TEAM_PAGES + 1 < len(pages) <= MOST_PAGES
    assert all(len(page.extract_text().split()) > 150 for page in pages)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_no_type_in_the_pdf_is_smaller_than_a_label_may_be(name):
    sizes = []

    def look(text, cm, tm, _, size):
        if text.strip():
            (a, b), (c, d) = tm[:2], cm[:2]
            sizes.append(size * math.hypot(a, b) * math.hypot(c, d))

    for page in reader_of(name).pages:
        page.extract_text(visitor_text=look)
    assert len(sizes) > 300
    assert min(sizes) >= SMALLEST_LABEL - ROUNDING


def test_no_template_sets_type_smaller_than_nine_points():
    folder = Path(document.__file__).parent / "templates"
    sizes = [
        (path.name, float(size))
        for path in sorted(folder.glob("*.typ"))
        for size in re.findall(r"size: ([\d.]+)pt", path.read_text())
    ]
    shapes = {("parts.typ", 6.2)}  # the marks of the formats
    assert len(sizes) > 10
    assert [found for found in sizes if found[1] < SMALLEST_TYPE and found not in shapes] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_section_begins_with_one_sentence_that_says_its_finding(name):
    view = view_summary(told(name))
    heads = {"analyses": "agreement", "claims": "lead", "method": "audit"}
    assert view["annex"] == [section for section in ANNEX if section in view]
    for section in (section for section in view["annex"] if section != "sensitivity"):
        finding = view[section][heads.get(section, "finding")]
        assert finding.endswith(".")
        assert re.search(r"[.?!] [A-Z]", finding) is None, finding


def test_a_format_that_the_clinic_lacks_has_no_column_and_no_check():
    summary = told("one_format_absent")
    assert "Combined" not in view_cohort(summary)["at_start"]["head"]
    gates = view_analyses(summary)["gates"]
    assert all("ombined" not in row["pairs"] for row in gates["failed"])
    assert "of the pair of formats" in gates["passed"]


def test_only_checks_that_were_not_met_are_printed():
    summary = told("sample")
    gates = view_analyses(summary)["gates"]
    assert (gates["failed"], gates["passed"].endswith("all passed.")) == ([], True)
    first, *others = summary.method.gates
    other = change(first, passed=False, rule="one_kind_of_rater", gate="raters")
    doubted = tell(change(stored(), method=change(stored().method, gates=(other, *others))))
    gates = view_analyses(doubted)["gates"]
    assert [row["pairs"] for row in gates["failed"]] == ["Group and individual"]
    assert "These did not:" in gates["passed"]


def test_only_choices_to_know_or_changed_are_printed_and_the_others_are_counted():
    summary = told("sample")
    printed = choose_settings(summary)
    assert len(printed) == len(MUST_KNOW)
    rows = tuple(
        change(row, value=row.value + 1) if row.name == "seed" else row
        for row in summary.method.settings
    )
    changed = change(summary, method=change(summary.method, settings=rows))
    names = {row.name for row in choose_settings(changed)} - {row.name for row in printed}
    assert names == {"seed"}
    n = len(summary.method.settings)
    assert f"The other {n - len(printed)} choices" in view_method(summary)["settings_note"]
    assert len(view_method(changed)["settings"]) == len(printed) + 1


def test_what_page_2_shows_is_not_shown_again():
    summary = told("sample")
    last = max(summary.attainment.weeks)
    shares = summary.texts[f"soon.shares.{last}"]
    view = view_summary(summary)
    assert shares in view["progress"]["shares"]
    assert shares not in view_effort(summary)["shares"]
    assert len(view_effort(summary)["shares"]) == len(summary.attainment.weeks) - 1


def test_what_the_difference_goes_with_is_said_by_its_labels():
    summary = stored()
    pairs = tuple(
        change(pair, label="cannot_tell") for pair in summary.subgroups.within_child.pairs
    )
    within = change(summary.subgroups.within_child, pairs=pairs)
    open_ = tell(change(summary, subgroups=change(summary.subgroups, within_child=within)))
    assert "goes with the kind of goal;" in view_subgroups(told("sample"))["finding"]
    finding = view_subgroups(open_)["finding"]
    assert finding.startswith("The difference between formats hardly goes with attention;")
    assert "whether it goes with the kind of goal or" in finding


def test_what_is_settled_of_time_and_effort_is_said_and_nothing_else():
    summary = told("sample")
    assert (
        "fewer therapist hours in group therapy than in individual therapy"
        in (view_effort(summary)["finding"])
    )
    rows = tuple(change(row, settled=False) for row in summary.effort.net_benefit)
    quiet = tell(change(stored(), effort=change(stored().effort, net_benefit=rows)))
    assert view_effort(quiet)["finding"].startswith("A difference between formats in time or eff")
