"""Find the variances: scoring on the cone of positive semidefinite matrices.

Comes in: blocks of `Sums`, a starting point, for one problem or a batch. Goes out: the optimum, a
variance of exactly zero included, and how much likelihood could still be gained. Each step
minimises the quadratic model given by the slope and the average information over all D_l >= 0
(accelerated projection: Beck & Teboulle 2009, 10.1137/080716542, restarted as in O'Donoghue &
Candes 2015, 10.1007/s10208-013-9150-3) and is halved until the exact objective falls. Decided
here: no optimum is believed because steps became small; the conditions of optimality are
numbers, and are checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.models.mixed_blocks import take_problems
from analysis.models.mixed_likelihood import evaluate
from analysis.models.mixed_nesting import Array
from analysis.models.mixed_slope import descend, list_parameters, pick_parameters
from analysis.models.mixed_sums import Sums

SMALLEST_GAIN = 1e-9
RELATIVE_GAIN = 2e-14
MOST_EVALUATIONS = 200
MOST_PROJECTIONS = 3000
SETTLED = 1e-11
FLATTEST = 0.01
RIDGE = 1e-11
SLOW_RATIO = 0.3
SLOW_GAIN = 1e-2
FEWEST_EVALUATIONS = 6


@dataclass(frozen=True, eq=False)
class Optimum:
    """Where the objective is least.

    Attributes:
        relative: per level (b, q, q).
        objective: (b,) at the last point evaluated.
        gain_left: (b,) the fall still foreseen by the quadratic model there.
        converged: (b,) whether that is within the tolerance.
        n_evaluations: how often the likelihood was evaluated.
    """

    relative: list[Array]
    objective: Array
    gain_left: Array
    converged: Array
    n_evaluations: int


def minimise(
    blocks: Sequence[Sums],
    loadings: Sequence[Array],
    correlated: Sequence[bool],
    start: Sequence[Array],
    restricted: bool = True,
    weights: Sequence[Array] | None = None,
    stop_when_slow: bool = False,
    smallest_gain: float = SMALLEST_GAIN,
) -> Optimum:
    """Minimise the objective over relative covariances, each problem of the batch by itself.

    Args:
        blocks: the sums.
        loadings: per level (Q, q).
        correlated: per level whether its effects covary.
        start: per level (b, q, q), positive semidefinite.
        restricted: REML if true.
        weights: per block (b, m_outer), or None.
        stop_when_slow: stop near the optimum when the average information is too far from the
            observed one for fast convergence; Newton's steps are for the caller.
        smallest_gain: fall of -2 log likelihood not worth another step.
    """
    parameters = list_parameters([v.shape[1] for v in loadings], correlated)
    n_problems = len(start[0])
    best = [value.copy() for value in start]
    trial = [value.copy() for value in start]
    least = np.full(n_problems, np.inf)
    gain = np.full(n_problems, np.inf)
    active = np.arange(n_problems)
    count = 0
    while len(active) and count < MOST_EVALUATIONS:
        count += 1
        at = [value[active] for value in trial]
        counted = None if weights is None else [value[active] for value in weights]
        parts = blocks if len(active) == n_problems else [take_problems(b, active) for b in blocks]
        same = count == 1 and all((value == value[:1]).all() for value in at)
        found = evaluate(parts, loadings, [v[:1] for v in at] if same else at, restricted, counted)
        noise = RELATIVE_GAIN * np.abs(found.objective)
        better = found.objective <= least[active] + smallest_gain + noise
        for k, value in enumerate(trial):
            value[active[~better]] = (best[k][active[~better]] + at[k][~better]) / 2
        if not better.any():
            del found
            continue
        slope = descend(parts, loadings, at, found, restricted, counted, parameters)
        gradient = pick_parameters(slope.matrices, parameters)
        step, foreseen = find_step(gradient, slope.information, at, correlated, parameters)
        moved = add_step(at, step, parameters)
        for k, value in enumerate(trial):
            best[k][active[better]] = at[k][better]
            value[active[better]] = moved[k][better]
        least[active[better]] = found.objective[better]
        del found, slope  # before the next evaluation needs the memory
        slow = foreseen > SLOW_RATIO * gain[active]
        slow &= (foreseen < SLOW_GAIN) & (count >= FEWEST_EVALUATIONS) & stop_when_slow
        gain[active[better]] = foreseen[better]
        active = active[~(better & ((foreseen <= smallest_gain + noise) | slow))]
    limit = smallest_gain + RELATIVE_GAIN * np.abs(least)
    done = gain <= limit
    relative = [np.where(done[:, None, None], trial[k], best[k]) for k in range(len(best))]
    return Optimum(relative, least, gain, done, count)


def add_step(relative: Sequence[Array], step: Array, parameters: Sequence[tuple]) -> list[Array]:
    """Move the covariances by a step in the parameters, keeping what rounding makes negative at 0.

    Args:
        relative: per level (b, q, q).
        step: (b, k).
        parameters: as from `list_parameters`.
    """
    moved = [value.copy() for value in relative]
    for a, (level, i, j) in enumerate(parameters):
        moved[level][:, i, j] += step[:, a]
        if i != j:
            moved[level][:, j, i] += step[:, a]
    return [clip_negative(value) for value in moved]


def clip_negative(matrices: Array) -> Array:
    """Give the nearest positive semidefinite matrices (b, q, q)."""
    if matrices.shape[-1] == 1:
        return np.maximum(matrices, 0.0)
    if matrices.shape[-1] == 2:
        return _clip_two(matrices)
    values, vectors = np.linalg.eigh(matrices)
    negative = values[:, 0] < 0
    if not negative.any():
        return matrices
    kept = np.maximum(values[negative], 0.0)
    out = matrices.copy()
    out[negative] = np.einsum("bik,bk,bjk->bij", vectors[negative], kept, vectors[negative])
    return out


def _clip_two(matrices: Array) -> Array:
    """Give the nearest positive semidefinite matrices (b, 2, 2), in closed form.

    With eigenvalues l < 0 < h the nearest is h vv' = h (M - l I) / (h - l).
    """
    middle = (matrices[:, 0, 0] + matrices[:, 1, 1]) / 2
    spread = np.hypot((matrices[:, 0, 0] - matrices[:, 1, 1]) / 2, matrices[:, 0, 1])
    low, high = middle - spread, middle + spread
    outside = low < 0
    if not outside.any():
        return matrices
    kept = np.divide(high, high - low, out=np.zeros_like(high), where=outside & (high > 0))
    out = matrices.copy()
    nearest = matrices - low[:, None, None] * np.eye(2)
    out[outside] = (kept[:, None, None] * nearest)[outside]
    return out


def find_step(
    gradient: Array,
    curvature: Array,
    relative: Sequence[Array],
    correlated: Sequence[bool],
    parameters: Sequence[tuple],
) -> tuple[Array, Array]:
    """Minimise g'd + d'H d / 2 subject to D + d >= 0 at every level.

    Args:
        gradient: (b, k).
        curvature: (b, k, k), positive semidefinite.
        relative: per level (b, q, q), the present D.
        correlated: per level.
        parameters: as from `list_parameters`.

    Returns:
        The steps (b, k) and the falls they promise (b,).
    """
    cone = _Cone(curvature, relative, correlated, parameters)
    slope = np.einsum("bka,bk->ba", cone.transform, gradient)
    bend = np.einsum("bka,bkl,blc->bac", cone.transform, curvature, cone.transform, optimize=True)
    diagonal = np.einsum("baa->ba", bend)
    diagonal += RIDGE * diagonal.max(axis=1, keepdims=True)
    point = -np.linalg.solve(bend, slope[..., None])[..., 0]
    outside = ~cone.holds(point)
    if outside.any():
        point[outside] = _project_steps(slope[outside], bend[outside], cone.take(outside))
    moved = np.einsum("ba,bac,bc->b", point, bend, point)
    fall = -(np.einsum("ba,ba->b", slope, point) + moved / 2)
    return np.einsum("bka,ba->bk", cone.transform, point), np.maximum(fall, 0.0)


class _Cone:
    """Steps in coordinates in which D is about the identity: D + d = L (D^ + d^) L'."""

    def __init__(
        self,
        curvature: Array,
        relative: Sequence[Array],
        correlated: Sequence[bool],
        parameters: Sequence[tuple],
    ) -> None:
        b, k = curvature.shape[:2]
        self.transform = np.zeros((b, k, k))
        self.correlated = list(correlated)
        self.places = []
        self.centres = []
        bend = np.einsum("baa->ba", curvature)
        for level, value in enumerate(relative):
            q = value.shape[-1]
            at = [a for a, parameter in enumerate(parameters) if parameter[0] == level]
            pairs = [parameters[a][1:] for a in at]
            sharp = np.maximum(bend[:, at].max(axis=1), 1e-12)
            padded = value + np.eye(q) * np.minimum(1 / np.sqrt(sharp), 10.0)[:, None, None]
            factor = (
                np.linalg.cholesky(padded) if correlated[level] else np.sqrt(padded * np.eye(q))
            )
            for a, (i, j) in zip(at, pairs, strict=True):
                basis = np.zeros((q, q))
                basis[i, j] = basis[j, i] = 1.0 if i == j else np.sqrt(0.5)
                image = factor @ basis @ factor.swapaxes(-1, -2)
                for c, (u, v) in zip(at, pairs, strict=True):
                    self.transform[:, c, a] = image[:, u, v]
            scale = self._even_out(curvature, np.array(at))
            back = np.linalg.inv(factor)
            self.places.append((np.array(at), pairs, q))
            centre = back @ value @ back.swapaxes(-1, -2)
            self.centres.append(centre / scale[:, None, None])

    def _even_out(self, curvature: Array, at: Array) -> Array:
        """Stretch a level's coordinates until its sharpest curvature is 1; give the stretch (b,).

        Levels then bend alike, and the projections settle in far fewer rounds. A level without
        curvature is not stretched: its spread would run away.
        """
        own = self.transform[:, at[:, None], at]
        bend = own.swapaxes(-1, -2) @ curvature[:, at[:, None], at] @ own
        sharpest = np.linalg.eigvalsh(bend)[:, -1]
        scale = 1 / np.sqrt(np.maximum(sharpest, FLATTEST))
        self.transform[:, at[:, None], at] *= scale[:, None, None]
        return scale

    def take(self, rows: Array) -> _Cone:
        """Give the cone of some problems of the batch."""
        part = object.__new__(_Cone)
        part.transform, part.places = self.transform[rows], self.places
        part.correlated = self.correlated
        part.centres = [centre[rows] for centre in self.centres]
        return part

    def holds(self, point: Array) -> Array:
        """Tell which points lie inside."""
        inside = np.ones(len(point), dtype=bool)
        for k in range(len(self.places)):
            inside &= np.linalg.eigvalsh(self._matrix(point, k))[:, 0] >= 0
        return inside

    def project(self, point: Array) -> Array:
        """Give the nearest points inside."""
        out = np.empty_like(point)
        for k, (at, pairs, _) in enumerate(self.places):
            nearest = clip_negative(self._matrix(point, k)) - self.centres[k]
            for a, (i, j) in zip(at, pairs, strict=True):
                out[:, a] = nearest[:, i, j] * (1.0 if i == j else np.sqrt(2.0))
        return out

    def _matrix(self, point: Array, k: int) -> Array:
        at, pairs, q = self.places[k]
        matrix = self.centres[k].copy() if self.correlated[k] else self.centres[k] * np.eye(q)
        for a, (i, j) in zip(at, pairs, strict=True):
            matrix[:, i, j] += point[:, a] * (1.0 if i == j else np.sqrt(0.5))
            if i != j:
                matrix[:, j, i] = matrix[:, i, j]
        return matrix


def _project_steps(slope: Array, bend: Array, cone: _Cone) -> Array:
    pace = 1 / np.linalg.eigvalsh(bend)[:, -1:]
    point = cone.project(np.zeros_like(slope))
    ahead, momentum = point.copy(), np.ones((len(point), 1))
    for _ in range(MOST_PROJECTIONS):
        down = slope + np.einsum("bac,bc->ba", bend, ahead)
        new = cone.project(ahead - pace * down)
        change = new - point
        restart = (np.einsum("ba,ba->b", ahead - new, change) > 0)[:, None]
        momentum = np.where(restart, 1.0, momentum)
        later = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = new + np.where(restart, 0.0, (momentum - 1) / later) * change
        momentum, point = later, new
        if np.abs(change).max() <= SETTLED * (1 + np.abs(new).max()):
            break
    return point
