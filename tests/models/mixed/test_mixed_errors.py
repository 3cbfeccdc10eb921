"""A mixed model is never wrong in silence: what is refused, and what the refusal says."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import AnalysisError
from analysis.models.mixed.model import RandomEffect, fit_mixed


def rows(n_children=12, n_visits=4, seed=0):
    rng = np.random.default_rng(seed)
    child = np.repeat(np.arange(n_children), n_visits)
    week = np.tile(np.arange(n_visits) * 6.0, n_children)
    outcome = rng.normal(size=n_children)[child] + 0.05 * week + rng.normal(size=len(week))
    fixed = pd.DataFrame({"one": 1.0, "week": week})
    line = pd.DataFrame({"constant": 1.0, "week": week})
    return outcome, fixed, pd.Series(child, name="child"), line


def refused(message, *args, **options):
    with pytest.raises(AnalysisError, match=message):
        fit_mixed(*args, **options)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_numbers_that_are_not_finite_are_refused_wherever_they_stand(value):
    outcome, fixed, child, line = rows()
    random = [RandomEffect(child, line)]
    broken = outcome.copy()
    broken[3] = value
    refused("outcome is missing or infinite in 1 row", broken, fixed, random)
    refused('"week"', outcome, fixed.mask(fixed == 6.0, value), random)
    refused("child", outcome, fixed, [RandomEffect(child, line.mask(line == 6.0, value))])


def test_a_missing_group_is_refused():
    outcome, fixed, child, line = rows()
    groups = child.astype(object).where(child != 3)
    refused("4 rows have no group at level child", outcome, fixed, [RandomEffect(groups, line)])


def test_a_group_found_under_two_parents_is_named():
    outcome, fixed, child, line = rows()
    goal = pd.Series(np.tile(["goal 1", "goal 2"], len(child) // 2), name="goal")
    random = [RandomEffect(child, line), RandomEffect(goal, line[["constant"]])]
    refused('goal "goal 2" is found in child "0" and in child "1"|goal "goal 1"', outcome, fixed,
            random)  # fmt: skip


def test_a_column_that_repeats_others_is_named():
    outcome, fixed, child, line = rows()
    twice = fixed.assign(fortnight=fixed["week"] / 2 + fixed["one"])
    refused('"fortnight" can be computed from "one", "week"', outcome, twice,
            [RandomEffect(child, line)])  # fmt: skip


def test_a_column_of_zeros_is_named():
    outcome, fixed, child, line = rows()
    refused('"nothing"', outcome, fixed.assign(nothing=0.0), [RandomEffect(child, line)])
    refused('"nothing" of level child', outcome, fixed,
            [RandomEffect(child, line.assign(nothing=0.0))])  # fmt: skip


def test_more_columns_than_rows_are_refused():
    outcome, fixed, child, line = rows(2, 2)
    wide = fixed.assign(a=[0.0, 1, 2, 5], b=[1.0, 0, 2, 2])
    refused("4 columns and only 4 rows", outcome, wide, [RandomEffect(child, line[["constant"]])])


def test_goals_with_one_row_each_cannot_be_told_from_the_residual():
    outcome, fixed, child, line = rows()
    goal = pd.Series(np.arange(len(child)), name="goal")
    refused("Level goal has as many random effects as there are rows", outcome, fixed,
            [RandomEffect(child, line), RandomEffect(goal, line[["constant"]])])  # fmt: skip


def test_two_visits_cannot_carry_a_slope_of_each_goal():
    outcome, fixed, child, line = rows(n_visits=2)
    refused("Level child has as many random effects as there are rows", outcome, fixed,
            [RandomEffect(child, line)])  # fmt: skip


def test_children_with_one_goal_each_cannot_be_told_from_their_goals():
    outcome, fixed, child, line = rows()
    goal = child.rename("goal")
    random = [RandomEffect(child, line), RandomEffect(goal, line[["constant"]])]
    refused("cannot tell apart the spread between child .constant.* and goal", outcome, fixed,
            random)  # fmt: skip


def test_groups_that_are_the_arms_themselves_cannot_have_a_spread():
    outcome, fixed, child, line = rows(18)
    arm = child % 3
    arms = fixed.assign(second=(arm == 1) * 1.0, third=(arm == 2) * 1.0)
    top = RandomEffect(arm.rename("arm"), line[["constant"]])
    refused("arm", outcome, arms, [top, RandomEffect(child, line)])


def test_effects_that_are_mixtures_of_each_other_are_named():
    outcome, fixed, child, line = rows()
    refused('"week", "days" of level child', outcome, fixed,
            [RandomEffect(child, line.assign(days=line["week"] * 7))])  # fmt: skip


def test_an_outcome_without_any_spread_is_refused():
    _, fixed, child, line = rows()
    refused("no spread to explain", 2.0 + 3.0 * fixed["week"].to_numpy(), fixed,
            [RandomEffect(child, line)])  # fmt: skip
    refused("no spread to explain", np.full(len(fixed), 3.0), fixed, [RandomEffect(child, line)])
    refused("no spread to explain", np.zeros(len(fixed)), fixed, [RandomEffect(child, line)])


@pytest.mark.parametrize(
    ("random", "message"),
    [
        (lambda child, line: [], "at least one level"),
        (lambda child, line: [RandomEffect(child, np.ones((len(line), 5)))], "give 1 to 4"),
        (lambda child, line: [RandomEffect(child[:-1], line)], "one group for each"),
        (lambda child, line: [RandomEffect(child, line[:-1])], "needs 48 rows"),
        (lambda child, line: [RandomEffect(child, line)] * 2, "same name"),
        (lambda child, line: RandomEffect(child, line), "a list of RandomEffect"),
        (lambda child, line: [(child, line)], "a list of RandomEffect"),
        (lambda child, line: [RandomEffect(np.column_stack([child] * 2), line)], r"\(48, 2\)"),
        (lambda child, line: [RandomEffect(child, 1.0)], r"its shape is \(\)"),
        (lambda child, line: [RandomEffect(child, line.assign(week="early"))], "not a number"),
        (
            lambda child, line: [RandomEffect(child, line.astype("Int64").mask(line == 6))],
            "missing",
        ),
    ],
)
def test_malformed_levels_are_refused(random, message):
    outcome, fixed, child, line = rows()
    refused(message, outcome, fixed, random(child, line))


def test_only_two_methods_are_known():
    outcome, fixed, child, line = rows()
    refused('"reml" or "ml"', outcome, fixed, [RandomEffect(child, line)], method="REML")


def test_unknown_columns_are_refused_by_the_fit():
    outcome, fixed, child, line = rows()
    fit = fit_mixed(outcome, fixed, [RandomEffect(child, line[["constant"]])])
    with pytest.raises(AnalysisError, match="no column of the design"):
        fit.contrast(pd.Series({"weeks": 1.0}))


def test_inputs_are_left_as_they_were():
    outcome, fixed, child, line = rows()
    before = outcome.copy(), fixed.copy(), child.copy(), line.copy()
    fit_mixed(outcome, fixed, [RandomEffect(child, line[["constant"]])])
    np.testing.assert_array_equal(outcome, before[0])
    pd.testing.assert_frame_equal(fixed, before[1])
    pd.testing.assert_series_equal(child, before[2])
    pd.testing.assert_frame_equal(line, before[3])


def test_a_lockstep_of_two_effects_is_said_in_words():
    _, fixed, child, line = rows(20, 4)
    rng = np.random.default_rng(2)
    own = rng.normal(size=20)[child]
    together = 0.05 * fixed["week"] + own * (1 + 0.1 * line["week"]) + 4 * rng.normal(size=80)
    fit = fit_mixed(together, fixed, [RandomEffect(child, line)])
    assert fit.singular
    assert "their correlation is at its limit" in fit.sentence
    assert fit.certificate.holds


def test_an_outcome_that_is_nearly_a_line_is_still_fitted_exactly():
    outcome, fixed, child, line = rows()
    random = [RandomEffect(child, line[["constant"]])]
    fit = fit_mixed(outcome, fixed, random)
    steep = fit_mixed(outcome + 1e7 * fixed["week"], fixed, random)
    assert steep.log_likelihood == pytest.approx(fit.log_likelihood, abs=1e-5)
    assert steep.coefficients[0] == pytest.approx(fit.coefficients[0], rel=1e-5)
    assert steep.residual_sd == pytest.approx(fit.residual_sd, rel=1e-6)


def test_labels_and_designs_may_come_in_any_dress():
    outcome, fixed, child, line = rows()
    flat = line[["constant"]]
    plain = fit_mixed(outcome, fixed, [RandomEffect(child, flat)])
    for labels in (
        list(child),
        [("child", k) for k in child],
        pd.Categorical([f"k{k}" for k in child], categories=[f"k{k}" for k in range(40)]),
        pd.Series(child, dtype="Int64"),
        child.astype(str).astype("string"),
        pd.Index(child),
    ):
        fit = fit_mixed(list(outcome), fixed.to_numpy(), [RandomEffect(labels, flat["constant"])])
        assert fit.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-9)
    elsewhere = fixed.set_axis(np.arange(len(fixed))[::-1] + 7), flat.astype(bool)
    moved = fit_mixed(outcome, elsewhere[0], [RandomEffect(child, elsewhere[1].astype("Int64"))])
    assert moved.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-9)
