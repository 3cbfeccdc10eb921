"""Set a published summary in type: an accessible PDF, the same bytes every time.

In: `Published.summary` and a paper size. Out: the bytes of a tagged PDF/UA-1. The decisions taken
here: data reaches the typesetter as JSON, so that nothing in it can act as markup; it sees no
file of this machine except the shipped template, pictures and faces; any warning is an error.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path

import typst
from matplotlib.ft2font import FT2Font

from analysis.figures.analyses import draw_analyses
from analysis.figures.balance import draw_balance, draw_overlap
from analysis.figures.contrasts import draw_contrasts
from analysis.figures.flow import draw_flow
from analysis.figures.levels import draw_levels
from analysis.figures.needed import draw_needed
from analysis.figures.progress import draw_progress
from analysis.figures.rates import draw_rates
from analysis.figures.style import FONT_FOLDER, Picture, text_width_cm
from analysis.report.sections import draw_beside
from analysis.report.sensitivity import asked_again, draw_doubts
from analysis.report.view import clean_text, view_summary

PAPERS = {"a4": "a4", "letter": "us-letter"}
TEMPLATE_FOLDER = Path(__file__).resolve().parent / "templates"
TEXT_CM = 17.4
SIDES_CM = (7.4, 8.2, 9.0)
TALLEST_ROW_CM = 2.9
GUTTER_CM = 0.4
HALF_CM = 8.45
SENTENCE_SIZE = 9.0
LINE_CM = 0.405
LEAST_ROW_CM = 1.95


class ReportFault(RuntimeError):
    """The typesetter warned or refused; a fault of this software, never of the records."""


def render_pdf(summary: dict, paper: str = "a4") -> bytes:
    """Set the whole report.

    Args:
        summary: a published summary.
        paper: "a4" or "letter".

    Returns:
        The bytes of a tagged PDF/UA-1; equal for equal summaries.

    Raises:
        KeyError: if the paper is not known.
        ReportFault: if the typesetter warns of anything.
    """
    characters = drawable_characters()
    view = view_summary(summary, characters)
    view["front"]["paper"] = PAPERS[paper]
    side_cm, row_cm = _share_width(view["answer"]["pairs"])
    pictures = draw_pictures(summary, side_cm, row_cm)
    view["side_cm"], view["row_cm"] = side_cm, row_cm
    view["pictures"] = {
        name: clean_text(picture.alt, characters) for name, picture in pictures.items()
    }
    files = {path.name: path.read_bytes() for path in sorted(TEMPLATE_FOLDER.glob("*.typ"))}
    files["main"] = files.pop("template.typ")
    files["view.json"] = json.dumps(view, ensure_ascii=False, allow_nan=False).encode()
    files |= {f"{name}.svg": picture.to_svg() for name, picture in pictures.items()}
    return _compile(files)


def draw_pictures(summary: dict, side_cm: float, row_cm: float) -> dict[str, Picture]:
    """Draw every picture that this summary has something to show in.

    Args:
        summary: a published summary.
        side_cm: width of the sentences on page 1.
        row_cm: height of a row on page 1, where sentences stand beside the picture.
    """
    beside = TEXT_CM - side_cm - GUTTER_CM
    pictures = {
        "contrasts": draw_contrasts(summary, width_cm=beside, row_cm=row_cm, named=False),
        "needed": draw_needed(summary, width_cm=TEXT_CM),
        "rates": draw_rates(summary, width_cm=HALF_CM),
        "flow": draw_flow(summary, width_cm=TEXT_CM),
        "balance": draw_balance(summary, width_cm=HALF_CM),
        "overlap": draw_overlap(summary, width_cm=HALF_CM),
        "progress": draw_progress(summary, width_cm=TEXT_CM),
        "levels": draw_levels(summary, width_cm=TEXT_CM),
        "analyses": draw_analyses(summary, width_cm=TEXT_CM),
        **(draw_beside(summary) if "depends" in summary else {}),
        **(draw_doubts(summary) if asked_again(summary) else {}),
    }
    return {name: picture for name, picture in pictures.items() if not picture.empty}


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


def _share_width(pairs: list[dict]) -> tuple[float, float]:
    """Give the width of page 1's sentences and the height of their rows, in centimetres.

    Longer sentences get more width, so that page 1 stays one page.
    """
    for side_cm in SIDES_CM:
        lines = max(_count_lines(pair["sentence"], side_cm - 0.1) for pair in pairs)
        row_cm = max(LEAST_ROW_CM, round(1.12 + LINE_CM * lines, 2))
        if row_cm <= TALLEST_ROW_CM:
            break
    return side_cm, row_cm


def _count_lines(text: str, width_cm: float) -> int:
    lines, current = 1, ""
    for word in text.split():
        longer = f"{current} {word}".strip()
        if current and text_width_cm(longer, SENTENCE_SIZE) > width_cm:
            lines, current = lines + 1, word
        else:
            current = longer
    return lines


def _compile(files: dict[str, bytes]) -> bytes:
    pdf, warnings = typst.compile_with_warnings(
        files,
        format="pdf",
        font_paths=_faces(),
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
    )
    if warnings:
        raise ReportFault("; ".join(sorted({warning.message for warning in warnings})))
    return pdf
