"""Clinics in which places, years or waits differ and formats do not: what is said of them."""

import numpy as np
import pytest
from small_clinics import without_columns

from analysis.records.load import records_from_tables
from analysis.simulation.unlike import simulate_unlike
from analysis.simulation.unlike_design import UnlikeDesign
from analysis.study import run_study
from analysis.vocabulary import AHEAD

N = 24
PLACES = UnlikeDesign(n_places=3, place_step=0.6, place_preference=(0.0, 2.0, -1.0))
YEARS = UnlikeDesign(year_trend=0.12, year_preference=(0.0, 0.5, 0.25), term_recorded=True)
LATE = UnlikeDesign(wait_weeks=(0, 6, 0))


def studies(design, *without):
    for seed in range(N):
        records = records_from_tables(simulate_unlike(design, seed).tables)
        yield run_study(without_columns(records, *without), ask_again=False, ask_beside=False)


def mean_difference(design, *without):
    """Give the mean difference of group and individual therapy, which differ in nothing."""
    found = [
        s.comparison.pair("group", "individual")["estimate"] for s in studies(design, *without)
    ]
    return float(np.nanmean(found))


@pytest.mark.slow
@pytest.mark.parametrize(("design", "column"), [(PLACES, "site"), (YEARS, "start_term")])
def test_what_differs_by_place_or_year_is_taken_out_where_it_is_recorded(design, column):
    assert abs(mean_difference(design)) < 0.07  # two Monte-Carlo errors of about .02, and ratings
    assert mean_difference(design, column) > 0.11


@pytest.mark.slow
def test_a_format_is_never_ahead_of_groups_that_began_late():
    said = [study.verdicts.decisions[k] for study in studies(LATE) for k in (0, 2)]
    assert not [d for d in said if d.label in AHEAD and d.ahead != "group"]
    compared = [d for d in said if d.blocked_by is None]
    assert len(compared) > N
    assert all(any(g.rule == "late_start" for g in d.failed) for d in compared)
