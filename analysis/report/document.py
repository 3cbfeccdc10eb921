"""Set a published summary in type: an accessible PDF, the same bytes every time.

In: a told `Summary` and a paper size. Out: the bytes of a tagged PDF/UA-1 that carries the
summary's JSON as an attached file, so that the two cannot part. Decisions: data reaches
the typesetter as JSON, so that nothing in it can act as markup; it sees no file of this machine
except the shipped template, pictures and faces; any warning is an error.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import typst
from matplotlib.ft2font import FT2Font

from analysis.disclosure.summary import Summary, spell_summary
from analysis.figures.style import FONT_FOLDER
from analysis.report.heading import NO_HEADING, Heading
from analysis.report.sections import draw_sections
from analysis.report.spelling import clean_text
from analysis.report.view import view_summary

PAPERS = {"a4": "a4", "letter": "us-letter"}
TEMPLATE_FOLDER = Path(__file__).resolve().parent / "templates"


class ReportFault(RuntimeError):
    """The typesetter warned or refused; a fault of this software, never of the records."""


def render_pdf(summary: Summary, paper: str = "a4", heading: Heading = NO_HEADING) -> bytes:
    """Set the whole report.

    Args:
        summary: a told summary.
        paper: "a4" or "letter".
        heading: what the clinic writes above it.

    Returns:
        The bytes of a tagged PDF/UA-1; equal for equal summaries and headings.

    Raises:
        AnalysisError: if the heading holds a character that cannot be printed.
        KeyError: if the paper is not known.
        ReportFault: if the typesetter warns of anything.
    """
    characters = drawable_characters()
    heading.check_characters(characters)
    view = view_summary(summary, characters, heading)
    pictures = draw_sections(summary, view)
    view["front"]["paper"] = PAPERS[paper]
    view["pictures"] = {
        name: clean_text(picture.alt, characters) for name, picture in pictures.items()
    }
    files = {path.name: path.read_bytes() for path in sorted(TEMPLATE_FOLDER.glob("*.typ"))}
    files["main"] = files.pop("template.typ")
    files["view.json"] = json.dumps(view, ensure_ascii=False, allow_nan=False).encode()
    files["summary.json"] = spell_summary(summary)
    files |= {f"{name}.svg": picture.to_svg() for name, picture in pictures.items()}
    return compile_pages(files)


@functools.cache
def drawable_characters() -> frozenset[int]:
    """Give the code points that every shipped face can draw."""
    faces = sorted(FONT_FOLDER.glob("*.otf"))
    return frozenset.intersection(*(frozenset(FT2Font(str(face)).get_charmap()) for face in faces))


@functools.cache
def _faces() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONT_FOLDER)]
    )


def compile_pages(files: Any) -> bytes:
    """Set the template named "main" with the files beside it; any warning is a `ReportFault`."""
    pdf, warnings = typst.compile_with_warnings(
        files,
        root=str(TEMPLATE_FOLDER),
        format="pdf",
        font_paths=_faces(),
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
    )
    if warnings:
        raise ReportFault("; ".join(sorted({warning.message for warning in warnings})))
    return pdf
