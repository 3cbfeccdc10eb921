"""Therapy groups whose codes are used at several places told apart.

In: episodes and sessions as read. Out: the same with a code of its own for each place, and how many
codes were used so. Decisions: a group meets at one place, so one code at two places is two groups
that were numbered alike; a place with a single child of a code is taken for a slip, and the child
stays in the larger group, the cautious reading.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

FEWEST = 2
SPLIT = "therapy groups at different places had one code and are read as different groups"


def split_groups(
    episodes: pd.DataFrame, sessions: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """Give every therapy group a code that is used at one place only.

    Args:
        episodes: frame of the schema's columns.
        sessions: the same of sessions.

    Returns:
        Episodes and sessions, and the number of codes that were used at several places.
    """
    new = _name_groups(episodes)
    if not new:
        return episodes, sessions, 0
    site = episodes.drop_duplicates("child_id").set_index("child_id")["site"]
    there = site.reindex(sessions["child_id"]).to_numpy(dtype=object)
    return (
        _recode(episodes, episodes["site"].to_numpy(dtype=object), new),
        _recode(sessions, there, new),
        len({code for code, _ in new}),
    )


def _name_groups(episodes: pd.DataFrame) -> dict[tuple[str, str | None], str]:
    """Give the new code of each code and place; None stands for any other place."""
    known = episodes[episodes["group_id"].notna() & episodes["site"].notna()]
    counts = known.groupby(["group_id", "site"], sort=True)["child_id"].nunique()
    large = counts[counts >= FEWEST]
    n_places = large.groupby(level="group_id").size()
    taken = set(episodes["group_id"].dropna())
    new: dict[tuple[str, str | None], str] = {}
    for code in n_places.index[n_places > 1]:
        for place in large[code].sort_values(ascending=False, kind="stable").index:
            name = f"{code}-{place}"
            while name in taken:
                name += "-2"
            taken.add(name)
            new[code, place] = name
            new.setdefault((code, None), name)
    return new


def _recode(
    frame: pd.DataFrame, place: np.ndarray, new: dict[tuple[str, str | None], str]
) -> pd.DataFrame:
    import pandas as pd

    from analysis.computing import text_type

    codes = frame["group_id"].to_numpy(dtype=object)
    given = [
        new.get((code, there), new.get((code, None), code)) if isinstance(code, str) else None
        for code, there in zip(codes, place, strict=True)
    ]
    return frame.assign(group_id=pd.array(given, dtype=text_type()))
