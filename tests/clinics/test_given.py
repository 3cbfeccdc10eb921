"""What a clinic brings is what it prints: no more is needed, and nothing withheld comes through."""

import math

import numpy as np
import pytest
from growing_clinics import study_of
from pooled_clinics import SIZES, given_clinics, published_clinics

from analysis.clinics.exact import take_study
from analysis.clinics.given import (
    ATTAINED,
    LEAST_ERROR,
    MAIN,
    WITHIN,
    middle_df,
    read_error,
    take_report,
)
from analysis.disclosure.release import protect
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
def test_exact_numbers_are_those_of_the_study_for_the_very_pairs_that_are_shown():
    for n_children, seed in SIZES:
        study = study_of(n_children, seed)
        summary = protect(study)
        printed, exact = take_report(summary, "one"), take_study(study, summary, "one")
        for question in (MAIN, WITHIN, ATTAINED):
            assert exact.brought[question].keys() == printed.brought[question].keys()
            rounding = LEAST_ERROR[question] + 1e-9
            for id, row in exact.brought[question].items():
                assert abs(row.estimate - printed.brought[question][id].estimate) <= rounding
        for id, row in exact.brought[MAIN].items():
            this, _, than = id.partition("-")
            found = study.comparison.pair(this, than)
            assert (row.estimate, row.std_error) == (found["estimate"], found["std_error"])
            assert np.isclose(row.std_error, printed.brought[MAIN][id].std_error, rtol=0.12)
