"""What an archive is, by its table of contents alone: a workbook, another document, or a bomb.

In: the bytes of a zip archive. Out: a refusal, or None when a workbook can be unpacked.
Decisions: nothing is unpacked here. The number of parts is counted before the table of contents
is read, because each takes a thousand bytes of memory and fifty on disk.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from xml.parsers import expat

from analysis.errors import Problem
from analysis.records.reading.file_kind import LARGEST_BYTES
from analysis.records.reading.parts import find_workbook, plain_part

LARGEST_RATIO = 100
SMALL_ENOUGH = 1_000_000
MOST_PARTS = 10_000
ENTRY_MARK = b"PK\x01\x02"
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
    struct.error,
)


def check_archive(data: bytes, file: str) -> Problem | None:
    """Give the refusal of an archive that is a bomb, locked, or not a workbook; else None.

    Only the table of contents is read, so a bomb is refused at once.
    """
    if data.count(ENTRY_MARK) > MOST_PARTS:
        return swells(file)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            total = sum(part.file_size for part in parts)
            names = {plain_part(part.filename) for part in parts}
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
        return swells(file)
    if locked:
        return Problem(
            "the archive is locked with a password.",
            "Save a copy without a password, in a safe place, and use that.",
            file=file,
            code="locked",
        )
    if find_workbook(names) or "content.xml" in names:
        return None
    if "xl/workbook.bin" in names:
        fault, mend = "this is a binary workbook (.xlsb).", "Save it as .xlsx."
    elif any(name.endswith(".iwa") or name == "index.zip" for name in names):
        fault, mend = (
            "this is a document of Apple's Numbers.",
            "In Numbers: File, Export To, CSV or Excel.",
        )
    elif any(name.startswith(("word/", "ppt/")) for name in names):
        fault, mend = "this is a document, not a workbook.", "Save the table as .xlsx or CSV."
    else:
        fault, mend = (
            "this is a zip archive, not a workbook.",
            "Unpack it first, then give the folder or the file inside.",
        )
    return Problem(fault, mend, file=file, code="not_a_workbook")


def swells(file: str) -> Problem:
    """Give the refusal of a workbook that is small on disk and large once unpacked."""
    return Problem(
        "the workbook unpacks to far more than a clinic's records: it is damaged or made "
        "to do harm.",
        "Copy the table into a new workbook; for very large tables use CSV or Parquet.",
        file=file,
        code="zip_bomb",
    )


def damaged(file: str) -> Problem:
    """Give the refusal of a workbook that cannot be read to the end."""
    return Problem(
        "the workbook is damaged and cannot be read to the end.",
        "Open it in your spreadsheet, let it repair the file, and save it again as .xlsx.",
        file=file,
        code="damaged_workbook",
    )
