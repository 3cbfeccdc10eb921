"""Fit a mixed model without ever holding all rows: partitions are summed where they lie.

Comes in: partitions of rows (files, workers of a cluster, months). Goes out: first a `Survey` of
each, from which one plan is made; then a `Summary` of each, which add up; then the fit. Decided
here: all rows of an outermost group lie in one partition (checked by a digest of the labels,
without keeping them); any partition can be left out, added later, or computed elsewhere, and the
answer is that of all rows together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.errors import AnalysisError
from analysis.models.mixed.blocks import join_sums
from analysis.models.mixed.columns import Rows, Survey, arrange_rows, survey_rows
from analysis.models.mixed.nesting import Array, RandomEffect, check_levels, read_nesting
from analysis.models.mixed.plan import Plan, plan_sums
from analysis.models.mixed.repeats import replace_repeats
from analysis.models.mixed.result import MixedFit, report_solution
from analysis.models.mixed.solve import NotOrthonormalError, solve_sums
from analysis.models.mixed.sums import Sums, build_sums, count_groups
from analysis.models.regression.least_squares import read_design, read_vector


@dataclass(frozen=True, eq=False)
class PartitionSurvey:
    """What one partition says of its columns and of the groups it holds.

    Attributes:
        survey: of the columns; a few numbers.
        outermost: (m,) sorted 64-bit digests of the outermost groups' labels.
    """

    survey: Survey
    outermost: np.ndarray


@dataclass(frozen=True, eq=False)
class Summary:
    """The sums of one partition, or of several added up.

    Attributes:
        plan: the plan they were made with.
        sums: sums in which identical visits are already replaced by stand-ins.
        n_groups: per level how many groups they stand for.
    """

    plan: Plan
    sums: Sums
    n_groups: tuple[int, ...]

    @property
    def n_bytes(self) -> int:
        """Size of the numbers held, in bytes."""
        held = [self.sums.squares, self.sums.products, self.sums.cross, self.sums.n_rows]
        for level in self.sums.levels:
            held += [level.starts, level.parents, level.joined, level.multipliers, level.weights]
        return sum(array.nbytes for array in held if array is not None)

    def __repr__(self) -> str:
        """Say what it holds in one sentence."""
        names = self.plan.shape[0]
        counts = ", ".join(f"{n} {name}" for n, name in zip(self.n_groups, names, strict=True))
        return f"Summary of {self.sums.count_rows():.0f} rows ({counts}) in {self.n_bytes} bytes"


def survey_partition(
    outcome: ArrayLike, fixed: ArrayLike | pd.DataFrame, random: Sequence[RandomEffect]
) -> PartitionSurvey:
    """Look at one partition's columns; arguments as in `fit_mixed`.

    Raises:
        AnalysisError: as `fit_mixed` does of the same rows.
    """
    rows = _read_partition(outcome, fixed, random)
    labels = pd.util.hash_array(np.asarray(rows.nesting.labels[0].astype(str), dtype=object))
    return PartitionSurvey(survey_rows(rows), np.sort(labels))


def plan_summaries(surveys: Sequence[PartitionSurvey]) -> Plan:
    """Make the plan that all partitions are summed with.

    Raises:
        AnalysisError: if partitions hold different models, or one outermost group lies in two.
    """
    if not surveys:
        raise AnalysisError("Give at least one partition.")
    whole = surveys[0].survey
    for other in surveys[1:]:
        whole = whole.merge(other.survey)
    labels = np.sort(np.concatenate([value.outermost for value in surveys]))
    n_twice = int((np.diff(labels.view(np.int64)) == 0).sum())
    if n_twice:
        raise AnalysisError(
            f"{n_twice} groups of the outermost level ({whole.shape[0][0]}) have rows in more than "
            "one partition. Partition by that level, so that each lies in one."
        )
    return plan_sums(whole)


def summarise(
    outcome: ArrayLike,
    fixed: ArrayLike | pd.DataFrame,
    random: Sequence[RandomEffect],
    plan: Plan | None = None,
) -> Summary:
    """Sum one partition; arguments as in `fit_mixed`.

    Args:
        outcome: (n,).
        fixed: (n, p).
        random: levels of random effects, outermost first.
        plan: from `plan_summaries` of all partitions; None when there is only this one.

    Raises:
        AnalysisError: as `fit_mixed` does of the same rows, or if they contradict the plan.
    """
    rows = _read_partition(outcome, fixed, random)
    plan = plan_sums(survey_rows(rows)) if plan is None else plan
    sums = build_sums(rows, plan)
    return Summary(plan, replace_repeats(sums), count_groups(sums))


def add_summaries(summaries: Sequence[Summary]) -> Summary:
    """Add up the summaries of partitions.

    Raises:
        AnalysisError: if they were not made with one plan.
    """
    if not summaries:
        raise AnalysisError("Give at least one summary.")
    first = summaries[0].plan
    if not all(_same_plan(first, summary.plan) for summary in summaries[1:]):
        raise AnalysisError(
            "These summaries were made with different plans. Survey all partitions, make one plan "
            "with `plan_summaries`, and summarise each with it."
        )
    counts = np.array([summary.n_groups for summary in summaries]).sum(axis=0)
    whole = join_sums([summary.sums for summary in summaries])
    return Summary(first, replace_repeats(whole), tuple(int(n) for n in counts))


def fit_summaries(summaries: Summary | Sequence[Summary], method: str = "reml") -> MixedFit:
    """Fit a mixed model to the summaries of all partitions.

    The answer is that of `fit_mixed` on all rows, without predictions for single groups.

    Raises:
        AnalysisError: as `fit_mixed` does, or if the fixed columns are so nearly dependent that
            the rows themselves are needed.
    """
    if method not in ("reml", "ml"):
        raise AnalysisError(f'The method is "reml" or "ml", not "{method}".')
    if isinstance(summaries, Summary):
        summaries = [summaries]
    whole = add_summaries(list(summaries))
    try:
        solution = solve_sums(whole.sums, whole.plan, method == "reml", n_groups=whole.n_groups)
    except NotOrthonormalError as error:
        raise AnalysisError(
            "Sums cannot tell these fixed columns apart: one can almost be computed from others, "
            "or together they almost give the outcome. Drop one, or fit the rows themselves."
        ) from error
    return report_solution(solution, pd.Index(whole.plan.shape[3]), method)


def _read_partition(
    outcome: ArrayLike, fixed: ArrayLike | pd.DataFrame, random: Sequence[RandomEffect]
) -> Rows:
    check_levels(random)
    names, columns = read_design(fixed)
    values = read_vector(outcome, len(columns), "outcome")
    nesting = read_nesting([effect.groups for effect in random], len(values))
    return arrange_rows(nesting, random, names, columns, values)


def _same_plan(one: Plan, other: Plan) -> bool:
    if one is other:
        return True
    arrays: list[tuple[Array, Array]] = [
        (one.mixing, other.mixing),
        (one.anchors, other.anchors),
        (one.column_scale, other.column_scale),
        (one.column_order, other.column_order),
        *zip(one.scales, other.scales, strict=False),
    ]
    return (
        one.shape == other.shape
        and one.bases == other.bases
        and one.outcome_shift == other.outcome_shift
        and one.outcome_scale == other.outcome_scale
        and all(np.array_equal(first, second) for first, second in arrays)
    )
