"""Cluster-robust errors for estimating equations with working variances.

In: an outcome, a design, clusters, and what a generalised linear model takes the errors' variances
to be. Out: a `ClusterRobustFit`. Decisions: weights are the inverse of the working variances, and
the small-sample adjustment uses their root, as the R package clubSandwich does.

Source: Pustejovsky & Tipton 2018, section 2.2, 10.1080/07350015.2016.1247004.
"""

from __future__ import annotations

import pandas as pd
from numpy.typing import ArrayLike

from analysis.errors import AnalysisError
from analysis.models.regression.cluster_robust import ClusterRobustFit
from analysis.models.regression.least_squares import (
    LARGEST_CONDITION_NUMBER,
    read_design,
    read_vector,
    solve_least_squares,
)
from analysis.models.regression.sandwich import arrange_labels
from analysis.models.regression.small_sample import (
    Kind,
    adjust_varying_scores,
    check_inflation,
    check_kind,
)
from analysis.models.results import check_confidence


def fit_working_cluster_robust(
    outcome: ArrayLike,
    design: ArrayLike | pd.DataFrame,
    clusters: ArrayLike,
    variances: ArrayLike,
    kind: Kind = "CR2",
    confidence: float = 0.95,
    condition_limit: float = LARGEST_CONDITION_NUMBER,
) -> ClusterRobustFit:
    """Fit weighted least squares with a cluster-robust covariance, row i's error varying by phi_i.

    For the last step of a generalised linear model (variances = 1 / working weight, outcome =
    linear predictor + working residual). With D_g = Phi_g^(1/2):
    A_g = D_g (D_g (Phi_g - X_g M X_g') D_g)^(-1/2) D_g, W_g = Phi_g^-1 (Pustejovsky & Tipton 2018,
    section 2.2). The working model need not be true: the covariance is robust to it, and the
    degrees of freedom are exact under it.

    Args:
        outcome: (n,) finite.
        design: (n, p) array or frame, finite.
        clusters: (n,) labels.
        variances: (n,) error variances, known up to one common factor.
        kind: "CR2", or "CR0", "CR1", "CR1S", "CR3".
        confidence: level of the intervals.
        condition_limit: largest condition number of the scaled design accepted.

    Raises:
        AnalysisError: as `fit_cluster_robust`; or when a variance is not above zero.
    """
    check_kind(kind)
    check_confidence(confidence)
    names, x = read_design(design)
    y = read_vector(outcome, len(x), "outcome")
    variances = read_vector(variances, len(x), "working variance")
    if not (variances > 0).all():
        raise AnalysisError("A working variance must be above zero in every row.")
    rows = arrange_labels(clusters, len(x))
    check_inflation(kind, *x.shape)
    solution = solve_least_squares(y, x, names, 1 / variances, condition_limit)
    scores = adjust_varying_scores(rows, solution.basis[rows.order], variances[rows.order], kind)
    residuals = y - x @ solution.coefficients
    return ClusterRobustFit(
        names=names,
        coefficients=solution.coefficients,
        residuals=residuals,
        n_rows=len(y),
        n_clusters=rows.n_clusters,
        kind=kind,
        confidence=confidence,
        condition_number=solution.condition_number,
        scores=scores,
        counted=residuals[rows.order],
        transform=solution.transform,
    )
