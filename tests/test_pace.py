"""One clinic is computed on as small tables, and the session around it stays as it was."""

import pandas as pd
import pytest
from threadpoolctl import threadpool_info

from analysis.pace import small_tables

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
