"""The summary of an earlier report, read back from its file: an untrusted one.

In: a path, of a report's PDF or of the JSON beside it. Out: a `Summary`. Decisions: whatever is
wrong with the file is said in one sentence with its mend, and no value of the file is quoted; a
device or a pipe is never opened. Its sentences are dropped: words are told anew from numbers.
"""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from analysis.disclosure.summary import Summary, parse_summary
from analysis.errors import AnalysisError
from analysis.report.attached import read_attached
from analysis.writing.files import PDF_MARK
from analysis.writing.places import TooLargeError, read_ordinary

JSON_MARK = b'{\n "version": '
TEXT_MARK = b"Report from goal-attainment records\n"
MOST_BYTES = 20_000_000
GIVE = "Give the PDF of the last report, or the summary.json that stands beside it."


def read_summary(path: str | Path) -> Summary:
    """Read the summary of an earlier report, without its sentences.

    Args:
        path: its PDF or its summary.json.

    Raises:
        AnalysisError: if there is no such file, or it is not one that this version wrote.
    """
    return replace(parse_summary(take_numbers(read_report(path))), sentences=())


def read_report(path: str | Path) -> bytes:
    """Give every byte of a report's file.

    Raises:
        AnalysisError: if it cannot be read, or is larger than any this program writes.
    """
    name = "".join(c if c.isprintable() else "?" for c in Path(path).name)
    try:
        return read_ordinary(path, MOST_BYTES)
    except TooLargeError:
        raise AnalysisError(f'"{name}" is larger than any report of this program. {GIVE}') from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not an ordinary file"
        raise AnalysisError(f'"{name}" cannot be read ({reason}). {GIVE}') from None


def take_numbers(content: bytes) -> bytes:
    """Give the JSON of a report's file: the one attached to a PDF, or the file itself."""
    return read_attached(content, MOST_BYTES) if content.startswith(PDF_MARK) else content
