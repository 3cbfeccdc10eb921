"""Ordered outcomes against R's clm and polr, and what must collapse."""

import numpy as np
import pandas as pd
import pytest
from reference_cases import by_term, read_case

from analysis.errors import AnalysisError
from analysis.models.discrete.hazard import fit_hazard
from analysis.models.discrete.ordinal import fit_ordinal
from analysis.models.discrete.separation import SeparationError

CLM_RELATIVE = 1e-10  # clm stops at a gradient near 1e-12
POLR_RELATIVE = 1e-6  # polr stops earlier


def wine():
    data, reference = read_case("ordinal_wine")
    design = pd.DataFrame(
        {
            "tempwarm": (data["temp"] == "warm").astype(float),
            "contactyes": (data["contact"] == "yes").astype(float),
        }
    )
    return data, data["rating"].to_numpy() - 1, design, reference


def invented(seed, n=160, levels=5, effect=0.8):
    rng = np.random.default_rng(seed)
    clusters = np.sort(rng.integers(0, 24, n))
    design = pd.DataFrame({"group": (clusters % 2).astype(float), "age": rng.normal(9, 3, n)})
    latent = effect * design["group"] + 0.2 * design["age"] + rng.logistic(size=n)
    latent += 0.7 * rng.normal(size=24)[clusters]
    cuts = np.quantile(latent, np.linspace(0, 1, levels + 1)[1:-1])
    return rng, np.searchsorted(cuts, latent), design, clusters


@pytest.mark.parametrize("link", ["logit", "probit"])
def test_thresholds_coefficients_and_errors_match_clm(link):
    _, codes, design, reference = wine()
    fit = fit_ordinal(codes, design, [1, 2, 3, 4, 5], link=link)
    numbers = by_term(reference[f"clm_{link}"]["coef"])
    ours = pd.concat([fit.thresholds, fit.fixed]).loc[numbers.index]
    assert ours["estimate"].to_numpy() == pytest.approx(numbers["estimate"], rel=CLM_RELATIVE)
    assert ours["std_error"].to_numpy() == pytest.approx(numbers["se"], rel=CLM_RELATIVE)
    assert fit.log_likelihood == pytest.approx(reference[f"clm_{link}"]["logLik"], abs=1e-11)
    assert fit.gradient < 1e-12


def test_the_whole_covariance_matches_clm():
    _, codes, design, reference = wine()
    fit = fit_ordinal(codes, design, [1, 2, 3, 4, 5])
    expected = np.array(reference["clm_logit"]["vcov"]["values"])
    assert fit.spread.covariance == pytest.approx(expected, rel=CLM_RELATIVE)


def test_polr_agrees_as_far_as_it_converges():
    _, codes, design, reference = wine()
    fit = fit_ordinal(codes, design, [1, 2, 3, 4, 5])
    numbers = by_term(reference["polr"]["coef"])
    ours = pd.concat([fit.thresholds, fit.fixed]).loc[numbers.index]
    assert ours["estimate"].to_numpy() == pytest.approx(numbers["estimate"], rel=POLR_RELATIVE)
    assert ours["std_error"].to_numpy() == pytest.approx(numbers["se"], rel=POLR_RELATIVE)


@pytest.mark.parametrize("kind", ["CR0", "CR2", "CR3"])
def test_two_levels_of_children_alone_are_logistic_regression(kind):
    _, codes, design, _ = invented(5, levels=2)
    alone = np.arange(len(codes))
    ordered = fit_ordinal(codes, design, ["no", "yes"], alone, kind=kind)
    binary = fit_hazard(codes, design.assign(one=1.0), alone, "logit", kind=kind)
    for name in ("group", "age"):
        ours, theirs = ordered.fixed.loc[name], binary.fixed.loc[name]
        assert ours.to_numpy() == pytest.approx(theirs.to_numpy(), rel=1e-8)


def test_independent_rows_sandwich_near_the_information_when_the_model_is_true():
    _, codes, design, _ = invented(6, n=4000)
    alone = fit_ordinal(codes, design, range(5), np.arange(4000)).fixed
    model = fit_ordinal(codes, design, range(5)).fixed
    assert alone["std_error"].to_numpy() == pytest.approx(model["std_error"], rel=0.05)


def test_balanced_clusters_give_one_degree_of_freedom_less_than_clusters():
    data, codes, design, _ = wine()
    fit = fit_ordinal(codes, design, [1, 2, 3, 4, 5], data["judge"])
    assert fit.n_clusters == 9
    assert fit.fixed["df"].to_numpy() == pytest.approx([8, 8], rel=1e-9)
    plain = fit_ordinal(codes, design, [1, 2, 3, 4, 5], data["judge"], kind="CR0")
    expected = plain.fixed["std_error"] * np.sqrt(9 / 8)
    assert fit.fixed["std_error"].to_numpy() == pytest.approx(expected, rel=1e-9)


def test_larger_adjustments_give_larger_errors_with_uneven_clusters():
    _, codes, design, clusters = invented(7)
    errors = [
        fit_ordinal(codes, design, range(5), clusters, kind=kind).fixed.loc["group", "std_error"]
        for kind in ("CR0", "CR2", "CR3")
    ]
    assert errors[0] < errors[1] < errors[2]


def test_units_and_origins_of_columns_do_not_matter():
    _, codes, design, clusters = invented(8)
    moved = design.assign(age=1000 * design["age"] + 5e6)
    first = fit_ordinal(codes, design, range(5), clusters)
    second = fit_ordinal(codes, moved, range(5), clusters)
    columns = ["estimate", "std_error", "df"]
    expected = first.fixed.loc["group", columns].to_numpy()
    assert second.fixed.loc["group", columns].to_numpy() == pytest.approx(expected, rel=1e-8)


def test_reversing_the_levels_reverses_the_signs():
    _, codes, design, _ = invented(9)
    first = fit_ordinal(codes, design, range(5))
    second = fit_ordinal(4 - codes, design, range(5))
    assert second.coefficients == pytest.approx(-first.coefficients, rel=1e-10)
    assert second.cuts == pytest.approx(-first.cuts[::-1], rel=1e-9)


@pytest.mark.slow
def test_intervals_hold_their_level_with_twenty_four_clusters():
    hits, draws = 0, 250
    for seed in range(draws):
        _, codes, design, clusters = invented(100 + seed, effect=0.0)
        row = fit_ordinal(codes, design, range(5), clusters).fixed.loc["group"]
        hits += row["conf_low"] <= 0 <= row["conf_high"]
    assert 0.91 <= hits / draws <= 0.99


def test_levels_in_perfect_order_along_a_column_are_refused_by_name():
    _, codes, design, _ = invented(10)
    design["age"] = codes + np.random.default_rng(1).uniform(-0.4, 0.4, len(codes))
    with pytest.raises(SeparationError) as caught:
        fit_ordinal(codes, design, range(5))
    assert caught.value.separation.columns == ("age",)


def test_a_fit_prints_its_thresholds_and_clusters():
    data, codes, design, _ = wine()
    fit = fit_ordinal(codes, design, [1, 2, 3, 4, 5], data["judge"])
    assert "4|5" in repr(fit)
    assert "clusters: 9" in repr(fit)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"design": np.ones((6, 1))}, "same in every row"),
        ({"design": np.arange(12.0).reshape(6, 2)}, "can be computed"),
        ({"codes": [0, 1, 1, 0, 1, 0]}, "Nobody received c"),
        ({"link": "cauchit"}, "logit"),
        ({"kind": "CR1S", "clusters": [1, 1, 2, 2, 3, 3]}, "CR1S"),
        ({"clusters": [1] * 6}, "one cluster"),
        ({"confidence": 1.0}, "0.95"),
    ],
)
def test_impossible_input_is_refused_in_words(change, words):
    given = {"codes": [0, 1, 2, 0, 1, 2], "design": np.array([[1.0], [2], [1], [3], [2], [2]])}
    given |= {"clusters": None, "link": "logit", "kind": "CR2", "confidence": 0.95} | change
    codes = np.array(given.pop("codes"))
    with pytest.raises(AnalysisError, match=words):
        fit_ordinal(codes, given.pop("design"), "abc", **given)
