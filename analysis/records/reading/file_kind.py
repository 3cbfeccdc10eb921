"""What a file is, by its first bytes: never by its name.

In: bytes. Out: text with its encoding, or the reason why this is not a table.
Decisions: only kinds that clinics were seen to hand in are told apart; each has its own mend.
"""

from __future__ import annotations

import codecs
import re

from analysis.errors import Problem

LARGEST_BYTES = 200_000_000
LARGEST_TEXT_BYTES = 500_000_000
LARGEST_ROWS = 8_000_000
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
SAVE_AS = "Open it in your spreadsheet and save it as CSV UTF-8 or as .xlsx."


EXPORT = "Export it there as CSV (UTF-8), with labels instead of numbers where it asks."
MARKS = (
    (b"$FL2", "spss"),
    (b"$FL3", "spss"),
    (b"<stata_dta>", "stata"),
    (b"ARROW1", "feather"),
    (b"FEA1", "feather"),
    (b"HEADER RECORD*******LIBRARY HEADER", "sas"),
    (b"\x00" * 12 + b"\xc2\xea\x81\x60", "sas"),
    (b"RDX", "r_data"),
    (b"\x00\x01\x00\x00Standard", "access"),
)
STATA = re.compile(rb"[\x69-\x73][\x01\x02]\x01\x00")


def kind_of(data: bytes) -> str:
    """Tell what the bytes are: "zip", "parquet", "text", or the name of an unreadable kind."""
    head = data[:2048]
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return "zip"
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(OLD_OFFICE):
        return "locked" if ENCRYPTED in data else "old_office"
    for mark, kind in MARKS:
        if head.startswith(mark):
            return kind
    if re.match(rb"\x80[\x02-\x05]", head):
        return "pickle"
    if head.startswith(b"\x1f\x8b") or head.startswith(
        (b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!")
    ):
        return "archive"
    if head.startswith(b"%PDF"):
        return "pdf"
    if STATA.match(head):
        return "stata"
    start = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:64].lower()
    if b"office:document" in head and b"opendocument.spreadsheet" in head:
        return "flat_sheet"
    if start.startswith((b"<!doctype", b"<html", b"<table", b"<?xml", b"<head", b"<meta")):
        return "html"
    if start.startswith((b"{", b"[{")):
        return "json"
    if start.startswith(b"{\\rtf") or head.startswith(
        (b"SQLite format", b"\x89PNG", b"\xff\xd8\xff")
    ):
        return "other"
    return "text"


UNREADABLE = {
    "spss": ("this is an SPSS file (.sav).", f"{EXPORT} In SPSS: File, Save As, type CSV."),
    "stata": ("this is a Stata file (.dta).", f"{EXPORT} In Stata: export delimited."),
    "sas": ("this is a SAS file.", f"{EXPORT} In SAS: PROC EXPORT with DBMS=CSV."),
    "feather": ("this is a Feather (Arrow) file.", "Save it as Parquet (.parquet) or CSV."),
    "r_data": ("this is an R data file.", "Write it in R with write.csv(..., row.names = FALSE)."),
    "access": ("this is an Access database.", "Export the table there as .xlsx or CSV."),
    "locked": (
        "the workbook is locked with a password.",
        "Save a copy without a password, in a safe place, and use that.",
    ),
    "pickle": (
        "this is a Python pickle, which can run programs when opened.",
        "Ask for the records as CSV or .xlsx; pickles are never opened here.",
    ),
    "archive": ("this is a compressed archive.", "Unpack it first, then give the folder inside."),
    "pdf": ("this is a PDF, not a table.", "Export the records as CSV or .xlsx instead."),
    "html": (
        "this is a web page, whatever its name says: some systems export .xls files so.",
        SAVE_AS,
    ),
    "json": (
        "this is JSON, not a table.",
        "FHIR bundles are turned into tables by analysis.prepare --fhir (README.md has "
        "the command).",
    ),
    "other": ("this is not a table that can be read.", SAVE_AS),
}


def refuse_kind(kind: str, file: str) -> Problem:
    """Give the refusal of an unreadable kind of file."""
    fault, mend = UNREADABLE[kind]
    return Problem(fault, mend, file=file, code=kind)


def decode_text(data: bytes, file: str) -> tuple[str, list[str], Problem | None]:
    """Give the text with universal line ends, notes on what was mended, and a refusal if any.

    A byte-order mark decides; then UTF-8; then Windows' Western code page (cp1252).
    """
    notes = []
    text = None
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(mark):
            try:
                text = data[len(mark) :].decode(encoding)
            except UnicodeDecodeError:
                return "", [], _undecodable(data, file)
            if encoding != "utf-8":
                notes.append("read as UTF-16, as its first bytes say")
            break
    if text is None:
        nul = data.find(b"\0")
        if nul >= 0:
            return "", [], _nul(data[:nul].decode("latin-1"), file)
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            try:
                text = data.decode("cp1252")
                notes.append("read as Windows Western text (cp1252), because it is not UTF-8")
            except UnicodeDecodeError:
                return "", [], _undecodable(data, file)
    if "\0" in text:
        return "", [], _nul(text[: text.index("\0")], file)
    if "\r" in text:
        if re.search(r"\r(?!\n)", text):
            notes.append("line ends of old Macs (CR) read as line ends")
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text, notes, None


def _line_of(text: str) -> str:
    return f"line {len(re.findall(chr(13) + chr(10) + '|' + chr(13) + '|' + chr(10), text)) + 1}"


def _nul(before: str, file: str) -> Problem:
    return Problem(
        "there is a NUL byte, which no spreadsheet writes: the file is damaged, or it is UTF-16 "
        "without its mark.",
        "Export it again as CSV UTF-8.",
        file=file,
        places=(_line_of(before),),
        n_places=1,
        code="nul",
    )


def _undecodable(data: bytes, file: str) -> Problem:
    return Problem(
        "the text is neither UTF-8, UTF-16 nor Windows Western (cp1252).",
        "Export it again as CSV UTF-8.",
        file=file,
        code="encoding",
    )
