"""Steps on the cone: the least of a quadratic model over positive semidefinite covariances.

In: slopes and curvatures by the covariance parameters of every level, and the covariances where
they were taken, for one problem or a batch. Out: the step to the least of the model among all D_l
>= 0. With z the entries of all D_l, g'z + z'Hz / 2 is least over the cone where z = P(u) and u = z
- t (Hz + g), P the nearest point of the cone. This equation is solved for u by Newton's method with
the derivative of P (Robinson 1992, 10.1287/moor.17.3.691; Sun & Sun 2002,
10.1287/moor.27.1.150.342). That settles in a few rounds; should it not, a Newton step that does not
bring the two sides nearer gives way to a projected gradient step, which never parts them.
Decisions: variances are measured in units of their own curvature, so that a level's size does not
matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from analysis.models.arrays import Array, Whole
from analysis.models.mixed.arithmetic import Parameter

MOST_ROUNDS = 3000
FREE_ROUNDS = 20
TINY = 1e-300
SETTLED = 1e-12
NEARER = 0.7
FLATTEST = 0.01
RIDGE = 1e-11
LEAST_BEND = 1e-6


def find_step(
    gradient: Array,
    curvature: Array,
    relative: Sequence[Array],
    correlated: Sequence[bool],
    parameters: Sequence[Parameter],
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
    cone = _read_cone(tuple(parameters), tuple(correlated))
    here = np.stack([relative[level][:, i, j] for level, i, j in parameters], axis=1)
    unit = cone.measure(np.diagonal(curvature, axis1=1, axis2=2), here)
    slope = gradient * unit
    bend = curvature * (unit[:, :, None] * unit[:, None, :])
    diagonal = np.einsum("baa->ba", bend)
    np.maximum(diagonal, LEAST_BEND, out=diagonal)
    diagonal += RIDGE * diagonal.max(axis=1, keepdims=True)
    present = here / unit
    best = _descend_cone(slope, bend, present, cone)
    step = best - present
    moved = np.matmul(bend, step[..., None])[..., 0]
    fall = -((slope + moved / 2) * step).sum(axis=1)
    return step * unit, np.maximum(fall, 0.0)


def clip_negative(matrices: Array) -> Array:
    """Give the nearest positive semidefinite matrices (b, q, q)."""
    if matrices.shape[-1] == 1:
        return np.maximum(matrices, 0.0)
    values, vectors = np.linalg.eigh(matrices)
    if (values[:, 0] >= 0).all():
        return matrices
    return (vectors * np.maximum(values, 0.0)[:, None]) @ vectors.swapaxes(-1, -2)


class _Cone:
    """Covariances as vectors: variances as they are, covariances times the root of two.

    Attributes:
        pairs: (k, 2) places of the variances that make the unit of each entry.
        weight: (k,) one for a variance, root of one half for a covariance.
        alone: places of the variances that covary with nothing.
        blocks: for the l levels with q covarying effects: the places (l, t) of their entries and
            the orthonormal basis (q q, t) of symmetric matrices.
    """

    def __init__(self, parameters: Sequence[Parameter], correlated: Sequence[bool]) -> None:
        at = {parameter: a for a, parameter in enumerate(parameters)}
        self.pairs = np.array([(at[level, i, i], at[level, j, j]) for level, i, j in parameters])
        self.weight = np.array([1.0 if i == j else np.sqrt(0.5) for _, i, j in parameters])
        widths = [
            1 + max(j for own, _, j in parameters if own == k) for k in range(len(correlated))
        ]
        free = [k for k, q in enumerate(widths) if correlated[k] and q > 1]
        self.alone = np.array(
            [a for a, (level, _, _) in enumerate(parameters) if level not in free], dtype=int
        )
        self.blocks: list[tuple[Whole, Array]] = []
        for q in sorted({widths[k] for k in free}):
            levels = [k for k in free if widths[k] == q]
            entries = [(i, j) for i in range(q) for j in range(i, q)]
            basis = np.zeros((q, q, len(entries)))
            for t, (i, j) in enumerate(entries):
                basis[i, j, t] = basis[j, i, t] = 1.0 if i == j else np.sqrt(0.5)
            places = np.array([[at[k, i, j] for i, j in entries] for k in levels])
            self.blocks.append((places, basis.reshape(q * q, -1)))

    def measure(self, curvature: Array, here: Array) -> Array:
        """Give the unit of every entry from its variances and their curvatures (b, k).

        A variance without curvature is measured in its own size, or its spread would run away.
        """
        root = np.maximum(curvature, FLATTEST / np.maximum(here, 1.0) ** 2) ** -0.25
        return root[:, self.pairs[:, 0]] * root[:, self.pairs[:, 1]] * self.weight

    def project(self, point: Array) -> tuple[Array, Array]:
        """Give the nearest points inside (b, k), and the derivative of that (b, k, k)."""
        out = np.empty_like(point)
        slope = np.zeros((*point.shape, point.shape[1]))
        alone = point[:, self.alone]
        out[:, self.alone] = np.maximum(alone, 0.0)
        slope[:, self.alone, self.alone] = alone > 0
        for places, basis in self.blocks:
            own = point[:, places]
            q = round(len(basis) ** 0.5)
            values, vectors = np.linalg.eigh((own @ basis.T).reshape(*own.shape[:2], q, q))
            kept, size = np.maximum(values, 0.0), np.maximum(np.abs(values), TINY)
            share = (kept[..., :, None] + kept[..., None, :]) / (
                size[..., :, None] + size[..., None, :]
            )
            double = np.einsum("blij,bluv->bljviu", vectors, vectors)
            turn = double.reshape(*own.shape[:2], q * q, q * q) @ basis
            part = turn.swapaxes(-1, -2) @ (share.reshape(*own.shape[:2], q * q, 1) * turn)
            slope[:, places[:, :, None], places[:, None, :]] = part
            nearest = (vectors * kept[..., None, :]) @ vectors.swapaxes(-1, -2)
            out[:, places] = nearest.reshape(*own.shape[:2], q * q) @ basis
        return out, slope


_read_cone = lru_cache(maxsize=64)(_Cone)


def _descend_cone(down: Array, bend: Array, present: Array, cone: _Cone) -> Array:
    """Give the z (b, k) in the cone at which the model with the slope `down` at `present` is least.

    Newton's step is the answer where it stays inside. Elsewhere the search begins a gradient step
    away from `present`, which near the optimum already tells which spreads are zero.
    """
    out = np.empty_like(down)
    active = np.arange(len(down))
    pace = 1 / np.linalg.norm(bend, axis=(1, 2))[:, None]
    slope = down - np.matmul(bend, present[..., None])[..., 0]
    point = -np.linalg.solve(bend, slope[..., None])[..., 0]
    inside, turn, apart = _compare(point, slope, bend, pace, cone)
    astray = (np.abs(apart) > SETTLED * (1 + np.abs(point).max(axis=1, keepdims=True))).any(axis=1)
    if astray.any():
        point[astray] = (present - pace * down)[astray]
        inside, turn, apart = _compare(point, slope, bend, pace, cone)
    one = np.eye(slope.shape[1])
    for count in range(MOST_ROUNDS):
        out[active] = inside
        settled = np.abs(apart).max(axis=1) <= SETTLED * (1 + np.abs(point).max(axis=1))
        if settled.all():
            break
        if settled.any():
            left = ~settled
            active, point, inside, turn = active[left], point[left], inside[left], turn[left]
            apart, slope, bend, pace = apart[left], slope[left], bend[left], pace[left]
        matrix = one - turn + pace[:, :, None] * np.matmul(bend, turn)
        ahead = point - np.linalg.solve(matrix, apart[..., None])[..., 0]
        found = _compare(ahead, slope, bend, pace, cone)
        if count >= FREE_ROUNDS:
            back = np.linalg.norm(found[2], axis=1) > NEARER * np.linalg.norm(apart, axis=1)
            ahead[back] = point[back] - apart[back]
            again = _compare(ahead[back], slope[back], bend[back], pace[back], cone)
            for whole, part in zip(found, again, strict=True):
                whole[back] = part
        point, (inside, turn, apart) = ahead, found
    return out


def _compare(
    point: Array, slope: Array, bend: Array, pace: Array, cone: _Cone
) -> tuple[Array, Array, Array]:
    """Give P(u) for u = `point`, its derivative, and how far u is from P(u) - t (H P(u) + g)."""
    inside, turn = cone.project(point)
    down = slope + np.matmul(bend, inside[..., None])[..., 0]
    return inside, turn, point - inside + pace * down
