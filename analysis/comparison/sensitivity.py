"""The same question asked otherwise: a fixed list, each answered or named with its reason.

In: `Evidence` and the main analysis. Out: `Sensitivity`. Decision taken here: the list, its
order and its words were fixed before any records were seen; an analysis that cannot be run
stays in the list with the reason; nothing is chosen by its result (METHODS.md, "How sure?").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from analysis.comparison import ordinal as ordered_levels
from analysis.comparison import subsets
from analysis.comparison.analysis_set import Evidence
from analysis.comparison.dropout import DropoutGrid, assume_after_leaving
from analysis.comparison.leave_one_out import LeaveOut, leave_out_each
from analysis.comparison.multiple_imputation import ask_imputed
from analysis.comparison.negative_controls import NegativeControls, ask_negative_controls
from analysis.comparison.rater_agreement import CarryOver, compare_raters
from analysis.comparison.result import (
    RATE_ESTIMAND,
    RATE_UNIT,
    Comparison,
    new_comparison,
    withheld_comparison,
)
from analysis.comparison.sample_size import Planning, plan_recording
from analysis.comparison.unmeasured_confounding import Unrecorded, measure_robustness
from analysis.models.rubin import PooledTest
from analysis.records.load import Records

Ask = Callable[[Comparison, Evidence], Comparison]

LEFT_OUT = MappingProxyType(
    {"leave_one_group_out": "group_id", "leave_one_therapist_out": "therapist_id"}
)
IMPUTED = "multiple_imputation"
ONLY = " Asked only of {what}."


@dataclass(frozen=True)
class Way:
    """One way of asking the same question.

    Attributes:
        id: short stable name, the key in `Study.analyses`.
        title: the same in a reader's words.
        needs: (table, column) without which it cannot be asked.
        ask: the function that asks it; None for those that need the main analysis too.
        what: who or what it is asked of, completing "Asked only of ...".
        estimand: the question, where it is another one than the main analysis's.
        unit: unit of its estimates.
    """

    id: str
    title: str
    needs: tuple[tuple[str, str], ...] = ()
    ask: Ask | None = None
    what: str = ""
    estimand: str = RATE_ESTIMAND
    unit: str = RATE_UNIT

    def identity(self) -> Comparison:
        """Give the comparison without its numbers."""
        only = ONLY.format(what=self.what) if self.what else ""
        estimand = f"{self.estimand}.{only}" if only else self.estimand
        return new_comparison(self.id, self.title, estimand, self.unit)


TWELVE_WEEKS = (
    "Mean difference between formats in the level reached 12 weeks after the start, minus the "
    "start level"
)
ATTAINED = (
    "Mean difference between formats in the percentage of a child's goals at or above the "
    "expected level at the end of the window"
)
ORDINAL = (
    "Difference between formats in the log odds of a higher level at the end of the window, the "
    "same at every level"
)

WAYS = (
    Way(
        "ordinal",
        "Levels taken as an order only",
        ask=ordered_levels.ask_ordinal,
        estimand=ORDINAL,
        unit="log odds",
    ),
    Way(
        "change_12_weeks",
        "Change after 12 weeks",
        ask=subsets.ask_twelve_weeks,
        estimand=TWELVE_WEEKS,
    ),
    Way(
        "attained_24_weeks",
        "Goals attained at the end",
        ask=subsets.ask_attained,
        estimand=ATTAINED,
        unit="percentage points",
    ),
    Way(
        "goals_before_format",
        "Only goals set before the format",
        (("goals", "set_before_format"),),
        subsets.ask_goals_before,
        "goals set before the format was chosen",
    ),
    Way(
        "independent_raters",
        "Only ratings by others",
        (("reviews", "rater"),),
        subsets.ask_independent_raters,
        "reviews rated by someone other than the treating therapist",
    ),
    Way(
        "availability_only",
        "Format decided by where there was room",
        (("episodes", "reason_for_format"),),
        subsets.ask_availability,
        "children whose format was decided by availability",
    ),
    Way(
        "as_delivered",
        "Only children treated as planned",
        (("sessions", "delivered"),),
        subsets.ask_as_delivered,
        "children whose attended sessions mostly followed the plan",
    ),
    Way(
        "within_therapists",
        "Within each therapist's children",
        (("episodes", "therapist_id"),),
        subsets.ask_within_therapists,
    ),
    Way("leave_one_group_out", "Each therapy group left out in turn", (("episodes", "group_id"),)),
    Way(
        "leave_one_therapist_out",
        "Each therapist left out in turn",
        (("episodes", "therapist_id"),),
    ),
    Way(
        "first_episodes",
        "One episode for each child",
        ask=subsets.ask_one_episode,
        what="each child's first episode",
    ),
    Way(
        "lowest_baseline",
        "Only goals that started at \u22122",
        ask=subsets.ask_lowest_baseline,
        what="goals that started two levels below the expected one",
    ),
    Way(
        "complete_traits",
        "Only children with every trait recorded",
        ask=subsets.ask_complete,
        what="children with every trait recorded that is allowed for",
    ),
    Way(IMPUTED, "Missing traits filled in many times"),
)


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Everything asked beside the main analysis.

    Attributes:
        comparisons: every way of asking, by id, in the order of `WAYS`.
        left_out: by id, how far leaving out one label at a time moves the answer.
        dropout: the grid of assumptions about children who left.
        unrecorded: what something unrecorded could do.
        controls: questions whose true answer is zero.
        planning: what would it take to know.
        carry_over: how caregivers and teachers rate against therapists.
        imputed_test: all formats alike, pooled over completed copies; None when not imputed.
    """

    comparisons: Mapping[str, Comparison]
    left_out: Mapping[str, LeaveOut]
    dropout: DropoutGrid
    unrecorded: Unrecorded
    controls: NegativeControls
    planning: Planning
    carry_over: CarryOver
    imputed_test: PooledTest | None = None

    def __repr__(self) -> str:
        answered = sum(not c.withheld for c in self.comparisons.values())
        return f"{answered} of {len(self.comparisons)} other ways of asking could be answered."


def ask_otherwise(evidence: Evidence, primary: Comparison) -> Sensitivity:
    """Ask the main question in every other way of the fixed list.

    Args:
        evidence: the children compared.
        primary: the main analysis.
    """
    comparisons: dict[str, Comparison] = {}
    left_out: dict[str, LeaveOut] = {}
    test = None
    for way in WAYS:
        identity = way.identity()
        empty = empty_column(evidence.records, way.needs)
        if empty:
            answer = withheld_comparison(identity, f"the column {empty} is not filled in")
        elif primary.withheld:
            answer = withheld_comparison(identity, primary.withheld)
        elif way.id in LEFT_OUT:
            left_out[way.id] = leave_out_each(identity, evidence, LEFT_OUT[way.id], primary)
            answer = left_out[way.id].comparison
        elif way.id == IMPUTED:
            answer, test = ask_imputed(identity, evidence, primary)
        else:
            answer = way.ask(identity, evidence)
        comparisons[way.id] = answer
    return Sensitivity(
        MappingProxyType(comparisons),
        MappingProxyType(left_out),
        assume_after_leaving(evidence, primary),
        measure_robustness(evidence, primary),
        ask_negative_controls(evidence),
        plan_recording(evidence, primary),
        compare_raters(evidence),
        test,
    )


def empty_column(records: Records, needs: tuple[tuple[str, str], ...]) -> str:
    """Give the first needed column that nobody filled in, or "".

    Args:
        records: what the clinic handed in.
        needs: (table, column) pairs.
    """
    for table, column in needs:
        if not getattr(records, table)[column].notna().any():
            return column
    return ""
