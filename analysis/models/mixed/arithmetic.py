"""Arithmetic on many small matrices at once, and the covariances as one list of numbers.

In: arrays (b, i, j, m), b covariances tried and m groups; matrices per level. Out: the same shape;
vectors with one entry for each entry of each level's matrix, and back. Decisions: the long axis
stays last and every operation is one call, because a Python loop over groups would cost more than
the arithmetic; parameters go level by level, upper triangle row by row, diagonals alone where
effects do not covary.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.models.arrays import Array, Whole

Parameter = tuple[int, int, int]
"""Level, row and column of one entry of a covariance, row <= column."""


def multiply(left: Array, right: Array) -> Array:
    """Multiply small matrices group by group: (b, i, k, m) by (b, k, j, m)."""
    return np.einsum("bikm,bkjm->bijm", left, right)


def lift(values: Array, parents: Whole) -> Array:
    """Give each group its larger group's values (..., m_above) to (..., m); one fits all."""
    return values if values.shape[-1] == 1 else np.take(values, parents, axis=-1)


def gram(left: Array, right: Array, weight: Array | None) -> Array:
    """Sum left'right over groups (and W): (b, Q, i, m), (b, Q, j, m) to (b, i, j)."""
    if weight is not None:
        left = left * weight
    out = np.matmul(left[:, 0], right[:, 0].swapaxes(-1, -2))
    for q in range(1, left.shape[1]):
        out = out + np.matmul(left[:, q], right[:, q].swapaxes(-1, -2))
    return out


def gram_columns(left: Array, right: Array, weight: Array | None) -> Array:
    """Sum left right' over columns and groups: (b, q, j, m), (b, t, j, m) to (b, q, t)."""
    if weight is not None:
        left = left * weight
    left, right = (v.reshape(*v.shape[:2], -1) for v in (left, right))
    return np.matmul(left, right.swapaxes(-1, -2))


def project(values: Array, loading: Array, multipliers: Array | None) -> Array:
    """Give s C' values of every group: (b, Q, j, m) to (b, q, j, m)."""
    b, n_bases, _, n_groups = values.shape
    out = loading.T @ values.reshape(b, n_bases, -1)
    out = out.reshape(b, loading.shape[1], -1, n_groups)
    return out if multipliers is None else out * multipliers[:, None]


def effect_matrices(loading: Array, relative: Array, multipliers: Array | None) -> Array:
    """Give E = s C D C' s: (b, Q, Q, 1), or (b, Q, Q, m) where groups have multipliers."""
    if multipliers is None:
        return (loading @ relative @ loading.T)[..., None]
    scaled = loading[:, :, None] * multipliers
    half = np.einsum("qim,bij->bqjm", scaled, relative)
    return np.einsum("bqjm,tjm->bqtm", half, scaled)


def shrinkage(inner: Array, effect: Array) -> tuple[Array, Array, Array, Array]:
    """Give N = (I + M E)^-1, E N, N M and log det(I + M E) of every group.

    Two bases are worked out by determinants, E N = (E + det E adj M) / det and so on: a product
    with N would lose, of a spread thousands of times the residual's, the digits of the residual.
    """
    n_bases = inner.shape[1]
    if n_bases == 1:
        shrink = 1.0 / (1.0 + inner * effect)
        return shrink, effect * shrink, inner * shrink, -np.log(shrink[:, 0, 0])
    if n_bases == 2:
        return _shrink_two(inner, effect)
    grown = multiply(inner, effect)
    for q in range(n_bases):
        grown[:, q, q] += 1.0
    stacked = np.moveaxis(grown, -1, 1)
    shrink = np.ascontiguousarray(np.moveaxis(np.linalg.inv(stacked), 1, -1))
    after = multiply(shrink, inner)
    after = (after + after.swapaxes(1, 2)) / 2
    return shrink, multiply(effect, shrink), after, np.linalg.slogdet(stacked)[1]


def _shrink_two(inner: Array, effect: Array) -> tuple[Array, Array, Array, Array]:
    """Give `shrinkage` of two bases."""
    (a, b, d), (e, f, h) = ((v[:, 0, 0], v[:, 0, 1], v[:, 1, 1]) for v in (inner, effect))
    held, free = a * d - b * b, e * h - f * f
    crossed = b * f
    first, last = a * e + crossed, d * h + crossed
    determinant = 1.0 + first + last + held * free
    inverse = 1.0 / determinant
    shrink = np.empty((len(inverse), 2, 2, inverse.shape[-1]))
    explained, after = np.empty_like(shrink), np.empty_like(shrink)
    shrink[:, 0, 0], shrink[:, 1, 1] = (1.0 + last) * inverse, (1.0 + first) * inverse
    shrink[:, 0, 1], shrink[:, 1, 0] = -(a * f + b * h) * inverse, -(b * e + d * f) * inverse
    held, free = held * inverse, free * inverse
    explained[:, 0, 0], explained[:, 1, 1] = e * inverse + d * free, h * inverse + a * free
    explained[:, 0, 1] = explained[:, 1, 0] = f * inverse - b * free
    after[:, 0, 0], after[:, 1, 1] = a * inverse + h * held, d * inverse + e * held
    after[:, 0, 1] = after[:, 1, 0] = b * inverse - f * held
    return shrink, explained, after, np.log(determinant)


def project_total(
    values: Array, loading: Array, multipliers: Array | None, weight: Array | None
) -> Array:
    """Sum s C' values C s over groups: (b, Q, Q, m) to (b, q, q)."""
    if multipliers is None:
        return loading.T @ weighted_total(values, weight) @ loading
    n_problems, n_bases, _, n_groups = values.shape
    half = (loading.T @ values.reshape(n_problems, n_bases, -1)).reshape(n_problems, -1, n_groups)
    inner = loading.T @ half.reshape(n_problems, -1, n_bases, n_groups)
    return weighted_total(inner * multipliers[:, None] * multipliers, weight)


def weighted_total(values: Array, weight: Array | None) -> Array:
    """Sum over the last axis, each group as often as it counts."""
    return values.sum(axis=-1) if weight is None else values @ weight


def collect_groups(values: Array, starts: Whole, weight: Array | None) -> Array:
    """Sum groups, each as often as it counts, to the larger groups that begin at `starts`."""
    if weight is not None:
        values = values * weight
    if len(starts) == values.shape[-1]:
        return values
    return np.add.reduceat(values, starts, axis=-1)


def list_parameters(widths: Sequence[int], correlated: Sequence[bool]) -> list[Parameter]:
    """Give the covariance parameters as (level, row, column), row <= column."""
    return [
        (level, i, j)
        for level, (q, free) in enumerate(zip(widths, correlated, strict=True))
        for i in range(q)
        for j in range(i, q if free else i + 1)
    ]


def pick_parameters(matrices: Sequence[Array], parameters: Sequence[Parameter]) -> Array:
    """Give (b, k) derivatives by each parameter, from symmetric matrices per level."""
    return np.stack(
        [matrices[level][:, i, j] * (1.0 if i == j else 2.0) for level, i, j in parameters],
        axis=1,
    )


def move_entries(
    relative: Sequence[Array], steps: Array, parameters: Sequence[Parameter]
) -> list[Array]:
    """Move covariances (b, q, q), or one for all, by steps (b, k) in the parameters."""
    moved = [np.repeat(value, len(steps) // len(value), axis=0) for value in relative]
    for a, (level, i, j) in enumerate(parameters):
        moved[level][:, i, j] += steps[:, a]
        if i != j:
            moved[level][:, j, i] += steps[:, a]
    return moved
