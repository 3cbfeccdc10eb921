"""Reads delimited text (CSV and its kin) into a `TextTable`, every line accounted for.

In: the bytes of one file. Out: a `TextTable`, or the problems that stop it. The delimiter is
taken from the line of headings, the number of cells in a line is strict, and a quotation mark
left open is a fault, because each of the three otherwise moves values into other columns
without a word.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np

from analysis.errors import EXAMPLES_SHOWN, Problem
from analysis.records.headings import count_known, count_likely, plain_name
from analysis.records.sniff import LARGEST_ROWS, decode_text
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

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
HEADER_WITHIN = 10
Row = tuple[list[str], int, int]


def read_delimited(
    data: bytes,
    file: str,
    columns: Mapping[str, str] | None = None,
    watch: Callable[[Iterable], Iterable] = iter,
    line_breaks: bool = False,
) -> tuple[TextTable | None, list[Problem]]:
    """Read delimited text.

    Args:
        data: the whole file.
        file: its bare name, for messages.
        columns: a clinic's mapping of headings, which helps to find the header line.
        watch: wraps the rows, to show progress.
        line_breaks: whether a quoted cell may run over lines.
    """
    text, notes, problem = decode_text(data, file)
    if problem:
        return None, [problem]
    if not text.strip():
        return None, [Problem("the file is empty.", "Export it again.", file=file, code="empty")]
    n_lines = text.count("\n") + (not text.endswith("\n"))
    if n_lines > LARGEST_ROWS + HEADER_WITHIN:
        return None, [too_many_rows(file)]
    delimiter = _choose_delimiter(text, columns)
    if delimiter != ",":
        notes.append(f"columns are parted by {DELIMITERS[delimiter]}s")
    try:
        rows = _Rows(text, delimiter, n_lines)
        table, problems = build_table(
            watch(rows),
            file,
            "",
            columns,
            decimal_comma=delimiter in ";\t",
            notes=notes,
            line_breaks=line_breaks,
        )
    except csv.Error:
        return None, [_open_quote(file, rows.start)]
    return table, problems


class _Rows:
    """Yields (cells, first line, lines taken) and remembers where the last one began."""

    def __init__(self, text: str, delimiter: str, n_lines: int) -> None:
        self.reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=delimiter, strict=True)
        self.start = 1
        self.n_lines = n_lines

    def __len__(self) -> int:
        return self.n_lines

    def __iter__(self) -> Iterator[Row]:
        reader = self.reader
        for cells in reader:
            end = reader.line_num
            yield cells, self.start, end - self.start + 1
            self.start = end + 1


def _open_quote(file: str, line: int) -> Problem:
    return Problem(
        "a quotation mark is opened and not closed in the right place, so that lines run together.",
        "Remove the stray quotation mark, or export the file again.",
        file=file,
        places=(f"line {line}",),
        n_places=1,
        code="open_quote",
    )


def _first_lines(text: str, delimiter: str) -> list[list[str]]:
    lines, start = [], 0
    while len(lines) < HEADER_WITHIN + 1 and start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if text[start:end].strip():
            lines.append(text[start : min(end, start + 100_000)])
        start = end + 1
    return [row for line in lines for row in csv.reader([line], delimiter=delimiter)]


def _choose_delimiter(text: str, columns: Mapping[str, str] | None) -> str:
    def merit(delimiter: str) -> tuple[int, int, int]:
        try:
            rows = _first_lines(text, delimiter)
        except csv.Error:
            return (0, 0, 0)
        best = max(rows, key=lambda row: (count_known(row, columns), count_likely(row)), default=[])
        return (count_known(best, columns), count_likely(best), len(rows[0]) if rows else 0)

    return max(DELIMITERS, key=merit)


def find_header(rows: list[list[str]], columns: Mapping[str, str] | None) -> int:
    """Give the index of the row of headings among the first rows.

    The row with most known headings, the first of equals; without any, the first row that is
    not blank.
    """
    merits = [(count_known(row, columns), count_likely(row)) for row in rows[:HEADER_WITHIN]]
    best = max(range(len(merits)), key=lambda i: merits[i])
    if merits[best] == (0, 0):
        return next(i for i, row in enumerate(rows) if any(map(str.strip, row)))
    return best


def build_table(
    rows: Iterable[Row],
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
    """Turn rows of cells into a `TextTable`: find the headings, count every line.

    Args:
        rows: (cells, first line, lines taken) in order.
        file: bare name of the file, for messages.
        sheet: name of the sheet, or "".
        columns: a clinic's mapping of headings.
        decimal_comma: passed on.
        notes: what was mended so far.
        unit: what a line is called.
        line_breaks: whether a quoted cell may run over lines (free text of a raw export).
        padded: whether a row may stop early (a workbook stores no empty cells at its end).
    """
    notes = list(notes)
    ledger: Counter[str] = Counter()
    iterator = iter(rows)
    first: list[Row] = []
    n_filled = 0
    for row in iterator:
        first.append(row)
        n_filled += any(map(str.strip, row[0]))
        if n_filled > HEADER_WITHIN:
            break
    if not n_filled:
        return None, [
            Problem("there is nothing in it.", "Export it again.", file=file, code="empty")
        ]
    filled = [row for row in first if any(map(str.strip, row[0]))]
    header_index = find_header([row[0] for row in filled], columns)
    header_cells, header_line, header_lines = filled[header_index]
    n_title = 0
    for cells, line, taken in first:
        if line < header_line:
            blank = not any(map(str.strip, cells))
            ledger[BLANK if blank else TITLE] += taken
            n_title += not blank
    if n_title:
        notes.append(f"{n_title} title {'line' if n_title == 1 else 'lines'} above the headings")
    ledger[HEADER] = header_lines
    headings = [clean_text(cell) for cell in header_cells]
    while len(headings) > 1 and not headings[-1]:
        headings.pop()
    spare = len(header_cells) - len(headings)
    width = len(headings)
    builder = TableBuilder(width)
    wrong: list[int] = []
    n_wrong = 0
    broken: list[int] = []
    n_broken = 0
    plain_header = [plain_name(heading) for heading in headings]

    def rest() -> Iterator[Row]:
        yield from (row for row in first if row[1] > header_line)
        yield from iterator

    n_used = 0
    second: list[int] = []
    known_header = count_known(headings, columns) >= 2
    for cells, line, taken in rest():
        if known_header and not n_used and not second and _reads_like_headings(cells, plain_header):
            second.append(line)
            ledger[SECOND_HEADER] += taken
            continue
        n = len(cells)
        if padded and n < width:
            cells = cells + [""] * (width - n)
            n = width
        if (spare or padded) and n > width and not any(map(str.strip, cells[width:])):
            cells = cells[:width]
            n = width
        if n == width and (taken == 1 or line_breaks) and cells[0] and not cells[0].isspace():
            if cells[0] == header_cells[0] and [plain_name(c) for c in cells] == plain_header:
                ledger[REPEATED_HEADER] += 1
                continue
            builder.add(cells, line)
            n_used += 1
            continue
        if not any(map(str.strip, cells)):
            ledger[BLANK] += taken
            continue
        if taken > 1 and not line_breaks:
            n_broken += 1
            broken.append(line) if n_broken <= EXAMPLES_SHOWN else None
        elif n != width:
            n_wrong += 1
            wrong.append(line) if n_wrong <= EXAMPLES_SHOWN else None
        else:
            builder.add(cells, line)
            n_used += 1
    problems = []
    if second:
        problems.append(
            Problem(
                "the headings take two lines, or a line of units stands under them.",
                "Keep one line of headings, with one name for each column.",
                file=file,
                places=(f"{unit} {second[0]}",),
                n_places=1,
                code="two_row_header",
            )
        )
    if n_broken:
        problems.append(
            Problem(
                "a cell runs over several lines: a quotation mark is open, or there is a line "
                "break inside a cell.",
                "Remove the stray quotation mark or the line break inside the cell.",
                file=file,
                places=tuple(f"{unit} {line}" for line in broken),
                n_places=n_broken,
                code="open_quote",
            )
        )
    if n_wrong:
        problems.append(
            Problem(
                f"the number of cells is not the {width} of the headings, so that values would "
                "stand under the wrong heading.",
                "Look for a cut-off line, an extra comma at the end or a comma inside a cell, "
                "and export the file again.",
                file=file,
                places=tuple(f"{unit} {line}" for line in wrong),
                n_places=n_wrong,
                code="ragged",
            )
        )
    ledger[USED] = n_used
    if ledger[REPEATED_HEADER]:
        n = ledger[REPEATED_HEADER]
        notes.append(f"headings repeated among the records left out ({n} {unit}{'s'[: n > 1]})")
    text_columns, lines = builder.finish(headings)
    dropped = width - len(text_columns) + spare
    if dropped:
        notes.append(f"{dropped} blank {'column' if dropped == 1 else 'columns'} left out")
    if ledger[BLANK]:
        notes.append(f"{ledger[BLANK]} blank {unit}{'' if ledger[BLANK] == 1 else 's'} left out")
    table = TextTable(
        file,
        sheet,
        text_columns,
        np.asarray(lines),
        dict(ledger),
        decimal_comma,
        tuple(notes),
        unit,
    )
    return table, problems


def _reads_like_headings(cells: list[str], plain_header: list[str]) -> bool:
    """Tell whether a row under the headings holds words only: records always hold digits."""
    filled = [cell for cell in cells if cell.strip()]
    if [plain_name(cell) for cell in cells] == plain_header:
        return False
    return len(filled) > 1 and not any(sign.isdigit() for cell in filled for sign in cell)


def too_many_rows(file: str) -> Problem:
    """Give the refusal of a text file that is too long."""
    return Problem(
        f"there are more than {LARGEST_ROWS:,} rows.",
        "Save the table as Parquet (.parquet), which is read at this size.",
        file=file,
        code="too_large",
    )
