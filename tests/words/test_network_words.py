"""The sentences about several clinics: allowed words, numbers that are there, both ranges."""

import json
from dataclasses import replace

import pytest
from pooled_clinics import PAIRS, brought_of, given_of, network_of

from analysis.clinics.given import ATTAINED, MAIN, WITHIN, Brought
from analysis.clinics.publish import publish_network
from analysis.clinics.rows import spell_network
from analysis.vocabulary import (
    CANNOT_TELL,
    DEPENDS,
    FASTER_IMPORTANT,
    FASTER_SIZE_UNCERTAIN,
    NO_IMPORTANT_DIFFERENCE,
    NOT_COMPARABLE,
    RULES_OUT,
)
from analysis.wording import number
from analysis.words.linter import find_faults
from analysis.words.network import tell_network

SIX = ((0.0, 0.6), (0.02, 0.62), (-0.02, 0.58), (0.01, 0.61), (-0.01, 0.59), (0.0, 0.6))


def with_questions(given):
    goals = {id: Brought(20.0 * (k - 1), 4.0) for k, id in enumerate(PAIRS)}
    more = {WITHIN: brought_of((0.5, 0.1)), ATTAINED: goals}
    return [replace(one, brought={**one.brought, **more}) for one in given]


def rests_on_one():
    return [*network_of(*((0.0, 0.1),) * 5, error=0.5), given_of(9, (0.0, 0.6), 0.02)]


def never_met():
    given = network_of(*SIX)
    rows = [one.brought[MAIN] for one in given]
    return [
        replace(one, brought={MAIN: {PAIRS[k % 2]: own[PAIRS[k % 2]]}})
        for k, (one, own) in enumerate(zip(given, rows, strict=True))
    ]


def apart():
    return network_of(*((0.0, 0.7 + 0.35 * (-1) ** k) for k in range(12)), error=0.05)


STATES = {
    "ahead": lambda: with_questions(network_of(*SIX)),
    "behind": lambda: with_questions(network_of(*((-a, -b) for a, b in SIX))),
    "alike": lambda: network_of(*((0.0, 0.0),) * 6),
    "open": lambda: network_of(*((0.0, 0.2),) * 6, error=0.2),
    "wide": lambda: network_of(*SIX[:3], error=1.0),
    "rests on one": rests_on_one,
    "never met": never_met,
    "apart": apart,
    "differently adjusted": lambda: [
        replace(one, adjusted_for=("attention",) if k % 2 else ())
        for k, one in enumerate(network_of(*SIX))
    ],
}


def told_of(state, **changes):
    return tell_network(publish_network(STATES[state](), "reports", **changes))


def look_up(content, path):
    """Follow the path of a published number."""
    for part in path.split("."):
        if isinstance(content, list):
            content = next(one for one in content if one["id"] == part)
        else:
            content = content[part]
    return content


@pytest.mark.parametrize("state", STATES)
def test_every_sentence_may_stand_and_uses_numbers_that_are_published(state):
    summary = told_of(state)
    content = json.loads(spell_network(summary))
    ids = [sentence.id for sentence in summary.sentences]
    assert len(set(ids)) == len(ids)
    for sentence in summary.sentences:
        assert find_faults(sentence.text) == [], sentence.text
        assert "  " not in sentence.text
        for path in sentence.numbers:
            assert look_up(content, path) is not None, path


def test_every_label_is_told():
    labels = {pair.label for state in STATES for pair in told_of(state).questions[0].pairs}
    assert labels == {
        FASTER_IMPORTANT,
        FASTER_SIZE_UNCERTAIN,
        NO_IMPORTANT_DIFFERENCE,
        RULES_OUT,
        DEPENDS,
        CANNOT_TELL,
        NOT_COMPARABLE,
    }


def test_the_sentence_of_a_pair_names_who_is_ahead_by_how_much_and_in_how_many_clinics():
    forwards, backwards = (
        told_of(state).texts["pair.combined-individual"]
        for state in STATES
        if state in ("ahead", "behind")
    )
    assert "Over 6 clinics" in forwards
    assert "in combined therapy moved about 0.60 levels further" in forwards
    assert "in individual therapy moved about 0.60 levels further" in backwards
    assert "0.51 to 0.69" in forwards
    assert "0.51 to 0.69" in backwards


def test_beside_each_mean_stands_what_a_next_clinic_may_find():
    for state in STATES:
        summary = told_of(state)
        for pair in summary.questions[0].pairs:
            text = summary.texts.get(f"next.{pair.id}", "")
            assert bool(text) == pair.shown
            if pair.shown:
                assert number(abs(pair.next_low)) in text
                assert number(abs(pair.next_high)) in text


def test_a_headline_is_weakened_with_its_pairs():
    assert "Lean on this lightly" in told_of("apart").texts["headline"]
    assert "clinics differ much from each other" in told_of("apart").texts["pair.combined-group"]
    assert "lightly" not in told_of("ahead").texts["headline"]
    assert "not answered" in told_of("rests on one").texts["headline"]


def test_three_pairs_of_one_kind_are_one_headline():
    assert told_of("alike").texts["headline"].endswith("between the three formats.")
    assert told_of("wide").texts["headline"].endswith("cannot tell the three formats apart yet.")


def test_nothing_seen_between_clinics_is_not_told_as_nothing_there():
    text = told_of("alike").texts["spread"]
    assert "does not show that they are alike" in text
    assert "within" in told_of("apart").texts["spread"]


def test_a_settled_question_beside_the_main_one_reads_otherwise_than_an_open_one():
    texts = told_of("ahead").texts
    assert (
        "further every 12 weeks in group therapy than in individual"
        in texts["within.group-individual"]
    )
    assert "is not settled" in texts["within.combined-individual"]
    assert "which is not settled" in texts["attained.group-individual"]
    assert "20 more reach" in texts["attained.combined-group"]


def test_who_was_left_out_and_what_was_read_is_said():
    texts = told_of("alike", n_left_out=2).texts
    assert "2 clinics were left out on request" in texts["counts"]
    assert "no child's record" in texts["who"]
    records = tell_network(publish_network(STATES["alike"](), "records")).texts
    assert "Each clinic's records were read" in records["who"]
    assert "method.exact" in texts
    assert texts["who"] != records["who"]


def test_a_readers_own_clinic_inside_or_outside_is_told_without_a_verdict_on_it():
    given = network_of(*((0.0, 0.0),) * 8)
    given.append(given_of(9, (0.0, 2.5), 0.1))
    inside, outside = (
        tell_network(publish_network(given, "reports", own=own)).texts["own"]
        for own in (given[0], given[-1])
    )
    assert inside.startswith("Your own clinic fits among the others")
    told = tell_network(publish_network(given[:-1], "reports", own=given[-1])).texts["own"]
    assert "lies outside the range of clinics like these" in told
    assert outside
