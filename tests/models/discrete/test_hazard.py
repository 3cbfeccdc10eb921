"""Discrete-time hazards against R's glm and clubSandwich, and what must collapse."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from reference_cases import by_term, read_case
from scipy.optimize import approx_fprime
from scipy.special import expit

from analysis.errors import AnalysisError
from analysis.models.discrete.hazard import fit_hazard
from analysis.models.discrete.separation import SeparationError

GLM_RELATIVE = 1e-6  # R's glm stops when the deviance moves by less than 1e-8
LINKS = ("cloglog", "logit")
WEEKS = (4, 8, 12, 16, 20)


@cache
def goals():
    data, reference = read_case("surv_discrete_time")
    design = pd.DataFrame({f"wk{week}": (data["week"] == week).astype(float) for week in WEEKS})
    for name in ("group", "combined"):
        design[f"format{name}"] = (data["format"] == name).astype(float)
    design["severity"] = data["severity"]
    return data, design, reference


def scenario(units, therapy_format):
    """Every unit at every week, as if in one format."""
    designs = []
    for week in WEEKS:
        design = pd.DataFrame({f"wk{w}": float(w == week) for w in WEEKS}, index=units.index)
        for name in ("group", "combined"):
            design[f"format{name}"] = float(name == therapy_format)
        designs.append(design.assign(severity=units["severity"]))
    return designs


@pytest.mark.parametrize("link", LINKS)
def test_coefficients_and_every_kind_of_error_match_r(link):
    data, design, reference = goals()
    numbers = by_term(reference[link]["coef"])
    fit = fit_hazard(data["event"], design, data["child"], link)
    plain = fit_hazard(data["event"], design, data["child"], link, kind="CR0")
    for ours, theirs in [
        (fit.fixed["estimate"], numbers["estimate"]),
        (pd.Series(np.sqrt(np.diagonal(fit.model_covariance))), numbers["se"]),
        (plain.fixed["std_error"], numbers["se_CR0"]),
        (fit.fixed["std_error"], numbers["se_CR2"]),
        (fit.fixed["df"], numbers["df_CR2"]),
        (fit.fixed["p_value"], numbers["p_CR2"]),
    ]:
        assert ours.to_numpy() == pytest.approx(theirs.to_numpy(), rel=GLM_RELATIVE)
    assert fit.log_likelihood == pytest.approx(reference[link]["logLik"], abs=1e-10)


@pytest.mark.parametrize("link", LINKS)
def test_the_scores_vanish_at_the_answer(link):
    data, design, _ = goals()
    fit = fit_hazard(data["event"], design, data["child"], link)
    x, event = design.to_numpy(), data["event"].to_numpy()

    def log_likelihood(b):
        eta = x @ b
        left = -np.exp(eta) if link == "cloglog" else -np.logaddexp(0, eta)
        return np.where(event == 1, np.log(-np.expm1(left)), left).sum()

    b = fit.robust.coefficients
    assert log_likelihood(b) == pytest.approx(fit.log_likelihood, rel=1e-12)
    for j in range(len(b)):
        step = 1e-4 * np.eye(len(b))[j]
        assert log_likelihood(b + step) < fit.log_likelihood
        assert log_likelihood(b - step) < fit.log_likelihood


@pytest.mark.parametrize("link", LINKS)
def test_both_links_agree_when_every_interval_has_its_own_hazard(link):
    data, design, _ = goals()
    weeks = design[[f"wk{week}" for week in WEEKS]]
    fit = fit_hazard(data["event"], weeks, data["child"], link)
    shares = data.groupby("week")["event"].mean().to_numpy()
    hazards = np.log(-np.log1p(-shares)) if link == "cloglog" else np.log(shares / (1 - shares))
    assert fit.robust.coefficients == pytest.approx(hazards, rel=1e-10)
    units = [pd.DataFrame(row[None, :], columns=weeks.columns) for row in np.eye(5)]
    chances = fit.average_cumulative({"all": units}).table["estimate"]
    assert chances.to_numpy() == pytest.approx(1 - np.cumprod(1 - shares), rel=1e-10)


@pytest.mark.parametrize("link", LINKS)
def test_gradients_of_cumulative_chances_are_their_derivatives(link):
    data, design, _ = goals()
    fit = fit_hazard(data["event"], design, data["child"], link)
    units = data.drop_duplicates("goal")[["severity"]]
    designs = scenario(units, "group")
    averages = fit.average_cumulative({"group": designs})

    def chance(b, last):
        left = np.ones(len(units))
        for step in designs[: last + 1]:
            eta = step.to_numpy() @ b
            left *= np.exp(-np.exp(eta)) if link == "cloglog" else 1 / (1 + np.exp(eta))
        return 1 - left.mean()

    b = fit.robust.coefficients
    for last in range(5):
        assert averages.estimates[last] == pytest.approx(chance(b, last), rel=1e-12)
        numeric = approx_fprime(b, chance, 1e-7, last)
        assert averages.gradients[last] == pytest.approx(numeric, abs=1e-6)


def test_differences_between_formats_come_with_intervals():
    data, design, _ = goals()
    fit = fit_hazard(data["event"], design, data["child"])
    units = data.drop_duplicates("goal")[["severity"]]
    averages = fit.average_cumulative(
        {name: scenario(units, name) for name in ("individual", "combined")}
    )
    table = averages.table
    by_format = table["estimate"].unstack("interval")
    assert (by_format.diff(axis=1).iloc[:, 1:] > 0).all(axis=None)
    assert (
        (table["conf_low"] < table["estimate"]) & (table["estimate"] < table["conf_high"])
    ).all()
    assert table["conf_high"].max() < 1
    pair = pd.DataFrame(0.0, index=["by week 8"], columns=table.index)
    pair[("combined", 2)], pair[("individual", 2)] = 1.0, -1.0
    row = averages.contrast(pair).loc["by week 8"]
    expected = table["estimate"]["combined", 2] - table["estimate"]["individual", 2]
    assert row["estimate"] == pytest.approx(expected)
    assert 5 < row["df"] < 80
    coefficient = fit.fixed.loc["formatcombined"]
    assert row["p_value"] == pytest.approx(coefficient["p_value"], abs=0.03)


def test_weights_of_units_move_the_average():
    data, design, _ = goals()
    fit = fit_hazard(data["event"], design, data["child"])
    units = data.drop_duplicates("goal")[["severity"]]
    designs = scenario(units, "group")
    first = np.zeros(len(units))
    first[0] = 2.0
    alone = fit.average_cumulative({"one": [step.iloc[[0]] for step in designs]})
    weighted = fit.average_cumulative({"one": designs}, weights=first)
    assert weighted.estimates == pytest.approx(alone.estimates, rel=1e-12)
    assert weighted.gradients == pytest.approx(alone.gradients, rel=1e-10)


def test_contrasts_reach_the_robust_fit():
    data, design, _ = goals()
    fit = fit_hazard(data["event"], design, data["child"])
    pair = pd.DataFrame({"formatcombined": [1.0], "formatgroup": [-1.0]}, index=["c - g"])
    row = fit.contrast(pair).loc["c - g"]
    fixed = fit.fixed["estimate"]
    assert row["estimate"] == pytest.approx(fixed["formatcombined"] - fixed["formatgroup"])
    assert "cloglog" in repr(fit)


def test_an_interval_without_any_event_is_named():
    data, design, _ = goals()
    event = data["event"].where(data["week"] != 20, 0)
    with pytest.raises(SeparationError, match='"wk20" alone tells'):
        fit_hazard(event, design, data["child"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"event": [0, 1, 2, 1]}, "0 or 1"),
        ({"event": [0, 0, 0, 0]}, "some rows need each"),
        ({"event": [0, 1, np.nan, 1]}, "missing"),
        ({"link": "probit"}, "cloglog"),
        ({"clusters": [1, 1, 1, 1]}, "one cluster"),
        ({"confidence": 0}, "0.95"),
    ],
)
def test_impossible_input_is_refused_in_words(change, words):
    given = {"event": [0, 1, 0, 1], "design": np.ones((4, 1)), "clusters": [1, 2, 3, 4]}
    with pytest.raises(AnalysisError, match=words):
        fit_hazard(**(given | change))


def test_scenarios_that_do_not_fit_are_refused():
    data, design, _ = goals()
    fit = fit_hazard(data["event"], design, data["child"])
    with pytest.raises(AnalysisError, match="columns of the fit"):
        fit.average_cumulative({"a": [design.iloc[:, :3]]})
    with pytest.raises(AnalysisError, match="same units"):
        fit.average_cumulative({"a": [design.iloc[:3], design.iloc[:2]]})


@pytest.mark.parametrize("link", ["logit", "cloglog"])
def test_rows_as_good_as_certain_do_not_move_the_answer(link):
    rng = np.random.default_rng(12)
    clusters = np.repeat(np.arange(7), (1, 3, 5, 8, 12, 20, 26))
    x = np.column_stack([np.ones(75), rng.uniform(-3, 30, 75)])
    eta = 1 - x[:, 1]
    hazard = expit(eta) if link == "logit" else -np.expm1(-np.exp(eta))
    event = (rng.random(75) < hazard).astype(float)
    fit = fit_hazard(event, x, clusters, link=link)
    eta = x @ fit.robust.coefficients
    if link == "logit":
        pull = event - expit(eta)
    else:
        power = np.exp(eta)
        pull = np.where(event == 1, power / np.expm1(power), -power)
    assert np.abs(x.T @ pull).max() < 1e-8
