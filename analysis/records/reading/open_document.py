"""Reads the sheets of a LibreOffice workbook (.ods, and flat .fods) as text.

In: the parts of a workbook. Out: one `Sheet` of rows of text for each sheet, as from an .xlsx.
Decisions: numbers, dates and yes or no come from what is stored, not from what is shown. Rows and
cells that the file says are repeated are counted before they are made, and blank ones at the end
are never made. Comments, drawings and deleted cells are no cells. Source of the layout: OASIS
OpenDocument 1.3 part 3, chapters 9, 10 and 19.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from analysis.records.reading.limits import WIDEST
from analysis.records.reading.merged import Merge, SheetMarks
from analysis.records.reading.parts import Parts, RefusedError, take_text
from analysis.records.reading.rows import is_filled
from analysis.records.reading.workbook import (
    MARK_STEPS,
    MOST_SHEET_ROWS,
    NO_RESULT,
    Sheet,
    number_text,
)

CONTENT = "content.xml"
NUMBERS = ("float", "percentage", "currency")
CELLS = ("table-cell", "covered-table-cell")
NOT_OF_THE_CELL = ("annotation", "frame", "custom-shape", "g", "control", "ruby-text", "table")
UNSEEN = ("collapse", "filter")


@dataclass
class _SheetRows:
    """A sheet's rows with content: number, how often repeated, cells."""

    rows: list[tuple[int, int, list[str]]] = field(default_factory=list)
    marks: SheetMarks = field(default_factory=SheetMarks)


class OpenDocument:
    """An opened workbook of LibreOffice; `sheets` in order, `rows` of one at a time.

    Raises:
        OverLimitError: from any method when it holds more than is read from a workbook.
        one of `archive.DAMAGED` from any method when the file is not what it should be.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        reader = _Reader(parts)
        parts.parse(CONTENT, reader.start, reader.end, reader.characters)
        self.sheets, self._found = reader.sheets, reader.found

    def rows(self, sheet: Sheet, marks: SheetMarks | None = None) -> Iterator[list[str]]:
        """Yield the cells of each row as text; gaps come out as blank rows.

        What the sheet says beside its cells is known in `marks` once the last row is out.
        """
        own = self._found[int(sheet.part)]
        last = 0
        for first, times, cells in own.rows:
            self._parts.spend(2 * (first - last + times) + times * len(cells) // 4)
            for _ in range(last + 1, first):
                yield []
            for _ in range(times):
                yield cells
            last = first + times - 1
        if marks is not None:
            marks.merges += own.marks.merges
            marks.hidden_rows += own.marks.hidden_rows
            marks.hidden_columns += own.marks.hidden_columns


class _Reader:
    """The handlers of the tags: they gather sheets, rows and cells."""

    def __init__(self, parts: Parts) -> None:
        self._spend = parts.spend
        self.sheets: list[Sheet] = []
        self.found: list[_SheetRows] = []
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._in_table = False
        self._aside = 0
        self._row = self._column = 0
        self._cells: list[str] = []
        self._values: dict[str, str] = {}
        self._pieces: list[str] = []
        self._cell = self._inside = False

    def start(self, name: str, given: dict[str, str]) -> None:
        """Begin a sheet, a row, a cell or its text."""
        tag = name.rpartition(" ")[2]
        if self._aside:
            self._aside += 1
            return
        if self._cell and tag in NOT_OF_THE_CELL:
            self._aside = 1
            return
        if not self._in_table:
            self._start_outside(tag, given)
            return
        values = {key.rpartition(" ")[2]: value for key, value in given.items()}
        if tag == "shapes":
            self._aside = 1
        elif tag in CELLS:
            self._cell, self._values = True, values
            self._pieces.clear()
        elif tag == "table-row":
            self._values = values
            self._times = _repeat(values, "number-rows-repeated")
            self._unseen = values.get("visibility") in UNSEEN
            self._cells, self._column = [], 0
        elif tag == "table-column":
            self._start_column(values)
        elif self._cell:
            self._start_text(tag, values)

    def _start_outside(self, tag: str, given: dict[str, str]) -> None:
        values = {key.rpartition(" ")[2]: value for key, value in given.items()}
        if tag in ("tracked-changes", "dde-links"):
            self._aside = 1
        elif tag == "style":
            self._style = values.get("name", "")
        elif tag == "table-properties" and values.get("display") == "false":
            self._hidden_styles.add(self._style)
        elif tag == "table":
            self._in_table, self._row, self._first_column = True, 0, 1
            hidden = values.get("style-name", "") in self._hidden_styles
            self.sheets.append(Sheet(values.get("name", ""), str(len(self.sheets)), hidden))
            self.found.append(_SheetRows())

    def _start_column(self, values: dict[str, str]) -> None:
        times = _repeat(values, "number-columns-repeated")
        if values.get("visibility") in UNSEEN:
            self._spend(MARK_STEPS)
            runs = self.found[-1].marks.hidden_columns
            runs.append((self._first_column, min(self._first_column + times - 1, WIDEST)))
        self._first_column = min(self._first_column + times, WIDEST)

    def _start_text(self, tag: str, values: dict[str, str]) -> None:
        if tag == "p":
            self._inside = True
            if self._pieces:
                self._pieces.append("\n")
        elif tag == "s":
            take_text(self._pieces, " " * min(_repeat(values, "c"), WIDEST))
        elif tag == "tab":
            self._pieces.append("\t")
        elif tag == "line-break":
            self._pieces.append("\n")

    def end(self, name: str) -> None:
        """End a sheet, a row, a cell or its text."""
        if self._aside:
            self._aside -= 1
            return
        tag = name.rpartition(" ")[2]
        if tag == "p":
            self._inside = False
        elif tag in CELLS and self._cell:
            self._cell = False
            self._end_cell()
        elif tag == "table-row" and self._in_table:
            self._end_row()
        elif tag == "table":
            self._in_table = False

    def _end_cell(self) -> None:
        values = self._values
        times = _repeat(values, "number-columns-repeated")
        text = self._text(values)
        first, self._column = self._column, self._column + times
        if not text:
            return
        if self._column > WIDEST:
            raise RefusedError
        self._spend(times + (self._column - len(self._cells)) // 4)
        self._cells.extend([""] * (first - len(self._cells)))
        self._cells.extend([text] * times)
        tall = _repeat(values, "number-rows-spanned")
        if tall > 1:
            self._spend(MARK_STEPS)
            last = min(self._row + tall, MOST_SHEET_ROWS)
            self.found[-1].marks.merges.append(Merge(first + 1, self._row + 1, last))

    def _text(self, values: dict[str, str]) -> str:
        kind = values.get("value-type", "")
        shown = "".join(self._pieces)
        if kind in NUMBERS and shown[:1] != "#":
            return number_text(float(values["value"]))
        if kind == "date":
            return values["date-value"].partition("T")[0]
        if kind == "boolean":
            return "1" if values["boolean-value"] == "true" else "0"
        text = values.get("string-value") or shown
        return text if text or "formula" not in values else NO_RESULT

    def _end_row(self) -> None:
        first = self._row + 1
        self._row += self._times
        if not is_filled(self._cells):
            return
        if self._row > MOST_SHEET_ROWS:
            raise RefusedError
        own = self.found[-1]
        own.rows.append((first, self._times, self._cells))
        if self._unseen:
            self._spend(self._times)
            own.marks.hidden_rows += range(first, first + self._times)

    def characters(self, data: str) -> None:
        """Take text, where it is a cell's."""
        if self._inside and not self._aside:
            take_text(self._pieces, data)


def _repeat(values: dict[str, str], name: str) -> int:
    """Give how often something is repeated, at least once."""
    times = int(values.get(name, "1"))
    if times < 1:
        raise RefusedError
    return times
