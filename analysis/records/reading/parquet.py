"""Reads a Parquet table as text, without unpacking it row by row.

In: the bytes of a Parquet file. Out: a `TextTable`.
Decisions: every column becomes its distinct texts and codes; dates stay dates, so that the check
for real dates sees them. Before a value is unpacked the footer and every page's own header say
how much there is: a file that swells to more than a clinic's records is refused, and so is the
one encoding (prefixes shared between texts) whose pages do not say how large they grow.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

from analysis.errors import Problem
from analysis.records.privacy.identifiers import show_heading
from analysis.records.reading.limits import (
    LONGEST_CELL,
    OverLimitError,
    check_cells,
    check_headings,
)
from analysis.records.reading.parquet_pages import read_footer, read_pages
from analysis.records.text import HEADER, USED, TextColumn, TextTable, clean_text

LARGEST_PARQUET_ROWS = 4_000_000
MOST_CELLS = 40_000_000
SMALL_ENOUGH = 12_000_000  # cells, read whatever the file's size; 2 million rows of the flat sheet
CELLS_PER_BYTE = 100
MOST_UNPACKED = 600_000_000  # bytes of all pages
MOST_COLUMN_BYTES = 200_000_000
MOST_PAGES = 200_000
MOST_VALUES = 2_000_000  # different values of one column
DICTIONARY_ENCODINGS, DELTA_LENGTH, DELTA_BYTE_ARRAY = {2, 8}, 6, 7
LARGEST_FOOTER_PART = 10_000_000
SWELLS = OverLimitError(
    "the file unpacks to far more than a clinic's records: it is damaged or made to do harm.",
    "Write the table again, with the columns and rows that are needed.",
    "swells",
)
WITHOUT_READER = OverLimitError(
    "Parquet is not read here, because the package pyarrow is not installed.",
    'Install it with `python -m pip install "therapy-formats[parquet]"`, or save the table as CSV.',
    "no_reader",
)
SHARED_PREFIXES = OverLimitError(
    "texts are packed in a rare way (DELTA_BYTE_ARRAY), whose size cannot be told before they are "
    "unpacked.",
    "Write the table again with the usual settings (in pandas: to_parquet).",
    "packing",
)


def read_parquet(data: bytes, file: str) -> tuple[TextTable | None, list[Problem]]:
    """Read a Parquet file; a damaged, nested or swelling one is a problem."""
    try:
        import pyarrow as arrow
        from pyarrow import parquet
    except ImportError:
        return None, [WITHOUT_READER.problem(file)]
    try:
        told_lengths = _judge_size(data)
        source = parquet.ParquetFile(
            arrow.BufferReader(data),
            thrift_string_size_limit=LARGEST_FOOTER_PART,
            thrift_container_size_limit=LARGEST_FOOTER_PART // 10,
        )
        names = [clean_text(name) for name in source.schema_arrow.names]
        refusal = check_headings(names, file)
        if refusal:
            return None, [refusal]
        kinds = source.schema_arrow.types
        if any(map(arrow.types.is_nested, kinds)):
            raise ValueError
        _judge_widths(source.schema, source.metadata.num_rows)
        n = source.metadata.num_rows
        repeated = parquet.ParquetFile(
            arrow.BufferReader(data), read_dictionary=source.schema_arrow.names
        )
        sources = [source if told else repeated for told in told_lengths or [False] * len(names)]
        columns, problems = _read_columns(arrow, sources, names, file)
    except OverLimitError as found:
        return None, [found.problem(file)]
    except (
        *(arrow.ArrowException, OSError, ValueError, IndexError, KeyError, TypeError),
        *(MemoryError, OverflowError, RecursionError),
    ):
        return None, [_damaged(file)]
    if problems:
        return None, problems
    lines = np.arange(1, n + 1, dtype=np.int64)
    table = TextTable(file, "", tuple(columns), lines, {HEADER: 0, USED: n}, unit="row")
    too_long = check_cells(table)
    return (None if too_long else table), too_long


def _damaged(file: str) -> Problem:
    return Problem(
        "the Parquet file is damaged, or has columns that are lists or records.",
        "Write it again with plain columns of numbers and text.",
        file=file,
        code="damaged_parquet",
    )


def _judge_size(data: bytes) -> list[bool]:
    """Refuse a file by its footer and its pages' headers.

    Returns:
        For each column whether its texts stand there in full with their lengths told
        (DELTA_LENGTH_BYTE_ARRAY), which the library cannot read as a dictionary.

    Raises:
        OverLimitError: if it unpacks to more than is read.
        ValueError, IndexError: if footer and pages make no sense or do not agree.
    """
    footer = read_footer(data)
    n_columns = max((len(chunks) for _, chunks in footer.groups), default=0)
    cells = footer.n_rows * n_columns
    if footer.n_rows > LARGEST_PARQUET_ROWS or cells > MOST_CELLS:
        raise OverLimitError(
            f"there are more than {LARGEST_PARQUET_ROWS:,} rows or {MOST_CELLS:,} cells.",
            "Give fewer years of records at a time.",
            "too_large",
        )
    if cells > SMALL_ENOUGH and cells > CELLS_PER_BYTE * len(data):
        raise SWELLS
    n_pages = total = 0
    of_column = [0] * n_columns
    encodings: list[set[int]] = [set() for _ in range(n_columns)]
    for n_rows, chunks in footer.groups:
        for position, chunk in enumerate(chunks):
            n_values = 0
            for page in read_pages(data, chunk) if chunk.n_values else ():
                n_pages += 1
                n_values += page.n_values
                of_column[position] += page.unpacked
                total += page.unpacked
                encodings[position].add(page.encoding)
                if (
                    n_pages > MOST_PAGES
                    or total > MOST_UNPACKED
                    or of_column[position] > MOST_COLUMN_BYTES
                ):
                    raise SWELLS
            if not n_values == chunk.n_values == n_rows:
                raise ValueError
    if sum(n_rows for n_rows, _ in footer.groups) != footer.n_rows:
        raise ValueError
    for found in encodings:
        if DELTA_BYTE_ARRAY in found or (DELTA_LENGTH in found and found & DICTIONARY_ENCODINGS):
            raise SHARED_PREFIXES
    return [DELTA_LENGTH in found for found in encodings]


def _judge_widths(schema: Any, n_rows: int) -> None:
    """Refuse columns of values of one large fixed size, which a dictionary repeats."""
    for position in range(len(schema)):
        width = schema.column(position).length or 0
        if schema.column(position).physical_type == "FIXED_LEN_BYTE_ARRAY" and (
            width > LONGEST_CELL or width * n_rows > MOST_COLUMN_BYTES
        ):
            raise SWELLS


def _read_columns(
    arrow: ModuleType, sources: list[Any], names: list[str], file: str
) -> tuple[list[TextColumn], list[Problem]]:
    columns, problems = [], []
    for position, (heading, source) in enumerate(zip(names, sources, strict=True), 1):
        column = source.read([source.schema_arrow.names[position - 1]]).column(0)
        if len(column) != source.metadata.num_rows:
            raise ValueError
        try:
            columns.append(_as_text(arrow, column, heading, position))
        except (OverflowError, ValueError) as error:
            if not arrow.types.is_temporal(_plain(arrow, column.type)):
                raise error from None
            problems.append(
                Problem(
                    "the column holds dates or times that no calendar has.",
                    "Leave the column out, or write it again with dates that exist.",
                    file=file,
                    column=show_heading(heading, position),
                    code="no_such_date",
                )
            )
    return columns, problems


def _plain(arrow: ModuleType, kind: Any) -> Any:
    return kind.value_type if arrow.types.is_dictionary(kind) else kind


def _as_text(arrow: ModuleType, column: Any, heading: str, position: int) -> TextColumn:
    if not len(column):
        return TextColumn(heading, position, (), np.zeros(0, dtype=np.int32))
    if arrow.types.is_boolean(column.type):
        column = column.cast(arrow.int8())
    if not arrow.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    coded = column.unify_dictionaries().combine_chunks()
    if isinstance(coded, arrow.ChunkedArray):
        coded = arrow.concat_arrays(coded.chunks)
    if len(coded.dictionary) > MOST_VALUES:
        raise OverLimitError(
            f"a column holds more than {MOST_VALUES:,} different values.",
            "Give fewer years of records at a time.",
            "too_large",
        )
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
