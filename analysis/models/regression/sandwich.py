"""The arithmetic of small-sample cluster-robust covariances, in a basis where it is cheap.

In: a design in the basis where its weighted cross-product is the identity (so that the hat matrix
is B B'W), the weights or working variances, and where each cluster begins. Out: `AdjustedScores`,
from which covariances and degrees of freedom follow.

Decisions: nothing of size n x n is ever formed. With a_g = A_g W_g B_g u, the quadratic
form behind a contrast's variance has the m x m matrix P, P_gh = p_g' Phi p_h, which is a
diagonal plus a term of rank p (or 2p):
    P = diag(a_g' Phi_g a_g) + Z K Z',
so that its trace and the trace of its square are sums over clusters.

Sources: Bell & McCaffrey 2002; Pustejovsky & Tipton 2018 (10.1080/07350015.2016.1247004). Choices
follow the R package clubSandwich where the papers leave them open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.errors import AnalysisError
from analysis.models.arrays import Array, Whole

SMALLEST_EIGENVALUE = 1e-12
SMALLEST_VARIANCE_SHARE = 1e-10
NUMBERS_AT_ONCE = 4_000_000


@dataclass(frozen=True, eq=False)
class ClusterRows:
    """Rows brought into an order in which clusters are runs, and runs of one size are together.

    Attributes:
        order: (n,) positions of the rows in the caller's order.
        starts: (m,) where each cluster begins in the new order.
        blocks: (size, first row, last row + 1) of each run of clusters of one size.
    """

    order: Whole
    starts: Whole
    blocks: tuple[tuple[int, int, int], ...]

    @property
    def n_clusters(self) -> int:
        """How many clusters."""
        return len(self.starts)

    def sum_by_cluster(self, values: Array) -> Array:
        """Add rows within clusters: (n, ...) to (m, ...)."""
        if len(self.starts) == len(self.order):
            return values
        return np.add.reduceat(values, self.starts, axis=0)

    def multiply_by_cluster(self, left: Array, right: Array) -> Array:
        """Give left_g' right_g of every cluster: (n, a) and (n, b) to (a, m, b)."""
        a, b = left.shape[1], right.shape[1]
        products, done = np.empty((a, self.n_clusters, b)), 0
        for size, part in self.batches():
            blocks = left[part].reshape(-1, size, a), right[part].reshape(-1, size, b)
            run = slice(done, done + len(blocks[0]))
            products[:, run] = (blocks[0].swapaxes(1, 2) @ blocks[1]).swapaxes(0, 1)
            done = run.stop
        return products

    def batches(self) -> Iterator[tuple[int, slice]]:
        """Give the size and the rows of each run of clusters of one size."""
        for size, first, last in self.blocks:
            yield size, slice(first, last)


@dataclass(frozen=True, eq=False)
class AdjustedScores:
    """What the sandwich needs of a fit, in the basis where the bread is the identity.

    Attributes:
        rows: how rows fall into clusters.
        basis: (n, p) B, with B'WB = I, rows in cluster order.
        reach: gives A_g' W_g B_g u, (n, k) in cluster order, of directions u (p, k); or of every
            direction of the basis, (n, p), for None. Few directions cost little, so the n x p
            numbers are not kept.
        root: (n,) D_g with D_g'D_g = Phi_g, so that a_g'Phi_g a_g = |D_g a_g|^2; None for ones.
        weights: (n,) W where weights are not inverse variances, else None.
        weights_squared: (p, p) B'W^2B where weights are not inverse variances, else None.
    """

    rows: ClusterRows
    basis: Array
    reach: Callable[[Array | None], Array]
    root: Array | None = None
    weights: Array | None = None
    weights_squared: Array | None = None

    @cached_property
    def adjusted(self) -> Array:
        """(n, p) rows of A_g' W_g B_g: adjusted[g]' e_g is the cluster's score."""
        return self.reach(None)

    def toward(self, directions: Array) -> Array:
        """Give A_g' W_g B_g u, (n, k), of directions (p, k); from `adjusted` once it is there."""
        known = self.__dict__.get("adjusted")
        return self.reach(directions) if known is None else known @ directions

    def by_cluster(self, residuals: Array, directions: Array | None = None) -> Array:
        """Give every cluster's score s_g = u'B_g'W_gA_g e_g: (m, k), or (m, p) for every u.

        Args:
            residuals: (n,) in cluster order, or (n, f) of f fits; then the answer is (f, m, k).
            directions: (p, k), or None for those of the basis.
        """
        reach = self.adjusted if directions is None else self.toward(directions)
        if residuals.ndim == 1:
            return self.rows.sum_by_cluster(reach * residuals[:, None])
        return np.stack([self.rows.sum_by_cluster(reach * e[:, None]) for e in residuals.T])

    def meat(self, residuals: Array) -> Array:
        """Give sum_g s_g s_g'.

        Args:
            residuals: (n,) in cluster order.
        """
        scores = self.by_cluster(residuals)
        return scores.T @ scores

    def judge(self, directions: Array, residuals: Array | None = None) -> tuple[Array, Array]:
        """Give the variance and Satterthwaite's df of directions, df = tr(P)^2 / tr(P^2).

        Args:
            directions: (p, k), contrasts in the basis of the scores.
            residuals: (n,) in cluster order; None where only the df are asked for.

        Returns:
            (k,) variances, NaN without residuals; (k,) df, NaN where whole clusters determine
            the direction, so that the residuals hold nothing about its variance (tr(P) is
            nothing beside the working model's variance).
        """
        n, p = self.basis.shape
        target, k = self._model_variance(directions), directions.shape[1]
        whole, df, variances = self.toward(directions), np.empty(k), np.full(k, np.nan)
        if residuals is not None:
            scores = self.rows.sum_by_cluster(whole * residuals[:, None])
            variances = (scores**2).sum(axis=0)
        step = max(1, NUMBERS_AT_ONCE // (n * p))
        for first in range(0, k, step):
            part = slice(first, min(first + step, k))
            reach = whole[:, part]
            factor = reach if self.root is None else self.root[:, None] * reach
            diagonal, z = self.rows.sum_by_cluster(factor**2).T, self._pieces(reach)
            zk = self._turn(z)
            cross = zk.transpose(0, 2, 1) @ z
            own = np.einsum("kmp,kmp->km", zk, z)
            trace = (diagonal + own).sum(axis=1)
            square = (diagonal * (diagonal + 2 * own)).sum(axis=1)
            square += np.einsum("kpq,kqp->k", cross, cross)
            with np.errstate(divide="ignore", invalid="ignore"):
                known = trace > SMALLEST_VARIANCE_SHARE * target[part]
                df[part] = np.where(known, trace**2 / square, np.nan)
        return variances, df

    def _model_variance(self, directions: Array) -> Array:
        """Give u'B'W Phi W B u, the variance of each direction under the working model."""
        if self.weights_squared is None:
            return np.einsum("pk,pk->k", directions, directions)
        return np.einsum("pk,pq,qk->k", directions, self.weights_squared, directions)

    def _turn(self, z: Array) -> Array:
        """Give Z K of P = diag + Z K Z'; K = -I, or [B'W^2B, -I; -I, 0] if weights only weigh."""
        if self.weights_squared is None:
            return -z
        p = self.basis.shape[1]
        return np.concatenate([z[..., :p] @ self.weights_squared - z[..., p:], -z[..., :p]], axis=2)

    def _pieces(self, reach: Array) -> Array:
        """Give Z (k, m, p), or (k, m, 2p) where weights only weigh, of a_g (n, k)."""
        z = self.rows.multiply_by_cluster(reach, self.basis)
        if self.weights is None:
            return z
        weighted = self.rows.multiply_by_cluster(reach * self.weights[:, None], self.basis)
        return np.concatenate([z, weighted], axis=2)


def arrange_clusters(codes: Whole) -> ClusterRows:
    """Order rows by the size of their cluster and by cluster.

    Args:
        codes: (n,) whole numbers 0..m-1, every one of them present.
    """
    sizes = np.bincount(codes)
    order = np.lexsort((codes, sizes[codes]))
    lengths = np.sort(sizes)
    starts = np.cumsum(lengths) - lengths
    first = np.flatnonzero(np.diff(lengths, prepend=0))
    edges = [*starts[first].tolist(), len(codes)]
    blocks = tuple(zip(lengths[first].tolist(), edges[:-1], edges[1:], strict=True))
    return ClusterRows(order=order, starts=starts, blocks=blocks)


def read_labels(clusters: ArrayLike, n_rows: int) -> tuple[Whole, np.ndarray | pd.Index]:
    """Read cluster labels as codes 0..m-1 and the labels they stand for.

    Args:
        clusters: (n,) labels of any kind, none missing.
        n_rows: n.

    Raises:
        AnalysisError: on another length or a missing label.
    """
    values = clusters if isinstance(clusters, pd.Series) else np.asarray(clusters)
    if values.shape != (n_rows,):
        raise AnalysisError(
            f"Every one of the design's {n_rows} rows needs one cluster label; the labels' "
            f"shape is {values.shape}."
        )
    codes, labels = pd.factorize(values)
    if n_rows and codes.min() < 0:
        raise AnalysisError(
            f"{int((codes < 0).sum())} rows have no cluster label. Give a row that stands alone "
            "a label of its own."
        )
    return codes, labels


def arrange_codes(codes: Whole) -> ClusterRows:
    """Bring rows into cluster order.

    Args:
        codes: (n,) codes 0..m-1, every one present.

    Raises:
        AnalysisError: if there are fewer than two clusters.
    """
    rows = arrange_clusters(codes)
    if rows.n_clusters < 2:
        raise AnalysisError(
            "All rows belong to one cluster, so nothing shows how much clusters differ. "
            "At least two clusters are needed."
        )
    return rows


def arrange_labels(clusters: ArrayLike, n_rows: int, repeat: int = 1) -> ClusterRows:
    """Read cluster labels and bring rows into cluster order.

    Args:
        clusters: (n,) labels of any kind, none missing.
        n_rows: n.
        repeat: how many rows in a row share each label.

    Raises:
        AnalysisError: on another length, a missing label, or fewer than two clusters.
    """
    codes, _ = read_labels(clusters, n_rows)
    return arrange_codes(np.repeat(codes, repeat))
