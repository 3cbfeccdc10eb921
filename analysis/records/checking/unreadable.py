"""What a text that stands where a number should looks like, and what reads it.

In: the texts of a column that are no numbers. Out: the fault and its mend, in two sentences.
Decisions: leaving a cell empty is advised only where nothing else reads it.
"""

from __future__ import annotations

from collections.abc import Sequence

from analysis.records.assignment.words import stands_for_missing
from analysis.records.mapping import NUMBERED

UNREADABLE = {
    "damaged": (
        "a number was turned into a date by a spreadsheet (Excel does this to 1-2 or 3/4).",
        "Format the column as Number, type the value again and export.",
    ),
    "error": (
        "the cell holds a formula without a result, or an error such as #N/A.",
        "Copy the column and paste it as values, then mend or empty the cells with errors.",
    ),
    "unit": ("a unit or a word stands beside the number.", "Write the number only."),
    "words": (
        "this is not a number; a word or sign for missing (n/a, -, not seen) is not read.",
        "Leave the cell empty when the value is not known.",
    ),
}


def describe_words(texts: Sequence[str], flags: Sequence[bool], name: str) -> tuple[str, str]:
    """Say what texts that stand where numbers should look like, and what reads them."""
    words = [text for text, bad in zip(texts, flags, strict=True) if bad]
    missing = [text for text in words if stands_for_missing(text)]
    labels = f"[labels.{name}] in the mapping file"
    if words and len(missing) == len(words) and name in NUMBERED:
        return (
            "a word or sign for missing stands where a number should.",
            f'Say so in {labels} ("n/a" = "missing"), or leave the cell empty.',
        )
    if words and len(missing) == len(words):
        return (
            "a word or sign for missing stands where a number should.",
            "Leave the cell empty when the value is not known.",
        )
    if name in ("attainment", "baseline_level"):
        return (
            "this is a word and not a number: it looks like a level in words.",
            f'Say in {labels} which level from -2 to 2 each word is ("Achieved" = 0).',
        )
    if name == "week":
        return (
            "this is a word and not a number: it looks like the name of a visit.",
            f'Say in {labels} which week each visit was ("Review 2" = 12).',
        )
    if name == "age_years":
        return (
            "this is not an age that is read (5.5, 5;6, 5y 6m and 66 months are).",
            "Write the age in years as a number, or leave the cell empty when it is not known.",
        )
    if any("," in text for text in words):
        return (
            "this is not a number: commas part thousands or decimals in a way that cannot be told.",
            "Write numbers with a decimal point and without commas.",
        )
    return (
        "this is a word and not a number.",
        "Write the number. Leave the cell empty only when the value is not known.",
    )
