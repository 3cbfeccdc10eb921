"""Adjust p-values for having asked several questions at once.

In: p-values in any order; a missing one stays missing and is not counted. Out: adjusted p-values in
the same order. Decisions: nothing but the arithmetic.
"""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from analysis.errors import AnalysisError
from analysis.models.arrays import Array, Flags, Whole
from analysis.models.regression.least_squares import read_numbers

SHAFFER_FACTORS = MappingProxyType({0: [], 1: [1.0], 2: [2.0, 1.0], 3: [3.0, 1.0, 1.0]})


def adjust_holm(p_values: ArrayLike) -> Array:
    """Adjust by Holm's step-down rule: max over j <= i of min(1, (k - j + 1) p_(j)).

    Keeps the chance of any false difference at the nominal level whatever the dependence
    (Holm 1979, Scandinavian Journal of Statistics 6(2):65-70).

    Args:
        p_values: (k,) between 0 and 1; NaN stays NaN and is not counted.
    """
    values, kept, order = _read(p_values)
    return _step_down(values, kept, order, np.arange(len(order), 0.0, -1.0))


def adjust_shaffer(p_values: ArrayLike) -> Array:
    """Adjust the three pairwise comparisons of three means by Shaffer's rule.

    If one of three means differs from another, at most one of the remaining equalities can
    still hold, so the smallest p-value is multiplied by 3 and the other two by 1, kept in
    order (Shaffer 1986, Journal of the American Statistical Association 81(395):826-831).
    With one or two p-values (a format is absent) this is Holm's rule.

    Args:
        p_values: (k,) with k at most 3 present; NaN stays NaN.

    Raises:
        AnalysisError: if more than three are present, where this rule does not hold.

    Example:
        >>> adjust_shaffer([0.01, 0.04, 0.02]).round(3).tolist()
        [0.03, 0.04, 0.03]
    """
    values, kept, order = _read(p_values)
    factors = SHAFFER_FACTORS.get(len(order))
    if factors is None:
        raise AnalysisError("Shaffer's rule here is for the three pairs of three formats.")
    return _step_down(values, kept, order, np.array(factors))


def _step_down(values: Array, kept: Flags, order: Whole, factors: Array) -> Array:
    scaled = values[kept][order] * factors
    adjusted = np.minimum(np.maximum.accumulate(scaled), 1.0)
    return _place(values, kept, order, adjusted)


def _read(p_values: ArrayLike) -> tuple[Array, Flags, Whole]:
    values = np.atleast_1d(read_numbers(p_values, "list of p-values"))
    if values.ndim != 1:
        raise AnalysisError("P-values are one list: adjust each list by itself.")
    kept = ~np.isnan(values)
    if ((values[kept] < 0) | (values[kept] > 1)).any():
        raise AnalysisError("A p-value lies between 0 and 1.")
    return values, kept, np.argsort(values[kept], kind="stable")


def _place(values: Array, kept: Flags, order: Whole, adjusted: Array) -> Array:
    result = np.full(values.shape, np.nan)
    positions = np.flatnonzero(kept)
    result[positions[order]] = adjusted
    return result
