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


def agrees(fit, numbers, joint, contrasts):
    table, test = by_term(numbers["coefficients"]), fit.joint_test(contrasts)
    assert relative(fit.fixed["estimate"], table["estimate"]) < RELATIVE
    assert relative(fit.fixed["std_error"], table["se"]) < RELATIVE
    assert relative(fit.fixed["df"], table["df_satt"]) < RELATIVE
    assert relative(fit.fixed["p_value"], table["p_satt"]) < 10 * RELATIVE
    reference = numbers[joint][0]
    assert test.statistic == pytest.approx(reference["F"], rel=RELATIVE)
    assert test.df_denom == pytest.approx(reference["df_denom"], rel=RELATIVE)
    assert test.p_value == pytest.approx(reference["p"], rel=10 * RELATIVE)


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
    agrees(fit, reference[way][kind], "joint_b_c", np.eye(5)[3:])


def growth():
    data, reference = read_case("cr2_mixed_uneven")
    design = pd.DataFrame({"(Intercept)": 1.0, "t": data["t"].astype(float)})
    for level in (1, 2):
        design[f"f{level}"] = (data["f"] == level).astype(float)
    design["x"] = data["x"]
    for level in (1, 2):
        design[f"t:f{level}"] = design["t"] * design[f"f{level}"]
    return data, design, reference


def child_blocks(rows, covariance):
    """Give Z G Z' of a random intercept and slope for each child of a cluster."""
    z = np.column_stack([np.ones(len(rows)), rows["t"]])
    same = rows["child"].to_numpy()[:, None] == rows["child"].to_numpy()
    return np.where(same, z @ np.array(covariance) @ z.T, 0.0)


@pytest.mark.parametrize("kind", KINDS)
def test_three_levels_of_lmer_match_clubsandwich_by_group(kind):
    data, design, reference = growth()
    numbers = reference["lmer_by_group"]
    working = {
        group: child_blocks(rows, numbers["child_covariance"])
        + numbers["group_variance"]
        + numbers["residual_variance"] * np.eye(len(rows))
        for group, rows in data.groupby("group")
    }
    fit = fit_working_cluster_robust(data["y"], design, data["group"], working, kind=kind)
    agrees(fit, numbers[kind], "joint_slopes", np.eye(7)[5:])


def test_random_slopes_and_serial_errors_match_clubsandwich_by_child():
    data, design, reference = growth()
    slopes, serial = reference["lme_by_child"], reference["gls_ar1_by_child"]
    by_child = dict(iter(data.groupby("child")))
    working = {
        child: child_blocks(rows, slopes["child_covariance"])
        + slopes["residual_variance"] * np.eye(len(rows))
        for child, rows in by_child.items()
    }
    fit = fit_working_cluster_robust(data["y"], design, data["child"], working)
    agrees(fit, slopes["CR2"], "joint_slopes", np.eye(7)[5:])
    visits = {child: np.arange(len(rows)) for child, rows in by_child.items()}
    working = {
        child: serial["variance"] * serial["rho"] ** np.abs(np.subtract.outer(visit, visit))
        for child, visit in visits.items()
    }
    fit = fit_working_cluster_robust(data["y"], design, data["child"], working)
    agrees(fit, serial["CR2"], "joint_slopes", np.eye(7)[5:])


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
def test_five_levels_and_their_predicted_chances_match_clm(link):
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
    rows = pd.DataFrame(numbers["new_rows"]).astype(float)
    scenarios = {1: rows.iloc[[0]], 2: rows.iloc[[1]]}
    predicted = fit.average_chances(scenarios).table
    wanted = pd.DataFrame(numbers["predicted"]).set_index(["row", "level"]).loc[predicted.index]
    for ours, theirs in {
        "estimate": "estimate",
        "std_error": "se",
        "conf_low": "low",
        "conf_high": "high",
    }.items():
        assert relative(predicted[ours], wanted[theirs]) < CLM_RELATIVE
