"""Weights that make groups alike, and how alike they make them.

In: each row's chance of each level, the level it received, covariates. Out: weights, effective
sizes and standardised differences. Decisions: the comparison is about those who could have had any
level, the overlap population (Li & Li 2019, Annals of Applied Statistics 13(4):2389-2415,
10.1214/19-AOAS1282).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike

from analysis.errors import AnalysisError
from analysis.models.arrays import Array, Whole
from analysis.models.regression.least_squares import read_numbers, read_weights

LARGEST_SUM_ERROR = 1e-6


def overlap_weights(propensity: ArrayLike, received: ArrayLike) -> Array:
    """Give generalised overlap weights: (1 / e_own) / sum_k (1 / e_k), between 0 and 1.

    Args:
        propensity: (n, K) chances of each level, each row adding to one.
        received: (n,) codes 0..K-1 of the level received.

    Returns:
        (n,) weights; a row that could only have had one level gets 0 elsewhere, never infinity.

    Raises:
        AnalysisError: on shapes that disagree, codes without a column, chances that are not
            between 0 and 1 or do not add to 1, or a row that received what it had no chance of.

    Example:
        >>> chances = [[0.5, 0.5], [0.9, 0.1], [0.9, 0.1]]
        >>> overlap_weights(chances, received=[0, 0, 1]).round(3).tolist()
        [0.5, 0.1, 0.9]
    """
    chances, codes = _read_propensity(propensity, received)
    own = np.take_along_axis(chances, codes[:, None], axis=1)
    with np.errstate(divide="ignore", over="ignore"):
        return 1 / (own / chances).sum(axis=1)


def effective_size(weights: ArrayLike) -> float:
    """Give Kish's effective size, (sum w)^2 / sum w^2: how many equal rows these are worth.

    Args:
        weights: (n,) zero or more; none or all zero gives 0.

    Raises:
        AnalysisError: on a weight below zero or not finite.

    Example:
        >>> round(effective_size([1, 1, 1, 0.1]), 2)
        3.19
    """
    w = read_numbers(weights, "weight")
    if w.ndim != 1 or not ((w >= 0) & np.isfinite(w)).all():
        raise AnalysisError("Weights are one finite number of zero or more for each row.")
    largest = w.max(initial=0.0)
    if largest == 0:
        return 0.0
    w = w / largest
    return float(w.sum()) ** 2 / float(w @ w)


def standardised_differences(
    values: ArrayLike,
    received: ArrayLike,
    weights: ArrayLike | None = None,
    pairs: Sequence[tuple[int, int]] | None = None,
) -> Array:
    """Give standardised differences of weighted means, for each covariate and pair of levels.

    (weighted mean in a - weighted mean in b) / sqrt(mean over all levels of the unweighted
    variance), with n - 1 in the variance, or p (1 - p) for a covariate of only 0 and 1
    (McCaffrey et al. 2013, Statistics in Medicine 32(19), 10.1002/sim.5753). The denominator does
    not depend on the weights, so before and after can be compared.

    Args:
        values: (n, v) covariates, finite.
        received: (n,) codes 0..K-1, every level present with at least two rows.
        weights: (n,) zero or more; None for one each.
        pairs: codes (a, b); all with a < b by default.

    Returns:
        (v, len(pairs)); 0 where a covariate is the same for every row.

    Raises:
        AnalysisError: on shapes that disagree, covariates that are not finite, a level with
            fewer than two rows, weights that are all zero in a level, or an unknown pair.
    """
    table, codes = read_numbers(values, "table of covariates"), _read_codes(received)
    if table.ndim != 2 or codes.shape != (len(table),) or not len(codes):
        raise AnalysisError("Covariates are rows by columns, with one level for each row.")
    if not np.isfinite(table).all():
        raise AnalysisError("A covariate is missing or infinite: fill or leave out these rows.")
    w = read_weights(weights, len(table))
    w = np.ones(len(table)) if w is None else w
    n_levels = int(codes.max()) + 1
    totals = np.bincount(codes, weights=w, minlength=n_levels)
    sizes = np.bincount(codes, minlength=n_levels)
    if (sizes < 2).any() or (totals <= 0).any():
        raise AnalysisError(
            "Every level needs at least two rows, and some weight, before it can be compared."
        )
    member = codes[None, :] == np.arange(n_levels)[:, None]
    binary = ((table == 0) | (table == 1)).all(axis=0)
    # The answer has no unit: a power of two takes it away exactly, so that no square overflows.
    largest = np.frexp(np.abs(table).max(axis=0))[1]
    table = np.where(binary, table, np.ldexp(table, -largest))
    # Measured from the first row, so that a covariate the same in every row is exactly zero.
    shifted = table - table[0]
    means = (member * w) @ shifted / totals[:, None]
    plain = member @ shifted / sizes[:, None]
    deviations = shifted - plain[codes]
    spread = member @ deviations**2 / (sizes - 1)[:, None]
    share = plain + table[0]
    variance = np.where(binary, share * (1 - share), spread).mean(axis=0)
    chosen = list(combinations(range(n_levels), 2)) if pairs is None else list(pairs)
    if not all(0 <= code < n_levels for pair in chosen for code in pair):
        raise AnalysisError(f"A pair names a level that nobody received: 0 to {n_levels - 1}.")
    first, second = (np.array([pair[side] for pair in chosen], dtype=int) for side in (0, 1))
    differences = means[first] - means[second]
    with np.errstate(divide="ignore", invalid="ignore"):
        result = differences / np.sqrt(variance)
    return np.where(differences == 0, 0.0, result).T


def _read_propensity(propensity: ArrayLike, received: ArrayLike) -> tuple[Array, Whole]:
    chances = read_numbers(propensity, "table of chances")
    codes = _read_codes(received)
    if chances.ndim != 2 or codes.shape != (len(chances),):
        raise AnalysisError("Chances are rows by levels, with one received level for each row.")
    if len(codes) and not codes.max() < chances.shape[1]:
        raise AnalysisError("A received level has no column of chances.")
    if not ((chances >= 0) & (chances <= 1)).all():
        raise AnalysisError("A chance lies between 0 and 1.")
    if not (np.abs(chances.sum(axis=1) - 1) < LARGEST_SUM_ERROR).all():
        raise AnalysisError("The chances of a row's levels must add to 1.")
    if not np.take_along_axis(chances, codes[:, None], axis=1).all():
        raise AnalysisError("A row received a level it had no chance of: check the chances.")
    return chances, codes


def _read_codes(received: ArrayLike) -> Whole:
    """Read whole numbers of zero or more, of any numeric type."""
    numbers = read_numbers(received, "received level")
    if not ((numbers >= 0) & (numbers == np.floor(numbers)) & np.isfinite(numbers)).all():
        raise AnalysisError("A received level is given as its code: 0, 1, 2, ...")
    return numbers.astype(np.intp)
