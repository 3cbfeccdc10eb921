"""Least squares far from ordinary numbers: right to the digits, missing, or an error in words."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import AnalysisError
from analysis.models.discrete.hazard import fit_hazard
from analysis.models.discrete.multinomial import fit_multinomial
from analysis.models.discrete.ordinal import fit_ordinal
from analysis.models.regression.cluster_robust import fit_cluster_robust
from analysis.models.regression.generalised import fit_working_cluster_robust

SAME = 1e-9  # rounding after a change of unit by sixteen powers of ten
GRADED = 1e-6  # working variances eight powers of ten apart leave eight digits of sixteen


def clinics(seed=5, sizes=(1, 2, 4, 6, 11, 25, 40), p=3):
    rng = np.random.default_rng(seed)
    clusters = np.repeat(np.arange(len(sizes)), sizes)
    n = len(clusters)
    x = np.column_stack([np.ones(n), rng.normal(size=(n, p - 1))])
    return x @ np.arange(p) + rng.normal(size=n), x, clusters, rng


def test_cr2_keeps_its_digits_when_working_variances_are_far_apart():
    y, x, clusters, rng = clinics()
    variances = 10 ** rng.uniform(-4, 4, len(y))
    fit = fit_working_cluster_robust(y, x, clusters, variances)
    basis = fit.scores.basis
    order = fit.scores.rows.order
    phi = variances[order]
    for size, part in fit.scores.rows.batches():
        for first in range(part.start, part.stop, size):
            own = slice(first, first + size)
            b, v = basis[own], phi[own]
            # A_g (Phi_g - B_g B_g') A_g' = Phi_g defines the adjustment up to a rotation; seen
            # through the scores: s'(Phi - B B') s = B'Phi^-1 B where s = A_g' Phi^-1 B.
            s = fit.scores.adjusted[own]
            whitened = b / np.sqrt(v)[:, None]
            left = np.eye(size) - whitened @ whitened.T
            scaled = s * np.sqrt(v)[:, None]
            assert np.allclose(scaled.T @ left @ scaled, whitened.T @ whitened, rtol=0, atol=GRADED)


def test_a_cluster_that_alone_determines_a_coefficient_adds_nothing():
    y, x, clusters, rng = clinics()
    variances = rng.uniform(0.5, 2, len(y))
    x = np.column_stack([x, np.zeros(len(x))])
    y, x = np.append(y, 5.0), np.vstack([x, np.append(x[0, :-1], 1.0)])
    clusters, variances = np.append(clusters, clusters.max() + 1), np.append(variances, 0.1)
    lone = clusters == clusters.max()
    fit = fit_working_cluster_robust(y, x, clusters, variances)
    own = lone[fit.scores.rows.order]
    assert (fit.scores.adjusted[own] == 0).all()
    assert (fit.scores.adjusted[~own] != 0).any(axis=1).all()
    without = fit_working_cluster_robust(y[~lone], x[~lone, :-1], clusters[~lone], variances[~lone])
    assert np.allclose(fit.fixed.iloc[:-1], without.fixed, rtol=SAME)


@pytest.mark.parametrize("factor", [1e-300, 1e300])
def test_only_the_ratios_of_weights_matter_at_any_size(factor):
    y, x, clusters, rng = clinics()
    weights = rng.uniform(0.5, 2, len(y))
    plain = fit_cluster_robust(y, x, clusters, weights).fixed
    assert np.allclose(fit_cluster_robust(y, x, clusters, weights * factor).fixed, plain)


@pytest.mark.parametrize("factor", [1e-200, 1e200])
def test_numbers_whose_squares_leave_double_precision_are_refused(factor):
    y, x, clusters, _ = clinics()
    with pytest.raises(AnalysisError, match=r"outcome: .* Choose another unit"):
        fit_cluster_robust(y * factor, x, clusters)
    with pytest.raises(AnalysisError, match=r'"x2" of the design: .* Choose another unit'):
        fit_cluster_robust(y, x * [1, factor, 1], clusters)


def test_a_column_far_from_zero_is_to_be_centred_not_called_a_repetition():
    y, x, clusters, _ = clinics()
    with pytest.raises(AnalysisError, match=r'"x2".*Centre them'):
        fit_cluster_robust(y, x + np.array([0, 1e9, 0]), clusters)
    with pytest.raises(AnalysisError, match='"x3" can be computed from "x2"'):
        fit_cluster_robust(y, x[:, [0, 1, 1]] * [1, 1, 3], clusters)


def fits_of(y, x, clusters, confidence=0.95):
    codes = np.arange(len(x)) % 3
    return {
        "least squares": lambda: fit_cluster_robust(y, x, clusters, confidence=confidence),
        "working": lambda: fit_working_cluster_robust(
            y, x, clusters, np.ones(len(x)), confidence=confidence
        ),
        "multinomial": lambda: fit_multinomial(codes, x, "abc", confidence=confidence),
        "ordinal": lambda: fit_ordinal(codes, x, "abc", clusters, confidence=confidence),
        "hazard": lambda: fit_hazard(codes > 1, x, clusters, confidence=confidence),
    }


@pytest.mark.parametrize("model", ["least squares", "working", "multinomial", "ordinal", "hazard"])
def test_every_model_says_what_is_wrong_with_what_it_was_given(model):
    y, x, clusters, _ = clinics()
    dates = pd.DataFrame({"day": pd.date_range("2024-01-01", periods=len(y)), "one": 1})
    for design in (x + 0j, dates, dates[["day"]].to_numpy()):
        with pytest.raises(AnalysisError, match="design holds something that is not a number"):
            fits_of(y, design, clusters)[model]()
    with pytest.raises(AnalysisError, match="no rows"):
        fits_of(y[:0], x[:0], clusters[:0])[model]()
    for confidence in ("0.95", None, 95, np.nan):
        with pytest.raises(AnalysisError, match="between 0 and 1"):
            fits_of(y, x, clusters, confidence)[model]()


def test_an_outcome_of_dates_or_complex_numbers_and_weights_of_zero_are_refused():
    y, x, clusters, _ = clinics()
    days = pd.Series(pd.date_range("2024-01-01", periods=len(y)))
    for outcome in (days, days.to_numpy(), y + 0j):
        with pytest.raises(AnalysisError, match="outcome holds something that is not a number"):
            fit_cluster_robust(outcome, x, clusters)
    with pytest.raises(AnalysisError, match="Every weight is zero"):
        fit_cluster_robust(y, x, clusters, np.zeros(len(y)))
    for limit in ("1e8", np.nan, 0.5):
        with pytest.raises(AnalysisError, match="condition limit"):
            fit_cluster_robust(y, x, clusters, condition_limit=limit)


def test_a_contrast_that_names_a_column_twice_or_holds_text_is_refused():
    y, x, clusters, _ = clinics()
    fit = fit_cluster_robust(y, x, clusters)
    with pytest.raises(AnalysisError, match='"x1" twice'):
        fit.contrast(pd.DataFrame([[1.0, 2.0]], columns=["x1", "x1"]))
    for contrast in (["a", "b", "c"], [1j, 0, 0], pd.DataFrame({"x1": ["u"]})):
        with pytest.raises(AnalysisError, match="contrast holds something that is not a number"):
            fit.contrast(contrast)
