"""Discrete-time hazards: the chance that something happens in an interval, if not before.

In: one row for each unit and interval at risk, whether the event came in it, and a design (with a
column for each interval). Out: a frozen `HazardFit` with cluster-robust errors, and the chance of
the event by each interval's end. Decisions: Newton's method to a gradient of 1e-12; CR2 on the
estimating equations at the maximum, with the working variance h (1 - h) of an event that comes with
chance h.

Sources: Prentice & Gloeckler 1978, Biometrics 34(1):57-67 (complementary log-log: the proportional
hazards of which only intervals were seen); Singer & Willett 1993, Journal of Educational Statistics
18(2):155-195 (logit); CR2: see `cluster_robust`.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import expit, xlogy

from analysis.errors import AnalysisError
from analysis.models.arrays import Array
from analysis.models.discrete.delta_method import DerivedEstimates, Spread
from analysis.models.discrete.separation import SeparationError, find_separation
from analysis.models.regression.cluster_robust import ClusterRobustFit
from analysis.models.regression.generalised import fit_working_cluster_robust
from analysis.models.regression.least_squares import (
    orthonormalise,
    read_design,
    read_vector,
    read_weights,
)
from analysis.models.regression.small_sample import Kind
from analysis.models.results import (
    check_confidence,
    describe_fit,
)

Link = Literal["cloglog", "logit"]

GRADIENT_TOLERANCE = 1e-12
MOST_ITERATIONS = 100
MOST_HALVINGS = 30
SUSPICIOUS_PREDICTOR = 12.0
SUSPICIOUS_ITERATION = 12
LARGEST_EXPONENT = 6.0
LARGEST_CERTAIN = 300.0
SMALLEST_VARIANCE = 1e-12


@dataclass(frozen=True, eq=False, repr=False)
class HazardFit:
    """A discrete-time hazard model.

    Attributes:
        link: "cloglog" or "logit".
        log_likelihood: of the rows.
        model_covariance: (p, p) if rows were independent: the inverse of the information.
        robust: the estimating equations as least squares, with the cluster-robust covariance;
            its residuals are d - h.
    """

    link: Link
    log_likelihood: float
    model_covariance: Array
    robust: ClusterRobustFit

    @property
    def fixed(self) -> pd.DataFrame:
        """The coefficients, cluster-robust, in the columns of `RESULT_COLUMNS`."""
        return self.robust.fixed

    def contrast(
        self, matrix: ArrayLike | pd.DataFrame, confidence: float | None = None
    ) -> pd.DataFrame:
        """Estimate contrasts of the coefficients; see `ClusterRobustFit.contrast`."""
        return self.robust.contrast(matrix, confidence)

    def average_cumulative(
        self,
        intervals: Mapping[Hashable, Sequence[ArrayLike | pd.DataFrame]],
        weights: ArrayLike | None = None,
    ) -> DerivedEstimates:
        """Average the chance of the event by the end of each interval (g-computation).

        For unit i with hazards h_i1..h_iT under a scenario, the chance by the end of t is
        1 - prod_{s <= t} (1 - h_is); it is averaged over units (Robins 1986; for the variance by
        the delta method the units are taken as given).

        Args:
            intervals: for each scenario (every unit as if in one group, say), one (n, p) design
                for each interval in order, the same n units in the same rows throughout.
            weights: (n,) of the units; None for one each.

        Returns:
            A row for each (scenario, interval counted from 1).

        Raises:
            AnalysisError: on designs that do not fit the model or each other.
        """
        estimates, gradients = [], []
        if not intervals or not all(len(designs) for designs in intervals.values()):
            raise AnalysisError("Give at least one scenario, each with at least one interval.")
        for given in intervals.values():
            designs = [self._read(design) for design in given]
            mass = read_weights(weights, len(designs[0]))
            mass = np.ones(len(designs[0])) if mass is None else mass
            total = float(mass.sum())
            if total == 0:
                raise AnalysisError("A scenario has no unit to average over: give one.")
            log_left, slope = np.zeros(len(mass)), np.zeros_like(designs[0])
            for x in designs:
                if len(x) != len(log_left):
                    raise AnalysisError("Every interval needs the same units, in the same rows.")
                change, rate = _log_survival(x @ self.robust.coefficients, self.link)
                log_left = log_left + change
                slope = slope + rate[:, None] * x
                left = np.exp(log_left)
                estimates.append(float(mass @ -np.expm1(log_left)) / total)
                gradients.append((mass * left) @ slope / total)
        return DerivedEstimates(
            names=_name_intervals(intervals),
            estimates=np.array(estimates),
            gradients=np.array(gradients),
            spread=Spread(self.robust.covariance, (self.robust.scores, self.robust.transform)),
            confidence=self.robust.confidence,
        )

    def _read(self, design: ArrayLike | pd.DataFrame) -> Array:
        names, x = read_design(design)
        same = not isinstance(design, pd.DataFrame) or list(names) == list(self.robust.names)
        if x.shape[1] != len(self.robust.names) or not same:
            raise AnalysisError("A design to predict for needs the columns of the fit, in order.")
        return x

    def __repr__(self) -> str:
        facts = {
            "link": self.link,
            "rows": self.robust.n_rows,
            "clusters": self.robust.n_clusters,
            "log-likelihood": f"{self.log_likelihood:.6g}",
        }
        return describe_fit("Discrete-time hazard, cluster-robust", self.fixed, facts)


def _name_intervals(intervals: Mapping[Hashable, Sequence[object]]) -> pd.MultiIndex:
    """Name every scenario's intervals, counted from 1."""
    named = [
        (scenario, number)
        for scenario, designs in intervals.items()
        for number in range(1, len(designs) + 1)
    ]
    return pd.MultiIndex.from_tuples(named, names=["scenario", "interval"])


def fit_hazard(
    event: ArrayLike,
    design: ArrayLike | pd.DataFrame,
    clusters: ArrayLike,
    link: Link = "cloglog",
    kind: Kind = "CR2",
    confidence: float = 0.95,
) -> HazardFit:
    """Fit a discrete-time hazard: h = 1 - exp(-exp(x'b)), or h = 1 / (1 + exp(-x'b)).

    Maximises sum d log h + (1 - d) log(1 - h) by Newton's method (both links are log-concave).
    At the maximum b solves generalised least squares with design (dh/d eta) x, residuals d - h
    and variances Phi = diag(h (1 - h)), to which CR2 applies (Pustejovsky & Tipton 2018; the R
    package clubSandwich does the same for `glm`).

    Args:
        event: (n,) 0 or 1, one for each unit and interval at risk.
        design: (n, p), finite, with a column for each interval (or a constant).
        clusters: (n,) labels of rows that may depend on each other.
        link: "cloglog" or "logit".
        kind: the cluster adjustment.
        confidence: level of the intervals.

    Raises:
        SeparationError: if some columns tell exactly who had the event, as when an interval
            has none: join it with its neighbour.
        AnalysisError: on input that is not finite, events other than 0 and 1, columns that
            cannot be told apart, or fewer than two clusters.

    Example:
        Two of six goals are attained in the first interval, one of the other four in the second:

        >>> event = [1, 1, 0, 0, 0, 0, 1, 0, 0, 0]
        >>> interval = np.repeat([[1.0, 0.0], [0.0, 1.0]], [6, 4], axis=0)
        >>> goal = [1, 2, 3, 4, 5, 6, 3, 4, 5, 6]
        >>> fit = fit_hazard(event, interval, goal)
        >>> everyone = [np.tile([1.0, 0.0], (6, 1)), np.tile([0.0, 1.0], (6, 1))]
        >>> fit.average_cumulative({"all": everyone}).estimates.round(3).tolist()
        [0.333, 0.5]
    """
    check_confidence(confidence)
    if link not in get_args(Link):
        raise AnalysisError(f"The link must be one of {', '.join(get_args(Link))}.")
    names, x = read_design(design)
    d = read_vector(event, len(x), "event")
    if not ((d == 0) | (d == 1)).all() or d.min() == d.max():
        raise AnalysisError("Events are 0 or 1, and some rows need each.")
    basis, _, _ = orthonormalise(x, names)
    eta = _maximise(d, basis * np.sqrt(len(x)), x, names, link)
    hazard, rate, _ = _pieces(eta, link)
    frame = pd.DataFrame(x * rate[:, None], columns=names)
    # A row as good as certain weighs next to nothing; its exact variance would only cost digits.
    survival = np.exp(_log_survival(eta, link)[0])
    variance = np.maximum(hazard * survival, SMALLEST_VARIANCE)
    robust = fit_working_cluster_robust(
        eta * rate + (d - hazard), frame, clusters, variance, kind, confidence
    )
    return HazardFit(
        link=link,
        log_likelihood=float(_log_likelihood(d, eta, link)),
        model_covariance=robust.transform @ robust.transform.T,
        robust=robust,
    )


def _maximise(d: Array, basis: Array, x: Array, names: pd.Index, link: Link) -> Array:
    """Climb by Newton's steps, halved until the likelihood does not fall; give x'b."""
    n = len(d)
    share = d.mean()
    start = np.log(-np.log1p(-share)) if link == "cloglog" else np.log(share / (1 - share))
    gamma = basis.sum(axis=0) * start / n
    eta = basis @ gamma
    value = _log_likelihood(d, eta, link)
    best, smallest, checked = eta, np.inf, False
    for iteration in range(MOST_ITERATIONS):
        hazard, rate, weight = _pieces(eta, link)
        slope = basis.T @ ((d - hazard) * weight / rate)
        gradient = float(np.abs(slope).max()) / n
        if gradient >= smallest and smallest < GRADIENT_TOLERANCE:
            return best
        if gradient < smallest:
            best, smallest = eta, gradient
        suspicious = np.abs(eta).max() > SUSPICIOUS_PREDICTOR or iteration > SUSPICIOUS_ITERATION
        if suspicious and not checked:
            separation = find_separation(d.astype(np.intp), x, names, ("no event", "event"))
            if separation is not None:
                raise SeparationError(separation)
            checked = True
        curvature = _curvature(d, eta, weight, link)
        step = np.linalg.solve(basis.T @ (basis * curvature[:, None]), slope)
        for _ in range(MOST_HALVINGS):
            trial = basis @ (gamma + step)
            new = _log_likelihood(d, trial, link)
            if new >= value - 1e-12 * abs(value):
                break
            step = step / 2
        gamma, eta, value = gamma + step, trial, new
    if smallest < GRADIENT_TOLERANCE:
        return best
    raise AnalysisError("The hazard could not be estimated: leave out columns.")


def _pieces(eta: Array, link: Link) -> tuple[Array, Array, Array]:
    """Give the hazard, its derivative in eta, and the weight rate^2 / (h (1 - h))."""
    if link == "logit":
        hazard = expit(eta)
        rate = np.maximum(hazard * expit(-eta), np.finfo(float).tiny)
        return hazard, rate, rate
    power = np.exp(np.minimum(eta, LARGEST_EXPONENT))
    hazard = -np.expm1(-power)
    rate = power * np.exp(-power)
    weight = power**2 / np.expm1(power)
    return hazard, rate, weight


def _curvature(d: Array, eta: Array, weight: Array, link: Link) -> Array:
    """Give minus the second derivative of each row's log likelihood in eta (never negative)."""
    if link == "logit":
        return weight
    power = np.exp(np.minimum(eta, LARGEST_EXPONENT))
    event = power / np.expm1(power) * (power / -np.expm1(-power) - 1)
    return np.where(d == 1, event, power)


def _log_survival(eta: Array, link: Link) -> tuple[Array, Array]:
    """Give log(1 - h) and minus its derivative in eta."""
    if link == "logit":
        return -np.logaddexp(0, eta), expit(eta)
    power = np.exp(np.minimum(eta, LARGEST_CERTAIN))
    return -power, power


def _log_likelihood(d: Array, eta: Array, link: Link) -> float:
    if link == "logit":
        return float((d * eta - np.logaddexp(0, eta)).sum())
    power = np.exp(np.minimum(eta, LARGEST_EXPONENT))
    return float((xlogy(d, -np.expm1(-power)) - (1 - d) * power).sum())
