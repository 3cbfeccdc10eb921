"""Writes the corpus of faulty exports and what each must be answered.

Run by hand: `python tests/bad_records/make_files.py`. It writes the small files beside it and
`cases.json` (fault, file, mapping, outcome, codes, exact message) and `README.md`, the same as a
table to read. The outcome and the codes are written here by hand; the message is what the reader
says now, to be read with care before it is committed.
"""

import hashlib
import io
import json
import random
import re
import sys
import zipfile
from pathlib import Path

from openpyxl import Workbook

from analysis.errors import RecordsError
from analysis.records.load import read_records

HERE = Path(__file__).parent
HEAD = ["child_id", "goal_id", "domain", "format", "week", "attainment"]
ROWS = [
    ["C01", "G1", "motor", "individual", "0", "-2"],
    ["C01", "G1", "motor", "individual", "6", "-1"],
    ["C02", "G2", "social", "group", "0", "-2"],
    ["C02", "G2", "social", "group", "6", "0"],
    ["C03", "G3", "self_care", "combined", "0", "-2"],
    ["C03", "G3", "self_care", "combined", "6", "-1"],
]
CASES = []


def text(rows, head=HEAD, by=",", end="\n"):
    return end.join(by.join(row) for row in [head, *rows]) + end


def edit(*changes, rows=ROWS):
    """Give the rows with (row, column, value) changed."""
    copy = [list(row) for row in rows]
    for row, column, value in changes:
        copy[row][column] = value
    return copy


def with_column(heading, values, rows=ROWS, head=HEAD):
    cells = list(values) + [values[-1]] * (len(rows) - len(values))
    return text([[*row, cell] for row, cell in zip(rows, cells, strict=False)], [*head, heading])


def many(n_children, weeks=(0, 6), level=None, formats=("individual", "group", "combined")):
    rows = []
    for child in range(1, n_children + 1):
        for i, week in enumerate(weeks):
            value = level(i) if level else -2 + i
            name = formats[child % len(formats)]
            rows.append([f"C{child:02d}", f"G{child}", "motor", name, str(week), str(value)])
    return rows


def workbook(sheets, dates=()):
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([_cell(cell) for cell in row])
        for place, code in dates:
            sheet[place].number_format = code
    stream = io.BytesIO()
    book.save(stream)
    return _without_clock(stream.getvalue())


def _without_clock(data):
    """Give a workbook's bytes without the moment it was made, so that a rerun changes nothing."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as made,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as kept,
    ):
        for name in made.namelist():
            content = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", b"2024-01-01T00:00:00Z", made.read(name))
            part = zipfile.ZipInfo(name)
            part.compress_type = zipfile.ZIP_DEFLATED
            kept.writestr(part, content)
    return stream.getvalue()


def _cell(cell):
    try:
        return int(cell)
    except ValueError:
        return cell


def case(name, fault, content, outcome, codes=(), mapping=None):
    """Write one case; content is text, bytes, or a folder as name to text or bytes."""
    files = content if isinstance(content, dict) else {name: content}
    folder = HERE / name if isinstance(content, dict) else HERE
    folder.mkdir(exist_ok=True)
    for file, data in files.items():
        (folder / file).write_bytes(data if isinstance(data, bytes) else data.encode())
    CASES.append(
        {
            "file": name,
            "fault": fault,
            "outcome": outcome,
            "codes": sorted(codes),
            "mapping": mapping,
        }
    )


def mended():
    plain = text(ROWS)
    case("bom.csv", "byte-order mark", b"\xef\xbb\xbf" + plain.encode(), "read")
    case("utf16.txt", "UTF-16", plain.encode("utf-16"), "read")
    site = with_column("site", ["É1"])
    case("cp1252.txt", "Windows code page", site.encode("cp1252"), "read")
    case("cr.csv", "CR line ends", text(ROWS, end="\r"), "read")
    case("crlf.csv", "CRLF line ends", text(ROWS, end="\r\n"), "read")
    case("tabs.csv", "tabs", text(ROWS, by="\t"), "read")
    case("semicolons.csv", "semicolons", text(ROWS, by=";"), "read")
    ages = [[*row, "6,5"] for row in ROWS]
    case("decimal_commas.csv", "decimal commas", text(ages, [*HEAD, "age_years"], ";"), "read")
    blank = [[*row, "", ""] for row in ROWS]
    blank.insert(2, [""] * 8)
    blank.append([" "] * 8)
    case(
        "blank_rows_and_columns.csv", "blank rows and columns", text(blank, [*HEAD, "", ""]), "read"
    )
    marks = edit((0, 0, " C01 "), (1, 3, "\u00a0individual"), (2, 2, "so\u200bcial"))
    case("invisible_marks.csv", "blanks, no-break spaces, zero-width marks", text(marks), "read")
    case(
        "case_of_labels.csv",
        "case of labels",
        text(edit((0, 3, "Individual"), (4, 2, "Self-Care"))),
        "read",
    )
    case(
        "signs.csv",
        '"+1" and typographic minus',
        text(edit((0, 5, "\u22122"), (3, 5, "+1"))),
        "read",
    )
    title = "Goal review export\nprinted by the clinic system\n\n" + plain
    case("title_lines.csv", "title lines above the headings", title, "read")
    case("repeated_header.csv", "headings repeated", text([*ROWS[:3], HEAD, *ROWS[3:]]), "read")
    case(
        "heading_style.csv",
        "headings written another way",
        text(ROWS, ["Child ID", "goal-id", "DOMAIN", "Format ", "Week", "attainment"]),
        "read",
    )
    case("sep_line.csv", "Excel's sep= line", "sep=;\n" + text(ROWS, by=";"), "read")
    spelled = edit(
        (0, 3, "1:1"),
        (1, 3, "one-to-one"),
        (2, 3, "Grp"),
        (3, 3, "groups"),
        (4, 3, "Both"),
        (5, 3, "individual + group"),
    )
    case("format_spellings.csv", "format spellings", text(spelled), "read")
    yes = with_column("set_before_format", ["yes", "Yes", "no"])
    case("yes_and_no.csv", "yes and no for 1 and 0", yes, "read")
    case("identical_rows.csv", "identical duplicate rows", text([*ROWS, ROWS[1], ROWS[1]]), "read")
    rater = [[*row, "caregiver"] for row in ROWS]
    rater.append(["C01", "G1", "motor", "individual", "6", "0", "teacher"])
    case("two_raters.csv", "two raters of one review", text(rater, [*HEAD, "rater"]), "read")
    case(
        "before_start.csv",
        "review before the start",
        text([*ROWS, ["C01", "G1", "motor", "individual", "-3", "-2"]]),
        "read",
    )
    case(
        "blank_level.csv",
        "blank level",
        text([*ROWS, ["C01", "G1", "motor", "individual", "9", ""]]),
        "read",
    )
    case(
        "other_columns.csv",
        "columns the schema does not have",
        with_column("gas_version", ["1", "2"]),
        "read",
    )
    case("wrong_ending.xlsx", "text called .xlsx", plain, "read")
    sheets = {"Read me": [["How to use"]], "Data 2024": [HEAD, *ROWS]}
    case("other_sheet.xlsx", "data on another sheet", workbook(sheets), "read")
    gaps = {"Sheet1": [["", *HEAD], ["", *ROWS[0]], [], *[["", *row] for row in ROWS[1:]]]}
    case("gaps.xlsx", "blank rows and columns in a workbook", workbook(gaps), "read")
    folder = {
        "episodes.csv": "child_id,format\nC01,individual\nC02,group\n",
        "goals.csv": "goal_id,child_id,domain\nG1,C01,motor\nG2,C02,social\n",
        "reviews.csv": "goal_id,week,attainment\nG1,0,-2\nG1,6,-1\nG2,0,-2\n",
        "~$episodes.xlsx": b"\x05owner",
    }
    case("owner_files", "~$ owner files", folder, "read")


def shapes():
    plain = text(ROWS)
    case("truncated.csv", "truncated last line", plain[:-14], "refused", ["ragged"])
    shifted = plain.replace("\n", ",\n").replace("attainment,", "attainment")
    case(
        "trailing_commas.csv", "trailing commas that shift columns", shifted, "refused", ["ragged"]
    )
    case(
        "one_extra_comma.csv",
        "a comma inside a cell",
        plain.replace("social,group,0", "social, peers,group,0"),
        "refused",
        ["ragged"],
    )
    case(
        "open_quote.csv",
        "unbalanced quote",
        plain.replace("C02,G2,social", 'C02,G2,"social', 1),
        "refused",
        ["open_quote"],
    )
    case(
        "quote_pair.csv",
        "two stray quotes that swallow lines",
        plain.replace("motor,individual,6", '"motor,individual,6', 1).replace(
            "social,group,6", 'social",group,6', 1
        ),
        "refused",
        ["open_quote"],
    )
    case("nul.csv", "NUL bytes", plain.replace("G2", "G\x002", 1), "refused", ["nul"])
    case(
        "utf16_without_mark.txt",
        "UTF-16 without its mark",
        plain.encode("utf-16-le"),
        "refused",
        ["nul"],
    )
    case(
        "unknown_encoding.txt",
        "unknown encoding",
        plain.encode() + b"\x81\x8d\xff\n",
        "refused",
        ["encoding"],
    )
    case("empty.csv", "empty file", "", "refused", ["empty"])
    case("headings_only.csv", "headings without rows", text([]), "refused", ["no_rows"])
    units = [["code", "code", "area", "kind", "weeks", "level"], *ROWS]
    case("two_row_header.csv", "two-row header", text(units), "refused", ["two_row_header"])
    case(
        "totals_row.csv",
        "totals row",
        text([*ROWS, ["Total", "", "", "", "18", "-8"]]),
        "refused",
        ["totals_row"],
    )
    case(
        "duplicate_column.csv",
        "duplicate column",
        with_column("Week", ["0", "6"]),
        "refused",
        ["duplicate_column"],
    )
    case(
        "missing_column.csv",
        "missing column",
        text([row[:5] for row in ROWS], HEAD[:5]),
        "refused",
        ["missing_column"],
    )
    case(
        "nearest_column.csv",
        "missing column, nearest named",
        text(ROWS, [*HEAD[:5], "attainmnt"]),
        "refused",
        ["missing_column"],
    )
    case(
        "no_headings.csv",
        "no headings",
        "".join(",".join(row) + "\n" for row in ROWS),
        "refused",
        ["no_headings"],
    )
    renamed = ["Client #", "Goal No.", "Goal area", "Therapy type", "Wk", "GAS score"]
    case(
        "renamed_columns.csv",
        "renamed columns",
        text(ROWS, renamed),
        "read",
    )
    names = dict(zip(renamed, HEAD, strict=True))
    case(
        "renamed_but_mapped.csv",
        "renamed columns, mapped",
        text(ROWS, renamed),
        "read",
        mapping={"columns": names},
    )
    html = "<html><body><table><tr><td>child_id</td></tr></table></body></html>"
    case("web_page.xls", "HTML called .xls", html, "refused", ["html"])
    case(
        "old_excel.xls",
        "old .xls by its bytes",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "refused",
        ["damaged_workbook"],
    )
    locked = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    )
    case("locked.xlsx", "locked workbook", locked, "refused", ["locked"])
    case(
        "pickle.txt",
        "pickle",
        b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00}\x94.",
        "refused",
        ["pickle"],
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(zipfile.ZipInfo("reviews.csv"), plain)
    case("archive.xlsx", "zip archive", stream.getvalue(), "refused", ["not_a_workbook"])
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("xl/workbook.xml"), b"<workbook/>")
        bomb = zipfile.ZipInfo("xl/worksheets/sheet1.xml")
        bomb.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(bomb, bytes(30_000_000))
    case("bomb.xlsx", "zip bomb", stream.getvalue(), "refused", ["zip_bomb"])
    case("json.csv", "JSON", '{"resourceType": "Bundle"}', "refused", ["json"])
    case(
        "cut_workbook.xlsx",
        "damaged workbook",
        workbook({"a": [HEAD, *ROWS]})[:2500],
        "refused",
        ["damaged_workbook"],
    )
    two = workbook({"Term 1": [HEAD, *ROWS], "Term 2": [HEAD, *ROWS]})
    case("two_sheets.xlsx", "two sheets that could be the records", two, "refused", ["to_confirm"])
    folder = {
        "episodes.csv": "child_id,format\nC01,individual\n",
        "reviews.csv": "goal_id,week,attainment\nG1,0,-2\n",
    }
    case("missing_table", "missing table", folder, "refused", ["missing_table"])
    case(
        "unnamed_files",
        "files not named after tables",
        {"export1.csv": plain, "export2.csv": plain},
        "refused",
        ["to_confirm"],
    )


def cells():
    case(
        "excel_serials.csv",
        "Excel serials as weeks",
        text(edit((1, 4, "45231"), (3, 4, "45238"))),
        "refused",
        ["excel_serial"],
    )
    case(
        "late_week.csv",
        "week beyond ten years",
        text(edit((1, 4, "700"))),
        "refused",
        ["late_week"],
    )
    case(
        "half_week.csv",
        "week that is not whole",
        text(edit((1, 4, "6.5"))),
        "refused",
        ["not_whole"],
    )
    case("missing_week.csv", "missing week", text(edit((1, 4, ""))), "refused", ["missing_week"])
    case(
        "ids_turned_into_dates.csv",
        "ids turned into dates",
        text(edit((0, 0, "Mar-05"), (1, 0, "Mar-05"))),
        "refused",
        ["damaged_id"],
    )
    case(
        "ids_with_exponent.csv",
        "ids turned into 9.0E+15",
        text(edit((0, 1, "9.0E+15"), (1, 1, "9.0E+15"))),
        "refused",
        ["damaged_id"],
    )
    days = text(many(6, weeks=(0, 42, 84)))
    case("days.csv", "days instead of weeks", days, "read")
    case(
        "days_declared.csv",
        "days instead of weeks, declared",
        days,
        "read",
        mapping={"weeks": {"unit": "days"}},
    )
    scale = many(3, weeks=(0, 6, 12, 18), level=lambda i: 1 + i)
    case("levels_1_to_5.csv", "levels 1-5", text(scale), "refused", ["other_scale"])
    case(
        "levels_1_to_5_declared.csv",
        "levels 1-5, declared",
        text(scale),
        "read",
        mapping={"levels": {"lowest": 1}},
    )
    scale = many(3, weeks=(0, 6, 12, 18), level=lambda i: i)
    case("levels_0_to_4.csv", "levels 0-4", text(scale), "refused", ["other_scale"])
    case(
        "levels_0_to_4_declared.csv",
        "levels 0-4, declared",
        text(scale),
        "read",
        mapping={"levels": {"lowest": 0}},
    )
    worse = text(edit((1, 5, "-3")))
    case("level_worse.csv", "-3", worse, "refused", ["level_worse"])
    case(
        "level_worse_declared.csv",
        "-3, declared",
        worse,
        "read",
        mapping={"levels": {"lowest": -3}},
    )
    halves = text(edit((1, 5, "-0.5"), (3, 5, "0.5")))
    case("halves.csv", "halves", halves, "refused", ["half_level"])
    case(
        "halves_declared.csv",
        "halves, declared",
        halves,
        "read",
        mapping={"levels": {"halves": "level_below"}},
    )
    case(
        "level_seven.csv",
        "a level no scale has",
        text(edit((1, 5, "7"))),
        "refused",
        ["out_of_range"],
    )
    case(
        "nonnegative_levels.csv",
        "no level below 0",
        text(many(12, level=lambda i: i)),
        "refused",
        ["no_level_below_zero"],
    )
    case(
        "missing_codes.csv",
        "99 and 999",
        text(edit((1, 5, "99"), (3, 5, "999"))),
        "refused",
        ["missing_code"],
    )
    case(
        "missing_words.csv",
        '"not seen" and "-"',
        text(edit((1, 5, "not seen"), (3, 5, "-"))),
        "refused",
        ["not_a_number_words"],
    )
    case(
        "formula_errors.csv",
        "#N/A",
        text(edit((1, 5, "#N/A"), (3, 0, "#REF!"))),
        "refused",
        ["damaged_id", "not_a_number_error"],
    )
    case(
        "number_turned_into_date.csv",
        "number turned into a date",
        text(edit((1, 5, "02-Jan"))),
        "refused",
        ["not_a_number_damaged"],
    )
    case(
        "thousands.csv",
        "thousands separator",
        with_column("planned_minutes", ["1 045"]),
        "refused",
        ["not_a_number_words"],
    )
    case(
        "age_forty.csv",
        "age out of range",
        with_column("age_years", ["6", "6", "40"]),
        "refused",
        ["out_of_range"],
    )
    case(
        "unknown_format.csv",
        "unknown label, nearest named",
        text(edit((0, 3, "indvidual"), (1, 3, "indvidual"))),
        "refused",
        ["unknown_label"],
    )
    case(
        "labels_declared.csv",
        "unknown labels, declared",
        text(edit((0, 3, "Einzel"), (1, 3, "Einzel"))),
        "read",
        mapping={"labels": {"format": {"Einzel": "individual"}}},
    )
    case(
        "missing_format.csv", "missing format", text(edit((0, 3, ""))), "refused", ["missing_label"]
    )
    case("missing_id.csv", "missing code", text(edit((0, 1, ""))), "refused", ["missing_id"])
    case("word_for_id.csv", "n/a for a code", text(edit((0, 1, "n/a"))), "refused", ["word_for_id"])
    case(
        "spaced_id.csv",
        "blank inside a code",
        text(edit((0, 0, "C 01"), (1, 0, "C 01"))),
        "refused",
        ["spaced_id"],
    )
    case(
        "ids_alike_case.csv",
        "ids that differ by case",
        text(edit((1, 0, "c01"), (1, 1, "g1"))),
        "refused",
        ["codes_alike", "codes_alike"],
    )
    case(
        "ids_alike_zeros.csv",
        "ids that differ by zeros",
        text(edit((1, 0, "C1"), (1, 1, "G9"))),
        "refused",
        ["codes_alike"],
    )
    formula = workbook({"Data": [HEAD, *ROWS[:5], [*ROWS[5][:5], "=A1+1"]]})
    case(
        "formula_without_result.xlsx",
        "formula without a result",
        formula,
        "refused",
        ["not_a_number_error"],
    )
    case(
        "unknown_mapping.csv",
        "mapping that is not understood",
        text(ROWS),
        "refused",
        ["mapping", "mapping"],
        mapping={"columns": {"Week": "weak"}, "level": {}},
    )


def relations():
    case(
        "two_levels.csv",
        "same goal and week, two levels",
        text([*ROWS, ["C01", "G1", "motor", "individual", "6", "1"]]),
        "refused",
        ["twice_reviews"],
    )
    case(
        "goal_of_two_children.csv",
        "goal of two children",
        text(edit((1, 0, "C09"))),
        "refused",
        ["goal_of_two_children"],
    )
    case(
        "two_ages.csv",
        "child with two ages",
        with_column("age_years", ["6", "7", "8"]),
        "refused",
        ["two_values"],
    )
    case(
        "two_formats.csv",
        "child with two formats",
        text(edit((1, 3, "group"))),
        "refused",
        ["two_values"],
    )
    base = {
        "episodes.csv": "child_id,format\nC01,individual\nC02,group\n",
        "goals.csv": "goal_id,child_id,domain\nG1,C01,motor\nG2,C02,social\n",
        "reviews.csv": "goal_id,week,attainment\nG1,0,-2\nG1,6,-1\nG2,0,-2\n",
    }
    case(
        "unknown_goal",
        "review of an unknown goal",
        {**base, "reviews.csv": base["reviews.csv"] + "G7,6,0\n"},
        "refused",
        ["unknown_goal"],
    )
    case(
        "unknown_child",
        "goal of an unknown child",
        {**base, "goals.csv": base["goals.csv"] + "G3,C77,motor\n"},
        "refused",
        ["unknown_child"],
    )
    case(
        "unknown_child_sessions",
        "session of an unknown child",
        {**base, "sessions.csv": "child_id,week,delivered\nC01,1,individual\nC55,1,group\n"},
        "refused",
        ["unknown_child"],
    )
    case(
        "child_twice",
        "child in two episodes without episode_id",
        {**base, "episodes.csv": base["episodes.csv"] + "C01,group\n"},
        "refused",
        ["twice_episodes"],
    )
    case(
        "goal_twice",
        "goal in two rows that differ",
        {**base, "goals.csv": base["goals.csv"] + "G1,C01,social\n"},
        "refused",
        ["twice_goals"],
    )
    two = {
        **base,
        "episodes.csv": "child_id,episode_id,format\nC01,E1,individual\n"
        "C01,E2,group\nC02,E3,group\n",
    }
    case("which_episode", "goal of a child with two episodes", two, "refused", ["which_episode"])
    wrong = {
        **two,
        "goals.csv": "goal_id,child_id,episode_id,domain\nG1,C02,E1,motor\nG2,C02,E3,social\n",
    }
    case(
        "wrong_episode",
        "goal whose episode is another child's",
        wrong,
        "refused",
        ["goal_of_two_children"],
    )
    case(
        "closed_before_set.csv",
        "goal closed before it is set",
        text([[*row, "9", "4"] for row in ROWS], [*HEAD, "set_week", "closed_week"]),
        "refused",
        ["closed_before_set"],
    )
    case(
        "baseline_too_high.csv",
        "baseline at the expected level",
        with_column("baseline_level", ["0"]),
        "refused",
        ["baseline_too_high"],
    )
    case(
        "home_practice_twice",
        "two rows of home practice for a week",
        {**base, "home_practice.csv": "child_id,week,minutes\nC01,1,20\nC01,1,30\n"},
        "refused",
        ["twice_home_practice"],
    )
    case(
        "two_sessions_alike",
        "two sessions alike in one week",
        {**base, "sessions.csv": "child_id,week,delivered\nC01,1,individual\nC01,1,individual\n"},
        "read",
    )


def whole():
    case(
        "most_without_baseline.csv",
        "most goals without a baseline",
        text(many(12, weeks=(3, 9))),
        "refused",
        ["most_without_baseline"],
    )
    case(
        "most_with_one_review.csv",
        "most goals with one review",
        text(many(12, weeks=(0,))),
        "refused",
        ["most_with_one_review"],
    )
    some = many(12)
    some = [row for row in some if not (row[0] < "C04" and row[4] == "0")]
    case("few_without_baseline.csv", "some goals without a baseline", text(some), "read")
    case("few_children_one_review.csv", "too little data", text(many(3, weeks=(0,))), "read")
    case("one_format_only.csv", "one format only", text(many(6, formats=("group",))), "read")
    case(
        "absent_format.csv",
        "an absent format",
        text(many(6, formats=("individual", "group"))),
        "read",
    )
    case("zero_variance.csv", "zero variance", text(many(6, level=lambda i: -2)), "read")
    rows = [
        ["C01", f"G{goal}", "motor", "group", week, level]
        for goal in range(1, 31)
        for week, level in (("0", "-2"), ("6", "-1"))
    ]
    case("many_goals_of_one_child.csv", "many goals for one child", text(rows), "read")
    case("ceiling.csv", "more than 40% at +2", text(many(12, level=lambda i: -2 + 4 * i)), "read")
    case("floor.csv", "more than 40% at -2", text(many(12, level=lambda i: -2)), "read")


def coded(head, children, goals, more=lambda i: []):
    """Give a sheet of twenty children with one goal each, seen twice."""
    rows = []
    for i in range(20):
        for week, level in (("0", "-2"), ("6", "-1")):
            row = [children(i), goals(i), "motor", ("individual", "group")[i % 2], week, level]
            rows.append([*row, *more(i)])
    return text(rows, [*HEAD, *head])


def codes_that_are_none():
    """Identifiers that look like codes one by one, and not as a column."""
    letters = "ABCDEFGHKLMNOPRSTVWY"

    def plain(i):
        return f"C{i + 1:02d}"

    def goal(i):
        return f"{plain(i)}-1"

    def initials(i):
        return f"{letters[i]}{letters[i * 7 % 20]}{2009 + i % 9}"

    def refuse(name, fault, kind, children=plain, goals=goal, head=(), more=lambda i: []):
        content = coded(head, children, goals, more)
        case(f"identifier_{name}.csv", fault, content, "refused", [f"identifier_{kind}"])

    names = "Анна Борис Вера Глеб Дарья Егор Жанна Захар Инна Кирилл Лада Марк Нина Олег Павел Рита"
    names = [*names.split(), "Семён", "Тамара", "Ульяна", "Фёдор"]
    refuse("initials_year", "initials with a year as codes", "initials", initials)
    refuse(
        "other_script", "names in another script with a number", "name", lambda i: f"{names[i]}7"
    )
    refuse("digits", "record numbers as codes", "number", lambda i: f"H{4_100_000 + 7919 * i}")
    refuse("local_phone", "telephone numbers as codes", "number", lambda i: f"{240_000 + 7919 * i}")
    refuse("serial", "serial dates as codes", "date", lambda i: f"{40_100 + 173 * i}")
    refuse(
        "hash",
        "hashed e-mails as goals",
        "hash",
        goals=lambda i: hashlib.md5(f"{plain(i)}@clinic.example".encode()).hexdigest(),
    )
    refuse(
        "isoweek",
        "ISO weeks as groups",
        "date",
        head=["group_id"],
        more=lambda i: [f"2024-W{i % 12 + 1:02d}"],
    )
    refuse(
        "photo",
        "photo names as goals",
        "number",
        goals=lambda i: f"IMG_20240{i % 9 + 1}{i % 20 + 10}_{i:02d}",
    )
    refuse(
        "plates",
        "postcodes as therapists",
        "initials",
        head=["therapist_id"],
        more=lambda i: [f"{letters[i]}{letters[-i]}{i % 9 + 1}{i % 7}{letters[i // 2]}X"],
    )
    colours = ("blue1", "blue2", "red1", "Mon-am-1")
    case(
        "codes_of_many_kinds.csv",
        "codes of many kinds",
        coded(
            ["group_id", "therapist_id", "site"],
            lambda i: f"{'AB'[i // 12]}{i % 12 + 1}/{'17' if i < 12 else '18'}",
            lambda i: f"{secrets_of(i)}-G1",
            lambda i: [colours[i % 4] if i % 2 else "", f"OT{i % 3 + 1}", f"S{i // 10 + 1}"],
        ),
        "read",
    )
    faulty = workbook({"A. Brennan 2016": [HEAD, *edit((1, 5, "7"))], "Legend": [["notes"]]})
    case(
        "sheet_of_a_child.xlsx", "a sheet named after a child", faulty, "refused", ["out_of_range"]
    )


def secrets_of(i):
    """Give a code that looks random, the same each time."""
    signs = "23456789abcdefghjkmnpqrstuvwxyz"
    seed = random.Random(i + 5)
    return "".join(seed.choice(signs) for _ in range(6))


def identifiers():
    people = ["Aoife Brennan", "Aoife Brennan", "Tariq Mahmood", "Tariq Mahmood", "Yuki Sato"]

    def one(name, fault, heading, values, code):
        case(f"identifier_{name}.csv", fault, with_column(heading, values), "refused", [code])

    one("name", "a column of names", "Client name", people, "identifier_name")
    one("name_unheaded", "names under another heading", "ref", people, "identifier_name")
    one("initials", "initials", "Initials", ["AB", "AB", "TM"], "identifier_initials")
    one("email", "e-mail", "contact", ["a.brennan@clinic.example"], "identifier_email")
    one("phone", "telephone", "tel", ["020 7946 0321"], "identifier_phone")
    one(
        "birth", "birth dates", "DOB", ["14/03/2016", "14/03/2016", "02/11/2015"], "identifier_date"
    )
    one("date", "real dates of reviews", "Review", ["2024-03-05", "2024-04-16"], "identifier_date")
    one("address", "address", "Lives at", ["12 Hazel Road"], "identifier_address")
    one("postcode", "postcode", "pc", ["SW1A 2AA", "SW1A 2AA", "M1 1AE"], "identifier_address")
    one(
        "school",
        "school",
        "Placement",
        ["Oakfield Primary School", "Oakfield Primary School", "St Bede Academy"],
        "identifier_address",
    )
    one(
        "record", "record numbers", "MRN", ["00412345", "00412345", "00412399"], "identifier_number"
    )
    one("insurance", "insurance numbers", "Ins. policy", ["QQ123456C"], "identifier_number")
    one("url", "web addresses", "Folder", ["https://files.example/aoife"], "identifier_url")
    one(
        "text",
        "free text",
        "Observation",
        [
            "Aoife was tired today and left early",
            "Did well with the buttons on her coat",
            "Asked to go home after ten minutes",
            "Played next to Tariq for a while",
        ],
        "identifier_text",
    )
    case(
        "identifier_in_id.csv",
        "names as ids",
        text(edit(*((row, 0, people[row // 2 * 2 if row < 4 else 4]) for row in range(6)))),
        "refused",
        ["identifier_name"],
    )
    case(
        "identifier_in_week.csv",
        "real dates as weeks",
        text(edit((0, 4, "05/03/2024"), (1, 4, "16/04/2024"))),
        "refused",
        ["identifier_date"],
    )
    case(
        "identifier_codes.csv",
        "codes made of names",
        text(edit(*((row, 0, ("aoife1", "tariq2", "yuki3")[row // 2]) for row in range(6)))),
        "refused",
        ["identifier_name"],
    )
    dated = workbook(
        {"Data": [[*HEAD, "seen"], *[[*row, "45000"] for row in ROWS]]},
        dates=[("G2", "dd/mm/yyyy")],
    )
    case("identifier_date.xlsx", "date cells in a workbook", dated, "refused", ["identifier_date"])
    codes_that_are_none()
    headings = text(ROWS, ["Aoife Brennan", *HEAD[1:]])
    case("name_as_heading.csv", "a name as heading", headings, "refused", ["missing_column"])


def combinations():
    head = [*HEAD, "age_years", "severity", "importance", "rater"]
    rows = [[*row, "6", "3", "2", "caregiver"] for row in many(6)]
    for row, column, value in (
        (0, 0, "C 01"),
        (1, 1, ""),
        (2, 2, "cooking"),
        (3, 3, ""),
        (4, 4, "6.5"),
        (5, 5, "-0.5"),
        (6, 6, "41"),
        (7, 7, "6"),
        (8, 8, "99"),
        (9, 9, "referee"),
        (10, 5, "not seen"),
        (11, 4, "45000"),
    ):
        rows[row][column] = value
    codes = [
        "spaced_id",
        "missing_id",
        "unknown_label",
        "missing_label",
        "not_whole",
        "half_level",
        "out_of_range",
        "out_of_range",
        "missing_code",
        "unknown_label",
        "not_a_number_words",
        "excel_serial",
    ]
    case("twelve_problems.csv", "twelve problems in one file", text(rows, head), "refused", codes)
    semicolon = "\ufeffTherapy report\n\n" + text(
        edit((0, 5, "\u22122"), (1, 3, "1:1"), (3, 5, "+1")), by=";", end="\r\n"
    )
    case("many_mends.csv", "mark, title, semicolons, CRLF, signs, spellings", semicolon, "read")
    three = text(edit((0, 0, "Mar-05"), (1, 0, "Mar-05"), (3, 5, "999"))) + "C04,G4\n"
    case(
        "three_kinds.csv",
        "ragged line, changed id, missing code",
        three,
        "refused",
        ["damaged_id", "missing_code", "ragged"],
    )
    many_places = text(edit(*((row, 5, "9") for row in range(24)), rows=many(12)))
    case(
        "ten_examples.csv",
        "more places than are shown",
        many_places,
        "refused",
        ["missing_code"],
    )


def told(records):
    """Give what is said of records that were read: exact counts, ledger, notes."""
    n_children, n_goals = records.n_children, len(records.goals)
    lines = [f"{n_children} children, {n_goals} goals, {len(records.reviews)} reviews."]
    lines += [f"  {row.file}: {row.n_lines} {row.what}" for row in records.ledger.itertuples()]
    return "\n".join([*lines, *(f"  - {note}" for note in records.notes)])


def anywhere(error):
    """Give the message with the interpreter and the folder of this machine left out."""
    return str(error).replace(sys.executable, "python").replace(f"{HERE.resolve()}/", "")


def answer(entry):
    try:
        records = read_records(HERE / entry["file"], entry["mapping"])
    except RecordsError as error:
        return "refused", sorted(problem.code for problem in error.problems), anywhere(error)
    return "read", [], told(records)


def main():
    for part in (mended, shapes, cells, relations, whole, identifiers, combinations):
        part()
    lines = [
        "# Faulty exports and what each is answered",
        "",
        __doc__.split("\n\n")[1].replace("\n", " "),
        "",
    ]
    lines += ["| fault | file | outcome |", "| --- | --- | --- |"]
    for entry in CASES:
        outcome, codes, message = answer(entry)
        if (outcome, codes) != (entry["outcome"], entry["codes"]):
            print(
                "NOT AS WRITTEN:", entry["file"], entry["outcome"], entry["codes"], outcome, codes
            )
        entry["message"] = message
        mapped = " (with a mapping)" if entry["mapping"] else ""
        lines.append(f"| {entry['fault']} | `{entry['file']}`{mapped} | {entry['outcome']} |")
    lines += ["", "## Messages", ""]
    for entry in CASES:
        lines += [
            f"### {entry['fault']}: `{entry['file']}`",
            "",
            "```text",
            entry["message"],
            "```",
            "",
        ]
    (HERE / "cases.json").write_text(json.dumps(CASES, indent=1, ensure_ascii=False) + "\n")
    (HERE / "README.md").write_text("\n".join(lines))


if __name__ == "__main__":
    main()
