"""What is adjusted for: a fixed order, a budget, and what stands in for a missing value."""

import numpy as np
import pandas as pd
import pytest

from analysis.comparison import covariates
from analysis.comparison.covariates import choose_covariates
from analysis.measures.cohort import TRAITS
from analysis.records.schema import FORMATS
from analysis.settings import Settings

SETTINGS = Settings()


def cohort(n=120, seed=0, **columns):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({name: np.full(n, np.nan) for name in TRAITS})
    table["format"] = pd.Categorical.from_codes(np.arange(n) % 3, list(FORMATS), ordered=True)
    table["site"] = pd.array([None] * n, dtype="str")
    for name in TRAITS[:5]:
        table[name] = rng.normal(size=n)
    return table.assign(**columns)


def test_columns_enter_in_the_published_order_whatever_their_effect():
    chosen = choose_covariates(cohort()[::-1].reset_index(drop=True), SETTINGS)
    assert list(chosen.centred.columns) == list(TRAITS[:5])


def test_the_smallest_format_decides_how_many_columns_fit():
    table = cohort(60)
    table["format"] = pd.Categorical(
        ["individual"] * 30 + ["group"] * 19 + ["combined"] * 11, list(FORMATS), ordered=True
    )
    chosen = choose_covariates(table, SETTINGS)
    assert list(chosen.centred.columns) == list(TRAITS[: 11 // SETTINGS.children_per_covariate])
    assert [chosen.dropped[name] for name in TRAITS[2:5]] == ["no_room"] * 3


def test_an_absent_format_does_not_use_up_the_budget():
    table = cohort(60)
    table["format"] = pd.Categorical(
        ["individual"] * 30 + ["group"] * 30, list(FORMATS), ordered=True
    )
    assert list(choose_covariates(table, SETTINGS).centred.columns) == list(TRAITS[:5])


def test_every_trait_is_either_used_or_dropped_with_its_reason():
    values = cohort()["attention"].to_numpy(copy=True)
    values[: int(0.5 * len(values))] = np.nan
    chosen = choose_covariates(cohort(attention=values, severity=3.0), SETTINGS)
    assert chosen.dropped["attention"] == "missing_too_often"
    assert chosen.dropped["severity"] == "same_for_all"
    assert chosen.dropped["communication"] == "not_recorded"
    assert set(chosen.dropped) | set(chosen.centred.columns) == set(TRAITS)


def test_a_column_told_by_the_others_is_dropped_once():
    table = cohort()
    table["severity"] = 2 * table["attention"] - table["peer_comfort"]
    chosen = choose_covariates(table, SETTINGS)
    assert chosen.dropped["severity"] == "told_by_others"
    assert "severity" not in chosen.observed.columns


def test_places_of_therapy_become_one_column_each_but_the_first():
    sites = pd.array(np.resize(["s1", "s2", "s3"], 120), dtype="str")
    rng = np.random.default_rng(4)
    chosen = choose_covariates(cohort(site=rng.permutation(sites)), SETTINGS)
    assert list(chosen.centred.columns) == ["site 2", "site 3", *TRAITS[:5]]


def blank(table, formats, column="attention"):
    """Give the table with a column that was never filled in for some formats."""
    return table.assign(**{column: table[column].where(~table["format"].isin(formats))})


def test_a_trait_blank_in_one_format_is_named_and_still_told_of_the_others():
    chosen = choose_covariates(blank(cohort(), ["group"]), SETTINGS)
    assert chosen.blank == {"attention": ("group",)}
    assert "attention" in chosen.centred


def test_a_trait_that_only_one_format_has_is_not_adjusted_for():
    chosen = choose_covariates(blank(cohort(), ["group", "combined"]), SETTINGS)
    assert chosen.blank == {"attention": ("group", "combined")}
    assert chosen.dropped["attention"] == "missing_too_often"


def test_a_trait_recorded_nowhere_or_everywhere_is_blank_in_no_format():
    assert choose_covariates(cohort(), SETTINGS).blank == {}
    table = cohort()
    table.loc[::4, "attention"] = np.nan
    assert choose_covariates(table, SETTINGS).blank == {}


def test_a_blank_trait_that_has_no_room_stands_in_nobodys_way():
    table = blank(cohort(60), ["group"], TRAITS[4])
    chosen = choose_covariates(table, SETTINGS)
    assert chosen.dropped[TRAITS[4]] == "no_room"
    assert chosen.blank == {}


def test_the_term_of_the_start_follows_the_places_and_precedes_the_traits():
    sites = pd.array(np.resize(["s1", "s1", "s2", "s2"], 120), dtype="str")
    term = 2020 + np.arange(120) % 7 / 3
    chosen = choose_covariates(cohort(site=sites, start_term=term), SETTINGS)
    assert list(chosen.centred.columns) == ["site 2", "start_term", *TRAITS[:5]]
    assert "start_term" in chosen.observed
    chosen = choose_covariates(cohort(start_term=np.nan), SETTINGS)
    assert chosen.dropped["start_term"] == "not_recorded"


def test_columns_are_centred_and_complete():
    values = cohort()["attention"].to_numpy(copy=True)
    values[::7] = np.nan
    chosen = choose_covariates(cohort(attention=values), SETTINGS)
    assert chosen.centred.notna().all(axis=None)
    assert chosen.observed.notna().all(axis=None)
    assert chosen.centred.mean().to_numpy() == pytest.approx(0, abs=1e-12)
    assert chosen.missing["attention"] == pytest.approx(np.isnan(values).mean())


def test_a_missing_value_is_its_least_squares_prediction_from_the_other_traits():
    table = cohort()
    table.loc[::9, "attention"] = np.nan
    others = table[list(TRAITS[1:5])].to_numpy()
    known = table["attention"].notna().to_numpy()
    plain = np.column_stack([np.ones(len(table)), others])
    formats = pd.get_dummies(table["format"], dtype=float).to_numpy()
    with_format = np.column_stack([formats, others])
    chosen = choose_covariates(table, SETTINGS)
    for columns, found in ((plain, chosen.observed), (with_format, chosen.centred)):
        slope = np.linalg.lstsq(columns[known], table["attention"][known], rcond=None)[0]
        expected = np.where(known, table["attention"], columns @ slope)
        shift = found["attention"].to_numpy() - expected
        assert shift == pytest.approx(shift[0], abs=1e-9)


def test_values_seen_are_never_changed():
    table = cohort()
    table.loc[::9, "attention"] = np.nan
    known = table["attention"].notna()
    chosen = choose_covariates(table, SETTINGS)
    assert chosen.observed["attention"][known].to_numpy() == pytest.approx(
        table["attention"][known].to_numpy()
    )


def test_the_table_given_is_not_changed():
    table = cohort()
    table.loc[::9, "attention"] = np.nan
    before = table.copy(deep=True)
    choose_covariates(table, SETTINGS)
    pd.testing.assert_frame_equal(table, before)


def test_no_trait_at_all_gives_no_columns():
    table = cohort().assign(**dict.fromkeys(TRAITS, np.nan))
    chosen = choose_covariates(table, SETTINGS)
    assert chosen.centred.shape == (120, 0)
    assert set(chosen.dropped.values()) == {"not_recorded"}


def test_many_rows_are_filled_as_few_are(monkeypatch):
    """Cross products give what least squares on the rows gives."""
    rng = np.random.default_rng(6)
    values = rng.normal(5, 2, size=(400, 4)) @ rng.normal(size=(4, 4))
    values[rng.random(values.shape) < 0.1] = np.nan
    given = (np.arange(400) % 3 == 0).astype(float)[:, None]
    one = covariates._filled(values, given, 50)
    monkeypatch.setattr(covariates, "MANY_ROWS", 100)
    other = covariates._filled(values, given, 50)
    assert np.isfinite(one).all()
    np.testing.assert_allclose(other, one, rtol=1e-8)
    twice = np.column_stack([values, 2 * values[:, 0] + 1])
    monkeypatch.setattr(covariates, "_solve_products", lambda *_: None)
    careful = covariates._filled(twice, given, 50)
    monkeypatch.undo()
    np.testing.assert_allclose(covariates._filled(twice, given, 50), careful)
