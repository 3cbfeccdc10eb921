"""From a raw export to a folder of coded tables, in one step that either happens or does not.

In: paths. Out: `Prepared`, what was done in counts.
Decisions: the coded tables go through the same checks as any records before a byte is written;
rows are put in order of their codes, so that the order of the export tells nothing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, replace
from pathlib import Path

from analysis.errors import AnalysisError, RecordsError, WriteError
from analysis.prepare.export import Done, RawTable, code_export
from analysis.prepare.keys import KEY_MARK, CodeBook, read_key
from analysis.prepare.raw import RawExport, read_raw
from analysis.records.checking.checks import check_text
from analysis.records.load import Records, assemble_records, refuse_if_faulty
from analysis.records.mapping import Mapping, read_mapping
from analysis.records.privacy.identifiers import find_identifiers
from analysis.records.readiness import judge_readiness
from analysis.records.schema import TABLES
from analysis.records.text_records import TextRecords
from analysis.simulation.tables import table_bytes
from analysis.writing import Output, write_files

FOLDER_MODE = 0o700


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
        lines += [f"Next: python -m analysis.check {self.folder}", ""]
        return "\n".join(lines)


def prepare_records(
    raw: Path,
    folder: Path,
    *,
    mapping: str | Path | AnyMapping | Mapping | None = None,
    key: Path | None = None,
    fhir: bool = False,
    formats: Path | None = None,
) -> Prepared:
    """Write coded tables made of the raw export into `folder`.

    Args:
        raw: the export: folder, workbook, one sheet, or FHIR bundles.
        folder: new, empty, or holding coded tables written by this program.
        mapping: what the clinic's columns are.
        key: the key file, read when it exists and written anew.
        fhir: whether the export is FHIR bundles.
        formats: with `fhir`, a table of patient and planned format.

    Raises:
        RecordsError: when the export is faulty or unclear; nothing is written.
        WriteError: when the folder or the key cannot be written.
        AnalysisError: when the key would lie in the folder or is not a key file.
    """
    declared = read_mapping(mapping)
    _check_places(raw, folder, key)
    book = read_key(key)
    if fhir:
        from analysis.prepare.fhir import read_bundles

        export = read_bundles(raw, formats, declared)
    else:
        export = read_raw(raw, declared)
    n_before = book.n_known
    records, done = code_records(export, declared, book)
    _write(records, folder, key, book, raw)
    return Prepared(records, folder, dict(done.counts), tuple(export.dropped), key, n_before)


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
        notes=export.notes,
    )
    found = [
        problem
        for name, table in coded.items()
        for problem in find_identifiers(table, text.names[name])
    ]
    if found:
        raise RecordsError(found, privacy=True)
    if any(_has_dates(table) for table in export.tables):
        mapping = replace(mapping, days=False)
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


def _check_places(raw: Path, folder: Path, key: Path | None) -> None:
    inside = folder.resolve()
    if key is not None and (key.resolve() == inside or inside in key.resolve().parents):
        raise AnalysisError(
            "The key file would lie among the coded records. Keep it somewhere else: whoever "
            "holds both can name every child."
        )
    if raw.resolve() == inside:
        raise AnalysisError("The coded tables would replace the export. Name another folder.")
    if folder.exists() and not folder.is_dir():
        raise WriteError(f'"{folder.name}" is a file. Give the name of a folder.')
    expected = {f"{name}.csv" for name in TABLES}
    with contextlib.suppress(OSError):
        if folder.is_dir() and any(entry.name not in expected for entry in folder.iterdir()):
            raise WriteError(
                f'The folder "{folder.name}" holds other files. Name a new or empty folder, or '
                "one with coded tables from before."
            )


def _write(records: Records, folder: Path, key: Path | None, book: CodeBook, raw: Path) -> None:
    outputs = []
    for name, table in TABLES.items():
        frame = getattr(records, name)
        path = folder / f"{name}.csv"
        if len(frame) or table.required or path.exists():
            mark = ",".join(table.names).encode()
            outputs.append(Output(path, table_bytes(frame, table), mark))
    if key is not None:
        outputs.append(Output(key, book.as_bytes(), KEY_MARK))
    try:
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError(
            f'The folder "{folder.name}" could not be made ({error.strerror}). Name another.'
        ) from None
    inputs = [raw]
    with contextlib.suppress(OSError):
        inputs = [raw, *raw.iterdir()] if raw.is_dir() else [raw]
    write_files(outputs, private=True, inputs=inputs)
