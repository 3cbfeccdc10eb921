"""Notebooks for a clinic's own records: copies outside git, opened in JupyterLab.

In: the notebooks, and a folder that git ignores. Out: copies in it; JupyterLab runs there.
Decisions: JupyterLab saves by itself, so that a notebook opened in its own folder would put a
clinic's outputs where git keeps the sample's. A copy whose cells are still those of the notebook is
left alone, with its outputs; any other is made anew.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from analysis.errors import AnalysisError
from analysis.notebook.execution import notebook_bytes, read_notebook
from analysis.writing.files import Output, write_files

FAILED = "JupyterLab did not start, or ended with a fault."


def copy_notebooks(paths: Sequence[Path], folder: Path) -> list[Path]:
    """Copy notebooks, without the sample's outputs; give where they are.

    Args:
        paths: the notebooks.
        folder: where the copies stand.

    Raises:
        WriteError: if they cannot be written there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    copies = []
    for path in paths:
        notebook, copy = read_notebook(path), folder / path.name
        sources = [cell.source for cell in notebook.cells]
        if not copy.exists() or [cell.source for cell in read_notebook(copy).cells] != sources:
            for cell in notebook.cells:
                if cell.cell_type == "code":
                    cell.update(outputs=[], execution_count=None)
            write_files([Output(copy, notebook_bytes(notebook))])
        copies.append(copy)
    return copies


def open_lab(first: Path) -> None:
    """Run JupyterLab on a notebook until it is closed.

    Args:
        first: the notebook shown at first; its folder is the one JupyterLab sees.

    Raises:
        AnalysisError: if JupyterLab cannot run.
    """
    command = [sys.executable, "-m", "jupyterlab", "--ip=127.0.0.1"]
    command += [f"--ServerApp.root_dir={first.parent.resolve()}", str(first.resolve())]
    if subprocess.call(command):
        raise AnalysisError(FAILED)
