"""What a Parquet file holds, by its footer and by its pages' own headers: counts, sizes, encodings.

In: the bytes of a file. Out: `Footer`, and one `Page` for each page of a column chunk.
Decisions: the footer can lie about what is inside, and the library believes the pages, so both
are asked. They are read here, because the library's own look at a damaged footer can end the
process (pyarrow 26: a wrong histogram of sizes). A field that stands twice or has another type
than it should is damage: readers disagree about which they believe. Nothing is unpacked. Source:
the Thrift definition of Parquet (FileMetaData, PageHeader) and the Thrift compact protocol.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

MARK = b"PAR1"
LARGEST_FOOTER = 4_000_000
MOST_NESTED = 8
BOOL_TRUE, BOOL_FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, _, STRUCT = range(1, 13)
ROWS_OF_FILE, GROUPS = 3, 4
CHUNKS, ROWS_OF_GROUP = 1, 3
OTHER_FILE, CHUNK_ABOUT = 1, 3
CHUNK_VALUES, CHUNK_PACKED, FIRST_DATA, FIRST_DICTIONARY = 5, 7, 9, 11
PAGE_TYPE, UNPACKED, PACKED, DATA, DICTIONARY, DATA_V2 = 1, 2, 3, 5, 7, 8
DATA_PAGE, DICTIONARY_PAGE, DATA_PAGE_V2 = 0, 2, 3
BODY_OF = {DATA_PAGE: DATA, DICTIONARY_PAGE: DICTIONARY, DATA_PAGE_V2: DATA_V2}
N_VALUES = 1
ENCODING_AT = {DATA: 2, DICTIONARY: 2, DATA_V2: 4}

Value = tuple[int, object]
Fields = dict[int, Value]


@dataclass(frozen=True)
class Chunk:
    """Where the pages of one column and row group lie: first byte, bytes, and their values."""

    start: int
    length: int
    n_values: int


@dataclass(frozen=True)
class Footer:
    """What the footer says.

    Attributes:
        n_rows: rows of the file.
        groups: for each row group its rows and its chunks, one for each column.
    """

    n_rows: int
    groups: tuple[tuple[int, tuple[Chunk, ...]], ...]


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


def read_footer(data: bytes) -> Footer:
    """Read the footer.

    Raises:
        ValueError, IndexError: if it makes no sense, is encrypted, or is larger than a table of
            a thousand columns needs.
    """
    length = int.from_bytes(data[-8:-4], "little")
    if data[-4:] != MARK or not 0 < length <= min(LARGEST_FOOTER, len(data) - 12):
        raise ValueError
    fields, _ = _read_struct(data[-8 - length : -8], 0, 0)
    groups = []
    for group in _structs(fields, GROUPS):
        chunks = tuple(_read_chunk(chunk) for chunk in _structs(group, CHUNKS))
        groups.append((_number(group, ROWS_OF_GROUP, I64), chunks))
    return Footer(_number(fields, ROWS_OF_FILE, I64), tuple(groups))


def _read_chunk(chunk: Fields) -> Chunk:
    if OTHER_FILE in chunk:
        raise ValueError
    about = _struct(chunk, CHUNK_ABOUT)
    start = _number(about, FIRST_DATA, I64)
    if FIRST_DICTIONARY in about:
        dictionary = _number(about, FIRST_DICTIONARY, I64)
        start = dictionary if 0 < dictionary < start else start
    return Chunk(start, _number(about, CHUNK_PACKED, I64), _number(about, CHUNK_VALUES, I64))


def read_pages(data: bytes, chunk: Chunk) -> Iterator[Page]:
    """Yield the pages of a column chunk.

    Raises:
        ValueError, IndexError: if the headers make no sense.
    """
    at, end = chunk.start, chunk.start + chunk.length
    if end > len(data):
        raise ValueError
    while at < end:
        header, at = _read_struct(data, at, 0)
        packed, unpacked = _number(header, PACKED, I32), _number(header, UNPACKED, I32)
        if at + packed > end:
            raise ValueError
        at += packed
        kind = _number(header, PAGE_TYPE, I32)
        if kind in BODY_OF:
            body = BODY_OF[kind]
            about = _struct(header, body)
            n_values = _number(about, N_VALUES, I32)
            encoding = _number(about, ENCODING_AT[body], I32)
            yield Page(unpacked, 0 if kind == DICTIONARY_PAGE else n_values, encoding)


def _number(fields: Fields, key: int, kind: int) -> int:
    """Give a number that is there, of the type it should have, and not negative."""
    found, value = fields.get(key, (0, None))
    if found != kind or not isinstance(value, int) or value < 0:
        raise ValueError
    return value


def _struct(fields: Fields, key: int) -> Fields:
    found, value = fields.get(key, (0, None))
    if found != STRUCT or not isinstance(value, dict):
        raise ValueError
    return value


def _structs(fields: Fields, key: int) -> list[Fields]:
    found, value = fields.get(key, (0, None))
    if found != LIST or not isinstance(value, list):
        raise ValueError
    return [_struct({0: item}, 0) for item in value]


def _read_unsigned(data: bytes, at: int) -> tuple[int, int]:
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
    number, at = _read_unsigned(data, at)
    return (number >> 1) ^ -(number & 1), at


def _read_struct(data: bytes, at: int, depth: int) -> tuple[Fields, int]:
    """Give the fields of a structure by number, with their types, and where it ends."""
    if depth > MOST_NESTED:
        raise ValueError
    fields: Fields = {}
    key = 0
    while (byte := data[at]) != 0:
        at += 1
        if byte >> 4:
            key += byte >> 4
        else:
            key, at = _read_signed(data, at)
        kind = byte & 0x0F
        if key in fields:
            raise ValueError
        if kind in (BOOL_TRUE, BOOL_FALSE):
            fields[key] = (kind, None)
        else:
            value, at = _read_value(data, at, kind, depth)
            fields[key] = (kind, value)
    return fields, at + 1


def _read_value(data: bytes, at: int, kind: int, depth: int) -> tuple[object, int]:
    if kind in (BOOL_TRUE, BOOL_FALSE, BYTE):
        return data[at], at + 1
    if kind in (I16, I32, I64):
        return _read_signed(data, at)
    if kind == DOUBLE:
        return None, at + 8
    if kind == BINARY:
        length, at = _read_unsigned(data, at)
        if at + length > len(data):
            raise ValueError
        return None, at + length
    if kind == STRUCT:
        return _read_struct(data, at, depth + 1)
    if kind in (LIST, SET):
        return _read_list(data, at, depth)
    raise ValueError


def _read_list(data: bytes, at: int, depth: int) -> tuple[list[Value], int]:
    byte = data[at]
    at += 1
    size, kind = byte >> 4, byte & 0x0F
    if size == 15:
        size, at = _read_unsigned(data, at)
    if size > len(data):
        raise ValueError
    values: list[Value] = []
    for _ in range(size):
        value, at = _read_value(data, at, kind, depth + 1)
        values.append((kind, value))
    return values, at
