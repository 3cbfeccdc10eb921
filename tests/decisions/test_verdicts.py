"""Every verdict is made once, and none of what was not asked."""

import pytest
from small_clinics import SAMPLE, sample_study

from analysis.comparison.result import PAIRS
from analysis.decisions.decide import decide_other
from analysis.decisions.tipping_points import find_overturn, find_tipping
from analysis.records.load import read_records
from analysis.study import run_study


def pairs_of(verdicts):
    return [(verdict.this, verdict.than) for verdict in verdicts]


def test_every_question_asked_has_a_verdict_for_each_pair_in_order():
    verdicts, study = sample_study().verdicts, sample_study()
    assert pairs_of(verdicts.decisions) == list(PAIRS)
    assert pairs_of(verdicts.within_child) == list(PAIRS)
    assert pairs_of(verdicts.end_level) == list(PAIRS)
    for by_name in (verdicts.kinds, verdicts.traits, verdicts.attainment):
        assert all(pairs_of(decisions) == list(PAIRS) for decisions in by_name.values())
    assert list(verdicts.kinds) == ["skill", "social"]
    assert list(verdicts.traits) == ["attention", "peer_comfort"]
    assert list(verdicts.attainment) == list(study.attainment.by_week)
    compared = [(d.this, d.than) for d in verdicts.decisions if not d.blocked_by]
    assert pairs_of(verdicts.tipping) == pairs_of(verdicts.overturn) == compared


def test_a_traits_shift_from_its_low_to_its_high_rating_is_held_against_the_margin():
    study = sample_study()
    trait = study.subgroups.traits["attention"].comparison
    rated = study.cohort.table[study.cohort.table["attention"].notna()]
    main = study.verdicts.decisions
    twice = decide_other(trait, rated, study.settings, main, scale=2.0)
    assert [d.label for d in study.verdicts.traits["attention"]] == [d.label for d in twice]


def test_the_labelled_grid_and_what_it_would_take_are_those_of_their_rules():
    study, verdicts = sample_study(), sample_study().verdicts
    assert set(verdicts.dropout.table.columns) >= {"label", "ahead"}
    assert verdicts.dropout.n_left == study.sensitivity.dropout.n_left
    for decision, tipping, overturn in zip(
        verdicts.decisions, verdicts.tipping, verdicts.overturn, strict=True
    ):
        pair = decision.this, decision.than
        assert tipping == find_tipping(verdicts.dropout.table, *pair)
        again = find_overturn(
            decision, study.comparison.pair(*pair), study.sensitivity.unmeasured, study.settings
        )
        assert overturn == again


@pytest.mark.parametrize("again", [True, False])
@pytest.mark.parametrize("beside", [True, False])
def test_what_was_not_asked_has_no_verdict(again, beside):
    verdicts = run_study(read_records(SAMPLE), ask_again=again, ask_beside=beside).verdicts
    assert verdicts.decisions == sample_study().verdicts.decisions
    assert bool(verdicts.within_child) is beside
    assert bool(verdicts.kinds) is beside
    assert bool(verdicts.attainment) is beside
    assert bool(verdicts.end_level) is beside
    assert (verdicts.dropout is not None) is again
    assert bool(verdicts.overturn) is again
    assert (verdicts.claims is not None) is (again and beside)
