"""Every verdict of a study, made once.

In: the answers of the stages. Out: `Verdicts`. Decisions: what was not asked has no verdict; the
shift that a planned trait brings is held against the margin from its low to its high rating.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import pandas as pd

from analysis.cards import show_card
from analysis.comparison.attainment import Attainment
from analysis.comparison.dropout import DropoutGrid
from analysis.comparison.effort import Effort
from analysis.comparison.home_practice import HomePractice
from analysis.comparison.result import Comparison
from analysis.comparison.sensitivity import Sensitivity
from analysis.comparison.subgroups import Subgroups
from analysis.decisions.claims import Claim, judge_claims
from analysis.decisions.decide import Decision, decide_other
from analysis.decisions.gates import Gate
from analysis.decisions.tipping_points import (
    Overturn,
    Tipping,
    find_overturns,
    find_tipping_points,
    label_grid,
)
from analysis.settings import Settings

Decisions = tuple[Decision, ...]
NOTHING: Mapping = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class Verdicts:
    """What may be said, for every question that was asked.

    Attributes:
        gates: every gate asked of the main pairs, passed or not.
        decisions: one for each main pair, in the order of `PAIRS`.
        within_child: of the within-child comparison; () when not asked.
        kinds: "skill" and "social": of each kind of goal alone.
        traits: by planned trait: of the shift from its low to its high rating.
        attainment: by week: of goals attained.
        end_level: of the level at the end; () when not asked.
        dropout: the grid of assumptions about children who left, labelled; None when not asked.
        tipping: the mildest assumption that changes what is said of each main pair compared.
        overturn: what something unrecorded would have to do to each main pair compared.
        claims: seven claims and how they fare; None when not asked.
    """

    gates: tuple[Gate, ...]
    decisions: Decisions
    within_child: Decisions = ()
    kinds: Mapping[str, Decisions] = field(default_factory=lambda: NOTHING)
    traits: Mapping[str, Decisions] = field(default_factory=lambda: NOTHING)
    attainment: Mapping[int, Decisions] = field(default_factory=lambda: NOTHING)
    end_level: Decisions = ()
    dropout: DropoutGrid | None = None
    tipping: tuple[Tipping, ...] = ()
    overturn: tuple[Overturn, ...] = ()
    claims: tuple[Claim, ...] | None = None

    @property
    def table(self) -> pd.DataFrame:
        """One row for each main pair: this, than, label, ahead, certainty."""
        columns = ("this", "than", "label", "ahead", "certainty")
        return pd.DataFrame([{c: getattr(d, c) for c in columns} for d in self.decisions])

    def __repr__(self) -> str:
        return "; ".join(
            f"{d.this} against {d.than}: {d.label.replace('_', ' ')}" for d in self.decisions
        )

    _repr_html_ = show_card


def reach_verdicts(
    gates: tuple[Gate, ...],
    decisions: Decisions,
    cohort_table: pd.DataFrame,
    primary: Comparison,
    settings: Settings,
    *,
    subgroups: Subgroups | None = None,
    attainment: Attainment | None = None,
    effort: Effort | None = None,
    home_practice: HomePractice | None = None,
    sensitivity: Sensitivity | None = None,
) -> Verdicts:
    """Reach every verdict of a study; a question that was not asked has none.

    Args:
        gates: of the main pairs.
        decisions: of the main pairs.
        cohort_table: `Cohort.table`.
        primary: the main comparison.
        settings: margin, levels of confidence and the gates' numbers.
        subgroups: whether the difference depends on goals or children.
        attainment: goals attained by week.
        effort: how far children came, and at what effort.
        home_practice: how progress goes with practice at home.
        sensitivity: the main question asked otherwise.
    """
    beside = _Beside(cohort_table, decisions, settings)
    kinds = beside.of_kinds(subgroups) if subgroups else {}
    traits = beside.of_traits(subgroups) if subgroups else {}
    within: Decisions = ()
    if subgroups:
        of_kinds = subgroups.kinds
        within = decide_other(of_kinds.within_child, of_kinds.children, settings)
    grid = label_grid(sensitivity.dropout, decisions, settings) if sensitivity else None
    claims = None
    if sensitivity and subgroups and home_practice:
        raters = sensitivity.rater_agreement
        claims = judge_claims(
            subgroups, home_practice, raters, decisions, {**kinds, **traits}, settings
        )
    return Verdicts(
        gates,
        decisions,
        within,
        MappingProxyType(kinds),
        MappingProxyType(traits),
        MappingProxyType(beside.of_weeks(attainment) if attainment else {}),
        beside.of_end(effort) if effort else (),
        grid,
        find_tipping_points(grid, decisions) if grid else (),
        find_overturns(decisions, primary, sensitivity.unmeasured, settings) if sensitivity else (),
        claims,
    )


@dataclass(frozen=True, eq=False)
class _Beside:
    """Decides comparisons between children beside the main one, which withholds their pairs."""

    table: pd.DataFrame
    main: Sequence[Decision]
    settings: Settings

    def of_kinds(self, subgroups: Subgroups) -> dict[str, Decisions]:
        return {
            kind: self._decide(comparison, self.table[f"n_{kind}"] > 0)
            for kind, comparison in subgroups.kinds.kinds.items()
        }

    def of_traits(self, subgroups: Subgroups) -> dict[str, Decisions]:
        shift = self.settings.high_rating - self.settings.low_rating
        return {
            name: self._decide(trait.comparison, self.table[name].notna(), shift)
            for name, trait in subgroups.traits.items()
        }

    def of_weeks(self, attainment: Attainment) -> dict[int, Decisions]:
        everyone = pd.Series(True, self.table.index)
        return {
            week: self._decide(comparison, everyone)
            for week, comparison in attainment.by_week.items()
        }

    def of_end(self, effort: Effort) -> Decisions:
        return self._decide(effort.further, self.table["at_end"].astype(bool))

    def _decide(self, comparison: Comparison, rows: pd.Series, scale: float = 1.0) -> Decisions:
        some = self.table[rows.to_numpy(dtype=bool)]
        return decide_other(comparison, some, self.settings, self.main, scale=scale)
