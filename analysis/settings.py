"""Every choice that could change a result, with its unit and its reason.

The defaults were fixed before any records were seen; METHODS.md gives the sources. A clinic
may change `margin` and `smallest_cell` (and says so on the PDF, which prints them all).
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from analysis.errors import AnalysisError

SMALLEST_CELL_ALLOWED = 8


def _choice(default: float, unit: str, reason: str) -> float:
    return field(default=default, metadata={"unit": unit, "reason": reason})


@dataclass(frozen=True)
class Settings:
    """The study's fixed choices.

    Raises:
        AnalysisError: if the margin is not a positive number, or the smallest cell is below
            what may ever be published.
    """

    margin: float = _choice(
        0.25,
        "levels per 12 weeks",
        "A difference smaller than this would not change which format a child is offered. A "
        "convention: no minimal important difference is published for children's goals.",
    )
    smallest_cell: int = _choice(
        11,
        "children",
        "No number about fewer children is printed; meets the strictest public rule found.",
    )
    horizon_weeks: int = _choice(
        24, "weeks", "Two terms: long enough to move a goal, short enough that most still come."
    )
    grace_weeks: int = _choice(
        2, "weeks", "The last review is often a week or two late; it still counts as week 24."
    )
    review_weeks: int = _choice(
        6, "weeks", "Usual time between reviews; an attained goal keeps its level at these."
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

    def __post_init__(self) -> None:
        if not 0 < self.margin < 4:
            raise AnalysisError(
                "The margin must be a number of levels per 12 weeks between 0 and 4, for "
                "example 0.25."
            )
        if not (
            self.smallest_cell == int(self.smallest_cell)
            and self.smallest_cell >= SMALLEST_CELL_ALLOWED
        ):
            raise AnalysisError(
                "The smallest cell must be a whole number of children, at least "
                f"{SMALLEST_CELL_ALLOWED}; 11 is the default."
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
        """Give every choice as a row: name, value, unit, reason (for the methods table)."""
        return [
            {"name": f.name, "value": getattr(self, f.name), **f.metadata} for f in fields(self)
        ]
