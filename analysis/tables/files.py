"""The table of every number as a file to take along: a workbook or CSV, the same bytes every time.

In: a told `Summary` and a name. Out: the file's bytes. Decisions: every text is written as text and
never as a formula, and in CSV a text that a spreadsheet would run gets an apostrophe before it;
the workbook's clock is a fixed moment, which also tells our own file from any other before it is
replaced. CSV is UTF-8 with a mark, which spreadsheets need to see it.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import astuple, fields
from pathlib import PurePath
from typing import TYPE_CHECKING

from analysis.disclosure.summary import Summary
from analysis.tables.marks import CLOCK, UTF8_MARK
from analysis.tables.numbers import Cell, NumberRow, list_numbers
from analysis.words.phrases import every, name_records

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

HEADINGS = tuple(field.name for field in fields(NumberRow))
SHEET, READ_ME = "numbers", "read me"
WIDTHS = (26, 46, 40, 44, 22, 11, 9, 9, 24, 12, 90)
RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r", "\n")
MODIFIED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:)")


def table_bytes(summary: Summary, name: str) -> bytes:
    """Give every published number as a file.

    Args:
        summary: a told summary.
        name: the file's name; its ending says which kind.

    Raises:
        KeyError: if the ending is none of `marks.ENDINGS`.
    """
    write = {".xlsx": _workbook_bytes, ".csv": _csv_bytes}[PurePath(name).suffix.lower()]
    return write(summary)


def explain_table(summary: Summary) -> Iterator[tuple[str, str]]:
    """Give what a reader of the table has to know: a word and a text for each line.

    Args:
        summary: a told summary.
    """
    told = summary.texts
    if summary.invented:
        yield "invented", "These records are invented; no child in them exists."
    yield "answer", told["headline"]
    yield "always", told["always"]
    yield "records", f"{name_records(summary)}. {told['counts']}"
    yield (
        "margin",
        f"A difference matters from {summary.margin:g} levels {every(summary)}; the weeks compared "
        f"are 0 to {summary.measure.horizon_weeks}.",
    )
    yield (
        "not shown",
        f"Held back, because the number would tell about fewer than {summary.smallest_cell} "
        "children or could be worked back to a few of them. Leave it so.",
    )
    yield "one row", "One number with one range. A number with two ranges has two rows."
    yield "id", "Where the number stands in summary.json, beside the report and inside its PDF."
    yield "low, high, range", "The range of the number, and what that range is called."
    yield "children", "How many children it rests on, rounded; empty where the report says it once."
    yield "sentence", "What the report says of the number. Please quote both together."


def _rows(summary: Summary) -> Iterator[tuple[Cell, ...]]:
    yield HEADINGS
    for row in list_numbers(summary):
        yield astuple(row)


def _csv_bytes(summary: Summary) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    for row in _rows(summary):
        writer.writerow([_harmless(cell) for cell in row])
    return UTF8_MARK + stream.getvalue().encode()


def _harmless(cell: Cell) -> Cell:
    """Give a cell that no spreadsheet takes for a formula."""
    run = isinstance(cell, str) and cell.startswith(RUN_BY_SPREADSHEETS)
    return f"'{cell}" if run else cell


def _workbook_bytes(summary: Summary) -> bytes:
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = SHEET
    for place, cells in enumerate(_rows(summary), 1):
        _write_row(sheet, place, cells, bold=len(cells) if place == 1 else 0)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    for place, width in enumerate(WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    told = book.create_sheet(READ_ME)
    for place, line in enumerate(explain_table(summary), 1):
        _write_row(told, place, line, bold=1, wrap=True)
    told.column_dimensions["A"].width, told.column_dimensions["B"].width = 20, 120
    stream = io.BytesIO()
    book.save(stream)
    return _packed(_parts(stream.getvalue()))


def _write_row(
    sheet: Worksheet, place: int, cells: tuple[Cell, ...], *, bold: int = 0, wrap: bool = False
) -> None:
    """Write a row, its first cells bold; a text stays a text whatever it begins with."""
    from openpyxl.styles import Alignment, Font

    for column, value in enumerate(cells, 1):
        if value is None or value == "":
            continue
        cell = sheet.cell(place, column, value)
        cell.alignment = Alignment(wrap_text=wrap, vertical="top")
        if isinstance(value, str):
            cell.data_type = "s"
        if column <= bold:
            cell.font = Font(bold=True)


def _parts(book: bytes) -> list[tuple[str, bytes]]:
    """Give the parts of a workbook, without the moment it was made."""
    with zipfile.ZipFile(io.BytesIO(book)) as opened:
        parts = [(name, opened.read(name)) for name in opened.namelist()]
    moment = "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z".format(*CLOCK).encode()
    return [(name, MODIFIED.sub(rb"\g<1>" + moment + rb"\g<3>", data)) for name, data in parts]


def _packed(parts: list[tuple[str, bytes]]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        for name, content in parts:
            info = zipfile.ZipInfo(name, CLOCK)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            packed.writestr(info, content)
    return stream.getvalue()
