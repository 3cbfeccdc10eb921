"""The one vocabulary of results: intervals, p-values, contrasts by name, one way to print."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.errors import AnalysisError
from analysis.models.results import (
    RESULT_COLUMNS,
    describe_fit,
    read_contrasts,
    standard_errors,
    student_quantile,
    tabulate_estimates,
    two_sided_p,
)


def test_every_table_has_the_same_columns_in_the_same_order():
    table = tabulate_estimates(["a"], [1.0], [0.5], 10)
    assert tuple(table.columns) == RESULT_COLUMNS
    assert tuple(table.columns) == (
        "estimate",
        "std_error",
        "df",
        "p_value",
        "conf_low",
        "conf_high",
    )


def test_intervals_and_p_values_are_students():
    degrees = np.array([0.7, 3.2, 12.9255319, 400.0])
    table = tabulate_estimates(list("abcd"), [1.0, -2, 0.3, 0], [0.5] * 4, degrees, 0.90)
    quantile = stats.t.ppf(0.95, degrees)
    assert table["conf_high"].to_numpy() == pytest.approx(
        table["estimate"] + 0.5 * quantile, rel=1e-10
    )
    assert table["conf_low"].to_numpy() == pytest.approx(
        table["estimate"] - 0.5 * quantile, rel=1e-10
    )
    expected = 2 * stats.t.sf(np.abs(table["estimate"] / 0.5), degrees)
    assert table["p_value"].to_numpy() == pytest.approx(expected, rel=1e-10)


def test_infinite_degrees_of_freedom_are_the_normal_distribution():
    row = tabulate_estimates(["a"], [1.0], [0.5]).loc["a"]
    assert row["conf_high"] == pytest.approx(1 + 0.5 * 1.959963984540054, rel=1e-14)
    assert row["p_value"] == pytest.approx(2 * stats.norm.sf(2), rel=1e-12)
    assert student_quantile(0.95, [np.inf, 5]) == pytest.approx([1.959963984540054, 2.5705818366])


def test_unknown_degrees_of_freedom_leave_the_interval_missing():
    row = tabulate_estimates(["a"], [1.0], [0.5], np.nan).loc["a"]
    assert np.isnan(row[["p_value", "conf_low", "conf_high"]].to_numpy(dtype=float)).all()


def test_an_exact_estimate_has_an_interval_of_no_width():
    table = tabulate_estimates(["a", "zero"], [1.0, 0.0], [0.0, 0.0], 4)
    assert (table["conf_low"] == table["conf_high"]).all()
    assert table["p_value"].tolist() == [0.0, 1.0]


def test_p_values_far_in_the_tail_keep_their_digits():
    assert two_sided_p(40.0, np.inf) == pytest.approx(2 * stats.norm.sf(40), rel=1e-10)
    assert two_sided_p(1e6, 3.0) == pytest.approx(2 * stats.t.sf(1e6, 3), rel=1e-10)


def test_a_variance_rounded_below_zero_is_zero():
    assert standard_errors([[4.0, 0], [0, -1e-18]]) == pytest.approx([2, 0])


def test_contrasts_are_read_by_name_in_any_order():
    frame = pd.DataFrame({"c": [1.0], "a": [-1.0]}, index=["c - a"])
    labels, rows = read_contrasts(frame, ["a", "b", "c"])
    assert list(labels) == ["c - a"]
    assert rows.tolist() == [[-1, 0, 1]]
    labels, rows = read_contrasts(pd.Series({"b": 2.0}, name="twice b"), ["a", "b", "c"])
    assert list(labels) == ["twice b"]
    assert rows.tolist() == [[0, 2, 0]]


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        (pd.DataFrame({"d": [1.0]}), '"d", which is no column'),
        ([1.0, 2.0], "3 columns"),
        ([1.0, np.inf, 0.0], "missing or infinite"),
    ],
)
def test_contrasts_that_do_not_fit_are_refused(matrix, words):
    with pytest.raises(AnalysisError, match=words):
        read_contrasts(matrix, ["a", "b", "c"])


@pytest.mark.parametrize("confidence", [0, 1, 95])
def test_a_confidence_level_is_a_share(confidence):
    with pytest.raises(AnalysisError, match=r"0\.95"):
        tabulate_estimates(["a"], [1.0], [0.5], 10, confidence)


def test_a_fit_prints_title_table_and_facts():
    text = describe_fit("A fit", tabulate_estimates(["age"], [1.0], [0.5], 10), {"rows": 12})
    assert text.startswith("A fit\n")
    assert "age" in text
    assert text.endswith("rows: 12")
