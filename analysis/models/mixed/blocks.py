"""Cut sums into blocks of whole outermost groups, and put blocks side by side.

In: `Sums`. Out: `Sums`. Decisions: a block is small enough for its arrays to stay in a processor's
cache, and the memory of one step's arrays is kept for the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from analysis.models.arrays import Whole
from analysis.models.mixed.sums import LevelSums, Sums

LEAVES_PER_BLOCK = 8_192
KEPT_BYTES = 32_000_000


def keep_memory() -> None:
    """Let the memory of arrays that are freed be kept for those that follow.

    Fetching it anew from the system for every step takes a quarter of a large fit. glibc keeps
    twice the largest block ever freed, if that was at most 32 MiB (mallopt(3), M_MMAP_THRESHOLD):
    so one is freed, untouched. Elsewhere this does nothing.
    """
    np.empty(KEPT_BYTES, dtype=np.uint8)


def take_groups(sums: Sums, first: int, last: int) -> Sums:
    """Give the outermost groups from `first` up to, not including, `last`."""
    levels = []
    up = slice(first, last)
    for k, level in enumerate(sums.levels):
        at = up
        starts: Whole = np.zeros(1, dtype=np.int64)
        parents: Whole = np.zeros(last - first, dtype=np.int64)
        if k > 0:
            lower = level.starts[up]
            end = level.starts[up.stop] if up.stop < len(level.starts) else level.n_groups
            at = slice(int(lower[0]), int(end))
            starts, parents = lower - lower[0], level.parents[at] - up.start
        levels.append(
            LevelSums(
                starts,
                parents,
                level.joined[..., at],
                None if level.multipliers is None else level.multipliers[:, at],
            )
        )
        up = at
    return replace(
        sums,
        levels=tuple(levels),
        squares=sums.squares[..., up],
        products=sums.products[..., up],
        cross=sums.cross[..., first:last],
        n_rows=sums.n_rows[first:last],
        weights=None if sums.weights is None else sums.weights[first:last],
    )


def split_sums(sums: Sums, leaves: int = LEAVES_PER_BLOCK) -> list[Sums]:
    """Cut into blocks of whole outermost groups with about `leaves` innermost groups each."""
    n_outer = sums.levels[0].n_groups
    n_leaves = sums.squares.shape[-1]
    n_blocks = min(n_outer, -(-n_leaves // leaves))
    if n_blocks <= 1:
        return [sums]
    cuts = np.unique(np.linspace(0, n_outer, n_blocks + 1).astype(int))
    return [take_groups(sums, a, b) for a, b in pairwise(cuts)]


def join_sums(parts: Sequence[Sums]) -> Sums:
    """Put sums made with the same plan side by side."""
    if len(parts) == 1:
        return parts[0]
    levels = []
    for k in range(len(parts[0].levels)):
        own = [part.levels[k] for part in parts]
        sizes = np.cumsum([0] + [level.n_groups for level in own[:-1]])
        above = (
            np.zeros(len(own), dtype=np.int64)
            if k == 0
            else np.cumsum([0] + [part.levels[k - 1].n_groups for part in parts[:-1]])
        )
        multipliers = None
        if any(level.multipliers is not None for level in own):
            n_effects = next(len(v.multipliers) for v in own if v.multipliers is not None)
            multipliers = np.concatenate(
                [
                    np.ones((n_effects, level.n_groups))
                    if level.multipliers is None
                    else level.multipliers
                    for level in own
                ],
                axis=1,
            )
        levels.append(
            LevelSums(
                np.zeros(1, dtype=np.int64)
                if k == 0
                else np.concatenate([v.starts + s for v, s in zip(own, sizes, strict=True)]),
                np.concatenate([v.parents + s for v, s in zip(own, above, strict=True)]),
                np.concatenate([level.joined for level in own], axis=-1),
                multipliers,
            )
        )
    weights = None
    if any(part.weights is not None for part in parts):
        weights = np.concatenate(
            [np.ones(len(p.n_rows)) if p.weights is None else p.weights for p in parts]
        )
    return Sums(
        parts[0].constant,
        tuple(levels),
        np.concatenate([part.squares for part in parts], axis=-1),
        np.concatenate([part.products for part in parts], axis=-1),
        np.concatenate([part.cross for part in parts], axis=-1),
        np.concatenate([part.n_rows for part in parts]),
        weights,
    )
