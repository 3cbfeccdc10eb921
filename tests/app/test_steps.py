"""The steps from a file to the report: bad files, few children, clear and open answers, no cell."""

import csv
import html
import io
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from app_driver import RunningApp
from growing_clinics import tables_of
from pypdf import PdfReader

from analysis.app.desk import Desk, typed_path
from analysis.app.pages import columns_page
from analysis.check import check_records
from analysis.disclosure.summary import parse_summary
from analysis.errors import RecordsError
from analysis.report.family import render_family
from analysis.report.pictures import picture_files
from analysis.simulation.clinic import simulate_clinic
from analysis.simulation.design import ClinicDesign
from analysis.tables.files import table_bytes

pytestmark = pytest.mark.slow

BLOCK = ("area", "pre", "post")
PLANTED = {"child_id": "QX71", "goal_id": "QZ72", "group_id": "QG74", "therapist_id": "QT75"}
CANARY = re.compile(r"Q[XZGT](?:71|72|74|75)\d|QV80")
WIDE = [
    ["Child", "Goal", "Area", "Therapy", "Baseline", "6 weeks", "12 weeks"],
    *(
        [f"C{child:02d}", f"G{child:02d}{goal}", area, "Group", -2, -1, (child + goal) % 3 - 1]
        for child in range(1, 9)
        for goal, area in enumerate(["Motor", "Social"])
    ),
]


def write_rows(path, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


def write_clinic(folder, tables):
    folder.mkdir()
    for name, frame in tables.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    return folder


def read_as_proposed(app, path):
    """Choose a file and confirm what is proposed; give where that leads and its page."""
    where, page = app.post("/", {"typed": str(path), "read": "1"})
    return (where, page) if where != "/columns" else app.post("/columns", app.chosen(page))


def headline_of(page):
    return html.unescape(re.search(r"<h2 class=headline>(.*?)</h2>", page)[1])


def test_the_sample_is_answered_in_words_and_as_a_pdf(app):
    where, page = app.post("/", {"sample": "1"})
    assert where == "/columns"
    where, page = app.post("/columns", app.chosen(page))
    assert where == "/check"
    assert "240 children" in page
    where, page = app.post("/check", {"previous": "", "paper": "a4"})
    assert where == "/report"
    assert "No important difference between group and individual therapy" in headline_of(page)
    status, headers, content = app.ask("/take/summary.pdf")
    assert (status, headers["Content-Type"]) == (200, "application/pdf")
    text = PdfReader(io.BytesIO(content)).pages[0].extract_text()
    assert "No important difference" in " ".join(text.split())
    status, _, numbers = app.ask("/take/summary.json")
    assert status == 200
    summary = parse_summary(numbers)
    status, headers, page = app.ask("/take/family.pdf")
    assert (status, page) == (200, render_family(summary, "a4"))
    assert headers["Content-Type"] == "application/pdf"
    status, headers, table = app.ask("/take/results.xlsx")
    assert (status, table) == (200, table_bytes(summary, "results.xlsx"))
    assert headers["Content-Disposition"] == 'attachment; filename="results.xlsx"'
    status, _, packed = app.ask("/take/pictures.zip")
    assert status == 200
    with zipfile.ZipFile(io.BytesIO(packed)) as pictures:
        found = {name: pictures.read(name) for name in pictures.namelist()}
    assert found == picture_files(summary)
    assert app.ask("/take/others.zip")[0] == 404


def test_a_sheet_of_visits_is_proposed_changed_and_kept_with_consent_only(app, tmp_path):
    path = write_rows(tmp_path / "wide.csv", WIDE)
    before = path.read_bytes()
    _, page = app.post("/", {"typed": f'"{path}"', "read": "1"})
    assert page.count("Levels of one visit") >= 3
    answers = app.chosen(page)
    assert [answers[f"col.0.{i}.week"] for i in (4, 5, 6)] == ["0", "6", "12"]
    where, page = app.post("/columns", answers | {"col.0.6.week": "13"})
    assert where == "/check"
    assert list(tmp_path.iterdir()) == [path]
    status, _, content = app.ask("/take/mapping.toml")
    assert status == 200
    assert "week = 13" in content.decode()
    app.post("/check", {"keep": "1"})
    kept = tmp_path / "wide.mapping.toml"
    assert "week = 13" in kept.read_text("utf-8")
    assert path.read_bytes() == before
    assert "8 children" in check_records(path).tell()


@pytest.mark.parametrize(("unit", "where"), [("", "/columns"), ("weeks", "/check")])
def test_small_numbers_in_a_column_of_weeks_are_read_once_the_person_looked(
    app, tmp_path, unit, where
):
    rows = [["child_id", "goal_id", "domain", "format", "week", "attainment"]]
    for child in range(1, 31):
        for week in range(4):
            rows.append([f"C{child:02d}", f"G{child:02d}", "motor", "group", week, week % 3 - 2])
    _, page = app.post("/", {"typed": str(write_rows(tmp_path / "m.csv", rows)), "read": "1"})
    assert app.post("/columns", app.chosen(page) | {"set.weeks": unit})[0] == where


SHEETS = sorted((Path(__file__).resolve().parents[1] / "sheets").glob("*/*.*"))


def test_a_form_left_as_it_is_gives_back_what_was_proposed_for_every_kind_of_sheet():
    changed, n_asked = [], 0
    for path in SHEETS:
        desk = Desk()
        if not desk.attempt("", lambda desk=desk, path=path: desk.choose(path)):
            continue
        n_asked += 1
        proposed = desk.seen.proposal.mapping
        if desk.assign(RunningApp.chosen(columns_page(desk, ""))) != proposed:
            changed.append(path.name)
    assert n_asked > len(SHEETS) / 2
    assert changed == []


def test_the_weeks_of_goals_side_by_side_can_be_changed(app, tmp_path):
    rows = [["Child", "Therapy", *(f"Goal {n} {what}" for n in (1, 2) for what in BLOCK)]]
    for child in range(1, 9):
        rows.append([f"C{child:02d}", "Group", "Motor", -2, child % 3, "Social", -2, 1])
    _, page = app.post("/", {"typed": str(write_rows(tmp_path / "side.csv", rows)), "read": "1"})
    answers = app.chosen(page)
    weeks = [name for name, week in answers.items() if name.endswith(".week") and week == "12"]
    assert len(weeks) == 2
    where, page = app.post("/columns", answers | dict.fromkeys(weeks, "20"))
    assert where == "/check"
    assert "8 children, 16 goals, 32 reviews" in page
    assert app.ask("/take/mapping.toml")[2].decode().count("week = 20") == 2


def test_a_raw_export_is_coded_by_what_was_chosen_in_the_form(app, tmp_path):
    rows = [["Client", "Goal area", "Therapy", "Pre", "Post"]]
    for name in ("Ann Example", "Tom Sample", "Mia Jones", "Ben Miller"):
        rows.append([name, "Motor", "Group", -2, 0])
    _, page = app.post("/", {"typed": str(write_rows(tmp_path / "pp.csv", rows)), "read": "1"})
    where, page = app.post("/columns", app.chosen(page) | {"col.0.4.week": "20"})
    assert where == "/columns"
    assert "Post: level in week 20" in page
    assert app.post("/columns", {"prepare": "1"})[0] == "/check"
    assert ",20," in (tmp_path / "pp-coded" / "reviews.csv").read_text("utf-8")


def test_a_bad_file_is_told_in_the_words_of_the_check(app, tmp_path):
    rows = [row[:] for row in WIDE]
    rows[3][6] = 7
    path = write_rows(tmp_path / "bad.csv", rows)
    where, page = read_as_proposed(app, path)
    assert where == "/columns"
    with pytest.raises(RecordsError) as refused:
        check_records(path)
    for problem in refused.value.problems:
        assert html.escape(str(problem)) in page
    assert "role=alert" in page


def test_a_raw_export_is_coded_beside_itself_when_the_person_agrees(app, tmp_path):
    names = ["Ann Example", "Tom Sample", "Mia Jones", "Ben Miller"]
    rows = [["Name", "Date", "Goal", "Area", "Therapy", "GAS"]]
    for name in names:
        for day, level in (("2024-01-08", -2), ("2024-02-19", -1), ("2024-04-01", 0)):
            rows.append([name, day, "G1", "Motor", "Group", level])
    path = write_rows(tmp_path / "raw.csv", rows)
    where, page = read_as_proposed(app, path)
    assert where == "/columns"
    assert "Make coded records of it" in page
    assert list(tmp_path.iterdir()) == [path]
    where, page = app.post("/columns", {"prepare": "1"})
    assert where == "/check", re.findall(r"<li>(.*?)</li>", page)
    assert "4 children" in page
    written = [one.read_text("utf-8") for one in (tmp_path / "raw-coded").iterdir()]
    assert written
    for text in [page, *written]:
        assert not any(part in text for name in names for part in name.split()[:1])
        assert "2024-" not in text


def test_what_is_no_spreadsheet_is_refused_at_the_first_step(app, tmp_path):
    path = tmp_path / "letter.pdf"
    path.write_bytes(b"%PDF-1.7 not a table")
    where, page = app.post("/", {"typed": str(path), "read": "1"})
    assert where == "/"
    assert "role=alert" in page
    where, page = app.post("/", {"typed": str(tmp_path / "nothing.csv"), "read": "1"})
    assert "there is no such file or folder" in page


def test_too_few_children_and_an_open_answer_are_said_as_such(app, tmp_path):
    few = write_clinic(tmp_path / "few", tables_of(26, 3))
    assert read_as_proposed(app, few)[0] == "/check"
    _, page = app.post("/check", {"previous": "", "paper": "letter"})
    assert headline_of(page) == "These records cannot compare the formats yet."


@pytest.mark.parametrize(
    ("n", "seed", "effects", "said"),
    [
        (300, 3, (0.0, 0.9, 0.0), "moved further in group therapy"),
    ],
)
def test_a_clear_answer_is_said_as_such(app, tmp_path, n, seed, effects, said):
    design = ClinicDesign(n_children=n, format_effects=effects)
    folder = write_clinic(tmp_path / "clear", simulate_clinic(design, seed).tables)
    assert read_as_proposed(app, folder)[0] == "/check"
    _, page = app.post("/check", {"previous": "", "paper": "a4"})
    assert said in headline_of(page)
    assert "name it when you make the next one" in page


def planted_tables():
    """Give a clinic with a canary in every code."""
    tables = {
        name: frame.drop(columns="episode_id", errors="ignore")
        for name, frame in tables_of(60, 8).items()
    }
    for frame in tables.values():
        for column in PLANTED.keys() & set(frame.columns):
            frame[column] = frame[column].map(
                lambda code, mark=PLANTED[column]: f"{mark}{code[1:]}", na_action="ignore"
            )
    tables["episodes"]["Extra"] = [f"QV80{i:02d}" for i in range(len(tables["episodes"]))]
    return tables


def test_no_code_of_the_records_stands_on_any_page_screen_or_file(app, tmp_path):
    tables = planted_tables()
    folder = write_clinic(tmp_path / "planted", tables)
    assert CANARY.search((folder / "goals.csv").read_text("utf-8"))
    pages = []
    where, page = app.post("/", {"typed": str(folder), "read": "1"})
    pages += [page]
    where, page = app.post("/columns", app.chosen(page))
    pages += [page]
    assert where == "/check"
    pages += [app.post("/check", {"previous": "", "paper": "a4"})[1]]
    pages += [app.page(place) for place in ("/", "/columns", "/check", "/report")]
    pages += [app.ask("/take/summary.json")[2].decode(), app.screen.read_text("utf-8")]
    bad = tables["reviews"].copy()
    bad["attainment"] = np.where(np.arange(len(bad)) % 7 == 0, 9, bad["attainment"])
    bad.to_csv(folder / "reviews.csv", index=False)
    where, page = read_as_proposed(app, folder)
    assert where == "/columns"
    assert "role=alert" in page
    pages += [page]
    assert [page for page in pages if CANARY.search(page)] == []
    left = [path for path in app.home.rglob("*") if path.is_file()]
    assert [path for path in left if CANARY.search(path.read_bytes().decode("latin-1"))] == []


def test_a_fault_of_this_program_is_named_by_its_place_and_quotes_nothing():
    def fail():
        raise ValueError("QV8001")

    desk = Desk()
    assert desk.attempt("This cannot be read", fail) is False
    assert "ValueError" in desk.refusal.faults[0]
    assert "QV80" not in desk.refusal.faults[0]


def test_a_path_pasted_with_its_quotes_is_the_path():
    assert typed_path(' "/a b/c.csv" ') == Path("/a b/c.csv")
    assert typed_path("'x.csv'") == Path("x.csv")


def test_after_closing_nothing_answers_and_no_copy_of_the_records_is_left(app):
    secret = re.search(r'name=form value="([^"]+)"', app.page("/"))[1]
    origin = f"http://127.0.0.1:{app.port}"
    status, _, page = app.ask("/stop", "POST", {"form": secret}, Origin=origin)
    assert status == 200
    assert "closed" in page.decode()
    assert app.process.wait(timeout=30) == 0
    assert list((app.home / "tmp").iterdir()) == []
