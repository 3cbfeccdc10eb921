"""Cluster-robust least squares against clubSandwich, the dense formulas, and what must collapse."""

import json
import pickle
import tracemalloc
from functools import cache

import numpy as np
import pandas as pd
import pytest
from reference_cases import REFERENCE, by_term, read_case

from analysis.errors import AnalysisError
from analysis.models.regression import least_squares, small_sample
from analysis.models.regression.cluster_robust import fit_cluster_robust
from analysis.models.regression.generalised import fit_working_cluster_robust

KINDS = ("CR0", "CR1", "CR1S", "CR2", "CR3")
PRINTED_DIGITS = 1e-8  # cr2_small is printed to ten digits
REFERENCE_RELATIVE = 1e-11  # clubSandwich's own rounding on these cases is near 1e-12
DENSE_RELATIVE = 1e-9  # eigenvalues near zero cost the dense formula some digits


@cache
def bodyweight():
    data, reference = read_case("cr2_bodyweight_few_clusters")
    design = pd.DataFrame({"(Intercept)": 1.0, "Time": data["Time"]})
    for diet in (2, 3):
        design[f"Diet{diet}"] = (data["Diet"] == diet).astype(float)
    for diet in (2, 3):
        design[f"Time:Diet{diet}"] = design["Time"] * design[f"Diet{diet}"]
    return data, design, reference


@cache
def clinics():
    data, reference = read_case("ps_sim_formats")
    design = pd.DataFrame({"(Intercept)": 1.0}, index=data.index)
    for name in ("group", "combined"):
        design[f"format{name}"] = (data["format"] == name).astype(float)
    columns = ["age", "severity", "attention", "baseline"]
    return data, design.join(data[columns].astype(float)), reference


def relative(value, reference):
    return float(np.max(np.abs(np.asarray(value) / np.asarray(reference) - 1)))


def symmetric_power(matrix, power):
    values, vectors = np.linalg.eigh(matrix)
    kept = values > 1e-12
    powers = np.where(kept, np.where(kept, values, 1.0) ** power, 0.0)
    return vectors @ np.diag(powers) @ vectors.T


class Dense:
    """The definitions of Pustejovsky & Tipton 2018, with n x n matrices throughout."""

    def __init__(self, y, x, clusters, weight, phi, kind):
        n, p = x.shape
        labels = list(dict.fromkeys(clusters))
        m = len(labels)
        members = [np.flatnonzero(np.asarray(clusters) == label) for label in labels]
        bread = np.linalg.inv(x.T @ weight @ x)
        self.coefficients = bread @ x.T @ weight @ y
        residuals = y - x @ self.coefficients
        complement = np.eye(n) - x @ bread @ x.T @ weight
        working = complement @ phi @ complement.T
        self.phi = phi
        self.pulls = []
        for at in members:
            own = np.ix_(at, at)
            if kind == "CR2":
                upper = np.linalg.cholesky(phi[own]).T
                adjust = upper.T @ symmetric_power(upper @ working[own] @ upper.T, -0.5) @ upper
            elif kind == "CR3":
                adjust = np.linalg.inv(complement[own])
            else:
                factor = {"CR0": 1, "CR1": m / (m - 1), "CR1S": m / (m - 1) * (n - 1) / (n - p)}
                adjust = np.sqrt(factor[kind]) * np.eye(len(at))
            score = bread @ x[at].T @ weight[own] @ adjust
            self.pulls.append((score @ residuals[at], score @ complement[at]))
        self.covariance = sum(np.outer(s, s) for s, _ in self.pulls)

    def quadratic(self, a, b):
        """P_ab[g, h] for two contrasts."""
        left = np.array([a @ pull for _, pull in self.pulls])
        right = np.array([b @ pull for _, pull in self.pulls])
        return left @ self.phi @ right.T

    def df(self, contrast):
        p = self.quadratic(contrast, contrast)
        return np.trace(p) ** 2 / (p**2).sum()


def uneven(seed, sizes=(1, 1, 1, 1, 1, 2, 2, 3, 5, 9, 14, 30), p=4):
    rng = np.random.default_rng(seed)
    clusters = np.repeat(np.arange(len(sizes)), sizes)
    rng.shuffle(clusters)
    n = len(clusters)
    x = np.column_stack([np.ones(n), clusters % 2, rng.normal(size=(n, p - 2))])
    return rng.normal(size=n) + rng.normal(size=len(sizes))[clusters], x, clusters, rng


@pytest.mark.parametrize("which", ["unweighted", "weighted"])
def test_sixty_rows_in_twelve_clusters_match_clubsandwich(which):
    data, reference = read_case("cr2_small")
    design = pd.DataFrame({"(Intercept)": 1.0, "x": data["x"], "g": data["g"]})
    weights = data["w"] if which == "weighted" else None
    fit = fit_cluster_robust(data["y"], design, data["cl"], weights)
    numbers = pd.DataFrame(reference[which]).T
    assert relative(fit.fixed[numbers.columns], numbers) < PRINTED_DIGITS


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("which", ["ols", "wls"])
def test_every_adjustment_matches_clubsandwich_on_sixteen_rats(which, kind):
    data, design, reference = bodyweight()
    weights = data["w"] if which == "wls" else None
    fixed = fit_cluster_robust(data["weight"], design, data["Rat"], weights, kind=kind).fixed
    numbers = by_term(reference[which][kind])
    assert relative(fixed["estimate"], numbers["estimate"]) < REFERENCE_RELATIVE
    assert relative(fixed["std_error"], numbers["se"]) < REFERENCE_RELATIVE
    assert relative(fixed["df"], numbers["df_satt"]) < REFERENCE_RELATIVE
    assert relative(fixed["p_value"], numbers["p_satt"]) < 10 * REFERENCE_RELATIVE


@pytest.mark.parametrize("kind", KINDS)
def test_every_adjustment_matches_clubsandwich_on_twelve_large_clinics(kind):
    data, design, reference = clinics()
    fixed = fit_cluster_robust(data["change"], design, data["clinic"], kind=kind).fixed
    numbers = by_term(reference["ancova"]["cr2_clinic"][kind])
    assert relative(fixed["std_error"], numbers["se"]) < REFERENCE_RELATIVE
    assert relative(fixed["df"], numbers["df_satt"]) < REFERENCE_RELATIVE
    assert relative(fixed["p_value"], numbers["p_satt"]) < REFERENCE_RELATIVE


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("seed", [1, 2])
def test_low_rank_forms_equal_the_dense_definitions(seed, weighted, kind):
    y, x, clusters, rng = uneven(seed)
    weights = rng.uniform(0.2, 3, len(y)) if weighted else np.ones(len(y))
    fit = fit_cluster_robust(y, x, clusters, weights if weighted else None, kind=kind)
    dense = Dense(y, x, clusters, np.diag(weights), np.eye(len(y)), kind)
    contrasts = np.vstack([np.eye(4), rng.normal(size=(3, 4))])
    table = fit.contrast(contrasts)
    assert np.allclose(fit.covariance, dense.covariance, rtol=DENSE_RELATIVE)
    assert relative(table["df"], [dense.df(c) for c in contrasts]) < DENSE_RELATIVE


@pytest.mark.parametrize("kind", KINDS)
def test_working_variances_equal_the_dense_definitions(kind):
    y, x, clusters, rng = uneven(5)
    variances = rng.uniform(0.3, 4, len(y))
    phi = np.diag(variances)
    fit = fit_working_cluster_robust(y, x, clusters, variances, kind=kind)
    dense = Dense(y, x, clusters, np.linalg.inv(phi), phi, kind)
    assert np.allclose(fit.coefficients, dense.coefficients, rtol=DENSE_RELATIVE)
    assert np.allclose(fit.covariance, dense.covariance, rtol=DENSE_RELATIVE)
    assert relative(fit.fixed["df"], [dense.df(c) for c in np.eye(4)]) < DENSE_RELATIVE


def test_two_groups_of_children_treated_alone_are_welchs_test():
    spread_7, spread_11 = np.linspace(-1, 1, 7), np.linspace(-1, 1, 11)
    y = np.concatenate([spread_7 / spread_7.std(ddof=1), 3 + spread_11 / spread_11.std(ddof=1)])
    x = np.column_stack([np.ones(18), np.repeat([0, 1], [7, 11])])
    row = fit_cluster_robust(y, x, np.arange(18)).fixed.loc["x2"]
    assert row["std_error"] == pytest.approx(np.sqrt(1 / 7 + 1 / 11), rel=1e-13)
    assert row["df"] == pytest.approx(12.9255319, abs=5e-8)


def test_two_groups_of_whole_clusters_are_welchs_test_on_the_cluster_means():
    rng = np.random.default_rng(8)
    means = np.concatenate([rng.normal(0, 1, 5), rng.normal(1, 2, 9)])
    clusters = np.repeat(np.arange(14), 4)
    y = means[clusters] + np.tile([-0.3, 0.1, 0.1, 0.1], 14)
    x = np.column_stack([np.ones(56), clusters >= 5])
    row = fit_cluster_robust(y, x, clusters).fixed.loc["x2"]
    parts = np.array([means[:5].var(ddof=1) / 5, means[5:].var(ddof=1) / 9])
    assert row["std_error"] == pytest.approx(np.sqrt(parts.sum()), rel=1e-12)
    assert row["df"] == pytest.approx((1 / 5 + 1 / 9) ** 2 / (1 / 100 + 1 / 648), rel=1e-12)


def test_one_working_variance_for_all_is_ordinary_cr2():
    y, x, clusters, _ = uneven(3)
    plain = fit_cluster_robust(y, x, clusters).fixed
    equal = fit_working_cluster_robust(y, x, clusters, np.full(len(y), 2.5)).fixed
    assert relative(equal, plain) < DENSE_RELATIVE


def test_weights_matter_only_up_to_a_factor_and_zero_leaves_a_row_out():
    y, x, clusters, rng = uneven(4)
    weights = rng.uniform(0.5, 2, len(y))
    weights[[3, 10, 40]] = 0
    weights[clusters == 0] = 0
    kept = weights > 0
    whole = fit_cluster_robust(y, x, clusters, weights)
    part = fit_cluster_robust(y[kept], x[kept], clusters[kept], 7 * weights[kept])
    assert relative(whole.fixed, part.fixed) < DENSE_RELATIVE
    assert whole.n_clusters == 11
    assert whole.n_rows == kept.sum()
    assert np.allclose(whole.residuals, y - x @ whole.coefficients, atol=1e-13)


def test_row_order_and_cluster_labels_do_not_matter():
    y, x, clusters, rng = uneven(6)
    order = rng.permutation(len(y))
    names = np.array([f"group {i}" for i in rng.permutation(12)])
    first = fit_cluster_robust(y, x, clusters).fixed
    second = fit_cluster_robust(y[order], x[order], names[clusters[order]]).fixed
    assert relative(second, first) < DENSE_RELATIVE


def test_rescaling_and_shifting_columns_changes_nothing_but_their_unit():
    y, x, clusters, _ = uneven(7)
    moved = x.copy()
    moved[:, 2] = 1e6 * x[:, 2] + 3e6
    first = fit_cluster_robust(y, x, clusters).fixed
    second = fit_cluster_robust(y, moved, clusters).fixed
    for column in ("df", "p_value"):
        assert relative(second[column].iloc[1:], first[column].iloc[1:]) < 1e-8
    assert second["std_error"]["x3"] * 1e6 == pytest.approx(first["std_error"]["x3"], rel=1e-10)


def test_an_indicator_of_one_cluster_uses_the_generalised_inverse_and_spares_the_others():
    y, x, clusters, _ = uneven(9)
    marked = np.column_stack([x, clusters == 11])
    fixed = fit_cluster_robust(y, marked, clusters).fixed
    dense = Dense(y, marked, clusters, np.eye(len(y)), np.eye(len(y)), "CR2")
    assert relative(fixed["std_error"].iloc[2:4], np.sqrt(np.diag(dense.covariance))[2:4]) < 1e-8
    assert relative(fixed["df"].iloc[2:4], [dense.df(c) for c in np.eye(5)[2:4]]) < 1e-7


@pytest.mark.parametrize("kind", ["CR0", "CR1", "CR2", "CR3"])
def test_one_cluster_per_therapy_format_gives_no_standard_error_instead_of_zero(kind):
    clusters = np.repeat(["a", "b", "c"], 5)
    x = np.column_stack([np.ones(15), clusters == "b", clusters == "c"])
    y = np.random.default_rng(1).normal(size=15)
    fit = fit_cluster_robust(y, x, clusters, kind=kind)
    assert fit.fixed["estimate"].notna().all()
    assert fit.fixed.drop(columns="estimate").isna().all(axis=None)


def test_contrasts_accept_frames_by_name_and_another_confidence_level():
    data, design, _ = bodyweight()
    fit = fit_cluster_robust(data["weight"], design, data["Rat"])
    frame = pd.DataFrame(
        {"Time:Diet3": [1.0, 0.0], "Time:Diet2": [-1.0, 1.0]}, index=["3 - 2", "2 - 1"]
    )
    table = fit.contrast(frame)
    assert list(table.index) == ["3 - 2", "2 - 1"]
    assert table.loc["2 - 1"].to_numpy() == pytest.approx(fit.fixed.loc["Time:Diet2"].to_numpy())
    array = fit.contrast([0, 0, 0, 0, -1, 1])
    assert array.loc["contrast 1"].to_numpy() == pytest.approx(table.loc["3 - 2"].to_numpy())
    narrow = fit.contrast(frame, confidence=0.90)
    assert (narrow["conf_high"] < table["conf_high"]).all()
    assert narrow["p_value"].equals(table["p_value"])


def test_a_fit_survives_pickling_and_prints_as_a_table():
    data, design, _ = bodyweight()
    fit = fit_cluster_robust(data["weight"], design, data["Rat"])
    again = pickle.loads(pickle.dumps(fit))
    assert again.contrast(np.eye(6)).equals(fit.contrast(np.eye(6)))
    assert "Time:Diet2" in repr(fit)
    assert "clusters: 16" in repr(fit)


def test_the_frames_handed_in_are_left_alone():
    data, design, _ = bodyweight()
    before = design.copy(), data.copy()
    fit_cluster_robust(data["weight"], design, data["Rat"], data["w"])
    assert design.equals(before[0])
    assert data.equals(before[1])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda a: a["y"].__setitem__(2, np.nan), "missing or infinite in 1 rows"),
        (lambda a: a["x"].__setitem__((2, 1), np.inf), '"x2"'),
        (lambda a: a.update(x=np.column_stack([a["x"], 2 * a["x"][:, 1] + 1])), '"x5" can be'),
        (lambda a: a["x"].__setitem__((slice(None), 3), 0), '"x4": the column is zero'),
        (lambda a: a["x"].__setitem__((slice(None), 3), a["x"][:, 2] * (1 + 1e-10)), '"x4"'),
        (lambda a: a.update(clusters=np.zeros(len(a["y"]))), "one cluster"),
        (lambda a: a.update(clusters=np.full(len(a["y"]), np.nan)), "no cluster label"),
        (lambda a: a.update(clusters=[1, 2]), "needs one cluster label"),
        (lambda a: a.update(y=["a"] * len(a["y"])), "not a number"),
        (lambda a: a.update(x=pd.DataFrame({"g": ["b"] * len(a["y"])})), "not a number"),
        (lambda a: a.update(y=[1.0]), "one number for each"),
        (lambda a: a.update(weights=-np.ones(len(a["y"]))), "below zero"),
        (lambda a: a.update(kind="HC1"), "CR2"),
        (lambda a: a.update(confidence=95), "0.95"),
    ],
)
def test_input_that_cannot_be_trusted_is_refused_in_words(change, words):
    y, x, clusters, _ = uneven(2)
    given = {"y": y, "x": x, "clusters": clusters, "weights": None, "kind": "CR2"}
    given["confidence"] = 0.95
    change(given)
    with pytest.raises(AnalysisError, match=words):
        fit_cluster_robust(
            given["y"],
            given["x"],
            given["clusters"],
            given["weights"],
            kind=given["kind"],
            confidence=given["confidence"],
        )


def test_more_columns_than_rows_are_refused():
    with pytest.raises(AnalysisError, match="only 3 rows"):
        fit_cluster_robust([1, 2, 3], np.random.default_rng(1).normal(size=(3, 4)), [1, 2, 3])


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        (pd.DataFrame({"week": [1.0]}), '"week"'),
        ([1, 2, 3], "6 columns"),
        ([[0, 0, 0, 0, np.nan, 1]], "finite"),
    ],
)
def test_a_contrast_that_does_not_fit_the_design_is_refused(matrix, words):
    data, design, _ = bodyweight()
    fit = fit_cluster_robust(data["weight"], design, data["Rat"])
    with pytest.raises(AnalysisError, match=words):
        fit.contrast(matrix)


@pytest.mark.parametrize("variances", [[1.0, 0.0, 1.0, 1.0], [1.0, -1.0, 1.0, 1.0]])
def test_a_working_variance_of_zero_or_less_is_refused(variances):
    with pytest.raises(AnalysisError, match="above zero"):
        fit_working_cluster_robust([1.0, 2, 4, 3], np.ones((4, 1)), [0, 0, 1, 1], variances)


# Three digits fewer than reached on x86, whose long double other machines lack.
NIST_DIGITS = {
    "Norris": 11,
    "NoInt1": 11,
    "NoInt2": 11,
    "Longley": 9,
    "Wampler1": 9,
    "Wampler2": 9,
    "Wampler3": 9,
    "Wampler4": 7,
}


def nist(name):
    certified = json.loads((REFERENCE / "nist" / "certified.json").read_text(encoding="utf-8"))
    case = certified["cases"][name]
    data = pd.read_csv(REFERENCE / "nist" / "csv" / f"{name}.csv")
    if case.get("poly"):
        x = np.vander(data["x"], case["poly"] + 1, increasing=True)[:, not case["intercept"] :]
    else:
        x = data.drop(columns="y").to_numpy(dtype=float)
        if case["intercept"]:
            x = np.column_stack([np.ones(len(x)), x])
    return data["y"], x, np.array(case["params"], dtype=float)


@pytest.mark.parametrize("name", NIST_DIGITS)
def test_coefficients_agree_with_the_certified_digits(name):
    y, x, certified = nist(name)
    fit = fit_cluster_robust(y, x, np.arange(len(y)))
    assert relative(fit.coefficients, certified) < 10.0 ** -NIST_DIGITS[name]


def test_filip_is_refused_and_still_right_to_seven_digits_for_those_who_insist():
    y, x, certified = nist("Filip")
    with pytest.raises(AnalysisError, match="cannot be told apart"):
        fit_cluster_robust(y, x, np.arange(len(y)))
    fit = fit_cluster_robust(y, x, np.arange(len(y)), condition_limit=1e11)
    assert relative(fit.coefficients, certified) < 1e-7


@pytest.mark.slow
def test_a_hundred_thousand_children_treated_alone_take_megabytes():
    rng = np.random.default_rng(1)
    n = 100_000
    x = np.column_stack([np.ones(n), rng.normal(size=(n, 9))])
    y = rng.normal(size=n)
    clusters = np.concatenate([np.zeros(500), np.ones(500), np.arange(2, n - 998)])
    tracemalloc.start()
    table = fit_cluster_robust(y, x, clusters, rng.uniform(0.5, 2, n)).fixed
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1e9
    assert table["df"].between(1e3, n).all()


def test_many_contrasts_cost_less_than_many_fits():
    y, x, clusters, rng = uneven(1)
    fit = fit_cluster_robust(y, x, clusters)
    contrasts = rng.normal(size=(2000, 4))
    table = fit.contrast(contrasts)
    some = [0, 999, 1999]
    alone = pd.concat([fit.contrast(contrasts[i]) for i in some])
    assert relative(table.iloc[some], alone) < DENSE_RELATIVE


def test_intervals_hold_their_level_with_few_uneven_clusters():
    rng = np.random.default_rng(20)
    clusters = np.repeat(np.arange(14), [2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 8, 10, 12, 14])
    x = np.column_stack([np.ones(len(clusters)), clusters % 3 == 0])
    draws = 1500
    hits = 0
    for _ in range(draws):
        y = rng.normal(size=len(clusters)) + 0.5 * rng.normal(size=14)[clusters]
        row = fit_cluster_robust(y, x, clusters).fixed.loc["x2"]
        hits += row["conf_low"] <= 0 <= row["conf_high"]
    assert 0.935 <= hits / draws <= 0.975


@pytest.mark.parametrize("weighted", [False, True])
def test_many_rows_by_blocks_give_what_few_rows_give(monkeypatch, weighted):
    """Tall designs go by Cholesky factors and blocks of rows; every number stays."""
    rng = np.random.default_rng(12)
    design = np.column_stack([np.ones(700), rng.normal(5, 2, size=(700, 4))])
    outcome, cluster = rng.normal(size=700), rng.integers(0, 90, 700)
    weights = rng.uniform(0.2, 3, 700) if weighted else None
    one = fit_cluster_robust(outcome, design, cluster, weights)
    monkeypatch.setattr(least_squares, "MANY_ROWS", 128)
    other = fit_cluster_robust(outcome, design, cluster, weights)
    np.testing.assert_allclose(other.fixed, one.fixed, rtol=1e-10)
    np.testing.assert_allclose(other.covariance, one.covariance, rtol=1e-10)
    assert other.condition_number == pytest.approx(one.condition_number)


def test_many_rows_of_columns_nearly_alike_go_the_careful_way(monkeypatch):
    """Beyond the safe condition number a tall design is solved as a short one is."""
    rng = np.random.default_rng(13)
    first = rng.normal(size=700)
    design = np.column_stack([np.ones(700), first, first + 1e-6 * rng.normal(size=700)])
    outcome, cluster = rng.normal(size=700), rng.integers(0, 90, 700)
    one = fit_cluster_robust(outcome, design, cluster)
    monkeypatch.setattr(least_squares, "MANY_ROWS", 128)
    other = fit_cluster_robust(outcome, design, cluster)
    assert one.condition_number > least_squares.SAFE_CONDITION
    np.testing.assert_allclose(other.coefficients, one.coefficients, rtol=1e-9)
    design[:, 2] = 2 * first
    with pytest.raises(AnalysisError, match="repeats itself"):
        fit_cluster_robust(outcome, design, cluster)


@pytest.mark.parametrize("power", [-0.5, -1.0])
def test_near_the_identity_a_series_gives_the_power(power):
    rng = np.random.default_rng(2)
    parts = rng.normal(size=(50, 6, 6)) / 200
    matrices = np.eye(6) - parts @ parts.swapaxes(1, 2)
    values = rng.normal(size=(50, 6, 2))
    expected = small_sample.symmetric_power(matrices, power) @ values
    found = small_sample.apply_power(matrices, power, values)
    assert np.abs(np.eye(6) - matrices).max() > 1e-5
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)
