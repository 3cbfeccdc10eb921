"""What a clinic that is not built like the analysis is like: every oddity named, with its unit.

In: nothing. Out: `UnlikeDesign`.
Decisions: every oddity is off by default, so that one can be tried alone or several together; what
is always on (weekly curved-able paths with shocks, skewed talent, unequal cuts, families that share
talent) is what an analysis of straight lines and equal steps does not assume.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TypeVar

from analysis.errors import AnalysisError
from analysis.formats import FORMATS

Value = TypeVar("Value")
Three = tuple[float, float, float]
NONE: Three = (0.0, 0.0, 0.0)

# Week 24 of an endless horizon: half of a straight line's gain is reached by week 12.
STRAIGHT = 12.0


@dataclass(frozen=True)
class UnlikeDesign:
    """The frozen choices behind a clinic unlike the analysis.

    Three numbers together belong to individual, group and combined, in this order. Rates are latent
    levels per 12 weeks.

    Attributes:
        n_children: children who started.
        format_effects: what each format adds to a goal's rate.
        social_effects: what it adds further for a social goal.
        base_rate: usual rate.
        confounding: how far recorded traits decide the rate (multiple).
        indication: how far recorded traits decide the format (multiple).
        talent_spread, goal_spread, group_spread, therapist_spread, family_spread: standard
            deviations of the rate between children (skewed), goals of a child, therapy groups,
            therapists, and families of two.
        weekly_shock: standard deviation of a week's step that stays (levels).
        review_noise: standard deviation of one rating (levels).
        half_week: week by which half of the gain of 24 weeks is made; 12 is a straight line.
        last_week: last week in which each format is reviewed.
        wait_weeks: weeks each format waits before its first session, without progress.
        n_places: places; place_step: rate of the last place above the first;
        place_preference: log odds of each format at the last place against the first.
        years: how many years the episodes began over; year_trend: what ratings gain a year
            (rate); year_preference: log odds of each format a year.
        term_recorded: whether the column start_term is filled in.
        therapist_keeps: every therapist works in one format only.
        one_group_therapist: one therapist runs all groups.
        second_group_share: share of grouped children who go to a second group half of the time.
        leniency: what the treating therapist of each format adds to a rating after the start.
        independent_share: share of children rated by somebody else.
        independent_lost: share of those children of each format who are rated by their therapist
            after all.
        before_share: share of goals set before the format was chosen, by format.
        reset_share: share of goals made harder under the same code once attained.
        close_below: share of goals of each format closed as attained at a review that found them
            one level below the expected one.
        leave_after_success: share of families of each format that leave once all goals are met.
        leave_share: share that leave after a review, whatever it showed.
        review_on_success: share of reviews of each format held when a goal is just met.
        kind_indication: log odds of each format for one point of social readiness, which nobody
            records and which moves social goals only; kind_effect: by how much.
        unmeasured: how far an unrecorded trait decides both format and rate (multiple).
    """

    n_children: int = 120
    format_effects: Three = NONE
    social_effects: Three = NONE
    base_rate: float = 0.95
    confounding: float = 1.0
    indication: float = 1.0
    talent_spread: float = 0.22
    goal_spread: float = 0.40
    group_spread: float = 0.15
    therapist_spread: float = 0.04
    family_spread: float = 0.10
    weekly_shock: float = 0.05
    review_noise: float = 0.35
    half_week: float = STRAIGHT
    last_week: tuple[int, int, int] = (24, 24, 24)
    wait_weeks: tuple[int, int, int] = (0, 0, 0)
    n_places: int = 2
    place_step: float = 0.0
    place_preference: Three = NONE
    years: int = 6
    year_trend: float = 0.0
    year_preference: Three = NONE
    term_recorded: bool = False
    therapist_keeps: bool = False
    one_group_therapist: bool = False
    second_group_share: float = 0.0
    leniency: Three = NONE
    independent_share: float = 0.25
    independent_lost: Three = NONE
    before_share: Three = (0.8, 0.8, 0.8)
    reset_share: float = 0.0
    close_below: Three = NONE
    leave_after_success: Three = NONE
    leave_share: float = 0.03
    review_on_success: Three = NONE
    kind_indication: Three = NONE
    kind_effect: float = 0.0
    unmeasured: float = 0.0
    absent_formats: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.n_children < 1 or self.n_places < 1 or self.years < 1:
            raise AnalysisError("A clinic needs at least one child, one place and one year.")
        if not 1 <= self.half_week <= STRAIGHT:
            raise AnalysisError(f"half_week must be between 1 and {STRAIGHT:g}.")
        for f in fields(self):
            value = getattr(self, f.name)
            numbers = value if isinstance(value, tuple) else (value,)
            if f.name.endswith("_share") and not all(0 <= number <= 1 for number in numbers):
                raise AnalysisError(f"{f.name} is a share and must be between 0 and 1.")
            if f.name.endswith(("_spread", "_noise", "_shock")) and not value >= 0:
                raise AnalysisError(f"{f.name} is a spread and must not be negative.")
        if set(self.absent_formats) - set(FORMATS) or len(set(self.absent_formats)) >= len(FORMATS):
            raise AnalysisError(f"absent_formats may name at most two of {', '.join(FORMATS)}.")

    @property
    def practice_effect(self) -> float:
        """What home practice adds: nothing here."""
        return 0.0
