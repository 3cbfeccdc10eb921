"""Notebooks, PDF, plain text and summary.json say the same digits about the sample."""

import io
import json
import re
from pathlib import Path

import nbformat
import pytest
from pypdf import PdfReader
from small_clinics import sample_study

from analysis.disclosure.release import protect
from analysis.disclosure.summary import spell_summary
from analysis.figures.contrasts import BY_NARROW
from analysis.report.document import render_pdf
from analysis.report.plain_text import render_text
from analysis.wording import number, signed
from analysis.words.tell import tell

NOTEBOOKS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))
DECIMAL = re.compile(r"(?<![\w.\-/])[+\u2212-]?\d+\.\d{1,3}(?![\d.]|\w)")
TICK_STEPS = (0.25, 0.2, 0.1)  # the scales under the pictures


@pytest.fixture(scope="module")
def summary():
    return tell(protect(sample_study()))


@pytest.fixture(scope="module")
def pages(summary):
    return [page.extract_text() for page in PdfReader(io.BytesIO(render_pdf(summary))).pages]


def leaves(part):
    if isinstance(part, dict):
        part = list(part.values())
    if isinstance(part, list | tuple):
        return [leaf for item in part for leaf in leaves(item)]
    return [part]


def plain(text):
    return text.replace("\u2212", "-").lstrip("+-")


def published_digits(summary):
    """Give every way in which a published number may be spelt."""
    spelt = set()
    for leaf in leaves(json.loads(spell_summary(summary))):
        if isinstance(leaf, str):
            spelt |= {plain(found) for found in DECIMAL.findall(leaf)}
        elif isinstance(leaf, int | float) and not isinstance(leaf, bool):
            spelt |= {plain(number(leaf, decimals)) for decimals in (1, 2, 3)}
            spelt |= {plain(number(100 * leaf, 1))}
    return spelt


def is_tick(text):
    value = float(text)
    return any(abs(value / step - round(value / step)) < 1e-9 for step in TICK_STEPS)


def text_outputs(path):
    for cell in nbformat.read(path, as_version=4).cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            yield str(output.get("text", ""))
            yield str(data.get("text/plain", ""))
            html = str(data.get("text/html", ""))
            html = re.sub(r"(?s)<style.*?</style>|<script.*?</script>", " ", html)
            yield re.sub(r"<[^>]*>", " ", html)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_says_no_decimal_that_is_not_in_the_summary(path, summary):
    known = published_digits(summary)
    said = {plain(found) for text in text_outputs(path) for found in DECIMAL.findall(text)}
    assert {found for found in said if found not in known} == set()


@pytest.mark.slow
def test_the_pdf_says_no_decimal_that_is_not_in_the_summary(summary, pages):
    said = {plain(found) for page in pages for found in DECIMAL.findall(page)}
    assert len(said) > 60
    known = published_digits(summary)
    assert {found for found in said if found not in known and not is_tick(found)} == set()


@pytest.mark.slow
def test_the_plain_text_says_no_decimal_that_is_not_in_the_summary(summary):
    said = {plain(found) for found in DECIMAL.findall(render_text(summary))}
    assert len(said) > 100
    assert {found for found in said if found not in published_digits(summary)} == set()


@pytest.mark.slow
def test_every_pair_has_the_same_digits_in_summary_pdf_text_and_notebook(summary, pages):
    page = "".join(pages)
    notebook = " ".join(text_outputs(next(p for p in NOTEBOOKS if p.stem.startswith("3-"))))
    for pair in summary.answer.pairs:
        assert signed(pair.estimate) in page
        # Where the narrower range rules something out, the picture writes its ends.
        by_narrow = pair.label in BY_NARROW
        drawn = (pair.narrow_low, pair.narrow_high) if by_narrow else ()
        for value in (pair.conf_low, pair.conf_high):
            assert plain(number(value)) in plain(render_text(summary))
            assert plain(number(value)) in notebook.replace("\u2212", "-")
        for value in drawn or (pair.conf_low, pair.conf_high):
            assert plain(number(value)) in page.replace("\u2212", "-")
