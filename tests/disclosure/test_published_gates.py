"""Gates as they are shown: no bound stands beside a count that was held back."""

from dataclasses import replace

import pytest
from small_clinics import sample_study

from analysis.decisions.gates import Gate
from analysis.disclosure.gates import publish_gate, publish_gates
from analysis.settings import Settings

PAIR = ("group", "individual")
SETTINGS = Settings()


def shown(*gates, **cohort):
    """Give the published gates of the sample's study, had these been its gates."""
    study = sample_study()
    changed = replace(study, verdicts=replace(study.verdicts, gates=gates))
    return publish_gates(replace(changed, **cohort))


def few(name, n):
    return Gate(name, *PAIR, False, "few_children", "group", n, 20)


def test_a_hidden_count_takes_the_bound_from_the_gate_of_description():
    (row,) = shown(Gate("describe", *PAIR, True), few("compare", 10))
    assert (row.gate, row.passed, row.rule, row.format) == (
        "describe",
        False,
        "few_children",
        "group",
    )
    assert (row.have, row.need) == (None, 15)


def test_a_count_that_may_be_shown_leaves_both_gates():
    described, compared = shown(Gate("describe", *PAIR, True), few("compare", 13))
    assert described.passed
    assert described.format is None
    assert (compared.rule, compared.have, compared.need) == ("few_children", 15, 20)


def test_after_a_pair_that_is_not_described_no_other_gate_of_it_is_shown():
    rows = shown(
        Gate("describe", *PAIR, False, "absent", "group", 0, 20),
        Gate("compare", *PAIR, True),
        Gate("describe", "combined", "group", True),
    )
    assert [(row.gate, row.pair) for row in rows] == [
        ("describe", "group-individual"),
        ("describe", "combined-group"),
    ]


@pytest.mark.parametrize(
    ("rule", "gone", "told"),
    [
        ("many_missing", {"group": 4, "individual": 30}, "missing"),
        ("many_missing", {"group": 30, "individual": 4}, "many_missing"),
        ("uneven_missing", {"group": 30, "individual": 4}, "missing"),
        ("uneven_missing", {"group": 30, "individual": 30}, "uneven_missing"),
    ],
)
def test_a_share_of_few_missing_children_is_told_without_its_numbers(rule, gone, told):
    cohort = replace(sample_study().cohort)
    started = dict.fromkeys(("individual", "group", "combined"), 80)
    stayed = {name: 80 - gone.get(name, 0) for name in started}
    vars(cohort).update(started=started, stayed=stayed)
    gate = Gate("attrition", *PAIR, False, rule, "group", 0.41, 0.35)
    (row,) = shown(gate, cohort=cohort)
    assert row.rule == told
    hidden = told == "missing"
    assert (row.format is None) is hidden
    assert (row.need is None) is hidden


@pytest.mark.parametrize(
    ("rule", "have", "printed"),
    [
        ("n_effective", 12.4, 15),
        ("n_effective", 9.0, None),
        ("few_groups", 4, 4),
        ("unlike", 0.2045, 0.25),
        ("many_missing", 0.41, 40),
        ("low_df", 3.2, None),
        ("one_therapist", 0.7, None),
    ],
)
def test_each_rule_prints_its_number_as_far_as_it_may(rule, have, printed):
    gate = Gate("overlap", *PAIR, False, rule, "group", have, 15.0)
    assert publish_gate(gate, SETTINGS).have == printed
