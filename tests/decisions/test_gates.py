"""Each gate on its own: what it asks, on which side of its number it closes, and in what order."""

from dataclasses import replace
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from small_clinics import (
    balanced_clinic,
    invented_records,
    many_children,
    one_child,
    records_of,
    sample_study,
)

from analysis.comparison.result import PAIRS
from analysis.computing import text_type
from analysis.decisions.gates import (
    judge_pairs,
    missing_at_end,
)
from analysis.decisions.recorded_by_format import goals_set_before, rated_independently
from analysis.decisions.therapists import SHARED_THERAPISTS
from analysis.records.schema import FORMATS, RATERS
from analysis.settings import Settings
from analysis.study import run_study
from analysis.vocabulary import BLOCKING, GateName

GATES = get_args(GateName)
SETTINGS = Settings()
RATED = ("attention", "peer_comfort", "severity", "age_years", "follows_instructions")
RATED += ("communication",)
PAIR = ("group", "individual")


def judge(study=None, *, weighting=None, analyses=None, **parts):
    """Ask the gates of the sample's study with some of its parts replaced."""
    study = study or sample_study()
    asked = replace(study.analysis_set, **parts)
    return judge_pairs(asked, weighting or study.weighting, analyses or study.analyses)


def failed(gates, pair=PAIR):
    return [(g.name, g.rule) for g in gates if (g.this, g.than) == pair and not g.passed]


def with_rows(study, keep):
    table = study.cohort.table
    return replace(study.cohort, table=table[keep(table)].reset_index(drop=True))


def with_column(study, column, values):
    return replace(study.cohort, table=study.cohort.table.assign(**{column: values}))


def change_first_pair(id, **numbers):
    """Give the sample's analyses with numbers of the first pair of one of them replaced."""
    analyses = sample_study().analyses
    columns = dict(analyses[id].by_pair)
    for name, value in numbers.items():
        columns[name] = np.array([value, *columns[name][1:]])
    return {**analyses, id: replace(analyses[id], by_pair=columns)}


def test_the_sample_is_asked_every_question_in_order_and_passes():
    gates = judge()
    assert [g.name for g in gates] == list(GATES) * len(PAIRS)
    assert all(g.passed for g in gates)


def test_an_absent_format_is_named_before_anything_is_counted():
    records = invented_records(5, n_children=120, absent_formats=("combined",))
    study = run_study(records)
    for pair in PAIRS[1:]:
        gates = [g for g in study.verdicts.gates if (g.this, g.than) == pair]
        assert [(g.name, g.rule, g.therapy_format) for g in gates] == [
            ("describe", "absent", "combined")
        ]
    assert ("describe", "absent") not in failed(study.verdicts.gates)


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (9, ("describe", "few_children")),
        (10, ("compare", "few_children")),
        (14, ("compare", "few_children")),
        (15, None),
    ],
)
def test_each_format_needs_ten_children_to_be_described_and_fifteen_to_be_compared(n, expected):
    study = sample_study()

    def keep(table):
        own = table["format"] == "group"
        return ~own | (own.cumsum() <= n)

    gates = judge(cohort=with_rows(study, keep))
    first = next((f for f in failed(gates) if f[0] in ("describe", "compare")), None)
    if expected is None:
        assert first is None or first[1] == "few_groups"
    else:
        assert first == expected
        assert next(g.have for g in gates if g.rule == expected[1]) == n


@pytest.mark.parametrize(("n_groups", "passes"), [(3, False), (4, True)])
def test_a_grouped_format_needs_four_therapy_groups(n_groups, passes):
    study = sample_study()
    names = pd.array([f"g{i % n_groups}" for i in range(len(study.cohort.table))], dtype="str")
    gates = judge(cohort=with_column(study, "group_id", names))
    assert (("compare", "few_groups") not in failed(gates)) == passes


def test_groups_that_were_not_recorded_are_asked_for():
    study = sample_study()
    table = study.cohort.table
    unknown = table["group_id"].where(table["format"] == "combined")
    assert failed(judge(cohort=with_column(study, "group_id", unknown)))[0] == (
        "compare",
        "groups_not_recorded",
    )


@pytest.mark.parametrize(
    ("numbers", "rule"),
    [
        ({"df": 1.9}, "low_df"),
        ({"std_error": 0.0}, "no_spread"),
        ({"std_error": np.nan, "estimate": np.nan}, "no_spread"),
    ],
)
def test_an_interval_that_cannot_be_trusted_is_not_given(numbers, rule):
    gates = judge(analyses=change_first_pair("primary", **numbers))
    assert failed(gates)[0] == ("compare", rule)


def test_two_degrees_of_freedom_are_enough():
    gates = judge(analyses=change_first_pair("primary", df=2.0))
    assert ("compare", "low_df") not in failed(gates)


def test_a_withheld_primary_comparison_closes_every_pair():
    study = sample_study()
    primary = replace(study.comparison, withheld="columns_dependent")
    gates = judge(analyses={**study.analyses, "primary": primary})
    assert all(failed(gates, pair)[0] == ("compare", "design") for pair in PAIRS)


def change_weighting(**changes):
    return replace(sample_study().weighting, **changes)


def change_effective(therapy_format, **numbers):
    effective = sample_study().weighting.effective.copy()
    for name, value in numbers.items():
        effective.loc[therapy_format, name] = value
    return change_weighting(effective=effective)


def test_separated_formats_cannot_be_compared():
    gates = judge(weighting=change_weighting(withheld="separated"))
    assert failed(gates)[0] == ("overlap", "separated")


@pytest.mark.parametrize(
    ("numbers", "passes"),
    [
        ({"n_children": 16, "n_effective": 9.9}, False),
        ({"n_children": 16, "n_effective": 10.0}, True),
        ({"n_children": 80, "n_effective": 39.0}, False),
        ({"n_children": 80, "n_effective": 40.0}, True),
    ],
)
def test_ten_comparable_children_and_half_of_a_format_are_needed(numbers, passes):
    gates = judge(weighting=change_effective("group", **numbers))
    assert (("overlap", "n_effective") not in failed(gates)) == passes


@pytest.mark.parametrize(("share", "passes"), [(0.10, True), (0.11, False)])
def test_at_most_a_tenth_may_have_almost_no_chance_of_a_format(share, passes):
    gates = judge(weighting=change_effective("individual", rare_share=share))
    assert (("overlap", "rare") not in failed(gates)) == passes


@pytest.mark.parametrize(
    ("size", "passes"), [(0.20, True), (-0.20, True), (0.21, False), (-0.3, False)]
)
def test_children_must_be_alike_after_weighting(size, passes):
    balance = sample_study().weighting.balance.copy()
    balance["after"] = np.where(
        (balance["this"] == "group") & (balance["than"] == "individual"), size, 0.0
    )
    gates = judge(weighting=change_weighting(balance=balance))
    assert (("overlap", "unlike") not in failed(gates)) == passes
    assert ("overlap", "unlike") not in failed(gates, PAIRS[2])


@pytest.mark.parametrize(("half_width", "passes"), [(0.5, True), (0.51, False)])
def test_an_interval_wider_than_two_margins_either_way_cannot_answer(half_width, passes):
    gates = judge(
        analyses=change_first_pair("primary", conf_low=0.1 - half_width, conf_high=0.1 + half_width)
    )
    assert (("precision", "imprecise") not in failed(gates)) == passes


@pytest.mark.parametrize(
    ("growth", "rule"),
    [
        (0.4, ""),
        (0.2, ""),
        (0.19, "growth_apart"),
        (0.51, "growth_apart"),
        (-0.4, "growth_apart"),
        (np.nan, "growth_unanswered"),
    ],
)
def test_a_difference_must_be_found_by_the_growth_model_too(growth, rule):
    shown = {"estimate": 0.4, "conf_low": 0.1, "conf_high": 0.5}
    analyses = change_first_pair("primary", **shown)
    growth_model = change_first_pair("mixed_growth", estimate=growth)["mixed_growth"]
    gates = judge(analyses={**analyses, "mixed_growth": growth_model})
    found = dict(failed(gates)).get("agreement", "")
    assert found == rule


@pytest.mark.parametrize(("growth", "passes"), [(-0.1, True), (-0.11, False), (0.31, False)])
def test_where_no_difference_is_settled_the_growth_model_must_lie_in_the_interval(growth, passes):
    analyses = change_first_pair("primary", estimate=0.1, conf_low=-0.1, conf_high=0.3)
    growth_model = change_first_pair("mixed_growth", estimate=growth)["mixed_growth"]
    gates = judge(analyses={**analyses, "mixed_growth": growth_model})
    assert (("agreement", "growth_apart") not in failed(gates)) == passes


def lose_at_end(shares):
    """Give the sample's cohort with this share of each format missing at the end."""
    study = sample_study()
    started = study.cohort.flow.set_index("step").loc["baseline"]
    table = study.cohort.table.copy()
    order = table.groupby("format", observed=False).cumcount().to_numpy()
    stays = np.zeros(len(table), bool)
    for therapy_format, share in shares.items():
        own = (table["format"] == therapy_format).to_numpy()
        stays |= own & (order < round((1 - share) * started[therapy_format]))
    return replace(study.cohort, table=table.assign(at_end=stays))


@pytest.mark.parametrize(
    ("shares", "rule"),
    [
        ({"individual": 0.30, "group": 0.30, "combined": 0.30}, None),
        ({"individual": 0.40, "group": 0.40, "combined": 0.30}, "many_missing"),
        ({"individual": 0.10, "group": 0.30, "combined": 0.30}, "uneven_missing"),
        ({"individual": 0.20, "group": 0.30, "combined": 0.30}, None),
    ],
)
def test_formats_that_lose_many_children_or_unequally_are_marked(shares, rule):
    cohort = lose_at_end(shares)
    for therapy_format, share in missing_at_end(cohort).items():
        assert share == pytest.approx(shares[therapy_format], abs=0.02)
    found = [r for name, r in failed(judge(cohort=cohort)) if name == "attrition"]
    assert found == ([rule] if rule else [])


def change_goals(values):
    cohort = sample_study().cohort
    return replace(cohort, goals=cohort.goals.assign(set_before_format=values))


def change_raters(codes):
    records = sample_study().records
    rater = pd.Categorical.from_codes(
        np.resize(codes, len(records.reviews)), list(RATERS), ordered=True
    )
    return replace(records, reviews=records.reviews.assign(rater=rater))


def test_goals_set_after_the_format_and_one_kind_of_rater_are_marked():
    assert ("measurement", "goal_timing_not_recorded") in failed(judge(cohort=change_goals(np.nan)))
    assert ("measurement", "goals_after_format") in failed(judge(cohort=change_goals(0.0)))
    assert ("measurement", "raters_not_recorded") in failed(judge(records=change_raters([-1])))
    assert ("measurement", "one_kind_of_rater") in failed(judge(records=change_raters([0])))
    assert failed(judge(records=change_raters([0, 1]))) == []


def test_shares_of_goals_and_raters_ignore_what_was_not_recorded():
    n = len(sample_study().cohort.goals)
    values = np.resize([1.0, 1.0, 0.0, np.nan], n - n % 4)
    cohort = replace(sample_study().cohort, goals=pd.DataFrame({"set_before_format": values}))
    assert goals_set_before(cohort) == pytest.approx(2 / 3)
    n_reviews = len(sample_study().records.reviews)
    share = rated_independently(change_raters([0, -1, 2]))
    assert share == pytest.approx(0.5, abs=2 / n_reviews)


def test_one_group_or_one_therapist_with_most_of_a_format_is_named():
    study = sample_study()
    table = study.cohort.table
    grouped = (table["format"] == "group").to_numpy()
    first = grouped & (np.cumsum(grouped) <= 0.55 * grouped.sum())
    others = ~grouped & (np.cumsum(~grouped) % 3 == 0)
    asked = (("group_id", "one_group", first), ("therapist_id", "one_therapist", first | others))
    for column, rule, named in asked:
        values = table[column].where(~named, "x1")
        gates = judge(cohort=with_column(study, column, values))
        assert [(g.name, g.rule, g.therapy_format) for g in gates if g.rule == rule] == [
            ("dominance", rule, "group")
        ] * 2


def test_a_format_of_one_therapist_who_does_not_share_the_other_is_withheld():
    study = sample_study()
    table = study.cohort.table
    alone = (table["format"] == "group").to_numpy()
    cohort = with_column(study, "therapist_id", table["therapist_id"].where(~alone, "x1"))
    gates = [g for g in judge(cohort=cohort) if g.rule == "therapists_apart"]
    assert [(g.name, g.therapy_format, g.need) for g in gates] == [
        ("compare", "group", SHARED_THERAPISTS)
    ] * 2
    assert {(g.this, g.than) for g in gates} == {p for p in PAIRS if "group" in p}


def test_therapists_nobody_recorded_weaken_an_answer():
    study = sample_study()
    nobody = pd.array([None] * len(study.cohort.table), dtype="str")
    gates = judge(cohort=with_column(study, "therapist_id", nobody))
    found = [(g.name, g.therapy_format) for g in gates if g.rule == "therapists_not_recorded"]
    assert found == [("dominance", "")] * len(PAIRS)


def test_after_a_closed_gate_nothing_more_is_asked_of_that_pair_and_others_stay():
    gates = judge(weighting=change_effective("combined", n_effective=1.0))
    asked = {pair: [g.name for g in gates if (g.this, g.than) == pair] for pair in PAIRS}
    assert asked[PAIRS[0]] == list(GATES)
    for pair in PAIRS[1:]:
        assert asked[pair] == list(BLOCKING)
    assert failed(gates) == []


def test_a_small_clinic_does_not_pass_by_being_small():
    for n in (8, 12, 14):
        study = run_study(balanced_clinic(dict.fromkeys(FORMATS, n), seed=n))
        assert all(d.label == "not_comparable" for d in study.verdicts.decisions)


def test_stricter_settings_close_gates_that_were_open():
    gates = judge(settings=Settings(margin=0.05))
    assert ("precision", "imprecise") in failed(gates)


def test_almost_no_recorded_traits_is_marked_and_does_not_close_the_pair():
    known = sample_study().covariates
    gates = judge(covariates=replace(known, centred=known.centred[["social_share"]]))
    assert ("adjustment", "few_traits") in failed(gates)
    assert any(g.name == "dominance" and (g.this, g.than) == PAIR for g in gates)


def own_places(n_traits=10, sites=("site1", "site2")):
    """Give records of two formats, each at its own place, with this many other traits."""
    rng = np.random.default_rng(3)
    children = []
    for therapy_format, site in zip(("individual", "group"), sites, strict=True):
        for i in range(30):
            group = {"group_id": f"g{i // 4}"} if therapy_format == "group" else {}
            traits = {name: float(rng.integers(2, 6)) for name in RATED[:n_traits]}
            levels = [{0: -2, 12: int(rng.integers(-2, 2)), 24: int(rng.integers(-1, 3))}] * 2
            code = f"{therapy_format[0]}{i}"
            children.append(one_child(levels, therapy_format, code, site=site, **traits, **group))
    return records_of(*many_children(children))


@pytest.mark.parametrize("n_traits", [len(RATED), 0])
@pytest.mark.parametrize("sites", [("site1", "site2"), ("S1", "S12")])
def test_a_place_that_decides_the_format_closes_the_pair(n_traits, sites):
    study = run_study(own_places(n_traits, sites), ask_again=False, ask_beside=False)
    assert study.covariates.dropped["site 2"] == "told_by_others"
    assert failed(study.verdicts.gates) == [("overlap", "places_apart")]
    assert study.verdicts.decisions[0].blocked_by.rule == "places_apart"


def with_sites(choose):
    """Give the records of `own_places` with another place for each child."""
    records = own_places()
    child, planned = np.arange(60) % 30, records.episodes["format"].to_numpy()
    sites = [choose(i, label) for i, label in zip(child, planned, strict=True)]
    return replace(
        records, episodes=records.episodes.assign(site=pd.array(sites, dtype=text_type()))
    )


@pytest.mark.parametrize(
    "choose",
    [
        lambda i, planned: "S1" if planned == "individual" else ("S2", "S3")[i % 2],
        lambda i, planned: planned[:1] + str(i % 3),
        lambda i, planned: "S1" if planned == "individual" or i < 3 else "S2",
    ],
    ids=["two places of groups only", "three places each", "three children elsewhere"],
)
def test_places_that_hardly_share_children_of_both_formats_close_the_pair(choose):
    study = run_study(with_sites(choose), ask_again=False, ask_beside=False)
    assert failed(study.verdicts.gates) == [("overlap", "places_apart")]


def test_how_many_children_must_meet_is_a_setting():
    records = with_sites(lambda i, planned: "a" if planned == "individual" or i < 3 else "b")
    study = run_study(records, Settings(together_children=5.0), ask_again=False, ask_beside=False)
    assert ("overlap", "places_apart") not in failed(study.verdicts.gates)


def test_a_place_that_both_formats_share_decides_nothing():
    study = run_study(own_places(sites=("site1", "site1")), ask_again=False, ask_beside=False)
    assert ("overlap", "places_apart") not in failed(study.verdicts.gates)
    records = own_places()
    shared = records.episodes["site"].where(np.arange(60) % 5 > 1, "site1")
    mixed = replace(records, episodes=records.episodes.assign(site=shared))
    study = run_study(mixed, ask_again=False, ask_beside=False)
    assert "site 2" in study.covariates.centred
    assert ("overlap", "places_apart") not in failed(study.verdicts.gates)
