"""Places of therapy: told by columns or by what they give, and who was treated side by side."""

import numpy as np
import pandas as pd
import pytest

from analysis.comparison.covariates import choose_covariates, narrow_covariates
from analysis.comparison.places import children_together, choose_place_columns, number_places
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


def test_many_places_take_two_columns_that_compare_within_places_as_one_column_each_would():
    table, place = a_table()
    formats = pd.get_dummies(table["format"], dtype=float).to_numpy()
    few = np.column_stack(
        list(choose_place_columns(table["site"].array, formats, 10, SETTINGS).values())
    )
    each = (place[:, None] == np.arange(1, 40)).astype(float)
    assert few.shape == (240, 2)
    told, fixed = slopes_of_formats(few, table), slopes_of_formats(each, table)
    assert np.diff(told) == pytest.approx(np.diff(fixed), abs=1e-9)


def test_few_places_have_a_column_each_and_the_setting_says_how_few():
    table, _ = a_table(n_places=5)
    formats = pd.get_dummies(table["format"], dtype=float).to_numpy()
    site = table["site"].array
    assert len(choose_place_columns(site, formats, 4, SETTINGS)) == 4
    assert len(choose_place_columns(site, formats, 4, Settings(place_share=0.5))) == 2
    assert choose_place_columns(site[:1].take([0] * 240), formats, 8, SETTINGS) == {}


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


def test_children_of_two_formats_are_counted_where_they_meet():
    site = pd.array(["north"] * 6 + ["south"] * 6 + [None] * 4, dtype="str")
    number = number_places(site)
    this = np.array([True] * 6 + [False] * 6 + [True, False] * 2)
    assert children_together(number, this, ~this) == 0
    half = np.array([True, False] * 8)
    assert children_together(number, half, ~half) == 6
    one = np.array([True] * 6 + [False] * 5 + [True] + [False] * 4)
    assert children_together(number, one, ~one) == pytest.approx(2 * 5 / 6)
