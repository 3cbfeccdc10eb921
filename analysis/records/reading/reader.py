"""From a path to tables of text: which file or sheet is which table, and nothing more.

In: a folder of tables, a workbook, or one flat file (CSV and its kin, .xlsx, Parquet). Out:
`TextRecords`, every line accounted for, with the problems found so far.
Decisions: direct identifiers and real dates are refused here, before a single cell is given a
meaning.
"""

from __future__ import annotations

from pathlib import Path

from analysis.errors import Problem, RecordsError
from analysis.records.headings import (
    count_names,
    missing_names,
    nearest_heading,
    plain_name,
    resolve_headings,
    usual_meaning,
)
from analysis.records.mapping import Mapping
from analysis.records.privacy.codes import PLAIN_CODE
from analysis.records.privacy.identifiers import find_identifiers, show_heading
from analysis.records.privacy.shapes import is_harmless
from analysis.records.reading.limits import check_variety, first_values
from analysis.records.reading.sources import REQUIRED_TABLES, find_sources, read_source
from analysis.records.text import TextTable
from analysis.records.text_records import TextRecords


def read_text(path: str | Path, mapping: Mapping) -> TextRecords:
    """Read every table at `path` as text, refused when it holds identifiers.

    Raises:
        RecordsError: with `privacy=True` when a direct identifier or a real date is in any
            table; without it when there is nothing to read at all.
    """
    records = TextRecords()
    path = Path(path)
    sources = find_sources(path, mapping, records)
    found: list[tuple[str, TextTable]] = []
    for source, table_name in sources:
        found += read_source(source, table_name, mapping, records)
    _take_tables(found, mapping, records)
    too_large = [
        problem
        for name, table in records.tables.items()
        for problem in check_variety(table, records.names[name])
    ]
    if too_large:
        raise RecordsError(too_large)
    _refuse_identifiers(records)
    return records


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
    unused = _unused_headings([table for _, table in found], mapping)
    if unused:
        records.notes.append(f"the mapping names headings that are in no table: {unused}")
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


def _unused_headings(tables: list[TextTable], mapping: Mapping) -> str:
    present = {plain_name(heading) for table in tables for heading in table.headings}
    unused = [heading for heading in mapping.columns if plain_name(heading) not in present]
    return ", ".join(f'"{show_heading(heading, 1)}"' for heading in unused)


def _refused_already(name: str, records: TextRecords) -> bool:
    return any(
        name == "flat" or plain_name(Path(problem.file).stem) == name
        for problem in records.problems
    )


def _name_columns(name: str, table: TextTable, mapping: Mapping, records: TextRecords) -> None:
    names = resolve_headings(table.headings, name, mapping.columns)
    needed = name == "flat" or name in REQUIRED_TABLES
    if needed and any(names) and not table.n_rows and not _refused_already(name, records):
        records.problems.append(
            Problem(
                "there are headings but no rows.",
                "Export it again, with the records.",
                file=_file_and_sheet(table),
                code="no_rows",
            )
        )
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
    no_headings = not count_names(table.headings)[1] or any(map(_reads_like_a_cell, table.headings))
    if not any(names) and no_headings:
        wanted = missing_names(name, ())
        records.missing += wanted
        records.problems.append(
            Problem(
                "none of the columns needed is there: the first line does not look like headings.",
                f"Write one line of headings above the records: {', '.join(wanted)}.",
                file=_file_and_sheet(table),
                code="no_headings",
            )
        )
        records.names[name] = names
        return
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
    taken = {*names, *records.heading_guesses.values()}
    dropped = []
    for i, known in enumerate(names):
        heading = table.columns[i].heading
        if known or not heading or heading in records.heading_guesses:
            continue
        meaning = usual_meaning(heading, name)
        if meaning and meaning not in taken and shown[i] == heading:
            records.heading_guesses[heading] = meaning
            taken.add(meaning)
            dropped.append(f"{heading} (a mapping file can say that it is {meaning})")
        else:
            dropped.append(shown[i])
    if dropped:
        records.notes.append(
            f"{_file_and_sheet(table)}: columns not read and dropped: {', '.join(dropped)}"
        )
    records.names[name] = names


def _reads_like_a_cell(heading: str) -> bool:
    """Tell whether a heading is a number or a code, as in a file without headings."""
    return bool(PLAIN_CODE.match(heading)) or is_harmless(heading)


def _file_and_sheet(table: TextTable) -> str:
    return f"{table.file}, {table.sheet}" if table.sheet else table.file


def _refuse_identifiers(records: TextRecords) -> None:
    problems = [
        problem
        for name, table in records.tables.items()
        for problem in find_identifiers(
            first_values(table, records.names[name]), records.names[name]
        )
    ]
    if problems:
        others = [problem for problem in records.problems if problem.code != "missing_column"]
        raise RecordsError(problems + others, privacy=True)
