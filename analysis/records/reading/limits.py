"""How much of a file is read: the greatest sizes, and the refusal of what is larger.

In: tables as text. Out: a problem for each limit passed.
Decisions: a limit stands where a clinic's records end and harm begins. A cell is no longer than a
spreadsheet lets it be (32,767 signs), a row no wider (16,384 cells); a table of more than 1,000
headings, or a heading longer than a page, is no table of records; more than one and a quarter
million different codes are no registry of children and goals. Everything is refused before it is
judged cell by cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analysis.errors import Problem
from analysis.records.privacy.identifiers import ID_NAMES, show_heading
from analysis.records.text import TextColumn, TextTable

WIDEST = 16_384
MOST_COLUMNS = 1_000
LONGEST_HEADING = 2_000
LONGEST_CELL = 32_767
MOST_CODES = 1_250_000  # different ones in a table, over all its columns of codes
MOST_VALUES = 100_000  # different ones in a column of numbers or labels
MOST_SEARCHED, LEAST_SEARCHED = 200_000, 1_000  # texts searched for identifiers, where not codes


class OverLimitError(Exception):
    """More than is read; knows what to say."""

    def __init__(self, fault: str, mend: str, code: str) -> None:
        super().__init__(code)
        self.fault, self.mend, self.code = fault, mend, code

    @classmethod
    def of_a_cell(cls) -> OverLimitError:
        """Give the error of a cell that is too long."""
        return cls(
            f"a cell holds more than {LONGEST_CELL:,} signs, which no spreadsheet lets it.",
            "Shorten it, or leave its column out.",
            "long_cell",
        )

    def problem(self, file: str) -> Problem:
        """Give the refusal of `file`."""
        return Problem(self.fault, self.mend, file=file, code=self.code)


def check_headings(headings: list[str], file: str) -> Problem | None:
    """Give the refusal of a table with too many or too long headings."""
    if len(headings) > MOST_COLUMNS:
        return Problem(
            f"there are {len(headings):,} columns; at most {MOST_COLUMNS:,} are read.",
            "Leave the columns that are needed, and remove the others.",
            file=file,
            code="too_many_columns",
        )
    longest = max(map(len, headings), default=0)
    if longest > LONGEST_HEADING:
        return Problem(
            f"a heading is {longest:,} signs long; at most {LONGEST_HEADING:,} are read.",
            "Write short headings in one line above the records.",
            file=file,
            code="long_heading",
        )
    return None


def too_wide(file: str, unit: str, line: int) -> Problem:
    """Give the refusal of a row that is wider than any spreadsheet."""
    return Problem(
        f"a row has more than {WIDEST:,} cells, which no spreadsheet has.",
        "Look for a line of stray commas, remove it and export the file again.",
        file=file,
        places=(f"{unit} {line}",),
        n_places=1,
        code="too_wide",
    )


def check_cells(table: TextTable) -> list[Problem]:
    """Give the refusal of each column with a cell that is too long."""
    problems = []
    for column in table.columns:
        long = [i for i, value in enumerate(column.values) if len(value) > LONGEST_CELL]
        if long:
            rows = np.flatnonzero(np.isin(column.codes, long))
            over = OverLimitError.of_a_cell()
            problems.append(
                Problem(
                    over.fault,
                    over.mend,
                    file=table.file,
                    column=show_heading(column.heading, column.position),
                    places=table.places(rows, column.position),
                    n_places=len(rows),
                    code=over.code,
                )
            )
    return problems


def check_variety(table: TextTable, names: Sequence[str]) -> list[Problem]:
    """Give the refusal of a table with more different codes or values than one clinic has.

    Args:
        table: the text as read.
        names: for each of its columns the schema name it stands for, or "".
    """
    problems = []
    sizes = [(name, len(column.values)) for column, name in zip(table.columns, names, strict=True)]
    n_codes = sum(n for name, n in sizes if name in ID_NAMES)
    if n_codes > MOST_CODES:
        problems.append(
            Problem(
                f"there are {n_codes:,} different codes; at most {MOST_CODES:,} are read.",
                "Give fewer years of records at a time.",
                file=table.file,
                column=max((n, name) for name, n in sizes if name in ID_NAMES)[1],
                code="too_many_codes",
            )
        )
    for name, n in sizes:
        if name and name not in ID_NAMES and n > MOST_VALUES:
            problems.append(
                Problem(
                    f"there are {n:,} different values; at most {MOST_VALUES:,} are read.",
                    "Look whether other values stand under this heading.",
                    file=table.file,
                    column=name,
                    code="too_many_values",
                )
            )
    return problems


def first_values(table: TextTable, names: Sequence[str]) -> TextTable:
    """Give the table with the first different texts only, in columns that hold no codes.

    Such columns are dropped, or refused cell by cell where they hold no number and no label: the
    search for identifiers need not look at every text of them. All codes stay.

    Args:
        table: the text as read.
        names: for each of its columns the schema name it stands for, or "".
    """
    share = max(LEAST_SEARCHED, MOST_SEARCHED // max(len(table.columns), 1))
    columns = tuple(
        column
        if name in ID_NAMES or len(column.values) <= share
        else TextColumn(
            column.heading,
            column.position,
            (*column.values[:share], ""),
            np.minimum(column.codes, share),
        )
        for column, name in zip(table.columns, names, strict=True)
    )
    return replace(table, columns=columns)
