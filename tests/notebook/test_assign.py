"""The form of notebook 0: it proposes, changes, writes and reads back, and never shows a cell."""

import csv
import html
import json

import pytest

from analysis.errors import AnalysisError, RecordsError
from analysis.notebook.assign import BEGIN, UP, Form, list_folder, read_path, show_form
from analysis.notebook.assigning import UNUSED, VISIT, Assigning
from analysis.notebook.chosen import (
    CHOSEN,
    FILE_NAME,
    GONE,
    SAMPLE,
    find_records,
    recall_choice,
    remember_choice,
)
from analysis.notebook.controls import LEAVE_KEYS
from analysis.notebook.execution import CONTROLS_HERE, run_notebook
from analysis.notebook.shapes import name_shape, shape_rows
from analysis.records.assignment.profile import Profile
from analysis.records.load import read_records
from analysis.records.mapping import Mapping, read_mapping
from analysis.records.text import TextColumn

CANARY = "Zq7k"
LONG = ("Client", "Aim", "Area", "Therapy", "Time point", "Score")


def write_sheet(path, headings, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([headings, *rows])
    return path


def long_rows(areas=("Dressing", "Play"), n_children=6):
    """Give one row a review, every code with a canary in it."""
    for i in range(n_children):
        therapy = ("Ind", "Grp")[i % 2]
        for j, area in enumerate(areas):
            for visit, level in (("T1 (baseline)", -2), ("T2", -1), ("T3", j)):
                child = f"{CANARY}{i:02d}"
                yield child, f"{child}-{j}", area, therapy, visit, level


@pytest.fixture
def sheet(tmp_path):
    return write_sheet(tmp_path / "our goals.csv", LONG, long_rows())


@pytest.fixture
def form(tmp_path, sheet):
    made = Form(tmp_path, tmp_path / "private")
    made.path.value = f'"{sheet}"'
    made.buttons["look"].click()
    return made


def controls_of(form, part):
    return {row.children[0].description: row.children[0] for row in form.parts[part].children[1:]}


def everything_shown(form):
    told = [form.preview.value, form.said.value, form.path.value, repr(form.box)]
    told += [str(form.picked.options)]
    for part in form.parts.values():
        for row in part.children[1:]:
            control, note = row.children
            told += [control.description, control.tooltip, str(control.options), note.value]
    return "\n".join(told)


def test_a_sheet_is_proposed_changed_written_and_read_back(form, sheet, tmp_path):
    columns = controls_of(form, "columns")
    assert [columns[one].value for one in LONG] == [
        *("child_id", "goal_id", "domain", "format", "week", "attainment")
    ]
    labels = controls_of(form, "labels")
    assert labels["week: T2"].value == "6"
    labels["week: T2"].value = "9"
    labels["week: T3"].value = "21"
    assert "can be read as chosen" in form.said.value
    form.buttons["confirm"].click()
    kept = tmp_path / "our goals.mapping.toml"
    assert "Written: our goals.mapping.toml" in form.said.value
    assert read_mapping(kept).labels["week"] == {"T2": "9", "T3": "21"}
    assert set(read_records(sheet).reviews["week"]) == {0, 9, 21}
    again = Form(tmp_path, tmp_path / "private")
    assert again.path.value == str(sheet)
    assert controls_of(again, "labels")["week: T3"].value == "21"


def test_confirming_makes_the_records_those_of_every_notebook(form, sheet, tmp_path):
    private = tmp_path / "private"
    assert find_records(CHOSEN, private) == SAMPLE
    form.buttons["confirm"].click()
    assert find_records(CHOSEN, private) == recall_choice(private) == sheet
    assert (private / FILE_NAME).stat().st_mode & 0o077 == 0
    form.buttons["sample"].click()
    assert find_records(CHOSEN, private) == SAMPLE
    assert not (private / FILE_NAME).exists()
    assert form.path.value == ""
    assert not form.parts["columns"].children


def test_a_choice_that_is_gone_is_never_answered_with_the_sample(form, sheet, tmp_path):
    form.buttons["confirm"].click()
    sheet.unlink()
    with pytest.raises(AnalysisError) as refused:
        find_records(CHOSEN, tmp_path / "private")
    assert str(refused.value) == GONE
    assert find_records("elsewhere", tmp_path / "private").name == "elsewhere"
    again = Form(tmp_path, tmp_path / "private")
    assert "no such file or folder" in again.said.value


def test_a_damaged_choice_is_none_and_can_be_made_again(tmp_path, sheet):
    for damage in (b"", b"[]", b'{"records": 3}', b"\xff"):
        (tmp_path / FILE_NAME).write_bytes(damage)
        assert recall_choice(tmp_path) is None
    remember_choice(sheet, tmp_path)
    assert json.loads((tmp_path / FILE_NAME).read_text()) == {"records": str(sheet)}


def test_the_faults_are_those_of_the_check(form, sheet, tmp_path):
    controls_of(form, "columns")["Score"].value = "severity"
    assert "role='alert'" in form.said.value
    form.buttons["confirm"].click()
    assert find_records(CHOSEN, tmp_path / "private") == sheet
    with pytest.raises(RecordsError) as refused:
        read_records(sheet)
    for problem in refused.value.problems:
        assert html.escape(str(problem)) in form.said.value
    controls_of(form, "columns")["Score"].value = "attainment"
    assert "can be read as chosen" in form.said.value


def test_what_is_certain_can_be_called_otherwise_and_not_left_out(tmp_path):
    headings = ("Client", "Aim", "Area", "Therapy", "Time point", "Score", "Remark")
    rows = [(*row, "fine") for row in long_rows()]
    assigning = Assigning(write_sheet(tmp_path / "s.csv", headings, rows))
    fields = {field.label: field for field in assigning.columns()}
    assert UNUSED not in [value for _, value in fields["Score"].options]
    assert UNUSED in [value for _, value in fields["Time point"].options]
    assert fields["Remark"].value == UNUSED
    assert all(f.value in [value for _, value in f.options] for f in fields.values())
    assigning.change("columns", "Time point", UNUSED)
    assert {field.label: field.value for field in assigning.columns()}["Time point"] == UNUSED


def test_a_column_given_to_another_name_takes_it_from_the_one_before(form):
    columns = controls_of(form, "columns")
    columns["Aim"].value = "child_id"
    assert columns["Client"].value != "child_id"
    assert columns["Aim"].value == "child_id"
    assert controls_of(form, "columns")["Aim"] is columns["Aim"]


def test_a_wide_sheet_offers_the_week_of_each_visit(tmp_path):
    rows = [(f"C{i}", f"C{i}-1", "Motor", "Group", -2, -1, 0) for i in range(8)]
    headings = ("Child", "Goal", "Area", "Therapy", "Initial", "Mid", "Final")
    sheet = write_sheet(tmp_path / "wide.csv", headings, rows)
    assigning = Assigning(sheet)
    assert [field.label for field in assigning.visits()] == ["Initial", "Mid", "Final"]
    assert [f.value for f in assigning.columns()][-3:] == [VISIT] * 3
    assigning.change("reviews", "Mid", "7")
    assigning.change("reviews", "Final", "15")
    assert assigning.keep() == tmp_path / "wide.mapping.toml"
    assert set(read_records(sheet).reviews["week"]) == {0, 7, 15}
    assert assigning.keep() is None
    assigning.change("columns", "Mid", UNUSED)
    assert [field.label for field in assigning.visits()] == ["Initial", "Final"]
    assigning.change("columns", "Mid", VISIT)
    assert [field.label for field in assigning.visits()] == ["Initial", "Final", "Mid"]


def test_a_label_that_nothing_tells_waits_for_its_meaning(tmp_path):
    rows = list(long_rows(areas=("Dressing", "Wobblefish")))
    assigning = Assigning(write_sheet(tmp_path / "s.csv", LONG, rows))
    (field,) = [one for one in assigning.labels() if one.label == "domain: Wobblefish"]
    assert field.value == ""
    assert field.options[0][1] == ""
    assert assigning.judge()[0] is None
    assigning.change(field.part, field.given, "motor")
    readiness, faults = assigning.judge()
    assert (faults, readiness is None) == ("", False)


def test_what_holds_for_the_whole_sheet_is_chosen_too(tmp_path):
    rows = [(c, g, a, t, v, level + 3) for c, g, a, t, v, level in long_rows()]
    sheet = write_sheet(tmp_path / "s.csv", LONG, rows)
    assigning = Assigning(sheet)
    before = {field.part: field for field in assigning.settings()}
    for part, field in before.items():
        values = [value for _, value in field.options]
        assert len(values) == len(set(values))
        assert field.value in values
        for value in values:
            assigning.change(part, "", value)
            now = {one.part: one.value for one in assigning.settings()}
            assert now[part] == value or part == "layout.sheets"
        assigning.change(part, "", field.value)
    assigning.change("levels.lowest", "", "1")
    assigning.keep()
    assert set(read_records(sheet).reviews["attainment"]) == {-2, -1, 0, 1}


def test_rows_of_shapes_hold_no_cell(form, sheet):
    _, table = Assigning(sheet).tables[0]
    headings, rows = shape_rows(table)
    assert headings == list(LONG)
    assert len(rows) == 5
    assert rows[0] == [
        *("code", "code", "area of life", "therapy format", "visit", "whole number, -2 to 2")
    ]
    assert CANARY not in form.preview.value
    assert "Dressing" not in form.preview.value


def test_a_range_is_one_of_a_fixed_list_and_no_value():
    values = ("7", "7.5", "", "n/a", "2024-03-05", "11")
    column = TextColumn("Age", 0, values, __import__("numpy").arange(len(values)))
    profile = Profile(column, len(values))
    assert [name_shape(value, profile) for value in values] == [
        "whole number, 0 to 100",
        "number with decimals, 0 to 100",
        "empty",
        "a word for missing",
        "date",
        "whole number, 0 to 100",
    ]


def test_no_cell_of_the_records_is_in_anything_the_form_shows(form, tmp_path):
    assert CANARY not in everything_shown(form)
    controls_of(form, "columns")["Client"].value = "therapist_id"
    assert CANARY not in everything_shown(form)
    form.buttons["confirm"].click()
    assert CANARY not in everything_shown(form)


def test_names_in_a_sheet_are_refused_and_never_shown(tmp_path):
    names = ("Anneliese Brinkmann", "Mary Whitfield", "Otto Rosenthal", "Peter Kowalski")
    rows = [(name, f"g{i}", "Motor", "Group", 6, 0) for i, name in enumerate(names)]
    sheet = write_sheet(tmp_path / "s.csv", ("Child", *LONG[1:]), rows)
    form = Form(tmp_path, tmp_path / "private")
    form.path.value = str(sheet)
    form.buttons["look"].click()
    assert "role='alert'" in form.said.value
    told = everything_shown(form)
    assert not any(word in told for name in names for word in name.split())


@pytest.mark.parametrize("typed", ["{}", '"{}"', " '{}' ", "file://{}"])
def test_a_path_is_taken_as_it_is_pasted(typed, tmp_path):
    sheet = write_sheet(tmp_path / "goals.csv", LONG, [])
    assert read_path(typed.format(sheet)) == sheet


@pytest.mark.parametrize("typed", ["", '""', r"C:\Users\Anna\records.xlsx", "/no/such", "\x00"])
def test_what_is_not_there_is_answered_in_a_sentence(typed, tmp_path):
    form = Form(tmp_path, tmp_path / "private")
    form.path.value = typed
    form.buttons["look"].click()
    assert "role='alert'" in form.said.value
    assert "went wrong" not in form.said.value
    assert form.buttons["confirm"].layout.display == "none"


def test_a_file_is_picked_in_the_list_without_typing(sheet, tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "letter.docx").write_bytes(b"")
    assert list_folder(tmp_path) == [UP, sheet.name, "sub/"]
    form = Form(tmp_path / "sub", tmp_path / "private")
    form.buttons["open"].click()
    assert form.picked.options == (UP, sheet.name, "sub/")
    form.picked.value = sheet.name
    form.buttons["open"].click()
    assert form.path.value == str(sheet)
    assert "can be read as chosen" in form.said.value


def test_another_file_leaves_nothing_of_the_one_before(form, tmp_path):
    form.path.value = str(tmp_path / "gone.csv")
    form.buttons["look"].click()
    assert form.preview.value == ""
    assert not any(part.children for part in form.parts.values())
    form.buttons["confirm"].click()
    assert "Press Look first." in form.said.value
    assert not list(tmp_path.glob("*.toml"))


def test_records_in_our_own_words_need_no_mapping(tmp_path):
    form = Form(tmp_path, tmp_path / "private")
    form.path.value = str(SAMPLE)
    form.buttons["look"].click()
    form.buttons["confirm"].click()
    assert "Nothing had to be written" in form.said.value
    assert Assigning(SAMPLE).mapping == Mapping()


def test_every_control_has_a_label_and_keeps_its_keys(form):
    controls = [form.path, form.picked, *form.buttons.values()]
    controls += [row.children[0] for part in form.parts.values() for row in part.children[1:]]
    assert len(controls) > 15
    assert all(control.description for control in controls)
    assert all(tag in LEAVE_KEYS for tag in ("select", "input", "button"))


def test_what_is_stored_beside_the_form_is_one_sentence(tmp_path, monkeypatch, sheet):
    import nbformat

    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    show_form(tmp_path).children[0].value = str(sheet)
    remember_choice(sheet)
    notebook = nbformat.v4.new_notebook()
    source = "from analysis.notebook.assign import show_form\n\nshow_form()"
    notebook.cells = [nbformat.v4.new_code_cell(source)]
    ran = run_notebook(notebook, tmp_path)
    text = nbformat.writes(ran)
    assert CONTROLS_HERE in text
    assert "widgets" not in ran.metadata
    for secret in (CANARY, sheet.name, str(tmp_path), "Therapy", BEGIN):
        assert secret not in text
