"""Every choice that could change a result, with its unit and its reason.

In: nothing. Out: `Settings`, made of what a clinic may choose and of the constants of the method.
Decisions: the defaults were fixed before any records were seen (METHODS.md gives the sources); a
clinic may change `ClinicChoices` and says so on the PDF, which prints every choice. How numbers
are rounded for print is disclosure control's; tolerances of arithmetic stand where they are used.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from analysis.errors import AnalysisError

SMALLEST_CELL_ALLOWED, LARGEST_CELL_ALLOWED = 8, 50
# A margin below the first is finer than a printed number; above the second it is half the scale.
LEAST_MARGIN, GREATEST_MARGIN = 0.05, 2.0


def _choice(default: Any, unit: str, reason: str) -> Any:
    return field(default=default, metadata={"unit": unit, "reason": reason})


@dataclass(frozen=True, kw_only=True)
class ClinicChoices:
    """What a clinic may choose.

    Attributes:
        margin: the smallest difference that matters, in the unit of the rate.
        smallest_cell: fewest children a printed number may be about.
    """

    margin: float = _choice(
        0.25,
        "levels per {rate_weeks} weeks",
        "A difference smaller than this would not change which format a child is offered. A "
        "convention: no minimal important difference is published for children's goals.",
    )
    smallest_cell: int = _choice(
        11,
        "children",
        "No number about fewer children is printed; meets the strictest public rule found.",
    )


@dataclass(frozen=True, kw_only=True)
class MethodConstants:
    """The constants of the method; each attribute's unit and reason stand beside it."""

    horizon_weeks: int = _choice(
        24, "weeks", "Two terms: long enough to move a goal, short enough that most still come."
    )
    grace_weeks: int = _choice(
        2,
        "weeks",
        "The last review is often a week or two late; it still counts as week {horizon_weeks}.",
    )
    review_weeks: int = _choice(
        6, "weeks", "Usual time between reviews; an attained goal keeps its level at these."
    )
    reviewed_share: float = _choice(
        0.50,
        "share",
        "A format of which half as large a share of children as elsewhere is still reviewed has "
        "come to its end.",
    )
    reviewed_least: float = _choice(
        0.25, "share of children", "With fewer in every format a week is reviewed in none of them."
    )
    common_weeks: int = _choice(
        6, "weeks", "Formats reviewed together for less than one review are not compared."
    )
    baseline_weeks: int = _choice(
        3, "weeks", "A first review this early is the baseline; a goal set later is left out."
    )
    rate_weeks: int = _choice(12, "weeks", "One term: progress is given as levels per term.")
    minimum_reviews: int = _choice(2, "reviews", "A rate needs two points in time.")
    minimum_span_weeks: int = _choice(
        3, "weeks", "Closer reviews measure the day, not the progress."
    )
    confidence: float = _choice(0.95, "share", "Convention; printed beside every interval.")
    similarity_confidence: float = _choice(
        0.90, "share", "Two one-sided tests at 5%: the usual rule for no important difference."
    )
    main_share: float = _choice(
        0.90, "share of the error", "The three pairs of page 1 are what the report is for."
    )
    next_share: float = _choice(
        2 / 3,
        "share of the main pairs' error",
        "Once a pair is settled, the other two keep this; the rest goes to what else is asked of "
        "the settled pair.",
    )
    rest_shares: tuple[float, ...] = _choice(
        (0.40, 0.10, 0.10, 0.10, 0.10, 0.10, 0.10),
        "shares of what is left",
        "Each child against itself (the headline of that page), then attention, comfort with "
        "other children, practice at home, ratings by others, therapist hours, areas of life.",
    )
    children_per_covariate: int = _choice(
        5, "children", "More columns than this for the smallest format would fit noise."
    )
    fewest_traits: int = _choice(
        3, "traits", "With fewer traits recorded, who was offered what cannot be allowed for."
    )
    most_missing: float = _choice(
        0.40, "share", "A column missing more often than this cannot be filled in credibly."
    )
    describe_children: int = _choice(10, "children", "Fewer are listed, not described.")
    compare_children: int = _choice(20, "children", "Fewer per format cannot be adjusted.")
    compare_groups: int = _choice(
        6, "therapy groups", "Fewer cannot show how much groups differ from each other."
    )
    compare_df: float = _choice(
        4.0, "degrees of freedom", "Below this the interval itself is not trustworthy."
    )
    overlap_n_effective: float = _choice(15.0, "children", "Enough comparable children.")
    overlap_share: float = _choice(0.50, "share", "At least half of a format is comparable.")
    overlap_smd: float = _choice(0.20, "standard deviations", "Alike enough after weighting.")
    overlap_smd_warn: float = _choice(0.10, "standard deviations", "Say so above this.")
    rare_propensity: float = _choice(
        0.02, "probability", "A child this unlikely to get a format has no counterpart in it."
    )
    rare_share: float = _choice(0.10, "share", "More such children: no fair comparison.")
    precision_multiple: float = _choice(
        2.0, "margins", "An interval wider than this either way cannot answer the question."
    )
    answer_width: float = _choice(
        2 / 3,
        "share of the margin",
        "Planned half-width of an interval: at the margin itself most clinics in which nothing "
        "differs still have no answer, at two thirds of it most have one.",
    )
    attrition_share: float = _choice(0.35, "share", "More missing at the end: suggestive only.")
    attrition_difference: float = _choice(
        0.15, "share", "Formats that lose children unequally: suggestive only."
    )
    after_format_share: float = _choice(
        0.50, "share", "Goals set after the format was chosen are relative to that choice."
    )
    dominance_share: float = _choice(
        0.50, "share", "One group or therapist with more of a format stands for the format."
    )
    bend_share: float = _choice(
        0.25,
        "margins",
        "A difference that review weeks alone could make is told from this part of the margin on.",
    )
    concordance_share: float = _choice(
        0.50, "share", "The other way of asking must find at least half the difference."
    )
    delivered_share: float = _choice(
        0.75,
        "share of sessions",
        "Mostly given as planned: the child's own plan, not its exact days.",
    )
    impute_above: float = _choice(
        0.05, "share", "A trait missing more often than this is filled in several times over."
    )
    imputations: int = _choice(
        20, "completed copies", "Enough that another draw would not change the second decimal."
    )
    seed: int = _choice(2026, "number", "Start of the random draws; the same draws every time.")
    resamples: int = _choice(
        2000, "resamples", "Enough that an interval's ends no longer move in the second decimal."
    )
    condition_number: float = _choice(
        1e8, "ratio", "Beyond this the columns cannot be told apart in double precision."
    )
    fewest_events: int = _choice(
        5, "goals", "Fewer goals attained, or not attained, leave a hazard to chance."
    )
    rows_left_over: int = _choice(
        10, "children", "Fewer children beyond the columns estimated would fit noise."
    )
    residual_df: int = _choice(
        10, "children", "With fewer left over, a printed model would nearly repeat its children."
    )
    logged_share: float = _choice(
        0.50, "share of weeks", "Practice written down less often says little about an interval."
    )
    practice_minutes: float = _choice(
        30.0, "minutes a week", "Half an hour more a week: a step that a family can picture."
    )
    mark_times_a_month: float = _choice(
        17.5, "times a month", "Practice of a published home programme (Novak 2009)."
    )
    mark_minutes: float = _choice(
        16.5, "minutes", "Length of one practice of that programme (Novak 2009)."
    )
    rater_margin: float = _choice(
        0.25,
        "levels",
        "Raters are compared in levels, not in levels per term: on average one goal in four seen "
        "a whole level lower.",
    )
    hours_per_level: tuple[float, ...] = _choice(
        (0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0),
        "therapist hours",
        "What one level may be worth: nobody knows, so a range is shown.",
    )
    dropout_deltas: tuple[float, ...] = _choice(
        (0.0, 0.25, 0.50, 0.75, 1.0),
        "share of progress lost",
        "Children who left went on as before (0), made no more progress (1), or between.",
    )
    low_rating: float = _choice(
        2.0, "rating", "Ratings run from 1 to 5; few children are rated at the ends."
    )
    high_rating: float = _choice(4.0, "rating", "As far above the middle as the low one is below.")
    fewest_left_out: int = _choice(
        3, "groups or therapists", "With fewer, leaving one out leaves out most of the children."
    )
    fewest_across: int = _choice(
        2, "therapists", "One therapist with several formats stands for one person's habits."
    )
    fewest_levels: int = _choice(
        3, "levels", "Two levels are a yes or no, and have no order to speak of."
    )
    fewest_domains: int = _choice(2, "areas of life", "One area has no other to differ from.")
    filling_rounds: int = _choice(
        12, "rounds", "Filled-in values settle long before; the number only bounds the search."
    )
    imputation_rounds: int = _choice(
        5, "rounds", "Chained draws forget where they began within a few rounds."
    )
    columns_to_record: int = _choice(
        2, "columns", "A team starts to write down one or two new things, not ten."
    )
    least_std_error: float = _choice(
        0.005,
        "levels per {rate_weeks} weeks",
        "Less would be printed as 0.00: records without any spread.",
    )
    t_correlation: float = _choice(
        0.30, "correlation", "Between goals of a child, as T-scores assume (Kiresuk & Sherman)."
    )
    fewest_therapists: int = _choice(3, "therapists", "Of two, each would know the other's share.")
    largest_therapist_share: float = _choice(
        2 / 3, "share of children", "One therapist with more could recognise the work as theirs."
    )
    no_hint: float = _choice(
        0.10, "p-value", "At or above it there is no hint of a dependence that could be rated."
    )


@dataclass(frozen=True, kw_only=True)
class Settings(ClinicChoices, MethodConstants):
    """Every choice of a study: what a clinic may choose, and the constants of the method.

    Raises:
        AnalysisError: if the margin is not between the least and the greatest, or the smallest
            cell not a whole number between what may ever be published and what still reports.

    >>> Settings(margin=0.5).margin
    0.5
    """

    def __post_init__(self) -> None:
        if not LEAST_MARGIN <= self.margin <= GREATEST_MARGIN:
            raise AnalysisError(
                f"The margin must be a number of levels per {self.rate_weeks} weeks between "
                f"{LEAST_MARGIN:g} and {GREATEST_MARGIN:g}, for example 0.25."
            )
        # A range first: what is no number, or endless, is in none.
        if not (
            SMALLEST_CELL_ALLOWED <= self.smallest_cell <= LARGEST_CELL_ALLOWED
            and self.smallest_cell == int(self.smallest_cell)
        ):
            raise AnalysisError(
                "The smallest cell must be a whole number of children between "
                f"{SMALLEST_CELL_ALLOWED} and {LARGEST_CELL_ALLOWED}; 11 is the default."
            )

    @property
    def error_rate(self) -> float:
        """The share of false differences that the level of confidence allows."""
        return round(1 - self.confidence, 12)

    @property
    def last_week(self) -> int:
        """The last week whose reviews count."""
        return self.horizon_weeks + self.grace_weeks

    def rows(self) -> list[dict[str, object]]:
        """Give every choice as a row: name, value, unit, reason; a clinic's own choices first."""
        weeks = {"rate_weeks": self.rate_weeks, "horizon_weeks": self.horizon_weeks}
        return [
            {"name": f.name, "value": getattr(self, f.name)}
            | {name: text.format(**weeks) for name, text in f.metadata.items()}
            for part in (ClinicChoices, MethodConstants)
            for f in fields(part)
        ]
