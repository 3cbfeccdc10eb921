"""Clinics that do not fit together are named with the reason; those that do are let through."""

from dataclasses import replace

import pytest
from msgspec.structs import replace as change
from pooled_clinics import given_of, network_of

from analysis.clinics.agreement import check_together
from analysis.errors import AnalysisError
from analysis.network_choices import NetworkChoices

CHOICES = NetworkChoices()
SAME = ((0.1, 0.2),) * 4


def refusal(given):
    with pytest.raises(AnalysisError) as refused:
        check_together(given, CHOICES)
    return str(refused.value)


def test_clinics_of_the_same_terms_are_let_through_whatever_they_found():
    given = network_of((0.1, 0.2), (-3.0, 1.0), (0.0, 0.0))
    given[1] = replace(given[1], adjusted_for=(), smallest_cell=20, counts={"group": None})
    check_together(given, CHOICES)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"margin": 0.3}, "clinic 2: it holds differences against another margin"),
        ({"version": "9"}, "clinic 2: it was written by another version"),
        ({"choices": {"seed": 1.0}}, "clinic 2: it made other choices of method (seed)"),
    ],
)
def test_a_clinic_of_other_terms_is_named_with_the_reason(changes, said):
    given = network_of(*SAME)
    given[2] = replace(given[2], **changes)
    assert said in refusal(given)
    assert "clinic 1" not in refusal(given)


def test_other_weeks_and_other_units_are_named():
    given = network_of(*SAME)
    measure = given[0].measure
    given[1] = replace(given[1], measure=change(measure, horizon_weeks=12))
    given[3] = replace(given[3], measure=change(measure, rate_weeks=6))
    said = refusal(given)
    assert "clinic 1: it compares other weeks (0 to 12, not 0 to 24)" in said
    assert "clinic 3: its rates, ranges or review weeks are of another kind" in said


@pytest.mark.parametrize("name", ["records", "ledger", "report"])
def test_the_same_clinic_twice_is_refused(name):
    given = network_of(*SAME)
    given[0] = replace(given[0], names={**given[0].names, name: "aa"})
    given[3] = replace(given[3], names={**given[3].names, name: "aa"})
    assert "clinic 3" in refusal(given)
    assert "clinic 0" in refusal(given)


def test_clinics_without_a_ledger_are_not_taken_for_one_another():
    given = [replace(one, names=dict.fromkeys(one.names, "")) for one in network_of(*SAME)]
    check_together(given, CHOICES)


def test_two_clinics_are_too_few():
    said = refusal([given_of(0, (0, 0)), given_of(1, (0, 0))])
    assert "There are 2 clinics here, and at least 3 are needed" in said
