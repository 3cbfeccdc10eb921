"""Is this the optimum? The conditions of optimality, as numbers.

In: a likelihood, its slope and its average information at the point a fit stopped at. Out: a
`Certificate`. Decisions: slopes are judged against what one standard error of the covariance would
change, so that the limits mean the same for ten children and for a million.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.models.arrays import Array
from analysis.models.mixed.arithmetic import Parameter, pick_parameters
from analysis.models.mixed.cone import find_step
from analysis.models.mixed.gradient import Slope
from analysis.models.mixed.likelihood import Evaluation

GAIN_LIMIT = 1e-7
RELATIVE_GAIN_LIMIT = 2e-14
SLOPE_LIMIT = 2e-3


@dataclass(frozen=True)
class Certificate:
    """The conditions of optimality, as numbers.

    At the optimum, with G_l the slope of -2 log L by the covariance D_l of level l: G_l >= 0
    and tr(G_l D_l) = 0. Slopes are in units of what one standard error of D would give.

    Attributes:
        gain_left: log likelihood that the quadratic model still promises (limit in `gain_limit`).
        gain_limit: the largest gain accepted.
        complementarity: largest |tr(G_l D_l)| of a level.
        lowest_slope: smallest eigenvalue of any G_l; not below minus `slope_limit`.
        slope_limit: the limit for both.
        n_evaluations: evaluations of the likelihood until the optimum.
    """

    gain_left: float
    gain_limit: float
    complementarity: float
    lowest_slope: float
    slope_limit: float
    n_evaluations: int

    @property
    def holds(self) -> bool:
        """Whether every condition holds."""
        return not self.missed

    @property
    def missed(self) -> str:
        """The first condition missed, in words; "" where all hold."""
        if not self.gain_left <= self.gain_limit:
            return f"{self.gain_left:.2g} log likelihood may be left (limit {self.gain_limit:.2g})"
        pull = float(np.maximum(self.complementarity, -self.lowest_slope))
        if not pull <= 1e3:
            return "rounding hides how a spread is pulled at"
        if pull > self.slope_limit:
            return (
                f"a spread is still pulled at by {pull:.2g} standard errors (limit "
                f"{self.slope_limit:.2g})"
            )
        return ""


def certify_optimum(
    evaluation: Evaluation,
    slope: Slope,
    relative: Sequence[Array],
    correlated: Sequence[bool],
    parameters: list[Parameter],
    n_evaluations: int,
) -> Certificate:
    """Put the conditions of optimality in numbers.

    Args:
        evaluation: at the point to judge.
        slope: there, with its information.
        relative: per level (1, q, q), the point.
        correlated: per level.
        parameters: as from `list_parameters`.
        n_evaluations: evaluations spent to get there.
    """
    gradient = pick_parameters(slope.matrices, parameters)
    _, fall = find_step(gradient, slope.information, relative, correlated, parameters)
    complementarity, lowest = 0.0, 0.0
    for level, value in enumerate(relative):
        at = [a for a, parameter in enumerate(parameters) if parameter[0] == level]
        own = slope.information[0][np.ix_(at, at)]
        entries = np.array([value[0, parameters[a][1], parameters[a][2]] for a in at])
        inward = float(np.trace(slope.matrices[level][0] @ value[0]))
        if value.any():
            complementarity = max(
                complementarity, abs(inward) / np.sqrt(max(entries @ own @ entries, 1e-300))
            )
        gamma = slope.matrices[level][0]
        gamma = gamma if correlated[level] else np.diag(np.diagonal(gamma))
        values, vectors = np.linalg.eigh(gamma)
        outward = np.outer(vectors[:, 0], vectors[:, 0])
        entries = np.array([outward[parameters[a][1], parameters[a][2]] for a in at])
        lowest = min(lowest, values[0] / np.sqrt(max(entries @ own @ entries, 1e-300)))
    return Certificate(
        float(fall[0]) / 2,
        GAIN_LIMIT + RELATIVE_GAIN_LIMIT * abs(float(evaluation.objective[0])),
        float(complementarity),
        float(lowest),
        SLOPE_LIMIT,
        n_evaluations,
    )
