"""The clinics the truth audit invents, and the bars each must clear.

In: nothing. Out: a fixed tuple of `Scenario`s. Decisions: which bars apply where was fixed before
any audit was run (METHODS.md, "Truth audit"); a naive analysis has bars too: where it does not
fail, the scenario is too easy to prove anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from analysis.simulation.design import NO_DIFFERENCE, ClinicDesign
from analysis.simulation.draw import Design
from analysis.simulation.unlike_design import UnlikeDesign
from analysis.vocabulary import GateRule

Bar = tuple[float | None, float | None]

# What is measured in every scenario, in the order of the table's columns.
MEASURES = MappingProxyType(
    {
        "compared": "pairs compared",
        "bias": "largest bias",
        "coverage": "coverage",
        "false_difference": "interval without 0",
        "half_width": "half-width",
        "said_faster": "clinics told a format is faster",
        "false_faster": "called faster when nothing differs",
        "any_false": "reports with any false difference, on any page",
        "false_similar": "called alike when a margin apart",
        "false_sentence": "pairs with any false sentence",
        "faults": "clinics with a sentence against the rules",
        "clear": "pairs said without a warning",
        "within_bias": "within-child bias",
        "within_coverage": "within-child coverage",
        "attained_bias": "goals attained: largest bias",
        "attained_coverage": "goals attained: coverage",
        "naive_rows": "row regression: clinics told of a difference",
        "naive_ever": "ever-combined: bias",
        "main_coverage_worst": "coverage of the worst pair",
        "shown_coverage": "coverage of the pairs shown",
        "unnamed": "clinics told a format is faster without the reason",
    }
)

NEVER: Bar = (None, 0.0)
UNBIASED: Bar = (None, 0.02)
COVERED: Bar = (0.925, 0.975)
FALSE_DIFFERENCE: Bar = (0.03, 0.075)
SELDOM: Bar = (None, 0.05)
COVERED_AT_LEAST: Bar = (0.925, None)
SELDOM_MISLED: Bar = (None, 0.06)
WITHIN_COVERED: Bar = (0.93, 0.97)
NAIVE_ROWS_FAIL: Bar = (0.20, None)
NAIVE_EVER_FAILS: Bar = (0.10, None)
CONFOUNDED_FAILS: Bar = (None, 0.60)
NEARLY_NEVER: Bar = (None, 0.01)

# Asking in every other way and saying everything takes longer than all the rest.
WHOLE_EVERY = 20

EVERYWHERE = MappingProxyType({"faults": NEVER})

_RIGHT = {"bias": UNBIASED, "coverage": COVERED}
_RIGHT_NULL = _RIGHT | {
    "false_difference": FALSE_DIFFERENCE,
    "false_faster": SELDOM,
    "naive_rows": NAIVE_ROWS_FAIL,
}


@dataclass(frozen=True)
class Scenario:
    """One kind of clinic the audit invents.

    Attributes:
        name: short stable name; decides the scenario's random numbers.
        meaning: what is special about it, in a few words.
        design: what its clinics are drawn from.
        bars: measure -> (smallest, largest) value allowed; None where there is no limit.
            Every scenario has `EVERYWHERE` as well.
        whole_every: the whole report is read of one clinic in so many; the main answer and its
            sentences of every one.
        reasons: rules of gates that name what is odd; a format called faster without one of them
            is `unnamed`.
    """

    name: str
    meaning: str
    design: Design
    bars: Mapping[str, Bar] = field(default_factory=dict)
    whole_every: int = WHOLE_EVERY
    reasons: frozenset[GateRule] = frozenset()


_CLINIC = ClinicDesign(n_children=120)
_NULL = replace(_CLINIC, **dict[str, Any](NO_DIFFERENCE))

# Planted so that group - individual is one margin (0.25) on the observed scale; a test says so.
_ONE_MARGIN = replace(_NULL, format_effects=(0.0, 0.324, 0.0))

# The answer is right, or the pair is withheld; where it is wrong by chance, page 1 names why.
_ODD_NULL = {
    "shown_coverage": COVERED_AT_LEAST,
    "said_faster": SELDOM_MISLED,
    "unnamed": NEARLY_NEVER,
}
_MISLED = {"said_faster": SELDOM_MISLED, "unnamed": NEARLY_NEVER}
_OF_THERAPISTS: frozenset[GateRule] = frozenset({"therapists_apart", "one_therapist"})
_BLOCKS = UnlikeDesign(last_week=(24, 12, 24))
_UNLIKE_NULL = {"coverage": COVERED_AT_LEAST, "said_faster": SELDOM_MISLED}

# Places and years are a fifth of a level apart, and each prefers other formats.
_PLACES = UnlikeDesign(n_places=3, place_step=0.4, place_preference=(0.0, 2.0, -1.0))
_YEARS = UnlikeDesign(year_trend=0.08, year_preference=(0.0, 0.5, 0.25))

SCENARIOS = (
    Scenario(
        "null",
        "nothing differs, traits decide the format only",
        replace(_NULL, confounding=0.0),
        _RIGHT_NULL | {"naive_ever": NAIVE_EVER_FAILS},
    ),
    Scenario(
        "confounded_null",
        "nothing differs, traits decide format and progress",
        _NULL,
        _RIGHT_NULL | {"naive_ever": NAIVE_EVER_FAILS, "any_false": SELDOM},
        whole_every=1,
    ),
    Scenario(
        "main_effects",
        "group slower, combined faster, alike for all goals",
        replace(_NULL, format_effects=(0.0, -0.35, 0.25)),
        _RIGHT | {"false_similar": SELDOM},
    ),
    Scenario(
        "one_margin",
        "group ahead of the others by exactly the margin",
        _ONE_MARGIN,
        _RIGHT | {"false_faster": SELDOM, "false_similar": SELDOM},
    ),
    Scenario(
        "by_kind",
        "the sample's planted differences: skill and social goals part",
        _CLINIC,
        _RIGHT | {"within_coverage": WITHIN_COVERED},
    ),
    Scenario(
        "unmeasured",
        "an unrecorded trait decides format and progress; social goals gain in groups",
        replace(_NULL, unmeasured=1.0, social_effects=(0.0, 0.4, 0.2)),
        {
            "within_coverage": WITHIN_COVERED,
            "main_coverage_worst": CONFOUNDED_FAILS,
        },
    ),
    Scenario(
        "strong_groups",
        "nothing differs, therapy groups differ much from each other",
        replace(_NULL, group_spread=0.40),
        _RIGHT_NULL,
    ),
    Scenario(
        "informative_dropout",
        "nothing differs, children who move on little leave",
        replace(_NULL, dropout_share=0.08, dropout_by_progress=1.6),
        _RIGHT_NULL,
    ),
    Scenario(
        "calibrated_goals",
        "group slower, but most goals were set with the format in mind",
        replace(_NULL, format_effects=(0.0, -0.35, 0.0), calibration=1.0, goals_set_before=0.2),
        {"clear": SELDOM},
    ),
    Scenario(
        "small",
        "40 children, nothing differs",
        replace(_NULL, n_children=40),
        {"false_sentence": SELDOM, "said_faster": SELDOM},
    ),
    Scenario(
        "large",
        "300 children, nothing differs",
        replace(_NULL, n_children=300),
        _RIGHT_NULL,
    ),
    Scenario(
        "collapsed",
        "every child and goal moves alike, nothing differs",
        replace(
            _NULL,
            child_spread=0.0,
            goal_spread=0.0,
            group_spread=0.0,
            therapist_spread=0.0,
            confounding=0.0,
            practice_effect=0.0,
        ),
        {"bias": UNBIASED, "false_faster": SELDOM, "false_sentence": SELDOM},
    ),
    Scenario(
        "no_combined",
        "a clinic without the combined format, nothing differs",
        replace(_NULL, n_children=120, absent_formats=("combined",)),
        _RIGHT_NULL,
    ),
    Scenario(
        "therapists_keep",
        "nothing differs, each therapist works in one format; 8% of the spread is theirs",
        UnlikeDesign(therapist_keeps=True, therapist_spread=0.12),
        _ODD_NULL,
        reasons=_OF_THERAPISTS,
    ),
    Scenario(
        "one_group_therapist",
        "nothing differs, one therapist runs all groups; 8% of the spread is the therapists'",
        UnlikeDesign(one_group_therapist=True, therapist_spread=0.12),
        _ODD_NULL,
        reasons=_OF_THERAPISTS,
    ),
    Scenario(
        "two_groups",
        "nothing differs, three in ten grouped children go to a second group half of the time",
        UnlikeDesign(second_group_share=0.30, group_spread=0.25),
        {"shown_coverage": COVERED_AT_LEAST, "said_faster": SELDOM_MISLED},
    ),
    Scenario(
        "blocks",
        "nothing differs, groups end at week 12, half of the progress is made by week 7",
        replace(_BLOCKS, half_week=7),
        _UNLIKE_NULL,
    ),
    Scenario(
        "mild_blocks",
        "nothing differs, groups end at week 12, half of the progress is made by week 9",
        replace(_BLOCKS, half_week=9),
        _UNLIKE_NULL,
    ),
    Scenario(
        "left_after_success",
        "nothing differs, most families in groups leave once goals are met",
        UnlikeDesign(leave_after_success=(0.1, 0.8, 0.1)),
        _MISLED,
        reasons=frozenset({"left_after_success"}),
    ),
    Scenario(
        "reviewed_on_success",
        "nothing differs, individual children are reviewed when a goal is met",
        UnlikeDesign(review_on_success=(0.8, 0.0, 0.0)),
        _MISLED,
        reasons=frozenset({"reviewed_less_often", "reviewed_irregularly", "bent"}),
    ),
    Scenario(
        "made_harder",
        "group ahead, goals made harder under the same code once attained",
        UnlikeDesign(format_effects=(0.0, 0.4, 0.0), reset_share=0.8),
        {"coverage": COVERED_AT_LEAST, "false_similar": SELDOM},
    ),
    Scenario(
        "closed_below",
        "nothing differs, most goals in groups are closed as attained one level too early",
        UnlikeDesign(close_below=(0.0, 0.7, 0.0)),
        _MISLED,
        reasons=frozenset({"closed_below"}),
    ),
    Scenario(
        "unchecked_raters",
        "nothing differs, kinder therapists in groups, whom nobody else checks",
        UnlikeDesign(
            leniency=(0.0, 0.35, 0.0), independent_share=0.4, independent_lost=(0.0, 1.0, 0.0)
        ),
        _MISLED,
        reasons=frozenset({"unchecked_raters", "raters_differ", "mostly_own_raters"}),
    ),
    Scenario(
        "kinder_raters",
        "nothing differs, kinder therapists in groups, a quarter rated by others",
        UnlikeDesign(leniency=(0.0, 0.35, 0.0)),
        {"unnamed": NEARLY_NEVER},
        reasons=frozenset({"head_start", "mostly_own_raters"}),
    ),
    Scenario(
        "kind_indication",
        "nothing differs, social readiness chooses the group and moves social goals only",
        UnlikeDesign(kind_indication=(0.0, 1.0, 0.0), kind_effect=0.3),
    ),
    Scenario(
        "three_places",
        "nothing differs, three places do, and prefer different formats",
        _PLACES,
        _UNLIKE_NULL,
    ),
    Scenario(
        "forty_places",
        "nothing differs, forty places of six children do, and prefer different formats",
        replace(_PLACES, n_children=240, n_places=40, place_step=0.8),
        _UNLIKE_NULL,
    ),
    Scenario(
        "years",
        "nothing differs, ratings rise over six years, groups come later; the term is recorded",
        replace(_YEARS, term_recorded=True),
        _UNLIKE_NULL,
    ),
    Scenario(
        "years_not_recorded",
        "the same, the term of the start is not recorded",
        _YEARS,
        {"unnamed": NEARLY_NEVER},
        reasons=frozenset({"terms_not_recorded"}),
    ),
    Scenario(
        "groups_late",
        "nothing differs, groups start six weeks late",
        UnlikeDesign(wait_weeks=(0, 6, 0)),
        _MISLED,
        reasons=frozenset({"late_start"}),
    ),
)
