"""How one clinic's records are computed on: as the small tables they are.

Decided here: one thread of arithmetic, because with small matrices a second one only waits for the
first; text kept as plain Python strings, because what pyarrow saves on millions of rows it costs
on hundreds, at every look at a column's name; and no search for objects that hold each other until
the block ends, because a clinic leaves few of them and a search looks at all there is. None of
these moves a result.
"""

from __future__ import annotations

import gc
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
        _cycles_kept(),
    ):
        yield


@contextmanager
def _cycles_kept() -> Iterator[None]:
    """Let the cycle collector wait; a block inside another leaves it to the outer one."""
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            gc.enable()


@lru_cache
def _find_threads() -> ThreadpoolController:
    """Look once for the libraries that start threads; looking takes milliseconds."""
    return ThreadpoolController()
