"""Weights that make groups alike, and how alike they make them.

Comes in: each row's chance of each level, the level it received, covariates. Goes out:
weights, effective sizes and standardised differences. Decided here: a weight is
h(e) / e_own, where h names the population the comparison is about (Li & Li 2019, Annals of
Applied Statistics 13(4):2389-2415, 10.1214/19-AOAS1282).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.errors import AnalysisError
from analysis.models.linear import read_weights

Array = NDArray[np.float64]
Target = Literal["overlap", "everyone", "matching", "entropy"]


def overlap_weights(propensity: ArrayLike, received: ArrayLike) -> Array:
    """Give generalised overlap weights: (1 / e_own) / sum_k (1 / e_k), between 0 and 1.

    Args:
        propensity: (n, K) chances of each level, each row adding to one.
        received: (n,) codes 0..K-1 of the level received.

    Returns:
        (n,) weights; a row that could only have had one level gets 0 elsewhere, never infinity.
    """
    return tilted_weights(propensity, received, "overlap")


def tilted_weights(propensity: ArrayLike, received: ArrayLike, target: Target = "overlap") -> Array:
    """Give h(e) / e_own for a population h: the one the answer is about.

    overlap: h = 1 / sum_k (1 / e_k); everyone: h = 1 (inverse probability); matching:
    h = min_k e_k; entropy: h = -sum_k e_k log e_k (Li & Li 2019, table 1).

    Args:
        propensity: (n, K) chances of each level.
        received: (n,) codes 0..K-1.
        target: which population.

    Raises:
        AnalysisError: on shapes that disagree, or chances that are not between 0 and 1.
    """
    chances, codes = _read_propensity(propensity, received)
    own = np.take_along_axis(chances, codes[:, None], axis=1)
    ratios = chances / own
    if target == "overlap":
        with np.errstate(divide="ignore"):
            return 1 / (1 / ratios).sum(axis=1)
    if target == "everyone":
        return 1 / own[:, 0]
    if target == "matching":
        return ratios.min(axis=1)
    if target == "entropy":
        logs = np.log(np.where(chances > 0, chances, 1.0))
        return -(ratios * logs).sum(axis=1)
    raise AnalysisError(f"The target must be one of {', '.join(get_args(Target))}.")


def log_weight_slopes(
    propensity: ArrayLike, received: ArrayLike, target: Target = "overlap"
) -> Array:
    """Give how log(h(e) / e_own) changes with the log-odds of each level but the first.

    With eta_k the log-odds of level k against the first, d e_l / d eta_k = e_l (1[l = k] - e_k),
    so that for overlap weights the slope is h / e_k - 1[own = k].

    Args:
        propensity: (n, K) chances of each level.
        received: (n,) codes 0..K-1.
        target: which population, as for `tilted_weights`.

    Returns:
        (n, K - 1).
    """
    chances, codes = _read_propensity(propensity, received)
    own = np.eye(chances.shape[1])[codes]
    if target == "overlap":
        with np.errstate(divide="ignore"):
            tilt = 1 / (1 / chances).sum(axis=1, keepdims=True)
        slopes = np.divide(tilt, chances, out=np.zeros_like(chances), where=chances > 0) - own
    elif target == "everyone":
        slopes = chances - own
    elif target == "matching":
        slopes = np.eye(chances.shape[1])[chances.argmin(axis=1)] - own
    elif target == "entropy":
        logs = np.log(np.where(chances > 0, chances, 1.0))
        tilt = -(chances * logs).sum(axis=1, keepdims=True)
        slopes = chances - own - chances * (logs + tilt) / tilt
    else:
        raise AnalysisError(f"The target must be one of {', '.join(get_args(Target))}.")
    return slopes[:, 1:]


def effective_size(weights: ArrayLike) -> float:
    """Give Kish's effective size, (sum w)^2 / sum w^2: how many equal rows these are worth.

    Args:
        weights: (n,) zero or more; none or all zero gives 0.
    """
    w = np.asarray(weights, dtype=float)
    squares = float(w @ w)
    return float(w.sum()) ** 2 / squares if squares > 0 else 0.0


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
        AnalysisError: on shapes that disagree, a level without rows, or weights that are all
            zero in a level.
    """
    table = np.asarray(values, dtype=float)
    codes = np.asarray(received)
    if table.ndim != 2 or codes.shape != (len(table),):
        raise AnalysisError("Covariates are rows by columns, with one level for each row.")
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
    means = (member * w) @ table / totals[:, None]
    plain = member @ table / sizes[:, None]
    deviations = table - plain[codes]
    spread = member @ deviations**2 / (sizes - 1)[:, None]
    binary = ((table == 0) | (table == 1)).all(axis=0)
    variance = np.where(binary, plain * (1 - plain), spread).mean(axis=0)
    chosen = list(combinations(range(n_levels), 2)) if pairs is None else list(pairs)
    first, second = (np.array([pair[side] for pair in chosen], dtype=int) for side in (0, 1))
    differences = means[first] - means[second]
    with np.errstate(divide="ignore", invalid="ignore"):
        result = differences / np.sqrt(variance)
    return np.where(differences == 0, 0.0, result).T


def _read_propensity(propensity: ArrayLike, received: ArrayLike) -> tuple[Array, NDArray[np.intp]]:
    chances = np.asarray(propensity, dtype=float)
    codes = np.asarray(received, dtype=np.intp)
    if chances.ndim != 2 or codes.shape != (len(chances),):
        raise AnalysisError("Chances are rows by levels, with one received level for each row.")
    if len(codes) and not 0 <= codes.min() <= codes.max() < chances.shape[1]:
        raise AnalysisError("A received level has no column of chances.")
    if not ((chances >= 0) & (chances <= 1)).all():
        raise AnalysisError("A chance lies between 0 and 1.")
    return chances, codes
