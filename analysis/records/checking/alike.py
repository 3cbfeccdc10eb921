"""Codes that a reader takes for one and a computer for two: one child, one group, or not?

In: the codes of every id column. Out: faults at codes that differ only by how they are typed.
Decisions: capitals, blanks, leading zeros, hyphens and their like, letters of another alphabet
that look the same, and the letter O for a nought are typing; anything else tells codes apart. A
hyphen between two digits may do so too (1-12 is no 11-2), so that it is only asked about beside a
code that has none, and not in codes of goals and episodes, which are often a child's code with a
number. It is asked, never mended: a wrong guess makes two children one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import numpy as np

from analysis.records.checking.coded import CodedRecords
from analysis.records.checking.values import Faults

LEADING_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")
BETWEEN = re.compile(r"[\W_]+")
APART = re.compile(r"(?<!\d)-|-(?!\d)")
LETTER_O = re.compile(r"(?<=\d)o|(?<![a-z])o(?=\d)")
NUMBERED_WITHIN = ("goal_id", "episode_id")
# Letters of other alphabets as they look (Unicode's confusables, those on Cyrillic and Greek
# keyboards): small, because codes are compared in small letters.
LOOK_ALIKE = str.maketrans(
    "\u0430\u0432\u0441\u0435\u043d\u0456\u0458\u043a\u043c\u043e\u0440\u0455\u0442\u0445\u0443"
    "\u0501\u04bb\u03b1\u03b2\u03b5\u03b6\u03b7\u03b9\u03ba\u03bc\u03bd\u03bf\u03c1\u03c4\u03c5"
    "\u03c7\u0131",
    "abcehijkmopstxydhabezhikmnoptyxi",
)


def check_codes_alike(coded: CodedRecords, faults: Faults) -> None:
    """Refuse codes that differ only by how they are typed: one or two cannot be told."""
    for name, coder in coded.ids.items():
        codes = np.array(find_alike(coder, name in NUMBERED_WITHIN), dtype=np.int64)
        if not len(codes):
            continue
        thing = {"child_id": "child", "goal_id": "goal", "group_id": "group"}.get(name, "one")
        for table in coded.tables.values():
            if name not in table.present:
                continue
            values = table.columns[name]
            rows = np.flatnonzero(np.isin(values, codes))
            _, first = np.unique(values[rows], return_index=True)
            faults.refuse(
                table.source,
                table.rows[rows[np.sort(first)]],
                "codes differ only by capitals, blanks, hyphens, leading zeros or letters that "
                f"look the same, so that one {thing} could count as two.",
                "Write each code the same way everywhere (format the column as Text, so that "
                "zeros stay); if they are two, give them codes that differ by a letter or number.",
                "codes_alike",
                table.present[name],
                name,
            )


def find_alike(codes: Iterable[str], numbered_within: bool = False) -> list[int]:
    """Give the positions of codes that could be another one typed another way.

    Args:
        codes: distinct codes.
        numbered_within: whether codes may be a number within another code (goals of a child).

    Example:
        >>> find_alike(["T-20", "T20", "T21", "1-12", "11-2"])
        [0, 1]
    """
    groups: dict[str, list[tuple[int, str]]] = {}
    for position, code in enumerate(codes):
        plain = typed_plainly(code)
        groups.setdefault(plain.replace("-", ""), []).append((position, plain))
    alike: list[int] = []
    for joined, members in groups.items():
        if len(members) < 2:
            continue
        by_plain: dict[str, list[int]] = {}
        for position, plain in members:
            by_plain.setdefault(plain, []).append(position)
        if joined in by_plain and not numbered_within:
            alike += [position for position, _ in members]
        else:
            alike += [one for same in by_plain.values() if len(same) > 1 for one in same]
    return sorted(alike)


def typed_plainly(code: str) -> str:
    """Give a code without what typing alone may change; "-" stays between two digits."""
    plain = code.casefold()
    if not plain.isascii():
        decomposed = unicodedata.normalize("NFKD", plain.translate(LOOK_ALIKE))
        plain = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    if "o" in plain:
        plain = LETTER_O.sub("0", plain)
    if "0" in plain:
        plain = LEADING_ZEROS.sub("", plain)
    return plain if plain.isalnum() else APART.sub("", BETWEEN.sub("-", plain))
