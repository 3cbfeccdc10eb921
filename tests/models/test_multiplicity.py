"""Adjusted p-values against R's p.adjust and by hand."""

import numpy as np
import pytest
from reference_cases import read_case

from analysis.errors import AnalysisError
from analysis.models.multiplicity import adjust_holm, adjust_shaffer

REFERENCE_ABSOLUTE = 1e-14  # R prints fifteen digits


def test_adjusted_p_values_match_r():
    data, reference = read_case("p_adjust")
    expected = [row["holm"] for row in reference["adjusted"]]
    assert adjust_holm(data["p"]) == pytest.approx(expected, abs=REFERENCE_ABSOLUTE)


@pytest.mark.parametrize(
    ("p_values", "expected"),
    [
        ([0.01, 0.02, 0.03], [0.03, 0.03, 0.03]),
        ([0.04, 0.001, 0.03], [0.04, 0.003, 0.03]),
        ([0.5, 0.6, 0.4], [1.0, 1.0, 1.0]),
        ([0.01, np.nan, 0.02], [0.02, np.nan, 0.02]),
        ([0.03, np.nan, np.nan], [0.03, np.nan, np.nan]),
    ],
)
def test_shaffer_triples_the_smallest_of_three_and_keeps_the_order(p_values, expected):
    assert adjust_shaffer(p_values) == pytest.approx(expected, nan_ok=True)


def test_shaffer_is_never_stricter_than_holm():
    draws = np.random.default_rng(1).uniform(size=(500, 3))
    for p_values in draws:
        assert (adjust_shaffer(p_values) <= adjust_holm(p_values)).all()
        assert (adjust_shaffer(p_values) >= p_values).all()


def test_missing_p_values_stay_missing_and_are_not_counted():
    assert adjust_holm([np.nan, 0.02, 0.01]) == pytest.approx([np.nan, 0.02, 0.02], nan_ok=True)


def test_more_than_three_pairs_and_impossible_p_values_are_refused():
    with pytest.raises(AnalysisError, match="three"):
        adjust_shaffer([0.1, 0.2, 0.3, 0.4])
    with pytest.raises(AnalysisError, match="between 0 and 1"):
        adjust_holm([0.1, 1.2])
