"""Other ways of asking: near repeats are held back, ranges rounded outwards."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from attacker import read_json
from small_clinics import invented_records, sample_study

from analysis.disclosure.analyses import publish_analyses, round_outwards
from analysis.disclosure.answer import publish_answer
from analysis.disclosure.permission import brought_in, differ_enough
from analysis.disclosure.release import protect
from analysis.disclosure.sensitivity import publish_sensitivity
from analysis.study import run_study


@pytest.fixture(scope="module")
def summary():
    return protect(sample_study())


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
    row = next(row for row in publish_analyses(again) if row.id == "complete_traits")
    assert row.withheld == "too_close"
    assert row.held_back
    assert all(pair.estimate is None for pair in row.pairs)


def test_a_way_with_a_small_format_is_not_printed():
    study = sample_study()
    small = study.analyses["availability_only"]
    small = replace(small, by_format=small.by_format | {"n_children": np.array([30, 10, 30])})
    again = replace(study, analyses={**study.analyses, "availability_only": small})
    row = next(row for row in publish_analyses(again) if row.id == "availability_only")
    assert row.withheld == "few_left_to_print"
    assert all(pair.conf_low is None for pair in row.pairs)


def test_any_two_ways_printed_differ_enough():
    study = sample_study()
    rows = [r for r in publish_analyses(study) if not r.withheld and not r.range_over_all]
    brought = [brought_in(study.analyses[row.id], study) for row in rows]
    for i, one in enumerate(brought):
        assert all(differ_enough(one, other, study) for other in brought[:i])


def test_every_way_is_printed_or_says_why_not(summary):
    rows = summary.method.analyses
    assert [row.id for row in rows] == list(sample_study().analyses)
    for row in rows:
        printed = any(pair.estimate is not None for pair in row.pairs)
        assert printed is (row.withheld is None)


def test_ranges_are_rounded_outwards_to_a_twentieth():
    assert round_outwards(-0.21, 0.16) == (-0.25, 0.2)
    assert round_outwards(-0.25, 0.2) == (-0.25, 0.2)
    assert round_outwards(np.nan, 0.2) == (None, None)


def test_leaving_out_is_printed_as_one_range_around_the_main_answer(summary):
    rows = {row.id: row for row in summary.method.analyses}
    for name in ("leave_one_group_out", "leave_one_therapist_out"):
        assert rows[name].range_over_all
        for pair, main in zip(rows[name].pairs, rows["primary"].pairs, strict=True):
            assert pair.estimate == main.estimate
            assert pair.conf_low < main.estimate < pair.conf_high
            for end in (pair.conf_low, pair.conf_high):
                assert round(end / 0.05) * 0.05 == pytest.approx(end)


def test_nothing_about_leaving_out_names_a_group_or_a_therapist(summary):
    told = read_json(summary)
    text = str(told["sensitivity"]) + str(told["certainty"]["analyses"])
    table = sample_study().cohort.table
    for column in ("group_id", "therapist_id", "child_id"):
        codes = table[column].dropna().unique()
        assert not any(f"'{code}'" in text or f" {code} " in text for code in codes)


def test_the_main_answer_has_a_wider_range_around_every_range(summary):
    for pair in summary.answer.pairs:
        assert pair.wide_low <= pair.conf_low < pair.conf_high <= pair.wide_high


def test_without_asking_again_there_is_no_wider_range():
    study = run_study(sample_study().records, ask_again=False)
    assert {pair.wide_low for pair in publish_answer(study).pairs} == {None}
    assert publish_analyses(study)[0].id == "primary"
    assert publish_sensitivity(study, frozenset()) is None


def test_a_way_that_reaches_only_pairs_not_compared_says_so():
    study = sample_study()
    first, *others = study.verdicts.decisions
    blocked = [replace(d, label="not_comparable") for d in others]
    asked = study.analyses["lowest_baseline"]
    numbers = ("estimate", "conf_low", "conf_high")
    columns = asked.by_pair | {
        "label": np.array(["", "not_comparable", "not_comparable"]),
        **{name: np.array([math.nan, *asked.by_pair[name][1:]]) for name in numbers},
    }
    again = replace(
        study,
        verdicts=replace(study.verdicts, decisions=(first, *blocked)),
        analyses={"primary": study.comparison, asked.id: replace(asked, by_pair=columns)},
    )
    row = publish_analyses(again)[1]
    assert [pair.estimate for pair in row.pairs] == [None] * 3
    assert row.withheld == "pairs_not_compared"
    assert not row.held_back


def test_few_children_who_left_hold_the_grid_back():
    study = sample_study()
    few = replace(study.sensitivity.dropout, n_left={"individual": 30, "group": 5, "combined": 30})
    again = replace(study, sensitivity=replace(study.sensitivity, dropout=few))
    rows = {row.id: row for row in publish_sensitivity(again, frozenset()).dropout}
    assert rows["group-individual"].cells == ()
    assert not rows["group-individual"].shown
    assert len(rows["combined-individual"].cells) == 25


def test_a_clinic_without_sessions_traits_or_groups_names_what_it_could_not_do():
    records = invented_records(31, n_children=140)
    episodes, empty = records.episodes.copy(), {}
    for name in ("group_id", "attention", "peer_comfort", "severity", "reason_for_format"):
        empty[name] = pd.array([None] * len(episodes), dtype=episodes[name].dtype)
    episodes = episodes.assign(**empty)
    summary = protect(
        run_study(replace(records, episodes=episodes, sessions=records.sessions.iloc[:0]))
    )
    reasons = {row.id: row.withheld for row in summary.method.analyses}
    assert reasons["as_delivered"] == "no_delivered"
    assert reasons["availability_only"] == "no_reason_for_format"
    assert summary.sensitivity.planning.to_record[0].column == "group_id"
