"""Write answers so that whatever stood there before survives every accident.

In: finished bytes and where they should stand. Out: the files, whole or not at all.
Decisions: bytes go to a private temporary file beside the target, are forced to disk, and only
then take the target's name in one step (`os.replace`). A full disk, a read-only folder, a signal
or a second run at the same moment leave either the old file or the new one, never a piece.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import stat
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from analysis.errors import WriteError

PDF_MARK = b"%PDF-"
PRIVATE_MODE = 0o600
SHARED_MODE = 0o666
TEMPORARY_SUFFIX = ".part"
LOCK_SECONDS = 5.0
HELD_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


@dataclass(frozen=True)
class Output:
    """One file to write.

    Attributes:
        path: where it should stand.
        content: every byte of it.
        mark: how a file that may be overwritten begins; b"" lets any regular file be replaced,
            except that a PDF only ever replaces a PDF.
    """

    path: Path
    content: bytes
    mark: bytes = b""

    @property
    def old_mark(self) -> bytes:
        """How a file already standing at `path` must begin to be replaced."""
        return self.mark or (PDF_MARK if self.content.startswith(PDF_MARK) else b"")


class _Interrupted(BaseException):
    """A signal arrived before anything was replaced; never leaves this module."""


def write_file(
    path: str | os.PathLike[str],
    content: bytes,
    *,
    private: bool = True,
    mark: bytes = b"",
    inputs: Sequence[str | os.PathLike[str]] = (),
) -> Path:
    """Write one file, whole or not at all.

    Args:
        path: where it should stand; a link is followed to the file it names.
        content: every byte.
        private: only the owner may read it (mode 0600); else the user's usual mode.
        mark: how an old file must begin to be replaced; a PDF only ever replaces a PDF.
        inputs: files that were read, which are never overwritten.

    Returns:
        The path that was written, links followed.

    Raises:
        WriteError: if it cannot be written; what stood there is intact.
    """
    return write_files([Output(Path(path), content, mark)], private=private, inputs=inputs)[0]


def write_files(
    outputs: Sequence[Output],
    *,
    private: bool = True,
    inputs: Sequence[str | os.PathLike[str]] = (),
) -> tuple[Path, ...]:
    """Write files that belong together: all are on disk before the first takes its place.

    Two runs at once leave the files of one of them where the system can lock a folder. A signal
    (SIGINT, SIGTERM, SIGHUP) that arrives before the first replacement leaves the old files and
    nothing else; one that arrives later waits until the last file is in place.

    Args:
        outputs: what to write, in this order.
        private: only the owner may read them (mode 0600); else the user's usual mode.
        inputs: files that were read, which are never overwritten.

    Returns:
        The paths that were written, links followed, in the order of `outputs`.

    Raises:
        WriteError: if any cannot be written; all that stood there is intact, unless the system
            refuses a replacement after granting an earlier one of the same call.
    """
    targets = [check_target(output, inputs) for output in outputs]
    if len(set(targets)) < len(targets):
        raise WriteError("Two of the files to write have the same name. Choose another name.")
    temporaries = [
        target.with_name(f".{target.name[:64]}.{secrets.token_hex(8)}{TEMPORARY_SUFFIX}")
        for target in targets
    ]
    mode = PRIVATE_MODE if private else SHARED_MODE
    stopped = False
    with _hold_signals() as held:
        try:
            for output, target, temporary in zip(outputs, targets, temporaries, strict=True):
                _write_temporary(temporary, output.content, mode, target)
                if held:
                    raise _Interrupted
            with _lock_folders({target.parent for target in targets}):
                if held:
                    raise _Interrupted
                for target, temporary in zip(targets, temporaries, strict=True):
                    _replace(temporary, target)
        except _Interrupted:
            stopped = True
        finally:
            for temporary in temporaries:
                with contextlib.suppress(OSError):
                    temporary.unlink(missing_ok=True)
    if stopped:
        raise WriteError("Stopped by a signal before anything was replaced.")
    return tuple(targets)


def check_target(output: Output, inputs: Sequence[str | os.PathLike[str]] = ()) -> Path:
    """Say where an output would really stand, or refuse before anything is computed.

    Raises:
        WriteError: if the folder is missing, or the path is a folder, a device, one of the
            inputs, or a file that this program would not have written.
    """
    target = Path(os.path.realpath(output.path))
    name = target.name or str(target)
    if target.is_dir():
        raise WriteError(f'"{name}" is a folder. Give the name of a file inside it.')
    if not target.parent.is_dir():
        raise WriteError(f'The folder for "{name}" does not exist. Make it first.')
    try:
        status = target.stat()
    except FileNotFoundError:
        return target
    except OSError as error:
        raise WriteError(_say(name, error)) from None
    if not stat.S_ISREG(status.st_mode):
        raise WriteError(f'"{name}" is not an ordinary file. Give the name of a new file.')
    for path in inputs:
        with contextlib.suppress(OSError):
            if os.path.samefile(path, target):
                raise WriteError(
                    f'"{name}" holds the records themselves. Give another name with --output.'
                )
    try:
        with target.open("rb") as file:
            begins = file.read(len(output.old_mark))
    except OSError as error:
        raise WriteError(_say(name, error)) from None
    if status.st_size and begins != output.old_mark:
        raise WriteError(
            f'"{name}" exists and was not written by this program, so it is left as it is. Give '
            "another name with --output, or move the file away."
        )
    return target


def _write_temporary(temporary: Path, content: bytes, mode: int, target: Path) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(temporary, flags, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise WriteError(_say(target.name, error)) from None


def _replace(temporary: Path, target: Path) -> None:
    try:
        os.replace(temporary, target)
    except OSError as error:
        raise WriteError(_say(target.name, error)) from None


def _say(name: str, error: OSError) -> str:
    reason = error.strerror or type(error).__name__
    return (
        f'"{name}" could not be written ({reason}); what stood there is as it was. Check that the '
        "disk has room, that you may write in this folder, and that no program has the file open."
    )


@contextlib.contextmanager
def _hold_signals() -> Iterator[list[int]]:
    """Note signals instead of dying of them, and let them act once the files are settled.

    Handlers can only be changed in the main thread; elsewhere nothing is held.
    """
    held: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield held
        return
    before = {number: signal.getsignal(number) for number in HELD_SIGNALS}
    kept = {n: old for n, old in before.items() if old not in (signal.SIG_IGN, None)}
    try:
        for number in kept:
            signal.signal(number, lambda number, _frame: held.append(number))
        yield held
    finally:
        for number, old in kept.items():
            signal.signal(number, old)
        for number in held[:1]:
            signal.raise_signal(number)


@contextlib.contextmanager
def _lock_folders(folders: set[Path]) -> Iterator[None]:
    """Let one run at a time replace files in these folders, where the system can lock them."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    descriptors = []
    try:
        for folder in sorted(folders):
            with contextlib.suppress(OSError):
                descriptors.append(os.open(folder, os.O_RDONLY))
                _wait_for_lock(fcntl, descriptors[-1])
        yield
        for descriptor in descriptors:
            with contextlib.suppress(OSError):
                os.fsync(descriptor)
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def _wait_for_lock(fcntl: ModuleType, descriptor: int) -> None:
    """Wait a few seconds at most: another run needs the folder for milliseconds only."""
    give_up = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > give_up:
                return
            time.sleep(0.005)
