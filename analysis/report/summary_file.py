"""The summary of an earlier report, read back from its file: an untrusted one.

In: a path. Out: a `Summary`. Decisions: whatever is wrong with the file is said in one sentence
with its mend, and no part of the file is quoted.
"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from analysis.disclosure.summary import SUMMARY_VERSION, Summary, parse_summary
from analysis.errors import AnalysisError

JSON_MARK = b'{\n "version": '
TEXT_MARK = b"Report from goal-attainment records\n"
MOST_BYTES = 20_000_000
_VERSION = re.compile(re.escape(JSON_MARK) + rb"([0-9]{1,4}),")
_GIVE = "Give the summary.json that stands beside the last report."


def read_summary(path: str | Path) -> Summary:
    """Read the summary of an earlier report.

    Args:
        path: its summary.json.

    Raises:
        AnalysisError: if there is no such file, or it is not one that this version wrote.
    """
    name = Path(path).name
    try:
        with Path(path).open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise AnalysisError(f'"{name}" cannot be read ({error.strerror}). {_GIVE}') from None
    if len(content) > MOST_BYTES:
        raise AnalysisError(f'"{name}" is larger than any summary of this program. {_GIVE}')
    found = _VERSION.match(content)
    if found is None:
        raise AnalysisError(f'"{name}" was not written by this program. {_GIVE}')
    if int(found[1]) != SUMMARY_VERSION:
        raise AnalysisError(
            f'"{name}" was written by another version of this program, so the two reports cannot '
            "stand beside each other. Make the last report again with this version, or leave out "
            "--previous and do not hand out both."
        )
    try:
        return parse_summary(content)
    except (msgspec.DecodeError, RecursionError):
        raise AnalysisError(
            f'"{name}" was changed or cut short after it was written. Give the summary.json as the '
            "last report left it."
        ) from None
