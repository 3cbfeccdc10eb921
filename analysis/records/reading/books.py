"""Opens a workbook of any kind that is read: .xlsx, .xls, .ods and .fods.

In: the bytes of a file and its kind. Out: the opened workbook, or the refusal.
Decisions: each kind has a reader of its own that counts its work. A library that unpacks a whole
sheet (python-calamine) was weighed: it makes room for every cell between the first and the last
before it can be asked how many there are, so that a file of a kilobyte ends the program.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from analysis.errors import Problem
from analysis.records.reading.archive import check_archive
from analysis.records.reading.merged import SheetMarks
from analysis.records.reading.old_workbook import OldWorkbook, check_old
from analysis.records.reading.open_document import CONTENT, OpenDocument
from analysis.records.reading.parts import OnePart, Parts, find_workbook
from analysis.records.reading.workbook import Sheet, Workbook

BOOKS = ("zip", "old_office", "flat_sheet")
MANIFEST = "META-INF/manifest.xml"


class Book(Protocol):
    """An opened workbook; `sheets` in order, `rows` of one at a time."""

    sheets: list[Sheet]

    def rows(self, sheet: Sheet, marks: SheetMarks | None = None) -> Iterator[list[str]]:
        """Yield the cells of each row as text; gaps come out as blank rows."""
        ...


def open_book(data: bytes, kind: str, file: str) -> tuple[Book | None, Problem | None]:
    """Give the opened workbook, or why it is not read.

    Args:
        data: the file.
        kind: one of `BOOKS`.
        file: bare name of the file, for messages.

    Raises:
        OverLimitError, or one of `archive.DAMAGED`.
    """
    if kind == "old_office":
        refusal = check_old(data, file)
        return (None, refusal) if refusal else (OldWorkbook(data), None)
    if kind == "flat_sheet":
        return OpenDocument(OnePart(data)), None
    refusal = check_archive(data, file)
    if refusal:
        return None, refusal
    parts = Parts(data)
    if find_workbook(parts):
        return Workbook(data), None
    if _is_locked(parts):
        return None, Problem(
            "the workbook is locked with a password.",
            "Save a copy without a password, in a safe place, and use that.",
            file=file,
            code="locked",
        )
    book = OpenDocument(parts)
    if not book.sheets:
        return None, Problem(
            "this is a LibreOffice document, not a sheet.",
            "Copy its table into a sheet, or save it as CSV.",
            file=file,
            code="not_a_workbook",
        )
    return book, None


def _is_locked(parts: Parts) -> bool:
    """Tell whether a LibreOffice workbook is kept under a password."""
    found: list[str] = []

    def start(name: str, _values: dict[str, str]) -> None:
        if name.endswith(" encryption-data"):
            found.append(CONTENT)

    if MANIFEST in parts:
        parts.parse(MANIFEST, start)
    return bool(found)
