"""How one clinic's records are computed on: as the small tables they are.

In: columns of values; functions to run. Out: frames; the functions on one thread.
Decisions: one thread of arithmetic, because with small matrices a second one only waits for the
first; headings and codes are Python strings, because what pyarrow saves on millions of rows it
costs on hundreds, at every look at a column's name. The type is given where a frame is made, so
that it never follows a setting of the session. Neither moves a result.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray
from threadpoolctl import ThreadpoolController

Array = NDArray[Any]

INDEXES_KEPT = 512


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread for the length of a block, or of a function so decorated."""
    with _find_threads().limit(limits=1, user_api="blas"):
        yield


@lru_cache
def text_type() -> pd.StringDtype[Literal["python"]]:
    """Give the type of codes and headings: shared Python strings, NaN where missing."""
    return pd.StringDtype("python", na_value=np.nan)


@lru_cache
def label_type(choices: tuple[str, ...], *, ordered: bool = True) -> pd.CategoricalDtype:
    """Give the type of a column whose labels come from a fixed list.

    Args:
        choices: the labels, in their order.
        ordered: whether the order means more and less.
    """
    return pd.CategoricalDtype(text_index(choices), ordered=ordered)


def make_frame(
    columns: Mapping[str, object], index: pd.Index | None = None, *, copy: bool = True
) -> pd.DataFrame:
    """Give columns as a frame whose headings and texts are Python strings.

    Args:
        columns: heading -> (n,) values, which keep their type unless they are plain texts.
        index: (n,) labels of the rows; numbers from 0 when None.
        copy: whether the values are copied; without it they must never change.
    """
    typed = {i: _typed(values) for i, values in enumerate(columns.values())}
    frame = pd.DataFrame(typed, index=index, copy=copy)
    frame.columns = text_index(tuple(columns))
    return frame


def text_index(names: tuple[str, ...], title: str | None = None) -> pd.Index:
    """Give names as an index of Python strings.

    Args:
        names: what the rows or columns are called.
        title: what the names are of, or None.
    """
    index = _made_once(names).view()
    index.name = title
    return index


def category_codes(values: pd.Series) -> Array:
    """Give the number of each value's label; -1 where it is missing.

    Args:
        values: (n,) a column of labels from a fixed list.

    Raises:
        TypeError: if the column is not of that kind.
    """
    array = values.array
    if not isinstance(array, pd.Categorical):
        raise TypeError(f"{values.name} is not a column of labels from a fixed list.")
    return array.codes


def positions_in(
    known: pd.Series | ExtensionArray, wanted: pd.Series | ExtensionArray
) -> NDArray[np.intp]:
    """Give where each wanted label stands among known ones; -1 where it does not.

    Args:
        known: (m,) labels, each once.
        wanted: (n,) labels.
    """
    return pd.Index(known).get_indexer(pd.Index(wanted))


def _typed(values: object) -> object:
    """Give texts their type; pandas would choose it by the session's setting."""
    if isinstance(values, list | tuple | np.ndarray) and len(values):
        array = np.asarray(values)
        if array.dtype.kind == "U" or (
            array.dtype.kind == "O" and pd.api.types.infer_dtype(array) == "string"
        ):
            return pd.array(array, dtype=text_type())
    return values


@lru_cache(INDEXES_KEPT)
def _made_once(names: tuple[str, ...]) -> pd.Index:
    """Make an index once: where each name stands is then looked up once for all frames."""
    return pd.Index(names, dtype=text_type())


@lru_cache
def _find_threads() -> ThreadpoolController:
    """Look once for the libraries that start threads; looking takes milliseconds."""
    return ThreadpoolController()


def find_pairs(codes: Array, values: Array) -> tuple[Array, Array, Array]:
    """Give the distinct pairs of a code and a value, in order of both.

    Args:
        codes: (n,) whole numbers from 0.
        values: (n,) numbers.

    Returns:
        (m,) codes and (m,) values of the pairs, and (n,) which pair each row is.
    """
    distinct, number = np.unique(values, return_inverse=True)
    pair, row = np.unique(codes * len(distinct) + number, return_inverse=True)
    n = max(len(distinct), 1)
    return pair // n, distinct[pair % n], row
