"""Stand-ins for groups with identical visits: the same fit."""

import numpy as np
import pandas as pd
import pytest

from analysis.models.mixed.arithmetic import list_parameters
from analysis.models.mixed.columns import arrange_rows, survey_rows
from analysis.models.mixed.gradient import descend
from analysis.models.mixed.likelihood import evaluate
from analysis.models.mixed.model import RandomEffect
from analysis.models.mixed.nesting import read_nesting
from analysis.models.mixed.plan import plan_sums
from analysis.models.mixed.repeats import replace_repeats, select_groups
from analysis.models.mixed.solve import solve_sums
from analysis.models.mixed.sums import build_sums

SAME = 1e-9


def clinic(n_children=240, seed=0, missing=0.0, grouped=False, home=False):
    """Give a growth model in which most children have the same visits."""
    rng = np.random.default_rng(seed)
    n_goals = rng.integers(1, 4, n_children)
    child_of_goal = np.repeat(np.arange(n_children), n_goals)
    n_all = len(child_of_goal)
    goal = np.repeat(np.arange(n_all), 5)
    week = np.tile([0.0, 6, 12, 18, 24], n_all)
    child = child_of_goal[goal]
    age, motor = rng.normal(size=n_children), rng.normal(size=n_all)
    in_group = (np.arange(n_children) % 3 == 0).astype(float)
    group = np.where(in_group > 0, np.arange(n_children) // 9, n_children + np.arange(n_children))
    spread = rng.normal(size=(n_children, 2)) * [0.4, 0.03]
    outcome = -2 + 0.08 * week + 0.1 * age[child] + spread[child, 0] + spread[child, 1] * week
    outcome = outcome + 0.3 * rng.normal(size=n_all)[goal] + 0.5 * rng.normal(size=len(week))
    outcome = outcome + in_group[child] * 0.4 * rng.normal(size=2 * n_children)[group[child]]
    kept = rng.random(len(week)) >= missing
    one = np.ones(len(week))
    fixed = {"one": one, "week": week, "age": age[child], "age x week": age[child] * week}
    fixed |= {"motor": motor[goal]}
    if home:
        fixed["home"] = rng.normal(size=len(week))
    fixed = pd.DataFrame(fixed)[kept].reset_index(drop=True)
    line = pd.DataFrame({"constant": one, "week": week})[kept].reset_index(drop=True)
    random = [
        RandomEffect(pd.Series(child[kept], name="child"), line),
        RandomEffect(pd.Series(goal[kept], name="goal"), line[["constant"]]),
    ]
    if grouped:
        belongs = pd.DataFrame({"in group": in_group[child][kept]})
        random.insert(0, RandomEffect(pd.Series(group[child][kept], name="group"), belongs))
    return outcome[kept], fixed, random


def read_rows(outcome, fixed, random):
    nesting = read_nesting([effect.groups for effect in random], len(outcome))
    return arrange_rows(nesting, random, fixed.columns, fixed.to_numpy(), np.asarray(outcome))


CLINICS = {
    "the same visits": {},
    "one visit in ten missed": {"missing": 0.1, "n_children": 900},
    "therapy groups": {"grouped": True},
    "a column that varies within goals": {"home": True, "n_children": 500},
}


@pytest.mark.parametrize("name", CLINICS)
def test_stand_ins_have_the_likelihood_slope_and_curvature_of_those_they_stand_for(name):
    rows = read_rows(*clinic(**CLINICS[name]))
    plan = plan_sums(survey_rows(rows))
    sums = build_sums(rows, plan)
    fewer = replace_repeats(sums)
    assert fewer.levels[0].n_groups < 0.8 * sums.levels[0].n_groups
    assert fewer.count_rows() == pytest.approx(sums.count_rows())
    widths = [loading.shape[1] for loading in plan.loadings]
    parameters = list_parameters(widths, [True] * len(widths))
    for size in (0.0, 0.02, 0.7, 30.0):
        relative = [size * (0.4 + np.eye(q))[None] for q in widths]
        one, other = (evaluate([part], plan.loadings, relative) for part in (sums, fewer))
        assert other.objective == pytest.approx(one.objective, rel=1e-12)
        np.testing.assert_allclose(other.coefficients, one.coefficients, rtol=1e-8, atol=1e-10)
        slopes = [
            descend([part], plan.loadings, relative, found, parameters=parameters)
            for part, found in ((sums, one), (fewer, other))
        ]
        scale = np.abs(slopes[0].information).max()
        np.testing.assert_allclose(
            slopes[1].information, slopes[0].information, rtol=1e-9, atol=1e-11 * scale
        )
        for first, second in zip(slopes[0].matrices, slopes[1].matrices, strict=True):
            np.testing.assert_allclose(second, first, rtol=1e-9, atol=1e-9 * np.abs(first).max())


def test_stand_ins_give_the_same_fit():
    rows = read_rows(*clinic(600))
    plan = plan_sums(survey_rows(rows))
    sums = build_sums(rows, plan)
    one, other = solve_sums(sums, plan, True), solve_sums(replace_repeats(sums), plan, True)
    se = np.sqrt(np.diagonal(one.covariance))
    assert np.abs((one.coefficients - other.coefficients) / se).max() < SAME
    np.testing.assert_allclose(np.sqrt(np.diagonal(other.covariance)), se, rtol=SAME)
    assert other.log_likelihood == pytest.approx(one.log_likelihood, abs=1e-8)


def test_the_number_of_stand_ins_does_not_grow_with_the_number_of_children():
    n_groups = []
    for n_children in (1000, 4000):
        rows = read_rows(*clinic(n_children))
        sums = build_sums(rows, plan_sums(survey_rows(rows)))
        n_groups.append(replace_repeats(sums).levels[0].n_groups)
    assert n_groups[0] == n_groups[1] < 100


def test_selected_groups_have_the_likelihood_of_their_own_rows():
    outcome, fixed, random = clinic(60, grouped=True)
    rows = read_rows(outcome, fixed, random)
    plan = plan_sums(survey_rows(rows))
    sums = build_sums(rows, plan)
    kept = np.arange(sums.levels[0].n_groups) % 3 > 0
    part = select_groups(sums, kept)
    inside = np.repeat(kept, rows.nesting.counts[0])
    where = np.arange(len(outcome)) if rows.nesting.order is None else rows.nesting.order
    at = where[inside]
    own = [RandomEffect(r.groups.iloc[at], r.design.iloc[at]) for r in random]
    own_rows = read_rows(outcome[at], fixed.iloc[at], own)
    survey_rows(own_rows)
    direct = build_sums(own_rows, plan)
    relative = [0.3 * np.eye(loading.shape[1])[None] for loading in plan.loadings]
    one, other = (evaluate([value], plan.loadings, relative) for value in (part, direct))
    assert one.objective == pytest.approx(other.objective, rel=1e-13)
