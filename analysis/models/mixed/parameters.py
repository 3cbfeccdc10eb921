"""The covariances as a list of numbers: one for each entry of each level's matrix.

Comes in: matrices per level. Goes out: vectors in one order, and back. Decided here: the order,
level by level, upper triangle row by row, diagonals alone where effects do not covary.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.models.mixed.nesting import Array


def list_parameters(widths: Sequence[int], correlated: Sequence[bool]) -> list[tuple]:
    """Give the covariance parameters as (level, row, column), row <= column."""
    return [
        (level, i, j)
        for level, (q, free) in enumerate(zip(widths, correlated, strict=True))
        for i in range(q)
        for j in range(i, q if free else i + 1)
    ]


def pick_parameters(matrices: Sequence[Array], parameters: Sequence[tuple]) -> Array:
    """Give (b, k) derivatives by each parameter, from symmetric matrices per level."""
    return np.stack(
        [matrices[level][:, i, j] * (1.0 if i == j else 2.0) for level, i, j in parameters],
        axis=1,
    )


def move_entries(
    relative: Sequence[Array], steps: Array, parameters: Sequence[tuple]
) -> list[Array]:
    """Move covariances (b, q, q), or one for all, by steps (b, k) in the parameters."""
    moved = [np.repeat(value, len(steps) // len(value), axis=0) for value in relative]
    for a, (level, i, j) in enumerate(parameters):
        moved[level][:, i, j] += steps[:, a]
        if i != j:
            moved[level][:, j, i] += steps[:, a]
    return moved
