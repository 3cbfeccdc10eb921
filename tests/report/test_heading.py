"""What a clinic types above its report: printed as given, bounded, and kept out of the summary."""

import io
import re

import pytest
from example_summaries import example_summary
from pypdf import PdfReader

from analysis.disclosure.summary import spell_summary
from analysis.errors import AnalysisError
from analysis.report import document
from analysis.report.document import render_pdf
from analysis.report.heading import LONGEST, TYPED, Heading
from analysis.report.plain_text import render_text

TYPED_HERE = Heading("Harbour Clinic *b* #panic() <l>", "Autumn 2025 to Summer 2026", "Zoë Lee")


def squeeze(text):
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_what_is_typed_is_printed_as_given_with_its_caution_and_acts_as_no_markup(paper):
    reader = PdfReader(io.BytesIO(render_pdf(example_summary(), paper, TYPED_HERE)))
    first, second = (squeeze(page.extract_text()) for page in reader.pages[:2])
    for said in (TYPED_HERE.title, TYPED_HERE.period, TYPED_HERE.prepared, TYPED):
        assert squeeze(said) in first
    assert squeeze("How goals moved, and what to talk over") in second
    assert reader.metadata.title == TYPED_HERE.title
    text = squeeze(render_text(example_summary(), TYPED_HERE))
    for said in (TYPED_HERE.title, TYPED_HERE.period, TYPED_HERE.prepared, TYPED):
        assert squeeze(said) in text


def test_what_is_typed_is_no_part_of_the_summary():
    pdf = render_pdf(example_summary(), heading=TYPED_HERE)
    (attached,) = PdfReader(io.BytesIO(pdf)).attachments["summary.json"]
    assert attached == spell_summary(example_summary())
    assert b"Harbour" not in attached
    assert TYPED not in render_text(example_summary())


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("a" * (LONGEST + 1), f"at most {LONGEST}"),
        ("two\nlines", "line break or a hidden mark"),
        ("over\u202eride", "line break or a hidden mark"),
        ("nul\x00byte", "line break or a hidden mark"),
        ("zero\u200bwidth", "line break or a hidden mark"),
    ],
)
def test_what_cannot_be_printed_as_given_is_refused_without_being_quoted(typed, says):
    for name in ("title", "period", "prepared"):
        with pytest.raises(AnalysisError, match=says) as refused:
            Heading(**{name: typed})
        assert f"--{name}" in str(refused.value)
        assert typed not in str(refused.value)


def test_a_character_that_the_faces_lack_is_refused_and_not_replaced():
    with pytest.raises(AnalysisError, match="cannot print"):
        render_pdf(example_summary(), heading=Heading("smile \U0001f600"))
    Heading("Zoë Łukasz – Übung").check_characters(document.drawable_characters())
