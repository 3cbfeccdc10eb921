"""Seven claims: by their rules, and against planted truths."""

from dataclasses import replace
from typing import get_args

import pandas as pd
import pytest
from small_clinics import balanced_clinic, invented_records, sample_study

from analysis.comparison.home_practice import HomePractice
from analysis.comparison.rater_agreement import RaterAgreement
from analysis.decisions.claims import CLAIM_UNITS, Claim, judge_claims, weigh_claim
from analysis.decisions.error_rate import Settled
from analysis.decisions.labels import Label
from analysis.settings import Settings
from analysis.study import run_study
from analysis.vocabulary import (
    CANNOT_TELL,
    FASTER_IMPORTANT,
    FASTER_SIZE_UNCERTAIN,
    NO_IMPORTANT_DIFFERENCE,
    NOT_COMPARABLE,
    RULES_OUT,
    ClaimId,
    ClaimReason,
    ClaimVerdict,
    Reason,
)

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
    verdicts = study.verdicts
    parts = {
        "subgroups": study.subgroups,
        "home_practice": study.home_practice,
        "raters": study.sensitivity.rater_agreement,
        "main": verdicts.decisions,
        "beside": {**verdicts.kinds, **verdicts.traits},
        "settled": verdicts.settled,
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
    practice = HomePractice(row_of(estimate, std_error), pd.DataFrame(), pd.DataFrame())
    settled = Settled(frozenset({("practice", 0)}))
    found = judged(sample_study(), home_practice=practice, settled=settled)["H6"]
    assert found.verdict == verdict
    if verdict == "supported":
        alone = judged(sample_study(), home_practice=practice, settled=Settled())["H6"]
        assert (alone.verdict, alone.reason) == ("cannot tell", "not_settled")


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
    raters = RaterAgreement(row_of(estimate, std_error))
    settled = Settled(frozenset({("raters", 0)}))
    assert judged(sample_study(), raters=raters, settled=settled)["H7"].verdict == verdict
    if verdict == "not supported":
        alone = judged(sample_study(), raters=raters, settled=Settled())["H7"]
        assert (alone.verdict, alone.reason) == ("cannot tell", "too_wide")


def test_ratings_are_judged_by_a_margin_of_levels_whatever_the_margin_of_rates():
    raters = RaterAgreement(row_of(-0.1, 0.05))
    for margin in (0.05, 0.25, 1.0):
        found = judged(sample_study(), raters=raters, settings=Settings(margin=margin))["H7"]
        assert found.verdict == "supported"
    strict = judged(sample_study(), raters=raters, settings=Settings(rater_margin=0.15))["H7"]
    assert strict.verdict == "cannot tell"


def test_no_claim_stands_on_a_format_that_a_fault_favours():
    study = sample_study()
    usual = judged(study)
    both = {
        name: tuple(replace(d, favoured=(d.this, d.than)) for d in found)
        for name, found in study.verdicts.kinds.items()
    } | dict(study.verdicts.traits)
    main = tuple(replace(d, favoured=(d.this, d.than)) for d in study.verdicts.decisions)
    doubted = judged(study, beside=both, main=main)
    assert {doubted[c].verdict for c in ("H1", "H2", "H5")} == {"cannot tell"}
    assert {doubted[c].reason for c in ("H1", "H2")} == {"favoured"}
    assert [doubted[c].verdict for c in ("H3", "H4")] == [usual[c].verdict for c in ("H3", "H4")]


def test_claims_that_were_planted_are_found_and_their_opposites_are_not():
    effects = {"format_effects": (0.0, -0.5, 0.0), "social_effects": (0.0, 1.0, 0.5)}
    found = judged(run_study(invented_records(25, n_children=400, **effects)))
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
    found = run_study(balanced_clinic({"individual": 30, "group": 32})).verdicts.claims
    assert [claim.id for claim in found] == list(CLAIM_UNITS)
    assert found[0].verdict != "cannot be tested"
    assert {claim.verdict for claim in found[3:]} == {"cannot be tested"}
    assert all(claim.tested is None for claim in found[3:])


def test_every_claim_has_one_of_four_answers_and_its_reason_by_name():
    reasons = {*get_args(Reason), *get_args(ClaimReason)}
    claims = sample_study().verdicts.claims
    assert [claim.id for claim in claims] == list(get_args(ClaimId))
    for claim in claims:
        assert isinstance(claim, Claim)
        assert claim.verdict in get_args(ClaimVerdict)
        assert claim.reason in reasons
        assert claim.unit == ("levels" if claim.id == "H7" else "rate")


def test_a_study_that_did_not_ask_again_has_no_claims():
    study = run_study(sample_study().records, ask_again=False)
    assert study.verdicts.claims is None
    assert study.verdicts.dropout is None
    assert study.verdicts.tipping == ()
