"""Places of therapy: told by columns or by what they give, and who was treated side by side."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from small_clinics import sample_study

from analysis.comparison.covariates import choose_covariates, narrow_covariates
from analysis.comparison.places import children_together, choose_place_columns, number_places
from analysis.comparison.unmeasured_confounding import measure_robustness
from analysis.measures.cohort import TRAITS
from analysis.records.schema import FORMATS
from analysis.settings import Settings

SETTINGS = Settings()


def a_table(n=240, n_places=40, seed=1):
    """Give children whose format goes with their place, and whose rate does too."""
    rng = np.random.default_rng(seed)
    place = np.arange(n) % n_places
    odds = np.stack([np.zeros(n), 2 * place / n_places - 1, 1 - 2 * place / n_places], axis=1)
    share = np.exp(odds) / np.exp(odds).sum(axis=1, keepdims=True)
    codes = (rng.random(n)[:, None] > np.cumsum(share, axis=1)[:, :2]).sum(axis=1)
    table = pd.DataFrame({name: rng.normal(size=n) for name in TRAITS})
    table["format"] = pd.Categorical.from_codes(codes, list(FORMATS), ordered=True)
    table["site"] = pd.array([f"S{p:02d}" for p in place], dtype="str")
    table["rate"] = 0.05 * place + rng.normal(size=n)
    return table, place


def slopes_of_formats(columns, table):
    formats = pd.get_dummies(table["format"], dtype=float).to_numpy()
    design = np.hstack([formats, columns])
    return np.linalg.lstsq(design, table["rate"].to_numpy(), rcond=None)[0][: len(FORMATS)]


def test_small_places_take_two_columns_that_compare_within_places_as_one_column_each_would():
    table, place = a_table()
    formats = pd.get_dummies(table["format"], dtype=float).to_numpy()
    settings = Settings(place_children=7.0)
    few = np.column_stack(
        list(choose_place_columns(table["site"].array, formats, settings).values())
    )
    each = (place[:, None] == np.arange(1, 40)).astype(float)
    assert few.shape == (240, 2)
    told, fixed = slopes_of_formats(few, table), slopes_of_formats(each, table)
    assert np.diff(told) == pytest.approx(np.diff(fixed), abs=1e-9)


def test_places_have_a_column_each_as_long_as_they_have_children_enough():
    table, _ = a_table()
    formats = pd.get_dummies(table["format"], dtype=float).to_numpy()
    site = table["site"].array
    assert len(choose_place_columns(site, formats, SETTINGS)) == 39
    assert len(choose_place_columns(site[:200], formats[:200], SETTINGS)) == 2
    assert choose_place_columns(site[:1].take([0] * 240), formats, SETTINGS) == {}


def test_places_stand_beside_the_budget_of_traits_and_have_no_part_in_the_chances():
    table, _ = a_table(60, n_places=3)
    chosen = choose_covariates(table, SETTINGS)
    budget = int(table["format"].value_counts().min()) // SETTINGS.children_per_covariate
    assert list(chosen.centred.columns) == ["site 2", "site 3", *TRAITS[:budget]]
    assert list(chosen.observed.columns) == list(TRAITS[:budget])
    assert list(chosen.beside_weights.columns) == ["site 2", "site 3"]


def test_a_part_of_the_children_keeps_its_places_and_fewer_traits():
    table, _ = a_table(120, n_places=3)
    centred = choose_covariates(table, SETTINGS).centred
    kept = np.arange(120) < 60
    columns = list(narrow_covariates(centred, kept, table[kept], SETTINGS).columns)
    assert columns[:2] == ["site 2", "site 3"]
    least = int(table["format"][kept].value_counts().min()) // SETTINGS.children_per_covariate
    assert columns[2:] == list(TRAITS[:least])


def test_places_explain_as_a_yardstick_only_what_is_beyond_chance():
    rng = np.random.default_rng(5)
    sample = sample_study()
    asked = sample.analysis_set
    by_lot = pd.array([f"S{p}" for p in rng.integers(0, 30, len(asked.table))], dtype="str")
    table = asked.table.assign(site=by_lot)
    covariates = choose_covariates(table, asked.settings)
    assert sum(name.startswith("site") for name in covariates.centred) == 29
    placed = replace(asked, table=table, covariates=covariates)
    found = measure_robustness(placed, sample.comparison).benchmarks
    told = found[found["trait"] == "site"]
    assert told[["r2_outcome", "r2_format"]].to_numpy().max() < 0.06


def test_children_of_two_formats_are_counted_where_they_meet():
    site = pd.array(["north"] * 6 + ["south"] * 6 + [None] * 4, dtype="str")
    number = number_places(site)
    this = np.array([True] * 6 + [False] * 6 + [True, False] * 2)
    assert children_together(number, this, ~this) == 0
    half = np.array([True, False] * 8)
    assert children_together(number, half, ~half) == 6
    one = np.array([True] * 6 + [False] * 5 + [True] + [False] * 4)
    assert children_together(number, one, ~one) == pytest.approx(2 * 5 / 6)
