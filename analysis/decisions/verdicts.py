"""Every verdict of a study, made once.

In: the answers of the stages. Out: `Verdicts`. Decisions: what was not asked has no verdict; the
shift that a planned trait brings is held against the margin from its low to its high rating; a
difference is stated only where the family of the whole report settles it (`error_rate`).
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
from analysis.decisions.decide import Decision, decide_other, settle_decisions, take_sides
from analysis.decisions.error_rate import Settled, settle_family
from analysis.decisions.evidence import Beside, ask_areas, gather_evidence
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
        settled: which differences beside the main ones the report may state.
        areas: of these, the areas of life: (area, this, than).
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
    settled: Settled = field(default_factory=Settled)
    areas: frozenset[tuple[str, str, str]] = frozenset()
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
    judge = _Judge(cohort_table, decisions, settings)
    kinds = judge.of_kinds(subgroups) if subgroups else {}
    traits = judge.of_traits(subgroups) if subgroups else {}
    weeks = judge.of_weeks(attainment) if attainment else {}
    end = judge.of_end(effort) if effort else ()
    within: Decisions = ()
    if subgroups:
        of_kinds = subgroups.kinds
        within = decide_other(of_kinds.within_child, of_kinds.children, settings)
    raters = sensitivity.rater_agreement if sensitivity else None
    asked = Beside(subgroups, attainment, effort, home_practice, raters)
    evidence = gather_evidence(asked, decisions, within, kinds, traits, weeks, end, settings)
    settled = settle_family(take_sides(decisions), evidence, settings)
    kinds = {k: settle_decisions(found, k, settled) for k, found in kinds.items()}
    traits = {t: settle_decisions(found, t, settled) for t, found in traits.items()}
    grid = label_grid(sensitivity.dropout, decisions, settings) if sensitivity else None
    claims = None
    if sensitivity and subgroups and home_practice:
        claims = judge_claims(
            subgroups,
            home_practice,
            sensitivity.rater_agreement,
            decisions,
            {**kinds, **traits},
            settled,
            settings,
        )
    areas = ask_areas(subgroups, decisions) if subgroups else []
    return Verdicts(
        gates,
        decisions,
        settle_decisions(within, "within", settled),
        MappingProxyType(kinds),
        MappingProxyType(traits),
        MappingProxyType(
            {w: settle_decisions(d, f"week.{w}", settled, labelled=False) for w, d in weeks.items()}
        ),
        settle_decisions(end, "end", settled, labelled=False),
        grid,
        find_tipping_points(grid, decisions) if grid else (),
        find_overturns(decisions, primary, sensitivity.unmeasured, settings) if sensitivity else (),
        settled,
        frozenset(area for j, (area, _) in enumerate(areas) if settled.holds("areas", j)),
        claims,
    )


@dataclass(frozen=True, eq=False)
class _Judge:
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
            name: self._decide(
                trait.comparison, self.table[name].notna(), shift, same_outcome=False
            )
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

    def _decide(
        self,
        comparison: Comparison,
        rows: pd.Series,
        scale: float = 1.0,
        *,
        same_outcome: bool = True,
    ) -> Decisions:
        some = self.table[rows.to_numpy(dtype=bool)]
        return decide_other(
            comparison, some, self.settings, self.main, scale=scale, same_outcome=same_outcome
        )
