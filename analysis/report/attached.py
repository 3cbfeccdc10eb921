"""The numbers a report carries inside: the summary attached to a PDF, found without running it.

In: the bytes of a PDF. Out: the bytes of the one file attached to it. Decisions: a report's
streams are found by their own marks and unpacked up to a bound, so that no PDF, however it was
made, costs more than its size; nothing else of it is read.
"""

from __future__ import annotations

import re
import zlib

from analysis.errors import AnalysisError

KIND = re.compile(rb"/Type\s*/EmbeddedFile\b")
LENGTH = re.compile(rb"/Length\s+(\d{1,10})\b")
FLATE = re.compile(rb"/Filter\s*(?:\[\s*)?/FlateDecode\b")
MOST_HEAD = 2_000
NO_NUMBERS = (
    "No numbers are attached to this PDF, so it is no report of this version. Give the last "
    "report's PDF, or the summary.json that stands beside it."
)


def read_attached(pdf: bytes, largest: int) -> bytes:
    """Give the file attached to a report.

    Args:
        pdf: the report's bytes; nobody vouches for them.
        largest: most bytes it may unpack to.

    Raises:
        AnalysisError: if none is attached, more than one is, or it is larger.
    """
    found = [_unpack(pdf, start, head, largest) for start, head in _find_streams(pdf)]
    if len(found) != 1:
        raise AnalysisError(NO_NUMBERS)
    return found[0]


def _find_streams(pdf: bytes) -> list[tuple[int, bytes]]:
    """Give where each attached file's bytes begin, and the entries that describe them."""
    streams = []
    for kind in KIND.finditer(pdf):
        end = pdf.find(b"stream", kind.end(), kind.end() + MOST_HEAD)
        begin = pdf.rfind(b" obj", max(kind.start() - MOST_HEAD, 0), kind.start())
        if end < 0 or begin < 0:
            continue
        start = end + len(b"stream")
        start += 2 if pdf[start : start + 2] == b"\r\n" else 1
        streams.append((start, pdf[begin:end]))
    return streams


def _unpack(pdf: bytes, start: int, head: bytes, largest: int) -> bytes:
    length = LENGTH.search(head)
    if length is None:
        raise AnalysisError(NO_NUMBERS)
    packed = pdf[start : start + int(length[1])]
    if not FLATE.search(head):
        return packed
    unpacker = zlib.decompressobj()
    try:
        data = unpacker.decompress(packed, largest + 1)
    except zlib.error:
        raise AnalysisError(NO_NUMBERS) from None
    if len(data) > largest:
        raise AnalysisError(NO_NUMBERS)
    return data
