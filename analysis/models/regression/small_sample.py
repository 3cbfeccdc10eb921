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

from typing import Literal, get_args

import numpy as np

from analysis.errors import AnalysisError
from analysis.models.arrays import Array
from analysis.models.regression.sandwich import SMALLEST_EIGENVALUE, AdjustedScores, ClusterRows

SMALLEST_CLEAR_SHARE = 1e-4

Kind = Literal["CR0", "CR1", "CR1S", "CR2", "CR3"]


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
    n, p = basis.shape
    if weights is None:
        if kind in ("CR2", "CR3"):
            adjusted = _apply_leverage(rows, basis, -0.5 if kind == "CR2" else -1.0)
        else:
            adjusted = basis * inflation(kind, rows.n_clusters, n, p)
        return AdjustedScores(rows=rows, basis=basis, adjusted=adjusted, spread=adjusted)
    weighted = basis * weights[:, None]
    squared = weighted.T @ weighted
    if kind == "CR2":
        adjusted = _adjust_weighted(rows, basis, weighted, squared)
    elif kind == "CR3":
        adjusted = _jackknife(rows, basis, weights)
    else:
        adjusted = weighted * inflation(kind, rows.n_clusters, n, p)
    return AdjustedScores(
        rows=rows,
        basis=basis,
        adjusted=adjusted,
        spread=adjusted,
        weighted_basis=weighted,
        weights_squared=squared,
    )


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
    n, p = basis.shape
    root = np.sqrt(variances)
    if kind == "CR2":
        adjusted = np.empty_like(basis)
        whitened = basis / root[:, None]
        for size, part in rows.batches():
            outer = _blocks(variances[part, None], size)
            turned = _apply_inverse_root(outer, _blocks(whitened[part], size))
            adjusted[part] = root[part, None] * _rows(turned)
    elif kind == "CR3":
        adjusted = _jackknife(rows, basis, 1 / variances)
    else:
        adjusted = basis / variances[:, None] * inflation(kind, rows.n_clusters, n, p)
    spread = adjusted * root[:, None]
    return AdjustedScores(rows=rows, basis=basis, adjusted=adjusted, spread=spread)


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


def _apply_leverage(rows: ClusterRows, basis: Array, power: float) -> Array:
    """Give (I - B_g B_g')^power B_g for every cluster, by the smaller of its two forms."""
    p = basis.shape[1]
    adjusted = np.empty_like(basis)
    for size, part in rows.batches():
        if size == 1:
            left = 1 - np.einsum("ij,ij->i", basis[part], basis[part])
            adjusted[part] = basis[part] * _scalar_power(left, power)[:, None]
            continue
        block = _blocks(basis[part], size)
        if size <= p:
            left = np.eye(size) - block @ _transpose(block)
            adjusted[part] = _rows(symmetric_power(left, power) @ block)
        else:
            left = np.eye(p) - _transpose(block) @ block
            adjusted[part] = _rows(block @ symmetric_power(left, power))
    return adjusted


def _jackknife(rows: ClusterRows, basis: Array, weights: Array) -> Array:
    """Give W_g B_g (I - B_g'W_g B_g)^-1, which is A_g'W_g B_g for CR3."""
    root = np.sqrt(weights)[:, None]
    return root * _apply_leverage(rows, basis * root, -1.0)


def _adjust_weighted(rows: ClusterRows, basis: Array, weighted: Array, squared: Array) -> Array:
    """Give A_g W_g B_g for CR2 with weights and one error variance.

    A_g^-2 = I - B_g (WB)_g' - (WB)_g B_g' + B_g (B'W^2B) B_g', which differs from the identity
    only within the span of B_g and (WB)_g.
    """
    p = basis.shape[1]
    adjusted = np.empty_like(basis)
    for size, part in rows.batches():
        left, right = _blocks(basis[part], size), _blocks(weighted[part], size)
        if size <= 2 * p:
            target = np.eye(size) + _change(left, right, squared)
            adjusted[part] = _rows(symmetric_power(target, -0.5) @ right)
        else:
            span, inside = np.linalg.qr(np.concatenate([left, right], axis=2))
            target = np.eye(2 * p) + _change(inside[..., :p], inside[..., p:], squared)
            power = symmetric_power(target, -0.5)
            adjusted[part] = _rows(span @ (power @ inside[..., p:]))
    return adjusted


def _change(left: Array, right: Array, squared: Array) -> Array:
    half = (left @ (squared / 2) - right) @ _transpose(left)
    return half + _transpose(half)


def _apply_inverse_root(outer: Array, whitened: Array) -> Array:
    """Give (G (I - Z Z') G')^(-1/2) Z for clusters.

    From its eigenvalues where none is small beside |G|^2, so that at most four of sixteen digits
    are lost. Else (working variances far apart, say) from the singular values of
    G (I - Z Z')^(1/2), which keep twice the digits; a direction that the cluster alone determines
    (Z Z' = 1 along it) is then left out.

    Args:
        outer: (k, s, 1) the diagonal of G, which is zero elsewhere.
        whitened: (k, s, p) Z, the cluster's rows of an orthonormal basis.
    """
    size = whitened.shape[1]
    left = np.eye(size) - whitened @ _transpose(whitened)
    values, vectors = np.linalg.eigh(outer * _transpose(outer * left))
    largest = outer[:, :, 0].max(axis=1)
    if (values[:, 0] > SMALLEST_CLEAR_SHARE * largest**2).all():
        powers = 1 / np.sqrt(values)
    else:
        shares, axes = np.linalg.eigh(left)
        half = outer * (axes * _scalar_power(shares, 0.5)[:, None, :])
        vectors, values, _ = np.linalg.svd(half)
        kept = np.arange(size) < (shares > SMALLEST_EIGENVALUE).sum(axis=1)[:, None]
        powers = np.where(kept, 1 / np.where(kept, values, 1.0), 0.0)
    return vectors @ (powers[:, :, None] * (_transpose(vectors) @ whitened))


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
