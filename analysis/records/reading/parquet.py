"""Reads a Parquet table as text, without unpacking it row by row.

In: the bytes of a Parquet file. Out: a `TextTable`.
Decisions: every column becomes its distinct texts and codes; dates stay dates, so that the check
for real dates sees them.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

from analysis.errors import Problem
from analysis.records.text import HEADER, USED, TextColumn, TextTable, clean_text

LARGEST_PARQUET_ROWS = 20_000_000


def read_parquet(data: bytes, file: str) -> tuple[TextTable | None, list[Problem]]:
    """Read a Parquet file; a damaged or nested one is a problem."""
    import pyarrow as arrow
    from pyarrow import parquet

    broken = Problem(
        "the Parquet file is damaged, or has columns that are lists or records.",
        "Write it again with plain columns of numbers and text.",
        file=file,
        code="damaged_parquet",
    )
    try:
        source = parquet.ParquetFile(arrow.BufferReader(data))
        if source.metadata.num_rows > LARGEST_PARQUET_ROWS:
            return None, [
                Problem(
                    f"there are more than {LARGEST_PARQUET_ROWS:,} rows.",
                    "Give fewer years of records at a time.",
                    file=file,
                    code="too_large",
                )
            ]
        columns = []
        for position, name in enumerate(source.schema_arrow.names, 1):
            column = source.read([name]).column(0)
            columns.append(_as_text(arrow, column, clean_text(name), position))
    except (arrow.ArrowException, OSError, ValueError, KeyError, MemoryError):
        return None, [broken]
    n = source.metadata.num_rows
    lines = np.arange(1, n + 1, dtype=np.int64)
    ledger = {HEADER: 0, USED: n}
    return TextTable(file, "", tuple(columns), lines, ledger, unit="row"), []


def _as_text(arrow: ModuleType, column: Any, heading: str, position: int) -> TextColumn:
    kind = column.type
    if arrow.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if arrow.types.is_nested(kind):
        raise ValueError
    if arrow.types.is_boolean(kind):
        column = column.cast(arrow.int8())
    coded = column.combine_chunks()
    if isinstance(coded, arrow.ChunkedArray):
        coded = arrow.concat_arrays(coded.chunks) if coded.num_chunks else arrow.array([], kind)
    coded = coded.dictionary_encode()
    texts = [_text(value) for value in coded.dictionary.to_pylist()]
    codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
    if (codes < 0).any():
        texts.append("")
        codes = np.where(codes < 0, len(texts) - 1, codes).astype(np.int32)
    return TextColumn(heading, position, tuple(texts), codes)


def _text(value: object) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, float) and abs(value) < 1e15 and value == int(value):
        return str(int(value))
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)
