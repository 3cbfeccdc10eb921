"""The planted truth is what a perfect trial would find, and null is null."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.comparison.result import PAIRS as COMPARED_PAIRS
from analysis.records.schema import SOCIAL_DOMAINS
from analysis.simulation.clinic import simulate_clinic
from analysis.simulation.design import NO_DIFFERENCE, ClinicDesign
from analysis.simulation.levels import least_squares_rate
from analysis.simulation.truth import PAIRS, POPULATIONS, pair_name, true_contrasts

# Five standard errors: false alarms about once in a million runs.
FIVE = 5
PERFECT_TRIAL = {
    "indication": 0.0,
    "dropout_share": 0.0,
    "skipped_share": 0.0,
    "review_jitter": 0.0,
    "closing_share": 0.0,
    "switching_share": 0.0,
}


def child_rates(tables):
    """Least-squares rates of complete records: per child, then with the child's format."""
    reviews = tables["reviews"].sort_values(["goal_id", "week"])
    goals = tables["goals"].sort_values("goal_id")
    level = reviews["attainment"].to_numpy().reshape(len(goals), -1)
    week = reviews["week"].to_numpy()[: level.shape[1]]
    rates = goals.assign(
        rate=least_squares_rate(week, level), social=goals["domain"].isin(SOCIAL_DOMAINS)
    )
    children = tables["episodes"].set_index("child_id")[["format"]]
    children["rate"] = rates.groupby("child_id")["rate"].mean()
    kinds = rates.groupby(["child_id", "social"])["rate"].mean().unstack()
    return children.assign(within=kinds[True] - kinds[False])


def difference(children, column, this, than):
    """Difference of means and its standard error from therapy formats of independent children."""
    a, b = (children.loc[children["format"] == f, column].dropna() for f in (this, than))
    return a.mean() - b.mean(), np.sqrt(a.var() / len(a) + b.var() / len(b))


@pytest.mark.parametrize(
    "design",
    [
        ClinicDesign(),
        ClinicDesign(unmeasured=2.0, confounding=2.0),
        ClinicDesign(closing_share=0.8, base_rate=2.0),
    ],
)
def test_without_a_planted_difference_no_format_differs_on_the_observed_scale(design):
    truth = true_contrasts(replace(design, **NO_DIFFERENCE), n_children=4000)
    for population in POPULATIONS:
        for measure in ("rate", "social_minus_skill", "attained_by_week_24"):
            for value in truth[population][measure]["differences"].values():
                assert value == pytest.approx(0.0, abs=1e-12)


@pytest.mark.slow
def test_a_perfect_trial_finds_the_truth_of_all_children():
    design = replace(ClinicDesign(n_children=12_000, group_spread=0.0), **PERFECT_TRIAL)
    truth = true_contrasts(design, n_children=100_000)["everyone"]
    children = child_rates(simulate_clinic(design, seed=21).tables)
    for this, than in PAIRS:
        for column, measure in (("rate", "rate"), ("within", "social_minus_skill")):
            found, error = difference(children, column, this, than)
            assert abs(found - truth[measure]["differences"][pair_name(this, than)]) < FIVE * error


def test_indication_misleads_the_plain_difference_and_no_indication_does_not():
    design = replace(ClinicDesign(n_children=8000), **PERFECT_TRIAL, **NO_DIFFERENCE)
    fair = child_rates(simulate_clinic(design, seed=5).tables)
    found, error = difference(fair, "rate", "group", "individual")
    assert abs(found) < FIVE * 1.5 * error  # therapy groups add to the error
    unfair = child_rates(simulate_clinic(replace(design, indication=1.0), seed=5).tables)
    assert difference(unfair, "rate", "group", "individual")[0] > 0.15


def test_an_unrecorded_trait_cancels_within_the_child():
    design = replace(
        ClinicDesign(n_children=8000, unmeasured=2.0), **PERFECT_TRIAL, **NO_DIFFERENCE
    )
    children = child_rates(simulate_clinic(design, seed=6).tables)
    assert difference(children, "rate", "group", "individual")[0] > 0.4
    within, error = difference(children, "within", "group", "individual")
    assert abs(within) < FIVE * error


def test_a_level_set_with_the_format_in_mind_hides_the_difference():
    planted = {"format_effects": (0.0, -0.3, 0.0), "social_effects": (0.0, 0.0, 0.0)}
    design = replace(ClinicDesign(n_children=8000, **planted), **PERFECT_TRIAL)
    hidden = replace(design, calibration=1.0, goals_set_before=0.0)
    seen = difference(
        child_rates(simulate_clinic(design, seed=7).tables), "rate", "group", "individual"
    )
    read = difference(
        child_rates(simulate_clinic(hidden, seed=7).tables), "rate", "group", "individual"
    )
    assert seen[0] < -0.2
    assert abs(read[0]) < FIVE * 1.5 * read[1]
    assert true_contrasts(hidden, 20_000)["everyone"]["rate"]["differences"][
        "group - individual"
    ] == pytest.approx(seen[0], abs=FIVE * seen[1])


def test_more_children_only_sharpen_the_truth():
    small, large = (true_contrasts(ClinicDesign(), n)["could_have_had_any"] for n in (5000, 80_000))
    for pair, value in small["rate"]["differences"].items():
        error = small["rate"]["std_errors"][pair]
        assert abs(value - large["rate"]["differences"][pair]) < FIVE * error
        assert large["rate"]["std_errors"][pair] < error / 3


def test_who_is_asked_about_matters_when_a_trait_decides_the_effect():
    planted = {**NO_DIFFERENCE, "attention_effects": (0.0, 0.2, 0.0)}
    truth = true_contrasts(replace(ClinicDesign(unmeasured=1.0), **planted), 40_000)
    pair = pair_name("group", "individual")
    for population in POPULATIONS:
        slope = truth[population]["rate"]["by_attention"][pair]
        assert 0.12 < slope < 0.21
    assert truth["everyone"]["rate"]["differences"][pair] != pytest.approx(
        truth["could_have_had_any"]["rate"]["differences"][pair], abs=1e-4
    )


def test_the_truth_of_all_goals_lies_between_that_of_skill_and_social_goals():
    truth = true_contrasts(ClinicDesign(), 40_000)["could_have_had_any"]
    for pair, value in truth["rate"]["differences"].items():
        low, high = sorted(
            truth[f"rate_{kind}"]["differences"][pair] for kind in ("skill", "social")
        )
        assert low < value < high
    for therapy_format, share in truth["attained_by_week_24"]["means"].items():
        assert 0 < truth["attained_by_week_12"]["means"][therapy_format] < share < 1


def test_an_absent_format_has_no_truth():
    truth = true_contrasts(ClinicDesign(absent_formats=("combined",)), 2000)
    rate = truth["could_have_had_any"]["rate"]
    assert list(rate["means"]) == ["individual", "group"]
    assert list(rate["differences"]) == ["group - individual"]


def test_the_truth_names_its_pairs_as_the_comparisons_do():
    assert PAIRS == COMPARED_PAIRS
