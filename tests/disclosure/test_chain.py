"""A chain of reports through the private ledger: what it remembers, refuses and says."""

import functools
import json

import numpy as np
import pytest
from growing_clinics import WHOLE, follow, new_ledger, without_children
from msgspec.structs import replace

from analysis.decisions.looks import place_look
from analysis.disclosure.ledger import parse_ledger, spell_ledger
from analysis.disclosure.release import protect, recall_earlier
from analysis.disclosure.summary import parse_summary, spell_summary
from analysis.errors import AnalysisError
from analysis.records.load import records_from_tables
from analysis.report.document import render_pdf
from analysis.report.plain_text import render_text
from analysis.settings import Settings
from analysis.simulation.clinic import simulate_clinic
from analysis.simulation.design import NO_DIFFERENCE, ClinicDesign
from analysis.study import run_study
from analysis.vocabulary import AHEAD
from analysis.words.tell import tell

S = Settings()
SIZES = (120, 180, 240)
N_CHAINS, N_TERMS, STEP = (200, 12, 60) if WHOLE else (4, 4, 60)


@functools.cache
def tables():
    return simulate_clinic(ClinicDesign(n_children=SIZES[-1], **NO_DIFFERENCE), 41).tables


def records_with(n, drawn=None, order=None):
    """Give the records of the first children of a clinic."""
    own = tables() if drawn is None else drawn
    children = own["episodes"]["child_id"].to_numpy(dtype=object)
    children = children if order is None else children[order]
    return records_from_tables(without_children(own, set(children[n:])))


@functools.cache
def study_with(n):
    return run_study(records_with(n), ask_again=False, ask_beside=False)


def report(n, ledger, previous=None):
    records = study_with(n).records
    earlier = recall_earlier(records, ledger, previous)
    study = run_study(records, earlier=earlier, ask_again=False, ask_beside=False)
    return study, parse_summary(spell_summary(tell(protect(study, ledger, previous))))


def three_reports():
    ledger = new_ledger()
    first, one = report(SIZES[0], ledger)
    second, two = report(SIZES[1], ledger, one)
    third, three = report(SIZES[2], ledger, two)
    return ledger, (first, second, third), (one, two, three)


def test_each_report_of_a_chain_is_decided_with_what_the_ones_before_left():
    ledger, studies, summaries = three_reports()
    looks = [study.look for study in studies]
    assert [look.number for look in looks] == [1, 2, 3]
    assert looks[0].share > looks[1].share > looks[2].share > 0
    assert studies[2].settings.error_rate == pytest.approx(0.05 * looks[2].share)
    entries = ledger.content.reports
    assert [(e.look, e.share, e.spent, e.overlap) for e in entries] == [
        (look.number, look.share, look.spent, look.overlap) for look in looks
    ]
    assert [s.method.look.number for s in summaries] == [1, 2, 3]
    read = parse_ledger(spell_ledger(ledger.content))
    assert read.reports == entries


def test_a_report_says_its_place_and_a_first_one_what_is_lost_without_the_chain():
    _, _, (one, two, three) = three_reports()
    assert "give it the last report each time" in one.texts["method.look"]
    assert "This is report 3 of a chain" in three.texts["method.look"]
    for summary in (one, three):
        assert summary.texts["method.look"] in render_text(summary).replace("\n", " ")
    assert render_pdf(two).startswith(b"%PDF-")


def test_the_level_that_is_told_has_one_digit_so_that_it_counts_nobody():
    _, studies, summaries = three_reports()
    for study, summary in zip(studies, summaries, strict=True):
        told, exact = summary.method.look.percent, 100 * study.settings.error_rate
        assert float(f"{told:.0e}") == told
        assert told == pytest.approx(exact, rel=0.5)
    assert repr(studies[2].look.share) not in spell_summary(summaries[2]).decode()


def test_the_same_records_are_the_same_look_however_often_they_are_reported():
    ledger, studies, summaries = three_reports()
    again, summary = report(SIZES[1], ledger, summaries[0])
    assert again.look == studies[1].look
    assert spell_summary(summary) == spell_summary(summaries[1])
    after, _ = report(SIZES[2], ledger, summaries[2])
    assert after.look == studies[2].look
    assert after.newcomers is None


def test_another_report_on_the_same_last_one_finds_less_left():
    ledger, studies, summaries = three_reports()
    earlier = recall_earlier(records_with(230), ledger, summaries[0])
    spent = sum(study.look.spent for study in studies)
    assert earlier.left == pytest.approx(1 - spent)
    alone = new_ledger()
    _, first = report(SIZES[0], alone)
    free = recall_earlier(records_with(230), alone, first)
    table = study_with(SIZES[2]).cohort.table
    assert place_look(earlier, table, S).share < place_look(free, table, S).share


def test_a_report_that_keeps_all_numbers_is_no_new_look():
    ledger = new_ledger()
    _, one = report(SIZES[0], ledger)
    held, two = report(SIZES[0] + 3, ledger, one)
    assert two.previous.held
    assert two.method.look.number == 1
    assert two.texts["method.look"] == one.texts["method.look"]
    assert ledger.content.reports[-1].look == 1
    third, _ = report(SIZES[1], ledger, two)
    fresh = new_ledger()
    _, begin = report(SIZES[0], fresh)
    other, _ = report(SIZES[1], fresh, begin)
    assert held.look.number == 2
    assert third.look == other.look


def test_a_study_that_was_not_told_of_the_reports_before_may_not_follow_one():
    ledger = new_ledger()
    _, one = report(SIZES[0], ledger)
    with pytest.raises(AnalysisError, match="false differences pile up"):
        protect(study_with(SIZES[1]), ledger, one)
    assert len(ledger.content.reports) == 1


def test_nothing_is_recalled_without_a_ledger_a_last_report_or_one_that_is_known():
    ledger = new_ledger()
    _, one = report(SIZES[0], ledger)
    records = records_with(SIZES[1])
    assert recall_earlier(records, None, one) is None
    assert recall_earlier(records, ledger, None) is None
    assert recall_earlier(records, new_ledger("cd"), one) is None
    forged = replace(one, report="0" * 16)
    assert recall_earlier(records, ledger, forged) is None


def test_what_is_recalled_names_only_children_in_the_records_at_hand():
    ledger = new_ledger()
    first, one = report(SIZES[0], ledger)
    before = json.dumps(json.loads(spell_ledger(ledger.content)))
    gone = set(sorted(first.cohort.table["child_id"])[:30])
    left = records_from_tables(without_children(tables(), gone))
    earlier = recall_earlier(left, ledger, one)
    assert not earlier.ever & gone
    assert earlier.n_ever == first.cohort.table["child_id"].nunique()
    assert sum(map(len, earlier.compared.values())) == earlier.n_ever - len(gone)
    assert json.dumps(json.loads(spell_ledger(ledger.content))) == before


def test_a_ledger_written_before_reports_had_a_place_still_reads():
    ledger = new_ledger()
    ledger.remember_report("a", "", {"compared.group": frozenset({"x"})})
    told = spell_ledger(ledger.content)
    assert b"overlap" not in told
    assert parse_ledger(told).reports == ledger.content.reports
    assert recall_earlier(records_with(SIZES[0]), ledger, replace_report("a")) is None


def replace_report(name):
    return replace(report(SIZES[0], new_ledger())[1], report=name)


def test_new_children_are_shown_in_no_number_about_few_of_them():
    ledger, studies, summaries = three_reports()
    for study, summary in zip(studies[1:], summaries[1:], strict=True):
        new, told = study.newcomers, summary.previous.newcomers
        formats = {row.format for row in told.rows} - {"all"}
        sides = [n[f] for n in (new.n_new, new.n_old) for f in formats]
        assert all(n >= S.smallest_cell for n in sides)
        if formats:
            assert formats == {f for f, n in new.n_new.items() if n}
        text = json.dumps(json.loads(spell_summary(summary))["changes"]["newcomers"])
        assert "n_new" not in text
    assert protect(follow(study_with(SIZES[0] + 3), ledger, summaries[0]), ledger, summaries[0])


@pytest.mark.slow
def test_chains_of_clinics_without_a_difference_hardly_ever_state_one():
    design = ClinicDesign(n_children=120 + STEP * (N_TERMS - 1), **NO_DIFFERENCE)
    wrong = 0
    for seed in np.random.SeedSequence(77).spawn(N_CHAINS):
        drawn, by = seed.spawn(2)
        clinic = simulate_clinic(design, drawn).tables
        order = np.random.default_rng(by).permutation(len(clinic["episodes"]))
        ledger, previous, said = new_ledger(), None, False
        for k in range(N_TERMS):
            records = records_with(120 + STEP * k, clinic, order)
            earlier = recall_earlier(records, ledger, previous)
            study = run_study(records, earlier=earlier, ask_again=False, ask_beside=False)
            previous = protect(study, ledger, previous)
            said |= any(pair.label in AHEAD for pair in previous.answer.pairs)
        assert 3 <= previous.method.look.number <= N_TERMS
        wrong += said
    assert wrong <= 0.05 * N_CHAINS + 2 * np.sqrt(0.05 * 0.95 * N_CHAINS)
