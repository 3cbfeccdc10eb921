"""What an interrupted run left: recognised by name, finished or undone, nothing else touched.

In: the paths that are about to be written, their locks held. Out: no temporary of theirs on disk.
Decisions: a temporary is called `.NAME.TOKEN-PLACE.part` (new) or `.NAME.TOKEN-PLACE.old` (moved
out of the way), the token 16 hexadecimal digits and the same for all files of one act. The file
at place 0 decides: while its `.part` is there nothing of the act has happened and all of it is
undone; once it has taken its name the rest is finished. Whoever writes holds the lock, so that
a temporary found under the lock belongs to nobody alive.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

LONGEST_STEM = 100  # bytes: with what is added it fits in every file system's 255, encrypted 143
TOKEN_DIGITS = 16
NAMED = re.compile(
    rf"\.(?P<stem>.+)\.(?P<token>[0-9a-f]{{{TOKEN_DIGITS}}})(?:-(?P<place>\d{{1,2}}))?"
    r"\.(?P<kind>part|old)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Leftover:
    """One temporary of this program.

    Attributes:
        path: where it is.
        stem: the name it was made for, shortened.
        token: what all temporaries of one act share.
        place: its place in the act.
        kind: "part" or "old".
    """

    path: Path
    stem: str
    token: str
    place: int
    kind: str


def shorten(name: str) -> str:
    """Give a name cut to `LONGEST_STEM` bytes, so that more can be added to it."""
    coded = name.encode("utf-8", "surrogateescape")
    if len(coded) <= LONGEST_STEM:
        return name
    return coded[:LONGEST_STEM].decode("utf-8", "ignore")


def temporary_path(target: Path, token: str, place: int, kind: str) -> Path:
    """Give the path of a temporary beside its target; `kind` is "part" or "old"."""
    return target.with_name(f".{shorten(target.name)}.{token}-{place}.{kind}")


def find_leftovers(folders: Iterable[Path], *, of_folders: bool = False) -> list[Leftover]:
    """Give every temporary file (or folder) of this program in `folders`."""
    found = []
    for folder in set(folders):
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                match = NAMED.fullmatch(entry.name)
                if match and _is_kind(entry, of_folders):
                    path = folder / entry.name
                    place = int(match["place"] or 0)
                    found.append(
                        Leftover(path, match["stem"], match["token"], place, match["kind"])
                    )
    return found


def _is_kind(entry: os.DirEntry[str], of_folders: bool) -> bool:
    if of_folders:
        return entry.is_dir(follow_symlinks=False)
    return stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode)


def settle_files(targets: Sequence[Path]) -> None:
    """Finish or undo what an interrupted run left of these files. Their locks must be held.

    Raises:
        OSError: if a file that was moved away cannot be put back.
    """
    found = find_leftovers(target.parent for target in targets)
    known = {(target.parent, shorten(target.name)): target for target in targets}
    for token in {one.token for one in found if (one.path.parent, one.stem) in known}:
        group = [one for one in found if one.token == token]
        new = [one for one in group if one.kind == "part"]
        undo = any(one.place == 0 for one in new)
        for one in list(group):
            target = known.get((one.path.parent, one.stem)) or _name_of(one)
            if one.kind == ("old" if undo else "part") and target:
                _put(one.path, target)
            elif one.kind == "old" and not target:
                group.remove(one)
        # Place 0 goes last: as long as it is there, the rest is undone, never finished.
        for one in sorted(group, key=lambda one: (one.kind == "part", -one.place)):
            with contextlib.suppress(FileNotFoundError):
                one.path.unlink()


def _name_of(one: Leftover) -> Path | None:
    """Give the path a temporary was made for, None when its name was cut."""
    whole = len(one.stem.encode("utf-8", "surrogateescape")) < LONGEST_STEM - 3
    return one.path.with_name(one.stem) if whole else None


def _put(source: Path, target: Path) -> None:
    if not os.path.lexists(target):
        os.rename(source, target)


def settle_folder(target: Path, names: Collection[str]) -> None:
    """Undo what an interrupted run left of a folder. Its lock must be held.

    Args:
        target: the folder.
        names: the files such a folder may hold; no other is ever removed.

    Raises:
        OSError: if the folder that was moved away cannot be put back.
    """
    found = [
        one
        for one in find_leftovers([target.parent], of_folders=True)
        if one.stem == shorten(target.name)
    ]
    if not os.path.lexists(target):
        for one in found:
            if one.kind == "old":
                _put(one.path, target)
    for one in found:
        remove_folder(one.path, names)


def remove_folder(folder: Path, names: Collection[str]) -> None:
    """Remove a folder that holds nothing but ordinary files called as in `names`."""
    with contextlib.suppress(OSError):
        with os.scandir(folder) as entries:
            listed = [(entry.name, entry.is_file(follow_symlinks=False)) for entry in entries]
        if all(name in names and ordinary for name, ordinary in listed):
            for name, _ in listed:
                os.unlink(folder / name)
            os.rmdir(folder)
