"""The mixed model against lme4 and lmerTest."""

import numpy as np
import pandas as pd
import pytest
from mixed_cases import CASES, level_of, read_mixed_case, spreads
from reference_cases import by_term

from analysis.models.mixed.cone import clip_negative
from analysis.models.mixed.model import fit_mixed
from analysis.models.results import RESULT_COLUMNS

ESTIMATE_IN_SE = 1e-6  # lme4's own optimisers differ by 1e-7
STD_ERROR = 1e-6
LOG_LIKELIHOOD = 1e-8
SPREAD = 1e-5  # a correlation is the least determined number of all
DF = 5e-6  # second derivatives are differences, here and in lmerTest
METHODS = ("reml", "ml")


@pytest.fixture(scope="module")
def fits():
    found = {}
    for name, model in CASES:
        case = read_mixed_case(name, model)
        for method in METHODS:
            fit = fit_mixed(case.outcome, case.fixed, case.random, method=method)
            found[name, model, method] = fit, case.numbers[method], case.numbers
    return found


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("name", "model"), CASES)
def test_estimates_and_standard_errors_are_those_of_lme4(fits, name, model, method):
    fit, expected, _ = fits[name, model, method]
    terms = by_term(expected["fixef"])
    fixed = fit.fixed
    assert list(fixed.columns) == list(RESULT_COLUMNS)
    assert list(fixed.index) == list(terms.index)
    gap = (fixed["estimate"] - terms["estimate"]) / terms["se"]
    assert np.abs(gap).max() < ESTIMATE_IN_SE
    assert np.abs(fixed["std_error"] / terms["se"] - 1).max() < STD_ERROR


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("name", "model"), CASES)
def test_the_log_likelihood_is_lme4s_and_never_lower(fits, name, model, method):
    fit, expected, _ = fits[name, model, method]
    assert abs(fit.log_likelihood - expected["logLik"]) < LOG_LIKELIHOOD
    assert fit.certificate.holds


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("name", "model"), CASES)
def test_every_spread_and_correlation_is_lme4s(fits, name, model, method):
    fit, expected, _ = fits[name, model, method]
    found = spreads(fit)
    for row in expected["varcomp"]:
        level = level_of(row["grp"])
        size = found.pop((level, row["var1"], row["var2"]))
        assert size == pytest.approx(row["sdcor"], rel=SPREAD, abs=1e-9)
    assert all(size == 0 for size in found.values()), "only a correlation fixed at zero is left"


@pytest.mark.parametrize(("name", "model"), CASES)
def test_degrees_of_freedom_and_p_values_are_those_of_lmertest(fits, name, model):
    fit, expected, _ = fits[name, model, "reml"]
    terms = by_term(expected["fixef"])
    assert np.abs(fit.fixed["df"] / terms["df_satt"] - 1).max() < DF
    np.testing.assert_allclose(fit.fixed["p_value"], terms["p_satt"], rtol=2e-4)


def test_pairwise_slopes_agree_with_emmeans(fits):
    fit, _, numbers = fits["partial_nested_growth", "partially_nested_slope", "reml"]
    contrasts = pd.DataFrame(
        {"week:armgroup": [-1.0, 0, 1], "week:armcombined": [0, -1.0, -1]},
        index=["individual - group", "individual - combined", "group - combined"],
    )
    found = fit.contrast(contrasts)
    expected = pd.DataFrame(numbers["emm_satterthwaite"]["pairwise_slope"]).set_index("contrast")
    for row in found.index:
        assert found.loc[row, "estimate"] == pytest.approx(expected.loc[row, "estimate"], rel=1e-6)
        assert found.loc[row, "std_error"] == pytest.approx(expected.loc[row, "se"], rel=STD_ERROR)
        assert found.loc[row, "df"] == pytest.approx(expected.loc[row, "df"], rel=DF)
        assert found.loc[row, "conf_low"] == pytest.approx(expected.loc[row, "lcl95"], rel=1e-5)


def test_leaving_out_therapy_groups_manufactures_certainty(fits):
    with_groups, _, _ = fits["partial_nested_growth", "partially_nested_slope", "reml"]
    without, _, _ = fits["partial_nested_growth", "ignoring_groups", "reml"]
    contrast = pd.Series({"week:armgroup": 1.0, "week:armcombined": -1.0})
    assert with_groups.contrast(contrast)["p_value"].item() > 0.09
    assert without.contrast(contrast)["p_value"].item() < 0.002


def test_a_spread_of_zero_is_said_in_words(fits):
    fit, _, _ = fits["singular_dyestuff2", "model", "reml"]
    assert fit.singular
    assert fit.covariances["Batch"].to_numpy().item() == 0
    assert fit.sentence == "No measurable spread between Batch in (Intercept)."
    assert fit.sentence in repr(fit)


def test_the_nearest_positive_matrix_is_that_of_the_eigenvalues():
    drawn = np.random.default_rng(5).normal(size=(500, 2, 2))
    matrices = drawn + drawn.swapaxes(1, 2)
    matrices[0] = 0.0
    values, vectors = np.linalg.eigh(matrices)
    nearest = np.einsum("bik,bk,bjk->bij", vectors, np.maximum(values, 0), vectors)
    assert clip_negative(matrices) == pytest.approx(nearest, abs=1e-13)


def test_three_effects_of_which_one_mixture_has_no_spread_are_an_answer(fits):
    fit, _, _ = fits["quadratic_growth", "quadratic", "reml"]
    assert fit.singular
    assert "(Intercept), t and t2 cannot be told apart" in fit.sentence
