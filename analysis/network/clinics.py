"""The records of several clinics in one place: where each is, read, checked and studied on its own.

In: folders or files, one for each clinic; or a folder of such folders; or one set of records with a
column that names each child's clinic. Out: what each clinic brings. Decisions: every clinic with
faults is named with what is wrong, and none is left out silently; each is studied by itself, so the
answer is the same for any number of processes; a clinic brings what its own report would print, so
that whoever knows all clinics but one learns no more of it than that report tells; children that
stand in two clinics with the very same course are one clinic handed in twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from joblib import delayed

from analysis.audit.work import open_workers
from analysis.clinics.given import Given, take_report
from analysis.disclosure.release import protect
from analysis.errors import AnalysisError, RecordsError
from analysis.network.reports import check_names, name_paths, spell_name
from analysis.records.load import read_records, records_from_tables
from analysis.records.mapping import Mapping as Said
from analysis.records.reading.reader import read_text
from analysis.records.schema import TABLES
from analysis.simulation.sample import holds_invented
from analysis.study import run_study

if TYPE_CHECKING:
    from analysis.records.load import Records
    from analysis.settings import Settings

SHARED = 0.25  # of the smaller clinic's children
FEWEST_REVIEWS = 4
DIGEST_BYTES = 12
TABLE_ENDINGS = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".parquet"})
TABLES_OF_ONE = frozenset({"goals", "reviews"})
FAULTY = (
    "{n} of these clinics cannot be used as they are. Mend their records, or leave them out by "
    "name (--leave-out)."
)
NO_COLUMN = (
    'No column "{column}" stands beside the children in these records, so nobody can tell which '
    "clinic a child belongs to. Name another with --column, or give one folder for each clinic."
)
BLANK = (
    'Some children have nothing in the column "{column}". Write their clinic down, or take their '
    "rows out."
)
SAME_CHILDREN = (
    "{one} and {other} hold the very same course of many children. Give each clinic once."
)


@dataclass(frozen=True)
class Studied:
    """One clinic after its study, or why there is none.

    Attributes:
        name: what the person at the keyboard calls it.
        given: what it brings; None where its records are refused.
        fault: why they are; exit_code: what a program that stops at it gives.
        children: digests of each child's course, to find a clinic handed in twice.
    """

    name: str
    given: Given | None
    fault: str = ""
    exit_code: int = 0
    children: frozenset[str] = frozenset()


def find_clinics(paths: Sequence[Path]) -> dict[str, Path]:
    """Give where each clinic's records are, by its name; one folder of clinics is taken apart.

    Args:
        paths: as typed.
    """
    if len(paths) == 1 and paths[0].is_dir():
        inside = sorted(paths[0].iterdir())
        tables = [path for path in inside if path.suffix.lower() in TABLE_ENDINGS]
        folders = [path for path in inside if path.is_dir() and not path.name.startswith(".")]
        if folders and not tables:
            paths = folders
        elif len(tables) > 1 and not {path.stem.lower() for path in tables} & TABLES_OF_ONE:
            paths = tables
    return dict(zip(name_paths(paths), paths, strict=True))


def study_clinics(
    clinics: Mapping[str, Path | Records],
    settings: Settings,
    *,
    left_out: Sequence[str] = (),
    jobs: int = 1,
    cluster: str = "",
) -> Iterator[Given]:
    """Read, check and study every clinic; name all that are faulty.

    Args:
        clinics: where each one's records are, or the records, by name.
        settings: margin and smallest cell.
        left_out: names left out by word of the user; their records are not read.
        jobs: processes on this machine.
        cluster: address of a dask scheduler to use in their place, or "".

    Yields:
        What each clinic brings, in the order of the names, once all were studied.

    Raises:
        AnalysisError: if a name to leave out is none of them, records are faulty, or two clinics
            are one.
    """
    check_names(list(clinics), left_out)
    asked = {name: source for name, source in clinics.items() if name not in left_out}
    with open_workers(jobs, cluster) as workers:
        found = {
            one.name: one
            for one in workers(
                delayed(study_clinic)(name, source, settings) for name, source in asked.items()
            )
        }
    studied = [found[name] for name in asked]
    refuse_faulty(studied)
    refuse_same_children(studied)
    for one in studied:
        if one.given is not None:
            yield one.given


def study_clinic(name: str, source: Path | Records, settings: Settings) -> Studied:
    """Read, check and study one clinic.

    Args:
        name: what the person at the keyboard calls it.
        source: where its records are, or the records.
        settings: margin and smallest cell.
    """
    try:
        records = read_records(source) if isinstance(source, Path) else source
    except RecordsError as error:
        return Studied(name, None, str(error), error.exit_code)
    study = run_study(records, settings, ask_again=False)
    given = take_report(protect(study), name)
    invented = isinstance(source, Path) and source.is_dir() and holds_invented(source)
    given = replace(
        given,
        invented=given.invented or invented,
        names={"records": records.digest, "ledger": "", "report": ""},
    )
    return Studied(name, given, children=digest_children(records))


def refuse_faulty(studied: Sequence[Studied]) -> None:
    """Refuse clinics whose records are faulty, all in one message.

    Raises:
        AnalysisError: with each clinic's name and every problem of its records.
    """
    faulty = [one for one in studied if one.given is None]
    if faulty:
        lines = [FAULTY.format(n=len(faulty)), *(f"\n{one.name}: {one.fault}" for one in faulty)]
        refused = AnalysisError("\n".join(lines))
        refused.exit_code = max(one.exit_code for one in faulty)
        raise refused


def refuse_same_children(studied: Sequence[Studied]) -> None:
    """Refuse two clinics that hold the same course of many children.

    Raises:
        AnalysisError: with the names of both.
    """
    of_child: dict[str, list[int]] = {}
    shared: dict[tuple[int, int], int] = {}
    for k, one in enumerate(studied):
        for child in one.children:
            for other in of_child.setdefault(child, []):
                shared[other, k] = shared.get((other, k), 0) + 1
            of_child[child].append(k)
    for (first, second), n in shared.items():
        least = min(len(studied[first].children), len(studied[second].children))
        if n >= SHARED * least:
            raise AnalysisError(
                SAME_CHILDREN.format(one=studied[first].name, other=studied[second].name)
            )


def digest_children(records: Records) -> frozenset[str]:
    """Give a digest of what is recorded of each child with enough reviews, codes left out."""
    child_of = records.goals.set_index("goal_id")["child_id"]
    rows = records.reviews[["goal_id", "week", "attainment"]].sort_values(["week", "attainment"])
    course: dict[str, list[str]] = {}
    for goal, week, level in zip(rows["goal_id"], rows["week"], rows["attainment"], strict=True):
        course.setdefault(str(child_of[goal]), []).append(f"{week:g} {level:g}")
    plain = records.episodes.drop(
        columns=[c.name for c in TABLES["episodes"].columns if c.kind == "id"]
    )
    told = (" ".join(map(str, row)) for row in plain.itertuples(index=False))
    starts = dict(zip(records.episodes["child_id"], told, strict=True))
    return frozenset(
        hashlib.blake2b(
            "|".join([starts.get(child, ""), *steps]).encode(), digest_size=DIGEST_BYTES
        ).hexdigest()
        for child, steps in course.items()
        if len(steps) >= FEWEST_REVIEWS
    )


def split_records(path: Path, column: str) -> dict[str, Records]:
    """Split one set of records by the column that names each child's clinic.

    The whole is read and checked first, as one clinic's would be.

    Args:
        path: the records.
        column: heading of the column, beside the children.

    Raises:
        RecordsError: if the records are faulty, as a whole or in part.
        AnalysisError: if there is no such column, or a child without a clinic.
    """
    whole = read_records(path)
    clinic_of = _read_clinic_of(path, column)
    parts: dict[str, Records] = {}
    for name in sorted(set(clinic_of.values())):
        children = {child for child, own in clinic_of.items() if own == name}
        goals = set(whole.goals.loc[whole.goals["child_id"].isin(children), "goal_id"])
        tables = {}
        for table in TABLES:
            frame = getattr(whole, table)
            kept = (
                frame["goal_id"].isin(goals)
                if table == "reviews"
                else frame["child_id"].isin(children)
            )
            if kept.any():
                tables[table] = frame[kept].reset_index(drop=True)
        parts[spell_name(name)] = records_from_tables(tables)
    return parts


def _read_clinic_of(path: Path, column: str) -> dict[str, str]:
    """Give each child's clinic, from the table of children (or the one flat table)."""
    text = read_text(path, Said())
    for table_name in ("episodes", "flat"):
        table, names = text.tables.get(table_name), text.names.get(table_name, [])
        if table is None or "child_id" not in names:
            continue
        child = table.columns[names.index("child_id")]
        found = [one for one in table.columns if one.heading.strip().lower() == column.lower()]
        if not found:
            continue
        clinic_of: dict[str, str] = {}
        for of_child, of_clinic in zip(child.codes, found[0].codes, strict=True):
            label = found[0].values[of_clinic].strip()
            if not label:
                raise AnalysisError(BLANK.format(column=spell_name(column)))
            clinic_of[child.values[of_child].strip()] = label
        return clinic_of
    raise AnalysisError(NO_COLUMN.format(column=spell_name(column)))
