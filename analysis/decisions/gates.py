"""May these formats be compared at all, and how far may the answer be leaned on?

In: the children compared, how alike they were, and the analyses. Out: `Gate`s: for each pair of
formats, in a fixed order, what was asked, what was found and what was needed. Decisions: size and
precision are both gates, so that a small clinic does not pass by being small; gates that fail say
which rule, with its numbers, so that words can name the remedy (METHODS.md, "Gates").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.comparison.analysis_set import AnalysisSet
from analysis.comparison.arms import (
    Sides,
    count_sides,
    format_codes,
    formats_among,
)
from analysis.comparison.covariates import SITE, trait_of
from analysis.comparison.result import PAIRS, Comparison, PairOfFormats
from analysis.comparison.timing import Timing, check_timing
from analysis.comparison.weighting import Weighting
from analysis.decisions.gates_of_weeks import find_short, find_timing_rule
from analysis.decisions.labels import agrees, lies_inside
from analysis.measures.cohort import Cohort, number_labels
from analysis.records.load import Records
from analysis.records.schema import FORMATS, RATERS
from analysis.settings import Settings
from analysis.vocabulary import BLOCKING, GateName, GateRule

FROM_GOALS = ("social_share", "baseline")


@dataclass(frozen=True)
class Gate:
    """One question asked of one pair of formats before anything is said.

    Attributes:
        name: one of `vocabulary.GateName`, in their order.
        this, than: the pair.
        passed: whether the rule holds.
        rule: which rule of the gate decided, e.g. "few_groups"; "" when passed.
        therapy_format: the format the rule is about, or "".
        have: what was found, in the rule's unit; NaN when there is none.
        need: what was needed.
    """

    name: GateName
    this: str
    than: str
    passed: bool
    rule: GateRule = ""
    therapy_format: str = ""
    have: float = float("nan")
    need: float = float("nan")


@dataclass(frozen=True)
class Fault:
    """Why a gate does not pass; the attributes are those of `Gate`."""

    rule: GateRule
    therapy_format: str = ""
    have: float = float("nan")
    need: float = float("nan")

    def close(self, name: GateName, pair: PairOfFormats) -> Gate:
        """Give the gate that this fault closes."""
        return Gate(name, *pair, False, self.rule, self.therapy_format, self.have, self.need)


@dataclass(frozen=True, eq=False)
class _Stages:
    """What the gates look at."""

    analysis_set: AnalysisSet
    weighting: Weighting
    analyses: Mapping[str, Comparison]

    @property
    def settings(self) -> Settings:
        return self.analysis_set.settings

    @property
    def cohort(self) -> Cohort:
        return self.analysis_set.cohort

    @property
    def primary(self) -> Comparison:
        return self.analyses["primary"]

    @cached_property
    def sides(self) -> Sides:
        return count_sides(self.cohort.table)

    @cached_property
    def effective(self) -> dict[str, dict[str, float]]:
        table = self.weighting.effective
        rows = (dict(zip(table, row, strict=True)) for row in table.to_numpy())
        return dict(zip(table.index, rows, strict=True))

    @cached_property
    def not_adjusted_for(self) -> list[list[set[float]]]:
        """The values of each trait not adjusted for, in each format; places by their number."""
        table, dropped = self.cohort.table, self.analysis_set.covariates.dropped
        traits = {trait_of(column) for column in dropped} - {SITE}
        values = [table[trait].to_numpy(float) for trait in sorted(traits & set(table))]
        return [self._by_format(trait) for trait in values]

    @cached_property
    def places(self) -> list[set[float]]:
        """The places of therapy in each format, where some place is not adjusted for."""
        dropped = self.analysis_set.covariates.dropped
        seldom = {"not_recorded", "missing_too_often"}
        if not any(trait_of(c) == SITE and why not in seldom for c, why in dropped.items()):
            return [set() for _ in FORMATS]
        number = number_labels(self.cohort.table[SITE].array).astype(float)
        return self._by_format(np.where(number < 0, np.nan, number))

    def _by_format(self, values: np.ndarray) -> list[set[float]]:
        codes, known = format_codes(self.cohort.table), ~np.isnan(values)
        return [set(values[known & (codes == k)]) for k in range(len(FORMATS))]

    @cached_property
    def largest_shares(self) -> dict[tuple[str, str], float]:
        """The largest share of each format's children in one group, and with one therapist."""
        table, shares = self.cohort.table, {}
        codes = format_codes(table)
        for column in ("group_id", "therapist_id"):
            number = number_labels(table[column].array)
            for k, therapy_format in enumerate(FORMATS):
                size = np.bincount(number[(codes == k) & (number >= 0)])
                shares[column, therapy_format] = size.max() / size.sum() if len(size) else 0.0
        return shares

    @cached_property
    def timing(self) -> Timing:
        return check_timing(self.analysis_set)

    @cached_property
    def set_before(self) -> float:
        return goals_set_before(self.cohort)

    @cached_property
    def independent(self) -> float:
        return rated_independently(self.analysis_set.records)


def judge_pairs(
    analysis_set: AnalysisSet, weighting: Weighting, analyses: Mapping[str, Comparison]
) -> tuple[Gate, ...]:
    """Ask every gate's question of every pair of formats.

    Args:
        analysis_set: the children compared.
        weighting: how alike they were.
        analyses: comparisons by id; "primary" and "mixed_growth" are needed.

    Returns:
        For each pair, one gate for each of `vocabulary.GateName`, in order; a gate after a
        failed blocking gate is left out.

    >>> from analysis.study import run_study
    >>> study = run_study("data/sample", ask_again=False, ask_beside=False)
    >>> gates = judge_pairs(study.analysis_set, study.weighting, study.analyses)
    >>> [gate.name for gate in gates[:3]], all(gate.passed for gate in gates)
    (['describe', 'compare', 'overlap'], True)
    """
    stages = _Stages(analysis_set, weighting, analyses)
    gates: list[Gate] = []
    for pair in PAIRS:
        for name, question in _QUESTIONS.items():
            fault = question(stages, pair)
            gates.append(fault.close(name, pair) if fault else Gate(name, *pair, True))
            if fault and name in BLOCKING:
                break
    return tuple(gates)


def _describe(stages: _Stages, pair: PairOfFormats) -> Fault | None:
    settings, present = stages.settings, formats_among(stages.analysis_set.records.episodes)
    for therapy_format in pair:
        if therapy_format not in present:
            return Fault("absent", therapy_format, 0, settings.compare_children)
    for therapy_format in pair:
        n = stages.sides[therapy_format]["n_children"]
        if n < settings.describe_children:
            return Fault("few_children", therapy_format, n, settings.compare_children)
    return None


def _compare(stages: _Stages, pair: PairOfFormats) -> Fault | None:
    short = find_short(stages.analysis_set.weeks, pair)
    if short:
        return Fault("weeks_apart", short, need=stages.settings.common_weeks)
    return judge_size(stages.sides, stages.primary, pair, stages.settings)


def judge_size(
    sides: Sides, comparison: Comparison, pair: PairOfFormats, settings: Settings
) -> Fault | None:
    """Ask whether enough children and therapy groups stand behind a pair to compare it.

    Args:
        sides: children and therapy groups of each format that were compared.
        comparison: what was made of them.
        pair: the two formats.
        settings: the rules' numbers.

    Returns:
        None when there are enough; else the first fault.
    """
    for therapy_format in pair:
        n = sides[therapy_format]["n_children"]
        if n < settings.compare_children:
            return Fault("few_children", therapy_format, n, settings.compare_children)
    for therapy_format in pair:
        if therapy_format == FORMATS[0]:
            continue
        side = sides[therapy_format]
        if side["share_without_group"] > settings.rare_share:
            return Fault("groups_not_recorded", therapy_format, 0, settings.compare_groups)
        if side["n_groups"] < settings.compare_groups:
            return Fault("few_groups", therapy_format, side["n_groups"], settings.compare_groups)
    if comparison.withheld:
        return Fault("design")
    row = comparison.pair(*pair)
    if not row["std_error"] >= settings.least_std_error or not np.isfinite(row["estimate"]):
        return Fault("no_spread")
    if row["df"] < settings.compare_df:
        return Fault("low_df", have=row["df"], need=settings.compare_df)
    return None


def _overlap(stages: _Stages, pair: PairOfFormats) -> Fault | None:
    weighting, settings = stages.weighting, stages.settings
    if weighting.withheld or _decides_format(stages, pair):
        return Fault("separated")
    for therapy_format in pair:
        row = stages.effective[therapy_format]
        need = max(settings.overlap_n_effective, settings.overlap_share * row["n_children"])
        if row["n_effective"] < need:
            return Fault("n_effective", therapy_format, row["n_effective"], need)
        if row["rare_share"] > settings.rare_share:
            return Fault("rare", therapy_format, row["rare_share"], settings.rare_share)
    balance = weighting.balance
    rows = zip(balance["this"], balance["than"], balance["after"], strict=True)
    largest = max((abs(after) for this, than, after in rows if (this, than) == pair), default=0.0)
    if largest > settings.overlap_smd:
        return Fault("unlike", have=largest, need=settings.overlap_smd)
    return None


def _decides_format(stages: _Stages, pair: PairOfFormats) -> bool:
    """Tell whether a trait not adjusted for is one value in one format and another in the other.

    Such a trait is a sum of the formats' own columns, so the weighting never sees it. So is a
    place: no place of one format is then a place of the other.
    """
    this, than = (FORMATS.index(therapy_format) for therapy_format in pair)
    here, there = stages.places[this], stages.places[than]
    return bool(here and there and not here & there) or any(
        len(seen[this]) == len(seen[than]) == 1 and seen[this] != seen[than]
        for seen in stages.not_adjusted_for
    )


def _adjustment(stages: _Stages, pair: PairOfFormats) -> Fault | None:
    recorded = set(stages.analysis_set.covariates.centred.columns) - set(FROM_GOALS)
    need = stages.settings.fewest_traits
    return Fault("few_traits", have=len(recorded), need=need) if len(recorded) < need else None


def _precision(stages: _Stages, pair: PairOfFormats) -> Fault | None:
    row, settings = stages.primary.pair(*pair), stages.settings
    half_width = (row["conf_high"] - row["conf_low"]) / 2
    widest = settings.precision_multiple * settings.margin
    return Fault("imprecise", have=half_width, need=widest) if half_width > widest else None


def _agreement(stages: _Stages, pair: PairOfFormats) -> Fault | None:
    """Ask whether the growth model of every review supports the main analysis."""
    row, growth = (stages.analyses[id].pair(*pair) for id in ("primary", "mixed_growth"))
    if not np.isfinite(growth["estimate"]):
        return Fault("growth_unanswered")
    if not lies_inside(row, growth):
        return Fault("growth_apart")
    settled = row["conf_low"] > 0 or row["conf_high"] < 0
    return Fault("growth_apart") if settled and not agrees(row, growth, stages.settings) else None


def _timing(stages: _Stages, pair: PairOfFormats) -> Fault | None:
    """Ask whether the weeks reviewed, or the weeks asked about, make the difference."""
    rule = find_timing_rule(stages.timing, stages.primary.pair(*pair), pair, stages.settings)
    return Fault(rule) if rule else None


def missing_at_end(cohort: Cohort) -> dict[str, float]:
    """Give the share of each format's children with a start level but none at the end.

    Args:
        cohort: the children compared and the flow they came through.
    """
    started, stayed = cohort.started, cohort.stayed
    return {f: 1 - stayed[f] / started[f] if started[f] else float("nan") for f in FORMATS}


def _attrition(stages: _Stages, pair: PairOfFormats) -> Fault | None:
    missing, settings = missing_at_end(stages.cohort), stages.settings
    for therapy_format in pair:
        if missing[therapy_format] > settings.attrition_share:
            return Fault(
                "many_missing", therapy_format, missing[therapy_format], settings.attrition_share
            )
    apart = abs(missing[pair[0]] - missing[pair[1]])
    if apart > settings.attrition_difference:
        more = max(pair, key=missing.__getitem__)
        return Fault("uneven_missing", more, apart, settings.attrition_difference)
    return None


def goals_set_before(cohort: Cohort) -> float:
    """Give the share of goals known to be set before the format; NaN when never recorded.

    Args:
        cohort: the goals compared.
    """
    return float(cohort.goals["set_before_format"].mean())


def rated_independently(records: Records) -> float:
    """Give the share of reviews rated by anyone but the treating therapist; NaN if unknown.

    Args:
        records: the reviews.
    """
    rater = records.reviews["rater"].array.codes
    known = rater[rater >= 0]
    treating = RATERS.index("treating_therapist")
    return float((known != treating).mean()) if len(known) else float("nan")


def _measurement(stages: _Stages, pair: PairOfFormats) -> Fault | None:
    before, independent, settings = stages.set_before, stages.independent, stages.settings
    if np.isnan(before):
        return Fault("goal_timing_not_recorded")
    if 1 - before > settings.after_format_share:
        return Fault("goals_after_format", have=1 - before, need=settings.after_format_share)
    if np.isnan(independent):
        return Fault("raters_not_recorded")
    return Fault("one_kind_of_rater", have=0.0) if independent == 0 else None


def _dominance(stages: _Stages, pair: PairOfFormats) -> Fault | None:
    largest_share = stages.settings.dominance_share
    asked: tuple[tuple[str, GateRule], ...]
    asked = (("group_id", "one_group"), ("therapist_id", "one_therapist"))
    for therapy_format in pair:
        for column, rule in asked:
            share = stages.largest_shares[column, therapy_format]
            if share > largest_share:
                return Fault(rule, therapy_format, float(share), largest_share)
    return None


_QUESTIONS: Mapping[GateName, Callable[[_Stages, PairOfFormats], Fault | None]] = {
    "describe": _describe,
    "compare": _compare,
    "overlap": _overlap,
    "adjustment": _adjustment,
    "precision": _precision,
    "agreement": _agreement,
    "timing": _timing,
    "attrition": _attrition,
    "measurement": _measurement,
    "dominance": _dominance,
}
