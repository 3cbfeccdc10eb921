"""Cells that fail or take long: no older answer below them, and a line that says what happens."""

import json
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbclient import NotebookClient

from analysis.disclosure.summary import Summary
from analysis.errors import AnalysisError
from analysis.notebook import guard, working
from analysis.notebook.__main__ import main, to_html
from analysis.notebook.chosen import SAMPLE
from analysis.notebook.guard import NO_CHOICE, NOTEBOOKS, Refused, refuse_kept_notebook
from analysis.records.load import read_records, sample_digest
from analysis.simulation.clinic import simulate_clinic
from analysis.simulation.design import ClinicDesign

SAY = "from analysis.notebook.working import say_working\nsay_working()"
PUBLISH = (
    "from analysis.notebook.show import introduce, publish_records, quote\n"
    "summary = publish_records(records)\nintroduce(summary)"
)
TABLE = "from analysis.tables.answer import tabulate_rates\ntabulate_rates(summary)"
PASTED = 'records = "C:\\Users\\Anna\\records.xlsx"'


def run_on(folder, *sources):
    """Run cells in one kernel, going on after one that fails, as JupyterLab may."""
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(source) for source in sources]
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=300, allow_errors=True, resources=resources).execute()
    return notebook.cells


def said_by(cell):
    return json.dumps(cell.outputs, ensure_ascii=False)


@pytest.fixture
def own_clinic(tmp_path):
    folder = tmp_path / "clinic"
    folder.mkdir()
    for name, frame in simulate_clinic(ClinicDesign(n_children=20), seed=5).tables.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    return folder


@pytest.mark.slow
def test_a_cell_that_cannot_be_read_leaves_no_older_answer_below_it(tmp_path):
    first = f"records = {str(SAMPLE)!r}"
    cells = run_on(tmp_path, SAY, first, PUBLISH, TABLE, PASTED, PUBLISH, TABLE)
    assert sample_digest() in said_by(cells[2])
    assert "<table" in said_by(cells[3])
    assert "SyntaxError" in said_by(cells[4])
    for cell in cells[5:]:
        assert NO_CHOICE in said_by(cell)
        assert sample_digest() not in said_by(cell)
        assert "<table" not in said_by(cell)
    assert working.STOPPED in said_by(cells[0])


@pytest.mark.slow
def test_the_line_at_the_top_says_at_the_end_that_it_is_done(tmp_path):
    cells = run_on(tmp_path, SAY, f"records = {str(SAMPLE)!r}", PUBLISH)
    (output,) = cells[0].outputs
    assert output.data["text/plain"] == working.DONE
    assert len(cells[2].outputs) == 1


@pytest.mark.slow
def test_a_clinic_s_own_records_are_not_shown_in_a_notebook_that_git_keeps(tmp_path, own_clinic):
    own = f"records = {str(own_clinic)!r}"
    cells = run_on(NOTEBOOKS, own, PUBLISH, TABLE)
    assert "analysis.notebook --open" in said_by(cells[1])
    assert "remembered" in said_by(cells[1])
    for cell in cells[1:]:
        assert "<table" not in said_by(cell)
    cells = run_on(tmp_path, own, PUBLISH)
    assert "own records" in said_by(cells[1])


def test_only_a_kernel_in_the_kept_folder_is_refused(own_clinic, monkeypatch):
    own, sample = read_records(own_clinic), read_records(SAMPLE)
    monkeypatch.chdir(NOTEBOOKS)
    refuse_kept_notebook(own)
    monkeypatch.setattr("IPython.get_ipython", lambda: SimpleNamespace(kernel=1))
    with pytest.raises(AnalysisError, match="open a copy"):
        refuse_kept_notebook(own)
    refuse_kept_notebook(sample)
    monkeypatch.chdir(own_clinic)
    refuse_kept_notebook(own)


def test_what_is_gone_answers_in_a_sentence():
    gone = Refused("Say why.")
    for use in (lambda: gone.answer, lambda: Path(gone)):
        with pytest.raises(AnalysisError, match="Say why"):
            use()
    assert not isinstance(gone, Summary)
    with pytest.raises(AttributeError):
        _ = gone._repr_html_


def test_a_foreseen_refusal_keeps_the_choice_and_any_other_fault_takes_it(monkeypatch):
    names = {"records": "sheet.csv", "other": "kept"}
    shell = SimpleNamespace(user_ns=names)
    result = SimpleNamespace(error_before_exec=None, error_in_exec=None)
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    for error in (None, AnalysisError("Mend the column.")):
        result.error_in_exec = error
        guard._forget_if_failed(result)
        assert names["records"] == "sheet.csv"
    result.error_in_exec = NameError("Path")
    guard._forget_if_failed(result)
    assert isinstance(names["records"], Refused)
    assert names["other"] == "kept"


def test_outside_a_notebook_nothing_is_said(capsys):
    working.say_working()
    working.say_step("reading")
    working.say_done()
    assert capsys.readouterr() == ("", "")


def test_a_page_to_read_leads_to_pages_and_has_no_line_of_work():
    paths = sorted(NOTEBOOKS.glob("*.ipynb"))
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        (line,) = [c for c in notebook.cells if working.TAG in c.metadata.get("tags", [])]
        assert notebook.cells.index(line) == 1
        line.outputs = [nbformat.v4.new_output("display_data", data={"text/plain": working.DONE})]
        page = to_html(notebook).decode()
        assert ".ipynb" not in page
        assert working.DONE not in page
        assert "Run All Cells" not in page
    assert 'href="1-were-they-alike.html"' in to_html(nbformat.read(paths[0], 4)).decode()


@pytest.mark.slow
def test_the_command_runs_own_records_outside_the_kept_folder(own_clinic, tmp_path, capsys):
    assert main(["1", "--records", str(own_clinic), "--out", str(tmp_path / "our pages")]) == 0
    assert "Run: 1 notebooks" in capsys.readouterr().out
    page = (tmp_path / "our pages" / "1-were-they-alike.html").read_text(encoding="utf-8")
    assert "own records" in page
    assert main(["1", "--records", str(own_clinic), "--out", str(NOTEBOOKS)]) != 0
    assert "open a copy" in capsys.readouterr().err
