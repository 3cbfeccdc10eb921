"""Multinomial chances against R, and what must hold."""

import numpy as np
import pandas as pd
import pytest
from reference_cases import REFERENCE, read_case

from analysis.errors import AnalysisError
from analysis.models.discrete.multinomial import fit_multinomial
from analysis.models.discrete.separation import SeparationError

CASES = {
    "ps_sim_formats": (
        "format",
        ["individual", "group", "combined"],
        ["age", "severity", "attention", "baseline"],
    ),
    "ps_birthwt_3groups": (
        "race",
        ["white", "black", "other"],
        ["age", "lwt", "smoke", "ht", "ui"],
    ),
}
COEFFICIENT_RELATIVE = 1e-11  # R's maximum, polished to a gradient of 1e-13


def read(name):
    column, levels, covariates = CASES[name]
    data, reference = read_case(name)
    codes = pd.Categorical(data[column], categories=levels).codes
    design = data[covariates].astype(float)
    design.insert(0, "(Intercept)", 1.0)
    return data, reference, codes, design, levels


def invented(seed, n=150):
    rng = np.random.default_rng(seed)
    design = pd.DataFrame(
        {
            "constant": 1.0,
            "attention": rng.normal(size=n),
            "comfort": rng.normal(size=n),
            "delay": rng.integers(0, 2, n).astype(float),
        }
    )
    return rng, rng.integers(0, 3, n), design


@pytest.mark.parametrize("name", CASES)
def test_coefficients_errors_and_chances_match_r(name):
    _, reference, codes, design, levels = read(name)
    fit = fit_multinomial(codes, design, levels)
    numbers = reference["multinom"]
    errors = fit.fixed["std_error"].to_numpy().reshape(2, -1)
    chances = pd.read_csv(REFERENCE / name / "propensity.csv")[levels].to_numpy()
    assert fit.coefficients == pytest.approx(np.array(numbers["coef"]), rel=COEFFICIENT_RELATIVE)
    assert errors == pytest.approx(np.array(numbers["se"]), rel=COEFFICIENT_RELATIVE)
    assert fit.log_likelihood == pytest.approx(numbers["logLik"], abs=1e-10)
    assert fit.propensities == pytest.approx(chances, rel=COEFFICIENT_RELATIVE)
    assert fit.gradient < 1e-12


def test_chances_of_every_level_add_up_to_the_number_who_received_it():
    _, codes, design = invented(1)
    fit = fit_multinomial(codes, design, ["a", "b", "c"])
    assert fit.propensities.sum(axis=0) == pytest.approx(np.bincount(codes), rel=1e-12)
    assert fit.propensities.sum(axis=1) == pytest.approx(np.ones(150), rel=1e-14)


def test_a_constant_alone_gives_the_shares():
    codes = np.repeat([0, 1, 2], [5, 15, 30])
    fit = fit_multinomial(codes, np.ones((50, 1)), "abc")
    assert fit.propensities[0] == pytest.approx([0.1, 0.3, 0.6], rel=1e-12)


@pytest.mark.parametrize("ridge", [0.0, 2.0])
def test_the_order_of_levels_and_the_units_of_columns_do_not_matter(ridge):
    _, codes, design = invented(2)
    first = fit_multinomial(codes, design, "abc", ridge=ridge)
    moved = design.assign(attention=1e5 * design["attention"] + 1e6)
    second = fit_multinomial((codes + 1) % 3, moved, "cab", ridge=ridge)
    assert second.propensities[:, [1, 2, 0]] == pytest.approx(first.propensities, rel=1e-8)


def test_an_empty_cell_is_named_by_level_and_column():
    _, codes, design = invented(5)
    design.loc[codes == 1, "delay"] = 0.0
    with pytest.raises(SeparationError) as caught:
        fit_multinomial(codes, design, ["individual", "group", "combined"])
    assert caught.value.separation.levels == ("group",)
    assert caught.value.separation.columns == ("delay",)
    assert '"delay" alone tells "group" from the other levels' in str(caught.value)


@pytest.mark.parametrize("only", [0, 1, 2])
def test_an_indicator_that_one_level_alone_ever_has_names_that_level(only):
    _, codes, design = invented(5)
    design["site B"] = 0.0
    design.loc[np.flatnonzero(codes == only)[:2], "site B"] = 1.0
    with pytest.raises(SeparationError) as caught:
        fit_multinomial(codes, design, ["individual", "group", "combined"])
    assert caught.value.separation.levels == (("individual", "group", "combined")[only],)
    assert caught.value.separation.columns == ("site B",)


def test_complete_separation_by_two_columns_together_names_both():
    rng, codes, design = invented(6)
    total = rng.uniform(0.3, 2, 150) * np.where(codes == 2, 1, -1)
    design["comfort"] = total - design["attention"]
    with pytest.raises(SeparationError) as caught:
        fit_multinomial(codes, design, ["individual", "group", "combined"])
    assert caught.value.separation.levels == ("combined",)
    assert caught.value.separation.columns == ("attention", "comfort")


def test_levels_that_only_together_can_be_told_apart_are_all_named():
    rng, codes, design = invented(7)
    angle = codes * 2 * np.pi / 3 + rng.uniform(-1.0, 1.0, 150)
    radius = rng.uniform(0.01, 3, 150)
    design["attention"], design["comfort"] = radius * np.cos(angle), radius * np.sin(angle)
    with pytest.raises(SeparationError) as caught:
        fit_multinomial(codes, design, "abc")
    assert caught.value.separation.levels == ("a", "b", "c")
    assert caught.value.separation.columns == ("attention", "comfort")
    assert "from each other" in str(caught.value)


def test_a_ridge_gives_finite_chances_under_separation():
    _, codes, design = invented(5)
    design.loc[codes == 1, "delay"] = 0.0
    fit = fit_multinomial(codes, design, "abc", ridge=1.0)
    assert np.isfinite(fit.fixed.to_numpy()[:, :2]).all()
    assert fit.propensities.min() > 0.001
    assert fit.gradient < 1e-12


def test_a_vast_ridge_leaves_only_the_shares_and_a_tiny_one_changes_nothing():
    _, codes, design = invented(8)
    shares = np.bincount(codes) / len(codes)
    flat = fit_multinomial(codes, design, "abc", ridge=1e9)
    assert flat.propensities == pytest.approx(np.tile(shares, (150, 1)), abs=1e-6)
    plain = fit_multinomial(codes, design, "abc")
    tiny = fit_multinomial(codes, design, "abc", ridge=1e-9)
    assert tiny.propensities == pytest.approx(plain.propensities, abs=1e-9)


def test_strong_but_overlapping_columns_are_not_called_separated():
    rng, codes, design = invented(9)
    design["attention"] = 4.0 * codes + rng.normal(size=150)
    swap = [np.flatnonzero(codes == k)[0] for k in range(3)]
    design.loc[swap, "attention"] = design.loc[swap[::-1], "attention"].to_numpy()
    fit = fit_multinomial(codes, design, "abc")
    assert fit.gradient < 1e-12


def test_a_fit_prints_its_levels_and_columns():
    _, codes, design = invented(1)
    text = repr(fit_multinomial(codes, design, ["individual", "group", "combined"]))
    assert "combined" in text
    assert "attention" in text
    assert "compared with: individual" in text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"outcome": [0, 1]}, "one whole-number code"),
        ({"outcome": [0.0, 1.0, 2.0, 0.0, 1.0, 2.0]}, "whole-number"),
        ({"outcome": [0, 1, 1, 0, 1, 0]}, "Nobody received c"),
        ({"outcome": [0, 1, 3, 0, 1, 2]}, "from 0 to 2"),
        ({"levels": ["a"]}, "two levels"),
        ({"ridge": -1.0}, "ridge"),
        ({"design": np.array([[1.0, np.nan]] * 6)}, "missing"),
        ({"design": np.ones((6, 2))}, "can be computed"),
    ],
)
def test_impossible_input_is_refused_in_words(change, words):
    given = {"outcome": [0, 1, 2, 0, 1, 2], "design": np.ones((6, 1)), "levels": "abc"} | change
    with pytest.raises(AnalysisError, match=words):
        fit_multinomial(
            np.array(given["outcome"]), given["design"], given["levels"], given.get("ridge", 0.0)
        )
