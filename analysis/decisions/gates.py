"""May these formats be compared at all, and how far may the answer be leaned on?

In: the study's stages. Out: `Gate`s: for each pair of formats, in a fixed order, what was
asked, what was found and what was needed. Decision taken here: size and precision are both
gates, so that a small clinic does not pass by being small; gates that fail say which rule,
with its numbers, so that `findings.sentences` can name the remedy (METHODS.md, "Gates").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.comparison.arms import (
    Sides,
    count_sides,
    format_codes,
    formats_among,
)
from analysis.comparison.covariates import Covariates
from analysis.comparison.result import PAIRS, Comparison
from analysis.comparison.weighting import Weighting
from analysis.decisions.concordance import agrees, lies_inside
from analysis.measures.cohort import Cohort, number_labels
from analysis.records.load import Records
from analysis.records.schema import FORMATS, RATERS
from analysis.settings import Settings

FROM_GOALS = ("social_share", "baseline")
BLOCKING = ("describe", "compare", "overlap")
LEAST_ERROR = 0.005  # less would be printed as a standard error of 0.00


@dataclass(frozen=True)
class Gate:
    """One question asked of one pair of formats before anything is said.

    Attributes:
        name: one of `GATES`.
        this, than: the pair.
        passed: whether the rule holds.
        rule: which rule of the gate decided, e.g. "few_groups"; "" when passed.
        therapy_format: the format the rule is about, or "".
        have: what was found, in the rule's unit; NaN when there is none.
        need: what was needed.
    """

    name: str
    this: str
    than: str
    passed: bool
    rule: str = ""
    therapy_format: str = ""
    have: float = float("nan")
    need: float = float("nan")


@dataclass(frozen=True, eq=False)
class _Evidence:
    """What the gates look at."""

    records: Records
    cohort: Cohort
    covariates: Covariates
    weighting: Weighting
    analyses: Mapping[str, Comparison]
    settings: Settings

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
        """The values of each trait not adjusted for, in each format."""
        table = self.cohort.table
        own = [format_codes(table) == k for k in range(len(FORMATS))]
        traits = (table[name].to_numpy() for name in set(self.covariates.dropped) & set(table))
        return [[set(trait[rows & ~np.isnan(trait)]) for rows in own] for trait in traits]

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
    def set_before(self) -> float:
        return goals_set_before(self.cohort)

    @cached_property
    def independent(self) -> float:
        return rated_independently(self.records)


Pair = tuple[str, str]
Fault = dict[str, object]


def judge_pairs(
    records: Records,
    cohort: Cohort,
    covariates: Covariates,
    weighting: Weighting,
    analyses: Mapping[str, Comparison],
    settings: Settings,
) -> tuple[Gate, ...]:
    """Ask every gate's question of every pair of formats.

    Args:
        records: what the clinic handed in.
        cohort: who is compared.
        covariates: what is allowed for.
        weighting: how alike they were.
        analyses: comparisons by id; "primary" and "mixed_growth" are needed.
        settings: the rules' numbers.

    Returns:
        For each pair, one gate for each of `GATES`, in order; a gate after a failed blocking
        gate is left out.
    """
    evidence = _Evidence(records, cohort, covariates, weighting, analyses, settings)
    gates: list[Gate] = []
    for pair in PAIRS:
        for name, question in _QUESTIONS.items():
            fault = question(evidence, pair)
            gates.append(Gate(name, *pair, not fault, **fault))
            if fault and name in BLOCKING:
                break
    return tuple(gates)


def _fault(
    rule: str, therapy_format: str = "", have: float = np.nan, need: float = np.nan
) -> Fault:
    return {"rule": rule, "therapy_format": therapy_format, "have": have, "need": need}


def _describe(evidence: _Evidence, pair: Pair) -> Fault:
    settings, present = evidence.settings, formats_among(evidence.records.episodes)
    for therapy_format in pair:
        if therapy_format not in present:
            return _fault("absent", therapy_format, 0, settings.compare_children)
    for therapy_format in pair:
        n = evidence.sides[therapy_format]["n_children"]
        if n < settings.describe_children:
            return _fault("few_children", therapy_format, n, settings.compare_children)
    return {}


def _compare(evidence: _Evidence, pair: Pair) -> Fault:
    return judge_size(evidence.sides, evidence.primary, pair, evidence.settings)


def judge_size(sides: Sides, comparison: Comparison, pair: Pair, settings: Settings) -> Fault:
    """Ask whether enough children and therapy groups stand behind a pair to compare it.

    Args:
        sides: children and therapy groups of each format that were compared.
        comparison: what was made of them.
        pair: the two formats.
        settings: the rules' numbers.

    Returns:
        Empty when there are enough; else rule, therapy_format, have, need of the first fault.
    """
    for therapy_format in pair:
        n = sides[therapy_format]["n_children"]
        if n < settings.compare_children:
            return _fault("few_children", therapy_format, n, settings.compare_children)
    for therapy_format in pair:
        if therapy_format == FORMATS[0]:
            continue
        side = sides[therapy_format]
        if side["share_without_group"] > settings.rare_share:
            return _fault("groups_not_recorded", therapy_format, 0, settings.compare_groups)
        if side["n_groups"] < settings.compare_groups:
            return _fault("few_groups", therapy_format, side["n_groups"], settings.compare_groups)
    if comparison.withheld:
        return _fault("design")
    row = comparison.pair(*pair)
    if not row["std_error"] >= LEAST_ERROR or not np.isfinite(row["estimate"]):
        return _fault("no_spread")
    if row["df"] < settings.compare_df:
        return _fault("low_df", have=row["df"], need=settings.compare_df)
    return {}


def _overlap(evidence: _Evidence, pair: Pair) -> Fault:
    weighting, settings = evidence.weighting, evidence.settings
    if weighting.withheld or _decides_format(evidence, pair):
        return _fault("separated")
    for therapy_format in pair:
        row = evidence.effective[therapy_format]
        need = max(settings.overlap_n_effective, settings.overlap_share * row["n_children"])
        if row["n_effective"] < need:
            return _fault("n_effective", therapy_format, row["n_effective"], need)
        if row["rare_share"] > settings.rare_share:
            return _fault("rare", therapy_format, row["rare_share"], settings.rare_share)
    balance = weighting.balance
    rows = zip(balance["this"], balance["than"], balance["after"], strict=True)
    largest = max((abs(after) for this, than, after in rows if (this, than) == pair), default=0.0)
    if largest > settings.overlap_smd:
        return _fault("unlike", have=largest, need=settings.overlap_smd)
    return {}


def _decides_format(evidence: _Evidence, pair: Pair) -> bool:
    """Tell whether a trait not adjusted for is one value in one format and another in the other.

    Such a trait is a sum of the formats' own columns, so the weighting never sees it.
    """
    this, than = (FORMATS.index(therapy_format) for therapy_format in pair)
    return any(
        len(seen[this]) == len(seen[than]) == 1 and seen[this] != seen[than]
        for seen in evidence.not_adjusted_for
    )


def _adjustment(evidence: _Evidence, pair: Pair) -> Fault:
    recorded = set(evidence.covariates.centred.columns) - set(FROM_GOALS)
    need = evidence.settings.fewest_traits
    return _fault("few_traits", have=len(recorded), need=need) if len(recorded) < need else {}


def _precision(evidence: _Evidence, pair: Pair) -> Fault:
    row, settings = evidence.primary.pair(*pair), evidence.settings
    half_width = (row["conf_high"] - row["conf_low"]) / 2
    widest = settings.precision_multiple * settings.margin
    return _fault("imprecise", have=half_width, need=widest) if half_width > widest else {}


def _agreement(evidence: _Evidence, pair: Pair) -> Fault:
    """Ask whether the growth model of every review supports the main analysis."""
    row, growth = (evidence.analyses[id].pair(*pair) for id in ("primary", "mixed_growth"))
    if not np.isfinite(growth["estimate"]):
        return _fault("growth_unanswered")
    if not lies_inside(row, growth):
        return _fault("growth_apart")
    settled = row["conf_low"] > 0 or row["conf_high"] < 0
    return _fault("growth_apart") if settled and not agrees(row, growth, evidence.settings) else {}


def missing_at_end(cohort: Cohort) -> dict[str, float]:
    """Give the share of each format's children with a start level but none at the end.

    Args:
        cohort: the children compared and the flow they came through.
    """
    started, stayed = cohort.started, cohort.stayed
    return {f: 1 - stayed[f] / started[f] if started[f] else float("nan") for f in FORMATS}


def _attrition(evidence: _Evidence, pair: Pair) -> Fault:
    missing, settings = missing_at_end(evidence.cohort), evidence.settings
    for therapy_format in pair:
        if missing[therapy_format] > settings.attrition_share:
            return _fault(
                "many_missing", therapy_format, missing[therapy_format], settings.attrition_share
            )
    apart = abs(missing[pair[0]] - missing[pair[1]])
    if apart > settings.attrition_difference:
        more = max(pair, key=missing.__getitem__)
        return _fault("uneven_missing", more, apart, settings.attrition_difference)
    return {}


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


def _measurement(evidence: _Evidence, pair: Pair) -> Fault:
    before, independent, settings = evidence.set_before, evidence.independent, evidence.settings
    if np.isnan(before):
        return _fault("goal_timing_not_recorded")
    if 1 - before > settings.after_format_share:
        return _fault("goals_after_format", have=1 - before, need=settings.after_format_share)
    if np.isnan(independent):
        return _fault("raters_not_recorded")
    return _fault("one_kind_of_rater", have=0.0) if independent == 0 else {}


def _dominance(evidence: _Evidence, pair: Pair) -> Fault:
    largest_share = evidence.settings.dominance_share
    for therapy_format in pair:
        for column, rule in (("group_id", "one_group"), ("therapist_id", "one_therapist")):
            share = evidence.largest_shares[column, therapy_format]
            if share > largest_share:
                return _fault(rule, therapy_format, float(share), largest_share)
    return {}


_QUESTIONS = {
    "describe": _describe,
    "compare": _compare,
    "overlap": _overlap,
    "adjustment": _adjustment,
    "precision": _precision,
    "agreement": _agreement,
    "attrition": _attrition,
    "measurement": _measurement,
    "dominance": _dominance,
}
GATES = tuple(_QUESTIONS)
