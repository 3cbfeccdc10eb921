"""Tables as codes and numbers, each row still knowing the line it came from.

In: texts (or typed frames). Out: `CodedTable`s with every schema column as one array: ids as
int64 codes into a vocabulary shared by all tables, labels as int8 positions, the rest as float64.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from analysis.records.checking.values import Faults, parse_choices, parse_ids, parse_numbers
from analysis.records.mapping import Mapping
from analysis.records.schema import FLAT_REQUIRED, TABLES, Column
from analysis.records.text import USED, Coder, TextColumn, TextTable

NO_LEVEL = "left out: no level given"
BEFORE_START = "left out: before the start"
SAME_ROW = "left out: same row twice"


@dataclass(eq=False)
class CodedTable:
    """One table as arrays.

    Attributes:
        name: schema name.
        source: where the rows came from, for saying their lines.
        columns: every schema column; ids int64 (-1 missing), labels int8 (-1 missing), numbers
            float64 (NaN missing).
        rows: for each row, its index in `source`.
        present: schema name to the position of its column in the source (0 without one), for
            the columns that were handed in.
        unreadable: number columns to the rows refused as no number.
    """

    name: str
    source: TextTable
    columns: dict[str, np.ndarray]
    rows: np.ndarray
    present: dict[str, int]
    unreadable: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.rows)

    def keep(self, mask: np.ndarray) -> CodedTable:
        """Give the table with the rows of `mask` only."""
        columns = {name: values[mask] for name, values in self.columns.items()}
        return CodedTable(self.name, self.source, columns, self.rows[mask], self.present)


@dataclass(eq=False)
class CodedRecords:
    """All tables as arrays, with one vocabulary for each kind of id.

    Attributes:
        tables: schema name to table.
        ids: id column to its vocabulary (text to code); "child_id" serves every table.
        ledger: source file (and sheet) to what became of its lines.
    """

    tables: dict[str, CodedTable] = field(default_factory=dict)
    ids: dict[str, Coder] = field(default_factory=dict)
    ledger: dict[str, Counter[str]] = field(default_factory=dict)

    def leave_out(self, source: TextTable, reason: str, n: int) -> None:
        """Move `n` lines of `source` from used to `reason`."""
        if n:
            book = self.ledger[source_name(source)]
            book[USED] -= n
            book[reason] += n


def source_name(source: TextTable) -> str:
    """Give the file, and the sheet when there is one."""
    return f"{source.file}, {source.sheet}" if source.sheet else source.file


def missing_array(column: Column, n: int) -> np.ndarray:
    """Give `n` missing values of the column's kind."""
    if column.kind == "id":
        return np.full(n, -1, dtype=np.int64)
    if column.kind == "choice":
        return np.full(n, -1, dtype=np.int8)
    return np.full(n, np.nan)


def is_missing(values: np.ndarray) -> np.ndarray:
    """Tell which entries of a coded column are missing."""
    return np.isnan(values) if values.dtype.kind == "f" else values < 0


def find_rows(home: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Give for each code its row in `home`, -1 where it is not there."""
    if not len(home):
        return np.full(len(codes), -1)
    order = np.argsort(home, kind="stable")
    at = np.clip(np.searchsorted(home[order], codes), 0, len(home) - 1)
    return np.where((home[order][at] == codes) & (codes >= 0), order[at], -1)


def schema_columns(name: str) -> tuple[Column, ...]:
    """Give the columns of a table; "flat" has those of episodes, goals and reviews."""
    if name != "flat":
        return TABLES[name].columns
    unique = {
        column.name: column
        for table in ("reviews", "goals", "episodes")
        for column in TABLES[table].columns
    }
    return tuple(unique.values())


def code_table(
    name: str,
    source: TextTable,
    names: list[str],
    mapping: Mapping,
    ids: dict[str, Coder],
    faults: Faults,
) -> CodedTable:
    """Give the coded form of one table of text; faults of single cells go to `faults`."""
    by_name: dict[str, TextColumn] = {}
    for given, known in zip(source.columns, names, strict=True):
        if known:
            by_name.setdefault(known, given)
    columns, unreadable = {}, {}
    for schema in schema_columns(name):
        column = by_name.get(schema.name)
        if column is None:
            columns[schema.name] = np.broadcast_to(missing_array(schema, 1)[0], source.n_rows)
        elif schema.kind == "id":
            required = schema.name in FLAT_REQUIRED if name == "flat" else schema.required
            if name == "goals" and schema.name == "child_id" and "episode_id" in by_name:
                required = False
            coder = ids.setdefault(schema.name, Coder())
            columns[schema.name] = parse_ids(source, column, schema.name, required, coder, faults)
        elif schema.kind == "choice":
            columns[schema.name] = parse_choices(source, column, schema, mapping, faults)
        else:
            columns[schema.name], unreadable[schema.name] = parse_numbers(
                source, column, schema, faults
            )
    positions = {known: given.position for known, given in by_name.items()}
    return CodedTable(name, source, columns, np.arange(source.n_rows), positions, unreadable)
