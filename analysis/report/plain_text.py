"""The report as plain text, for a screen reader or an e-mail.

In: a told `Summary`. Out: one text with the same words and numbers as the PDF, in the same order;
pictures are replaced by what they show. Decisions: no tables drawn with spaces, because they are
read aloud as noise; each row is a line of named values.
"""

from __future__ import annotations

import textwrap

from analysis.disclosure.summary import Summary
from analysis.report.heading import NO_HEADING, Heading
from analysis.report.sections import SECTIONS
from analysis.report.spelling import head
from analysis.report.summary_file import TEXT_MARK
from analysis.report.view import view_summary

WIDTH = 78


def render_text(summary: Summary, heading: Heading = NO_HEADING) -> str:
    """Give the whole report as plain text.

    Args:
        summary: a told summary.
        heading: what the clinic writes above it.
    """
    view = view_summary(summary, heading=heading)
    front = view["front"]
    blocks = [TEXT_MARK.decode().strip(), *head(front["title"]), *front["heading"]]
    blocks += [front["typed"], front["invented"], front["held"]]
    blocks.append(f"{front['matters']} {front['smallest']} {front['named']}.")
    for section in SECTIONS:
        if section.name in view:
            blocks += section.write(view[section.name], summary)
    return "\n\n".join(_wrap(block) for block in blocks if block).replace("\n\n==", "\n==") + "\n"


def _wrap(block: str) -> str:
    lines: list[str] = []
    for text in block.split("\n"):
        indent = "  " if text.startswith("- ") else ""
        lines += textwrap.wrap(
            text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        )
    return "\n".join(lines)
