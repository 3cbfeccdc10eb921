"""How one clinic's records are computed on: as the small tables they are.

Decided here: one thread of arithmetic, because with small matrices a second one only waits for the
first; and text kept as plain Python strings, because what pyarrow saves on millions of rows it
costs on hundreds, at every look at a column's name. Neither moves a result.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import pandas as pd
from threadpoolctl import ThreadpoolController


@contextmanager
def small_tables() -> Iterator[None]:
    """Compute on small tables for the length of a block, or of a function so decorated."""
    with (
        _find_threads().limit(limits=1, user_api="blas"),
        pd.option_context("mode.string_storage", "python"),
    ):
        yield


@lru_cache
def _find_threads() -> ThreadpoolController:
    """Look once for the libraries that start threads; looking takes milliseconds."""
    return ThreadpoolController()
