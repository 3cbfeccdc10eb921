"""Report, tables, pictures and notebooks draw only on what passed disclosure control."""

import ast
import io
import re
from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from attacker import numbers_of, read_json
from growing_clinics import published_of, study_of, tables_of
from msgspec.structs import replace
from pypdf import PdfReader

from analysis.disclosure.release import protect
from analysis.disclosure.summary import parse_summary, spell_summary
from analysis.figures.style import Picture
from analysis.records.load import records_from_tables
from analysis.report import progress_page
from analysis.report.document import render_pdf
from analysis.report.pictures import picture_files
from analysis.report.plain_text import render_text
from analysis.study import run_study
from analysis.tables.files import table_bytes
from analysis.tables.marks import ENDINGS
from analysis.words.tell import tell

PACKAGE = Path(__file__).resolve().parents[2] / "analysis"
SHOWN = ("figures", "tables", "report")
EXACT = ("measures", "models", "simulation", "study", "comparison", "decisions", "disclosure")
TYPES = {
    f"analysis.disclosure.{name}"
    for name in ("summary", "rows", "chain_rows", "sensitivity_rows", "fields")
}
ENTRY = {"report/__main__.py"}
POISON = 98765.4321
SIZES = (240, 960)


def shown_modules():
    for layer in SHOWN:
        found = sorted((PACKAGE / layer).rglob("*.py"))
        yield from (p for p in found if p.relative_to(PACKAGE).as_posix() not in ENTRY)


def imports_of(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("analysis."):
            layer = node.module.split(".")[1]
            yield from ((layer, node.module, alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((a.name, a.name, a.name) for a in node.names if "analysis" in a.name)


@pytest.mark.parametrize(
    "path", list(shown_modules()), ids=lambda p: p.relative_to(PACKAGE).as_posix()
)
def test_what_is_shown_takes_types_and_constants_but_no_exact_number(path):
    taken = [(m, n) for layer, m, n in imports_of(path) if layer in EXACT and m not in TYPES]
    assert [name for _, name in taken if not name.isupper()] == []
    read = [n for layer, n, _ in imports_of(path) if layer == "records" and "schema" not in n]
    assert read == []


def test_notebooks_hold_only_what_was_published():
    for path in sorted((PACKAGE / "notebook").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "run_study(" in text:
            assert "protect(" in text, path.name


def everything_made_of(summary):
    """Give all that may be taken along: report, text, numbers, tables and pictures."""
    tables = [table_bytes(summary, f"results{ending}") for ending in ENDINGS]
    report = render_pdf(summary), render_text(summary), spell_summary(summary)
    return *report, *tables, picture_files(summary)


@pytest.mark.slow
def test_the_whole_report_is_set_from_its_json_alone(monkeypatch):
    summary = tell(published_of(100, 11))
    wanted = everything_made_of(summary)

    def refuse(*_args, **_kwargs):
        raise AssertionError("the report looked at something else than the summary")

    monkeypatch.setattr(pd.DataFrame, "__init__", refuse)
    for target in ("study.run_study", "records.load.read_records", "disclosure.release.protect"):
        monkeypatch.setattr(f"analysis.{target}", refuse)
    again = parse_summary(spell_summary(summary))
    assert everything_made_of(again) == wanted


def poison_frames(value, seen):
    """Write a marker into every number of every frame that a value holds."""
    if id(value) in seen:
        return 0
    seen.add(id(value))
    if isinstance(value, pd.DataFrame):
        numbers = value.select_dtypes("number").columns
        value[numbers] = POISON
        return len(numbers)
    parts = []
    if hasattr(value, "__dataclass_fields__"):
        parts = [getattr(value, f.name) for f in fields(value)]
    elif hasattr(value, "values") and callable(value.values):
        parts = list(value.values())
    return sum(poison_frames(part, seen) for part in parts)


def test_a_published_summary_holds_nothing_of_the_study_it_came_from():
    study = run_study(records_from_tables(tables_of(100, 11)), ask_again=False)
    published = tell(protect(study))
    before = spell_summary(published)
    assert poison_frames(study, set()) > 50
    assert spell_summary(published) == before
    assert "98765" not in repr(published) + before.decode()


def test_no_number_of_a_child_is_published_exactly():
    study = study_of(100, 11)
    marked = study.cohort.table["rate"].to_numpy()
    summary = published_of(100, 11)
    told = spell_summary(replace(summary, method=replace(summary.method, settings=()))).decode()
    long_numbers = re.findall(r"-?\d+\.\d{4,}", told)
    assert long_numbers == []
    assert not any(f"{rate:.4f}" in told for rate in marked)


def count_marks(pdf):
    """Give, for each page, how many points its lines and shapes are drawn through."""
    counts = []
    for page in PdfReader(io.BytesIO(pdf)).pages:
        streams = [page.get_contents().get_data()]
        stack = [page.get("/Resources", {})]
        while stack:
            found = stack.pop().get_object()
            for form in (found.get("/XObject") or {}).values():
                form = form.get_object()
                streams.append(form.get_data())
                stack.append(form.get("/Resources", {}))
        counts.append(sum(len(re.findall(rb"\s[mlcv]\n", data)) for data in streams))
    return counts


def draw_scatter(_summary, *, width_cm=17.0, **_):
    """Draw a picture that gives every child a mark: what must never be printed."""
    rng = np.random.default_rng(0)
    picture = Picture(width_cm, 6.0)
    picture.alt = "A mark for every child, which the count of marks must notice."
    axes = picture.figure.add_axes((0.1, 0.1, 0.8, 0.8))
    axes.plot(rng.random(300), rng.random(300), linestyle="none", marker="o")
    return picture


@pytest.mark.slow
def test_no_page_has_a_mark_for_each_child(monkeypatch):
    few, many = (tell(published_of(n, 4)) for n in SIZES)
    marks = [count_marks(render_pdf(summary)) for summary in (few, many)]
    assert sum(marks[0]) > 500, "marks are counted at all"
    assert sum(marks[1]) - sum(marks[0]) < (SIZES[1] - SIZES[0]) / 10
    assert sum(marks[1]) <= 2 * len(numbers_of(read_json(many))), "marks follow what was published"
    monkeypatch.setattr(progress_page, "draw_progress", draw_scatter)
    assert sum(count_marks(render_pdf(many))) - sum(marks[1]) > 250
