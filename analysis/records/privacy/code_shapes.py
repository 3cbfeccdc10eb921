"""What a column of codes is: a few shapes with running numbers, or short random signs.

In: the distinct texts of a column of ids. Out: which of them are no codes, and of what kind.
Decisions: a code is accepted by what a code is, because what it is not has no end (initials,
plates, postcodes, weeks, names in any script). Letters may tell sites, arms and goals apart, so few
kinds of them may stand in one column; numbers run, or are too short to be anybody's. Hashes are no
codes: whoever guesses the e-mail behind one can confirm the guess. A hash cut to eight signs cannot
be told from a random code.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from analysis.records.privacy.code_words import CODE_WORDS, COUNTRIES, FILE_WORDS
from analysis.records.privacy.given_names import GIVEN_NAMES, SURNAMES
from analysis.records.privacy.shapes import POSTCODES, fold

Shape = tuple[str, ...]
Parts = list[tuple[int, ...]]

TOKEN = re.compile(r"\d+|[^\W\d_]+|[\W_]+")
UUID4 = re.compile(
    r"(?i)[0-9a-f]{8}(-?)[0-9a-f]{4}\1(4)[0-9a-f]{3}\1([89ab])[0-9a-f]{3}\1[0-9a-f]{12}"
)
HEXADECIMAL = re.compile(r"(?i)[0-9a-f]{9,}")
SUFFIX = re.compile(r"(?i)[-_./#](?:g|goal|z|ziel|e|ep|obj)?[-_]?\d{1,2}\Z")
RANDOM = re.compile(r"[A-Za-z0-9]{4,8}\Z")
FRONT = re.compile(r"([A-Za-z]{1,4}[-_.#/])[A-Za-z0-9]+\Z")
BLOCKS = re.compile(r"([A-Za-z0-9]{3,4})-([A-Za-z0-9]{3,4})\Z")
PREPARED = re.compile(r"[CGERTS]([1-9]\d{5,7})")
SMALL = 999
YEARS = range(1990, 2036)
SERIAL_DAYS = range(36_000, 52_000)
WEEKDAY_TIMES = frozenset(
    hour * 100 + minute for hour in range(7, 20) for minute in range(0, 60, 5)
)


def is_random(texts: Sequence[str]) -> bool:
    """Tell whether a column is made of short random signs, or of random UUIDs.

    Random signs put letters and digits at every place alike; names with a number, plates and
    postcodes have their own places for each. The places' counts of letters are compared by a
    chi-square statistic, four standard deviations above its mean at most.
    """
    if all(map(UUID4.fullmatch, texts)):
        return True
    fronts = {match[1] if (match := FRONT.match(text)) else "" for text in texts}
    if len(fronts) == 1:
        texts = [text.removeprefix(next(iter(fronts))) for text in texts]
    if all(map(BLOCKS.match, texts)):
        texts = [text.replace("-", "") for text in texts]
    if not all(map(RANDOM.match, texts)) or len({len(text) for text in texts}) > 1:
        return False
    if len(texts) < 5:
        turns = [len(re.findall(r"(?<=\d)[^\d]|(?<=[^\d])\d", text)) for text in texts]
        return min(turns) >= 2 and not all(map(POSTCODES.fullmatch, texts))
    letters = [sum(map(str.isalpha, place)) for place in zip(*texts, strict=True)]
    width, n = len(letters), len(texts)
    share = sum(letters) / (width * n)
    if not 0.15 <= share <= 0.95:
        return False
    if len({sign for text in texts for sign in text}) < min(12, 2 * n):
        return False
    spread = sum((count - n * share) ** 2 for count in letters) / (n * share * (1 - share))
    return spread <= width - 1 + 4 * math.sqrt(2 * (width - 1))


def is_hashed(texts: Sequence[str]) -> bool:
    """Tell whether most texts are nine or more hexadecimal digits, as hashes are written."""
    stems = [HEXADECIMAL.fullmatch(SUFFIX.sub("", text)) for text in texts]
    found = [match[0] for match in stems if match]
    return len(found) > len(texts) / 2 and not all(text.isdigit() for text in found)


def judge_shapes(texts: Sequence[str], few: bool) -> tuple[str, set[str]]:
    """Tell what a column holds that has not the shape of codes.

    Args:
        texts: its distinct texts, blanks left out of each.
        few: whether its codes stand for groups, therapists or places, which have their own words.

    Returns:
        (kind, hits): "" and nothing when all are codes.
    """
    front = _common_letters(texts) if few else ""
    shapes: dict[Shape, list[str]] = defaultdict(list)
    for text in texts:
        shape = _shape(text[len(front) :], few)
        shapes[("@", *shape) if front else shape].append(text)
    n = len(texts)
    if len(shapes) > min(2 + n / 6, 12):
        return _kind_of_letters(shapes), set(texts)
    odd = _odd_ones(shapes, n)
    if odd:
        return "name", odd
    pooled: dict[int, list[str]] = defaultdict(list)
    for shape, members in shapes.items():
        if len(members) < 5:
            pooled[shape.count("#")] += members
        else:
            kind = _judge_numbers(shape, members, few)
            if kind:
                return kind, set(members)
    for members in pooled.values():
        kind = _judge_numbers(_shape(members[0], few), members, few)
        if kind:
            return kind, set(members)
    return "", set()


def _common_letters(texts: Sequence[str]) -> str:
    """Give the letters all texts begin with, if a word does not end there in some."""
    front = ""
    for signs in zip(*texts, strict=False):
        if len(set(signs)) > 1 or not signs[0].isalpha():
            break
        front += signs[0]
    return front if len(texts) > 1 and all(len(text) > len(front) for text in texts) else ""


def _shape(text: str, few: bool) -> Shape:
    """Give the text's letters and marks, its numbers as "#" and everyday words as "@"."""
    shape = []
    tokens = TOKEN.findall(text)
    for token in tokens:
        if token[0].isdigit():
            shape.append("#")
            continue
        word = fold(token) or token
        single = len(word) == 1 and word.lower() != word.upper() and few
        goal_word = len(word) > 1 and word in CODE_WORDS
        shape.append("@" if single or goal_word else word)
    return tuple(shape)


def _words(shape: Shape) -> list[str]:
    return [token for token in shape if token[0].isalpha()]


def _kind_of_letters(shapes: Iterable[Shape]) -> str:
    words = [max(map(len, found)) for shape in shapes if (found := _words(shape))]
    if not words:
        return "code"
    long = sum(length > 3 for length in words)
    return "name" if long > len(words) / 2 else "initials"


def _odd_ones(shapes: dict[Shape, list[str]], n: int) -> set[str]:
    """Give the texts with words that stand once or twice in a column of other codes."""
    named = [
        members
        for shape, members in shapes.items()
        if any(len(word) > 2 and word in GIVEN_NAMES | SURNAMES for word in _words(shape))
    ]
    if len(named) > 1:
        return {text for members in named for text in members}
    if n < 10:
        return set()
    usual = {
        word for shape, members in shapes.items() if len(members) > 2 for word in _words(shape)
    }
    return {
        text
        for shape, members in shapes.items()
        if len(members) <= 2 and any(len(word) > 1 and word not in usual for word in _words(shape))
        for text in members
    }


def _judge_numbers(shape: Shape, texts: Sequence[str], few: bool) -> str:
    """Tell what the numbers of texts of one shape are when they are no running numbers."""
    digits = [re.findall(r"\d+", text) for text in texts]
    rows = [tuple(map(int, found)) for found in digits]
    if len({len(row) for row in rows}) > 1:
        rows = [row[:1] for row in rows]
    varying = [place for place in range(len(rows[0])) if len({row[place] for row in rows}) > 1]
    if not varying:
        return "number" if len(str(max(map(max, rows), default=0))) > 6 else ""
    rows = [tuple(row[place] for place in varying) for row in rows]
    while len(varying) > 1 and _is_nested(rows):
        rows = list({row[:-1] for row in rows})
        varying = varying[:-1]
    if len(varying) == 1:
        return _judge_number(shape, [row[0] for row in rows], texts, varying[0])
    if len(varying) > 2:
        return "date" if max(map(max, rows)) in YEARS else "number"
    if len(rows) < 5 and max(map(max, rows)) <= 99:
        return ""
    first, last = [row[0] for row in rows], [row[1] for row in rows]
    checked = len(set(first)) == len(rows) and max(last) <= 9
    if checked:
        return _judge_number(shape, first, texts, varying[0])
    if len(set(first)) > max(3, len(rows) / 3) or not _runs_within(rows):
        return "date" if max(map(max, rows)) in YEARS else "number"
    return ""


def _is_nested(rows: Parts) -> bool:
    """Tell whether the last part counts from 1 within the parts before it, as goals do."""
    groups: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for row in rows:
        groups[row[:-1]].append(row[-1])
    counting = sum(
        min(found) <= 1 and max(found) <= 2 * len(found) + 2 for found in groups.values()
    )
    return counting >= 0.8 * len(groups)


def _runs_within(rows: Parts) -> bool:
    """Tell whether the last part runs within each value of the first."""
    groups: dict[int, list[int]] = defaultdict(list)
    for first, last in rows:
        groups[first].append(last)
    running = sum(
        max(found) - min(found) < 3 * len(found) + 10 and (len(found) > 2 or max(found) <= SMALL)
        for found in groups.values()
    )
    years = all(first in YEARS for first in groups)
    weeks = years and len(groups) > 2 and all(row[1] <= 53 for row in rows)
    return running >= 0.8 * len(groups) and not weeks


def _judge_number(shape: Shape, numbers: list[int], texts: Sequence[str], place: int) -> str:
    """Tell what one number in each code is, or "" when it runs or is short.

    Up to three digits are anybody's; four may be scattered behind letters; longer ones must run,
    or be the six digits that `analysis.prepare` gives.
    """
    distinct = sorted(set(numbers))
    low, high, n = distinct[0], distinct[-1], len(distinct)
    words = _words(shape)
    if high <= SMALL:
        return ""
    if low in YEARS and high in YEARS and low % 100 != 1 and n > 1:
        return "date"
    dense = high - low < 5 * n + 20
    if low in SERIAL_DAYS and high in SERIAL_DAYS:
        dense = high - low < 1.5 * n
    if dense:
        return ""
    if "@" in shape and all(number in WEEKDAY_TIMES for number in distinct):
        return ""
    lettered = bool(words) or "@" in shape
    file_or_post = any(
        word in FILE_WORDS or (word in COUNTRIES and len(word) > 1) for word in words
    )
    if lettered and high <= 9_999 and not file_or_post:
        return ""
    prepared = [match[1] for text in texts if (match := PREPARED.fullmatch(text))]
    if place == 0 and len(prepared) == len(texts):
        dated = sum(map(_could_be_date, prepared))
        return "date" if n >= 5 and dated >= 0.8 * n else ""
    return "number"


def _could_be_date(text: str) -> bool:
    """Tell whether six digits are a day, month and year in some order."""
    first, second, third = int(text[:2]), int(text[2:4]), int(text[4:])
    return (
        (1 <= first <= 31 and 1 <= second <= 12)
        or (1 <= first <= 12 and 1 <= second <= 31)
        or (1 <= second <= 12 and 1 <= third <= 31)
    )


def goal_stems(texts: Iterable[str]) -> list[str]:
    """Give the codes without the goal's or episode's number at their end, each once."""
    return list(Counter(SUFFIX.sub("", text) for text in texts))
