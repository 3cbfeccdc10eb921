"""Is it safe to read on? Direct identifiers and real dates are refused before anything else.

In: `TextTable`s, nothing parsed. Out: one `Problem` for each column that looks like a name,
initials, an address, a number of a person, a real date or free text: its heading, the kind and
how many rows, never a value.
Decisions: headings are judged by their words, values by their shape and by short lists of given
names; both are needed, because headings are often wrong and names have no shape of their own.
False alarms cost a clinic a minute, a miss costs a child their privacy.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping

import numpy as np

from analysis.errors import Problem
from analysis.records.headings import ALL_NAMES, USUAL_WORDS, plain_name
from analysis.records.privacy.clinic_words import CLINIC_WORDS
from analysis.records.privacy.code_shapes import WEEK_OF_YEAR
from analysis.records.privacy.codes import judge_codes
from analysis.records.privacy.given_names import GIVEN_NAMES
from analysis.records.privacy.heading_words import LOOKUP, kind_of_heading
from analysis.records.privacy.labels import without_labels
from analysis.records.privacy.shapes import (
    COMMON_WORDS,
    fold,
    holds_dates,
    is_date,
    is_email,
    is_harmless,
    is_long_number,
    is_phone,
    is_place,
    is_placeholder,
    is_prose,
    is_url,
    looks_like_date_serial,
    person_words,
)
from analysis.records.schema import TABLES
from analysis.records.text import TextColumn, TextTable, clean_text, column_letter, word_set

ID_NAMES = frozenset(
    column.name for table in TABLES.values() for column in table.columns if column.kind == "id"
)
CHOICE_LABELS = frozenset(
    label for table in TABLES.values() for column in table.columns for label in column.choices
)
HEADING_WORDS = CLINIC_WORDS.union(
    LOOKUP,
    *(words.replace("_", " ").split() for words in USUAL_WORDS.values()),
    *(name.split("_") for name in ALL_NAMES),
)
SHEET_WORDS = HEADING_WORDS | word_set(
    "sheet data table tab tabelle blatt feuil feuille hoja foglio planilha blad ark arkusz list "
    "export records readme read me info all raw coded gas copy of final draft v version master"
)
LONGEST_HEADING_SHOWN = 40
NEARLY = 0.9
WHOLE_WORDS = word_set("id no nr ot wk sd se ci iq t z n am pm yr pc")
YEAR_ALONE = re.compile(r"(?<!\d)20[0-4]\d(?!\d|[-./_]\d)")
SCHOOL_YEAR = re.compile(r"(?<!\d)(20[0-4]\d)[-/](\d\d)(?!\d|[-./])")
FULL_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")
PLAIN_HEADING = re.compile(r"[\w(%#][\w .,:;()/#%&'?+-]*\Z")
PREPARE = "analysis.prepare turns a raw export into coded records"
MENDS = {
    "date": f"Give whole weeks since the child's start instead; {PREPARE}, dates included.",
    "misplaced": "Look whether the values stand under the wrong heading, and remove them.",
    "code": "Use running or short random codes with at least one digit, such as C07; "
    "analysis.prepare replaces these with random codes.",
}
KIND_WORDS = {
    "name": "a person's name",
    "initials": "initials",
    "email": "an e-mail address",
    "phone": "a telephone number",
    "date": "a real date",
    "address": "an address or a place",
    "postcode": "a postcode",
    "school": "the name of a school",
    "number": "a record, insurance or other number of a person",
    "url": "a web address",
    "text": "free text",
    "hash": "a hash, which lets anybody confirm a guess",
    "code": "something other than a code",
}
Judged = dict[tuple[str, str, tuple[str, ...]], tuple[str, np.ndarray | None]]
FEW_IDS = ("group_id", "therapist_id", "site")


def find_identifiers(
    table: TextTable,
    names: Iterable[str],
    labels: Mapping[str, Mapping[str, str]] | None = None,
    seen: Judged | None = None,
) -> list[Problem]:
    """Name every column of `table` that looks like a direct identifier or a real date.

    Args:
        table: the text as read.
        names: for each of its columns the schema name it stands for, or "".
        labels: schema column to labels a clinic's mapping declares: these name nobody.
        seen: columns of other tables judged before, to which these are added; the codes of
            children and goals stand in several tables.
    """
    problems = []
    for column, name in zip(table.columns, names, strict=True):
        values = without_labels(column.values, name, labels or {})
        key = column.heading, name, tuple(values)
        if seen is None or key not in seen:
            seen = {} if seen is None else seen
            seen[key] = judge_column(column.heading, values, name)
        kind, hits = seen[key]
        if not kind:
            continue
        rows = (
            np.flatnonzero(np.isin(column.codes, np.flatnonzero(hits)))
            if hits is not None
            else np.flatnonzero(_filled(column))
        )
        n = len(rows)
        counted = f"{n:,} {'row' if n == 1 else 'rows'}"
        said = "holds what looks like" if hits is not None else "is headed like"
        problems.append(
            Problem(
                f"the column {said} {KIND_WORDS[kind]} ({counted}).",
                _mend_of(kind, name),
                file=table.file,
                column=show_heading(column.heading, column.position),
                places=table.places(rows[:3], column.position) if name else (),
                n_places=min(n, 3) if name else 0,
                code=f"identifier_{kind}",
            )
        )
    return problems


def _mend_of(kind: str, name: str) -> str:
    if name in ID_NAMES:
        return MENDS["code"]
    if kind == "date":
        return MENDS["date"]
    return MENDS["misplaced"] if name else f"Remove the column; {PREPARE} without it."


def _filled(column: TextColumn) -> np.ndarray:
    filled = np.array([bool(clean_text(value)) for value in column.values], dtype=bool)
    return filled[column.codes] if len(filled) else np.zeros(0, dtype=bool)


def judge_column(
    heading: str, values: Iterable[str], name: str = ""
) -> tuple[str, np.ndarray | None]:
    """Tell what kind of identifier a column looks like.

    Args:
        heading: its heading.
        values: its distinct texts.
        name: the schema column it stands for, or "".

    Returns:
        (kind, hits): a key of `KIND_WORDS` or "" when the column looks clean, and a mask over
        `values`; the mask is None when the heading alone gave the column away.
    """
    texts = [clean_text(value) for value in values]
    kept = [text for text in dict.fromkeys(texts) if text and not is_placeholder(text)]
    if not kept:
        return "", None
    if name in ID_NAMES:
        kind, hits = judge_codes(kept, name in FEW_IDS)
    else:
        if name and all(map(is_harmless, kept)):
            return "", None
        kind, hits = _judge_values(kept, known=bool(name))
    if not kind and plain_name(heading) not in ALL_NAMES:
        kind = judge_heading(heading, kept)
        if kind:
            return kind, None
    if not kind:
        return "", None
    return kind, np.array([text in hits for text in texts], dtype=bool)


def judge_heading(heading: str, kept: Iterable[str]) -> str:
    """Give the kind of identifier a heading announces, or "".

    A column of small numbers, yes and no, or known labels is let through whatever its heading:
    "school" with 0 and 1 names no school.
    """
    kept = list(kept)
    kind = kind_of_heading(heading)
    if not kind:
        return ""
    if kind == "date":
        harmless = all(is_harmless(text) or _is_no_year(text) for text in kept)
    elif kind in ("school", "address", "text"):
        harmless = all(
            is_harmless(text) or _is_wording(text) or (text.islower() and text.isalpha())
            for text in kept
        )
    else:
        harmless = all(is_harmless(text) or _is_label(text) for text in kept)
    return "" if harmless else kind


def _is_no_year(text: str) -> bool:
    """Tell whether a number is neither a year nor long enough for a date or a serial."""
    return bool(re.fullmatch(r"\d{4}(\.\d+)?", text)) and not 1990 <= float(text) <= 2035


def _is_label(text: str) -> bool:
    return plain_name(text) in CHOICE_LABELS or plain_name(text) in COMMON_WORDS


def _is_wording(text: str) -> bool:
    """Tell whether a text without digits is made of the words of a clinic's tables."""
    words = [fold(word) for word in re.findall(r"[^\W_]+", plain_name(text))]
    return _is_label(text) or (bool(words) and CLINIC_WORDS.issuperset(words))


def _judge_values(kept: list[str], known: bool) -> tuple[str, set[str]]:
    texts = [text for text in kept if not is_harmless(text)]
    if not texts:
        return "", set()
    for kind, test in (
        ("email", is_email),
        ("url", is_url),
        ("date", is_date),
        ("phone", is_phone),
        ("number", is_long_number),
    ):
        hits = {text for text in texts if test(text)}
        if hits:
            return kind, hits
    if known:
        texts = [text for text in texts if not _is_label(text)]
    n = len(texts)
    places = {text for text in texts if is_place(text)}
    if places and len(places) >= 0.3 * n:
        return "address", places
    if holds_dates(texts) or (looks_like_date_serial(kept) and not known):
        return "date", set(kept)
    degree = {text: 0 if _is_wording(text) else person_words(text) for text in texts}
    sure = {text for text in texts if degree[text] >= 3}
    shaped = {text for text in texts if degree[text] >= 2}
    likely = {text for text in texts if degree[text] >= 1}
    if sure and (len(sure) >= 0.15 * n or len(sure) >= 3):
        return "name", likely
    if shaped and len(shaped) >= 0.4 * n and (len(shaped) > 1 or n <= 2):
        return "name", likely
    if len(likely) >= max(2, 0.5 * n) and (len(likely) > 12 or known):
        return "name", likely
    prose = {text for text in texts if is_prose(text)}
    if prose and len(prose) > max(3, 0.3 * n):
        return "text", prose
    initials = {text for text in texts if re.fullmatch(r"(?:[A-Z]\.? ?){2,3}", text)}
    if len(initials) >= 8 and len(initials) >= 0.8 * n and not known:
        return "initials", initials
    return "", set()


def looks_personal(text: str) -> bool:
    """Tell whether one text alone (a heading, a sheet's name) could be about a person."""
    return bool(
        is_email(text)
        or is_url(text)
        or is_date(text)
        or is_phone(text)
        or is_long_number(text)
        or is_prose(text)
        or person_words(text) >= 2
        or any(word in GIVEN_NAMES for word in re.findall(r"[^\W\d_]+", text.casefold()))
    )


def _is_plain(text: str, words: frozenset[str]) -> bool:
    """Tell whether a heading or a sheet's name is made of everyday words and small numbers.

    Judged as codes are: what a heading is can be listed, what a name is cannot. A number may have
    three digits, or be a year beside a word. A word that is not listed may stand in small letters
    beside one that is ("week_of_gym"), never two of them.
    """
    letters = re.sub(r"[\W_]+", "", text).casefold()
    if (
        len(letters) < 3
        and letters.isalpha()
        and letters.upper() != letters
        and letters not in WHOLE_WORDS
    ):
        return False
    if FULL_DATE.search(text):
        return False
    if any(len(number) > 3 for number in re.findall(r"\d+", _without_years(text))):
        return False
    found = re.findall(r"[^\W\d_]+", plain_name(text))
    known = [fold(word) in words for word in found]
    if not any(known) or WEEK_OF_YEAR.search(text):
        return False
    if all(known):
        return True
    strange = [word for word, plain in zip(found, known, strict=True) if not plain]
    return text == text.casefold() and len(strange) == 1 and not looks_personal(text)


def _without_years(text: str) -> str:
    """Give the text without a year or a school year (2023-24); a year and month stays."""
    found = SCHOOL_YEAR.search(text)
    if found and (int(found[1]) + 1) % 100 == int(found[2]):
        text = text.replace(found[0], "")
    return YEAR_ALONE.sub("", text)


def _is_misspelt(text: str) -> bool:
    """Tell whether a heading is nearly the name of a column this program reads."""
    return bool(difflib.get_close_matches(plain_name(text), ALL_NAMES, 1, NEARLY))


def show_sheet(name: str, number: int) -> str:
    """Give the name of a sheet if it is made of everyday words, else its number.

    Some clinics keep a sheet for each child.
    """
    return clean_text(name) if _is_plain(clean_text(name), SHEET_WORDS) else f"sheet {number}"


def show_heading(heading: str, position: int) -> str:
    """Give the heading if it can be shown, else the column's letter.

    A file without headings puts a child's row where the headings should be, and some clinics keep
    a column for each child; signs that a terminal or a spreadsheet would act on are not repeated
    either.
    """
    text = clean_text(heading)
    if plain_name(text) in ALL_NAMES:
        return text
    shown = (
        0 < len(text) <= LONGEST_HEADING_SHOWN
        and PLAIN_HEADING.match(text)
        and (_is_plain(text, HEADING_WORDS) or _is_misspelt(text))
    )
    return text if shown else column_letter(position)
