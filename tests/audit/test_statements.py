"""Every stated difference is found by the rule of its sentence, and held against the truth."""

import functools
from dataclasses import replace

import numpy as np
import pytest
from small_clinics import sample_study
from stored_summaries import change, stored

from analysis.audit.scenarios import SCENARIOS
from analysis.audit.statements import find_statements, is_false
from analysis.audit.verdict import judge_scenario
from analysis.disclosure.release import protect
from analysis.simulation.design import NO_DIFFERENCE, ClinicDesign
from analysis.simulation.truth import true_contrasts
from analysis.words.tell import tell

NULL = replace(ClinicDesign(), **NO_DIFFERENCE)
AHEAD = replace(NULL, format_effects=(0.0, 0.5, 0.0))


@functools.cache
def truth(design):
    return true_contrasts(design, 4000)


def state(question, pair, above):
    return {"question": question, "pair": pair, "above": above}


def test_what_is_marked_as_settled_is_what_is_found():
    summary = stored()
    soon = summary.attainment
    first = change(soon.pairs[0], shown=True, settled=True, difference=9, low=2, high=16)
    silent = tuple(change(pair, settled=False) for pair in soon.pairs[1:])
    told = tell(change(summary, attainment=change(soon, pairs=(first, *silent))))
    found = [s for s in find_statements(told) if s["question"].startswith("week.")]
    assert found == [state(f"week.{first.week}", first.id, True)]
    nothing = tell(change(summary, attainment=change(soon, pairs=(change(first, settled=False),))))
    assert not [s for s in find_statements(nothing) if s["question"].startswith("week.")]


@pytest.mark.parametrize(
    "question", ["rate", "end", "within", "skill", "social", "week.12", "week.24", "area.motor"]
)
def test_any_difference_is_false_where_nothing_differs(question):
    for above in (True, False):
        assert is_false(state(question, "group-individual", above), truth(NULL), NULL)


def test_a_difference_is_false_the_other_way_only():
    for question in ("rate", "end", "skill", "week.24", "area.social"):
        assert not is_false(state(question, "group-individual", True), truth(AHEAD), AHEAD)
        assert is_false(state(question, "group-individual", False), truth(AHEAD), AHEAD)
        assert is_false(state(question, "combined-group", True), truth(AHEAD), AHEAD)
    assert not is_false(state("practice", "", True), truth(NULL), NULL)
    assert is_false(state("practice", "", False), truth(NULL), NULL)
    assert is_false(state("raters", "", False), truth(NULL), NULL)
    assert not is_false(state("hours", "group-individual", True), truth(NULL), NULL)


def test_the_share_of_reports_with_any_false_difference_counts_whole_reports_only():
    scenario = next(s for s in SCENARIOS if s.name == "confounded_null")
    interval = {"estimate": 0.0, "conf_low": -0.1, "conf_high": 0.1}
    pair = interval | {"label": "cannot_tell", "ahead": None, "certainty": "clear"}
    read = {
        "refused": "",
        "pairs": [pair] * 3,
        "within": [interval] * 3,
        "attained": [interval] * 3,
        "faults": [],
        "naive_rows": [0.5] * 3,
        "naive_ever": [0.2] * 3,
    }
    wrong = [state("end", "group-individual", True)]
    outcomes = [read | {"number": k, "statements": wrong if k < 2 else []} for k in range(8)]
    outcomes += [read | {"number": k} for k in range(8, 20)]
    measured = judge_scenario(scenario, truth(NULL), outcomes).measured["any_false"]
    assert measured.value == pytest.approx(2 / 8)
    assert measured.verdict == "open"
    nobody = judge_scenario(scenario, truth(NULL), outcomes[8:]).measured["any_false"]
    assert np.isnan(nobody.value)


def test_the_sample_states_nothing_that_was_not_planted():
    design = ClinicDesign()
    stated = find_statements(tell(protect(sample_study())))
    assert stated
    assert not [s for s in stated if is_false(s, truth(design), design)]
