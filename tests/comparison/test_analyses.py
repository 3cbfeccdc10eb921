"""Other ways of asking through the door: near repeats held back, ranges rounded outwards."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from small_clinics import invented_records, sample_study

from analysis.disclosure.analyses import (
    TOO_CLOSE,
    TOO_FEW,
    as_clause,
    brought_in,
    differ_enough,
    publish_ways,
    round_outwards,
)
from analysis.disclosure.release import protect
from analysis.disclosure.sensitivity import add_wide_ranges
from analysis.settings import Settings
from analysis.study import run_study
from analysis.words import sensitivity as how_sure
from analysis.words.describe import say_agreement
from analysis.words.linter import find_faults


@pytest.fixture(scope="module")
def summary():
    return protect(sample_study()).summary


def main_of(study):
    return brought_in(study.comparison, study)


def drop(outcomes, n, study, therapy_format):
    table = study.cohort.table
    left = outcomes.copy()
    left[np.flatnonzero((table["format"] == therapy_format).to_numpy())[:n]] = np.nan
    return left


@pytest.mark.parametrize(("n", "apart"), [(0, True), (1, False), (10, False), (11, True)])
def test_two_analyses_may_stand_together_when_no_format_differs_by_one_to_ten(n, apart):
    study = sample_study()
    main = main_of(study)
    assert differ_enough(main, drop(main, n, study, "group"), study) is apart
    assert differ_enough(drop(main, n, study, "group"), main, study) is apart


def test_a_child_with_another_outcome_counts_as_one_that_differs():
    study = sample_study()
    main = main_of(study)
    other = main.copy()
    other[0] += 0.5
    assert not differ_enough(main, other, study)
    assert differ_enough(main, main + 0.5, study)


def test_a_way_that_nearly_repeats_another_is_not_printed():
    study = sample_study()
    near = study.analyses["complete_traits"]
    left = drop(main_of(study), 3, study, "combined")
    episodes = study.cohort.table["episode_id"]
    near = replace(near, outcomes=pd.Series(left, index=pd.Index(episodes)).dropna())
    again = replace(study, analyses={**study.analyses, "complete_traits": near})
    row = next(row for row in publish_ways(again) if row["id"] == "complete_traits")
    assert row["withheld"] == TOO_CLOSE
    assert row["held_back"]
    assert all(pair["estimate"] is None for pair in row["pairs"])


def test_a_way_with_a_small_format_is_not_printed():
    study = sample_study()
    small = study.analyses["availability_only"]
    small = replace(small, by_format=small.by_format | {"n_children": np.array([30, 10, 30])})
    again = replace(study, analyses={**study.analyses, "availability_only": small})
    row = next(row for row in publish_ways(again) if row["id"] == "availability_only")
    assert row["withheld"] == TOO_FEW
    assert all(pair["conf_low"] is None for pair in row["pairs"])


def test_any_two_ways_printed_differ_enough():
    study = sample_study()
    rows = [r for r in publish_ways(study) if not r["withheld"] and not r["range_over_all"]]
    brought = [brought_in(study.analyses[row["id"]], study) for row in rows]
    for i, one in enumerate(brought):
        assert all(differ_enough(one, other, study) for other in brought[:i])


def test_every_way_is_printed_or_says_why_not(summary):
    rows = summary["certainty"]["analyses"]
    assert [row["id"] for row in rows] == list(sample_study().analyses)
    for row in rows:
        printed = any(pair["estimate"] is not None for pair in row["pairs"])
        assert printed is (row["withheld"] is None)


def test_ranges_are_rounded_outwards_to_a_twentieth():
    assert round_outwards(-0.21, 0.16) == (-0.25, 0.2)
    assert round_outwards(-0.25, 0.2) == (-0.25, 0.2)
    assert round_outwards(np.nan, 0.2) == (None, None)


def test_leaving_out_is_printed_as_one_range_around_the_main_answer(summary):
    rows = {row["id"]: row for row in summary["certainty"]["analyses"]}
    for name in ("leave_one_group_out", "leave_one_therapist_out"):
        assert rows[name]["range_over_all"]
        for pair, main in zip(rows[name]["pairs"], rows["primary"]["pairs"], strict=True):
            assert pair["estimate"] == main["estimate"]
            assert pair["conf_low"] < main["estimate"] < pair["conf_high"]
            for end in ("conf_low", "conf_high"):
                assert round(pair[end] / 0.05) * 0.05 == pytest.approx(pair[end])


def test_nothing_about_leaving_out_names_a_group_or_a_therapist(summary):
    text = str(summary["sensitivity"]) + str(summary["certainty"]["analyses"])
    table = sample_study().cohort.table
    for column in ("group_id", "therapist_id", "child_id"):
        codes = table[column].dropna().unique()
        assert not any(f"'{code}'" in text or f" {code} " in text for code in codes)


def test_page_one_has_a_wider_range_around_every_range(summary):
    for pair in summary["answer"]["pairs"]:
        assert pair["wide_low"] <= pair["conf_low"] < pair["conf_high"] <= pair["wide_high"]


def test_without_asking_again_there_is_no_wider_range():
    study = run_study(sample_study().records, ask_again=False)
    pairs = add_wide_ranges(study, [{"this": "group", "than": "individual"}])
    assert pairs[0]["wide_low"] is None
    assert publish_ways(study)[0]["id"] == "primary"


def test_the_same_words_count_the_ways_that_agree_and_no_range_over_all(summary):
    rows = summary["certainty"]["analyses"]
    comparable = [
        row
        for row in rows
        if row["unit"] == rows[0]["unit"] and not row["range_over_all"] and not row["withheld"]
    ]
    assert f"of {len(comparable) - 1}" in summary["certainty"]["agreement"]


def test_the_growth_models_verdict_is_said_with_the_pairs_it_does_not_support():
    pairs = [
        {"this": "group", "than": "individual", "estimate": 0.1, "conf_low": 0, "conf_high": 1}
    ]
    analyses = [{"unit": "levels", "pairs": pairs}] * 2
    gate = {"gate": "agreement", "pair": "group-individual", "passed": True}
    assert say_agreement(analyses, [gate]).text.endswith("supports the main answer.")
    against = say_agreement(analyses, [gate | {"passed": False}])
    assert "does not support the main answer for group and individual therapy." in against.text
    assert against.rule == "agreement.growth_against"
    assert "growth model" not in say_agreement(analyses, []).text


def test_a_way_that_reaches_only_pairs_not_compared_says_so():
    study = sample_study()
    first, *others = study.findings.decisions
    blocked = [replace(d, label="not_comparable") for d in others]
    asked = study.analyses["lowest_baseline"]
    numbers = ("estimate", "conf_low", "conf_high")
    columns = asked.by_pair | {
        "label": np.array(["", "not_comparable", "not_comparable"]),
        **{name: np.array([math.nan, *asked.by_pair[name][1:]]) for name in numbers},
    }
    again = replace(
        study,
        findings=replace(study.findings, decisions=(first, *blocked)),
        analyses={"primary": study.comparison, asked.id: replace(asked, by_pair=columns)},
    )
    row = publish_ways(again)[1]
    assert [pair["estimate"] for pair in row["pairs"]] == [None] * 3
    assert row["withheld"] == "it can be asked only of formats that may not be compared"
    assert not row["held_back"]


def test_few_children_who_left_hold_the_grid_back():
    study = sample_study()
    few = replace(study.sensitivity.dropout, n_left={"individual": 30, "group": 5, "combined": 30})
    again = replace(study, sensitivity=replace(study.sensitivity, dropout=few))
    rows = {row["id"]: row for row in protect(again).summary["sensitivity"]["dropout"]}
    assert rows["group-individual"]["cells"] == []
    assert "too few children left" in rows["group-individual"]["text"]
    assert len(rows["combined-individual"]["cells"]) == 25


def test_a_reason_becomes_the_end_of_a_sentence():
    assert as_clause("Fewer than two formats have enough children.") == (
        "fewer than two formats have enough children"
    )
    assert as_clause("") == ""


PAIR = {"id": "group-individual", "this": "group", "than": "individual", "shown": True}


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"share": None}, "unrecorded.no_claim"),
        ({"share": 9, "trait": "attention", "times": 2.5}, "unrecorded.times"),
        ({"share": 1, "trait": "attention", "times": 0.4}, "unrecorded.less_than_once"),
        ({"share": 30, "trait": "severity", "times": None}, "unrecorded.many_times"),
        ({"share": 30, "trait": None, "times": None}, "unrecorded.share"),
        ({"shown": False, "share": None}, "unrecorded.not_compared"),
    ],
)
def test_what_something_unrecorded_must_do_is_said_in_a_clinic_leads_words(changes, rule):
    said = how_sure.say_overturn(PAIR | {"trait": None, "times": None} | changes)
    assert said.rule == rule
    assert find_faults(said.text) == [], said.text


def test_how_many_times_as_much_is_said_up_to_ten():
    assert how_sure.spell_times(2.345) == 2.3
    assert how_sure.spell_times(10.5) is None
    assert how_sure.spell_times(float("inf")) is None


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"more_children": 0, "more_groups": 0, "reachable": 0.1}, "planning.enough"),
        ({"more_children": 40, "more_groups": 6, "reachable": 0.1}, "planning.more"),
        ({"more_children": 40, "more_groups": 6, "reachable": 0.3}, "planning.more_groups"),
        ({"more_children": 40, "more_groups": 0, "reachable": None}, "planning.more"),
        ({"shown": False}, "planning.not_compared"),
    ],
)
def test_what_it_would_take_is_said_with_children_and_groups(changes, rule):
    said = how_sure.say_size(PAIR | {"half_width": 0.33} | changes, 0.25)
    assert said.rule == rule
    assert find_faults(said.text) == [], said.text


WITHHELD = [
    {"id": "a", "title": "One way", "withheld": "too few are left", "held_back": False},
    {"id": "b", "title": "Another way", "withheld": "too few are left", "held_back": False},
    {"id": "c", "title": "A third way", "withheld": "it is too close", "held_back": True},
]


def test_ways_without_numbers_share_a_sentence_when_they_share_a_reason():
    first, second = how_sure.say_ways_withheld(WITHHELD, 5)
    assert first.text == (
        "One way; Another way: cannot be run with these records, because too few are left."
    )
    assert second.text == "A third way: not printed, because it is too close."
    (alone,) = how_sure.say_ways_withheld(WITHHELD[:2], 2)
    assert alone.text == "None of the 2 ways of asking can be answered, because too few are left."


def test_the_remaining_sentences_may_stand():
    control = {"title": "Energy at the start", "shown": True, "pairs": [1, 2, 3]}
    growth = {"spreads": [{"id": "child", "slope": 0.2}], "zero": ["therapy group"]}
    said = [
        how_sure.say_controls([]),
        how_sure.say_controls([control | {"failed": False}]),
        how_sure.say_controls([control | {"failed": True}]),
        how_sure.say_growth(growth | {"left_out": []}),
        how_sure.say_growth(growth | {"left_out": ["goal"]}),
        how_sure.say_growth({"spreads": [], "zero": list(how_sure.BETWEEN), "left_out": []}),
        how_sure.say_wide([]),
        how_sure.say_wide(["attention", "severity", "attention"]),
        how_sure.say_to_record(()),
        how_sure.say_dropout(PAIR | {"changed": False}),
        how_sure.say_dropout(PAIR | {"shown": False}),
        *how_sure.say_ways_withheld(WITHHELD, 5),
        *how_sure.say_ways_withheld(WITHHELD[:2], 2),
        how_sure.say_left_out({"id": "leave_one_group_out", "pairs": [{"conf_low": None}]}),
    ]
    said += [how_sure.say_to_record((("episodes", name),)) for name in how_sure.COLUMN_REASONS]
    assert {s.text: find_faults(s.text) for s in said if find_faults(s.text)} == {}


def test_a_clinic_without_sessions_traits_or_groups_names_what_it_could_not_do():
    records = invented_records(31, n_children=140)
    episodes, empty = records.episodes.copy(), {}
    for name in ("group_id", "attention", "peer_comfort", "severity", "reason_for_format"):
        empty[name] = pd.array([None] * len(episodes), dtype=episodes[name].dtype)
    episodes = episodes.assign(**empty)
    bare = replace(records, episodes=episodes, sessions=records.sessions.iloc[:0])
    summary = protect(run_study(bare, Settings())).summary
    named = {row["id"]: row["text"] for row in summary["sensitivity"]["withheld"]}
    said = {key: text for key, text in named.items() if "cannot be run" in text}
    assert any(
        "Only children treated as planned" in text and "delivered is not filled in" in text
        for text in said.values()
    )
    assert any("reason_for_format is not filled in" in text for text in said.values())
    assert summary["sensitivity"]["planning"]["to_record"][0]["column"] == "group_id"
    assert all("because" in text for text in named.values())
