"""A line at the top of a notebook: that it works, at what, for how long, and when it is done.

In: the steps of some work. Out: one line that is rewritten in its place. Decisions: code is folded
away, and with it the sign that a cell runs; so the first cell writes the line, without waiting for
anything slow to load, and whatever works after it says its step there. Outside a notebook nothing
is said.
"""

from __future__ import annotations

import html
from typing import Any

PLACE = "therapy-formats-working"
TAG = "working"
ABOUT = "Working, about 10 seconds; longer with thousands of children."
STEP = f"{ABOUT} Now: {{step}}."
DONE = "Done: the answers stand below."
STOPPED = "Stopped: the cell below that could not be run says why."
START = "loading the program"
MARKS = {DONE: "#2f7d6b", STOPPED: "#b5541c"}


def say_working() -> None:
    """Write the line, in the first cell of a notebook."""
    shell = _find_shell()
    if shell is None:
        return
    from IPython.display import display

    if _say_stopped not in shell.events.callbacks["post_run_cell"]:
        shell.events.register("post_run_cell", _say_stopped)
    display(_spell(STEP.format(step=START)), raw=True, display_id=PLACE)


def say_step(step: str) -> None:
    """Say at what it works.

    Args:
        step: as in "reading the records".
    """
    _rewrite(STEP.format(step=step))


def say_done() -> None:
    """Say that the answers are there."""
    _rewrite(DONE)


def _say_stopped(result: Any) -> None:
    if result.error_before_exec or result.error_in_exec:
        _rewrite(STOPPED)


def _rewrite(text: str) -> None:
    if _find_shell() is not None:
        from IPython.display import update_display

        update_display(_spell(text), raw=True, display_id=PLACE)


def _find_shell() -> Any:
    """Give the shell of a notebook's kernel; None anywhere else."""
    from IPython import get_ipython

    shell = get_ipython()
    return shell if hasattr(shell, "kernel") else None


def _spell(text: str) -> dict[str, str]:
    colour = MARKS.get(text, "#3b4a63")
    style = f"border-left:3px solid {colour};padding:0.4em 0.9em;max-width:54em"
    drawn = f"<div role='status' aria-live='polite' style='{style}'>{html.escape(text)}</div>"
    return {"text/html": drawn, "text/plain": text}
