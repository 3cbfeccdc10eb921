"""What a clinic brings is what it prints: no more is needed, and nothing withheld comes through."""

import math

import pytest
from growing_clinics import study_of
from pooled_clinics import SIZES, given_clinics, published_clinics

from analysis.clinics.given import (
    LEAST_ERROR,
    MAIN,
    middle_df,
    read_error,
)
from analysis.disclosure.rows import Interval
from analysis.disclosure.rules import show_df, show_estimate
from analysis.models.results import student_quantile


@pytest.mark.parametrize("df", [2.4, 4.9, 7.0, 11.5, 27.0, 240.0, 5000.0])
def test_a_standard_error_is_found_again_from_its_printed_range(df):
    error, middle = 0.127, 0.0849
    half = float(student_quantile(0.95, df)) * error
    row = Interval(
        estimate=show_estimate(middle),
        conf_low=show_estimate(middle - half),
        conf_high=show_estimate(middle + half),
    )
    found = read_error(row, 0.95, show_df(df), MAIN)
    # Half a printed step at each end, and half a step of the degrees of freedom.
    assert found == pytest.approx(error, rel=0.02 + 0.2 / df)


def test_without_degrees_of_freedom_the_error_is_never_taken_too_small():
    for df in (3.0, 8.0, 50.0):
        half = float(student_quantile(0.95, df)) * 0.2
        row = Interval(estimate=0.0, conf_low=-half, conf_high=half)
        assert read_error(row, 0.95, None, MAIN) >= 0.2


def test_a_printed_range_of_no_width_still_has_an_error():
    row = Interval(estimate=0.1, conf_low=0.1, conf_high=0.1)
    assert read_error(row, 0.95, None, MAIN) == pytest.approx(LEAST_ERROR[MAIN] / 1.959964)


def test_degrees_of_freedom_are_taken_from_the_middle_of_their_step():
    assert middle_df(4.0) == 4.5
    assert middle_df(1000.0) == middle_df(None) == math.inf


@pytest.mark.slow
def test_a_pair_that_a_report_does_not_show_brings_nothing():
    for summary, given in zip(published_clinics(), given_clinics(), strict=True):
        shown = {pair.id for pair in summary.answer.pairs if pair.shown}
        assert set(given.brought[MAIN]) == shown
    assert any(len(given.brought[MAIN]) == 3 for given in given_clinics())


@pytest.mark.slow
def test_errors_read_from_a_report_are_close_to_those_of_its_study():
    for (n_children, seed), given in zip(SIZES, given_clinics(), strict=True):
        for id, row in given.brought[MAIN].items():
            this, _, than = id.partition("-")
            exact = study_of(n_children, seed).comparison.pair(this, than)
            assert abs(row.estimate - exact["estimate"]) <= LEAST_ERROR[MAIN] + 1e-9
            assert row.std_error == pytest.approx(exact["std_error"], rel=0.12)
