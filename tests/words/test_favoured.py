"""Of a format that a fault favours it is said why it may look ahead, and never that it is."""

import pytest
from stored_summaries import gate_of, with_pair

from analysis.decisions.favoured import FAVOURS
from analysis.vocabulary import CANNOT_TELL, RULES_OUT
from analysis.words.answer import say_pair
from analysis.words.cautions import choose_next_step
from analysis.words.linter import find_faults

NUMBERS = {"estimate": 0.3, "conf_low": 0.1, "conf_high": 0.5}
NUMBERS |= {"narrow_low": 0.13, "narrow_high": 0.47, "times": None}
NUMBERS |= {"certainty": "suggestive", "unsettled": "favoured"}
LEFT = gate_of("left_after_success", "leaving", format="group", favours=("group",))
RATERS = gate_of("raters_differ", "raters", favours=("individual", "group"))
WEAK = gate_of("mostly_own_raters", need=0.5)


def test_the_favoured_format_is_named_with_the_reason_before_the_numbers():
    said = say_pair(*with_pair([LEFT, WEAK], label=CANNOT_TELL, ahead=None, **NUMBERS))
    assert (
        "Group therapy may look further ahead than it is, because families in group therapy often "
        "left once goals were met. As recorded, "
    ) in said.text
    assert "0.10 to 0.50" in said.text
    assert said.rule == "cannot_tell.favoured"
    assert find_faults(said.text) == []


def test_both_formats_are_doubted_where_nobody_knows_the_direction():
    said = say_pair(*with_pair([RATERS], label=CANNOT_TELL, ahead=None, **NUMBERS))
    assert "Either may look further ahead than it is, because other people rated" in said.text
    assert find_faults(said.text) == []


@pytest.mark.parametrize(("ahead", "no_sign"), [("individual", "faster"), ("group", "slower")])
def test_what_is_ruled_out_against_the_favoured_format_stands_without_how_far(ahead, no_sign):
    said = say_pair(*with_pair([LEFT], label=RULES_OUT, ahead=ahead, **NUMBERS))
    assert said.text.startswith(f"No sign that group therapy is {no_sign} than individual")
    assert "90% range 0.13 to 0.47" in said.text
    assert "up to" not in said.text
    assert "these records cannot tell: group therapy may look further ahead" in said.text
    assert find_faults(said.text) == []


def test_the_remedy_of_a_fault_comes_before_more_children():
    values = NUMBERS | {"label": CANNOT_TELL, "ahead": None}
    summary, _ = with_pair([LEFT], **values)
    assert choose_next_step(summary)[0] == "missing"
    terms = gate_of("terms_not_recorded", "adjustment")
    assert choose_next_step(with_pair([terms], **values)[0])[0] == "terms"
    assert choose_next_step(with_pair([terms, LEFT], **values)[0])[0] == "missing"


@pytest.mark.parametrize("rule", FAVOURS)
def test_every_fault_names_its_format_in_a_sentence_that_may_stand(rule):
    gate = gate_of(rule, format="group", have=6.0, need=2.0, favours=("group",))
    said = say_pair(*with_pair([gate], label=CANNOT_TELL, ahead=None, **NUMBERS))
    assert find_faults(said.text) == []
    assert rule == "raters_differ" or "group therapy" in said.text.partition("because ")[2]
