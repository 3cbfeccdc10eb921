"""One flat sheet (one row per review) taken apart into episodes, goals and reviews.

In: the coded flat table. Out: the same `CodedRecords` with three tables in its place.
Decisions: what is said of a goal or an episode must be the same on each of its rows (a blank says
nothing); where it is not, the rows are refused, because either could be right.
"""

from __future__ import annotations

import numpy as np

from analysis.records.checking.coded import CodedRecords, CodedTable, is_missing, missing_array
from analysis.records.checking.values import Faults
from analysis.records.schema import TABLES


def split_flat(coded: CodedRecords, faults: Faults) -> None:
    """Replace the flat table by episodes, goals and reviews, in place."""
    flat = coded.tables.pop("flat")
    child, goal = flat.columns["child_id"], flat.columns["goal_id"]
    episode = flat.columns["episode_id"]
    own_episode = "episode_id" in flat.present
    run = _pair(child, episode) if own_episode else child
    run = np.where(child < 0, -1, run)
    coded.tables["episodes"] = _collapse(flat, "episodes", run, ("child_id",), faults)
    coded.tables["goals"] = _collapse(flat, "goals", goal, ("goal_id",), faults)
    names = TABLES["reviews"].names
    coded.tables["reviews"] = CodedTable(
        "reviews",
        flat.source,
        {name: flat.columns[name] for name in names},
        flat.rows,
        {name: flat.present[name] for name in names if name in flat.present},
        flat.unreadable,
    )


def _pair(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Give one whole number for each pair of codes."""
    return first.astype(np.int64) * (int(second.max(initial=0)) + 2) + second + 1


def _collapse(
    flat: CodedTable, name: str, keys: np.ndarray, about: tuple[str, ...], faults: Faults
) -> CodedTable:
    """Give one row for each key, each column its first value that is not missing."""
    known = np.flatnonzero(keys >= 0)
    _, first, group = np.unique(keys[known], return_index=True, return_inverse=True)
    rows = known[first]
    columns = {}
    for schema in TABLES[name].columns:
        values = flat.columns[schema.name]
        if schema.name not in flat.present:
            columns[schema.name] = missing_array(schema, len(rows))
            continue
        given = ~is_missing(values[known])
        where = np.full(len(rows), -1, dtype=np.int64)
        where[group[given][::-1]] = known[given][::-1]
        collapsed = missing_array(schema, len(rows))
        collapsed[where >= 0] = values[where[where >= 0]]
        columns[schema.name] = collapsed
        differ = given & (values[known] != collapsed[group])
        if differ.any() and schema.name not in about:
            _refuse_difference(flat, name, schema.name, known, group, where, differ, faults)
    present = {key: flat.present[key] for key in TABLES[name].names if key in flat.present}
    return CodedTable(name, flat.source, columns, flat.rows[rows], present)


def _refuse_difference(
    flat: CodedTable,
    name: str,
    column: str,
    known: np.ndarray,
    group: np.ndarray,
    where: np.ndarray,
    differ: np.ndarray,
    faults: Faults,
) -> None:
    clashing = np.union1d(known[differ], where[np.unique(group[differ])])
    thing = "goal" if name == "goals" else "child"
    if name == "goals" and column in ("child_id", "episode_id"):
        fault = f"one goal stands with two different {column}s."
        mend = "Give each child's goals codes of their own."
        code = "goal_of_two_children"
    else:
        fault = f"one {thing} has two different values of {column}."
        mend = f"Write the same value on every row of a {thing}, or leave all but one empty."
        if thing == "child" and "episode_id" not in flat.present:
            mend += " A child who began anew needs a column episode_id."
        code = "two_values"
    faults.refuse(
        flat.source,
        flat.rows[np.unique(clashing)],
        fault,
        mend,
        code,
        flat.present.get(column, 0),
        column,
    )
