"""Each section beside the main answer: what may be shown, and what is withheld. About 15 s."""

import functools
import math
from dataclasses import replace

import msgspec
import numpy as np
import pandas as pd
import pytest
from attacker import read_json
from small_clinics import balanced_clinic, invented_records, sample_study, without_columns

from analysis.comparison.result import new_comparison
from analysis.decisions.claims import ClaimNumber
from analysis.disclosure.attainment import publish_attainment
from analysis.disclosure.claims import publish_claims
from analysis.disclosure.cohort import publish_cohort
from analysis.disclosure.effort import publish_effort
from analysis.disclosure.fields import FORMAT_IDS, PAIR_NAMES
from analysis.disclosure.release import protect
from analysis.disclosure.rows import choose_claimed
from analysis.disclosure.rules import show_count
from analysis.disclosure.subgroups import publish_subgroups
from analysis.records.schema import FORMATS
from analysis.study import run_study
from analysis.vocabulary import NOT_COMPARABLE

SECTIONS = ("depends", "soon", "effort")


@functools.cache
def sample():
    return protect(sample_study())


@functools.cache
def unlike():
    """A clinic in which a child's needs decide the format, so that no format has counterparts."""
    records = invented_records(10, n_children=200, indication=4, availability_share=0)
    study = run_study(records)
    return study, protect(study)


@functools.cache
def poor_study():
    """A clinic with no sessions, no traits and no home practice."""
    traits = ("attention", "peer_comfort", "age_years", "severity", "follows_instructions")
    traits += ("communication", "motor_delay", "sensory_needs", "site", "therapist_id")
    records = without_columns(invented_records(3, n_children=200), *traits)
    nothing = {name: getattr(records, name).iloc[:0] for name in ("sessions", "home_practice")}
    return run_study(replace(records, **nothing))


def changed(study, part, **changes):
    """Give the study with one of its parts changed."""
    return replace(study, **{part: replace(getattr(study, part), **changes)})


def numbers_in(part):
    if isinstance(part, dict):
        for value in part.values():
            yield from numbers_in(value)
    elif isinstance(part, list):
        for value in part:
            yield from numbers_in(value)
    elif isinstance(part, float | int) and not isinstance(part, bool):
        yield part


def test_formats_and_pairs_of_the_summary_are_those_of_the_study():
    assert FORMAT_IDS == FORMATS
    decisions = sample_study().verdicts.decisions
    assert list(PAIR_NAMES) == [(d.this, d.than) for d in decisions]
    assert all(id == f"{this}-{than}" for id, this, than in PAIR_NAMES.values())


def test_the_sample_answers_every_part():
    summary = sample()
    within = summary.subgroups.within_child
    assert within.about == "group-individual"
    assert within.withheld is None
    assert len(summary.subgroups.domains.rows) == 18
    assert {row.format for row in summary.attainment.shares} == set(FORMATS)
    assert {row.measure for row in summary.effort.means} >= {"per_session", "per_hour"}
    assert summary.effort.home_practice.shown


def test_every_number_is_rounded_as_the_rules_ask():
    told = read_json(sample())
    for name in SECTIONS:
        for value in numbers_in(told[name]):
            assert value == pytest.approx(round(value, 3), abs=1e-12)
    for row in told["soon"]["shares"]:
        assert all(isinstance(row[k], int) for k in ("of_100", "low", "high"))
    for row in told["depends"]["within_child"]["rates"]:
        assert row["n_children"] % 5 == 0
    for row in told["depends"]["domains"]["children"]:
        assert all(row[f] % 5 == 0 for f in FORMATS)
    for row in told["effort"]["means"]:
        if row["measure"] in ("sessions", "hours"):
            assert row["estimate"] == round(row["estimate"])


def test_counts_are_those_of_the_study_to_the_nearest_five():
    study = sample_study()
    means = study.subgroups.kinds.within_child.means
    for row in sample().subgroups.within_child.rates:
        assert row.n_children == show_count(means.loc[row.format, "n_children"], study.settings)


def test_a_count_that_tells_how_few_the_others_are_is_held_back():
    study = sample_study()
    within = study.subgroups.kinds.within_child
    n_all = (study.cohort.table["format"] == "group").sum()
    n_children = within.by_format["n_children"].copy()
    for left_out, shown in ((4, False), (0, True), (study.settings.smallest_cell, True)):
        n_children[FORMATS.index("group")] = n_all - left_out
        fewer = replace(within, by_format=within.by_format | {"n_children": n_children})
        kinds = replace(study.subgroups.kinds, within_child=fewer)
        part = publish_subgroups(changed(study, "subgroups", kinds=kinds)).within_child
        row = next(r for r in part.rates if r.format == "group")
        assert (row.n_children is not None) == shown


def test_a_predicted_rate_needs_enough_children_of_every_format_near_it():
    study = sample_study()
    trait = study.subgroups.traits["attention"]
    near = trait.predicted.assign(
        n_children=np.where(
            (trait.predicted["level"] == "high") & (trait.predicted["format"] == "group"),
            study.settings.smallest_cell - 1,
            trait.predicted["n_children"],
        )
    )
    traits = {**study.subgroups.traits, "attention": replace(trait, predicted=near)}
    part = publish_subgroups(changed(study, "subgroups", traits=traits)).traits[0]
    shown = {(row.format, row.level) for row in part.predicted}
    assert {level for _, level in shown} == {"low", "middle"}
    assert len(shown) == 6


def test_an_area_of_life_with_a_small_cell_is_not_printed():
    study = sample_study()
    counts = study.subgroups.domains.children.copy()
    counts.loc["motor", "group"] = study.settings.smallest_cell - 1
    domains = replace(study.subgroups.domains, children=counts)
    part = publish_subgroups(changed(study, "subgroups", domains=domains)).domains
    assert "motor" not in {row.domain for row in part.rows}
    assert "motor" not in {row.domain for row in part.children}
    assert part.rows


def test_no_child_level_frame_reaches_the_summary():
    told = str(read_json(sample()))
    assert "episode_id" not in told
    assert "C001" not in told


def test_a_clinic_without_sessions_traits_or_practice_is_told_what_it_cannot_know():
    summary = protect(poor_study())
    assert summary.effort.withheld == "no_sessions"
    assert summary.effort.means == ()
    for trait in summary.subgroups.traits:
        assert trait.predicted == ()
        assert trait.reason == "few_rated"
    practice = summary.effort.home_practice
    assert not practice.shown
    assert not practice.usual_written
    assert practice.withheld == "no_practice"


def test_the_within_child_test_stands_where_the_main_comparison_is_withheld():
    """Children compared with themselves need no likeness between the formats."""
    study, summary = unlike()
    assert all(d.label == NOT_COMPARABLE for d in study.verdicts.decisions)
    assert summary.subgroups.within_child.about
    assert summary.subgroups.domains.rows == ()
    assert summary.subgroups.domains.withheld
    assert summary.attainment.shares == ()
    assert all(not pair.shown for kind in summary.subgroups.kinds for pair in kind.pairs)
    assert all(pair.gate for kind in summary.subgroups.kinds for pair in kind.pairs)


def test_a_tiny_clinic_prints_no_number_beside_the_main_answer():
    summary = protect(run_study(balanced_clinic({"individual": 12, "group": 12, "combined": 12})))
    within = summary.subgroups.within_child
    assert within.withheld
    assert summary.attainment.withheld
    assert summary.effort.withheld
    assert [pair.estimate for pair in within.pairs] == [None, None, None]
    assert [pair.gate.rule for pair in within.pairs] == ["few_children"] * 3


def test_groups_not_recorded_withhold_the_within_child_test_too():
    records = without_columns(invented_records(5, n_children=200), "group_id")
    within = publish_subgroups(run_study(records)).within_child
    assert within.about is None
    first = within.pairs[0]
    assert (first.id, first.gate.rule) == ("group-individual", "groups_not_recorded")


def test_the_headline_is_about_the_claimed_pair_not_the_one_that_differs_most():
    first, second, third = sample().subgroups.within_child.pairs
    second = msgspec.structs.replace(second, estimate=0.9)
    assert choose_claimed((first, second, third)).id == "group-individual"
    hidden = [msgspec.structs.replace(pair, shown=False) for pair in (first, second, third)]
    assert choose_claimed((hidden[0], second, third)).id == "combined-individual"
    assert choose_claimed(hidden) is None


def test_time_of_a_format_without_a_comparable_partner_is_not_printed():
    study = sample_study()
    means = study.effort.means
    few = means.assign(n_children=np.where(means["format"] == "group", 5, means["n_children"]))
    part = publish_effort(changed(study, "effort", means=few))
    assert part.means == part.differences == part.net_benefit == ()
    assert part.withheld == "few_in_a_format"


def test_practice_of_few_families_keeps_its_minutes_to_itself():
    study = sample_study()
    few = study.home_practice.usual.head(6)
    practice = publish_effort(changed(study, "home_practice", usual=few)).home_practice
    assert practice.usual_written
    assert practice.usual_minutes is None
    assert practice.at_mark is None


def test_few_attained_shares_say_why_there_are_none():
    study = sample_study()
    assert publish_attainment(study).withheld is None
    few = {
        week: replace(c, by_format=c.by_format | {"n_children": np.array([40, 5, 40])})
        for week, c in study.attainment.by_week.items()
    }
    part = publish_attainment(changed(study, "attainment", by_week=few))
    assert part.shares == part.pairs == part.weeks == ()
    assert part.withheld == "few_in_a_format"


def published_claim(number, **changes):
    study = sample_study()
    claim = replace(study.verdicts.claims[number], **changes)
    return publish_claims(changed(study, "verdicts", claims=(claim,))).rows[0]


def test_a_claim_whose_number_few_children_stand_behind_is_held_back_with_its_verdict():
    few = ClaimNumber(0.3, 0.05, 20.0, {"all": 10})
    row = published_claim(5, tested=few, verdict="supported", reason="goes_with", suggestive=True)
    assert (row.verdict, row.reason) == ("cannot be tested", "few_behind_to_print")
    assert row.estimate is None
    assert not row.suggestive
    small = new_comparison("x")
    small = replace(small, by_format=small.by_format | {"n_children": np.array([40, 9, 0])})
    few = ClaimNumber(0.3, 0.05, 20.0, {"individual": 40, "group": 9}, small)
    assert published_claim(0, tested=few).estimate is None


def test_a_claim_whose_number_is_none_is_held_back():
    nothing = ClaimNumber(math.nan, 0.05, 20.0, {"all": 40})
    assert published_claim(5, tested=nothing).estimate is None


def test_the_numbers_of_claims_have_two_decimals():
    rows = sample().claims.rows
    assert len(rows) == 7
    for row in rows:
        for value in (row.estimate, row.conf_low, row.conf_high):
            assert value is None or value == round(value, 2)


def test_why_a_trait_is_not_adjusted_for_never_tells_what_is_so_of_every_child():
    study = sample_study()
    dropped = {"severity": "same_for_all", "site 2": "told_by_others", "site 3": "told_by_others"}
    dropped |= {"age_years": "missing_too_often", "attention": "no_room"}
    kept = study.covariates.centred[["peer_comfort", "communication"]]
    part = publish_cohort(changed(study, "covariates", centred=kept, dropped=dropped))
    assert part.adjusted_for == ("peer_comfort", "communication")
    assert [(row.trait, row.reason) for row in part.not_adjusted_for] == [
        ("severity", "tells_nothing"),
        ("site", "tells_nothing"),
        ("age_years", "missing_too_often"),
        ("attention", "no_room"),
    ]


def test_what_was_not_asked_is_none_in_the_summary():
    records = sample_study().records
    whole = protect(run_study(records, ask_again=False, ask_beside=False))
    assert (whole.subgroups, whole.attainment, whole.effort) == (None, None, None)
    assert (whole.sensitivity, whole.claims, whole.previous) == (None, None, None)
    beside = protect(run_study(records, ask_again=False))
    assert beside.sensitivity is None
    assert beside.claims is None
    assert beside.answer == whole.answer
    again = protect(run_study(records, ask_beside=False))
    assert again.subgroups is None
    assert again.sensitivity.dropout
    assert again.claims is None


def test_publishing_leaves_frames_as_they_were():
    study = sample_study()
    before = study.subgroups.domains.table.copy(deep=True)
    protect(study)
    pd.testing.assert_frame_equal(study.subgroups.domains.table, before)


def test_records_without_raters_are_told_that_nobody_recorded_them():
    records = invented_records(4, n_children=140)
    nobody = records.reviews["rater"].iloc[:0].reindex(records.reviews.index)
    bare = replace(records, reviews=records.reviews.assign(rater=nobody))
    shown = protect(run_study(bare, ask_again=False, ask_beside=False)).answer.cautions.other_raters
    assert (shown.percent, shown.word, shown.recorded) == (None, None, False)
