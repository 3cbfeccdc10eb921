"""Seven claims: by their rules, against planted truths, and through the door."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from small_clinics import balanced_clinic, invented_records, sample_study

from analysis.comparison.home_practice import Practice
from analysis.comparison.rater_agreement import CarryOver
from analysis.comparison.result import new_comparison
from analysis.decisions import claims
from analysis.decisions.claims import (
    CLAIMS,
    VERDICTS,
    Claim,
    ClaimNumber,
    judge_claims,
    weigh_claim,
)
from analysis.decisions.labels import (
    CANNOT_TELL,
    FASTER_IMPORTANT,
    FASTER_SIZE_UNCERTAIN,
    NO_IMPORTANT_DIFFERENCE,
    NOT_COMPARABLE,
    RULES_OUT,
    Label,
)
from analysis.disclosure.claims import HELD_BACK, publish_claims
from analysis.disclosure.release import protect
from analysis.settings import Settings
from analysis.study import run_study
from analysis.words.claims import NUMBER_MEANS, REASONS, say_claim, say_ledger
from analysis.words.linter import find_faults
from analysis.words.sentence import SentenceBook

S = Settings()


@pytest.mark.parametrize(
    ("label", "ahead", "verdict"),
    [
        (FASTER_IMPORTANT, "this", "supported"),
        (FASTER_SIZE_UNCERTAIN, "this", "supported"),
        (FASTER_IMPORTANT, "than", "not supported"),
        (FASTER_SIZE_UNCERTAIN, "than", "not supported"),
        (NO_IMPORTANT_DIFFERENCE, "", "not supported"),
        (RULES_OUT, "than", "not supported"),
        (RULES_OUT, "this", "cannot tell"),
        (CANNOT_TELL, "", "cannot tell"),
        (NOT_COMPARABLE, "", "cannot be tested"),
    ],
)
def test_a_claim_of_more_follows_the_label_of_its_interval(label, ahead, verdict):
    assert weigh_claim(Label(label, ahead))[0] == verdict


def row_of(estimate, std_error, df=60.0):
    return pd.DataFrame(
        [{"estimate": estimate, "std_error": std_error, "df": df, "n_children": 60}]
    )


def judged(study, **changes):
    parts = {
        "table": study.cohort.table,
        "depends": study.depends,
        "practice": study.practice,
        "carry_over": study.sensitivity.carry_over,
        "findings": study.findings,
        "settings": S,
    }
    return {claim.id: claim for claim in judge_claims(**(parts | changes))}


@pytest.mark.parametrize(
    ("estimate", "std_error", "verdict"),
    [
        (0.20, 0.05, "supported"),
        (0.02, 0.05, "not supported"),
        (0.10, 0.20, "cannot tell"),
        (-0.2, 0.05, "not supported"),
    ],
)
def test_home_practice_is_judged_by_its_own_sign(estimate, std_error, verdict):
    practice = Practice(row_of(estimate, std_error), pd.DataFrame(), pd.DataFrame())
    assert judged(sample_study(), practice=practice)["H6"].verdict == verdict


@pytest.mark.parametrize(
    ("estimate", "std_error", "verdict"),
    [
        (0.0, 0.05, "supported"),
        (0.5, 0.2, "supported"),
        (-0.5, 0.1, "not supported"),
        (-0.2, 0.2, "cannot tell"),
    ],
)
def test_gains_carry_over_unless_seen_importantly_lower_elsewhere(estimate, std_error, verdict):
    raters = CarryOver(row_of(estimate, std_error))
    assert judged(sample_study(), carry_over=raters)["H7"].verdict == verdict


def test_claims_that_were_planted_are_found_and_their_opposites_are_not():
    effects = {"format_effects": (0.0, -0.5, 0.0), "social_effects": (0.0, 1.0, 0.5)}
    found = judged(run_study(invented_records(21, n_children=400, **effects)))
    assert found["H1"].verdict == "supported"
    assert found["H2"].verdict == "supported"
    effects = {"format_effects": (0.0, 0.5, 0.0), "social_effects": (0.0, -1.0, 0.0)}
    found = judged(run_study(invented_records(22, n_children=400, **effects)))
    assert found["H1"].verdict == "not supported"
    assert found["H2"].verdict == "not supported"


def test_combined_therapy_far_behind_is_not_supported():
    effects = {"format_effects": (0.0, 0.0, -0.7), "social_effects": (0.0, 0.0, 0.0)}
    found = judged(run_study(invented_records(23, n_children=300, **effects)))["H5"]
    assert (found.verdict, found.reason) == ("not supported", "behind")
    assert found.about.split(".")[0] in ("skill", "social")
    assert found.tested.estimate < 0


def test_a_claim_that_needs_an_absent_format_cannot_be_tested_and_names_the_gate():
    found = judged(run_study(invented_records(24, n_children=120, absent_formats=("group",))))
    for name in ("H1", "H2", "H3", "H4", "H5"):
        assert found[name].verdict == "cannot be tested"
        assert found[name].tested is None
        assert found[name].gate is not None or found[name].reason
    assert found["H6"].verdict != "cannot be tested"


def test_a_clinic_with_few_columns_answers_what_it_can():
    study = run_study(balanced_clinic({"individual": 30, "group": 32}))
    found = protect(study).summary["claims"]
    assert [row["id"] for row in found["rows"]] == list(CLAIMS)
    others = found["rows"][3:]
    assert found["rows"][0]["verdict"] != "cannot be tested"
    assert {row["verdict"] for row in others} == {"cannot be tested"}
    assert all(row["estimate"] is None for row in others)


def test_every_claim_has_an_estimand_and_one_of_four_answers():
    for claim in sample_study().claims:
        assert claim.verdict in VERDICTS
        assert claim.estimand
        assert claim.text.endswith(".")


def published(claim, **changes):
    study = sample_study()
    rows = publish_claims(replace(study, claims=(replace(claim, **changes),)), SentenceBook())
    return rows["rows"][0]


def test_a_number_too_few_children_stand_behind_is_held_back_with_its_verdict():
    claim = sample_study().claims[5]
    few = ClaimNumber(0.3, 0.05, 20.0, {"all": 10})
    row = published(claim, tested=few, verdict="supported", reason="goes_with")
    assert row["verdict"] == "cannot be tested"
    assert row["reason"] == HELD_BACK
    assert row["estimate"] is None
    small = new_comparison("x", "x")
    small = replace(small, by_format=small.by_format | {"n_children": np.array([40, 9, 0])})
    few = ClaimNumber(0.3, 0.05, 20.0, {"individual": 40, "group": 9}, small)
    assert published(sample_study().claims[0], tested=few)["estimate"] is None


def test_a_number_that_is_not_one_is_held_back():
    nothing = ClaimNumber(math.nan, 0.05, 20.0, {"all": 40})
    assert published(sample_study().claims[5], tested=nothing)["estimate"] is None


def test_printed_numbers_have_two_decimals():
    for row in protect(sample_study()).summary["claims"]["rows"]:
        for name in ("estimate", "conf_low", "conf_high"):
            assert row[name] is None or row[name] == round(row[name], 2)


def test_every_sentence_a_claim_can_have_may_stand():
    for id, (text, _, unit) in CLAIMS.items():
        assert find_faults(text) == [], text
        for verdict in (claims.SUPPORTED, claims.NOT_SUPPORTED, claims.CANNOT_TELL):
            for reason in REASONS:
                row = {"id": id, "verdict": verdict, "reason": reason, "unit": unit}
                row |= {"estimate": -0.12, "conf_low": -0.4, "conf_high": 0.16}
                row |= {"about": "skill.group" if id == "H5" else None, "suggestive": True}
                said = say_claim(row, 0.25)
                assert find_faults(said.text) == [], said.text
                assert "95% range" in said.text
                assert said.text.startswith(verdict.capitalize())
                assert ("Lean on this lightly" in said.text) is (verdict != claims.CANNOT_TELL)
    assert list(NUMBER_MEANS) == list(CLAIMS)


def test_a_claim_that_cannot_be_tested_says_why_and_claims_nothing():
    row = {"id": "H6", "verdict": claims.CANNOT_TEST, "reason": "nothing was written down"}
    said = say_claim(row | {"estimate": None, "suggestive": False}, 0.25)
    assert said.text == ("Cannot be tested with these records, because nothing was written down.")
    assert said.numbers == ()


def test_the_ledger_counts_every_answer():
    rows = [{"verdict": "supported"}] * 2 + [{"verdict": "cannot be tested"}] * 5
    said = say_ledger(rows).text
    assert "2 supported and 5 cannot be tested" in said
    assert find_faults(said) == []


def test_a_study_that_did_not_ask_again_has_no_ledger():
    study = run_study(sample_study().records, ask_again=False)
    summary = protect(study).summary
    assert summary["claims"] == {"asked": False, "rows": []}
    assert summary["sensitivity"] == {"asked": False}
    assert study.claims is None


def test_the_ledger_knows_its_claims_by_number():
    assert isinstance(sample_study().claims[0], Claim)
    assert [claim.id for claim in sample_study().claims] == [f"H{i}" for i in range(1, 8)]
