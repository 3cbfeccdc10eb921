"""Tables show what was published, spelt for a reader, and nothing else."""

import json
import re

import pytest
from small_clinics import balanced_clinic, invented_records, sample_study

from analysis.disclosure.release import protect
from analysis.study import run_study
from analysis.tables import answer
from analysis.tables import sections as beside
from analysis.tables.layout import HIDDEN

TABULATE = {
    name: getattr(room, name)
    for room in (answer, beside)
    for name in sorted(dir(room))
    if name.startswith("tabulate_")
}


@pytest.fixture(scope="module")
def summaries():
    tiny = run_study(balanced_clinic({"individual": 6, "group": 6}))
    two = run_study(invented_records(3, n_children=150, absent_formats=("combined",)))
    studies = {"sample": sample_study(), "tiny": tiny, "two formats": two}
    return {name: protect(study).summary for name, study in studies.items()}


@pytest.mark.parametrize("name", TABULATE)
@pytest.mark.parametrize("clinic", ["sample", "tiny", "two formats"])
def test_every_table_has_a_title_a_unit_and_a_source(summaries, clinic, name):
    summary = summaries[clinic]
    table = TABULATE[name](summary)
    page = table._repr_html_()
    for said in (table.title, table.unit, summary["records"]["digest"]):
        assert said
        assert said.split("'")[0] in page
    assert "nan" not in table.frame.to_string().lower().split()
    assert "None" not in page
    assert len(table.frame)


@pytest.mark.parametrize("name", TABULATE)
def test_the_same_summary_gives_the_same_bytes_and_stays_as_it_is(summaries, name):
    summary = summaries["sample"]
    before = json.dumps(summary)
    first, second = (TABULATE[name](summary)._repr_html_() for _ in range(2))
    assert first == second
    assert json.dumps(summary) == before


@pytest.mark.parametrize("name", TABULATE)
def test_numbers_have_true_minus_signs(summaries, name):
    cells = TABULATE[name](summaries["sample"]).frame.to_numpy().ravel()
    assert [cell for cell in cells if re.search(r"(?<![\w])-\d", cell)] == []


def test_the_answer_is_that_of_the_summary_digit_for_digit(summaries):
    summary = summaries["sample"]
    rows = answer.tabulate_pairs(summary).frame
    for pair, shown in zip(summary["answer"]["pairs"], rows["Difference"], strict=True):
        assert float(shown.replace("−", "-")) == pair["estimate"]


def test_what_may_not_be_shown_says_so(summaries):
    shown = answer.tabulate_pairs(summaries["tiny"]).frame
    assert set(shown["Difference"]) == {HIDDEN}
    assert "Too few children" in beside.tabulate_t_scores(summaries["tiny"]).frame.to_string()


def test_a_table_can_be_read_as_plain_text(summaries):
    said = repr(answer.tabulate_rates(summaries["sample"]))
    assert said.startswith("How far goals moved in each format")
    assert "Individual therapy" in said


def test_markup_in_a_label_is_inert():
    summary = {
        "who": {"at_start": [{"trait": "<b>x</b>", "unit": "&", "individual": "<i>"}]},
        "invented": True,
        "smallest_cell": 11,
        "records": {"digest": "0", "sentence": "Few."},
    }
    page = answer.tabulate_start(summary)._repr_html_()
    assert "<b>x</b>" not in page
    assert "<i>" not in page
