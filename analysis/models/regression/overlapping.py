"""Least squares where a row may belong to two clusters, so that clusters overlap.

In: a fit's residuals and basis, and which rows depend on each other. Out: variances of contrasts,
with degrees of freedom. Decisions: every pair of dependent rows counts once, without joining the
clusters that share a row (joining leaves one cluster where many rows belong to two); the sum is
scaled to be unbiased under independent errors of one variance, and its degrees of freedom are
Satterthwaite's under the same working model, as those of CR2 are.

Sources: Fafchamps & Gubert 2007, J Dev Econ 83:326; Aronow, Samii & Assenova 2015, Political
Analysis 23:564 (pairs that share a member); Pustejovsky & Tipton 2018 (the working model).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import coo_array, csr_array, diags_array

from analysis.models.arrays import Array

SMALLEST_VARIANCE_SHARE = 1e-10


@dataclass(frozen=True, eq=False)
class Overlap:
    """What overlapping clusters need to give a contrast its variance.

    Attributes:
        tied: (n, n) 1 where two rows depend on each other, a row on itself among them.
        basis: (n, p) B with B' diag(w) B = I, perhaps sparse where there are no weights.
        weights: (n,) or None for one each.
        residuals: (n,).
    """

    tied: csr_array
    basis: Array | csr_array
    weights: Array | None
    residuals: Array

    def judge(self, directions: Array) -> tuple[Array, Array]:
        """Give each direction's variance and degrees of freedom.

        With a = W B u and Q = tied * aa': V = e'Qe a'a / tr(P), P = (I - H)'Q(I - H),
        df = tr(P)^2 / tr(P^2).

        Args:
            directions: (p, k) contrasts in the basis.

        Returns:
            (k,) variances, not below zero, and (k,) degrees of freedom, NaN where the residuals
            hold nothing about the direction.
        """
        if self.weights is None:
            found = [self._judge_equal(self.basis @ u) for u in directions.T]
        else:
            basis = np.asarray(self.basis)
            p, weighted = basis.shape[1], basis * self.weights[:, None]
            # (I - H)(I - H)' = I + Z K Z', so the traces need no matrix of n x n beyond the ties.
            z = np.hstack([basis, weighted])
            k = np.block([[weighted.T @ weighted, -np.eye(p)], [-np.eye(p), np.zeros((p, p))]])
            found = [self._judge_weighted(weighted @ u, z, k) for u in directions.T]
        variances, df = np.array(found).reshape(-1, 2).T
        return variances, df

    def _judge_equal(self, a: Array) -> tuple[float, float]:
        """Judge one direction without weights: H is a projection, (I - H)(I - H)' = I - B B'."""
        scale = diags_array(a)
        qz = scale @ (self.tied @ (scale @ self.basis))
        inner = self.basis.T @ qz
        return self._settle(a, -inner.trace(), -_sum_squares(qz), _sum_squares(inner))

    def _judge_weighted(self, a: Array, z: Array, k: Array) -> tuple[float, float]:
        qz = a[:, None] * (self.tied @ (a[:, None] * z))
        kzqz = k @ (z.T @ qz)
        crossed = np.trace(k @ (qz.T @ qz))
        return self._settle(a, np.trace(kzqz), crossed, np.trace(kzqz @ kzqz))

    def _settle(self, a: Array, lost: float, crossed: float, twice: float) -> tuple[float, float]:
        """Give variance and df from the traces of what I - H adds to Q and its square."""
        own, reach = a**2, a * self.residuals
        trace = float(own.sum() + lost)
        if trace <= SMALLEST_VARIANCE_SHARE * own.sum():
            return np.nan, np.nan
        square = own @ (self.tied @ own) + 2 * crossed + twice
        variance = float(reach @ (self.tied @ reach)) * own.sum() / trace
        return max(variance, 0.0), trace**2 / float(square)


def _sum_squares(values: Any) -> float:
    numbers: Any = values.data if hasattr(values, "tocsr") else values
    return float((numbers**2).sum())


def tie_rows(clusters: Array, second: Array) -> csr_array:
    """Tell which rows depend on each other.

    Args:
        clusters: (n,) whole numbers from 0.
        second: (n,) a further cluster of the row, by the same numbers; -1 for none.

    Returns:
        (n, n) 1 where two rows share a cluster.
    """
    n, rows = len(clusters), np.flatnonzero(second >= 0)
    at, of = np.concatenate([np.arange(n), rows]), np.concatenate([clusters, second[rows]])
    shape = (n, int(of.max(initial=-1)) + 1)
    member = coo_array((np.ones(len(at)), (at, of)), shape=shape).tocsr()
    tied = csr_array(member @ member.T)
    tied.data[:] = 1.0
    return tied
