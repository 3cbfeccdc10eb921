"""Children who left, things unrecorded, filled-in traits, controls, planning, growth, raters."""

import functools
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from analysis_set_of import ASKED, asked_and_answered
from scipy import stats
from small_clinics import balanced_clinic, invented_records, null_records

from analysis.comparison.arms import indicate_formats
from analysis.comparison.contrasts import fit_clustered
from analysis.comparison.dropout import (
    DropoutGrid,
    assume_after_leaving,
    progress_after_leaving,
)
from analysis.comparison.growth_model import LEVELS, compare_mixed_growth
from analysis.comparison.multiple_imputation import ask_imputed, impute_traits, missing_cells
from analysis.comparison.negative_controls import CONTROLS, ask_negative_controls
from analysis.comparison.rater_agreement import compare_raters
from analysis.comparison.sample_size import (
    RECORD_FIRST,
    columns_to_record,
    plan_sample_size,
    split_variance,
)
from analysis.comparison.unmeasured_confounding import measure_robustness
from analysis.decisions.decide import Decision, decide_pairs
from analysis.decisions.gates import Gate
from analysis.decisions.labels import narrower
from analysis.decisions.tipping_points import find_overturn, find_tipping, label_grid
from analysis.measures.cohort import Cohort
from analysis.models.unmeasured_confounding import robustness_value
from analysis.records.schema import FORMATS
from analysis.settings import Settings
from analysis.vocabulary import (
    CANNOT_TELL,
    DEPENDS,
    FASTER_IMPORTANT,
    FASTER_SIZE_UNCERTAIN,
    FAVOURED,
    GROWTH_OPEN,
    NO_IMPORTANT_DIFFERENCE,
    RULES_OUT,
)

S = Settings()
DELTAS = S.dropout_deltas
SAME = 1e-9
PAIR = ("group", "individual")


@functools.cache
def clinic():
    return asked_and_answered(invented_records(12, n_children=150, missing_share=0.08))


@functools.cache
def grid():
    return assume_after_leaving(*clinic())


@functools.cache
def robustness():
    return measure_robustness(*clinic())


# --- children who left ---------------------------------------------------------------------


def test_progress_as_before_gives_the_main_analysis_back():
    _, primary = clinic()
    base = grid().table[(grid().table["delta_this"] == 0) & (grid().table["delta_than"] == 0)]
    for name in ("estimate", "std_error", "df", "conf_low", "conf_high", "p_value", "p_adjusted"):
        assert np.allclose(base[name], primary.table[name], atol=1e-8)


def shares_seen_once(asked):
    started, seen = asked.cohort.started, asked.cohort.n_children
    return {f: 1 - seen[f] / started[f] for f in FORMATS}


def test_every_cell_equals_a_fit_of_rates_with_that_much_taken_away():
    asked, _ = clinic()
    taken, gone = progress_after_leaving(asked), shares_seen_once(asked)
    assert min(gone.values()) > 0
    received = asked.table["format"].to_numpy()
    own = indicate_formats(asked.table, FORMATS)
    design = np.hstack([own, asked.covariates.centred.to_numpy()])
    for delta_this, delta_than in ((0.5, 0.25), (1.0, 0.0), (0.75, 1.0)):
        lost = {"individual": delta_than, "group": delta_this, "combined": 0.0}
        rate = asked.table["rate"].to_numpy() - taken * np.array([lost[f] for f in received])
        kept = {f: 1 - lost[f] * gone[f] for f in FORMATS}
        contrast = np.zeros((1, design.shape[1]))
        contrast[0, :2] = -kept["individual"], kept["group"]
        fit = fit_clustered(rate, design, asked.table["cluster"].to_numpy(), S)
        answer = fit.contrast(contrast).iloc[0]
        moved = sum(
            (lost[f] * fit.coefficients[k]) ** 2 * gone[f] * (1 - gone[f]) / asked.cohort.started[f]
            for k, f in enumerate(FORMATS)
        )
        cells = grid().table
        cell = cells[
            (cells["this"] == "group")
            & (cells["than"] == "individual")
            & (cells["delta_this"] == delta_this)
            & (cells["delta_than"] == delta_than)
        ].iloc[0]
        assert cell["estimate"] == pytest.approx(answer["estimate"], abs=SAME)
        expected = math.sqrt(answer["std_error"] ** 2 + moved)
        assert cell["std_error"] == pytest.approx(expected, rel=1e-6)


def test_children_seen_once_and_never_again_count_as_children_who_left():
    asked, primary = clinic()
    plain = Cohort(asked.cohort.table, asked.cohort.flow.copy(), asked.cohort.goals)
    plain.flow.loc[2, list(FORMATS)] = plain.flow.loc[3, list(FORMATS)]
    without = assume_after_leaving(replace(asked, cohort=plain), primary)
    worst = [
        found.table[(found.table["delta_this"] == 1) & (found.table["delta_than"] == 0)]
        for found in (grid(), without)
    ]
    first = worst[0]["this"].map(lambda f: plain.n_children[f] / asked.cohort.started[f])
    assert (first < 1).all()
    assert (worst[0]["estimate"] < worst[1]["estimate"]).all()
    for f in FORMATS:
        seen_once = asked.cohort.started[f] - asked.cohort.n_children[f]
        assert grid().n_left[f] == without.n_left[f] + seen_once


def test_no_further_progress_leaves_a_goal_its_gain_spread_over_the_window():
    asked, _ = clinic()
    taken = progress_after_leaving(asked)
    goals = asked.cohort.goals
    left = goals[~goals["at_end"]]
    episode = left["episode_id"].iloc[0]
    own = goals[goals["episode_id"] == episode]
    last = asked.scored.table["latest_week"].to_numpy()[own.index]
    kept = np.where(own["at_end"], own["rate"], own["rate"] * np.minimum(last / 24, 1))
    row = asked.table.index[asked.table["episode_id"] == episode][0]
    assert asked.table.loc[row, "rate"] - taken[row] == pytest.approx(kept.mean())
    stayed = asked.table["episode_id"].isin(left["episode_id"])
    assert (taken[~stayed.to_numpy()] == 0).all()


def test_the_grid_holds_every_pair_of_assumptions():
    assert len(grid().table) == 3 * len(DELTAS) ** 2
    assert set(grid().n_left) == {"individual", "group", "combined"}


def labelled(base, other):
    cells = pd.DataFrame(
        [
            ("group", "individual", a, b, other.get((a, b), base), "this")
            for a in DELTAS
            for b in DELTAS
        ],
        columns=["this", "than", "delta_this", "delta_than", "label", "ahead"],
    )
    return cells


def test_the_mildest_assumption_that_changes_the_label_is_found():
    cells = labelled("a", {(1.0, 0.0): "b", (0.5, 0.25): "b", (0.25, 0.5): "c", (1.0, 1.0): "b"})
    found = find_tipping(cells, *PAIR)
    assert (found.delta_this, found.delta_than, found.label) == (0.25, 0.5, "c")
    assert find_tipping(labelled("a", {(0.75, 0.0): "b"}), *PAIR).delta_this == 0.75
    assert not find_tipping(labelled("a", {}), *PAIR).changed


def test_a_format_named_otherwise_is_a_change_even_with_the_same_label():
    cells = labelled("a", {})
    cells.loc[cells.index[-1], "ahead"] = "than"
    assert find_tipping(cells, *PAIR).changed


def test_pairs_that_may_not_be_compared_have_no_grid():
    _, primary = clinic()
    analyses = dict.fromkeys(("primary", "overlap_weighted", "mixed_growth"), primary)
    decisions = decide_pairs((), analyses, S)
    assert len(label_grid(grid(), decisions, S).table) == len(grid().table)
    blocked = replace(decisions[0], failed=(_gate("compare"),))
    some = (blocked, *decisions[1:])
    none = [replace(decision, failed=(_gate("compare"),)) for decision in decisions]
    assert list(label_grid(grid(), none, S).table) == [*grid().table, "label", "ahead"]
    assert label_grid(grid(), none, S).table.empty
    assert len(label_grid(grid(), some, S).table) == 2 * len(DELTAS) ** 2


def _gate(name):
    return Gate(name, *PAIR, False, "few_children", "group", 5, 20)


def cell(estimate, std_error, p_adjusted):
    rows = pd.DataFrame({"this": ["group"], "than": ["individual"], "df": [40.0]})
    rows = rows.assign(estimate=estimate, std_error=std_error, p_adjusted=p_adjusted)
    rows = rows.assign(p_value=rows["p_adjusted"])
    return DropoutGrid(rows)


@pytest.mark.parametrize(
    ("p_adjusted", "said", "gates", "label"),
    [
        (0.01, FASTER_SIZE_UNCERTAIN, (), FASTER_SIZE_UNCERTAIN),
        (0.08, RULES_OUT, (), RULES_OUT),
        (0.01, DEPENDS, (), DEPENDS),
        (0.01, CANNOT_TELL, ("precision",), CANNOT_TELL),
    ],
)
def test_an_assumption_is_labelled_by_the_rules_of_the_main_answer(p_adjusted, said, gates, label):
    decision = Decision(*PAIR, said, "group", failed=tuple(_gate(name) for name in gates))
    found = label_grid(cell(0.3, 0.12, p_adjusted), (decision,), S)
    assert found.table["label"].tolist() == [label]


def test_an_assumption_keeps_what_the_growth_model_leaves_open():
    decision = Decision(*PAIR, RULES_OUT, "group", unsettled=GROWTH_OPEN)
    found = label_grid(cell(0.3, 0.12, 0.01), (decision,), S)
    assert found.table["label"].tolist() == [RULES_OUT]


def test_no_assumption_trusts_a_format_that_a_fault_favours():
    for favoured, label in (((PAIR[0],), CANNOT_TELL), ((PAIR[1],), FASTER_SIZE_UNCERTAIN)):
        decision = Decision(*PAIR, CANNOT_TELL, unsettled=FAVOURED, favoured=favoured)
        found = label_grid(cell(0.3, 0.12, 0.01), (decision,), S)
        assert found.table["label"].tolist() == [label]


def test_the_reach_of_a_format_ahead_allows_for_three_comparisons_at_once():
    row = {"estimate": 0.3, "std_error": 0.1, "df": 60.0, "conf_low": 0.1, "conf_high": 0.5}
    alone = pd.Series(row | {"p_value": 0.004, "p_adjusted": 0.004})
    thrice = pd.Series(row | {"p_value": 0.004, "p_adjusted": 0.012})
    decision = Decision(*PAIR, FASTER_SIZE_UNCERTAIN, "group")
    wide, narrow = (
        find_overturn(decision, row, robustness(), S, alone=only).movement
        for row, only in ((alone, True), (thrice, False))
    )
    level = S.error_rate * S.main_share
    assert wide == pytest.approx(0.3 - 0.1 * stats.t.ppf(1 - level / 2, 60), abs=1e-6)
    assert narrow == pytest.approx(0.3 - 0.1 * stats.t.ppf(1 - level / 6, 60), abs=1e-6)


# --- something unrecorded ------------------------------------------------------------------


def test_robustness_is_that_of_ordinary_least_squares():
    asked, _ = clinic()
    table = asked.table
    columns = [np.ones(len(table)), (table["format"] == "combined").to_numpy(float)]
    columns += [(table["format"] == "group").to_numpy(float)]
    design = np.column_stack([*columns, asked.covariates.centred])
    rate = table["rate"].to_numpy()
    beta = np.linalg.lstsq(design, rate, rcond=None)[0]
    df = len(rate) - design.shape[1]
    sigma2 = ((rate - design @ beta) ** 2).sum() / df
    std_error = math.sqrt(sigma2 * np.linalg.inv(design.T @ design)[2, 2])
    row = robustness().table.iloc[0]
    assert row["plain_df"] == df
    assert row["plain_std_error"] == pytest.approx(std_error, rel=1e-9)
    assert row["robustness"] == pytest.approx(robustness_value(beta[2] / std_error, df))


def test_partial_shares_of_each_trait_equal_their_t_statistics():
    asked, _ = clinic()
    table = asked.table
    traits = asked.covariates.centred
    ones = np.ones(len(table))
    formats = [(table["format"] == f).to_numpy(float) for f in ("combined", "group")]
    design = np.column_stack([ones, *formats, traits])
    rate = table["rate"].to_numpy()
    inverse = np.linalg.inv(design.T @ design)
    beta = inverse @ design.T @ rate
    df = len(rate) - design.shape[1]
    sigma2 = ((rate - design @ beta) ** 2).sum() / df
    own = robustness().benchmarks
    own = own[(own["this"] == "group") & (own["than"] == "individual")].set_index("trait")
    for j, trait in enumerate(traits.columns, start=3):
        if trait.startswith("site "):
            continue
        squared = beta[j] ** 2 / (sigma2 * inverse[j, j])
        assert own.loc[trait, "r2_outcome"] == pytest.approx(squared / (squared + df), rel=1e-6)


def test_the_wider_range_holds_the_statistical_one_and_adds_the_bias_at_both_ends():
    _, primary = clinic()
    for row in robustness().table.itertuples():
        answer = primary.pair(row.this, row.than)
        assert row.bias > 0
        assert row.wide_low <= answer["conf_low"] - row.bias + SAME
        assert row.wide_high >= answer["conf_high"] + row.bias - SAME


def test_the_strongest_trait_is_the_one_that_would_move_the_answer_most():
    for row in robustness().table.itertuples():
        own = robustness().benchmarks
        own = own[(own["this"] == row.this) & (own["than"] == row.than)]
        assert own.loc[own["bias"].idxmax(), "trait"] == row.strongest
        assert row.bias == pytest.approx(own["bias"].max())
        trait, times = robustness().times(row.this, row.than, row.bias)
        assert trait == row.strongest
        assert times == pytest.approx(1.0, abs=1e-6)


def test_without_traits_there_is_no_yardstick():
    asked, primary = clinic()
    bare = replace(asked.covariates, centred=asked.covariates.centred[[]])
    found = measure_robustness(replace(asked, covariates=bare), primary)
    assert found.table["wide_low"].isna().all()
    assert (found.table["strongest"] == "").all()
    assert found.times(*PAIR, 0.1) == ("", math.inf)
    assert found.benchmarks.empty


LOW_HIGH = {
    FASTER_IMPORTANT: (0.3, 0.7, "group", 0.05),
    FASTER_SIZE_UNCERTAIN: (-0.5, -0.1, "individual", 0.1),
    CANNOT_TELL: (-0.4, 0.4, "", math.nan),
}


@pytest.mark.parametrize("label", list(LOW_HIGH))
def test_the_reach_of_a_label_is_how_far_its_interval_can_move(label):
    low, high, ahead, reach = LOW_HIGH[label]
    row = pd.Series({"estimate": (low + high) / 2, "conf_low": low, "conf_high": high, "df": 40.0})
    row = pd.concat([row, pd.Series({"p_value": 0.01, "p_adjusted": 0.01, "std_error": 0.01})])
    found = find_overturn(Decision(*PAIR, label, ahead), row, robustness(), S)
    assert found.movement == pytest.approx(reach, nan_ok=True)
    assert (found.trait == "") is math.isnan(reach)


def test_the_reach_of_answers_that_rule_out_is_measured_on_the_narrower_interval():
    row = pd.Series({"estimate": 0.05, "conf_low": -0.1, "conf_high": 0.2, "df": 40.0})
    half = 0.15 * narrower(40.0, S)
    found = find_overturn(Decision(*PAIR, NO_IMPORTANT_DIFFERENCE), row, robustness(), S)
    assert found.movement == pytest.approx(0.25 - 0.05 - half)
    found = find_overturn(Decision(*PAIR, RULES_OUT, "group"), row, robustness(), S)
    assert found.movement == pytest.approx(0.05 - half + 0.25)


# --- missing traits ------------------------------------------------------------------------


def test_only_missing_cells_are_drawn_and_differ_between_copies():
    asked, _ = clinic()
    absent = missing_cells(asked)
    copies = impute_traits(asked, absent, np.random.default_rng(1))
    assert copies.shape == (S.imputations, *absent.shape)
    known = np.broadcast_to(~absent, copies.shape)
    whole = np.broadcast_to(asked.covariates.centred.to_numpy(), copies.shape)
    assert (copies[known] == whole[known]).all()
    spread = copies[:, absent].std(axis=0)
    assert (spread > 0.05).all()


def test_draws_do_not_depend_on_the_order_of_the_children():
    asked, _ = clinic()
    absent = missing_cells(asked)
    order = np.random.default_rng(2).permutation(len(asked.table))
    centred = asked.covariates.centred.iloc[order].reset_index(drop=True)
    turned = replace(
        asked,
        table=asked.table.iloc[order].reset_index(drop=True),
        covariates=replace(asked.covariates, centred=centred),
    )
    one = impute_traits(asked, absent, np.random.default_rng(1))
    other = impute_traits(turned, absent[order], np.random.default_rng(1))
    assert np.allclose(one[:, order], other, atol=1e-6)


def test_filled_in_traits_keep_their_mean_and_spread_when_missing_by_chance():
    rng = np.random.default_rng(6)
    asked, _ = asked_and_answered(invented_records(20, n_children=400, missing_share=0.0))
    truth = asked.covariates.centred.to_numpy()
    absent = np.zeros(truth.shape, bool)
    absent[:, 0] = rng.random(len(truth)) < 0.3
    start = asked.covariates.centred.copy()
    start.loc[absent[:, 0], start.columns[0]] = 0.0
    gaps = replace(asked, covariates=replace(asked.covariates, centred=start))
    copies = impute_traits(gaps, absent, rng)
    drawn = copies[:, absent[:, 0], 0]
    assert drawn.mean() == pytest.approx(truth[absent[:, 0], 0].mean(), abs=0.2)
    assert drawn.std() == pytest.approx(truth[:, 0].std(), rel=0.2)


def test_filled_in_many_times_is_near_the_main_answer_and_no_surer_than_it_may_be():
    asked, primary = clinic()
    found, test = ask_imputed(ASKED, asked, primary)
    apart = (found.table["estimate"] - primary.table["estimate"]).abs()
    assert (apart < primary.table["std_error"]).all()
    assert (found.table["df"] <= primary.table["df"] * 1.1).all()
    assert 0 <= test.p_value <= 1
    assert test.df_num == 2


def test_hardly_missing_traits_need_no_filling_in():
    asked, primary = asked_and_answered(invented_records(1, n_children=120, missing_share=0.0))
    found, test = ask_imputed(ASKED, asked, primary)
    assert found.withheld == "hardly_missing"
    assert test is None


# --- negative controls ---------------------------------------------------------------------


def test_controls_are_asked_in_standard_deviations_and_corrected_together():
    found = ask_negative_controls(clinic()[0])
    assert list(found.comparisons) == list(CONTROLS)
    assert {c.unit for c in found.comparisons.values()} == {"standard_deviations"}
    assert (found.table["p_adjusted"] >= found.table["p_value"]).all()
    assert (found.table["failed"] == (found.table["p_adjusted"] < 0.05)).all()


def test_a_trait_that_decides_the_format_fails_as_a_control():
    asked, _ = clinic()
    rng = np.random.default_rng(0)
    episodes = asked.records.episodes
    energy = 2.0 + 2.0 * (episodes["format"] == "group") + rng.integers(0, 2, len(episodes))
    records = replace(asked.records, episodes=episodes.assign(energy=energy.to_numpy(float)))
    found = ask_negative_controls(replace(asked, records=records))
    assert found.failed
    assert set(found.table.loc[found.table["failed"], "control"]) == {"energy"}


def test_controls_nobody_recorded_are_withheld():
    asked, _ = asked_and_answered(balanced_clinic({"individual": 30, "group": 32}))
    found = ask_negative_controls(asked)
    assert all(comparison.withheld for comparison in found.comparisons.values())
    assert found.table.empty
    assert not found.failed


# --- planning ------------------------------------------------------------------------------


def test_moments_find_the_planted_spread_between_groups():
    asked, _ = clinic()
    rng = np.random.default_rng(9)
    n_groups, size = 300, 4
    group = np.repeat(np.arange(n_groups), size)
    rate = rng.normal(0, 0.5, n_groups)[group] + rng.normal(0, 1.0, len(group))
    table = pd.DataFrame({"rate": rate, "group_id": group.astype(str)})
    table["format"] = pd.Categorical(
        np.repeat(["group", "combined"], len(group) // 2),
        categories=["individual", "group", "combined"],
        ordered=True,
    )
    bare = replace(asked.covariates, centred=pd.DataFrame(index=table.index))
    child, between = split_variance(replace(asked, table=table, covariates=bare))
    assert child == pytest.approx(1.0, rel=0.12)
    assert between == pytest.approx(0.25, rel=0.35)


def test_groups_alike_have_no_variance_below_zero():
    asked, _ = clinic()
    table = asked.table.assign(rate=0.0)
    table.loc[::2, "rate"] = 1.0
    table["group_id"] = (np.arange(len(table)) // 2).astype(str)
    assert split_variance(replace(asked, table=table))[1] >= 0


def test_what_more_children_alone_can_reach_is_no_wider_than_now():
    sizes = plan_sample_size(*clinic())
    assert (sizes.table["reachable"] <= sizes.table["half_width"] + SAME).all()
    assert (sizes.table["reachable"] >= 0).all()
    half = (clinic()[1].table["conf_high"] - clinic()[1].table["conf_low"]) / 2
    assert np.allclose(sizes.table["half_width"], half)


def test_the_first_two_columns_missing_are_named_in_the_published_order():
    records = balanced_clinic({"individual": 20, "group": 20})
    assert columns_to_record(records, S) == (("goals", "set_before_format"), ("reviews", "rater"))
    whole = invented_records(4, n_children=60, missing_share=0.0)
    assert columns_to_record(whole, S) == ()
    episodes = whole.episodes.assign(group_id=pd.array([None] * 60, dtype="str"))
    without = replace(whole, episodes=episodes)
    assert columns_to_record(without, S)[0] == RECORD_FIRST[0]


# --- growth and raters ---------------------------------------------------------------------


def test_the_growth_model_agrees_with_the_main_analysis_and_finds_spreads():
    asked, primary = clinic()
    found = compare_mixed_growth(ASKED, asked)
    apart = (found.comparison.table["estimate"] - primary.table["estimate"]).abs()
    assert (apart < 2 * primary.table["std_error"]).all()
    assert found.spreads["level"].tolist() == list(LEVELS)
    goal = found.spreads.set_index("level").loc["goal"]
    assert goal["slope"] > 0.2
    assert found.left_out == ()


def test_a_spread_of_zero_is_named_and_two_reviews_leave_no_slope_of_goals():
    asked, _ = asked_and_answered(balanced_clinic({"individual": 40, "group": 40}, weeks=(0, 24)))
    found = compare_mixed_growth(ASKED, asked)
    assert "goal" in found.left_out
    assert not found.comparison.withheld
    assert np.isnan(found.spreads.set_index("level").loc["goal", "slope"])
    asked, _ = asked_and_answered(balanced_clinic({"individual": 60, "group": 60}, seed=3))
    assert set(compare_mixed_growth(ASKED, asked).zero) <= set(LEVELS)


def test_raters_elsewhere_who_see_a_level_less_are_found():
    asked, _ = asked_and_answered(null_records(5, n_children=240))
    reviews = asked.records.reviews
    home = reviews["rater"].isin(["caregiver", "teacher"]).to_numpy()
    lower = np.where(home, np.maximum(reviews["attainment"] - 1, -2), reviews["attainment"])
    shifted = replace(asked.records, reviews=reviews.assign(attainment=lower))
    before = compare_raters(asked).table.iloc[0]
    after = compare_raters(replace(asked, records=shifted)).table.iloc[0]
    assert before["conf_low"] < 0 < before["conf_high"]
    assert -1.1 < after["estimate"] - before["estimate"] < -0.7
    assert before["n_children"] >= 22


def test_without_raters_nothing_is_said_of_carrying_over():
    asked, _ = asked_and_answered(balanced_clinic({"individual": 30, "group": 32}))
    assert compare_raters(asked).withheld == "raters_not_recorded"
    asked, _ = clinic()
    reviews = asked.records.reviews
    mine = reviews[(reviews["rater"] == "treating_therapist").to_numpy()].reset_index(drop=True)
    alone = replace(asked, records=replace(asked.records, reviews=mine))
    assert compare_raters(alone).withheld == "few_rated_twice"
