"""From a path to tables of text: which file or sheet is which table, and nothing more.

In: a folder of tables, a workbook, or one flat file (CSV and its kin, .xlsx, Parquet). Out:
`TextRecords`, every line accounted for, with the problems found so far. Direct identifiers and
real dates are refused here, before a single cell is given a meaning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from analysis.errors import Problem, RecordsError
from analysis.records.columnar import read_parquet
from analysis.records.delimited import build_table, read_delimited, too_many_rows
from analysis.records.headings import (
    count_known,
    count_likely,
    missing_names,
    nearest_heading,
    plain_name,
    resolve_headings,
)
from analysis.records.identifiers import find_identifiers, looks_personal, show_heading
from analysis.records.mapping import Mapping, suggest_mapping
from analysis.records.schema import TABLES
from analysis.records.sniff import LARGEST_BYTES, kind_of, refuse_kind
from analysis.records.text import TextTable
from analysis.records.workbook import DAMAGED, Workbook, check_archive, damaged

DATA_ENDINGS = (".csv", ".tsv", ".tab", ".txt", ".xlsx", ".xlsm", ".xls", ".parquet")
LARGEST_PARQUET_BYTES = 1_000_000_000
REQUIRED_TABLES = tuple(name for name, table in TABLES.items() if table.required)
SLOW_BYTES = 5_000_000


@dataclass(eq=False)
class TextRecords:
    """Everything read, as text.

    Attributes:
        tables: schema name (or "flat") to its table.
        names: schema name (or "flat") to the schema column of each of its columns, "" for a
            column that is not read.
        problems: what was found wrong so far.
        notes: what was mended, in sentences.
        heading_guesses: heading in a file to the schema column it most likely means.
        missing: schema columns for which no heading comes near.
    """

    tables: dict[str, TextTable] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    heading_guesses: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    def appendix(self, levels: Iterable[str] = (), labels: dict | None = None) -> str:
        """Give the mapping file to paste, or "" when none would help."""
        if not (self.heading_guesses or self.missing or levels or labels):
            return ""
        return suggest_mapping(self.heading_guesses, self.missing, levels, labels)


def read_text(path: str | Path, mapping: Mapping) -> TextRecords:
    """Read every table at `path` as text and pass it through the gate for identifiers.

    Raises:
        RecordsError: with `privacy=True` when a direct identifier or a real date is in any
            table; without it when there is nothing to read at all.
    """
    records = TextRecords()
    path = Path(path)
    sources = _find_sources(path, mapping, records)
    found: list[tuple[str, TextTable]] = []
    for source, table_name in sources:
        found += _read_source(source, table_name, mapping, records)
    _take_tables(found, mapping, records)
    _refuse_identifiers(records)
    return records


def _find_sources(path: Path, mapping: Mapping, records: TextRecords) -> list[tuple[Path, str]]:
    try:
        if path.is_file():
            return [(path, "")]
        if not path.is_dir():
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
        entries = sorted(entry for entry in path.iterdir() if entry.is_file())
    except OSError:
        raise RecordsError([_cannot_open(path.name)]) from None
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
    if tables:
        n_other = len(data) - len(tables)
        if n_other:
            records.notes.append(
                f"{n_other} other {'file' if n_other == 1 else 'files'} in the folder not read"
            )
        return [(files[0], name) for name, files in taken.items()]
    if len(data) == 1:
        return [(data[0], "")]
    wanted = ", ".join(f"{name}.csv" for name in REQUIRED_TABLES)
    fault = (
        "there is no table in this folder."
        if not data
        else f"none of the {len(data)} files in this folder is named after a table."
    )
    raise RecordsError(
        [
            Problem(
                fault,
                f"Name them {wanted}, or give the path of one file.",
                file=path.name,
                code="no_table",
            )
        ]
    )


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


def _read_source(
    source: Path, table_name: str, mapping: Mapping, records: TextRecords
) -> list[tuple[str, TextTable]]:
    name = source.name
    try:
        size = source.stat().st_size
        with source.open("rb") as stream:
            head = stream.read(2048)
            largest = LARGEST_PARQUET_BYTES if kind_of(head) == "parquet" else LARGEST_BYTES
            if size > largest:
                records.problems.append(too_many_rows(name))
                return []
            data = head + stream.read()
    except OSError:
        records.problems.append(_cannot_open(name))
        return []
    watch = watch_progress(f"reading {name}", size)
    kind = kind_of(data)
    if kind == "zip":
        return _read_workbook(data, name, table_name, mapping, records, watch)
    if kind == "parquet":
        table, problems = read_parquet(data, name)
    elif kind == "text":
        table, problems = read_delimited(data, name, mapping.columns, watch)
    else:
        table, problems = None, [refuse_kind(kind, name)]
    records.problems += problems
    if table is None:
        return []
    records.notes += [f"{name}: {note}" for note in table.notes]
    return [(table_name, table)]


def watch_progress(what: str, size: int) -> Callable[[Iterable], Iterable]:
    """Give a wrapper that shows a bar when reading takes over two seconds at a terminal."""
    if size < SLOW_BYTES:
        return iter
    from tqdm import tqdm

    def watch(rows: Iterable) -> Iterable:
        return tqdm(rows, desc=what, unit=" rows", delay=2, disable=None, leave=False)

    return watch


def _read_workbook(
    data: bytes,
    name: str,
    table_name: str,
    mapping: Mapping,
    records: TextRecords,
    watch: Callable[[Iterable], Iterable],
) -> list[tuple[str, TextTable]]:
    refusal = check_archive(data, name)
    if refusal:
        records.problems.append(refusal)
        return []
    try:
        book = Workbook(data)
        sheets = [(sheet, _table_called(sheet.name, mapping)) for sheet in book.sheets]
        by_name = [(sheet, table) for sheet, table in sheets if table]
        wanted = by_name if by_name and not table_name else sheets
        read = []
        for number, (sheet, table) in enumerate(wanted, 1):
            shown = sheet.name if table or not looks_personal(sheet.name) else f"sheet {number}"
            text, problems = build_table(
                watch(book.rows(sheet)), name, shown, mapping.columns, padded=True, unit="row"
            )
            read.append((table, text, problems))
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


def _choose_sheet(read, name: str, table_name: str, mapping: Mapping, records: TextRecords):
    filled = [item for item in read if item[1] is not None]
    if not filled:
        records.problems.append(
            Problem("the workbook is empty.", "Export it again.", file=name, code="empty")
        )
        return []

    def lacks(item) -> int:
        shape = table_name or "flat"
        names = resolve_headings(item[1].headings, shape, mapping.columns)
        return len(missing_names(shape, names))

    whole = [item for item in filled if not lacks(item)]
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
        if whole[0] is not read[0]:
            records.notes.append(
                f"{name}: the records are on the sheet {whole[0][1].sheet}, the only one with "
                "the columns needed"
            )
        return whole
    return [
        max(
            filled,
            key=lambda item: (
                count_known(item[1].headings, mapping.columns),
                count_likely(item[1].headings),
            ),
        )
    ]


def _take_tables(
    found: list[tuple[str, TextTable]], mapping: Mapping, records: TextRecords
) -> None:
    if len(found) == 1:
        name, table = found[0]
        flat = resolve_headings(table.headings, "flat", mapping.columns)
        if not name or (name == "reviews" and not missing_names("flat", flat)):
            found = [("flat", table)]
    for name, table in found:
        records.tables[name or "flat"] = table
        _name_columns(name or "flat", table, mapping, records)
    if found and "flat" not in records.tables:
        for name in REQUIRED_TABLES:
            if name not in records.tables and not _refused_already(name, records):
                records.problems.append(
                    Problem(
                        f"the table {name} is missing.",
                        f"Add {name}.csv (or a sheet called {name}), or give one flat sheet.",
                        code="missing_table",
                    )
                )


def _refused_already(name: str, records: TextRecords) -> bool:
    return any(plain_name(Path(problem.file).stem) == name for problem in records.problems)


def _name_columns(name: str, table: TextTable, mapping: Mapping, records: TextRecords) -> None:
    names = resolve_headings(table.headings, name, mapping.columns)
    shown = [show_heading(column.heading, column.position) for column in table.columns]
    for schema_name in dict.fromkeys(filter(None, names)):
        twice = [shown[i] for i, known in enumerate(names) if known == schema_name]
        if len(twice) > 1:
            records.problems.append(
                Problem(
                    f'{len(twice)} columns stand for "{schema_name}".',
                    "Keep the one that is right and remove the other.",
                    file=table.file,
                    column=twice[1],
                    code="duplicate_column",
                )
            )
    spare = [table.columns[i].heading for i, known in enumerate(names) if not known]
    for schema_name in missing_names(name, names):
        near = nearest_heading(schema_name, spare)
        position = table.headings.index(near) + 1 if near else 0
        near_shown = show_heading(near, position) if near else ""
        if near and near_shown == near:
            records.heading_guesses[near] = schema_name
            mend = f'Is it the column "{near}"? Then use the mapping file below.'
            spare.remove(near)
        else:
            records.missing.append(schema_name)
            mend = "Add it, or say in a mapping file which of your columns it is."
        records.problems.append(
            Problem(
                f'there is no column "{schema_name}".',
                mend,
                file=_file_and_sheet(table),
                code="missing_column",
            )
        )
    dropped = [shown[i] for i, known in enumerate(names) if not known and table.columns[i].heading]
    if dropped:
        records.notes.append(
            f"{_file_and_sheet(table)}: columns not read and dropped: {', '.join(dropped)}"
        )
    records.names[name] = names


def _file_and_sheet(table: TextTable) -> str:
    return f"{table.file}, {table.sheet}" if table.sheet else table.file


def _refuse_identifiers(records: TextRecords) -> None:
    problems = [
        problem
        for name, table in records.tables.items()
        for problem in find_identifiers(table, records.names[name])
    ]
    if problems:
        others = [problem for problem in records.problems if problem.code != "missing_column"]
        raise RecordsError(problems + others, privacy=True)
