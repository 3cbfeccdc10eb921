"""What may be said of several clinics: each gate fires where it must and only there."""

from dataclasses import replace

import pytest
from pooled_clinics import PAIRS, brought_of, given_of, network_of

from analysis.clinics.given import ATTAINED, MAIN, WITHIN, Brought
from analysis.clinics.publish import publish_network
from analysis.network_choices import NetworkChoices
from analysis.vocabulary import (
    CANNOT_TELL,
    DEPENDS,
    FASTER_IMPORTANT,
    FASTER_SIZE_UNCERTAIN,
    NO_IMPORTANT_DIFFERENCE,
    NOT_COMPARABLE,
    RULES_OUT,
)

AHEAD = ((0.0, 0.6), (0.02, 0.62), (-0.02, 0.58), (0.01, 0.61), (-0.01, 0.59), (0.0, 0.6))


def pair_of(given, id="combined-individual", question=0, **changes):
    summary = publish_network(given, "reports", choices=NetworkChoices(**changes))
    return next(pair for pair in summary.questions[question].pairs if pair.id == id)


def test_clinics_that_agree_say_who_is_ahead_by_enough():
    pair = pair_of(network_of(*AHEAD))
    assert (pair.label, pair.ahead) == (FASTER_IMPORTANT, "combined")
    assert (pair.certainty, pair.weak, pair.why) == ("clear", (), None)
    assert pair_of(network_of(*AHEAD), "group-individual").label == NO_IMPORTANT_DIFFERENCE


def test_fewer_than_three_clinics_with_a_pair_say_nothing_of_it():
    given = network_of(*AHEAD)
    kept = {"group-individual": given[0].brought[MAIN]["group-individual"]}
    given[2:] = [replace(one, brought={MAIN: kept}) for one in given[2:]]
    pair = pair_of(given)
    assert (pair.label, pair.why, pair.n_clinics) == (NOT_COMPARABLE, "few_clinics", 2)
    assert (pair.shown, pair.estimate, pair.conf_low, pair.next_low) == (False, None, None, None)
    assert pair_of(given, fewest_clinics=2).label == FASTER_IMPORTANT


def test_formats_that_never_meet_within_a_clinic_are_not_compared():
    given = network_of(*AHEAD)
    for k, one in enumerate(given):
        id = PAIRS[k % 2]
        given[k] = replace(one, brought={MAIN: {id: one.brought[MAIN][id]}})
    pair = pair_of(given, "combined-group")
    assert (pair.label, pair.why, pair.estimate) == (NOT_COMPARABLE, "never_met", None)
    assert pair_of(given, "group-individual").shown


def test_one_clinic_with_most_of_the_weight_weakens_the_answer():
    given = network_of(*AHEAD)
    given[0] = replace(given[0], brought={MAIN: brought_of(AHEAD[0], 0.02)})
    pair = pair_of(given)
    assert "one_clinic" in pair.weak
    assert (pair.label, pair.certainty) == (FASTER_SIZE_UNCERTAIN, "suggestive")
    assert "one_clinic" not in pair_of(given, largest_weight=0.99).weak


def test_clinics_that_differ_weaken_the_answer():
    apart = tuple((first, 0.7 + 0.35 * (-1) ** k) for k, (first, _) in enumerate(AHEAD * 2))
    pair = pair_of(network_of(*apart, error=0.05))
    assert pair.weak == ("clinics_differ",)
    assert pair.label == FASTER_SIZE_UNCERTAIN
    assert pair_of(network_of(*apart, error=0.05), spread_margins=9.0).weak == ()


def test_clinics_that_ask_for_care_weaken_the_answer():
    given = network_of(*AHEAD)
    for k in range(4):
        given[k] = replace(given[k], brought={MAIN: brought_of(AHEAD[k], lean=True)})
    assert pair_of(given).weak == ("clinics_lean",)
    assert pair_of(given, lean_weight=0.9).weak == ()


def test_a_difference_that_rests_on_one_clinic_is_not_answered():
    given = network_of(*((0.0, 0.1),) * 5, error=0.5)
    given.append(given_of(9, (0.0, 0.6), 0.02))
    pair = pair_of(given)
    assert (pair.label, pair.why) == (DEPENDS, "rests_on_one")
    assert pair_of(given, kept_share=-1e9).label != DEPENDS


def test_a_difference_that_weighting_does_not_find_is_not_answered():
    given = network_of(*AHEAD)
    for k, one in enumerate(given):
        rows = {id: replace(row, weighted=0.0) for id, row in one.brought[MAIN].items()}
        given[k] = replace(one, brought={MAIN: rows})
    assert (pair_of(given).label, pair_of(given).why) == (DEPENDS, "other_adjustment")


def test_a_range_that_misses_zero_without_passing_all_questions_is_not_called_ahead():
    given = network_of(*((0.0, 0.2),) * 6, error=0.2)
    pair = pair_of(given)
    assert pair.conf_low > 0
    assert pair.p_value > 0.012
    assert (pair.label, pair.why, pair.ahead) == (RULES_OUT, "not_settled", "combined")


def test_a_range_too_wide_to_answer_cannot_tell():
    pair = pair_of(network_of(*AHEAD[:3], error=1.0))
    assert (pair.label, pair.why) == (CANNOT_TELL, "too_wide")


def test_the_range_for_a_next_clinic_holds_the_mean_and_is_wider():
    for pair in publish_network(network_of(*AHEAD), "reports").questions[0].pairs:
        assert pair.next_low <= pair.conf_low < pair.estimate < pair.conf_high <= pair.next_high


def test_leaving_one_clinic_out_is_told_only_where_three_are_left():
    assert pair_of(network_of(*AHEAD[:3])).without_low is None
    pair = pair_of(network_of(*AHEAD[:4]))
    assert pair.without_low <= pair.estimate <= pair.without_high


def test_questions_beside_the_main_one_share_its_error():
    given = network_of(*((0.0, 0.0),) * 6)
    strong, faint = brought_of((0.5, 0.5), 0.1), brought_of((0.2, 0.0), 0.2)
    found = {}
    for name, own in (("strong", strong), ("faint", faint)):
        asked = [replace(one, brought={**one.brought, WITHIN: own}) for one in given]
        found[name] = pair_of(asked, "group-individual", question=1)
    assert found["strong"].settled
    assert found["faint"].conf_low > 0
    assert not found["faint"].settled
    assert found["faint"].label == RULES_OUT


def test_goals_attained_are_settled_only_after_the_rate_and_on_its_side():
    with_goals = {id: Brought(25.0, 3.0) for id in PAIRS}
    against = {id: Brought(-25.0, 3.0) for id in PAIRS}
    settled = {}
    for name, rates, goals in (
        ("with it", AHEAD, with_goals),
        ("against it", AHEAD, against),
        ("rate open", ((0.0, 0.0),) * 6, with_goals),
    ):
        given = network_of(*rates)
        asked = [replace(one, brought={**one.brought, ATTAINED: goals}) for one in given]
        settled[name] = pair_of(asked, question=1).settled
    assert settled == {"with it": True, "against it": False, "rate open": False}


@pytest.mark.parametrize("n_clinics", [3, 12])
def test_nothing_in_a_summary_tells_one_clinic_from_another(n_clinics):
    given = network_of(*(AHEAD * 2)[:n_clinics])
    found = publish_network(given, "reports")
    assert publish_network(given[::-1], "reports") == found
