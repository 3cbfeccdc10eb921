"""Small-sample adjustments of cluster scores: CR0, CR1, CR1S, CR2 and CR3.

In: a design in the basis where B'WB = I (see `sandwich`), and what is assumed about the errors: one
variance for all (weights then only weigh), or a variance per row. Out: `AdjustedScores`. With H = B
B'W and Phi = D D (D diagonal):

    CR0   A_g = I
    CR1   A_g = I sqrt(m / (m - 1))
    CR1S  A_g = I sqrt(m (N - 1) / ((m - 1)(N - p)))
    CR2   A_g = D_g' [D_g (I - H)_g Phi (I - H)_g' D_g']^(-1/2) D_g
    CR3   A_g = (I - H_gg)^-1

Decisions: powers are generalised inverses, so a cluster that alone determines some coefficient adds
nothing in that direction (Pustejovsky & Tipton 2018, theorem 1). Clusters larger than the design
has columns use the p x p (or 2p x 2p) form of the same matrix, through B (I - B'B)^(-1/2) = (I -
BB')^(-1/2) B, wherever the errors share one variance.

Sources: Bell & McCaffrey 2002; Pustejovsky & Tipton 2018 (10.1080/07350015.2016.1247004).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal, get_args

import numpy as np

from analysis.errors import AnalysisError
from analysis.models.arrays import Array
from analysis.models.regression.least_squares import weighted_products
from analysis.models.regression.sandwich import SMALLEST_EIGENVALUE, AdjustedScores, ClusterRows

SMALLEST_CLEAR_SHARE = 1e-4
NEAR_IDENTITY = 0.02
"""Frobenius norm of I - A up to which a power of A is a short series."""

Kind = Literal["CR0", "CR1", "CR1S", "CR2", "CR3"]
Reach = Callable[[Array | None], Array]


def adjust_scores(
    rows: ClusterRows, basis: Array, weights: Array | None, kind: Kind = "CR2"
) -> AdjustedScores:
    """Adjust scores when every error is taken to have the same variance (Phi = I).

    Args:
        rows: how rows fall into clusters.
        basis: (n, p) B with B' diag(w) B = I, rows in cluster order.
        weights: (n,) positive, in cluster order, or None for one each.
        kind: the adjustment.
    """
    if weights is None:
        if kind in ("CR2", "CR3"):
            return AdjustedScores(
                rows, basis, partial(_apply_leverage, rows, basis, -0.5 if kind == "CR2" else -1.0)
            )
        return AdjustedScores(rows, basis, _inflated(rows, basis, None, kind))
    squared = weighted_products(basis, weights**2)
    if kind == "CR2":
        reach: Reach = partial(_adjust_weighted, rows, basis, weights, squared)
    elif kind == "CR3":
        reach = partial(_jackknife, rows, basis, weights)
    else:
        reach = _inflated(rows, basis, weights, kind)
    return AdjustedScores(rows, basis, reach, weights=weights, weights_squared=squared)


def adjust_varying_scores(
    rows: ClusterRows, basis: Array, variances: Array, kind: Kind = "CR2"
) -> AdjustedScores:
    """Adjust scores when row i's error has variance phi_i and weight 1 / phi_i.

    This is a generalised linear model at its last step: phi_i = 1 / working weight.

    Args:
        rows: how rows fall into clusters.
        basis: (n, p) B with B' diag(1 / phi) B = I, rows in cluster order.
        variances: (n,) phi, positive, in cluster order.
        kind: the adjustment.
    """
    root = np.sqrt(variances)
    if kind == "CR2":
        reach: Reach = partial(_adjust_varying, rows, basis, root)
    elif kind == "CR3":
        reach = partial(_jackknife, rows, basis, 1 / variances)
    else:
        reach = _inflated(rows, basis, 1 / variances, kind)
    return AdjustedScores(rows, basis, reach, root=root)


def _inflated(rows: ClusterRows, basis: Array, weights: Array | None, kind: Kind) -> Reach:
    return partial(_inflate, inflation(kind, rows.n_clusters, *basis.shape), basis, weights)


def _inflate(factor: float, basis: Array, weights: Array | None, directions: Array | None) -> Array:
    """Give W_g B_g u times the factor of CR0, CR1 and CR1S."""
    found = _toward(basis, directions) * factor
    return found if weights is None else found * weights[:, None]


def _toward(values: Array, directions: Array | None) -> Array:
    """Give values along directions; as they are along those of the basis (None)."""
    return values if directions is None else values @ directions


def inflation(kind: Kind, n_clusters: int, n_rows: int, n_columns: int) -> float:
    """Give the factor by which CR0, CR1 and CR1S multiply every score.

    Args:
        kind: "CR0", "CR1" or "CR1S".
        n_clusters: m.
        n_rows: N.
        n_columns: p.
    """
    if kind == "CR0":
        return 1.0
    clusters = n_clusters / (n_clusters - 1)
    if kind == "CR1":
        return float(np.sqrt(clusters))
    return float(np.sqrt(clusters * (n_rows - 1) / (n_rows - n_columns)))


def check_kind(kind: str) -> None:
    """Refuse an adjustment that does not exist.

    Raises:
        AnalysisError: if `kind` is none of CR0, CR1, CR1S, CR2, CR3.
    """
    if kind not in get_args(Kind):
        raise AnalysisError(f"The kind must be one of {', '.join(get_args(Kind))}.")


def check_inflation(kind: Kind, n_rows: int, n_columns: int) -> None:
    """Refuse CR1S where its factor is infinite.

    Raises:
        AnalysisError: if there are as many columns as rows.
    """
    if kind == "CR1S" and n_rows == n_columns:
        raise AnalysisError("CR1S needs more rows than the design has columns.")


def _apply_leverage(
    rows: ClusterRows, basis: Array, power: float, directions: Array | None
) -> Array:
    """Give (I - B_g B_g')^power B_g u for every cluster, by the smaller of its two forms."""
    p = basis.shape[1]
    reach = np.empty((len(basis), p if directions is None else directions.shape[1]))
    for size, part in rows.batches():
        if size == 1:
            left = 1 - np.einsum("ij,ij->i", basis[part], basis[part])
            reach[part] = _toward(basis[part], directions) * _scalar_power(left, power)[:, None]
            continue
        block = _blocks(basis[part], size)
        if size <= p:
            left = np.eye(size) - block @ _transpose(block)
            reach[part] = _rows(apply_power(left, power, _toward(block, directions)))
        else:
            left = np.eye(p) - _transpose(block) @ block
            reach[part] = _rows(block @ _toward(symmetric_power(left, power), directions))
    return reach


def _jackknife(rows: ClusterRows, basis: Array, weights: Array, directions: Array | None) -> Array:
    """Give W_g B_g (I - B_g'W_g B_g)^-1 u, which is A_g'W_g B_g u for CR3."""
    root = np.sqrt(weights)[:, None]
    return root * _apply_leverage(rows, basis * root, -1.0, directions)


def _adjust_weighted(
    rows: ClusterRows, basis: Array, weights: Array, squared: Array, directions: Array | None
) -> Array:
    """Give A_g W_g B_g u for CR2 with weights and one error variance.

    A_g^-2 = I - B_g (WB)_g' - (WB)_g B_g' + B_g (B'W^2B) B_g', which differs from the identity
    only within the span of B_g and (WB)_g.
    """
    p = basis.shape[1]
    reach = np.empty((len(basis), p if directions is None else directions.shape[1]))
    for size, part in rows.batches():
        left = _blocks(basis[part], size)
        right = left * _blocks(weights[part, None], size)
        if size <= 2 * p:
            target = np.eye(size) + _change(left, right, squared)
            reach[part] = _rows(apply_power(target, -0.5, _toward(right, directions)))
        else:
            span, inside = np.linalg.qr(np.concatenate([left, right], axis=2))
            target = np.eye(2 * p) + _change(inside[..., :p], inside[..., p:], squared)
            toward = _toward(inside[..., p:], directions)
            reach[part] = _rows(span @ apply_power(target, -0.5, toward))
    return reach


def _adjust_varying(
    rows: ClusterRows, basis: Array, root: Array, directions: Array | None
) -> Array:
    """Give A_g W_g B_g u for CR2 where row i's error has variance root_i squared."""
    width = basis.shape[1] if directions is None else directions.shape[1]
    reach = np.empty((len(basis), width))
    for size, part in rows.batches():
        own = root[part, None]
        outer, whitened = _blocks(own**2, size), _blocks(basis[part] / own, size)
        reach[part] = own * _rows(_apply_inverse_root(outer, whitened, directions))
    return reach


def _change(left: Array, right: Array, squared: Array) -> Array:
    half = (left @ (squared / 2) - right) @ _transpose(left)
    return half + _transpose(half)


def _apply_inverse_root(outer: Array, whitened: Array, directions: Array | None) -> Array:
    """Give (G (I - Z Z') G')^(-1/2) Z u for clusters.

    From its eigenvalues where none is small beside |G|^2, so that at most four of sixteen digits
    are lost. Else (working variances far apart, say) from the singular values of
    G (I - Z Z')^(1/2), which keep twice the digits; a direction that the cluster alone determines
    (Z Z' = 1 along it) is then left out.

    Args:
        outer: (k, s, 1) the diagonal of G, which is zero elsewhere.
        whitened: (k, s, p) Z, the cluster's rows of an orthonormal basis.
        directions: (p, d), or None for those of the basis.
    """
    size = whitened.shape[1]
    left = np.eye(size) - whitened @ _transpose(whitened)
    values, vectors = np.linalg.eigh(outer * _transpose(outer * left))
    largest = outer[:, :, 0].max(axis=1)
    clear = values[:, 0] > SMALLEST_CLEAR_SHARE * largest**2
    powers = 1 / np.sqrt(np.where(clear[:, None], values, 1.0))
    if not clear.all():
        shares, axes = np.linalg.eigh(left[~clear])
        half = outer[~clear] * (axes * _scalar_power(shares, 0.5)[:, None, :])
        vectors[~clear], values, _ = np.linalg.svd(half)
        kept = np.arange(size) < (shares > SMALLEST_EIGENVALUE).sum(axis=1)[:, None]
        powers[~clear] = np.where(kept, 1 / np.where(kept, values, 1.0), 0.0)
    return vectors @ (powers[:, :, None] * (_transpose(vectors) @ _toward(whitened, directions)))


def apply_power(matrices: Array, power: float, values: Array) -> Array:
    """Give a power of symmetric matrices times values, by a series where they are near to I.

    (I - M)^a v = sum_k c_k M^k v, c_0 = 1, c_{k+1} = c_k (k - a) / (k + 1), which has all the
    digits of double precision after few terms where M is small, as it is in large designs.

    Args:
        matrices: (k, s, s), I - M.
        power: a, not above zero.
        values: (k, s, d) v.
    """
    size = matrices.shape[1]
    far = np.eye(size) - matrices
    farthest = float(np.sqrt(np.einsum("kij,kij->k", far, far).max(initial=0.0)))
    if farthest > NEAR_IDENTITY or size == 1:
        return symmetric_power(matrices, power) @ values
    found, term, factor, order = values, values, 1.0, 0
    while factor * farthest**order > np.finfo(float).eps / 8:
        factor, order = factor * (order - power) / (order + 1), order + 1
        term = far @ term
        found = found + factor * term
    return found


def symmetric_power(matrices: Array, power: float) -> Array:
    """Give a power of symmetric matrices (k, s, s), zero along directions that are zero."""
    if matrices.shape[1] == 1:
        return _scalar_power(matrices, power)
    values, vectors = np.linalg.eigh(matrices)
    return (vectors * _scalar_power(values, power)[:, None, :]) @ _transpose(vectors)


def _scalar_power(values: Array, power: float) -> Array:
    kept = values > SMALLEST_EIGENVALUE
    return np.where(kept, np.where(kept, values, 1.0) ** power, 0.0)


def _blocks(values: Array, size: int) -> Array:
    return values.reshape(-1, size, values.shape[1])


def _rows(blocks: Array) -> Array:
    return blocks.reshape(-1, blocks.shape[2])


def _transpose(blocks: Array) -> Array:
    return blocks.swapaxes(-1, -2)
