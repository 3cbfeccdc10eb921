"""Years, steps of a form and columns of yes and no mean one thing, or are asked about."""

import pytest

from analysis.errors import AnalysisError
from analysis.records.assignment.arrange import _format_of_row
from analysis.records.assignment.engine import accept, look
from analysis.records.assignment.values import _as_looked_up
from analysis.records.assignment.visits import is_of_date, read_visit
from analysis.records.assignment.words import read_level, read_step
from analysis.records.load import read_records

LONG = "Child,Goal,Area,Therapy,Week,Level\n"
FULL = ("much less", "less", "as expected", "more", "much more")


def write(folder, text):
    path = folder / "goals.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "week"),
    [
        ("1 year", 52),
        ("1.5 years", 78),
        ("2 years on", 104),
        ("Fortnight 3", 6),
        ("Assessment 2 (wk 6)", 6),
        ("6 week review (Arm 1: OT)", 6),
    ],
)
def test_a_visit_is_read_in_its_own_unit(text, week):
    visit = read_visit(text)
    assert (visit.week, visit.left) == (week, ())
    assert not is_of_date(text)


@pytest.mark.parametrize("text", ["Year 1", "5 years", "Age in years"])
def test_a_school_year_or_an_age_is_no_visit(text):
    visit = read_visit(text)
    assert visit is None or visit.left


def test_a_column_of_levels_that_no_visit_fits_is_not_left_out_unasked(tmp_path):
    text = "Child,Goal,Area,Therapy,Week 0,Week 6,Block 7 end x\n"
    path = write(tmp_path, text + "C1,1,Motor,Group,-2,-1,0\nC2,1,Social,Both,-1,0,-1\n" * 4)
    with pytest.raises(AnalysisError, match="guess"):
        accept(look(path))


def rows_of(cells):
    lines = [f"C{i},{j},Motor,Group,{w},{a}" for i, j, w, a in cells]
    return LONG + "\n".join(lines) + "\n"


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("lowest", [0, 1])
def test_the_words_of_a_step_tell_its_level_and_not_its_number(tmp_path, turned, lowest):
    steps = range(lowest, lowest + 5)
    label = dict(zip(range(-2, 3), reversed(steps) if turned else steps, strict=True))
    levels = (-2, -1, 0, 1, 2, -2, -1, 0)
    cells = [(i, 1, 6 * k, a) for i in range(1, 3) for k, a in enumerate(levels)]
    cells = [(i, j, w, f"{label[a]} - {FULL[a + 2]}") for i, j, w, a in cells]
    path = write(tmp_path, rows_of(cells))
    accept(look(path), guesses=True)
    assert list(read_records(path).reviews["attainment"]) == [*levels, *levels]


def test_a_number_that_its_words_deny_is_no_level():
    assert read_level("1 - much less") == (None, "")
    assert read_level("+1 (more)")[0] == 1
    assert read_level("2 - baseline")[0] == 2
    assert read_step("2 - achieved") is None


def test_labels_that_differ_only_in_their_signs_count_only_as_written():
    labels = {"Level (a)": "1", "Level - a": "-1", "Fully done": "2"}
    known = _as_looked_up(labels)
    assert {label: known[label] for label in labels} == labels
    assert known["fully_done"] == "2"
    assert "level_a" not in known


@pytest.mark.parametrize(
    ("row", "means"),
    [
        ({"individual": "yes", "group": "no"}, "individual"),
        ({"individual": "yes", "group": "yes"}, "combined"),
        ({"individual": "yes", "group": "yes", "combined": "no"}, ""),
        ({"individual": "no", "group": "no", "combined": "yes"}, "combined"),
        ({"group": "True", "combined": "True"}, "combined"),
        ({"group": "True", "combined": "False"}, "group"),
        ({"group": "False", "combined": "False"}, "individual"),
        ({"group": "", "combined": "False"}, ""),
        ({"individual": "no", "combined": "no"}, "group"),
        ({"individual": "no", "group": "no"}, ""),
    ],
)
def test_columns_of_yes_and_no_tell_a_format_or_nothing(row, means):
    assert _format_of_row(row) == means
