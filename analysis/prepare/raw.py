"""A raw export read as it is: which column is what, before anything is coded.

In: a path and the clinic's mapping. Out: `RawTable`s.
Decisions: names and dates are welcome here and nowhere else, so nothing of a cell is ever shown,
and what the mapping does not name is dropped before any code is made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from analysis.errors import Problem, RecordsError
from analysis.prepare.export import RawTable
from analysis.prepare.wide import unfold_reviews
from analysis.records.checking.checks import refuse_totals
from analysis.records.checking.values import Faults
from analysis.records.headings import (
    DATE_NAMES,
    missing_names,
    nearest_heading,
    plain_name,
    resolve_headings,
)
from analysis.records.mapping import Mapping, suggest_mapping
from analysis.records.privacy.identifiers import ID_NAMES, show_heading
from analysis.records.reading.limits import check_variety
from analysis.records.reading.sources import find_sources, read_source
from analysis.records.text import TextTable
from analysis.records.text_records import TextRecords

RAW_WORDS = {
    "child_id": "name client_name child_name patient_name full_name child_s_name mrn "
    "record_number hospital_number nhs_number surname last_name",
    "goal_id": "goal_text goal_description goal_statement goal_name smart_goal",
    "start_date": "start date_started started episode_start start_of_therapy referral_date "
    "admission_date therapy_start",
    "birth_date": "dob date_of_birth birthday born birthdate d_o_b",
    "date": "review_date date_of_review session_date date_of_session visit_date reviewed seen "
    "assessment_date rating_date",
    "end_date": "discharge_date date_ended ended end_of_therapy",
    "set_date": "goal_set goal_date date_goal_set goal_set_on",
    "therapist_id": "therapist_name ot_name seen_by treating_therapist",
    "group_id": "group_name which_group",
}
GUESSED = ("start_date", "birth_date", "date", "end_date", "set_date", "therapist_id", "group_id")
REVIEW_HEADING = re.compile(r"(?:week|wk|w)_?(\d{1,3})|(\d{1,3})_?(?:weeks?|wks?)|(baseline)")


@dataclass(eq=False)
class RawExport:
    """What was read of a raw export.

    Attributes:
        tables: the raw tables.
        dropped: "file: heading" of each column left behind, as it may be shown.
        notes: what was mended while reading.
        faults: what was found wrong so far.
        appendix: a mapping file to paste, or "".
    """

    tables: list[RawTable] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    appendix: str = ""


def read_raw(path: str | Path, mapping: Mapping) -> RawExport:
    """Read a raw export.

    Raises:
        RecordsError: when a file cannot be read or a column needed is not named.
    """
    records = TextRecords()
    found: list[tuple[str, TextTable]] = []
    for source, table_name in find_sources(Path(path), mapping, records):
        found += read_source(source, table_name, mapping, records, line_breaks=True)
    if len(found) == 1 and not found[0][0]:
        found = [("flat", found[0][1])]
    export = RawExport(notes=records.notes, faults=Faults(problems=records.problems))
    guesses: dict[str, str] = {}
    missing: list[str] = []
    wide: list[str] = []
    for name, table in found:
        _take_table(name or "flat", table, mapping, export, guesses, missing, wide)
    if export.faults.problems:
        if guesses or missing or wide:
            export.appendix = "\n".join([suggest_mapping(guesses, missing), *wide])
        raise RecordsError(export.faults.problems, appendix=export.appendix)
    return export


def _take_table(
    name: str,
    table: TextTable,
    mapping: Mapping,
    export: RawExport,
    guesses: dict[str, str],
    missing: list[str],
    wide: list[str],
) -> None:
    names = resolve_headings(table.headings, name, mapping.columns, DATE_NAMES)
    too_large = check_variety(table, [known if known in ID_NAMES else "" for known in names])
    if too_large:
        raise RecordsError(too_large)
    table = refuse_totals(table, names, export.faults)
    columns: dict[str, list] = {}
    used = {plain_name(str(value)) for block in mapping.reviews for value in block.values()}
    for column, known in zip(table.columns, names, strict=True):
        if known:
            columns.setdefault(known, []).append(column)
        elif plain_name(column.heading) not in used:
            shown = show_heading(column.heading, column.position)
            export.dropped.append(f"{table.file}: {shown}")
    for known, several in columns.items():
        if len(several) > 1 and known != "child_id":
            export.faults.refuse_whole(
                table,
                f'{len(several)} columns stand for "{known}".',
                "Keep one of them in the mapping; only child_id may be made of several columns.",
                "duplicate_column",
                show_heading(several[1].heading, several[1].position),
            )
    present = {*columns, *(("week",) if "date" in columns else ())}
    if mapping.reviews and name == "flat":
        present |= {"week", "attainment"}
    _name_missing(name, table, names, present, export, guesses, missing, wide)
    raw = RawTable(name, table, columns)
    export.tables.append(unfold_reviews(raw, mapping, export.faults) if name == "flat" else raw)


def _name_missing(
    name: str,
    table: TextTable,
    names: list[str],
    present: set[str],
    export: RawExport,
    guesses: dict[str, str],
    missing: list[str],
    wide: list[str],
) -> None:
    lacking = missing_names(name, present)
    if not lacking:
        return
    spare = [table.headings[i] for i, known in enumerate(names) if not known]
    blocks = _guess_reviews(spare) if name == "flat" and "attainment" in lacking else []
    if len(blocks) > 1:
        wide += blocks
        lacking = tuple(known for known in lacking if known not in ("attainment", "week"))
    else:
        blocks = []
    for known in (*lacking, *(extra for extra in GUESSED if extra not in present)):
        near = nearest_heading(known, spare, RAW_WORDS.get(known, ""))
        shown = show_heading(near, 1) == near if near else False
        target = "date" if known == "week" and near and "date" in plain_name(near) else known
        if near and shown:
            guesses[near] = target
            spare.remove(near)
        elif known in lacking and known not in missing and not (known == "week" and guesses):
            missing.append(known)
    listed = ", ".join(lacking) if lacking else "attainment, week"
    export.faults.problems.append(
        Problem(
            f"nothing says which columns hold: {listed}.",
            "Correct the mapping below and run again with it; nothing was guessed for you.",
            file=table.file,
            code="missing_column",
        )
    )


def _guess_reviews(headings: list[str]) -> list[str]:
    lines = []
    for heading in headings:
        match = REVIEW_HEADING.search(plain_name(heading))
        if match and "date" not in plain_name(heading):
            week = match[1] or match[2] or "0"
            quoted = heading.replace("\\", "\\\\").replace('"', '\\"')
            lines.append(f'\n[[reviews]]\nlevel = "{quoted}"\nweek = {int(week)}')
    return lines
