"""Shapes tell what kind of cell stands where, and never what it says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.app import preview
from analysis.app.preview import shape_of, shape_rows
from analysis.records.text import TextColumn, TextTable

SHAPES = {
    value for name, value in vars(preview).items() if name.isupper() and isinstance(value, str)
}


@pytest.mark.parametrize(
    ("cell", "shape"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("n/a", "a word for missing"),
        ("-2", "−2 to 2"),
        ("7", "3 to 9"),
        ("24", "10 to 99"),
        ("12345678", "a larger number"),
        ("-3", "below −2"),
        ("5,5", "a decimal number"),
        ("C017", "a code"),
        ("2024-03-01", "a date"),
        ("motor", "a word"),
        ("Ann Example", "words"),
        ("She puts on her coat without help at school", "text"),
    ],
)
def test_each_kind_of_cell_has_its_shape(cell, shape):
    assert shape_of(cell) == shape


@given(st.text(max_size=60))
def test_whatever_stands_in_a_cell_its_shape_is_one_of_the_list(cell):
    assert shape_of(cell) in SHAPES


def test_five_rows_are_shown_and_no_more():
    column = TextColumn("Child", 1, ("C1", "C2"), np.array([0, 1] * 10, dtype=np.int32))
    table = TextTable("f.csv", "", (column,), np.arange(20), {"used": 20})
    assert shape_rows(table) == [["a code"]] * 5
