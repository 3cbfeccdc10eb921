"""Overlap weights of a cohort against R, and what happens when formats cannot be made alike."""

import numpy as np
import pandas as pd
import pytest
from reference_cases import REFERENCE
from reference_formats import CASES, read_cohort
from small_clinics import sample_study

from analysis.comparison.covariates import Covariates
from analysis.comparison.weighting import weigh_children
from analysis.records.schema import FORMATS
from analysis.settings import Settings

WEIGHT_ABSOLUTE = 1e-7  # what two optimisers of one likelihood agree to
SETTINGS = Settings()


@pytest.mark.parametrize("name", CASES)
def test_propensities_and_overlap_weights_match_r(name):
    table, covariates, _, weights, levels = read_cohort(name)
    weighting = weigh_children(table, covariates, SETTINGS)
    expected = pd.read_csv(REFERENCE / name / "propensity.csv")[list(levels)].to_numpy()
    ours = weighting.table[[f"propensity_{f}" for f in FORMATS]].to_numpy()
    assert ours == pytest.approx(expected, abs=WEIGHT_ABSOLUTE)
    found = weighting.table["overlap_weight"].to_numpy()
    assert found == pytest.approx(weights["overlap"].to_numpy(), abs=WEIGHT_ABSOLUTE)


@pytest.mark.parametrize("name", CASES)
def test_balance_before_and_after_matches_r(name):
    table, covariates, numbers, _, levels = read_cohort(name)
    balance = weigh_children(table, covariates, SETTINGS).balance
    ours = balance.set_index(["trait", "this", "than"])
    name_of = dict(zip(levels, FORMATS, strict=True))
    for side, kind in (("before", "unweighted"), ("after", "overlap")):
        for row in numbers["smd"][kind]:
            this, than = name_of[row["b"]], name_of[row["a"]]
            found = ours.loc[(row["covariate"], this, than), side]
            assert found == pytest.approx(-row["smd"], abs=1e-6)
        largest = balance[side].abs().max()
        assert largest == pytest.approx(numbers["max_abs_smd"][kind], abs=1e-6)


@pytest.mark.parametrize("name", CASES)
def test_effective_sizes_match_r(name):
    table, covariates, numbers, _, levels = read_cohort(name)
    effective = weigh_children(table, covariates, SETTINGS).effective
    rows = {row["_row"]: row for row in numbers["ess"]}
    for therapy_format, level in zip(FORMATS, levels, strict=True):
        assert effective.loc[therapy_format, "n_children"] == rows["unweighted"][level]
        found = effective.loc[therapy_format, "n_effective"]
        assert found == pytest.approx(rows["overlap"][level], rel=1e-6)


def test_overlap_weights_help_where_inverse_weights_did_harm():
    table, covariates, numbers, _, _ = read_cohort("ps_birthwt_3groups")
    balance = weigh_children(table, covariates, SETTINGS).balance
    assert balance["after"].abs().max() < 0.25 * balance["before"].abs().max()
    assert numbers["max_abs_smd"]["iptw"] > balance["before"].abs().max()


def two_traits(seed=0, n=90):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "episode_id": [f"e{i}" for i in range(n)],
            "child_id": [f"c{i}" for i in range(n)],
            "format": pd.Categorical.from_codes(np.arange(n) % 3, list(FORMATS), ordered=True),
        }
    )
    traits = pd.DataFrame({"attention": rng.normal(size=n), "severity": rng.normal(size=n)})
    return table, traits


def covariates_of(traits):
    return Covariates(traits - traits.mean(), traits, dict.fromkeys(traits, 0.0), {})


def test_a_trait_that_decides_the_format_withholds_the_weights_and_says_so():
    table, traits = two_traits()
    traits["attention"] = np.where(table["format"] == "group", 5.0, 1.0)
    weighting = weigh_children(table, covariates_of(traits), SETTINGS)
    assert weighting.withheld == "separated"
    assert weighting.table["overlap_weight"].isna().all()
    assert weighting.balance["before"].notna().all()
    assert weighting.balance["after"].isna().all()
    assert "could not be weighted" in repr(weighting)


def test_an_absent_format_is_left_out_and_the_two_others_are_weighted():
    table, traits = two_traits()
    kept = (table["format"] != "combined").to_numpy()
    weighting = weigh_children(
        table[kept].reset_index(drop=True),
        covariates_of(traits[kept].reset_index(drop=True)),
        SETTINGS,
    )
    assert not weighting.withheld
    assert weighting.table["propensity_combined"].isna().all()
    assert set(zip(weighting.balance["this"], weighting.balance["than"], strict=True)) == {
        ("group", "individual")
    }
    assert weighting.effective.loc["combined", "n_children"] == 0


def test_one_format_alone_is_not_weighted():
    table, traits = two_traits()
    kept = (table["format"] == "group").to_numpy()
    weighting = weigh_children(
        table[kept].reset_index(drop=True),
        covariates_of(traits[kept].reset_index(drop=True)),
        SETTINGS,
    )
    assert weighting.withheld == "few_formats"
    assert weighting.balance.empty


def test_without_any_trait_every_child_weighs_the_same_within_a_format():
    table, traits = two_traits()
    weighting = weigh_children(table, covariates_of(traits[[]]), SETTINGS)
    spread = weighting.table.groupby("format", observed=True)["overlap_weight"].std()
    assert spread.to_numpy() == pytest.approx(0, abs=1e-12)
    assert weighting.effective["n_effective"].tolist() == pytest.approx([30, 30, 30])


def test_children_with_almost_no_chance_of_a_format_are_counted():
    table, traits = two_traits(n=300)
    traits["attention"] = traits["attention"] + 3.0 * (table["format"] == "group")
    weighting = weigh_children(table, covariates_of(traits), SETTINGS)
    rare = weighting.table["propensity_group"] < SETTINGS.rare_propensity
    assert weighting.effective.loc["group", "rare_share"] == pytest.approx(rare.mean())
    assert rare.mean() > SETTINGS.rare_share


def test_the_unit_of_a_trait_does_not_change_the_weights():
    table, traits = two_traits()
    first = weigh_children(table, covariates_of(traits), SETTINGS).table["overlap_weight"]
    scaled = traits * [1000.0, 0.001] + [7.0, -3.0]
    second = weigh_children(table, covariates_of(scaled), SETTINGS).table["overlap_weight"]
    assert second.to_numpy() == pytest.approx(first.to_numpy(), abs=1e-9)


def test_weighting_makes_the_formats_of_the_sample_more_alike():
    balance = sample_study().weighting.balance
    assert balance["after"].abs().max() < balance["before"].abs().max()
    assert balance["after"].abs().max() < SETTINGS.overlap_smd
