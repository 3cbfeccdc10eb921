"""Words that stand as labels in a column of formats, domains, levels or visits.

In: the text of a label. Out: whether it may be shown, and how.
Decisions: a column assigned to `format` or `domain` holds labels, not names; a text is taken for a
name there only when it is a known given name or surname or written as a full name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from analysis.records.assignment.visits import read_visit
from analysis.records.assignment.words import read_age, read_domain, read_format, read_level
from analysis.records.headings import plain_name
from analysis.records.privacy.clinic_words import CLINIC_WORDS
from analysis.records.privacy.shapes import (
    COMMON_WORDS,
    fold,
    is_date,
    is_email,
    is_long_number,
    is_phone,
    is_place,
    is_prose,
    is_url,
    person_words,
)
from analysis.records.text import clean_text

LONGEST_LABEL = 40
MOST_LABELS = 25
LABEL_COLUMNS = ("format", "domain", "attainment", "baseline_level", "week", "delivered")


def is_label(text: str) -> bool:
    """Tell whether a text can be a label: short, and not written like a person's name."""
    if len(text) > LONGEST_LABEL or is_email(text) or is_url(text) or is_date(text):
        return False
    if is_phone(text) or is_long_number(text) or is_place(text) or is_prose(text):
        return False
    degree = person_words(text)
    return degree < 2 or (degree == 2 and _has_usual_word(text))


def _has_usual_word(text: str) -> bool:
    words = [fold(word) for word in re.findall(r"[^\W\d_]+", text)]
    return any(word in CLINIC_WORDS or word in COMMON_WORDS for word in words)


def show_label(text: str) -> str:
    """Give a label as it may be shown: itself, or a blank form of it."""
    plain = text if re.fullmatch(r"[\w .,:;()/#%&'?+=><–-]+", text) else ""
    return plain if plain and is_label(text) else hide_label(text)


def hide_label(text: str) -> str:
    """Give what is said in place of a label that is not shown."""
    return f"(a label of {len(text)} signs)"


def without_labels(
    values: Sequence[str], name: str, labels: Mapping[str, Mapping[str, str]]
) -> list[str]:
    """Give the texts of a column, those that are labels emptied: they are not judged as names.

    Args:
        values: its distinct texts.
        name: the schema column it stands for, or "".
        labels: schema column to the labels a mapping declares.
    """
    declared = {plain_name(label) or label for label in labels.get(name, {})}
    if not name or not (declared or name in LABEL_COLUMNS or name == "age_years"):
        return list(values)
    texts = [clean_text(value) for value in values]
    few = name in LABEL_COLUMNS and len(set(filter(None, texts))) <= MOST_LABELS
    return [
        ""
        if (plain_name(text) or text) in declared
        or _is_read(text, name)
        or (few and is_label(text))
        else text
        for text in texts
    ]


def _is_read(text: str, name: str) -> bool:
    """Tell whether a text is read as a value of its column, and so names nobody."""
    if name in ("format", "delivered"):
        return bool(read_format(text)[0]) and is_label(text)
    if name == "domain":
        return bool(read_domain(text)[0]) and is_label(text)
    if name in ("attainment", "baseline_level"):
        return read_level(text)[0] is not None
    if name == "week":
        visit = read_visit(text)
        return visit is not None and not visit.left
    return name == "age_years" and read_age(text) is not None
