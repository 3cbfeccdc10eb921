"""What is kept in notebooks/: the sample's outputs, up to date, and nothing of anybody else's."""

import ast
import functools
import json
import os
import re
from pathlib import Path

import nbformat
import pytest

from analysis.errors import AnalysisError, RecordsError
from analysis.notebook import execution as kept
from analysis.notebook import show
from analysis.notebook.__main__ import find_notebooks, to_html
from analysis.notebook.chosen import CHOSEN
from analysis.records.load import sample_digest
from analysis.shipped import SAMPLE
from analysis.simulation.clinic import simulate_clinic
from analysis.simulation.design import ClinicDesign

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
PATHS = sorted(FOLDER.glob("*.ipynb"))
MOST_BYTES = 500_000
PLACES = re.compile(r"(?<![\w.])/(?:home|root|Users|tmp|var|work|mnt|opt|private)/|[A-Z]:\\\\")
IMAGE = "image/png"


def read(path):
    return nbformat.read(path, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs_of(notebook):
    return [output for cell in code_cells(notebook) for output in cell.outputs]


def texts_of(notebook):
    """Give every stored text; pictures are left out."""
    for output in outputs_of(notebook):
        for kind, value in output.get("data", {}).items():
            if kind != IMAGE:
                yield value
        yield output.get("text", "")
        yield "\n".join(output.get("traceback", []))


def test_there_is_a_notebook_to_start_with_and_one_for_the_main_question():
    names = [path.name for path in PATHS]
    assert "0-start-here.ipynb" in names
    assert "3-a-fair-comparison.ipynb" in names


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def path(request):
    return request.param


def test_stored_outputs_are_those_of_the_invented_sample(path):
    told = "\n".join(texts_of(read(path)))
    digests = set(re.findall(r"\b[Rr]ecords ([0-9a-f]{12})\b", told))
    assert digests == {sample_digest()}, (
        "only the sample's outputs may be kept: make sample-notebooks"
    )
    assert "invented" in told


def test_nothing_stored_failed_warned_or_names_a_place_on_a_machine(path):
    notebook = read(path)
    kinds = {output.output_type for output in outputs_of(notebook)}
    assert kinds <= {"execute_result", "display_data"}
    assert not PLACES.search(path.read_text(encoding="utf-8"))
    assert path.stat().st_size < MOST_BYTES


def test_every_cell_was_run_from_top_to_bottom(path):
    counts = [cell.execution_count for cell in code_cells(read(path))]
    assert counts == list(range(1, len(counts) + 1))


def test_a_notebook_asks_a_question_and_ends_with_what_it_does_not_show(path):
    notebook = read(path)
    first, last = notebook.cells[0].source, notebook.cells[-1].source
    assert first.startswith("# ")
    assert first.splitlines()[0].endswith("?")
    assert last.startswith("## What this does not show")


def test_code_is_folded_away_except_the_one_cell_of_parameters(path):
    notebook = read(path)
    parameters = [c for c in code_cells(notebook) if "parameters" in c.metadata.get("tags", [])]
    assert len(parameters) == 1
    assert kept.read_parameters(notebook) == {
        "records": CHOSEN,
        "margin": 0.25,
        "smallest_cell": 11,
    }
    for cell in code_cells(notebook):
        if cell is not parameters[0]:
            assert cell.metadata["jupyter"]["source_hidden"] is True


def test_links_lead_to_notebooks_that_exist(path):
    for cell in read(path).cells:
        if cell.cell_type == "markdown":
            for link in re.findall(r"\]\(([^)#]+)\)", cell.source):
                assert (FOLDER / link).exists(), link


def test_pictures_and_tables_have_words_beside_them(path):
    for output in outputs_of(read(path)):
        assert len(output.data["text/plain"]) > 20
        if IMAGE in output.data:
            assert output.metadata[IMAGE]["alt"] == output.data["text/plain"]


def run_here(notebook):
    """Run a notebook's cells in this process and give what each cell's last line is."""
    names = {}
    for cell in code_cells(notebook):
        lines = ast.parse(cell.source).body
        shows = isinstance(lines[-1], ast.Expr)
        if shows:
            lines[-1] = ast.Assign([ast.Name("shown_here", ast.Store())], lines[-1].value)
        body = ast.fix_missing_locations(ast.Module(lines, []))
        exec(compile(body, cell.id, "exec"), names)
        if shows:
            yield cell, names["shown_here"]


def said_by(value):
    """Give the words of a cell's answer: a picture's text, or how it prints."""
    return getattr(value, "alt", None) or repr(value)


@functools.cache
def executed(path):
    """Run a notebook as it stands in a kernel of its own: once, for every test that asks."""
    return kept.run_as(read(path), {"records": str(SAMPLE)}, FOLDER)


def shown_in(notebook):
    """Give what each code cell shows, pictures by the words beside them."""
    return {
        cell.id: [
            {kind: told for kind, told in output.get("data", {}).items() if kind != IMAGE}
            for output in cell.outputs
        ]
        for cell in code_cells(notebook)
    }


@pytest.mark.slow
def test_a_notebook_runs_from_top_to_bottom_and_prints_and_warns_of_nothing(path):
    ran = executed(path)
    counts = [cell.execution_count for cell in code_cells(ran)]
    assert counts == list(range(1, len(counts) + 1))
    kinds = {output.output_type for output in outputs_of(ran)}
    assert kinds <= {"execute_result", "display_data"}


@pytest.mark.slow
def test_stored_outputs_are_what_the_cells_say_today(path):
    stored, today = shown_in(read(path)), shown_in(kept.clean_notebook(executed(path)))
    for cell, shown in today.items():
        assert stored[cell] == shown, f"{cell} is out of date: make sample-notebooks"
        assert show.NOTHING not in json.dumps(shown)
    assert list(stored) == list(today)


def write_clinic(folder, tables):
    for name, frame in tables.items():
        frame.to_csv(folder / f"{name}.csv", index=False)


CLINICS = {
    "thirty children": {"n_children": 30},
    "two formats": {"n_children": 130, "absent_formats": ("combined",)},
    "one format": {"n_children": 60, "absent_formats": ("group", "combined")},
}


@pytest.mark.slow
@pytest.mark.parametrize("clinic", CLINICS)
def test_every_notebook_runs_on_a_clinic_that_cannot_answer_everything(clinic, tmp_path):
    write_clinic(tmp_path, simulate_clinic(ClinicDesign(**CLINICS[clinic]), seed=5).tables)
    published = show.publish_records(tmp_path)
    for path in PATHS:
        notebook = kept.set_parameters(read(path), {"records": str(tmp_path)})
        for _, value in run_here(notebook):
            assert said_by(value)
            assert sample_digest() not in said_by(value)
    assert str(tmp_path) not in repr(show.introduce(published))


def test_a_refused_clinic_is_refused_in_the_first_cell_with_places_and_mends(tmp_path):
    tables = simulate_clinic(ClinicDesign(n_children=20), seed=5).tables
    tables["reviews"]["attainment"] = 7.0
    write_clinic(tmp_path, tables)
    with pytest.raises(RecordsError, match="attainment") as refused:
        show.publish_records(tmp_path)
    assert refused.value._render_traceback_()[0].endswith("Nothing was analysed.")


def test_the_notebooks_folder_holds_notebooks_only():
    others = [
        p.name for p in FOLDER.iterdir() if p.suffix != ".ipynb" and not p.name.startswith(".")
    ]
    assert others == []


def small_notebook(source):
    notebook = nbformat.v4.new_notebook()
    first = nbformat.v4.new_code_cell('records = "a"\nmargin = 0.25')
    first.metadata["tags"] = ["parameters"]
    notebook.cells = [first, nbformat.v4.new_code_cell(source)]
    return notebook


def test_parameters_are_changed_in_their_cell_and_nowhere_else():
    notebook = small_notebook("records")
    changed = kept.set_parameters(notebook, {"records": 'it\'s "mine"'})
    assert kept.read_parameters(changed) == {"records": 'it\'s "mine"', "margin": 0.25}
    assert kept.read_parameters(notebook)["records"] == "a"
    with pytest.raises(AnalysisError, match="no parameter"):
        kept.set_parameters(notebook, {"password": 1})
    notebook.cells[0].metadata["tags"] = []
    with pytest.raises(AnalysisError, match="parameters"):
        kept.set_parameters(notebook, {})


def test_a_refusal_in_a_cell_is_told_without_a_traceback(tmp_path):
    source = "from analysis.errors import AnalysisError\nraise AnalysisError('Mend the column.')"
    with pytest.raises(AnalysisError) as refused:
        kept.run_notebook(small_notebook(source), tmp_path)
    assert str(refused.value) == "Mend the column."


def test_what_is_kept_holds_nothing_that_changes_from_run_to_run():
    notebook = small_notebook("1")
    notebook.metadata["language_info"] = {"name": "python", "version": "3.99"}
    cell = notebook.cells[1]
    cell.metadata["execution"] = {"iopub.status.busy": "2026-01-01T00:00:00Z"}
    widget = {kept.WIDGET: {"model_id": "abc"}, "text/plain": "VBox(...)"}
    cell.outputs = [
        nbformat.v4.new_output("stream", text="noise"),
        nbformat.v4.new_output("execute_result", data=widget, execution_count=1),
    ]
    text = kept.notebook_bytes(kept.clean_notebook(notebook)).decode()
    for changing in ("3.99", "iopub", "noise", "model_id", "VBox"):
        assert changing not in text
    assert kept.CONTROLS_HERE in text


def test_a_page_of_a_notebook_fetches_nothing_and_hides_the_code():
    page = to_html(read(PATHS[0])).decode()
    assert "<script" not in page
    assert not re.search(r"(src|href)=[\"']https?://", page)
    assert "publish_records" not in page
    assert page.startswith("<!DOCTYPE html>")


def test_notebooks_are_found_by_their_first_signs():
    assert [p.name for p in find_notebooks(["0"])] == ["0-start-here.ipynb"]
    with pytest.raises(AnalysisError):
        find_notebooks(["nothing"])


def test_notebooks_are_json_that_git_can_show():
    for path in PATHS:
        text = path.read_text(encoding="utf-8")
        assert text.endswith("}\n")
        assert json.loads(text)["nbformat"] == 4
        assert os.sep + "ipykernel" not in text
