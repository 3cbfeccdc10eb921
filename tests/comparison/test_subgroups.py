"""Does it depend? The within-child test, planned traits, areas of life; about 20 s."""

import functools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from analysis_set_of import MAIN, analysis_set_of
from small_clinics import balanced_clinic, invented_records, sample_study

from analysis.comparison.contrasts import compare_rates
from analysis.comparison.result import PAIRS
from analysis.comparison.subgroup_domains import OTHER, compare_domains
from analysis.comparison.subgroup_traits import compare_by_traits, rating_levels
from analysis.comparison.subgroups import compare_kinds
from analysis.models.regression.cluster_robust import fit_cluster_robust
from analysis.records.schema import DOMAINS, FORMATS
from analysis.settings import Settings
from analysis.simulation.clinic import ClinicDesign
from analysis.simulation.truth import true_contrasts

S = Settings()
HIDDEN = {"n_children": 120, "unmeasured": 1.5}
CLINICS = 70
TRUTH_CHILDREN = 60_000


def with_table(asked, table):
    return replace(asked, table=table)


def with_goals(asked, goals):
    return replace(asked, cohort=replace(asked.cohort, goals=goals))


@functools.cache
def clinic():
    return analysis_set_of(invented_records(31, n_children=200))


def truth_of(name, **changes):
    design = replace(ClinicDesign(), **changes)
    found = true_contrasts(design, n_children=TRUTH_CHILDREN)["could_have_had_any"][name]
    return np.array([found["differences"][f"{this} - {than}"] for this, than in PAIRS])


def estimates(comparison):
    return comparison.table[["estimate", "conf_low", "conf_high"]].to_numpy(float)


@functools.cache
def hidden_clinics():
    """Estimates of clinics in which a trait nobody records decides format and progress."""
    within, ordinary = [], []
    for seed in range(CLINICS):
        asked = analysis_set_of(invented_records(7000 + seed, **HIDDEN))
        within.append(estimates(compare_kinds(asked).within_child))
        ordinary.append(estimates(compare_rates(MAIN, asked.table, asked.centred, S)))
    return np.array(within), np.array(ordinary)


def coverage(found, truth):
    made = np.isfinite(found[:, :, 0])
    covers = (found[:, :, 1] <= truth) & (truth <= found[:, :, 2])
    return covers[made].mean(), made.sum()


@pytest.mark.slow
def test_the_within_child_test_covers_the_truth_under_a_hidden_confounder():
    within, _ = hidden_clinics()
    truth = truth_of("social_minus_skill", **HIDDEN)
    covered, n = coverage(within, truth)
    assert n > CLINICS
    assert 0.91 <= covered <= 0.99
    bias = np.nanmean(within[:, 0, 0]) - truth[0]
    assert abs(bias) < 3 * np.nanstd(within[:, 0, 0]) / np.sqrt(CLINICS)


@pytest.mark.slow
def test_the_ordinary_contrast_fails_in_the_same_clinics():
    _, ordinary = hidden_clinics()
    truth = truth_of("rate", **HIDDEN)
    covered = (ordinary[:, 0, 1] <= truth[0]) & (truth[0] <= ordinary[:, 0, 2])
    assert np.nanmean(covered) < 0.6
    assert np.nanmean(ordinary[:, 0, 0]) > truth[0] + 0.3


def test_the_sample_finds_what_was_planted():
    found = sample_study().subgroups.kinds.within_child
    truth = truth_of("social_minus_skill")
    assert ((found.table["conf_low"] <= truth) & (truth <= found.table["conf_high"])).all()
    assert found.pair("group", "individual")["conf_low"] > 0


def test_whatever_is_true_of_the_whole_child_drops_out():
    asked = clinic()
    table = asked.table
    before = compare_kinds(asked)
    hidden = np.random.default_rng(0).normal(size=len(table)) + 3.0 * (table["format"] == "group")
    names = ["rate", "rate_skill", "rate_social"]
    shifted = table.assign(**{name: table[name] + hidden for name in names})
    after = compare_kinds(with_table(asked, shifted))
    assert np.allclose(estimates(after.within_child), estimates(before.within_child), atol=1e-12)
    assert abs(estimates(after.kinds["skill"]) - estimates(before.kinds["skill"])).max() > 2


def test_without_covariates_it_is_the_plain_difference_of_childrens_differences():
    asked = clinic()
    table, bare = asked.table, replace(asked.covariates, centred=asked.centred[[]])
    found = compare_kinds(replace(asked, covariates=bare)).within_child
    both = table[(table["n_skill"] > 0) & (table["n_social"] > 0)]
    own = both["rate_social"] - both["rate_skill"]
    for this, than in PAIRS:
        by_hand = own[both["format"] == this].mean() - own[both["format"] == than].mean()
        row = found.pair(this, than)
        assert row["estimate"] == pytest.approx(by_hand, abs=1e-12)
        assert row["n_children"] == both["format"].isin([this, than]).sum()


def test_children_with_one_kind_of_goal_are_not_in_it():
    table = clinic().table
    kinds = compare_kinds(clinic())
    assert len(kinds.children) < len(table)
    assert (kinds.children["n_skill"] > 0).all()
    assert (kinds.children["n_social"] > 0).all()
    assert kinds.kinds["skill"].means["n_children"].sum() == (table["n_skill"] > 0).sum()
    assert kinds.kinds["social"].means["n_goals"].sum() == table["n_social"].sum()


def test_a_clinic_with_one_kind_of_goal_is_told_so():
    only = clinic().table.assign(n_skill=0, rate_skill=np.nan)
    kinds = compare_kinds(with_table(clinic(), only))
    assert kinds.within_child.withheld == "few_with_both_kinds"
    assert kinds.kinds["skill"].withheld == "few_of_kind"
    assert kinds.kinds["social"].withheld == ""


def test_a_format_with_few_such_children_is_left_out_and_the_others_stay():
    table = clinic().table
    combined = (table["format"] == "combined").to_numpy()
    few = table.assign(n_social=np.where(combined, 0, table["n_social"]))
    within = compare_kinds(with_table(clinic(), few)).within_child
    assert np.isfinite(within.pair("group", "individual")["estimate"])
    assert np.isnan(within.pair("combined", "individual")["estimate"])
    assert within.means.loc["combined", "n_children"] == 0


def test_no_stage_changes_the_frames_it_is_given():
    asked = clinic()
    given = (asked.table, asked.centred, asked.cohort.goals)
    before = [frame.copy(deep=True) for frame in given]
    compare_kinds(asked)
    compare_by_traits(asked)
    compare_domains(asked)
    for frame, copy in zip(given, before, strict=True):
        pd.testing.assert_frame_equal(frame, copy)


def by_hand_slopes(table, centred, trait):
    """Least squares with explicit products, one row for each child with the trait."""
    rated = table[trait].notna().to_numpy()
    some, values = table[rated], table.loc[rated, trait].to_numpy(float)
    others = centred.drop(columns=trait).to_numpy()[rated]
    others = others - others.mean(axis=0)
    columns = [(some["format"] == f).to_numpy(float) for f in FORMATS]
    design = np.column_stack([*[c * values for c in columns], *columns, others])
    beta = np.linalg.lstsq(design, some["rate"].to_numpy(), rcond=None)[0]
    return beta[:3], beta[3:6]


@pytest.mark.parametrize("trait", ["attention", "peer_comfort"])
def test_slopes_and_predictions_are_those_of_least_squares(trait):
    found = compare_by_traits(clinic())[trait]
    slopes, starts = by_hand_slopes(clinic().table, clinic().centred, trait)
    assert np.allclose(found.comparison.means["estimate"], slopes, atol=1e-10)
    for this, than in PAIRS:
        apart = slopes[FORMATS.index(this)] - slopes[FORMATS.index(than)]
        assert found.comparison.pair(this, than)["estimate"] == pytest.approx(apart, abs=1e-10)
    for row in found.predicted.itertuples():
        k = FORMATS.index(row.format)
        assert row.estimate == pytest.approx(starts[k] + slopes[k] * row.trait, abs=1e-10)
        assert row.conf_low < row.estimate < row.conf_high
    assert list(found.predicted["trait"]) == [*rating_levels(S).values()] * 3


def test_children_near_a_level_are_counted_for_each_format():
    table = clinic().table
    predicted = compare_by_traits(clinic())["attention"].predicted
    for row in predicted.itertuples():
        own = table.loc[table["format"] == row.format, "attention"]
        near = {"low": own <= 2, "middle": own == 3, "high": own >= 4}[row.level]
        assert row.n_children == near.sum()


def test_a_planted_dependence_on_attention_is_found_without_bias():
    changes = {"n_children": 240, "attention_effects": (0.0, 0.25, 0.1)}
    design = replace(ClinicDesign(), **changes)
    truth = true_contrasts(design, n_children=TRUTH_CHILDREN)["could_have_had_any"]["rate"]
    found, covered = [], 0
    for seed in range(14):
        asked = analysis_set_of(invented_records(900 + seed, **changes))
        row = compare_by_traits(asked)["attention"].comparison.pair("group", "individual")
        found.append(row["estimate"])
        covered += (
            row["conf_low"] <= truth["by_attention"]["group - individual"] <= row["conf_high"]
        )
    bias = np.mean(found) - truth["by_attention"]["group - individual"]
    assert abs(bias) < 3 * np.std(found) / np.sqrt(len(found))
    assert covered >= 11


def test_a_trait_rated_for_few_children_is_not_asked_about():
    table = clinic().table
    few = table.assign(attention=np.where(np.arange(len(table)) < 30, table["attention"], np.nan))
    found = compare_by_traits(with_table(clinic(), few))
    assert found["attention"].comparison.withheld == "few_rated"
    assert len(found["attention"].predicted) == 0
    assert found["peer_comfort"].comparison.withheld == ""


def test_raw_differences_by_area_are_those_of_one_regression():
    cohort, table, centred = clinic().cohort, clinic().table, clinic().centred
    found = compare_domains(clinic())
    rate = cohort.goals.groupby(["episode_id", "domain"], observed=True)["rate"].mean()
    cells = rate.reset_index()
    child = pd.Index(table["episode_id"]).get_indexer(cells["episode_id"])
    received = table["format"].to_numpy()[child]
    names = list(found.children.index)
    columns = [
        ((received == f) & (cells["domain"] == d)).to_numpy(float) for f in FORMATS for d in names
    ]
    others = centred.drop(columns="social_share").to_numpy()[child]
    fit = fit_cluster_robust(
        cells["rate"], np.column_stack([*columns, others]), table["cluster"].to_numpy()[child]
    )
    for row in found.table.itertuples():
        a = FORMATS.index(row.this) * len(names) + names.index(row.domain)
        b = FORMATS.index(row.than) * len(names) + names.index(row.domain)
        apart = fit.coefficients[a] - fit.coefficients[b]
        assert row.raw_estimate == pytest.approx(apart, abs=1e-10)


def test_areas_are_drawn_towards_their_mean_and_spread_less():
    found = compare_domains(clinic())
    for pool in found.pools.itertuples():
        rows = found.table[(found.table["this"] == pool.this) & (found.table["than"] == pool.than)]
        assert rows["estimate"].std() < rows["raw_estimate"].std()
        assert (rows["conf_low"] < rows["estimate"]).all()
    assert found.pools["spread_share"].between(0, 1).all()


def test_areas_with_few_children_in_a_format_stand_together():
    cohort, table = clinic().cohort, clinic().table
    combined = set(table.loc[table["format"] == "combined", "episode_id"])
    rare = cohort.goals["domain"].isin(["motor", "sensory"])
    mine = cohort.goals["episode_id"].isin(combined)
    moved = np.where(
        mine & (cohort.goals["domain"] == "motor"), "self_care", cohort.goals["domain"]
    )
    first = (cohort.goals[mine & rare].index)[:9]
    moved = pd.Series(moved, index=cohort.goals.index)
    moved[first] = "motor"
    goals = cohort.goals.assign(domain=pd.Categorical(moved, categories=list(DOMAINS)))
    found = compare_domains(with_goals(clinic(), goals))
    assert "motor" in found.folded
    assert "motor" not in found.children.index
    if OTHER in found.children.index:
        assert (found.children.loc[OTHER] >= S.smallest_cell).all()
    assert (found.children >= S.smallest_cell).all(axis=None)


def test_children_of_an_area_are_counted_once_whatever_their_goals():
    cohort = clinic().cohort
    found = compare_domains(clinic())
    for name in found.children.index:
        of_area = cohort.goals[cohort.goals["domain"] == name]
        for f in FORMATS:
            expected = of_area.loc[of_area["format"] == f, "child_id"].nunique()
            assert found.children.loc[name, f] == expected


def test_two_areas_are_the_least_that_can_be_compared():
    asked = analysis_set_of(balanced_clinic({"individual": 30, "group": 32}))
    goals = asked.cohort.goals
    found = compare_domains(asked)
    assert set(found.table["domain"]) == {"motor", "social"}
    one = with_goals(asked, goals[goals["domain"] == "motor"])
    assert compare_domains(one).withheld == "few_domains"
