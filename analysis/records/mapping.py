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
from analysis.records.headings import ALL_NAMES, DATE_NAMES, nearest_label
from analysis.records.schema import TABLES
from analysis.writing.places import NOT_ORDINARY, NotOrdinaryError, TooLargeError, read_ordinary

LARGEST_MAPPING = 1_000_000
FIRST_LEVELS = (-3, -2, 0, 1)
TABLE_NAMES = (*TABLES, "flat")

Refuse = Callable[[str, str], None]


@dataclass(frozen=True)
class Mapping:
    """What a clinic's file calls things.

    Attributes:
        columns: heading in the file to schema column.
        tables: file or sheet name to schema table (or "flat").
        labels: schema column to (label in the file to schema label).
        lowest_level: the number that stands for -2 (0 for a scale of 0 to 4, 1 for 1 to 5);
            -3 for a scale of -3 to +2, whose -3 ("worse than at the start") is read as -2.
        halves: whether half levels are read as the level below ("partly": -0.5 is -1).
        days: whether `week` columns count days.
        day_first: whether 03/04/2024 is the third of April; None when not said.
        reviews: for a wide sheet, the columns of each review: "level" and "week" or "date".
        months: whether `week` columns count months.
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
    months: bool = False
    weeks_said: bool = False


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

    parts = ("columns", "dates", "labels", "levels", "reviews", "tables", "weeks")
    for part in raw:
        if part not in parts:
            near = nearest_label(str(part), parts)
            refuse(
                f"the mapping has a part [{part}] that is not known.",
                f"Did you mean [{near}]?" if near else f"Known are {_listed(parts)}.",
            )
    sections = {}
    reviews = _check_reviews(raw.get("reviews", []), refuse)
    for part in parts:
        value = {} if part == "reviews" else raw.get(part, {})
        if not isinstance(value, AnyMapping):
            refuse(f"[{part}] must be a table of settings.", f"Write [{part}] on its own line.")
            value = {}
        sections[part] = value
    columns = _names(sections["columns"], (*ALL_NAMES, *DATE_NAMES), "columns", refuse)
    tables = _names(sections["tables"], TABLE_NAMES, "tables", refuse)
    labels = {}
    for column, entries in sections["labels"].items():
        choices = next(
            (
                table.column(column).choices
                for table in TABLES.values()
                if column in table.names and table.column(column).choices
            ),
            (),
        )
        if not choices or not isinstance(entries, AnyMapping):
            refuse(
                f"[labels.{column}] is not a column of labels.",
                "Labels can be given for format, domain, rater, delivered and the like.",
            )
            continue
        labels[column] = _names(entries, choices, f"labels.{column}", refuse)
    levels, weeks = sections["levels"], sections["weeks"]
    lowest = levels.get("lowest", -2)
    if type(lowest) is not int or lowest not in FIRST_LEVELS:
        refuse("[levels] lowest is not one that can be read.", "Give -3, -2, 0 or 1.")
        lowest = -2
    halves = levels.get("halves", "refuse")
    if halves not in ("refuse", "level_below"):
        refuse("[levels] halves is not understood.", 'Write halves = "level_below".')
    unit = weeks.get("unit", "weeks")
    if unit not in ("weeks", "days", "months"):
        refuse("[weeks] unit is not understood.", 'Write unit = "days", "weeks" or "months".')
    order = sections["dates"].get("order")
    if order not in (None, "day_first", "month_first"):
        refuse("[dates] order is not understood.", 'Write order = "day_first" or "month_first".')
    for part, allowed in (
        ("levels", {"lowest", "halves"}),
        ("weeks", {"unit"}),
        ("dates", {"order"}),
    ):
        for key in sorted(set(sections[part]) - allowed):
            refuse(f"[{part}] has an entry {key} that is not known.", f"Known: {_listed(allowed)}.")
    if problems:
        raise RecordsError(problems)
    return Mapping(
        columns,
        tables,
        labels,
        lowest,
        halves == "level_below",
        unit == "days",
        None if order is None else order == "day_first",
        reviews,
        months=unit == "months",
        weeks_said="unit" in weeks or bool(reviews),
    )


def _check_reviews(blocks: object, refuse: Refuse) -> tuple[dict[str, str | int], ...]:
    kept = []
    for block in blocks if isinstance(blocks, list) else [blocks]:
        if (
            isinstance(block, AnyMapping)
            and isinstance(block.get("level"), str)
            and set(block) in ({"level", "week"}, {"level", "date"})
            and isinstance(block.get("date", ""), str)
            and type(block.get("week", 0)) is int
        ):
            kept.append(dict(block))
        else:
            refuse(
                "a [[reviews]] part is not understood.",
                'Write level = "heading" and either week = 6 or date = "heading".',
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


def suggest_mapping(
    columns: AnyMapping[str, str],
    missing: Iterable[str],
    levels: Iterable[str] = (),
    labels: AnyMapping[str, Iterable[str]] | None = None,
) -> str:
    """Write a mapping file to paste: what was guessed, and what is left to fill in.

    Args:
        columns: heading in the file to the schema column it most likely means.
        missing: schema columns for which no heading comes near.
        levels: lines for the `[levels]` part.
        labels: schema column to its allowed labels, where the file has others.
    """
    lines = [
        "Save the lines below as mapping.toml, correct them, and run again with",
        "--mapping mapping.toml (in a notebook: mapping='mapping.toml').",
        "",
    ]
    if columns or missing:
        lines.append("[columns]")
        lines += [f"{_quoted(heading)} = {_quoted(name)}" for heading, name in columns.items()]
        lines += [f'# "the heading in your file" = {_quoted(name)}' for name in missing]
    for column, choices in (labels or {}).items():
        lines += ["", f"[labels.{column}]"] if lines[-1] else [f"[labels.{column}]"]
        lines += [f'# "the label in your file" = {_quoted(choice)}' for choice in choices]
    if levels:
        lines += [*([""] if lines[-1] else []), "[levels]", *levels]
    return "\n".join(lines)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
