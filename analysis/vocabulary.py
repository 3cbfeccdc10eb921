"""Names that analyses and decisions give, and that words explain: fixed lists without words.

In: nothing. Out: labels, gates and their rules, reasons, verdicts on claims. Decisions: nothing
that is decided or withheld is ever told in free text below the layer of words, so that nothing
about the records can travel in a reason.
"""

from __future__ import annotations

from typing import Final, Literal

Label = Literal[
    "faster_important",
    "no_important_difference",
    "faster_size_uncertain",
    "rules_out_importantly_slower",
    "cannot_tell",
    "depends_on_adjustment",
    "not_comparable",
]
FASTER_IMPORTANT: Final = "faster_important"
NO_IMPORTANT_DIFFERENCE: Final = "no_important_difference"
FASTER_SIZE_UNCERTAIN: Final = "faster_size_uncertain"
RULES_OUT: Final = "rules_out_importantly_slower"
CANNOT_TELL: Final = "cannot_tell"
DEPENDS: Final = "depends_on_adjustment"
NOT_COMPARABLE: Final = "not_comparable"
AHEAD: Final = (FASTER_IMPORTANT, FASTER_SIZE_UNCERTAIN)
# Inside a study only: an estimate in another unit than the margin's carries no label.
OTHER_UNIT: Final = "other_unit"

Certainty = Literal["clear", "suggestive"]
Unsettled = Literal["three_at_once", "growth_open", "looked_before", "favoured"]
THREE_AT_ONCE: Final = "three_at_once"
GROWTH_OPEN: Final = "growth_open"
LOOKED_BEFORE: Final = "looked_before"
FAVOURED: Final = "favoured"

GateName = Literal[
    "describe",
    "compare",
    "overlap",
    "adjustment",
    "precision",
    "agreement",
    "timing",
    "waiting",
    "attrition",
    "measurement",
    "dominance",
    "goal_timing",
    "raters",
    "reviews",
    "leaving",
    "endings",
]
BLOCKING: Final[tuple[GateName, ...]] = ("describe", "compare", "overlap")
GateRule = Literal[
    "",
    "absent",
    "few_children",
    "groups_not_recorded",
    "few_groups",
    "design",
    "no_spread",
    "low_df",
    "therapists_apart",
    "separated",
    "n_effective",
    "rare",
    "unlike",
    "few_traits",
    "few_columns",
    "terms_not_recorded",
    "imprecise",
    "growth_unanswered",
    "growth_apart",
    "weeks_apart",
    "bent",
    "change_against",
    "attained_against",
    "many_missing",
    "uneven_missing",
    "missing",
    "goal_timing_not_recorded",
    "goals_after_format",
    "raters_not_recorded",
    "one_kind_of_rater",
    "one_group",
    "one_therapist",
    "therapists_not_recorded",
    "timing_recorded_unevenly",
    "timing_differs",
    "unchecked_raters",
    "raters_differ",
    "kinder_therapists",
    "easier_later_goals",
    "head_start",
    "mostly_own_raters",
    "reviewed_less_often",
    "reviewed_irregularly",
    "left_after_success",
    "closed_below",
    "made_harder",
    "trait_blank",
    "places_apart",
    "late_start",
]

ClaimId = Literal["H1", "H2", "H3", "H4", "H5", "H6", "H7"]
ClaimVerdict = Literal["supported", "not supported", "cannot tell", "cannot be tested"]
SUPPORTED: Final = "supported"
NOT_SUPPORTED: Final = "not supported"
UNTOLD: Final = "cannot tell"
UNTESTED: Final = "cannot be tested"
ClaimReason = Literal[
    "ahead",
    "reversed",
    "no_important_difference",
    "ruled_out",
    "behind",
    "not_behind",
    "goes_with",
    "not_lower",
    "lower",
    "too_wide",
    "not_settled",
    "favoured",
    "gate",
]

Unit = Literal["rate", "levels", "log_odds", "percentage_points", "standard_deviations"]

DroppedReason = Literal[
    "not_recorded", "missing_too_often", "no_room", "same_for_all", "told_by_others"
]

Reason = Literal[
    # too little to compare
    "few_formats",
    "few_children_left",
    "few_rows_left",
    "few_clusters_left",
    "few_reviewed",
    "few_rated",
    "few_with_both_kinds",
    "few_of_kind",
    "few_domains",
    "few_attained",
    "none_attained",
    "few_levels",
    "few_labels",
    "few_across_formats",
    "few_sessions_written",
    "few_groups_for_effort",
    "few_practice_intervals",
    "few_rated_twice",
    "few_behind",
    "few_new",
    "few_left",
    # not recorded
    "no_group_id",
    "no_therapist_id",
    "no_set_before_format",
    "no_rater",
    "no_reason_for_format",
    "no_delivered",
    "no_sessions",
    "no_hours",
    "no_practice",
    "raters_not_recorded",
    "control_not_recorded",
    "control_adjusted_for",
    "therapists_missing",
    # nothing to ask
    "nobody_twice",
    "nothing_missing",
    "hardly_missing",
    "control_all_alike",
    "no_practice_spread",
    # the arithmetic finds no answer
    "separated",
    "columns_dependent",
    "no_answer",
    "no_certain_answer",
    "no_spread_in_domain",
    # held back by disclosure control
    "too_close",
    "pairs_not_compared",
    "few_left_to_print",
    "few_in_a_format",
    "not_compared",
    "few_behind_to_print",
    # not part of this run
    "not_asked",
]

Withheld = Reason | Literal[""]
