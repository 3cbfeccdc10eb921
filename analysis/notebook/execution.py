"""Run notebooks: a clinic's own copies outside git, or the sample's outputs kept with them.

In: a notebook and its parameters. Out: the notebook with outputs. Decisions: a kept notebook holds
nothing that differs from one run or machine to the next (no times, no kernel versions, no paths),
and only the invented sample's outputs are ever kept. What stands in
controls is never stored: it could be the path of a clinic's file.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from analysis.errors import AnalysisError
from analysis.notebook.working import TAG

PARAMETERS = "parameters"
SECONDS_PER_CELL = 300
WIDGET = "application/vnd.jupyter.widget-view+json"
SCRIPT = "application/javascript"
CONTROLS_HERE = "Controls stand here while the notebook runs."
HOW_TO_RUN = "Run every cell:"
LINK = re.compile(r"\]\(([\w-]+)\.ipynb\)")
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def set_parameters(notebook: NotebookNode, values: Mapping[str, object]) -> NotebookNode:
    """Give the notebook with other values in its parameters cell.

    Args:
        notebook: any notebook with one cell tagged "parameters".
        values: name -> value; other parameters keep their own.

    Raises:
        AnalysisError: if there is no such cell, or no such parameter.
    """
    changed = copy.deepcopy(notebook)
    cells = [c for c in changed.cells if PARAMETERS in c.metadata.get("tags", [])]
    if len(cells) != 1:
        raise AnalysisError('A notebook needs one cell with the tag "parameters".')
    known = read_parameters(changed)
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise AnalysisError(f"The notebook has no parameter called {', '.join(unknown)}.")
    merged = known | dict(values)
    cells[0].source = "\n".join(f"{name} = {value!r}" for name, value in merged.items())
    return changed


def read_parameters(notebook: NotebookNode) -> dict[str, object]:
    """Give the names and values of a notebook's parameters cell, read without running it."""
    found: dict[str, object] = {}
    for cell in notebook.cells:
        if PARAMETERS in cell.metadata.get("tags", []):
            for line in ast.parse(cell.source).body:
                if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
                    found[line.targets[0].id] = ast.literal_eval(line.value)
    return found


def run_notebook(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """Run a notebook from top to bottom and give it with its outputs.

    Args:
        notebook: what to run; left as it is.
        folder: the working folder of its kernel.

    Raises:
        AnalysisError: if a cell fails; the message is the cell's own.
    """
    ran = copy.deepcopy(notebook)
    client = NotebookClient(
        ran,
        timeout=SECONDS_PER_CELL,
        kernel_name=KERNEL["name"],
        resources={"metadata": {"path": str(folder)}},
        allow_errors=True,
        record_timing=False,
        store_widget_state=False,
        extra_arguments=["--log-level=40"],
    )
    client.execute()
    for cell in ran.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                raise AnalysisError("\n".join(output.traceback) or output.evalue)
        if cell.cell_type == "code":
            cell.outputs = [o for o in cell.outputs if SCRIPT not in o.get("data", {})]
    return ran


def run_as(notebook: NotebookNode, values: Mapping[str, object], folder: Path) -> NotebookNode:
    """Run a notebook with other values in its parameters, and give it with its own text.

    Args:
        notebook: what to run; left as it is.
        values: name -> value of parameters.
        folder: the working folder of its kernel.

    Raises:
        AnalysisError: if a cell fails, or there is no such parameter.
    """
    ran = run_notebook(set_parameters(notebook, values), folder)
    for cell, own in zip(ran.cells, notebook.cells, strict=True):
        cell.source = own.source
    return ran


def clean_notebook(notebook: NotebookNode) -> NotebookNode:
    """Give the notebook without anything that differs from run to run."""
    cleaned = copy.deepcopy(notebook)
    cleaned.metadata = NotebookNode(
        kernelspec=NotebookNode(KERNEL), language_info=NotebookNode(name="python")
    )
    for cell in cleaned.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = [o for o in cell.outputs if o.output_type != "stream"]
            for output in cell.outputs:
                if output.get("data", {}).pop(WIDGET, None):
                    output.data["text/plain"] = CONTROLS_HERE
    return cleaned


def without_controls(notebook: NotebookNode) -> NotebookNode:
    """Give the notebook as a page to read: no controls, nothing on how to run it, own links.

    Args:
        notebook: an executed notebook; left as it is.
    """
    page = copy.deepcopy(notebook)
    kept: list[NotebookNode] = []
    for cell in page.cells:
        if TAG in cell.metadata.get("tags", []):
            continue
        if any(WIDGET in output.get("data", {}) for output in cell.get("outputs", [])):
            if kept and kept[-1].cell_type == "markdown":
                kept.pop()
        else:
            kept.append(cell)
    page.cells = kept
    if kept:
        kept[0].source = kept[0].source.partition(HOW_TO_RUN)[0].rstrip()
    for cell in kept:
        if cell.cell_type == "markdown":
            cell.source = LINK.sub(r"](\1.html)", cell.source)
    return page


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook."""
    return nbformat.read(path, as_version=4)


def notebook_bytes(notebook: NotebookNode) -> bytes:
    """Give a notebook as it is written."""
    return (nbformat.writes(notebook) + "\n").encode()
