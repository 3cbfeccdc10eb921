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
import time
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from analysis.errors import WriteError
from analysis.writing.leftovers import shorten
from analysis.writing.signals import InterruptedWriteError

LOCK_SECONDS = 30.0
LOOK_SECONDS, POLL_SECONDS = 0.2, 0.02
LOCK_ENDING = ".writing-lock"
PRIVATE_MODE = 0o600


def lock_path(target: Path) -> Path:
    """Give the file whose lock stands for `target`."""
    return target.with_name(f".{shorten(target.name)}{LOCK_ENDING}")


@contextlib.contextmanager
def hold_lock(target: Path, held_signals: Sequence[int] = ()) -> Iterator[None]:
    """Hold the lock of a path that is read, changed and written.

    Args:
        target: a path with every link followed.
        held_signals: grows when a signal is being held back; then the waiting ends.

    Raises:
        InterruptedWriteError: if a signal came while waiting.
        WriteError: if another run holds it for longer than `LOCK_SECONDS`, or no lock can be had
            there.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(lock_path(target), mode=PRIVATE_MODE)
    give_up = time.monotonic() + LOCK_SECONDS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            while not lock.is_locked:
                if held_signals:
                    raise InterruptedWriteError
                if time.monotonic() > give_up:
                    raise WriteError(
                        f'Another run is using "{target.name}" (waited {LOCK_SECONDS:g} seconds). '
                        "Let it finish, then run this again; nothing was written."
                    )
                with contextlib.suppress(Timeout):
                    lock.acquire(timeout=LOOK_SECONDS, poll_interval=POLL_SECONDS)
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
def hold_locks(targets: Iterable[Path], held_signals: Sequence[int] = ()) -> Iterator[None]:
    """Hold the locks of several paths, always taken in the same order."""
    with contextlib.ExitStack() as stack:
        for target in sorted(set(targets)):
            stack.enter_context(hold_lock(target, held_signals))
        yield


def _forget(path: Path, *, before: bool) -> None:
    """Remove a lock file: while it is held, or on Windows (no open file goes there) after."""
    if before == (os.name != "nt"):
        with contextlib.suppress(OSError):
            if os.lstat(path).st_size == 0:
                os.unlink(path)
