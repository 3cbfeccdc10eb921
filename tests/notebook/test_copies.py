"""Notebooks are opened as copies, so that JupyterLab never saves into the sample's."""

import nbformat
import pytest

from analysis.notebook import __main__ as entry
from analysis.notebook import copies
from analysis.notebook.__main__ import find_notebooks, main, to_html
from analysis.notebook.execution import HOW_TO_RUN, WIDGET, without_controls


def outputs_of(path):
    cells = nbformat.read(path, as_version=4).cells
    return [output for cell in cells for output in cell.get("outputs", [])]


def test_copies_hold_the_cells_and_none_of_the_sample_s_outputs(tmp_path):
    paths = find_notebooks(())
    made = copies.copy_notebooks(paths, tmp_path / "notebooks")
    assert [path.name for path in made] == [path.name for path in paths]
    for path, copy in zip(paths, made, strict=True):
        sources = [[cell.source for cell in nbformat.read(p, 4).cells] for p in (path, copy)]
        assert sources[0] == sources[1]
        assert outputs_of(path)
        assert not outputs_of(copy)


def test_a_copy_keeps_what_was_run_in_it_until_its_notebook_changes(tmp_path):
    (path,) = find_notebooks("0")
    (copy,) = copies.copy_notebooks([path], tmp_path)
    notebook = nbformat.read(copy, as_version=4)
    notebook.cells[2].outputs = [nbformat.v4.new_output("stream", text="ran here")]
    nbformat.write(notebook, copy)
    copies.copy_notebooks([path], tmp_path)
    assert outputs_of(copy)[0].text == "ran here"
    notebook.cells[0].source = "# An older text?"
    nbformat.write(notebook, copy)
    copies.copy_notebooks([path], tmp_path)
    assert not outputs_of(copy)


def test_the_command_opens_the_first_copy(tmp_path, monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(copies.subprocess, "call", lambda command: asked.append(command) or 0)
    assert main(["--open", "--out", str(tmp_path)]) == 0
    assert asked[0][-1] == str(tmp_path / "notebooks" / "0-start-here.ipynb")
    assert "copies" in capsys.readouterr().out
    monkeypatch.setattr(copies.subprocess, "call", lambda command: 1)
    assert main(["--open", "--out", str(tmp_path)]) != 0
    assert "JupyterLab did not start" in capsys.readouterr().err


@pytest.mark.parametrize("more", [["--keep"], ["--records", "x"], ["3"]])
def test_what_does_not_belong_beside_open_is_refused(more, capsys, monkeypatch):
    monkeypatch.setattr(entry, "open_copies", lambda asked: pytest.fail("opened"))
    with pytest.raises(SystemExit):
        main(["--open", *more])
    assert "choose them in notebook 0" in capsys.readouterr().err


def test_a_page_to_read_has_no_controls_and_no_word_on_how_to_run():
    (path,) = find_notebooks("3")
    notebook = nbformat.read(path, as_version=4)
    controls = next(cell for cell in notebook.cells if "explore_comparison(" in cell.source)
    place = notebook.cells.index(controls)
    assert "Look closer" in notebook.cells[place - 1].source
    controls.outputs[0].data[WIDGET] = {"model_id": "abc"}
    page = without_controls(notebook)
    assert len(page.cells) == len(notebook.cells) - 3  # the controls, their text, the line of work
    html = to_html(notebook).decode()
    for word in ("Look closer", HOW_TO_RUN, "grey line"):
        assert word not in html
    assert "Who progressed faster" in html
    assert HOW_TO_RUN in notebook.cells[0].source


def test_without_the_packages_of_the_notebooks_the_command_that_gets_them_is_told(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(entry.importlib.util, "find_spec", lambda name: None)
    for asked in (["3", "--out", str(tmp_path)], ["--open", "--out", str(tmp_path)]):
        assert main(asked) != 0
        told = capsys.readouterr().err
        assert "The notebooks need more packages" in told
        assert "-m pip install jupyterlab ipywidgets" in told
    assert list(tmp_path.iterdir()) == []
