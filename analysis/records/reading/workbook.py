"""Reads the sheets of an .xlsx workbook as text, cell by cell, with nothing guessed.

In: the bytes of a workbook. Out: one `Sheet` of rows of text for each sheet with content.
Decisions: a cell that the spreadsheet shows as a date comes out as a date (so that the check for
real dates sees it), a formula without a stored result and an error cell come out as what they
are. Source of the layout: ECMA-376 part 1, chapter 18.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from analysis.records.reading.limits import WIDEST
from analysis.records.reading.merged import Merge, SheetMarks
from analysis.records.reading.parts import (
    Parts,
    RefusedError,
    find_workbook,
    read_shared,
    read_styles,
    take_text,
    unescape,
)
from analysis.records.reading.rows import is_filled

MOST_SHEET_ROWS = 1_048_576
MOST_TAG_NAMES = 1_000
MARK_STEPS = 40  # what a merged cell or a run of hidden columns costs to remember and to apply
NO_RESULT = "#FORMULA"
RANGE = re.compile(r"([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})")
YES = ("1", "true")
NOTHING = ("0", "0.0")  # a height or width that nobody can see


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, where its rows are, whether a person sees it."""

    name: str
    part: str
    hidden: bool = False


class Workbook:
    """An opened workbook; `sheets` in order, `rows` of one at a time.

    Raises:
        OverLimitError: from any method when it holds more than is read from a workbook.
        one of `archive.DAMAGED` from any method when the file is not what it should be.
    """

    def __init__(self, data: bytes) -> None:
        self._parts = Parts(data)
        self._epoch = datetime(1899, 12, 30)
        self._part = find_workbook(self._parts)
        self._related: dict[str, str] = {}
        self.sheets = self._find_sheets()
        shared, styles = self._beside("sharedStrings"), self._beside("styles")
        self._shared = read_shared(self._parts, shared) if shared else []
        self._is_date = read_styles(self._parts, styles) if styles else []

    def _beside(self, kind: str) -> str:
        """Give the part of a kind that the workbook refers to, "" when it has none."""
        usual = posixpath.join(posixpath.dirname(self._part), f"{kind}.xml")
        part = self._related.get(kind.casefold(), usual)
        return part if part in self._parts else ""

    def _find_sheets(self) -> list[Sheet]:
        targets: dict[str, str] = {}
        found: list[tuple[str, str, bool]] = []
        folder, own = posixpath.split(self._part)

        def relation(name: str, values: dict[str, str]) -> None:
            if name.endswith(" Relationship"):
                target = values["Target"].replace("\\", "/")
                path = target[1:] if target.startswith("/") else posixpath.join(folder, target)
                targets[values["Id"]] = posixpath.normpath(path)
                kind = values.get("Type", "").rpartition("/")[2].casefold()
                self._related[kind] = targets[values["Id"]]

        def sheet(name: str, values: dict[str, str]) -> None:
            if name.endswith(" sheet"):
                key = next(
                    value for key, value in values.items() if key.endswith("relationships id")
                )
                hidden = values.get("state", "visible") != "visible"
                found.append((unescape(values["name"]), key, hidden))
            if name.endswith(" workbookPr") and values.get("date1904", "0") in YES:
                self._epoch = datetime(1904, 1, 1)

        self._parts.parse(posixpath.join(folder, "_rels", f"{own}.rels"), relation)
        self._parts.parse(self._part, sheet)
        return [
            Sheet(name, targets[key], hidden)
            for name, key, hidden in found
            if "worksheets" in targets[key]
        ]

    def rows(self, sheet: Sheet, marks: SheetMarks | None = None) -> Iterator[list[str]]:
        """Yield the cells of each row as text; gaps come out as blank rows.

        What the sheet says beside its cells is known in `marks` once the last row is out.
        """
        done: list[tuple[list[str], int]] = []
        spend = self._parts.spend
        marks = SheetMarks() if marks is None else marks
        reader = _SheetReader(self._shared, self._is_date, self._date_text, spend, done, marks)
        last = 0
        for _block in self._parts.parse_in_blocks(
            sheet.part, reader.start, reader.end, reader.characters
        ):
            for filled, row in done:
                if row <= last or row > MOST_SHEET_ROWS:
                    raise RefusedError
                if is_filled(filled):
                    spend(2 * (row - last))
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


class _SheetReader:
    """The handlers of a sheet's tags: they gather a row's cells and put it on `done`."""

    def __init__(
        self,
        shared: list[str],
        is_date: list[bool],
        date_text: Callable[[str], str],
        spend: Callable[[int], None],
        done: list[tuple[list[str], int]],
        marks: SheetMarks,
    ) -> None:
        self._shared, self._is_date, self._date_text = shared, is_date, date_text
        self._spend, self._done, self._marks = spend, done, marks
        self._names: dict[str, str] = {}
        self._cells: list[str] = []
        self._pieces: list[str] = []
        self._row = self._column = self._style = 0
        self._kind = "n"
        self._inside = self._formula = False

    def _tag(self, name: str) -> str:
        """Give a tag's name without its namespace; few different ones are remembered."""
        tag = name.rpartition(" ")[2]
        if len(self._names) < MOST_TAG_NAMES:
            self._names[name] = tag
        return tag

    def start(self, name: str, values: dict[str, str]) -> None:
        """Begin a cell, its text, its formula or a row."""
        tag = self._names.get(name) or self._tag(name)
        if tag == "c":
            place = values.get("r")
            self._column = _column_of(place) if place else self._column + 1
            self._kind = values.get("t", "n")
            self._style = int(values.get("s", 0))
            self._formula = False
            self._pieces.clear()
        elif tag in ("v", "t"):
            self._inside = True
        elif tag == "f":
            self._formula = True
        elif tag == "row":
            self._row = int(values.get("r", self._row + 1))
            self._column = 0
            self._cells.clear()
            if values.get("hidden") in YES or values.get("ht") in NOTHING:
                self._marks.hidden_rows.append(self._row)
        elif tag == "mergeCell":
            match = RANGE.fullmatch(values.get("ref", ""))
            if match and int(match[3]) > int(match[2]):
                self._spend(MARK_STEPS)
                merge = Merge(_column_of(match[1]), int(match[2]), int(match[3]))
                self._marks.merges.append(merge)
        elif tag == "col" and (values.get("hidden") in YES or values.get("width") in NOTHING):
            self._spend(MARK_STEPS)
            self._marks.hidden_columns.append((int(values["min"]), int(values["max"])))

    def end(self, name: str) -> None:
        """End a cell's text, a cell or a row."""
        tag = self._names.get(name) or self._tag(name)
        if tag in ("v", "t"):
            self._inside = False
        elif tag == "c":
            self._end_cell()
        elif tag == "row":
            # The blanks before the last cell take memory that no tag was counted for.
            self._spend(len(self._cells) // 4)
            self._done.append((self._cells.copy(), self._row))

    def _end_cell(self) -> None:
        column = self._column
        if column > WIDEST:
            raise RefusedError
        text = "".join(self._pieces)
        kind = self._kind
        if text:
            if kind == "s":
                text = self._shared[_index(text)]
            elif kind in ("inlineStr", "str"):
                text = unescape(text)
            elif kind == "n":
                style = self._style
                if style < len(self._is_date) and self._is_date[style]:
                    text = self._date_text(text)
                elif "." in text or "E" in text:
                    text = number_text(float(text))
            elif kind == "d":
                text = text.split("T")[0]
        if not text and self._formula:
            text = NO_RESULT
        if text:
            cells = self._cells
            if len(cells) < column:
                cells.extend([""] * (column - len(cells)))
            cells[column - 1] = text

    def characters(self, data: str) -> None:
        """Take text, where it is a cell's."""
        if self._inside:
            take_text(self._pieces, data)


def _column_of(place: str) -> int:
    number = 0
    for character in place:
        if not "A" <= character <= "Z":
            break
        number = number * 26 + ord(character) - 64
    if not 0 < number <= WIDEST:
        raise RefusedError
    return number


def number_text(number: float) -> str:
    """Give a stored number as the spreadsheet shows it: 15 digits, no exponent for whole ones."""
    if number == int(number) and abs(number) < 1e15:
        return str(int(number))
    return f"{number:.15g}"


def _index(text: str) -> int:
    """Give the number of a shared text; a negative one would count from the end."""
    number = int(text)
    if number < 0:
        raise RefusedError
    return number
