"""From sessions to how much of a therapist's time each child had.

In: `Records.sessions` and the children compared. Out: one row for each child.
Decisions: a session counts if the child came and it lies before the child's last review, so that
progress and time belong together; a therapist's minutes are shared by the children present;
preparation is not recorded and not counted (METHODS.md, "How soon, how far, at what effort").
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.formats import GROUPED_FORMATS
from analysis.measures.clusters import attended
from analysis.measures.cohort import Cohort
from analysis.measures.scoring import ScoredGoals
from analysis.records.load import Records
from analysis.settings import Settings

MINUTES_PER_HOUR = 60.0


def measure_therapist_time(
    records: Records, scored: ScoredGoals, cohort: Cohort, settings: Settings
) -> pd.DataFrame:
    """Measure gain, sessions attended and therapist hours of each child compared.

    Args:
        records: whose sessions are counted.
        scored: latest levels.
        cohort: the children compared.
        settings: length of the window.

    Returns:
        The rows of `Cohort.table`, with `gain` (levels from the first to the latest review,
        mean over the child's goals), `last_week` (of that review), `sessions` (attended, up
        to then) and `hours` (of therapists); the last two NaN where no session was written
        down, where nothing tells how long they were or who was there, or where a child has
        several episodes, so that nobody can tell to which a session belongs.
    """
    table = cohort.table
    gain, last_week = _gain_by_child(scored, cohort)
    sessions, hours = _time_by_child(records.sessions, table, last_week, settings)
    alone = ~table["child_id"].duplicated(keep=False).to_numpy()
    return table.assign(
        gain=gain,
        last_week=last_week,
        sessions=np.where(alone, sessions, np.nan),
        hours=np.where(alone, hours, np.nan),
    )


def share_therapist_minutes(sessions: pd.DataFrame) -> np.ndarray:
    """Give the therapist minutes of each session that fall to one child.

    minutes x therapists / children present. One therapist is assumed where none is written
    down; one child where the session was individual; the attending children of the same
    group and week where a group's size was not written down.

    Args:
        sessions: rows of `Records.sessions`.

    Returns:
        (n,) minutes; NaN where length or company is not known.
    """
    together = (sessions["delivered"].isin(GROUPED_FORMATS)).to_numpy()
    came = attended(sessions)
    present = sessions["n_children_present"].to_numpy(float)
    known_group = together & sessions["group_id"].notna().to_numpy()
    group, week = (pd.factorize(sessions[name].array)[0] for name in ("group_id", "week"))
    meeting = np.where(known_group, group * (week.max(initial=0) + 1) + week, 0)
    counted = np.bincount(meeting[came & known_group], minlength=meeting.max(initial=0) + 1)
    counted = counted[meeting]
    company = np.where(together, np.where(known_group, counted, np.nan), 1.0)
    present = np.where(np.isnan(present) | (present == 0), company, present)
    therapists = sessions["n_therapists"].fillna(1.0).to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        minutes = sessions["minutes"].to_numpy(float) * therapists / present
    return np.where(np.isfinite(minutes), minutes, np.nan)


def _gain_by_child(scored: ScoredGoals, cohort: Cohort) -> tuple[np.ndarray, np.ndarray]:
    row = pd.Index(scored.table["goal_id"]).get_indexer(cohort.goals["goal_id"])
    goals = scored.table.iloc[row]
    child = pd.Index(cohort.table["episode_id"]).get_indexer(goals["episode_id"])
    n = len(cohort.table)
    last_week = np.zeros(n)
    np.maximum.at(last_week, child, goals["latest_week"].to_numpy())
    return np.bincount(child, goals["change"], n) / np.bincount(child, minlength=n), last_week


def _time_by_child(
    sessions: pd.DataFrame, table: pd.DataFrame, last_week: np.ndarray, settings: Settings
) -> tuple[np.ndarray, np.ndarray]:
    n = len(table)
    nothing = np.full(n, np.nan)
    if not len(sessions):
        return nothing, nothing
    first_row = table["child_id"].drop_duplicates()
    place = pd.Index(first_row).get_indexer(sessions["child_id"])
    child = np.where(place >= 0, first_row.index.to_numpy()[place], -1)
    written = np.bincount(child[child >= 0], minlength=n) > 0
    week = sessions["week"].to_numpy(float)
    end = np.minimum(last_week, settings.last_week)
    counts = (child >= 0) & attended(sessions) & (week <= np.where(child >= 0, end[child], 0.0))
    minutes = share_therapist_minutes(sessions)
    known = counts & ~np.isnan(minutes)
    n_attended = np.bincount(child[counts], minlength=n)
    n_known = np.bincount(child[known], minlength=n)
    total = np.bincount(child[known], minutes[known], minlength=n)
    with np.errstate(divide="ignore", invalid="ignore"):
        hours = total / n_known * n_attended / MINUTES_PER_HOUR
    hours = np.where(n_attended == 0, 0.0, hours)
    return np.where(written, n_attended, np.nan), np.where(written, hours, np.nan)
