"""How strong something unrecorded must be: published numbers, identities and tables."""

import math

import numpy as np
import pytest
from reference_cases import read_case

from analysis.errors import AnalysisError
from analysis.models.unmeasured_confounding import (
    Strength,
    bound_strength,
    e_value,
    e_value_of_difference,
    largest_bias,
    multiply_strength,
    robustness_value,
    times_as_strong,
    widen_std_error,
)

PRINTED = 6e-4  # the published table gives three or four decimals
EVALUE_ABS = 1e-10
EXACT = 1e-9  # an algebraic identity in double precision
DARFUR = {"estimate": 0.09731582, "std_error": 0.02325654, "df": 783}
FEMALE = Strength(r2_outcome=0.10895, r2_format=0.00908)


def test_the_robustness_value_of_a_t_of_2_5_with_100_df_is_the_published_one():
    assert robustness_value(2.5, 100) == pytest.approx(0.2207, abs=5e-5)


def test_the_robustness_value_of_the_darfur_survey_is_the_published_one():
    statistic = DARFUR["estimate"] / DARFUR["std_error"]
    assert robustness_value(statistic, DARFUR["df"]) == pytest.approx(0.139, abs=PRINTED)


@pytest.mark.parametrize(
    ("times", "r2_format", "r2_outcome", "estimate", "std_error"),
    [
        (1, 0.0092, 0.1246, 0.0752, 0.0219),
        (2, 0.0183, 0.2493, 0.0529, 0.0204),
        (3, 0.0275, 0.3741, 0.0304, 0.0187),
    ],
)
def test_a_trait_k_times_as_strong_as_a_recorded_one_moves_the_estimate_as_published(
    times, r2_format, r2_outcome, estimate, std_error
):
    strength = multiply_strength(FEMALE, times)
    assert strength.r2_format == pytest.approx(r2_format, abs=PRINTED)
    assert strength.r2_outcome == pytest.approx(r2_outcome, abs=3 * PRINTED)
    found = (strength.r2_outcome, strength.r2_format)
    bias = largest_bias(*found, DARFUR["std_error"], DARFUR["df"])
    assert DARFUR["estimate"] - bias == pytest.approx(estimate, abs=PRINTED)
    widened = DARFUR["std_error"] * widen_std_error(*found, DARFUR["df"])
    assert widened == pytest.approx(std_error, abs=PRINTED)


def test_a_trait_as_strong_as_the_robustness_value_both_ways_takes_the_whole_estimate():
    strength = robustness_value(2.5, 100)
    assert largest_bias(strength, strength, 0.1, 100) == pytest.approx(0.25, abs=EXACT)


def test_the_bias_of_a_left_out_column_is_exactly_what_its_partial_r2_say():
    rng = np.random.default_rng(5)
    n = 60
    x, z = rng.normal(size=(2, n))
    d = 0.5 * x + 0.4 * z + rng.normal(size=n)
    y = 0.3 * d - 0.2 * x + 0.7 * z + rng.normal(size=n)
    ones = np.ones(n)

    def fit(columns, outcome):
        design = np.column_stack(columns)
        beta, rss = np.linalg.lstsq(design, outcome, rcond=None)[:2]
        return beta, rss[0]

    short, rss_short = fit([d, ones, x], y)
    long, rss_long = fit([d, ones, x, z], y)
    rss_d, rss_dz = fit([ones, x], d)[1], fit([ones, x, z], d)[1]
    df = n - 3
    std_error = math.sqrt(rss_short / df / rss_d)
    bias = largest_bias(1 - rss_long / rss_short, 1 - rss_dz / rss_d, std_error, df)
    assert bias == pytest.approx(abs(short[0] - long[0]), rel=EXACT)


def test_how_many_times_as_strong_is_the_inverse_of_how_far_the_estimate_moves():
    strength = multiply_strength(FEMALE, 2.5)
    bias = largest_bias(strength.r2_outcome, strength.r2_format, 0.02, 783)
    assert times_as_strong(FEMALE, bias, 0.02, 783) == pytest.approx(2.5, rel=1e-6)
    assert times_as_strong(FEMALE, 0.0, 0.02, 783) == 0.0
    assert times_as_strong(Strength(0.0, 0.1), 0.01, 0.02, 783) == math.inf


def test_how_strong_a_trait_may_be_is_its_partial_correlations_on_fishers_scale():
    found = bound_strength(Strength(0.25, 0.04), 101, 1.645)
    for here, r in ((found.r2_outcome, 0.5), (found.r2_format, 0.2)):
        assert here == pytest.approx(math.tanh(math.atanh(r) + 0.1645) ** 2, rel=EXACT)
    least = bound_strength(Strength(0.25, 0.01), 101, -1.645)
    assert least.r2_outcome == pytest.approx(math.tanh(math.atanh(0.5) - 0.1645) ** 2, rel=EXACT)
    assert least.r2_format == 0.0
    assert bound_strength(FEMALE, 50, 0.0).r2_outcome == pytest.approx(FEMALE.r2_outcome)
    with pytest.raises(AnalysisError, match="degree of freedom"):
        bound_strength(FEMALE, 1, 1.0)


def test_a_trait_that_leaves_nothing_of_the_format_cannot_be_matched_by_another():
    assert multiply_strength(Strength(0.1, 0.6), 2.0) is None
    assert largest_bias(0.1, 1.0, 0.1, 50) == math.inf


def test_e_values_equal_the_reference_table():
    _, reference = read_case("evalue_table")
    rows = [row for row in reference["rows"] if row["scale"] in ("OLS_difference", "RR")]
    assert {row["scale"] for row in rows} == {"OLS_difference", "RR"}
    for row in rows:
        if row["scale"] == "OLS_difference":
            found = e_value_of_difference(row["est"], row["se"], row["sd"])
        else:
            found = e_value(row["est"], row["lo"], row["hi"])
        assert found.estimate == pytest.approx(row["evalue_point"], abs=EVALUE_ABS)
        assert found.bound == pytest.approx(row["evalue_ci"], abs=EVALUE_ABS)


def test_impossible_questions_are_refused():
    with pytest.raises(AnalysisError):
        robustness_value(2.0, 0)
    with pytest.raises(AnalysisError):
        e_value(0.5, 0.6, 0.9)
    with pytest.raises(AnalysisError):
        e_value_of_difference(0.2, 0.1, 0.0)
