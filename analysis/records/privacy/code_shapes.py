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
TURN = re.compile(r"(?<=\d)\D|(?<=\D)\d")
HEXADECIMAL = re.compile(r"(?i)[0-9a-f]{9,}")
SUFFIX = re.compile(r"(?i)[-_./#](?:g|goal|z|ziel|e|ep|obj)?[-_]?\d{1,2}\Z")
RANDOM = re.compile(r"[A-Za-z0-9]{4,8}\Z")
FRONT = re.compile(r"([A-Za-z]{1,4}[-_.#/])[A-Za-z0-9]+\Z")
BLOCKS = re.compile(r"([A-Za-z0-9]{3,4})-([A-Za-z0-9]{3,4})\Z")
PREPARED = re.compile(r"[CGERTS]([1-9]\d{5,7})")
POST_OF_COUNTRY = re.compile(r"[ABDFHILNPS]-\d{4,5}\Z")
WEEK_OF_YEAR = re.compile(
    r"(?i)(?:(?:19|20)?\d\d[-_./]?(?:w|wk|kw|week|woche|sem|semaine|semana|uke|vecka|v)[-_./]?\d{1,2}"
    r"|(?:w|wk|kw|week|woche|sem|semaine|semana|uke|vecka|v)[-_./]?\d{1,2}[-_./](?:19|20)?\d\d)"
    r"(?:[-_./][1-7])?"
)
ANY_DIGIT = str.maketrans("123456789", "000000000")
LEAST_HASH = 9
SMALL = 999
ENOUGH = 2_000
MOST_LETTERS = 6
ENOUGH_TO_JUDGE = 5
MOST_COHORTS = 6
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
        turns = [len(TURN.findall(text)) for text in texts]
        alike = len({re.sub(r"\D", "a", re.sub(r"\d", "9", text)) for text in texts}) == 1
        return min(turns) >= (3 if alike else 2) and not all(map(POSTCODES.fullmatch, texts))
    texts = texts[:: len(texts) // ENOUGH + 1]
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
    if max(map(len, texts)) < LEAST_HASH:
        return False
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
    if all(map(WEEK_OF_YEAR.fullmatch, texts)):
        return "date", set(texts)
    shapes = _shapes(texts, few)
    n = len(texts)
    strange = {word for shape in shapes for word in _words(shape) if len(word) > 3}
    if len(shapes) > min(2 + n / 6, 12) or (few and len(strange) > 1):
        return _kind_of_letters(shapes), set(texts)
    odd = _odd_ones(shapes, n)
    if odd:
        return "name", odd
    pooled: dict[int, tuple[Shape, list[str]]] = {}
    groups = []
    for shape, members in shapes.items():
        if len(members) < 5:
            pooled.setdefault(shape.count("#"), (shape, []))[1].extend(members)
        else:
            groups.append((shape, members))
    for shape, members in [*groups, *pooled.values()]:
        kind = _judge_numbers(shape, members)
        if kind:
            return kind, set(members)
    return "", set()


def _shapes(texts: Sequence[str], few: bool) -> dict[Shape, list[str]]:
    """Give the texts by their shapes; in a column of few codes what all begin with is left out."""
    front = _common_letters(texts) if few else ""
    kinds: dict[str, list[str]] = defaultdict(list)
    for text in texts:
        kinds[text[len(front) :].translate(ANY_DIGIT)].append(text)
    singles = {
        fold(token)
        for kind in kinds
        for token in TOKEN.findall(kind)
        if len(token) == 1 and token.lower() != token.upper()
    }
    shapes: dict[Shape, list[str]] = defaultdict(list)
    letters = len(texts) < ENOUGH_TO_JUDGE or (few and len(singles) <= MOST_LETTERS)
    plurals = few and _are_plurals(kinds)
    for kind, members in kinds.items():
        shape = _shape(kind, letters)
        if plurals:
            shape = tuple("@" if token.isalpha() else token for token in shape)
        shapes[("@", *shape) if front else shape] += members
    return shapes


def _are_plurals(texts: Iterable[str]) -> bool:
    """Tell whether every word of three letters or more that is not listed is a plural in -s.

    Groups are called after things ("rockets2"); people's names seldom all end so.
    """
    strange = [
        word
        for text in texts
        for token in TOKEN.findall(text)
        if len(token) > 2 and token.isalpha() and (word := fold(token)) not in CODE_WORDS
    ]
    return bool(strange) and all(
        word.endswith("s") and len(word) > 3 and word not in GIVEN_NAMES | SURNAMES
        for word in strange
    )


def _common_letters(texts: Sequence[str]) -> str:
    """Give the letters all texts begin with."""
    low, high = min(texts), max(texts)
    front = ""
    for sign, other in zip(low, high, strict=False):
        if sign != other or not sign.isalpha():
            break
        front += sign
    return front if low != high and len(low) > len(front) else ""


def _shape(text: str, letters: bool) -> Shape:
    """Give the text's letters and marks, its numbers as "#" and everyday words as "@".

    Single letters are everyday words where `letters` says so.
    """
    shape = []
    tokens = TOKEN.findall(text)
    for token in tokens:
        if token[0].isdigit():
            shape.append("#")
            continue
        word = fold(token)
        single = len(word) == 1 and word.lower() != word.upper() and letters
        usual = len(word) > 1 and word in CODE_WORDS
        shape.append("@" if single or usual else word or token)
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


def words_like_names(texts: Sequence[str]) -> set[str]:
    """Give the texts with unlisted words of a script without capitals, where four or more differ.

    A name there has two or three signs, as short as the letters of a code.
    """
    if all(map(str.isascii, texts)):
        return set()
    found = {
        text: {
            word
            for token in TOKEN.findall(text)
            if len(word := fold(token)) > 1
            and token.isalpha()
            and token.lower() == token.upper()
            and word not in CODE_WORDS
        }
        for text in texts
    }
    strange = set().union(*found.values())
    return {text for text, words in found.items() if words} if len(strange) > 3 else set()


def _judge_numbers(shape: Shape, texts: Sequence[str]) -> str:
    """Tell what the numbers of texts of one shape are when they are no running numbers."""
    digits = [re.findall(r"\d+", text) for text in texts]
    rows = [tuple(map(int, found)) for found in digits]
    if len({len(row) for row in rows}) > 1:
        rows = [row[:1] for row in rows]
    varying = [place for place in range(len(rows[0])) if len({row[place] for row in rows}) > 1]
    if not varying:
        return "number" if len(str(max(map(max, rows), default=0))) > 6 else ""
    dated = any(number in YEARS for i, number in enumerate(rows[0]) if i not in varying)
    rows = [tuple(row[place] for place in varying) for row in rows]
    while len(varying) > 1 and _is_nested(rows):
        shorter = list({row[:-1] for row in rows})
        varying = varying[:-1]
        if len(shorter) <= min(MOST_COHORTS, len(rows) / 4) and len(varying) == 1:
            return ""
        rows = shorter
    if len(varying) == 1:
        numbers = [row[0] for row in rows]
        if dated and max(numbers) - min(numbers) >= 5 * len(numbers) + 20:
            return "date"
        return _judge_number(shape, numbers, texts, varying[0])
    if len(varying) > 2:
        return "date" if max(map(max, rows)) in YEARS else "number"
    if len(rows) < 5 and max(map(max, rows)) <= 99:
        return ""
    first, last = [row[0] for row in rows], [row[1] for row in rows]
    checked = len(set(first)) == len(rows) and max(last) <= 9
    if checked:
        return _judge_number(shape, first, texts, varying[0])
    bare = len(rows) >= 10 and not _words(shape) and "@" not in shape
    if len(set(first)) > max(3, len(rows) / 3) or not _runs_within(rows, bare):
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


def _runs_within(rows: Parts, bare: bool) -> bool:
    """Tell whether the last part runs within each value of the first, from its start if bare."""
    groups: dict[int, list[int]] = defaultdict(list)
    for first, last in rows:
        groups[first].append(last)
    running = sum(
        max(found) - min(found) < 3 * len(found) + 10
        and (len(found) > 2 or max(found) <= SMALL)
        and (not bare or min(found) <= 5)
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
    lettered = bool(words) or "@" in shape
    dense = high - low < (5 * n + 20 if lettered else 2.5 * n + 10)
    if low in SERIAL_DAYS and high in SERIAL_DAYS:
        dense = high - low < 1.5 * n
    if dense or _runs_in_blocks(distinct):
        return ""
    if "@" in shape and all(number in WEEKDAY_TIMES for number in distinct):
        return ""
    front = fold("".join(TOKEN.findall(texts[0])[:1]))
    named = front in FILE_WORDS | COUNTRIES or all(map(POST_OF_COUNTRY.match, texts))
    if lettered and high <= 9_999 and not named:
        ends = [re.findall(r"\d+", text)[place] for text in texts]
        return "date" if n >= 5 and all(map(_could_be_day_or_month, ends)) else ""
    prepared = [match[1] for text in texts if (match := PREPARED.fullmatch(text))]
    if place == 0 and len(prepared) == len(texts):
        dated = sum(map(_could_be_date, prepared))
        return "date" if n >= 5 and dated >= 0.8 * n else ""
    return "date" if low in SERIAL_DAYS and high in SERIAL_DAYS else "number"


def _runs_in_blocks(numbers: Sequence[int]) -> bool:
    """Tell whether the last two to four digits count from one behind few numbers, or as goals do.

    A year, a place or a child stands before them (22001, 110001, 00102); postcodes and record
    numbers do not all begin again at one.
    """
    for base in (100, 1_000, 10_000):
        blocks: dict[int, list[int]] = defaultdict(list)
        for number in numbers:
            blocks[number // base].append(number % base)
        heads = list(blocks)
        counting = all(
            min(ends) == 1 and max(ends) <= 1.5 * len(ends) + 1 for ends in blocks.values()
        )
        few = len(heads) <= MOST_COHORTS and len(numbers) >= 5 * len(heads)
        children = len(heads) >= 5 and max(heads) - min(heads) < 2 * len(heads)
        goals = base == 100 and children and len(numbers) >= 1.5 * len(heads)
        if counting and len(heads) > 1 and (few or goals):
            return True
    return False


def _could_be_date(text: str) -> bool:
    """Tell whether six digits are a day, month and year in some order."""
    first, second, third = int(text[:2]), int(text[2:4]), int(text[4:])
    return (
        (1 <= first <= 31 and 1 <= second <= 12)
        or (1 <= first <= 12 and 1 <= second <= 31)
        or (1 <= second <= 12 and 1 <= third <= 31)
    )


def _could_be_day_or_month(text: str) -> bool:
    """Tell whether four digits are a day and month or a month and year in some order."""
    if len(text) != 4:
        return False
    first, second = int(text[:2]), int(text[2:])
    return (1 <= first <= 31 and 1 <= second <= 12) or (1 <= first <= 12 and 1 <= second <= 31)


def goal_stems(texts: Iterable[str]) -> list[str]:
    """Give the codes without the goal's or episode's number at their end, each once."""
    return list(Counter(SUFFIX.sub("", text) for text in texts))
