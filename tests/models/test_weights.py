"""Weights, effective sizes and balance against R, and what must hold."""

import numpy as np
import pandas as pd
import pytest
from reference_cases import REFERENCE, read_case

from analysis.errors import AnalysisError
from analysis.models.weights import (
    effective_size,
    overlap_weights,
    standardised_differences,
)

CASES = {
    "ps_sim_formats": ("format", ["individual", "group", "combined"]),
    "ps_birthwt_3groups": ("race", ["white", "black", "other"]),
}
REFERENCE_RELATIVE = 1e-10  # propensities are stored to seventeen digits
SMD_ABSOLUTE = 1e-12


def read(name):
    column, levels = CASES[name]
    data, reference = read_case(name)
    propensity = pd.read_csv(REFERENCE / name / "propensity.csv")[levels].to_numpy()
    weights = pd.read_csv(REFERENCE / name / "weights.csv")
    codes = pd.Categorical(data[column], categories=levels).codes.astype(int)
    return data, reference, propensity, weights, codes, levels


@pytest.mark.parametrize("name", CASES)
def test_weights_match_the_reference(name):
    _, _, propensity, weights, codes, _ = read(name)
    ours = overlap_weights(propensity, codes)
    assert ours == pytest.approx(weights["overlap"].to_numpy(), rel=REFERENCE_RELATIVE)


@pytest.mark.parametrize("name", CASES)
def test_effective_sizes_match_the_reference(name):
    _, reference, _, weights, codes, levels = read(name)
    for row in reference["ess"]:
        w = weights[row["_row"]].to_numpy()
        for code, level in enumerate(levels):
            assert effective_size(w[codes == code]) == pytest.approx(row[level], rel=1e-10)


@pytest.mark.parametrize("name", CASES)
def test_standardised_differences_match_the_reference_under_every_weighting(name):
    data, reference, _, weights, codes, levels = read(name)
    covariates = list(reference["smd_denominator"])
    for kind, rows in reference["smd"].items():
        ours = standardised_differences(
            data[covariates], codes, weights[kind], [(0, 1), (0, 2), (1, 2)]
        )
        pairs = {(levels[0], levels[1]): 0, (levels[0], levels[2]): 1, (levels[1], levels[2]): 2}
        for row in rows:
            j, k = covariates.index(row["covariate"]), pairs[row["a"], row["b"]]
            assert ours[j, k] == pytest.approx(row["smd"], abs=SMD_ABSOLUTE)
        assert np.abs(ours).max() == pytest.approx(reference["max_abs_smd"][kind], abs=1e-12)


def test_overlap_weights_stay_between_zero_and_one_even_without_overlap():
    propensity = np.array([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [1e-300, 0.5, 0.5]])
    weights = overlap_weights(propensity, [0, 1, 0])
    assert weights.tolist() == pytest.approx([0, 0, 1])


def test_two_levels_reduce_to_the_chance_of_the_other_level():
    chance = np.random.default_rng(1).uniform(0.05, 0.95, 50)
    received = np.arange(50) % 2
    weights = overlap_weights(np.column_stack([1 - chance, chance]), received)
    assert weights == pytest.approx(np.where(received == 1, 1 - chance, chance))


def test_equal_weights_are_worth_their_number_and_one_weight_is_worth_one():
    assert effective_size(np.full(17, 0.3)) == pytest.approx(17)
    assert effective_size([5, 0, 0]) == pytest.approx(1)
    assert effective_size([]) == 0


def test_a_covariate_that_never_varies_is_balanced():
    values = np.column_stack([np.ones(6), np.arange(6)])
    differences = standardised_differences(values, [0, 0, 1, 1, 2, 2])
    assert differences.shape == (2, 3)
    assert (differences[0] == 0).all()
    assert (differences[1] < 0).all()


def test_differences_do_not_depend_on_the_unit_of_weights_or_covariates():
    rng = np.random.default_rng(3)
    values, codes, weights = rng.normal(size=(30, 2)), np.arange(30) % 3, rng.uniform(0.1, 1, 30)
    first = standardised_differences(values, codes, weights)
    second = standardised_differences(100 * values + 7, codes, 5 * weights)
    assert second == pytest.approx(first)


@pytest.mark.parametrize("unit", [1e-300, 1e-154, 1.0, 1e154, 1e306])
def test_a_real_difference_in_a_very_small_or_large_unit_is_seen(unit):
    values = np.array([1.0, 2.0, 3.0, 11.0, 12.0, 13.0])[:, None] * unit
    with np.errstate(all="raise", under="ignore"):
        found = standardised_differences(values, [0, 0, 0, 1, 1, 1])
    assert found == pytest.approx(np.array([[-10.0]]), rel=1e-12)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: overlap_weights([[0.5, 0.6]], [3]), "no column"),
        (lambda: overlap_weights([[0.5, 1.6]], [0]), "between 0 and 1"),
        (lambda: overlap_weights([0.5, 0.5], [0, 1]), "rows by levels"),
        (lambda: standardised_differences(np.ones((3, 1)), [0, 0, 1]), "at least two rows"),
        (lambda: standardised_differences(np.ones((4, 1)), [0, 0, 1, 1], [1, 1, 0, 0]), "weight"),
        (lambda: standardised_differences(np.ones(4), [0, 0, 1, 1]), "rows by columns"),
    ],
)
def test_impossible_chances_and_levels_are_refused(call, words):
    with pytest.raises(AnalysisError, match=words):
        call()
