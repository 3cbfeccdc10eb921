"""A column that a mapping leaves out is never read, by its own name or by what it looks like."""

import pytest

from analysis.app.form import ask_columns, read_answers
from analysis.errors import RecordsError
from analysis.notebook.assigning import Assigning
from analysis.records.assignment.engine import look
from analysis.records.assignment.place import own_mapping
from analysis.records.assignment.write import mapping_text
from analysis.records.load import read_records
from analysis.records.mapping import read_mapping

HEAD = "child_id,goal_id,domain,format,severity,given,week,attainment\n"
ROWS = "C1,G1,motor,group,2,both,0,-2\nC1,G1,motor,group,2,both,6,0\n"


def write(folder, text=HEAD + ROWS):
    path = folder / "goals.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_column_with_its_own_name_is_left_out_when_the_mapping_says_so(tmp_path):
    path = write(tmp_path)
    assert read_records(path).episodes["severity"].notna().all()
    said = {"columns": {"severity": "not_used"}}
    records = read_records(path, said)
    assert "severity" not in records.episodes or records.episodes["severity"].isna().all()
    assert any("not read and dropped" in note and "severity" in note for note in records.notes)


def test_a_needed_column_that_is_left_out_is_missed_by_name(tmp_path):
    with pytest.raises(RecordsError, match='no column "format"'):
        read_records(write(tmp_path), {"columns": {"format": "not_used", "given": "not_used"}})


def test_a_visit_that_is_left_out_is_not_proposed_again(tmp_path):
    text = "Child,Goal,Area,Therapy,Week 0,Week 6,Week 12\n"
    text += "C1,1,Motor,Group,-2,0,1\nC2,1,Social,Both,-1,0,1\n" * 4
    path = write(tmp_path, text)
    own_mapping(path).write_text('[columns]\n"Week 12" = "not_used"\n', encoding="utf-8")
    weeks = [one["week"] for one in look(path).proposal.mapping.reviews]
    assert weeks == [0, 6]


def test_the_form_of_the_app_keeps_what_is_not_used(tmp_path):
    path = write(tmp_path)
    assignment = Assigning(path)
    tables, proposal = assignment.tables, look(path).proposal
    asked = {one.asked: one for one in ask_columns(tables[0][0], tables[0][1], 0, proposal)}
    assert "" not in {choice.value for choice in asked["child_id"].choices}
    answers = {one.name: one.value for one in asked.values()}
    answers[asked["severity"].name] = ""
    mapping = read_answers(tables, proposal, answers)
    assert mapping.columns == {"severity": "not_used"}
    assert read_mapping(read_toml(tmp_path, mapping)) == mapping
    proposal.mapping = mapping
    again = {one.asked: one for one in ask_columns(tables[0][0], tables[0][1], 0, proposal)}
    assert again["severity"].value == ""
    assert read_answers(tables, proposal, answers).columns == {"severity": "not_used"}


@pytest.mark.parametrize(
    ("order", "first"), [("day_first", True), ("month_first", False), ("", None)]
)
def test_both_forms_take_the_order_of_dates(tmp_path, order, first):
    assignment = Assigning(write(tmp_path))
    tables, proposal = assignment.tables, look(assignment.path).proposal
    mapping = read_answers(tables, proposal, {"set.dates": order})
    assert mapping.day_first is first
    assert read_answers(tables, proposal, {}).day_first is None
    for one in assignment.settings():
        if one.part == "dates.order":
            assignment.change(one.part, one.given, order)
            break
    else:
        pytest.fail("the form of the notebook does not ask")
    assert assignment.mapping.day_first is first


def read_toml(folder, mapping):
    path = folder / "written.toml"
    path.write_text(mapping_text(mapping), encoding="utf-8")
    return path


def test_the_form_of_the_notebook_keeps_what_is_not_used(tmp_path):
    assignment = Assigning(write(tmp_path))
    field = next(one for one in assignment.columns() if one.label == "severity")
    assert ("not used", "") in field.options
    assignment.change(field.part, field.given, "")
    assert assignment.mapping.columns["severity"] == "not_used"
    assert next(one for one in assignment.columns() if one.label == "severity").value == ""
