"""From the texts of one column to codes or numbers, each mend counted, each fault placed.

In: a `TextColumn` and what the schema says about it. Out: an array with one entry per row.
Decisions: only distinct texts are looked at, so a million rows cost what their few hundred texts
cost. Blank means missing; a word or a number that stands for missing (99, "-", "not seen") is
refused, because a silent guess about missing levels is a guess about children.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from analysis.errors import EXAMPLES_SHOWN, Problem
from analysis.records.assignment.words import (
    CERTAIN,
    read_domain,
    read_format,
)
from analysis.records.checking.unreadable import UNREADABLE, describe_words
from analysis.records.headings import nearest_label, plain_name
from analysis.records.mapping import MISSING, Mapping
from analysis.records.privacy.codes import SURE_CODE
from analysis.records.privacy.labels import show_label
from analysis.records.privacy.shapes import is_placeholder
from analysis.records.schema import Column
from analysis.records.text import Coder, TextColumn, TextTable, clean_text, word_set

SYNONYMS = {
    "rater": {
        "caregiver": "parent parents carer family",
        "child": "self",
        "treating_therapist": "treating_ot own_therapist",
    },
}
READERS = {"format": read_format, "delivered": read_format, "domain": read_domain}
YES_NO = {"yes": "1", "y": "1", "true": "1", "no": "0", "n": "0", "false": "0"}
MINUS = str.maketrans(dict.fromkeys("\u2212\u2012\u2013\ufe63\uff0d", "-"))
PLAIN_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)")
MISSING_NUMBERS = {9.0, 99.0, 999.0, 9999.0, -9.0, -99.0, -999.0, 88.0, 888.0, 77.0}
MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
DAMAGE = re.compile(
    rf"\d{{1,2}}[-/ .]{MONTH}|{MONTH}[-/ .]\d{{1,4}}|\d{{1,2}}[-/]\d{{1,2}}", re.IGNORECASE
)
WITH_UNIT = re.compile(
    r"[~<>=]?\s*[-+]?\d+(?:[.,]\d+)?\s*(?:[^\W\d_]|[(%']).{0,40}"
    r"|[^\W\d_]{1,12}[.:]?\s*\d+(?:[.,]\d+)?"
)
DAMAGED_CODE = re.compile(
    rf"\d+([.,]\d+)?[eE]\+?\d+|\d{{16,}}|\d{{1,2}}[-/ ]{MONTH}|{MONTH}[-/ ]\d{{2}}"
    r"|#[A-Z/0!?]+",
    re.IGNORECASE,
)
TOTALS = word_set("total totals sum mean average grand_total subtotal sub_total median")


@dataclass
class Faults:
    """Collects problems and mends while one set of records is judged.

    Attributes:
        problems: in the order found.
        mended: sentence to how many cells or rows it is about.
        warnings: sentences that need no mend but should be read.
        level_lines: lines for `[levels]` in the mapping file to paste.
        label_columns: column to allowed labels, for the mapping file to paste.
    """

    problems: list[Problem] = field(default_factory=list)
    mended: Counter = field(default_factory=Counter)
    warnings: list[str] = field(default_factory=list)
    level_lines: list[str] = field(default_factory=list)
    label_columns: dict[str, Sequence[str]] = field(default_factory=dict)

    def refuse(
        self,
        source: TextTable,
        rows: np.ndarray,
        fault: str,
        mend: str,
        code: str,
        position: int = 0,
        name: str = "",
    ) -> None:
        """Add a problem at `rows` of `source` (indices); nothing when there are none."""
        if len(rows) == 0:
            return
        self.problems.append(
            Problem(
                fault,
                mend,
                file=source.file,
                column=name,
                places=source.places(rows[:EXAMPLES_SHOWN], position),
                n_places=len(rows),
                code=code,
            )
        )

    def refuse_whole(
        self, source: TextTable, fault: str, mend: str, code: str, name: str = ""
    ) -> None:
        """Add a problem that is about the records as a whole."""
        self.problems.append(Problem(fault, mend, file=source.file, column=name, code=code))

    def mend(self, sentence: str, n: int) -> None:
        """Count `n` cells mended the way `sentence` says."""
        if n:
            self.mended[sentence] += int(n)


def rows_with(column: TextColumn, flags: Sequence[bool] | np.ndarray) -> np.ndarray:
    """Give the rows whose text is flagged; `flags` has one entry per distinct text."""
    flags = np.asarray(flags, dtype=bool)
    return np.flatnonzero(flags[column.codes]) if flags.any() else np.zeros(0, dtype=np.int64)


def clean_values(column: TextColumn, faults: Faults) -> list[str]:
    """Give the distinct texts without outer blanks and invisible marks; count the mends."""
    texts = [clean_text(value) for value in column.values]
    changed = [
        bool(text) and text != value for text, value in zip(texts, column.values, strict=True)
    ]
    if any(changed):
        n = len(rows_with(column, changed))
        faults.mend("blanks or invisible marks around a value removed", n)
    return texts


def parse_ids(
    source: TextTable, column: TextColumn, name: str, required: bool, coder: Coder, faults: Faults
) -> np.ndarray:
    """Give one code of `coder` per row, -1 for a blank or a refused one.

    Ids stay text for ever: never numbers, never missing because they read "NA".
    """
    texts = clean_values(column, faults)
    if all(map(SURE_CODE.match, texts)):
        lookup = np.fromiter(map(coder.__getitem__, texts), dtype=np.int64, count=len(texts))
        return lookup[column.codes] if len(texts) else np.zeros(0, dtype=np.int64)
    damaged = [bool(DAMAGED_CODE.fullmatch(text)) for text in texts]
    faults.refuse(
        source,
        rows_with(column, damaged),
        "codes were changed by a spreadsheet: Excel turns codes such as 3-5 into dates and long "
        "numbers into forms such as 9.0E+15; a broken formula leaves #REF!.",
        "Format the column as Text before typing or importing the codes, and export again.",
        "damaged_id",
        column.position,
        name,
    )
    words = [
        bool(text) and is_placeholder(text) and not hurt
        for text, hurt in zip(texts, damaged, strict=True)
    ]
    spaced = [
        " " in text and not hurt and not word
        for text, hurt, word in zip(texts, damaged, words, strict=True)
    ]
    faults.refuse(
        source,
        rows_with(column, spaced),
        "a code has a blank inside it.",
        "Write codes without blanks, such as C07.",
        "spaced_id",
        column.position,
        name,
    )
    faults.refuse(
        source,
        rows_with(column, words),
        "a word or sign stands in place of a code.",
        "Leave the cell empty when there is no code.",
        "word_for_id",
        column.position,
        name,
    )
    if required:
        faults.refuse(
            source,
            rows_with(column, [not text for text in texts]),
            "the code is missing.",
            "Fill in the code, or remove the row.",
            "missing_id",
            column.position,
            name,
        )
    readable = [
        text if not (hurt or word or gap) else ""
        for text, hurt, word, gap in zip(texts, damaged, words, spaced, strict=True)
    ]
    lookup = np.array([coder[text] if text else -1 for text in readable] or [-1], dtype=np.int64)
    return lookup[column.codes]


def parse_choices(
    source: TextTable, column: TextColumn, schema: Column, mapping: Mapping, faults: Faults
) -> np.ndarray:
    """Give the index in `schema.choices` per row, -1 for a blank; int8."""
    texts = clean_values(column, faults)
    declared = {
        plain_name(label) or label: choice
        for label, choice in mapping.labels.get(schema.name, {}).items()
    }
    usual = {
        word: choice
        for choice, words in SYNONYMS.get(schema.name, {}).items()
        for word in words.split()
        if choice in schema.choices
    }
    index = {choice: i for i, choice in enumerate(schema.choices)}
    lookup, unknown = [], []
    for value, text in enumerate(texts):
        plain = plain_name(text) or text
        choice = declared.get(plain) or (plain if plain in index else usual.get(plain, ""))
        if not choice and schema.name in READERS:
            label, certainty = READERS[schema.name](text)
            choice = label if certainty == CERTAIN and label in index else ""
        lookup.append(index.get(choice, -1))
        unknown.append(bool(text) and choice not in index and choice != MISSING)
        if choice == MISSING:
            n = int((column.codes == value).sum())
            faults.mend(f"{schema.name}: labels read as missing, as the mapping says", n)
        if choice in index and text != choice:
            n = int((column.codes == value).sum())
            if schema.spelled:
                faults.mend(f"{schema.name}: written another way", n)
            elif plain in declared or plain == choice:
                faults.mend(f"{schema.name}: labels written another way read as {choice}", n)
            else:
                faults.mend(f'{schema.name}: "{show_label(text)}" read as {choice}', n)
    rows = rows_with(column, unknown)
    if len(rows):
        near = dict.fromkeys(
            nearest_label(plain_name(text), schema.choices)
            for text, bad in zip(texts, unknown, strict=True)
            if bad
        )
        near.pop("", None)
        hint = f" The nearest known: {', '.join(near)}." if near else ""
        faults.refuse(
            source,
            rows,
            f"the label is not one of {schema.listed}.{hint}",
            "Correct it, or say in a mapping file what it stands for.",
            "unknown_label",
            column.position,
            schema.name,
        )
        if not schema.spelled:
            faults.label_columns[schema.name] = schema.choices
    if schema.required:
        faults.refuse(
            source,
            rows_with(column, [not text for text in texts]),
            f"the {schema.name} is missing.",
            f"Fill in one of {schema.listed}.",
            "missing_label",
            column.position,
            schema.name,
        )
    return np.array(lookup or [-1], dtype=np.int8)[column.codes]


def parse_numbers(
    source: TextTable, column: TextColumn, schema: Column, faults: Faults
) -> tuple[np.ndarray, np.ndarray]:
    """Give one float per row and which rows were refused; signs and decimal commas are mended.

    A blank or an unreadable text is NaN.
    """
    texts = clean_values(column, faults)
    yes_no = (schema.low, schema.high) == (0, 1)
    numbers = np.full(max(len(texts), 1), np.nan)
    kinds: dict[str, list[bool]] = {
        kind: [False] * len(texts) for kind in ("quote", "plus", "minus", "comma", "yes_no")
    }
    unreadable: dict[str, list[bool]] = {
        kind: [False] * len(texts) for kind in ("damaged", "error", "unit", "words")
    }
    for i, text in enumerate(texts):
        if not text:
            continue
        plain = text
        if not plain.isascii():
            plain = plain.translate(MINUS)
            kinds["minus"][i] = plain != text
        if plain[0] == "'" and PLAIN_NUMBER.fullmatch(plain[1:]):
            plain = plain[1:]
            kinds["quote"][i] = True
        if source.decimal_comma and re.fullmatch(r"[-+]?\d+,\d+", plain):
            plain = plain.replace(",", ".")
            kinds["comma"][i] = True
        if yes_no and plain.casefold() in YES_NO:
            plain = YES_NO[plain.casefold()]
            kinds["yes_no"][i] = True
        if PLAIN_NUMBER.fullmatch(plain):
            kinds["plus"][i] = plain[0] == "+"
            numbers[i] = float(plain)
        elif DAMAGE.fullmatch(plain):
            unreadable["damaged"][i] = True
        elif plain.startswith("#"):
            unreadable["error"][i] = True
        elif WITH_UNIT.fullmatch(plain):
            unreadable["unit"][i] = True
        else:
            unreadable["words"][i] = True
    for kind, sentence in (
        ("quote", "apostrophes in front of numbers removed"),
        ("plus", "plus signs removed"),
        ("minus", "typographic minus signs read as minus"),
        ("comma", "decimal commas read as points"),
        ("yes_no", "yes and no read as 1 and 0"),
    ):
        faults.mend(f"{schema.name}: {sentence}", len(rows_with(column, kinds[kind])))
    for kind, (fault, mend) in UNREADABLE.items():
        if kind == "words":
            fault, mend = describe_words(texts, unreadable["words"], schema.name)
        if kind == "unit" and schema.unit.replace(" ", "").isalpha() and schema.unit != "level":
            mend = f"{mend[:-1]}, in {schema.unit}."
        faults.refuse(
            source,
            rows_with(column, unreadable[kind]),
            fault,
            mend,
            f"not_a_number_{kind}",
            column.position,
            schema.name,
        )
    refused = np.any(list(unreadable.values()), axis=0)
    return numbers[column.codes], np.append(refused, False)[column.codes]
