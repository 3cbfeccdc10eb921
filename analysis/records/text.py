"""A table as text: what stands in a file before any of it is given a meaning.

In: cells as text, row by row. Out: a `TextTable` that remembers for every row the line a person
sees in an editor or spreadsheet.
Decisions: each column is kept as its distinct texts and one code per row, so that a million rows
are judged by looking at a few thousand texts.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

INVISIBLE = dict.fromkeys(
    [0x00AD, 0x180E, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF], None
)

ESCAPED_BREAK = re.compile(r"_x000[9ADad]_")  # as Excel stores a tab or a line break

ROWS_AT_ONCE = 500
USED = "used"
HEADER = "header"
TITLE = "title lines above the header"
BLANK = "blank"
SECOND_HEADER = "left out: second line of headings"
REPEATED_HEADER = "left out: header repeated"


def clean_text(text: str) -> str:
    """Give `text` without outer blanks, no-break spaces, zero-width marks or width variants."""
    if "_x000" in text:
        text = ESCAPED_BREAK.sub(" ", text)
    if text.isascii():
        return text.strip()
    return " ".join(unicodedata.normalize("NFKC", text.translate(INVISIBLE)).split())


def word_set(text: str) -> frozenset[str]:
    """Give the words of `text`, parted by blanks."""
    return frozenset(text.split())


def column_letter(position: int) -> str:
    """Give the spreadsheet's letter of the column at `position` (1 is A)."""
    letters = ""
    while position > 0:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class Coder(dict):
    """Distinct texts, numbered in order of first appearance."""

    def __missing__(self, text: str) -> int:
        code = self[text] = len(self)
        return code


@dataclass(frozen=True, eq=False)
class TextColumn:
    """One column as text.

    Attributes:
        heading: the heading as the file has it, cleaned of blanks.
        position: 1 for the first column.
        values: the distinct texts.
        codes: for each row, the index of its text in `values`; int32, one per row.
    """

    heading: str
    position: int
    values: tuple[str, ...]
    codes: np.ndarray


@dataclass(frozen=True, eq=False)
class TextTable:
    """One table as text, with the line of every row and a ledger of every line.

    Attributes:
        file: bare name of the file.
        sheet: name of the sheet, or "" when the file has none.
        columns: the columns, blank ones left out.
        lines: for each row, its line (or sheet row) counted from 1; int64.
        ledger: how many lines went where; the values sum to the lines of the file.
        decimal_comma: whether "1,5" is one and a half here.
        notes: what was mended while reading, in sentences.
        unit: what a line is called ("line", "row").
        titles: the cells of each line above the headings.
        sheet_key: name of the sheet as the file has it, never shown.
        sheet_names: for rows of several sheets, the sheets as they may be shown.
        sheet_of: for rows of several sheets, for each row the index of its sheet.
    """

    file: str
    sheet: str
    columns: tuple[TextColumn, ...]
    lines: np.ndarray
    ledger: dict[str, int]
    decimal_comma: bool = False
    notes: tuple[str, ...] = ()
    unit: str = "line"
    titles: tuple[tuple[str, ...], ...] = ()
    sheet_key: str = ""
    sheet_names: tuple[str, ...] = ()
    sheet_of: np.ndarray | None = None

    @property
    def n_rows(self) -> int:
        """Number of rows read."""
        return len(self.lines)

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings in order."""
        return tuple(column.heading for column in self.columns)

    def place(self, row: int, position: int = 0) -> str:
        """Say where `row` (and the column at `position`) stands, as its editor shows it."""
        line = int(self.lines[row])
        sheet = self.sheet
        if self.sheet_of is not None:
            sheet = self.sheet_names[int(self.sheet_of[row])]
        if sheet:
            return f"{sheet}!{column_letter(position or 1)}{line}"
        return f"{self.unit} {line}"

    def places(self, rows: Sequence[int] | np.ndarray, position: int = 0) -> tuple[str, ...]:
        """Say where the first few of `rows` stand."""
        return tuple(self.place(int(row), position) for row in rows[:10])


@dataclass
class TableBuilder:
    """Takes rows of text of one width, gives a `TextTable`'s columns.

    Rows are transposed in blocks: a dictionary look-up per cell is all the work there is.
    """

    width: int
    block: list[Sequence[str]] = field(default_factory=list)
    lines: array = field(default_factory=lambda: array("q"))

    def __post_init__(self) -> None:
        self.coders = [Coder() for _ in range(self.width)]
        self.codes = [array("i") for _ in range(self.width)]

    def add(self, row: Sequence[str], line: int) -> None:
        """Take one row of exactly `width` cells."""
        self.block.append(row)
        self.lines.append(line)
        if len(self.block) >= ROWS_AT_ONCE:
            self._flush()

    def add_block(self, rows: Sequence[Sequence[str]], start: int) -> None:
        """Take rows of exactly `width` cells that follow each other line by line."""
        self._flush()
        self.block = list(rows)
        self.lines.extend(range(start, start + len(rows)))
        self._flush()

    def _flush(self) -> None:
        if not self.block:
            return
        for coder, codes, cells in zip(
            self.coders, self.codes, zip(*self.block, strict=True), strict=False
        ):
            codes.extend(map(coder.__getitem__, cells))
        self.block = []

    def finish(self, headings: Iterable[str]) -> tuple[tuple[TextColumn, ...], np.ndarray]:
        """Give the columns and the lines; a column without heading and content is left out."""
        self._flush()
        columns = []
        for position, (heading, coder, codes) in enumerate(
            zip(headings, self.coders, self.codes, strict=True), 1
        ):
            if not heading and not any(map(str.strip, coder)):
                continue
            columns.append(
                TextColumn(heading, position, tuple(coder), np.array(codes, dtype=np.int32))
            )
        return tuple(columns), np.array(self.lines, dtype=np.int64)


def column_from_cells(heading: str, position: int, cells: Iterable[str]) -> TextColumn:
    """Give the column of `cells`."""
    coder = Coder()
    codes = np.fromiter(map(coder.__getitem__, cells), dtype=np.int32)
    return TextColumn(heading, position, tuple(coder), codes)
