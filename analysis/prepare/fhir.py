"""FHIR bundles of scaled goals as a raw table.

In: JSON (one bundle, several in a folder, or lines of resources) that follows HL7's guide for
person-centred outcomes, and a table of planned formats, because these profiles hold none. Out: a
`RawExport` with one flat table, one row per rating.
Decisions: a code that is not known stops the reading: a rating read wrongly is worse than one not
read. Source: HL7 US "Person-Centered Outcomes" implementation guide (profiles for scaled goals
and their ratings; LOINC answers).
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import numpy as np

from analysis.errors import EXAMPLES_SHOWN, Problem, RecordsError
from analysis.prepare.bundles import (
    TWO_OF_ONE,
    Bundles,
    Resource,
    plain_address,
    read_bundles_at,
    read_reference,
    take_id,
)
from analysis.prepare.export import RawTable
from analysis.prepare.formats_table import read_formats
from analysis.prepare.raw import RawExport
from analysis.records.checking.values import Faults
from analysis.records.headings import plain_name
from analysis.records.mapping import Mapping
from analysis.records.schema import RATERS
from analysis.records.text import HEADER, USED, TextTable, clean_text, column_from_cells

SCALING = "pco-goal-attainment-scaling"
SCALING_URL = f"http://hl7.org/fhir/us/pco/StructureDefinition/{SCALING}"
DOMAIN_SYSTEM = "goal-domain"
BASELINE = "112296-9"
FOLLOW_UP = ("107332-9", "107333-7", "107334-5", "107331-1")
ANSWERS = {"LA34479-8": 2, "LA34480-6": 1, "LA34481-4": 0, "LA34483-0": -1, "LA34484-8": -2}
LOINC = "loinc.org"
LOINC_OID = "2.16.840.1.113883.6.1"
LOINC_URL = f"http://{LOINC}"
SCALING_PARTS = {"level", "progressText", "text"}
ENTERED_IN_ERROR = "entered-in-error"
LEFT_OUT_STATUS = {ENTERED_IN_ERROR, "cancelled"}
RATED_BY = {"Patient": "child", "RelatedPerson": "caregiver"}
RATED_AS = {"107334-5": "child", "107331-1": "caregiver", "107333-7": "treating_therapist"}
NO_FORMAT = (
    "these FHIR profiles hold no therapy format, so it must come from a table.",
    "Give --formats TABLE with the columns child_id (the patient's id) and format.",
)
UNKNOWN_CODE = (
    "unknown_code",
    "an observation rates a scaled goal with a code that is not known.",
    f"Known are {BASELINE} (baseline) and {', '.join(FOLLOW_UP)}.",
)
UNKNOWN_GOAL = (
    "unknown_goal",
    "a rating does not point to a goal of this export.",
    "Export the goals together with their ratings.",
)
FULL_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
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
        rows, lines = _rate_rows(read_bundles_at(path), refusals, export)
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
    known = read_formats(formats, mapping)
    cells = {name: [row[name] for row in rows] for name in CELLS}
    for name, by_child in known.items():
        cells[name] = [
            by_child.get(child, by_child.get(take_id(child), "")) for child in cells["child_id"]
        ]
    shared = Counter(take_id(child) for child in set(cells["child_id"]))
    n_shared = sum(n > 1 and tail in known["format"] for tail, n in shared.items())
    if n_shared:
        export.notes.append(
            "ids that several servers gave out: their row in the table of formats was used for "
            f"each patient who has it; whole addresses as child_id tell them apart ({n_shared:,})"
        )
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
    found: Bundles, refusals: _Refusals, export: RawExport
) -> tuple[list[dict[str, str]], list[int]]:
    births: dict[str, str] = {}
    goals: dict[str, Resource] = {}
    unscaled: dict[str, Resource] = {}
    void: set[str] = set()
    counts: Counter[str] = Counter()
    several = found.several_servers()
    for one in found.resources:
        if one.kind == "Patient":
            born = clean_text(str(one.body.get("birthDate") or ""))
            births[found.identify(one, several)] = born[:10]
        elif one.kind == "Goal":
            if one.body.get("lifecycleStatus") == ENTERED_IN_ERROR:
                void.add(one.key)
            elif _check_scaling(one.body, one.number, refusals):
                goals[one.key] = one
            else:
                unscaled[one.key] = one
    rows, lines = [], []
    rated: set[str] = set()
    for one in found.resources:
        if one.kind != "Observation":
            continue
        goal = _goal_of(one, found)
        key = goal.key if goal else ""
        rates = bool(_codes(one.body.get("code")) & {BASELINE, *FOLLOW_UP})
        scaled = goals.get(key) or (unscaled.get(key) if rates else None)
        if one.body.get("status") in LEFT_OUT_STATUS and (rates or scaled):
            counts["ratings marked as entered in error left out"] += 1
        elif key in void:
            counts["observations of goals entered in error left out"] += 1
        elif not rates and scaled and _answers(one.body):
            refusals.add(*UNKNOWN_CODE, f"resource {one.number}")
        elif not rates:
            beside = "of another kind on scaled goals" if scaled else "about other things"
            counts[f"observations {beside} left out"] += 1
        elif row := _rate_row(one, scaled, found, births, several, refusals):
            rated.add(key)
            rows.append(row)
            lines.append(one.number)
    counts["goals entered in error left out"] = len(void)
    counts["goals without attainment scaling left out"] = len(set(unscaled) - rated)
    counts["goals read as scaled because they are rated as such"] = len(set(unscaled) & rated)
    counts["resources that stand there twice read once"] = found.n_again
    for number in found.twice:
        refusals.add("two_of_one", *TWO_OF_ONE, f"resource {number}")
    export.notes += [f"{words} ({n:,})" for words, n in counts.items() if n]
    return rows, lines


def _goal_of(observation: Resource, found: Bundles) -> Resource | None:
    for focus in observation.body.get("focus") or []:
        goal = found.find(read_reference(focus), observation, "Goal")
        if goal:
            return goal
    return None


def _check_scaling(goal: dict, number: int, refusals: _Refusals) -> bool:
    """Tell whether the goal is scaled, and refuse parts or levels that are not known."""
    scaled = any(
        _codes(target.get("measure")) & {BASELINE, *FOLLOW_UP}
        or _codes(target.get("detailCodeableConcept")) & set(ANSWERS)
        for target in goal.get("target", [])
    )
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
    rating: Resource,
    goal: Resource | None,
    found: Bundles,
    births: dict[str, str],
    several: bool,
    refusals: _Refusals,
) -> dict[str, str] | None:
    place = f"resource {rating.number}"
    if goal is None:
        refusals.add(*UNKNOWN_GOAL, place)
        return None
    answers = _answers(rating.body)
    if len(answers) != 1:
        refusals.add(
            "unknown_answer",
            "a rating's answer is missing or its code is not known.",
            f"Known are the LOINC answers {', '.join(ANSWERS)}.",
            place,
        )
        return None
    child = _child_of(goal, found, several) or _child_of(rating, found, several)
    set_date = str(goal.body.get("startDate", ""))[:10]
    return {
        "child_id": child,
        "goal_id": found.identify(goal, several),
        "domain": _domain(goal.body),
        "birth_date": births.get(child, ""),
        "set_date": set_date if FULL_DATE.fullmatch(set_date) else "",
        "date": _date_of(rating.body),
        "attainment": str(ANSWERS[answers.pop()]),
        "rater": _rater_of(rating, found),
    }


def _rater_of(rating: Resource, found: Bundles) -> str:
    """Give who rated, by the performer's name for a kind of rater, its type, or the code.

    A practitioner may be the treating therapist or another, so that the type alone tells nothing.
    """
    performer = (rating.body.get("performer") or [{}])[0]
    said = plain_name(str(performer.get("display", "")))
    if said in RATERS:
        return said
    by_type = RATED_BY.get(found.kind_of(read_reference(performer), rating), "")
    by_code = {RATED_AS.get(code, "") for code in _codes(rating.body.get("code"))}
    return by_type or max(by_code & set(RATED_BY.values()), default="")


def _child_of(resource: Resource, found: Bundles, several: bool) -> str:
    reference = read_reference(resource.body.get("subject"))
    patient = found.find(reference, resource, "Patient")
    if patient:
        return found.identify(patient, several)
    if several and reference and "://" not in reference and resource.base:
        reference = f"{resource.base}/{reference}"
    plain = plain_address(reference)
    return plain if several and "://" in plain else take_id(plain)


def _date_of(rating: dict) -> str:
    period = rating.get("effectivePeriod") or {}
    given = (
        rating.get("effectiveDateTime")
        or rating.get("effectiveInstant")
        or period.get("start")
        or period.get("end")
    )
    return str(given or "")[:10]


def _answers(observation: dict) -> set[str]:
    return _codes(observation.get("valueCodeableConcept")) & set(ANSWERS)


def _codes(concept: object) -> set[str]:
    codings = concept.get("coding", []) if isinstance(concept, dict) else []
    return {
        str(coding.get("code"))
        for coding in codings
        if isinstance(coding, dict)
        and any(name in str(coding.get("system", "")) for name in (LOINC, LOINC_OID))
    }


def _domain(goal: dict) -> str:
    for category in goal.get("category", []):
        for coding in category.get("coding", []):
            if DOMAIN_SYSTEM in str(coding.get("system", "")):
                return str(coding.get("code", ""))
    return ""
