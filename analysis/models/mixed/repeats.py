"""Replace many groups with identical visits by a few weighted stand-ins.

Comes in: `Sums`. Goes out: `Sums` of fewer groups with the same likelihood, slope and curvature
at every covariance. For outermost groups g of one pattern (the same visits in the same places)
every term is either a count or a quadratic form in z_g = [1, constants of the fixed columns, W'F of
every innermost group]; it therefore depends on these groups through sum z_g z_g' alone. With
sum z z' = F F', the n columns of F, scaled by sqrt(n / count), are stand-ins that count count / n
times each; a reflection of F makes their first entry 1. Decided here: only patterns with more
groups than z has entries are replaced.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.models.mixed.blocks import join_sums, take_groups, take_problems
from analysis.models.mixed.nesting import Array, Whole
from analysis.models.mixed.sums import LevelSums, Sums

FEWEST_GROUPS = 64
MOST_ENTRIES = 400
ROUNDING = 4 * np.finfo(float).eps
GROUPS_AT_ONCE = 20_000
NUMBERS_AT_ONCE = 1_000_000


def replace_repeats(sums: Sums) -> Sums:
    """Give sums with fewer outermost groups and the same likelihood; or the same sums."""
    n_outer = sums.levels[0].n_groups
    if n_outer < FEWEST_GROUPS or sums.unit not in (None, 0):
        return sums
    repeats = find_repeats(sums)
    if not repeats:
        return sums
    weights = np.ones(n_outer) if sums.unit is None else sums.levels[0].weights
    parts = [_stand_in(sums, members, weights[None, members]) for members in repeats]
    kept = np.ones(n_outer, dtype=bool)
    kept[np.concatenate(repeats)] = False
    if kept.any():
        parts.append(select_groups(sums, kept))
    return join_sums([_first_problem(part) for part in parts])


def resample_repeats(sums: Sums, repeats: list[Whole], counts: Array) -> Sums:
    """Give a batch of problems in which outermost groups count differently.

    Args:
        sums: of all groups, without weights.
        repeats: as from `find_repeats`.
        counts: (b, m_outer) how often each group counts in each problem.
    """
    parts = [_stand_in(sums, members, counts[:, members]) for members in repeats]
    kept = np.ones(counts.shape[1], dtype=bool)
    kept[np.concatenate(repeats)] = False
    if kept.any():
        rest = select_groups(sums, kept)
        wide = (len(counts), 1, 1, 1)
        levels = [replace(level, joined=np.tile(level.joined, wide)) for level in rest.levels]
        levels[0] = replace(levels[0], weights=counts[:, kept])
        parts.append(
            replace(
                rest,
                levels=tuple(levels),
                products=np.tile(rest.products, wide),
                cross=np.tile(rest.cross, wide),
                unit=0,
            )
        )
    return join_sums(parts)


def find_repeats(sums: Sums) -> list[Whole]:
    """Give the members of every pattern that is worth replacing."""
    pattern = _find_patterns(sums)
    counts = np.bincount(pattern)
    leaves = np.bincount(_leaf_owner(sums), minlength=len(pattern))
    order = np.argsort(pattern, kind="stable")
    ends = np.cumsum(counts)
    out = []
    for p in np.flatnonzero(counts > FEWEST_GROUPS // 2):
        members = order[ends[p] - counts[p] : ends[p]]
        entries = _count_entries(sums, members[0], int(leaves[members[0]]))
        if entries <= min(MOST_ENTRIES, counts[p] // 2):
            out.append(members)
    return out


def _first_problem(sums: Sums) -> Sums:
    if sums.products.ndim < 4:
        return sums
    return take_problems(sums, 0)


def select_groups(sums: Sums, kept: Array) -> Sums:
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
                None if level.weights is None else level.weights[mask],
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
    up = np.arange(len(owner))
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


def _stand_in(sums: Sums, members: Whole, weights: Array) -> Sums:
    """Give the stand-ins of outermost groups with one pattern, for a batch of weights (b, m)."""
    model = take_groups(sums, int(members[0]), int(members[0]) + 1)
    starts = range(0, len(members), GROUPS_AT_ONCE)
    parts = [slice(first, first + GROUPS_AT_ONCE) for first in starts]
    only = _read_entries(sums, members, model) if len(parts) == 1 else None
    products = 0.0
    for part in parts:
        entries = _read_entries(sums, members[part], model) if only is None else only
        products = products + entries @ entries.T
    width = np.sqrt(np.maximum(np.diagonal(products), 1e-300))
    values, vectors = np.linalg.eigh(products / np.outer(width, width))
    kept = values > ROUNDING * len(values)
    basis = width[:, None] * vectors[:, kept] * np.sqrt(values[kept])
    back = (vectors[:, kept] / np.sqrt(values[kept])).T / width
    n = basis.shape[1]
    inner = np.zeros((len(weights), n, n))
    for part in parts:
        entries = _read_entries(sums, members[part], model) if only is None else only
        inner += _weigh_squares(back @ entries, weights[:, part])
    sizes, turns = np.linalg.eigh(inner)
    factor = basis @ (turns * np.sqrt(np.maximum(sizes, 0.0))[:, None, :])
    count = weights.sum(axis=1)
    turn = factor[:, 0] - np.sqrt(count / n)[:, None]
    size = np.einsum("bn,bn->b", turn, turn)
    share = np.divide(2.0, size, out=np.zeros_like(size), where=size > 0)
    mirrored = np.einsum("ben,bn,b->be", factor, turn, share)
    factor = factor - mirrored[:, :, None] * turn[:, None, :]
    stretch = np.sqrt(np.divide(n, count, out=np.zeros_like(count), where=count > 0))
    own = np.divide(1.0, count, out=np.zeros_like(count), where=count > 0)
    cross = np.einsum("ijm,bm,b->bij", sums.cross[..., members], weights, own)
    return _write_entries(
        model, factor * stretch[:, None, None], np.repeat(count[:, None] / n, n, axis=1), cross
    )


def _weigh_squares(entries: Array, weights: Array) -> Array:
    """Give sum over groups of weight z z', z (n, m), weights (b, m): (b, n, n)."""
    n, m = entries.shape
    if len(weights) == 1:
        return ((entries * weights[0]) @ entries.T)[None]
    total = np.zeros((len(weights), n * n))
    at_once = max(NUMBERS_AT_ONCE // n**2, 1)
    for first in range(0, m, at_once):
        part = entries[:, first : first + at_once]
        squares = (part[:, None] * part[None]).reshape(n * n, -1)
        total += weights[:, first : first + at_once] @ squares.T
    return total.reshape(-1, n, n)


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
    """Turn z (b, entries, n) into n outermost groups of each of b problems."""
    n = entries.shape[2]
    wide = join_sums([model] * n)
    first = 1
    levels = []
    for k, (level, one) in enumerate(zip(wide.levels, model.levels, strict=True)):
        size = one.joined.size
        joined = _unfold(entries[:, first : first + size], one.joined.shape)
        first += size
        levels.append(replace(level, joined=joined, weights=weights if k == 0 else None))
    return replace(
        wide,
        levels=tuple(levels),
        products=_unfold(entries[:, first:], model.products.shape),
        cross=np.repeat(cross[..., None], n, axis=-1),
        unit=0,
    )


def _unfold(entries: Array, shape: tuple[int, int, int]) -> Array:
    """Turn (b, Q j m, n) into (b, Q, j, n m), one stand-in after the other."""
    b, n = len(entries), entries.shape[2]
    parts = np.moveaxis(entries.reshape(b, *shape, n), -1, 3)
    return parts.reshape(b, shape[0], shape[1], n * shape[2])
