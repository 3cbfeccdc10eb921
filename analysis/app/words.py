"""What the pages say beside headings and labels: the choices of the form, in plain words.

In: the schema. Out: `Choice`s for columns, labels and the layout of a sheet.
"""

from __future__ import annotations

from typing import NamedTuple

from analysis.records.headings import known_names, required_names
from analysis.records.mapping import MISSING
from analysis.records.schema import HIGHEST_LEVEL, LOWEST_LEVEL, TABLES


class Choice(NamedTuple):
    """One entry of a drop-down: what is sent, what is read, and the heading it stands under."""

    value: str
    told: str
    under: str = ""


VISIT = "visit"
LEAVE = Choice("", "Not used")
NEEDED, HELPS = "Needed", "Helps, if you have it"
LEVEL_WORDS = {
    "-2": "−2, much less than expected",
    "-1": "−1, less than expected",
    "0": "0, as expected",
    "1": "+1, more than expected",
    "2": "+2, much more than expected",
}
LEVELS = tuple(
    Choice(str(level), LEVEL_WORDS[str(level)]) for level in range(LOWEST_LEVEL, HIGHEST_LEVEL + 1)
)
LAYOUT: dict[str, tuple[str, tuple[Choice, ...]]] = {
    "lowest": (
        "Levels are written",
        (
            Choice("-2", "from −2 to +2"),
            Choice("0", "from 0 to 4; 2 is the expected level"),
            Choice("1", "from 1 to 5; 3 is the expected level"),
            Choice("-3", "from −3 to +2; −3 is read as −2"),
        ),
    ),
    "halves": (
        "Half levels",
        (Choice("", "there are none"), Choice("level_below", "are read as the level below")),
    ),
    "weeks": (
        "Time is counted in",
        (
            Choice("", "weeks, unless they look like something else"),
            Choice("weeks", "weeks, I looked"),
            Choice("days", "days"),
            Choice("months", "months"),
        ),
    ),
    "ages": ("Ages are given in", (Choice("years", "years"), Choice("months", "months"))),
    "dates": (
        "Dates such as 03/04/2024 are written",
        (
            Choice("", "as the dates themselves show"),
            Choice("day_first", "day first: 3 April"),
            Choice("month_first", "month first: 4 March"),
        ),
    ),
    "goals": (
        "Goals are told apart by",
        (
            Choice("", "a code of their own"),
            Choice("row", "their row: each row is one goal"),
            Choice("within_child", "a number that begins anew for each child"),
            Choice("domain", "their area of life: one goal in each for a child"),
        ),
    ),
    "fill": (
        "Empty cells under a child",
        (
            Choice("", "are empty"),
            Choice("down", "mean the same as the cell above"),
            Choice("child", "are written on another row of the child"),
        ),
    ),
    "totals": (
        "Rows of totals or notes under the table",
        (Choice("", "there are none"), Choice("leave_out", "are left out")),
    ),
    "sheets": (
        "The sheets of the workbook",
        (
            Choice("", "only one is read, or each is a table of its own"),
            Choice("together", "are parts of one table"),
            Choice("joined", "are tables that belong together by their codes"),
            Choice("child_id", "are one for each child"),
            Choice("therapist_id", "are one for each therapist"),
            Choice("group_id", "are one for each therapy group"),
            Choice("site", "are one for each place"),
            Choice("format", "are one for each format"),
            Choice("domain", "are one for each area of life"),
            Choice("week", "are one for each visit"),
        ),
    ),
}
COLUMN_TITLES = {
    "format": "format of therapy",
    "delivered": "session",
    "domain": "area of life",
    "attainment": "level",
    "baseline_level": "level at the start",
    "week": "visit",
}


def column_choices(table: str, *, may_leave: bool, visits: bool) -> tuple[Choice, ...]:
    """Give what a column may be.

    Args:
        table: schema table, or "flat".
        may_leave: whether it may be left unused.
        visits: whether it may hold the levels of one visit.
    """
    needed = required_names(table)
    meanings = {
        column.name: column.meaning.rstrip(".")
        for name in (*reversed(TABLES), *({table} & TABLES.keys()))
        for column in TABLES[name].columns
    }
    names = [*needed, *(name for name in known_names(table) if name not in needed)]
    choices = [Choice(n, meanings[n], NEEDED if n in needed else HELPS) for n in names]
    if visits:
        choices.insert(len(needed), Choice(VISIT, "Levels of one visit", NEEDED))
    return (*((LEAVE,) if may_leave else ()), *choices)


def label_choices(column: str) -> tuple[Choice, ...]:
    """Give what a label of a column may mean."""
    missing = Choice(MISSING, "Not known: read as empty")
    if column in ("attainment", "baseline_level"):
        return (Choice("", "Choose"), *LEVELS, missing)
    labels = next(
        (table.column(column).choices for table in TABLES.values() if column in table.names), ()
    )
    told = (Choice(label, label.replace("_", " ").capitalize()) for label in labels)
    return (Choice("", "Choose"), *told, missing)
