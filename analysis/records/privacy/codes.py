"""Is a code really a code? Names, birth dates and numbers of persons that stand where codes should.

In: the distinct texts of a column of ids. Out: the kind of identifier they look like, and which.
Decisions: a code has a digit and at most 32 signs, unless it is a group, a therapist or a place in
everyday words (`group_words`); an identifier that shows in one text is looked
for first (an e-mail, a date, a long number), then the column is judged as a whole by
`code_shapes`, because "emma07" alone could be anything.
"""

from __future__ import annotations

import re

from analysis.records.privacy.code_letters import (
    is_long_random,
    runs_before_a_letter,
    runs_in_letters,
)
from analysis.records.privacy.code_shapes import (
    ENOUGH,
    goal_stems,
    is_hashed,
    is_random,
    judge_shapes,
    words_like_names,
)
from analysis.records.privacy.group_words import is_in_words
from analysis.records.privacy.shapes import (
    is_date,
    is_email,
    is_long_number,
    is_place,
    is_url,
    person_words,
)

CODE_PATTERN = re.compile(r"(?=.{1,32}\Z)(?=.*\d)(?:[\w./#-]|(?<=\d):(?=[A-Za-z]\d)|N°)+\Z")
PLAIN_CODE = re.compile(
    r"(?:[A-Za-z]{0,3}[-_.#/]?\d{1,6}|[A-Za-z]{1,2}[-_.#/]?\d{1,6}[-_./][A-Za-z]?\d{1,4}[a-z]?)\Z"
)
SURE_CODE = re.compile(r"[A-Za-z]{0,2}[-_.#]?\d{1,6}(?:[-_.][A-Za-z]?\d{1,4})?\Z")
DAY_AND_MONTH = re.compile(
    r"(?i)(?:.*\s)?(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th|\.)? ?(?:of )?(?:january|february|march"
    r"|april|may|june|july|august|september|october|november|december|januar|februar|märz|mai|juni"
    r"|juli|oktober|dezember|janvier|février|mars|avril|juin|juillet|août|septembre|octobre"
    r"|novembre|décembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre"
    r"|noviembre|diciembre)\Z"
    r"|(?:.*\s)?(?:[12]?\d|3[01])\.? (?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.?\Z"
    r"|(?:.*\s)?(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\.? (?:[12]?\d|3[01])\Z"
    r"|[^\W\d_]{2,10}\.? (?:[12]?\d|3[01])[/.](?:0?[1-9]|1[0-2])\.?\Z"
    r"|[^\W\d_]{2,10}\.? (?:0?[1-9]|1[0-2])/(?:[12]?\d|3[01])\Z"
)
GOAL_IN_BRACKETS = re.compile(r"([A-Za-z]{1,2}\d{1,3}) \(([A-Za-z]{0,2}\d{1,4})\)\Z")
PLATE = re.compile(r"[A-Z]{2}\d{2} ?[A-HJ-PR-Z]{3}\Z")


def judge_codes(kept: list[str], few: bool) -> tuple[str, set[str]]:
    """Tell what a column of codes holds that is no code.

    Args:
        kept: its distinct texts.
        few: whether its codes stand for groups, therapists or places: words for these
            ("blue2", "Tue-pm-1", "OT3") may differ from code to code.

    Returns:
        (kind, hits): a key of `identifiers.KIND_WORDS`, or "" when all are codes, and the texts.
    """
    if not all(map(GOAL_IN_BRACKETS.match, kept)):
        return _judge_written(kept, few)
    written = {text: GOAL_IN_BRACKETS.sub(r"\1-\2", text) for text in kept}
    kind, hits = _judge_written(list(written.values()), few)
    return kind, {text for text, dashed in written.items() if dashed in hits}


def _judge_written(kept: list[str], few: bool) -> tuple[str, set[str]]:
    """Judge as `judge_codes` does, with goals in brackets already written with a dash."""
    if _all_random(kept) or runs_in_letters(kept) or runs_before_a_letter(kept):
        return "", set()
    suspicious = [text for text in kept if not PLAIN_CODE.match(text)]
    for kind, test in (("email", is_email), ("url", is_url), ("date", is_date)):
        hits = {text for text in suspicious if test(text)}
        if hits:
            return kind, hits
    hits = {text for text in suspicious if is_long_number(text)}
    if hits:
        return "number", hits
    for kind, form in (("date", DAY_AND_MONTH), ("number", PLATE)):
        if len(suspicious) > 1 and all(map(form.match, kept)):
            return kind, set(kept)
    if few and is_in_words(kept):
        return "", set()
    damaged = {text for text in suspicious if _is_spreadsheet_damage(text)}
    sound = [text for text in kept if text not in damaged] if damaged else kept
    if not sound:
        return "", set()
    if is_hashed(sound):
        return "hash", set(sound)
    hits = {
        text
        for text in suspicious
        if text not in damaged
        and (not CODE_PATTERN.match(text.replace(" ", "")) or (" " in text and is_place(text)))
    }
    if hits:
        named = {text for text in hits if person_words(text)}
        return ("name", hits) if len(named) * 2 > len(hits) else ("code", hits)
    kind, hits = judge_shapes(list(dict.fromkeys(text.replace(" ", "") for text in sound)), few)
    if not kind and not few:
        hits = words_like_names(sound)
        return ("name", hits) if hits else ("", set())
    return kind, {text for text in sound if text.replace(" ", "") in hits} if kind else set()


def _all_random(kept: list[str]) -> bool:
    """Tell whether all are random codes, or a goal's number behind one.

    Some are looked at first: most columns are no random codes.
    """
    some = kept[:: len(kept) // ENOUGH + 1]
    return is_long_random(kept) or any(
        is_random(stems(some)) and is_random(stems(kept)) for stems in (list, goal_stems)
    )


def _is_spreadsheet_damage(text: str) -> bool:
    """Tell whether a spreadsheet has turned a code into something else; `checks` refuses it."""
    return bool(
        re.fullmatch(r"\d+([.,]\d+)?[eE]\+?\d+", text)
        or re.fullmatch(r"\d{1,2}[-/ ][A-Za-z]{3}|[A-Za-z]{3}[-/ ]\d{2}", text)
        or (text.startswith("#") and re.fullmatch(r"#[A-Z/0!?]+", text))
    )
