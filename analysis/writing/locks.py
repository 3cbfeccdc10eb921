"""One run at a time: locks beside the files they are for.

In: the paths to be changed. Out: locks held while they are changed.
Decisions: the lock is a file of its own beside the path, taken through `filelock`, so that it
works alike on Linux, macOS and Windows and is free again the moment its holder dies. It is
removed by whoever held it, while holding it: a run that waited for a file that is gone tries
again (`filelock` looks at the number of links after it has the lock).
"""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path

from analysis.errors import WriteError
from analysis.writing.leftovers import shorten

LOCK_SECONDS = 30.0
POLL_SECONDS = 0.02
LOCK_ENDING = ".writing-lock"
PRIVATE_MODE = 0o600


def lock_path(target: Path) -> Path:
    """Give the file whose lock stands for `target`."""
    return target.with_name(f".{shorten(target.name)}{LOCK_ENDING}")


@contextlib.contextmanager
def hold_lock(target: Path, seconds: float | None = None) -> Iterator[None]:
    """Hold the lock of a path that is read, changed and written.

    Args:
        target: a path with every link followed.
        seconds: how long to wait for another run; `LOCK_SECONDS` when None.

    Raises:
        WriteError: if another run holds it for longer, or no lock can be had there.
    """
    from filelock import FileLock, Timeout

    wait = LOCK_SECONDS if seconds is None else seconds
    lock = FileLock(lock_path(target), timeout=wait, mode=PRIVATE_MODE)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            lock.acquire(poll_interval=POLL_SECONDS)
    except Timeout:
        raise WriteError(
            f'Another run is using "{target.name}" (waited {wait:g} seconds). Let it finish, then '
            "run this again; nothing was written."
        ) from None
    except (OSError, NotImplementedError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise WriteError(
            f'"{target.name}" could not be written: it cannot be locked against a second run '
            f"({reason}); what stood there is as it was. Check that the disk has room and that you "
            "may write in its folder."
        ) from None
    try:
        yield
    finally:
        _forget(lock_path(target), before=True)
        lock.release()
        _forget(lock_path(target), before=False)


@contextlib.contextmanager
def hold_locks(targets: Iterable[Path]) -> Iterator[None]:
    """Hold the locks of several paths, always taken in the same order."""
    with contextlib.ExitStack() as stack:
        for target in sorted(set(targets)):
            stack.enter_context(hold_lock(target))
        yield


def _forget(path: Path, *, before: bool) -> None:
    """Remove a lock file: while it is held, or on Windows (no open file goes there) after."""
    if before == (os.name != "nt"):
        with contextlib.suppress(OSError):
            if os.lstat(path).st_size == 0:
                os.unlink(path)
