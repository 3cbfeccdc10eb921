"""Can the records be trusted? Every fault in one pass, nothing mended without being counted.

In: `TextRecords` (or coded frames). Out: `CodedRecords` and `Faults`; the caller refuses when
there are problems.
Decisions: the order is what a cell may hold, what a row may be, what tables say about each other,
what the whole says. Too little data is a finding, not a fault: only a lack that makes most of
what was handed in useless is refused.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from analysis.records.checking.alike import check_codes_alike
from analysis.records.checking.coded import (
    BEFORE_START,
    NO_LEVEL,
    CodedRecords,
    CodedTable,
    code_table,
    schema_columns,
    source_name,
)
from analysis.records.checking.flat import split_flat
from analysis.records.checking.levels import read_levels
from analysis.records.checking.ranges import check_range
from analysis.records.checking.relations import check_relations
from analysis.records.checking.scales import check_scales
from analysis.records.checking.units import check_unit
from analysis.records.checking.values import TOTALS, Faults
from analysis.records.headings import plain_name
from analysis.records.mapping import Mapping
from analysis.records.privacy.codes import PLAIN_CODE
from analysis.records.schema import LATEST_WEEK, Column
from analysis.records.text import TextColumn, TextTable
from analysis.records.text_records import TextRecords

EXCEL_DAYS = (20_000, 80_000)
DAYS_IN_WEEK = 7
WEEKS_IN_MONTH = 365.25 / 12 / 7


def check_text(records: TextRecords, mapping: Mapping) -> tuple[CodedRecords, Faults]:
    """Judge everything that was read; the faults include those of the reading itself."""
    faults = Faults(problems=list(records.problems))
    coded = CodedRecords()
    for name, table in records.tables.items():
        table = refuse_totals(table, records.names[name], faults)
        coded.ledger[source_name(table)] = Counter(table.ledger)
        coded.tables[name] = code_table(
            name, table, records.names[name], mapping, coded.ids, faults
        )
    unclear = any(problem.code in ("missing_column", "to_confirm") for problem in faults.problems)
    check_coded(coded, mapping, faults, values_only=unclear)
    if not unclear:
        check_unit(coded, mapping, faults)
    return coded, faults


def check_coded(
    coded: CodedRecords, mapping: Mapping, faults: Faults, *, values_only: bool = False
) -> None:
    """Judge coded tables in place: values, rows, and what tables say about each other.

    `values_only` leaves out what rows and tables say about each other: while columns are missing,
    most of that would be a fault of the columns and not of the records.
    """
    for table in coded.tables.values():
        _check_values(table, mapping, faults)
    if values_only:
        return
    check_codes_alike(coded, faults)
    if "flat" in coded.tables:
        split_flat(coded, faults)
    for name in ("reviews", "sessions", "home_practice"):
        if name in coded.tables:
            coded.tables[name] = _leave_out_rows(coded, coded.tables[name], faults)
    check_relations(coded, faults)
    check_scales(coded, faults)


def refuse_totals(table: TextTable, names: list[str], faults: Faults) -> TextTable:
    """Refuse rows of totals; give the table without them, so that they raise no second fault."""
    rows: set[int] = set()
    for column, name in zip(table.columns, names, strict=True):
        if not name:
            continue
        flags = [
            not PLAIN_CODE.match(value) and plain_name(value) in TOTALS for value in column.values
        ]
        if any(flags):
            rows.update(np.flatnonzero(np.asarray(flags)[column.codes]).tolist())
    if not rows:
        return table
    found = np.array(sorted(rows))
    faults.refuse(
        table,
        found,
        "this is a row of totals, not a record.",
        "Remove it, or export the records without totals.",
        "totals_row",
    )
    keep = np.ones(table.n_rows, dtype=bool)
    keep[found] = False
    columns = tuple(
        TextColumn(column.heading, column.position, column.values, column.codes[keep])
        for column in table.columns
    )
    return TextTable(
        table.file,
        table.sheet,
        columns,
        table.lines[keep],
        table.ledger,
        table.decimal_comma,
        table.notes,
        table.unit,
    )


def _check_values(table: CodedTable, mapping: Mapping, faults: Faults) -> None:
    for schema in schema_columns(table.name):
        if schema.kind not in ("whole", "number") or schema.name not in table.present:
            continue
        values = table.columns[schema.name]
        if schema.name in ("attainment", "baseline_level"):
            values = read_levels(table, schema, values, mapping, faults)
        elif schema.name.endswith("week"):
            values = _read_weeks(table, schema, values, mapping, faults)
        else:
            values = check_range(table, schema, values, faults)
        table.columns[schema.name] = values


def _read_weeks(
    table: CodedTable, schema: Column, values: np.ndarray, mapping: Mapping, faults: Faults
) -> np.ndarray:
    if mapping.days:
        values = np.floor(values / DAYS_IN_WEEK)
        faults.mend("days turned into whole weeks", np.isfinite(values).sum())
    if mapping.months:
        values = np.round(values * WEEKS_IN_MONTH)
        faults.mend("months turned into whole weeks", np.isfinite(values).sum())
    position = table.present.get(schema.name, 0)
    serial = (values >= EXCEL_DAYS[0]) & (values <= EXCEL_DAYS[1])
    faults.refuse(
        table.source,
        table.rows[serial],
        f"a week cannot be later than {LATEST_WEEK}: these look like dates, which Excel stores "
        "as days counted from 1900.",
        "Give whole weeks since the child's start; analysis.prepare turns dates into weeks.",
        "excel_serial",
        position,
        schema.name,
    )
    values = np.where(serial, np.nan, values)
    late = values > LATEST_WEEK
    faults.refuse(
        table.source,
        table.rows[late],
        f"a week cannot be later than {LATEST_WEEK} (ten years).",
        'Correct it; if the column counts days, put [weeks] unit = "days" in a mapping file.',
        "late_week",
        position,
        schema.name,
    )
    values = np.where(late, np.nan, values)
    leaves_out = schema.name == "week"
    early = values < 0 if leaves_out else np.zeros(len(values), dtype=bool)
    whole = early & (values == np.floor(values))
    checked = check_range(table, schema, np.where(whole, np.nan, values), faults)
    if schema.required:
        unread = table.unreadable.get(schema.name, np.zeros(table.n_rows, dtype=bool))
        blank = np.isnan(values) & ~serial & ~late & ~unread
        faults.refuse(
            table.source,
            table.rows[blank],
            "the week is missing.",
            "Fill in whole weeks since the child's start, or remove the row.",
            "missing_week",
            position,
            schema.name,
        )
    return np.where(whole, values, checked)


def _leave_out_rows(coded: CodedRecords, table: CodedTable, faults: Faults) -> CodedTable:
    early = table.columns["week"] < 0
    coded.leave_out(table.source, BEFORE_START, int(early.sum()))
    faults.mend(f"{table.name}: rows before the start (negative week) left out", early.sum())
    keep = ~early
    if table.name == "reviews" and "attainment" in table.present:
        empty = keep & np.isnan(table.columns["attainment"])
        coded.leave_out(table.source, NO_LEVEL, int(empty.sum()))
        faults.mend("reviews without a level left out", empty.sum())
        keep &= ~empty
    return table.keep(keep) if not keep.all() else table
