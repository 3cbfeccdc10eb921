"""What rows and tables say about each other: twice, unknown, of two children, most of it missing.

In: coded tables, values already judged. Out: the same tables with rows said twice left out and
the ids of children and episodes filled in, faults and warnings added.
"""

from __future__ import annotations

import numpy as np

from analysis.formats import GROUPED_CODES
from analysis.records.checking.coded import SAME_ROW, CodedRecords, CodedTable, is_missing
from analysis.records.checking.values import Faults
from analysis.records.schema import FORMATS, HIGHEST_LEVEL, LOWEST_LEVEL
from analysis.records.text import Coder

ENOUGH_CHILDREN = 10
MANY_GOALS = 20
LONG_GAP_WEEKS = 20
EDGE_SHARE = 0.40
KEYS = {
    "episodes": ("episode_id", "child_id"),
    "goals": ("goal_id",),
    "reviews": ("goal_id", "week", "rater"),
    "home_practice": ("child_id", "week", "source"),
}
TWICE = {
    "episodes": "the same episode (or child) stands in two rows that do not agree.",
    "goals": "the same goal stands in two rows that do not agree.",
    "reviews": "the same goal has two reviews in the same week by the same rater.",
    "home_practice": "the same child has two rows for the same week.",
}
TWICE_MEND = {
    "episodes": "Keep the row that is right. A child who began anew needs a column episode_id "
    "with a code for each start.",
    "goals": "Keep the row that is right, or give the goals different codes.",
    "reviews": "Keep the level that is right; two people who rated need the column rater.",
    "home_practice": "Add the minutes of the week up into one row.",
}


def check_relations(coded: CodedRecords, faults: Faults) -> None:
    """Judge rows against each other and tables against each other, in place."""
    for name in KEYS:
        if name in coded.tables:
            coded.tables[name] = _refuse_twice(coded, coded.tables[name], faults)
    _fill_episodes(coded)
    _fill_goals(coded, faults)
    _refuse_unknown(coded, faults)
    _refuse_order(coded, faults)
    _judge_whole(coded, faults)


def _key_of(table: CodedTable, names: tuple[str, ...]) -> np.ndarray | None:
    if table.name == "episodes":
        names = ("episode_id",) if "episode_id" in table.present else ("child_id",)
    if names[0] not in table.present:
        return None
    key = np.zeros(table.n_rows, dtype=np.int64)
    for name in names:
        values = table.columns[name]
        if values.dtype.kind == "f":
            values = np.where(np.isnan(values), -1, values)
            if (values != np.floor(values)).any():
                return None
        values = values.astype(np.int64) + 1
        key = key * (int(values.max(initial=0)) + 1) + values
    return np.where(table.columns[names[0]] < 0, -1, key)


def _refuse_twice(coded: CodedRecords, table: CodedTable, faults: Faults) -> CodedTable:
    key = _key_of(table, KEYS[table.name])
    if key is None or not table.n_rows:
        return table
    _, first, group = np.unique(key, return_index=True, return_inverse=True)
    original = first[group]
    again = (original != np.arange(table.n_rows)) & (key >= 0)
    if not again.any():
        return table
    same = again.copy()
    for values in table.columns.values():
        equal = (values == values[original]) | (is_missing(values) & is_missing(values[original]))
        same &= equal
    clash = again & ~same
    if clash.any():
        both = np.union1d(np.flatnonzero(clash), np.unique(original[clash]))
        faults.refuse(
            table.source,
            table.rows[both],
            TWICE[table.name],
            TWICE_MEND[table.name],
            f"twice_{table.name}",
        )
    if same.any():
        coded.leave_out(table.source, SAME_ROW, int(same.sum()))
        faults.mend(f"{table.name}: rows that repeat another row in full left out", same.sum())
        return table.keep(~same)
    return table


def _fill_episodes(coded: CodedRecords) -> None:
    episodes = coded.tables.get("episodes")
    if episodes is None:
        return
    coder = coded.ids.setdefault("episode_id", Coder())
    child = episodes.columns["child_id"]
    empty = (episodes.columns["episode_id"] < 0) & (child >= 0)
    filled = _translate(coded.ids.get("child_id", Coder()), coder, child)
    given = episodes.columns["episode_id"]
    episodes.columns["episode_id"] = np.where(empty, filled, given)


def _translate(source: Coder, target: Coder, codes: np.ndarray) -> np.ndarray:
    """Give the codes of `target` for the same texts as `codes` of `source` have."""
    texts = list(source)
    table = np.full(len(texts) + 1, -1, dtype=np.int64)
    for code in np.unique(codes[codes >= 0]):
        table[code] = target[texts[code]]
    return table[codes]


def _fill_goals(coded: CodedRecords, faults: Faults) -> None:
    goals, episodes = coded.tables.get("goals"), coded.tables.get("episodes")
    if goals is None or episodes is None or not episodes.n_rows:
        return
    child, episode = goals.columns["child_id"], goals.columns["episode_id"]
    of_child, first, n_runs = np.unique(
        episodes.columns["child_id"], return_index=True, return_counts=True
    )
    empty = (episode < 0) & (child >= 0)
    if empty.any():
        at = np.clip(np.searchsorted(of_child, child), 0, len(of_child) - 1)
        found = empty & (of_child[at] == child)
        several = found & (n_runs[at] > 1) & ("episode_id" in episodes.present)
        faults.refuse(
            goals.source,
            goals.rows[several],
            "the child has several episodes, and the goal does not say to which it belongs.",
            "Add the column episode_id to the goals.",
            "which_episode",
            goals.present.get("child_id", 0),
            "child_id",
        )
        own = np.where(found, episodes.columns["episode_id"][first[at]], -1)
        fallback = _translate(
            coded.ids.get("child_id", Coder()), coded.ids["episode_id"], np.where(empty, child, -1)
        )
        episode = np.where(empty, np.where(own >= 0, own, fallback), episode)
    runs, where = np.unique(episodes.columns["episode_id"], return_index=True)
    at = np.clip(np.searchsorted(runs, episode), 0, len(runs) - 1)
    known = (episode >= 0) & (runs[at] == episode)
    owner = np.where(known, episodes.columns["child_id"][where[at]], -1)
    faults.refuse(
        goals.source,
        goals.rows[known & (child >= 0) & (owner >= 0) & (owner != child)],
        "the goal's child is not the child of its episode.",
        "Correct child_id or episode_id, so that a goal belongs to one child.",
        "goal_of_two_children",
        goals.present.get("child_id", 0),
        "child_id",
    )
    goals.columns["child_id"] = np.where(child < 0, owner, child)
    goals.columns["episode_id"] = episode


def _refuse_unknown(coded: CodedRecords, faults: Faults) -> None:
    for name, column, home, thing in (
        ("goals", "episode_id", "episodes", "episode"),
        ("goals", "child_id", "episodes", "child"),
        ("reviews", "goal_id", "goals", "goal"),
        ("sessions", "child_id", "episodes", "child"),
        ("home_practice", "child_id", "episodes", "child"),
    ):
        table, target = coded.tables.get(name), coded.tables.get(home)
        if table is None or target is None or column not in table.present:
            continue
        if column not in target.present and column != "episode_id":
            continue
        codes = table.columns[column]
        unknown = (codes >= 0) & ~np.isin(codes, target.columns[column])
        faults.refuse(
            table.source,
            table.rows[unknown],
            f"the {thing} is not in the table {home}.",
            f"Correct the code, or add the {thing} to {home}.",
            f"unknown_{thing}",
            table.present[column],
            column,
        )


def _refuse_order(coded: CodedRecords, faults: Faults) -> None:
    goals = coded.tables.get("goals")
    if goals is None:
        return
    wrong = goals.columns["closed_week"] < goals.columns["set_week"]
    faults.refuse(
        goals.source,
        goals.rows[wrong],
        "the goal is closed before it is set.",
        "Correct set_week or closed_week.",
        "closed_before_set",
        goals.present.get("closed_week", 0),
        "closed_week",
    )


def _judge_whole(coded: CodedRecords, faults: Faults) -> None:
    tables = coded.tables
    if not {"episodes", "goals", "reviews"} <= set(tables):
        return
    if any(
        name not in tables[table].present
        for table, name in (("reviews", "goal_id"), ("reviews", "week"), ("reviews", "attainment"))
    ):
        return
    goals, reviews, episodes = tables["goals"], tables["reviews"], tables["episodes"]
    children = np.unique(goals.columns["child_id"])
    n_children = int((children >= 0).sum())
    judged = {"attainment", "week", "goal_id", "baseline_level", "child_id", ""}
    sound = not any(problem.column in judged for problem in faults.problems)
    _judge_goals(goals, reviews, n_children if sound else 0, faults)
    _judge_levels(goals, reviews, n_children if sound else 0, faults)
    _judge_gaps(reviews, faults)
    if n_children:
        per_child = np.bincount(goals.columns["child_id"][goals.columns["child_id"] >= 0])
        if per_child.max(initial=0) > MANY_GOALS:
            n = int((per_child > MANY_GOALS).sum())
            faults.warnings.append(
                f"{n} {'child has' if n == 1 else 'children have'} more than {MANY_GOALS} goals; "
                "each child counts once, whatever the number of goals"
            )
    if "format" in episodes.present and episodes.n_rows:
        absent = [
            label for i, label in enumerate(FORMATS) if not (episodes.columns["format"] == i).any()
        ]
        if absent:
            faults.warnings.append(f"no child in these records is in: {', '.join(absent)}")
        grouped = np.isin(episodes.columns["format"], GROUPED_CODES)
        n_lost = int((grouped & (episodes.columns["group_id"] < 0)).sum())
        if n_lost:
            faults.warnings.append(
                f"{n_lost} of {int(grouped.sum())} group and combined episodes have no group_id: "
                "children treated together cannot be told from children treated apart"
            )


def _judge_goals(goals: CodedTable, reviews: CodedTable, n_children: int, faults: Faults) -> None:
    n_codes = (
        int(
            max(
                goals.columns["goal_id"].max(initial=-1), reviews.columns["goal_id"].max(initial=-1)
            )
        )
        + 1
    )
    rated = reviews.columns["goal_id"] >= 0
    codes = reviews.columns["goal_id"][rated]
    weeks = reviews.columns["week"][rated]
    at_start = np.zeros(n_codes, dtype=bool)
    at_start[codes[weeks == 0]] = True
    points = np.sort(codes * 1000 + np.nan_to_num(weeks, nan=999).astype(np.int64))
    points = points[np.diff(points, prepend=-1) > 0]
    n_points = np.bincount(points // 1000, minlength=n_codes)
    of_goal = goals.columns["goal_id"]
    of_goal_known = of_goal >= 0
    given = ~np.isnan(goals.columns["baseline_level"])
    baseline = given | (of_goal_known & at_start[of_goal])
    enough = n_points[of_goal] + (given & ~at_start[of_goal]) >= 2
    n_goals = int(of_goal_known.sum())
    if n_children < ENOUGH_CHILDREN or not n_goals:
        return
    for missing, fault, mend, code in (
        (
            ~baseline,
            "have no level on the day they were set",
            "Add the review of week 0, or a column baseline_level.",
            "most_without_baseline",
        ),
        (
            ~enough,
            "have fewer than two levels, so that no progress can be seen",
            "Add the reviews that are missing, the one of week 0 included.",
            "most_with_one_review",
        ),
    ):
        n = int((missing & of_goal_known).sum())
        if 2 * n > n_goals:
            faults.refuse_whole(
                goals.source,
                f"{n:,} of {n_goals:,} goals {fault}.",
                mend,
                code,
            )


def _judge_gaps(reviews: CodedTable, faults: Faults) -> None:
    codes, weeks = reviews.columns["goal_id"], reviews.columns["week"]
    known = np.isfinite(weeks) & (codes >= 0)
    order = np.lexsort((weeks[known], codes[known]))
    gaps = np.diff(weeks[known][order])[np.diff(codes[known][order]) == 0]
    gaps = gaps[gaps > 0]
    if len(gaps) and np.median(gaps) > LONG_GAP_WEEKS:
        faults.warnings.append(
            f"ATTENTION: half of the reviews are more than {LONG_GAP_WEEKS} weeks apart. If the "
            'column week counts days, put [weeks] unit = "days" in a mapping file and run again; '
            "every rate of progress depends on it"
        )


def _judge_levels(goals: CodedTable, reviews: CodedTable, n_children: int, faults: Faults) -> None:
    levels, weeks = reviews.columns["attainment"], reviews.columns["week"]
    later = levels[(weeks > 0) & np.isfinite(levels)]
    if len(later) >= ENOUGH_CHILDREN:
        for edge, what in ((LOWEST_LEVEL, "lowest"), (HIGHEST_LEVEL, "highest")):
            share = float((later == edge).mean())
            if share > EDGE_SHARE:
                faults.warnings.append(
                    f"{100 * share:.0f}% of the levels after the start are at the {what} level "
                    f"({edge:+d}): the goals leave little room to show a difference"
                )
    given = levels[np.isfinite(levels)]
    if (
        n_children >= ENOUGH_CHILDREN
        and len(given)
        and given.min() >= 0
        and given.max() <= HIGHEST_LEVEL
        and np.isnan(goals.columns["baseline_level"]).all()
    ):
        faults.level_lines.append("lowest = 0")
        faults.refuse_whole(
            reviews.source,
            "no level is below 0, though every goal begins below its expected level: this looks "
            "like another scale.",
            "If the levels begin at 0 or 1, declare it in a mapping file: [levels] lowest = 0 "
            "(or 1).",
            "no_level_below_zero",
            "attainment",
        )
