"""The summary of an earlier report, read back from its file: an untrusted one.

In: a path. Out: a `Summary`. Decisions: whatever is wrong with the file is said in one sentence
with its mend, and no value of the file is quoted.
"""

from __future__ import annotations

from pathlib import Path

from analysis.disclosure.summary import Summary, parse_summary
from analysis.errors import AnalysisError

JSON_MARK = b'{\n "version": '
TEXT_MARK = b"Report from goal-attainment records\n"
MOST_BYTES = 20_000_000
GIVE = "Give the summary.json that stands beside the last report."


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
        raise AnalysisError(f'"{name}" cannot be read ({error.strerror}). {GIVE}') from None
    if len(content) > MOST_BYTES:
        raise AnalysisError(f'"{name}" is larger than any summary this program writes. {GIVE}')
    return parse_summary(content)
