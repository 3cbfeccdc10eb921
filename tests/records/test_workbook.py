"""Workbooks as spreadsheets really write them, and what is refused before it is unpacked."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from analysis.errors import RecordsError
from analysis.records.load import read_records
from analysis.records.reading import delimited, sources
from analysis.records.reading.workbook import Workbook

ROOT = Path(__file__).parents[2]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = ("child_id", "goal_id", "domain", "format", "week", "attainment")
ROWS = (("C1", "G1", "motor", "group", "0", "-2"), ("C1", "G1", "motor", "group", "6", "-1"))


def text_cell(text):
    return f'<c t="inlineStr"><is><t>{text}</t></is></c>'


def sheet_rows(*rows):
    return "".join(f"<row>{''.join(map(text_cell, row))}</row>" for row in rows)


def workbook(rows, shared="", styles="", space=MAIN, office=OFFICE, start=""):
    """Give a workbook made by hand, its one sheet called Sheet1."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{space}" xmlns:r="{office}">{start}<sheets>'
            '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{RELATIONS}"><Relationship Id="rId1" Type="x" '
            'Target="worksheets/sheet1.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>',
        )
        if shared:
            archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{space}">{shared}</sst>')
        if styles:
            archive.writestr("xl/styles.xml", f'<styleSheet xmlns="{space}">{styles}</styleSheet>')
    return stream.getvalue()


def cells_of(data):
    book = Workbook(data)
    return list(book.rows(book.sheets[0]))


def refusals(path):
    with pytest.raises(RecordsError) as caught:
        read_records(path)
    return [problem.code for problem in caught.value.problems]


def test_cells_without_places_and_texts_in_cells_are_read(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(workbook(sheet_rows(HEAD, *ROWS)))
    assert len(read_records(tmp_path / "a.xlsx").reviews) == 2


def test_the_strict_form_of_the_standard_is_read(tmp_path):
    office = "http://purl.oclc.org/ooxml/officeDocument/relationships"
    data = workbook(sheet_rows(HEAD, *ROWS), space=STRICT, office=office)
    (tmp_path / "a.xlsx").write_bytes(data)
    assert len(read_records(tmp_path / "a.xlsx").reviews) == 2


def test_shared_texts_keep_their_runs_and_drop_their_pronunciation():
    shared = (
        "<si><r><t>self</t></r><r><t>_care</t></r></si>"
        "<si><t>social</t><rPh><t>soshal</t></rPh></si>"
    )
    rows = '<row r="1"><c r="B1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>'
    assert cells_of(workbook(rows, shared)) == [["", "self_care", "social"]]


def test_every_kind_of_cell_comes_out_as_it_is_shown():
    styles = (
        '<numFmts><numFmt numFmtId="170" formatCode="&quot;Week &quot;0"/>'
        '<numFmt numFmtId="171" formatCode="[$-407]d. mmmm yyyy"/>'
        '<numFmt numFmtId="172" formatCode="0.00E+00"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/>'
        '<xf numFmtId="171"/><xf numFmtId="172"/></cellXfs>'
    )
    cells = (
        ("<c><v>3</v></c>", "3"),
        ("<c><v>3.0</v></c>", "3"),
        ("<c><v>0.30000000000000004</v></c>", "0.3"),
        ("<c><v>9007199254740993</v></c>", "9007199254740993"),
        ("<c><v>9.0E+15</v></c>", "9e+15"),
        ('<c s="1"><v>45000</v></c>', "2023-03-15"),
        ('<c s="2"><v>6</v></c>', "6"),
        ('<c s="3"><v>45000.5</v></c>', "2023-03-15"),
        ('<c s="4"><v>12</v></c>', "12"),
        ('<c t="b"><v>1</v></c>', "1"),
        ('<c t="e"><v>#N/A</v></c>', "#N/A"),
        ('<c t="str"><f>A1</f><v>G7</v></c>', "G7"),
        ("<c><f>A1+1</f></c>", "#FORMULA"),
        ('<c t="d"><v>2023-03-15T00:00:00</v></c>', "2023-03-15"),
    )
    rows = "<row>" + "".join(cell for cell, _ in cells) + "</row>"
    assert cells_of(workbook(rows, styles=styles)) == [[shown for _, shown in cells]]


def test_dates_counted_from_1904_are_four_years_later():
    styles = '<cellXfs><xf numFmtId="14"/></cellXfs>'
    rows = '<row><c s="0"><v>45000</v></c></row>'
    data = workbook(rows, styles=styles, start='<workbookPr date1904="1"/>')
    assert cells_of(data) == [["2027-03-16"]]


def test_a_million_empty_styled_rows_below_the_records_are_not_records(tmp_path):
    empty = "".join(f'<row r="{row}"><c s="1"/></row>' for row in range(4, 60_000))
    (tmp_path / "a.xlsx").write_bytes(workbook(sheet_rows(HEAD, *ROWS) + empty))
    records = read_records(tmp_path / "a.xlsx")
    assert records.ledger["n_lines"].sum() == 3


def test_rows_that_run_backwards_or_columns_that_do_not_exist_are_damage(tmp_path):
    for rows in (
        '<row r="5"><c><v>1</v></c></row><row r="2"><c><v>1</v></c></row>',
        '<row r="1"><c r="ZZZZ1"><v>1</v></c></row>',
        '<row r="1"><c t="s"><v>7</v></c></row>',
        '<row r="2000000"><c><v>1</v></c></row>',
    ):
        (tmp_path / "a.xlsx").write_bytes(workbook(rows))
        assert refusals(tmp_path / "a.xlsx") == ["damaged_workbook"]


def test_a_document_type_is_refused_before_it_can_swell(tmp_path):
    data = workbook("")
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbb">]><a>&b;</a>'
            new.writestr(name, content)
    (tmp_path / "a.xlsx").write_bytes(stream.getvalue())
    assert refusals(tmp_path / "a.xlsx") == ["damaged_workbook"]


def test_a_bomb_is_refused_before_any_of_it_is_unpacked(tmp_path, monkeypatch):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(300):
                sheet.write(bytes(1_000_000))
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("a part was unpacked"))
    assert refusals(path) == ["zip_bomb"]


@pytest.mark.parametrize(("at", "code"), [(8, 9), (8, 99), (4, 255)])
def test_a_packing_that_nobody_here_can_read_is_refused_in_words(tmp_path, at, code):
    data = bytearray(workbook(""))
    for mark, shift in ((b"PK\x03\x04", 0), (b"PK\x01\x02", 2)):
        found = data.find(mark)
        while found >= 0:
            data[found + shift + at : found + shift + at + 2] = code.to_bytes(2, "little")
            found = data.find(mark, found + 1)
    (tmp_path / "a.xlsx").write_bytes(data)
    assert refusals(tmp_path / "a.xlsx") == ["damaged_workbook"]


@pytest.mark.parametrize(
    ("name", "part", "code"),
    [
        ("a.xlsx", "xl/workbook.bin", "not_a_workbook"),
        ("a.xlsx", "Index/Document.iwa", "not_a_workbook"),
        ("a.xlsx", "word/document.xml", "not_a_workbook"),
    ],
)
def test_other_archives_are_named_for_what_they_are(tmp_path, name, part, code):
    with zipfile.ZipFile(tmp_path / name, "w") as archive:
        archive.writestr(part, "x")
    assert refusals(tmp_path / name) == [code]


def test_a_sheet_named_after_a_child_is_shown_by_its_number(tmp_path):
    faulty = workbook(sheet_rows(HEAD, (*ROWS[0][:5], "7")))
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(faulty)) as old, zipfile.ZipFile(stream, "w") as new:
        for part in old.namelist():
            new.writestr(part, old.read(part).replace(b'"Sheet1"', b'"Blackwood H"'))
    (tmp_path / "a.xlsx").write_bytes(stream.getvalue())
    with pytest.raises(RecordsError) as caught:
        read_records(tmp_path / "a.xlsx")
    assert "sheet 1!F2" in str(caught.value)
    assert "Blackwood" not in str(caught.value)


def test_too_many_rows_or_bytes_are_sent_to_parquet(tmp_path, monkeypatch):
    path = tmp_path / "long.csv"
    path.write_text("\n".join([",".join(HEAD), *(",".join(ROWS[0]) for _ in range(40))]))
    monkeypatch.setattr(delimited, "LARGEST_ROWS", 20)
    with pytest.raises(RecordsError, match="Parquet"):
        read_records(path)
    monkeypatch.undo()
    monkeypatch.setitem(sources.LARGEST_OF_KIND, "text", 100)
    with pytest.raises(RecordsError, match="Parquet"):
        read_records(path)


def test_reading_is_silent_in_a_pipe(tmp_path):
    code = (
        "from analysis.records.reading import sources\n"
        "sources.SLOW_BYTES = 0\n"
        "assert list(sources.watch_progress('reading', 1)(iter(range(3)))) == [0, 1, 2]\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout == done.stderr == ""


def test_a_bar_is_shown_after_two_seconds_at_a_terminal_and_wiped_at_the_end(monkeypatch):
    asked = {}

    def bar(rows, **choices):
        asked.update(choices)
        return rows

    monkeypatch.setattr("tqdm.tqdm", bar)
    watch = sources.watch_progress("reading a.csv", sources.SLOW_BYTES)
    assert list(watch([1, 2])) == [1, 2]
    assert (asked["delay"], asked["disable"], asked["leave"]) == (2, None, False)
    asked.clear()
    assert list(sources.watch_progress("reading a.csv", 10)([1])) == [1]
    assert asked == {}
