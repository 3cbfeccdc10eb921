"""How sure the variances are, and what that does to an interval (Satterthwaite).

In: an optimum. Out: the observed information of the covariance parameters and, for any contrast of
the fixed coefficients, its degrees of freedom

    df = 2 f^2 / (j' A j),  f = var(c'b),  j = df/dtheta,  A = 2 (second derivative of -2 log L)^-1

(Satterthwaite 1941; Giesbrecht & Burns 1985, Biometrics 41, 477; as in lmerTest, Kuznetsova,
Brockhoff & Christensen 2017, 10.18637/jss.v082.i13). Decisions: second derivatives are differences
of the exact slope; a variance at zero is held there, as its factor has no slope.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.models.arrays import Array
from analysis.models.mixed.arithmetic import Parameter, move_entries, pick_parameters
from analysis.models.mixed.face import Face
from analysis.models.mixed.gradient import Slope, descend
from analysis.models.mixed.likelihood import Evaluation, evaluate
from analysis.models.mixed.sums import Sums

STEP_SHARE = 1e-6
LARGEST_STEP = 1e-2
SMALLEST_CURVATURE = 1e-8
BATCH_NUMBERS = 400_000


@dataclass(frozen=True, eq=False)
class Curvature:
    """Second derivatives at the optimum, in relative covariances D.

    Attributes:
        profile: (k, k) of the objective with the residual variance at its best, as measured: only
            rounding keeps it from being symmetric.
        fixed_part: (k, p, p) derivative of X'V^-1 X (relative to the residual variance).
    """

    profile: Array
    fixed_part: Array


def measure_curvature(
    blocks: Sequence[Sums],
    loadings: Sequence[Array],
    relative: Sequence[Array],
    parameters: Sequence[Parameter],
    here: Evaluation,
    slope: Slope,
    restricted: bool,
) -> Curvature:
    """Differentiate the slope by differences, a millionth of a standard error wide.

    What that leaves out is this share times the skewness of the likelihood; what rounding adds is
    of the same size. Spreads very large beside the residual's cost digits: steps are then wider,
    and as long again beside themselves, so that what they leave out is the square of their share.

    Args:
        blocks: the sums.
        loadings: per level (Q, q).
        relative: per level (1, q, q), the optimum.
        parameters: as from `list_parameters`.
        here: the evaluation there (its totals are used, not its working arrays).
        slope: the slope there, with its information for the size of the steps.
        restricted: REML if true.
    """
    k = len(parameters)
    size, wide = _choose_steps(relative, parameters, slope, _reach(blocks, loadings))
    n_leaves = sum(block.squares.shape[-1] for block in blocks)
    steps = np.diag(size)
    if wide:
        steps = np.vstack([steps, 2 * steps])
    batch = int(np.clip(BATCH_NUMBERS // (n_leaves * len(blocks[0].squares) ** 2), 1, k))
    gradients, fixed = [], []
    for first in range(0, len(steps), batch):
        moved = move_entries(relative, steps[first : first + batch], parameters)
        found = evaluate(blocks, loadings, moved, restricted)
        gradients.append(
            pick_parameters(
                descend(blocks, loadings, moved, found, restricted).matrices, parameters
            )
        )
        fixed.append(found.total[:, :-1, :-1])
        del found
    start = pick_parameters(slope.matrices, parameters)
    profile = np.concatenate(gradients) - start
    fixed_part = np.concatenate(fixed) - here.total[:, :-1, :-1]
    if wide:
        profile, fixed_part = (2 * change[:k] - change[k:] / 2 for change in (profile, fixed_part))
    profile = profile / size[:, None]
    return Curvature(profile, fixed_part / size[:, None, None])


def largest_sharp(blocks: Sequence[Sums], loadings: Sequence[Array]) -> float:
    """Give the largest variance up to which differences need no wider steps, for rounding."""
    return STEP_SHARE**2 / (np.finfo(float).eps * _reach(blocks, loadings)) - 1


def _choose_steps(
    relative: Sequence[Array], parameters: Sequence[Parameter], slope: Slope, reach: float
) -> tuple[Array, bool]:
    """Give how far each entry of D is moved (k,), and whether rounding asks for wide steps.

    They lead away from the edge of what a covariance may be.

    A variance only grows; a covariance moves towards zero, by little where a variance beside it is
    zero. Where the likelihood is flat nothing else would hold a step back.
    """
    sharp = np.maximum(np.diagonal(slope.information[0]), 1e-300)
    largest = max(float(np.abs(value).max()) for value in relative)
    rounding = np.finfo(float).eps * reach * (1 + largest)
    wide = bool(rounding > STEP_SHARE**2)
    share = np.cbrt(rounding) if wide else STEP_SHARE
    width, side = np.full(len(parameters), LARGEST_STEP * largest), np.ones(len(parameters))
    for a, (level, i, j) in enumerate(parameters):
        if i != j:
            one, other = np.maximum(np.diagonal(relative[level][0])[[i, j]], 0.0)
            unseen = LARGEST_STEP * max(one, other) / reach
            width[a] = max(LARGEST_STEP * np.sqrt(one * other), np.sqrt(unseen))
            side[a] = -1.0 if relative[level][0, i, j] > 0 else 1.0
    return side * np.minimum(share / np.sqrt(sharp), LARGEST_STEP / reach + width), wide


def _reach(blocks: Sequence[Sums], loadings: Sequence[Array]) -> float:
    """Give a bound of what a covariance of one is multiplied by in any group, and one more."""
    trace = max(
        float(np.einsum("qqm->m", _climbed(block, level)).max())
        for block in blocks
        for level in range(len(block.levels))
    )
    widest = max(float((loading**2).sum()) for loading in loadings)
    reach = max(
        1.0 if level.multipliers is None else float(np.max(level.multipliers**2, initial=1.0))
        for block in blocks
        for level in block.levels
    )
    return 1 + trace * widest * reach


def _climbed(block: Sums, level: int) -> Array:
    squares = block.squares
    for deeper in reversed(block.levels[level + 1 :]):
        squares = np.add.reduceat(squares, deeper.starts, axis=-1)
    return squares


@dataclass(frozen=True, eq=False)
class VarianceUncertainty:
    """What is needed for the degrees of freedom of any contrast.

    Attributes:
        covariance: (t, t) of the parameters theta: the free factors of D, then log s2.
        fixed_change: (t, p, p) derivative of the fixed coefficients' covariance by theta.
        information: (k + 1, k + 1) observed information of D's entries and log s2.
        weakest: smallest eigenvalue of the second derivatives, each parameter in units of its own
            standard error, and its eigenvector; near zero when levels cannot be told apart.
        gap: largest difference between two second derivatives that are one, in the same units.
    """

    covariance: Array
    fixed_change: Array
    information: Array
    weakest: tuple[float, Array]
    gap: float


def weigh_uncertainty(
    curvature: Curvature,
    evaluation: Evaluation,
    slope: Slope,
    face: Face,
) -> VarianceUncertainty:
    """Turn second derivatives into the covariance of the variance parameters."""
    parameters = face.parameters
    k = len(parameters)
    variance = float(evaluation.residual_variance[0])
    degrees = float(evaluation.degrees[0])
    pull = pick_parameters(slope.pulls, parameters)[0]
    joint = np.zeros((k + 1, k + 1))
    joint[:k, :k] = curvature.profile + np.outer(pull, pull) / (variance**2 * degrees)
    joint[:k, k] = joint[k, :k] = pull / variance
    joint[k, k] = degrees
    spread = evaluation.inverse[0]
    change = np.empty((k + 1, len(spread), len(spread)))
    change[:k] = -variance * np.matmul(np.matmul(spread, curvature.fixed_part), spread)
    change[k] = variance * spread
    n_free = face.tangent.shape[1]
    tangent = np.zeros((k + 1, n_free + 1))
    tangent[:k, :n_free], tangent[k, n_free] = face.tangent, 1.0
    reduced = tangent.T @ joint @ tangent
    reduced[:n_free, :n_free] += face.bend(slope.matrices)
    scale = 1 / np.sqrt(np.maximum(np.abs(np.diagonal(reduced)), 1e-300))
    gap = np.abs((reduced - reduced.T) * np.outer(scale, scale)).max()
    reduced = (reduced + reduced.T) / 2
    values, vectors = np.linalg.eigh(reduced * np.outer(scale, scale))
    kept = values > SMALLEST_CURVATURE
    unit = vectors[:, kept] * scale[:, None]
    covariance = 2 * (unit / values[kept]) @ unit.T
    weakest = int(np.argmin(values))
    return VarianceUncertainty(
        covariance,
        np.einsum("at,aij->tij", tangent, change),
        (joint + joint.T) / 4,
        (float(values[weakest]), tangent @ (vectors[:, weakest] * scale)),
        float(gap),
    )


def satterthwaite(
    contrasts: Array, covariance: Array, uncertainty: VarianceUncertainty
) -> tuple[Array, Array]:
    """Give the variances of contrasts and their degrees of freedom.

    Args:
        contrasts: (c, p).
        covariance: (p, p) of the fixed coefficients.
        uncertainty: of the variances, in the same coordinates of the coefficients.
    """
    variance = ((contrasts @ covariance) * contrasts).sum(axis=1)
    slope = ((contrasts @ uncertainty.fixed_change) * contrasts).sum(axis=2).T
    spread = ((slope @ uncertainty.covariance) * slope).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return variance, np.where(variance > 0, 2 * variance**2 / spread, np.inf)
