"""The whole study: planted truths, honest silence, nothing changed on the way."""

import json
from dataclasses import fields, is_dataclass, replace

import numpy as np
import pandas as pd
import pytest
from small_clinics import (
    SAMPLE,
    balanced_clinic,
    invented_records,
    null_records,
    one_child,
    records_of,
    sample_study,
)

import analysis.study
from analysis.cards import about, draw_card
from analysis.comparison.contrasts import compare_rates
from analysis.comparison.covariates import choose_covariates
from analysis.comparison.result import PAIRS, new_comparison
from analysis.comparison.weighting import weigh_children
from analysis.disclosure.release import protect
from analysis.disclosure.summary import spell_summary
from analysis.measures.cohort import choose_cohort
from analysis.measures.progress import measure_progress
from analysis.measures.scoring import score_goals
from analysis.records.load import records_from_tables
from analysis.records.schema import TABLES
from analysis.settings import Settings
from analysis.simulation.clinic import simulate_clinic
from analysis.study import run_study
from analysis.vocabulary import AHEAD, FASTER_IMPORTANT, NOT_COMPARABLE
from analysis.words.tell import tell

SETTINGS = Settings()


def test_asking_nothing_again_gives_the_same_answer_by_fewer_ways():
    whole = sample_study()
    quick = run_study(whole.records, ask_again=False, ask_beside=False)
    assert set(quick.analyses) == {"primary", "overlap_weighted", "mixed_growth"}
    pd.testing.assert_frame_equal(quick.gates, whole.gates)
    said = [
        [(d.label, d.ahead, d.certainty, d.unsettled) for d in study.verdicts.decisions]
        for study in (quick, whole)
    ]
    assert said[0] == said[1]
    for name, comparison in quick.analyses.items():
        pd.testing.assert_frame_equal(comparison.table, whole.analyses[name].table)


@pytest.fixture(scope="module")
def truth():
    told = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
    return told["truth"]["could_have_had_any"]["rate"]["differences"]


@pytest.mark.parametrize(
    "way", ["primary", "growth_regression", "overlap_weighted", "overlap_weighted_adjusted"]
)
def test_the_intervals_of_the_sample_cover_what_was_planted(truth, way):
    comparison = sample_study().analyses[way]
    for this, than in PAIRS:
        row = comparison.pair(this, than)
        planted = truth[f"{this} - {than}"]
        assert row["conf_low"] <= planted <= row["conf_high"]


def test_no_label_of_the_sample_contradicts_what_was_planted(truth):
    for decision in sample_study().verdicts.decisions:
        planted = truth[f"{decision.this} - {decision.than}"]
        if decision.label in AHEAD:
            assert (planted > 0) == (decision.ahead == decision.this)
        if decision.label == FASTER_IMPORTANT:
            assert abs(planted) > SETTINGS.margin
        if decision.label == "no_important_difference":
            assert abs(planted) < SETTINGS.margin


def test_in_a_clinic_where_nothing_differs_no_pair_is_called_ahead():
    study = run_study(null_records(1, n_children=240), ask_again=False)
    assert not {d.label for d in study.verdicts.decisions} & set(AHEAD)
    assert study.comparison.table["estimate"].notna().all()


def test_a_large_planted_difference_is_found_and_its_side_is_right():
    effects = {"format_effects": (0.0, -0.8, 0.0), "social_effects": (0.0, 0.0, 0.0)}
    study = run_study(invented_records(2, n_children=400, **effects), ask_again=False)
    for decision in study.verdicts.decisions[:1]:
        assert decision.label in AHEAD
        assert decision.ahead == "individual"


def told(records, **asked):
    return tell(protect(run_study(records, **asked)))


def test_thirty_children_are_not_compared_and_the_report_says_what_is_missing():
    summary = told(invented_records(3, n_children=30))
    for pair in summary.answer.pairs:
        assert pair.label == NOT_COMPARABLE
        assert pair.estimate is None
        assert f"{SETTINGS.compare_children} are needed" in summary.texts[f"pair.{pair.id}"]
    assert "cannot compare" in summary.texts["headline"]
    assert summary.texts["next_step"]


def test_with_two_formats_only_these_are_compared_and_the_third_is_named_as_absent():
    records = invented_records(4, n_children=200, absent_formats=("combined",))
    study = run_study(records)
    summary = tell(protect(study))
    pairs = {pair.id: pair for pair in summary.answer.pairs}
    assert pairs["group-individual"].label != NOT_COMPARABLE
    assert np.isfinite(study.comparison.pair("group", "individual")["estimate"])
    for name in ("combined-individual", "combined-group"):
        assert pairs[name].label == NOT_COMPARABLE
        said = summary.texts[f"pair.{name}"]
        assert "no child in these records was planned for combined" in said
        assert pairs[name].estimate is None


@pytest.mark.parametrize("levels", [{0: -2, 12: 0}, {200: 0}])
def test_one_child_or_no_usable_goal_is_a_finding_and_not_an_error(levels):
    summary = told(records_of(*one_child([levels])))
    assert {pair.label for pair in summary.answer.pairs} == {NOT_COMPARABLE}


def frames_of(value):
    """Give every frame and array inside a stage's result, with where it stands."""
    if isinstance(value, pd.DataFrame | pd.Series):
        yield "", value
    elif is_dataclass(value):
        for f in fields(value):
            for place, frame in frames_of(getattr(value, f.name)):
                yield f"{f.name}.{place}", frame


def remember(*values):
    return [{place: frame.copy(deep=True) for place, frame in frames_of(v)} for v in values]


def assert_unchanged(values, remembered):
    for value, before in zip(values, remembered, strict=True):
        for place, frame in frames_of(value):
            check = pd.testing.assert_frame_equal
            if isinstance(frame, pd.Series):
                check = pd.testing.assert_series_equal
            check(frame, before[place])


def test_no_stage_changes_what_it_was_given():
    records = invented_records(5, n_children=120)
    given = [records]
    before = remember(*given)

    def then(stage, *arguments):
        answer = stage(*arguments)
        assert_unchanged(given, before)
        given.append(answer)
        before.extend(remember(answer))
        return answer

    scored = then(score_goals, records, SETTINGS)
    progress = then(measure_progress, scored, SETTINGS)
    cohort = then(choose_cohort, records, progress)
    covariates = then(choose_covariates, cohort.table, SETTINGS)
    then(weigh_children, cohort.table, covariates, SETTINGS)
    identity = new_comparison("primary")
    then(compare_rates, identity, cohort.table, covariates.centred, SETTINGS)
    study = then(run_study, records)
    then(protect, study)


def test_the_order_of_rows_and_tables_does_not_change_what_is_published():
    tables = simulate_clinic(seed=6).tables
    rng = np.random.default_rng(0)
    mixed = {name: tables[name].sample(frac=1, random_state=rng) for name in reversed(TABLES)}
    first, second = (
        protect(run_study(records_from_tables(given), ask_again=False)) for given in (tables, mixed)
    )
    assert first.answer == second.answer
    assert first.records == second.records
    assert first.progress == second.progress


def test_the_same_records_give_the_same_summary_twice():
    records = invented_records(7, n_children=90)
    first, second = (spell_summary(told(records)) for _ in range(2))
    assert first == second


def test_the_labels_in_the_table_are_the_studys_decisions():
    study = sample_study()
    assert study.comparison.table["label"].tolist() == study.verdicts.table["label"].tolist()
    assert set(study.gates.columns) >= {"name", "this", "than", "passed", "rule", "have", "need"}


def test_a_larger_margin_changes_labels_and_not_estimates():
    records = sample_study().records
    wide = run_study(records, Settings(margin=1.0), ask_again=False)
    assert {d.label for d in wide.verdicts.decisions} == {"no_important_difference"}
    assert wide.comparison.table["estimate"].tolist() == pytest.approx(
        sample_study().comparison.table["estimate"].tolist()
    )


STAGES = ("scored", "progress", "cohort", "covariates", "weighting", "comparison", "verdicts")
BESIDE = ("sensitivity", "attainment", "effort", "home_practice", "analysis_set")


@pytest.mark.parametrize("stage", [*STAGES, *BESIDE])
def test_every_stage_says_itself_in_a_sentence_and_shows_a_card_without_rows(stage):
    result = getattr(sample_study(), stage)
    said, card = repr(result), result._repr_html_()
    assert "\n" not in said
    assert len(said) < 500
    assert "DataFrame" not in said
    assert said.split()[0].split("'")[0] in card
    ids = set(sample_study().records.episodes["child_id"][:50])
    assert not any(child in card or child in said for child in ids)


def test_a_small_clinics_cards_count_nobody():
    study = run_study(balanced_clinic({"individual": 4, "group": 4}), ask_again=False)
    for stage in STAGES:
        said = repr(getattr(study, stage))
        assert "8 " not in said
        assert "16" not in said
    assert "Fewer than 11 children" in repr(study.cohort)


def assert_shown(study):
    said, card = repr(study), study._repr_html_()
    assert card == draw_card("Study", said)
    assert "group against individual" in said.lower()
    for hidden in study.records.episodes["child_id"][:50]:
        assert hidden not in card
    return said


@pytest.mark.parametrize("again", [True, False])
@pytest.mark.parametrize("beside", [True, False])
def test_every_kind_of_study_is_shown_and_says_what_it_was_not_asked(again, beside):
    study = run_study(sample_study().records, ask_again=again, ask_beside=beside)
    said = assert_shown(study)
    assert ("the same question in other ways" in said) is not again
    assert ("how soon" in said) is not beside
    assert ("Not asked" in said) is not (again and beside)
    assert tell(protect(study)).texts["headline"]


def test_the_card_of_a_small_clinic_counts_nobody_below_its_own_smallest_cell():
    records = balanced_clinic({"individual": 8, "group": 6})
    said = assert_shown(run_study(records, Settings(smallest_cell=20)))
    assert said.startswith("Fewer than 20 children")
    assert "14" not in said


def test_an_unlabelled_comparison_shows_no_number():
    comparison = sample_study().comparison
    labels = {"label": np.array([NOT_COMPARABLE] * 3)}
    hidden = replace(comparison, by_pair=comparison.by_pair | labels)
    assert "no pair may be compared" in repr(hidden)
    assert not any(sign.isdigit() for sign in repr(hidden))


def test_a_card_escapes_what_it_is_given():
    card = draw_card("<b>", "a < b & c", [("<i>", "'x'")])
    assert "<b>" not in card
    assert "<i>" not in card
    assert "a &lt; b &amp; c" in card


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (0, "fewer than 11 goals"),
        (10, "fewer than 11 goals"),
        (11, "about 10 goals"),
        (13, "about 15 goals"),
    ],
)
def test_counts_on_cards_are_rounded(n, said):
    assert about(n, "goal", "goals") == said


def test_whoever_waits_is_told_between_the_answer_and_the_other_ways(monkeypatch):
    said = []
    ask = analysis.study.ask_otherwise
    monkeypatch.setattr(
        analysis.study, "ask_otherwise", lambda *given: said.append("asked") or ask(*given)
    )
    records = balanced_clinic({"individual": 6, "group": 6})
    run_study(records, before_asking_again=lambda: said.append("told"))
    assert said == ["told", "asked"]
