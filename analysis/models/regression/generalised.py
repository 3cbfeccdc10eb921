"""Cluster-robust errors for estimating equations with a working covariance.

Comes in: an outcome, a design, clusters, and what a mixed model, generalised estimating
equations or a generalised linear model takes the errors' variances to be. Goes out: a
`ClusterRobustFit`. Decided here: weights are the inverse of the working covariance, and the
small-sample adjustment uses its upper-triangular root, as the R package clubSandwich does.

Source: Pustejovsky & Tipton 2018, section 2.2, 10.1080/07350015.2016.1247004.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.errors import AnalysisError
from analysis.models.regression.cluster_robust import ClusterRobustFit
from analysis.models.regression.clusters import arrange_codes, read_labels
from analysis.models.regression.least_squares import (
    LARGEST_CONDITION_NUMBER,
    LARGEST_NUMBER,
    LARGEST_ROUNDING,
    read_design,
    read_numbers,
    read_vector,
    solve_least_squares,
)
from analysis.models.regression.sandwich import SMALLEST_EIGENVALUE, Array, ClusterRows, Whole
from analysis.models.regression.small_sample import (
    Kind,
    adjust_varying_scores,
    adjust_working_scores,
    check_inflation,
    check_kind,
)
from analysis.models.results import check_confidence


def fit_working_cluster_robust(
    outcome: ArrayLike,
    design: ArrayLike | pd.DataFrame,
    clusters: ArrayLike,
    working: ArrayLike | Mapping[Hashable, ArrayLike],
    kind: Kind = "CR2",
    confidence: float = 0.95,
    condition_limit: float = LARGEST_CONDITION_NUMBER,
) -> ClusterRobustFit:
    """Fit generalised least squares with a cluster-robust covariance.

    For mixed models (working = the fitted covariance of each cluster's outcomes), generalised
    estimating equations, and the last step of a generalised linear model (working = 1 / working
    weight, outcome = linear predictor + working residual). With D_g'D_g = Phi_g, D_g upper
    triangular: A_g = D_g'(D_g (Phi_g - X_g M X_g') D_g')^(-1/2) D_g, W_g = Phi_g^-1
    (Pustejovsky & Tipton 2018, section 2.2). The working model need not be true: the covariance
    is robust to it, and the degrees of freedom are exact under it.

    Args:
        outcome: (n,) finite.
        design: (n, p) array or frame, finite.
        clusters: (n,) labels.
        working: (n,) error variances; or, for every label, the (n_g, n_g) covariance of its rows
            in the order in which they stand. Known up to one common factor.
        kind: "CR2", or "CR0", "CR1", "CR1S", "CR3".
        confidence: level of the intervals.
        condition_limit: largest condition number of the scaled design accepted.

    Raises:
        AnalysisError: as `fit_cluster_robust`; or when a working covariance is missing, has
            another shape, or is not positive definite.
    """
    check_kind(kind)
    check_confidence(confidence)
    names, x = read_design(design)
    y = read_vector(outcome, len(x), "outcome")
    codes, labels = read_labels(clusters, len(x))
    rows = arrange_codes(codes)
    check_inflation(kind, *x.shape)
    if isinstance(working, Mapping):
        covariances = _read_covariances(working, rows, pd.Index(labels), codes)
        y_white, x_white = np.empty_like(y), np.empty_like(x)
        back = np.empty_like(x)
        for (size, part), phi in zip(rows.batches(), covariances, strict=True):
            at, lower = rows.order[part], np.linalg.cholesky(phi)
            both = np.concatenate([y[at, None], x[at]], axis=1).reshape(-1, size, x.shape[1] + 1)
            white = np.linalg.solve(lower, both).reshape(-1, x.shape[1] + 1)
            y_white[part], x_white[part] = white[:, 0], white[:, 1:]
        solution = solve_least_squares(y_white, x_white, names, None, condition_limit)
        for (size, part), phi in zip(rows.batches(), covariances, strict=True):
            block = solution.basis[part].reshape(-1, size, x.shape[1])
            back[part] = (np.linalg.cholesky(phi) @ block).reshape(-1, x.shape[1])
        scores = adjust_working_scores(rows, back, covariances, kind)
    else:
        variances = read_vector(working, len(x), "working variance")
        if not (variances > 0).all():
            raise AnalysisError("A working variance must be above zero in every row.")
        solution = solve_least_squares(y, x, names, 1 / variances, condition_limit)
        scores = adjust_varying_scores(
            rows, solution.basis[rows.order], variances[rows.order], kind
        )
    residuals = y - x @ solution.coefficients
    meat = scores.meat(residuals[rows.order])
    return ClusterRobustFit(
        names=names,
        coefficients=solution.coefficients,
        covariance=solution.transform @ meat @ solution.transform.T,
        residuals=residuals,
        n_rows=len(y),
        n_clusters=rows.n_clusters,
        kind=kind,
        confidence=confidence,
        condition_number=solution.condition_number,
        scores=scores,
        meat=meat,
        transform=solution.transform,
    )


def _read_covariances(
    working: Mapping[Hashable, ArrayLike], rows: ClusterRows, labels: pd.Index, codes: Whole
) -> list[Array]:
    covariances = []
    for size, part in rows.batches():
        stack = []
        for code in codes[rows.order[part]][::size]:
            label = labels[code]
            if label not in working:
                raise AnalysisError("A cluster has no working covariance: give one for each.")
            phi = read_numbers(working[label], "working covariance")
            if phi.shape != (size, size):
                raise AnalysisError(
                    f"A cluster of {size} rows was given a working covariance of shape "
                    f"{phi.shape}; it must be {(size, size)}."
                )
            stack.append(phi)
        covariances.append(np.stack(stack))
    for phi in covariances:
        if not _is_covariance(phi).all():
            raise AnalysisError(
                "A working covariance is not symmetric and positive definite, or its variances "
                f"are not between {1 / LARGEST_NUMBER:.0e} and {LARGEST_NUMBER:.0e}: check the "
                "numbers it was built from."
            )
    return covariances


def _is_covariance(phi: Array) -> NDArray[np.bool_]:
    """Say of each of (k, s, s) matrices, whatever its units, whether errors can have it."""
    variances = np.diagonal(phi, axis1=1, axis2=2)
    if not ((variances > 1 / LARGEST_NUMBER) & (variances < LARGEST_NUMBER)).all():
        return np.zeros(len(phi), dtype=bool)
    root = np.sqrt(variances)
    correlations = phi / root[:, :, None] / root[:, None, :]
    if not (np.abs(correlations) < 1 + LARGEST_ROUNDING).all():
        return np.zeros(len(phi), dtype=bool)
    uneven = np.abs(correlations - correlations.swapaxes(1, 2)).max(axis=(1, 2))
    smallest = np.linalg.eigvalsh(correlations)[:, 0]
    return (uneven < LARGEST_ROUNDING) & (smallest > SMALLEST_EIGENVALUE)
