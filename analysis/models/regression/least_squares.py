"""Read a design matrix, refuse one that cannot be trusted, and solve least squares exactly.

In: an outcome, a design (an array, or a frame with named columns), optional weights. Out: the
coefficients and an orthonormal basis of the design. Decisions: columns are scaled to length one
before their condition number is judged, and coefficients come from a Householder QR refined in
extended precision (where the machine has it), never from the normal equations alone; tall designs
that are well conditioned go by two Cholesky factors, which are as exact there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.linalg.lapack import dtrtri

from analysis.errors import AnalysisError
from analysis.models.arrays import Array, Flags, is_number

LARGEST_CONDITION_NUMBER = 1e8
LARGEST_ROUNDING = 1e-11
MANY_ROWS = 16_384
"""Designs of this many rows go by blocks, and by Cholesky factors where that is safe."""
SAFE_CONDITION = 1e3
"""Condition number up to which tall designs lose nothing in double precision alone."""
COLUMNS_NAMED = 5
LARGEST_NUMBER = 1e70


class DependentColumnsError(AnalysisError):
    """The columns of a design cannot be told apart, or one of them is zero in every row."""


@dataclass(frozen=True, eq=False)
class LeastSquares:
    """A weighted least-squares solution, and the basis in which the design is orthonormal.

    Attributes:
        coefficients: (p,) minimising sum w (y - x b)^2.
        residuals: (n,) y - x b.
        basis: (n, p) B = X T, so that B' diag(w) B = I.
        transform: (p, p) T, so that (X' diag(w) X)^-1 = T T'.
        condition_number: of the weighted design after scaling its columns to length one.
    """

    coefficients: Array
    residuals: Array
    basis: Array
    transform: Array
    condition_number: float


def solve_least_squares(
    outcome: Array,
    design: Array,
    names: pd.Index,
    weights: Array | None = None,
    condition_limit: float = LARGEST_CONDITION_NUMBER,
) -> LeastSquares:
    """Solve weighted least squares: b = argmin sum_i w_i (y_i - x_i'b)^2.

    sqrt(w) X = Q R S, S the lengths of the columns; T = S^-1 R^-1; b = T Q' sqrt(w) y, then twice
    b + T T' X'W (y - X b), where the residual and its product with X'W are in extended precision
    (corrected seminormal equations: Bjorck 1987, 10.1016/0024-3795(87)90101-7).

    Args:
        outcome: (n,) finite.
        design: (n, p) finite.
        names: the p column names, for messages.
        weights: (n,) positive, or None for one each.
        condition_limit: largest condition number accepted.

    Raises:
        DependentColumnsError: if there are fewer rows than columns, or columns that cannot be
            told apart (named in the message).
    """
    basis, transform, condition_number = orthonormalise(design, names, weights, condition_limit)
    weighted = outcome if weights is None else outcome * weights
    coefficients = transform @ (basis.T @ weighted)
    plain = len(design) >= MANY_ROWS and condition_number <= SAFE_CONDITION
    precision = np.float64 if plain else np.longdouble
    for _ in range(2):
        residuals = _residuals(outcome, design, coefficients, precision)
        slope = _slope(residuals if weights is None else residuals * weights, design, precision)
        coefficients = coefficients + transform @ (transform.T @ slope)
    residuals = _residuals(outcome, design, coefficients, precision).astype(float, copy=False)
    return LeastSquares(coefficients, residuals, basis, transform, condition_number)


def _residuals(
    outcome: Array, design: Array, coefficients: Array, precision: type[np.floating]
) -> np.ndarray:
    """Give y - X b in a precision; the design is copied into it a block of rows at a time."""
    found = np.empty(len(outcome), precision)
    for part in _blocks_of_rows(len(outcome)):
        found[part] = outcome[part] - design[part].astype(precision, copy=False) @ coefficients
    return found


def _slope(values: np.ndarray, design: Array, precision: type[np.floating]) -> Array:
    """Give X'v, added up in a precision."""
    total = np.zeros(design.shape[1], precision)
    for part in _blocks_of_rows(len(values)):
        total += values[part] @ design[part].astype(precision, copy=False)
    return total.astype(float)


def _blocks_of_rows(n: int) -> Iterator[slice]:
    for first in range(0, n, MANY_ROWS):
        yield slice(first, first + MANY_ROWS)


def orthonormalise(
    design: Array,
    names: pd.Index,
    weights: Array | None = None,
    condition_limit: float = LARGEST_CONDITION_NUMBER,
) -> tuple[Array, Array, float]:
    """Give the basis B = X T of a design in which B' diag(w) B = I.

    Args:
        design: (n, p) finite.
        names: the p column names, for messages.
        weights: (n,) positive, or None for one each.
        condition_limit: largest condition number accepted.

    Returns:
        B (n, p), T (p, p) and the condition number of sqrt(w) X with columns of length one.

    Raises:
        DependentColumnsError: if there are fewer rows than columns, or columns that cannot be
            told apart (named in the message).
        AnalysisError: on a limit that is no number of 1 or more.
    """
    n, p = design.shape
    if not (is_number(condition_limit) and condition_limit >= 1):
        raise AnalysisError("The condition limit is a number of 1 or more, for example 1e8.")
    if n < p:
        raise DependentColumnsError(
            f"The design has {p} columns and only {n} rows to estimate them from. "
            "Leave out columns until there are fewer than rows."
        )
    if n >= MANY_ROWS:
        found = _orthonormalise_tall(design, weights)
        if found is not None and found[2] <= condition_limit:
            return found
    root = None if weights is None else np.sqrt(weights)[:, None]
    scaled = design if root is None else design * root
    lengths = np.sqrt(np.einsum("ij,ij->j", scaled, scaled))
    if not (lengths > 0).all():
        empty = [str(name) for name in names[lengths == 0]]
        raise DependentColumnsError(
            f"Nothing can be estimated for {_quoted(empty)}: the column is zero in every row. "
            "Leave it out."
        )
    q, r = np.linalg.qr(scaled / lengths)
    condition_number = _condition(r)
    if not condition_number <= condition_limit:
        raise DependentColumnsError(_explain_dependence(r, names, condition_number))
    inverse, _ = dtrtri(r)
    transform = inverse / lengths[:, None]
    return (q if root is None else q / root), transform, condition_number


def _orthonormalise_tall(design: Array, weights: Array | None) -> tuple[Array, Array, float] | None:
    """Give what `orthonormalise` gives, for many rows, by two Cholesky factors.

    R'R = S^-1 X'WX S^-1, B = X S^-1 R^-1; the same once more for B, which leaves it orthonormal
    to rounding as long as the condition number is far from 1e8 (Yamamoto, Nakatsukasa, Yanagisawa
    & Fukaya 2015, ETNA 44:306). No scaled copy of the design is made.

    Returns:
        None where the condition number is above `SAFE_CONDITION`.
    """
    products = weighted_products(design, weights)
    lengths = np.sqrt(np.diagonal(products))
    if not (lengths > 0).all():
        return None
    values = np.linalg.eigvalsh(products / np.outer(lengths, lengths))
    if not values[0] * SAFE_CONDITION**2 >= values[-1]:
        return None
    first, _ = dtrtri(np.linalg.cholesky(products / np.outer(lengths, lengths)).T)
    basis = design @ (first / lengths[:, None])
    second, _ = dtrtri(np.linalg.cholesky(weighted_products(basis, weights)).T)
    for part in _blocks_of_rows(len(basis)):
        basis[part] = basis[part] @ second
    return basis, (first @ second) / lengths[:, None], float(np.sqrt(values[-1] / values[0]))


def weighted_products(values: Array, weights: Array | None) -> Array:
    """Give X'WX, a block of rows at a time."""
    total = np.zeros((values.shape[1], values.shape[1]))
    for part in _blocks_of_rows(len(values)):
        rows = values[part] if weights is None else values[part] * np.sqrt(weights[part])[:, None]
        total += rows.T @ rows
    return total


def read_design(design: ArrayLike | pd.DataFrame) -> tuple[pd.Index, Array]:
    """Read a design as column names and an (n, p) array of finite numbers.

    Args:
        design: (n, p) array, or a frame whose column names are kept; an array's columns are
            called "x1", "x2", ...

    Raises:
        AnalysisError: if it is not a table, has no column, repeats a name, holds a missing
            or infinite number (columns named), or numbers whose squares leave double precision.
    """
    if isinstance(design, pd.DataFrame):
        names = design.columns
        values = read_numbers(design, "design")
        if not names.is_unique:
            repeated = [str(name) for name in names[names.duplicated()].unique()]
            raise AnalysisError(f"The design names {_quoted(repeated)} twice: rename one.")
    else:
        values = read_numbers(design, "design")
        if values.ndim != 2:
            raise AnalysisError("A design needs rows and columns: give an (n, p) array.")
        names = number_names("x", values.shape[1])
    if values.shape[1] == 0:
        raise AnalysisError("The design has no column: give at least the constant.")
    largest = _largest_of_columns(values)
    if not np.isfinite(largest).all():
        finite = np.isfinite(values)
        faulty = [str(name) for name in names[~np.isfinite(largest)]]
        n_rows = int((~finite.all(axis=1)).sum())
        raise AnalysisError(
            f"{n_rows} rows of the design hold a missing or infinite number in "
            f"{_quoted(faulty)}. Fill or leave out these rows first."
        )
    out_of_range = _is_out_of_range(largest)
    if out_of_range.any():
        faulty = [str(name) for name in names[out_of_range]]
        raise AnalysisError(f"{_quoted(faulty)} of the design: {_OTHER_UNIT}")
    return names, values


def read_vector(values: ArrayLike, n_rows: int, what: str) -> Array:
    """Read one finite number per row.

    Args:
        values: (n,) numbers.
        n_rows: how many rows the design has.
        what: the vector's name in a message, for example "outcome".

    Raises:
        AnalysisError: on another length, no row, a missing or infinite number, or numbers
            whose squares leave double precision.
    """
    vector = _read_finite(values, n_rows, what)
    if _is_out_of_range(_largest_of_columns(vector)).any():
        raise AnalysisError(f"The {what}: {_OTHER_UNIT}")
    return vector


def read_weights(weights: ArrayLike | None, n_rows: int) -> Array | None:
    """Read weights: one number per row, zero or more, or None.

    Raises:
        AnalysisError: on a wrong length, a number that is not finite, one below zero, or none
            above it.
    """
    if weights is None:
        return None
    vector = _read_finite(weights, n_rows, "weight")
    if (vector < 0).any():
        raise AnalysisError(
            f"{int((vector < 0).sum())} weights are below zero. A weight is zero or more."
        )
    if not vector.any():
        raise AnalysisError("Every weight is zero: there is nothing to fit. Give some more.")
    return vector


@lru_cache
def number_names(name: str, n: int) -> pd.Index:
    """Give the names of n things that came without any: the name with 1, 2, ... after it."""
    return pd.Index([f"{name}{i}" for i in range(1, n + 1)])


def read_numbers(values: ArrayLike | pd.DataFrame, what: str) -> Array:
    """Read an array or frame of numbers, of any shape; a missing one becomes NaN.

    Args:
        values: numbers (or truth values) of any type.
        what: their name in a message, for example "outcome".

    Raises:
        AnalysisError: on text, dates, complex numbers, or rows of unequal length.
    """
    try:
        if isinstance(values, pd.DataFrame | pd.Series):
            plain = values.to_numpy()
            if plain.dtype == np.float64:
                return plain
            types = values.dtypes if isinstance(values, pd.DataFrame) else [values.dtype]
            if not _NO_NUMBERS.isdisjoint(getattr(kind, "kind", "O") for kind in types):
                raise TypeError
            return values.to_numpy(dtype=float, na_value=np.nan)
        array = np.asarray(values)
        if array.dtype.kind in _NO_NUMBERS:
            raise TypeError
        return array.astype(float, copy=False)
    except (TypeError, ValueError):
        raise AnalysisError(
            f"The {what} holds something that is not a number. Code it as numbers first."
        ) from None


_NO_NUMBERS = frozenset("cmM")
_OTHER_UNIT = (
    f"numbers beyond {LARGEST_NUMBER:.0e}, or all nearer to zero than {1 / LARGEST_NUMBER:.0e}, "
    "are more than squares in double precision can hold. Choose another unit."
)


def _read_finite(values: ArrayLike, n_rows: int, what: str) -> Array:
    vector = read_numbers(values, what)
    if vector.shape != (n_rows,):
        raise AnalysisError(
            f"The {what} needs one number for each of the design's {n_rows} rows; its shape "
            f"is {vector.shape}."
        )
    if n_rows == 0:
        raise AnalysisError(f"There are no rows, so the {what} is empty: nothing can be estimated.")
    if not np.isfinite(_largest_of_columns(vector)):
        n_faulty = int((~np.isfinite(vector)).sum())
        raise AnalysisError(
            f"The {what} is missing or infinite in {n_faulty} rows. Leave out these rows first."
        )
    return vector


def _largest_of_columns(values: Array) -> Array:
    """Give the largest size of each column, NaN where one is missing; nothing is copied."""
    return np.maximum(values.max(axis=0, initial=0.0), -values.min(axis=0, initial=0.0))


def _is_out_of_range(largest: ArrayLike) -> Flags:
    sizes = np.atleast_1d(np.asarray(largest, dtype=float))
    return (sizes > LARGEST_NUMBER) | ((sizes > 0) & (sizes < 1 / LARGEST_NUMBER))


def _condition(triangle: Array) -> float:
    singular = np.linalg.svd(triangle, compute_uv=False)
    return float(singular[0] / singular[-1]) if singular[-1] > 0 else np.inf


def _explain_dependence(triangle: Array, names: pd.Index, condition_number: float) -> str:
    new_share = np.abs(np.diagonal(triangle))
    dependent = np.flatnonzero(new_share < LARGEST_ROUNDING)
    if len(dependent) == 0:
        worst = names[np.argsort(new_share, kind="stable")[:2]]
        return (
            f"The columns of the design cannot be told apart in double precision (condition "
            f"number {condition_number:.1e}); the nearest to a mixture of others are "
            f"{_quoted([str(name) for name in worst])}. Centre them, or leave one out."
        )
    sentences = []
    for j in dependent[:COLUMNS_NAMED]:
        shares = np.linalg.lstsq(triangle[:j, :j], triangle[:j, j], rcond=LARGEST_ROUNDING)[0]
        parents = [str(name) for name in names[:j][np.abs(shares) > LARGEST_ROUNDING]]
        sentences.append(f'"{names[j]}" can be computed from {_quoted(parents)}')
    more = len(dependent) - COLUMNS_NAMED
    also = f" (and {more} more)" if more > 0 else ""
    return f"The design repeats itself: {'; '.join(sentences)}{also}. Leave out one of these."


def _quoted(names: list[str]) -> str:
    shown = ", ".join(f'"{name}"' for name in names[:COLUMNS_NAMED])
    more = len(names) - COLUMNS_NAMED
    return f"{shown} and {more} more" if more > 0 else shown
