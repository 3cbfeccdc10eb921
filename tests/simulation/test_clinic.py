"""An invented clinic obeys the schema, looks like a clinic, and is drawn from its seed alone."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.errors import AnalysisError
from analysis.records.schema import DOMAINS, FORMATS, SOCIAL_DOMAINS, TABLES
from analysis.simulation.caseload import draw_caseload
from analysis.simulation.clinic import simulate_clinic
from analysis.simulation.course import GROUP_SIZES, form_groups
from analysis.simulation.design import NO_DIFFERENCE, ClinicDesign
from analysis.simulation.levels import PLANNED_WEEKS, least_squares_rate, observed_levels

EXACT = 1e-12  # the same arithmetic in another order
DESIGNS = {
    "sample": ClinicDesign(),
    "tiny": ClinicDesign(n_children=4),
    "no combined": ClinicDesign(n_children=60, absent_formats=("combined",)),
    "everything missing or skipped": ClinicDesign(
        n_children=80, missing_share=1.0, skipped_share=1.0, dropout_share=0.9
    ),
    "collapsed": ClinicDesign(
        n_children=60,
        child_spread=0.0,
        goal_spread=0.0,
        group_spread=0.0,
        therapist_spread=0.0,
        review_noise=0.0,
        start_spread=0.0,
        confounding=0.0,
        practice_effect=0.0,
    ),
}


@pytest.fixture(scope="module")
def large():
    """A clinic large enough that shares are nearly exact."""
    return simulate_clinic(ClinicDesign(n_children=6000), seed=11).tables


@pytest.mark.parametrize("name", DESIGNS)
def test_every_table_has_the_columns_types_and_values_of_the_schema(name):
    tables = simulate_clinic(DESIGNS[name], seed=5).tables
    assert list(tables) == list(TABLES)
    for table_name, table in TABLES.items():
        frame = tables[table_name]
        assert tuple(frame.columns) == table.names
        for column in table.columns:
            values = frame[column.name]
            known = values.dropna()
            if column.required:
                assert len(known) == len(values)
            if column.kind == "choice":
                assert tuple(values.cat.categories) == column.choices
            elif column.kind == "id":
                assert values.dtype == "str"
                assert known.str.fullmatch(r"[A-Za-z0-9_./#-]{1,32}").all()
                assert known.str.contains(r"\d").all()
            else:
                assert values.dtype == "float64"
                assert column.low is None or known.ge(column.low).all()
                assert column.high is None or known.le(column.high).all()
                if column.kind == "whole":
                    assert (known == known.round()).all()
        if table.key:
            assert not frame.duplicated(list(table.key)).any()


def test_the_same_seed_gives_the_same_clinic_and_another_seed_another():
    design = ClinicDesign(n_children=50)
    one, same, other = (simulate_clinic(design, seed).tables for seed in (3, 3, 4))
    for name in TABLES:
        pd.testing.assert_frame_equal(one[name], same[name])
    assert not one["reviews"].equals(other["reviews"])
    sequence = simulate_clinic(design, np.random.SeedSequence(3)).tables
    generator = simulate_clinic(design, np.random.default_rng(3)).tables
    assert sequence["reviews"].equals(one["reviews"])
    assert generator["reviews"].equals(one["reviews"])


def test_every_row_belongs_to_a_child_of_the_clinic():
    tables = simulate_clinic(ClinicDesign(n_children=120), seed=8).tables
    children = set(tables["episodes"]["child_id"])
    assert len(children) == 120
    assert set(tables["goals"]["child_id"]) == children
    assert set(tables["reviews"]["goal_id"]) == set(tables["goals"]["goal_id"])
    assert set(tables["sessions"]["child_id"]) <= children
    assert set(tables["home_practice"]["child_id"]) <= children
    goals = tables["goals"]
    assert (goals["goal_id"].str.split("-").str[0] == goals["child_id"]).all()


def test_children_have_two_to_four_goals_in_all_six_domains(large):
    n = large["goals"].groupby("child_id").size()
    assert set(n) == {2, 3, 4}
    assert set(large["goals"]["domain"].unique()) == set(DOMAINS)
    per_child = large["goals"]["domain"].isin(SOCIAL_DOMAINS).groupby(large["goals"]["child_id"])
    both = per_child.nunique() == 2
    assert 0.5 < both.mean() < 0.9


@pytest.mark.parametrize("n_members", [*range(1, 40), 200])
def test_therapy_groups_have_three_to_six_children(n_members):
    assigned = np.ones(n_members, dtype=int)
    group, site = form_groups(assigned, np.zeros(n_members, dtype=int), np.random.default_rng(1))
    sizes = np.bincount(group)
    assert len(site) == len(sizes)
    if n_members < GROUP_SIZES[0]:
        assert list(sizes) == [n_members]
    else:
        assert set(sizes) <= set(GROUP_SIZES)


def test_a_therapy_group_has_one_format_one_site_one_therapist_and_no_child_treated_alone(large):
    episodes = large["episodes"]
    alone = episodes["format"] == "individual"
    assert episodes.loc[alone, "group_id"].isna().all()
    assert episodes.loc[~alone, "group_id"].notna().all()
    grouped = episodes[~alone].groupby("group_id")
    for column in ("format", "site", "therapist_id"):
        assert (grouped[column].nunique() == 1).all()


def test_the_first_review_is_the_baseline_and_later_ones_lie_near_the_plan(large):
    reviews = large["reviews"].merge(large["goals"], on="goal_id")
    first = reviews[reviews["week"] == 0]
    assert len(first) == len(large["goals"])
    assert (first["attainment"] == first["baseline_level"]).all()
    assert set(first["baseline_level"]) == {-2.0, -1.0}
    away = np.abs(reviews["week"].to_numpy()[:, None] - np.array(PLANNED_WEEKS)).min(axis=1)
    assert away.max() <= 2
    assert 0.3 < (away > 0).mean() < 0.6


def test_nobody_is_reviewed_or_seen_after_leaving_and_no_goal_after_it_was_closed(large):
    ended = large["episodes"].set_index("child_id")["end_week"].fillna(np.inf)
    goals = large["goals"].set_index("goal_id")
    reviews = large["reviews"]
    child = goals["child_id"].loc[reviews["goal_id"]]
    assert (reviews["week"].to_numpy() <= ended.loc[child].to_numpy()).all()
    closed = goals["closed_week"].fillna(np.inf).loc[reviews["goal_id"]].to_numpy()
    assert (reviews["week"].to_numpy() <= closed).all()
    assert (reviews["attainment"].to_numpy()[reviews["week"].to_numpy() == closed] >= 0).all()
    for name in ("sessions", "home_practice"):
        last = ended.loc[large[name]["child_id"]].to_numpy()
        assert (large[name]["week"].to_numpy() <= last).all()


def test_children_who_leave_had_moved_on_less():
    design = replace(ClinicDesign(n_children=6000, closing_share=0.0), **NO_DIFFERENCE)
    means = {}
    for by_progress in (0.0, 1.5):
        tables = simulate_clinic(replace(design, dropout_by_progress=by_progress), 2).tables
        reviews = tables["reviews"].merge(tables["goals"][["goal_id", "child_id"]], on="goal_id")
        second = reviews[reviews["week"].between(4, 8)].groupby("child_id")["attainment"].mean()
        last = reviews.groupby("child_id")["week"].max().loc[second.index]
        means[by_progress] = second[last < 9].mean() - second[last > 20].mean()
    assert abs(means[0.0]) < 0.1
    assert means[1.5] < -0.15


def test_the_format_follows_indication_and_progress_follows_the_same_traits(large):
    episodes = large["episodes"]
    means = episodes.groupby("format", observed=False)[["attention", "peer_comfort"]].mean()
    assert (means.loc["group"] - means.loc["individual"] > 0.4).all()
    available = episodes[episodes["reason_for_format"] == "availability"]
    means = available.groupby("format", observed=False)[["attention", "peer_comfort"]].mean()
    assert (abs(means.loc["group"] - means.loc["individual"]) < 0.2).all()


def test_group_sessions_count_the_children_who_came():
    sessions = simulate_clinic(ClinicDesign(n_children=120), seed=9).tables["sessions"]
    together = sessions[sessions["delivered"] == "group"]
    came = together.groupby(["group_id", "week"])["attended"].sum()
    written = together.groupby(["group_id", "week"])["n_children_present"].agg(["min", "max"])
    assert (written["min"] == came).all()
    assert (written["max"] == came).all()
    assert sessions.loc[sessions["delivered"] == "individual", "group_id"].isna().all()


def test_switched_children_keep_their_format_and_get_both_kinds_of_session():
    tables = simulate_clinic(ClinicDesign(n_children=300, switching_share=0.2), seed=4).tables
    planned = tables["episodes"].set_index("child_id")["format"]
    kinds = tables["sessions"].groupby("child_id")["delivered"].nunique()
    both = kinds[kinds == 2].index
    switched = planned.loc[both] != "combined"
    assert 30 < switched.sum() < 60
    nobody = simulate_clinic(ClinicDesign(n_children=300, switching_share=0.0), seed=4).tables
    kinds = nobody["sessions"].groupby("child_id")["delivered"].nunique()
    assert (planned.index == nobody["episodes"]["child_id"]).all()
    assert (
        nobody["episodes"].set_index("child_id")["format"].loc[kinds[kinds == 2].index]
        == "combined"
    ).all()


def test_shares_of_the_design_are_met(large):
    goals, reviews, episodes = large["goals"], large["reviews"], large["episodes"]
    design = ClinicDesign()
    assert abs(goals["set_before_format"].mean() - design.goals_set_before) < 0.02
    assert abs((goals["baseline_level"] == -1).mean() - design.second_baseline_share) < 0.02
    assert abs(episodes["attention"].isna().mean() - design.missing_share) < 0.01
    assert episodes["age_years"].notna().all()
    independent = reviews["rater"] == "independent_therapist"
    assert abs(independent.mean() - design.independent_share) < 0.02
    assert (reviews.loc[~independent, "blinded"] == 0).all()
    assert (reviews["rater"] == "treating_therapist").mean() > 0.6
    assert episodes["format"].value_counts(normalize=True).min() > 0.25


def test_an_absent_format_has_no_child():
    for absent in (("individual",), ("group", "combined")):
        design = ClinicDesign(n_children=80, absent_formats=absent)
        planned = simulate_clinic(design, seed=1).tables["episodes"]["format"]
        assert set(planned.unique()) == set(FORMATS) - set(absent)
        assert tuple(planned.cat.categories) == FORMATS


def test_with_every_spread_at_zero_all_children_of_a_kind_move_alike():
    tables = simulate_clinic(DESIGNS["collapsed"], seed=5).tables
    goals = tables["goals"].merge(tables["episodes"][["child_id", "format"]], on="child_id")
    alike = goals[(goals["baseline_level"] == -2) & (goals["domain"] == "motor")]
    levels = tables["reviews"].merge(alike[["goal_id", "format"]], on="goal_id")
    spread = levels.groupby(["format", "week"], observed=True)["attainment"].nunique()
    assert (spread == 1).all()


def test_the_true_chances_of_a_child_sum_to_one_and_leave_each_format_possible():
    caseload = draw_caseload(ClinicDesign(), 500, np.random.default_rng(3))
    np.testing.assert_allclose(caseload.probability.sum(axis=1), 1.0, atol=EXACT)
    assert caseload.probability.min() > 0.02


def test_levels_are_rounded_cut_and_kept_like_a_slow_loop_does():
    rng = np.random.default_rng(7)
    m, n_visits = 400, 5
    baseline = rng.choice([-2, -1], m)
    start, rate = baseline + rng.random(m) - 0.5, rng.normal(1, 0.8, m)
    week = np.tile(PLANNED_WEEKS, (m, 1)) + rng.integers(0, 2, (m, n_visits))
    extra, noise = rng.normal(0, 0.1, (2, m, n_visits))
    closes, recorded = rng.random(m) < 0.4, rng.random((m, n_visits)) < 0.8
    found = observed_levels(baseline, start, rate, week, extra, noise, closes, recorded)
    for goal in range(m):
        kept = None
        for visit in range(n_visits):
            here = start[goal] + rate[goal] * week[goal, visit] / 12
            level = max(-2, min(2, round(here + extra[goal, visit] + noise[goal, visit])))
            level = baseline[goal] if visit == 0 else level if kept is None else kept
            assert found[goal, visit] == level
            if visit and closes[goal] and recorded[goal, visit] and level >= 0:
                kept = level


def test_the_rate_is_the_least_squares_slope_in_levels_per_twelve_weeks():
    level = np.random.default_rng(2).integers(-2, 3, (6, 5))
    expected = [12 * np.polyfit(PLANNED_WEEKS, row, 1)[0] for row in level]
    np.testing.assert_allclose(least_squares_rate(np.array(PLANNED_WEEKS), level), expected)


@pytest.mark.parametrize(
    "wrong",
    [
        {"n_children": 0},
        {"missing_share": 1.2},
        {"dropout_share": -0.1},
        {"child_spread": -1.0},
        {"format_effects": (0.0, 1.0)},
        {"absent_formats": FORMATS},
        {"absent_formats": ("pairs",)},
    ],
)
def test_an_impossible_design_is_refused(wrong):
    with pytest.raises(AnalysisError):
        ClinicDesign(**wrong)


def test_every_choice_of_a_design_says_its_unit_and_meaning():
    for row in ClinicDesign().rows():
        assert row["unit"]
        assert str(row["meaning"]).endswith(".")
