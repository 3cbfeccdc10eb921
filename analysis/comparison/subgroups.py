"""Does it depend? On the kind of goal (the within-child test), the child, the area of life.

In: the children compared and their covariates. Out: `Depends`. Decision taken here: a child
with both kinds of goal is compared with itself (social rate minus skill rate), so that
whatever is unrecorded about the child and acts on both kinds alike drops out; only then are
formats compared, on the same machinery as the main analysis (METHODS.md, "Does it depend?").

Source: Bell, Fairbrother & Jones 2019, Qual Quant 53:1051-1074 (within-person comparisons).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from analysis.cards import about, show_card
from analysis.comparison.analysis_set import keep_rows
from analysis.comparison.arms import keep_large_formats
from analysis.comparison.contrasts import compare_rates
from analysis.comparison.covariates import narrow_covariates
from analysis.comparison.result import Comparison, new_comparison, withheld_comparison
from analysis.comparison.subgroup_domains import DomainEffects, compare_domains
from analysis.comparison.subgroup_traits import TraitDependence, compare_by_traits
from analysis.measures.cohort import Cohort
from analysis.settings import Settings

TOO_FEW_BOTH = "Too few children have both a skill goal and a social goal."
TOO_FEW_OF_KIND = "Too few children have a goal of this kind."

WITHIN_ESTIMAND = (
    "Difference between formats in how much faster a child's social goals moved than the same "
    "child's skill goals (attainment levels per 12 weeks), among children with both kinds"
)
KIND_ESTIMAND = (
    "Mean difference between formats in the rate of progress of {kind} goals (attainment "
    "levels per 12 weeks, over the first 24 weeks), among children with such a goal"
)
ASSUMPTION = "Whatever is unrecorded about a child goes with both kinds of goal equally."


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
            return f"Kinds of goal: withheld. {self.within_child.withheld}"
        n = about(self.children["child_id"].nunique(), "child", "children")
        return f"Kinds of goal: {n} with both kinds are compared with themselves."

    _repr_html_ = show_card


@dataclass(frozen=True, eq=False)
class Depends:
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


def ask_whether_it_depends(
    cohort: Cohort, table: pd.DataFrame, centred: pd.DataFrame, settings: Settings
) -> Depends:
    """Ask whether the difference between formats depends on goals or children.

    Args:
        cohort: whose goals are used.
        table: (n,) rows of `Cohort.table` of the formats compared.
        centred: (n, p) `Covariates.centred` of the same rows.
        settings: the smallest number of children and the level of confidence.
    """
    return Depends(
        compare_kinds(table, centred, settings),
        compare_by_traits(table, centred, settings),
        compare_domains(cohort, table, centred, settings),
    )


def compare_kinds(table: pd.DataFrame, centred: pd.DataFrame, settings: Settings) -> KindsOfGoal:
    """Compare how formats differ between skill goals and social goals.

    Args:
        table: (n,) rows of `Cohort.table` of the formats compared.
        centred: (n, p) `Covariates.centred` of the same rows.
        settings: the smallest number of children and the level of confidence.
    """
    within, both = compare_within_child(table, centred, settings)
    further = table["rate_social"] - table["rate_skill"]
    children = table.assign(social_minus_skill=further)[both].reset_index(drop=True)
    kinds = {}
    for kind in ("skill", "social"):
        identity = new_comparison(
            f"{kind}_goals", f"{kind.capitalize()} goals only", KIND_ESTIMAND.format(kind=kind)
        )
        rate, n_goals = (table[name].to_numpy() for name in (f"rate_{kind}", f"n_{kind}"))
        kinds[kind], _ = _compare_some(
            identity, table, n_goals > 0, centred, settings, rate, n_goals, TOO_FEW_OF_KIND
        )
    return KindsOfGoal(within, children, MappingProxyType(kinds))


def compare_within_child(
    table: pd.DataFrame, centred: pd.DataFrame, settings: Settings
) -> tuple[Comparison, np.ndarray]:
    """Compare formats in how far a child's social goals move beyond the same child's skill goals.

    Args:
        table: (n,) rows of `Cohort.table` of the formats compared.
        centred: (n, p) `Covariates.centred` of the same rows.
        settings: the smallest number of children and the level of confidence.

    Returns:
        The comparison, and (n,) True for the children with both kinds of goal compared.
    """
    names = ("rate_social", "rate_skill", "n_social", "n_skill", "n_goals")
    rate_social, rate_skill, n_social, n_skill, n_goals = (table[n].to_numpy() for n in names)
    return _compare_some(
        new_comparison("within_child", "Social goals against skill goals", WITHIN_ESTIMAND),
        table,
        (n_skill > 0) & (n_social > 0),
        centred,
        settings,
        rate_social - rate_skill,
        n_goals,
        TOO_FEW_BOTH,
    )


def _compare_some(
    identity: Comparison,
    table: pd.DataFrame,
    kept: np.ndarray,
    centred: pd.DataFrame,
    settings: Settings,
    outcome: np.ndarray,
    n_goals: np.ndarray,
    reason: str,
) -> tuple[Comparison, np.ndarray]:
    """Compare an outcome, of so many goals, among some children; also tell which."""
    formats, kept = keep_large_formats(table, kept, settings.compare_children)
    if len(formats) < 2:
        return withheld_comparison(identity, reason), kept
    some = keep_rows(table, kept, rate=outcome, n_goals=n_goals)
    columns = narrow_covariates(centred, kept, some, settings)
    return compare_rates(identity, some, columns, settings), kept
