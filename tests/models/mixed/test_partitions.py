"""Partitions summed where they lie give the fit of all rows together."""

import numpy as np
import pytest
from test_repeats import CLINICS, clinic

from analysis.errors import AnalysisError
from analysis.models.mixed.model import RandomEffect, fit_mixed
from analysis.models.mixed.partitions import (
    add_summaries,
    fit_summaries,
    plan_summaries,
    summarise,
    survey_partition,
)

SAME = 1e-9  # of a standard error


def partitions(data, n_parts):
    outcome, fixed, random = data
    outer = np.asarray(random[0].groups)
    for k in range(n_parts):
        at = np.flatnonzero(outer % n_parts == k)
        yield (
            outcome[at],
            fixed.iloc[at],
            [RandomEffect(r.groups.iloc[at], r.design.iloc[at]) for r in random],
        )


@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("name", CLINICS)
def test_eight_partitions_give_the_fit_of_all_rows(name, method):
    data = clinic(**CLINICS[name])
    whole = fit_mixed(*data, method=method)
    parts = list(partitions(data, 8))
    plan = plan_summaries([survey_partition(*part) for part in parts])
    fit = fit_summaries([summarise(*part, plan) for part in parts], method=method)
    se = whole.fixed["std_error"]
    assert np.abs((fit.coefficients - whole.coefficients) / se).max() < SAME
    np.testing.assert_allclose(fit.fixed["std_error"], se, rtol=SAME)
    np.testing.assert_allclose(fit.fixed["df"], whole.fixed["df"], rtol=1e-6)
    assert fit.log_likelihood == pytest.approx(whole.log_likelihood, abs=1e-8)
    assert fit.n_groups == whole.n_groups
    assert fit.n_rows == pytest.approx(whole.n_rows)


def test_a_new_month_only_adds_to_the_sums():
    parts = list(partitions(clinic(400), 4))
    plan = plan_summaries([survey_partition(*part) for part in parts])
    old = add_summaries([summarise(*part, plan) for part in parts[:3]])
    new = add_summaries([old, summarise(*parts[3], plan)])
    at_once = add_summaries([summarise(*part, plan) for part in parts])
    se = fit_summaries(at_once).fixed["std_error"]
    gap = fit_summaries(new).coefficients - fit_summaries(at_once).coefficients
    assert np.abs(gap / se).max() < SAME
    assert new.n_groups == at_once.n_groups


def test_a_summary_of_many_children_with_the_same_visits_takes_kilobytes():
    small, large = (summarise(*clinic(n)) for n in (500, 4000))
    assert large.n_bytes == small.n_bytes < 20_000
    assert "4000 child" in repr(large)


def test_a_column_that_is_constant_in_one_partition_only_takes_no_harm():
    outcome, fixed, random = clinic(200)
    child = np.asarray(random[0].groups)
    fixed = fixed.assign(site=(child % 4 == 1) * 1.0)
    data = outcome, fixed, random
    with pytest.raises(AnalysisError, match="zero in every row"):
        fit_mixed(*next(partitions(data, 4)))
    parts = list(partitions(data, 4))
    plan = plan_summaries([survey_partition(*part) for part in parts])
    fit = fit_summaries([summarise(*part, plan) for part in parts])
    whole = fit_mixed(*data)
    gap = (fit.coefficients - whole.coefficients) / whole.fixed["std_error"]
    assert np.abs(gap).max() < SAME


def test_a_partition_without_any_therapy_group_takes_no_harm():
    outcome, fixed, random = clinic(240, grouped=True)
    inside = random[0].design["in group"].to_numpy() > 0
    parts = [
        (
            outcome[at],
            fixed.iloc[at],
            [RandomEffect(r.groups.iloc[at], r.design.iloc[at]) for r in random],
        )
        for at in (np.flatnonzero(inside), np.flatnonzero(~inside))
    ]
    plan = plan_summaries([survey_partition(*part) for part in parts])
    fit = fit_summaries([summarise(*part, plan) for part in parts])
    whole = fit_mixed(outcome, fixed, random)
    gap = (fit.coefficients - whole.coefficients) / whole.fixed["std_error"]
    assert np.abs(gap).max() < SAME


def test_a_child_in_two_partitions_is_refused():
    outcome, fixed, random = clinic(50)
    half = len(outcome) // 2 + 1
    surveys = [
        survey_partition(
            outcome[at],
            fixed.iloc[at],
            [RandomEffect(r.groups.iloc[at], r.design.iloc[at]) for r in random],
        )
        for at in (np.arange(half), np.arange(half, len(outcome)))
    ]
    with pytest.raises(AnalysisError, match="more than one partition"):
        plan_summaries(surveys)


def test_summaries_with_different_plans_are_refused():
    with pytest.raises(AnalysisError, match="different plans"):
        add_summaries([summarise(*clinic(30, seed)) for seed in (1, 2)])


def test_partitions_with_different_columns_are_refused():
    first, second = clinic(30), clinic(30, home=True)
    with pytest.raises(AnalysisError, match="same names in the same order"):
        plan_summaries([survey_partition(*first), survey_partition(*second)])


def test_a_partition_that_contradicts_the_plan_is_refused():
    outcome, fixed, random = clinic(30)
    plan = plan_summaries([survey_partition(outcome, fixed, random)])
    wobbly = fixed.assign(age=fixed["age"] + 0.01 * fixed["week"] ** 2)
    with pytest.raises(AnalysisError, match='"age" varies in this partition'):
        summarise(outcome, wobbly, random, plan)


def test_a_fit_from_summaries_predicts_no_single_group():
    fit = fit_summaries(summarise(*clinic(60)))
    with pytest.raises(AnalysisError, match="no rows"):
        fit.random_effects("child")
