"""Every sentence that a report can hold is read by the linter; and the linter is tested too."""

import re
from dataclasses import replace

import pandas as pd
import pytest
from small_clinics import balanced_clinic, invented_records, null_records, sample_study

from analysis.decisions import labels
from analysis.decisions.labels import FASTER_IMPORTANT, FASTER_SIZE_UNCERTAIN
from analysis.disclosure import protect
from analysis.settings import Settings
from analysis.study import run_study
from analysis.words import answer as sentences
from analysis.words import cautions, describe, method
from analysis.words import gate_reasons as reasons
from analysis.words.linter import find_faults, split_sentences

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
    return {name: protect(study).summary for name, study in studies.items()}


def every_text(part, path=""):
    """Give every text that stands under a key a reader sees."""
    if isinstance(part, dict):
        for key, value in part.items():
            yield from every_text(value, f"{path}.{key}")
    elif isinstance(part, list | tuple):
        for value in part:
            yield from every_text(value, path)
    elif isinstance(part, str):
        yield path, part


def test_no_sentence_of_any_clinic_claims_too_much(published):
    assert len(published) >= 31
    faults = [
        f"{name} {row['id']} {fault}: {row['text']}"
        for name, summary in published.items()
        for row in summary["sentences"]
        for fault in find_faults(row["text"])
    ]
    assert faults == []


def test_the_clinics_reach_every_label(published):
    seen = {p["label"] for s in published.values() for p in s["answer"]["pairs"]}
    assert set(labels.LABEL_TITLES) - seen <= {labels.DEPENDS}


GATE = {"gate": "measurement", "rule": "one_kind_of_rater", "format": "", "have": None}
GATE |= {"pair": "group-individual", "passed": False, "need": None, "smallest": 11}


def test_the_sentence_for_a_pair_that_depends_on_adjustment_may_stand():
    pair = {"id": "group-individual", "this": "group", "than": "individual", "ahead": "group"}
    pair |= {"label": labels.DEPENDS, "certainty": "suggestive", "estimate": 0.3}
    pair |= {"conf_low": 0.1, "conf_high": 0.5, "narrow_low": 0.13, "narrow_high": 0.47}
    pair |= {"more_children": 0, "more_groups": 0}
    for weighted in (-0.1, None):
        said = sentences.say_pair(pair | {"weighted": weighted}, 0.25, [GATE])
        assert find_faults(said.text) == []
        assert "not answered" in said.text


@pytest.mark.parametrize("unsettled", sentences.UNSETTLED)
def test_why_a_difference_is_not_called_ahead_is_said(unsettled):
    pair = {"id": "group-individual", "this": "group", "than": "individual", "ahead": "group"}
    pair |= {"label": labels.RULES_OUT, "certainty": "clear", "unsettled": unsettled}
    pair |= {"estimate": 0.3, "conf_low": 0.1, "conf_high": 0.5}
    pair |= {"more_children": 0, "more_groups": 0}
    text = sentences.say_pair(pair, 0.25).text
    assert text.endswith(f"{sentences.UNSETTLED[unsettled]}, that is not enough to call it ahead.")
    assert find_faults(text) == []


def test_every_reason_of_every_gate_may_stand():
    for rule in reasons.GATE_REASONS:
        for have in (15.0, None) if rule in ("few_children", "n_effective") else (15.0,):
            said = sentences.say_gate(
                GATE | {"rule": rule, "have": have, "need": 20.0, "format": "group"}
            )
            assert find_faults(said.text) == [], said.text


def test_fixed_texts_are_linted_too():
    texts = [*method.LIMITS, *method.DISCUSSION, sentences.ALWAYS]
    texts += [sentences.QUESTION.format(weeks=12)]
    texts += [text for _, _, text in cautions.NEXT_STEPS]
    assert {text: find_faults(text) for text in texts if find_faults(text)} == {}


def test_titles_and_other_texts_hold_no_banned_word(published):
    slips = ("no full stop", "no capital letter", "a placeholder", "a hyphen", "a hedge")
    for summary in published.values():
        shown = {k: v for k, v in summary.items() if k not in ("sentences", "certainty")}
        for path, text in every_text(shown):
            faults = [f for f in find_faults(text) if not f.startswith(slips)]
            assert faults == [], f"{path}: {text}"


def test_every_sentence_is_written_once_and_carries_its_rule(published):
    for summary in published.values():
        rows = pd.DataFrame(summary["sentences"])
        assert rows["id"].is_unique
        assert (rows["rule"] != "").all()
        assert "always" in set(rows["id"])


def rows_named(rows, name):
    """Give the rows that carry a name: as a value, or as their pair of formats."""
    pair = "{}-{}".format
    return [r for r in rows if name in map(str, (*r.values(), pair(r.get("this"), r.get("than"))))]


def look_up(summary, path):
    """Follow a path through names of parts, and of rows where a part is a list."""
    part = summary
    for name in path.split("."):
        if isinstance(part, dict) and name not in part:
            part = [row for rows in part.values() if isinstance(rows, list) for row in rows]
        if isinstance(part, list) and len(part) == 1 and name in part[0]:
            part = part[0][name]
        elif isinstance(part, list):
            part = rows_named(part, name)
            assert part, f"{path} leads nowhere"
        else:
            part = part[name]
    return part


def test_every_number_a_sentence_names_is_published(published):
    for summary in published.values():
        for row in summary["sentences"]:
            for path in row["numbers"]:
                look_up(summary, path)


def test_the_numbers_in_the_words_of_a_pair_are_those_published(published):
    checked = 0
    for summary in published.values():
        for pair in summary["answer"]["pairs"]:
            if pair["label"] in ("cannot_tell", FASTER_IMPORTANT, FASTER_SIZE_UNCERTAIN):
                for name in ("conf_low", "conf_high"):
                    assert f"{abs(pair[name]):.2f}" in pair["sentence"]
                    checked += 1
    assert checked


def test_a_pair_that_cannot_be_compared_says_why_and_shows_no_estimate(published):
    for summary in published.values():
        for pair in summary["answer"]["pairs"]:
            if pair["label"] == labels.NOT_COMPARABLE:
                assert "cannot be compared: " in pair["sentence"]
                assert pair["estimate"] is None
                assert not re.search(r"\d levels", pair["sentence"])


def test_an_ahead_sentence_names_its_range_and_what_was_allowed_for(published):
    found = 0
    for summary in published.values():
        for pair in summary["answer"]["pairs"]:
            if pair["label"] in (FASTER_IMPORTANT, FASTER_SIZE_UNCERTAIN):
                found += 1
                assert "95% range" in pair["sentence"]
                assert "differences we could see" in pair["sentence"]
    assert found


def test_the_whole_answer_never_hides_a_pair_that_is_ahead(published):
    for summary in published.values():
        ahead = {p["ahead"] for p in summary["answer"]["pairs"] if p["label"].startswith("faster")}
        clauses = summary["answer"]["headline"].lower().split("; ")
        said = [c.partition(" than in ")[0] for c in clauses if "goals moved further in " in c]
        for therapy_format in ahead:
            assert any(f"{therapy_format} therapy" in names for names in said)


def pair_of(this, than, label, ahead=""):
    return {"this": this, "than": than, "label": label, "ahead": ahead, "certainty": "clear"}


@pytest.mark.parametrize(
    ("label", "said"),
    [
        (FASTER_IMPORTANT, "Goals moved further in {both} than in individual therapy."),
        (labels.RULES_OUT, "{Both} were not importantly behind individual therapy."),
    ],
)
def test_formats_ahead_of_the_same_format_are_named_together(label, said):
    pairs = [pair_of(f, "individual", label, f) for f in ("group", "combined")]
    both = "group therapy and combined therapy"
    wanted = said.format(both=both, Both=f"G{both[1:]}")
    assert sentences.say_headline(pairs).text == wanted


def test_where_nothing_can_be_told_the_next_step_is_what_would_bring_an_answer():
    pairs = [pair_of("group", "individual", labels.CANNOT_TELL) | {"more_children": 80}]
    assert cautions.choose_next_step(pairs, ["missing"]).sentence.rule == "next_step.more"
    pairs[0]["label"] = labels.RULES_OUT
    assert cautions.choose_next_step(pairs, ["missing"]).sentence.rule == "next_step.missing"


def test_adjusted_traits_are_listed_with_the_reason_for_those_left_out():
    said = describe.say_adjusted(["attention"], {"severity": "no room", "site 2": "no room"})
    assert said.text == (
        "Allowed for: attention. Not allowed for (no room): severity and place of therapy."
    )
