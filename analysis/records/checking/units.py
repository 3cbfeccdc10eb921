"""Does a column of weeks count weeks? Months (or visits) in it make every rate four times too high.

In: coded records and what the mapping declares. Out: a question, asked as a fault, or a warning.
Decisions: nothing is ever multiplied unasked. Reviews that all lie within two months of weeks, or
follow each other every week or two, episodes that end four times as late as their last review, and
several sessions a week beyond what is planned look like months; one line in a mapping file says
which it is. Records that span a year of months or a term of weeks cannot be told apart by their
numbers alone, so that they are only told of.
"""

from __future__ import annotations

import numpy as np

from analysis.records.checking.coded import CodedRecords, find_rows
from analysis.records.checking.relations import ENOUGH_CHILDREN
from analysis.records.checking.values import Faults
from analysis.records.headings import plain_name
from analysis.records.mapping import Mapping
from analysis.records.privacy.identifiers import show_heading
from analysis.records.text import word_set

SHORTEST_WEEKS = 8  # goals are set for a term or more; reviews within two months are rare
YEAR_OF_MONTHS = 13
CLOSE_WEEKS = 2  # median gap between reviews of a goal
RATIO = (3.5, 5.5)  # weeks in a month, and the roundings of a few months
OTHER_UNITS = word_set(
    "month months mth mths mo monat monate mois mes meses maand maanden day days tag tage jour "
    "jours visit visits session sessions timepoint term terms year years"
)
WEEK_WORDS = word_set("week weeks wk wks woche wochen semaine semaines semana semanas weken")
SESSIONS_A_WEEK = 3.0  # sessions of a child in one week, above what is planned for it
ASK = (
    'Say which in a mapping file: [weeks] unit = "months" reads each as 4.35 weeks; [weeks] unit = '
    '"weeks" if these are weeks. If they number visits, put the week of each visit in their place.'
)


def check_unit(coded: CodedRecords, mapping: Mapping, faults: Faults) -> None:
    """Ask whether a column of weeks counts months, where it looks so and nobody said."""
    reviews, goals = coded.tables.get("reviews"), coded.tables.get("goals")
    if mapping.weeks_said or reviews is None or goals is None or not reviews.n_rows:
        return
    weeks, goal = reviews.columns["week"], reviews.columns["goal_id"]
    later = np.isfinite(weeks) & (weeks > 0) & (goal >= 0)
    children = np.unique(goals.columns["child_id"])
    heading = _heading_of_weeks(coded)
    words = set(plain_name(heading).split("_"))
    if OTHER_UNITS & words and not WEEK_WORDS & words:
        faults.refuse_whole(
            reviews.source,
            "the column that stands for the week is headed as something else.",
            ASK.replace("; [weeks]", ', unit = "days" each as a seventh; [weeks]'),
            "weeks_or_months",
            show_heading(heading, reviews.present["week"]),
        )
        return
    if not later.any() or (children >= 0).sum() < ENOUGH_CHILDREN:
        return
    latest, distinct = int(weeks[later].max()), len(np.unique(weeks[later]))
    why = ""
    if latest <= SHORTEST_WEEKS and distinct > 1:
        why = f"no review is later than week {latest}"
    elif latest <= YEAR_OF_MONTHS and _median_gap(goal[later], weeks[later]) <= CLOSE_WEEKS:
        why = f"no review is later than week {latest}, and reviews follow each other closely"
    elif _ends_in_other_unit(coded):
        why = "episodes end about four times as late as their last review"
    elif _many_sessions(coded):
        why = "children have several sessions in each week, more than are planned"
    if why:
        faults.refuse_whole(
            reviews.source,
            f"{why}: this looks like months (or numbers of visits), not weeks.",
            ASK,
            "weeks_or_months",
            "week",
        )
    elif latest <= YEAR_OF_MONTHS:
        faults.warnings.append(
            f"no review is later than week {latest}; if the column week counts months, put [weeks] "
            'unit = "months" in a mapping file and run again'
        )


def _heading_of_weeks(coded: CodedRecords) -> str:
    reviews = coded.tables["reviews"]
    position = reviews.present.get("week", 0)
    return next((one.heading for one in reviews.source.columns if one.position == position), "")


def _median_gap(goal: np.ndarray, weeks: np.ndarray) -> float:
    order = np.lexsort((weeks, goal))
    gaps = np.diff(weeks[order])[np.diff(goal[order]) == 0]
    gaps = gaps[gaps > 0]
    return float(np.median(gaps)) if len(gaps) else np.inf


def _ends_in_other_unit(coded: CodedRecords) -> bool:
    """Tell whether episodes end, in their own column, four times as late as the last review."""
    episodes, goals, reviews = (coded.tables.get(name) for name in ("episodes", "goals", "reviews"))
    if episodes is None or goals is None or reviews is None or "end_week" not in episodes.present:
        return False
    goal = find_rows(goals.columns["goal_id"], reviews.columns["goal_id"])
    run = find_rows(episodes.columns["episode_id"], goals.columns["episode_id"])
    if not episodes.n_rows or not len(run):
        return False
    run = np.where(goal >= 0, run[goal], -1)
    known = (run >= 0) & np.isfinite(reviews.columns["week"])
    last = np.zeros(episodes.n_rows)
    np.maximum.at(last, run[known], reviews.columns["week"][known])
    end = episodes.columns["end_week"]
    seen = (last > 0) & np.isfinite(end)
    ratios = end[seen] / last[seen]
    if len(ratios) < ENOUGH_CHILDREN:
        return False
    low, high = np.quantile(ratios, [0.25, 0.75])
    return bool(low >= RATIO[0] and high <= RATIO[1])


def _many_sessions(coded: CodedRecords) -> bool:
    """Tell whether children have far more sessions in a week than are planned for them."""
    sessions, episodes = coded.tables.get("sessions"), coded.tables.get("episodes")
    if sessions is None or episodes is None or "week" not in sessions.present:
        return False
    week, child = sessions.columns["week"], sessions.columns["child_id"]
    known = np.isfinite(week) & (child >= 0)
    if not known.any():
        return False
    pair = child[known] * (int(week[known].max()) + 1) + week[known].astype(np.int64)
    _, counts = np.unique(pair, return_counts=True)
    planned = episodes.columns["planned_sessions_per_week"]
    planned = planned[np.isfinite(planned)]
    usual = float(planned.max()) if len(planned) else 1.0
    return float(np.median(counts)) >= max(SESSIONS_A_WEEK, 2 * usual)
