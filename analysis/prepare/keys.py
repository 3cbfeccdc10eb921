"""Codes for people, goals, groups and places: random, never worked out from what they stand for.

In: identities as text. Out: codes.
Decisions: a code book lives as long as one run, unless the user names a key file; then the same
identity keeps its code, and each child its start, from month to month. The key file is the only
place where identities and codes stand side by side.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from analysis.errors import AnalysisError
from analysis.records.text import clean_text
from analysis.writing.places import NOT_ORDINARY, kind_of_place, read_ordinary

LETTERS = {
    "child_id": "C",
    "goal_id": "G",
    "episode_id": "E",
    "group_id": "R",
    "therapist_id": "T",
    "site": "S",
}
KEY_MARK = b'{\n "key of": "coded therapy records",'
LOWEST, HIGHEST = 100_000, 999_999
SHORT_OF_ROOM = 0.5
LARGEST_KEY = 200_000_000
CODE = re.compile(r"[A-Z]\d{6,}")
# A key this large that knows fewer of the export's children than this is not of this clinic. At
# a clinic's next export half of the children may be new; nine of ten are not.
ENOUGH_KNOWN, SMALLEST_SHARE = 20, 0.1


@dataclass
class CodeBook:
    """Identities and their codes.

    Attributes:
        codes: id column to (identity to code).
        starts: code of a child or episode to the day it began.
        n_known: how many identities were known from a key file.
        known_children: codes of the children that were known from a key file.
    """

    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    starts: dict[str, date] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.n_known = sum(map(len, self.codes.values()))
        self.known_children = frozenset(self.codes.get("child_id", {}).values())
        self._taken = {column: set(book.values()) for column, book in self.codes.items()}

    def code(self, column: str, identity: str) -> str:
        """Give the code of an identity, a new random one when it has none; "" for a blank."""
        plain = " ".join(clean_text(identity).casefold().split())
        if not plain:
            return ""
        book = self.codes.setdefault(column, {})
        if plain not in book:
            taken = self._taken.setdefault(column, set())
            low, high = LOWEST, HIGHEST
            while len(taken) > SHORT_OF_ROOM * (high - low):
                low, high = low * 10, high * 10 + 9
            code = ""
            while not code or code in taken:
                code = f"{LETTERS[column]}{low + secrets.randbelow(high - low)}"
            book[plain] = code
            taken.add(code)
        return book[plain]

    def as_bytes(self) -> bytes:
        """Give the key file's content."""
        content = {
            "key of": "coded therapy records",
            "keep": "apart from the coded records; whoever holds both can name every child",
            "codes": self.codes,
            "starts": {code: day.isoformat() for code, day in sorted(self.starts.items())},
        }
        return json.dumps(content, indent=1, ensure_ascii=False, sort_keys=False).encode() + b"\n"


def read_key(path: Path | None) -> CodeBook:
    """Give the code book in a key file, an empty one when there is no file yet.

    Raises:
        AnalysisError: when the file is not a key file.
    """
    if path is None or kind_of_place(path) == "missing":
        return CodeBook()
    if kind_of_place(path) == "special":
        raise AnalysisError(f'"{path.name}" is no key file: {NOT_ORDINARY[0]} {NOT_ORDINARY[1]}')
    try:
        content = json.loads(read_ordinary(path, LARGEST_KEY))
        codes = {column: _read_codes(column, book) for column, book in content["codes"].items()}
        starts = {code: date.fromisoformat(day) for code, day in content["starts"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise AnalysisError(
            f'"{path.name}" is not a key file made by this program. Name another with --key.'
        ) from None
    return CodeBook(codes, starts)


def _read_codes(column: str, book: dict[str, object]) -> dict[str, str]:
    """Give the codes of one column; ValueError when two share a code or one is none."""
    codes = {}
    for identity, code in book.items():
        identity.encode()
        if not (isinstance(code, str) and CODE.fullmatch(code) and code[0] == LETTERS[column]):
            raise ValueError
        codes[identity] = code
    if len(set(codes.values())) < len(codes):
        raise ValueError
    return codes


def refuse_other_clinic(book: CodeBook, children: Collection[str]) -> None:
    """Refuse a key that knows hardly any of the export's children.

    Args:
        book: the code book, read from a key and added to.
        children: codes of the export's children.

    Raises:
        AnalysisError: when the key knows `ENOUGH_KNOWN` children and fewer than
            `SMALLEST_SHARE` of the export's are among them.
    """
    given = set(children)
    n_known = len(given & book.known_children)
    if len(book.known_children) < ENOUGH_KNOWN or n_known >= SMALLEST_SHARE * len(given):
        return
    raise AnalysisError(
        f"The key knows {len(book.known_children):,} children, but only {n_known:,} of the "
        f"{len(given):,} in this export: it is another clinic's key, or names are written another "
        "way now, so that every child would count as a new one. Nothing was written. Look at "
        "--key; if these really are other children of the same clinic, run again with "
        "--new-children."
    )
