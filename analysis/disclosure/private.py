"""Where the private ledger is kept, and how it is read and written.

In: a folder of the clinic's. Out: its `Ledger`; the file, whole or not at all, readable by its
owner only. Decisions: one folder holds one ledger, and one ledger belongs to one clinic; the
secret is made once, by the system's own generator; the file stands where the system keeps a
user's data unless another folder is named, and never beside what leaves. It is read again under
a lock before it is written, so that two runs at once lose nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from analysis.disclosure.groups import Brought, Groups
from analysis.disclosure.ledger import UNKNOWN, Ledger, LedgerContent, parse_ledger, spell_ledger
from analysis.errors import AnalysisError, WriteError
from analysis.measures.earlier import PastLook
from analysis.writing.files import Output, check_target, replace_files
from analysis.writing.locks import hold_lock
from analysis.writing.places import kind_of_place, read_ordinary

FILE_NAME = "ledger.json"
MOST_BYTES = 500_000_000
FOLDER_MODE = 0o700
FOLDER_NAME = "therapy-formats"
MISSING = (
    "There is no private ledger in this folder, and without the one that the last report was made "
    "with nobody can tell how many children came or left since, so nothing can be promised about "
    "them, nor about how often a row of reports states a difference that is not there. Name its "
    "folder with --ledger. If it is lost, leave out --previous and do not hand out both reports: "
    "the new one then counts as the first of its kind."
)


class KeptLedger(Ledger):
    """A ledger that stands in a file.

    Attributes:
        path: the file.
    """

    def __init__(self, path: Path, data: bytes) -> None:
        super().__init__(parse_ledger(data))
        self.path, self._began = path, data
        self._notes: list[Callable[[Ledger], None]] = []

    def remember_report(
        self, report: str, before: str, groups: Groups, records: str = "", look: PastLook = UNKNOWN
    ) -> None:
        """Note who stands behind a report, now and again on what the file holds by then."""
        super().remember_report(report, before, groups, records, look)
        self._notes.append(
            lambda ledger: ledger.remember_report(report, before, groups, records, look)
        )

    def remember_shown(self, brought: Mapping[str, Brought]) -> None:
        """Note who stands behind an answer, now and again on what the file holds by then."""
        super().remember_shown(brought)
        self._notes.append(lambda ledger: ledger.remember_shown(brought))

    def save(self) -> None:
        """Write what was noted.

        Raises:
            AnalysisError: if the file was changed meanwhile by something else.
            WriteError: if it cannot be written.
        """
        with hold_lock(self.path):
            before = _read(self.path)
            content = self.content if before == self._began else self._note_anew(before)
            after = spell_ledger(content)
            if after != before:
                replace_files([Output(self.path, after)], [self.path])
        self._notes.clear()
        self._began = after

    def _note_anew(self, data: bytes) -> LedgerContent:
        """Give what the file holds by now, with what was noted here added."""
        fresh = Ledger(parse_ledger(data))
        if fresh.id != self.id:
            raise AnalysisError("The private ledger was exchanged during this run. Try again.")
        for act in self._notes:
            act(fresh)
        return fresh.content


def default_folder() -> Path:
    """Give the folder where this system keeps a user's data of this program."""
    from platformdirs import user_data_path

    return user_data_path(FOLDER_NAME, appauthor=False)


def open_ledger(
    folder: str | os.PathLike[str] | None = None, *, leaves: Path | None = None, make: bool = True
) -> KeptLedger:
    """Give the ledger of a folder; one that is not there begins with a new secret.

    Args:
        folder: where it is kept; the user's data folder when None.
        leaves: a folder whose files leave the clinic, where no ledger may stand.
        make: whether one may begin.

    Raises:
        AnalysisError: if what stands there is no ledger as this program wrote it, or none does
            and none may begin.
        WriteError: if it cannot be kept there.
    """
    place = default_folder() if folder is None else Path(folder)
    if not make and kind_of_place(place / FILE_NAME) == "missing":
        raise AnalysisError(MISSING)
    try:
        place.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
        place = place.resolve()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise WriteError(
            f"The private ledger cannot be kept in its folder ({reason}). Name another with "
            "--ledger: a folder of your own that never leaves the clinic."
        ) from None
    if leaves is not None and place == leaves.resolve():
        raise AnalysisError(
            "The private ledger may not stand in the folder of the report, which leaves the "
            "clinic. Name another folder with --ledger."
        )
    path = check_target(Output(place / FILE_NAME, b""))
    with hold_lock(path):
        if not path.exists():
            content = spell_ledger(Ledger().content)
            replace_files([Output(path, content)], [path])
        return KeptLedger(path, _read(path))


def find_ledger(folder: str | os.PathLike[str] | None = None) -> KeptLedger | None:
    """Give the ledger of a folder, None where there is none; nothing is written.

    Args:
        folder: where it is kept; the user's data folder when None.
    """
    path = (default_folder() if folder is None else Path(folder)) / FILE_NAME
    return KeptLedger(path, _read(path)) if path.is_file() else None


def _read(path: Path) -> bytes:
    try:
        return read_ordinary(path, MOST_BYTES)
    except OSError as error:
        reason = error.strerror or "it is too large, or not an ordinary file"
        raise AnalysisError(f"The private ledger cannot be read ({reason}).") from None
