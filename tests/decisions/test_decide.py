"""How gates, intervals and other ways of asking become one decision for each pair."""

import math
from dataclasses import replace

import numpy as np
import pytest
from small_clinics import sample_study

from analysis.comparison.result import PAIRS
from analysis.decisions.decide import decide_pairs
from analysis.decisions.favoured import FAVOURS
from analysis.decisions.labels import agrees
from analysis.settings import Settings
from analysis.vocabulary import AHEAD

SETTINGS = Settings()
ROW = {
    "estimate": 0.4,
    "std_error": 0.05,
    "df": 60.0,
    "conf_low": 0.3,
    "conf_high": 0.5,
    "p_value": 0.001 / 3,
    "p_adjusted": 0.001,
}


def decision_of_first_pair(*, gates=(), weighted=0.4, growth=(0.3, 0.5), **changed):
    """Decide the first pair from made-up numbers, every gate passed unless given."""
    study = sample_study()
    analyses = dict(study.analyses)
    for name, numbers in (
        ("primary", ROW | changed),
        ("overlap_weighted", ROW | {"estimate": weighted}),
        ("mixed_growth", ROW | dict(zip(("conf_low", "conf_high"), growth, strict=True))),
    ):
        columns = dict(analyses[name].by_pair)
        for column, value in numbers.items():
            columns[column] = np.array([value, *columns[column][1:]])
        analyses[name] = replace(analyses[name], by_pair=columns)
    return decide_pairs(gates, analyses, SETTINGS)[0]


def failed_gate(name):
    gate = next(g for g in sample_study().verdicts.gates if g.name == name)
    return replace(gate, passed=False, rule="many_missing")


def test_a_difference_that_every_way_of_asking_finds_is_ahead():
    decision = decision_of_first_pair()
    assert (decision.label, decision.ahead, decision.certainty) == (
        "faster_important",
        "group",
        "clear",
    )


@pytest.mark.parametrize(
    ("p_value", "p_adjusted", "settled"),
    [
        (0.0119, 0.0357, True),  # the smallest of three, at the main pairs' share of 4%
        (0.0121, 0.0363, False),
        (0.0239, 0.0239, True),  # another one, once the smallest is settled
        (0.0241, 0.0241, False),
        (0.016, 0.037, False),  # the smallest is not settled
    ],
)
def test_ahead_needs_a_difference_that_the_main_pairs_share_settles(p_value, p_adjusted, settled):
    decision = decision_of_first_pair(p_value=p_value, p_adjusted=p_adjusted)
    label = "faster_important" if settled else "rules_out_importantly_slower"
    assert (decision.label, decision.ahead, decision.settled) == (label, "group", settled)
    assert decision.unsettled == ("" if settled else "three_at_once")


def test_a_later_report_has_a_smaller_share_and_says_when_that_is_why(monkeypatch):
    monkeypatch.setattr(f"{__name__}.SETTINGS", replace(SETTINGS, look_share=0.2))
    assert decision_of_first_pair(p_value=0.0029, p_adjusted=0.0087).settled
    decision = decision_of_first_pair(p_value=0.0031, p_adjusted=0.0093)
    assert (decision.settled, decision.unsettled) == (False, "looked_before")
    assert decision_of_first_pair(p_value=0.0121, p_adjusted=0.0363).unsettled == "three_at_once"


@pytest.mark.parametrize("weighted", [-0.4, 0.19, 0.51])
def test_ahead_needs_the_weighted_answer_to_agree_in_sign_range_and_size(weighted):
    assert decision_of_first_pair(weighted=weighted).label == "depends_on_adjustment"


@pytest.mark.parametrize("growth", [(-0.01, 0.5), (0.0, 0.5), (-0.5, -0.3), (math.nan, math.nan)])
def test_ahead_needs_the_growth_model_to_leave_out_zero_on_the_same_side(growth):
    decision = decision_of_first_pair(growth=growth)
    assert (decision.label, decision.ahead) == ("rules_out_importantly_slower", "group")
    assert decision.unsettled == "growth_open"


def test_a_format_behind_needs_the_growth_model_below_zero():
    behind = {"estimate": -0.4, "conf_low": -0.5, "conf_high": -0.3}
    decision = decision_of_first_pair(growth=(-0.6, -0.01), weighted=-0.4, **behind)
    assert (decision.label, decision.ahead) == ("faster_important", "individual")
    assert decision_of_first_pair(growth=(-0.6, 0.01), weighted=-0.4, **behind).unsettled


def test_half_the_size_inside_the_range_agrees():
    study = sample_study()
    row = study.comparison.table.iloc[0].copy()
    for column, value in (ROW | {"conf_low": 0.1}).items():
        row[column] = value
    other = row.copy()
    other["estimate"] = 0.2
    assert agrees(row, other, SETTINGS)
    other["estimate"] = 0.1999
    assert not agrees(row, other, SETTINGS)


@pytest.mark.parametrize(
    "name", ["adjustment", "agreement", "waiting", "attrition", "measurement", "dominance"]
)
def test_a_weakening_gate_takes_enough_to_matter_away(name):
    decision = decision_of_first_pair(gates=[failed_gate(name)])
    assert (decision.label, decision.certainty) == ("faster_size_uncertain", "suggestive")


@pytest.mark.parametrize(
    ("late", "label", "ahead"),
    [("individual", "cannot_tell", ""), ("group", "faster_size_uncertain", "group")],
)
def test_a_format_is_not_ahead_of_one_that_began_later(late, label, ahead):
    gate = replace(failed_gate("waiting"), rule="late_start", therapy_format=late)
    decision = decision_of_first_pair(gates=[gate])
    assert (decision.label, decision.ahead, decision.certainty) == (label, ahead, "suggestive")
    assert decision.unsettled == ("favoured" if late == "individual" else "")


@pytest.mark.parametrize("rule", FAVOURS)
@pytest.mark.parametrize("named", PAIRS[0])
def test_no_format_that_a_fault_favours_is_ahead_level_or_not_behind(rule, named):
    this, than = PAIRS[0]
    gate = replace(failed_gate("raters"), rule=rule, therapy_format=named)
    own, other = named, than if named == this else this
    favoured = {"named": {own}, "other": {other}, "either": {this, than}}[FAVOURS[rule]]
    half = {"std_error": 0.05, "conf_low": 0.3, "conf_high": 0.5}
    level = {"estimate": 0.0, "std_error": 0.05, "conf_low": -0.1, "conf_high": 0.1, "df": 100.0}
    for numbers in (half, level):
        decision = decision_of_first_pair(gates=[gate], **numbers)
        assert decision.favoured == tuple(f for f in (this, than) if f in favoured)
        assert decision.ahead not in favoured
        assert decision.label != "no_important_difference"
        assert (decision.unsettled == "favoured") == (decision.label not in AHEAD)
    # What the range says against the format that is favoured stands.
    if favoured == {this}:
        assert (decision.label, decision.ahead) == ("rules_out_importantly_slower", than)


def test_a_fault_that_both_formats_have_alike_favours_neither():
    gate = replace(failed_gate("endings"), rule="made_harder", therapy_format="individual")
    assert decision_of_first_pair(gates=[gate]).label == "cannot_tell"
    decision = decision_of_first_pair(gates=[replace(gate, alike=True)])
    assert (decision.label, decision.certainty) == ("faster_size_uncertain", "suggestive")


def test_an_interval_too_wide_to_answer_cannot_tell_whatever_it_is():
    assert decision_of_first_pair(gates=[failed_gate("precision")]).label == "cannot_tell"


@pytest.mark.parametrize("name", ["describe", "compare", "overlap"])
def test_a_closing_gate_withholds_the_pair(name):
    decision = decision_of_first_pair(gates=[failed_gate(name)])
    assert decision.label == "not_comparable"
    assert decision.blocked_by is not None
