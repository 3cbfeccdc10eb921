"""The same question asked of part of the children, the goals or the reviews.

In: `Evidence`. Out: one `Comparison` for each way of asking. Decisions taken here: a goal or
review that is left out changes its child's rate and not the child's traits; "as delivered" is
a question about children who received what was planned, never a new classification (who
stays in a plan is not decided on the first day); METHODS.md, "How sure?".
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.comparison.analysis_set import (
    Evidence,
    average_goals,
    compare_part,
    episode_rows,
)
from analysis.comparison.result import Comparison, withheld_comparison
from analysis.measures.progress import measure_progress
from analysis.measures.scoring import score_goals
from analysis.records.schema import FORMATS, RATERS

LOWEST_BASELINE = -2
NOBODY_TWICE = "every child has one episode, so this is the main analysis again"
NOTHING_MISSING = "no trait allowed for is missing, so this is the main analysis again"
NOT_ACROSS = "too few therapists worked in more than one format"
THERAPISTS_MISSING = "the therapist is not recorded for every child"
FEWEST_ACROSS = 2


def ask_goals_before(identity: Comparison, evidence: Evidence) -> Comparison:
    """Ask with only the goals known to be set before the format was chosen."""
    goals = evidence.cohort.goals
    return _ask_of_goals(identity, evidence, (goals["set_before_format"] == 1).to_numpy())


def ask_lowest_baseline(identity: Comparison, evidence: Evidence) -> Comparison:
    """Ask with only the goals that started two levels below the expected one."""
    goals = evidence.cohort.goals
    return _ask_of_goals(identity, evidence, (goals["baseline"] == LOWEST_BASELINE).to_numpy())


def ask_independent_raters(identity: Comparison, evidence: Evidence) -> Comparison:
    """Ask with only the reviews rated by someone other than the treating therapist."""
    reviews = evidence.records.reviews
    other = (reviews["rater"].notna() & (reviews["rater"] != RATERS[0])).to_numpy()
    records = replace(evidence.records, reviews=reviews[other].reset_index(drop=True))
    rates = measure_progress(score_goals(records, evidence.settings), evidence.settings).table
    outcome, n_goals = average_goals(evidence, rates, rates["rate"].to_numpy())
    return compare_part(identity, evidence, n_goals > 0, outcome, n_goals)


def ask_twelve_weeks(identity: Comparison, evidence: Evidence) -> Comparison:
    """Ask about the level nearest to one term after the start, minus the start level."""
    settings, scored = evidence.settings, evidence.scored
    levels = scored.levels
    apart = (levels["week"] - settings.rate_weeks).abs()
    near = levels.assign(apart=apart)[apart <= settings.review_weeks / 2]
    near = near.sort_values(["goal", "apart", "week"], kind="stable").drop_duplicates("goal")
    level = np.full(len(scored.table), np.nan)
    level[near["goal"].to_numpy()] = near["attainment"].to_numpy()
    goals = scored.table.iloc[evidence.cohort.goals.index]
    change = level[evidence.cohort.goals.index] - goals["baseline"].to_numpy()
    outcome, n_goals = average_goals(evidence, goals, change)
    return compare_part(identity, evidence, n_goals > 0, outcome, n_goals)


def ask_attained(identity: Comparison, evidence: Evidence) -> Comparison:
    """Ask about the percentage of a child's goals attained at the end of the window."""
    goals = evidence.cohort.goals
    attained = evidence.scored.table["attained"].to_numpy(float)[goals.index]
    share = np.where(goals["at_end"].to_numpy(), 100.0 * attained, np.nan)
    outcome, n_goals = average_goals(evidence, goals, share)
    return compare_part(identity, evidence, n_goals > 0, outcome, n_goals)


def ask_availability(identity: Comparison, evidence: Evidence) -> Comparison:
    """Ask of the children whose format was decided by where there was room."""
    kept = (evidence.table["reason_for_format"] == "availability").to_numpy(bool, na_value=False)
    return compare_part(identity, evidence, kept)


def ask_as_delivered(identity: Comparison, evidence: Evidence) -> Comparison:
    """Ask of the children whose attended sessions mostly followed the plan."""
    return compare_part(identity, evidence, delivered_as_planned(evidence))


def delivered_as_planned(evidence: Evidence) -> np.ndarray:
    """Tell for each child compared whether the attended sessions mostly followed the plan.

    Individual and group: at least the setting's share of sessions of that kind. Combined: both
    kinds, neither with more than that share. A child with several episodes is never counted,
    because sessions name the child only.

    Args:
        evidence: the children compared (n of them).
    """
    sessions, table = evidence.records.sessions, evidence.table
    came = sessions[~(sessions["attended"] == 0)]
    episodes = evidence.records.episodes
    once = episodes.drop_duplicates("child_id", keep=False)
    position = pd.Index(once["child_id"]).get_indexer(came["child_id"])
    row = np.full(len(came), -1)
    row[position >= 0] = episode_rows(evidence, once["episode_id"].iloc[position[position >= 0]])
    alone = (came["delivered"] == FORMATS[0]).to_numpy(float)
    known = row >= 0
    n = np.bincount(row[known], minlength=len(table))
    share = np.bincount(row[known], alone[known], minlength=len(table)) / np.maximum(n, 1)
    most = evidence.settings.delivered_share
    planned = table["format"].to_numpy()
    followed = np.select(
        [planned == FORMATS[0], planned == FORMATS[1]],
        [share >= most, 1 - share >= most],
        (share <= most) & (1 - share <= most),
    )
    return (n > 0) & followed.astype(bool)


def ask_one_episode(identity: Comparison, evidence: Evidence) -> Comparison:
    """Ask with one episode for each child: the one whose code comes first."""
    table = evidence.table
    order = table["episode_id"].map(_natural_order)
    first = (
        table.assign(order=order)
        .sort_values(["child_id", "order"], kind="stable")
        .drop_duplicates("child_id")
        .index
    )
    if len(first) == len(table):
        return withheld_comparison(identity, NOBODY_TWICE)
    return compare_part(identity, evidence, table.index.isin(first))


def ask_complete(identity: Comparison, evidence: Evidence) -> Comparison:
    """Ask of the children with every trait recorded that the main analysis allows for."""
    columns = evidence.covariates.centred.columns
    names = list(dict.fromkeys("site" if c.startswith("site ") else c for c in columns))
    complete = evidence.table[names].notna().all(axis=1).to_numpy()
    if complete.all():
        return withheld_comparison(identity, NOTHING_MISSING)
    return compare_part(identity, evidence, complete)


def ask_within_therapists(identity: Comparison, evidence: Evidence) -> Comparison:
    """Ask within therapists: each therapist's children are compared with each other."""
    therapist, table = evidence.table["therapist_id"], evidence.table
    if therapist.isna().mean() > evidence.settings.rare_share:
        return withheld_comparison(identity, THERAPISTS_MISSING)
    known = therapist.notna().to_numpy()
    formats = table[known].groupby("therapist_id")["format"].nunique()
    if (formats > 1).sum() < FEWEST_ACROSS:
        return withheld_comparison(identity, NOT_ACROSS)
    code, names = pd.factorize(therapist, sort=True)
    own = pd.DataFrame(
        (code[:, None] == np.arange(1, len(names))).astype(float),
        columns=[f"therapist {i}" for i in range(2, len(names) + 1)],
    )
    return compare_part(identity, evidence, known, always=own)


def _ask_of_goals(identity: Comparison, evidence: Evidence, chosen: np.ndarray) -> Comparison:
    goals = evidence.cohort.goals
    rate = np.where(chosen, goals["rate"].to_numpy(), np.nan)
    outcome, n_goals = average_goals(evidence, goals, rate)
    return compare_part(identity, evidence, n_goals > 0, outcome, n_goals)


def _natural_order(code: str) -> tuple[tuple[bool, int, str], ...]:
    """Give a sorting key in which the digits of a code count as numbers."""
    runs: list[str] = []
    for character in code:
        if runs and runs[-1][-1].isdigit() == character.isdigit():
            runs[-1] += character
        else:
            runs.append(character)
    return tuple((run.isdigit(), int(run) if run.isdigit() else 0, run) for run in runs)
