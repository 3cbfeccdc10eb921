"""Every choice is really made: changing any of them changes an answer, or a refusal. About 40 s."""

import functools
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass

import msgspec
import numpy as np
import pandas as pd
import pytest
from block_clinics import (
    BLOCKS,
    HARDER,
    KINDER,
    ODD,
    SUCCESS,
    mix_raters,
    shift_reviews,
    uneven_records,
    unlike_records,
)
from small_clinics import SAMPLE, invented_records, without_columns

from analysis.disclosure.release import protect
from analysis.errors import AnalysisError
from analysis.measures.earlier import Earlier, PastLook
from analysis.records.load import Records, read_records
from analysis.settings import ClinicChoices, MethodConstants, Settings
from analysis.simulation.unlike_design import UnlikeDesign
from analysis.study import run_study
from analysis.words.tell import tell

# Another value of each choice, far enough away to be felt by the clinic it is tried on.
CHANGED = {
    "margin": 0.5,
    "smallest_cell": 40,
    "horizon_weeks": 18,
    "effort_clusters": 1000,
    "grace_weeks": 0,
    "review_weeks": 8,
    "reviewed_share": 0.99,
    "reviewed_least": 1.01,
    "common_weeks": 18,
    "baseline_weeks": 7,
    "rate_weeks": 6,
    "minimum_reviews": 4,
    "minimum_span_weeks": 12,
    "confidence": 0.9,
    "similarity_confidence": 0.8,
    "main_share": 0.9999999,
    "next_share": 0.001,
    "rest_shares": (1e-9, 1e-9, 1e-9, 1e-9, 1e-9, 1e-9, 1.0),
    "first_look_share": 0.5,
    "look_fading": 4.0,
    "look_overlap": 0.5,
    "least_growth": 3.0,
    "newcomers_together": 1 - 1e-15,
    "children_per_covariate": 10,
    "place_children": 100.0,
    "together_children": 1000.0,
    "wait_weeks": -1.0,
    "fewest_traits": 20,
    "most_missing": 0.01,
    "describe_children": 100,
    "compare_children": 75,
    "compare_groups": 30,
    "keeper_odds": 1.5,
    "therapist_apart": 0.05,
    "second_group_share": 0.9,
    "second_group_sessions": 100,
    "compare_df": 1000.0,
    "overlap_n_effective": 1000.0,
    "overlap_share": 0.99,
    "overlap_smd": 0.001,
    "overlap_smd_warn": 0.3,
    "rare_propensity": 0.2,
    "rare_share": -0.01,
    "precision_multiple": 0.5,
    "attrition_share": 0.01,
    "attrition_difference": 0.9,
    "after_format_share": 0.01,
    "dominance_share": 0.01,
    "bend_share": 4.0,
    "concordance_share": 1.5,
    "delivered_share": 0.6,
    "impute_above": 0.9,
    "imputations": 5,
    "seed": 1,
    "resamples": 200,
    "condition_number": 1.5,
    "fewest_events": 300,
    "rows_left_over": 200,
    "residual_df": 1000,
    "logged_share": 0.9,
    "practice_minutes": 60.0,
    "mark_times_a_month": 4.0,
    "mark_minutes": 60.0,
    "rater_margin": 0.01,
    "answer_width": 0.3,
    "hours_per_level": (0.0, 10.0),
    "dropout_deltas": (0.0, 1.0),
    "low_rating": 1.0,
    "high_rating": 5.0,
    "fewest_left_out": 1000,
    "fewest_across": 1000,
    "fewest_levels": 6,
    "fewest_domains": 7,
    "filling_rounds": 1,
    "imputation_rounds": 1,
    "columns_to_record": 0,
    "least_std_error": 1.0,
    "by_format_share": 0.99,
    "by_format_error": 0.0,
    "suspicion_error": 1e-12,
    "standard_levels": 2.0,
    "head_start_levels": 2.0,
    "other_raters_share": 0.01,
    "review_gap_weeks": 23.0,
    "off_calendar_weeks": 3.0,
    "leaving_share": 0.99,
    "endings_share": 0.99,
    "made_harder_share": 1.0,
    "made_harder_fewest": 10_000,
    "t_correlation": 0.0,
    "fewest_therapists": 100,
    "largest_therapist_share": 0.01,
    "no_hint": 0.0,
}


def plain(value):
    """Give a result as plain values, without the choices that it repeats."""
    if isinstance(value, Settings | Records):
        return None
    if is_dataclass(value):
        names = (f.name for f in fields(value) if f.name != "need")
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [plain(part) for part in value]
    if isinstance(value, pd.DataFrame):
        return repr({name: value[name].tolist() for name in value})
    return repr(value.tolist() if isinstance(value, np.ndarray | pd.Series) else value)


# What only the published summary tells: whether and how numbers are shown or put in words.
ONLY_PUBLISHED = {
    "answer_width",
    "residual_df",
    "mark_times_a_month",
    "mark_minutes",
    "overlap_smd_warn",
    "fewest_therapists",
    "largest_therapist_share",
    "no_hint",
}
# What the sample has too much of to feel: columns recorded, children compared.
POORER = {"columns_to_record"}
# What only a clinic with a settled pair can feel.
SETTLED = {"next_share", "other_raters_share"}
# What only a clinic can feel whose children go to several therapy groups.
SEVERAL_GROUPS = {"second_group_share", "second_group_sessions"}
# What only a clinic can feel that loses more children of one format.
LOSING = {"attrition_difference"}
# What only a report that follows another can feel.
FOLLOWED = {"look_fading", "look_overlap", "least_growth", "newcomers_together"}
CHOICES = [f.name for part in (ClinicChoices, MethodConstants) for f in fields(part)]
# What only a clinic can feel whose formats are reviewed at other weeks, or to other weeks.
BLOCKS_ONLY = {"reviewed_least", "common_weeks"}
UNEVEN = {"bend_share"}
# What only a clinic can feel that rates, reviews or ends goals otherwise in one format.
ODD_ONLY = {"by_format_share", "by_format_error", "suspicion_error", "leaving_share"}
SUCCESS_ONLY, SHIFTED = {"review_gap_weeks"}, {"off_calendar_weeks"}
KINDER_ONLY = {"head_start_levels"}
TWO_STANDARDS = {"standard_levels"}
HARDER_ONLY = {"endings_share", "made_harder_share", "made_harder_fewest"}
REPEATED = ("margin", "smallest_cell", "measure", "ledger", "report", "seal", "method")


def kind_of(name):
    kinds = {
        "several groups": SEVERAL_GROUPS,
        "poorer": POORER,
        "losing": LOSING,
        "settled": SETTLED,
        "blocks": BLOCKS_ONLY,
        "uneven": UNEVEN,
        "followed": FOLLOWED,
        "odd": ODD_ONLY,
        "success": SUCCESS_ONLY,
        "shifted": SHIFTED,
        "harder": HARDER_ONLY,
        "kinder": KINDER_ONLY,
        "two standards": TWO_STANDARDS,
    }
    return next((kind for kind, names in kinds.items() if name in names), "sample")


@functools.cache
def clinic(kind):
    if kind == "settled":
        return invented_records(
            3, n_children=240, format_effects=(0.0, 0.6, 0.3), social_effects=(0.0, 0.0, 0.0)
        )
    if kind == "several groups":
        return unlike_records(UnlikeDesign(second_group_share=0.4), 3)
    if kind == "losing":
        return invented_records(
            2, n_children=240, dropout_share=0.02, dropout_by_format=(0.0, 0.9, 0.0)
        )
    if kind == "poorer":
        return without_columns(invented_records(2, n_children=110), "severity", "therapist_id")
    if kind == "followed":
        return invented_records(5, n_children=240)
    if kind == "blocks":
        return unlike_records(BLOCKS, 1)
    if kind == "uneven":
        return uneven_records()
    if kind == "two standards":
        return mix_raters(read_records(SAMPLE), kinder="group")
    if kind == "shifted":
        return shift_reviews(unlike_records(UnlikeDesign(), 1))
    odd = {"odd": ODD, "success": SUCCESS, "harder": HARDER, "kinder": KINDER}
    if kind in odd:
        return unlike_records(odd[kind], 1)
    return read_records(SAMPLE)


@functools.cache
def reports_before():
    """Give earlier reports of whose children those of groups did badly, those alone well."""
    table = run_study(clinic("followed"), ask_again=False, ask_beside=False).cohort.table
    high = table["rate"] > table.groupby("format", observed=False)["rate"].transform("median")
    old = high.where(table["format"] == "individual", ~high)
    old = old.where(table["format"] != "combined", table.index % 2 == 0)
    compared = {
        f: frozenset(table.loc[old & (table["format"] == f), "child_id"])
        for f in ("individual", "group", "combined")
    }
    ever = frozenset().union(*compared.values())
    counts = {f: len(codes) for f, codes in compared.items()}
    first = Settings().first_look_share
    look = PastLook(number=1, share=first, spent=first)
    return Earlier((look,), 1 - first, None, len(ever), ever, counts, compared)


def ask(name, settings):
    """Give the answer that a choice should change, or the refusal in its place."""
    try:
        earlier = reports_before() if name in FOLLOWED else None
        study = run_study(clinic(kind_of(name)), settings, earlier=earlier)
    except AnalysisError as error:
        return str(error)
    if name not in ONLY_PUBLISHED:
        return plain(study)
    published = msgspec.to_builtins(tell(protect(study)))
    return {part: value for part, value in published.items() if part not in REPEATED}


@functools.cache
def usual(kind, published):
    name = next(n for n in CHANGED if (kind_of(n), n in ONLY_PUBLISHED) == (kind, published))
    return ask(name, Settings())


@pytest.mark.parametrize("name", CHOICES)
def test_another_choice_gives_another_answer(name):
    assert CHANGED[name] != getattr(Settings(), name)
    changed = ask(name, Settings(**{name: CHANGED[name]}))
    assert changed != usual(kind_of(name), name in ONLY_PUBLISHED)


def test_no_choice_is_tried_that_is_none():
    assert set(CHANGED) == set(CHOICES)
    assert {f.name for f in fields(Settings)} == {*CHOICES, "look_share"}


def test_a_clinic_may_choose_the_margin_and_the_smallest_cell_and_nothing_else():
    own = [f.name for f in fields(ClinicChoices)]
    assert own == ["margin", "smallest_cell"]
    assert not set(own) & {f.name for f in fields(MethodConstants)}
    assert [row["name"] for row in Settings().rows()][:2] == own
    assert len(Settings().rows()) == len(CHOICES)


def test_every_choice_says_its_unit_and_its_reason():
    for row in Settings().rows():
        assert row["unit"]
        assert str(row["reason"]).endswith(".")


def test_units_and_reasons_follow_the_weeks_chosen():
    rows = {row["name"]: row for row in Settings(rate_weeks=6, horizon_weeks=18).rows()}
    assert rows["margin"]["unit"] == "levels per 6 weeks"
    assert "week 18" in rows["grace_weeks"]["reason"]


@pytest.mark.parametrize("margin", [0, -0.25, 1e-300, 1e-9, 0.049, 2.01, 4, math.nan, math.inf])
def test_a_margin_that_is_none_is_refused(margin):
    with pytest.raises(AnalysisError, match=r"per 6 weeks between 0\.05 and 2"):
        Settings(margin=margin, rate_weeks=6)


@pytest.mark.parametrize("smallest", [7, 11.5, 0, 51, 1e9, math.nan, math.inf, -math.inf])
def test_a_smallest_cell_below_what_may_be_published_is_refused(smallest):
    with pytest.raises(AnalysisError, match="whole number of children between 8 and 50"):
        Settings(smallest_cell=smallest)


def test_the_least_and_the_greatest_choices_may_be_made():
    assert Settings(margin=0.05, smallest_cell=8).margin == 0.05
    assert Settings(margin=2, smallest_cell=50).smallest_cell == 50


def test_a_shorter_term_and_a_lower_confidence_reach_the_numbers():
    records = clinic("sample")
    usual_one, other = (
        run_study(records, settings, ask_again=False)
        for settings in (Settings(), Settings(rate_weeks=6, confidence=0.9))
    )
    here, there = (study.comparison.pair("group", "individual") for study in (usual_one, other))
    assert there["estimate"] == pytest.approx(here["estimate"] / 2)
    widths = [row["conf_high"] - row["conf_low"] for row in (here, there)]
    assert widths[1] < 0.9 * widths[0] / 2
    assert list(other.attainment.by_week) == [6, 24]
    assert Settings(confidence=0.9).error_rate == pytest.approx(0.08)
