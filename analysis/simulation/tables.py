"""Turn the arrays of an invented clinic into frames, and frames into the bytes of a CSV file.

In: arrays of codes and numbers. Out: frames with the schema's columns in its order: ids `str`,
choices `Categorical` with all of the schema's labels, numbers `float64`; bytes.
Decisions: in a file whole numbers are written as whole numbers and what is missing as nothing, so
that the bytes depend on the values alone.
"""

from __future__ import annotations

import csv
import io

import numpy as np
import pandas as pd

from analysis.computing import Array, label_type, make_frame, text_type
from analysis.records.schema import Table
from analysis.simulation.caseload import Caseload
from analysis.simulation.course import Course

# Which arrays name the ids, and under what heading the schema knows them.
_ID_OF = {
    "child_id": "child",
    "episode_id": "child",
    "goal_id": "goal",
    "group_id": "group",
    "therapist_id": "therapist",
    "site": "site",
}


def code_labels(caseload: Caseload, course: Course) -> dict[str, pd.api.extensions.ExtensionArray]:
    """Give the codes of everything that has one: C001, C001-G1, T01, P01, S1."""
    children = number_codes("C", caseload.n_children, 3)
    first = np.flatnonzero(np.diff(caseload.goal_child, prepend=-1))
    number = np.arange(caseload.n_goals) - first[caseload.goal_child] + 1
    goals = [f"{children[c]}-G{k}" for c, k in zip(caseload.goal_child, number, strict=True)]
    return {
        "child": children,
        "goal": pd.array(goals, dtype=text_type()),
        "group": number_codes("T", len(course.group_site), 2),
        "therapist": number_codes("P", int(course.therapist.max()) + 1, 2),
        "site": number_codes("S", int(caseload.site.max()) + 1, 1),
    }


def build_table(
    table: Table, columns: dict[str, Array], labels: dict[str, pd.api.extensions.ExtensionArray]
) -> pd.DataFrame:
    """Give the frame of one table; negative codes of ids and choices become missing.

    Args:
        table: the schema's table.
        columns: arrays by the schema's name, or by what an id names (child, goal, group, ...).
        labels: the codes written for each thing that has one.
    """
    built: dict[str, object] = {}
    for column in table.columns:
        if column.added and column.name not in columns:
            columns = columns | {column.name: np.full(len(next(iter(columns.values()))), -1)}
        if column.kind == "id":
            name = _ID_OF[column.name]
            built[column.name] = labels[name].take(columns[name], allow_fill=True)
        elif column.kind == "choice":
            built[column.name] = pd.Categorical.from_codes(
                columns[column.name], dtype=label_type(column.choices, ordered=False)
            )
        else:
            built[column.name] = np.asarray(columns[column.name], dtype=float)
    return make_frame(built, copy=False)


def written_columns(frame: pd.DataFrame, table: Table) -> list[str]:
    """Give the columns that a file of the frame holds: all but the added ones without a value."""
    return [c.name for c in table.columns if not c.added or frame[c.name].notna().any()]


def table_bytes(frame: pd.DataFrame, table: Table) -> bytes:
    """Give the frame as UTF-8 CSV: whole numbers whole, missing cells empty, lines end in LF."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    names = written_columns(frame, table)
    writer.writerow(names)
    cells = [_cells(frame[name]) for name in names]
    writer.writerows(zip(*cells, strict=True))
    return text.getvalue().encode()


def _cells(column: pd.Series) -> list[str]:
    if pd.api.types.is_float_dtype(column.dtype):
        return ["" if np.isnan(x) else str(int(x)) if x == int(x) else repr(x) for x in column]
    return ["" if x is None or x != x else str(x) for x in column.astype(object)]


def number_codes(letter: str, n: int, digits: int) -> pd.api.extensions.ExtensionArray:
    """Give the codes C001 to C120 of so many things, with at least so many digits."""
    width = max(digits, len(str(n)))
    codes = [f"{letter}{number:0{width}d}" for number in range(1, n + 1)]
    return pd.array(codes, dtype=text_type())
