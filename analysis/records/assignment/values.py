"""Cells that say a number in other words, read as that number; every kind counted.

In: the text of one column and what it is. Out: the column with plain numbers where the text or the
mapping tells them, and what was done.
Decisions: only what is certain or declared is read. A text that is left is refused by the checks,
with what it looks like.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field, replace

import numpy as np

from analysis.records.assignment.visits import WEEKS_IN_MONTH, read_visit
from analysis.records.assignment.words import CERTAIN, SIGNS, read_age, read_level, spell_number
from analysis.records.headings import plain_name
from analysis.records.mapping import MISSING, Mapping
from analysis.records.schema import TABLES
from analysis.records.text import TextColumn, TextTable, clean_text

NUMBER = re.compile(r"[-+]?\d+(?:\.\d*)?")
COMMA = re.compile(r"[-+]?\d+,\d+")
THOUSANDS = re.compile(r"[-+]?\d{1,3},\d{3}")
NUMERIC = frozenset(
    column.name
    for table in TABLES.values()
    for column in table.columns
    if column.kind in ("whole", "number")
)
LEVELS = ("attainment", "baseline_level")


@dataclass
class Done:
    """What was read in another way: sentence to how many cells."""

    counts: Counter[str] = field(default_factory=Counter)

    def note(self, sentence: str, n: int) -> None:
        """Count `n` more."""
        if n:
            self.counts[sentence] += int(n)


def read_values(table: TextTable, names: list[str], mapping: Mapping, done: Done) -> TextTable:
    """Give the table with the cells of its number columns as plain numbers, where they tell one."""
    columns = []
    for column, name in zip(table.columns, names, strict=True):
        columns.append(_read(column, name, table, mapping, done) if name in NUMERIC else column)
    return replace(table, columns=tuple(columns))


def _read(
    column: TextColumn, name: str, table: TextTable, mapping: Mapping, done: Done
) -> TextColumn:
    texts = [clean_text(value) for value in column.values]
    commas = not table.decimal_comma and _is_decimal_comma(texts)
    declared = _as_looked_up(mapping.labels.get(name, {}))
    if name == "baseline_level" and not declared:
        declared = _as_looked_up(mapping.labels.get("attainment", {}))
    counts = np.bincount(column.codes, minlength=len(texts))
    values = list(column.values)
    for i, text in enumerate(texts):
        if not text:
            continue
        told, sentence = _number(text, name, mapping, declared, commas)
        if sentence and told != text:
            values[i] = told
            done.note(f"{name}: {sentence}", counts[i])
    return TextColumn(column.heading, column.position, tuple(values), column.codes)


def _as_looked_up(labels: AnyMapping[str, str]) -> dict[str, str]:
    """Give labels as written, and by their words alone where those tell them apart.

    "(+1)" and "(-1)" are the same words, so that such labels count only as they are written.
    """
    values: dict[str, set[str]] = {}
    for label, value in labels.items():
        values.setdefault(plain_name(label), set()).add(value)
    by_words = {
        words: found.pop()
        for words, found in values.items()
        if len(found) == 1 and words and not words.replace("_", "").isdigit()
    }
    return by_words | {clean_text(label): value for label, value in labels.items()}


def _is_decimal_comma(texts: list[str]) -> bool:
    """Tell whether commas in a comma-separated file part decimals: no cell could be thousands."""
    found = [text for text in texts if COMMA.fullmatch(text)]
    return bool(found) and not any(THOUSANDS.fullmatch(text) for text in found)


def _number(
    text: str, name: str, mapping: Mapping, declared: dict[str, str], commas: bool
) -> tuple[str, str]:
    """Give the number a text tells, and in which words that is said; ("", "") to leave it."""
    key = text if text in declared else plain_name(text)
    if key in declared:
        value = declared[key]
        if value == MISSING:
            return "", "labels read as missing, as the mapping says"
        if NUMBER.fullmatch(text) and name in LEVELS:
            return text, ""
        return _unshifted(value, name, mapping), "labels read as numbers, as the mapping says"
    plain = text.translate(SIGNS)
    if commas and COMMA.fullmatch(plain):
        text = plain = plain.replace(",", ".")
        told = _in_unit(plain, name, mapping)
        return told or plain, "decimal commas read as points"
    if NUMBER.fullmatch(plain):
        told = _in_unit(plain, name, mapping)
        return (told, "months turned into years") if told else ("", "")
    if name == "age_years":
        age = read_age(text)
        return (
            (f"{age:g}", "ages in years and months read as years") if age is not None else ("", "")
        )
    if name in LEVELS:
        level, certainty = read_level(text)
        if level is not None and certainty == CERTAIN:
            in_words = not any(map(str.isdigit, spell_number(text)))
            sentence = "words of the scale read as levels" if in_words else "the level read alone"
            number = f"{level:g}"
            return (_unshifted(number, name, mapping) if in_words else number), sentence
    if name.endswith("week"):
        visit = read_visit(text)
        if visit is not None and visit.certain and not visit.left:
            return str(visit.week), "weeks written out read as numbers"
    return "", ""


def _in_unit(plain: str, name: str, mapping: Mapping) -> str:
    if name == "age_years" and mapping.age_months:
        return f"{round(float(plain) / 12, 2):g}"
    return ""


def _unshifted(value: str, name: str, mapping: Mapping) -> str:
    """Give a level from -2 to 2 on the scale that the other cells of the column are on."""
    if name in LEVELS and mapping.lowest_level in (0, 1):
        return f"{float(value) + 2 + mapping.lowest_level:g}"
    if name.endswith("week") and mapping.days:
        return str(int(value) * 7)
    if name.endswith("week") and mapping.months:
        return f"{int(value) / WEEKS_IN_MONTH + 1e-6:.7g}"
    return value
