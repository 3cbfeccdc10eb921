"""One clinic is computed on as small tables, and the session around it stays as it was."""

import gc
import weakref

import pandas as pd
import pytest
from threadpoolctl import threadpool_info

from analysis.small_data import small_tables

OPTION = "mode.string_storage"


def blas_threads():
    return [found["num_threads"] for found in threadpool_info() if found["user_api"] == "blas"]


@pytest.mark.parametrize("fails", [False, True])
def test_text_is_plain_and_arithmetic_on_one_thread_only_inside(fails):
    text, threads = pd.get_option(OPTION), blas_threads()

    @small_tables()
    def compute():
        assert pd.Series(["a"]).dtype.storage == "python"
        assert set(blas_threads()) == {1}
        if fails:
            raise ValueError("inside")
        return 7

    if fails:
        with pytest.raises(ValueError, match="inside"):
            compute()
    else:
        assert [compute(), compute()] == [7, 7]
    assert pd.get_option(OPTION) == text
    assert blas_threads() == threads


@pytest.mark.parametrize("searching", [True, False])
@pytest.mark.parametrize("fails", [False, True])
def test_the_cycle_collector_waits_until_the_outermost_block_ends(searching, fails):
    @small_tables()
    def compute():
        assert not gc.isenabled()
        if fails:
            raise ValueError("inside")

    (gc.enable if searching else gc.disable)()
    try:
        with small_tables():
            if fails:
                with pytest.raises(ValueError, match="inside"):
                    compute()
            else:
                compute()
            assert not gc.isenabled()
        assert gc.isenabled() == searching
    finally:
        gc.enable()


def test_what_one_block_leaves_behind_is_gone_soon_after_the_next_begins():
    class Knot:
        pass

    left = weakref.WeakSet()
    for _ in range(50):
        with small_tables():
            knots = [Knot() for _ in range(gc.get_threshold()[0])]
            for knot in knots:
                knot.itself = knot
            left.update(knots)
            del knot, knots
        assert len(left) <= 3 * gc.get_threshold()[0]
