"""The sections of the report in reading order: one row each.

In: nothing. Out: `SECTIONS`, and what they all give for one `Summary`. Decisions: a section whose
view is None was not asked, and is left out of pages, pictures and plain text; where no pair can be
compared only the team's two pages remain, and what changed; a new section is one row here and a
file of its name in `templates/`, which gives its pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from analysis.disclosure.summary import Summary
from analysis.figures.style import Picture
from analysis.report import answer_pages as first
from analysis.report import cohort_pages as cohort
from analysis.report import deeper_pages as deeper
from analysis.report import method_pages as last
from analysis.report import progress_page as second
from analysis.report.spelling import View
from analysis.words.phrases import compares


@dataclass(frozen=True)
class Section:
    """One section of the report.

    Attributes:
        name: the section's name in every layer; the key of its view.
        view: gives its display strings; None where the study was not asked it.
        write: gives its blocks of plain text from its view.
        draw: gives its pictures by name, empty ones included.
    """

    name: str
    view: Callable[[Summary], View | None]
    write: Callable[[View, Summary], Iterable[str]]
    draw: Callable[[Summary], dict[str, Picture]] = lambda _: {}


SECTIONS = (
    Section("answer", first.view_answer, first.write_answer, first.draw_answer),
    Section("progress", second.view_progress, second.write_progress, second.draw_course),
    Section("previous", cohort.view_previous, cohort.write_previous),
    Section("cohort", cohort.view_cohort, cohort.write_cohort, cohort.draw_cohort),
    Section("subgroups", deeper.view_subgroups, deeper.write_subgroups, deeper.draw_subgroups),
    Section("effort", deeper.view_effort, deeper.write_effort, deeper.draw_times),
    Section("analyses", last.view_analyses, last.write_analyses, last.draw_certainty),
    Section(
        "sensitivity", deeper.view_sensitivity, deeper.write_sensitivity, deeper.draw_sensitivity
    ),
    Section("claims", deeper.view_claims, deeper.write_claims),
    Section("method", last.view_method, last.write_method),
)

ANNEX = ("cohort", "subgroups", "effort", "analyses", "sensitivity", "claims", "method")
WITHOUT_COMPARISON = frozenset({"answer", "progress", "previous"})


def view_sections(summary: Summary) -> dict[str, View]:
    """Give the display strings of every section that the study was asked, by name.

    Args:
        summary: a told summary.
    """
    whole = compares(summary)
    wanted = (row for row in SECTIONS if whole or row.name in WITHOUT_COMPARISON)
    views = ((section.name, section.view(summary)) for section in wanted)
    return {name: view for name, view in views if view is not None}


def draw_sections(summary: Summary, asked: Iterable[str]) -> dict[str, Picture]:
    """Draw every picture that has something to show, by name.

    Args:
        summary: a told summary.
        asked: names of the sections that the study was asked.
    """
    names = set(asked)
    found = (section.draw(summary) for section in SECTIONS if section.name in names)
    return {
        name: picture
        for pictures in found
        for name, picture in pictures.items()
        if not picture.empty
    }
