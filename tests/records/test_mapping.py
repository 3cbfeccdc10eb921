"""A clinic's own names are taken from its mapping, and a mapping that errs is told where."""

import tomllib

import pytest

from analysis.errors import RecordsError
from analysis.records.assignment.write import mapping_text
from analysis.records.headings import nearest_heading, plain_name, resolve_headings
from analysis.records.load import read_records
from analysis.records.mapping import Mapping, read_mapping

HEAD = "child_id,goal_id,domain,format,week,attainment\n"


def problems(mapping):
    with pytest.raises(RecordsError) as caught:
        read_mapping(mapping)
    return str(caught.value)


def test_no_mapping_changes_nothing():
    assert read_mapping(None) == Mapping()
    assert read_mapping({}) == Mapping()


def test_a_mapping_file_and_the_same_dictionary_are_one_mapping(tmp_path):
    text = (
        '[columns]\n"Client #" = "child_id"\nDOB = "birth_date"\n[tables]\nSheet1 = "reviews"\n'
        '[labels.format]\nEinzel = "individual"\n[levels]\nlowest = 1\nhalves = "level_below"\n'
        '[weeks]\nunit = "days"\n[dates]\norder = "month_first"\n'
        '[[reviews]]\nlevel = "Score"\nweek = 6\n'
    )
    (tmp_path / "m.toml").write_bytes(b"\xef\xbb\xbf" + text.encode())
    mapping = read_mapping(tmp_path / "m.toml")
    assert mapping == read_mapping(tomllib.loads(text)) == read_mapping(mapping)
    assert (mapping.lowest_level, mapping.halves, mapping.days, mapping.day_first) == (
        1,
        True,
        True,
        False,
    )


@pytest.mark.parametrize(
    ("mapping", "told"),
    [
        ({"column": {}}, "Did you mean [columns]?"),
        ({"columns": {"A": "childid"}}, 'Did you mean "child_id"?'),
        ({"columns": {"A": 3}}, "a name that is not known"),
        ({"columns": 3}, "must be a table of settings"),
        ({"tables": {"A": "goal"}}, 'Did you mean "goals"?'),
        ({"labels": {"format": {"A": "grupp"}}}, 'Did you mean "group"?'),
        ({"labels": {"week": {"A": "1"}}}, "a value that is no week"),
        ({"labels": {"attainment": {"A": 3}}}, "a whole number from -2 to 2"),
        ({"labels": {"age_years": {"A": 3}}}, "not a column of labels"),
        ({"labels": {"format": 3}}, "not a column of labels"),
        ({"levels": {"lowest": 5}}, "Give -3, -2, 0 or 1"),
        ({"levels": {"lowest": True}}, "Give -3, -2, 0 or 1"),
        ({"levels": {"halves": "up"}}, 'halves = "level_below"'),
        ({"levels": {"highest": 2}}, "an entry highest"),
        ({"weeks": {"unit": "terms"}}, 'unit = "days"'),
        ({"dates": {"order": "year"}}, "day_first"),
        ({"reviews": [{"level": "A"}]}, "[[reviews]]"),
        ({"reviews": 3}, "[[reviews]]"),
        ({"reviews": [{"level": "A", "week": 1, "goal": "2"}]}, "names one of the [[goals]]"),
        ({"goals": [{"domain": "A"}]}, "[[goals]]"),
        ({"goals": [{"goal": "1", "colour": "A"}]}, "[[goals]]"),
        ({"layout": {"goals": "both"}}, 'goals = "row"'),
        ({"layout": {"colour": "red"}}, "an entry colour"),
        ({"ages": {"unit": "days"}}, 'unit = "months"'),
    ],
)
def test_a_mapping_that_errs_is_told_what_is_known(mapping, told):
    assert told in problems(mapping)


def test_every_fault_of_a_mapping_is_told_at_once():
    assert problems({"x": 1, "levels": {"lowest": 9}, "weeks": {"unit": "y"}}).startswith("3 prob")


def test_a_file_that_is_no_mapping_is_refused_by_line(tmp_path):
    (tmp_path / "m.toml").write_text('[columns]\n"Harriet = 3\n')
    assert "not valid TOML (at line 2)" in problems(tmp_path / "m.toml")
    assert "Harriet" not in problems(tmp_path / "m.toml")
    (tmp_path / "m.toml").write_bytes(b"\xff\xfe\x00")
    assert "not UTF-8" in problems(tmp_path / "m.toml")
    assert "cannot be opened" in problems(tmp_path / "none.toml")


def test_a_mapping_written_is_read_back_as_the_same_mapping():
    whole = {
        "columns": {'Client "no" \\ #': "child_id", "Zeile\t2": "domain"},
        "tables": {"Sheet1": "flat"},
        "labels": {
            "format": {"Einzel": "individual"},
            "attainment": {"Partly": -1, "x": "missing"},
        },
        "levels": {"lowest": 1, "halves": "level_below"},
        "weeks": {"unit": "months"},
        "ages": {"unit": "months"},
        "dates": {"order": "day_first"},
        "layout": {"goals": "row", "fill": "down", "sheets": "together", "totals": "leave_out"},
        "goals": [{"goal": "1", "domain": "Goal 1 area"}],
        "reviews": [{"level": "Goal 1 pre", "week": 0, "goal": "1"}],
    }
    mapping = read_mapping(whole)
    assert read_mapping(tomllib.loads(mapping_text(mapping))) == mapping
    assert mapping_text(Mapping()) == ""


def test_a_mapped_heading_wins_over_one_of_the_schemas_own_name():
    names = resolve_headings(["Week", "Weeks in therapy"], "reviews", {"Weeks in therapy": "week"})
    assert names == ["", "week"]


def test_the_nearest_heading_is_found_by_use_and_by_spelling():
    assert nearest_heading("attainment", ["GAS score", "Area"]) == "GAS score"
    assert nearest_heading("attainment", ["Atainment"]) == "Atainment"
    assert nearest_heading("attainment", ["Colour"]) == ""
    assert plain_name(" GoalArea ") == "goal_area"


def test_a_mapping_of_headings_that_are_nowhere_is_said(tmp_path):
    (tmp_path / "a.csv").write_text(HEAD + "C1,G1,motor,group,0,-2\n")
    notes = read_records(tmp_path / "a.csv", {"columns": {"Age": "age_years"}}).notes
    assert any('names headings that are in no table: "Age"' in note for note in notes)


def test_an_apostrophe_a_spreadsheet_put_before_a_number_is_removed_and_counted(tmp_path):
    (tmp_path / "a.csv").write_text(HEAD + "C1,G1,motor,group,0,'-2\n")
    records = read_records(tmp_path / "a.csv")
    assert list(records.reviews["attainment"]) == [-2]
    assert any("apostrophes in front of numbers removed (1)" in note for note in records.notes)
