"""FHIR bundles of scaled goals as a raw table.

In: JSON (one bundle, several in a folder, or lines of resources) that follows HL7's guide for
person-centred outcomes, and a table of planned formats, because these profiles hold none. Out: a
`RawExport` with one flat table, one row per rating.
Decisions: a code that is not known stops the reading: a rating read wrongly is worse than one not
read. Source: HL7 US "Person-Centered Outcomes" implementation guide (profiles for scaled goals
and their ratings; LOINC answers).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from analysis.errors import EXAMPLES_SHOWN, Problem, RecordsError
from analysis.prepare.bundles import read_reference, read_resources, take_id
from analysis.prepare.export import RawTable
from analysis.prepare.raw import RawExport
from analysis.records.checking.values import Faults
from analysis.records.headings import DATE_NAMES, missing_names, resolve_headings
from analysis.records.mapping import Mapping
from analysis.records.reading.sources import read_source
from analysis.records.text import HEADER, USED, TextTable, clean_text, column_from_cells
from analysis.records.text_records import TextRecords

SCALING = "pco-goal-attainment-scaling"
DOMAIN_SYSTEM = "goal-domain"
BASELINE = "112296-9"
FOLLOW_UP = ("107332-9", "107333-7", "107334-5", "107331-1")
ANSWERS = {"LA34479-8": 2, "LA34480-6": 1, "LA34481-4": 0, "LA34483-0": -1, "LA34484-8": -2}
LOINC = "loinc.org"
SCALING_PARTS = {"level", "progressText", "text"}
LEFT_OUT_STATUS = {"entered-in-error", "cancelled"}
RATERS = {"Patient": "child", "RelatedPerson": "caregiver"}
NO_FORMAT = (
    "these FHIR profiles hold no therapy format, so it must come from a table.",
    "Give --formats TABLE with the columns child_id (the patient's id) and format.",
)
CELLS = (
    "child_id",
    "goal_id",
    "domain",
    "birth_date",
    "set_date",
    "date",
    "attainment",
    "rater",
)


class _Refusals:
    """Collects what could not be read, by kind, with the resources it was found in."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: dict[tuple[str, str, str], list[str]] = {}

    def add(self, code: str, fault: str, mend: str, place: str) -> None:
        self.found.setdefault((code, fault, mend), []).append(place)

    def problems(self) -> list[Problem]:
        return [
            Problem(
                fault,
                mend,
                file=self.file,
                places=tuple(places[:EXAMPLES_SHOWN]),
                n_places=len(places),
                code=code,
            )
            for (code, fault, mend), places in self.found.items()
        ]


def read_bundles(path: Path, formats: Path | None, mapping: Mapping) -> RawExport:
    """Read FHIR bundles and the table of formats beside them.

    Raises:
        RecordsError: with every code that is not known, or when there is no table of formats.
    """
    refusals = _Refusals(path.name)
    export = RawExport(faults=Faults())
    try:
        rows, lines = _rate_rows(list(read_resources(path)), refusals, export)
    except (AttributeError, TypeError, KeyError, IndexError):
        fault = Problem(
            "a resource is not shaped as FHIR R4 says.",
            "Export the bundles again, or ask who made them.",
            file=path.name,
            code="not_fhir",
        )
        raise RecordsError([fault]) from None
    problems = refusals.problems()
    if not rows and not problems:
        problems.append(
            Problem(
                "there is no rating of a scaled goal in it.",
                "Export Patient, Goal and Observation resources together.",
                file=path.name,
                code="no_rows",
            )
        )
    if formats is None:
        no_format = Problem(*NO_FORMAT, file=path.name, code="no_format")
        raise RecordsError([*problems, no_format])
    if problems:
        raise RecordsError(problems)
    known = _read_formats(formats, mapping)
    cells = {name: [row[name] for row in rows] for name in CELLS}
    for name, by_child in known.items():
        cells[name] = [by_child.get(child, "") for child in cells["child_id"]]
    columns = {
        name: [column_from_cells(name, position, values)]
        for position, (name, values) in enumerate(cells.items(), 1)
        if any(values)
    }
    table = TextTable(
        path.name,
        "",
        tuple(column for found in columns.values() for column in found),
        np.array(lines, dtype=np.int64),
        {HEADER: 0, USED: len(lines)},
        unit="resource",
    )
    export.tables.append(RawTable("flat", table, columns))
    return export


def _rate_rows(
    resources: list[tuple[int, dict]], refusals: _Refusals, export: RawExport
) -> tuple[list[dict[str, str]], list[int]]:
    births, goals = {}, {}
    n_unscaled = 0
    for number, resource in resources:
        kind = resource.get("resourceType")
        if kind == "Patient":
            births[take_id(resource.get("id"))] = clean_text(str(resource.get("birthDate", "")))
        elif kind == "Goal":
            if _check_scaling(resource, number, refusals):
                goals[take_id(resource.get("id"))] = resource
            else:
                n_unscaled += 1
    rows, lines = [], []
    n_other = n_void = 0
    for number, resource in resources:
        if resource.get("resourceType") != "Observation":
            continue
        goal_id = take_id(read_reference((resource.get("focus") or [{}])[0]))
        codes = _codes(resource.get("code"))
        rates = codes & {BASELINE, *FOLLOW_UP}
        if not rates and goal_id not in goals:
            n_other += 1
            continue
        if resource.get("status") in LEFT_OUT_STATUS:
            n_void += 1
            continue
        row = _rate_row(resource, number, goal_id, goals, births, bool(rates), refusals)
        if row:
            rows.append(row)
            lines.append(number)
    for n, words in (
        (n_unscaled, "goals without attainment scaling left out"),
        (n_other, "observations about other things left out"),
        (n_void, "ratings marked as entered in error left out"),
    ):
        if n:
            export.notes.append(f"{words} ({n:,})")
    return rows, lines


def _check_scaling(goal: dict, number: int, refusals: _Refusals) -> bool:
    """Tell whether the goal is scaled, and refuse parts or levels that are not known."""
    scaled = False
    for extension in goal.get("extension", []):
        if not str(extension.get("url", "")).endswith(SCALING):
            continue
        scaled = True
        for part in extension.get("extension", []):
            url = part.get("url")
            if url not in SCALING_PARTS:
                refusals.add(
                    "unknown_part",
                    "a goal's scaling has a part that is not known.",
                    "Known are level and progressText (or text).",
                    f"resource {number}",
                )
            elif url == "level" and part.get("valueCoding", {}).get("code") not in ANSWERS:
                refusals.add(
                    "unknown_answer",
                    "a goal's scaling has a level whose code is not known.",
                    f"Known are the LOINC answers {', '.join(ANSWERS)}.",
                    f"resource {number}",
                )
    return scaled


def _rate_row(
    resource: dict,
    number: int,
    goal_id: str,
    goals: dict[str, dict],
    births: dict[str, str],
    rates: bool,
    refusals: _Refusals,
) -> dict[str, str] | None:
    place = f"resource {number}"
    if not rates:
        refusals.add(
            "unknown_code",
            "an observation rates a scaled goal with a code that is not known.",
            f"Known are {BASELINE} (baseline) and {', '.join(FOLLOW_UP)}.",
            place,
        )
        return None
    if goal_id not in goals:
        refusals.add(
            "unknown_goal",
            "a rating does not point to a scaled goal of this export.",
            "Export the goals together with their ratings.",
            place,
        )
        return None
    answers = _codes(resource.get("valueCodeableConcept")) & set(ANSWERS)
    if len(answers) != 1:
        refusals.add(
            "unknown_answer",
            "a rating's answer is missing or its code is not known.",
            f"Known are the LOINC answers {', '.join(ANSWERS)}.",
            place,
        )
        return None
    goal = goals[goal_id]
    child = take_id(read_reference(goal.get("subject")) or read_reference(resource.get("subject")))
    performer = read_reference((resource.get("performer") or [{}])[0]).rpartition("/")[0]
    return {
        "child_id": child,
        "goal_id": goal_id,
        "domain": _domain(goal),
        "birth_date": births.get(child, ""),
        "set_date": str(goal.get("startDate", ""))[:10],
        "date": str(resource.get("effectiveDateTime", ""))[:10],
        "attainment": str(ANSWERS[answers.pop()]),
        "rater": RATERS.get(performer.rpartition("/")[2], ""),
    }


def _codes(concept: object) -> set[str]:
    codings = concept.get("coding", []) if isinstance(concept, dict) else []
    return {
        str(coding.get("code"))
        for coding in codings
        if isinstance(coding, dict) and LOINC in str(coding.get("system", ""))
    }


def _domain(goal: dict) -> str:
    for category in goal.get("category", []):
        for coding in category.get("coding", []):
            if DOMAIN_SYSTEM in str(coding.get("system", "")):
                return str(coding.get("code", ""))
    return ""


def _read_formats(path: Path, mapping: Mapping) -> dict[str, dict[str, str]]:
    """Give what the table of formats says of each child: column to (child to text)."""
    records = TextRecords()
    found = read_source(path, "episodes", mapping, records, line_breaks=True)
    if not records.problems and found:
        table = found[0][1]
        names = resolve_headings(table.headings, "episodes", mapping.columns, DATE_NAMES)
        missing = missing_names("episodes", names)
        if not missing:
            return _by_child(table, names)
        records.problems.append(
            Problem(
                f"the table of formats lacks: {', '.join(missing)}.",
                "Name the columns in the mapping file, or add them.",
                file=table.file,
                code="missing_column",
            )
        )
    raise RecordsError(records.problems)


def _by_child(table: TextTable, names: list[str]) -> dict[str, dict[str, str]]:
    cells = {
        name: [clean_text(column.values[code]) for code in column.codes]
        for column, name in zip(table.columns, names, strict=True)
        if name
    }
    children = [take_id(child) for child in cells.pop("child_id")]
    known: dict[str, dict[str, str]] = {}
    for name, values in cells.items():
        known[name] = {}
        for child, value in zip(children, values, strict=True):
            if known[name].setdefault(child, value) != value:
                raise RecordsError(
                    [
                        Problem(
                            f"a patient has two different values of {name}.",
                            "Keep one row for each patient.",
                            file=table.file,
                            column=name,
                            code="two_values",
                        )
                    ]
                )
    return known
