"""Why something is not said: the clause for each id of `vocabulary.Reason`.

In: an id. Out: a clause without capital letter and full stop, as the end of a sentence.
"""

from __future__ import annotations

NOTHING = "Too few children to show this."
NOT_ASKED = "This was not asked of these records this time."
REASON_CLAUSES: dict[str, str] = {
    "few_formats": "fewer than two formats have enough children",
    "few_children_left": "too few children of at least two formats are left",
    "few_rows_left": "too few children are left for the traits allowed for",
    "few_clusters_left": "too few independent children and therapy groups are left",
    "few_reviewed": "too few children were reviewed at the end",
    "few_rated": "fewer than two formats have enough children in whom this trait was rated",
    "few_with_both_kinds": "too few children have both a skill goal and a social goal",
    "few_of_kind": "too few children have a goal of this kind",
    "few_domains": "fewer than two areas of life have enough children in every format",
    "few_attained": "too few goals reached the expected level, or too few did not",
    "none_attained": "no goal reached the expected level by then",
    "few_levels": "too few different levels were reached",
    "few_labels": "too few of them are recorded",
    "few_across_formats": "too few therapists worked in more than one format",
    "few_sessions_written": "sessions were written down for too few children",
    "few_groups_for_effort": (
        "too few therapy groups, or therapists with one format, to judge how gain for effort varies"
    ),
    "few_practice_intervals": (
        "too few children have home practice written down in two intervals between reviews"
    ),
    "few_rated_twice": (
        "too few goals were rated both by a therapist and by a caregiver or teacher"
    ),
    "few_behind": "too few children stand behind it",
    "few_behind_to_print": "too few children stand behind it to print it",
    "few_new": "too few children came since, or too few were there before",
    "few_left": "a few children left since, and the answer could give them away",
    "no_group_id": "the column group_id is not filled in",
    "no_therapist_id": "the column therapist_id is not filled in",
    "no_set_before_format": "the column set_before_format is not filled in",
    "no_rater": "the column rater is not filled in",
    "no_reason_for_format": "the column reason_for_format is not filled in",
    "no_delivered": "the column delivered is not filled in",
    "no_sessions": "the table of sessions is missing or empty",
    "no_hours": "sessions do not say how long they were or how many children were there",
    "no_practice": "the table of home practice is missing or empty",
    "raters_not_recorded": "nobody recorded who rated the goals",
    "control_not_recorded": "it was not recorded for enough children",
    "therapists_missing": "the therapist is not recorded for every child",
    "nobody_twice": "every child has one episode, so this is the main analysis again",
    "nothing_missing": "no trait allowed for is missing, so this is the main analysis again",
    "hardly_missing": "no trait allowed for is missing often enough to need it",
    "control_adjusted_for": "the main analysis allows for it",
    "control_all_alike": "it is the same for every child",
    "no_practice_spread": ("home practice hardly differs between the intervals of the same child"),
    "separated": "what is recorded of the children tells exactly which goals got there",
    "columns_dependent": "the recorded traits and the formats cannot be told apart",
    "no_answer": "the model found no answer in these records",
    "no_certain_answer": "the model found no answer in these records that is certain",
    "no_spread_in_domain": "the spread of progress inside an area of life cannot be judged",
    "too_close": (
        "it differs from another analysis here by so few children that it could give them away"
    ),
    "pairs_not_compared": "it can be asked only of formats that may not be compared",
    "few_left_to_print": "too few children are left to print it",
    "few_in_a_format": "too few children in a format to print this",
    "not_compared": "the formats could not be compared",
    "not_asked": "it was not asked in this run",
}
DROPPED_CLAUSES: dict[str, str] = {
    "not_recorded": "not recorded",
    "missing_too_often": "missing too often",
    "no_room": "no room",
    "tells_nothing": "it tells nothing further here",
}


def give_clause(reason: str) -> str:
    """Give a reason as the end of a sentence.

    Args:
        reason: one of `vocabulary.Reason`.

    Raises:
        KeyError: if there is no such reason.
    """
    return REASON_CLAUSES[reason]
