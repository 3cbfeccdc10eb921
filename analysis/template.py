"""The entry point `python -m analysis.template goals.xlsx`: a workbook to fill in.

In: where to write. Out: a workbook made from the schema, with a sheet of records, one that explains
every column, drop-downs for labels and limits for numbers; or, asked for, REDCap's data dictionary.
Decisions: what it asks for is read back without a word. The sheet of records has the columns that a
comparison needs first; the others may stay empty.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.arguments import Arguments
from analysis.errors import WriteError, run_entry_point
from analysis.records.assignment.telling import command
from analysis.records.package import redcap_bytes
from analysis.records.schema import FLAT_REQUIRED, TABLES, Column
from analysis.writing import Output, write_files
from analysis.writing.places import kind_of_place

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

ROWS = 5_000
LONGEST_TOLD = 250  # signs; a spreadsheet shows 255
FIRST = (*FLAT_REQUIRED, "group_id")
FLAT_TABLES = ("episodes", "goals", "reviews")
MADE = (2024, 1, 1)
REDCAP_TOLD = (
    "In REDCap, upload it under Data Dictionary, and let the form goal_review repeat "
    "(Project Setup, Repeating instruments): one for each review of a goal. Export the records "
    "as CSV (raw data)."
)


def template_columns() -> list[Column]:
    """Give the columns of the sheet to fill in: those that are needed, then all others."""
    every = {column.name: column for name in FLAT_TABLES for column in TABLES[name].columns}
    rest = [name for name in every if name not in FIRST]
    return [every[name] for name in (*FIRST, *rest)]


def write_template(path: str | Path) -> Path:
    """Write the workbook to fill in.

    Raises:
        WriteError: when it cannot be written, or something else stands there.
    """
    path = _new_file(path)
    write_files([Output(path, _workbook_bytes(), b"PK")])
    return path


def write_redcap(path: str | Path) -> Path:
    """Write the data dictionary for REDCap.

    Raises:
        WriteError: when it cannot be written, or something else stands there.
    """
    path = _new_file(path)
    write_files([Output(path, redcap_bytes())])
    return path


def _new_file(path: str | Path) -> Path:
    path = Path(path)
    if kind_of_place(path) != "missing":
        raise WriteError(f'"{path.name}" is there already and may be filled in. Name a new file.')
    return path


def _workbook_bytes() -> bytes:
    from datetime import datetime

    from openpyxl import Workbook

    book = Workbook()
    book.properties.created = book.properties.modified = datetime(*MADE)
    sheet = book.worksheets[0]
    sheet.title = "goals"
    columns = template_columns()
    sheet.append([column.name for column in columns])
    sheet.freeze_panes = "A2"
    for place, column in enumerate(columns, 1):
        _add_rule(sheet, place, column)
    told = book.create_sheet("what the columns mean")
    told.append(["column", "needed", "what it is", "what may stand there"])
    for column in columns:
        needed = "yes" if column.name in FLAT_REQUIRED else "to compare"
        told.append(
            [
                column.name,
                needed if column.name in FIRST else "",
                column.meaning,
                ", ".join(column.choices) or _range_of(column),
            ]
        )
    for letter, width in zip("ABCD", (26, 12, 70, 80), strict=True):
        told.column_dimensions[letter].width = width
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _range_of(column: Column) -> str:
    if column.kind == "id":
        return "a code with a digit, such as C07; no name"
    return f"{column.low:g} to {column.high:g}" + (f" ({column.unit})" if column.unit else "")


def _add_rule(sheet: Worksheet, place: int, column: Column) -> None:
    """Limit the cells of a column to what the schema allows."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    letter = get_column_letter(place)
    sheet.column_dimensions[letter].width = max(12, len(column.name) + 2)
    if column.kind == "id":
        for row in range(2, 202):
            sheet.cell(row, place).number_format = "@"
        return
    if column.choices:
        kind, first, last = "list", '"' + ",".join(column.choices) + '"', None
    else:
        kind = "whole" if column.kind == "whole" else "decimal"
        first, last = f"{column.low:g}", f"{column.high:g}"
    rule = DataValidation(
        kind,
        operator=None if column.choices else "between",
        formula1=first,
        formula2=last,
        allow_blank=True,
        showErrorMessage=True,
        showInputMessage=True,
        errorTitle=column.name,
        error=f"Allowed: {', '.join(column.choices) or _range_of(column)}"[:LONGEST_TOLD],
        promptTitle=column.name,
        prompt=column.meaning[:LONGEST_TOLD],
    )
    sheet.add_data_validation(rule)
    rule.add(f"{letter}2:{letter}{ROWS}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives 0, 2 (usage) or 5 (cannot write)."""
    parser = Arguments(
        prog="python -m analysis.template",
        description="Write a workbook to fill in: one row for each review of a goal.",
    )
    parser.add_argument("workbook", help="where to write it, such as goals.xlsx")
    parser.add_argument(
        "--redcap",
        action="store_true",
        help="write a data dictionary for REDCap instead, such as dictionary.csv",
    )
    asked = parser.parse_args(arguments)

    def work() -> str:
        if asked.redcap:
            path = write_redcap(asked.workbook)
            return f"Written: {path.name}. {REDCAP_TOLD}\n"
        path = write_template(asked.workbook)
        again = command("check", path.resolve())
        return f"Written: {path.name}. One row for each review of a goal; then\n  {again}\n"

    return run_entry_point(work)


if __name__ == "__main__":
    sys.exit(main())
