"""Every published number of a report as rows of one tidy table, each with its sentence.

In: a told `Summary`. Out: `NumberRow`s in the order of `summary.json`. Decisions: rows are found by
walking the summary's own types, so that a number that was not published cannot get in; a number
held back says "not shown" where it would stand, and what hangs on it (its ranges, its p value) is
left out; a format that the records do not have has no rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from analysis.disclosure.rows import Row, Share
from analysis.disclosure.summary import Summary
from analysis.tables.catalogue import OWN_UNIT, QUANTITIES, RATE, SECTIONS
from analysis.tables.layout import HIDDEN, name_format
from analysis.tables.row_names import ALL_FORMATS, Place, fields_of, name_row
from analysis.tables.sections import MEASURES
from analysis.wording import FORMAT_NAMES, number
from analysis.words.cohort import start_unit
from analysis.words.phrases import absent_formats, narrow_range_name, range_name, spell_unit

Cell = float | int | str | None

NOT_RECORDED = "not recorded"
TOTAL = "total"
ROUGH = "{quantity}, to a half or whole step"
WIDE = "{range} if something unrecorded differs too"
AS_LARGE = "with that trait explaining as much, and as little, as goes with the records"
# Said to be held back where they are; other numbers hang on these.
MAIN = frozenset(
    {
        *("estimate", "mean", "percent", "of_100", "difference", "before", "after", "now"),
        *("n_children", "n_goals", "n_effective", "half_width", *FORMAT_NAMES, TOTAL),
    }
)
ENDS = {
    "estimate": ("conf_low", "conf_high"),
    "raw_estimate": ("raw_conf_low", "raw_conf_high"),
    "mean": ("conf_low", "conf_high"),
    "of_100": ("low", "high"),
    "difference": ("low", "high"),
    "times": ("times_low", "times_high"),
}
NARROW, WIDER = ("narrow_low", "narrow_high"), ("wide_low", "wide_high")


@dataclass(frozen=True)
class NumberRow:
    """One published number.

    Attributes:
        section: part of the report.
        id: where it stands in `summary.json`, rows by their names.
        about: which formats, trait, week, ... it is about.
        quantity, unit: what it is.
        value: the number, a word in its place ("few"), or "not shown".
        low, high: its range; None where it has none.
        range: which range that is.
        children: how many children it rests on, where the report says so.
        sentence: what the report says of it; "" where it stands in a picture or table only.
    """

    section: str
    id: str
    about: str
    quantity: str
    unit: str
    value: Cell
    low: Cell = None
    high: Cell = None
    range: str = ""
    children: Cell = None
    sentence: str = ""


def list_numbers(summary: Summary) -> list[NumberRow]:
    """Give every published number; one with several ranges has a row for each.

    Args:
        summary: a told summary.
    """
    parts = fields_of(summary)
    return [row for name in SECTIONS for row in _walk(summary, parts[name], Place(name, name), {})]


def _walk(
    summary: Summary, row: Row | None, place: Place, above: dict[str, Any]
) -> Iterator[NumberRow]:
    """Give the numbers of a row, then those of the rows in it."""
    fields = {} if row is None else fields_of(row)
    if row is None or absent_formats(summary) & {
        name for key in ("format", "this", "than") if (name := fields.get(key))
    }:
        return
    for name in fields:
        yield from _write_field(summary, row, name, place, above | fields)
    for name, value in fields.items():
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, Row):
                yield from _walk(summary, one, name_row(summary, one, place.step(name)), fields)


def _write_field(
    summary: Summary, row: Row, name: str, place: Place, fields: dict[str, Any]
) -> Iterator[NumberRow]:
    """Give a number as a row for each of its ranges; nothing where the field holds no number."""
    melted = name in (*FORMAT_NAMES, TOTAL)
    key = place.fields if melted else f"{place.fields}.{name}"
    value = _spell_value(row, name, fields[name])
    if key not in QUANTITIES or value is None or name in absent_formats(summary):
        return
    quantity, unit = QUANTITIES[key]
    rough = fields.get("rough") or ()
    if rough is True or (rough and name in rough):
        quantity = ROUGH.format(quantity=quantity)
    about = place.about
    if melted:
        about = (*about, ALL_FORMATS if name == TOTAL else name_format(name))
    first = NumberRow(
        section=SECTIONS[place.path.partition(".")[0]],
        id=f"{place.path}.{name}",
        about="; ".join(about),
        quantity=quantity,
        unit=_spell_unit(summary, unit, fields),
        value=value,
        children=None if name.startswith("n_") else _count(summary, place, fields),
        sentence=_find_sentence(summary, place.path, name),
    )
    ranges = [] if value == HIDDEN else list(_list_ranges(summary, name, fields))
    for told, low, high in ranges or [("", None, None)]:
        yield replace(first, range=told, low=low, high=high)


def _spell_value(row: Row, name: str, value: object) -> Cell:
    if isinstance(row, Share) and name == "percent" and value is None:
        return row.word or (HIDDEN if row.recorded else NOT_RECORDED)
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        return value
    return HIDDEN if value is None and name in MAIN else None


def _spell_unit(summary: Summary, unit: str, fields: dict[str, Any]) -> str:
    if unit == RATE:
        return spell_unit(summary, "rate")
    if unit != OWN_UNIT:
        return unit
    if "trait" in fields:
        return start_unit(fields["trait"])
    return (
        MEASURES[fields["measure"]] if "measure" in fields else spell_unit(summary, fields["unit"])
    )


def _list_ranges(
    summary: Summary, name: str, fields: dict[str, Any]
) -> Iterator[tuple[str, Cell, Cell]]:
    """Give the ranges of a number that are shown, each with what it is called."""
    told = range_name(summary)
    ranges = [(AS_LARGE if name == "times" else told, ENDS.get(name))]
    if name == "estimate":
        ranges += [(narrow_range_name(summary), NARROW), (WIDE.format(range=told), WIDER)]
    for said, ends in ranges:
        low, high = (fields.get(end) for end in ends or ("", ""))
        if low is not None or high is not None:
            yield said, low, high


def _count(summary: Summary, place: Place, fields: dict[str, Any]) -> Cell:
    """Give the children behind a number, where the report says how many they are."""
    if "n_children" in fields and place.fields != "answer.needed":
        own: int | None = fields["n_children"]
        return HIDDEN if own is None else own
    if place.fields not in ("answer.pairs", "answer.rates"):
        return None
    names = [fields[key] for key in ("format", "this", "than") if key in fields]
    counts = [summary.counted(name).n_children for name in names]
    return " and ".join(HIDDEN if count is None else number(count, 0) for count in counts)


def _find_sentence(summary: Summary, path: str, name: str) -> str:
    """Give the sentence that quotes a number most closely; of several the first."""
    whole, best, text = f"{path}.{name}.", 0, ""
    for sentence in summary.sentences:
        for quoted in sentence.numbers:
            row, _, _ = quoted.rpartition(".")
            near = quoted if whole.startswith(f"{quoted}.") else row if row == path else ""
            if len(near) > best:
                best, text = len(near), sentence.text
    return text
