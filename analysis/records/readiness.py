"""Are these records ready? What is in them, what is missing, and what each gap costs.

In: `Records`. Out: `Readiness`: counts by format, a table of gaps with what each takes away from
the analysis, and how easily a child could be recognised.
Decisions: counts are exact, for the eyes of the clinic that owns the records; nothing here is
meant to leave it. No statistics are needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.cards import about, draw_card
from analysis.formats import GROUPED_FORMATS, is_grouped
from analysis.records.blanks import can_allow_for, shares_blank
from analysis.records.load import Records
from analysis.records.schema import FORMATS
from analysis.settings import Settings
from analysis.wording import children, count, listing, percent

NOT_ADJUSTED = "formats cannot be compared among children alike in this"
STILL_ADJUSTED = "few enough to be filled in, so that it can still be allowed for"
COSTS = (
    (
        "episodes",
        "group_id",
        "children treated together cannot be told from children treated apart, so chance is "
        "judged too small",
    ),
    ("episodes", "therapist_id", "a therapist's work cannot be told from the format's"),
    ("episodes", "site", "a place's children cannot be told from the format's"),
    ("episodes", "start_term", "a change over the years cannot be told from the format"),
    ("episodes", "age_years", NOT_ADJUSTED),
    ("episodes", "severity", NOT_ADJUSTED),
    ("episodes", "attention", NOT_ADJUSTED + "; who gains more from which format stays open"),
    ("episodes", "peer_comfort", NOT_ADJUSTED + "; who gains more from which format stays open"),
    ("episodes", "follows_instructions", NOT_ADJUSTED),
    ("episodes", "motor_delay", NOT_ADJUSTED),
    ("episodes", "sensory_needs", NOT_ADJUSTED),
    ("episodes", "communication", NOT_ADJUSTED),
    ("episodes", "motivation", NOT_ADJUSTED),
    ("episodes", "energy", NOT_ADJUSTED),
    (
        "episodes",
        "reason_for_format",
        "children placed by availability alone, the fairest comparison, cannot be picked out",
    ),
    ("episodes", "end_week", "leaving early cannot be told from not being reviewed"),
    ("episodes", "end_reason", "leaving early cannot be told from not being reviewed"),
    (
        "goals",
        "set_before_format",
        "nobody can tell whether the levels were written knowing the format",
    ),
    ("goals", "importance", "T-scores count every goal the same"),
    ("goals", "difficulty", "T-scores count every goal the same"),
    ("reviews", "rater", "every level may be the treating therapist's own judgement"),
    ("reviews", "blinded", "nobody can tell whether raters knew the format"),
    ("sessions", "attended", "what was planned cannot be compared with what was given"),
    ("sessions", "minutes", "progress per therapist hour cannot be worked out"),
    ("sessions", "n_children_present", "progress per therapist hour cannot be worked out"),
    ("home_practice", "minutes", "practice at home cannot be set beside progress"),
)
RECOGNISED_BY = ("format", "age_years", "therapist_id", "site", "start_term")


class FormatCount(NamedTuple):
    """One planned format: its children, its therapy groups, what is lacking ("" for nothing)."""

    therapy_format: str
    n_children: int
    n_groups: int
    lacking: str


class Gap(NamedTuple):
    """One column with something missing, or a table not handed in (no rows), and what it costs."""

    table: str
    column: str
    n_missing: int
    n_rows: int
    cost: str


@dataclass(frozen=True, eq=False)
class Readiness:
    """What a clinic's records hold and lack.

    Attributes:
        records: the records judged.
        by_format: one count for each planned format.
        missing: the columns with something missing.
        goals: sentences about goals that will be left out.
        n_unique: children who are the only one with their format, age, therapist, place and
            term of the start.
    """

    records: Records
    by_format: tuple[FormatCount, ...]
    missing: tuple[Gap, ...]
    goals: tuple[str, ...]
    n_unique: int

    @property
    def formats(self) -> pd.DataFrame:
        """One row per planned format: format, n_children, n_groups, lacking."""
        return pd.DataFrame(self.by_format, columns=["format", "n_children", "n_groups", "lacking"])

    @property
    def gaps(self) -> pd.DataFrame:
        """One row per column with something missing: table, column, n_missing, n_rows, cost."""
        return pd.DataFrame(self.missing, columns=list(Gap._fields))

    def __repr__(self) -> str:
        n = len(self.missing)
        ready = sum(not row.lacking for row in self.by_format)
        return (
            f"<Records that can be read; {ready} of {len(FORMATS)} formats large enough to "
            f"compare; {count(n, 'column')} with gaps>"
        )

    def _repr_html_(self) -> str:
        rows = [
            (
                row.therapy_format,
                f"{about(row.n_children, 'child', 'children')}; {row.lacking or 'enough'}",
            )
            for row in self.by_format
        ]
        rows += [
            (row.column, f"{percent(row.n_missing / row.n_rows)} missing: {row.cost}")
            if row.n_rows
            else (f"{row.table}", f"not handed in: {row.cost}")
            for row in self.missing
        ]
        return draw_card("Are our records ready?", repr(self).strip("<>") + ".", rows)

    def tell(self) -> str:
        """Give the whole answer as text for a screen."""
        parts = [
            self._opening(),
            _section("What became of every line", self._ledger_lines()),
            _section("What was mended, and what to know", self.records.notes),
            _section("Children by planned format", self._format_lines()),
            _section("Goals", self.goals),
            _section("What is missing, and what it costs", self._gap_lines()),
            _section("How easily a child could be recognised", (self.tell_uniqueness(),)),
        ]
        return "\n".join(part for part in parts if part)

    def _opening(self) -> str:
        records = self.records
        invented = " These are the invented sample records." if records.invented else ""
        return (
            f"These records can be read: {children(records.n_children)}, "
            f"{count(len(records.goals), 'goal')}, {count(len(records.reviews), 'review')}."
            f"{invented} Digest {records.digest}.\n"
        )

    def _ledger_lines(self) -> list[str]:
        lines = []
        for file, book in self.records.ledger.groupby("file", sort=False):
            n_lines = [int(n) for n in book["n_lines"]]
            said = ", ".join(f"{n:,} {w}" for n, w in zip(n_lines, book["what"], strict=True))
            lines.append(f"{file}: {count(sum(n_lines), 'line')} = {said}")
        return lines

    def _format_lines(self) -> list[str]:
        lines = []
        for row in self.by_format:
            groups = f" in {count(row.n_groups, 'therapy group')}" if row.n_groups else ""
            lacking = f": {row.lacking}" if row.lacking else ""
            lines.append(f"{row.therapy_format}: {children(row.n_children)}{groups}{lacking}")
        return lines

    def _gap_lines(self) -> list[str]:
        lines: list[str] = []
        everywhere: dict[tuple[str, str], list[str]] = {}
        for row in self.missing:
            if not row.n_rows:
                lines.append(f"{row.table}: not handed in; {row.cost}.")
            elif row.n_missing == row.n_rows:
                everywhere.setdefault((row.table, row.cost), []).append(row.column)
            else:
                lines.append(
                    f"{row.table}: {row.column} missing in {row.n_missing:,} of {row.n_rows:,} "
                    f"({percent(row.n_missing / row.n_rows)}); {row.cost}."
                )
        lines += [
            f"{table}: {listing(columns)} missing everywhere; {cost}."
            for (table, cost), columns in everywhere.items()
        ]
        return lines

    def tell_uniqueness(self) -> str:
        """Say how many children stand out, and what follows from it."""
        n = self.records.n_children
        share = f" ({percent(self.n_unique / n)})" if n else ""
        told = self.records.episodes["start_term"].notna().any()
        term, and_term = (",", " and term of the start") if told else (" and", "")
        return (
            f"{self.n_unique:,} of {children(n)}{share} are the only one with their format, age "
            f"in years, therapist{term} place{and_term}. Coded records: treat as personal data."
        )


def judge_readiness(records: Records, settings: Settings | None = None) -> Readiness:
    """Give what the records hold and lack; the frames are left as they are."""
    return Readiness(
        records,
        _count_formats(records, settings or Settings()),
        _find_gaps(records, settings or Settings()),
        _count_goals(records),
        _count_unique(records),
    )


def _section(title: str, lines: Sequence[str]) -> str:
    if not lines:
        return ""
    return "\n".join([title, *(f"  - {line}" for line in lines), ""])


def _count_formats(records: Records, settings: Settings) -> tuple[FormatCount, ...]:
    episodes = records.episodes
    rows = []
    for label in FORMATS:
        own = episodes[episodes["format"] == label]
        n_children, n_groups = own["child_id"].nunique(), own["group_id"].nunique()
        lacking = []
        if n_children < settings.compare_children:
            lacking.append(
                count(settings.compare_children - n_children, "more child", "more children")
            )
        if is_grouped(label) and n_groups < settings.compare_groups:
            lacking.append(count(settings.compare_groups - n_groups, "more therapy group"))
        words = f"too few to compare, {' and '.join(lacking)} needed" if lacking else ""
        if is_grouped(label) and n_children and own["group_id"].isna().all():
            words = "cannot be compared: group_id (which therapy group) is not recorded"
        n_groups = n_groups if is_grouped(label) else 0
        rows.append(FormatCount(label, n_children, n_groups, words))
    return tuple(rows)


def _find_gaps(records: Records, settings: Settings) -> tuple[Gap, ...]:
    rows: list[Gap] = []
    absent: set[str] = set()
    for table, column, cost in COSTS:
        frame = getattr(records, table)
        if column == "group_id":
            frame = frame[frame["format"].isin(GROUPED_FORMATS)]
            if frame.empty:
                continue
        if frame.empty:
            if table not in absent:
                rows.append(Gap(table, "", 0, 0, cost))
            absent.add(table)
            continue
        n_missing = int(frame[column].isna().sum())
        if n_missing and cost.startswith(NOT_ADJUSTED):
            cost = _cost_of_trait(frame, column, cost, settings)
        if n_missing:
            rows.append(Gap(table, column, n_missing, len(frame), cost))
    return tuple(rows)


def _cost_of_trait(frame: pd.DataFrame, column: str, cost: str, settings: Settings) -> str:
    """Give what blanks in a trait cost, by the rule that the report goes by."""
    labels = [label for label in FORMATS if (frame["format"] == label).any()]
    formats = np.column_stack([(frame["format"] == label).to_numpy() for label in labels])
    shares = shares_blank(frame[column].isna().to_numpy(), formats.astype(float))
    if not can_allow_for(shares, settings.most_missing):
        return cost
    seldom = [
        label for label, share in zip(labels, shares, strict=True) if share > settings.most_missing
    ]
    if seldom:
        return f"formats other than {listing(seldom)} can be compared among children alike in this"
    return cost.replace(NOT_ADJUSTED, STILL_ADJUSTED).partition(";")[0]


def _count_goals(records: Records) -> tuple[str, ...]:
    goals, reviews = records.goals, records.reviews
    at_start = set(reviews.loc[reviews["week"] == 0, "goal_id"])
    given = goals["baseline_level"].notna().to_numpy()
    starts = goals["goal_id"].isin(at_start).to_numpy()
    weeks = reviews.drop_duplicates(["goal_id", "week"]).groupby("goal_id").size()
    points = goals["goal_id"].map(weeks).fillna(0).to_numpy() + (given & ~starts)
    lines = []
    for missing, words in (
        (~(given | starts), "have no level on the day they were set and are left out"),
        (points < 2, "have fewer than two levels and are left out"),
    ):
        n = int(np.sum(missing))
        if n:
            lines.append(f"{n:,} of {count(len(goals), 'goal')} {words}")
    return tuple(lines)


def _count_unique(records: Records) -> int:
    first = records.episodes.drop_duplicates("child_id")
    known = first[list(RECOGNISED_BY)].assign(age_years=np.floor(first["age_years"]))
    return int((~known.duplicated(keep=False)).sum())
