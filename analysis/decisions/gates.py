"""May these formats be compared at all, and how far may the answer be leaned on?

In: the children compared, how alike they were, and the analyses. Out: `Gate`s: for each pair of
formats, in a fixed order, what was asked, what was found and what was needed. Decisions: size and
precision are both gates, so that a small clinic does not pass by being small; gates that fail say
which rule, with its numbers, so that words can name the remedy (METHODS.md, "Gates").
"""

from __future__ import annotations

import math
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
from analysis.comparison.by_format import ByFormat, compare_by_format
from analysis.comparison.covariates import is_beside
from analysis.comparison.places import SITE, trait_of
from analysis.comparison.result import PAIRS, Comparison, PairOfFormats
from analysis.comparison.timing import Timing, check_timing
from analysis.comparison.waiting import measure_waiting
from analysis.comparison.weighting import Weighting
from analysis.decisions.error_rate import is_settled
from analysis.decisions.gate import Fault as Fault
from analysis.decisions.gate import Gate as Gate
from analysis.decisions.gates_by_format import BY_FORMAT, Question
from analysis.decisions.gates_of_weeks import find_short, find_timing_rule
from analysis.decisions.labels import agrees, lies_inside
from analysis.decisions.recorded_by_format import (
    count_together,
    find_blank_trait,
    find_unrecorded,
    goals_set_before,
    rated_by_others,
    rated_independently,
    rater_shares,
    terms_recorded,
    timing_shares,
)
from analysis.decisions.therapists import (
    SHARED_THERAPISTS,
    find_apart,
    find_kept,
    find_without_therapist,
)
from analysis.measures.cohort import Cohort, number_labels
from analysis.records.schema import FORMATS
from analysis.settings import Settings
from analysis.vocabulary import BLOCKING, GateName, GateRule

FROM_GOALS = ("social_share", "baseline")


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

    def differs(self, pair: PairOfFormats) -> bool:
        """Tell whether a pair would be called ahead, so that what could make it so matters."""
        return is_settled(self.primary.pair(*pair), self.primary, self.settings)

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
        """The values of each trait not adjusted for, in each format."""
        table, dropped = self.cohort.table, self.analysis_set.covariates.dropped
        traits = {trait_of(column) for column in dropped} - {SITE}
        values = [table[trait].to_numpy(float) for trait in sorted(traits & set(table))]
        return [self._by_format(trait) for trait in values]

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
    def by_format(self) -> ByFormat:
        return compare_by_format(self.analysis_set)

    @cached_property
    def timing(self) -> Timing:
        return check_timing(self.analysis_set)

    @cached_property
    def set_before(self) -> float:
        return goals_set_before(self.cohort)

    @cached_property
    def independent(self) -> float:
        return rated_independently(self.analysis_set.records)

    @cached_property
    def timing_known(self) -> np.ndarray:
        return timing_shares(self.analysis_set)

    @cached_property
    def raters_known(self) -> np.ndarray:
        return rater_shares(self.analysis_set)

    @cached_property
    def waited(self) -> np.ndarray:
        return measure_waiting(self.analysis_set)


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
    table, settings = stages.cohort.table, stages.settings
    fault = judge_size(stages.sides, stages.primary, pair, settings)
    if fault and fault.rule != "low_df":
        return fault
    apart = find_apart(table, pair, settings) or (find_kept(table, pair) if fault else "")
    return Fault("therapists_apart", apart, need=SHARED_THERAPISTS) if apart else fault


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
    fewest = min(sides[therapy_format]["n_children"] for therapy_format in pair)
    least = settings.least_std_error * np.sqrt(settings.compare_children / fewest)
    if not row["std_error"] >= least or not np.isfinite(row["estimate"]):
        return Fault("no_spread")
    if row["df"] < settings.compare_df:
        return Fault("low_df", have=row["df"], need=settings.compare_df)
    return None


def _overlap(stages: _Stages, pair: PairOfFormats) -> Fault | None:
    weighting, settings = stages.weighting, stages.settings
    blank = find_blank_trait(stages.analysis_set, pair)
    if blank:
        return Fault("trait_blank", blank[1], trait=blank[0])
    together = count_together(stages.analysis_set, pair)
    if together < settings.together_children:
        return Fault("places_apart", have=together, need=settings.together_children)
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

    Such a trait is a sum of the formats' own columns, so the weighting never sees it.
    """
    this, than = (FORMATS.index(therapy_format) for therapy_format in pair)
    return any(
        len(seen[this]) == len(seen[than]) == 1 and seen[this] != seen[than]
        for seen in stages.not_adjusted_for
    )


def _adjustment(stages: _Stages, pair: PairOfFormats) -> Fault | None:
    columns = stages.analysis_set.covariates.centred.columns
    recorded = {name for name in columns if not is_beside(name)} - set(FROM_GOALS)
    need = stages.settings.fewest_traits
    if len(recorded) >= need:
        unseen = stages.differs(pair) and not terms_recorded(stages.analysis_set)
        return Fault("terms_not_recorded") if unseen else None
    no_room = "no_room" in stages.analysis_set.covariates.dropped.values()
    return Fault("few_columns" if no_room else "few_traits", have=len(recorded), need=need)


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


def _waiting(stages: _Stages, pair: PairOfFormats) -> Fault | None:
    """Ask whether one format's children waited longer for their first session."""
    waited, longest = stages.waited, stages.settings.wait_weeks
    own = {therapy_format: waited[FORMATS.index(therapy_format)] for therapy_format in pair}
    later, sooner = sorted(pair, key=own.__getitem__, reverse=True)
    apart = own[later] - own[sooner]
    return Fault("late_start", later, apart, longest) if apart > longest else None


def _attrition(stages: _Stages, pair: PairOfFormats) -> Fault | None:
    missing, settings = missing_at_end(stages.cohort), stages.settings
    for therapy_format in pair:
        if missing[therapy_format] > settings.attrition_share:
            return Fault(
                "many_missing", therapy_format, missing[therapy_format], settings.attrition_share
            )
    apart = abs(missing[pair[0]] - missing[pair[1]])
    if apart > settings.attrition_difference and _beyond_chance(stages.cohort, pair, settings):
        more = max(pair, key=missing.__getitem__)
        return Fault("uneven_missing", more, apart, settings.attrition_difference)
    return None


def _beyond_chance(cohort: Cohort, pair: PairOfFormats, settings: Settings) -> bool:
    """Tell whether two shares missing at the end differ by more than chance (pooled z test)."""
    n = np.array([cohort.started[f] for f in pair])
    stayed = np.array([cohort.stayed[f] for f in pair])
    pooled = stayed.sum() / n.sum()
    error = math.sqrt(pooled * (1 - pooled) * (1 / n).sum())
    z = abs(np.subtract(*(stayed / n))) / error if error else 0.0
    return math.erfc(z / math.sqrt(2)) < settings.error_rate / len(PAIRS)


def _measurement(stages: _Stages, pair: PairOfFormats) -> Fault | None:
    before, independent, settings = stages.set_before, stages.independent, stages.settings
    if np.isnan(before):
        return Fault("goal_timing_not_recorded")
    unknown = find_unrecorded(stages.timing_known, pair, stages.analysis_set)
    if unknown:
        return Fault("goal_timing_not_recorded", unknown)
    if 1 - before > settings.after_format_share:
        return Fault("goals_after_format", have=1 - before, need=settings.after_format_share)
    if np.isnan(independent):
        return Fault("raters_not_recorded")
    unknown = find_unrecorded(stages.raters_known, pair, stages.analysis_set)
    if unknown:
        return Fault("raters_not_recorded", unknown)
    if independent == 0:
        return Fault("one_kind_of_rater", have=0.0)
    need = settings.other_raters_share
    few = stages.differs(pair) and rated_by_others(stages.by_format, pair) < need
    return Fault("mostly_own_raters", need=need) if few else None


def _dominance(stages: _Stages, pair: PairOfFormats) -> Fault | None:
    largest_share = stages.settings.dominance_share
    asked: tuple[tuple[str, GateRule], ...]
    asked = (("group_id", "one_group"), ("therapist_id", "one_therapist"))
    for therapy_format in pair:
        for column, rule in asked:
            share = stages.largest_shares[column, therapy_format]
            if share > largest_share:
                return Fault(rule, therapy_format, float(share), largest_share)
    unrecorded = find_without_therapist(stages.cohort.table, pair, stages.settings)
    return None if unrecorded is None else Fault("therapists_not_recorded", unrecorded)


def _ask_by_format(question: Question) -> Callable[[_Stages, PairOfFormats], Fault | None]:
    """Ask one of `BY_FORMAT` as the other questions are asked."""

    def ask(stages: _Stages, pair: PairOfFormats) -> Fault | None:
        return question(stages.by_format, pair, stages.primary.pair(*pair), stages.settings)

    return ask


_QUESTIONS: Mapping[GateName, Callable[[_Stages, PairOfFormats], Fault | None]] = {
    "describe": _describe,
    "compare": _compare,
    "overlap": _overlap,
    "adjustment": _adjustment,
    "precision": _precision,
    "agreement": _agreement,
    "timing": _timing,
    "waiting": _waiting,
    "attrition": _attrition,
    "measurement": _measurement,
    "dominance": _dominance,
    **{name: _ask_by_format(question) for name, question in BY_FORMAT.items()},
}
