"""Least squares within strata against one column for each stratum, which is what it stands for."""

import numpy as np
import pytest

from analysis.errors import AnalysisError
from analysis.models.regression import within
from analysis.models.regression.cluster_robust import fit_cluster_robust
from analysis.models.regression.within import fit_within

PAIRS = np.array([[-1.0, 1, 0], [-1, 0, 1], [0, -1, 1]])
SAME = 1e-11


def draw(seed, n, n_strata, n_clusters, n_covariates, *, across, n_visiting=0):
    """Invent rows: outcome, three arms and covariates, strata, clusters, second clusters."""
    rng = np.random.default_rng(seed)
    cluster = np.unique(rng.integers(0, n_clusters, n), return_inverse=True)[1]
    stratum = rng.integers(0, n_strata, n) if across else cluster % n_strata
    arms = (rng.integers(0, 3, n)[:, None] == np.arange(3)).astype(float)
    design = np.hstack([arms, rng.normal(size=(n, n_covariates))])
    outcome = rng.normal(size=n) + rng.normal(size=n_clusters)[cluster]
    second = np.full(n, -1)
    second[:n_visiting] = rng.integers(0, cluster.max() + 1, n_visiting)
    second[second == cluster] = -1
    return outcome, design, stratum, cluster, second if n_visiting else None


def both(outcome, design, stratum, cluster, second):
    """Pairs of arms by `fit_within`, and by one column for each stratum but the first."""
    own = (stratum[:, None] == np.arange(1, stratum.max() + 1)).astype(float)
    matrix = np.hstack([PAIRS, np.zeros((3, design.shape[1] - 3))])
    full = np.hstack([matrix, np.zeros((3, own.shape[1]))])
    columns = np.hstack([design, own])
    expected = fit_cluster_robust(outcome, columns, cluster, second=second).contrast(full)
    found = fit_within(outcome, design, stratum, cluster, second=second).contrast(matrix)
    return found.to_numpy(), expected.to_numpy()


@pytest.mark.parametrize(
    "shape",
    [
        {"n": 60, "n_strata": 5, "n_clusters": 40, "n_covariates": 3, "across": False},
        {"n": 60, "n_strata": 5, "n_clusters": 10, "n_covariates": 3, "across": True},
        {"n": 400, "n_strata": 12, "n_clusters": 6, "n_covariates": 4, "across": True},
        {"n": 300, "n_strata": 9, "n_clusters": 150, "n_covariates": 0, "across": False},
    ],
)
@pytest.mark.parametrize("n_visiting", [0, 20])
def test_every_number_is_that_of_a_column_for_each_stratum(shape, n_visiting):
    for seed in range(3):
        found, expected = both(*draw(seed, **shape, n_visiting=n_visiting))
        assert np.isfinite(expected).all()
        np.testing.assert_allclose(found, expected, rtol=SAME, atol=SAME)


def test_large_clusters_go_another_way_to_the_same_numbers(monkeypatch):
    drawn = draw(5, 200, 8, 7, 3, across=True)
    one = both(*drawn)[0]
    monkeypatch.setattr(within, "LARGEST_BLOCK", 3)
    other, expected = both(*drawn)
    np.testing.assert_allclose(other, one, rtol=SAME)
    np.testing.assert_allclose(other, expected, rtol=SAME)


def test_subtracting_means_alone_would_give_other_errors():
    """The strata belong to the adjustment: without them the standard error is too small."""
    outcome, design, stratum, cluster, _ = draw(2, 60, 12, 30, 2, across=False)
    size = np.bincount(stratum)

    def inner(values):
        means = np.column_stack([np.bincount(stratum, column) for column in values.T])
        return values - (means / size[:, None])[stratum]

    absorbed = fit_cluster_robust(
        inner(outcome[:, None])[:, 0], inner(design[:, 1:]), cluster
    ).contrast(np.eye(4)[:1])
    found, _ = both(outcome, design, stratum, cluster, None)
    assert found[0, 0] == pytest.approx(absorbed["estimate"].iloc[0])
    assert abs(found[0, 1] / absorbed["std_error"].iloc[0] - 1) > 0.01


def test_an_arm_that_never_meets_the_others_is_not_compared():
    outcome, design, stratum, cluster, _ = draw(3, 120, 6, 60, 1, across=True)
    design[:, :3] = 0
    alone = stratum == 5
    design[alone, 2] = 1
    design[~alone, 0] = np.arange((~alone).sum()) % 2
    design[~alone, 1] = 1 - design[~alone, 0]
    table = fit_within(outcome, design, stratum, cluster).contrast(np.pad(PAIRS, [(0, 0), (0, 1)]))
    assert table["estimate"].notna().tolist() == [True, False, False]
    assert table["std_error"].notna().tolist() == [True, False, False]


def test_columns_that_strata_or_others_determine_change_nothing():
    outcome, design, stratum, cluster, _ = draw(4, 120, 6, 60, 2, across=True)
    more = np.hstack([design, (stratum < 3)[:, None], design[:, [3]] * 2 + 1])
    one = fit_within(outcome, design, stratum, cluster)
    other = fit_within(outcome, more, stratum, cluster)
    assert other.n_columns == one.n_columns == 2 + 2 + 6
    np.testing.assert_allclose(
        other.contrast(np.pad(PAIRS, [(0, 0), (0, 4)])),
        one.contrast(np.pad(PAIRS, [(0, 0), (0, 2)])),
        rtol=1e-9,
    )


def test_what_says_nothing_within_strata_is_refused():
    stratum = np.repeat([0, 1, 2], 4)
    with pytest.raises(AnalysisError, match="within the strata"):
        fit_within(np.arange(12.0), (stratum == 1)[:, None] * 1.0, stratum, np.arange(12))
    with pytest.raises(AnalysisError, match="label"):
        fit_within(np.arange(12.0), np.arange(12.0)[:, None], [None] * 12, np.arange(12))
