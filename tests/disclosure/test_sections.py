"""The second line through the door: what may be shown, said, and what is withheld. About 15 s."""

import functools
import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from small_clinics import (
    balanced_clinic,
    invented_records,
    poor,
    sample_study,
    without_columns,
)

from analysis.decisions import labels
from analysis.decisions.other_pairs import decide_other
from analysis.disclosure.attainment import publish_soon
from analysis.disclosure.effort import publish_effort
from analysis.disclosure.release import protect
from analysis.disclosure.rules import show_count
from analysis.disclosure.subgroups import publish_depends
from analysis.records.schema import FORMATS
from analysis.study import run_study
from analysis.words import attainment as soon_words
from analysis.words import credibility
from analysis.words import effort as effort_words
from analysis.words import subgroups as depends_words
from analysis.words.linter import find_faults
from analysis.words.sentence import SentenceBook

SECTIONS = ("depends", "soon", "effort")


@functools.cache
def sample():
    return protect(sample_study()).summary


@functools.cache
def unlike():
    """A clinic in which a child's needs decide the format, so that no format has counterparts."""
    records = invented_records(10, n_children=200, indication=4, availability_share=0)
    study = run_study(records)
    return study, sections_of(study)[0]


def sections_of(study):
    book = SentenceBook()
    found = {
        "depends": publish_depends(study, book),
        "soon": publish_soon(study, book),
        "effort": publish_effort(study, book),
    }
    return found, book.rows()


def in_section(row):
    return row["id"].split(".")[0] in SECTIONS


def numbers_in(part):
    if isinstance(part, dict):
        for value in part.values():
            yield from numbers_in(value)
    elif isinstance(part, list):
        for value in part:
            yield from numbers_in(value)
    elif isinstance(part, float | int) and not isinstance(part, bool):
        yield part


def test_the_sample_answers_every_part():
    summary = sample()
    assert summary["depends"]["within_child"]["headline"]
    assert len(summary["depends"]["domains"]["rows"]) == 18
    assert {row["format"] for row in summary["soon"]["shares"]} == set(FORMATS)
    assert {row["measure"] for row in summary["effort"]["means"]} >= {"per_session", "per_hour"}
    assert summary["effort"]["home_practice"]["shown"]


def test_every_number_is_rounded_as_the_rules_ask():
    for name in SECTIONS:
        for value in numbers_in(sample()[name]):
            assert value == pytest.approx(round(value, 3), abs=1e-12)
    for row in sample()["soon"]["shares"]:
        assert all(isinstance(row[k], int) for k in ("of_100", "low", "high"))
    for row in sample()["depends"]["within_child"]["rates"]:
        assert row["n_children"] % 5 == 0
    for row in sample()["depends"]["domains"]["children"]:
        assert all(row[f] % 5 == 0 for f in FORMATS)
    for row in sample()["effort"]["means"]:
        if row["measure"] in ("sessions", "hours"):
            assert row["estimate"] == round(row["estimate"])


def test_counts_are_those_of_the_study_to_the_nearest_five():
    study = sample_study()
    means = study.depends.kinds.within_child.means
    for row in sample()["depends"]["within_child"]["rates"]:
        assert row["n_children"] == show_count(
            means.loc[row["format"], "n_children"], study.settings
        )


def test_a_count_that_tells_how_few_the_others_are_is_held_back():
    study = sample_study()
    within = study.depends.kinds.within_child
    n_all = (study.cohort.table["format"] == "group").sum()
    n_children = within.by_format["n_children"].copy()
    for left_out, shown in ((4, False), (0, True), (study.settings.smallest_cell, True)):
        n_children[FORMATS.index("group")] = n_all - left_out
        fewer = replace(within, by_format=within.by_format | {"n_children": n_children})
        kinds = replace(study.depends.kinds, within_child=fewer)
        found, _ = sections_of(replace(study, depends=replace(study.depends, kinds=kinds)))
        part = found["depends"]["within_child"]
        row = next(r for r in part["rates"] if r["format"] == "group")
        assert (row["n_children"] is not None) == shown
        assert part["counts"].startswith("About" if shown else "In some formats nearly all")


def test_a_predicted_rate_needs_enough_children_of_every_format_near_it():
    study = sample_study()
    trait = study.depends.traits["attention"]
    near = trait.predicted.assign(
        n_children=np.where(
            (trait.predicted["level"] == "high") & (trait.predicted["format"] == "group"),
            study.settings.smallest_cell - 1,
            trait.predicted["n_children"],
        )
    )
    poorer = replace(trait, predicted=near)
    depends = replace(study.depends, traits={**study.depends.traits, "attention": poorer})
    found, _ = sections_of(replace(study, depends=depends))
    shown = {(row["format"], row["level"]) for row in found["depends"]["traits"][0]["predicted"]}
    assert {level for _, level in shown} == {"low", "middle"}
    assert len(shown) == 6


def test_an_area_of_life_with_a_small_cell_is_not_printed():
    study = sample_study()
    counts = study.depends.domains.children.copy()
    counts.loc["motor", "group"] = study.settings.smallest_cell - 1
    domains = replace(study.depends.domains, children=counts)
    found, _ = sections_of(replace(study, depends=replace(study.depends, domains=domains)))
    assert "motor" not in {row["domain"] for row in found["depends"]["domains"]["rows"]}
    assert "motor" not in {row["domain"] for row in found["depends"]["domains"]["children"]}


def test_no_child_level_frame_reaches_the_summary():
    assert "episode_id" not in str(sample())
    assert "C001" not in str(sample())


def test_every_sentence_keeps_the_house_rules():
    clinics = [sample()["sentences"], poor()[1]["sentences"]]
    for seed, n in ((1, 60), (2, 90), (3, 120)):
        clinics.append(sections_of(run_study(invented_records(seed, n_children=n)))[1])
    said = [row["text"] for row in itertools.chain(*clinics) if in_section(row)]
    assert {text: find_faults(text) for text in said if find_faults(text)} == {}
    assert len(said) > 100


def test_a_clinic_without_sessions_traits_or_practice_is_told_what_it_cannot_know():
    _, summary = poor()
    assert "because the table of sessions is missing or empty" in summary["effort"]["withheld"]
    assert summary["effort"]["means"] == []
    for trait in summary["depends"]["traits"]:
        assert trait["predicted"] == []
        assert "cannot be answered with these records, because" in trait["sentence"]
    practice = summary["effort"]["home_practice"]
    assert not practice["shown"]
    assert "because the table of home practice is missing or empty" in practice["sentence"]


def test_the_within_child_test_stands_where_the_main_comparison_is_withheld():
    """Children compared with themselves need no likeness between the formats."""
    study, summary = unlike()
    assert all(d.label == labels.NOT_COMPARABLE for d in study.findings.decisions)
    assert summary["depends"]["within_child"]["headline"]
    assert summary["depends"]["domains"]["rows"] == []
    assert summary["soon"]["shares"] == []
    assert all(not p["shown"] for k in summary["depends"]["kinds"] for p in k["pairs"])


def test_a_tiny_clinic_prints_no_number_of_the_second_line():
    study = run_study(balanced_clinic({"individual": 12, "group": 12, "combined": 12}))
    found, _ = sections_of(study)
    assert found["depends"]["within_child"]["withheld"]
    assert found["soon"]["withheld"]
    assert found["effort"]["withheld"]
    shown = [p["estimate"] for p in found["depends"]["within_child"]["pairs"]]
    assert shown == [None, None, None]


def test_groups_not_recorded_withhold_the_within_child_test_too():
    records = without_columns(invented_records(5, n_children=200), "group_id")
    found, rows = sections_of(run_study(records))
    within = found["depends"]["within_child"]
    assert within["headline"] is None
    text = next(r["text"] for r in rows if r["id"] == "depends.within.group-individual")
    assert "group_id" in text


def test_the_headline_is_about_the_claimed_pair_not_the_one_that_differs_most():
    pairs = [
        {"id": "group-individual", "shown": True, "estimate": 0.01},
        {"id": "combined-individual", "shown": True, "estimate": 0.9},
    ]
    assert depends_words.choose_claimed(pairs)["id"] == "group-individual"
    pairs[0]["shown"] = False
    assert depends_words.choose_claimed(pairs)["id"] == "combined-individual"
    assert depends_words.choose_claimed([{**p, "shown": False} for p in pairs]) is None


def pair_of(label, low, high, ahead=None):
    middle = (low + high) / 2
    return {
        "id": "group-individual",
        "this": "group",
        "than": "individual",
        "shown": True,
        "label": label,
        "ahead": ahead,
        "estimate": middle,
        "conf_low": low,
        "conf_high": high,
        "narrow_low": low + 0.02,
        "narrow_high": high - 0.02,
    }


CASES = (
    (labels.FASTER_IMPORTANT, 0.3, 0.8, "group", "in group therapy than in individual therapy"),
    (labels.FASTER_SIZE_UNCERTAIN, -0.8, -0.1, "individual", "in individual therapy than in group"),
    (labels.NO_IMPORTANT_DIFFERENCE, -0.2, 0.2, None, "by less than 0.25 levels"),
    (labels.RULES_OUT, -0.2, 0.6, "group", "cannot be told apart"),
    (labels.CANNOT_TELL, -0.6, 0.6, None, "anywhere from 0.60 levels in favour of individual"),
)


@pytest.mark.parametrize(("label", "low", "high", "ahead", "words"), CASES)
def test_each_label_has_its_words_and_number_first(label, low, high, ahead, words):
    pair = pair_of(label, low, high, ahead)
    within = depends_words.say_within_pair(pair, 0.25, None)
    assert words in within.text
    assert within.rule == f"within.{label}"
    trait = {"id": "attention", "low": 2.0, "high": 4.0, "reason": None}
    told = depends_words.say_trait(trait, pair, 0.25)
    for sentence in (within, told):
        assert find_faults(sentence.text) == []
        assert "from a rating of 2 to one of 4" in told.text


def test_a_range_on_one_side_of_zero_is_told_from_near_to_far():
    text = depends_words.say_within_pair(pair_of(labels.CANNOT_TELL, -0.9, -0.1), 0.25, None).text
    assert "from 0.10 to 0.90 levels in favour of individual therapy" in text


@pytest.mark.parametrize(
    ("difference", "low", "high", "words"),
    [
        (13, 5, 22, "about 13 more were at the expected level in group therapy than in individual"),
        (
            -13,
            -22,
            -5,
            "about 13 more were at the expected level in individual therapy than in group",
        ),
        (3, -6, 12, "anywhere from 6 more in individual therapy to 12 more in group therapy"),
    ],
)
def test_goals_of_a_hundred_are_told_for_the_format_with_more(difference, low, high, words):
    pair = {"id": "group-individual", "this": "group", "than": "individual", "shown": True}
    pair |= {"difference": difference, "low": low, "high": high}
    sentence = soon_words.say_share_pair(24, pair, None)
    assert words in sentence.text
    assert find_faults(sentence.text) == []


def net_rows(*numbers):
    return [
        {
            "this": "group",
            "than": "individual",
            "hours_per_level": 10.0 * k,
            "estimate": middle,
            "conf_low": low,
            "conf_high": high,
        }
        for k, (middle, low, high) in enumerate(numbers)
    ]


@pytest.mark.parametrize(
    ("rows", "present", "absent"),
    [
        (
            ((7, 5, 8), (5, 2, 8), (3, -3, 9)),
            "held worth up to 10 therapist hours",
            "cannot be told",
        ),
        (((7, 5, 8), (5, 2, 8), (3, 1, 9)), "A child in group therapy took about 7", "outweighs"),
        (
            ((-7, -8, -5), (-9, -12, -6), (2, -3, 9)),
            "A child in individual therapy took about 7",
            "told apart",
        ),
        (((1, -2, 4), (2, -2, 6), (3, 1, 5)), "cannot be told apart", "outweighs"),
        (((7, 5, 8), (2, -2, 6), (-9, -12, -5)), "therapist hours less", "outweighs"),
    ],
)
def test_net_benefit_is_told_up_to_where_the_records_can_tell(rows, present, absent):
    text = effort_words.say_net(net_rows(*rows)).text
    assert present in text
    assert absent not in text
    assert find_faults(text) == []


@pytest.mark.parametrize(
    ("estimate", "low", "high", "words"),
    [
        (0.3, 0.1, 0.5, "every 12 weeks faster"),
        (-0.3, -0.5, -0.1, "0.30 levels every 12 weeks slower (95% range 0.10 to 0.50)"),
        (0.1, -0.1, 0.3, "cannot tell whether progress goes with practice"),
    ],
)
def test_practice_is_told_as_an_association(estimate, low, high, words):
    row = {"estimate": estimate, "conf_low": low, "conf_high": high, "n_children": 130}
    text = effort_words.say_practice(row, 30).text
    assert words in text
    assert "This is an association" in text
    assert find_faults(text) == []


SUPPORTS, WEAKENS, UNDERMINES = (
    credibility.SUPPORTS,
    credibility.WEAKENS,
    credibility.UNDERMINES,
)


def test_no_card_is_rated_above_moderate_and_more_doubt_never_lifts_it():
    order = {name: k for k, name in enumerate(credibility.RATINGS)}
    ways = (SUPPORTS, WEAKENS, UNDERMINES)
    for counts in itertools.product(ways, repeat=4):
        rating = order[credibility.rate_card(list(counts))]
        assert rating <= order["moderate"]
        for i in range(4):
            if counts[i] == SUPPORTS:
                for doubt in (WEAKENS, UNDERMINES):
                    worse = [*counts[:i], doubt, *counts[i + 1 :]]
                    assert order[credibility.rate_card(worse)] <= rating


@pytest.mark.parametrize(
    ("p_value", "estimate", "within", "rating"),
    [
        (0.001, 0.4, True, "moderate"),
        (0.001, -0.4, True, "low"),
        (0.04, 0.4, True, "moderate"),
        (0.001, 0.4, False, "low"),
        (0.04, -0.4, False, "very low"),
        (0.3, 0.4, True, ""),
        (None, None, True, ""),
    ],
)
def test_cards_are_filled_from_the_analysis(p_value, estimate, within, rating):
    card = credibility.fill_card("kind", "the kind of goal", p_value, estimate, within_child=within)
    assert card.rating == rating
    assert bool(card.items) == bool(rating)
    assert find_faults(card.sentence.text) == []
    for item in card.items:
        assert item.counts in (SUPPORTS, WEAKENS, UNDERMINES)


def test_a_pair_blocked_in_the_main_comparison_is_blocked_between_children_only():
    study, _ = unlike()
    kinds = study.depends.kinds
    table = study.cohort.table[study.cohort.table["n_skill"] > 0]
    between = decide_other(kinds.kinds["skill"], table, study.settings, study.findings.decisions)
    assert {d.label for d in between} == {labels.NOT_COMPARABLE}
    assert all(d.blocked_by for d in between)
    within = decide_other(kinds.within_child, kinds.children, study.settings)
    assert labels.NOT_COMPARABLE not in {d.label for d in within}


def test_a_scale_multiplies_what_is_held_against_the_margin():
    study = sample_study()
    trait = study.depends.traits["attention"]
    rated = study.cohort.table[study.cohort.table["attention"].notna()]
    row = trait.comparison.pair("group", "individual")
    for scale in (0.01, 1.0, 2.0):
        found = decide_other(trait.comparison, rated, study.settings, scale=scale)[0]
        expected = labels.decide_label(
            scale * row["estimate"], scale * row["std_error"], row["df"], study.settings
        )
        assert found.label == expected.name
    tiny = decide_other(trait.comparison, rated, study.settings, scale=0.01)[0]
    assert tiny.label == labels.NO_IMPORTANT_DIFFERENCE


def test_time_of_a_format_without_a_comparable_partner_is_not_printed():
    study = sample_study()
    effort = study.effort
    few = effort.means.assign(
        n_children=np.where(effort.means["format"] == "group", 5, effort.means["n_children"])
    )
    found, _ = sections_of(replace(study, effort=replace(effort, means=few)))
    assert found["effort"]["means"] == []
    assert "Too few children" in found["effort"]["withheld"].replace("too few", "Too few")


def test_practice_of_few_families_keeps_its_minutes_to_itself():
    study = sample_study()
    few = study.practice.usual.head(6)
    found, rows = sections_of(replace(study, practice=replace(study.practice, usual=few)))
    assert found["effort"]["home_practice"]["usual_minutes"] is None
    text = next(r["text"] for r in rows if r["id"] == "effort.usual_practice")
    assert "Too few families" in text


def test_estimands_are_quoted_and_frames_stay_as_they_were():
    study = sample_study()
    before = study.depends.domains.table.copy(deep=True)
    sections_of(study)
    pd.testing.assert_frame_equal(study.depends.domains.table, before)
    assert (
        sample()["depends"]["within_child"]["estimand"] == study.depends.kinds.within_child.estimand
    )


def test_results_introduce_themselves_without_a_row_about_a_child():
    study = sample_study()
    for result in (study.depends, study.attainment, study.effort, study.practice):
        assert "about" in repr(result)
        assert "C0" not in repr(result)
        assert "C0" not in result._repr_html_()
        assert len(repr(result)) < 600
    poorer, _ = poor()
    assert "withheld. The table of sessions" in repr(poorer.effort)
    assert "withheld. This trait was rated" in repr(poorer.depends)
