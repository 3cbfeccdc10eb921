"""Codes planted in the records come out nowhere: report, numbers, screen, notebook, left files."""

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import openpyxl
import pytest
from growing_clinics import WHOLE, tables_of
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

from analysis.notebook import execution as kept

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
PLANTED = {
    "child_id": "QX71",
    "goal_id": "QZ72",
    "episode_id": "QE73",
    "group_id": "QG74",
    "therapist_id": "QT75",
    "site": "QS76",
}
SHEET, FILE, UNKNOWN, VALUE = "Qblatt77", "Qdatei78.xlsx", "Qspalte79", "QV80"
CANARY = re.compile(r"Q[XZEGTSV](?:71|72|73|74|75|76|80)\d|Qblatt77|Qdatei78|Qspalte79")
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def planted_rows(n_children=90, seed=8):
    """Give one flat sheet, a review to a row, with a canary in every code."""
    tables = tables_of(n_children, seed)
    rows = tables["reviews"].merge(tables["goals"], on="goal_id", suffixes=("", "_goal"))
    rows = rows.drop(columns=[c for c in ("child_id", "episode_id") if c in tables["reviews"]])
    goals = tables["goals"].drop(columns=["episode_id"])
    rows = tables["reviews"].merge(goals, on="goal_id")
    rows = rows.merge(tables["episodes"], on="child_id")
    for column, prefix in PLANTED.items():
        codes = rows[column].astype("category").cat.codes
        rows[column] = [f"{prefix}{code:03d}" if code >= 0 else None for code in codes]
    rows[UNKNOWN] = [f"{VALUE}{i % 90:02d}" for i in range(len(rows))]
    return rows.dropna(axis="columns", how="all").astype(object)


@pytest.fixture(scope="module")
def workbook(tmp_path_factory):
    folder = tmp_path_factory.mktemp("planted")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = SHEET
    rows = planted_rows()
    sheet.append(list(rows.columns))
    for row in rows.where(rows.notna(), None).itertuples(index=False):
        sheet.append(list(row))
    book.save(folder / FILE)
    return folder / FILE


@pytest.fixture(scope="module")
def run(workbook, tmp_path_factory):
    """Everything one run of the report leaves behind, in a world of its own."""
    world = tmp_path_factory.mktemp("world")
    places = {name: world / name for name in ("out", "tmp", "home", "cache")}
    for place in places.values():
        place.mkdir()
    environment = os.environ | {
        "TMPDIR": str(places["tmp"]),
        "HOME": str(places["home"]),
        "XDG_CACHE_HOME": str(places["cache"]),
        "MPLCONFIGDIR": str(places["cache"]),
    }
    done = subprocess.run(
        [
            *(sys.executable, "-m", "analysis.report", str(workbook), "--text"),
            *("--output", str(places["out"] / "summary.pdf")),
            *("--figures", str(places["out"] / "pictures"), "--tables", "results.xlsx"),
        ],
        capture_output=True,
        text=True,
        cwd=places["out"],
        env=environment,
        check=False,
    )
    return done, places


def hits(text):
    return CANARY.findall(text)


def every_object(pdf):
    """Give every object of a PDF: streams decompressed, texts as they are."""
    reader = PdfReader(io.BytesIO(pdf))
    for number in range(1, int(reader.trailer["/Size"])):
        found = reader.get_object(number)
        if found is not None:
            yield from parts_of(found)


def parts_of(found):
    if isinstance(found, StreamObject):
        yield found.get_data().decode("latin-1")
    if isinstance(found, DictionaryObject):
        for key, value in found.items():
            yield str(key)
            yield from parts_of(value)
    elif isinstance(found, ArrayObject):
        for value in found:
            yield from parts_of(value)
    elif isinstance(found, str | bytes):
        yield found if isinstance(found, str) else found.decode("latin-1")


def test_the_planted_records_make_a_full_report(run):
    done, places = run
    assert done.returncode == 0, done.stderr
    summary = json.loads((places["out"] / "summary.json").read_bytes())
    assert summary["answer"]["counts"][-1]["n_children"] >= 60


def test_no_planted_code_is_in_the_pdf_its_streams_or_its_descriptions(run):
    _, places = run
    pdf = (places["out"] / "summary.pdf").read_bytes()
    parts = list(every_object(pdf))
    assert any("children" in part for part in parts), "the reader of objects found the alt texts"
    assert [part for part in parts if hits(part)] == []
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    assert hits(text) == []
    assert hits(pdf.decode("latin-1")) == []


def test_no_planted_code_is_in_the_pictures_or_the_tables(run):
    _, places = run
    pictures = list((places["out"] / "pictures").iterdir())
    assert len(pictures) > 10
    for path in pictures:
        assert hits(path.read_bytes().decode("latin-1")) == []
    with zipfile.ZipFile(places["out"] / "results.xlsx") as book:
        parts = [book.read(name).decode() for name in book.namelist()]
    assert any("answer.pairs" in part for part in parts)
    assert [part for part in parts if hits(part)] == []


def test_no_planted_code_is_in_the_numbers_or_the_plain_text(run):
    _, places = run
    for name in ("summary.json", "summary.txt"):
        assert hits((places["out"] / name).read_text(encoding="utf-8")) == []


def test_the_screen_names_the_file_it_was_given_and_nothing_in_it(run):
    done, _ = run
    assert FILE in done.stdout, "what was dropped is told with the file it was in"
    assert hits((done.stdout + done.stderr).replace(FILE, "")) == []


def test_nothing_is_left_in_temporary_folders_or_logs(run):
    _, places = run
    assert list(places["tmp"].rglob("*")) == []
    left = [path for name in ("home", "cache") for path in places[name].rglob("*")]
    assert [path.name for path in left if hits(path.name)] == []
    assert [p.name for p in left if p.is_file() and hits(p.read_bytes().decode("latin-1"))] == []
    assert sorted(path.name for path in places["out"].iterdir()) == [
        "pictures",
        "results.xlsx",
        "summary.json",
        "summary.pdf",
        "summary.txt",
    ]


def test_refused_records_are_refused_without_a_code(workbook, tmp_path):
    book = openpyxl.load_workbook(workbook)
    sheet = book[SHEET]
    level = [cell.value for cell in sheet[1]].index("attainment") + 1
    for row in range(2, 30):
        sheet.cell(row, level, 9)
    book.save(tmp_path / "records1.xlsx")
    done = subprocess.run(
        [sys.executable, "-m", "analysis.report", "records1.xlsx"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 4
    assert "attainment" in done.stderr
    assert hits(done.stdout + done.stderr) == []


@pytest.mark.parametrize("path", NOTEBOOKS if WHOLE else NOTEBOOKS[:1], ids=lambda path: path.stem)
def test_an_executed_notebook_shows_no_planted_code(path, workbook, tmp_path):
    notebook = kept.read_notebook(path)
    chosen = {name: str(workbook) for name in kept.read_parameters(notebook) if name == "records"}
    ran = kept.run_notebook(kept.set_parameters(notebook, chosen), tmp_path)
    assert chosen, "the notebook can be run on a clinic's own records"
    told = nbformat.writes(ran).replace(str(workbook), "")
    assert hits(told) == []
