"""Tables show what was published, spelt for a reader, and nothing else."""

import re

import pytest
from example_summaries import example_summary
from msgspec.structs import replace
from small_clinics import balanced_clinic, invented_records, sample_study

from analysis.disclosure.release import protect
from analysis.study import run_study
from analysis.tables import answer, family
from analysis.tables import sections as beside
from analysis.tables.layout import HIDDEN, NOT_ASKED, put_in_table
from analysis.words.phrases import name_records
from analysis.words.tell import tell

TABULATE = {
    name: getattr(module, name)
    for module in (answer, beside, family)
    for name in sorted(dir(module))
    if name.startswith("tabulate_")
}


@pytest.fixture(scope="module")
def summaries():
    tiny = run_study(balanced_clinic({"individual": 6, "group": 6}))
    two = run_study(invented_records(3, n_children=150, absent_formats=("combined",)))
    studies = {"sample": sample_study(), "tiny": tiny, "two formats": two}
    return {name: tell(protect(study)) for name, study in studies.items()}


@pytest.mark.parametrize("name", TABULATE)
@pytest.mark.parametrize("clinic", ["sample", "tiny", "two formats"])
def test_every_table_has_a_title_a_unit_and_a_source(summaries, clinic, name):
    summary = summaries[clinic]
    table = TABULATE[name](summary)
    page = table._repr_html_()
    for said in (table.title, table.unit, name_records(summary)):
        assert said
        assert said.split("'")[0] in page
    assert "nan" not in table.frame.to_string().lower().split()
    assert "None" not in page
    assert len(table.frame)


@pytest.mark.parametrize("name", TABULATE)
def test_the_same_summary_gives_the_same_bytes(summaries, name):
    summary = summaries["sample"]
    first, second = (TABULATE[name](summary)._repr_html_() for _ in range(2))
    assert first == second


@pytest.mark.parametrize("name", TABULATE)
def test_numbers_have_true_minus_signs(summaries, name):
    cells = TABULATE[name](summaries["sample"]).frame.to_numpy().ravel()
    assert [cell for cell in cells if re.search(r"(?<![\w])-\d", cell)] == []


def test_the_answer_is_that_of_the_summary_digit_for_digit(summaries):
    summary = summaries["sample"]
    rows = answer.tabulate_pairs(summary).frame
    for pair, shown in zip(summary.answer.pairs, rows["Difference"], strict=True):
        assert float(shown.replace("−", "-")) == pair.estimate


def test_what_may_not_be_shown_says_so(summaries):
    shown = answer.tabulate_pairs(summaries["tiny"]).frame
    assert set(shown["Difference"]) == {HIDDEN}
    assert "Too few children" in beside.tabulate_t_scores(summaries["tiny"]).frame.to_string()


def test_a_table_can_be_read_as_plain_text(summaries):
    said = repr(answer.tabulate_rates(summaries["sample"]))
    assert said.startswith("How far goals moved in each format")
    assert "Individual therapy" in said


def test_markup_in_a_cell_is_inert():
    page = put_in_table(example_summary(), "x", [{"<b>x</b>": "<i>&"}], "A <u>title", "")
    html = page._repr_html_()
    for mark in ("<b>x</b>", "<i>&", "<u>title"):
        assert mark not in html


BESIDE = ("within_child", "credibility", "soon", "effort", "claims", "unrecorded")


@pytest.mark.parametrize("name", BESIDE)
def test_a_section_that_was_not_asked_has_a_table_that_says_so(name):
    cells = TABULATE[f"tabulate_{name}"](example_summary()).frame.to_numpy().ravel()
    assert list(cells) == [NOT_ASKED]


@pytest.mark.parametrize("name", TABULATE)
def test_weeks_and_levels_of_confidence_are_those_of_the_summary(name):
    six = replace(example_summary().measure, rate_weeks=6, confidence=0.9)
    table = TABULATE[name](replace(example_summary(), measure=six))
    said = " ".join((table.title, table.unit, *table.frame.columns))
    assert "12 weeks" not in said
    assert "95%" not in said
