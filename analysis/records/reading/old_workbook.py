"""Reads the sheets of an old Excel workbook (.xls, Excel 97 to 2003) as text.

In: the bytes of a compound file. Out: one `Sheet` of rows of text for each sheet with content,
as from a workbook of today.
Decisions: cells come out as `workbook` gives them: dates as dates, errors and formulas without a
stored result as what they are. Records are walked one by one and each is counted before it is
read, so that no declared size is believed. Sources of the layout: Microsoft [MS-XLS], 2.4 and
2.5; OpenOffice.org's documentation of the Excel file format, chapter 5.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import datetime, timedelta

from analysis.errors import Problem
from analysis.records.reading.compound import Compound
from analysis.records.reading.limits import LONGEST_CELL, OverLimitError
from analysis.records.reading.merged import Merge, SheetMarks
from analysis.records.reading.parts import DATE_FORMATS, Budget, RefusedError, shows_date
from analysis.records.reading.workbook import MARK_STEPS, NO_RESULT, Sheet, number_text

LARGEST_OLD_BYTES = 64_000_000
RECORD_STEPS = 3
WIDEST_OLD = 256
EXCEL_97 = 0x0600
BOF, EOF, CONTINUE, FILEPASS, DATEMODE = 0x809, 0x0A, 0x3C, 0x2F, 0x22
BOUNDSHEET, SST, FORMAT, XF = 0x85, 0xFC, 0x41E, 0xE0
BLANK, NUMBER, LABEL, BOOLERR, FORMULA, STRING = 0x201, 0x203, 0x204, 0x205, 0x06, 0x207
LABELSST, RK, MULRK, RSTRING = 0xFD, 0x27E, 0xBD, 0xD6
ROW, COLINFO, MERGECELLS = 0x208, 0x7D, 0xE5
WORKSHEET = 0
HIDDEN_ROW = 0x20
ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


def check_old(data: bytes, file: str) -> Problem | None:
    """Give the refusal of a compound file that holds no workbook of Excel 97 or later; else None.

    Raises:
        RefusedError, struct.error: when it is damaged.
    """
    if len(data) > LARGEST_OLD_BYTES:
        return Problem(
            f"the workbook is larger than {LARGEST_OLD_BYTES // 1_000_000} MB.",
            "Save the table as CSV UTF-8, which is read at this size.",
            file=file,
            code="too_large",
        )
    box = Compound(data)
    if "Workbook" not in box:
        old = "Book" in box
        return Problem(
            "this is a workbook of Excel 95 or older."
            if old
            else "this is an old Office document, not a workbook.",
            "Open it in your spreadsheet and save it as .xlsx."
            if old
            else "Save the table in it as .xlsx or CSV.",
            file=file,
            code="old_office",
        )
    stream = box.stream("Workbook")
    kind, length, version = struct.unpack_from("<HHH", stream, 0)
    if kind != BOF or length < 4 or version != EXCEL_97:
        raise RefusedError
    after = 4 + length
    if stream[after : after + 2] == struct.pack("<H", FILEPASS):
        return Problem(
            "the workbook is locked with a password.",
            "Save a copy without a password, in a safe place, and use that.",
            file=file,
            code="locked",
        )
    return None


class OldWorkbook:
    """An opened .xls workbook; `sheets` in order, `rows` of one at a time.

    Raises:
        OverLimitError: from any method when it holds more than is read from a workbook.
        one of `archive.DAMAGED` from any method when the file is not what it should be.
    """

    def __init__(self, data: bytes) -> None:
        self._stream = Compound(data).stream("Workbook")
        self._budget = Budget()
        self._epoch = datetime(1899, 12, 30)
        self._shared: list[str] = []
        self._is_date: list[bool] = []
        self.sheets: list[Sheet] = []
        custom: dict[int, bool] = {}
        formats: list[int] = []
        for kind, pieces in self._records(0):
            data = pieces[0]
            if kind == BOUNDSHEET:
                place, state, what = struct.unpack_from("<IBB", data)
                if what == WORKSHEET:
                    name = _Text([data[6:]]).take(short=True)
                    self.sheets.append(Sheet(name, str(place), bool(state & 3)))
            elif kind == DATEMODE and data[:1] == b"\x01":
                self._epoch = datetime(1904, 1, 1)
            elif kind == FORMAT:
                custom[struct.unpack_from("<H", data)[0]] = shows_date(_Text([data[2:]]).take())
            elif kind == XF:
                formats.append(struct.unpack_from("<H", data, 2)[0])
            elif kind == SST:
                self._shared = self._read_shared(pieces)
        self._is_date = [custom.get(number, number in DATE_FORMATS) for number in formats]

    def _records(self, place: int) -> Iterator[tuple[int, list[bytes]]]:
        """Yield the records of one part: kind, content and what continues it."""
        stream, spend = self._stream, self._budget.spend
        depth = 0
        kind, pieces = -1, [b""]
        while True:
            spend(RECORD_STEPS)
            following, length = struct.unpack_from("<HH", stream, place)
            content = stream[place + 4 : place + 4 + length]
            if len(content) != length:
                raise RefusedError
            place += 4 + length
            if following == CONTINUE:
                pieces.append(content)
                continue
            if kind >= 0 and depth == 1:
                yield kind, pieces
            kind, pieces = following, [content]
            # A chart inside a sheet is a part within the part.
            depth += (kind == BOF) - (kind == EOF)
            if depth < 1:
                return

    def _read_shared(self, pieces: list[bytes]) -> list[str]:
        _, n_texts = struct.unpack_from("<II", pieces[0])
        text = _Text([pieces[0][8:], *pieces[1:]])
        texts = []
        for _ in range(n_texts):
            self._budget.spend(RECORD_STEPS)
            texts.append(text.take())
        return texts

    def rows(self, sheet: Sheet, marks: SheetMarks | None = None) -> Iterator[list[str]]:
        """Yield the cells of each row as text; gaps come out as blank rows.

        What the sheet says beside its cells is known in `marks` once the last row is out.
        """
        marks = SheetMarks() if marks is None else marks
        found: dict[int, dict[int, str]] = {}
        waiting: tuple[int, int] | None = None
        for kind, pieces in self._records(int(sheet.part)):
            data = pieces[0]
            if kind == STRING and waiting is not None:
                found.setdefault(waiting[0], {})[waiting[1]] = _Text(pieces).take()
                waiting = None
            elif kind in (ROW, COLINFO, MERGECELLS):
                self._take_mark(kind, data, marks)
            else:
                for row, column, text in self._cells(kind, pieces):
                    if column >= WIDEST_OLD:
                        raise RefusedError
                    if text is None:
                        waiting = row, column
                    elif text:
                        found.setdefault(row, {})[column] = text
        last = -1
        for row in sorted(found):
            cells = found.pop(row)
            if not any(text.strip() for text in cells.values()):
                continue
            width = max(cells) + 1
            self._budget.spend(2 * (row - last) + width // 4)
            for _ in range(last + 1, row):
                yield []
            yield [cells.get(column, "") for column in range(width)]
            last = row

    def _take_mark(self, kind: int, data: bytes, marks: SheetMarks) -> None:
        spend = self._budget.spend
        if kind == ROW:
            row, _, _, _, _, _, options = struct.unpack_from("<7H", data)
            if options & HIDDEN_ROW:
                marks.hidden_rows.append(row + 1)
        elif kind == COLINFO:
            first, last, width, _, options = struct.unpack_from("<5H", data)
            if options & 1 or not width:
                spend(MARK_STEPS)
                marks.hidden_columns.append((first + 1, last + 1))
        else:
            (n_ranges,) = struct.unpack_from("<H", data)
            for number in range(n_ranges):
                spend(MARK_STEPS)
                top, bottom, left, _ = struct.unpack_from("<4H", data, 2 + 8 * number)
                if bottom > top:
                    marks.merges.append(Merge(left + 1, top + 1, bottom + 1))

    def _cells(self, kind: int, pieces: list[bytes]) -> Iterator[tuple[int, int, str | None]]:
        """Yield row, column and text of each cell in a record; None when its text follows."""
        data = pieces[0]
        if kind == MULRK:
            row, column = struct.unpack_from("<HH", data)
            for place in range(4, len(data) - 2, 6):
                self._budget.spend(RECORD_STEPS)
                style, packed = struct.unpack_from("<HI", data, place)
                yield row, column, self._number(_unpack(packed), style)
                column += 1
            return
        if kind not in (LABELSST, NUMBER, RK, FORMULA, BOOLERR, LABEL, RSTRING):
            return
        row, column, style = struct.unpack_from("<HHH", data)
        text: str | None
        if kind == LABELSST:
            text = self._shared[struct.unpack_from("<I", data, 6)[0]]
        elif kind == NUMBER:
            text = self._number(struct.unpack_from("<d", data, 6)[0], style)
        elif kind == RK:
            text = self._number(_unpack(struct.unpack_from("<I", data, 6)[0]), style)
        elif kind == FORMULA:
            text = self._result(data[6:14], style)
        elif kind == BOOLERR:
            text = ERRORS.get(data[6], "#N/A") if data[7] else str(data[6])
        else:
            text = _Text([data[6:], *pieces[1:]]).take()
        yield row, column, text

    def _result(self, stored: bytes, style: int) -> str | None:
        """Give the stored result of a formula; None when a text follows in its own record."""
        if stored[6:] != b"\xff\xff":
            return self._number(struct.unpack("<d", stored)[0], style)
        kind = stored[0]
        if kind == 0:
            return None
        if kind == 1:
            return str(stored[2])
        return ERRORS.get(stored[2], "#N/A") if kind == 2 else NO_RESULT

    def _number(self, number: float, style: int) -> str:
        if style < len(self._is_date) and self._is_date[style] and number >= 1:
            try:
                return (self._epoch + timedelta(days=number)).strftime("%Y-%m-%d")
            except (OverflowError, ValueError):
                pass
        return number_text(number)


def _unpack(packed: int) -> float:
    """Give the number of an RK value: 30 bits of a whole number or of a float, perhaps x 100."""
    number: float
    if packed & 2:
        number = (packed ^ 0x80000000) // 4 - 0x20000000
    else:
        (number,) = struct.unpack("<d", struct.pack("<II", 0, packed & 0xFFFFFFFC))
    return number / 100 if packed & 1 else number


class _Text:
    """Takes texts from a record and what continues it; a text may run over the pieces."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces, self._at, self._place = pieces, 0, 0

    def _bytes(self, size: int) -> bytes:
        taken = b""
        while len(taken) < size:
            if self._place >= len(self._pieces[self._at]):
                self._turn()
            block = self._pieces[self._at][self._place : self._place + size - len(taken)]
            self._place += len(block)
            taken += block
        return taken

    def _turn(self) -> None:
        self._at, self._place = self._at + 1, 0
        if self._at >= len(self._pieces):
            raise RefusedError

    def _skip(self, size: int) -> None:
        while size > len(self._pieces[self._at]) - self._place:
            size -= len(self._pieces[self._at]) - self._place
            self._turn()
        self._place += size

    def take(self, *, short: bool = False) -> str:
        """Give the next text; `short` when its length is one byte.

        Raises:
            OverLimitError: when it is longer than a spreadsheet lets a cell be.
        """
        left = self._bytes(1)[0] if short else struct.unpack("<H", self._bytes(2))[0]
        if left > LONGEST_CELL:
            raise OverLimitError.of_a_cell()
        flags = self._bytes(1)[0]
        n_runs = struct.unpack("<H", self._bytes(2))[0] if flags & 8 else 0
        n_more = struct.unpack("<I", self._bytes(4))[0] if flags & 4 else 0
        found: list[str] = []
        while left:
            if self._place >= len(self._pieces[self._at]):
                self._turn()
                # Where a text goes on in the next piece, its first byte tells its width anew.
                flags = self._bytes(1)[0]
            width = 2 if flags & 1 else 1
            rest = len(self._pieces[self._at]) - self._place
            n = min(left, rest // width)
            if not n:
                raise RefusedError
            block = self._bytes(n * width)
            found.append(block.decode("utf-16-le" if width == 2 else "latin-1", errors="replace"))
            left -= n
        self._skip(4 * n_runs + n_more)
        return "".join(found)
