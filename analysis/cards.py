"""How a result introduces itself: one sentence at a prompt, a small card in a notebook.

In: a stage's result. Out: text or HTML.
Decisions: what a prompt or notebook shows without being asked obeys the same rules as the report:
counts to the nearest 5, nothing about fewer children than the default smallest cell, never a row
about a child.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from analysis.settings import Settings
from analysis.wording import count

ROUND_TO = 5


def about(n: float, one: str, many: str, smallest: int | None = None) -> str:
    """Give a count that anyone may see: 'about 225 children', 'fewer than 11 children'.

    Args:
        n: the exact count.
        one: the noun for one.
        many: the noun for several.
        smallest: the smallest count given; the default smallest cell when None.
    """
    smallest = smallest or Settings().smallest_cell
    if n < smallest:
        return f"fewer than {count(smallest, one, many)}"
    return f"about {count(ROUND_TO * int(n / ROUND_TO + 0.5), one, many)}"


def show_card(result: object) -> str:
    """Give a result's card: its kind as the title, its sentence as the text (HTML)."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(result).__name__).capitalize()
    return draw_card(words, repr(result))


def draw_card(title: str, text: str, rows: Iterable[tuple[str, str]] = ()) -> str:
    """Draw a card as HTML; every text is escaped.

    Args:
        title: what this is.
        text: one sentence, or several, each on its own line.
        rows: pairs of a name and what belongs to it, as a table below the sentence.
    """
    cells = "".join(
        f"<tr><th scope='row' style='text-align:left'>{html.escape(name)}</th>"
        f"<td style='text-align:left'>{html.escape(said)}</td></tr>"
        for name, said in rows
    )
    table = f"<table>{cells}</table>" if cells else ""
    lines = "".join(
        f"<p style='margin:0.35em 0'>{html.escape(line)}</p>" for line in text.splitlines()
    )
    return (
        "<div style='border-left:3px solid #5b6472;padding:0.2em 0.9em;max-width:54em'>"
        f"<strong>{html.escape(title)}</strong>{lines}{table}</div>"
    )
