"""Reads delimited text (CSV and its kin) into a `TextTable`, every line accounted for.

In: the bytes of one file. Out: a `TextTable`, or the problems that stop it.
Decisions: the delimiter is taken from the line of headings, the number of cells in a line is
strict, and a quotation mark left open is a fault, because each of the three otherwise moves
values into other columns without a word.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Protocol

from analysis.errors import Problem
from analysis.records.headings import count_names
from analysis.records.reading.file_kind import LARGEST_ROWS, LARGEST_TEXT_BYTES, decode_text
from analysis.records.reading.rows import HEADER_WITHIN, Block, Watch, build_table
from analysis.records.text import TextTable

LONGEST_LINE = 500_000
LONG_LINE = 20_000
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
LINES_AT_ONCE, LONG_LINES_AT_ONCE = 500, 10
SIGNS_AT_ONCE = 1 << 20


def read_delimited(
    data: bytes,
    file: str,
    columns: Mapping[str, str] | None = None,
    watch: Watch = iter,
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
    if _has_line_over(text, LONGEST_LINE):
        return None, [_long_line(file)]
    delimiter = _choose_delimiter(text, columns)
    if delimiter != ",":
        notes.append(f"columns are parted by {DELIMITERS[delimiter]}s")
    try:
        return build_table(
            watch(_blocks(text, delimiter)),
            file,
            "",
            columns,
            decimal_comma=delimiter in ";\t",
            notes=notes,
            line_breaks=line_breaks,
        )
    except csv.Error:
        return None, [_open_quote(file, _last_start(text, delimiter))]


class _RowReader(Protocol):
    """What the csv module gives: rows, and how many lines they took so far."""

    @property
    def line_num(self) -> int: ...

    def __iter__(self) -> Iterator[list[str]]: ...


def _read(text: str, delimiter: str) -> _RowReader:
    return csv.reader(_lines(text), delimiter=delimiter, strict=True)


def _lines(text: str) -> Iterator[str]:
    """Yield the lines with their ends; in pieces, because `StringIO` takes four bytes a sign."""
    start = 0
    while start < len(text):
        end = text.rfind("\n", start, start + SIGNS_AT_ONCE) + 1 or text.find("\n", start) + 1
        end = end or len(text)
        yield from io.StringIO(text[start:end], newline="\n")
        start = end


def _blocks(text: str, delimiter: str) -> Iterator[Block]:
    """Yield blocks of rows; the first is short, so that headings are looked for in few rows."""
    reader = _read(text, delimiter)
    rest = iter(reader)
    at_once = LONG_LINES_AT_ONCE if _has_line_over(text, LONG_LINE) else LINES_AT_ONCE
    line, size = 1, min(at_once, 4 * HEADER_WITHIN)
    while rows := list(islice(rest, size)):
        n_lines = reader.line_num - line + 1
        if n_lines == len(rows):
            taken = None
        else:
            taken = [1 + sum(cell.count("\n") for cell in row) for row in rows]
        yield Block(rows, line, taken)
        line, size = line + n_lines, at_once


def _has_line_over(text: str, longest: int) -> bool:
    """Tell whether a line is longer than `longest`, looking at few places only."""
    start = 0
    while start + longest < len(text):
        end = text.rfind("\n", start, start + longest + 1)
        if end < 0:
            return True
        start = end + 1
    return False


def _long_line(file: str) -> Problem:
    return Problem(
        f"a line is longer than {LONGEST_LINE:,} signs.",
        "Look for a missing line end or a line of stray commas, and export the file again.",
        file=file,
        code="long_line",
    )


def _last_start(text: str, delimiter: str) -> int:
    """Give the line where the row begins that cannot be read to its end."""
    reader, start = _read(text, delimiter), 1
    try:
        for _ in reader:
            start = reader.line_num + 1
    except csv.Error:
        pass
    return start


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
    lines: list[str] = []
    start = 0
    while len(lines) < HEADER_WITHIN + 1 and start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if text[start:end].strip():
            lines.append(text[start : min(end, start + LONG_LINE)])
        start = end + 1
    return [row for line in lines for row in csv.reader([line], delimiter=delimiter)]


def _choose_delimiter(text: str, columns: Mapping[str, str] | None) -> str:
    def merit(delimiter: str) -> tuple[int, int, int]:
        try:
            rows = _first_lines(text, delimiter)
        except csv.Error:
            return (0, 0, 0)
        best = max((count_names(row, columns) for row in rows), default=(0, 0))
        return (*best, len(rows[0]) if rows else 0)

    return max(DELIMITERS, key=merit)


def too_many_rows(file: str) -> Problem:
    """Give the refusal of a text file that is too long."""
    return Problem(
        f"the file is larger than {LARGEST_TEXT_BYTES // 10**6} MB, or has more than "
        f"{LARGEST_ROWS:,} rows.",
        "Save the table as Parquet (.parquet), which is read at this size.",
        file=file,
        code="too_large",
    )
