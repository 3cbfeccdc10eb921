"""Controls in a notebook that ask the question again for a choice and redraw the answer.

In: the parameters of a notebook. Out: an ipywidgets box: five labelled controls, the picture, the
answer in words. Everything shown comes from `Browser.look`, after disclosure control.
"""

from __future__ import annotations

import base64
import html
import os

import ipywidgets as widgets

from analysis.comparison.result import PAIRS
from analysis.disclosure.private import open_ledger
from analysis.figures.contrasts import draw_contrasts
from analysis.notebook.choices import (
    AGES,
    ALL_AGES,
    ALL_PAIRS,
    GOALS,
    WEEKS,
    Browser,
    Choice,
    Look,
)
from analysis.notebook.chosen import find_records
from analysis.notebook.controls import CLASS, Controls
from analysis.notebook.guard import refuse_kept_notebook
from analysis.records.load import read_records
from analysis.settings import Settings
from analysis.wording import sentence_case

MARGINS = {"min": 0.05, "max": 1.0, "step": 0.05}
WIDE = {"description_width": "10.5em"}
PICTURE_DPI = 110


def explore_comparison(
    records: str | os.PathLike[str],
    margin: float = Settings.margin,
    smallest_cell: int = Settings.smallest_cell,
    goals: str = Choice.goals,
    ledger: str | os.PathLike[str] | None = None,
) -> Controls:
    """Give controls that ask the main question again and redraw its answer.

    Args:
        records: a folder of tables, a workbook, one flat sheet, or `chosen.CHOSEN`.
        margin: the smallest difference that matters, in levels per `Settings.rate_weeks`.
        smallest_cell: nothing is shown about fewer children.
        goals: the goals chosen at first.
        ledger: folder of the clinic's private ledger; the user's data folder when None.

    Raises:
        AnalysisError: if the records or the choices are refused, or the answer would be saved
            where git keeps the sample's.
    """
    settings = Settings(margin=margin, smallest_cell=smallest_cell)
    found = read_records(find_records(records))
    refuse_kept_notebook(found)
    browser = Browser(found, settings, None if found.invented else open_ledger(ledger))
    controls = make_controls(browser, Choice(goals=goals, margin=margin))
    shown = widgets.HTML()

    def redraw(_change: object = None) -> None:
        choice = Choice(**{name: control.value for name, control in controls.items()})
        shown.value = draw_look(browser.look(choice))

    for control in controls.values():
        control.observe(redraw, names="value")
    redraw()
    box = Controls([*controls.values(), shown])
    box.add_class(CLASS)
    return box


def make_controls(browser: Browser, first: Choice) -> dict[str, widgets.Widget]:
    """Give one labelled control for each part of a choice.

    Args:
        browser: for whether ages were recorded.
        first: what is chosen at first.
    """
    pairs = {sentence_case(f"{this} and {than}"): f"{this}-{than}" for this, than in PAIRS}
    return {
        "goals": widgets.Dropdown(
            options=list(GOALS), value=first.goals, description="Which goals", style=WIDE
        ),
        "ages": widgets.Dropdown(
            options=list(AGES) if browser.ages_known else [ALL_AGES],
            value=first.ages,
            description="Which children",
            style=WIDE,
        ),
        "weeks": widgets.Dropdown(
            options={f"First {weeks} weeks": weeks for weeks in WEEKS},
            value=first.weeks,
            description="Which reviews",
            style=WIDE,
        ),
        "pair": widgets.Dropdown(
            options={ALL_PAIRS: ALL_PAIRS, **pairs},
            value=first.pair,
            description="Which formats",
            style=WIDE,
        ),
        "margin": widgets.FloatSlider(
            value=first.margin,
            **MARGINS,
            description="What would matter",
            continuous_update=False,
            style=WIDE,
            layout=widgets.Layout(width="30em"),
        ),
    }


def draw_look(look: Look) -> str:
    """Draw what a choice shows, as HTML: the picture with its text, then the words.

    Args:
        look: what may be shown.
    """
    words = "".join(f"<p style='margin:0.4em 0'>{html.escape(s)}</p>" for s in look.sentences)
    words = f"<div role='status' style='max-width:54em;line-height:1.45'>{words}</div>"
    if look.summary is None:
        return words
    picture = draw_contrasts(look.summary)
    code = base64.b64encode(picture.to_png(PICTURE_DPI)).decode()
    alt = html.escape(picture.alt, quote=True)
    return f"<img alt='{alt}' style='max-width:100%' src='data:image/png;base64,{code}'>{words}"
