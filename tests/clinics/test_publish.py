"""What is published of several clinics: rounded, and about three at least."""

from dataclasses import replace

import pytest
from growing_clinics import study_of
from pooled_clinics import SIZES, network_of

from analysis.clinics.given import take_report
from analysis.clinics.publish import publish_network
from analysis.clinics.rows import spell_network
from analysis.disclosure.release import protect
from analysis.settings import Settings

FOUR = ((0.1, 0.2), (0.0, 0.3), (0.2, 0.2), (0.1, 0.1))


def test_every_number_of_a_pair_is_rounded_as_in_a_report():
    for pair in publish_network(network_of(*FOUR, error=0.0987), "reports").questions[0].pairs:
        for name in ("estimate", "conf_low", "conf_high", "next_low", "next_high", "equal_low"):
            value = getattr(pair, name)
            assert value == round(value, 2)
        assert pair.largest_share % 5 == 0


def test_the_largest_smallest_cell_and_the_clinics_own_terms_are_taken_over():
    given = network_of(*FOUR)
    given[2] = replace(given[2], smallest_cell=20)
    summary = publish_network(given, "reports")
    assert summary.smallest_cell == 20
    assert summary.margin == given[0].margin
    assert summary.error_percent == round(100 * Settings().error_rate, 1)


def test_children_are_counted_where_three_clinics_print_them():
    given = network_of(*FOUR)
    given[0] = replace(given[0], counts={"individual": 40, "group": None, "combined": None})
    given[1] = replace(given[1], counts={"individual": 40, "group": 35, "combined": None})
    counts = {row.format: row.n_children for row in publish_network(given, "reports").counts}
    assert counts == {"individual": 160, "group": 105, "combined": None}


def test_a_trait_that_one_or_two_clinics_lack_or_have_alone_is_not_counted():
    given = network_of(*(FOUR * 2)[:7])
    given[0] = replace(given[0], adjusted_for=("attention",))
    for k in (1, 2, 3):
        given[k] = replace(given[k], adjusted_for=("attention", "severity", "energy"))
    rows = {row.trait: row.n_clinics for row in publish_network(given, "reports").adjusted}
    assert rows == {"attention": 7, "severity": None, "energy": 3}


def test_a_readers_own_clinic_is_shown_only_when_it_is_named():
    given = network_of(*FOUR)
    assert publish_network(given, "reports").own == ()
    own = publish_network(given, "reports", own=given[1]).own
    assert [row.estimate for row in own] == [0.0, 0.3, 0.3]
    assert b"clinic 1" not in spell_network(publish_network(given, "reports", own=given[1]))


@pytest.mark.slow
def test_pooled_numbers_of_reports_are_a_function_of_what_the_reports_print():
    first = [take_report(protect(study_of(*size)), f"c{size[1]}") for size in SIZES]
    assert publish_network(first, "reports") == publish_network(
        [replace(one, name="another") for one in first], "reports"
    )
