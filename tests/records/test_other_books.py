"""Workbooks of LibreOffice and of old Excel are read as those of today."""

import struct

import pytest
from other_books import (
    cell,
    compound,
    labelled,
    number,
    old_excel,
    open_document,
    record,
    row,
    text,
)

from analysis.errors import RecordsError
from analysis.records.load import read_records
from analysis.records.reading.books import open_book
from analysis.records.reading.merged import Merge, SheetMarks

HEAD = ("child_id", "goal_id", "domain", "format", "week", "attainment")
FORMATS = ("individual", "group", "combined")
ROWS = [
    (f"C{i}", f"C{i}-1", "motor", FORMATS[i % 3], week, level)
    for i in range(1, 7)
    for week, level in ((0, -2), (6, -1), (12, 1))
]


def opened(path, kind):
    book, refusal = open_book(path.read_bytes(), kind, path.name)
    assert refusal is None
    marks = SheetMarks()
    return [list(book.rows(sheet, marks)) for sheet in book.sheets], book.sheets, marks


def codes(path):
    with pytest.raises(RecordsError) as caught:
        read_records(path)
    return [problem.code for problem in caught.value.problems]


def old_rows(rows):
    return b"".join(
        labelled((i, j), value) if isinstance(value, str) else number((i, j), value)
        for i, values in enumerate(rows)
        for j, value in enumerate(values)
    )


@pytest.mark.parametrize("ending", [".ods", ".fods", ".xls"])
def test_records_are_read_from_each_kind(ending, tmp_path):
    path = tmp_path / f"a{ending}"
    if ending == ".xls":
        old_excel(path, [("Records", 0, old_rows([HEAD, *ROWS]))])
    else:
        open_document(path, "".join(row(*one) for one in (HEAD, *ROWS)), flat=ending == ".fods")
    records = read_records(path)
    assert len(records.reviews) == len(ROWS)
    assert list(records.reviews["attainment"]) == [one[5] for one in ROWS]


def test_numbers_dates_answers_and_faults_come_from_what_is_stored(tmp_path):
    cells = (
        '<table:table-cell office:value-type="percentage" office:value="0.5"><text:p>50 %'
        "</text:p></table:table-cell>"
        '<table:table-cell office:value-type="date" office:date-value="2024-03-05T10:00:00">'
        "<text:p>5 March</text:p></table:table-cell>"
        '<table:table-cell office:value-type="boolean" office:boolean-value="true"/>'
        '<table:table-cell table:formula="of:=1"/>'
        '<table:table-cell office:value-type="string" office:string-value="" '
        'table:formula="of:=1/0"><text:p>#DIV/0!</text:p></table:table-cell>'
        '<table:table-cell office:value-type="string"><office:annotation><text:p>a remark'
        '</text:p></office:annotation><text:p>two<text:s text:c="2"/>words</text:p>'
        "<text:p>below</text:p></table:table-cell>"
    )
    open_document(tmp_path / "a.ods", f"<table:table-row>{cells}</table:table-row>")
    rows, _, _ = opened(tmp_path / "a.ods", "zip")
    expected = ["0.5", "2024-03-05", "1", "#FORMULA", "#DIV/0!", "two  words\nbelow"]
    assert rows == [[expected]]


def test_what_is_repeated_hidden_or_merged_is_known(tmp_path):
    blank = '<table:table-cell table:number-columns-repeated="3"/>'
    tall = cell("a", 'table:number-rows-spanned="3"')
    twice = cell(7, 'table:number-columns-repeated="2"')
    more = 'table:number-rows-repeated="2" table:visibility="filter"'
    rows = (
        '<table:table-column table:visibility="collapse" table:number-columns-repeated="2"/>'
        f"<table:table-row>{tall}{blank}{twice}</table:table-row>"
        '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
        + row("b", more=more)
        + '<table:table-row table:number-rows-repeated="1048000"><table:table-cell '
        'table:number-columns-repeated="16384"/></table:table-row>'
    )
    hidden = (
        '<style:style style:name="h"><style:table-properties table:display="false"/></style:style>'
    )
    sheet = f'<table:table table:name="S" table:style-name="h">{rows}</table:table>'
    deleted = f"<table:tracked-changes><table:x>{row('gone')}</table:x></table:tracked-changes>"
    open_document(tmp_path / "a.ods", sheet, styles=hidden, tables=deleted)
    found, sheets, marks = opened(tmp_path / "a.ods", "zip")
    assert found == [[["a", "", "", "", "7", "7"], [], [], ["b"], ["b"]]]
    assert [sheet.hidden for sheet in sheets] == [True]
    assert marks.hidden_rows == [4, 5]
    assert marks.hidden_columns == [(1, 2)]
    assert marks.merges == [Merge(1, 1, 3)]


def test_an_old_workbook_gives_every_kind_of_cell(tmp_path):
    long = "é" * 5_000
    first = struct.pack("<II", 2, 2) + text("Ü1")
    pieces = first + struct.pack("<H", 5_000) + b"\x01" + long[:2_000].encode("utf-16-le")
    shared = record(0xFC, pieces) + record(0x3C, b"\x00" + long[2_000:].encode("latin-1"))
    styles = record(0xE0, struct.pack("<HH", 0, 0) + bytes(16))
    styles += record(0xE0, struct.pack("<HH", 0, 14) + bytes(16))
    body = b"".join(
        (
            record(0xFD, struct.pack("<HHHI", 0, 0, 0, 0)),
            record(0xFD, struct.pack("<HHHI", 0, 1, 0, 1)),
            record(0x27E, struct.pack("<HHHI", 1, 0, 0, (-7 & 0x3FFFFFFF) << 2 | 2)),
            record(0x27E, struct.pack("<HHHI", 1, 1, 0, 1250 << 2 | 3)),
            record(0xBD, struct.pack("<HHHIHIH", 1, 2, 0, 10 << 2 | 2, 0, 11 << 2 | 2, 3)),
            number((2, 0), 45356.5, style=1),
            record(0x205, struct.pack("<HHHBB", 2, 1, 0, 1, 0)),
            record(0x205, struct.pack("<HHHBB", 2, 2, 0, 7, 1)),
            record(0x06, struct.pack("<HHHdHI", 3, 0, 0, 2.5, 0, 0)),
            record(0x06, struct.pack("<HHH", 3, 1, 0) + b"\0\0\0\0\0\0\xff\xff" + bytes(6)),
            record(0x207, text("said")),
            record(0x06, struct.pack("<HHH", 3, 2, 0) + b"\3\0\0\0\0\0\xff\xff" + bytes(6)),
            record(0x208, struct.pack("<7H", 2, 0, 3, 255, 0, 0, 0x20)),
            record(0x7D, struct.pack("<6H", 1, 2, 2000, 0, 1, 0)),
            record(0xE5, struct.pack("<5H", 1, 0, 4, 0, 0)),
        )
    )
    old_excel(tmp_path / "a.xls", [("Ä", 1, body)], shared=shared, before=styles)
    rows, sheets, marks = opened(tmp_path / "a.xls", "old_office")
    assert rows[0] == [
        ["Ü1", long],
        ["-7", "12.5", "10", "11"],
        ["2024-03-05", "1", "#DIV/0!"],
        ["2.5", "said", "#FORMULA"],
    ]
    assert (sheets[0].name, sheets[0].hidden) == ("Ä", True)
    assert marks.hidden_rows == [3]
    assert marks.hidden_columns == [(2, 3)]
    assert marks.merges == [Merge(1, 1, 5)]


def test_what_is_no_workbook_of_its_kind_is_named(tmp_path):
    path = tmp_path / "a.xls"
    for name in ("Book", "WordDocument"):
        path.write_bytes(compound(b"x", name))
        assert codes(path) == ["old_office"]
    old_excel(path, [("S", 0, b"")], before=record(0x2F, bytes(6)))
    assert codes(path) == ["locked"]
    path.write_bytes(compound(b"x" * 9_000, circle=True))
    assert codes(path) == ["damaged_workbook"]
    whole = compound(b"x" * 9_000)
    for size in (10, 100, 600, 1_100):
        path.write_bytes(whole[:size])
        assert codes(path) == ["damaged_workbook"]


def test_damage_anywhere_is_refused_or_read_and_never_an_error_of_ours(tmp_path):
    good = tmp_path / "good.xls"
    old_excel(good, [("Records", 0, old_rows([HEAD, *ROWS]))])
    data, path = good.read_bytes(), tmp_path / "a.xls"
    n_refused = 0
    for at in range(0, 4_000, 37):
        path.write_bytes(data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :])
        try:
            read_records(path)
        except RecordsError:
            n_refused += 1
    assert n_refused > 20
