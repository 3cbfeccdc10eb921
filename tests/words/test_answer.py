"""The answer on page 1: one subject, one sign, one reason; and clinics with fewer formats."""

import re

import pytest
from stored_summaries import change, gate_of, stored, with_pair

from analysis.audit.contradictions import find_contradictions
from analysis.vocabulary import (
    CANNOT_TELL,
    DEPENDS,
    FASTER_IMPORTANT,
    FASTER_SIZE_UNCERTAIN,
    NOT_COMPARABLE,
    RULES_OUT,
)
from analysis.words import answer, cautions
from analysis.words.discussion import list_discussion
from analysis.words.headline import say_headline
from analysis.words.missing import tell_missing
from analysis.words.tell import tell

AHEAD = {"ahead": "group", "estimate": 0.3, "conf_low": 0.1, "conf_high": 0.5}
AHEAD |= {"narrow_low": 0.13, "narrow_high": 0.47, "times": None}
BEHIND = {"ahead": "individual", "estimate": -0.3, "conf_low": -0.5, "conf_high": -0.1}
BEHIND |= {"narrow_low": -0.47, "narrow_high": -0.13, "certainty": "clear"}


@pytest.mark.parametrize(
    ("label", "said"),
    [
        (FASTER_IMPORTANT, "Children in group therapy moved about 0.30 levels less"),
        (FASTER_SIZE_UNCERTAIN, "Children in group therapy moved about 0.30 levels less"),
        (
            RULES_OUT,
            "No sign that group therapy is faster than individual therapy; it may be slower",
        ),
        (DEPENDS, "Group therapy less individual therapy is −0.30 levels"),
        (CANNOT_TELL, "group therapy could be slower by 0.10 to 0.50 levels"),
    ],
)
def test_sentence_title_and_range_speak_of_the_first_format_whoever_is_ahead(label, said):
    summary, pair = with_pair(**BEHIND, label=label)
    text = answer.say_pair(summary, pair).text
    ends = ("−0.47", "−0.13") if label == RULES_OUT else ("−0.50", "−0.10")
    assert said in text
    assert f"range {ends[0]} to {ends[1]}" in text
    told = tell(summary)
    assert label not in (FASTER_SIZE_UNCERTAIN, RULES_OUT) or find_contradictions(told) == []
    if label not in (CANNOT_TELL, DEPENDS):
        assert "slower" in answer.title_pair(pair).lower()
        assert "faster" not in answer.title_pair(pair).lower()


def test_what_a_range_still_holds_is_not_said_to_show_no_sign():
    wide = AHEAD | {"label": RULES_OUT, "certainty": "clear", "narrow_low": -0.2}
    assert "slower than individual therapy by enough to matter" in (
        answer.say_pair(*with_pair(**wide)).text
    )
    clear = answer.say_pair(*with_pair(**wide | {"narrow_low": 0.0})).text
    assert "No sign that group therapy is slower than individual therapy; it may be" in clear


def test_a_result_that_is_held_back_is_stated_nowhere():
    for label in (FASTER_IMPORTANT, RULES_OUT, CANNOT_TELL):
        hidden = dict.fromkeys((*AHEAD, "weighted"), None)
        summary, pair = with_pair(label=label, certainty="clear", shown=False, **hidden)
        pairs = (pair, *(change(p, label=NOT_COMPARABLE) for p in summary.answer.pairs[1:]))
        alone = change(summary, answer=change(summary.answer, pairs=pairs[:1]))
        said = [answer.title_pair(pair), answer.say_pair(summary, pair).text]
        said += [say_headline(alone).text, say_headline(alone).rule]
        for text in said:
            assert not re.search("faster|slower|further|important|cannot tell", text), text
        assert "kept back" in say_headline(alone).text


def test_the_headline_gives_the_first_reasons_to_lean_on_it_lightly():
    values = AHEAD | {"label": FASTER_IMPORTANT, "certainty": "suggestive"}
    rules = ("many_missing", "one_group", "one_kind_of_rater")
    gates = [gate_of(rule, format="group", have=80.0) for rule in rules]
    text = say_headline(with_pair(gates[:1], **values)[0]).text
    assert text.endswith("Lean on this lightly, because many children left before the end.")
    text = say_headline(with_pair(gates, **values)[0]).text
    assert text.endswith("one group supplies most of a format (more stands beside each pair).")
    assert "Lean" not in say_headline(with_pair(gates, **values | {"certainty": "clear"})[0]).text


def only(*formats):
    """Give the stored sample as of a clinic that has these formats only."""
    pairs = tuple(
        pair
        if {pair.this, pair.than} <= set(formats)
        else change(pair, label=NOT_COMPARABLE, **dict.fromkeys(AHEAD), certainty=None, shown=False)
        for pair in stored().answer.pairs
    )
    absent = [name for name in stored().formats if name not in formats]
    gates = tuple(
        change(gate_of("absent", "describe", format=name, have=0.0, need=15.0), pair=pair.id)
        for name in absent
        for pair in pairs
        if name in (pair.this, pair.than)
    )
    summary = change(stored(), answer=change(stored().answer, pairs=pairs))
    return tell(change(summary, method=change(summary.method, gates=gates)))


def test_a_clinic_with_two_formats_is_told_of_these_two():
    told = only("individual", "group")
    assert answer.give_question(told).count("combined") == 0
    assert "group therapy than in individual therapy" in answer.give_question(told)
    assert "combined" not in told.texts["headline"].lower()
    assert len(answer.list_shortly(told)) == 1
    for name in ("caution.missing", "next_step"):
        assert "combined" not in told.texts[name]


def test_a_clinic_with_one_format_is_told_its_own_course():
    told = only("individual")
    assert told.texts["headline"].startswith("All children here had individual therapy")
    assert told.texts["missing.needed"].startswith("This report compares once there are records")
    assert cautions.choose_next_step(told)[0] == "course"
    shown = [told.texts[name] for name in ("headline", "missing.needed", "next_step", "counts")]
    assert not any("cannot be compared" in text for text in shown)
    assert list_discussion(told) != list_discussion(stored())


def test_a_clinic_that_cannot_compare_is_told_the_numbers_to_reach():
    summary = stored()
    pairs = tuple(change(p, label=NOT_COMPARABLE, estimate=None) for p in summary.answer.pairs)
    gates = (
        gate_of("few_children", "describe", format="group", have=12.0, need=15.0),
        gate_of("groups_not_recorded", "compare", format="group"),
    )
    method_part = change(summary.method, gates=gates)
    closed = change(summary, answer=change(summary.answer, pairs=pairs), method=method_part)
    needed = summary.answer.needed
    said = [sentence.text for sentence in tell_missing(closed)]
    assert f"at least {needed.n_children} children" in said[0]
    assert f"at least {needed.n_groups} therapy groups" in said[0]
    assert said[1].startswith("Group and individual therapy: the therapy group of children")
    assert tell_missing(summary) == []
