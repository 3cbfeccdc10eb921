"""Which files and sheets hold the tables, each turned into text.

In: a path. Out: (schema table, `TextTable`) pairs; the table is "" when nothing but the content
can tell.
Decisions: owner files of open workbooks (`~$...`) are skipped, of several sheets the only one
with the columns needed is taken, and two candidates are refused rather than chosen between.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from analysis.errors import Problem, RecordsError
from analysis.records.assignment.joining import join_tables
from analysis.records.assignment.meanings import heading_means
from analysis.records.assignment.sheets import are_alike
from analysis.records.assignment.visits import read_visit
from analysis.records.headings import (
    count_names,
    missing_names,
    plain_name,
    resolve_headings,
)
from analysis.records.mapping import Mapping
from analysis.records.privacy.identifiers import show_sheet
from analysis.records.reading.archive import DAMAGED, damaged
from analysis.records.reading.books import BOOKS, open_book
from analysis.records.reading.delimited import read_delimited, too_many_rows
from analysis.records.reading.file_kind import (
    LARGEST_BYTES,
    LARGEST_TEXT_BYTES,
    kind_of,
    refuse_kind,
)
from analysis.records.reading.limits import OverLimitError
from analysis.records.reading.merged import SheetMarks, apply_marks
from analysis.records.reading.parquet import read_parquet
from analysis.records.reading.rows import Block, Watch, build_table, gather_rows
from analysis.records.schema import TABLES
from analysis.records.text import TextTable
from analysis.records.text_records import TextRecords
from analysis.writing.places import NOT_ORDINARY, NotOrdinaryError, kind_of_place, open_ordinary

SheetRead = tuple[str, TextTable | None, list[Problem]]

TEXT_ENDINGS = (".csv", ".tsv", ".tab", ".txt")
DATA_ENDINGS = (*TEXT_ENDINGS, ".xlsx", ".xlsm", ".xls", ".ods", ".fods", ".parquet")
LARGEST_OF_KIND = {"parquet": 1_000_000_000, "text": LARGEST_TEXT_BYTES}
REQUIRED_TABLES = tuple(name for name, table in TABLES.items() if table.required)
SLOW_BYTES = 5_000_000
HIDDEN_SHEET = "this sheet is hidden and was read all the same; show it to see what it holds"


def find_sources(path: Path, mapping: Mapping, records: TextRecords) -> list[tuple[Path, str]]:
    """Give the files to read and the table each is named after ("" when it is not).

    Raises:
        RecordsError: when there is nothing to read at `path`.
    """
    kind = kind_of_place(path)
    if kind == "file":
        return [(path, "")]
    if kind == "special":
        raise RecordsError([_not_ordinary(path.name)])
    try:
        if kind == "missing":
            raise RecordsError(
                [
                    Problem(
                        "there is no such file or folder.",
                        "Check the name and where it is.",
                        file=path.name,
                        code="not_found",
                    )
                ]
            )
        kinds = {entry: kind_of_place(entry) for entry in sorted(path.iterdir())}
    except OSError:
        raise RecordsError([_cannot_open(path.name)]) from None
    records.problems += [
        _not_ordinary(entry.name)
        for entry, kind in kinds.items()
        if kind == "special" and entry.suffix.lower() in DATA_ENDINGS
    ]
    entries = [entry for entry, kind in kinds.items() if kind == "file"]
    owners = [entry for entry in entries if entry.name.startswith("~$")]
    if owners:
        records.notes.append(
            f"{len(owners)} ~$ {'file' if len(owners) == 1 else 'files'} skipped: the workbook "
            "is open somewhere, save it first"
        )
    data = [
        entry
        for entry in entries
        if not entry.name.startswith(("~$", ".")) and entry.suffix.lower() in DATA_ENDINGS
    ]
    named = [(entry, _table_called(entry.stem, mapping, entry.name)) for entry in data]
    tables = [(entry, name) for entry, name in named if name]
    taken: dict[str, list[Path]] = {}
    for entry, name in tables:
        taken.setdefault(name, []).append(entry)
    for name, files in taken.items():
        if len(files) > 1:
            records.problems.append(
                Problem(
                    f"{len(files)} files could be the table {name}.",
                    "Leave one of them in the folder.",
                    file=", ".join(file.name for file in files),
                    code="two_files",
                )
            )
    whole = {*REQUIRED_TABLES} <= {name for _, name in tables}
    if len(data) > 1 and len(data) > len(tables) and not whole and not mapping.tables:
        return [(entry, "") for entry in data]
    if tables:
        n_other = len(data) - len(tables)
        if n_other:
            records.notes.append(
                f"{n_other} other {'file' if n_other == 1 else 'files'} in the folder not read"
            )
        return [(files[0], name) for name, files in taken.items()]
    if len(data) == 1:
        return [(data[0], "")]
    raise RecordsError([_no_table(path.name, len(data))])


def _no_table(folder: str, n_data: int) -> Problem:
    """Say that no file of a folder is named after a table."""
    wanted = ", ".join(f"{name}.csv" for name in REQUIRED_TABLES)
    fault = (
        f"none of the {n_data} files in this folder is named after a table."
        if n_data
        else "there is no table in this folder."
    )
    mend = f"Name them {wanted}, or give the path of one file."
    return Problem(fault, mend, file=folder, code="no_table")


def _table_called(name: str, mapping: Mapping, full_name: str = "") -> str:
    for given, table in mapping.tables.items():
        if given == full_name or plain_name(given) == plain_name(name):
            return table
    return plain_name(name) if plain_name(name) in TABLES else ""


def _cannot_open(name: str) -> Problem:
    return Problem(
        "it cannot be opened.",
        "Close it in other programs and check that you may read it.",
        file=name,
        code="cannot_open",
    )


def _not_ordinary(name: str) -> Problem:
    fault, mend = NOT_ORDINARY
    return Problem(fault, mend, file=name, code="not_ordinary")


def read_source(
    source: Path,
    table_name: str,
    mapping: Mapping,
    records: TextRecords,
    line_breaks: bool = False,
) -> list[tuple[str, TextTable]]:
    """Give the tables in one file; what is wrong with it goes to `records`.

    `line_breaks` lets quoted cells run over lines, as free text does.
    """
    name = source.name
    try:
        with open_ordinary(source) as stream:
            head = stream.read(2048)
            largest = LARGEST_OF_KIND.get(kind_of(head), LARGEST_BYTES)
            stream.seek(0)
            size = os.fstat(stream.fileno()).st_size
            if size > largest:
                records.problems.append(too_many_rows(name))
                return []
            data = stream.read(size + 1)
            if len(data) > size:
                raise NotOrdinaryError
    except NotOrdinaryError:
        records.problems.append(_not_ordinary(name))
        return []
    except (OSError, MemoryError):
        records.problems.append(_cannot_open(name))
        return []
    watch = watch_progress(f"reading {name}", size)
    kind = kind_of(data)
    if kind in BOOKS:
        return _read_workbook(data, kind, name, table_name, mapping, records, watch)
    if kind == "parquet":
        table, problems = read_parquet(data, name)
    elif kind == "text":
        table, problems = read_delimited(data, name, mapping.columns, watch, line_breaks)
    else:
        table, problems = None, [refuse_kind(kind, name)]
    records.problems += problems
    if table is None:
        return []
    records.notes += [f"{name}: {note}" for note in table.notes]
    return [(table_name, table)]


def watch_progress(what: str, size: int) -> Watch:
    """Give a wrapper that shows a bar when reading takes over two seconds at a terminal."""
    if size < SLOW_BYTES:
        return iter
    from tqdm import tqdm

    def watch(rows: Iterable[Block]) -> Iterable[Block]:
        return tqdm(rows, desc=what, unit=" blocks of rows", delay=2, disable=None, leave=False)

    return watch


def _read_workbook(
    data: bytes,
    kind: str,
    name: str,
    table_name: str,
    mapping: Mapping,
    records: TextRecords,
    watch: Watch,
) -> list[tuple[str, TextTable]]:
    try:
        book, refusal = open_book(data, kind, name)
        if book is None:
            records.problems += [refusal] if refusal else []
            return []
        sheets = [(sheet, _table_called(sheet.name, mapping)) for sheet in book.sheets]
        by_name = [(sheet, table) for sheet, table in sheets if table]
        if len(sheets) > len(by_name) and not {*REQUIRED_TABLES} <= {name for _, name in by_name}:
            declared = bool(mapping.tables)
            by_name = by_name if declared or len(by_name) == 1 == len(sheets) else []
            sheets = sheets if declared else [(sheet, "") for sheet, _ in sheets]
        wanted = by_name if by_name and not table_name else sheets
        read: list[SheetRead] = []
        for number, (sheet, table) in enumerate(wanted, 1):
            shown = sheet.name if table else show_sheet(sheet.name, number)
            marks = SheetMarks()
            text, problems = build_table(
                watch(gather_rows(book.rows(sheet, marks))),
                name,
                shown,
                mapping.columns,
                padded=True,
                unit="row",
            )
            if text is not None:
                text = replace(apply_marks(text, marks), sheet_key=sheet.name)
                if sheet.hidden:
                    text = replace(text, notes=(*text.notes, HIDDEN_SHEET))
            read.append((table, text, problems))
    except OverLimitError as found:
        records.problems.append(found.problem(name))
        return []
    except DAMAGED:
        records.problems.append(damaged(name))
        return []
    if by_name and not table_name:
        if len(sheets) > len(by_name):
            records.notes.append(f"{name}: {len(sheets) - len(by_name)} other sheets not read")
        chosen = read
    else:
        chosen = _choose_sheet(read, name, table_name, mapping, records)
    result = []
    for table, text, problems in chosen:
        records.problems += problems
        if text is not None:
            records.notes += [f"{name}, {text.sheet}: {note}" for note in text.notes]
            result.append((table or table_name, text))
    return result


def _choose_sheet(
    read: list[SheetRead], name: str, table_name: str, mapping: Mapping, records: TextRecords
) -> list[SheetRead]:
    filled = [(item, item[1]) for item in read if item[1] is not None]
    if not filled:
        records.problems.append(
            Problem("the workbook is empty.", "Export it again.", file=name, code="empty")
        )
        return []

    def lacks(table: TextTable) -> int:
        shape = table_name or "flat"
        names = resolve_headings(table.headings, shape, mapping.columns)
        return len(missing_names(shape, names))

    whole = [(item, table) for item, table in filled if not lacks(table)]
    alike = _sheets_alike(filled, table_name)
    if len(alike) > 1 and (mapping.sheets or len(whole) != 1):
        left = len(filled) - len(alike)
        if left:
            records.notes.append(
                f"{name}: {left} other {'sheet' if left == 1 else 'sheets'} not read"
            )
        return alike
    if len(whole) > 1:
        records.problems.append(
            Problem(
                f"{len(whole)} sheets could be the records.",
                "Leave one in the workbook, or name the sheets "
                f"{', '.join(REQUIRED_TABLES)} if each is a table.",
                file=name,
                code="two_sheets",
            )
        )
        return []
    if whole:
        item, table = whole[0]
        if item is not read[0]:
            records.notes.append(
                f"{name}: the records are on the sheet {table.sheet}, the only one with "
                "the columns needed"
            )
        return [item]
    tables = [one[1] for one in filled if one[1].n_rows]
    if mapping.sheets in ("", "joined") and join_tables(tables) is not None:
        return [item for item, table in filled if table.n_rows]
    return [max(filled, key=lambda one: sheet_merit(one[1], mapping))[0]]


def sheet_merit(table: TextTable, mapping: Mapping) -> tuple[int, int, int]:
    """Tell how much a sheet looks like records: known headings, usual ones, rows."""
    known, likely = count_names(table.headings, mapping.columns)
    usual = sum(
        bool(heading_means(heading)) or read_visit(heading) is not None
        for heading in table.headings
    )
    return known, max(likely, usual), table.n_rows


def _sheets_alike(filled: list[tuple[SheetRead, TextTable]], table_name: str) -> list[SheetRead]:
    """Give the largest set of sheets of one form with rows; one sheet is none."""
    if table_name not in ("", "flat"):
        return []
    best: list[tuple[SheetRead, TextTable]] = []
    for _, table in filled:
        same = [one for one in filled if one[1].n_rows and are_alike([table, one[1]])]
        if table.n_rows and len(same) > max(1, len(best)):
            best = same
    usual = sum(len(heading_means(heading)) > 0 for heading in best[0][1].headings) if best else 0
    return [item for item, _ in best] if usual >= 2 else []
