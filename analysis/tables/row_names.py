"""What the rows of a published summary are called: in a path of it, and for a reader.

In: a row of a `Summary` and where it stands. Out: its `Place`. Decisions: the names in a path are
those by which sentences quote numbers, so that a number finds its sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from analysis.disclosure.rows import Analysis, ClaimRow, Pair, Predicted, Row
from analysis.disclosure.sensitivity_rows import DropoutCell
from analysis.disclosure.summary import Summary
from analysis.tables.layout import name_format, name_pair
from analysis.tables.sections import MEASURES
from analysis.wording import FORMAT_NAMES, KIND_NAMES, MINUS, sentence_case
from analysis.words.analyses import give_title
from analysis.words.claims import CLAIMS
from analysis.words.cohort import FLOW_TITLES, TRAIT_TITLES
from analysis.words.progress import BAND_TITLES
from analysis.words.subgroups import DOMAIN_TITLES

ALL_FORMATS = "All formats"
KEYS = ("pair", "week", "measure", "domain", "trait", "id", "format", "when", "band", "level")
MORE_KEYS = ("hours_per_level", "gate")
LISTS: dict[str, Mapping[str, str]] = {
    "measure": MEASURES,
    "domain": DOMAIN_TITLES,
    "trait": TRAIT_TITLES,
    "band": BAND_TITLES,
    "id": {**TRAIT_TITLES, **FLOW_TITLES, **KIND_NAMES},
}


@dataclass(frozen=True)
class Place:
    """Where a row of the summary stands.

    Attributes:
        fields: its path by fields alone, e.g. "answer.pairs".
        path: the same with the names of rows, e.g. "answer.pairs.group-individual".
        about: those names as a reader knows them.
    """

    fields: str
    path: str
    about: tuple[str, ...] = ()

    def step(self, name: str) -> Place:
        """Give the place of a field of this row."""
        return Place(f"{self.fields}.{name}", f"{self.path}.{name}", self.about)


def fields_of(row: Row) -> dict[str, Any]:
    """Give a row's fields by their names in `summary.json`."""
    found = msgspec.structs.fields(type(row))
    return {field.encode_name: getattr(row, field.name) for field in found}


def name_row(summary: Summary, row: Row, place: Place) -> Place:
    """Give the place of a row of a list, its own names added.

    Args:
        summary: the summary, for its weeks.
        row: the row.
        place: the place of the list.
    """
    named = list(_names_of(summary, row))
    path = ".".join([place.path, *(name for name, _ in named)])
    return Place(place.fields, path, (*place.about, *(told for _, told in named if told)))


def _names_of(summary: Summary, row: Row) -> Iterator[tuple[str, str]]:
    """Give each name of a row: in a path, and for a reader."""
    fields = fields_of(row)
    pair = name_pair(row) if isinstance(row, Pair) or "than" in fields else ""  # type: ignore[arg-type]
    for key in (*KEYS, *MORE_KEYS):
        value = fields.get(key)
        if isinstance(value, float):
            yield f"{value:g}", f"one level held worth {value:g} therapist hours"
        elif isinstance(value, str | int):
            yield str(value), pair if pair and key == "id" else _spell(summary, row, key, value)
    if pair and "id" not in fields:
        yield f"{fields['this']}-{fields['than']}", pair
    if isinstance(row, DropoutCell):
        this, than = row.percent_this, row.percent_than
        yield f"{this}-{than}", f"{this}% and {than}% less progress after leaving"


def _spell(summary: Summary, row: Row, key: str, value: Any) -> str:
    """Spell one name of a row for a reader."""
    if isinstance(row, Analysis):
        return give_title(summary, row.id)
    if isinstance(row, ClaimRow):
        return CLAIMS[row.id]
    if isinstance(row, Predicted) and key == "level":
        return f"rating {row.rating:g}"
    if key == "week":
        return f"week {value}"
    if key == "format":
        return name_format(value) if value in FORMAT_NAMES else ALL_FORMATS
    if key == "pair":
        return sentence_case(value.replace("-", f" {MINUS} "))
    return sentence_case(LISTS.get(key, {}).get(value, value.replace("_", " ")))
