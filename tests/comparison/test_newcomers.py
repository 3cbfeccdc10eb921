"""New children beside earlier ones: the arithmetic, what is found, and when nothing is compared."""

import functools
from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from small_clinics import null_records

from analysis.comparison.newcomers import compare_newcomers
from analysis.measures.earlier import Earlier, PastLook
from analysis.records.schema import FORMATS
from analysis.settings import Settings
from analysis.study import run_study

S = Settings()
FIRST = PastLook(number=1, share=S.first_look_share, spent=S.first_look_share)


@functools.cache
def clinic():
    """Give the analysis set of a clinic in which nothing differs, and who of it is new."""
    study = run_study(null_records(31, n_children=260), ask_again=False, ask_beside=False)
    asked = study.analysis_set
    code = {name: k for k, name in enumerate(dict.fromkeys(asked.table["cluster"]))}
    new = asked.table["cluster"].map(code).to_numpy() % 3 == 0  # whole groups
    return asked, new


def before(table, new):
    own = {f: (table["format"] == f).to_numpy() for f in FORMATS}
    compared = {f: frozenset(table["child_id"][rows & ~new]) for f, rows in own.items()}
    counts = {f: len(codes) for f, codes in compared.items()}
    ever = frozenset().union(*compared.values())
    left = 1 - FIRST.spent
    return Earlier((FIRST,), left, None, len(ever), ever, counts, compared)


def shifted(rows, by=0.5):
    asked, _ = clinic()
    return replace(asked, table=asked.table.assign(rate=asked.table["rate"] + by * rows))


def test_the_difference_is_that_of_least_squares_within_formats_and_traits():
    asked, new = clinic()
    found = compare_newcomers(asked, before(asked.table, new))
    formats = np.column_stack([(asked.table["format"] == f).to_numpy(float) for f in FORMATS])
    traits, rate = asked.centred.to_numpy(float), asked.table["rate"].to_numpy()
    together = sm.OLS(rate, np.column_stack([new, formats, traits])).fit()
    assert found.rows["all"]["estimate"] == pytest.approx(together.params[0], abs=1e-10)
    apart = sm.OLS(rate, np.column_stack([formats * new[:, None], formats, traits])).fit()
    for k, name in enumerate(FORMATS):
        assert found.rows[name]["estimate"] == pytest.approx(apart.params[k], abs=1e-10)
    assert list(found.rows) == ["all", *FORMATS]


def test_a_shift_of_new_children_moves_their_row_and_no_other():
    asked, new = clinic()
    usual = compare_newcomers(asked, before(asked.table, new)).rows
    of_groups = new & (asked.table["format"] == "group").to_numpy()
    moved = compare_newcomers(shifted(of_groups), before(asked.table, new)).rows
    assert moved["group"]["estimate"] == pytest.approx(usual["group"]["estimate"] + 0.5)
    assert moved["combined"]["estimate"] == pytest.approx(usual["combined"]["estimate"])
    everyone = compare_newcomers(shifted(new), before(asked.table, new)).rows
    assert everyone["all"]["estimate"] == pytest.approx(usual["all"]["estimate"] + 0.5)
    assert everyone["all"]["p_value"] < 0.001


def test_a_first_report_and_one_without_anybody_new_compare_no_new_children():
    asked, new = clinic()
    assert compare_newcomers(asked, None) is None
    assert compare_newcomers(asked, before(asked.table, np.zeros_like(new))) is None


def test_few_new_children_are_not_compared_and_no_format_alone_beside_one_with_few():
    asked, new = clinic()
    few = new & (np.cumsum(new) <= 2 * S.smallest_cell - 1)
    assert compare_newcomers(asked, before(asked.table, few)).withheld == "few_new"
    combined = (asked.table["format"] == "combined").to_numpy()
    some = new & ~(combined & (np.cumsum(new & combined) > S.smallest_cell - 1))
    assert list(compare_newcomers(asked, before(asked.table, some)).rows) == ["all"]
    none = new & ~combined
    found = compare_newcomers(asked, before(asked.table, none))
    assert list(found.rows) == ["all", "individual", "group"]


@pytest.mark.parametrize(("n", "withheld"), [(1, True), (10, True), (11, False)])
def test_nothing_is_compared_where_a_few_children_left_since(n, withheld):
    asked, new = clinic()
    last = before(asked.table, new)
    counts = dict(last.n_compared, group=last.n_compared["group"] + n)
    found = compare_newcomers(asked, replace(last, n_compared=counts))
    assert (found.withheld == "few_left") is withheld


def test_where_new_children_were_seen_for_a_shorter_time_both_are_compared_over_those_weeks():
    asked, new = clinic()
    children = set(asked.table["child_id"][new])
    records = asked.records
    owner = records.goals.set_index("goal_id")["child_id"]
    late = records.reviews["goal_id"].map(owner).isin(children) & (records.reviews["week"] > 14)
    kept = records.reviews[~late].reset_index(drop=True)
    study = run_study(replace(records, reviews=kept), ask_again=False, ask_beside=False)
    cut = study.analysis_set
    cut_new = cut.table["child_id"].isin(children).to_numpy()
    found = compare_newcomers(cut, before(cut.table, cut_new))
    assert 10 <= found.weeks <= 14
    assert compare_newcomers(asked, before(asked.table, new)).weeks == S.horizon_weeks
    short = replace(S, horizon_weeks=found.weeks)
    early = run_study(records, short, ask_again=False, ask_beside=False).cohort.table
    difference = early["rate"].groupby(early["child_id"].isin(children)).mean().diff().iloc[-1]
    assert found.rows["all"]["estimate"] == pytest.approx(difference, abs=0.12)
