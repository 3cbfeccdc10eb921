"""Every choice that could change a result, with its unit and its reason.

In: nothing. Out: `Settings`, made of what a clinic may choose and of the constants of the method.
Decisions: the defaults were fixed before any records were seen (METHODS.md gives the sources); a
clinic may change `ClinicChoices` and says so on the PDF, which prints every choice. How numbers
are rounded for print is disclosure control's; tolerances of arithmetic stand where they are used.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from analysis.errors import AnalysisError
from analysis.weeks_and_errors import WeeksAndErrors, choice

SMALLEST_CELL_ALLOWED, LARGEST_CELL_ALLOWED = 8, 50
# A margin below the first is finer than a printed number; above the second it is half the scale.
LEAST_MARGIN, GREATEST_MARGIN = 0.05, 2.0


@dataclass(frozen=True, kw_only=True)
class ClinicChoices:
    """What a clinic may choose.

    Attributes:
        margin: the smallest difference that matters, in the unit of the rate.
        smallest_cell: fewest children a printed number may be about.
    """

    margin: float = choice(
        0.25,
        "levels per {rate_weeks} weeks",
        "A difference smaller than this would not change which format a child is offered. A "
        "convention: no minimal important difference is published for children's goals.",
    )
    smallest_cell: int = choice(
        11,
        "children",
        "No number about fewer children is printed; meets the strictest public rule found.",
    )


@dataclass(frozen=True, kw_only=True)
class MethodConstants(WeeksAndErrors):
    """The constants of the method; each attribute's unit and reason stand beside it."""

    children_per_covariate: int = choice(
        5, "children", "More columns than this for the smallest format would fit noise."
    )
    place_children: float = choice(
        6.0,
        "children a place",
        "Smaller places are told by the shares of the formats they give.",
    )
    together_children: float = choice(
        10.0,
        "children",
        "With fewer at the same places, formats cannot be told from places.",
    )
    wait_weeks: float = choice(
        2.0,
        "weeks",
        "Each week that a format begins later costs it an eighth of a margin.",
    )
    fewest_traits: int = choice(
        3, "traits", "With fewer traits recorded, who was offered what cannot be allowed for."
    )
    most_missing: float = choice(
        0.40, "share", "A column missing more often than this cannot be filled in credibly."
    )
    describe_children: int = choice(10, "children", "Fewer are listed, not described.")
    compare_children: int = choice(
        15,
        "children",
        "Fewer leave room for two traits at most, so who was offered what is hardly allowed for.",
    )
    compare_groups: int = choice(
        4, "therapy groups", "Fewer cannot show how much groups differ from each other."
    )
    keeper_odds: float = choice(
        4.0,
        "times the clinic's odds",
        "A therapist this much likelier to work in one format keeps to it, and ties children as a "
        "group does; where formats are equally common, two thirds of the therapist's children.",
    )
    therapist_apart: float = choice(
        0.50,
        "share",
        "One therapist with this much more of one format than of another cannot be told from it.",
    )
    second_group_share: float = choice(
        0.25,
        "share of group sessions",
        "A child who comes to a further group this often belongs to it as well; a visit does not.",
    )
    second_group_sessions: int = choice(
        3, "sessions", "One or two sessions of another group are visits, whatever their share."
    )
    compare_df: float = choice(
        2.0, "degrees of freedom", "Below this the interval itself is not trustworthy."
    )
    overlap_n_effective: float = choice(10.0, "children", "Enough comparable children.")
    overlap_share: float = choice(0.50, "share", "At least half of a format is comparable.")
    overlap_smd: float = choice(0.20, "standard deviations", "Alike enough after weighting.")
    overlap_smd_warn: float = choice(0.10, "standard deviations", "Say so above this.")
    rare_propensity: float = choice(
        0.02, "probability", "A child this unlikely to get a format has no counterpart in it."
    )
    rare_share: float = choice(0.10, "share", "More such children: no fair comparison.")
    precision_multiple: float = choice(
        2.0, "margins", "An interval wider than this either way cannot answer the question."
    )
    answer_width: float = choice(
        2 / 3,
        "share of the margin",
        "Planned half-width of an interval: at the margin itself most clinics in which nothing "
        "differs still have no answer, at two thirds of it most have one.",
    )
    attrition_share: float = choice(0.35, "share", "More missing at the end: suggestive only.")
    attrition_difference: float = choice(
        0.15, "share", "Formats that lose children unequally: suggestive only."
    )
    after_format_share: float = choice(
        0.50, "share", "Goals set after the format was chosen are relative to that choice."
    )
    dominance_share: float = choice(
        0.50, "share", "One group or therapist with more of a format stands for the format."
    )
    bend_share: float = choice(
        0.25,
        "margins",
        "A difference that review weeks alone could make is told from this part of the margin on.",
    )
    concordance_share: float = choice(
        0.50, "share", "The other way of asking must find at least half the difference."
    )
    delivered_share: float = choice(
        0.75,
        "share of sessions",
        "Mostly given as planned: the child's own plan, not its exact days.",
    )
    impute_above: float = choice(
        0.05, "share", "A trait missing more often than this is filled in several times over."
    )
    imputations: int = choice(
        20, "completed copies", "Enough that another draw would not change the second decimal."
    )
    seed: int = choice(2026, "number", "Start of the random draws; the same draws every time.")
    resamples: int = choice(
        2000, "resamples", "Enough that an interval's ends no longer move in the second decimal."
    )
    condition_number: float = choice(
        1e8, "ratio", "Beyond this the columns cannot be told apart in double precision."
    )
    fewest_events: int = choice(
        5, "goals", "Fewer goals attained, or not attained, leave a hazard to chance."
    )
    rows_left_over: int = choice(
        10, "children", "Fewer children beyond the columns estimated would fit noise."
    )
    residual_df: int = choice(
        10, "children", "With fewer left over, a printed model would nearly repeat its children."
    )
    logged_share: float = choice(
        0.50, "share of weeks", "Practice written down less often says little about an interval."
    )
    practice_minutes: float = choice(
        30.0, "minutes a week", "Half an hour more a week: a step that a family can picture."
    )
    mark_times_a_month: float = choice(
        17.5, "times a month", "Practice of a published home programme (Novak 2009)."
    )
    mark_minutes: float = choice(
        16.5, "minutes", "Length of one practice of that programme (Novak 2009)."
    )
    rater_margin: float = choice(
        0.25,
        "levels",
        "Raters are compared in levels, not in levels per term: on average one goal in four seen "
        "a whole level lower.",
    )
    hours_per_level: tuple[float, ...] = choice(
        (0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0),
        "therapist hours",
        "What one level may be worth: nobody knows, so a range is shown.",
    )
    dropout_deltas: tuple[float, ...] = choice(
        (0.0, 0.25, 0.50, 0.75, 1.0),
        "share of progress lost",
        "Children who left went on as before (0), made no more progress (1), or between.",
    )
    low_rating: float = choice(
        2.0, "rating", "Ratings run from 1 to 5; few children are rated at the ends."
    )
    high_rating: float = choice(4.0, "rating", "As far above the middle as the low one is below.")
    fewest_left_out: int = choice(
        3, "groups or therapists", "With fewer, leaving one out leaves out most of the children."
    )
    fewest_across: int = choice(
        2, "therapists", "One therapist with several formats stands for one person's habits."
    )
    fewest_levels: int = choice(
        3, "levels", "Two levels are a yes or no, and have no order to speak of."
    )
    fewest_domains: int = choice(2, "areas of life", "One area has no other to differ from.")
    filling_rounds: int = choice(
        12, "rounds", "Filled-in values settle long before; the number only bounds the search."
    )
    imputation_rounds: int = choice(
        5, "rounds", "Chained draws forget where they began within a few rounds."
    )
    columns_to_record: int = choice(
        2, "columns", "A team starts to write down one or two new things, not ten."
    )
    least_std_error: float = choice(
        0.005,
        "levels per {rate_weeks} weeks",
        "Less means records without any spread, where a format has as few children as are "
        "compared; with four times as many children half of it does.",
    )
    by_format_share: float = choice(
        0.20,
        "share",
        "Formats that differ more in who rated goals, or in when they were set, measure "
        "different things.",
    )
    by_format_error: float = choice(
        0.01, "p-value", "Three pairs are asked; a rule should seldom fire where nothing differs."
    )
    suspicion_error: float = choice(
        0.02,
        "one-sided p-value",
        "What can be seen only dimly (kinder ratings, leaving after success) must be asked so, or "
        "it is missed.",
    )
    head_start_levels: float = choice(
        0.15,
        "levels",
        "Less may come from the scale's upper end, which fast formats reach first.",
    )
    standard_levels: float = choice(
        0.15,
        "levels",
        "How much kinder one format's therapists rate, or how much easier its later goals are, "
        "before the formats are taken to be measured by two standards.",
    )
    other_raters_share: float = choice(
        0.50,
        "share of reviews",
        "With fewer rated by others, the kindness of one format's own therapists moves its "
        "progress by half or more of itself, and is hardly seen in records of this size.",
    )
    review_gap_weeks: float = choice(
        1.0, "weeks", "Reviews further apart in one format by more than chance moves them."
    )
    off_calendar_weeks: float = choice(
        0.25, "weeks", "Reviews of one format that come when they are called for, not when due."
    )
    leaving_share: float = choice(
        0.15, "share", "As for children missing at the end: formats that lose them unequally."
    )
    endings_share: float = choice(
        0.05, "share of goals", "Fewer goals made harder or closed too soon move no difference."
    )
    made_harder_share: float = choice(
        0.15,
        "share of reviews",
        "Ratings alone let 5% of goals at the expected level fall below it by the next review; "
        "above this, goals are made harder.",
    )
    made_harder_fewest: int = choice(
        5, "goals", "Fewer falls than this in each format are left to chance."
    )
    effort_clusters: int = choice(
        6,
        "groups, or children treated alone",
        "Of fewer in a format, drawn again and again, too many draws leave out nearly all.",
    )
    t_correlation: float = choice(
        0.30, "correlation", "Between goals of a child, as T-scores assume (Kiresuk & Sherman)."
    )
    fewest_therapists: int = choice(3, "therapists", "Of two, each would know the other's share.")
    largest_therapist_share: float = choice(
        2 / 3, "share of children", "One therapist with more could recognise the work as theirs."
    )
    no_hint: float = choice(
        0.10, "p-value", "At or above it there is no hint of a dependence that could be rated."
    )


@dataclass(frozen=True, kw_only=True)
class Settings(ClinicChoices, MethodConstants):
    """Every choice of a study: what a clinic may choose, and the constants of the method.

    Attributes:
        look_share: the share of a chain's error that this report may use: no choice, but what
            earlier reports left (`decisions.looks`); `first_look_share` when None.

    Raises:
        AnalysisError: if the margin is not between the least and the greatest, or the smallest
            cell not a whole number between what may ever be published and what still reports.

    >>> Settings(margin=0.5).margin
    0.5
    """

    look_share: float | None = choice(
        None, "share of the error", "What the reports before it left; no choice of anybody's."
    )

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
        """The share of reports like this one that may state a false difference.

        What the level of confidence allows a whole chain of reports, times this report's share.
        """
        share = self.first_look_share if self.look_share is None else self.look_share
        return round((1 - self.confidence) * share, 12)

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
