"""Is a code really a code? Names, birth dates and numbers of persons that stand where codes should.

In: the distinct texts of a column of ids. Out: the kind of identifier they look like, and which.
Decisions: a code has a digit and at most 32 signs; one that is a word and a number is judged with
its neighbours, because "emma07" alone could be anything.
"""

from __future__ import annotations

import re

from analysis.records.privacy.given_names import GIVEN_NAMES
from analysis.records.privacy.shapes import (
    is_date,
    is_email,
    is_long_number,
    is_place,
    is_url,
    person_words,
)

CODE_PATTERN = re.compile(r"(?=.{1,32}\Z)(?=.*\d)[\w./#-]+\Z")
PLAIN_CODE = re.compile(
    r"(?:[A-Za-z]{0,3}[-_.#/]?\d{1,6}|[A-Za-z]{1,2}[-_.#/]?\d{1,6}[-_./][A-Za-z]?\d{1,4}[a-z]?)\Z"
)
SURE_CODE = re.compile(r"[A-Za-z]{0,2}[-_.#]?\d{1,6}(?:[-_.][A-Za-z]?\d{1,4})?\Z")
WORD_AND_NUMBER = re.compile(r"([^\W\d_]{3,})[-_.]?\d{1,4}")
LETTERS_AND_DATE = re.compile(r"[^\W\d_]{1,4}[-_.]?(\d{6}|\d{8})")


def judge_codes(kept: list[str], of_person: bool) -> tuple[str, set[str]]:
    """Tell what a column of codes holds that is no code.

    Args:
        kept: its distinct texts.
        of_person: whether its codes stand for persons.

    Returns:
        (kind, hits): a key of `identifiers.KIND_WORDS`, or "" when all are codes, and the texts.
    """
    suspicious = [text for text in kept if not PLAIN_CODE.match(text)]
    for kind, test in (("email", is_email), ("url", is_url), ("date", is_date)):
        hits = {text for text in suspicious if test(text)}
        if hits:
            return kind, hits
    hits = {text for text in suspicious if is_long_number(text)}
    if hits:
        return "number", hits
    hits = {
        text
        for text in suspicious
        if not CODE_PATTERN.match(text) and not _is_spreadsheet_damage(text)
    }
    if hits:
        spaced = {text for text in hits if CODE_PATTERN.match(text.replace(" ", ""))}
        hits -= {text for text in spaced if not is_place(text)}
    if hits:
        named = {text for text in hits if person_words(text)}
        return ("name", hits) if len(named) * 2 > len(hits) else ("code", hits)
    hits = _name_codes(kept, of_person)
    if hits:
        return "name", hits
    return "", set()


def _is_spreadsheet_damage(text: str) -> bool:
    """Tell whether a spreadsheet has turned a code into something else; `checks` refuses it."""
    return bool(
        re.fullmatch(r"\d+([.,]\d+)?[eE]\+?\d+", text)
        or re.fullmatch(r"\d{1,2}[-/ ][A-Za-z]{3}|[A-Za-z]{3}[-/ ]\d{2}", text)
        or (text.startswith("#") and re.fullmatch(r"#[A-Z/0!?]+", text))
    )


def _name_codes(kept: list[str], of_person: bool) -> set[str]:
    """Give the codes that are made of names or of birth dates ("emma07", "JS120315")."""
    stems: dict[str, str] = {}
    for text in kept:
        match = WORD_AND_NUMBER.fullmatch(text)
        if match:
            stems[text] = match[1].casefold()
    named = {text for text, stem in stems.items() if stem in GIVEN_NAMES}
    distinct = {stems[text] for text in named}
    if len(distinct) >= 3 or (named and len(named) == len(kept) and len(distinct) > 1):
        return named
    pronounceable = {
        text for text, stem in stems.items() if re.search(r"[aeiouy]", stem) and len(stem) > 2
    }
    different = {stems[text] for text in pronounceable}
    enough = 3 if of_person else 8
    if len(kept) >= enough and len(different) > 0.6 * len(kept):
        return pronounceable
    dated = {text for text in kept if _ends_in_birth_date(text)}
    return dated if len(kept) >= 5 and len(dated) >= 0.8 * len(kept) else set()


def _ends_in_birth_date(text: str) -> bool:
    match = LETTERS_AND_DATE.fullmatch(text)
    if not match:
        return False
    digits = match[1]
    if len(digits) == 8:
        return is_date(digits)
    pairs = (int(digits[:2]), int(digits[2:4]), int(digits[4:]))
    day_first = 1 <= pairs[0] <= 31 and 1 <= pairs[1] <= 12
    month_first = 1 <= pairs[0] <= 12 and 1 <= pairs[1] <= 31
    year_first = 1 <= pairs[1] <= 12 and 1 <= pairs[2] <= 31
    return day_first or month_first or year_first
