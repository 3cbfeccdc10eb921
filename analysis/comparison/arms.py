"""The formats as arms of a comparison: told apart, counted, contrasted.

In: rows of `Cohort.table`. Out: plain arrays and counts, so that a comparison builds no frame to
get its answer. Decisions: a format is its number in the schema's order.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.comparison.result import PAIRS
from analysis.computing import make_frame
from analysis.measures.cohort import count_different, count_numbered, number_labels
from analysis.records.schema import FORMATS
from analysis.settings import Settings

Sides = Mapping[str, Mapping[str, float]]
READ = ("episode_id", "child_id", "format", "rate", "n_goals", "group_id", "cluster", "second")


def format_codes(table: pd.DataFrame) -> np.ndarray:
    """Give the number of each row's format in the schema's order."""
    return table["format"].array.codes


def formats_among(table: pd.DataFrame) -> tuple[str, ...]:
    """Give the formats that any row has, in the schema's order."""
    return _named(np.bincount(format_codes(table), minlength=len(FORMATS)) > 0)


def keep_large_formats(
    table: pd.DataFrame, kept: np.ndarray, least: int
) -> tuple[tuple[str, ...], np.ndarray]:
    """Narrow the rows kept to formats that still have enough different children.

    Args:
        table: (n,) rows of `Cohort.table`.
        kept: (n,) True for the rows asked about.
        least: the smallest number of children.

    Returns:
        The formats, in the schema's order, and (n,) True for the rows of them that are kept.
    """
    codes = format_codes(table)
    large = count_different(codes[kept], table["child_id"].array[kept]) >= least
    return _named(large), kept & large[codes]


def comparable_formats(table: pd.DataFrame, settings: Settings) -> tuple[str, ...]:
    """Give the formats with enough children to be compared, in the schema's order.

    Args:
        table: `Cohort.table`, or rows of it.
        settings: the smallest number of children.
    """
    return keep_large_formats(table, np.ones(len(table), bool), settings.compare_children)[0]


def keep_formats(table: pd.DataFrame, formats: tuple[str, ...]) -> pd.DataFrame:
    """Give the rows whose format is one of `formats`, categories unchanged."""
    kept = np.isin(format_codes(table), [FORMATS.index(f) for f in formats])
    return table if kept.all() else table[kept].reset_index(drop=True)


def indicate_formats(table: pd.DataFrame, formats: tuple[str, ...]) -> np.ndarray:
    """Give one 0/1 column for each of `formats`: coefficients are then adjusted means."""
    own = np.array([FORMATS.index(f) for f in formats], dtype=int)
    return (format_codes(table)[:, None] == own).astype(float)


def keep_rows(table: pd.DataFrame, kept: np.ndarray, **columns: np.ndarray) -> pd.DataFrame:
    """Give some rows of `Cohort.table`, with what a comparison reads of them.

    Args:
        table: (n,) rows of `Cohort.table`.
        kept: (n,) True for the rows to give.
        columns: (n,) values to stand in a column's place.
    """
    found = {name: table[name].array for name in READ} | columns
    return make_frame({name: values[kept] for name, values in found.items()}, copy=False)


def contrast_pairs(formats: tuple[str, ...], n_columns: int) -> tuple[list[int], np.ndarray]:
    """Contrast the first columns of a design, one for each of `formats`.

    Args:
        formats: formats compared, in the schema's order.
        n_columns: columns of the design.

    Returns:
        Which of `PAIRS` can be compared (k of them), and the (k, n_columns) contrasts.
    """
    rows = [i for i, pair in enumerate(PAIRS) if set(pair) <= set(formats)]
    matrix = np.zeros((len(rows), n_columns))
    for contrast, i in zip(matrix, rows, strict=True):
        this, than = PAIRS[i]
        contrast[formats.index(this)], contrast[formats.index(than)] = 1.0, -1.0
    return rows, matrix


def count_sides(table: pd.DataFrame, kept: np.ndarray | slice = slice(None)) -> Sides:
    """Count children, goals and therapy groups of each format, and rows without a group.

    Args:
        table: (n,) rows of `Cohort.table`.
        kept: which rows are counted; every row by default.
    """
    codes, goals = format_codes(table)[kept], table["n_goals"].to_numpy()[kept]
    n_goals = np.bincount(codes, goals, len(FORMATS))
    child, group = (number_labels(table[c].array[kept]) for c in ("child_id", "group_id"))
    children, groups = count_numbered(codes, child), count_numbered(codes, group)
    groups[0] = 0
    n_rows = np.bincount(codes, minlength=len(FORMATS))
    no_group = np.bincount(codes, group < 0, len(FORMATS))
    return {
        therapy_format: {
            "n_children": int(children[k]),
            "n_goals": int(n_goals[k]),
            "n_groups": int(groups[k]),
            "share_without_group": float(no_group[k] / max(n_rows[k], 1)),
        }
        for k, therapy_format in enumerate(FORMATS)
    }


def _named(chosen: np.ndarray) -> tuple[str, ...]:
    return tuple(f for f, is_chosen in zip(FORMATS, chosen, strict=True) if is_chosen)
