"""Does it depend? On the kind of goal (the within-child test), the child, the area of life.

In: an `AnalysisSet`. Out: `Subgroups`. Decisions: a child with both kinds of goal is compared with
itself (social rate minus skill rate), so that whatever is unrecorded about the child and acts on
both kinds alike drops out; only then are formats compared, on the same machinery as the main
analysis (METHODS.md, "Does it depend?").

Source: Bell, Fairbrother & Jones 2019, Qual Quant 53:1051-1074 (within-person comparisons).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from analysis.cards import about, show_card
from analysis.comparison.analysis_set import AnalysisSet
from analysis.comparison.arms import keep_large_formats, keep_rows
from analysis.comparison.contrasts import compare_rates
from analysis.comparison.covariates import narrow_covariates
from analysis.comparison.result import Comparison, new_comparison, withheld_comparison
from analysis.comparison.subgroup_domains import DomainEffects, compare_domains
from analysis.comparison.subgroup_traits import TraitDependence, compare_by_traits
from analysis.vocabulary import Reason

KINDS = ("skill", "social")


@dataclass(frozen=True, eq=False)
class KindsOfGoal:
    """Progress by kind of goal.

    Attributes:
        within_child: social minus skill rate of the same child, compared between formats.
            `means` holds each format's mean of that difference.
        children: the rows of `Cohort.table` with both kinds that were compared, with the
            column `social_minus_skill`.
        kinds: "skill" and "social": the rate of that kind of goal alone, compared between
            formats among children who have one.
    """

    within_child: Comparison
    children: pd.DataFrame
    kinds: Mapping[str, Comparison]

    @property
    def table(self) -> pd.DataFrame:
        """The within-child contrasts."""
        return self.within_child.table

    def __repr__(self) -> str:
        if self.within_child.withheld:
            return f"Kinds of goal: withheld, {self.within_child.withheld.replace('_', ' ')}."
        n = about(self.children["child_id"].nunique(), "child", "children")
        return f"Kinds of goal: {n} with both kinds are compared with themselves."

    _repr_html_ = show_card


@dataclass(frozen=True, eq=False)
class Subgroups:
    """What the difference between formats may depend on.

    Attributes:
        kinds: the kind of goal.
        traits: each planned trait of the child, by column name.
        domains: the area of life.
    """

    kinds: KindsOfGoal
    traits: Mapping[str, TraitDependence]
    domains: DomainEffects

    def __repr__(self) -> str:
        return "\n".join([repr(self.kinds), *map(repr, self.traits.values()), repr(self.domains)])

    _repr_html_ = show_card


def compare_subgroups(analysis_set: AnalysisSet) -> Subgroups:
    """Ask whether the difference between formats depends on goals or children.

    Args:
        analysis_set: the children compared.
    """
    return Subgroups(
        compare_kinds(analysis_set),
        compare_by_traits(analysis_set),
        compare_domains(analysis_set),
    )


def compare_kinds(analysis_set: AnalysisSet) -> KindsOfGoal:
    """Compare how formats differ between skill goals and social goals.

    Args:
        analysis_set: the children compared.
    """
    table = analysis_set.table
    within, both = compare_within_child(analysis_set)
    further = table["rate_social"] - table["rate_skill"]
    children = table.assign(social_minus_skill=further)[both].reset_index(drop=True)
    kinds = {}
    for kind in KINDS:
        rate, n_goals = (table[name].to_numpy() for name in (f"rate_{kind}", f"n_{kind}"))
        kinds[kind], _ = _compare_some(
            new_comparison(f"{kind}_goals"), analysis_set, n_goals > 0, rate, n_goals, "few_of_kind"
        )
    return KindsOfGoal(within, children, MappingProxyType(kinds))


def compare_within_child(analysis_set: AnalysisSet) -> tuple[Comparison, np.ndarray]:
    """Compare formats in how far a child's social goals move beyond the same child's skill goals.

    Args:
        analysis_set: the children compared.

    Returns:
        The comparison, and (n,) True for the children with both kinds of goal compared.
    """
    table = analysis_set.table
    names = ("rate_social", "rate_skill", "n_social", "n_skill", "n_goals")
    rate_social, rate_skill, n_social, n_skill, n_goals = (table[n].to_numpy() for n in names)
    both = (n_skill > 0) & (n_social > 0)
    further = rate_social - rate_skill
    return _compare_some(
        new_comparison("within_child"), analysis_set, both, further, n_goals, "few_with_both_kinds"
    )


def _compare_some(
    identity: Comparison,
    analysis_set: AnalysisSet,
    kept: np.ndarray,
    outcome: np.ndarray,
    n_goals: np.ndarray,
    reason: Reason,
) -> tuple[Comparison, np.ndarray]:
    """Compare an outcome, of so many goals, among some children; also tell which."""
    table, settings = analysis_set.table, analysis_set.settings
    formats, kept = keep_large_formats(table, kept, settings.compare_children)
    if len(formats) < 2:
        return withheld_comparison(identity, reason), kept
    some = keep_rows(table, kept, rate=outcome, n_goals=n_goals)
    columns = narrow_covariates(analysis_set.centred, kept, some, settings)
    return compare_rates(identity, some, columns, settings), kept
