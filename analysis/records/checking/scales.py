"""Is +2 the best level everywhere? A scale turned round by one therapist turns every answer.

In: coded episodes, goals and reviews. Out: faults where levels stand upside down, with their
lines; a warning that counts single goals which begin too high.
Decisions: a goal begins at -2 or -1 by definition (Kiresuk & Sherman 1968; Turner-Stokes 2009), so
goals that begin at 0 or above tell of another scale. This is asked of the whole and of each
therapist, domain, format, place and rater, in whom chance among all others' goals cannot explain
it. Where starts are right or not recorded, levels that are high at first and fall, while all
others' rise, tell the same. `SURE` holds for all these questions together.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analysis.records.checking.coded import CodedRecords, CodedTable, find_rows
from analysis.records.checking.values import Faults
from analysis.records.privacy.codes import PLAIN_CODE
from analysis.records.schema import EXPECTED_LEVEL, TABLES
from analysis.settings import Settings

SURE = 0.001  # chance that any part of right records is taken for turned round
FEWEST_GOALS = 3
FEWEST_CHILDREN = 8
SCATTERED_SHARE = 0.05  # more goals than this that begin above 0 are no slips of the pen
HIGH_AT_FIRST = 0.5  # levels; a first review that others' goals reach after months
CLEAR_FALL = 0.3  # levels between first and last review
LARGE_LEAP = 2.0  # levels between the start and the first review
MOST_PARTS = 200  # therapists or places; beyond, codes are not what they seem
LONGEST_SHOWN = 12
ALL = "the records"
OTHER_SCALE = ("no_level_below_zero", "other_scale")  # to be declared first
TURN = (
    "If +2 stands for the worst here, turn these levels round (+2 becomes -2, +1 becomes -1, and "
    "back; on a scale of 1 to 5, 6 minus the level) and run again"
)
Array = np.ndarray


@dataclass(frozen=True)
class _Part:
    """A part of the records: the column it is of ("" for all), its name, and what is inside."""

    column: str
    name: str
    inside: Array


def check_scales(coded: CodedRecords, faults: Faults, settings: Settings | None = None) -> None:
    """Refuse levels that stand upside down, in the whole or in a part of the records."""
    tables = coded.tables
    if not {"episodes", "goals", "reviews"} <= set(tables):
        return
    if any(problem.code in OTHER_SCALE for problem in faults.problems):
        return
    goals, reviews = tables["goals"], tables["reviews"]
    if not {"goal_id", "week", "attainment"} <= set(reviews.present):
        return
    goal_of = find_rows(goals.columns["goal_id"], reviews.columns["goal_id"])
    week, level = reviews.columns["week"], reviews.columns["attainment"]
    known = (goal_of >= 0) & np.isfinite(week) & np.isfinite(level)
    rows = np.flatnonzero(known)[np.lexsort((week[known], goal_of[known]))]
    if not len(rows):
        return
    first_week = (settings or Settings()).baseline_weeks
    starts = _find_starts(goals, rows, goal_of, week, first_week)
    if _refuse_high_starts(coded, starts, goal_of, faults):
        return
    _refuse_falls(coded, rows, goal_of, faults)


def _find_starts(
    goals: CodedTable, rows: Array, goal_of: Array, week: Array, first_weeks: int
) -> Array:
    """Give the review row of each goal's start: of week 0, or early where none is recorded."""
    _, first = np.unique(goal_of[rows], return_index=True)
    first = rows[first]
    recorded = np.isfinite(goals.columns["baseline_level"][goal_of[first]])
    return first[week[first] <= np.where(recorded, 0, first_weeks)]


def _parts(coded: CodedRecords, rows: Array, goal_of: Array) -> Iterator[_Part]:
    """Give each therapist, domain, format, place and rater with the rows that are theirs."""
    goals, episodes, reviews = (coded.tables[name] for name in ("goals", "episodes", "reviews"))
    goal = goal_of[rows]
    run = find_rows(episodes.columns["episode_id"], goals.columns["episode_id"])[goal]
    for table, column, at in (
        (episodes, "therapist_id", run),
        (episodes, "site", run),
        (episodes, "format", run),
        (goals, "domain", goal),
        (reviews, "rater", rows),
    ):
        if column not in table.present or not table.n_rows:
            continue
        values = np.where(at >= 0, table.columns[column][at], -1)
        labels = np.unique(values[values >= 0])
        if not 1 < len(labels) <= MOST_PARTS:
            continue
        for label in labels:
            known = _spell(coded, column, int(label))
            yield _Part(column, f"{column} {known}" if known else f"one {column}", values == label)


def _pairs(parts: list[_Part], high: Array) -> Iterator[_Part]:
    """Give each therapist's goals of one domain or format, where enough begin high."""
    for one in parts:
        if one.column != "therapist_id" or (one.inside & high).sum() < FEWEST_GOALS:
            continue
        for other in parts:
            both = one.inside & other.inside
            if other.column in ("domain", "format") and (both & high).sum() >= FEWEST_GOALS:
                yield _Part("therapist_id", f"{one.name} in {other.name}", both)


def _spell(coded: CodedRecords, column: str, label: int) -> str:
    """Give a label of the schema, or a short code; "" for anything that could be more."""
    for table in TABLES.values():
        if column in table.names and table.column(column).choices:
            return table.column(column).choices[label]
    text = list(coded.ids.get(column, {}))[label]
    return text if len(text) <= LONGEST_SHOWN and PLAIN_CODE.match(text) else ""


def _refuse_high_starts(coded: CodedRecords, starts: Array, goal_of: Array, faults: Faults) -> bool:
    """Refuse goals that begin at or above 0 where that is no slip; tell whether any were."""
    level = coded.tables["reviews"].columns["attainment"][starts]
    high = level >= EXPECTED_LEVEL
    n = len(starts)
    if n < FEWEST_GOALS or not high.any():
        return False
    if 2 * high.sum() > n:
        part = _Part("", ALL, np.ones(n, dtype=bool))
        _refuse_part(coded, part, starts[high], int(high.sum()), n, faults)
        return True
    single = list(_parts(coded, starts, goal_of))
    columns = Counter(part.column for part in single)
    n_asked = len(single) + columns["therapist_id"] * (columns["domain"] + columns["format"])
    parts = [*single, *_pairs(single, high)]
    left, n_refused = np.ones(n, dtype=bool), 0
    for _ in range(len(parts)):
        found = [
            (chance, i)
            for i, part in enumerate(parts)
            if (chance := _chance_of_high(high, part.inside & left, left)) < SURE / n_asked
        ]
        if not found:
            break
        part = parts[min(found)[1]]
        own = part.inside & left
        _refuse_part(
            coded, part, starts[own & high], int((own & high).sum()), int(own.sum()), faults
        )
        left &= ~part.inside
        n_refused += 1
    above = left & (level > EXPECTED_LEVEL)
    if above.sum() >= FEWEST_GOALS and above.sum() > SCATTERED_SHARE * n:
        part = _Part("", ALL, left)
        _refuse_part(coded, part, starts[above], int(above.sum()), int(left.sum()), faults)
        return True
    n_high = int((left & high).sum())
    if n_high:
        what = "goal begins" if n_high == 1 else "goals begin"
        faults.warnings.append(
            f"{n_high:,} {what} at the expected level or above it, where no goal can begin: look "
            "whether the levels are right and the scale is not turned round"
        )
    return n_refused > 0


def _chance_of_high(high: Array, inside: Array, among: Array) -> float:
    """Give the chance of so many high starts in a part by what is usual among the others."""
    n, k = int(inside.sum()), int((inside & high).sum())
    if k < FEWEST_GOALS or 2 * k <= n:
        return 1.0
    others = among & ~inside
    share = (float((others & high).sum()) + 1) / (float(others.sum()) + 2)
    return _tail(n, k, share)


def _tail(n: int, k: int, share: float) -> float:
    """Give the chance that a binomial count of `n` is `k` or more."""
    logs = [
        math.lgamma(n + 1)
        - math.lgamma(i + 1)
        - math.lgamma(n - i + 1)
        + i * math.log(share)
        + (n - i) * math.log1p(-share)
        for i in range(k, n + 1)
    ]
    return min(1.0, math.fsum(map(math.exp, logs)))


def _refuse_part(
    coded: CodedRecords, part: _Part, rows: Array, n_high: int, n: int, faults: Faults
) -> None:
    reviews = coded.tables["reviews"]
    faults.refuse(
        reviews.source,
        reviews.rows[rows],
        f"{n_high:,} of {n:,} goals of {part.name} begin at the expected level (0) or above it, "
        "where no goal can begin: the scale looks turned round.",
        f"{TURN}; if the goals truly began so high, correct their first level or remove them, "
        "because they leave no progress to see.",
        "scale_reversed",
        reviews.present.get("attainment", 0),
        "attainment",
    )


def _refuse_falls(coded: CodedRecords, rows: Array, goal_of: Array, faults: Faults) -> None:
    """Refuse a part whose levels are high at first and then fall, while all others' rise."""
    reviews = coded.tables["reviews"]
    level = reviews.columns["attainment"]
    later = rows[reviews.columns["week"][rows] > 0]
    parts = [_Part("", ALL, np.ones(len(later), dtype=bool)), *_parts(coded, later, goal_of)]
    normal = _normal_above(SURE / (2 * len(parts)))
    start = _start_levels(coded.tables["goals"], rows, goal_of, reviews.columns["week"], level)
    for part in parts:
        own = later[part.inside]
        fall = _find_course(coded, own, goal_of, start)
        if fall is None or fall.first < HIGH_AT_FIRST or fall.change > -CLEAR_FALL:
            continue
        rest = _find_course(coded, later[~part.inside], goal_of, start) if part.column else None
        if not _is_turned(fall, rest, normal):
            continue
        faults.refuse(
            reviews.source,
            reviews.rows[own[level[own] > EXPECTED_LEVEL]],
            f"the levels of {part.name} begin high and fall from review to review"
            + (", while all others rise" if part.column else "")
            + ": the scale looks turned round.",
            f"{TURN}; if they are right as they stand, ask why these goals were lost, and "
            "leave them out.",
            "scale_reversed",
            reviews.present.get("attainment", 0),
            "attainment",
        )
        if not part.column:
            return


@dataclass(frozen=True)
class _Course:
    """Over children: levels at the first review, and what they changed by, with errors.

    Attributes:
        n_children: children with two reviews after the start.
        first: mean first level after the start.
        change: mean change from first to last review; `change_error` its standard error.
        leap: mean change from the start to the first review, NaN where no start is known;
            `leap_error` its standard error.
    """

    n_children: int
    first: float
    change: float
    change_error: float
    leap: float
    leap_error: float


def _is_turned(own: _Course, rest: _Course | None, normal: float) -> bool:
    if rest is not None and rest.change < 2 * rest.change_error:
        return False
    sure = _t_above(normal, own.n_children - 1)
    if own.change < -sure * own.change_error:
        return True
    usual = 0.0 if rest is None else rest.leap
    return own.leap > LARGE_LEAP and own.leap - usual > sure * own.leap_error


def _start_levels(
    goals: CodedTable, rows: Array, goal_of: Array, week: Array, level: Array
) -> Array:
    """Give the level each goal began at: the recorded one, else that of week 0; NaN for none."""
    start = goals.columns["baseline_level"].astype(float).copy()
    at = rows[week[rows] == 0]
    unknown = np.isnan(start[goal_of[at]])
    start[goal_of[at[unknown]]] = level[at[unknown]]
    return start


def _find_course(coded: CodedRecords, rows: Array, goal_of: Array, start: Array) -> _Course | None:
    """Give how levels went from first to last review; None with too few children to tell.

    `rows` are ordered by goal and week.
    """
    level = coded.tables["reviews"].columns["attainment"]
    goal = goal_of[rows]
    begins = np.flatnonzero(np.diff(goal, prepend=-1))
    ends = np.append(begins[1:], len(goal)) - 1
    twice = ends > begins
    begins, ends = begins[twice], ends[twice]
    child = coded.tables["goals"].columns["child_id"][goal[begins]]
    first = level[rows[begins]]
    n, mean_first, _ = _over_children(child, first)
    if n < FEWEST_CHILDREN:
        return None
    _, change, change_error = _over_children(child, level[rows[ends]] - first)
    leaps = first - start[goal[begins]]
    known = np.isfinite(leaps)
    n_known, leap, leap_error = _over_children(child[known], leaps[known])
    if n_known < FEWEST_CHILDREN:
        leap = leap_error = math.nan
    return _Course(n, mean_first, change, change_error, leap, leap_error)


def _over_children(child: Array, values: Array) -> tuple[int, float, float]:
    """Give the number of children, the mean of their means, and its standard error."""
    _, child = np.unique(child, return_inverse=True)
    n = int(child.max(initial=-1)) + 1
    if n < 2:
        return n, math.nan, math.nan
    means = np.bincount(child, values) / np.bincount(child)
    return n, float(means.mean()), float(means.std(ddof=1) / math.sqrt(n))


def _normal_above(chance: float) -> float:
    """Give the value that a standard normal exceeds with `chance`."""
    low, high = 0.0, 10.0
    for _ in range(60):
        middle = (low + high) / 2
        above = math.erfc(middle / math.sqrt(2)) / 2 > chance
        low, high = (middle, high) if above else (low, middle)
    return high


def _t_above(z: float, df: int) -> float:
    """Give the t value that belongs to a normal's, Fisher & Cornish 1960 (2% short at 7 df)."""
    return (
        z
        + (z**3 + z) / (4 * df)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * df**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * df**3)
    )
