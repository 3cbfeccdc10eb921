"""Answers from several completed copies of the same incomplete data, brought into one.

In: estimates and covariances, one of each for every completed copy. Out: one estimate with the
uncertainty of not knowing the missing values. Decisions: Rubin's rules with the small-sample
degrees of freedom of Barnard & Rubin 1999 (Biometrika 86(4):948-955, 10.1093/biomet/86.4.948);
joint tests by D1 (Li, Raghunathan & Rubin 1991, Journal of the American Statistical Association
86(416):1065-1073).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import fdtrc

from analysis.errors import AnalysisError
from analysis.models.arrays import Array
from analysis.models.regression.least_squares import LARGEST_ROUNDING, read_numbers


@dataclass(frozen=True, eq=False)
class Pooled:
    """Pooled estimates.

    Attributes:
        estimate: (k,) means over the copies.
        std_error: (k,) square roots of W + (1 + 1/m) B.
        df: (k,) Barnard-Rubin degrees of freedom.
        missing_share: (k,) share of the variance that comes from the missing values,
            (1 + 1/m) B / T.
    """

    estimate: Array
    std_error: Array
    df: Array
    missing_share: Array


@dataclass(frozen=True)
class PooledTest:
    """One pooled test that several estimates are all zero.

    Attributes:
        statistic: F.
        df_num: number of estimates.
        df_denom: denominator degrees of freedom.
        p_value: P(F >= statistic).
    """

    statistic: float
    df_num: float
    df_denom: float
    p_value: float


def pool_estimates(estimates: ArrayLike, variances: ArrayLike, df_complete: ArrayLike) -> Pooled:
    """Pool estimates by Rubin's rules, each with its Barnard-Rubin degrees of freedom.

    W = mean variance, B = variance of the estimates, T = W + (1 + 1/m) B,
    lambda = (1 + 1/m) B / T, nu_old = (m - 1) / lambda^2,
    nu_observed = (nu + 1) / (nu + 3) nu (1 - lambda), df = 1 / (1 / nu_old + 1 / nu_observed).

    Args:
        estimates: (m, k), m at least 2.
        variances: (m, k) squared standard errors.
        df_complete: (k,) or one: degrees of freedom had nothing been missing.

    Raises:
        AnalysisError: on fewer than two copies, shapes that disagree, numbers that are not
            finite, a negative variance, or degrees of freedom not above zero.

    Example:
        Three completed copies of one estimate:

        >>> pooled = pool_estimates([[1.0], [1.2], [1.1]], [[0.04], [0.05], [0.04]], df_complete=50)
        >>> [round(float(x[0]), 3) for x in (pooled.estimate, pooled.std_error, pooled.df)]
        [1.1, 0.238, 18.228]
    """
    q, u = _read(estimates), _read(variances)
    if q.shape != u.shape:
        raise AnalysisError("Every estimate needs its variance: the shapes disagree.")
    if (u < 0).any():
        raise AnalysisError("A variance is zero or more.")
    nu = read_numbers(df_complete, "degrees of freedom")
    if nu.shape not in ((), (1,), q.shape[1:]) or not (nu > 0).all():
        raise AnalysisError(
            "The complete data's degrees of freedom are above zero: one number, or one for each "
            "estimate."
        )
    m = len(q)
    within, between = u.mean(axis=0), q.var(axis=0, ddof=1)
    total = within + (1 + 1 / m) * between
    nu = np.broadcast_to(nu, within.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(between > 0, (1 + 1 / m) * between / total, 0.0)
        old = (m - 1) / share**2
        finite = np.isfinite(nu)
        observed = np.where(finite, (nu + 1) / (nu + 3) * nu * (1 - share), np.inf)
        df = 1 / (1 / old + 1 / observed)
    return Pooled(q.mean(axis=0), np.sqrt(total), df, share)


def pool_joint_test(estimates: ArrayLike, covariances: ArrayLike) -> PooledTest:
    """Test that k estimates are all zero, pooled over copies (D1).

    r = (1 + 1/m) tr(B W^-1) / k; F = q' W^-1 q / (k (1 + r)); with t = k (m - 1), the denominator
    degrees of freedom are 4 + (t - 4)(1 + (1 - 2/t) / r)^2 when t > 4, else
    t (1 + 1/k)(1 + 1/r)^2 / 2.

    Args:
        estimates: (m, k).
        covariances: (m, k, k).

    Raises:
        AnalysisError: on fewer than two copies, no estimate, shapes that disagree, numbers that
            are not finite, or a mean covariance without an inverse.
    """
    q, u = _read(estimates), read_numbers(covariances, "covariances")
    m, k = q.shape
    if k == 0 or u.shape != (m, k, k) or not np.isfinite(u).all():
        raise AnalysisError("Every copy needs one finite covariance of its estimates.")
    mean, within = q.mean(axis=0), u.mean(axis=0)
    sizes = np.sqrt(np.maximum(np.diag(within), 0.0))
    if not (sizes > 0).all() or not (
        np.linalg.eigvalsh(within / np.outer(sizes, sizes))[0] > LARGEST_ROUNDING
    ):
        raise AnalysisError(
            "The estimates' covariance has no inverse, so they cannot be tested together: leave "
            "out those that follow from the rest."
        )
    apart = q - mean
    between = apart.T @ apart / (m - 1)
    inverse = np.linalg.inv(within)
    growth = (1 + 1 / m) * float(np.trace(between @ inverse)) / k
    statistic = float(mean @ inverse @ mean) / (k * (1 + growth))
    t = k * (m - 1)
    if growth <= 0:
        df_denom = np.inf
    elif t > 4:
        df_denom = 4 + (t - 4) * (1 + (1 - 2 / t) / growth) ** 2
    else:
        df_denom = t * (1 + 1 / k) * (1 + 1 / growth) ** 2 / 2
    p_value = float(fdtrc(k, min(df_denom, 1e12), statistic))
    return PooledTest(statistic, float(k), float(df_denom), p_value)


def _read(values: ArrayLike) -> Array:
    table = read_numbers(values, "table to be pooled")
    if table.ndim != 2 or len(table) < 2:
        raise AnalysisError("Pooling needs one row for each of at least two completed copies.")
    if not np.isfinite(table).all():
        raise AnalysisError("An estimate or variance to be pooled is missing or infinite.")
    return table
