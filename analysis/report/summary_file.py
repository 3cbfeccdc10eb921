"""The summary as bytes: every number the PDF prints, the same bytes every time, and back."""

from __future__ import annotations

import json
from pathlib import Path

from analysis.errors import AnalysisError

JSON_MARK = b'{\n "version": '
TEXT_MARK = b"Report from goal-attainment records\n"
MOST_BYTES = 20_000_000


def spell_summary(summary: dict) -> bytes:
    """Give the summary as JSON in its own order, one value to a line.

    Args:
        summary: a published summary, whose first key is "version".

    Raises:
        ValueError: if a number is not finite.
    """
    text = json.dumps(summary, ensure_ascii=False, indent=1, allow_nan=False)
    return f"{text}\n".encode()


def read_summary(path: str | Path) -> object:
    """Read the summary of an earlier report.

    Args:
        path: its summary.json.

    Raises:
        AnalysisError: if there is no such file, or it is not one that this program wrote.
    """
    name = Path(path).name
    try:
        with Path(path).open("rb") as file:
            content = file.read(MOST_BYTES)
    except OSError as error:
        raise AnalysisError(
            f'"{name}" cannot be read ({error.strerror}). Give the summary.json that stands beside '
            "the last report."
        ) from None
    try:
        if not content.startswith(JSON_MARK):
            raise ValueError
        return json.loads(content)
    except (ValueError, RecursionError):
        raise AnalysisError(
            f'"{name}" was not written by this program. Give the summary.json that stands beside '
            "the last report."
        ) from None
