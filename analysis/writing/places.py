"""What stands at a path, asked before it is opened.

In: paths a person gave. Out: "missing", "file", "folder", "special" or "unreachable"; ordinary
files opened for reading, and their bytes up to a bound.
Decisions: a device, a pipe or a socket is never opened: reading one may not end, and writing to
one fills it. It is asked twice, by name and once it is open, so that a swap between is seen.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

NOT_ORDINARY = (
    "it is a device, a pipe or a socket, not an ordinary file.",
    "Save what it holds as a file, and give that file's name.",
)
# O_NONBLOCK: a pipe that takes the file's place between the two looks must not hang.
READ_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
)


class NotOrdinaryError(OSError):
    """The path names a device, a pipe or a socket."""


class TooLargeError(OSError):
    """The file holds more bytes than were allowed for."""


def kind_of_place(path: str | os.PathLike[str]) -> str:
    """Tell what stands at a path, links followed, without opening it.

    Returns:
        "missing", "file", "folder", "special" (a device, pipe or socket), or "unreachable" (a
        name too long, a folder that may not be entered, a ring of links).

    Example:
        >>> kind_of_place(os.devnull), kind_of_place(os.curdir)
        ('special', 'folder')
    """
    try:
        mode = os.stat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return "missing"
    except (OSError, ValueError):
        return "unreachable"
    if stat.S_ISREG(mode):
        return "file"
    return "folder" if stat.S_ISDIR(mode) else "special"


def open_ordinary(path: str | os.PathLike[str]) -> BinaryIO:
    """Open an ordinary file for reading.

    Raises:
        NotOrdinaryError: if it is a device, a pipe or a socket; nothing was opened.
        OSError: if it cannot be opened.
    """
    if kind_of_place(path) == "special":
        raise NotOrdinaryError(NOT_ORDINARY[0])
    descriptor = os.open(path, READ_FLAGS)
    try:
        mode = os.fstat(descriptor).st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise NotOrdinaryError(NOT_ORDINARY[0])
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read_ordinary(path: str | os.PathLike[str], largest: int) -> bytes:
    """Give every byte of an ordinary file.

    Args:
        path: the file.
        largest: most bytes that are read.

    Raises:
        NotOrdinaryError: if it is a device, a pipe or a socket.
        TooLargeError: if it holds more than `largest` bytes.
        OSError: if it cannot be read.
    """
    with open_ordinary(path) as stream:
        size = os.fstat(stream.fileno()).st_size
        if size <= largest:
            data = stream.read(size + 1)
            if len(data) <= size:
                return data
    raise TooLargeError(f"{Path(path).name} is too large.")
