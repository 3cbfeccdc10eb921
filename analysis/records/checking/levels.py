"""Levels of attainment: -2 to +2, or another scale when a mapping declares it.

In: numbers as the file has them. Out: levels from -2 to +2, NaN for a blank.
Decisions: a scale of 1 to 5 or 0 to 4, a level of -3 and half levels are refused with the line
that reads them. Half levels are read as the level below ("partly": -0.5 is -1) and -3 ("worse")
as -2, each counted (Turner-Stokes & Williams 2010).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from analysis.records.checking.coded import CodedTable
from analysis.records.checking.ranges import check_range, quote_numbers
from analysis.records.checking.values import MISSING_NUMBERS, Faults
from analysis.records.mapping import Mapping
from analysis.records.schema import HIGHEST_LEVEL, LOWEST_LEVEL, Column

WORSE = -3
Refuse = Callable[[np.ndarray, str, str, str], np.ndarray]

DECLARE = "If this is your scale, declare it in a mapping file"


def read_levels(
    table: CodedTable, schema: Column, values: np.ndarray, mapping: Mapping, faults: Faults
) -> np.ndarray:
    """Give levels on the scale of -2 to +2; what cannot be read is refused and made missing."""
    position = table.present.get(schema.name, 0)

    def refuse(mask: np.ndarray, fault: str, mend: str, code: str) -> np.ndarray:
        faults.refuse(table.source, table.rows[mask], fault, mend, code, position, schema.name)
        return np.where(mask, np.nan, values)

    missing_code = np.isin(values, list(MISSING_NUMBERS))
    if missing_code.any():
        values = refuse(
            missing_code,
            f"{quote_numbers(values[missing_code])} looks like a code for a missing level.",
            "Leave the cell empty when the level is not known.",
            "missing_code",
        )
    values = _shift(values, mapping, schema, faults)
    half = np.isfinite(values) & (values != np.floor(values)) & (values * 2 == np.floor(values * 2))
    if half.any() and mapping.halves:
        faults.mend(f"{schema.name}: half levels read as the level below", half.sum())
        values = np.where(half, np.floor(values), values)
    elif half.any():
        faults.level_lines.append('halves = "level_below"')
        values = refuse(
            half,
            f"half levels ({quote_numbers(values[half])}) are not read unless declared.",
            f'{DECLARE}: [levels] halves = "level_below" reads -0.5 as -1.',
            "half_level",
        )
    if mapping.lowest_level == LOWEST_LEVEL:
        values = _refuse_other_scales(values, refuse, faults)
    if schema.name == "baseline_level":
        late = (values >= 0) & (values <= HIGHEST_LEVEL)
        turned = 2 * late.sum() > np.isfinite(values).sum()
        values = refuse(
            late,
            "a goal cannot begin at or above its expected level (0).",
            "Correct the baseline, or remove a goal that was reached before it was set."
            + (" If +2 stands for the worst here, turn all levels round first." * bool(turned)),
            "baseline_too_high",
        )
    return check_range(table, schema, values, faults)


def _shift(values: np.ndarray, mapping: Mapping, schema: Column, faults: Faults) -> np.ndarray:
    lowest = mapping.lowest_level
    if lowest == LOWEST_LEVEL:
        return values
    if lowest == WORSE:
        worse = values == WORSE
        faults.mend(f"{schema.name}: levels of -3 read as -2", worse.sum())
        return np.where(worse, LOWEST_LEVEL, values)
    faults.mend(
        f"{schema.name}: levels from {lowest} to {lowest + 4} read as -2 to +2",
        np.isfinite(values).sum(),
    )
    return values + (LOWEST_LEVEL - lowest)


def _refuse_other_scales(values: np.ndarray, refuse: Refuse, faults: Faults) -> np.ndarray:
    known = values[np.isfinite(values)]
    if not len(known):
        return values
    low, high = known.min(), known.max()
    for lowest in (1, 0):
        if lowest <= low and HIGHEST_LEVEL < high <= lowest + 4:
            faults.level_lines.append(f"lowest = {lowest}")
            return refuse(
                np.isfinite(values),
                f"the levels run from {low:g} to {high:g}: this looks like a scale of {lowest} "
                f"to {lowest + 4}, not of -2 to +2.",
                f"{DECLARE}: [levels] lowest = {lowest} reads {lowest} as -2.",
                "other_scale",
            )
    if low == WORSE:
        faults.level_lines.append(f"lowest = {WORSE}")
        return refuse(
            values == WORSE,
            "a level of -3 is not on the scale of -2 to +2.",
            f"{DECLARE}: [levels] lowest = -3 reads -3 (worse than at the start) as -2.",
            "level_worse",
        )
    return values
