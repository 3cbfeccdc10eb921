"""The workbook to fill in has every column of the schema, limits them, and reads back silently."""

from openpyxl import load_workbook

from analysis.records.load import read_records
from analysis.template import FIRST, main, template_columns, write_template

ROWS = [
    ["C01", "C01-1", "motor", "individual", 0, -2, None],
    ["C01", "C01-1", "motor", "individual", 6, -1, None],
    ["C02", "C02-1", "social", "group", 0, -1, "R1"],
    ["C02", "C02-1", "social", "group", 6, 1, "R1"],
    ["C03", "C03-1", "self_care", "combined", 0, -2, "R2"],
    ["C03", "C03-1", "self_care", "combined", 6, 0, "R2"],
]


def test_a_workbook_that_is_filled_in_reads_back_without_a_word(tmp_path):
    path = write_template(tmp_path / "goals.xlsx")
    book = load_workbook(path)
    for place, row in enumerate(ROWS, 2):
        for column, value in enumerate(row, 1):
            book["goals"].cell(place, column, value)
    book.save(path)
    records = read_records(path)
    assert (records.n_children, len(records.reviews)) == (3, 6)
    assert [note for note in records.notes if "blank" not in note] == []


def test_every_column_with_choices_has_a_drop_down_and_every_number_its_limits(tmp_path):
    sheet = load_workbook(write_template(tmp_path / "goals.xlsx"))["goals"]
    rules = {
        str(rule.sqref).partition("2:")[0]: rule for rule in sheet.data_validations.dataValidation
    }
    for cell in sheet[1]:
        column = next(one for one in template_columns() if one.name == cell.value)
        rule = rules.get(cell.column_letter)
        assert (rule is None) == (column.kind == "id")
        if column.choices:
            assert rule.formula1 == '"' + ",".join(column.choices) + '"'
        elif rule is not None:
            assert (float(rule.formula1), float(rule.formula2)) == (column.low, column.high)
    assert tuple(cell.value for cell in sheet[1])[: len(FIRST)] == FIRST


def test_a_filled_in_workbook_is_never_overwritten(tmp_path, capsys):
    path = tmp_path / "goals.xlsx"
    assert main([str(path)]) == 0
    assert "analysis.check" in capsys.readouterr().out
    before = path.read_bytes()
    assert main([str(path)]) == 5
    assert "Name a new file" in capsys.readouterr().err
    assert path.read_bytes() == before
