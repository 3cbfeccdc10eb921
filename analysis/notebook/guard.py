"""What a notebook must never show: an answer of other records, or a clinic's own in a kept file.

In: the kernel a notebook runs in. Out: its names, without an answer that no longer holds.
Decisions: a cell that fails, or that cannot even be read, takes the answer and the choice of
records with it, so that cells below it cannot show what was asked before; JupyterLab saves by
itself, so a clinic's own records are refused in the folder whose notebooks git keeps.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.disclosure.summary import Summary
from analysis.errors import AnalysisError

if TYPE_CHECKING:
    from analysis.records.load import Records

ANSWER, CHOICE = "summary", "records"
KEPT_FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NO_ANSWER = "There is no answer to show: the first cells of this notebook say why."
NO_CHOICE = (
    "A cell above could not be run, so nothing is shown. Mend it, then run every cell again: menu "
    "Run, Run All Cells."
)
KEPT = (
    "Your own records are not shown in this notebook: it belongs to the program, and JupyterLab "
    "would save your answers into it. Close it and open a copy for your own use: "
    '"{python}" -m analysis.notebook --open. What you chose in notebook 0 is remembered there.'
)


class Refused:
    """What stands for an answer or a choice that is gone; using it is answered in a sentence."""

    def __init__(self, why: str) -> None:
        self._why = why

    def __getattr__(self, name: str) -> object:
        if name.startswith("_"):
            raise AttributeError(name)
        raise AnalysisError(self._why)

    def __fspath__(self) -> str:
        raise AnalysisError(self._why)


def forget_answer() -> None:
    """Take the answer before this one from the notebook: cells below must not show it again."""
    from IPython import get_ipython

    shell = get_ipython()
    if shell is None:
        return
    _replace(shell, ANSWER, Summary, NO_ANSWER)
    if _forget_if_failed not in shell.events.callbacks["post_run_cell"]:
        shell.events.register("post_run_cell", _forget_if_failed)


def refuse_kept_notebook(records: Records) -> None:
    """Refuse a clinic's own records in a notebook that git keeps.

    Args:
        records: the records, read.

    Raises:
        AnalysisError: if a notebook of this program's folder asks for them.
    """
    from IPython import get_ipython

    here = os.path.realpath(os.curdir)
    if hasattr(get_ipython(), "kernel") and not records.invented and here == str(KEPT_FOLDER):
        raise AnalysisError(KEPT.format(python=sys.executable))


def _forget_if_failed(result: Any) -> None:
    """Take answer and choice away after a cell that could not be read or failed unforeseen."""
    from IPython import get_ipython

    shell = get_ipython()
    error = result.error_before_exec or result.error_in_exec
    if shell is None or error is None or isinstance(error, AnalysisError):
        return
    _replace(shell, ANSWER, Summary, NO_CHOICE)
    _replace(shell, CHOICE, str | os.PathLike, NO_CHOICE)


def _replace(shell: Any, name: str, kind: Any, why: str) -> None:
    if isinstance(shell.user_ns.get(name), kind):
        shell.user_ns[name] = Refused(why)
