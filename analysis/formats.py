"""What is particular to each therapy format, in one table.

In: nothing. Out: `THERAPY_FORMATS` in their fixed order, and what is looked up in it.
Decisions: a format keeps one name, one colour and one mark everywhere; the colours differ in
lightness first, so that they survive greyscale and the common kinds of colour blindness.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TherapyFormat:
    """One format in which therapy is planned.

    Attributes:
        id: label in the records and in `summary.json`.
        grouped: whether its children meet in therapy groups.
        name: what it is called in a sentence.
        title: what it is called in a table or picture.
        colour: its colour, as #RRGGBB.
        mark: the shape of its mark, as matplotlib names it.
        mark_size: size of that mark in points, so that the shapes look equally large.
    """

    id: str
    grouped: bool
    name: str
    title: str
    colour: str
    mark: str
    mark_size: float


THERAPY_FORMATS = (
    TherapyFormat("individual", False, "individual therapy", "Individual", "#17365D", "o", 7.0),
    TherapyFormat("group", True, "group therapy", "Group", "#B5541C", "s", 6.4),
    TherapyFormat("combined", True, "combined therapy", "Combined", "#4DA1A3", "D", 6.0),
)

FORMATS = tuple(one.id for one in THERAPY_FORMATS)
GROUPED_FORMATS = tuple(one.id for one in THERAPY_FORMATS if one.grouped)
GROUPED_CODES = tuple(FORMATS.index(label) for label in GROUPED_FORMATS)
FORMAT_NAMES = {one.id: one.name for one in THERAPY_FORMATS}
FORMAT_TITLES = {one.id: one.title for one in THERAPY_FORMATS}
FORMAT_COLOURS = {one.id: one.colour for one in THERAPY_FORMATS}
FORMAT_MARKS = {one.id: one.mark for one in THERAPY_FORMATS}
FORMAT_MARK_SIZES = {one.id: one.mark_size for one in THERAPY_FORMATS}


def is_grouped(format_id: str) -> bool:
    """Tell whether children of a format meet in therapy groups.

    Raises:
        KeyError: if there is no such format.

    Example:
        >>> [is_grouped(label) for label in FORMATS]
        [False, True, True]
    """
    for one in THERAPY_FORMATS:
        if one.id == format_id:
            return one.grouped
    raise KeyError(format_id)
