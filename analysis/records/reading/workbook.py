"""Reads the sheets of an .xlsx workbook as text, cell by cell, with nothing guessed.

In: the bytes of a workbook. Out: one `Sheet` of rows of text for each sheet with content.
Decisions: a cell that the spreadsheet shows as a date comes out as a date (so that the check for
real dates sees it), a formula without a stored result and an error cell come out as what they
are. The parts of the file are read with expat, document types refused, sizes checked before
anything is unpacked. Source of the layout: ECMA-376 part 1, chapter 18.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from xml.parsers import expat

from analysis.errors import Problem
from analysis.records.reading.file_kind import LARGEST_BYTES

LARGEST_RATIO = 100
SMALL_ENOUGH = 1_000_000
WIDEST = 16_384
DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
NO_RESULT = "#FORMULA"
BLOCK = 1 << 18
# What the libraries raise on a workbook that is damaged, locked or packed in a way unknown to them.
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    RuntimeError,
    EOFError,
    KeyError,
    ValueError,
    IndexError,
    OSError,
    OverflowError,
)


OnStart = Callable[[str, dict[str, str]], None]
OnText = Callable[[str], None]


class _Refused(ValueError):
    """A part of the workbook that is not read."""


@dataclass(slots=True)
class _Position:
    """Where the reading of a sheet stands, and what its cell is."""

    row: int = 0
    column: int = 0
    kind: str = "n"
    style: int = 0
    inside: bool = False
    formula: bool = False


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name and where its rows are."""

    name: str
    part: str


def check_archive(data: bytes, file: str) -> Problem | None:
    """Give the refusal of an archive that is a bomb, locked, or not a workbook; else None.

    Only the table of contents is read, so a bomb is refused at once.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            total = sum(part.file_size for part in parts)
            names = {part.filename for part in parts}
            locked = any(part.flag_bits & 1 for part in parts)
            ratio = max(
                (
                    part.file_size / max(part.compress_size, 1)
                    for part in parts
                    if part.file_size > SMALL_ENOUGH
                ),
                default=0,
            )
    except DAMAGED:
        return damaged(file)
    if total > LARGEST_BYTES or ratio > LARGEST_RATIO:
        return Problem(
            "the workbook unpacks to far more than a clinic's records: it is damaged or made "
            "to do harm.",
            "Copy the table into a new workbook; for very large tables use CSV or Parquet.",
            file=file,
            code="zip_bomb",
        )
    if locked:
        return Problem(
            "the archive is locked with a password.",
            "Save a copy without a password, in a safe place, and use that.",
            file=file,
            code="locked",
        )
    if "xl/workbook.xml" in names:
        return None
    if "xl/workbook.bin" in names:
        fault, mend = "this is a binary workbook (.xlsb).", "Save it as .xlsx."
    elif "content.xml" in names:
        fault, mend = "this is a LibreOffice sheet (.ods).", "Save it as .xlsx or CSV UTF-8."
    elif any(name.startswith(("word/", "ppt/")) for name in names):
        fault, mend = "this is a document, not a workbook.", "Save the table as .xlsx or CSV."
    else:
        fault, mend = (
            "this is a zip archive, not a workbook.",
            "Unpack it first, then give the folder or the file inside.",
        )
    return Problem(fault, mend, file=file, code="not_a_workbook")


def damaged(file: str) -> Problem:
    """Give the refusal of a workbook that cannot be read to the end."""
    return Problem(
        "the workbook is damaged and cannot be read to the end.",
        "Open it in your spreadsheet, let it repair the file, and save it again as .xlsx.",
        file=file,
        code="damaged_workbook",
    )


class Workbook:
    """An opened workbook; `sheets` in order, `rows` of one at a time.

    Raises:
        one of `DAMAGED` from any method when the file is not what it should be.
    """

    def __init__(self, data: bytes) -> None:
        self._archive = zipfile.ZipFile(io.BytesIO(data))
        names = set(self._archive.namelist())
        self._epoch = datetime(1899, 12, 30)
        self.sheets = self._find_sheets()
        self._shared = self._read_shared() if "xl/sharedStrings.xml" in names else []
        self._is_date = self._read_styles() if "xl/styles.xml" in names else []

    def _parse(
        self, part: str, start: OnStart, end: OnText | None = None, text: OnText | None = None
    ) -> None:
        for _ in self._parse_in_blocks(part, start, end, text):
            pass

    def _parse_in_blocks(
        self, part: str, start: OnStart, end: OnText | None, text: OnText | None
    ) -> Iterator[None]:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = text
        parser.StartDoctypeDeclHandler = _refuse_doctype
        with self._archive.open(part) as stream:
            while block := stream.read(BLOCK):
                parser.Parse(block, False)
                yield
        parser.Parse(b"", True)
        yield

    def _find_sheets(self) -> list[Sheet]:
        targets: dict[str, str] = {}
        found: list[tuple[str, str]] = []

        def relation(name: str, values: dict[str, str]) -> None:
            if name.endswith(" Relationship"):
                target = values["Target"]
                path = target[1:] if target.startswith("/") else posixpath.join("xl", target)
                targets[values["Id"]] = posixpath.normpath(path)

        def sheet(name: str, values: dict[str, str]) -> None:
            if name.endswith(" sheet"):
                key = next(
                    value for key, value in values.items() if key.endswith("relationships id")
                )
                found.append((values["name"], key))
            if name.endswith(" workbookPr") and values.get("date1904", "0") in ("1", "true"):
                self._epoch = datetime(1904, 1, 1)

        self._parse("xl/_rels/workbook.xml.rels", relation)
        self._parse("xl/workbook.xml", sheet)
        return [Sheet(name, targets[key]) for name, key in found if "worksheets" in targets[key]]

    def _read_shared(self) -> list[str]:
        texts: list[str] = []
        parts: list[str] = []
        state = {"in": False, "phonetic": False}

        def start(name: str, _values: dict[str, str]) -> None:
            tag = name.rpartition(" ")[2]
            if tag == "si":
                parts.clear()
            elif tag == "rPh":
                state["phonetic"] = True
            elif tag == "t":
                state["in"] = not state["phonetic"]

        def end(name: str) -> None:
            tag = name.rpartition(" ")[2]
            if tag == "si":
                texts.append("".join(parts))
            elif tag == "rPh":
                state["phonetic"] = False
            elif tag == "t":
                state["in"] = False

        def text(data: str) -> None:
            if state["in"]:
                parts.append(data)

        self._parse("xl/sharedStrings.xml", start, end, text)
        return texts

    def _read_styles(self) -> list[bool]:
        custom: dict[int, bool] = {}
        formats: list[int] = []
        state = {"in": False}

        def start(name: str, values: dict[str, str]) -> None:
            tag = name.rpartition(" ")[2]
            if tag == "numFmt":
                custom[int(values["numFmtId"])] = _shows_date(values.get("formatCode", ""))
            elif tag == "cellXfs":
                state["in"] = True
            elif tag == "xf" and state["in"]:
                formats.append(int(values.get("numFmtId", "0")))

        def end(name: str) -> None:
            if name.endswith(" cellXfs"):
                state["in"] = False

        self._parse("xl/styles.xml", start, end)
        return [custom.get(number, number in DATE_FORMATS) for number in formats]

    def rows(self, sheet: Sheet) -> Iterator[list[str]]:
        """Yield the cells of each row as text; gaps come out as blank rows."""
        done: list[tuple[list[str], int]] = []
        cells: list[str] = []
        parts: list[str] = []
        now = _Position()
        shared, is_date = self._shared, self._is_date

        def start(name: str, values: dict[str, str]) -> None:
            tag = name.rpartition(" ")[2]
            if tag == "c":
                place = values.get("r")
                now.column = _column_of(place) if place else now.column + 1
                now.kind = values.get("t", "n")
                now.style = int(values.get("s", 0))
                now.formula = False
                parts.clear()
            elif tag in ("v", "t"):
                now.inside = True
            elif tag == "f":
                now.formula = True
            elif tag == "row":
                now.row = int(values.get("r", now.row + 1))
                now.column = 0
                cells.clear()

        def end(name: str) -> None:
            tag = name.rpartition(" ")[2]
            if tag in ("v", "t"):
                now.inside = False
            elif tag == "c":
                text = "".join(parts)
                kind = now.kind
                if kind == "s" and text:
                    text = shared[int(text)]
                elif kind == "n" and text:
                    style = now.style
                    if style < len(is_date) and is_date[style]:
                        text = self._date_text(text)
                    elif "." in text or "E" in text:
                        text = _number_text(text)
                elif kind == "d":
                    text = text.split("T")[0]
                if not text and now.formula:
                    text = NO_RESULT
                column = now.column
                if column > WIDEST:
                    raise _Refused
                if text:
                    if len(cells) < column:
                        cells.extend([""] * (column - len(cells)))
                    cells[column - 1] = text
            elif tag == "row":
                done.append((cells.copy(), now.row))

        def characters(data: str) -> None:
            if now.inside:
                parts.append(data)

        last = 0
        for _block in self._parse_in_blocks(sheet.part, start, end, characters):
            for filled, row in done:
                if row <= last or row > 1_048_576:
                    raise _Refused
                if any(map(str.strip, filled)):
                    for _ in range(last + 1, row):
                        yield []
                    yield filled
                    last = row
            done.clear()

    def _date_text(self, text: str) -> str:
        days = float(text)
        if days < 1:
            return text
        try:
            return (self._epoch + timedelta(days=days)).strftime("%Y-%m-%d")
        except (OverflowError, ValueError):
            return text


def _refuse_doctype(*_ignored: object) -> None:
    raise _Refused


def _column_of(place: str) -> int:
    number = 0
    for character in place:
        if not "A" <= character <= "Z":
            break
        number = number * 26 + ord(character) - 64
    if not 0 < number <= WIDEST:
        raise _Refused
    return number


def _number_text(text: str) -> str:
    """Give a stored number as the spreadsheet shows it: 15 digits, no exponent for whole ones."""
    number = float(text)
    if number == int(number) and abs(number) < 1e15:
        return str(int(number))
    return f"{number:.15g}"


def _shows_date(code: str) -> bool:
    plain = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]|_.', "", code.casefold())
    return bool(re.search(r"[dmy]|h", plain)) and not re.fullmatch(r"general|@", plain)
