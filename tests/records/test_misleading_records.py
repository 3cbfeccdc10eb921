"""Records that fool a reader: each file and each of its kind is refused, or mended and counted."""

import csv
import io
import zipfile
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from analysis.errors import RecordsError
from analysis.prepare.making import prepare_records
from analysis.records.checking.alike import find_alike
from analysis.records.checking.checks import check_coded
from analysis.records.checking.frames import code_frames
from analysis.records.checking.units import check_unit
from analysis.records.checking.values import Faults
from analysis.records.load import read_records
from analysis.records.mapping import Mapping
from analysis.records.reading.parts import unescape
from analysis.records.reading.workbook import Workbook
from analysis.simulation.clinic import simulate_clinic
from analysis.simulation.design import ClinicDesign
from analysis.simulation.unlike import simulate_unlike
from analysis.simulation.unlike_design import UnlikeDesign

CASES = Path(__file__).parents[1] / "misleading_records"
FHIR = {"fhir": True, "mapping": CASES / "mapping_fhir.toml"}
REFUSED = {
    "F03_scale_reversed.csv": ("scale_reversed", "362 of 362 goals", "lines 2, 7"),
    "F03_scale_reversed_by_one_therapist.csv": ("scale_reversed", "therapist_id P11", "lines 41"),
    "F19_age_with_yrs.csv": ("not_a_number_unit", "Write the number only", "lines 2, 3"),
    "F20_week_column_counts_months.csv": ("weeks_or_months", '[weeks] unit = "months"', "week"),
    "F22_group_codes_differ_by_hyphen.csv": ("codes_alike", "hyphens", "lines 2, 22"),
}
READ = {
    "F14_carriage_return_escape_in_group_codes.xlsx": "around a value removed (437)",
    "F15_merged_group_cells.xlsx": "876 cells merged into one",
    "F17_hidden_rows.xlsx": "194 rows are hidden",
    "F18_backslashes_in_part_names.xlsx": "",
    "F18_workbook2.xlsx": "",
    "F21_number_format_Standard.xlsx": "",
}
BUNDLES = {
    "F06_two_servers": ((24, 48, 144), "several servers"),
    "F08_guide_barrier_on_scaled_goal.json": ((12, 24, 72), "another kind on scaled goals"),
    "F09_goal_entered_in_error.json": ((12, 23, 69), "goals entered in error left out (1)"),
    "F10_goal_scaled_by_target_measure.json": ((12, 24, 72), ""),
    "F11_line_separator_in_text.ndjson": ((12, 24, 72), ""),
    "F12_transaction_bundle_without_ids.json": ((12, 24, 72), ""),
    "F13_birth_year_only.json": ((12, 24, 72), "the middle of the year"),
}
BESIDE = {
    "F05_dates_half_swapped.csv",
    "F12_formats.csv",
    "README.md",
    ".gitattributes",
    "formats.csv",
    "mapping_dates.toml",
    "mapping_fhir.toml",
}
SAME_CLINIC = "97b9b42df7fa"  # the digest of the clinic that all workbooks hold


def refusal(path, mapping=None):
    with pytest.raises(RecordsError) as caught:
        read_records(path, mapping)
    return caught.value


def test_every_file_of_the_folder_is_answered_by_a_test():
    files = {path.name for path in CASES.iterdir()}
    assert files == {*REFUSED, *READ, *BUNDLES, *BESIDE}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_mended_is_refused_with_place_fault_and_mend(name):
    code, words, place = REFUSED[name]
    error = refusal(CASES / name)
    assert [problem.code for problem in error.problems] == [code]
    assert words in str(error)
    assert place in str(error)
    assert all(problem.mend and problem.file for problem in error.problems)


@pytest.mark.parametrize("name", READ)
def test_what_can_be_mended_gives_the_same_clinic_and_is_counted(name):
    records = read_records(CASES / name)
    assert records.digest == SAME_CLINIC
    assert READ[name] in " | ".join(records.notes)


@pytest.mark.parametrize("name", BUNDLES)
def test_bundles_are_read_as_they_are_meant(tmp_path, name):
    counts, words = BUNDLES[name]
    formats = CASES / ("F12_formats.csv" if name.startswith("F12") else "formats.csv")
    records = prepare_records(CASES / name, tmp_path / "coded", formats=formats, **FHIR).records
    assert (records.n_children, len(records.goals), len(records.reviews)) == counts
    assert words in " | ".join(records.notes)
    assert set(records.episodes["format"]) == {"individual", "group", "combined"}


def test_dates_that_a_spreadsheet_turned_round_are_refused_with_the_cause(tmp_path):
    with pytest.raises(RecordsError, match="took day for month") as caught:
        prepare_records(
            CASES / "F05_dates_half_swapped.csv",
            tmp_path / "coded",
            mapping=CASES / "mapping_dates.toml",
        )
    assert [problem.code for problem in caught.value.problems] == ["turned_dates"]
    assert not (tmp_path / "coded").exists()


# -- variations: the same kinds elsewhere --------------------------------------------------------


@cache
def right_rows():
    """Give the rows of the clinic that the files hold, as it was before anything was done to it."""
    with (CASES / "F03_scale_reversed.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple({**row, "attainment": str(-int(row["attainment"]))} for row in rows)


def write_rows(path, change, extra=()):
    """Write the clinic with `change` made to each row (None leaves it out)."""
    rows = [new for row in right_rows() if (new := change(dict(row))) is not None]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [*right_rows()[0], *extra])
        writer.writeheader()
        writer.writerows(rows)
    return path


def turned(where, first=None):
    def change(row):
        if where(row):
            row["attainment"] = str(-int(row["attainment"])) if first is None else first(row)
        return row

    return change


def at_start(level):
    return lambda row: level if row["week"] == "0" else row["attainment"]


def child_number(row):
    return int(row["child_id"][1:])


REVERSALS = {
    "one domain": (turned(lambda row: row["domain"] == "social"), "domain social"),
    "one format": (turned(lambda row: row["format"] == "combined"), "format combined"),
    "a therapist of few goals": (turned(lambda row: row["therapist_id"] == "P03"), "P03"),
    "one therapist's goals of one domain": (
        turned(lambda row: row["therapist_id"] == "P11" and row["domain"] == "motor"),
        "therapist_id P11 in domain motor",
    ),
    "two therapists": (turned(lambda row: row["therapist_id"] in ("P03", "P11")), "P11"),
    "later levels of one format": (
        turned(lambda row: row["format"] == "group" and row["week"] != "0"),
        "format group begin high and fall",
    ),
    "later levels of one therapist": (
        turned(lambda row: row["therapist_id"] == "P15" and row["week"] != "0"),
        "P15 begin high and fall",
    ),
    "all later levels": (turned(lambda row: row["week"] != "0"), "the records begin high"),
    "all begin at 0": (turned(lambda row: True, at_start("0")), "362 of 362 goals of the records"),
    "all begin at +2": (turned(lambda row: True, at_start("2")), "362 of 362 goals of the records"),
    "a third of all children": (turned(lambda row: child_number(row) % 3 == 0), "of the records"),
    "a tenth of all children": (turned(lambda row: child_number(row) % 10 == 0), "of the records"),
}


@pytest.mark.parametrize("kind", REVERSALS)
def test_a_scale_turned_round_in_any_part_is_refused(tmp_path, kind):
    change, words = REVERSALS[kind]
    error = refusal(write_rows(tmp_path / "a.csv", change))
    assert {problem.code for problem in error.problems} == {"scale_reversed"}
    assert words in str(error)


@pytest.mark.parametrize("column", ["site", "rater"])
def test_a_scale_turned_round_at_one_place_or_by_one_rater_is_refused(tmp_path, column):
    labels = {"site": ("S1", "S2", "S3"), "rater": ("caregiver", "teacher", "treating_therapist")}

    def change(row):
        row[column] = labels[column][child_number(row) % 3]
        if row[column] == labels[column][0]:
            row["attainment"] = str(-int(row["attainment"]))
        return row

    error = refusal(write_rows(tmp_path / "a.csv", change, (column,)))
    assert f"{column} {labels[column][0]}" in str(error)


def test_levels_of_one_to_five_with_five_as_the_worst_are_refused_once_declared(tmp_path):
    path = write_rows(tmp_path / "a.csv", turned(lambda row: True, lambda row: reversed_five(row)))
    assert "lowest = 1" in str(refusal(path))
    assert "turned round" in str(refusal(path, {"levels": {"lowest": 1}}))


def reversed_five(row):
    return str(3 - int(row["attainment"]))


def test_a_few_goals_that_begin_too_high_are_counted(tmp_path):
    chosen = ("C003-G1", "C050-G1")
    path = write_rows(
        tmp_path / "a.csv", turned(lambda row: row["goal_id"] in chosen, at_start("0"))
    )
    assert any("goals begin at the expected level" in note for note in read_records(path).notes)


def test_right_records_are_not_taken_for_turned_round(tmp_path):
    assert read_records(write_rows(tmp_path / "a.csv", lambda row: row)).digest == SAME_CLINIC
    for seed in range(4):
        for clinic in (
            simulate_clinic(ClinicDesign(n_children=120), seed),
            simulate_unlike(UnlikeDesign(), seed),
        ):
            faults = Faults()
            check_coded(code_frames(clinic.tables, faults), Mapping(), faults)
            assert faults.problems == []


@pytest.mark.parametrize(
    ("weeks", "words"),
    [
        ({6: 3, 12: 6}, "no review is later than week 6"),
        ({6: 1, 12: 2, 18: 3}, "no review is later than week 3"),
        ({6: 2, 12: 4, 18: 6, 24: 8}, "no review is later than week 8"),
        ({6: 10, 12: 11, 18: 12}, "follow each other closely"),
    ],
)
def test_months_or_visits_in_the_column_of_weeks_are_asked_about(tmp_path, weeks, words):
    def change(row):
        near = min((0, *weeks), key=lambda week: abs(week - int(row["week"])))
        row["week"] = str(weeks.get(near, 0))
        return row

    seen = set()

    def once(row):
        new = change(row)
        key = (new["goal_id"], new["week"])
        return None if key in seen or seen.add(key) else new

    path = write_rows(tmp_path / "a.csv", once)
    assert words in str(refusal(path))
    assert read_records(path, {"weeks": {"unit": "weeks"}}).n_children == 120
    as_months = read_records(path, {"weeks": {"unit": "months"}})
    assert as_months.reviews["week"].max() == round(max(weeks.values()) * 365.25 / 12 / 7)
    assert any("months turned into whole weeks" in note for note in as_months.notes)


@pytest.mark.parametrize("heading", ["Month", "months since start", "Visit", "Day", "Monat"])
def test_a_column_headed_as_another_unit_is_asked_about(tmp_path, heading):
    def change(row):
        row[heading] = row.pop("week")
        return row

    rows = [change(dict(row)) for row in right_rows()]
    with (tmp_path / "a.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    columns = {"columns": {heading: "week"}}
    error = refusal(tmp_path / "a.csv", columns)
    assert [problem.code for problem in error.problems] == ["weeks_or_months"]
    declared = {**columns, "weeks": {"unit": "weeks"}}
    assert read_records(tmp_path / "a.csv", declared).digest == SAME_CLINIC


@pytest.mark.parametrize("heading", ["Visit week", "Weeks since first session", "Wk (day 1)"])
def test_a_heading_that_says_weeks_is_believed(tmp_path, heading):
    path = write_rows(tmp_path / "a.csv", lambda row: row)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(",week,", f",{heading},", 1), encoding="utf-8")
    assert read_records(path, {"columns": {heading: "week"}}).digest == SAME_CLINIC


def test_several_sessions_in_each_week_are_asked_about():
    tables = dict(simulate_clinic(ClinicDesign(n_children=60), 3).tables)
    coded = code_frames(tables, Faults())
    faults = Faults()
    check_unit(coded, Mapping(), faults)
    assert faults.problems == []
    for name in ("sessions", "reviews"):
        weeks = coded.tables[name].columns["week"]
        coded.tables[name].columns["week"] = np.round(weeks / 4.35) + (7 * (weeks > 30))
    check_unit(coded, Mapping(), faults)
    assert [problem.code for problem in faults.problems] == ["weeks_or_months"]


def test_ends_in_weeks_beside_reviews_in_months_are_asked_about(tmp_path):
    last = Counter()
    for row in right_rows():
        last[row["child_id"]] = max(last[row["child_id"]], int(row["week"]))

    def in_months(row):
        row["end_week"] = str(round(last[row["child_id"]] * 4.4))
        return row

    assert "four times as late" in str(
        refusal(write_rows(tmp_path / "a.csv", in_months, ["end_week"]))
    )

    def in_weeks(row):
        row["end_week"] = str(last[row["child_id"]] + 2)
        return row

    assert read_records(write_rows(tmp_path / "b.csv", in_weeks, ["end_week"])).n_children == 120


@pytest.mark.parametrize(
    ("column", "typed"),
    [
        ("age_years", "{} y"),
        ("age_years", "{}yrs"),
        ("age_years", "~{} years"),
        ("age_years", "{} years 3 months"),
        ("age_years", "age {}"),
        ("week", "{} in"),
        ("attainment", "{} (seen at home)"),
        ("week", "{} mar"),
        ("severity", "{} pts"),
    ],
)
def test_a_unit_beside_a_number_is_told_to_go(tmp_path, column, typed):
    def change(row):
        row[column] = typed.format(row[column]) if row[column] else ""
        return row

    error = refusal(write_rows(tmp_path / "a.csv", change))
    wanted = "turned into a date" if "mar" in typed else "Write the number only"
    assert wanted in str(error)
    assert {problem.column for problem in error.problems} >= {column}


@pytest.mark.parametrize(
    ("codes", "alike"),
    [
        (["T-20", "T20"], True),
        (["T_20", "T.20"], True),
        (["T\u201320", "T-20"], True),
        (["\u041220", "B20"], True),
        (["\u03a120", "P20"], True),
        (["T2O", "T20"], True),
        (["t020", "T20"], True),
        (["\u00c920", "E20"], True),
        (["12-3", "123"], True),
        (["2024-01", "2024_1"], True),
        (["1-12", "11-2"], False),
        (["T20", "T21"], False),
        (["GO1", "G01"], False),
        (["S1", "S-10"], False),
    ],
)
def test_codes_that_differ_only_by_typing_are_asked_about(codes, alike):
    assert bool(find_alike(codes)) == alike


def test_numbers_within_a_childs_code_are_not_taken_for_another_code():
    assert find_alike(["11", "1-1"], numbered_within=True) == []
    assert find_alike(["C1-G1", "C1G1"], numbered_within=True) == [0, 1]


@pytest.mark.parametrize("column", ["therapist_id", "child_id", "goal_id", "group_id"])
@pytest.mark.parametrize("how", ["hyphen", "foreign letter"])
def test_codes_typed_in_two_ways_are_asked_about_in_every_column(tmp_path, column, how):
    def change(row):
        code = row[column]
        if code and int(row["week"]) > 12 and code[0] in "CPT":
            look = {"C": "\u0421", "P": "\u0420", "T": "\u0422"}[code[0]]
            row[column] = f"{code[0]}-{code[1:]}" if how == "hyphen" else look + code[1:]
        return row

    codes = {problem.code for problem in refusal(write_rows(tmp_path / "a.csv", change)).problems}
    assert "codes_alike" in codes


# -- workbooks -----------------------------------------------------------------------------------

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = ("child_id", "goal_id", "domain", "format", "group_id", "week", "attainment")


def workbook(
    path,
    rows,
    *,
    after="",
    before="",
    hidden=(),
    state="visible",
    rename=lambda name: name,
    number_format="",
):
    """Write a workbook by hand: cells of text or of numbers, and what stands around them."""

    def cell(value):
        if isinstance(value, int):
            return f'<c s="1"><v>{value}</v></c>'
        return f'<c t="inlineStr"><is><t>{value}</t></is></c>'

    lines = "".join(
        f'<row r="{i}"{" hidden=" + chr(34) + "1" + chr(34) if i in hidden else ""}>'
        f"{''.join(map(cell, row))}</row>"
        for i, row in enumerate(rows, 1)
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        parts = {
            "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet '
            f'name="Records" sheetId="1" state="{state}" r:id="rId1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship '
            'Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship '
            'Id="rId2" Type="x/styles" Target="styles.xml"/></Relationships>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}">{before}<sheetData>{lines}'
            f"</sheetData>{after}</worksheet>",
            "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164" '
            f'formatCode="{number_format}"/></numFmts><cellXfs><xf numFmtId="0"/><xf '
            'numFmtId="164"/></cellXfs></styleSheet>',
        }
        for name, content in parts.items():
            archive.writestr(rename(name), content)
    path.write_bytes(stream.getvalue())
    return path


def small_rows(group=lambda i: "T1"):
    return [
        HEAD,
        *(
            (f"C{i}", f"G{i}", "motor", "group", group(i), week, level)
            for i in range(1, 5)
            for week, level in ((0, -2), (6, -1))
        ),
    ]


@pytest.mark.parametrize("column", [1, 5])
def test_merged_cells_are_filled_down_in_any_column(tmp_path, column):
    rows = [list(row) for row in small_rows()]
    letter = "ABCDEFG"[column - 1]
    merges = []
    for top in (2, 4, 6, 8):
        rows[top][column - 1] = ""
        merges.append(f'<mergeCell ref="{letter}{top}:{letter}{top + 1}"/>')
    after = f"<mergeCells>{''.join(merges)}</mergeCells>"
    records = read_records(workbook(tmp_path / "a.xlsx", rows, after=after))
    assert (records.n_children, len(records.reviews)) == (4, 8)
    assert records.episodes["group_id"].notna().all()
    assert any("4 cells merged into one" in note for note in records.notes)


def test_a_merged_title_or_merged_blank_cells_fill_nothing(tmp_path):
    after = '<mergeCells><mergeCell ref="A1:A2"/><mergeCell ref="E3:E6"/></mergeCells>'
    rows = [["Goals", *[""] * 6], *small_rows(lambda i: "")]
    records = read_records(workbook(tmp_path / "a.xlsx", rows, after=after))
    assert records.episodes["group_id"].isna().all()
    assert not any("merged" in note for note in records.notes)


def test_hidden_rows_columns_and_sheets_are_read_and_told(tmp_path):
    path = workbook(
        tmp_path / "a.xlsx",
        small_rows(),
        hidden=(3, 5),
        before='<cols><col min="5" max="6" hidden="1"/></cols>',
        state="hidden",
    )
    records = read_records(path)
    told = " | ".join(records.notes)
    assert len(records.reviews) == 8
    assert "2 rows are hidden" in told
    assert "2 columns are hidden" in told
    assert "this sheet is hidden" in told


@pytest.mark.parametrize(
    "rename",
    [
        lambda name: name.replace("/", "\\"),
        lambda name: name.replace("workbook", "workbook3"),
        lambda name: name.replace("xl/workbook", "XL/Workbook"),
        lambda name: f"/{name}",
    ],
)
def test_workbooks_packed_another_way_are_read(tmp_path, rename):
    path = workbook(tmp_path / "a.xlsx", small_rows(), rename=rename)
    assert len(read_records(path).reviews) == 8


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("Standard", "6"),
        ("Est\u00e1ndar", "6"),
        ("Standaard", "6"),
        ("Normal", "6"),
        ("General", "6"),
        ("0", "6"),
        ("0&quot; days&quot;", "6"),
        ("[Red]0", "6"),
        ("dd/mm/yyyy", "1900-01-05"),
        ("yyyy-mm-dd;@", "1900-01-05"),
        ("mmm yy", "1900-01-05"),
        ("[$-409]d\\-mmm\\-yy", "1900-01-05"),
        ("yyyymmdd", "1900-01-05"),
    ],
)
def test_a_number_format_is_a_date_only_if_all_its_words_are_parts_of_one(tmp_path, code, shown):
    path = workbook(tmp_path / "a.xlsx", [("week",), (6,)], number_format=code)
    book = Workbook(path.read_bytes())
    assert list(book.rows(book.sheets[0]))[1] == [shown]


@pytest.mark.parametrize(
    ("stored", "meant"),
    [
        ("T20_x000D_", "T20\r"),
        ("_x005F_x000D_", "_x000D_"),
        ("T_x0041_", "TA"),
        ("T_xD83D_", "T_xD83D_"),
        ("T_x0000_", "T_x0000_"),
        ("T_xy", "T_xy"),
    ],
)
def test_escapes_of_a_workbook_are_read_as_the_signs_they_stand_for(stored, meant):
    assert unescape(stored) == meant


@pytest.mark.parametrize("column", ["group_id", "child_id", "goal_id", "domain", "week"])
@pytest.mark.parametrize("escape", ["_x000D_", "_x000d__x000A_", "_x0009_"])
def test_an_escaped_line_break_is_no_part_of_a_value(tmp_path, column, escape):
    def change(row):
        if row[column] and int(row["week"]) > 6:
            row[column] += escape
        return row

    records = read_records(write_rows(tmp_path / "a.csv", change))
    assert records.digest == SAME_CLINIC
    assert any("invisible marks" in note for note in records.notes)


def test_what_is_quoted_of_a_part_is_a_label_or_a_short_code(tmp_path):
    def change(row):
        row["therapist_id"] = f"therapist-of-the-north-wing-{row['therapist_id'][1:]}"
        return turned(lambda one: one["therapist_id"].endswith("-11"))(row)

    error = refusal(write_rows(tmp_path / "a.csv", change))
    assert "north-wing" not in str(error)
    assert "one therapist_id" in str(error) or "identifier" in error.problems[0].code


def test_the_check_is_about_the_same_whatever_the_order_of_rows(tmp_path):
    rng = np.random.default_rng(1)
    order = rng.permutation(len(right_rows()))
    with (tmp_path / "a.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(right_rows()[0]))
        writer.writeheader()
        for i in order:
            writer.writerow(turned(lambda row: row["therapist_id"] == "P11")(dict(right_rows()[i])))
    assert "38 of 38 goals of therapist_id P11" in str(refusal(tmp_path / "a.csv"))
