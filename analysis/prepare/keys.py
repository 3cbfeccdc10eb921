"""Codes for people, goals, groups and places: random, never worked out from what they stand for.

In: identities as text. Out: codes.
Decisions: a code book lives as long as one run, unless the user names a key file; then the same
identity keeps its code, and each child its start, from month to month. The key file is the only
place where identities and codes stand side by side.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from analysis.errors import AnalysisError
from analysis.records.text import clean_text

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


@dataclass
class CodeBook:
    """Identities and their codes.

    Attributes:
        codes: id column to (identity to code).
        starts: code of a child or episode to the day it began.
        n_known: how many identities were known from a key file.
    """

    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    starts: dict[str, date] = field(default_factory=dict)
    n_known: int = 0

    def code(self, column: str, identity: str) -> str:
        """Give the code of an identity, a new random one when it has none; "" for a blank."""
        plain = " ".join(clean_text(identity).casefold().split())
        if not plain:
            return ""
        book = self.codes.setdefault(column, {})
        if plain not in book:
            taken = set(book.values())
            low, high = LOWEST, HIGHEST
            while len(taken) > SHORT_OF_ROOM * (high - low):
                low, high = low * 10, high * 10 + 9
            code = ""
            while not code or code in taken:
                code = f"{LETTERS[column]}{low + secrets.randbelow(high - low)}"
            book[plain] = code
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
    if path is None or not path.exists():
        return CodeBook()
    refusal = AnalysisError(
        f'"{path.name}" is not a key file made by this program. Name another with --key.'
    )
    try:
        content = json.loads(path.read_bytes())
        codes = {
            column: {
                str(identity): str(code) for identity, code in content["codes"][column].items()
            }
            for column in content["codes"]
            if column in LETTERS
        }
        starts = {code: date.fromisoformat(day) for code, day in content["starts"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise refusal from None
    return CodeBook(codes, starts, sum(map(len, codes.values())))
