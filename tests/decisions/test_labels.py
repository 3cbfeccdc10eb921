"""The truth table of decision labels, its boundaries, and a search over a grid."""

import itertools
import math
from typing import get_args

import numpy as np
import pytest
from scipy import stats

from analysis import vocabulary
from analysis.decisions.labels import (
    Label,
    decide_label,
    label_intervals,
    narrower,
    printed_interval,
    size_factor,
)
from analysis.settings import Settings
from analysis.vocabulary import (
    CANNOT_TELL,
    FASTER_IMPORTANT,
    FASTER_SIZE_UNCERTAIN,
    NO_IMPORTANT_DIFFERENCE,
    NOT_COMPARABLE,
    RULES_OUT,
)

M = 0.25
SETTINGS = Settings()

TRUTH_TABLE = [
    # 95% interval, 90% interval inside it, label, who is ahead
    ((0.26, 0.90), (0.30, 0.80), FASTER_IMPORTANT, "this"),
    ((-0.90, -0.26), (-0.80, -0.30), FASTER_IMPORTANT, "than"),
    ((0.05, 0.60), (0.10, 0.55), FASTER_SIZE_UNCERTAIN, "this"),
    ((-0.60, -0.05), (-0.55, -0.10), FASTER_SIZE_UNCERTAIN, "than"),
    ((-0.20, 0.20), (-0.15, 0.15), NO_IMPORTANT_DIFFERENCE, ""),
    ((-0.30, 0.26), (-0.24, 0.24), NO_IMPORTANT_DIFFERENCE, ""),
    ((0.02, 0.22), (0.04, 0.20), NO_IMPORTANT_DIFFERENCE, ""),
    ((-0.22, -0.02), (-0.20, -0.04), NO_IMPORTANT_DIFFERENCE, ""),
    ((-0.20, 0.60), (-0.10, 0.50), RULES_OUT, "this"),
    ((-0.60, 0.20), (-0.50, 0.10), RULES_OUT, "than"),
    ((-0.30, 0.60), (-0.24, 0.50), RULES_OUT, "this"),
    ((-0.60, 0.60), (-0.50, 0.50), CANNOT_TELL, ""),
    ((-0.40, 0.40), (-0.30, 0.30), CANNOT_TELL, ""),
    # on a boundary the weaker label is given
    ((0.25, 0.90), (0.30, 0.80), FASTER_SIZE_UNCERTAIN, "this"),
    ((-0.90, -0.25), (-0.80, -0.30), FASTER_SIZE_UNCERTAIN, "than"),
    ((0.00, 0.60), (0.05, 0.55), RULES_OUT, "this"),
    ((-0.60, 0.00), (-0.55, -0.05), RULES_OUT, "than"),
    ((-0.30, 0.30), (-0.25, 0.25), CANNOT_TELL, ""),
    ((-0.30, 0.60), (-0.25, 0.50), CANNOT_TELL, ""),
    ((-0.60, 0.30), (-0.50, 0.25), CANNOT_TELL, ""),
    ((-0.30, 0.20), (-0.25, 0.15), RULES_OUT, "than"),
    ((0.01, 0.26), (0.02, 0.25), FASTER_SIZE_UNCERTAIN, "this"),
]


@pytest.mark.parametrize(("wide", "narrow", "name", "ahead"), TRUTH_TABLE)
def test_every_row_of_the_truth_table_holds(wide, narrow, name, ahead):
    assert label_intervals(wide, narrow, M) == Label(name, ahead)


def label_by_the_words(wide, narrow, margin):
    """Decide from the words of METHODS.md, written in another order than the code."""
    inside = narrow[0] > -margin and narrow[1] < margin
    above_zero, below_zero = wide[0] > 0, wide[1] < 0
    above_margin, below_margin = wide[0] > margin, wide[1] < -margin
    if inside:
        return Label(NO_IMPORTANT_DIFFERENCE)
    if above_zero:
        return Label(FASTER_IMPORTANT if above_margin else FASTER_SIZE_UNCERTAIN, "this")
    if below_zero:
        return Label(FASTER_IMPORTANT if below_margin else FASTER_SIZE_UNCERTAIN, "than")
    if narrow[0] > -margin:
        return Label(RULES_OUT, "this")
    if narrow[1] < margin:
        return Label(RULES_OUT, "than")
    return Label(CANNOT_TELL)


def test_the_whole_grid_of_intervals_is_labelled_as_the_words_say():
    steps = np.round(np.arange(-0.75, 0.76, 0.125), 3)
    seen = set()
    for low, high in itertools.combinations(steps, 2):
        for inner in (0.0, 0.125):
            if low + inner > high - inner:
                continue
            wide, narrow = (low, high), (low + inner, high - inner)
            label = label_intervals(wide, narrow, M)
            assert label == label_by_the_words(wide, narrow, M), (wide, narrow)
            seen.add(label)
    assert len(seen) == 8


def test_swapping_the_two_formats_swaps_only_who_is_ahead():
    rng = np.random.default_rng(6)
    other = {"this": "than", "than": "this", "": ""}
    for estimate, error in zip(rng.normal(0, 0.4, 500), rng.uniform(0.01, 0.4, 500), strict=True):
        here = decide_label(estimate, error, 20, SETTINGS)
        there = decide_label(-estimate, error, 20, SETTINGS)
        assert (there.name, there.ahead) == (here.name, other[here.ahead])


def test_intervals_are_those_of_students_t_at_both_levels():
    df, error = 9.3, 0.1
    wide, narrow = (stats.t.ppf(q, df) * error for q in (0.975, 0.95))
    just = 0.01  # an interval is judged as it is printed, to two decimals
    assert decide_label(wide + just, error, df, SETTINGS).name == FASTER_SIZE_UNCERTAIN
    assert decide_label(wide - just, error, df, SETTINGS).name == RULES_OUT
    assert decide_label(M + wide + just, error, df, SETTINGS).name == FASTER_IMPORTANT
    assert decide_label(M + wide - just, error, df, SETTINGS).name == FASTER_SIZE_UNCERTAIN
    assert decide_label(M - narrow - just, error, df, SETTINGS).name == NO_IMPORTANT_DIFFERENCE
    assert decide_label(M - narrow + just, error, df, SETTINGS).name != NO_IMPORTANT_DIFFERENCE
    assert narrower(df, SETTINGS) == pytest.approx(narrow / wide)


def test_an_interval_is_judged_as_it_is_printed():
    df, error = 30.0, 0.1
    wide, narrow = (stats.t.ppf(q, df) * error for q in (0.975, 0.95))
    # The exact interval leaves out zero, or the margin, by less than what is printed of it.
    assert decide_label(wide + 0.004, error, df, SETTINGS).name == RULES_OUT
    assert decide_label(M + wide + 0.004, error, df, SETTINGS).name == FASTER_SIZE_UNCERTAIN
    assert decide_label(narrow - M + 0.004, error, df, SETTINGS) == Label(RULES_OUT, "than")
    rng = np.random.default_rng(8)
    for estimate, error in zip(rng.normal(0, 0.3, 2000), rng.uniform(0.02, 0.3, 2000), strict=True):
        label = decide_label(estimate, error, df, SETTINGS)
        low, high = printed_interval(estimate, error, df, SETTINGS.confidence)
        near = printed_interval(estimate, error, df, SETTINGS.similarity_confidence)
        if label.name in (FASTER_IMPORTANT, FASTER_SIZE_UNCERTAIN):
            assert low > 0 or high < 0
        if label.name == RULES_OUT:
            assert near[0] > -M if label.ahead == "this" else near[1] < M
        if label.name == NO_IMPORTANT_DIFFERENCE:
            assert max(map(abs, near)) < M


@pytest.mark.parametrize(
    ("estimate", "error"), [(math.nan, 0.1), (0.2, math.nan), (0.2, 0.0), (math.inf, 0.1)]
)
def test_no_interval_no_label(estimate, error):
    assert decide_label(estimate, error, 10, SETTINGS) == Label(NOT_COMPARABLE)


def test_every_label_is_one_that_may_be_published():
    names = {name for _, _, name, _ in TRUTH_TABLE} | {NOT_COMPARABLE}
    assert names <= set(get_args(vocabulary.Label))


def test_a_larger_margin_never_makes_a_difference_more_important():
    order = [FASTER_IMPORTANT, FASTER_SIZE_UNCERTAIN, NO_IMPORTANT_DIFFERENCE]
    for estimate in np.linspace(0.3, 1.0, 15):
        names = [
            decide_label(estimate, 0.1, 30, Settings(margin=margin)).name
            for margin in (0.05, 0.1, 0.25, 0.5, 1.0, 2.0)
        ]
        ranks = [order.index(name) for name in names]
        assert ranks == sorted(ranks)


@pytest.mark.parametrize(("error", "df"), [(0.3, 8.0), (0.2, 30.0), (0.5, 100.0)])
def test_so_many_times_the_children_narrow_the_interval_to_two_thirds_of_the_margin(error, df):
    factor = size_factor(error, df, SETTINGS)
    half = stats.t.ppf(0.975, df * factor) * error / math.sqrt(factor)
    assert half == pytest.approx(2 / 3 * M, rel=1e-6)


def test_an_interval_that_is_narrow_enough_needs_no_more_children():
    assert size_factor(0.05, 40, SETTINGS) == 1.0
