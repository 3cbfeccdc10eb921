"""Notebooks, PDF, text, tables, pictures and summary.json say the same digits of the sample."""

import csv
import html
import io
import json
import re
from pathlib import Path

import nbformat
import openpyxl
import pytest
from pypdf import PdfReader
from small_clinics import sample_study

from analysis.disclosure.release import protect
from analysis.disclosure.summary import spell_summary
from analysis.figures.contrasts import BY_NARROW
from analysis.report.document import render_pdf
from analysis.report.pictures import picture_files
from analysis.report.plain_text import render_text
from analysis.tables.files import SHEET, table_bytes
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


def table_rows(summary, ending):
    """Give the rows of the table people take along, as one of its files holds them."""
    content = table_bytes(summary, f"results{ending}")
    if ending == ".csv":
        head, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    else:
        sheet = openpyxl.load_workbook(io.BytesIO(content))[SHEET]
        head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def as_number(cell):
    try:
        return float(cell)
    except (TypeError, ValueError):
        return None


@pytest.mark.slow
@pytest.mark.parametrize("ending", [".xlsx", ".csv"])
def test_a_table_holds_no_number_that_is_not_in_the_summary(summary, ending):
    published = {
        float(leaf)
        for leaf in leaves(json.loads(spell_summary(summary)))
        if isinstance(leaf, int | float) and not isinstance(leaf, bool)
    }
    said = {
        value
        for row in table_rows(summary, ending)
        for name in ("value", "low", "high", "children")
        if (value := as_number(row[name])) is not None
    }
    assert len(said) > 100
    assert said <= published
    known = published_digits(summary)
    for row in table_rows(summary, ending):
        assert {plain(found) for found in DECIMAL.findall(row["sentence"] or "")} <= known


@pytest.mark.slow
def test_a_page_of_pictures_says_no_decimal_that_is_not_in_the_summary(summary):
    page = html.unescape(picture_files(summary)["index.html"].decode().partition("<body>")[2])
    said = {plain(found) for found in DECIMAL.findall(re.sub(r"<[^>]*>", " ", page))}
    assert len(said) > 30
    assert {found for found in said if found not in published_digits(summary)} == set()


@pytest.mark.slow
@pytest.mark.parametrize("ending", [".xlsx", ".csv"])
def test_every_pair_has_the_digits_of_the_pdf_in_the_table(summary, pages, ending):
    page = "".join(pages).replace("\u2212", "-")
    rows = table_rows(summary, ending)
    for pair in summary.answer.pairs:
        found = [row for row in rows if row["id"] == f"answer.pairs.{pair.id}.estimate"]
        assert {as_number(row["value"]) for row in found} == {pair.estimate}
        assert plain(number(as_number(found[0]["value"]))) in page
        ends = {(as_number(row["low"]), as_number(row["high"])) for row in found}
        assert {(pair.conf_low, pair.conf_high), (pair.narrow_low, pair.narrow_high)} <= ends
        assert found[0]["sentence"] == summary.texts[f"pair.{pair.id}"]
        assert " ".join(found[0]["sentence"].split()) in " ".join(render_text(summary).split())
