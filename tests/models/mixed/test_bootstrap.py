"""The cluster bootstrap of a mixed model: the same as refitting copies of rows, only faster."""

import numpy as np
import pandas as pd
import pytest
from test_repeats import clinic

from analysis.errors import AnalysisError
from analysis.models.mixed.bootstrap import bootstrap_mixed
from analysis.models.mixed.first_step import step_together
from analysis.models.mixed.model import RandomEffect, fit_mixed, prepare_fit
from analysis.models.mixed.sums import mix_columns
from analysis.models.results import RESULT_COLUMNS

NEAR_EXACT = 1e-3  # of a standard error: what the last step leaves


def run(data, **options):
    return bootstrap_mixed(*data, **({"seed": 3, "n_resamples": 60, "progress": False} | options))


def refit_copies(data, seed, k, n_resamples):
    """Refit the k-th resample by copying rows."""
    outcome, fixed, random = data
    outer = np.asarray(random[0].groups)
    labels = pd.factorize(outer)[1]
    own = np.random.default_rng(np.random.SeedSequence(seed).spawn(n_resamples)[k])
    drawn = labels[own.integers(0, len(labels), len(labels))]
    at = np.concatenate([np.flatnonzero(outer == label) for label in drawn])
    copy = np.repeat(np.arange(len(drawn)), [(outer == label).sum() for label in drawn])
    copied = [
        RandomEffect(
            pd.Series([f"{c}/{g}" for c, g in zip(copy, np.asarray(r.groups)[at], strict=True)]),
            r.design.iloc[at],
            r.correlated,
        )
        for r in random
    ]
    return fit_mixed(outcome[at], fixed.iloc[at], copied)


@pytest.mark.parametrize(
    "options",
    [{}, {"missing": 0.25}, {"grouped": True, "n_children": 90}, {"n_children": 250, "home": True}],
    ids=["the same visits", "missed visits", "therapy groups", "many columns"],
)
def test_a_refit_is_that_of_copied_rows(options):
    data = clinic(**({"n_children": 80} | options))
    found = run(data, n_resamples=20)
    size = found.draws.std(axis=0)
    for k in (0, 7, 19):
        expected = refit_copies(data, 3, k, 20)
        assert np.abs((found.draws[k] - expected.coefficients) / size).max() < NEAR_EXACT
        assert found.spreads[k, -1] == pytest.approx(expected.residual_sd, rel=1e-4)


def test_the_draws_are_bit_identical_whatever_the_number_of_workers():
    for data in (clinic(100, missing=0.2), clinic(100)):
        one, three = (run(data, workers=workers).draws for workers in (1, 3))
        np.testing.assert_array_equal(one, three)


def test_another_seed_draws_other_resamples():
    data = clinic(40)
    assert not np.array_equal(run(data).draws, run(data, seed=4).draws)


def test_standard_errors_are_near_those_of_the_model_where_the_model_is_true():
    data = clinic(250, missing=0.1)
    model, found = fit_mixed(*data).fixed, run(data, n_resamples=400).fixed
    assert list(found.columns) == list(RESULT_COLUMNS)
    np.testing.assert_allclose(found["estimate"], model["estimate"])
    np.testing.assert_allclose(found["std_error"], model["std_error"], rtol=0.2)
    assert found.loc["week", "conf_low"] < model.loc["week", "estimate"]
    assert found.loc["week", "conf_high"] > model.loc["week", "estimate"]
    assert found.loc["week", "p_value"] == pytest.approx(2 / 401)


def test_contrasts_are_those_of_the_draws():
    found = run(clinic(60))
    contrast = found.contrast(pd.Series({"week": 12.0, "age x week": 1.0}))
    drawn = 12 * found.draws[:, 1] + found.draws[:, 3]
    assert contrast["std_error"].item() == pytest.approx(drawn.std(ddof=1))
    assert contrast["conf_low"].item() == pytest.approx(np.quantile(drawn, 0.025))


def rare_format(n_children=40):
    outcome, fixed, random = clinic(n_children)
    child = np.asarray(random[0].groups)
    return outcome, fixed.assign(rare=(child < 2) * 1.0), random


def test_a_resample_without_a_format_is_left_out_and_counted():
    found = run(rare_format(), n_resamples=200)
    assert 0.05 < found.n_left_out / 200 < 0.25  # (1 - 2/40)^40 = 0.13
    assert len(found.draws) == 200 - found.n_left_out
    assert f"{found.n_left_out} resamples without" in repr(found)


def test_strata_keep_every_format():
    data = rare_format()
    found = run(data, strata=data[1]["rare"], n_resamples=100)
    assert found.n_left_out == 0
    assert len(found.draws) == 100


def test_a_spread_of_zero_is_ordinary_in_a_resample():
    outcome, fixed, random = clinic(30, seed=5)
    noise = np.random.default_rng(1).normal(size=len(outcome))
    found = run((noise, fixed, random), n_resamples=100)
    assert len(found.draws) == 100
    assert (found.spreads[:, :3] == 0).any()


def test_a_bar_is_shown_when_asked_for(capsys):
    run(clinic(30), progress=True)
    assert "Resamples: 100%" in capsys.readouterr().err
    run(clinic(30))
    assert capsys.readouterr().err == ""


def test_what_cannot_be_resampled_is_refused():
    data = clinic(30)
    with pytest.raises(AnalysisError, match="at least 20"):
        run(data, n_resamples=5)
    with pytest.raises(AnalysisError, match="lies in two strata"):
        run(data, strata=np.arange(len(data[0])) % 2)
    with pytest.raises(AnalysisError, match="one label for each"):
        run(data, strata=[1, 2])


def test_nearly_dependent_columns_are_resampled_in_their_own_units():
    outcome, fixed, random = clinic(50)
    wobble = np.sin(np.arange(len(outcome)))
    near = fixed.assign(near=fixed["week"] * (1 + 3e-6 * wobble))
    found = run((outcome, near, random))
    model = fit_mixed(outcome, near, random)
    np.testing.assert_allclose(found.coefficients, model.coefficients)
    np.testing.assert_allclose(found.fixed["std_error"], model.fixed["std_error"], rtol=0.5)


@pytest.fixture(scope="module")
def balanced():
    rng = np.random.default_rng(8)
    child = np.repeat(np.arange(60), 6)
    outcome = 0.8 * rng.normal(size=60)[child] + rng.normal(size=360)
    one = pd.DataFrame({"one": np.ones(360)})
    ready = prepare_fit(outcome, one, [RandomEffect(pd.Series(child, name="child"), one)])
    return ready.solution, [mix_columns(ready.sums, ready.solution.mixture)]


def test_groups_that_count_once_leave_the_first_step_where_the_fit_is(balanced):
    solution, blocks = balanced
    moved = step_together(solution, blocks, [np.ones((2, 60))], True)
    np.testing.assert_allclose(moved[0], np.repeat(solution.relative[0], 2, axis=0), rtol=1e-7)


def test_in_balanced_groups_the_first_step_of_a_resample_is_nearly_its_optimum(balanced):
    solution, blocks = balanced
    counts = np.random.default_rng(1).multinomial(60, np.full(60, 1 / 60), size=40) * 1.0
    moved = step_together(solution, blocks, [counts], True)[0][:, 0, 0]
    products, rest = blocks[0].products[0, 0], blocks[0].cross[0, 0]
    mean = counts @ products / (60 * 6)
    between = (counts * (products - 6 * mean[:, None]) ** 2).sum(axis=1) / 6 / 59
    within = (counts @ (rest - products**2 / 6)) / (60 * 5)
    exact = np.maximum((between / within - 1) / 6, 0)
    far = np.abs(exact - solution.relative[0][0, 0, 0])
    assert np.median(np.abs(moved - exact) / far) < 0.05
