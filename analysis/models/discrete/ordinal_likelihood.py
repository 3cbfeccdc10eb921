"""The likelihood of an ordered outcome, its derivatives and its maximum.

In: codes, a centred orthonormal basis of a design, thresholds and coefficients as one vector. Out:
chances, slopes, the observed information, the maximum. Decisions: Newton's method, whose steps are
halved until the likelihood does not fall; the likelihood is concave (Pratt 1981, Journal of the
American Statistical Association 76(373):103-106), so its one stationary point is its maximum.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import expit, ndtr, ndtri

from analysis.errors import AnalysisError
from analysis.models.arrays import Array, Whole
from analysis.models.discrete.separation import SeparationError, find_ordered_separation

Link = Literal["logit", "probit"]

GRADIENT_TOLERANCE = 1e-12
MOST_ITERATIONS = 100
MOST_HALVINGS = 40
SUSPICIOUS_ITERATION = 12
SMALLEST_CHANCE = 1e-300


def maximise_ordinal(
    codes: Whole,
    basis: Array,
    link: Link,
    x: Array,
    names: pd.Index,
    levels: tuple[object, ...],
) -> tuple[Array, float]:
    """Find the thresholds and coefficients of the largest likelihood.

    Args:
        codes: (n,) codes 0..K-1, every one present.
        basis: (n, p) centred, orthogonal, columns of mean square one.
        link: "logit" or "probit".
        x: (n, p) the design itself, and
        names: its p column names and
        levels: the K level names, for messages.

    Returns:
        (K - 1 + p,) and the largest absolute slope left, per row.

    Raises:
        SeparationError: if some columns put the levels in order without overlap.
        AnalysisError: if the likelihood is too flat.
    """
    below = np.cumsum(np.bincount(codes))[:-1] / len(codes)
    start = np.log(below / (1 - below)) if link == "logit" else ndtri(below)
    parameters = np.concatenate([start, np.zeros(basis.shape[1])])
    value = ordinal_log_likelihood(parameters, codes, basis, link)
    best, smallest = parameters, np.inf
    for iteration in range(MOST_ITERATIONS):
        slope, information = ordinal_derivatives(parameters, codes, basis, link)
        gradient = float(np.abs(slope).max()) / len(codes)
        if gradient >= smallest and smallest < GRADIENT_TOLERANCE:
            break
        if gradient < smallest:
            best, smallest = parameters, gradient
        if iteration == SUSPICIOUS_ITERATION:
            separation = find_ordered_separation(codes, x - x.mean(axis=0), names, levels)
            if separation is not None:
                raise SeparationError(separation)
        step = np.linalg.solve(information, slope)
        for _ in range(MOST_HALVINGS):
            trial = parameters + step
            new = ordinal_log_likelihood(trial, codes, basis, link)
            if new >= value - 1e-12 * abs(value):
                break
            step = step / 2
        parameters, value = trial, new
    if smallest < GRADIENT_TOLERANCE:
        return best, smallest
    raise AnalysisError("The chances of the levels could not be estimated: leave out columns.")


def ordinal_log_likelihood(parameters: Array, codes: Whole, basis: Array, link: Link) -> float:
    """Give sum_i log P(Y_i = y_i); minus infinity where thresholds are out of order."""
    chance = _between(*_ends(parameters, codes, basis), link)
    if not (chance > 0).all():
        return -np.inf
    return float(np.log(chance).sum())


def ordinal_derivatives(
    parameters: Array, codes: Whole, basis: Array, link: Link
) -> tuple[Array, Array]:
    """Give the slope (q,) and the observed information (q, q): minus the curvature.

    With pi = F(a) - F(b), a and b the ends of the row's own level: d pi = f(a) da - f(b) db and
    d2 pi = f'(a) da da' - f'(b) db db'; the information is the sum of
    d pi d pi' / pi^2 - d2 pi / pi.

    Args:
        parameters: (q,) thresholds, then coefficients.
        codes: (n,) codes 0..K-1.
        basis: (n, p) design.
        link: "logit" or "probit".
    """
    low, high = _ends(parameters, codes, basis)
    chance = np.maximum(_between(low, high, link), SMALLEST_CHANCE)
    k = len(parameters) - basis.shape[1]
    picks = np.eye(k + 2)[:, 1 : k + 1]
    upper, lower = np.hstack([picks[codes + 1], -basis]), np.hstack([picks[codes], -basis])
    score = upper * (_density(high, link) / chance)[:, None]
    score -= lower * (_density(low, link) / chance)[:, None]
    curvature = upper.T @ (upper * (_density_slope(high, link) / chance)[:, None])
    curvature -= lower.T @ (lower * (_density_slope(low, link) / chance)[:, None])
    return score.sum(axis=0), score.T @ score - curvature


def _ends(parameters: Array, codes: Whole, basis: Array) -> tuple[Array, Array]:
    """Give the lower and the upper end of each row's own level, less its linear predictor."""
    k = len(parameters) - basis.shape[1]
    eta = basis @ parameters[k:]
    padded = np.concatenate([[-np.inf], parameters[:k], [np.inf]])
    return padded[codes] - eta, padded[codes + 1] - eta


def ordinal_chances(cuts: Array, eta: Array, link: Link) -> tuple[Array, Array]:
    """Give the chance of each level, (n, K), and the density at each end, (n, K + 1).

    Args:
        cuts: (K - 1,) thresholds.
        eta: (n,) linear predictors.
        link: "logit" or "probit".
    """
    ends = np.concatenate([[-np.inf], cuts, [np.inf]])[None, :] - eta[:, None]
    return _between(ends[:, :-1], ends[:, 1:], link), _density(ends, link)


def _between(low: Array, high: Array, link: Link) -> Array:
    """Give F(high) - F(low), from whichever tail keeps its digits."""
    flip = low > 0
    a, b = np.where(flip, -high, low), np.where(flip, -low, high)
    return expit(b) - expit(a) if link == "logit" else ndtr(b) - ndtr(a)


def _density(z: Array, link: Link) -> Array:
    if link == "logit":
        return expit(z) * expit(-z)
    return np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)


def _density_slope(z: Array, link: Link) -> Array:
    if link == "logit":
        return _density(z, link) * (expit(-z) - expit(z))
    finite = np.where(np.isfinite(z), z, 0.0)
    return -finite * _density(z, link)
