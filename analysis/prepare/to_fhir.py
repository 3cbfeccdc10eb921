"""Coded records as FHIR bundles of the same guide that `fhir` reads, and the table beside them.

In: coded records. Out: a folder with `bundle.json` (Patient, Goal, Observation) and `formats.csv`
(planned format and what else is known of a child, which these profiles do not hold).
Decisions: coded records hold weeks and no dates, so that dates are counted from one made-up first
day for all children, which `formats.csv` names; nothing tells when anybody was here. What the guide
has no place for is left behind and counted. Areas of life are written as a coding of our own,
because the guide's list is an example and has others.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from analysis.errors import AnalysisError, Problem, RecordsError, WriteError
from analysis.prepare.bundles import LARGEST_JSON
from analysis.prepare.fhir import (
    ANSWERS,
    BASELINE,
    FOLLOW_UP,
    LOINC_URL,
    RATED_AS,
    SCALING_URL,
)
from analysis.records.load import Records, read_records
from analysis.records.mapping import Mapping
from analysis.records.schema import EPISODES, RATERS
from analysis.writing.folders import replace_folder
from analysis.writing.leftovers import settle_folder
from analysis.writing.locks import hold_lock
from analysis.writing.places import kind_of_place

FIRST_DAY = date(2000, 1, 3)  # made up, a Monday; no child's real day
DOMAIN_URL = "urn:therapy-formats:goal-domain"
BUNDLE, TABLE = "bundle.json", "formats.csv"
WHOLE = (BUNDLE, TABLE)
CODE_OF = {level: code for code, level in ANSWERS.items()}
FOLLOW_UP_BY = {rater: code for code, rater in RATED_AS.items()} | {
    "independent_therapist": "107333-7"
}
PLAIN_ID = re.compile(r"[A-Za-z0-9.\-]{1,64}")
LEFT_BEHIND = {
    "goals": (
        "importance",
        "difficulty",
        "set_before_format",
        "closed_week",
        "closed_reason",
        "measurable",
    ),
    "reviews": ("blinded",),
}


@dataclass(frozen=True, eq=False)
class Exported:
    """What was written.

    Attributes:
        records: the records as they were read.
        folder: where the bundle and its table are.
        left_behind: what the guide has no place for, to how many cells or rows.
    """

    records: Records
    folder: Path
    left_behind: AnyMapping[str, int]

    def tell(self) -> str:
        """Give what was done as text for a screen: counts and headings only."""
        records = self.records
        return "\n".join(
            [
                f"{records.n_children:,} children, {len(records.goals):,} goals and "
                f"{len(records.reviews):,} ratings are in {self.folder / BUNDLE}; formats and what "
                f"else is known of the children are in {self.folder / TABLE}.",
                "",
                f"Dates are counted from {FIRST_DAY.isoformat()} for every child: it is made up.",
                "",
                "Left behind, because the guide has no place for it",
                *(f"  - {what}: {n:,}" for what, n in self.left_behind.items()),
                *([] if self.left_behind else ["  - nothing"]),
                "",
                "Coded records: treat as personal data.",
                "",
            ]
        )


def export_bundles(
    path: str | Path, folder: Path, mapping: str | Path | AnyMapping | Mapping | None = None
) -> Exported:
    """Write coded records as FHIR into `folder`, whole or not at all.

    Args:
        path: coded records, as the report reads them.
        folder: new, empty, or holding such an export.
        mapping: what the clinic calls things.

    Raises:
        RecordsError: when the records are faulty, or a child has several episodes.
        WriteError: when the folder cannot be written.
    """
    records = read_records(path, mapping)
    files = bundle_records(records)
    _check_folder(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with hold_lock(folder):
            settle_folder(folder, WHOLE)
            replace_folder(folder, files, WHOLE)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise WriteError(f'"{folder.name}" cannot be written ({reason}). Name another.') from None
    return Exported(records, folder, _count_left_behind(records))


def bundle_records(records: Records) -> dict[str, bytes]:
    """Give the bundle and the table of formats as bytes, by the names of their files.

    Raises:
        RecordsError: when a child has several episodes, which one table of formats cannot tell.
        AnalysisError: when the bundle is larger than is ever read back.
    """
    if records.episodes["child_id"].duplicated().any():
        raise RecordsError(
            [
                Problem(
                    "a child has several episodes, and the guide's goals belong to a child.",
                    "Export the records of one episode for each child.",
                    file="episodes",
                    column="episode_id",
                    code="several_episodes",
                )
            ]
        )
    children = _name_all(records.episodes["child_id"], "p")
    goals = _name_all(records.goals["goal_id"], "g")
    entries = [
        {"resource": one}
        for one in (
            *({"resourceType": "Patient", "id": name} for name in children.values()),
            *_goal_resources(records, children, goals),
            *_rating_resources(records, children, goals),
        )
    ]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    content = json.dumps(bundle, indent=1).encode() + b"\n"
    if len(content) > LARGEST_JSON:
        raise AnalysisError(
            f"The bundle would be larger than {LARGEST_JSON // 1_000_000} MB, which is more than "
            "is read back. Export the records in parts."
        )
    return {BUNDLE: content, TABLE: _table_of_formats(records, children)}


def _name_all(codes: Iterable[str], letter: str) -> dict[str, str]:
    """Give each code an id that FHIR allows: the code itself where all are such ids."""
    known = list(codes)
    if all(map(PLAIN_ID.fullmatch, known)):
        return {code: code for code in known}
    return {code: f"{letter}{number}" for number, code in enumerate(known, 1)}


def _day(week: float) -> str:
    return (FIRST_DAY + timedelta(weeks=int(week))).isoformat()


def _goal_resources(
    records: Records, children: dict[str, str], names: dict[str, str]
) -> Iterator[dict]:
    scaling = [
        {
            "url": SCALING_URL,
            "extension": [
                {"url": "level", "valueCoding": {"system": LOINC_URL, "code": CODE_OF[level]}}
            ],
        }
        for level in sorted(CODE_OF)
    ]
    frame = records.goals
    for goal, child, domain, week in zip(
        frame["goal_id"], frame["child_id"], frame["domain"], frame["set_week"], strict=True
    ):
        coding = {"system": DOMAIN_URL, "code": str(domain)}
        yield {
            "resourceType": "Goal",
            "id": names[goal],
            "lifecycleStatus": "active",
            "extension": scaling,
            "category": [{"coding": [coding]}],
            "description": {"text": "coded"},
            "subject": {"reference": f"Patient/{children[child]}"},
            **({"startDate": _day(week)} if week == week else {}),
            "target": [{"measure": _concept(FOLLOW_UP[0])}],
        }


def _rating_resources(
    records: Records, children: dict[str, str], names: dict[str, str]
) -> Iterator[dict]:
    child_of = dict(zip(records.goals["goal_id"], records.goals["child_id"], strict=True))
    rows = [
        *zip(
            records.reviews["goal_id"],
            records.reviews["week"],
            records.reviews["attainment"],
            records.reviews["rater"].astype(object),
            strict=True,
        ),
        *((goal, 0.0, level, None) for goal, level in _recorded_baselines(records)),
    ]
    for number, (goal, week, level, rater) in enumerate(rows, 1):
        known = rater if rater in RATERS else ""
        yield {
            "resourceType": "Observation",
            "id": f"o{number}",
            "status": "final",
            "code": _concept(FOLLOW_UP_BY.get(known, FOLLOW_UP[0]) if week else BASELINE),
            "subject": {"reference": f"Patient/{children[child_of[goal]]}"},
            "focus": [{"reference": f"Goal/{names[goal]}"}],
            "effectiveDateTime": _day(week),
            **({"performer": [{"display": known.replace("_", " ")}]} if known else {}),
            "valueCodeableConcept": _concept(CODE_OF[int(level)]),
        }


def _recorded_baselines(records: Records) -> Iterator[tuple[str, float]]:
    """Give goal and level where the level at the start is recorded but was not reviewed."""
    reviewed = set(records.reviews.loc[records.reviews["week"] == 0, "goal_id"])
    goals = records.goals
    for goal, level, week in zip(
        goals["goal_id"], goals["baseline_level"], goals["set_week"], strict=True
    ):
        if level == level and goal not in reviewed and not week > 0:
            yield goal, level


def _concept(code: str) -> dict:
    return {"coding": [{"system": LOINC_URL, "code": code}]}


def _table_of_formats(records: Records, children: dict[str, str]) -> bytes:
    frame = records.episodes
    names = [
        column.name
        for column in EPISODES.columns
        if column.name != "episode_id" and frame[column.name].notna().any()
    ]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*names, "start_date"])
    cells = [
        [children[code] for code in frame[name]]
        if name == "child_id"
        else [_spell(value) for value in frame[name].astype(object)]
        for name in names
    ]
    writer.writerows([*row, FIRST_DAY.isoformat()] for row in zip(*cells, strict=True))
    return text.getvalue().encode()


def _spell(value: object) -> str:
    if isinstance(value, float):
        return "" if value != value else f"{value:.12g}"
    return value if isinstance(value, str) else ""


def _count_left_behind(records: Records) -> dict[str, int]:
    counts = {
        f"{table}: {column}": int(getattr(records, table)[column].notna().sum())
        for table, columns in LEFT_BEHIND.items()
        for column in columns
    }
    counts |= {name: len(getattr(records, name)) for name in ("sessions", "home_practice")}
    return {what: n for what, n in counts.items() if n}


def _check_folder(folder: Path) -> None:
    kind = kind_of_place(folder)
    if kind == "missing":
        return
    if kind != "folder":
        raise WriteError(f'"{folder.name}" is no folder. Give the name of a folder.')
    if any(entry.name not in WHOLE for entry in folder.iterdir()):
        raise WriteError(
            f'The folder "{folder.name}" holds other files. Name a new or empty folder, or one '
            "with such an export from before."
        )
