"""A box of controls in a notebook that keeps its keys and leaves nothing in the file.

In: widgets. Out: an ipywidgets box.
Decisions: JupyterLab takes arrow keys and letters for itself even while a control has the focus, so
the box asks it to leave them alone; without that nobody could choose by keyboard. The text stored
beside a box is one fixed sentence, because the usual one quotes what stands in the controls.
"""

from __future__ import annotations

import ipywidgets as widgets
from IPython.display import Javascript, display

from analysis.notebook.execution import CONTROLS_HERE

CLASS = "therapy-controls"
LEAVE_KEYS = f"""
const mark = () => document.querySelectorAll(
  '.{CLASS} select, .{CLASS} input, .{CLASS} button, .{CLASS} [tabindex]').forEach(
    node => node.setAttribute('data-lm-suppress-shortcuts', 'true'));
mark();
if (!window.therapyControls) {{
  window.therapyControls = new MutationObserver(mark);
  window.therapyControls.observe(document.body, {{childList: true, subtree: true}});
}}
"""


class Controls(widgets.VBox):
    """A box of controls that keeps its keys."""

    def __repr__(self) -> str:
        return CONTROLS_HERE

    def _ipython_display_(self) -> None:
        data = self._repr_mimebundle_()
        display({**data, "text/plain": CONTROLS_HERE}, raw=True)
        display(Javascript(LEAVE_KEYS))
