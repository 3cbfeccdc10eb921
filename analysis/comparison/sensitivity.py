"""The same question asked otherwise: a fixed list, each answered or named with its reason.

In: an `AnalysisSet` and the main analysis. Out: `Sensitivity`. Decisions: the list and its order
were fixed before any records were seen; an analysis that cannot be run stays in the list with the
reason; nothing is chosen by its result (METHODS.md, "How sure?").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from analysis.cards import show_card
from analysis.comparison import ordinal as ordered_levels
from analysis.comparison import subsets
from analysis.comparison.analysis_set import AnalysisSet
from analysis.comparison.dropout import DropoutGrid, assume_after_leaving
from analysis.comparison.leave_one_out import LeaveOut, leave_out_each
from analysis.comparison.multiple_imputation import ask_imputed
from analysis.comparison.negative_controls import NegativeControls, ask_negative_controls
from analysis.comparison.rater_agreement import RaterAgreement, compare_raters
from analysis.comparison.result import Comparison, new_comparison, withheld_comparison
from analysis.comparison.sample_size import SampleSize, plan_sample_size
from analysis.comparison.unmeasured_confounding import UnmeasuredConfounding, measure_robustness
from analysis.models.rubin import PooledTest
from analysis.records.load import Records
from analysis.vocabulary import Reason, Unit

Ask = Callable[[Comparison, AnalysisSet], Comparison]

LEFT_OUT = MappingProxyType(
    {"leave_one_group_out": "group_id", "leave_one_therapist_out": "therapist_id"}
)
IMPUTED = "multiple_imputation"
NOT_FILLED_IN: Mapping[str, Reason] = MappingProxyType(
    {
        "set_before_format": "no_set_before_format",
        "rater": "no_rater",
        "reason_for_format": "no_reason_for_format",
        "delivered": "no_delivered",
        "therapist_id": "no_therapist_id",
        "group_id": "no_group_id",
    }
)


@dataclass(frozen=True)
class Way:
    """One way of asking the same question.

    Attributes:
        id: short stable name, the key in `Study.analyses`.
        needs: (table, column) without which it cannot be asked.
        ask: the function that asks it; None for those that need the main analysis too.
        unit: unit of its estimates.
    """

    id: str
    needs: tuple[tuple[str, str], ...] = ()
    ask: Ask | None = None
    unit: Unit = "rate"


WAYS = (
    Way("ordinal", ask=ordered_levels.ask_ordinal, unit="log_odds"),
    Way("change_12_weeks", ask=subsets.ask_after_a_term, unit="rate"),
    Way("attained_24_weeks", ask=subsets.ask_attained, unit="percentage_points"),
    Way("goals_before_format", (("goals", "set_before_format"),), subsets.ask_goals_before),
    Way("independent_raters", (("reviews", "rater"),), subsets.ask_independent_raters),
    Way("availability_only", (("episodes", "reason_for_format"),), subsets.ask_availability),
    Way("as_delivered", (("sessions", "delivered"),), subsets.ask_as_delivered),
    Way("within_therapists", (("episodes", "therapist_id"),), subsets.ask_within_therapists),
    Way("leave_one_group_out", (("episodes", "group_id"),)),
    Way("leave_one_therapist_out", (("episodes", "therapist_id"),)),
    Way("first_episodes", ask=subsets.ask_one_episode),
    Way("lowest_baseline", ask=subsets.ask_lowest_baseline),
    Way("complete_traits", ask=subsets.ask_complete),
    Way(IMPUTED),
)


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Everything asked beside the main analysis.

    Attributes:
        comparisons: every way of asking, by id, in the order of `WAYS`.
        left_out: by id, how far leaving out one label at a time moves the answer.
        dropout: the grid of assumptions about children who left, not labelled yet.
        unmeasured: what something unrecorded could do.
        controls: questions whose true answer is zero.
        sample_size: what it would take to know.
        rater_agreement: how caregivers and teachers rate against therapists.
        imputed_test: all formats alike, pooled over completed copies; None when not imputed.
    """

    comparisons: Mapping[str, Comparison]
    left_out: Mapping[str, LeaveOut]
    dropout: DropoutGrid
    unmeasured: UnmeasuredConfounding
    controls: NegativeControls
    sample_size: SampleSize
    rater_agreement: RaterAgreement
    imputed_test: PooledTest | None = None

    def __repr__(self) -> str:
        answered = sum(not c.withheld for c in self.comparisons.values())
        return f"{answered} of {len(self.comparisons)} other ways of asking could be answered."

    _repr_html_ = show_card


def ask_otherwise(analysis_set: AnalysisSet, primary: Comparison) -> Sensitivity:
    """Ask the main question in every other way of the fixed list.

    Args:
        analysis_set: the children compared.
        primary: the main analysis.
    """
    comparisons: dict[str, Comparison] = {}
    left_out: dict[str, LeaveOut] = {}
    test = None
    for way in WAYS:
        identity = new_comparison(way.id, way.unit)
        empty = empty_column(analysis_set.records, way.needs)
        if empty:
            answer = withheld_comparison(identity, NOT_FILLED_IN[empty])
        elif primary.withheld:
            answer = withheld_comparison(identity, primary.withheld)
        elif way.ask:
            answer = way.ask(identity, analysis_set)
        elif way.id == IMPUTED:
            answer, test = ask_imputed(identity, analysis_set, primary)
        else:
            left_out[way.id] = leave_out_each(identity, analysis_set, LEFT_OUT[way.id], primary)
            answer = left_out[way.id].comparison
        comparisons[way.id] = answer
    return Sensitivity(
        MappingProxyType(comparisons),
        MappingProxyType(left_out),
        assume_after_leaving(analysis_set, primary),
        measure_robustness(analysis_set, primary),
        ask_negative_controls(analysis_set),
        plan_sample_size(analysis_set, primary),
        compare_raters(analysis_set),
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
