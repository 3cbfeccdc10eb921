"""The mixed model against brute force, against cases that must collapse, and from three starts."""

import pickle

import numpy as np
import pandas as pd
import pytest
from mixed_designs import (
    KINDS,
    dense_log_likelihood,
    draw_design,
    draw_far_apart,
    reorder_rows,
)

from analysis.errors import AnalysisError
from analysis.models.mixed import search
from analysis.models.mixed.certificate import Certificate
from analysis.models.mixed.columns import arrange_rows, survey_rows
from analysis.models.mixed.model import RandomEffect, fit_mixed
from analysis.models.mixed.nesting import read_nesting
from analysis.models.mixed.plan import plan_sums
from analysis.models.mixed.solve import solve_sums
from analysis.models.mixed.sums import build_sums

BRUTE_FORCE = 1e-9
SAME_OPTIMUM = 1e-7
SAME_FIT = 2e-7  # of a standard error; an optimum is flat, so that spreads agree to less
STARTS = (0.5, 1e-4, 30.0)
N_DESIGNS = 200
LARGE_SEEDS = {30: 3000, 61: 2000}


def largest(seed):
    return LARGE_SEEDS.get(seed, 12 + (seed % 9) * 12)


def solve_from(start, rows):
    plan = plan_sums(survey_rows(rows))
    sums = build_sums(rows, plan)
    begin = [start * np.eye(loading.shape[1]) for loading in plan.loadings]
    return solve_sums(sums, plan, True, begin)


def read_rows(outcome, fixed, random):
    nesting = read_nesting([effect.groups for effect in random], len(outcome))
    return arrange_rows(nesting, random, fixed.columns, fixed.to_numpy(), np.asarray(outcome))


def assert_same_fit(one, other, tolerance=SAME_FIT):
    first, second = one.fixed, other.fixed
    gap = (first["estimate"] - second["estimate"]) / second["std_error"]
    assert np.abs(gap).max() < tolerance
    np.testing.assert_allclose(first["std_error"], second["std_error"], rtol=50 * tolerance)
    np.testing.assert_allclose(first["df"], second["df"], rtol=2e-5)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(8))
def test_three_starts_reach_the_same_optimum_with_a_certificate(block):
    singular = 0
    for seed in range(block, N_DESIGNS, 8):
        rows = read_rows(*draw_design(seed, largest(seed)))
        found = [solve_from(start, rows) for start in STARTS]
        values = [solution.log_likelihood for solution in found]
        assert np.ptp(values) < SAME_OPTIMUM, f"design {seed}: {KINDS[seed % len(KINDS)]}"
        assert all(solution.certificate.holds for solution in found)
        spreads = [np.linalg.eigvalsh(value[0]).min() for value in found[0].relative]
        singular += min(spreads) < 1e-9
    assert singular > 3, "singular designs are ordinary and must be among those tried"


@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("seed", range(12))
def test_the_likelihood_is_that_of_the_whole_covariance_matrix(seed, method):
    outcome, fixed, random = draw_design(seed, 14)
    fit = fit_mixed(outcome, fixed, random, method=method)
    value, coefficients, covariance = dense_log_likelihood(outcome, fixed, random, fit)
    assert fit.log_likelihood == pytest.approx(value, abs=BRUTE_FORCE * max(1, abs(value)))
    se = np.sqrt(np.diagonal(covariance))
    assert np.abs((fit.coefficients - coefficients) / se).max() < BRUTE_FORCE
    np.testing.assert_allclose(fit.fixed["std_error"], se, rtol=BRUTE_FORCE)


@pytest.mark.parametrize("seed", [0, 1, 3, 4])
def test_no_nearby_covariance_is_more_likely(seed):
    outcome, fixed, random = draw_design(seed, 14)
    fit = fit_mixed(outcome, fixed, random)
    rng = np.random.default_rng(seed)
    for _ in range(10):
        near = {}
        for name, matrix in fit.covariances.items():
            values, vectors = np.linalg.eigh(matrix)
            factor = vectors * np.sqrt(np.maximum(values, 0))
            size = 0.03 * (np.sqrt(values.max()) + 0.05)
            factor = factor + size * rng.normal(size=matrix.shape)
            product = factor @ factor.T
            if matrix.to_numpy()[~np.eye(len(matrix), dtype=bool)].any() or len(matrix) == 1:
                near[name] = pd.DataFrame(product)
            else:
                near[name] = pd.DataFrame(np.diag(np.diagonal(product)))
        moved = type("Moved", (), {"covariances": near, "method": "reml"})
        moved.residual_sd = fit.residual_sd * (1 + 0.02 * rng.normal())
        value, _, _ = dense_log_likelihood(outcome, fixed, random, moved)
        assert value < fit.log_likelihood


def growth(n_children=40, seed=1, visits=(0, 6, 12, 18, 24)):
    rng = np.random.default_rng(seed)
    child = np.repeat(np.arange(n_children), len(visits))
    week = np.tile(np.array(visits, float), n_children)
    combined = (np.arange(n_children) % 2).astype(float)[child]
    own = rng.normal(size=(n_children, 2)) * [0.5, 0.03]
    outcome = -2 + 0.08 * week + 0.03 * week * combined + own[child, 0] + own[child, 1] * week
    outcome = outcome + 0.4 * rng.normal(size=len(week))
    one = np.ones(len(week))
    fixed = pd.DataFrame(
        {"one": one, "week": week, "combined": combined, "combined x week": combined * week}
    )
    line = pd.DataFrame({"constant": one, "week": week})
    return outcome, fixed, [RandomEffect(pd.Series(child, name="child"), line)]


def test_on_balanced_data_the_estimates_are_least_squares():
    outcome, fixed, random = growth()
    fit = fit_mixed(outcome, fixed, random)
    expected = np.linalg.lstsq(fixed.to_numpy(), outcome, rcond=None)[0]
    assert np.abs((fit.coefficients - expected) / fit.fixed["std_error"]).max() < 1e-11


def test_on_balanced_data_a_slope_is_compared_as_childrens_own_slopes_are():
    outcome, fixed, random = growth()
    fit = fit_mixed(outcome, fixed, random)
    week = fixed["week"].to_numpy().reshape(40, 5)
    centred = week - week.mean(axis=1, keepdims=True)
    slopes = (centred * outcome.reshape(40, 5)).sum(axis=1) / (centred**2).sum(axis=1)
    combined = fixed["combined"].to_numpy().reshape(40, 5)[:, 0] == 1
    pooled = (slopes[combined].var(ddof=1) + slopes[~combined].var(ddof=1)) / 2
    row = fit.fixed.loc["combined x week"]
    assert row["estimate"] == pytest.approx(slopes[combined].mean() - slopes[~combined].mean())
    assert row["std_error"] == pytest.approx(np.sqrt(pooled * 2 / 20), rel=1e-6)
    assert row["df"] == pytest.approx(38, rel=1e-5)


@pytest.mark.parametrize("seed", [0, 4, 9, 10])
def test_the_order_of_rows_and_the_names_of_groups_do_not_matter(seed):
    outcome, fixed, random = draw_design(seed, 40)
    fit = fit_mixed(outcome, fixed, random)
    turn = np.random.default_rng(seed).permutation(len(outcome))
    renamed = [
        RandomEffect(
            pd.Series([f"{r.groups.name}-{7919 * g % 10007}" for g in np.asarray(r.groups)[turn]]),
            r.design.iloc[turn],
            r.correlated,
        )
        for r in random
    ]
    shuffled = fit_mixed(outcome[turn], fixed.iloc[turn], renamed)
    assert shuffled.log_likelihood == pytest.approx(fit.log_likelihood, abs=1e-8)
    assert_same_fit(shuffled, fit)


@pytest.mark.parametrize("origin", [-1e4, 1e4, 738_000.0])
def test_the_origin_of_time_does_not_matter(origin):
    outcome, fixed, random = growth()
    fit = fit_mixed(outcome, fixed, random)
    later = fixed["week"] + origin
    moved = fixed.assign(week=later)
    moved["combined x week"] = fixed["combined"] * later
    line = random[0].design.assign(week=later)
    found = fit_mixed(outcome, moved, [RandomEffect(random[0].groups, line)])
    assert found.log_likelihood == pytest.approx(fit.log_likelihood, abs=1e-6)
    slopes = ["week", "combined x week"]
    gap = found.fixed.loc[slopes, "estimate"] - fit.fixed.loc[slopes, "estimate"]
    assert np.abs(gap / fit.fixed.loc[slopes, "std_error"]).max() < 1e-6
    np.testing.assert_allclose(
        found.fixed.loc[slopes, "std_error"], fit.fixed.loc[slopes, "std_error"], rtol=1e-6
    )


@pytest.mark.parametrize("unit", [1e-6, 7.0, 1e6])
def test_the_units_of_time_and_outcome_do_not_matter(unit):
    outcome, fixed, random = growth()
    fit = fit_mixed(outcome, fixed, random)
    stretched = fixed.assign(week=fixed["week"] * unit)
    stretched["combined x week"] *= unit
    line = random[0].design.assign(week=stretched["week"])
    found = fit_mixed(outcome / unit, stretched, [RandomEffect(random[0].groups, line)])
    factor = np.array([1, 1 / unit, 1, 1 / unit]) / unit
    gap = (found.coefficients / factor - fit.coefficients) / fit.fixed["std_error"]
    assert np.abs(gap).max() < SAME_FIT
    np.testing.assert_allclose(found.fixed["df"], fit.fixed["df"], rtol=1e-5)


def test_correlated_columns_that_need_rows_are_still_fitted_exactly():
    outcome, fixed, random = growth()
    near = fixed.assign(near=fixed["week"] * (1 + 1e-6 * np.sin(fixed["week"])))
    fit = fit_mixed(outcome, near, random)
    expected = np.linalg.lstsq(near.to_numpy(), outcome, rcond=None)[0]
    assert np.abs((fit.coefficients - expected) / fit.fixed["std_error"])[:4].max() < 1e-3
    value, _, _ = dense_log_likelihood(outcome, fixed, random, fit_mixed(outcome, fixed, random))
    assert value == pytest.approx(fit_mixed(outcome, fixed, random).log_likelihood, abs=1e-9)


def test_a_fit_survives_pickling():
    fit = fit_mixed(*growth())
    again = pickle.loads(pickle.dumps(fit))
    pd.testing.assert_frame_equal(again.fixed, fit.fixed)
    assert repr(again) == repr(fit)


def test_the_information_is_the_curvature_of_the_likelihood():
    outcome, fixed, random = growth(30)
    fit = fit_mixed(outcome, fixed, random, method="ml")
    names = list(fit.information.index)
    assert names == [
        "child: constant", "child: constant x week", "child: week", "residual variance",
    ]  # fmt: skip
    matrix = fit.covariances["child"].to_numpy()
    size = {"constant": 1e-3 * matrix[0, 0], "residual": 1e-3 * fit.residual_sd**2}

    def value(constant, residual):
        change = matrix + np.array([[constant, 0], [0, 0]])
        moved = type("Moved", (), {"covariances": {"child": pd.DataFrame(change)}, "method": "ml"})
        moved.residual_sd = np.sqrt(fit.residual_sd**2 + residual)
        return dense_log_likelihood(outcome, fixed, random, moved)[0]

    middle = value(0, 0)
    for name, place in (("constant", 0), ("residual", 3)):
        step = size[name]
        up, down = (value(*((s, 0) if place == 0 else (0, s))) for s in (step, -step))
        second = -(up - 2 * middle + down) / step**2
        assert fit.information.iloc[place, place] == pytest.approx(second, rel=1e-4)


@pytest.mark.parametrize("correlated", [True, False])
@pytest.mark.parametrize("n_effects", [3, 4])
def test_three_or_four_effects_per_group_agree_with_brute_force(n_effects, correlated):
    rng = np.random.default_rng(n_effects)
    child = np.repeat(np.arange(25), 9)
    week = np.tile(np.arange(9) * 3.0, 25)
    load = rng.normal(size=len(week))
    design = pd.DataFrame(
        {"constant": 1.0, "week": week, "week squared": week**2 / 24, "load": load}
    ).iloc[:, :n_effects]
    own = rng.normal(size=(25, n_effects)) * [0.8, 0.05, 0.04, 0.4][:n_effects]
    outcome = (own[child] * design.to_numpy()).sum(axis=1) + 0.3 * rng.normal(size=len(week))
    fixed = pd.DataFrame({"one": 1.0, "week": week, "load": load})
    random = [RandomEffect(pd.Series(child, name="child"), design, correlated)]
    fit = fit_mixed(outcome, fixed, random)
    value, coefficients, covariance = dense_log_likelihood(outcome, fixed, random, fit)
    se = np.sqrt(np.diagonal(covariance))
    assert fit.certificate.holds
    assert fit.log_likelihood == pytest.approx(value, abs=1e-8)
    assert np.abs((fit.coefficients - coefficients) / se).max() < BRUTE_FORCE
    np.testing.assert_allclose(fit.fixed["std_error"], se, rtol=BRUTE_FORCE)


def test_levels_with_different_designs_agree_with_brute_force():
    outcome, fixed, random = draw_design(0, 14)
    child, goal = random[1].groups, random[2].groups
    shift = np.random.default_rng(1).normal(size=int(goal.max()) + 1)[goal]
    random = [
        RandomEffect(random[0].groups, pd.DataFrame({"week": fixed["week"]})),
        RandomEffect(child, pd.DataFrame({"constant": 1.0, "shift": shift})),
        RandomEffect(goal, pd.DataFrame({"week": fixed["week"] - 12})),
    ]
    fit = fit_mixed(outcome, fixed, random)
    value, coefficients, covariance = dense_log_likelihood(outcome, fixed, random, fit)
    se = np.sqrt(np.diagonal(covariance))
    assert fit.log_likelihood == pytest.approx(value, abs=1e-9)
    assert np.abs((fit.coefficients - coefficients) / se).max() < BRUTE_FORCE


@pytest.mark.parametrize("ratio", [1e2, 1e3, 1e4])
def test_children_thousands_of_times_further_apart_than_their_reviews_keep_their_degrees(ratio):
    rng = np.random.default_rng(2)
    child, week = np.repeat(np.arange(30), 5), np.tile(np.arange(5.0), 30)
    own = ratio * rng.normal(size=(30, 2)) * [1, 0.05]
    outcome = own[child, 0] + own[child, 1] * week + 3 * week + rng.normal(size=len(week))
    fixed = pd.DataFrame({"one": 1.0, "week": week})
    fit = fit_mixed(outcome, fixed, [RandomEffect(pd.Series(child, name="child"), fixed)])
    centred = (week - 2).reshape(30, 5)
    slopes = (centred * outcome.reshape(30, 5)).sum(axis=1) / (centred**2).sum(axis=1)
    row = fit.fixed.loc["week"]
    assert row["std_error"] == pytest.approx(slopes.std(ddof=1) / np.sqrt(30), rel=1e-7)
    assert row["df"] == pytest.approx(29, rel=1e-3)


@pytest.mark.parametrize("ratio", [1e-2, 1e-3])
@pytest.mark.parametrize("seed", [*range(12), 24, 51])
def test_spreads_far_above_the_residuals_are_fitted_and_keep_their_digits(seed, ratio):
    outcome, fixed, random = draw_far_apart(seed, ratio)
    fit = fit_mixed(outcome, fixed, random)
    value, coefficients, covariance = dense_log_likelihood(outcome, fixed, random, fit)
    se = np.sqrt(np.diagonal(covariance))
    assert fit.log_likelihood == pytest.approx(value, abs=1e-5)
    assert np.abs((fit.coefficients - coefficients) / se).max() < 1e-6
    assert fit.fixed["std_error"].to_numpy() == pytest.approx(se, rel=1e-6)
    again = fit_mixed(*reorder_rows(outcome, fixed, random, seed))
    rounding = 2e-2 if seed == 24 else 2e-3  # its slopes are in lockstep with its middles
    assert again.fixed["df"].to_numpy() == pytest.approx(fit.fixed["df"].to_numpy(), rel=rounding)


def test_a_fit_whose_second_derivatives_are_lost_in_rounding_is_refused(monkeypatch):
    model = draw_far_apart(3, 1e-1)
    fit_mixed(*model)
    monkeypatch.setattr(search, "MOST_GAP", 1e-12)
    with pytest.raises(AnalysisError, match="rounding hides the second derivatives"):
        fit_mixed(*model)


def test_what_an_optimum_misses_is_said_in_words():
    def missed(gain, complementarity, lowest):
        return Certificate(gain, 1e-7, complementarity, lowest, 2e-3, 9).missed

    assert missed(1e-9, 1e-3, -1e-3) == ""
    assert missed(2e-5, 1.0, -1.0) == "2e-05 log likelihood may be left (limit 1e-07)"
    assert missed(np.nan, 0.0, 0.0).startswith("nan log likelihood")
    assert missed(1e-9, 0.0, -0.66) == (
        "a spread is still pulled at by 0.66 standard errors (limit 0.002)"
    )
    assert missed(1e-9, 1e150, 0.0) == "rounding hides how a spread is pulled at"
    assert missed(1e-9, 0.0, np.nan) == "rounding hides how a spread is pulled at"


def masked_slope(rng):
    """A level of which some groups take no part, its slope nowhere else in the model."""
    child = np.repeat(np.arange(24), 8)
    goal = np.repeat(np.arange(48), 4)
    week = rng.uniform(0, 20, len(child)).round(1)
    part = (np.arange(24) % 3 > 0).astype(float)[child]
    design = pd.DataFrame({"constant": part, "week": part * week})
    effects = [
        RandomEffect(pd.Series(child, name="child"), design),
        RandomEffect(pd.Series(goal, name="goal"), np.ones((len(goal), 1))),
    ]
    return week, design, effects


def spread_by_age(rng):
    """A level whose second effect is the first, times what differs between its groups only."""
    child = np.repeat(np.arange(40), 5)
    week = rng.uniform(0, 20, len(child)).round(1)
    age = rng.normal(size=40)[child]
    design = pd.DataFrame({"constant": 1.0, "age": age})
    return week, design, [RandomEffect(pd.Series(child, name="child"), design)]


@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("draw", [masked_slope, spread_by_age])
def test_effects_whose_columns_are_made_of_others_unevenly_agree_with_brute_force(draw, method):
    rng = np.random.default_rng(11)
    week, design, random = draw(rng)
    child = np.asarray(random[0].groups)
    own = rng.normal(size=(child.max() + 1, 2)) @ [[1.0, 0.05], [0.0, 0.06]]
    outcome = (own[child] * design.to_numpy()).sum(axis=1) + 0.1 * week
    outcome = outcome + rng.normal(size=len(week))
    fixed = pd.DataFrame({"one": 1.0, "week": week})
    fit = fit_mixed(outcome, fixed, random, method=method)
    value, coefficients, covariance = dense_log_likelihood(outcome, fixed, random, fit)
    se = np.sqrt(np.diagonal(covariance))
    assert fit.log_likelihood == pytest.approx(value, abs=1e-8)
    assert np.abs((fit.coefficients - coefficients) / se).max() < BRUTE_FORCE
    np.testing.assert_allclose(fit.fixed["std_error"], se, rtol=BRUTE_FORCE)
