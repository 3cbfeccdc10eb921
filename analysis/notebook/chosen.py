"""Which records the notebooks are about: chosen once in notebook 0, remembered for all of them.

In: what a notebook's parameters cell says. Out: the path of the records.
Decisions: the path is kept where the system keeps a user's data, beside the private ledger and
never in a notebook; with nothing chosen the invented sample is shown, which is never remembered.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from analysis.disclosure.private import FOLDER_MODE, default_folder
from analysis.errors import AnalysisError, WriteError
from analysis.shipped import SAMPLE
from analysis.writing.files import Output, replace_files
from analysis.writing.places import NotOrdinaryError, TooLargeError, kind_of_place, read_ordinary

CHOSEN = "chosen in notebook 0"
FILE_NAME = "chosen-records.json"
MOST_BYTES = 100_000
GONE = (
    "The records chosen in notebook 0 are not there any more. Open notebooks/0-start-here.ipynb "
    "and choose them again."
)


def find_records(
    records: str | os.PathLike[str], folder: str | os.PathLike[str] | None = None
) -> Path:
    """Give the path that a notebook's parameter means.

    Args:
        records: a path, or `CHOSEN` for what was chosen in notebook 0.
        folder: where the choice is kept; the user's data folder when None.

    Raises:
        AnalysisError: if what was chosen is gone.
    """
    if os.fspath(records) != CHOSEN:
        return Path(records)
    path = recall_choice(folder)
    if path is None:
        return SAMPLE
    if kind_of_place(path) == "missing":
        raise AnalysisError(GONE)
    return path


def recall_choice(folder: str | os.PathLike[str] | None = None) -> Path | None:
    """Give the path that was chosen; None for the sample.

    Args:
        folder: where the choice is kept; the user's data folder when None.
    """
    try:
        said = json.loads(read_ordinary(_place(folder), MOST_BYTES))
    except (OSError, ValueError, NotOrdinaryError, TooLargeError):
        return None
    path = said.get("records") if isinstance(said, dict) else None
    return Path(path) if isinstance(path, str) and path else None


def remember_choice(path: Path | None, folder: str | os.PathLike[str] | None = None) -> None:
    """Keep the choice for all notebooks; None goes back to the sample.

    Args:
        path: where the records are.
        folder: where the choice is kept; the user's data folder when None.

    Raises:
        WriteError: if it cannot be kept there.
    """
    place = _place(folder)
    try:
        if path is None:
            place.unlink(missing_ok=True)
            return
        place.parent.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
    except OSError as error:
        raise WriteError(f"The choice cannot be remembered ({error.strerror}).") from None
    content = json.dumps({"records": str(path.resolve())}).encode()
    replace_files([Output(place, content)], [place])


def _place(folder: str | os.PathLike[str] | None) -> Path:
    return (default_folder() if folder is None else Path(folder)) / FILE_NAME
