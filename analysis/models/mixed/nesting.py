"""Which row belongs to which group, and every group to which larger one.

In: one label per row for each level, outermost first. Out: a `Nesting`: an order of the rows in
which every group is one unbroken run, and the tree of the runs. Decisions: a group found inside two
larger groups is an error that names it, because guessing (is "goal 1" of one child the "goal 1" of
another?) would change the model in silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.errors import AnalysisError
from analysis.models.arrays import Array, Whole

MOST_DESIGN_COLUMNS = 4


@dataclass(frozen=True, eq=False)
class RandomEffect:
    """One level of random effects: groups, and what varies between them.

    Attributes:
        groups: (n,) labels, one per row; a Series' name becomes the level's name.
        design: (n, q) numbers, q from 1 to 4: a frame (whose column names are kept), an array,
            or one column. A row of zeros takes no part in the level, which is how partial
            nesting is said (a child treated alone belongs to no therapy group).
        correlated: whether the q effects of one group have a free covariance (True) or are
            independent of each other (False).
    """

    groups: ArrayLike | pd.Series
    design: ArrayLike | pd.DataFrame
    correlated: bool = True

    def read_design(self, n_rows: int, name: str) -> tuple[list[str], Array]:
        """Read the design as column names and an (n, q) array.

        Raises:
            AnalysisError: on a wrong shape, more than four columns, or a number that is not
                finite.
        """
        if isinstance(self.design, pd.Series):
            names = [str(self.design.name if self.design.name is not None else "effect")]
        elif isinstance(self.design, pd.DataFrame):
            names = [str(column) for column in self.design.columns]
        else:
            names = []
        values = self._read_numbers(name)
        values = values[:, None] if values.ndim == 1 else values
        if values.ndim != 2 or len(values) != n_rows:
            raise AnalysisError(
                f"The random design of level {name} needs {n_rows} rows, as the outcome has; "
                f"its shape is {values.shape}."
            )
        if not 1 <= values.shape[1] <= MOST_DESIGN_COLUMNS:
            raise AnalysisError(
                f"The random design of level {name} has {values.shape[1]} columns: give 1 to "
                f"{MOST_DESIGN_COLUMNS}."
            )
        if not np.isfinite(values).all():
            raise AnalysisError(
                f"The random design of level {name} holds missing or infinite numbers. "
                "Fill or leave out these rows first."
            )
        return names or [f"effect {k}" for k in range(1, values.shape[1] + 1)], values

    def _read_numbers(self, name: str) -> Array:
        try:
            if isinstance(self.design, pd.DataFrame | pd.Series):
                return self.design.to_numpy(dtype=float, na_value=np.nan)
            return np.asarray(self.design, dtype=float)
        except (TypeError, ValueError):
            raise AnalysisError(
                f"The random design of level {name} holds something that is not a number. Code it "
                "as numbers first."
            ) from None


@dataclass(frozen=True, eq=False)
class Nesting:
    """Rows in an order in which every group of every level is one run.

    Attributes:
        names: the levels' names, outermost first.
        order: (n,) positions of the rows in that order, or None when they already are.
        starts: per level the row (in that order) at which each of its groups begins.
        labels: per level the groups' labels, in that order.
        n_rows: how many rows.
    """

    names: tuple[str, ...]
    order: Whole | None
    starts: tuple[Whole, ...]
    labels: tuple[pd.Index, ...]
    n_rows: int

    def arrange(self, values: Array) -> Array:
        """Put one value (or one row of values) per row into the order of the groups."""
        return values if self.order is None else values[self.order]

    @cached_property
    def counts(self) -> tuple[Whole, ...]:
        """Per level, how many rows each group has."""
        return tuple(np.diff(starts, append=self.n_rows) for starts in self.starts)

    def parents(self, level: int) -> Whole:
        """For each group of `level` (not the outermost), the position of its larger group."""
        return np.searchsorted(self.starts[level - 1], self.starts[level], side="right") - 1

    def children_starts(self, level: int) -> Whole:
        """For each group of the level above `level`, the position of its first group here."""
        if level == 0:
            return np.zeros(1, dtype=np.int64)
        return np.searchsorted(self.starts[level], self.starts[level - 1])


def check_levels(random: Sequence[RandomEffect]) -> None:
    """Refuse anything but one or more levels.

    Raises:
        AnalysisError: if there is none, or something else among them.
    """
    if isinstance(random, RandomEffect) or not all(isinstance(r, RandomEffect) for r in random):
        raise AnalysisError("Give the random effects as a list of RandomEffect, outermost first.")
    if len(random) == 0:
        raise AnalysisError("Give at least one level of random effects.")


def read_nesting(groups: Sequence[ArrayLike | pd.Series], n_rows: int) -> Nesting:
    """Arrange the rows by groups and check that the levels are nested.

    Groups keep the order in which they first appear.

    Args:
        groups: one label per row for each level, outermost first.
        n_rows: how many rows there are.

    Raises:
        AnalysisError: on a missing label, a wrong length, or a group inside two larger ones.
    """
    names = tuple(_name(labels, k) for k, labels in enumerate(groups, start=1))
    if len(set(names)) < len(names):
        raise AnalysisError(f"Two random levels have the same name ({', '.join(names)}).")
    codes, labels = [], []
    for name, values in zip(names, groups, strict=True):
        code, label = _factorise(values, name, n_rows)
        codes.append(code)
        labels.append(label)
    for k in range(1, len(codes)):
        _check_nested(codes[k - 1], codes[k], labels[k - 1], labels[k], names[k - 1], names[k])
    order = None
    if not all(_is_grouped(code, len(label)) for code, label in zip(codes, labels, strict=True)):
        order = np.lexsort(codes[::-1])
        codes = [code[order] for code in codes]
    starts = tuple(np.flatnonzero(np.diff(code, prepend=-1)).astype(np.int64) for code in codes)
    arranged = tuple(
        label.take(code[start]) for label, code, start in zip(labels, codes, starts, strict=True)
    )
    return Nesting(names, order, starts, arranged, n_rows)


def _name(labels: ArrayLike | pd.Series, k: int) -> str:
    name = getattr(labels, "name", None)
    return f"level {k}" if name is None else str(name)


def _factorise(values: ArrayLike | pd.Series, name: str, n_rows: int) -> tuple[Whole, pd.Index]:
    column: pd.Series | pd.Categorical | np.ndarray
    if isinstance(values, pd.Series | pd.Categorical):
        column = values
    elif isinstance(values, list) and values and isinstance(values[0], tuple):
        column = pd.Series(values)
    else:
        column = np.asarray(values)
    if column.shape != (n_rows,):
        raise AnalysisError(
            f"Level {name} needs one group for each of the {n_rows} rows; the shape of its groups "
            f"is {column.shape}."
        )
    code, label = pd.factorize(column)
    if (code < 0).any():
        raise AnalysisError(
            f"{int((code < 0).sum())} rows have no group at level {name}. Give each its own group "
            "with a design of zero, or leave these rows out."
        )
    return code.astype(np.int64), pd.Index(label)


def _is_grouped(code: Whole, n_groups: int) -> bool:
    return int(np.count_nonzero(np.diff(code))) + 1 == n_groups


def _check_nested(
    outer: Whole, inner: Whole, outer_labels: pd.Index, inner_labels: pd.Index, up: str, down: str
) -> None:
    first = np.empty(len(inner_labels), dtype=np.int64)
    first[inner[::-1]] = outer[::-1]
    astray = np.flatnonzero(first[inner] != outer)
    if len(astray) == 0:
        return
    group = inner[astray[0]]
    n_groups = len(np.unique(inner[astray]))
    raise AnalysisError(
        f'Each {down} must lie inside one {up}, but {down} "{inner_labels[group]}" is found in '
        f'{up} "{outer_labels[first[group]]}" and in {up} "{outer_labels[outer[astray[0]]]}" '
        f"({n_groups} such in all). Make the labels of {down} unique, for example by joining "
        "both labels."
    )
