"""How the report's pages spell names and counts, and how a text is made safe to set in type.

In: published values and texts. Out: display strings. Decisions: a missing number is said to be
missing; a character that the shipped faces lack is replaced before it is set.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from analysis.wording import FORMAT_TITLES

View = dict[str, Any]  # display strings, lists and dictionaries of them: what becomes view.json

NOT_SHOWN = "not shown"
NONE_HERE = "none"
NOT_RECORDED = "not recorded"
ALL = "all"
FORMAT_HEADS: dict[str, str] = {**FORMAT_TITLES, ALL: "All formats"}
INERT_SPACE = {"\u00a0": " ", "\u2009": " ", "\u2011": "-", "\t": " ", "\n": " ", "\r": " "}


def name_pair(pair: str) -> str:
    """Name a pair by its id: 'Group and individual'."""
    this, _, than = pair.partition("-")
    return f"{FORMAT_HEADS[this]} and {than}"


def spell_count(value: float | None) -> str:
    """Spell a published count for a table."""
    return NOT_SHOWN if value is None else f"{value:,.0f}"


def head(title: str) -> tuple[str, str]:
    """Give a title and the line under it, as plain text."""
    return title, "=" * len(title)


def row_line(title: str, names: Sequence[str], cells: Sequence[str]) -> str:
    """Give a row of a table as a line of named values, as plain text."""
    values = "; ".join(
        f"{name if name in FORMAT_HEADS.values() else name.lower()} {cell}"
        for name, cell in zip(names, cells, strict=True)
    )
    return f"{title} {values}" if title.endswith("?") else f"{title}: {values}"


def bullets(items: Iterable[str]) -> str:
    """Give a list as plain text."""
    return "\n".join(f"- {item}" for item in items)


def clean(value: Any, characters: frozenset[int] | None = None) -> Any:
    """Give the same nested value with every text made safe to set in type."""
    if isinstance(value, str):
        return clean_text(value, characters)
    if isinstance(value, dict):
        return {key: clean(item, characters) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean(item, characters) for item in value]
    return value


def clean_text(text: str, characters: frozenset[int] | None = None) -> str:
    """Drop marks that steer direction or the printer; replace what the faces cannot draw.

    Args:
        text: any text.
        characters: code points the faces can draw; None keeps all that are printable.
    """
    kept = []
    for character in unicodedata.normalize("NFC", text):
        plain = INERT_SPACE.get(character, character)
        if unicodedata.category(plain) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
            continue
        kept.append(plain if characters is None or ord(plain) in characters else "?")
    return "".join(kept)
