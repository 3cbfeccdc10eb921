"""Write answers so that whatever stood there before survives every accident.

In: finished bytes and where they should stand. Out: the files, whole or not at all.
Decisions: bytes go to private temporary files beside the targets, are forced to disk, and only
then take the targets' names. Of several files the old companions are first moved aside, then the
first file is replaced (from then on the act has happened), then the companions take their
places: files of two runs never stand side by side. What a killed run leaves is finished or
undone by the next (`leftovers`).
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.errors import WriteError
from analysis.writing.leftovers import (
    TOKEN_DIGITS,
    find_leftovers,
    settle_files,
    shorten,
    temporary_path,
)
from analysis.writing.locks import PRIVATE_MODE, hold_locks
from analysis.writing.places import open_ordinary
from analysis.writing.signals import InterruptedWriteError, hold_signals

PDF_MARK = b"%PDF-"
SHARED_MODE = 0o666
STOPPED = "Stopped by a signal before anything was replaced."


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
    """Write files that belong together, as one act that the first of them decides.

    A run killed at any point leaves the old files, the new ones, or the first file alone; never
    files of two runs side by side. The next call finishes or undoes the act and removes what was
    left. Two runs at once leave the files of one of them. A signal (SIGINT, SIGTERM, SIGHUP) that
    arrives before the first replacement leaves the old files and nothing else; one that arrives
    later waits until the last file is in place.

    Args:
        outputs: what to write; the first stands for all of them.
        private: only the owner may read them (mode 0600); else the user's usual mode.
        inputs: files that were read, which are never overwritten.

    Returns:
        The paths that were written, links followed, in the order of `outputs`.

    Raises:
        WriteError: if any cannot be written; all that stood there is intact, unless the system
            refuses a name after granting the first one: then the next call finishes the act.
    """
    targets = [check_target(output, inputs) for output in outputs]
    if len(set(targets)) < len(targets):
        raise WriteError("Two of the files to write have the same name. Choose another name.")
    with hold_signals() as held:
        try:
            with hold_locks(targets, held):
                return replace_files(outputs, targets, private=private, held=held)
        except InterruptedWriteError:
            raise WriteError(STOPPED) from None


def recover_files(outputs: Iterable[Output], inputs: Sequence[str | os.PathLike[str]] = ()) -> None:
    """Refuse outputs early, and finish or undo what a killed run left of them.

    Called before anything is read: the companion of a killed run may be wanted as an input.

    Raises:
        WriteError: as `check_target` does, or if another run is writing them.
    """
    targets = [check_target(output, inputs) for output in outputs]
    names = {(target.parent, shorten(target.name)) for target in targets}
    found = find_leftovers(target.parent for target in targets)
    if any((one.path.parent, one.stem) in names for one in found):
        with hold_locks(targets):
            _settle(targets)


def replace_files(
    outputs: Sequence[Output],
    targets: Sequence[Path],
    *,
    private: bool = True,
    held: list[int] | None = None,
) -> tuple[Path, ...]:
    """Put files in their places, their locks held by the caller; see `write_files`.

    Args:
        outputs: what to write.
        targets: where, links followed.
        private: only the owner may read them.
        held: grows when a signal is being held back by the caller; None holds them here.
    """
    mode = PRIVATE_MODE if private else SHARED_MODE
    token = secrets.token_hex(TOKEN_DIGITS // 2)
    new = [temporary_path(target, token, i, "part") for i, target in enumerate(targets)]
    stopped = done = False
    with hold_signals() if held is None else contextlib.nullcontext(held) as noted:
        try:
            _settle(targets)
            for output, target, temporary in zip(outputs, targets, new, strict=True):
                write_new(temporary, output.content, mode, target.name)
                if noted:
                    raise InterruptedWriteError
            _move_aside(targets[1:], token)
            _rename(new[0], targets[0])
            done = True
            for target, temporary in zip(targets[1:], new[1:], strict=True):
                _rename(temporary, target)
        except InterruptedWriteError:
            stopped = True
        finally:
            # After the first replacement an error leaves the rest for the next run to finish.
            complete = not any(os.path.lexists(temporary) for temporary in new[1:])
            if not done or complete:
                with contextlib.suppress(OSError):
                    settle_files(targets)
            sync_folders(target.parent for target in targets)
    if stopped:
        raise WriteError(STOPPED)
    return tuple(targets)


def _settle(targets: Sequence[Path]) -> None:
    try:
        settle_files(targets)
    except OSError as error:
        raise WriteError(_say(targets[0].name, error)) from None


def _move_aside(targets: Sequence[Path], token: str) -> None:
    for place, target in enumerate(targets, 1):
        if os.path.lexists(target):
            _rename(target, temporary_path(target, token, place, "old"))


def check_target(output: Output, inputs: Sequence[str | os.PathLike[str]] = ()) -> Path:
    """Say where an output would really stand, or refuse before anything is computed.

    Raises:
        WriteError: if the folder is missing, or the path is a folder, a device, one of the
            inputs, or a file that this program would not have written.
    """
    name = output.path.name or str(output.path)
    try:
        target = Path(os.path.realpath(output.path))
        name = target.name or str(target)
        parent = os.stat(target.parent).st_mode
    except FileNotFoundError:
        raise WriteError(f'The folder for "{name}" does not exist. Make it first.') from None
    except (OSError, ValueError) as error:
        raise WriteError(_say(name, error)) from None
    if not stat.S_ISDIR(parent):
        raise WriteError(f'The folder for "{name}" does not exist. Make it first.')
    try:
        status = target.stat()
    except FileNotFoundError:
        return target
    except (OSError, ValueError) as error:
        raise WriteError(_say(name, error)) from None
    if stat.S_ISDIR(status.st_mode):
        raise WriteError(f'"{name}" is a folder. Give the name of a file inside it.')
    if not stat.S_ISREG(status.st_mode):
        raise WriteError(f'"{name}" is not an ordinary file. Give the name of a new file.')
    for path in inputs:
        with contextlib.suppress(OSError):
            if os.path.samefile(path, target):
                raise WriteError(
                    f'"{name}" holds the records themselves. Give another name with --output.'
                )
    try:
        with open_ordinary(target) as file:
            begins = file.read(len(output.old_mark))
    except OSError as error:
        raise WriteError(_say(name, error)) from None
    if status.st_size and begins != output.old_mark:
        raise WriteError(
            f'"{name}" exists and was not written by this program, so it is left as it is. Give '
            "another name with --output, or move the file away."
        )
    return target


def write_new(path: Path, content: bytes, mode: int, name: str) -> None:
    """Write a file that is not there yet and force it to disk; `name` is what a message says.

    Raises:
        WriteError: if it cannot be written.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise WriteError(_say(name, error)) from None


def sync_folders(folders: Iterable[Path]) -> None:
    """Force new names to disk, where a folder can be opened."""
    for folder in sorted(set(folders)):
        with contextlib.suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _rename(source: Path, target: Path) -> None:
    try:
        os.replace(source, target)
    except OSError as error:
        name = source.name if target.name.startswith(".") else target.name
        raise WriteError(_say(name, error)) from None


def _say(name: str, error: OSError | ValueError) -> str:
    reason = getattr(error, "strerror", None) or type(error).__name__
    return (
        f'"{name}" could not be written ({reason}); what stood there is as it was. Check that the '
        "disk has room, that you may write in this folder, and that no program has the file open."
    )
