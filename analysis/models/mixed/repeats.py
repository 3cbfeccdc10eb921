"""Replace many groups with identical visits by a few weighted stand-ins.

In: `Sums`. Out: `Sums` of fewer groups with the same likelihood, slope and curvature at every
covariance. For outermost groups g of one pattern (the same visits in the same places) every term is
either a count or a quadratic form in z_g = [1, constants of the fixed columns, W'F of every
innermost group]; it therefore depends on these groups through sum z_g z_g' alone. With sum z z' = F
F', the n columns of F, scaled by sqrt(n / count), are stand-ins that count count / n times each; a
reflection of F makes their first entry 1. Decisions: only patterns with more groups than z has
entries are replaced.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.models.arrays import Array, Flags, Whole
from analysis.models.mixed.blocks import join_sums, take_groups
from analysis.models.mixed.sums import LevelSums, Sums

FEWEST_GROUPS = 64
MOST_ENTRIES = 400
ROUNDING = 4 * np.finfo(float).eps
GROUPS_AT_ONCE = 20_000


def replace_repeats(sums: Sums) -> Sums:
    """Give sums with fewer outermost groups and the same likelihood; or the same sums."""
    n_outer = sums.levels[0].n_groups
    if n_outer < FEWEST_GROUPS:
        return sums
    repeats = _find_repeats(sums)
    if not repeats:
        return sums
    parts = [_stand_in(sums, members) for members in repeats]
    kept = np.ones(n_outer, dtype=bool)
    kept[np.concatenate(repeats)] = False
    if kept.any():
        parts.append(select_groups(sums, kept))
    return join_sums(parts)


def _find_repeats(sums: Sums) -> list[Whole]:
    """Give the members of every pattern that is worth replacing."""
    pattern = _find_patterns(sums)
    counts = np.bincount(pattern)
    leaves = np.bincount(_leaf_owner(sums), minlength=len(pattern))
    order = np.argsort(pattern, kind="stable")
    ends = np.cumsum(counts)
    out: list[Whole] = []
    for p in np.flatnonzero(counts > FEWEST_GROUPS // 2):
        members = order[ends[p] - counts[p] : ends[p]]
        entries = _count_entries(sums, members[0], int(leaves[members[0]]))
        if entries <= min(MOST_ENTRIES, counts[p] // 2):
            out.append(members)
    return out


def select_groups(sums: Sums, kept: Flags) -> Sums:
    """Give the outermost groups for which `kept` (m_outer,) is true."""
    levels = []
    above, place_above = np.ones(1, dtype=bool), np.zeros(1, dtype=np.int64)
    for k, level in enumerate(sums.levels):
        mask = above[level.parents] if k else kept
        place = np.cumsum(mask) - 1
        starts = place[level.starts[above]] if k else level.starts
        parents = place_above[level.parents[mask]]
        levels.append(
            LevelSums(
                starts,
                parents,
                level.joined[..., mask],
                None if level.multipliers is None else level.multipliers[:, mask],
            )
        )
        above, place_above = mask, place
    return replace(
        sums,
        levels=tuple(levels),
        squares=sums.squares[..., mask],
        products=sums.products[..., mask],
        cross=sums.cross[..., kept],
        n_rows=sums.n_rows[kept],
        weights=None if sums.weights is None else sums.weights[kept],
    )


def _leaf_owner(sums: Sums) -> Whole:
    owner = np.arange(sums.levels[0].n_groups)
    for level in sums.levels[1:]:
        owner = owner[level.parents]
    return owner


def _find_patterns(sums: Sums) -> Whole:
    """Number the outermost groups so that equal numbers mean exactly equal visits and places."""
    n_bases = len(sums.squares)
    rng = np.random.default_rng(0)
    keys = [sums.squares[i, j] for i in range(n_bases) for j in range(i, n_bases)]
    code = np.zeros(sums.squares.shape[-1], dtype=np.int64)
    for k in reversed(range(len(sums.levels))):
        level = sums.levels[k]
        keys.extend([] if level.multipliers is None else level.multipliers)
        for key in keys:
            if (key == key[0]).all():
                continue
            found, values = pd.factorize(key)
            code = pd.factorize(code * np.int64(len(values)) + found)[0]
        if np.bincount(code).max() <= FEWEST_GROUPS // 2:
            return np.arange(sums.levels[0].n_groups)
        if k == 0:
            break
        sizes = np.diff(level.starts, append=level.n_groups)
        position = np.arange(level.n_groups) - np.repeat(level.starts, sizes)
        place = rng.random(int(position.max()) + 1)
        kind = rng.random(int(code.max()) + 1)
        mixed = np.add.reduceat(place[position] * kind[code], level.starts)
        keys = [mixed, np.add.reduceat(kind[code], level.starts), sizes]
        code = np.zeros(len(sizes), dtype=np.int64)
    return _confirm(sums, code)


def _confirm(sums: Sums, code: Whole) -> Whole:
    """Check patterns found by hashing entry by entry; a group that differs stands alone."""
    owner = _leaf_owner(sums)
    n_leaves = np.bincount(owner, minlength=len(code))
    first = np.concatenate([[0], np.cumsum(n_leaves)[:-1]])
    _, model = np.unique(code, return_index=True)
    model = model[code]
    same = n_leaves == n_leaves[model]
    leaf = np.arange(len(owner)) - first[owner] + first[model[owner]]
    leaf = np.minimum(leaf, len(owner) - 1)
    equal = (sums.squares == np.take(sums.squares, leaf, axis=-1)).all(axis=(0, 1))
    up: Whole = np.arange(len(owner))
    for k in reversed(range(len(sums.levels))):
        level = sums.levels[k]
        if level.multipliers is not None:
            spread = level.multipliers[:, up]
            equal &= (spread == spread[:, leaf]).all(axis=0)
        equal &= up - up[first[owner]] == up[leaf] - up[first[model[owner]]]
        up = level.parents[up]
    same &= np.logical_and.reduceat(equal, first)
    same &= sums.n_rows == sums.n_rows[model]
    out = code.copy()
    out[~same] = code.max() + 1 + np.arange(int((~same).sum()))
    return pd.factorize(out)[0]


def _count_entries(sums: Sums, member: int, n_leaves: int) -> int:
    one = take_groups(sums, int(member), int(member) + 1)
    joined = sum(level.joined.shape[1] * level.n_groups for level in one.levels)
    return 1 + len(sums.squares) * (joined + n_leaves * sums.n_free)


def _stand_in(sums: Sums, members: Whole) -> Sums:
    """Give the stand-ins of outermost groups with one pattern."""
    model = take_groups(sums, int(members[0]), int(members[0]) + 1)
    n_entries = _count_entries(sums, int(members[0]), model.squares.shape[-1])
    products = np.zeros((n_entries, n_entries))
    for first in range(0, len(members), GROUPS_AT_ONCE):
        entries = _read_entries(sums, members[first : first + GROUPS_AT_ONCE], model)
        products += entries @ entries.T
    width = np.sqrt(np.maximum(np.diagonal(products), 1e-300))
    values, vectors = np.linalg.eigh(products / np.outer(width, width))
    kept = values > ROUNDING * len(values)
    factor = width[:, None] * vectors[:, kept] * np.sqrt(values[kept])
    n, count = factor.shape[1], len(members)
    turn = factor[0] - np.sqrt(count / n)
    size = float(turn @ turn)
    if size > 0:
        factor = factor - np.outer(factor @ turn, turn) * (2 / size)
    cross = sums.cross[..., members].mean(axis=-1)
    return _write_entries(model, factor * np.sqrt(n / count), np.full(n, count / n), cross)


def _read_entries(sums: Sums, members: Whole, model: Sums) -> Array:
    """Give z (entries, groups) of outermost groups with one pattern."""
    rows = [np.ones((1, len(members)))]
    at = members[None, :]
    for k, level in enumerate(sums.levels):
        if k:
            n_inside = model.levels[k].n_groups
            first = _first_inside(sums, k)[members]
            at = first[None, :] + np.arange(n_inside)[:, None]
        if level.joined.shape[1]:
            rows.append(level.joined[..., at].reshape(-1, len(members)))
    rows.append(sums.products[..., at].reshape(-1, len(members)))
    return np.concatenate(rows)


def _first_inside(sums: Sums, k: int) -> Whole:
    first = sums.levels[1].starts
    for level in sums.levels[2 : k + 1]:
        first = level.starts[first]
    return first


def _write_entries(model: Sums, entries: Array, weights: Array, cross: Array) -> Sums:
    """Turn z (entries, n) into n outermost groups that count as often as `weights` (n,) say."""
    n = entries.shape[1]
    wide = join_sums([model] * n)
    first = 1
    levels = []
    for level, one in zip(wide.levels, model.levels, strict=True):
        size = one.joined.size
        joined = _unfold(entries[first : first + size], one.joined.shape)
        first += size
        levels.append(replace(level, joined=joined))
    return replace(
        wide,
        levels=tuple(levels),
        products=_unfold(entries[first:], model.products.shape),
        cross=np.repeat(cross[..., None], n, axis=-1),
        weights=weights,
    )


def _unfold(entries: Array, shape: tuple[int, ...]) -> Array:
    """Turn (Q j m, n) into (Q, j, n m), one stand-in after the other."""
    n = entries.shape[1]
    parts = np.moveaxis(entries.reshape(*shape, n), -1, 2)
    return parts.reshape(shape[0], shape[1], n * shape[2])
