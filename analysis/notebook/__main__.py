"""The entry point that runs or opens all notebooks: `python -m analysis.notebook`.

In: records, margin, smallest cell. Out: executed copies (.ipynb and .html) in a folder outside
git; with `--open`, copies to work in, in JupyterLab; with `--keep`, the sample's outputs in the
notebooks themselves.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from analysis.arguments import Arguments, whole
from analysis.errors import AnalysisError, run_entry_point
from analysis.settings import Settings
from analysis.shipped import NOTEBOOKS, SAMPLE
from analysis.wording import read_number

if TYPE_CHECKING:
    from nbformat import NotebookNode

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Therapy formats</title><style>
body {{ font: 16px/1.5 "Source Sans Pro", "Helvetica Neue", Arial, sans-serif; color: #22262d;
  max-width: 52em; margin: 2em auto; padding: 0 1em }}
img {{ max-width: 100%; height: auto }}
</style></head><body>
{body}
</body></html>
"""


MISSING = (
    "The notebooks need more packages than the report. Get them with: "
    '"{python}" -m pip install jupyterlab ipywidgets great-tables nbclient nbconvert'
)
NEEDED = ("jupyterlab", "ipywidgets", "great_tables", "nbclient", "nbconvert")


def require_packages() -> None:
    """Ask for the packages that only the notebooks need.

    Raises:
        AnalysisError: if one of them is not installed, with the command that gets them.
    """
    if any(importlib.util.find_spec(name) is None for name in NEEDED):
        raise AnalysisError(MISSING.format(python=sys.executable))


def run_notebooks(asked: argparse.Namespace) -> str:
    """Run every notebook that was asked for, and say where the copies are.

    Args:
        asked: records, margin, smallest_cell, out, keep, names.

    Raises:
        AnalysisError: if a notebook does not exist, or a cell refuses the records.
    """
    require_packages()
    from analysis.notebook import execution as kept
    from analysis.records.load import read_records
    from analysis.writing import Output, write_file, write_files

    paths = find_notebooks(asked.names)
    values: dict[str, object] = {"margin": asked.margin, "smallest_cell": asked.smallest_cell}
    values["records"] = os.fspath(SAMPLE)
    if asked.records:
        read_records(asked.records)
        values["records"] = os.fspath(Path(asked.records).resolve())
    for path in tqdm(paths, unit=" notebooks", file=sys.stderr, disable=None):
        notebook = kept.read_notebook(path)
        if asked.keep:
            ran = kept.run_as(notebook, {"records": values["records"]}, NOTEBOOKS)
            write_file(path, kept.notebook_bytes(kept.clean_notebook(ran)), private=False)
            continue
        known = kept.read_parameters(notebook)
        chosen = {name: value for name, value in values.items() if name in known}
        asked.out.mkdir(parents=True, exist_ok=True)
        ran = kept.run_notebook(kept.set_parameters(notebook, chosen), asked.out)
        pages = {path.name: kept.notebook_bytes(ran), f"{path.stem}.html": to_html(ran)}
        write_files([Output(asked.out / name, content) for name, content in pages.items()])
    where = "notebooks" if asked.keep else str(asked.out)
    return f"Run: {len(paths)} notebooks. Written to the folder {where}.\n"


def open_copies(asked: argparse.Namespace) -> str:
    """Copy every notebook to a folder outside git and open the first in JupyterLab.

    Args:
        asked: out.

    Raises:
        AnalysisError: if the copies cannot be written or JupyterLab cannot run.
    """
    require_packages()
    from analysis.notebook.copies import copy_notebooks, open_lab

    copies = copy_notebooks(find_notebooks(()), asked.out / "notebooks")
    open_lab(copies[0])
    return "JupyterLab is closed. What you ran stands in the copies.\n"


def find_notebooks(names: Sequence[str]) -> list[Path]:
    """Give the notebooks whose names begin with any of `names`; all when none is given."""
    every = sorted(NOTEBOOKS.glob("*.ipynb"))
    chosen = [p for p in every if not names or p.name.startswith(tuple(names))]
    if not chosen:
        raise AnalysisError(f"There is no notebook whose name begins with {', '.join(names)}.")
    return chosen


def to_html(notebook: NotebookNode) -> bytes:
    """Give an executed notebook as one HTML page: code and controls left out, nothing fetched."""
    from nbconvert import HTMLExporter

    from analysis.notebook.execution import without_controls

    exporter = HTMLExporter(
        template_name="basic",
        exclude_input=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
        mathjax_url="",
    )
    body = exporter.from_notebook_node(without_controls(notebook))[0]
    return PAGE.format(body=body).encode()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the entry point; gives 0, or the exit code of the fault."""
    parser = Arguments(
        prog="python -m analysis.notebook",
        description="Run the notebooks and write executed copies outside git, or open them.",
    )
    parser.add_argument("names", nargs="*", help="first signs of the notebooks to run, e.g. 3")
    parser.add_argument("--records", help="folder, workbook or sheet; left out: the sample")
    parser.add_argument("--margin", type=read_number, default=Settings.margin)
    parser.add_argument("--smallest-cell", type=whole, default=Settings.smallest_cell)
    parser.add_argument("--out", type=Path, default=Path("output"))
    parser.add_argument(
        "--keep", action="store_true", help="renew the sample's outputs kept in notebooks/"
    )
    parser.add_argument(
        "--open", action="store_true", help="open copies in JupyterLab, for your own records"
    )
    asked = parser.parse_args(arguments)
    if asked.open and (asked.keep or asked.records or asked.names):
        parser.error("--open takes no records: choose them in notebook 0")
    if asked.open:
        return run_entry_point(lambda: open_copies(asked))
    if asked.keep and asked.records:
        parser.error("only the sample's outputs are kept: leave out --records")
    return run_entry_point(lambda: run_notebooks(asked))


if __name__ == "__main__":
    sys.exit(main())
