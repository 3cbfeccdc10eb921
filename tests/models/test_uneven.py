"""Clusters of 1 to 200 rows, and small formats: the numbers of four R packages on invented data."""

import numpy as np
import pandas as pd
import pytest
from reference_cases import by_term, read_case

from analysis.models.discrete.multinomial import fit_multinomial
from analysis.models.discrete.ordinal import fit_ordinal
from analysis.models.regression.cluster_robust import fit_cluster_robust
from analysis.models.regression.generalised import fit_working_cluster_robust

KINDS = ("CR0", "CR1", "CR1S", "CR2", "CR3")
RELATIVE = 1e-10  # clubSandwich inverts X'WX; its own rounding on these cases is near 1e-12
NNET_IN_ERRORS = 1e-6  # nnet's quasi-Newton method stops with this much left
CLM_RELATIVE = 1e-9  # clm stops at a gradient of 1e-12


def relative(value, reference):
    return float(np.max(np.abs(np.asarray(value) / np.asarray(reference, dtype=float) - 1)))


def agrees(fit, numbers):
    table = by_term(numbers["coefficients"])
    assert relative(fit.fixed["estimate"], table["estimate"]) < RELATIVE
    assert relative(fit.fixed["std_error"], table["se"]) < RELATIVE
    assert relative(fit.fixed["df"], table["df_satt"]) < RELATIVE
    assert relative(fit.fixed["p_value"], table["p_satt"]) < 10 * RELATIVE


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", ["ols", "wls", "inverse_variance"])
def test_clusters_of_one_to_two_hundred_rows_match_clubsandwich(way, kind):
    data, reference = read_case("cr2_uneven_clusters")
    design = data[["arm", "a", "b", "c"]].astype(float)
    design.insert(0, "(Intercept)", 1.0)
    if way == "inverse_variance":
        fit = fit_working_cluster_robust(
            data["y"], design, data["cluster"], 1 / data["w"], kind=kind
        )
    else:
        weights = data["w"] if way == "wls" else None
        fit = fit_cluster_robust(data["y"], design, data["cluster"], weights, kind=kind)
    agrees(fit, reference[way][kind])


def test_chances_of_three_formats_match_nnet():
    data, reference = read_case("uneven_formats_levels")
    numbers = pd.DataFrame(reference["multinom"]["coefficients"]).set_index(["level", "term"])
    design = data[["z", "b", "g"]].astype(float)
    design.insert(0, "(Intercept)", 1.0)
    fit = fit_multinomial(data["format"], design, ["0", "1", "2"])
    numbers = numbers.loc[list(fit.fixed.index)]
    errors = numbers["se"].to_numpy()
    away = (fit.fixed["estimate"].to_numpy() - numbers["estimate"].to_numpy()) / errors
    assert np.abs(away).max() < NNET_IN_ERRORS
    assert relative(fit.fixed["std_error"], errors) < NNET_IN_ERRORS
    assert fit.log_likelihood >= reference["multinom"]["log_likelihood"] - 1e-9


@pytest.mark.parametrize("link", ["logit", "probit"])
def test_five_levels_match_clm(link):
    data, reference = read_case("uneven_formats_levels")
    numbers = reference["clm"][link]
    design = data[["z", "b", "g"]].astype(float)
    fit = fit_ordinal(data["level"], design, range(5), link=link)
    table = by_term(numbers["coefficients"])
    found = pd.concat([fit.thresholds, fit.fixed])
    assert list(found.index) == list(table.index)
    assert relative(found["estimate"], table["estimate"]) < CLM_RELATIVE
    assert relative(found["std_error"], table["se"]) < CLM_RELATIVE
    assert fit.log_likelihood == pytest.approx(numbers["log_likelihood"], abs=1e-9)
