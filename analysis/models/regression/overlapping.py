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

import numpy as np
from scipy.sparse import coo_array, csr_array

from analysis.models.arrays import Array

SMALLEST_VARIANCE_SHARE = 1e-10


@dataclass(frozen=True, eq=False)
class Overlap:
    """What overlapping clusters need to give a contrast its variance.

    Attributes:
        tied: (n, n) 1 where two rows depend on each other, a row on itself among them.
        basis: (n, p) B with B' diag(w) B = I.
        weights: (n,) or None for one each.
        residuals: (n,).
    """

    tied: csr_array
    basis: Array
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
        p = self.basis.shape[1]
        weighted = self.basis if self.weights is None else self.basis * self.weights[:, None]
        # (I - H)(I - H)' = I + Z K Z', so the traces need no matrix of n x n beyond the ties.
        z = np.hstack([self.basis, weighted])
        k = np.block([[weighted.T @ weighted, -np.eye(p)], [-np.eye(p), np.zeros((p, p))]])
        found = [self._judge_one(weighted @ direction, z, k) for direction in directions.T]
        variances, df = np.array(found).reshape(-1, 2).T
        return variances, df

    def _judge_one(self, a: Array, z: Array, k: Array) -> tuple[float, float]:
        own, reach = a**2, a * self.residuals
        qz = a[:, None] * (self.tied @ (a[:, None] * z))
        kzqz = k @ (z.T @ qz)
        trace = float(own.sum() + np.trace(kzqz))
        if trace <= SMALLEST_VARIANCE_SHARE * own.sum():
            return np.nan, np.nan
        square = own @ (self.tied @ own) + 2 * np.trace(k @ (qz.T @ qz)) + np.trace(kzqz @ kzqz)
        variance = float(reach @ (self.tied @ reach)) * own.sum() / trace
        return max(variance, 0.0), trace**2 / float(square)


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
