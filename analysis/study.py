"""Run the whole study, in order.

In: records (or where they are) and settings. Out: `Study`, which holds every stage's answer.
This room only calls stages; it computes nothing itself.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from analysis.comparison.analysis_set import Evidence
from analysis.comparison.attainment import Attainment, compare_attainment
from analysis.comparison.contrasts import (
    comparable_formats,
    compare_growth,
    compare_rates,
    keep_formats,
)
from analysis.comparison.covariates import Covariates, choose_covariates
from analysis.comparison.effort import Effort, compare_what_it_took
from analysis.comparison.growth_model import MixedGrowth, compare_mixed_growth
from analysis.comparison.home_practice import Practice, relate_practice
from analysis.comparison.result import Comparison, new_comparison, withheld_comparison
from analysis.comparison.sensitivity import Sensitivity, ask_otherwise
from analysis.comparison.subgroups import Depends, ask_whether_it_depends
from analysis.comparison.weighting import Weighting, weigh_children
from analysis.computing import one_thread
from analysis.decisions.claims import Claim, judge_claims
from analysis.decisions.decide import Findings, decide_findings, label_comparison
from analysis.decisions.gates import judge_pairs
from analysis.measures.cohort import Cohort, choose_cohort
from analysis.measures.progress import Progress, measure_progress
from analysis.measures.scoring import ScoredGoals, score_goals
from analysis.records.load import Records, read_records
from analysis.settings import Settings

TITLES = MappingProxyType(
    {
        "primary": "Main analysis: each child's rate, adjusted",
        "growth_regression": "All reviews at once, adjusted",
        "overlap_weighted": "Children weighted until alike",
        "overlap_weighted_adjusted": "Weighted until alike, and adjusted",
        "mixed_growth": "Growth of every goal, nested spreads",
    }
)


@dataclass(frozen=True, eq=False)
class Study:
    """Every stage's answer, from records to findings.

    Attributes:
        records, scored, progress, cohort: the children, their goals, rates, and who is compared.
        covariates, weighting: what is adjusted for; how alike the children were.
        comparison: the primary comparison, labelled.
        analyses: the same question asked in several ways, by id; "primary" first.
        growth: the growth model's spreads, and its answer before it was labelled.
        findings: gates and decisions.
        depends: whether the difference goes with the kind of goal, the child, the area of life.
        attainment: shares of goals attained by week.
        effort: level at the end, gain for sessions and therapist hours.
        practice: how progress goes with practice at home. These four are None when they were
            not asked for.
        sensitivity: everything asked beside the main analysis; None when it was not asked for.
        claims: seven claims and how they fare; None when not asked for.
        settings: every choice made beforehand.
    """

    records: Records
    scored: ScoredGoals
    progress: Progress
    cohort: Cohort
    covariates: Covariates
    weighting: Weighting
    analyses: Mapping[str, Comparison]
    growth: MixedGrowth
    findings: Findings
    depends: Depends | None
    attainment: Attainment | None
    effort: Effort | None
    practice: Practice | None
    sensitivity: Sensitivity | None
    claims: tuple[Claim, ...] | None
    settings: Settings

    @property
    def comparison(self) -> Comparison:
        """The primary comparison."""
        return self.analyses["primary"]

    @property
    def gates(self) -> pd.DataFrame:
        """Every gate asked of every pair: name, this, than, passed, rule, have, need."""
        return pd.DataFrame([vars(gate) for gate in self.findings.gates])

    def __repr__(self) -> str:
        return f"{self.cohort!r} {self.findings!r}."

    def _repr_html_(self) -> str:
        from analysis.disclosure.release import protect

        return protect(self)._repr_html_()


@one_thread()
def run_study(
    records: Records | str | os.PathLike[str],
    settings: Settings | None = None,
    *,
    ask_again: bool = True,
    ask_beside: bool = True,
) -> Study:
    """Run the study on records, or on the file or folder that holds them.

    Args:
        records: `Records`, or a path that `read_records` takes.
        settings: every choice that could change a result; the defaults when None.
        ask_again: whether to ask the question in every other way too; without it the answer
            is the same and comes sooner.
        ask_beside: whether to ask the other questions too (does it depend, how soon, at what
            effort, practice at home); without them only `publish_answer` has all it needs.

    Raises:
        RecordsError: if the records cannot be trusted.
    """
    settings = settings or Settings()
    if not isinstance(records, Records):
        records = read_records(records)
    scored = score_goals(records, settings)
    progress = measure_progress(scored, settings)
    cohort = choose_cohort(records, progress)
    compared = keep_formats(cohort.table, comparable_formats(cohort.table, settings))
    covariates = choose_covariates(compared, settings)
    weighting = weigh_children(compared, covariates, settings)
    evidence = Evidence(records, scored, cohort, compared, covariates, settings)
    analyses, growth = _ask_main_ways(evidence, weighting, ask_again)
    sensitivity = ask_otherwise(evidence, analyses["primary"]) if ask_again else None
    analyses |= sensitivity.comparisons if sensitivity else {}
    gates = judge_pairs(records, cohort, covariates, weighting, analyses, settings)
    findings = decide_findings(gates, analyses, settings)
    labelled = {
        name: label_comparison(comparison, findings, settings)
        for name, comparison in analyses.items()
    }
    depends = attainment = effort = practice = claims = None
    centred = covariates.centred
    if ask_beside:
        depends = ask_whether_it_depends(cohort, compared, centred, settings)
        attainment = compare_attainment(scored, cohort, compared, centred, settings)
        effort = compare_what_it_took(records, scored, cohort, compared, centred, settings)
        practice = relate_practice(records, scored, cohort, settings)
    if sensitivity and ask_beside:
        raters = sensitivity.carry_over
        claims = judge_claims(cohort.table, depends, practice, raters, findings, settings)
    return Study(
        records,
        scored,
        progress,
        cohort,
        covariates,
        weighting,
        MappingProxyType(labelled),
        growth,
        findings,
        depends,
        attainment,
        effort,
        practice,
        sensitivity,
        claims,
        settings,
    )


def _ask_main_ways(
    evidence: Evidence, weighting: Weighting, ask_again: bool
) -> tuple[dict[str, Comparison], MixedGrowth]:
    """Ask in the ways of `TITLES`: those the decision needs, and with `ask_again` the others."""
    scored, cohort, settings = evidence.scored, evidence.cohort, evidence.settings
    compared, centred = evidence.table, evidence.covariates.centred
    asked = {name: new_comparison(name, title) for name, title in TITLES.items()}
    answers = {"primary": compare_rates(asked["primary"], compared, centred, settings)}
    if ask_again:
        answers["growth_regression"] = compare_growth(
            asked["growth_regression"], scored, cohort, compared, centred, settings
        )
    weighted = {"overlap_weighted": centred.iloc[:, :0]}
    if ask_again:
        weighted["overlap_weighted_adjusted"] = centred
    for name, columns in weighted.items():
        if weighting.withheld:
            answers[name] = withheld_comparison(asked[name], weighting.withheld)
        else:
            weights = weighting.table["overlap_weight"].to_numpy()
            answers[name] = compare_rates(asked[name], compared, columns, settings, weights=weights)
    withheld = answers["primary"].withheld
    growth = (
        MixedGrowth(withheld_comparison(asked["mixed_growth"], withheld))
        if withheld
        else compare_mixed_growth(asked["mixed_growth"], evidence)
    )
    return answers | {"mixed_growth": growth.comparison}, growth
