"""Related contrasts that several sources measured, pooled at once, with the spread between them.

In: for each source a design, its estimates and their covariance. Out: a frozen `Pool`. Decisions:
the spread between sources is estimated by restricted maximum likelihood and belongs in every
interval; the covariance of the means is multiplied by the Hartung-Knapp factor where that is above
1, never below; a range for a next source has the spread on top, averaged over its likelihood,
because a spread estimated as zero does not make sources alike; the means without any spread (equal
effects) stand beside.

Sources: Jackson, Riley & White 2011, 10.1002/sim.4172 (several outcomes at once); White 2015,
10.1177/1536867X1501500403 (three arms, half of the variance shared); Jackson, Law, Rucker &
Schwarzer 2017, 10.1002/sim.7411 (the factor, and why it may not narrow); Higgins, Thompson &
Spiegelhalter 2009, 10.1111/j.1467-985X.2008.00552.x (a next source); checked against metafor.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.errors import AnalysisError
from analysis.models.arrays import Array
from analysis.models.results import student_quantile

GRID = 60
SMALLEST, LARGEST = 1e-6, 1e4  # of the spread's variance, in mean variances of the estimates
ROOT_DIGITS = 1e-15
DEPENDENT = 1e-10
SPREADS_AVERAGED = 61
WIDEST = 4.0  # of the averaged spreads, in mean standard errors or estimated spreads


@dataclass(frozen=True, eq=False)
class Source:
    """What one source measured.

    Attributes:
        design: (m, p), which combinations of the p basic contrasts it measured.
        estimates: (m,) what it found.
        covariance: (m, m) of their errors, positive definite.
    """

    design: Array
    estimates: Array
    covariance: Array


@dataclass(frozen=True, eq=False)
class Pool:
    """The basic contrasts over all sources.

    Attributes:
        estimates: (p,) means, by generalised least squares at the estimated spread.
        covariance: (p, p) of their errors, not multiplied by `factor`.
        raw_factor: the Hartung-Knapp factor as it was found; NaN without any freedom left.
        spread_variance: tau squared, the variance of a basic contrast between sources.
        averaged_variance: tau squared averaged over the restricted likelihood, each tau up to
            `WIDEST` as likely as any other beforehand.
        equal_estimates, equal_covariance: the same without any spread.
        log_likelihood: restricted, at the estimated spread.
        information: (k, p, p) what each source adds to the inverse of `covariance`.
        scores: (k, p) what each source adds to that inverse times `estimates`.
    """

    estimates: Array
    covariance: Array
    raw_factor: float
    spread_variance: float
    averaged_variance: float
    equal_estimates: Array
    equal_covariance: Array
    log_likelihood: float
    information: Array
    scores: Array

    @property
    def factor(self) -> float:
        """What the covariance is multiplied by; never below 1."""
        return 1.0 if math.isnan(self.raw_factor) else max(1.0, self.raw_factor)

    def mean(self, contrast: ArrayLike) -> tuple[float, float]:
        """Give a combination of the contrasts and its standard error, the factor in it.

        Args:
            contrast: (p,) what each basic contrast is multiplied by.
        """
        c = np.asarray(contrast, dtype=float)
        return float(c @ self.estimates), math.sqrt(self.factor * float(c @ self.covariance @ c))

    def equal_mean(self, contrast: ArrayLike) -> tuple[float, float]:
        """Give the same without any spread between sources."""
        c = np.asarray(contrast, dtype=float)
        return float(c @ self.equal_estimates), math.sqrt(float(c @ self.equal_covariance @ c))

    def shares(self, contrast: ArrayLike) -> Array:
        """Give each source's part of what is known of a combination; (k,), they sum to 1.

        Args:
            contrast: (p,) what each basic contrast is multiplied by.
        """
        c = self.covariance @ np.asarray(contrast, dtype=float)
        known = np.einsum("i,kij,j->k", c, self.information, c)
        return known / known.sum()

    def without_each(self) -> Array:
        """Give the means without one source each, the spread kept; (k, p).

        NaN where the others do not measure every contrast.
        """
        left = self.information.sum(axis=0) - self.information
        scores = self.scores.sum(axis=0) - self.scores
        means = np.full(scores.shape, math.nan)
        for k, information in enumerate(left):
            if np.linalg.matrix_rank(information, DEPENDENT) == len(information):
                means[k] = np.linalg.solve(information, scores[k])
        return means


def pool_sources(sources: Sequence[Source], structure: ArrayLike) -> Pool:
    """Pool what several sources measured.

    y_k ~ N(X_k d, S_k + tau^2 X_k B X_k'), tau by restricted maximum likelihood; with W_k the
    inverse of that variance, d^ = (sum X_k' W_k X_k)^-1 sum X_k' W_k y_k, and the factor is
    sum r_k' W_k r_k / (n - p), n all estimates together.

    Args:
        sources: the sources, each with one estimate at least.
        structure: (p, p) B, the covariance of basic contrasts between sources in units of tau^2.

    Raises:
        AnalysisError: if the sources together do not measure every basic contrast.

    >>> one = Source(np.eye(1), np.array([0.1]), np.eye(1))
    >>> two = Source(np.eye(1), np.array([0.3]), np.eye(1))
    >>> pool = pool_sources([one, two], np.eye(1))
    >>> round(float(pool.estimates[0]), 6), pool.spread_variance, pool.factor
    (0.2, 0.0, 1.0)
    """
    stacked = _stack(sources, np.asarray(structure, dtype=float))
    unit = float(np.mean([np.trace(s.covariance) / len(s.estimates) for s in sources]))
    n = sum(len(s.estimates) for s in sources)
    p = stacked.design.shape[2]
    equal = _solve(stacked, np.zeros(1))
    spread = _find_spread(stacked, unit) if n > p else 0.0
    fit = _solve(stacked, np.array([spread]))
    left = stacked.estimates - stacked.design @ fit.estimates[0]
    raw = math.nan
    if n > p:
        raw = float(np.einsum("ki,kij,kj->", left, fit.weights[0], left) / (n - p))
    x = stacked.design
    return Pool(
        estimates=fit.estimates[0],
        covariance=fit.covariance[0],
        raw_factor=raw,
        spread_variance=spread,
        averaged_variance=_average_spread(stacked, WIDEST * math.sqrt(max(unit, spread))),
        equal_estimates=equal.estimates[0],
        equal_covariance=equal.covariance[0],
        log_likelihood=float(fit.log_likelihood[0] - (n - p) / 2 * math.log(2 * math.pi)),
        information=np.einsum("kmi,kmn,knj->kij", x, fit.weights[0], x),
        scores=np.einsum("kmi,kmn,kn->ki", x, fit.weights[0], stacked.estimates),
    )


def range_for_next(
    mean: float, std_error: float, variance: float, df: float, confidence: float
) -> tuple[float, float]:
    """Give the range in which a next source's own true value lies.

    d -+ t sqrt(tau^2 + var(d)).

    Args:
        mean: the mean over sources.
        std_error: its standard error.
        variance: of the true values between sources.
        df: degrees of freedom of the quantile.
        confidence: the share of next sources meant.
    """
    half = float(student_quantile(confidence, df)) * math.sqrt(variance + std_error**2)
    return mean - half, mean + half


def covariance_from_three(of_first: float, of_second: float, of_difference: float) -> float:
    """Give the covariance of two contrasts from their variances and that of their difference.

    Args:
        of_first: variance of the first contrast.
        of_second: variance of the second.
        of_difference: variance of the second less the first.

    >>> covariance_from_three(2.0, 3.0, 3.0)
    1.0
    """
    return (of_first + of_second - of_difference) / 2


@dataclass(frozen=True, eq=False)
class _Stack:
    """All sources as arrays of one shape; a place that a source leaves empty tells nothing."""

    design: Array  # (k, m, p)
    estimates: Array  # (k, m)
    covariance: Array  # (k, m, m)
    between: Array  # (k, m, m)


@dataclass(frozen=True, eq=False)
class _Fits:
    """The fit at each of g spreads."""

    estimates: Array  # (g, p)
    covariance: Array  # (g, p, p)
    weights: Array  # (g, k, m, m)
    log_likelihood: Array  # (g,)


def _stack(sources: Sequence[Source], structure: Array) -> _Stack:
    p, k = len(structure), len(sources)
    m = max((len(source.estimates) for source in sources), default=0)
    design, estimates = np.zeros((k, m, p)), np.zeros((k, m))
    covariance = np.broadcast_to(np.eye(m), (k, m, m)).copy()
    for i, source in enumerate(sources):
        n = len(source.estimates)
        design[i, :n], estimates[i, :n] = source.design, source.estimates
        covariance[i, :n, :n] = source.covariance
    flat = design.reshape(-1, p)
    if not len(flat) or np.linalg.matrix_rank(flat, DEPENDENT) < p:
        raise AnalysisError("The sources together do not measure every contrast.")
    between = design @ structure @ design.transpose(0, 2, 1)
    return _Stack(design, estimates, covariance, between)


def _solve(stack: _Stack, spreads: Array) -> _Fits:
    variance = stack.covariance + spreads[:, None, None, None] * stack.between
    weights = np.asarray(np.linalg.inv(variance), dtype=np.float64)
    x, y = stack.design, stack.estimates
    information = np.einsum("kmi,gkmn,knj->gij", x, weights, x)
    covariance = np.linalg.inv(information)
    estimates = np.einsum("gij,kmj,gkmn,kn->gi", covariance, x, weights, y, optimize=True)
    left = y - np.einsum("kmi,gi->gkm", x, estimates)
    squares = np.einsum("gkm,gkmn,gkn->g", left, weights, left)
    sizes = np.linalg.slogdet(variance)[1].sum(axis=1) + np.linalg.slogdet(information)[1]
    own = float(np.linalg.slogdet(np.einsum("kmi,kmj->ij", x, x))[1])
    likelihood = np.asarray(own - sizes - squares, dtype=np.float64) / 2
    return _Fits(estimates, covariance, weights, likelihood)


def _slope(stack: _Stack, spread: float) -> float:
    """Give the derivative of the restricted log likelihood by the spread's variance."""
    fit = _solve(stack, np.array([spread]))
    w, x = fit.weights[0], stack.design
    left = np.einsum("kmn,kn->km", w, stack.estimates - x @ fit.estimates[0])
    wbw = w @ stack.between @ w
    trace = np.einsum("kmn,knm->", w, stack.between)
    trace -= float(np.einsum("ij,kmj,kmn,kni->", fit.covariance[0], x, wbw, x, optimize=True))
    return float(np.einsum("km,kmn,kn->", left, stack.between, left) - trace) / 2


def _find_spread(stack: _Stack, unit: float) -> float:
    """Give the spread's variance at the highest restricted likelihood; 0 where none is higher."""
    grid = np.concatenate([[0.0], unit * np.geomspace(SMALLEST, LARGEST, GRID)])
    best = int(np.argmax(_solve(stack, grid).log_likelihood))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, GRID)]
    if best == 0 and _slope(stack, 0.0) <= 0:
        return 0.0
    if _slope(stack, low) <= 0 or _slope(stack, high) >= 0:
        return float(grid[best])
    from scipy.optimize import brentq  # a fifth of a second, and seldom needed

    return float(brentq(lambda t: _slope(stack, t), low, high, xtol=ROOT_DIGITS * unit, rtol=1e-12))


def _average_spread(stack: _Stack, widest: float) -> float:
    spreads = np.linspace(0.0, widest, SPREADS_AVERAGED)
    height = _solve(stack, spreads**2).log_likelihood
    weight = np.exp(height - height.max())
    return float(weight @ spreads**2 / weight.sum())
