"""Several estimates of related things, each drawn part of the way to their common mean.

In: k estimates and their covariance. Out: a frozen `PartialPool`. Decisions: the spread between the
true values is estimated by restricted maximum likelihood, and the intervals allow for its not being
known: its likelihood is averaged over, so that a spread estimated as zero does not make the
estimates certain.

Sources: DerSimonian & Laird 1986, 10.1016/0197-2456(86)90046-2; Viechtbauer 2005, JEBS 30(3),
10.3102/10769986030003261 (REML); Morris 1983, JASA 78:47-55 (unknown spread).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.errors import AnalysisError
from analysis.models.arrays import Array
from analysis.models.regression.least_squares import LARGEST_NUMBER, LARGEST_ROUNDING, read_numbers

GRID_POINTS = 81
GRID_ROUNDS = 7
SPREADS_AVERAGED = 121
WIDEST = 4.0
NO_BETTER = 1e-9


@dataclass(frozen=True, eq=False)
class PartialPool:
    """Estimates drawn towards their mean.

    Attributes:
        mean: the common mean, generalised least squares.
        mean_std_error: its standard error at the estimated spread.
        spread: tau, standard deviation between the true values (0 or more).
        estimates: (k,) best linear unbiased predictions at the estimated spread.
        std_errors: (k,) root mean squared errors of `estimates`, the mean's error and the
            not knowing of the spread included.
        kept: (k,) share of each raw estimate's distance to the mean that was kept.
    """

    mean: float
    mean_std_error: float
    spread: float
    estimates: Array
    std_errors: Array
    kept: Array


def pool_partially(estimates: ArrayLike, covariance: ArrayLike) -> PartialPool:
    """Draw estimates towards their common mean as far as their errors ask for.

    y = theta + e, e ~ N(0, V); theta ~ N(mu, tau^2 I). With S = V + tau^2 I:
    -2 l_R = log det S + log 1'S^-1 1 + (y - mu)'S^-1 (y - mu); theta^ = y - V S^-1 (y - mu).

    Args:
        estimates: (k,) finite, at least two.
        covariance: (k, k) of their errors, symmetric, positive semidefinite, with positive
            diagonal; taken as known.

    Raises:
        AnalysisError: on shapes that disagree, numbers that are not finite, or a covariance
            that is none.

    Example:
        Three alike estimates are drawn to their mean altogether:

        >>> pool = pool_partially([0.9, 1.0, 1.1], np.diag([0.04, 0.04, 0.04]))
        >>> pool.estimates.round(3).tolist()
        [1.0, 1.0, 1.0]
    """
    y, v = read_numbers(estimates, "estimates"), read_numbers(covariance, "covariance")
    k = y.size
    if y.ndim != 1 or k < 2 or v.shape != (k, k):
        raise AnalysisError("Partial pooling needs at least two estimates and their covariance.")
    if not (np.isfinite(y).all() and np.isfinite(v).all() and (np.diag(v) > 0).all()):
        raise AnalysisError("Partial pooling needs finite estimates with positive variances.")
    sizes = np.sqrt(np.diag(v))
    if max(np.abs(y).max(), sizes.max()) > LARGEST_NUMBER or sizes.min() < 1 / LARGEST_NUMBER:
        raise AnalysisError("Partial pooling needs numbers of ordinary size: choose another unit.")
    correlations = v / np.outer(sizes, sizes)
    uneven = np.abs(correlations - correlations.T).max()
    if uneven > LARGEST_ROUNDING or np.linalg.eigvalsh(correlations)[0] < -LARGEST_ROUNDING:
        raise AnalysisError(
            "A covariance is symmetric, and no mixture of estimates has a negative variance: "
            "check what it was built from."
        )
    values, vectors = np.linalg.eigh((v + v.T) / 2)
    values = np.maximum(values, values[-1] * 1e-12)
    turned = _Turned(values, vectors.T @ y, vectors.T @ np.ones(k))
    spread = _most_likely_spread(turned, y)
    at_best = _predict(turned, vectors, np.array([spread]))
    centre = at_best.estimates[0]
    widest = WIDEST * max(spread, float(np.std(y)), float(np.sqrt(values.mean())))
    spreads = np.linspace(0.0, widest, SPREADS_AVERAGED)
    likelihood = _minus_twice(turned, spreads)
    weight = np.exp(-(likelihood - likelihood.min()) / 2)
    weight /= weight.sum()
    known = _predict(turned, vectors, spreads)
    squared = known.variances + (known.estimates - centre) ** 2
    distance = y - at_best.means[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        kept = np.where(distance == 0, 1.0, (centre - at_best.means[0]) / distance)
    return PartialPool(
        mean=float(at_best.means[0]),
        mean_std_error=float(np.sqrt(at_best.mean_variances[0])),
        spread=float(spread),
        estimates=centre,
        std_errors=np.sqrt(weight @ squared),
        kept=kept,
    )


@dataclass(frozen=True, eq=False)
class _Turned:
    """The problem in the axes of V: its eigenvalues, the estimates, and a column of ones."""

    values: Array
    y: Array
    ones: Array


@dataclass(frozen=True, eq=False)
class _Predicted:
    """Means (m,), their variances (m,), predictions (m, k) and their variances (m, k)."""

    means: Array
    mean_variances: Array
    estimates: Array
    variances: Array


def _minus_twice(turned: _Turned, spreads: Array) -> Array:
    """-2 restricted log likelihood, up to a constant, at each of (m,) spreads."""
    total = turned.values + spreads[:, None] ** 2
    information = (turned.ones**2 / total).sum(axis=1)
    mean = (turned.ones * turned.y / total).sum(axis=1) / information
    left = turned.y - mean[:, None] * turned.ones
    return np.log(total).sum(axis=1) + np.log(information) + (left**2 / total).sum(axis=1)


def _most_likely_spread(turned: _Turned, y: Array) -> float:
    """Search the whole line, then ever closer around the best point."""
    low, high = 0.0, WIDEST * float(np.ptp(y)) + 1e-12
    best = 0.0
    for _ in range(GRID_ROUNDS):
        grid = np.linspace(low, high, GRID_POINTS)
        best = float(grid[_minus_twice(turned, grid).argmin()])
        step = (high - low) / (GRID_POINTS - 1)
        low, high = max(0.0, best - step), best + step
    at_zero, here = _minus_twice(turned, np.array([0.0, best]))
    return 0.0 if at_zero - here <= NO_BETTER else best


def _predict(turned: _Turned, vectors: Array, spreads: Array) -> _Predicted:
    total = turned.values + spreads[:, None] ** 2
    information = (turned.ones**2 / total).sum(axis=1)
    means = (turned.ones * turned.y / total).sum(axis=1) / information
    left = turned.y - means[:, None] * turned.ones
    noise = turned.values / total
    estimates = (turned.y - noise * left) @ vectors.T
    own = (turned.values * (1 - noise)) @ (vectors.T**2)
    of_mean = ((noise * turned.ones) @ vectors.T) ** 2 / information[:, None]
    return _Predicted(means, 1 / information, estimates, own + of_mean)
