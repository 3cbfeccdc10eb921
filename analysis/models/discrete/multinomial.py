"""Multinomial logit: the chance of each level of a category, given a design.

In: codes of a category and a design. Out: a frozen `MultinomialFit` with the chance of every level
for every row. Decisions: Newton's method on an orthonormal basis of the design, to a gradient of
1e-12; separation (some level told exactly by some columns) is an error that names both, unless a
ridge is asked for.

Source: McCullagh & Nelder 1989, Generalized Linear Models, chapter 5; the likelihood is concave, so
the point where its gradient vanishes is its one maximum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.errors import AnalysisError
from analysis.models.arrays import Array, Whole, is_number
from analysis.models.discrete.separation import SeparationError, find_separation
from analysis.models.regression.least_squares import orthonormalise, read_design
from analysis.models.results import (
    check_confidence,
    describe_fit,
    standard_errors,
    tabulate_estimates,
)

GRADIENT_TOLERANCE = 1e-12
MOST_ITERATIONS = 100
MOST_HALVINGS = 30
SUSPICIOUS_PREDICTOR = 12.0
SUSPICIOUS_ITERATION = 12


@dataclass(frozen=True, eq=False, repr=False)
class MultinomialFit:
    """Log-odds of every level against the first, linear in the design.

    Attributes:
        levels: the K levels; the first is the one the others are compared with.
        names: the p column names of the design.
        coefficients: (K - 1, p), a row for each level but the first.
        covariance: ((K - 1) p, (K - 1) p) of the coefficients, level by level: the inverse of
            the information (with a ridge: of the penalised information).
        propensities: (n, K) chances of each level for each row.
        log_likelihood: without the ridge's penalty.
        gradient: largest absolute slope left, per row, on the orthonormal basis.
        ridge: the penalty asked for.
        codes: (n,) the levels received.
        design: (n, p) the design.
        confidence: level of the intervals.
    """

    levels: tuple[object, ...]
    names: pd.Index
    coefficients: Array
    covariance: Array
    propensities: Array
    log_likelihood: float
    gradient: float
    ridge: float
    codes: Whole = field(repr=False)
    design: Array = field(repr=False)
    confidence: float = 0.95

    @cached_property
    def fixed(self) -> pd.DataFrame:
        """The coefficients, indexed by (level, column), in the columns of `RESULT_COLUMNS`."""
        index = pd.MultiIndex.from_product([self.levels[1:], self.names], names=["level", "column"])
        errors = standard_errors(self.covariance)
        return tabulate_estimates(index, self.coefficients.ravel(), errors, np.inf, self.confidence)

    def __repr__(self) -> str:
        facts = {
            "compared with": self.levels[0],
            "rows": len(self.codes),
            "log-likelihood": f"{self.log_likelihood:.6g}",
            "ridge": self.ridge,
        }
        return describe_fit("Multinomial logit", self.fixed, facts)


def fit_multinomial(
    outcome: ArrayLike,
    design: ArrayLike | pd.DataFrame,
    levels: Sequence[object],
    ridge: float = 0.0,
    confidence: float = 0.95,
) -> MultinomialFit:
    """Fit a multinomial logit by maximum likelihood, or with a ridge.

    log(e_k / e_1) = x'b_k; maximises sum_i log e_own(x_i) - ridge / 2 sum_kj c_kj^2, where
    c_kj is the coefficient of level k, measured from the mean over all levels and per standard
    deviation of column j; columns that do not vary are not penalised. The answer with a ridge
    depends on neither the order of levels nor the unit of a column.

    Args:
        outcome: (n,) codes 0..K-1 of the level received; every level present.
        design: (n, p) array or frame, finite; bring your own constant.
        levels: the K level names, in order of code.
        ridge: zero or more; 1 is mild.
        confidence: level of the intervals of `fixed`.

    Raises:
        SeparationError: without a ridge, if some columns tell a level exactly for some rows.
        AnalysisError: on input that is not finite, columns that cannot be told apart, or a
            level nobody received.

    Example:
        With a constant alone the chances are the shares:

        >>> formats = ["individual", "group", "combined"]
        >>> fit = fit_multinomial([0, 0, 1, 2], np.ones((4, 1)), formats)
        >>> fit.propensities[0].round(3).tolist()
        [0.5, 0.25, 0.25]
    """
    check_confidence(confidence)
    names, x = read_design(design)
    levels = tuple(levels)
    codes = read_codes(outcome, len(x), levels)
    if not (is_number(ridge) and 0 <= ridge < np.inf):
        raise AnalysisError("The ridge is a number, zero or more.")
    basis, transform, _ = orthonormalise(x, names)
    root = np.sqrt(len(x))
    basis, transform = basis * root, transform * root
    penalty = ridge * _penalty(x, transform, len(levels))
    gamma, gradient = _maximise(codes, basis, penalty, x, names, levels, ridge)
    log_chances = _log_chances(basis @ gamma.T)
    information = _information(basis, np.exp(log_chances)) + penalty
    lift = np.kron(np.eye(len(levels) - 1), transform)
    return MultinomialFit(
        levels=levels,
        names=names,
        coefficients=gamma @ transform.T,
        covariance=lift @ np.linalg.inv(information) @ lift.T,
        propensities=np.exp(log_chances),
        log_likelihood=float(log_chances[np.arange(len(x)), codes].sum()),
        gradient=gradient,
        ridge=float(ridge),
        codes=codes,
        design=x,
        confidence=confidence,
    )


def _maximise(
    codes: Whole,
    basis: Array,
    penalty: Array,
    x: Array,
    names: pd.Index,
    levels: tuple[object, ...],
    ridge: float,
) -> tuple[Array, float]:
    """Climb by Newton steps, halved until the likelihood does not fall."""
    n, p = basis.shape
    received = np.eye(len(levels))[codes][:, 1:]
    gamma = np.zeros((len(levels) - 1) * p)
    checked = ridge > 0
    predictor = basis @ gamma.reshape(-1, p).T
    log_chances = _log_chances(predictor)
    value = _objective(log_chances, codes, gamma, penalty)
    best, smallest = gamma, np.inf
    for iteration in range(MOST_ITERATIONS):
        chances = np.exp(log_chances)
        slope = ((received - chances[:, 1:]).T @ basis).ravel() - penalty @ gamma
        gradient = float(np.abs(slope).max()) / n
        if gradient >= smallest and smallest < GRADIENT_TOLERANCE:
            return best.reshape(-1, p), smallest
        if gradient < smallest:
            best, smallest = gamma, gradient
        if not checked and (
            np.abs(predictor).max() > SUSPICIOUS_PREDICTOR or iteration > SUSPICIOUS_ITERATION
        ):
            separation = find_separation(codes, x, names, levels)
            if separation is not None:
                raise SeparationError(separation, has_ridge=True)
            checked = True
        step = np.linalg.solve(_information(basis, chances) + penalty, slope)
        for _ in range(MOST_HALVINGS):
            trial = gamma + step
            predictor = basis @ trial.reshape(-1, p).T
            log_chances = _log_chances(predictor)
            new = _objective(log_chances, codes, trial, penalty)
            if new >= value - 1e-12 * abs(value):
                break
            step = step / 2
        gamma, value = trial, new
    if smallest < GRADIENT_TOLERANCE:
        return best.reshape(-1, p), smallest
    raise AnalysisError(
        "The chances of the levels could not be estimated: the likelihood is too flat. Leave out "
        "columns, or use a ridge."
    )


def _information(basis: Array, chances: Array) -> Array:
    """Give sum_i (diag(e) - e e')_i (x) b_i b_i' over the levels but the first."""
    p = basis.shape[1]
    others = chances[:, 1:]
    k = others.shape[1]
    information = np.empty((k, p, k, p))
    for a in range(k):
        for b in range(a, k):
            weight = others[:, a] * ((a == b) - others[:, b])
            information[a, :, b, :] = basis.T @ (basis * weight[:, None])
            information[b, :, a, :] = information[a, :, b, :].T
    return information.reshape(k * p, k * p)


def _objective(log_chances: Array, codes: Whole, gamma: Array, penalty: Array) -> float:
    own = log_chances[np.arange(len(codes)), codes].sum()
    return float(own - 0.5 * gamma @ penalty @ gamma)


def _log_chances(predictor: Array) -> Array:
    padded = np.zeros((len(predictor), predictor.shape[1] + 1))
    padded[:, 1:] = predictor
    padded -= padded.max(axis=1, keepdims=True)
    return padded - np.log(np.exp(padded).sum(axis=1, keepdims=True))


def _penalty(x: Array, transform: Array, n_levels: int) -> Array:
    """Give the ridge's quadratic form in the coefficients of the basis."""
    scale = np.where(np.ptp(x, axis=0) > 0, x.std(axis=0), 0.0)
    columns = transform.T @ (scale[:, None] ** 2 * transform)
    between = np.eye(n_levels - 1) - 1 / n_levels
    return np.asarray(np.kron(between, columns), dtype=np.float64)


def read_codes(outcome: ArrayLike, n_rows: int, levels: tuple[object, ...]) -> Whole:
    """Read codes of a category as whole numbers, every level present.

    Args:
        outcome: (n,) whole numbers 0..K-1.
        n_rows: how many rows the design has.
        levels: the K level names.

    Raises:
        AnalysisError: on another length, no row, other numbers, levels of one name, or a level
            nobody has.
    """
    codes = np.asarray(outcome)
    if codes.shape != (n_rows,) or not np.issubdtype(codes.dtype, np.integer):
        raise AnalysisError(
            f"The outcome needs one whole-number code for each of the design's {n_rows} rows."
        )
    if n_rows == 0:
        raise AnalysisError("There are no rows, so no level's chance can be estimated.")
    if len(levels) < 2:
        raise AnalysisError("At least two levels are needed.")
    if len(set(levels)) < len(levels):
        raise AnalysisError("Two levels bear the same name: rename one.")
    if codes.min() < 0 or codes.max() >= len(levels):
        raise AnalysisError(f"Codes run from 0 to {len(levels) - 1}, one for each level.")
    absent = [
        str(levels[k]) for k in np.flatnonzero(np.bincount(codes, minlength=len(levels)) == 0)
    ]
    if absent:
        raise AnalysisError(
            f"Nobody received {', '.join(absent)}: leave that level out before estimating chances."
        )
    return codes.astype(np.intp)
