"""A folder of files that belong together, written beside its place and moved there in one step.

In: names and bytes. Out: the folder, whole or not at all.
Decisions: everything is written into a private folder beside the target (mode 0700) and forced
to disk; an older folder is moved aside whole, the new one takes its name, the older one is
removed. Between the two moves neither is lost: the next run puts the older one back
(`leftovers`). Moving works alike on Linux, macOS and Windows; swapping two folders would not.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Collection, Mapping
from pathlib import Path

from analysis.errors import WriteError
from analysis.writing.files import PRIVATE_MODE, STOPPED, sync_folders, write_new
from analysis.writing.leftovers import TOKEN_DIGITS, remove_folder, settle_folder, temporary_path
from analysis.writing.signals import InterruptedWriteError, hold_signals

FOLDER_MODE = 0o700


def replace_folder(folder: Path, files: Mapping[str, bytes], names: Collection[str]) -> None:
    """Put a folder with these files in its place, its lock held by the caller.

    Args:
        folder: where it should stand, links followed; new, or holding files of `names` only.
        files: name to content.
        names: the files such a folder may hold; no other is ever removed.

    Raises:
        WriteError: if it cannot be written or moved; what stood there is as it was.
    """
    token = secrets.token_hex(TOKEN_DIGITS // 2)
    new = temporary_path(folder, token, 0, "part")
    old = temporary_path(folder, token, 0, "old")
    stopped = False
    with hold_signals() as held:
        try:
            os.mkdir(new, FOLDER_MODE)
            for name, content in files.items():
                write_new(new / name, content, PRIVATE_MODE, name)
                if held:
                    raise InterruptedWriteError
            sync_folders([new])
            if os.path.lexists(folder):
                os.rename(folder, old)
            os.rename(new, folder)
            sync_folders([folder.parent])
            remove_folder(old, names)
        except InterruptedWriteError:
            stopped = True
        except OSError as error:
            raise WriteError(_say(folder, error)) from None
        finally:
            with contextlib.suppress(OSError):
                settle_folder(folder, names)
    if stopped:
        raise WriteError(STOPPED)


def _say(folder: Path, error: OSError) -> str:
    reason = error.strerror or type(error).__name__
    return (
        f'The folder "{folder.name}" could not be written ({reason}); what stood there is as it '
        "was. It is written beside its place and moved there in one step: check that you may "
        "write in the folder around it and that no program has it open, or name a new folder "
        "inside it."
    )
