"""The primary comparison and its relatives: against R, by hand, and where they must coincide."""

import pickle

import numpy as np
import pandas as pd
import pytest
from analysis_set_of import MAIN, analysis_set_of
from reference_cases import by_term
from reference_formats import read_cohort
from scipy import stats
from small_clinics import balanced_clinic, sample_study

from analysis.comparison.analysis_set import levels_of_children
from analysis.comparison.arms import comparable_formats, indicate_formats
from analysis.comparison.contrasts import (
    compare_growth,
    compare_rates,
    fit_clustered,
)
from analysis.comparison.result import (
    COUNTS,
    NUMBERS,
    PAIRS,
    new_comparison,
    withheld_comparison,
)
from analysis.comparison.visits import growth_visits
from analysis.records.schema import FORMATS
from analysis.settings import Settings

SETTINGS = Settings()
REFERENCE_RELATIVE = 1e-8  # R prints fifteen digits; eigenvalues cost a few of them
SAME_ARITHMETIC = 1e-9  # two routes to one number in double precision


def rates_of(table, covariates=None, **changes):
    columns = pd.DataFrame(index=table.index) if covariates is None else covariates
    return compare_rates(MAIN, table, columns, SETTINGS, **changes)


@pytest.mark.parametrize(
    ("place", "weighted", "adjusted"),
    [
        (("ancova", "cr2_clinic"), False, True),
        (("cr2_weighted_clinic", "overlap", "marginal"), True, False),
        (("cr2_weighted_clinic", "overlap", "adjusted"), True, True),
        (("cr2_weighted_clinic", "iptw", "adjusted"), "iptw", True),
    ],
)
def test_contrasts_errors_and_degrees_of_freedom_match_clubsandwich(place, weighted, adjusted):
    table, covariates, numbers, weights, _ = read_cohort("ps_sim_formats")
    kind = "overlap" if weighted is True else weighted
    found = rates_of(
        table,
        covariates.centred if adjusted else None,
        weights=weights[kind].to_numpy() if kind else None,
    )
    part = numbers
    for name in place:
        part = part[name]
    expected = by_term(part["CR2"])
    for this in ("group", "combined"):
        row, theirs = found.pair(this, "individual"), expected.loc[f"format{this}"]
        assert row["estimate"] == pytest.approx(theirs["estimate"], rel=REFERENCE_RELATIVE)
        assert row["std_error"] == pytest.approx(theirs["se"], rel=REFERENCE_RELATIVE)
        assert row["df"] == pytest.approx(theirs["df_satt"], rel=1e-6)
        assert row["p_value"] == pytest.approx(theirs["p_satt"], rel=1e-5)


def cohort_of(rates_by_format, clusters=None):
    codes = np.repeat(range(len(rates_by_format)), [len(r) for r in rates_by_format.values()])
    names = [list(FORMATS).index(name) for name in rates_by_format]
    n = len(codes)
    return pd.DataFrame(
        {
            "episode_id": [f"e{i}" for i in range(n)],
            "child_id": [f"c{i}" for i in range(n)],
            "format": pd.Categorical.from_codes(np.take(names, codes), list(FORMATS), ordered=True),
            "rate": np.concatenate(list(rates_by_format.values())),
            "n_goals": 2,
            "group_id": [f"g{i // 3}" for i in range(n)],
            "cluster": np.arange(n) if clusters is None else clusters,
        }
    )


def test_two_formats_of_children_treated_alone_collapse_to_welch():
    rng = np.random.default_rng(2)
    a, b = rng.normal(0, 1, 14), rng.normal(1, 3, 25)
    row = rates_of(cohort_of({"individual": a, "group": b})).pair("group", "individual")
    welch = stats.ttest_ind(b, a, equal_var=False)
    assert row["estimate"] == pytest.approx(b.mean() - a.mean(), abs=SAME_ARITHMETIC)
    assert row["std_error"] == pytest.approx(
        np.sqrt(a.var(ddof=1) / 14 + b.var(ddof=1) / 25), rel=SAME_ARITHMETIC
    )
    # Satterthwaite's df at equal variances: what CR2's working model takes them to be
    n, m = 14, 25
    assert row["df"] == pytest.approx(
        (1 / n + 1 / m) ** 2 / (1 / (n**2 * (n - 1)) + 1 / (m**2 * (m - 1))), rel=SAME_ARITHMETIC
    )
    assert row["estimate"] / row["std_error"] == pytest.approx(welch.statistic, rel=1e-9)


def test_seven_and_eleven_children_of_equal_variance_have_the_published_degrees_of_freedom():
    rng = np.random.default_rng(8)
    table = cohort_of({"individual": rng.normal(size=7), "group": rng.normal(size=11)})
    row = rates_of(table).pair("group", "individual")
    assert row["df"] == pytest.approx(12.9255319, abs=5e-8)


def dense_cr2(outcome, design, clusters, contrast):
    """Give estimate, standard error and df from the definitions, with n x n matrices."""
    n = len(outcome)
    bread = np.linalg.inv(design.T @ design)
    hat = design @ bread @ design.T
    left = np.eye(n) - hat
    residual = left @ outcome
    rows = []
    total = 0.0
    for c in np.unique(clusters):
        own = clusters == c
        values, vectors = np.linalg.eigh(left[np.ix_(own, own)])
        root = np.where(values > 1e-10, np.maximum(values, 1e-10) ** -0.5, 0.0)
        adjust = (vectors * root) @ vectors.T
        part = contrast @ bread @ design[own].T @ adjust
        total += (part @ residual[own]) ** 2
        rows.append(part @ left[own])
    gram = np.array(rows) @ np.array(rows).T
    df = np.trace(gram) ** 2 / (gram**2).sum()
    return contrast @ bread @ design.T @ outcome, np.sqrt(total), df


def test_every_contrast_is_that_of_the_definitions_written_out_in_full():
    rng = np.random.default_rng(21)
    sizes = {"individual": 12, "group": 16, "combined": 15}
    rates = {name: rng.normal(0.5, 0.4, n) for name, n in sizes.items()}
    clusters = np.concatenate([np.arange(12), 20 + np.arange(16) // 4, 40 + np.arange(15) // 3])
    table = cohort_of(rates, clusters)
    covariates = pd.DataFrame(rng.normal(size=(43, 2)), columns=["attention", "severity"])
    covariates -= covariates.mean()
    found = rates_of(table, covariates)
    codes = table["format"].cat.codes.to_numpy()
    design = np.column_stack([np.eye(3)[codes], covariates.to_numpy()])
    for this, than in PAIRS:
        contrast = np.zeros(5)
        contrast[[FORMATS.index(this), FORMATS.index(than)]] = 1, -1
        estimate, error, df = dense_cr2(table["rate"].to_numpy(), design, clusters, contrast)
        row = found.pair(this, than)
        assert row["estimate"] == pytest.approx(estimate, abs=SAME_ARITHMETIC)
        assert row["std_error"] == pytest.approx(error, rel=1e-8)
        assert row["df"] == pytest.approx(df, rel=1e-8)
        half = stats.t.ppf(0.975, df) * error
        assert row["conf_low"] == pytest.approx(estimate - half, abs=1e-8)
        assert row["conf_high"] == pytest.approx(estimate + half, abs=1e-8)
        assert row["p_value"] == pytest.approx(2 * stats.t.sf(abs(estimate) / error, df), rel=1e-7)


def test_adjusted_means_are_mean_predictions_for_all_children_compared():
    table, covariates, _, _, _ = read_cohort("ps_sim_formats")
    means = rates_of(table, covariates.centred).means
    codes = table["format"].cat.codes.to_numpy()
    design = np.column_stack([np.eye(3)[codes], covariates.observed.to_numpy()])
    slope = np.linalg.lstsq(design, table["rate"].to_numpy(), rcond=None)[0]
    for k, therapy_format in enumerate(FORMATS):
        everyone = np.column_stack(
            [np.tile(np.eye(3)[k], (len(table), 1)), covariates.observed.to_numpy()]
        )
        assert means.loc[therapy_format, "estimate"] == pytest.approx((everyone @ slope).mean())


def test_a_mean_has_the_error_of_which_children_came_and_a_difference_has_not():
    table, covariates, _, _, _ = read_cohort("ps_sim_formats")
    found = rates_of(table, covariates.centred)
    own = indicate_formats(table, FORMATS)
    design = np.hstack([own, covariates.centred.to_numpy()])
    clusters = table["cluster"].to_numpy()
    fit = fit_clustered(table["rate"].to_numpy(), design, clusters, SETTINGS)
    plain = fit.contrast(np.eye(3, design.shape[1]))
    drawn = pd.Series(covariates.centred.to_numpy() @ fit.coefficients[3:])
    came = (drawn.groupby(clusters).sum() ** 2).sum() / len(drawn) ** 2
    expected = np.sqrt(plain["std_error"].to_numpy() ** 2 + came)
    assert np.allclose(found.means["std_error"], expected, rtol=SAME_ARITHMETIC)
    half = stats.t.ppf(0.975, plain["df"].to_numpy()) * expected
    assert np.allclose(found.means["conf_high"], plain["estimate"].to_numpy() + half)
    contrast = np.zeros((1, design.shape[1]))
    contrast[0, :2] = -1.0, 1.0
    difference = fit.contrast(contrast).iloc[0]["std_error"]
    assert found.pair("group", "individual")["std_error"] == pytest.approx(difference)
    bare = rates_of(table).means["std_error"]
    alone = fit_clustered(table["rate"].to_numpy(), own, clusters, SETTINGS)
    assert np.allclose(bare, alone.contrast(np.eye(3))["std_error"])


def test_the_three_p_values_are_adjusted_by_shaffers_rule():
    table = sample_study().comparison.table
    p = table["p_value"].to_numpy()
    order = np.argsort(p)
    stepped = np.minimum(np.maximum.accumulate(p[order] * [3, 1, 1]), 1)
    assert table["p_adjusted"].to_numpy()[order] == pytest.approx(stepped)
    assert (table["p_adjusted"] >= table["p_value"]).all()


def test_on_complete_balanced_reviews_both_ways_of_asking_give_one_answer():
    records = balanced_clinic({"individual": 24, "group": 24, "combined": 24}, seed=3)
    asked = analysis_set_of(records)
    rates = rates_of(asked.table, asked.centred)
    growth = compare_growth(MAIN, asked)
    for column in ("estimate", "std_error", "df", "conf_low", "conf_high", "p_value"):
        assert growth.table[column].to_numpy() == pytest.approx(
            rates.table[column].to_numpy(), rel=1e-6, abs=1e-9
        )


def test_goals_of_one_week_taken_together_give_what_every_level_gives():
    """Growth by one row a level, with the same weights and clusters, to the last digits."""
    asked = sample_study().analysis_set
    table, formats = asked.table, FORMATS
    at, goal, child = levels_of_children(asked.scored, asked.cohort, table)
    week = asked.scored.levels["week"].to_numpy()[at] / SETTINGS.rate_weeks
    change = asked.scored.levels["attainment"].to_numpy()[at]
    change = change - asked.cohort.goals["baseline"].to_numpy()[goal]
    base = np.hstack([indicate_formats(table, formats), asked.centred.to_numpy()])[child]
    fit = fit_clustered(
        change,
        np.hstack([base * week[:, None], base]),
        table["cluster"].to_numpy()[child],
        SETTINGS,
        weights=1 / table["n_goals"].to_numpy()[child],
    )
    pairs = np.zeros((3, 2 * base.shape[1]))
    pairs[:, :3] = [[-1, 1, 0], [-1, 0, 1], [0, -1, 1]]
    expected = fit.contrast(pairs)
    found = compare_growth(MAIN, asked).table
    assert len(growth_visits(asked).child) < len(change) / 2
    for column in ("estimate", "std_error", "df"):
        np.testing.assert_allclose(found[column], expected[column], rtol=SAME_ARITHMETIC)


def test_on_the_sample_both_ways_of_asking_are_close():
    study = sample_study()
    apart = (
        study.analyses["growth_regression"].table["estimate"] - study.comparison.table["estimate"]
    )
    assert apart.abs().max() < 0.1


def test_a_format_with_too_few_children_is_left_out_and_the_others_are_compared():
    records = balanced_clinic({"individual": 24, "group": 24, "combined": 14}, seed=5)
    asked = analysis_set_of(records)
    assert comparable_formats(asked.cohort.table, SETTINGS) == ("individual", "group")
    found = rates_of(asked.table, asked.centred)
    assert np.isfinite(found.pair("group", "individual")["estimate"])
    for than in ("individual", "group"):
        row = found.pair("combined", than)
        assert np.isnan(row["estimate"])
        assert row["n_children"] == 0
    assert np.isnan(found.means.loc["combined", "estimate"])


def test_one_format_alone_is_withheld_and_says_so():
    found = rates_of(cohort_of({"group": np.arange(30.0)}))
    assert found.withheld == "few_formats"
    assert found.table["estimate"].isna().all()
    assert "withheld, few formats" in repr(found)


def test_columns_that_cannot_be_told_apart_withhold_the_comparison():
    table = cohort_of({"individual": np.arange(20.0), "group": np.arange(20.0) ** 1.1})
    twin = (table["format"] == "group").to_numpy(float)
    found = rates_of(table, pd.DataFrame({"attention": twin - twin.mean()}))
    assert found.withheld == "columns_dependent"
    assert found.table["estimate"].isna().all()


def test_every_comparison_has_three_pairs_the_agreed_columns_and_its_counts():
    study = sample_study()
    for comparison in study.analyses.values():
        assert tuple(comparison.table.columns) == ("this", "than", *NUMBERS, *COUNTS, "label")
        assert list(zip(comparison.table["this"], comparison.table["than"], strict=True)) == list(
            PAIRS
        )
    of_format = study.cohort.table.groupby("format", observed=False)["child_id"].nunique()
    for this, than in PAIRS:
        row = study.comparison.pair(this, than)
        assert row["n_children"] == of_format[this] + of_format[than]


def test_neither_the_order_of_children_nor_the_numbering_of_clusters_matters():
    table, covariates, _, _, _ = read_cohort("ps_sim_formats")
    first = rates_of(table, covariates.centred).table
    order = np.random.default_rng(0).permutation(len(table))
    mixed = table.iloc[order].reset_index(drop=True)
    mixed["cluster"] = 100 - mixed["cluster"]
    second = rates_of(mixed, covariates.centred.iloc[order].reset_index(drop=True)).table
    for column in ("estimate", "std_error", "df"):
        assert second[column].to_numpy() == pytest.approx(first[column].to_numpy(), rel=1e-9)


def test_the_rows_given_are_not_changed():
    table, covariates, _, _, _ = read_cohort("ps_sim_formats")
    before = table.copy(deep=True), covariates.centred.copy(deep=True)
    rates_of(table, covariates.centred)
    pd.testing.assert_frame_equal(table, before[0])
    pd.testing.assert_frame_equal(covariates.centred, before[1])


def test_what_was_not_compared_can_be_kept_and_cannot_be_overwritten():
    withheld = withheld_comparison(new_comparison("a"), "few_formats")
    again = pickle.loads(pickle.dumps(withheld))
    assert again.withheld == "few_formats"
    assert again.table.equals(withheld.table)
    assert again.means.equals(withheld.means)
    with pytest.raises(ValueError, match="read-only"):
        withheld.by_pair["estimate"][0] = 1.0
    withheld.table.loc[0, "estimate"] = 1.0
    assert np.isnan(new_comparison("b").by_pair["estimate"]).all()


def test_a_comparisons_frames_are_alike_wherever_they_are_first_asked_for():
    outside, inside = new_comparison("a"), new_comparison("b")
    with pd.option_context("mode.string_storage", "python"):
        made = inside.table, inside.means
    pd.testing.assert_frame_equal(outside.table, made[0])
    pd.testing.assert_frame_equal(outside.means, made[1])


def test_children_who_all_stand_still_are_compared_without_a_division_by_nothing():
    table = pd.DataFrame(
        {
            "child_id": list("abcdef"),
            "format": pd.Categorical(["individual"] * 3 + ["group"] * 3, list(FORMATS)),
            "rate": 0.0,
            "n_goals": 1,
            "group_id": [None, None, None, "g1", "g1", "g2"],
            "cluster": [0, 1, 2, 3, 3, 4],
        }
    )
    trait = pd.DataFrame({"attention": [-1.0, 0.0, 1.0, -1.0, 0.0, 1.0]})
    found = rates_of(table, trait)
    assert found.means.loc["individual", "std_error"] == 0
    assert found.means.loc["individual", "estimate"] == 0
