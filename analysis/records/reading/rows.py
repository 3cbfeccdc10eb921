"""From rows of cells to a `TextTable`: find the headings, count every line.

In: blocks of rows, from text or from a sheet. Out: a `TextTable` and what stands in its way.
Decisions: a row whose number of cells is not that of the headings is a fault; blank rows, titles
above the headings and headings repeated are left out and counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice

from analysis.errors import EXAMPLES_SHOWN, Problem
from analysis.records.headings import count_names, plain_name
from analysis.records.reading.header import (
    HEADER_WITHIN,
    find_header,
    is_second_row,
    join_headings,
)
from analysis.records.reading.limits import WIDEST, check_cells, check_headings, too_wide
from analysis.records.text import (
    BLANK,
    HEADER,
    REPEATED_HEADER,
    SECOND_HEADER,
    TITLE,
    USED,
    TableBuilder,
    TextTable,
    clean_text,
)

ROWS_AT_ONCE = 1_000
Row = tuple[list[str], int, int]


@dataclass(frozen=True)
class Block:
    """Some rows in order.

    Attributes:
        rows: the cells of each row.
        start: line of the first row.
        taken: how many lines each row takes; None when each takes one.
    """

    rows: list[list[str]]
    start: int
    taken: list[int] | None = None

    def __iter__(self) -> Iterator[Row]:
        line = self.start
        for row, taken in zip(self.rows, self.taken or [1] * len(self.rows), strict=True):
            yield row, line, taken
            line += taken


Watch = Callable[[Iterable[Block]], Iterable[Block]]


def gather_rows(rows: Iterable[list[str]]) -> Iterator[Block]:
    """Yield rows of one line each as blocks."""
    rows, start = iter(rows), 1
    while some := list(islice(rows, ROWS_AT_ONCE)):
        yield Block(some, start)
        start += len(some)


def is_filled(cells: Iterable[str]) -> bool:
    """Tell whether any cell holds more than blanks."""
    return bool("".join(cells).strip())


def build_table(
    blocks: Iterable[Block],
    file: str,
    sheet: str,
    columns: Mapping[str, str] | None,
    *,
    decimal_comma: bool = False,
    notes: Iterable[str] = (),
    unit: str = "line",
    padded: bool = False,
    line_breaks: bool = False,
) -> tuple[TextTable | None, list[Problem]]:
    """Turn blocks of rows into a `TextTable`.

    Args:
        blocks: the rows in order.
        file: bare name of the file, for messages.
        sheet: name of the sheet, or "".
        columns: a clinic's mapping of headings.
        decimal_comma: passed on.
        notes: what was mended so far.
        unit: what a line is called.
        padded: whether a row may stop early (a workbook stores no empty cells at its end).
        line_breaks: whether a quoted cell may run over lines (free text of a raw export).
    """
    blocks = _watch_width(blocks)
    try:
        return _build(blocks, file, sheet, columns, decimal_comma, notes, unit, padded, line_breaks)
    except _TooWideError as found:
        return None, [too_wide(file, unit, found.line)]


class _TooWideError(Exception):
    """A row is wider than any spreadsheet."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def _watch_width(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        if block.rows and max(map(len, block.rows)) > WIDEST:
            raise _TooWideError(next(line for row, line, _ in block if len(row) > WIDEST))
        yield block


def _build(
    blocks: Iterator[Block],
    file: str,
    sheet: str,
    columns: Mapping[str, str] | None,
    decimal_comma: bool,
    notes: Iterable[str],
    unit: str,
    padded: bool,
    line_breaks: bool,
) -> tuple[TextTable | None, list[Problem]]:
    first: list[Row] = []
    n_filled = 0
    for block in blocks:
        first += block
        n_filled += sum(is_filled(row) for row in block.rows)
        if n_filled > HEADER_WITHIN:
            break
    if not n_filled:
        return None, [
            Problem("there is nothing in it.", "Export it again.", file=file, code="empty")
        ]
    filled = [row for row in first if is_filled(row[0])]
    header = _take_two(filled, find_header([row[0] for row in filled], columns))
    maker = _TableMaker(header, columns, padded=padded, line_breaks=line_breaks)
    refusal = check_headings(maker.headings, file)
    if refusal:
        return None, [refusal]
    for row in first:
        if row[1] < header[1]:
            maker.take_title(row)
        elif row[1] >= header[1] + header[2]:
            maker.take_row(*row)
    for block in blocks:
        maker.take_block(block)
    table = maker.finish(file, sheet, decimal_comma, [*notes, *maker.tell(unit)], unit)
    too_long = check_cells(table)
    return (None if too_long else table), [*maker.problems(file, unit), *too_long]


def _take_two(filled: list[Row], found: int) -> Row:
    """Give the row of headings, joined with the one above or below when both are headings."""
    header = filled[found]
    if found + 1 < len(filled):
        below = filled[found + 1]
        if below[1] == header[1] + header[2] and is_second_row(header[0], below[0]):
            joined = join_headings(header[0], below[0])
            return joined or header[0], header[1], header[2] + below[2]
    if found:
        above = filled[found - 1]
        joined = join_headings(above[0], header[0])
        if joined and above[1] + above[2] == header[1]:
            return joined, above[1], above[2] + header[2]
    return header


class _TableMaker:
    """Takes rows under one line of headings, and keeps the book of what became of each."""

    def __init__(
        self,
        header: Row,
        columns: Mapping[str, str] | None,
        *,
        padded: bool,
        line_breaks: bool,
    ) -> None:
        cells, _, taken = header
        self.headings = [clean_text(cell) for cell in cells]
        while len(self.headings) > 1 and not self.headings[-1]:
            self.headings.pop()
        self.width = len(self.headings)
        self.spare = len(cells) - self.width
        self.first_cell = cells[0]
        self.plain = [plain_name(heading) for heading in self.headings]
        self.known = count_names(self.headings, columns)[0] >= 2
        self.padded, self.line_breaks = padded, line_breaks
        self.builder = TableBuilder(self.width)
        self.ledger: Counter[str] = Counter({HEADER: taken})
        self.second: list[int] = []
        self.ragged: list[int] = []
        self.broken: list[int] = []
        self.titles: list[tuple[str, ...]] = []
        self.n_ragged = self.n_broken = self.n_used = self.n_title = 0

    def take_title(self, row: Row) -> None:
        """Take a row above the headings."""
        blank = not is_filled(row[0])
        self.ledger[BLANK if blank else TITLE] += row[2]
        self.n_title += not blank
        if not blank:
            self.titles.append(tuple(clean_text(cell) for cell in row[0] if cell.strip()))

    def take_block(self, block: Block) -> None:
        """Take many rows; at once when nothing about them needs a second look."""
        if self.n_used and block.taken is None and self._is_plain(block.rows):
            self.builder.add_block(block.rows, block.start)
            self.n_used += len(block.rows)
            return
        for row in block:
            self.take_row(*row)

    def _is_plain(self, rows: list[list[str]]) -> bool:
        if set(map(len, rows)) != {self.width}:
            return False
        starts = {row[0] for row in rows}
        return self.first_cell not in starts and all(map(str.strip, starts))

    def take_row(self, cells: list[str], line: int, taken: int) -> None:
        """Take one row under the headings."""
        if not is_filled(cells):
            self.ledger[BLANK] += taken
            return
        if self.padded and len(cells) < self.width:
            cells = cells + [""] * (self.width - len(cells))
        if (self.spare or self.padded) and not is_filled(cells[self.width :]):
            cells = cells[: self.width]
        if len(cells) == self.width and self._repeats_headings(cells):
            self.ledger[REPEATED_HEADER] += taken
        elif self.known and not self.n_used and not self.second and _holds_words_only(cells):
            self.second.append(line)
            self.ledger[SECOND_HEADER] += taken
        elif taken > 1 and not self.line_breaks:
            self.n_broken += 1
            self.broken += [line] * (self.n_broken <= EXAMPLES_SHOWN)
        elif len(cells) != self.width:
            self.n_ragged += 1
            self.ragged += [line] * (self.n_ragged <= EXAMPLES_SHOWN)
        else:
            self.builder.add(cells, line)
            self.n_used += 1
            self.ledger[USED] += taken - 1

    def _repeats_headings(self, cells: list[str]) -> bool:
        return clean_text(cells[0]) == self.headings[0] and self.plain == [
            plain_name(cell) for cell in cells
        ]

    def finish(
        self, file: str, sheet: str, decimal_comma: bool, notes: list[str], unit: str
    ) -> TextTable:
        """Give the table, every line in its ledger."""
        columns, lines = self.builder.finish(self.headings)
        self.ledger[USED] += self.n_used
        dropped = self.width - len(columns) + self.spare
        if dropped:
            notes.append(f"{dropped} blank {'column' if dropped == 1 else 'columns'} left out")
        return TextTable(
            file,
            sheet,
            columns,
            lines,
            dict(self.ledger),
            decimal_comma,
            tuple(notes),
            unit,
            tuple(self.titles),
        )

    def tell(self, unit: str) -> list[str]:
        """Say what was left out that a person may wonder about."""
        told = []
        for n, what in (
            (self.n_title, f"title {unit}{'s'[: self.n_title > 1]} above the headings"),
            (self.ledger[BLANK], f"blank {unit}{'s'[: self.ledger[BLANK] > 1]} left out"),
        ):
            if n:
                told.append(f"{n:,} {what}")
        n = self.ledger[REPEATED_HEADER]
        if n:
            told.append(f"headings repeated among the records left out ({n:,})")
        return told

    def problems(self, file: str, unit: str) -> list[Problem]:
        """Give what is wrong with the shape of the table."""
        found = (
            (
                self.second,
                len(self.second),
                "two_row_header",
                "the headings take two lines, or a line of units stands under them.",
                "Keep one line of headings, with one name for each column.",
            ),
            (
                self.broken,
                self.n_broken,
                "open_quote",
                "a cell runs over several lines: a quotation mark is open, or there is a line "
                "break inside a cell.",
                "Remove the stray quotation mark or the line break inside the cell.",
            ),
            (
                self.ragged,
                self.n_ragged,
                "ragged",
                f"the number of cells is not the {self.width} of the headings, so that values "
                "would stand under the wrong heading.",
                "Look for a cut-off line, an extra comma at the end or a comma inside a cell, "
                "and export the file again.",
            ),
        )
        return [
            Problem(
                fault,
                mend,
                file=file,
                places=tuple(f"{unit} {line}" for line in lines),
                n_places=n,
                code=code,
            )
            for lines, n, code, fault, mend in found
            if n
        ]


def _holds_words_only(cells: list[str]) -> bool:
    """Tell whether a row under the headings holds words only: records always hold digits."""
    filled = [cell for cell in cells if cell.strip()]
    return len(filled) > 1 and not any(map(str.isdigit, chain.from_iterable(filled)))
