"""The form of notebook 0: choose a file, say what its columns mean, see the faults, confirm.

In: the folder to begin in. Out: an ipywidgets box. Confirming writes the mapping beside the records
and makes them the records of every notebook.
Decisions: a path is typed, pasted or picked in a field and never stands in code; a shape stands in
place of each cell; what a fault says is what `python -m analysis.check` says.
"""

from __future__ import annotations

import html
import os
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlparse
from urllib.request import url2pathname

import ipywidgets as widgets

from analysis.errors import AnalysisError, name_fault, name_lack
from analysis.notebook.assigning import Assigning, Field
from analysis.notebook.chosen import recall_choice, remember_choice
from analysis.notebook.controls import CLASS, Controls
from analysis.notebook.shapes import draw_shapes
from analysis.records.reading.sources import DATA_ENDINGS
from analysis.shipped import SAMPLE
from analysis.wording import count

UP = "(the folder above)"
MOST_LISTED = 500
STYLE = {"description_width": "15em"}
WIDE = {"width": "46em", "max_width": "100%"}
WORKING = "Working; a large file takes some seconds."
BEGIN = (
    "Type or paste the path of your records, or pick them in the list: a folder of tables, a "
    "workbook, or one sheet. Then press Look. Nothing is changed in your file."
)
NEXT = (
    "Now run the cells below: menu Run, Run All Cells. Every other notebook takes these records "
    "too, from its next run on."
)
SAMPLE_AGAIN = "The notebooks show the invented sample again."
FIRST_LOOK = "Press Look first."
PARTS = (
    ("columns", "What each column is"),
    ("visits", "When each visit was"),
    ("labels", "What each label means"),
    ("settings", "The sheet as a whole"),
)


def show_form(
    start: str | os.PathLike[str] | None = None, folder: str | os.PathLike[str] | None = None
) -> Controls:
    """Give the form.

    Args:
        start: the folder whose files are listed first; the user's own when None.
        folder: where the choice is kept; the user's data folder when None.
    """
    return Form(Path.home() if start is None else Path(start), folder).box


def read_path(typed: str) -> Path:
    """Give the path that somebody typed or pasted: quotes, file:// and ~ are understood.

    Args:
        typed: the text of the field.

    Raises:
        AnalysisError: when nothing was typed or nothing is there.
    """
    text = typed.strip().strip("\"'").strip()
    if text.lower().startswith("file:"):
        text = url2pathname(unquote(urlparse(text).path))
    if not text:
        raise AnalysisError("Type the path of your records, or pick them in the list.")
    path = Path(text).expanduser()
    if not path.exists():
        raise AnalysisError("There is no such file or folder. Check the name and where it is.")
    return path


def list_folder(folder: Path) -> list[str]:
    """Give what can be picked in a folder: folders first, then files that could hold records.

    Args:
        folder: any folder; one that cannot be opened lists nothing.
    """
    try:
        entries = sorted(folder.iterdir(), key=lambda one: one.name.casefold())
        folders = [f"{one.name}/" for one in entries if one.is_dir() and one.name[0] != "."]
    except OSError:
        return [UP]
    files = [
        one.name
        for one in entries
        if one.suffix.lower() in DATA_ENDINGS and one.name[0] != "." and one.name[:2] != "~$"
    ]
    return [UP, *files[:MOST_LISTED], *folders[:MOST_LISTED]]


class Form:
    """The form and what it holds.

    Attributes:
        box: what is shown.
        path: the field for a path.
        picked: the list of a folder.
        buttons: "open", "look", "confirm", "sample".
        parts: the boxes of drop-downs by the part of the mapping.
        preview: rows of shapes.
        said: faults, verdict and what was done.
    """

    def __init__(self, folder: Path, kept_in: str | os.PathLike[str] | None) -> None:
        """Build the form; records chosen before are looked at at once."""
        self._kept_in = kept_in
        self._assigning: Assigning | None = None
        self._quiet = False
        chosen = recall_choice(kept_in)
        self.path = widgets.Text(
            value=str(chosen or ""),
            description="File or folder",
            placeholder="the path of your records",
            continuous_update=False,
            style=STYLE,
            layout=WIDE,
        )
        self.picked = widgets.Select(
            description="Or pick one here", rows=8, style=STYLE, layout=WIDE
        )
        self.buttons = {
            "open": widgets.Button(description="Take the picked one"),
            "look": widgets.Button(description="Look", button_style="primary"),
            "confirm": widgets.Button(description="Confirm and keep", button_style="primary"),
            "sample": widgets.Button(description="Use the invented sample"),
        }
        for name, button in self.buttons.items():
            button.layout.width = "17em"
            button.on_click(partial(self._press, name))
        self.preview = widgets.HTML()
        self.said = widgets.HTML()
        self.parts = {name: widgets.VBox() for name, _ in PARTS}
        self._list(chosen.parent if chosen else folder)
        self._say(BEGIN)
        row = widgets.HBox([self.buttons[n] for n in ("open", "look", "sample")])
        self.box = Controls(
            [
                self.path,
                self.picked,
                row,
                self.preview,
                *self.parts.values(),
                self.buttons["confirm"],
                self.said,
            ]
        )
        self.box.add_class(CLASS)
        self.buttons["confirm"].layout.display = "none"
        if chosen:
            self._press("look")

    def _press(self, name: str, _button: object = None) -> None:
        acts: dict[str, Callable[[], None]] = {
            "open": self._open,
            "look": self._look,
            "confirm": self._confirm,
            "sample": self._use_sample,
        }
        self._act(acts[name])

    def _act(self, act: Callable[[], None]) -> None:
        """Do something; what goes wrong is told in words that quote no cell."""
        self._say(WORKING)
        try:
            act()
        except AnalysisError as error:
            self._say(str(error), fault=True)
        except Exception as error:
            self._say(name_lack(error) or name_fault(error), fault=True)

    def _say(self, text: str, more: str = "", *, fault: bool = False) -> None:
        colour = "#a3262a" if fault else "#2f6f4f"
        role = "alert" if fault else "status"
        self.said.value = (
            f"<div role='{role}' style='border-left:3px solid {colour};padding:0.2em 0.9em;"
            f"max-width:60em;white-space:pre-wrap;line-height:1.45'>{html.escape(text)}</div>{more}"
        )

    def _list(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self.picked.options = list_folder(self._folder)
        self.picked.value = self.picked.options[0]

    def _open(self) -> None:
        name = str(self.picked.value)
        target = self._folder.parent if name == UP else self._folder / name
        self.path.value = str(target)
        if target.is_dir():
            self._list(target)
            self._say("Press Look to take this folder as a whole, or pick a file in it.")
        else:
            self._look()

    def _look(self) -> None:
        self._clear()
        path = read_path(self.path.value)
        self._assigning = Assigning(path)
        self.preview.value = "".join(
            draw_shapes(table, f"The first rows of {table.file}, as shapes (no cell is shown)")
            for _, table in self._assigning.tables
        )
        self._draw([name for name, _ in PARTS])
        self._judge()
        self.buttons["confirm"].layout.display = ""

    def _clear(self) -> None:
        self._assigning = None
        self.preview.value = ""
        for part in self.parts.values():
            part.children = ()
        self.buttons["confirm"].layout.display = "none"

    def _draw(self, names: Iterable[str]) -> None:
        """Draw the drop-downs of these parts anew."""
        titles = dict(PARTS)
        for name in names:
            fields: list[Field] = getattr(self._assigning, name)()
            title = widgets.HTML(f"<h3 style='margin:0.6em 0 0.2em'>{titles[name]}</h3>")
            self.parts[name].children = (
                (title, *(self._control(name, field) for field in fields)) if fields else ()
            )

    def _control(self, name: str, field: Field) -> widgets.Widget:
        control = widgets.Dropdown(
            options=list(field.options),
            value=field.value,
            description=field.label,
            tooltip=field.label,
            style=STYLE,
            layout={"width": "40em", "max_width": "100%"},
        )
        control.observe(partial(self._changed, name, field), names="value")
        note = widgets.HTML(f"<small>{html.escape(field.sure)}</small>")
        return widgets.HBox([control, note], layout={"flex_flow": "row wrap"})

    def _changed(self, name: str, field: Field, change: dict[str, object]) -> None:
        if self._quiet or self._assigning is None:
            return
        self._act(partial(self._take, name, field, str(change["new"])))

    def _take(self, name: str, field: Field, value: str) -> None:
        """Take a choice; the part it was made in stays as it is, so that the focus stays too."""
        assigning = self._assigning
        if assigning is None:
            raise AnalysisError(FIRST_LOOK)
        assigning.change(field.part, field.given, value)
        if name in ("columns", "settings"):
            self._draw([part for part, _ in PARTS if part != name])
            self._renew(name)
        self._judge()

    def _renew(self, name: str) -> None:
        """Give the drop-downs of a part the values that follow from a choice in one of them."""
        fields: list[Field] = getattr(self._assigning, name)()
        self._quiet = True
        try:
            for row, field in zip(self.parts[name].children[1:], fields, strict=True):
                control = row.children[0]
                if control.value != field.value:
                    control.options = list(field.options)
                    control.value = field.value
        finally:
            self._quiet = False

    def _judge(self) -> bool:
        assigning = self._assigning
        if assigning is None:
            raise AnalysisError(FIRST_LOOK)
        readiness, faults = assigning.judge()
        if readiness is None:
            self._say(faults, fault=True)
            return False
        open_labels = sum(not field.value for field in assigning.labels())
        left = f" {count(open_labels, 'label')} without a meaning." if open_labels else ""
        self._say(
            f"These records can be read as chosen.{left} Look at each choice, then press Confirm "
            "and keep.",
            readiness._repr_html_(),
        )
        return True

    def _confirm(self) -> None:
        assigning = self._assigning
        if assigning is None:
            raise AnalysisError(FIRST_LOOK)
        written = assigning.keep()
        remember_choice(assigning.path, self._kept_in)
        told = (
            f"Written: {written.name}, beside the records. Every command and notebook finds it "
            "there."
            if written
            else "Nothing had to be written: these records say by themselves what they mean."
        )
        readiness, faults = assigning.judge()
        if readiness is None:
            self._say(f"{told}\n\nThe records themselves are not ready yet. {faults}", fault=True)
        else:
            self._say(f"{told} {NEXT}", readiness._repr_html_())

    def _use_sample(self) -> None:
        remember_choice(None, self._kept_in)
        self._clear()
        self.path.value = ""
        self._list(SAMPLE.parent if SAMPLE.is_dir() else self._folder)
        self._say(f"{SAMPLE_AGAIN} {NEXT.split('. ', maxsplit=1)[0]}.")
