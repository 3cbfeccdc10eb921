"""The page for families: page 1 in easier words, all that a decision aid owes, and no more."""

import functools
import itertools
import re
from dataclasses import replace

import numpy as np
import pytest
from example_summaries import BY_NAME, example_summary
from family_reader import (
    find_conflicts,
    is_false_claim,
    list_lines,
    measure_grade,
    read_line,
)
from stored_summaries import change, stored

from analysis.audit import statements
from analysis.disclosure.release import protect
from analysis.records.load import records_from_tables
from analysis.settings import Settings
from analysis.simulation.clinic import simulate_clinic
from analysis.simulation.design import NO_DIFFERENCE, ClinicDesign
from analysis.simulation.truth import true_contrasts
from analysis.study import run_study
from analysis.vocabulary import AHEAD, CANNOT_TELL, NOT_COMPARABLE, RULES_OUT
from analysis.words.credibility import RATINGS, fill_cards
from analysis.words.family import VALUES, tell_family
from analysis.words.family_factors import CANNOT_SAY, HINT, NOT_ASKED, QUESTIONS, SHOW
from analysis.words.linter import find_faults
from analysis.words.tell import tell

MOST_GRADE = 6.0
NULL = replace(ClinicDesign(n_children=120), **NO_DIFFERENCE)
LABELS = (
    *AHEAD,
    RULES_OUT,
    "no_important_difference",
    CANNOT_TELL,
    "depends_on_adjustment",
    NOT_COMPARABLE,
)


@functools.cache
def summary_of(name):
    return tell(stored(name)) if name in ("sample", "small") else example_summary(name)


def page_of(name="sample"):
    return tell_family(summary_of(name))


def with_pairs(labels, turned=False, certainty="clear", whole=None):
    """Give the told sample with other labels of its pairs; ahead is the first, or the second."""
    whole = whole or stored()
    pairs = tuple(
        change(
            pair,
            label=label,
            ahead=(pair.than if turned else pair.this) if label in (*AHEAD, RULES_OUT) else None,
            certainty=certainty,
        )
        for pair, label in zip(whole.answer.pairs, labels, strict=True)
    )
    return tell(change(whole, answer=change(whole.answer, pairs=pairs)))


def with_trait(**changes):
    """Give the sample whose pair that attention is asked of has other values."""
    part = stored().subgroups
    first, *others = part.traits
    pairs = (change(first.pairs[0], **changes), *first.pairs[1:])
    traits = (change(first, pairs=pairs), *others)
    return change(stored(), subgroups=change(part, traits=traits))


def with_practice(**changes):
    effort = stored().effort
    practice = change(effort.home_practice, **changes)
    return change(stored(), effort=change(effort, home_practice=practice))


def with_claim(**changes):
    claims = stored().claims
    rows = tuple(change(r, **changes) if r.id == "H5" else r for r in claims.rows)
    return change(stored(), claims=change(claims, rows=rows))


def mark_of(summary, id):
    return next(f.mark for f in tell_family(tell(summary)).factors if f.id == id)


ALL = ("sample", "small", *BY_NAME)


@pytest.mark.parametrize("name", ALL)
def test_a_sixth_grader_can_read_the_page_and_what_it_says_of_gaps(name):
    page = page_of(name)
    assert measure_grade([s.text for s in page.sentences]) <= MOST_GRADE
    assert measure_grade([s.text for s in page.sure]) <= MOST_GRADE


def test_the_measure_of_reading_tells_hard_words_from_easy_ones():
    assert measure_grade(["The cat sat on the mat."]) < 1
    assert measure_grade(["Heterogeneity of covariate distributions necessitates weighting."]) > 20


@pytest.mark.parametrize("name", ALL)
def test_no_sentence_of_the_page_advises_ranks_or_hides(name):
    faults = {s.text: find_faults(s.text) for s in page_of(name).sentences}
    assert {text: found for text, found in faults.items() if found} == {}


@pytest.mark.parametrize("name", ALL)
def test_no_line_says_of_a_pair_what_page_1_does_not(name):
    assert find_conflicts(summary_of(name), page_of(name)) == []


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("certainty", ["clear", "suggestive"])
def test_every_label_is_read_as_page_1_has_it(turned, certainty):
    for labels in itertools.product(LABELS, repeat=3):
        summary = with_pairs(labels, turned, certainty)
        page = tell_family(summary)
        assert find_conflicts(summary, page) == [], labels
        claims = [c for line in list_lines(page) for c in read_line(line)]
        of_pairs = [c for c in claims if c[0] in ("faster", "alike", "not_behind")]
        said = [x for x in labels if x in (*AHEAD, RULES_OUT, "no_important_difference")]
        assert len(of_pairs) == len(said), labels
        light = any("lightly" in s.text for s in page.sure)
        assert light == (certainty == "suggestive" and bool(said)), labels


def test_a_line_that_says_more_than_page_1_is_found():
    summary = with_pairs((CANNOT_TELL, "faster_important", RULES_OUT))
    page = tell_family(with_pairs(("faster_important", "faster_important", RULES_OUT)))
    assert find_conflicts(summary, page)
    page = tell_family(with_pairs((CANNOT_TELL, "faster_important", RULES_OUT), turned=True))
    assert len(find_conflicts(summary, page)) == 2


def test_the_first_format_is_the_subject_whichever_is_ahead():
    labels = ("faster_important",) * 3
    for turned, word in ((False, "faster"), (True, "slower")):
        page = tell_family(with_pairs(labels, turned))
        assert page.sure[0].text.startswith(
            f"Group and individual therapy: goals moved {word} in group therapy, by enough"
        )
        assert [row.format for row in page.hundreds] == ["individual", "group", "combined"]


# What a decision aid owes (IPDAS; Stacey et al. 2021), each asked of the page itself.
OWED = {
    "the decision is named": lambda p: p.title.text.endswith("?"),
    "every option is named and described": lambda p: all(r.option.text for r in p.hundreds),
    "outcomes have one denominator": lambda p: (
        {re.search(r"of (\d+)", r.number.text)[1] for r in p.hundreds} == {"100"}
    ),
    "outcomes have one time": lambda p: len(re.findall(r"week \d+", p.outcome.text)) == 1,
    "uncertainty stands beside each number": lambda p: all(
        f"range {r.low} to {r.high}" in r.number.text for r in p.hundreds
    ),
    "uncertainty is explained": lambda p: any("Chance" in s.text for s in p.sure),
    "what is not known is said": lambda p: len(p.cannot) >= 5,
    "values are asked for": lambda p: p.values.text.endswith("?") and len(VALUES) == 6,
    "the source and the time are named": lambda p: re.search(
        r"Source: .+ week 0 to \d+", p.source[0].text
    ),
    "who made it is named": lambda p: "program" in p.source[1].text,
    "it says who decides": lambda p: "choice is made by" in p.use.text,
    "each factor is a question": lambda p: all(f.question.text.endswith("?") for f in p.factors),
}


@pytest.mark.parametrize("item", OWED)
def test_the_page_holds_what_a_decision_aid_owes(item):
    assert OWED[item](page_of())


def test_formats_stand_in_one_order_in_one_form_whatever_their_numbers():
    soon = stored().attainment
    turned = tuple(change(row, of_100=99 - row.of_100) for row in soon.shares)
    other = change(stored(), attainment=change(soon, shares=turned))
    pages = [page_of(), tell_family(tell(other))]
    shapes = [
        [(r.format, r.option.text, re.sub(r"\d+", "N", r.number.text)) for r in p.hundreds]
        for p in pages
    ]
    assert shapes[0] == shapes[1]
    assert len({shape[2] for shape in shapes[0]}) == 1


def test_the_numbers_are_the_published_ones():
    rows = {row.format: row for row in stored().attainment.shares if row.week == 24}
    for hundred in page_of().hundreds:
        row = rows[hundred.format]
        assert (hundred.of_100, hundred.low, hundred.high) == (row.of_100, row.low, row.high)
        assert hundred.number.text == f"About {row.of_100} of 100 (range {row.low} to {row.high})."


def test_all_formats_are_counted_by_the_same_week():
    soon = stored().attainment
    shares = tuple(r for r in soon.shares if (r.week, r.format) != (24, "group"))
    page = tell_family(tell(change(stored(), attainment=change(soon, shares=shares))))
    assert "by week 12" in page.outcome.text
    assert all(row.of_100 is not None for row in page.hundreds)


def test_a_clinic_that_cannot_compare_shows_no_number_and_says_why():
    page = page_of("too_few")
    assert all(row.of_100 is None for row in page.hundreds)
    (said,) = page.sure
    assert said.text.startswith("These records cannot compare the formats yet, because too few")
    assert len(page.factors) == len(QUESTIONS)
    whole = stored()
    closed = with_pairs((NOT_COMPARABLE,) * 3, whole=whole)
    assert all(row.of_100 is None for row in tell_family(closed).hundreds)


def test_a_format_that_is_compared_with_none_has_no_number_beside_the_others():
    summary = with_pairs((NOT_COMPARABLE, "cannot_tell", NOT_COMPARABLE))
    page = tell_family(summary)
    assert [row.format for row in page.hundreds if row.of_100 is None] == ["group"]


def test_a_clinic_of_two_formats_has_no_third_column():
    page = page_of("one_format_absent")
    assert [row.format for row in page.hundreds] == ["individual", "group"]
    assert page.title.text.startswith("Individual or group therapy")
    assert any("combined therapy" in s.text for s in page.cannot)
    assert not any("ombined" in s.text for s in page.sure)
    both = next(f for f in page.factors if f.id == "combining")
    assert both.mark == NOT_ASKED


def one_format():
    """Give the sample as a clinic that offers group therapy alone."""
    whole = example_summary("too_few")
    levels = example_summary().progress.levels
    gates = tuple(
        change(gate, gate="describe", rule="absent", format=name, passed=False)
        for gate, name in zip(whole.method.gates[:2], ("individual", "combined"), strict=True)
    )
    progress = change(whole.progress, levels=tuple(b for b in levels if b.format == "group"))
    return tell(change(whole, progress=progress, method=change(whole.method, gates=gates)))


def test_a_clinic_of_one_format_is_told_its_own_course():
    summary = one_format()
    page = tell_family(summary)
    (row,) = page.hundreds
    band = [b for b in summary.progress.levels if b.week == 24 and b.band in ("0", "+1", "+2")]
    assert row.of_100 == sum(b.percent for b in band) == 75
    assert row.number.text == "About 75 of 100, of the goals that were looked at in week 24."
    assert "nothing to compare it with" in page.sure[0].text
    assert measure_grade([s.text for s in page.sentences]) <= MOST_GRADE


@pytest.mark.parametrize(
    ("summary", "id", "mark"),
    [
        (with_trait(label="faster_important", ahead="group", settled=True), "attention", HINT),
        (
            with_trait(label="faster_important", ahead="group", settled=False),
            "attention",
            CANNOT_SAY,
        ),
        (with_trait(label="no_important_difference"), "attention", SHOW),
        (with_trait(label="cannot_tell"), "attention", CANNOT_SAY),
        (change(stored(), subgroups=None), "attention", NOT_ASKED),
        (change(stored(), subgroups=None), "kind", NOT_ASKED),
        (stored(), "kind", HINT),
        (stored(), "energy", NOT_ASKED),
        (with_practice(settled=True), "home_practice", HINT),
        (with_practice(settled=False), "home_practice", CANNOT_SAY),
        (with_practice(shown=False, withheld="no_practice"), "home_practice", NOT_ASKED),
        (with_practice(shown=False, withheld="few_behind"), "home_practice", CANNOT_SAY),
        (change(stored(), effort=None), "home_practice", NOT_ASKED),
        (stored(), "combining", SHOW),
        (with_claim(suggestive=True), "combining", HINT),
        (with_claim(verdict="cannot tell", reason="too_wide"), "combining", CANNOT_SAY),
        (change(stored(), claims=None), "combining", NOT_ASKED),
    ],
)
def test_what_records_show_hint_or_cannot_say_follows_from_the_summary(summary, id, mark):
    assert mark_of(summary, id) == mark


def test_a_dependence_is_only_hinted_at_because_no_card_rates_one_above_low():
    for p_value in (0.0001, 0.001, 0.009, 0.04, 0.09):
        strong = with_trait(
            label="faster_important", ahead="group", settled=True, estimate=0.6, p_value=p_value
        )
        assert {card.rating for card in fill_cards(tell(strong))} <= {"", *RATINGS[:2]}
        (factor,) = [f for f in tell_family(tell(strong)).factors if f.id == "attention"]
        assert factor.mark == HINT
        assert factor.answer.text.endswith("moved towards group therapy.")


def test_both_at_once_is_said_only_where_page_1_bears_it_out():
    summary = with_pairs((CANNOT_TELL,) * 3)
    (factor,) = [f for f in tell_family(summary).factors if f.id == "combining"]
    assert factor.mark == CANNOT_SAY
    behind = with_claim(verdict="not supported", reason="behind", about="social.group")
    assert mark_of(behind, "combining") == CANNOT_SAY
    turned = with_pairs((RULES_OUT,) * 3, turned=True, whole=behind)
    (factor,) = [f for f in tell_family(turned).factors if f.id == "combining"]
    assert (factor.mark, factor.answer.text) == (
        SHOW,
        "Social goals moved slower than in group therapy.",
    )


def stating():
    """Give summaries whose pages state something of every kind."""
    strong = with_trait(label="faster_important", ahead="group", settled=True, estimate=0.6)
    for whole in (stored(), strong, with_practice(settled=True)):
        for turned in (False, True):
            yield with_pairs(
                ("faster_important", RULES_OUT, "faster_size_uncertain"), turned, whole=whole
            )


def test_every_difference_on_the_page_is_counted_and_stated_in_the_report(monkeypatch):
    kinds = set()
    for summary in stating():
        family = statements.find_family_statements(summary)
        kinds |= {statement["question"] for statement in family}
        claims = [c for line in list_lines(tell_family(summary)) for c in read_line(line)]
        read = [c for c in claims if c[0] in ("faster", "by_attention", "within", "practice")]
        assert len(family) == len(read)
        with monkeypatch.context() as patch:
            patch.setattr(statements, "find_family_statements", lambda _: [])
            report = statements.find_statements(summary)
        assert all(statement in report for statement in family)
        assert statements.find_statements(summary) == report
    assert kinds == {"rate", "within", "attention", "practice"}


def test_a_statement_of_the_page_alone_would_be_counted(monkeypatch):
    alone = {"question": "rate", "pair": "combined-group", "above": False}
    monkeypatch.setattr(statements, "find_family_statements", lambda _: [alone])
    assert alone in statements.find_statements(summary_of("sample"))


def test_a_false_claim_is_told_from_a_true_one():
    truth = true_contrasts(replace(NULL, format_effects=(0.0, 0.5, 0.0)), 4000)
    margin = Settings.margin
    for claim, false in {
        ("faster", "group", "individual", True): False,
        ("faster", "group", "individual", False): True,
        ("faster", "combined", "individual", True): True,
        ("alike", "group", "individual", None): True,
        ("alike", "combined", "individual", None): False,
        ("not_behind", "combined", "group", True): True,
        ("not_behind", "group", "individual", True): False,
        ("of_100", "group", "", (0, 1)): True,
        ("of_100", "group", "", (0, 100)): False,
        ("practice", "", "", True): True,
        ("within_alike", "group", "individual", None): False,
        ("by_attention", "group", "individual", True): True,
        ("both_kinds", "combined", "", None): True,
        ("social", "combined", "group", False): False,
        ("unknown", "group", "individual", None): False,
    }.items():
        assert is_false_claim(claim, truth, margin, 24) == false, claim


@pytest.mark.slow
def test_what_a_reader_takes_from_the_page_is_seldom_false_where_nothing_differs():
    truth, made, false = true_contrasts(NULL, 20_000), 0, 0
    for number in range(6):
        clinic = simulate_clinic(NULL, np.random.SeedSequence([17, number]))
        study = run_study(records_from_tables(clinic.tables), ask_again=False)
        summary = tell(protect(study))
        page = tell_family(summary)
        assert find_conflicts(summary, page) == []
        week = int(re.search(r"week (\d+)", page.outcome.text)[1])
        claims = [c for line in list_lines(page) for c in read_line(line)]
        made += len(claims)
        false += sum(is_false_claim(c, truth, Settings.margin, week) for c in claims)
    assert made > 30
    assert false <= 0.05 * made + 2
