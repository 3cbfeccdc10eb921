"""What the pages of a Parquet file hold, by their own headers: sizes, counts and encodings.

In: the bytes of a file and where its column chunks lie. Out: one `Page` for each page.
Decisions: the footer can lie about what is inside, and the library believes the pages, so the
pages are asked. Only headers are read; nothing is unpacked. Source: the Thrift definition of
Parquet (PageHeader) and the Thrift compact protocol.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

MOST_NESTED = 8
BOOL_TRUE, BOOL_FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(1, 13)
PAGE_TYPE, UNPACKED, PACKED, DATA, DICTIONARY, DATA_V2 = 1, 2, 3, 5, 7, 8
DICTIONARY_PAGE = 2
ENCODING_AT = {DATA: 2, DICTIONARY: 2, DATA_V2: 4}


@dataclass(frozen=True)
class Page:
    """One page as its header says.

    Attributes:
        unpacked: bytes once unpacked.
        n_values: how many values; 0 for a page of a dictionary.
        encoding: number of the encoding of its values.
    """

    unpacked: int
    n_values: int
    encoding: int


def read_pages(data: bytes, start: int, length: int) -> Iterator[Page]:
    """Yield the pages of the column chunk at `start`.

    Raises:
        ValueError, IndexError: if the headers make no sense.
    """
    at, end = start, start + length
    if start < 0 or length < 0 or end > len(data):
        raise ValueError
    while at < end:
        header, at = _read_struct(data, at, 0)
        packed, unpacked = header.get(PACKED), header.get(UNPACKED)
        body = next((key for key in (DATA, DICTIONARY, DATA_V2) if key in header), None)
        if not isinstance(packed, int) or not isinstance(unpacked, int):
            raise ValueError
        if packed < 0 or unpacked < 0 or at + packed > end:
            raise ValueError
        at += packed
        if body is None:
            continue
        about = header[body]
        if not isinstance(about, dict):
            raise ValueError
        n_values, encoding = about.get(1), about.get(ENCODING_AT[body])
        if not isinstance(n_values, int) or not isinstance(encoding, int) or n_values < 0:
            raise ValueError
        counted = 0 if header.get(PAGE_TYPE) == DICTIONARY_PAGE else n_values
        yield Page(unpacked, counted, encoding)


def _read_number(data: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
        shift += 7
        if shift > 63:
            raise ValueError


def _read_signed(data: bytes, at: int) -> tuple[int, int]:
    number, at = _read_number(data, at)
    return (number >> 1) ^ -(number & 1), at


def _read_struct(data: bytes, at: int, depth: int) -> tuple[dict[int, object], int]:
    """Give the fields of a structure by number, and where it ends."""
    if depth > MOST_NESTED:
        raise ValueError
    fields: dict[int, object] = {}
    key = 0
    while (byte := data[at]) != 0:
        at += 1
        if byte >> 4:
            key += byte >> 4
        else:
            key, at = _read_signed(data, at)
        fields[key], at = _read_value(data, at, byte & 0x0F, depth)
    return fields, at + 1


def _read_value(data: bytes, at: int, kind: int, depth: int) -> tuple[object, int]:
    if kind in (BOOL_TRUE, BOOL_FALSE):
        return kind == BOOL_TRUE, at
    if kind == BYTE:
        return data[at], at + 1
    if kind in (I16, I32, I64):
        return _read_signed(data, at)
    if kind == DOUBLE:
        return None, at + 8
    if kind == BINARY:
        length, at = _read_number(data, at)
        return None, at + length
    if kind == STRUCT:
        return _read_struct(data, at, depth + 1)
    # A page header has no lists, sets or maps.
    raise ValueError
