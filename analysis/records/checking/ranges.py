"""Numbers outside the limits the schema gives, and how numbers may be quoted.

In: one coded column. Out: its values, those refused made missing, and the faults.
"""

from __future__ import annotations

import numpy as np

from analysis.records.checking.coded import CodedTable
from analysis.records.checking.values import MISSING_NUMBERS, Faults
from analysis.records.schema import Column


def check_range(
    table: CodedTable, schema: Column, values: np.ndarray, faults: Faults
) -> np.ndarray:
    """Refuse numbers outside the schema's limits; give the values with those made missing."""
    position = table.present.get(schema.name, 0)
    known = ~np.isnan(values)
    outside = known & ((values < schema.low) | (values > schema.high))
    whole = schema.kind != "whole" or bool((values == np.floor(values))[known].all())
    if whole and not outside.any():
        return values
    codes = outside & np.isin(values, list(MISSING_NUMBERS))
    faults.refuse(
        table.source,
        table.rows[codes],
        f"{quote_numbers(values[codes])} looks like a code for a missing value.",
        "Leave the cell empty when the value is not known.",
        "missing_code",
        position,
        schema.name,
    )
    beyond = outside & ~codes
    kind = "a whole number" if schema.kind == "whole" else "a number"
    faults.refuse(
        table.source,
        table.rows[beyond],
        f"it must be {kind} from {schema.low:g} to {schema.high:g}; found "
        f"{quote_numbers(values[beyond])}.",
        "Correct the value, or leave the cell empty when it is not known.",
        "out_of_range",
        position,
        schema.name,
    )
    broken = known & ~outside & (schema.kind == "whole") & (values != np.floor(values))
    faults.refuse(
        table.source,
        table.rows[broken],
        f"it must be a whole number; found {quote_numbers(values[broken])}.",
        "Correct the value, or leave the cell empty when it is not known.",
        "not_whole",
        position,
        schema.name,
    )
    return np.where(outside | broken, np.nan, values)


def quote_numbers(values: np.ndarray) -> str:
    """Give up to five of the distinct numbers, in order, as they may be shown."""
    distinct = [f"{value:g}" for value in np.unique(values)[:6]]
    shown = [text if len(text) <= 6 else "a long number" for text in distinct]
    shown = list(dict.fromkeys(shown))
    more = " and others" if len(shown) > 5 else ""
    return ", ".join(shown[:5]) + more
