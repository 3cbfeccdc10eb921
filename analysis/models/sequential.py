"""How much of one error a later look at growing records may use.

In: the level of the look before, the error that may be newly spent, and how far the two looks rest
on the same children. Out: the level of this look. Decisions: the error of a row of looks is bounded
by that of its first and, for each later one, the chance to go wrong there and not at the look it
followed (Hunter 1976, Journal of Applied Probability 13:597; Worsley 1982, Biometrika 69:297): two
looks at a time are enough, whatever else connects them.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from analysis.errors import AnalysisError

NODES, WEIGHTS = np.polynomial.legendre.leggauss(128)
FARTHEST = 30.0


def find_next_level(before: float, spent: float, correlation: float) -> float:
    """Give the two-sided level at which a look newly spends a given error.

    The level p solves P(|Z'| > c(p), |Z| <= c(before)) = spent, for two standard normal numbers Z
    (the look before) and Z' (this one); c(p) is the two-sided normal quantile.

    Args:
        before: the level of the look before, between 0 and 1.
        spent: the error newly spent, above 0.
        correlation: of the two looks' tests where nothing differs, from 0 to below 1.

    Raises:
        AnalysisError: if a number is out of its range.

    >>> round(find_next_level(0.04, 0.002, 0.0), 5)  # independent looks: spent / (1 - before)
    0.00208
    >>> find_next_level(0.04, 0.002, 0.9) > 0.01  # looks at mostly the same children
    True
    """
    if not (0 < before < 1 and 0 < spent < 1 and 0 <= correlation < 1):
        raise AnalysisError("A look needs levels between 0 and 1 and a correlation below 1.")
    at, spread = -float(ndtri(before / 2)), math.sqrt(1 - correlation**2)
    inside = at * NODES
    mass = at * WEIGHTS * np.exp(-(inside**2) / 2) / math.sqrt(2 * math.pi)
    moved = correlation * inside

    def excess(quantile: float) -> float:
        above, below = ndtr((moved - quantile) / spread), ndtr((-moved - quantile) / spread)
        return float(mass @ (above + below)) - spent

    if excess(0.0) <= 0:
        return 1.0
    return float(2 * ndtr(-brentq(excess, 0.0, FARTHEST, xtol=1e-12)))
