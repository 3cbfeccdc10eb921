"""The same question asked of part of the children, the goals or the reviews.

In: an `AnalysisSet`. Out: one `Comparison` for each way of asking. Decisions: a part of the
children is compared only where every format keeps enough of them, enough rows are left over the
columns, and a pair has enough independent children and therapy groups; a goal or review that is
left out changes its child's rate and not the child's traits; "as delivered" is a question about
children who received what was planned, never a new classification (who stays in a plan is not
decided on the first day); METHODS.md, "How sure?".
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.comparison.analysis_set import AnalysisSet, average_goals, episode_rows
from analysis.comparison.arms import keep_large_formats, keep_rows
from analysis.comparison.contrasts import compare_rates, compare_within, drop_unsure_pairs
from analysis.comparison.covariates import narrow_covariates
from analysis.comparison.places import trait_of
from analysis.comparison.result import Comparison, withheld_comparison
from analysis.measures.progress import measure_progress
from analysis.measures.scoring import score_goals
from analysis.records.schema import FORMATS, LOWEST_LEVEL, RATERS


def compare_part(
    identity: Comparison,
    analysis_set: AnalysisSet,
    kept: np.ndarray,
    outcome: np.ndarray | None = None,
    n_goals: np.ndarray | None = None,
) -> Comparison:
    """Compare the formats among some of the children, or by another outcome.

    Args:
        identity: id and unit of the answer.
        analysis_set: all children compared.
        kept: (n,) True for the children asked about.
        outcome: (n,) what is compared, NaN where unknown; the main analysis's rate when None.
        n_goals: (n,) goals behind it; those of the main analysis when None.

    Returns:
        The comparison; withheld with its reason when too little is left.
    """
    table, settings = analysis_set.table, analysis_set.settings
    outcome = table["rate"].to_numpy() if outcome is None else outcome
    n_goals = table["n_goals"].to_numpy() if n_goals is None else n_goals
    kept = np.asarray(kept, bool) & np.isfinite(outcome)
    formats, kept = keep_large_formats(table, kept, settings.smallest_cell)
    if len(formats) < 2:
        return withheld_comparison(identity, "few_children_left")
    some = keep_rows(table, kept, rate=outcome, n_goals=n_goals)
    columns = narrow_covariates(analysis_set.centred, kept, some, settings)
    if len(some) - len(formats) - columns.shape[1] < settings.rows_left_over:
        return withheld_comparison(identity, "few_rows_left")
    found = compare_rates(identity, some, columns, settings)
    return drop_unsure_pairs(with_outcomes(found, some), settings)


def with_outcomes(comparison: Comparison, table: pd.DataFrame) -> Comparison:
    """Give the comparison with what each episode brought in (column `rate` of `table`)."""
    brought = pd.Series(table["rate"].to_numpy(), index=pd.Index(table["episode_id"]))
    return replace(comparison, outcomes=brought)


def ask_goals_before(identity: Comparison, analysis_set: AnalysisSet) -> Comparison:
    """Ask with only the goals known to be set before the format was chosen."""
    goals = analysis_set.cohort.goals
    return _ask_of_goals(identity, analysis_set, (goals["set_before_format"] == 1).to_numpy())


def ask_lowest_baseline(identity: Comparison, analysis_set: AnalysisSet) -> Comparison:
    """Ask with only the goals that started two levels below the expected one."""
    goals = analysis_set.cohort.goals
    return _ask_of_goals(identity, analysis_set, (goals["baseline"] == LOWEST_LEVEL).to_numpy())


def ask_independent_raters(identity: Comparison, analysis_set: AnalysisSet) -> Comparison:
    """Ask with only the reviews rated by someone other than the treating therapist."""
    reviews = analysis_set.records.reviews
    other = (reviews["rater"].notna() & (reviews["rater"] != RATERS[0])).to_numpy()
    records = replace(analysis_set.records, reviews=reviews[other].reset_index(drop=True))
    rates = measure_progress(
        score_goals(records, analysis_set.settings), analysis_set.settings
    ).table
    outcome, n_goals = average_goals(analysis_set, rates, rates["rate"].to_numpy())
    return compare_part(identity, analysis_set, n_goals > 0, outcome, n_goals)


def ask_after_a_term(identity: Comparison, analysis_set: AnalysisSet) -> Comparison:
    """Ask about the level nearest to one term after the start, minus the start level."""
    change, n_goals = average_goals(
        analysis_set, analysis_set.cohort.goals, change_after_a_term(analysis_set)
    )
    return compare_part(identity, analysis_set, n_goals > 0, change, n_goals)


def ask_rate_less_change(identity: Comparison, analysis_set: AnalysisSet) -> Comparison:
    """Ask how far a goal's rate exceeds its change after one term, both in levels per term."""
    goals = analysis_set.cohort.goals
    less = goals["rate"].to_numpy() - change_after_a_term(analysis_set)
    outcome, n_goals = average_goals(analysis_set, goals, less)
    return compare_part(identity, analysis_set, n_goals > 0, outcome, n_goals)


def change_after_a_term(analysis_set: AnalysisSet) -> np.ndarray:
    """Give each goal's level nearest to one term after the start, minus its start level.

    Returns:
        One value for each row of `Cohort.goals`; NaN without a review about then.
    """
    settings, scored = analysis_set.settings, analysis_set.scored
    goal, week, attainment = (
        scored.levels[name].to_numpy() for name in ("goal", "week", "attainment")
    )
    apart = np.abs(week - settings.rate_weeks)
    order = np.lexsort((week, apart, goal))
    order = order[apart[order] <= settings.review_weeks / 2]
    nearest = order[np.flatnonzero(np.diff(goal[order], prepend=-1))]
    level = np.full(len(scored.table), np.nan)
    level[goal[nearest]] = attainment[nearest]
    goals = analysis_set.cohort.goals
    return level[goals.index] - goals["baseline"].to_numpy()


def ask_attained(identity: Comparison, analysis_set: AnalysisSet) -> Comparison:
    """Ask about the percentage of a child's goals attained at the end of the window."""
    goals = analysis_set.cohort.goals
    attained = analysis_set.scored.table["attained"].to_numpy(float)[goals.index]
    share = np.where(goals["at_end"].to_numpy(), 100.0 * attained, np.nan)
    outcome, n_goals = average_goals(analysis_set, goals, share)
    return compare_part(identity, analysis_set, n_goals > 0, outcome, n_goals)


def ask_availability(identity: Comparison, analysis_set: AnalysisSet) -> Comparison:
    """Ask of the children whose format was decided by where a place was free."""
    kept = (analysis_set.table["reason_for_format"] == "availability").to_numpy(
        bool, na_value=False
    )
    return compare_part(identity, analysis_set, kept)


def ask_as_delivered(identity: Comparison, analysis_set: AnalysisSet) -> Comparison:
    """Ask of the children whose attended sessions mostly followed the plan."""
    return compare_part(identity, analysis_set, delivered_as_planned(analysis_set))


def delivered_as_planned(analysis_set: AnalysisSet) -> np.ndarray:
    """Tell for each child compared whether the attended sessions mostly followed the plan.

    Individual and group: at least the setting's share of sessions of that kind. Combined: both
    kinds, neither with more than that share. A child with several episodes is never counted,
    because sessions name the child only.

    Args:
        analysis_set: the children compared (n of them).
    """
    sessions, table = analysis_set.records.sessions, analysis_set.table
    came = sessions[~(sessions["attended"] == 0)]
    episodes = analysis_set.records.episodes
    once = episodes.drop_duplicates("child_id", keep=False)
    position = pd.Index(once["child_id"]).get_indexer(came["child_id"])
    row = np.full(len(came), -1)
    row[position >= 0] = episode_rows(
        analysis_set, once["episode_id"].iloc[position[position >= 0]]
    )
    alone = (came["delivered"] == FORMATS[0]).to_numpy(float)
    known = row >= 0
    n = np.bincount(row[known], minlength=len(table))
    share = np.bincount(row[known], alone[known], minlength=len(table)) / np.maximum(n, 1)
    most = analysis_set.settings.delivered_share
    planned = table["format"].to_numpy()
    followed = np.select(
        [planned == FORMATS[0], planned == FORMATS[1]],
        [share >= most, 1 - share >= most],
        (share <= most) & (1 - share <= most),
    )
    return (n > 0) & followed.astype(bool)


def ask_one_episode(identity: Comparison, analysis_set: AnalysisSet) -> Comparison:
    """Ask with one episode for each child: the one whose code comes first."""
    table = analysis_set.table
    order = table["episode_id"].map(_natural_order)
    first = (
        table.assign(order=order)
        .sort_values(["child_id", "order"], kind="stable")
        .drop_duplicates("child_id")
        .index
    )
    if len(first) == len(table):
        return withheld_comparison(identity, "nobody_twice")
    return compare_part(identity, analysis_set, table.index.isin(first))


def ask_complete(identity: Comparison, analysis_set: AnalysisSet) -> Comparison:
    """Ask of the children with every trait recorded that the main analysis allows for."""
    columns = analysis_set.covariates.centred.columns
    names = list(dict.fromkeys(map(trait_of, columns)))
    complete = analysis_set.table[names].notna().all(axis=1).to_numpy()
    if complete.all():
        return withheld_comparison(identity, "nothing_missing")
    return compare_part(identity, analysis_set, complete)


def ask_within_therapists(identity: Comparison, analysis_set: AnalysisSet) -> Comparison:
    """Ask within therapists: each therapist's children are compared with each other."""
    therapist, table = analysis_set.table["therapist_id"], analysis_set.table
    if therapist.isna().mean() > analysis_set.settings.rare_share:
        return withheld_comparison(identity, "therapists_missing")
    known = therapist.notna().to_numpy()
    formats = table[known].groupby("therapist_id")["format"].nunique()
    if (formats > 1).sum() < analysis_set.settings.fewest_across:
        return withheld_comparison(identity, "few_across_formats")
    settings = analysis_set.settings
    names, known = keep_large_formats(table, known, settings.smallest_cell)
    if len(names) < 2:
        return withheld_comparison(identity, "few_children_left")
    some = keep_rows(table, known)
    columns = narrow_covariates(analysis_set.centred, known, some, settings)
    found = compare_within(identity, some, columns, therapist[known].to_numpy(), settings)
    return drop_unsure_pairs(with_outcomes(found, some), settings)


def _ask_of_goals(
    identity: Comparison, analysis_set: AnalysisSet, chosen: np.ndarray
) -> Comparison:
    goals = analysis_set.cohort.goals
    rate = np.where(chosen, goals["rate"].to_numpy(), np.nan)
    outcome, n_goals = average_goals(analysis_set, goals, rate)
    return compare_part(identity, analysis_set, n_goals > 0, outcome, n_goals)


def _natural_order(code: str) -> tuple[tuple[bool, int, str], ...]:
    """Give a sorting key in which the digits of a code count as numbers."""
    runs: list[str] = []
    for character in code:
        if runs and runs[-1][-1].isdigit() == character.isdigit():
            runs[-1] += character
        else:
            runs.append(character)
    return tuple((run.isdigit(), int(run) if run.isdigit() else 0, run) for run in runs)
