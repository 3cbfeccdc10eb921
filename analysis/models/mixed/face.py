"""Where covariances can move without leaving their rank: the face of the cone they lie on.

In: relative covariances, some of them singular. Out: a `Face`: coordinates t in which each D_l =
L_l L_l' keeps its rank. Decisions: an effect whose spread is zero does not move, so that second
derivatives and Newton's steps are those of the effects that are there (the directions off the face
are answered for by the certificate).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.models.arrays import Array
from analysis.models.mixed.arithmetic import Parameter

ZERO_SHARE = 1e-9
SMALLEST = 1e-12


@dataclass(frozen=True, eq=False)
class _Part:
    """One level's coordinates: entries of D, or its factor L (q, r) and t changes (t, q, r) of it.

    The changes are L S, S symmetric, and those orthogonal to L: turning L, which leaves D where it
    is, is not among them.
    """

    level: int
    entries: list[int]
    factored: tuple[Array, Array] | None = None

    @property
    def width(self) -> int:
        """How many coordinates."""
        return len(self.entries if self.factored is None else self.factored[1])


@dataclass(frozen=True, eq=False)
class Face:
    """Coordinates around relative covariances.

    Attributes:
        relative: per level (1, q, q).
        parameters: as from `list_parameters`.
        parts: per level its coordinates.
        tangent: (k, t) derivative of the covariance parameters by the coordinates.
    """

    relative: list[Array]
    parameters: Sequence[Parameter]
    parts: list[_Part]
    tangent: Array

    def bend(self, slopes: Sequence[Array]) -> Array:
        """Give what the objective's slopes (1, q, q) per level add to second derivatives (t, t).

        D = L L' adds tr(G dL dL') beyond the first order.
        """
        out = np.zeros((self.tangent.shape[1],) * 2)
        for part, at in self._places():
            if part.factored is not None:
                _, changes = part.factored
                pulled = slopes[part.level][0] @ changes
                out[at, at] = 2 * np.tensordot(changes, pulled, axes=([1, 2], [1, 2]))
        return out

    def move(self, step: Array) -> list[Array]:
        """Give the covariances after a step (t,) in the coordinates."""
        moved = [value.copy() for value in self.relative]
        for part, at in self._places():
            own = step[at]
            if part.factored is None:
                for a, size in zip(part.entries, own, strict=True):
                    _, i, j = self.parameters[a]
                    moved[part.level][0, i, j] += size
                    if i != j:
                        moved[part.level][0, j, i] += size
            else:
                factor, changes = part.factored
                factor = factor + np.tensordot(own, changes, axes=1)
                moved[part.level] = (factor @ factor.T)[None]
        return moved

    def _places(self) -> list[tuple[_Part, slice]]:
        out, first = [], 0
        for part in self.parts:
            out.append((part, slice(first, first + part.width)))
            first += part.width
        return out


def find_face(
    relative: Sequence[Array], correlated: Sequence[bool], parameters: Sequence[Parameter]
) -> Face:
    """Find the face on which relative covariances (1, q, q) per level lie."""
    k = len(parameters)
    parts: list[_Part] = []
    columns: list[Array] = []
    for level, value in enumerate(relative):
        at = [a for a, parameter in enumerate(parameters) if parameter[0] == level]
        matrix = value[0]
        if not correlated[level]:
            at = [a for a in at if matrix[parameters[a][1], parameters[a][1]] > SMALLEST]
            parts.append(_Part(level, at))
            columns.extend(np.eye(k)[at])
            continue
        values, vectors = np.linalg.eigh(matrix)
        kept = values > ZERO_SHARE * max(values[-1], SMALLEST / ZERO_SHARE)
        if kept.all():
            parts.append(_Part(level, at))
            columns.extend(np.eye(k)[at])
            continue
        factor = vectors[:, kept] * np.sqrt(values[kept])
        changes = _list_changes(factor, vectors[:, ~kept])
        parts.append(_Part(level, at, (factor, changes)))
        for change in changes:
            moved = change @ factor.T
            moved = moved + moved.T
            direction = np.zeros(k)
            direction[at] = [moved[parameters[a][1:]] for a in at]
            columns.append(direction)
    return Face(list(relative), parameters, parts, np.array(columns).reshape(-1, k).T)


def _list_changes(factor: Array, outside: Array) -> Array:
    """Give the changes (t, q, r) of a factor (q, r) that move D, `outside` (q, q - r) its null."""
    rank = factor.shape[1]
    out = []
    for i in range(rank):
        for j in range(i, rank):
            inner = np.zeros((rank, rank))
            inner[i, j] = inner[j, i] = 1.0
            out.append(factor @ inner)
        for column in outside.T:
            out.append(np.outer(column, np.eye(rank)[i]))
    return np.array(out).reshape(len(out), *factor.shape)
