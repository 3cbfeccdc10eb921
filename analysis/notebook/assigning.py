"""What a sheet is taken for, as a list of choices that a person changes, and the mapping kept.

In: the path of records. Out: `Field`s (column, visit, label, layout) with their options, the faults
that the records would have, and the mapping file beside the records.
Decisions: a choice is asked anew of the engine as declared, so that what follows from it (labels of
a column, weeks of a visit) is proposed with it; a heading or label stands here as it may be shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from analysis.errors import RecordsError
from analysis.records.assignment.columns import KINDS, SHEET_HEADING, show_known
from analysis.records.assignment.engine import Look, accept
from analysis.records.assignment.place import find_mapping
from analysis.records.assignment.plan import CERTAIN, GUESS
from analysis.records.headings import (
    FLAT_TABLES,
    LEFT_OUT,
    known_names,
    plain_name,
    required_names,
)
from analysis.records.load import read_records
from analysis.records.mapping import DATE_ORDERS, MISSING, SETTINGS, Mapping, read_mapping
from analysis.records.privacy.labels import show_label
from analysis.records.readiness import Readiness, judge_readiness
from analysis.records.reading.reader import gather_tables, propose_meaning
from analysis.records.schema import TABLES
from analysis.records.text import TextTable
from analysis.records.text_records import TextRecords

UNUSED, VISIT, BLOCK = "", "(a visit)", "(one of several goals)"
LAST_WEEK = 156
NOT_USED = "not used"
CHOOSE = "choose what it means"
LEVELS = ("attainment", "baseline_level")
SCALES = {"-2": "-2 to 2", "0": "0 to 4", "1": "1 to 5", "-3": "-3 to 2"}
SETTING_NAMES = {
    "levels.lowest": "Levels run from",
    "levels.halves": "Half levels are",
    "weeks.unit": "Weeks are counted in",
    "ages.unit": "Ages are given in",
    "dates.order": "Dates such as 03/04/2024 are written",
    "layout.goals": "Goals are told apart by",
    "layout.fill": "A child is written",
    "layout.sheets": "Sheets of one form are",
    "layout.totals": "Rows of totals and notes are",
}
SETTING_WORDS = {
    "levels.halves": {"": "refused", "level_below": "read as the level below"},
    "weeks.unit": {"": "weeks"},
    "ages.unit": {"": "years"},
    "dates.order": {
        "": "as the dates themselves show",
        "day_first": "day first",
        "month_first": "month first",
    },
    "layout.goals": {
        "": "their own codes",
        "row": "the row: each row is a goal",
        "within_child": "numbers that begin anew for each child",
        "domain": "the area: one goal for each child and area",
    },
    "layout.fill": {
        "": "on every row",
        "down": "once, above its rows",
        "child": "on one of its rows",
    },
    "layout.sheets": {
        "": "each looked at by itself",
        "together": "rows of one table",
        "joined": "tables joined by their codes",
    },
    "layout.totals": {"": "kept", "leave_out": "left out"},
}


@dataclass(frozen=True)
class Field:
    """One thing to choose.

    Attributes:
        part: part of the mapping: "columns", "reviews", "labels.format", "layout.goals", ...
        given: heading or label as the file has it; never shown.
        label: what is shown in its place.
        options: (words shown, value) in order.
        value: what is chosen now.
        sure: why, or how sure that is, in a few words.
    """

    part: str
    given: str
    label: str
    options: tuple[tuple[str, str], ...]
    value: str
    sure: str = ""


class Assigning:
    """What records are taken for, changed step by step."""

    def __init__(self, path: Path) -> None:
        """Look at the records and propose.

        Args:
            path: folder, workbook or file.

        Raises:
            RecordsError: when nothing there can be read.
        """
        self.path = path
        kept = find_mapping(path)
        self.kept = read_mapping(kept) if kept else None
        self._settings: dict[str, str] = {}
        self._reasons: dict[tuple[str, str], str] = {}
        self._propose(self.kept or Mapping())

    @property
    def mapping(self) -> Mapping:
        """The whole mapping as proposed and chosen."""
        return self._look.proposal.mapping

    @property
    def lacking(self) -> tuple[str, ...]:
        """Schema columns that nothing in the sheet is taken for."""
        return tuple(self._look.proposal.lacking)

    def _propose(self, declared: Mapping) -> None:
        records = TextRecords(path=self.path, mapping=declared)
        self.tables: list[tuple[str, TextTable]]
        self.tables, said = gather_tables(self.path, records)
        proposal = propose_meaning(self.tables, said, declared)
        for part, value in self._settings.items():
            proposal.mapping = _with_setting(proposal.mapping, part, value)
        self._look = Look(self.path, proposal, {name: t.n_rows for name, t in self.tables})
        for item in proposal.items:
            sure = {CERTAIN: "certain", GUESS: "a guess"}.get(item.certainty, "please confirm")
            self._reasons[item.part, item.given] = f"{sure}: {item.reason}"

    def columns(self) -> list[Field]:
        """Give a choice for each column whose meaning is not said by its own name."""
        return [
            self._column(name, heading, position)
            for name, heading, position in self._headings()
            if name == "flat" or plain_name(heading) not in known_names(name)
        ]

    def _headings(self) -> Iterator[tuple[str, str, int]]:
        for name, table in self.tables:
            for column in table.columns:
                if column.heading and column.heading != SHEET_HEADING:
                    yield name, column.heading, column.position

    def _column(self, table: str, heading: str, position: int) -> Field:
        shown = show_known(heading, position)
        names = known_names(table)
        options = [(f"{name}: {_meaning(table, name)}", name) for name in names]
        value = _get(self.mapping.columns, heading)
        plain = plain_name(heading)
        sure = self._reasons.get(("columns", shown), "")
        if table == "flat":
            options.insert(0, ("the level at one visit", VISIT))
        if value == LEFT_OUT:
            value = UNUSED
        elif not value and plain in names and plain not in self.mapping.columns.values():
            value = plain
        needed = value in required_names(table) and (value == plain or sure.startswith(CERTAIN))
        if not needed:
            options.insert(0, (NOT_USED, UNUSED))
        if any(_same(str(review["level"]), heading) for review in self.mapping.reviews):
            value = VISIT
        elif any(_same(v, heading) for goal in self.mapping.goals for v in goal.values()):
            value = BLOCK
            options = [("belongs to one of several goals in a row", BLOCK)]
        label = shown if len(self.tables) == 1 else f"{table}: {shown}"
        return Field("columns", heading, label, tuple(options), value, sure)

    def visits(self) -> list[Field]:
        """Give a choice of week for each column that holds the levels of a visit."""
        positions = {plain_name(heading): place for _, heading, place in self._headings()}
        found = []
        for review in self.mapping.reviews:
            if "week" in review:
                heading = str(review["level"])
                shown = show_known(heading, positions.get(plain_name(heading), 0))
                sure = self._reasons.get(("reviews", shown), "")
                week = str(review["week"])
                found.append(Field("reviews", heading, shown, _weeks(week), week, sure))
        return found

    def labels(self) -> list[Field]:
        """Give a choice for each label that says something in the clinic's own words."""
        found = []
        unknown = self._look.proposal.unknown
        for column in dict.fromkeys([*self.mapping.labels, *unknown]):
            said = self.mapping.labels.get(column, {})
            left = [one for one in unknown.get(column, ()) if one[:1] != "(" and one not in said]
            for given, value in {**said, **dict.fromkeys(left, "")}.items():
                shown = show_label(given)
                sure = self._reasons.get((f"labels.{column}", shown), "")
                options = _label_options(column, value)
                label = f"{column}: {shown}"
                found.append(Field(f"labels.{column}", given, label, options, value, sure))
        return found

    def settings(self) -> list[Field]:
        """Give a choice for each thing that holds for the whole sheet."""
        found = []
        for name, label in SETTING_NAMES.items():
            part, key = name.split(".")
            value = self._setting(name)
            if name == "layout.sheets" and not value:
                continue
            choices = [str(choice) for choice in SETTINGS[part][key]]
            words = SETTING_WORDS.get(name, SCALES)
            if name not in ("levels.lowest", "weeks.unit", "ages.unit"):
                choices.insert(0, "")
            elif "" in words:
                choices[0] = ""
            options = tuple((words.get(choice, choice), choice) for choice in choices)
            found.append(Field(name, "", label, options, value))
        return found

    def _setting(self, name: str) -> str:
        mapping = self.mapping
        return {
            "levels.lowest": str(mapping.lowest_level),
            "levels.halves": "level_below" if mapping.halves else "",
            "weeks.unit": "days" if mapping.days else "months" if mapping.months else "",
            "ages.unit": "months" if mapping.age_months else "",
            "dates.order": DATE_ORDERS[mapping.day_first],
            "layout.goals": mapping.goal_rule,
            "layout.fill": mapping.fill,
            "layout.sheets": mapping.sheets,
            "layout.totals": "leave_out" if mapping.totals else "",
        }[name]

    def fields(self) -> list[Field]:
        """Give everything there is to choose."""
        return [*self.columns(), *self.visits(), *self.labels(), *self.settings()]

    def change(self, part: str, given: str, value: str) -> None:
        """Take a person's choice.

        Args:
            part: part of the mapping, as in `Field`.
            given: heading or label as the file has it.
            value: one of the field's values.

        Raises:
            RecordsError: when nothing there can be read by this choice.
        """
        mapping = self.mapping
        if part == "columns":
            self._propose(self._with_column(given, value))
        elif part == "reviews":
            reviews = tuple(
                {**review, "week": int(value)} if review["level"] == given else review
                for review in mapping.reviews
            )
            self._keep(replace(mapping, reviews=reviews))
        elif part.startswith("labels."):
            column = part.partition(".")[2]
            labels = {**mapping.labels.get(column, {}), given: value}
            labels = {label: means for label, means in labels.items() if means}
            self._keep(replace(mapping, labels={**mapping.labels, column: labels}))
        else:
            self._settings[part] = value
            self._propose(_with_setting(mapping, part, value))

    def _keep(self, mapping: Mapping) -> None:
        self._look = Look(
            self.path, replace(self._look.proposal, mapping=mapping), self._look.n_rows
        )

    def _with_column(self, heading: str, value: str) -> Mapping:
        mapping = self.mapping
        before = _get(mapping.columns, heading)
        columns = {
            one: name
            for one, name in mapping.columns.items()
            if not _same(one, heading) and name != value
        }
        reviews = tuple(r for r in mapping.reviews if not _same(str(r["level"]), heading))
        if value == VISIT:
            reviews = (*mapping.reviews, {"level": heading, "week": 0})
        elif value:
            columns[heading] = value
        else:
            columns[heading] = LEFT_OUT
        labels = {k: v for k, v in mapping.labels.items() if k not in (before, value)}
        return replace(mapping, columns=columns, reviews=reviews, labels=labels)

    def judge(self) -> tuple[Readiness | None, str]:
        """Read the records as chosen: how ready they are, or every fault in words.

        Returns:
            (readiness, ""), or (None, the same message that `python -m analysis.check` prints).
        """
        try:
            return judge_readiness(read_records(self.path, self.mapping)), ""
        except RecordsError as error:
            prepare = error.appendix if "analysis.prepare" in error.appendix else ""
            return None, str(RecordsError(error.problems, privacy=error.privacy, appendix=prepare))

    def keep(self) -> Path | None:
        """Write the mapping beside the records.

        Returns:
            Where; None when there is nothing to say beyond what is kept there already.

        Raises:
            AnalysisError: if something else stands in its place.
            WriteError: if it cannot be written.
        """
        if self.mapping == (self.kept or Mapping()):
            return None
        written = accept(self._look.changed(self.mapping), guesses=True)
        self.kept = self.mapping
        return written


def _same(first: str, second: str) -> bool:
    return first == second or (plain_name(first) or first) == (plain_name(second) or second)


def _get(columns: dict[str, str], heading: str) -> str:
    return next((name for one, name in columns.items() if _same(one, heading)), "")


def _meaning(table: str, name: str) -> str:
    tables = FLAT_TABLES if table == "flat" else (table,)
    return next(TABLES[one].column(name).meaning for one in tables if name in TABLES[one].names)


def _weeks(value: str) -> tuple[tuple[str, str], ...]:
    weeks = [str(week) for week in range(LAST_WEEK + 1)]
    extra = [] if value in weeks or not value.lstrip("-").isdigit() else [value]
    return tuple((f"week {week}", week) for week in [*extra, *weeks])


def _label_options(column: str, value: str) -> tuple[tuple[str, str], ...]:
    if column == "week":
        options = _weeks(value)
    else:
        names = ("-2", "-1", "0", "1", "2") if column in LEVELS else KINDS[column].choices
        options = tuple((name, name) for name in names)
    options = (*options, ("missing: nothing was recorded", MISSING))
    return options if value else ((CHOOSE, ""), *options)


def _with_setting(mapping: Mapping, part: str, value: str) -> Mapping:
    if part == "levels.lowest":
        return replace(mapping, lowest_level=int(value))
    if part == "levels.halves":
        return replace(mapping, halves=bool(value))
    if part == "weeks.unit":
        return replace(mapping, days=value == "days", months=value == "months")
    if part == "ages.unit":
        return replace(mapping, age_months=value == "months")
    if part == "dates.order":
        return replace(mapping, day_first=value == "day_first" if value else None)
    if part == "layout.goals":
        return replace(mapping, goal_rule=value)
    if part == "layout.fill":
        return replace(mapping, fill=value)
    if part == "layout.sheets":
        return replace(mapping, sheets=value)
    return replace(mapping, totals=bool(value))
