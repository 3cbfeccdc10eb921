"""Typed frames as coded tables: the way in for tables that were never a file.

In: frames with schema columns (a simulated clinic, a notebook). Out: the same `CodedRecords`
the reader gives, so that the same checks judge both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from analysis.errors import Problem
from analysis.records.checking.coded import CodedRecords, CodedTable, missing_array
from analysis.records.checking.values import Faults
from analysis.records.headings import missing_names
from analysis.records.privacy.identifiers import judge_column
from analysis.records.schema import TABLES, Column, Table
from analysis.records.text import USED, Coder, TextTable

if TYPE_CHECKING:
    import pandas as pd


def code_frames(tables: Mapping[str, pd.DataFrame], faults: Faults) -> CodedRecords:
    """Give the coded form of typed frames; faults of columns go to `faults`."""
    coded = CodedRecords()
    for name in tables:
        if name not in TABLES:
            faults.problems.append(
                Problem(
                    "there is a table that the schema does not know.",
                    f"Tables are {', '.join(TABLES)}.",
                    code="unknown_table",
                )
            )
    for name, table in TABLES.items():
        frame = tables.get(name)
        if frame is None:
            if table.required:
                faults.problems.append(
                    Problem(
                        f"the table {name} is missing.", "Add it.", file=name, code="missing_table"
                    )
                )
            continue
        n = len(frame)
        source = TextTable(name, "", (), np.arange(1, n + 1), {USED: n}, unit="row")
        coded.ledger[name] = Counter({USED: n})
        for missing in missing_names(name, frame.columns):
            faults.problems.append(
                Problem(
                    f'there is no column "{missing}".',
                    "Add it.",
                    file=name,
                    code="missing_column",
                )
            )
        given, columns = dict(frame.items()), {}
        if len(given) < frame.shape[1]:
            _refuse_same_names(frame, table, faults)
        for schema in table.columns:
            columns[schema.name] = (
                _code_column(given[schema.name], schema, source, coded.ids, faults)
                if schema.name in given
                else missing_array(schema, n)
            )
        present = {schema.name: 0 for schema in table.columns if schema.name in given}
        coded.tables[name] = CodedTable(name, source, columns, np.arange(n), present)
    return coded


def _refuse_same_names(frame: pd.DataFrame, table: Table, faults: Faults) -> None:
    """Name the schema's columns of which there is more than one."""
    names = list(frame.columns)
    faults.problems.extend(
        Problem(
            f'{names.count(schema.name)} columns are called "{schema.name}".',
            "Keep the one that is right and remove the other.",
            file=table.name,
            column=schema.name,
            code="duplicate_column",
        )
        for schema in table.columns
        if names.count(schema.name) > 1
    )


def _code_column(
    values: pd.Series, schema: Column, source: TextTable, ids: dict[str, Coder], faults: Faults
) -> np.ndarray:
    import pandas as pd

    if schema.kind in ("whole", "number"):
        try:
            return values.to_numpy(dtype=np.float64, na_value=np.nan)
        except (TypeError, ValueError):
            pass
        faults.refuse_whole(
            source, "this is not a column of numbers.", "Give numbers.", "not_numbers", schema.name
        )
        return missing_array(schema, len(values))
    if schema.kind == "choice":
        if tuple(getattr(values.dtype, "categories", ())) == schema.choices:
            codes = values.array.codes
        else:
            found, distinct = pd.factorize(values.to_numpy(dtype=object))
            index = {label: i for i, label in enumerate(schema.choices)}
            lookup = np.array([index.get(label, -2) for label in distinct] + [-1], dtype=np.int8)
            codes = lookup[found]
        rows = np.flatnonzero(codes == -2)
        faults.refuse(
            source,
            rows,
            f"the label is not one of {schema.listed}.",
            "Correct it.",
            "unknown_label",
            0,
            schema.name,
        )
        if schema.required:
            faults.refuse(
                source,
                np.flatnonzero(codes == -1),
                f"the {schema.name} is missing.",
                f"Fill in one of {schema.listed}.",
                "missing_label",
                0,
                schema.name,
            )
        return np.where(codes < 0, -1, codes).astype(np.int8)
    found, distinct = pd.factorize(values.to_numpy(dtype=object))
    texts = [str(text) for text in distinct]
    coder = ids.setdefault(schema.name, Coder())
    unseen = [text for text in texts if text not in coder]
    kind = judge_column(schema.name, unseen, schema.name)[0] if unseen else ""
    if kind:
        faults.problems.append(
            Problem(
                "the column holds what looks like something other than codes.",
                "Use running or short random codes with at least one digit, such as C07.",
                file=source.file,
                column=schema.name,
                code=f"identifier_{kind}",
            )
        )
    if schema.required:
        faults.refuse(
            source,
            np.flatnonzero(found < 0),
            "the code is missing.",
            "Fill in the code, or remove the row.",
            "missing_id",
            0,
            schema.name,
        )
    lookup = np.array([coder[text] for text in texts] + [-1], dtype=np.int64)
    return lookup[found]
