"""How much of one error a later look at growing records may use.

In: the levels of the looks before, how far each rests on the children of the next, and the error
that may be newly spent. Out: the level of this look. Decisions: the chance to go wrong at this look
and at none before it is integrated over the looks in turn (Armitage, McPherson & Rowe 1969, JRSS A
132:235; Lan & DeMets 1983, Biometrika 70:659), as if each look knew of the earlier ones only
through the one before it: looks that go together more closely than that spend less.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.special import ndtr, ndtri

from analysis.errors import AnalysisError
from analysis.models.arrays import Array

NODES, WEIGHTS = np.polynomial.legendre.leggauss(128)
FARTHEST = 30.0


def find_next_level(levels: Sequence[float], correlations: Sequence[float], spent: float) -> float:
    """Give the two-sided level at which a look newly spends a given error.

    With standard normal Z_1, Z_2, ... it solves P(|Z_k| > c_k, |Z_j| <= c_j for all j < k) = spent,
    where c_j is the two-sided normal quantile of the level of look j.

    Args:
        levels: of the looks before, in order, at least one, each between 0 and 1.
        correlations: of the tests of each of these looks and the look after it, where nothing
            differs; the last one is with the look asked about. From 0 to below 1.
        spent: the error newly spent, above 0.

    Raises:
        AnalysisError: if a number is out of its range.

    >>> round(find_next_level([0.04], [0.0], 0.002), 5)  # independent looks: spent / (1 - before)
    0.00208
    >>> find_next_level([0.04], [0.9], 0.002) > 0.01  # looks at mostly the same children
    True
    """
    fits = len(levels) == len(correlations) > 0 and 0 < spent < 1
    if not (fits and all(0 < p < 1 for p in levels) and all(0 <= r < 1 for r in correlations)):
        raise AnalysisError("A look needs levels between 0 and 1 and correlations below 1.")
    place, mass = _place(levels[0])
    mass = mass * np.exp(-(place**2) / 2) / math.sqrt(2 * math.pi)
    for level, correlation in zip(levels[1:], correlations, strict=False):
        following, width = _place(level)
        spread = math.sqrt(1 - correlation**2)
        apart = (following[:, None] - correlation * place) / spread
        density = np.exp(-(apart**2) / 2) / (spread * math.sqrt(2 * math.pi))
        place, mass = following, width * (density @ mass)
    moved, spread = correlations[-1] * place, math.sqrt(1 - correlations[-1] ** 2)

    def excess(quantile: float) -> float:
        above, below = ndtr((moved - quantile) / spread), ndtr((-moved - quantile) / spread)
        return float(mass @ (above + below)) - spent

    if excess(0.0) <= 0:
        return 1.0
    from scipy.optimize import brentq  # a fifth of a second, and seldom needed

    return float(2 * ndtr(-brentq(excess, 0.0, FARTHEST, xtol=1e-12)))


def _place(level: float) -> tuple[Array, Array]:
    """Give the nodes between the two bounds of a look, and their widths."""
    bound = -float(ndtri(level / 2))
    return bound * NODES, bound * WEIGHTS
