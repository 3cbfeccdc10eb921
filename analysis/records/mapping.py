"""A clinic's own names and labels, said once in a small TOML file.

In: a TOML file (or the same as a dictionary). Out: a frozen `Mapping`.
Decisions: a scale of levels other than -2 to +2 is read only when it is declared here, because
1 to 5 read as levels would be a silent error (Turner-Stokes & Williams 2010 for half levels).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from pathlib import Path

from analysis.errors import Problem, RecordsError
from analysis.records.headings import ALL_NAMES, DATE_NAMES, LEFT_OUT, nearest_label
from analysis.records.schema import (
    FORMATS,
    HIGHEST_LEVEL,
    LATEST_WEEK,
    LOWEST_LEVEL,
    TABLES,
)
from analysis.writing.places import NOT_ORDINARY, NotOrdinaryError, TooLargeError, read_ordinary

LARGEST_MAPPING = 1_000_000
FIRST_LEVELS = (-3, -2, 0, 1)
TABLE_NAMES = (*TABLES, "flat")

Refuse = Callable[[str, str], None]
PARTS = (
    "columns",
    "ages",
    "dates",
    "formats",
    "goals",
    "labels",
    "layout",
    "levels",
    "reviews",
    "tables",
    "weeks",
)
GOALS = ("row", "within_child", "domain")
FILLS = ("down", "child")
SHEETS = (
    "together",
    "joined",
    "child_id",
    "therapist_id",
    "group_id",
    "site",
    "episode_id",
    "format",
    "domain",
    "week",
)
MISSING = "missing"
NUMBERED = ("attainment", "baseline_level", "week")
DATE_ORDERS = {None: "", True: "day_first", False: "month_first"}
SETTINGS: dict[str, dict[str, tuple[object, ...]]] = {
    "levels": {"lowest": FIRST_LEVELS, "halves": ("level_below",)},
    "weeks": {"unit": ("weeks", "days", "months")},
    "ages": {"unit": ("years", "months")},
    "dates": {"order": ("day_first", "month_first")},
    "layout": {"goals": GOALS, "fill": FILLS, "sheets": SHEETS, "totals": ("leave_out",)},
}


@dataclass(frozen=True)
class Mapping:
    """What a clinic's file calls things.

    Attributes:
        columns: heading in the file to schema column.
        tables: file or sheet name to schema table (or "flat").
        labels: schema column to (label in the file to schema label, a number, or "missing").
        lowest_level: the number that stands for -2 (0 for a scale of 0 to 4, 1 for 1 to 5);
            -3 for a scale of -3 to +2, whose -3 ("worse than at the start") is read as -2.
        halves: whether half levels are read as the level below ("partly": -0.5 is -1).
        days: whether `week` columns count days.
        months: whether `week` columns count months.
        age_months: whether `age_years` counts months.
        day_first: whether 03/04/2024 is the third of April; None when not said.
        reviews: for a wide sheet, the columns of each review: "level" and "week" or "date", and
            "goal" where a row holds several goals.
        goals: for a sheet with several goals in a row, the columns of each: "goal" (its number)
            and headings by schema column.
        goal_rule: how goals are told apart without a code of their own: "row" (each row is one),
            "within_child" (their numbers begin anew for each child), "domain" (one for each
            child and domain), or "".
        fill: "down" when a child is written once above its rows, "child" when what is true of a
            child stands on one of its rows, or "".
        sheets: what sheets of one form are: "together" (rows of one table), or the column their
            names stand for, or "joined" (each is another table, joined by its codes).
        formats: two or three of the formats to the columns that say yes or a number of sessions.
        totals: whether rows of totals and notes under the table are left out.
        weeks_said: whether the unit of `week` columns was declared, whichever it is.
    """

    columns: dict[str, str] = field(default_factory=dict)
    tables: dict[str, str] = field(default_factory=dict)
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    lowest_level: int = -2
    halves: bool = False
    days: bool = False
    day_first: bool | None = None
    reviews: tuple[dict[str, str | int], ...] = ()
    goals: tuple[dict[str, str], ...] = ()
    goal_rule: str = ""
    fill: str = ""
    sheets: str = ""
    totals: bool = False
    months: bool = False
    age_months: bool = False
    weeks_said: bool = False
    formats: dict[str, str] = field(default_factory=dict)

    @property
    def has_layout(self) -> bool:
        """Whether rows must be arranged before they can be read as one review each."""
        return bool(self.reviews or self.goals or self.goal_rule or self.fill or self.formats)


def read_mapping(source: Mapping | AnyMapping | str | Path | None) -> Mapping:
    """Give the mapping in a TOML file or dictionary; none gives an empty one.

    Raises:
        RecordsError: naming every entry that is not understood.
    """
    if source is None:
        return Mapping()
    if isinstance(source, Mapping):
        return source
    name = "mapping"
    if not isinstance(source, AnyMapping):
        path = Path(source)
        name = path.name
        try:
            text = read_ordinary(path, LARGEST_MAPPING).decode("utf-8-sig")
            source = tomllib.loads(text.replace("\r\n", "\n").replace("\r", "\n"))
        except NotOrdinaryError:
            fault, mend = NOT_ORDINARY
        except TooLargeError:
            fault, mend = "the mapping file is far too large.", "Give a file of a few lines."
        except OSError:
            fault, mend = "the mapping file cannot be opened.", "Check its name and place."
        except UnicodeDecodeError:
            fault, mend = "the mapping file is not UTF-8 text.", "Save it as UTF-8."
        except RecursionError:
            fault, mend = "the mapping file is nested too deeply.", "Write one entry on each line."
        except tomllib.TOMLDecodeError as error:
            place = re.search(r"at line \d+", str(error))
            fault = f"the mapping file is not valid TOML ({place[0] if place else 'at its end'})."
            mend = 'Each line should read "your heading" = "our column".'
        if not isinstance(source, AnyMapping):
            raise RecordsError([Problem(fault, mend, file=name, code="mapping")]) from None
    return _check(source, name)


def _check(raw: AnyMapping, name: str) -> Mapping:
    problems: list[Problem] = []

    def refuse(fault: str, mend: str) -> None:
        problems.append(Problem(fault, mend, file=name, code="mapping"))

    for part in raw:
        if part not in PARTS:
            near = nearest_label(str(part), PARTS)
            refuse(
                f"the mapping has a part [{part}] that is not known.",
                f"Did you mean [{near}]?" if near else f"Known are {_listed(PARTS)}.",
            )
    sections: dict[str, AnyMapping] = {}
    for part in PARTS:
        value = {} if part in ("reviews", "goals") else raw.get(part, {})
        if not isinstance(value, AnyMapping):
            refuse(f"[{part}] must be a table of settings.", f"Write [{part}] on its own line.")
            value = {}
        sections[part] = value
    goals = _check_goals(raw.get("goals", []), refuse)
    reviews = _check_reviews(raw.get("reviews", []), {block["goal"] for block in goals}, refuse)
    columns = _names(sections["columns"], (*ALL_NAMES, *DATE_NAMES, LEFT_OUT), "columns", refuse)
    tables = _names(sections["tables"], TABLE_NAMES, "tables", refuse)
    labels = _check_labels(sections["labels"], refuse)
    formats = {}
    for name, heading in sections["formats"].items():
        if name not in FORMATS or not isinstance(heading, str) or len(sections["formats"]) < 2:
            refuse(
                "[formats] is not understood.",
                'Write two of individual = "heading", group = "heading", combined = "heading".',
            )
        else:
            formats[name] = heading
    said = _check_settings(sections, refuse)
    if problems:
        raise RecordsError(problems)
    order = said.get("dates.order")
    lowest = said.get("levels.lowest", -2)
    return Mapping(
        columns=columns,
        tables=tables,
        labels=labels,
        lowest_level=lowest if isinstance(lowest, int) else -2,
        halves="levels.halves" in said,
        days=said.get("weeks.unit") == "days",
        months=said.get("weeks.unit") == "months",
        age_months=said.get("ages.unit") == "months",
        day_first=None if order is None else order == "day_first",
        reviews=reviews,
        goals=goals,
        goal_rule=str(said.get("layout.goals", "")),
        fill=str(said.get("layout.fill", "")),
        sheets=str(said.get("layout.sheets", "")),
        totals="layout.totals" in said,
        formats=formats,
        weeks_said="weeks.unit" in said or bool(reviews) or "week" in labels,
    )


def _check_settings(sections: AnyMapping[str, AnyMapping], refuse: Refuse) -> dict[str, object]:
    """Give "part.key" to the value of each setting that is one of those allowed."""
    said: dict[str, object] = {}
    for part, allowed in SETTINGS.items():
        for key, value in sections[part].items():
            if key not in allowed:
                refuse(
                    f"[{part}] has an entry {key} that is not known.", f"Known: {_listed(allowed)}."
                )
            elif (part, key) == ("levels", "lowest"):
                if type(value) is not int or value not in FIRST_LEVELS:
                    refuse("[levels] lowest is not one that can be read.", "Give -3, -2, 0 or 1.")
                else:
                    said["levels.lowest"] = value
            elif value in allowed[key]:
                said[f"{part}.{key}"] = value
            elif (part, key, value) != ("levels", "halves", "refuse"):
                choices = " or ".join(f'{key} = "{choice}"' for choice in allowed[key])
                refuse(f"[{part}] {key} is not understood.", f"Write {choices}.")
    return said


def _check_labels(section: AnyMapping, refuse: Refuse) -> dict[str, dict[str, str]]:
    labels = {}
    for column, entries in section.items():
        choices = next(
            (
                table.column(column).choices
                for table in TABLES.values()
                if column in table.names and table.column(column).choices
            ),
            (),
        )
        if column in NUMBERED and isinstance(entries, AnyMapping):
            labels[column] = _numbers(entries, column, refuse)
        elif not choices or not isinstance(entries, AnyMapping):
            refuse(
                f"[labels.{column}] is not a column of labels.",
                "Labels can be given for format, domain, attainment, week, rater and the like.",
            )
        else:
            labels[column] = _names(entries, (*choices, MISSING), f"labels.{column}", refuse)
    return labels


def _numbers(entries: AnyMapping, column: str, refuse: Refuse) -> dict[str, str]:
    low, high = (-1, LATEST_WEEK) if column == "week" else (LOWEST_LEVEL, HIGHEST_LEVEL)
    kept = {}
    for given, number in entries.items():
        if number == MISSING or (type(number) is int and low <= number <= high):
            kept[given] = str(number)
        else:
            refuse(
                f"[labels.{column}] gives a label a value that is no {column}.",
                f'Write a whole number from {low} to {high}, or "{MISSING}".',
            )
    return kept


def _check_goals(blocks: object, refuse: Refuse) -> tuple[dict[str, str], ...]:
    kept = []
    allowed = {"goal", *TABLES["goals"].names, *TABLES["reviews"].names} - {"child_id"}
    for block in blocks if isinstance(blocks, list) else [blocks]:
        if (
            isinstance(block, AnyMapping)
            and isinstance(block.get("goal"), (str, int))
            and set(block) <= allowed
            and all(isinstance(heading, (str, int)) for heading in block.values())
        ):
            kept.append({key: str(heading) for key, heading in block.items()})
        else:
            refuse(
                "a [[goals]] part is not understood.",
                'Write goal = "1" and then columns of that goal, such as domain = "heading".',
            )
    return tuple(kept)


def _check_reviews(
    blocks: object, goals: set[str], refuse: Refuse
) -> tuple[dict[str, str | int], ...]:
    kept = []
    for block in blocks if isinstance(blocks, list) else [blocks]:
        if (
            isinstance(block, AnyMapping)
            and isinstance(block.get("level"), str)
            and set(block) - {"goal"} in ({"level", "week"}, {"level", "date"}, {"level"})
            and isinstance(block.get("date", ""), str)
            and type(block.get("week", 0)) is int
            and ("week" in block or "date" in block or "goal" in block)
            and str(block.get("goal", "")) in {"", *goals}
        ):
            kept.append({**block, **({"goal": str(block["goal"])} if "goal" in block else {})})
        else:
            refuse(
                "a [[reviews]] part is not understood.",
                'Write level = "heading" and either week = 6 or date = "heading"; goal = "1" '
                "names one of the [[goals]].",
            )
    return tuple(kept)


def _names(
    entries: AnyMapping, allowed: Iterable[str], part: str, refuse: Refuse
) -> dict[str, str]:
    kept = {}
    for given, name in entries.items():
        if name not in tuple(allowed):
            near = nearest_label(str(name), allowed)
            hint = f'Did you mean "{near}"?' if near else f"Known are {_listed(allowed)}."
            refuse(f"[{part}] points to a name that is not known.", hint)
        else:
            kept[given] = name
    return kept


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
