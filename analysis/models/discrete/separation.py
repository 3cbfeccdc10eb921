"""Is a level of a category told exactly by the columns of a design, and by which?

In: codes of a category and a design. Out: a `Separation` that names the level and the columns, or
None. Decisions: separation is decided by linear programming, which is exact, not by watching
coefficients grow.

With separation the likelihood has no maximum: some direction d of the coefficients satisfies
x_i'(d_own - d_other) >= 0 for every row and other level, with at least one strict (Albert &
Anderson 1984, Biometrika 71(1):1-10; linear program: Konis 2007, thesis, University of Oxford).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError
from analysis.models.arrays import Array, Whole

SMALLEST_GAIN = 1e-7


@dataclass(frozen=True)
class Separation:
    """What tells a level exactly.

    Attributes:
        levels: the level that can be told from the rest; or all levels, where only together
            they can be told from each other.
        columns: the fewest columns found that do it.
    """

    levels: tuple[object, ...]
    columns: tuple[str, ...]

    def __str__(self) -> str:
        columns = " and ".join(f'"{column}"' for column in self.columns)
        verb = "alone tells" if len(self.columns) == 1 else "together tell"
        levels = " and ".join(f'"{level}"' for level in self.levels)
        others = "the other levels" if len(self.levels) == 1 else "each other"
        return f"{columns} {verb} {levels} from {others}"


class SeparationError(AnalysisError):
    """The columns tell a level exactly, so its chances cannot be estimated.

    Attributes:
        separation: which level, by which columns.
        has_ridge: whether the model can be asked for a ridge instead.
    """

    def __init__(self, separation: Separation, has_ridge: bool = False) -> None:
        self.separation = separation
        self.has_ridge = has_ridge
        super().__init__(separation, has_ridge)

    def __str__(self) -> str:
        mend = (
            "Leave a column out, join it with another, or use a ridge."
            if self.has_ridge
            else "Leave a column out, or join it with another."
        )
        return (
            f"{self.separation}, for at least some rows, so their chances run off to 0 or 1. {mend}"
        )


def find_separation(
    codes: Whole, design: Array, names: pd.Index, levels: tuple[object, ...]
) -> Separation | None:
    """Find a level that the design tells apart, exactly or for some rows.

    Args:
        codes: (n,) codes 0..K-1.
        design: (n, p), finite, with a constant in its span.
        names: the p column names.
        levels: the K level names.

    Returns:
        The level that can be told from all others (of several, the one recognised in the largest
        share of its own rows; an indicator that only one level ever has names that level), or else
        all levels, with the fewest columns found; None if the likelihood has a maximum.
    """
    scaled = design / np.sqrt((design**2).mean(axis=0))
    varying = [j for j in range(design.shape[1]) if np.ptp(design[:, j]) > 0]
    found, recognised = None, -1.0
    for code, level in enumerate(levels):
        own = codes == code
        signed = np.where(own[:, None], scaled, -scaled)
        columns = _fewest_columns(partial(_take_columns, signed), varying, len(names))
        if columns is not None:
            constant = [j for j in range(len(names)) if j not in varying]
            rows = signed[:, sorted(constant + columns)]
            share = float((rows[own] @ _separating_direction(rows) > SMALLEST_GAIN).mean())
            if share > recognised:
                named = tuple(str(names[j]) for j in columns)
                found, recognised = Separation((level,), named), share
    if found is not None:
        return found
    if len(levels) > 2:
        columns = _fewest_columns(
            lambda kept: _all_differences(codes, scaled[:, kept], len(levels)), varying, len(names)
        )
        if columns is not None:
            return Separation(tuple(levels), tuple(str(names[j]) for j in columns))
    return None


def find_ordered_separation(
    codes: Whole, design: Array, names: pd.Index, levels: tuple[object, ...]
) -> Separation | None:
    """Find columns along which the levels of an ordered category do not overlap at all.

    A direction d and thresholds t with t_(y-1) <= x'd <= t_y for every row, some strictly, leave
    a proportional-odds likelihood without a maximum.

    Args:
        codes: (n,) codes 0..K-1, every one present.
        design: (n, p), finite, no constant.
        names: the p column names.
        levels: the K level names, in order.

    Returns:
        All levels with the fewest columns found; None if the likelihood has a maximum.
    """
    scaled = design / np.sqrt((design**2).mean(axis=0))
    cuts = np.eye(len(levels) - 1)
    below, above = codes < len(levels) - 1, codes > 0

    def rows_of(kept: list[int]) -> Array:
        upper = np.hstack([cuts[codes[below]], -scaled[below][:, kept]])
        lower = np.hstack([-cuts[codes[above] - 1], scaled[above][:, kept]])
        return np.vstack([upper, lower])

    columns = _fewest_columns(rows_of, list(range(design.shape[1])), design.shape[1])
    return None if columns is None else Separation(levels, tuple(str(names[j]) for j in columns))


def _fewest_columns(
    rows_of: Callable[[list[int]], Array], varying: list[int], n_columns: int
) -> list[int] | None:
    """Drop columns one at a time while the rest still separate; None if all do not."""
    kept = list(range(n_columns))
    if not _is_separated(rows_of(kept)):
        return None
    for j in reversed(varying):
        fewer = [k for k in kept if k != j]
        if fewer and _is_separated(rows_of(fewer)):
            kept = fewer
    return [j for j in kept if j in varying]


def _take_columns(rows: Array, kept: list[int]) -> Array:
    return rows[:, kept]


def _is_separated(rows: Array) -> bool:
    """Say whether some d has rows d >= 0, not all zero."""
    return _separating_direction(rows) is not None


def _separating_direction(rows: Array) -> Array | None:
    """Give the d within -1 and 1 of the largest sum of rows d, all of them >= 0; None if zero."""
    from scipy.optimize import linprog  # a fifth of a second, and seldom needed

    answer = linprog(
        -rows.sum(axis=0),
        A_ub=-rows,
        b_ub=np.zeros(len(rows)),
        bounds=(-1, 1),
        method="highs",
    )
    if answer.status or answer.fun is None or -answer.fun <= SMALLEST_GAIN * len(rows):
        return None
    return answer.x


def _all_differences(codes: Whole, design: Array, n_levels: int) -> Array:
    n, p = design.shape
    blocks = []
    for step in range(1, n_levels):
        other = (codes + step) % n_levels
        block = np.zeros((n, n_levels, p))
        block[np.arange(n), codes] = design
        block[np.arange(n), other] = -design
        blocks.append(block.reshape(n, n_levels * p))
    return np.concatenate(blocks)
