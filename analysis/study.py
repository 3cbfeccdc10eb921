"""Run the whole study, in order.

In: records (or where they are) and settings. Out: `Study`, which holds every stage's answer and
every verdict. Decisions: this module only calls stages; it computes nothing itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from analysis.cards import about, show_card
from analysis.comparison.analysis_set import AnalysisSet, choose_analysis_set, compared_rows
from analysis.comparison.attainment import Attainment, compare_attainment
from analysis.comparison.contrasts import compare_growth, compare_rates
from analysis.comparison.covariates import Covariates
from analysis.comparison.effort import Effort, compare_what_it_took
from analysis.comparison.growth_model import MixedGrowth, compare_mixed_growth
from analysis.comparison.home_practice import HomePractice, relate_home_practice
from analysis.comparison.newcomers import Newcomers, compare_newcomers
from analysis.comparison.result import Comparison, new_comparison, withheld_comparison
from analysis.comparison.sensitivity import Sensitivity, ask_otherwise
from analysis.comparison.subgroups import Subgroups, compare_subgroups
from analysis.comparison.weighting import Weighting, weigh_children
from analysis.computing import one_thread
from analysis.decisions.decide import Decision, decide_pairs, label_comparison
from analysis.decisions.gates import judge_pairs
from analysis.decisions.looks import place_look, settle_newcomers
from analysis.decisions.verdicts import Verdicts, reach_verdicts
from analysis.measures.cohort import Cohort, choose_cohort
from analysis.measures.common_weeks import CommonWeeks, choose_common_weeks, narrow_settings
from analysis.measures.earlier import Earlier, PastLook
from analysis.measures.progress import Progress, measure_progress
from analysis.measures.scoring import ScoredGoals, score_goals
from analysis.records.load import Records, read_records
from analysis.settings import Settings

MAIN_WAYS = (
    "primary",
    "growth_regression",
    "overlap_weighted",
    "overlap_weighted_adjusted",
    "mixed_growth",
)


@dataclass(frozen=True, eq=False)
class Study:
    """Every stage's answer, from records to verdicts.

    Attributes:
        records, scored, progress, cohort: the children, their goals, rates, and who is compared.
        covariates, weighting: what is adjusted for; how alike the children were.
        analyses: the same question asked in several ways, by id; "primary" first; labelled.
        growth: the growth model's spreads, and its answer before it was labelled.
        verdicts: gates, decisions and claims: whatever may be said.
        subgroups: whether the difference goes with the kind of goal, the child, the area of life.
        attainment: shares of goals attained by week.
        effort: level at the end, gain for sessions and therapist hours.
        home_practice: how progress goes with practice at home. These four are None when they
            were not asked for.
        sensitivity: everything asked beside the main analysis; None when it was not asked for.
        look: this report's place in a chain of reports, and its share of the chain's error.
        newcomers: children new since the last report beside those before; None in a first one.
        settings: every choice made beforehand; its window is that of the weeks compared.
        weeks: the weeks asked about, and those compared.
    """

    records: Records
    scored: ScoredGoals
    progress: Progress
    cohort: Cohort
    covariates: Covariates
    weighting: Weighting
    analyses: Mapping[str, Comparison]
    growth: MixedGrowth
    verdicts: Verdicts
    subgroups: Subgroups | None
    attainment: Attainment | None
    effort: Effort | None
    home_practice: HomePractice | None
    sensitivity: Sensitivity | None
    look: PastLook
    newcomers: Newcomers | None
    settings: Settings
    weeks: CommonWeeks

    @property
    def comparison(self) -> Comparison:
        """The primary comparison."""
        return self.analyses["primary"]

    @property
    def analysis_set(self) -> AnalysisSet:
        """What every analysis started from."""
        compared = compared_rows(self.cohort, self.settings, self.weeks)
        stages = self.records, self.scored, self.cohort, compared, self.covariates
        return AnalysisSet(*stages, self.settings, self.weeks)

    @property
    def chosen(self) -> Settings:
        """The settings as they were chosen, before the common weeks were found."""
        return replace(self.settings, horizon_weeks=self.weeks.planned, look_share=None)

    @property
    def gates(self) -> pd.DataFrame:
        """Every gate asked of every pair: name, this, than, passed, rule, have, need."""
        return pd.DataFrame([vars(gate) for gate in self.verdicts.gates])

    def __repr__(self) -> str:
        n, smallest = self.cohort.table["child_id"].nunique(), self.settings.smallest_cell
        children = about(n, "child", "children", smallest).capitalize()
        labels = repr(self.verdicts)
        said = f"{children} whose progress was measured. {labels[:1].upper()}{labels[1:]}."
        unasked = [] if self.sensitivity else ["the same question in other ways"]
        if self.subgroups is None:
            unasked += ["what it depends on", "how soon", "at what effort", "practice at home"]
        return f"{said} Not asked: {', '.join(unasked)}." if unasked else said

    _repr_html_ = show_card


@one_thread()
def run_study(
    records: Records | str | os.PathLike[str],
    settings: Settings | None = None,
    *,
    earlier: Earlier | None = None,
    ask_again: bool = True,
    ask_beside: bool = True,
    before_asking_again: Callable[[], None] = lambda: None,
) -> Study:
    """Run the study on records, or on the file or folder that holds them.

    Args:
        records: `Records`, or a path that `read_records` takes.
        settings: every choice that could change a result; the defaults when None.
        earlier: the reports it follows (`disclosure.release.recall_earlier`); None in a first one.
        ask_again: whether to ask in every other way too; the answer is the same without.
        ask_beside: whether to ask the other questions too (does it depend, how soon, at what
            effort, practice at home); without them the main answer is the same.
        before_asking_again: called between the main answer and the other ways of asking.

    Raises:
        RecordsError: if the records cannot be trusted.

    >>> study = run_study("data/sample", ask_again=False, ask_beside=False)
    >>> study.verdicts
    group against individual: no important difference; combined against individual: ...
    >>> round(study.comparison.pair("group", "individual")["estimate"], 2)
    -0.01
    """
    settings = settings or Settings()
    records = records if isinstance(records, Records) else read_records(Path(records))
    weeks = choose_common_weeks(records, settings)
    settings = narrow_settings(settings, weeks)
    scored = score_goals(records, settings)
    progress = measure_progress(scored, settings)
    cohort = choose_cohort(records, progress, settings)
    look = place_look(earlier, cohort.table, settings)
    settings = replace(settings, look_share=look.share)
    asked = choose_analysis_set(records, scored, cohort, settings, weeks)
    weighting = weigh_children(asked.table, asked.covariates, settings)
    analyses, growth = _ask_main_ways(asked, weighting, ask_again)
    before_asking_again()
    sensitivity = ask_otherwise(asked, analyses["primary"]) if ask_again else None
    analyses |= sensitivity.comparisons if sensitivity else {}
    gates = judge_pairs(asked, weighting, analyses)
    decisions = decide_pairs(gates, analyses, settings)
    subgroups, attainment, effort, home_practice = _ask_beside(asked, ask_beside)
    verdicts = reach_verdicts(
        gates,
        decisions,
        cohort.table,
        analyses["primary"],
        settings,
        subgroups=subgroups,
        attainment=attainment,
        effort=effort,
        home_practice=home_practice,
        sensitivity=sensitivity,
    )
    return Study(
        records,
        scored,
        progress,
        cohort,
        asked.covariates,
        weighting,
        _label_all(analyses, decisions, settings),
        growth,
        verdicts,
        subgroups,
        attainment,
        effort,
        home_practice,
        sensitivity,
        look,
        settle_newcomers(compare_newcomers(asked, earlier), settings),
        settings,
        weeks,
    )


def _label_all(
    analyses: Mapping[str, Comparison], decisions: Sequence[Decision], settings: Settings
) -> Mapping[str, Comparison]:
    """Give every way of asking with the labels of its pairs."""
    return MappingProxyType(
        {name: label_comparison(one, decisions, settings) for name, one in analyses.items()}
    )


def _ask_beside(
    asked: AnalysisSet, wanted: bool
) -> tuple[Subgroups | None, Attainment | None, Effort | None, HomePractice | None]:
    """Ask the other questions: does it depend, how soon, at what effort, practice at home."""
    if not wanted:
        return None, None, None, None
    return (
        compare_subgroups(asked),
        compare_attainment(asked),
        compare_what_it_took(asked),
        relate_home_practice(asked),
    )


def _ask_main_ways(
    analysis_set: AnalysisSet, weighting: Weighting, ask_again: bool
) -> tuple[dict[str, Comparison], MixedGrowth]:
    """Ask in the ways of `MAIN_WAYS`: those the decision needs, and with `ask_again` the others."""
    compared, settings = analysis_set.table, analysis_set.settings
    centred, asked = analysis_set.centred, {name: new_comparison(name) for name in MAIN_WAYS}
    answers = {"primary": compare_rates(asked["primary"], compared, centred, settings)}
    if ask_again:
        answers["growth_regression"] = compare_growth(asked["growth_regression"], analysis_set)
    weighted = {"overlap_weighted": analysis_set.covariates.beside_weights}
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
        else compare_mixed_growth(asked["mixed_growth"], analysis_set)
    )
    return answers | {"mixed_growth": growth.comparison}, growth
