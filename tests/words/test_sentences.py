"""Every sentence that a report can hold is read by the linter; and the linter is tested too."""

import re
from dataclasses import replace
from typing import get_args

import pandas as pd
import pytest
from block_clinics import KINDER, ODD, SUCCESS, unlike_records
from small_clinics import balanced_clinic, invented_records, null_records, sample_study
from stored_summaries import change, gate_of, stored, with_pair

from analysis.disclosure.release import protect
from analysis.disclosure.rows import Dropped
from analysis.settings import Settings
from analysis.simulation.unlike_design import UnlikeDesign
from analysis.study import run_study
from analysis.vocabulary import (
    CANNOT_TELL,
    DEPENDS,
    FASTER_IMPORTANT,
    FASTER_SIZE_UNCERTAIN,
    NOT_COMPARABLE,
    RULES_OUT,
    Label,
)
from analysis.words import analyses, answer, cautions, claims, gate_reasons, method
from analysis.words.cohort import FLOW_TITLES, TRAIT_TITLES, tell_cohort
from analysis.words.discussion import DISCUSSION, OF_ONE_FORMAT
from analysis.words.headline import say_headline
from analysis.words.linter import find_faults, split_sentences
from analysis.words.tell import tell

BAD = "signi" + "ficant"


@pytest.mark.parametrize(
    "text",
    [
        f"The difference was {BAD}.",
        f"There was no {BAD}ly larger gain.",
        "This proves that groups work.",
        "Group therapy causes faster progress.",
        "Group therapy led to 0.20 levels more.",
        "Group therapy improves social goals.",
        "Individual therapy is the best format.",
        "Combined therapy works better for your child.",
        "The formats are equally effective.",
        "There was no effect of format.",
        "There is no difference between the formats.",
        "A trend towards group therapy was seen.",
        "The winner is combined therapy.",
        "Here is a ranking of the formats.",
        "Group therapy gets a green light.",
        "We recommend group therapy.",
        "Children should be offered group therapy.",
        "Choose group therapy for motor goals.",
        "Group therapy is probably ahead.",
        "Group therapy seems somewhat ahead.",
        "Children moved about 0.30 levels further every 12 weeks.",
        "The difference is -0.20 levels.",
        "The difference is nan levels.",
        "The difference is {estimate} levels.",
        "The difference  is small",
        "the difference is 0.10 levels.",
    ],
)
def test_a_sentence_that_claims_too_much_is_found(text):
    assert find_faults(text)


@pytest.mark.parametrize(
    "text",
    [
        "Any difference is smaller than the 0.25 levels that you said would matter. Choose on fit, "
        "cost and family preference.",
        "Of 100 children like these, about 58 (49–67) would probably reach their goals.",
        "Children in group therapy moved about 0.30 levels further every 12 weeks than children in "
        "individual therapy (95% range −0.10 to 0.70).",
        "Add the column group_id: without it nobody can tell a good format from a good group.",
        "Would we do the same today?",
    ],
)
def test_an_honest_sentence_may_stand(text):
    assert find_faults(text) == []


def test_a_text_is_split_at_its_full_stops_and_not_at_decimals():
    text = "It moved 0.25 levels. Is that enough? We cannot say."
    assert split_sentences(text) == ["It moved 0.25 levels.", "Is that enough?", "We cannot say."]


def without(records, *columns):
    """Give the records with some columns of the episodes never recorded."""
    episodes = records.episodes.copy()
    for name in columns:
        missing = pd.array([None] * len(episodes), dtype=episodes[name].dtype)
        episodes[name] = missing
    return replace(records, episodes=episodes)


def thirty_clinics():
    traits = ("attention", "peer_comfort", "severity", "motor_delay", "sensory_needs")
    traits += ("follows_instructions", "communication", "age_years")
    for seed in range(6):
        yield f"null {seed}", null_records(seed, n_children=(60, 120, 240)[seed % 3])
    for seed in range(6):
        effects = (0.0, (-0.8, -0.3, 0.3, 0.8, 1.0, -0.1)[seed], 0.4)
        yield (
            f"planted {seed}",
            invented_records(
                seed, n_children=180, format_effects=effects, social_effects=(0, 0, 0)
            ),
        )
    for seed in range(3):
        yield f"30 children {seed}", invented_records(seed, n_children=30)
    for k, absent in enumerate(("individual", "group", "combined")):
        yield f"no {absent}", invented_records(k, n_children=150, absent_formats=(absent,))
    yield "one format", invented_records(4, n_children=90, absent_formats=("group", "combined"))
    for seed in range(2):
        yield f"no traits {seed}", without(invented_records(seed, n_children=150), *traits)
        yield f"no groups {seed}", without(invented_records(seed, n_children=150), "group_id")
    yield "no therapists", without(invented_records(7, n_children=150), "therapist_id", "site")
    yield "many leave", invented_records(8, n_children=150, dropout_share=0.25)
    yield "goals after", invented_records(9, n_children=150, goals_set_before=0.0)
    yield (
        "decided by need",
        invented_records(10, n_children=200, indication=4, availability_share=0),
    )
    yield (
        "well recorded",
        unlike_records(
            UnlikeDesign(
                n_children=300,
                format_effects=(0.0, 0.9, 0.0),
                term_recorded=True,
                independent_share=0.7,
            ),
            1,
        ),
    )
    yield "leaving", unlike_records(ODD, 1)
    yield "reviews on success", unlike_records(SUCCESS, 1)
    yield "kinder", unlike_records(KINDER, 1)
    yield "one baseline", invented_records(11, n_children=120, second_baseline_share=0.0)
    yield "tiny and complete", balanced_clinic({"individual": 12, "group": 12, "combined": 12})
    yield "two tiny formats", balanced_clinic({"individual": 25, "group": 25})
    yield "one child in each", balanced_clinic({"individual": 1, "group": 1, "combined": 1})


@pytest.fixture(scope="module")
def published():
    studies = {"sample": sample_study()}
    for k, (name, records) in enumerate(thirty_clinics()):
        studies[name] = run_study(records, ask_again=k % 2 == 0)
    wide = {"small margin": Settings(margin=0.05), "large margin": Settings(margin=0.6)}
    for name, settings in wide.items():
        studies[name] = run_study(invented_records(1, n_children=150), settings)
    return {name: tell(protect(study)) for name, study in studies.items()}


def test_no_sentence_of_any_clinic_claims_too_much(published):
    assert len(published) >= 31
    faults = [
        f"{name} {row.id} {fault}: {row.text}"
        for name, summary in published.items()
        for row in summary.sentences
        for fault in find_faults(row.text)
    ]
    assert faults == []


@pytest.mark.parametrize("name", ["sample", "small"])
def test_no_sentence_of_a_stored_summary_claims_too_much(name):
    told = tell(stored(name)).sentences
    faults = {row.id: find_faults(row.text) for row in told if find_faults(row.text)}
    assert faults == {}


def test_the_clinics_reach_every_label(published):
    seen = {pair.label for summary in published.values() for pair in summary.answer.pairs}
    assert set(get_args(Label)) - seen <= {DEPENDS}


AHEAD = {"ahead": "group", "estimate": 0.3, "conf_low": 0.1, "conf_high": 0.5}
AHEAD |= {"narrow_low": 0.13, "narrow_high": 0.47, "times": None}


def test_the_sentence_for_a_pair_that_depends_on_adjustment_may_stand():
    gates = [gate_of("one_kind_of_rater")]
    for weighted in (-0.1, None):
        values = AHEAD | {"label": DEPENDS, "certainty": "suggestive", "weighted": weighted}
        said = answer.say_pair(*with_pair(gates, **values))
        assert find_faults(said.text) == []
        assert "not answered" in said.text


@pytest.mark.parametrize("unsettled", answer.UNSETTLED)
def test_why_a_difference_is_not_called_ahead_is_said(unsettled):
    values = AHEAD | {"label": RULES_OUT, "certainty": "clear", "unsettled": unsettled}
    text = answer.say_pair(*with_pair(**values)).text
    assert text.endswith(answer.UNSETTLED[unsettled].format(faster="faster"))
    assert find_faults(text) == []


def test_every_reason_of_every_gate_may_stand():
    for rule in gate_reasons._REASONS:
        for have in (15.0, None) if rule in ("few_children", "n_effective") else (15.0,):
            gate = gate_of(rule, have=have, need=20.0, format="group")
            said = gate_reasons.say_gate(stored(), gate)
            assert find_faults(said.text) == [], said.text


def test_fixed_texts_are_linted_too():
    texts = [*method.LIMITS, *DISCUSSION, *OF_ONE_FORMAT, answer.ALWAYS, answer.ADVICE]
    texts += [answer.give_question(stored())]
    texts += [text for _, _, text in cautions.NEXT_STEPS]
    texts += claims.CLAIMS.values()
    assert {text: find_faults(text) for text in texts if find_faults(text)} == {}


def test_titles_and_other_texts_hold_no_banned_word():
    slips = ("no full stop", "no capital letter", "a placeholder", "a hyphen", "a hedge")
    summary = stored()
    texts = [analyses.give_title(summary, id) for id in analyses.ANALYSIS_TITLES]
    texts += [analyses.give_estimand(summary, id) for id in analyses.ANALYSIS_TITLES]
    texts += [answer.TITLE, *answer.LABEL_TITLES.values(), *cautions.CAUTION_TITLES.values()]
    texts += [*FLOW_TITLES.values(), *TRAIT_TITLES.values()]
    texts += [title for _, title, _ in cautions.NEXT_STEPS]
    texts += [text for part in method.describe_trial(summary) for text in part]
    for text in texts:
        faults = [fault for fault in find_faults(text) if not fault.startswith(slips)]
        assert faults == [], text


def test_every_sentence_is_written_once_and_carries_its_rule(published):
    for summary in published.values():
        assert len(summary.texts) == len(summary.sentences)
        assert all(row.rule for row in summary.sentences)
        assert "always" in summary.texts


def test_the_numbers_in_the_words_of_a_pair_are_those_published(published):
    checked = 0
    for summary in published.values():
        for pair in summary.answer.pairs:
            if pair.label in (CANNOT_TELL, FASTER_IMPORTANT, FASTER_SIZE_UNCERTAIN):
                for end in (pair.conf_low, pair.conf_high):
                    assert f"{abs(end):.2f}" in summary.texts[f"pair.{pair.id}"]
                    checked += 1
    assert checked


def test_a_pair_that_cannot_be_compared_says_why_and_shows_no_estimate(published):
    for summary in published.values():
        for pair in summary.answer.pairs:
            if pair.label == NOT_COMPARABLE:
                text = summary.texts[f"pair.{pair.id}"]
                assert "cannot be compared: " in text
                assert pair.estimate is None
                assert not re.search(r"\d levels", text)


def test_an_ahead_sentence_names_its_range_and_what_was_allowed_for(published):
    found = 0
    for summary in published.values():
        for pair in summary.answer.pairs:
            if pair.label in (FASTER_IMPORTANT, FASTER_SIZE_UNCERTAIN):
                found += 1
                text = summary.texts[f"pair.{pair.id}"]
                assert "95% range" in text
                assert "differences we could see" in text
    assert found


def test_the_whole_answer_never_hides_a_pair_that_is_ahead(published):
    for summary in published.values():
        ahead = {p.ahead for p in summary.answer.pairs if p.label.startswith("faster")}
        clauses = re.split("[.;] ?", summary.texts["headline"].lower())
        said = [c.partition(" than in ")[0] for c in clauses if "goals moved further in " in c]
        for therapy_format in ahead:
            assert any(f"{therapy_format} therapy" in names for names in said)


def pair_of(this, than, label, ahead):
    first = stored().answer.pairs[0]
    values = {"this": this, "than": than, "id": f"{this}-{than}", "ahead": ahead}
    return change(first, label=label, certainty="clear", **values)


@pytest.mark.parametrize(
    ("label", "said"),
    [
        (FASTER_IMPORTANT, "Goals moved further in {both} than in individual therapy."),
        (RULES_OUT, "{Both} are about as fast as individual therapy, or faster."),
    ],
)
def test_formats_ahead_of_the_same_format_are_named_together(label, said):
    pairs = [pair_of(f, "individual", label, f) for f in ("group", "combined")]
    both = "group therapy and combined therapy"
    wanted = said.format(both=both, Both=f"G{both[1:]}")
    alone = change(stored(), answer=change(stored().answer, pairs=tuple(pairs)))
    assert say_headline(alone).text == wanted


def test_where_nothing_can_be_told_the_next_step_is_what_would_bring_an_answer():
    gates = [gate_of("missing", "attrition")]
    for label, step in ((CANNOT_TELL, "more"), (RULES_OUT, "missing")):
        summary, pair = with_pair(gates, label=label, times="two")
        alone = change(summary, answer=change(summary.answer, pairs=(pair,)))
        assert cautions.choose_next_step(alone)[0] == step


def test_adjusted_traits_are_listed_with_the_reason_for_those_left_out():
    dropped = tuple(Dropped(trait=trait, reason="no_room") for trait in ("severity", "site"))
    cohort = change(stored().cohort, adjusted_for=("attention",), not_adjusted_for=dropped)
    said = tell_cohort(change(stored(), cohort=cohort))[-1]
    assert said.text == (
        "Allowed for: attention. Not allowed for (no room): severity and place of therapy."
    )


def test_no_short_reason_breaks_the_rules_for_sentences():
    for reason in gate_reasons._SHORT_REASONS.values():
        assert find_faults(f"Lean on this lightly, because {reason}.") == []
