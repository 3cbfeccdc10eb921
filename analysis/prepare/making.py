"""From a raw export to a folder of coded tables, in one step that either happens or does not.

In: paths. Out: `Prepared`, what was done in counts.
Decisions: the coded tables go through the same checks as any records before a byte is written;
rows are put in order of their codes, so that the order of the export tells nothing. The key is
locked from its reading to its writing and written before the tables, which are moved into place
as one folder: killed anywhere, there are never tables without their key, nor tables of two runs.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, replace
from pathlib import Path

from analysis.errors import AnalysisError, RecordsError, WriteError
from analysis.prepare.export import Done, RawTable, code_export
from analysis.prepare.keys import KEY_MARK, CodeBook, read_key, refuse_other_clinic
from analysis.prepare.raw import RawExport, read_raw
from analysis.records.assignment.place import find_mapping
from analysis.records.assignment.telling import command
from analysis.records.checking.checks import check_text
from analysis.records.load import Records, assemble_records, refuse_if_faulty
from analysis.records.mapping import Mapping, read_mapping
from analysis.records.package import PACKAGE_MARK, PACKAGE_NAME, package_bytes
from analysis.records.privacy.identifiers import find_identifiers
from analysis.records.readiness import judge_readiness
from analysis.records.schema import TABLES
from analysis.records.text_records import TextRecords
from analysis.simulation.tables import table_bytes, written_columns
from analysis.writing import Output, check_target, settle_files
from analysis.writing.files import replace_files
from analysis.writing.folders import replace_folder
from analysis.writing.leftovers import settle_folder
from analysis.writing.locks import hold_lock
from analysis.writing.places import NOT_ORDINARY, kind_of_place

TABLE_FILES = {f"{name}.csv": table for name, table in TABLES.items()}
FILES = (*TABLE_FILES, PACKAGE_NAME)


@dataclass(frozen=True, eq=False)
class Prepared:
    """What was made of a raw export.

    Attributes:
        records: the coded records, as written.
        folder: where they are.
        done: sentence to count.
        dropped: columns left behind.
        key: the key file, or None.
        n_known: identities that kept a code they had.
    """

    records: Records
    folder: Path
    done: AnyMapping[str, int]
    dropped: tuple[str, ...]
    key: Path | None
    n_known: int

    def __repr__(self) -> str:
        return f"<Prepared: {self.records!r}>"

    def tell(self) -> str:
        """Give what was done as text for a screen: counts and headings only."""
        records = self.records
        lines = [
            f"Coded records of {records.n_children:,} children, {len(records.goals):,} goals and "
            f"{len(records.reviews):,} reviews are in {self.folder}.",
            "",
            "What was done",
            *(f"  - {sentence}: {n:,}" for sentence, n in self.done.items()),
            *(f"  - {note}" for note in records.notes),
            "",
            "Columns left behind",
            *(f"  - {heading}" for heading in self.dropped or ("none",)),
            "",
            "How easily a child could be recognised",
            f"  - {judge_readiness(records).tell_uniqueness()}",
            "",
        ]
        if self.key:
            lines += [
                f"The key is in {self.key} ({self.n_known:,} identities were known before). Keep "
                "it apart from the coded records: whoever holds both can name every child."
            ]
        else:
            lines += [
                "No key was kept: nobody can trace a code back, and next month's export will get "
                "other codes. With --key FILE they stay the same."
            ]
        lines += [f"Next: {command('check', self.folder.resolve())}", ""]
        return "\n".join(lines)


def prepare_records(
    raw: Path,
    folder: Path,
    *,
    mapping: str | Path | AnyMapping | Mapping | None = None,
    key: Path | None = None,
    fhir: bool = False,
    formats: Path | None = None,
    new_children: bool = False,
) -> Prepared:
    """Write coded tables made of the raw export into `folder`.

    Args:
        raw: the export: folder, workbook, one sheet, or FHIR bundles.
        folder: new, empty, or holding coded tables written by this program.
        mapping: what the clinic's columns are.
        key: the key file, read when it exists and written anew.
        fhir: whether the export is FHIR bundles.
        formats: with `fhir`, a table of patient and planned format.
        new_children: whether a key that knows hardly any of these children is meant.

    Raises:
        RecordsError: when the export is faulty or unclear; nothing is written.
        WriteError: when the folder or the key cannot be written.
        AnalysisError: when the key would lie in the folder or is not a key file.
    """
    kept = find_mapping(raw) if mapping is None else None
    declared = read_mapping(mapping if kept is None else kept)
    real_folder, real_key = _check_places(raw, folder, key)
    with hold_lock(real_key) if real_key else contextlib.nullcontext():
        _settle(real_folder, real_key)
        _check_folder(real_folder, real_key, raw)
        book = read_key(real_key)
        if fhir:
            from analysis.prepare.fhir import read_bundles

            export = read_bundles(raw, formats, declared)
        else:
            export = read_raw(raw, declared)
            declared = export.mapping
        if kept is not None:
            export.notes.insert(0, f"read as {kept.name} beside the export says")
        records, done = code_records(export, declared, book)
        if not new_children:
            refuse_other_clinic(book, records.episodes["child_id"])
        _write(records, real_folder, real_key, book, raw)
    return Prepared(records, folder, dict(done.counts), tuple(export.dropped), key, book.n_known)


def code_records(export: RawExport, mapping: Mapping, book: CodeBook) -> tuple[Records, Done]:
    """Give the coded records of a raw export, judged like any others.

    Raises:
        RecordsError: with every problem found.
    """
    done = Done()
    coded = code_export(export.tables, mapping, book, export.faults, done)
    text = TextRecords(
        tables=coded,
        names={name: list(table.headings) for name, table in coded.items()},
        problems=export.faults.problems,
        notes=[
            *export.notes,
            *(f"{sentence} ({n:,})" for sentence, n in export.faults.mended.items()),
        ],
    )
    found = [
        problem
        for name, table in coded.items()
        for problem in find_identifiers(table, text.names[name])
    ]
    if found:
        raise RecordsError(found, privacy=True)
    if any(_has_dates(table) for table in export.tables):
        mapping = replace(mapping, days=False, months=False, weeks_said=True)
    judged, faults = check_text(text, mapping)
    refuse_if_faulty(faults, text)
    return _in_order_of_codes(assemble_records(judged, faults, text.notes)), done


def _has_dates(table: RawTable) -> bool:
    return "date" in table.columns


def _in_order_of_codes(records: Records) -> Records:
    frames = {}
    for name, table in TABLES.items():
        frame = getattr(records, name)
        keys = [column.name for column in table.columns if column.required]
        frames[name] = frame.sort_values(keys, kind="stable", ignore_index=True)
    return replace(records, **frames)


def _check_places(raw: Path, folder: Path, key: Path | None) -> tuple[Path, Path | None]:
    """Give folder and key with every link followed, or refuse them."""
    for path in (folder, key):
        if path is not None and kind_of_place(path) == "special":
            raise WriteError(f'"{path.name}" cannot be written: {NOT_ORDINARY[0]}')
    try:
        inside = Path(os.path.realpath(folder))
        real_key = None if key is None else Path(os.path.realpath(key))
        real_raw = Path(os.path.realpath(raw))
    except (OSError, ValueError) as error:
        raise WriteError(
            f'"{folder.name}" cannot be written ({type(error).__name__}). Name another folder.'
        ) from None
    if real_key is not None and (real_key == inside or inside in real_key.parents):
        raise AnalysisError(
            "The key file would lie among the coded records. Keep it somewhere else: whoever "
            "holds both can name every child."
        )
    if real_key is not None and kind_of_place(real_key.parent) != "folder":
        raise WriteError(f'The folder for "{real_key.name}" does not exist. Make it first.')
    if real_raw == inside:
        raise AnalysisError("The coded tables would replace the export. Name another folder.")
    return inside, real_key


@contextlib.contextmanager
def _as_write_error(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise WriteError(f'"{path.name}" cannot be written ({reason}). Name another.') from None


def _settle(folder: Path, key: Path | None) -> None:
    """Remove or put back what an interrupted run left; the key's lock is held."""
    if key is not None:
        with _as_write_error(key):
            settle_files([key])
    if kind_of_place(folder.parent) == "folder":
        with hold_lock(folder), _as_write_error(folder):
            settle_folder(folder, FILES)


def _check_folder(folder: Path, key: Path | None, raw: Path) -> None:
    """Refuse a folder that holds anything but coded tables, and a key that is none."""
    inputs = _inputs(raw)
    if key is not None and kind_of_place(key) != "missing":
        if kind_of_place(key) == "file":
            read_key(key)
        check_target(Output(key, b"", KEY_MARK), inputs)
    with _as_write_error(folder):
        kind = kind_of_place(folder)
        if kind == "missing":
            return
        if kind == "file":
            raise WriteError(f'"{folder.name}" is a file. Give the name of a folder.')
        entries = sorted(folder.iterdir())
    if any(entry.name not in FILES for entry in entries):
        raise WriteError(
            f'The folder "{folder.name}" holds other files. Name a new or empty folder, or '
            "one with coded tables from before."
        )
    for entry in entries:
        mark = PACKAGE_MARK
        if entry.name in TABLE_FILES:
            names = [one.name for one in TABLE_FILES[entry.name].columns if not one.added]
            mark = ",".join(names).encode()
        check_target(Output(entry, b"", mark), inputs)


def _inputs(raw: Path) -> Sequence[Path]:
    with contextlib.suppress(OSError):
        return [raw, *raw.iterdir()] if raw.is_dir() else [raw]
    return [raw]


def _write(records: Records, folder: Path, key: Path | None, book: CodeBook, raw: Path) -> None:
    frames = {
        name: getattr(records, name)
        for name, table in TABLES.items()
        if len(getattr(records, name)) or table.required
    }
    tables = {f"{name}.csv": table_bytes(one, TABLES[name]) for name, one in frames.items()}
    tables[PACKAGE_NAME] = package_bytes(
        {name: written_columns(one, TABLES[name]) for name, one in frames.items()}
    )
    with _as_write_error(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
    with hold_lock(folder):
        _check_folder(folder, key, raw)
        if key is not None:
            replace_files([Output(key, book.as_bytes(), KEY_MARK)], [key])
        replace_folder(folder, tables, FILES)
