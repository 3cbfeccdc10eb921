"""Arithmetic on many small matrices at once: one per group, groups along the last axis.

Comes in: arrays (b, i, j, m), b problems and m groups. Goes out: the same shape. Decided here: the
long axis stays last and every operation is one call, because a Python loop over groups would cost
more than the arithmetic.
"""

from __future__ import annotations

import numpy as np

from analysis.models.mixed_nesting import Array


def multiply(left: Array, right: Array) -> Array:
    """Multiply small matrices group by group: (b, i, k, m) by (b, k, j, m)."""
    return np.einsum("bikm,bkjm->bijm", left, right)


def as_batch(values: Array) -> Array:
    """Give (i, j, m) as (1, i, j, m); a batch (b, i, j, m) as it is."""
    return values if values.ndim == 4 else values[None]


def lift(values: Array, parents: Array) -> Array:
    """Give each group its larger group's values (..., m_above) to (..., m); one fits all."""
    return values if values.shape[-1] == 1 else np.take(values, parents, axis=-1)


def gram(left: Array, right: Array, weight: Array | None) -> Array:
    """Sum left'right over groups (and W): (b, Q, i, m), (b, Q, j, m) to (b, i, j)."""
    if weight is not None and weight.ndim == 2 and len(left) == len(right) == 1:
        pairs = np.einsum("qim,qjm->ijm", left[0], right[0])
        total = weight @ pairs.reshape(-1, pairs.shape[-1]).T
        return total.reshape(len(weight), *pairs.shape[:2])
    if weight is not None:
        left = left * (weight if weight.ndim == 1 else weight[:, None, None, :])
    out = np.matmul(left[:, 0], right[:, 0].swapaxes(-1, -2))
    for q in range(1, left.shape[1]):
        out = out + np.matmul(left[:, q], right[:, q].swapaxes(-1, -2))
    return out


def effect_matrices(loading: Array, relative: Array, multipliers: Array | None) -> Array:
    """Give E = s C D C' s: (b, Q, Q, 1), or (b, Q, Q, m) where groups have multipliers."""
    if multipliers is None:
        return (loading @ relative @ loading.T)[..., None]
    scaled = loading[:, :, None] * multipliers
    half = np.einsum("qim,bij->bqjm", scaled, relative)
    return np.einsum("bqjm,tjm->bqtm", half, scaled)


def shrinkage(inner: Array, effect: Array) -> tuple[Array, Array]:
    """Give (I + M E)^-1 and log det(I + M E) of every group."""
    grown = multiply(inner, effect)
    n_bases = grown.shape[1]
    for q in range(n_bases):
        grown[:, q, q] += 1.0
    if n_bases == 1:
        return 1.0 / grown, np.log(grown[:, 0, 0])
    if n_bases == 2:
        determinant = grown[:, 0, 0] * grown[:, 1, 1] - grown[:, 0, 1] * grown[:, 1, 0]
        inverse = np.empty_like(grown)
        inverse[:, 0, 0], inverse[:, 1, 1] = grown[:, 1, 1], grown[:, 0, 0]
        inverse[:, 0, 1], inverse[:, 1, 0] = -grown[:, 0, 1], -grown[:, 1, 0]
        inverse /= determinant[:, None, None]
        return inverse, np.log(determinant)
    stacked = np.moveaxis(grown, -1, 1)
    inverse = np.moveaxis(np.linalg.inv(stacked), 1, -1)
    return np.ascontiguousarray(inverse), np.linalg.slogdet(stacked)[1]


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
    if weight is None:
        return values.sum(axis=-1)
    if weight.ndim == 1:
        return values @ weight
    if len(values) == 1:
        total = weight @ values.reshape(-1, values.shape[-1]).T
        return total.reshape(len(weight), *values.shape[1:-1])
    shape = (len(weight), *(1,) * (values.ndim - 2), weight.shape[-1])
    return (values * weight.reshape(shape)).sum(axis=-1)


def collect_groups(values: Array, starts: Array, weight: Array | None) -> Array:
    """Sum groups, each as often as it counts, to the larger groups that begin at `starts`."""
    if weight is not None:
        values = values * (weight if weight.ndim == 1 else weight[:, None, None, :])
    if len(starts) == values.shape[-1]:
        return values
    return np.add.reduceat(values, starts, axis=-1)
