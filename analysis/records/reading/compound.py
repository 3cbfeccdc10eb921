"""The streams of a compound file, the box in which Excel kept .xls workbooks until 2007.

In: the bytes of a compound file. Out: one of its streams by name.
Decisions: a chain of sectors longer than the file is a circle and is refused. Source of the
layout: Microsoft [MS-CFB], 2.2 to 2.6.
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from analysis.records.reading.parts import RefusedError

ENTRY_BYTES = 128
IN_HEADER = 109  # numbers of allocation sectors that stand in the header itself
LAST_SECTOR = 0xFFFFFFFA  # greater numbers are marks: end of a chain, free, allocation
STREAM = 2


class Compound:
    """An opened compound file.

    Raises:
        RefusedError: when a chain of sectors never ends.
        struct.error: when it is cut off.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise RefusedError
        self._size, self._mini_size = 1 << shift, 1 << mini_shift
        directory, _, self._cutoff, mini, _, more, _ = struct.unpack_from("<IIIIIII", data, 48)
        self._most = len(data) // self._size + 1
        self._next = self._read_allocation(more)
        self._entries: dict[str, tuple[int, int]] = {}
        whole = self._chain(directory)
        (root,) = struct.unpack_from("<I", whole, 116)
        self._small = self._chain(root)
        for start in range(ENTRY_BYTES, len(whole) - ENTRY_BYTES + 1, ENTRY_BYTES):
            self._take_entry(whole[start : start + ENTRY_BYTES])
        self._mini_next = _numbers(self._chain(mini))

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        return self._data[start : start + self._size]

    def _read_allocation(self, more: int) -> NDArray[np.uint32]:
        """Give for each sector the number of the next."""
        numbers = list(struct.unpack_from(f"<{IN_HEADER}I", self._data, 76))
        while more < LAST_SECTOR:
            block = self._sector(more)
            *own, more = struct.unpack(f"<{self._size // 4}I", block)
            numbers += own
            if len(numbers) > self._most + self._size:
                raise RefusedError
        used = [number for number in numbers if number < LAST_SECTOR]
        if len(set(used)) != len(used):
            raise RefusedError
        return _numbers(b"".join(map(self._sector, used)))

    def _chain(self, number: int) -> bytes:
        """Join the sectors from one on."""
        sectors: list[bytes] = []
        while number < LAST_SECTOR:
            if number >= len(self._next) or len(sectors) > self._most:
                raise RefusedError
            sectors.append(self._sector(number))
            number = int(self._next[number])
        return b"".join(sectors)

    def _take_entry(self, entry: bytes) -> None:
        length, kind = struct.unpack_from("<HB", entry, 64)
        start, size = struct.unpack_from("<II", entry, 116)
        if kind == STREAM:
            name = entry[: max(length - 2, 0)].decode("utf-16-le", errors="replace")
            self._entries.setdefault(name.casefold(), (start, size))

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._entries

    def stream(self, name: str) -> bytes:
        """Give the bytes of a stream."""
        start, size = self._entries[name.casefold()]
        if size >= self._cutoff:
            return self._chain(start)[:size]
        pieces: list[bytes] = []
        while start < LAST_SECTOR and len(pieces) * self._mini_size < size:
            place = start * self._mini_size
            pieces.append(self._small[place : place + self._mini_size])
            if start >= len(self._mini_next):
                raise RefusedError
            start = int(self._mini_next[start])
        return b"".join(pieces)[:size]


def _numbers(table: bytes) -> NDArray[np.uint32]:
    return np.frombuffer(table[: len(table) // 4 * 4], dtype="<u4")
