"""The summary as bytes: every number the PDF prints, the same bytes every time."""

from __future__ import annotations

import json

JSON_MARK = b'{\n "version": '
TEXT_MARK = b"Report from goal-attainment records\n"


def spell_summary(summary: dict) -> bytes:
    """Give the summary as JSON in its own order, one value to a line.

    Args:
        summary: a published summary, whose first key is "version".

    Raises:
        ValueError: if a number is not finite.
    """
    text = json.dumps(summary, ensure_ascii=False, indent=1, allow_nan=False)
    return f"{text}\n".encode()
