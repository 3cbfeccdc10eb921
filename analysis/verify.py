"""The entry point `python -m analysis.verify`: does a report say what its numbers say?

In: a report's PDF (or its JSON). Out: one line for each question, yes or no, and the exit code: 0
when every answer is yes, 6 when one is no, 2 when there is nothing to verify. Decisions: every
sentence is told again from the attached numbers and the whole report is set again; where that
gives the same bytes, every word, digit and picture is the one these numbers give. Another version
of the typesetter gives other bytes, so then the words of every page are compared, and the answer
says that pictures were not. Nothing is written, and no value of the file is quoted.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.arguments import Arguments
from analysis.errors import EXIT_DIFFERS, AnalysisError, run_entry_point

if TYPE_CHECKING:
    from analysis.disclosure.summary import Summary
    from analysis.report.heading import Heading

YES, NO = "yes", "NO"
SAME_BYTES = "Every word, number and picture of the PDF is the one that its numbers give."
SAME_WORDS = (
    "Every word and number on the pages is the one that the attached numbers give; the file was "
    "set by another version of this program or its typesetter, so pictures were not compared."
)
OTHER_WORDS = (
    "The pages do not say what the attached numbers say (first seen on page {page}). Do not rely "
    "on this PDF."
)
UNREADABLE = "The pages cannot be read, so nobody can tell what they say."
OTHER_SENTENCES = "{n} of its sentences are not the ones that its numbers give."
SAME_SENTENCES = "Its {n} sentences are the ones that its numbers give."
OTHER_NUMBERS = "A number was changed after the report was made, or the file was written again."
SAME_NUMBERS = "No number was changed by accident since the report was made."
OTHER_JSON = '"{name}" beside it holds other bytes than are attached to the PDF.'
SAME_JSON = '"{name}" beside it is what is attached to the PDF.'
TYPED = "Its title, period and who prepared it are the clinic's own words; they are not verified."
OF_LEDGER = "The private ledger here made this report, and nobody changed it since."
NOT_OF_LEDGER = "It bears the name of the private ledger here, which did not make it like this."
ABOUT = {"title": "/Title", "period": "/Subject", "prepared": "/Author"}
Line = tuple[str, str]


class ReportDiffersError(AnalysisError):
    """A report does not say what its numbers say; the lines tell where."""

    exit_code = EXIT_DIFFERS


def verify_report(path: Path, ledger: str | None = None) -> str:
    """Verify a report, and give a line for each question.

    Args:
        path: its PDF or its JSON.
        ledger: folder of the private ledger; the user's data folder when None.

    Raises:
        AnalysisError: if it is no report of this version.
        ReportDiffersError: if any answer is no, with the same lines.
    """
    from analysis.disclosure.summary import parse_summary
    from analysis.report.summary_file import read_report, take_numbers
    from analysis.words.tell import tell
    from analysis.writing.files import PDF_MARK

    content = read_report(path)
    numbers = take_numbers(content)
    summary = parse_summary(numbers)
    try:
        told = tell(summary)
    except Exception:  # whatever numbers that nobody vouches for make a sentence raise
        raise ReportDiffersError("NO   Its numbers do not fit each other.") from None
    lines = [*_verify_numbers(summary, told, numbers), *_ask_ledger(summary, ledger)]
    if content.startswith(PDF_MARK):
        lines += [*_verify_pages(content, told), *_verify_beside(path, numbers)]
    said = "\n".join(f"{verdict:4} {text}" for verdict, text in lines)
    if any(verdict == NO for verdict, _ in lines):
        raise ReportDiffersError(f"{said}\nThis report does not say what its numbers say.")
    return f"{said}\nThis report says what its numbers say.\n"


def _verify_numbers(summary: Summary, told: Summary, numbers: bytes) -> Iterator[Line]:
    """Hold the sentences and the seal of a summary against its numbers."""
    from analysis.disclosure.seal import is_whole
    from analysis.disclosure.summary import spell_summary

    there, wanted = ({s.id: s for s in part.sentences} for part in (summary, told))
    wrong = [id for id in there.keys() | wanted.keys() if there.get(id) != wanted.get(id)]
    if wrong or summary.sentences != told.sentences:
        yield NO, OTHER_SENTENCES.format(n=max(len(wrong), 1))
    else:
        yield YES, SAME_SENTENCES.format(n=len(wanted))
    if is_whole(summary) and (wrong or spell_summary(told) == numbers):
        yield YES, SAME_NUMBERS
    else:
        yield NO, OTHER_NUMBERS


def _ask_ledger(summary: Summary, folder: str | None) -> Iterator[Line]:
    """Ask the clinic's ledger, where there is one that the report names."""
    from analysis.disclosure.private import find_ledger
    from analysis.disclosure.seal import is_of_ledger

    ledger = find_ledger(folder) if summary.ledger else None
    if ledger is not None and ledger.id == summary.ledger:
        same = is_of_ledger(summary, ledger)
        yield (YES, OF_LEDGER) if same else (NO, NOT_OF_LEDGER)


def _verify_pages(pdf: bytes, told: Summary) -> Iterator[Line]:
    """Set the report again from its numbers, and hold the pages against it.

    What the clinic typed above it is read from the PDF and set again as it stands.
    """
    from analysis.report.document import PAPERS, render_pdf
    from analysis.report.family import render_family

    is_report = len(_read_pages(pdf)) != 1  # the page for families is one, a report is more
    again, heading = [], _read_heading(pdf, titled=is_report)
    if heading:
        yield YES, TYPED
    render = render_pdf if is_report else render_family
    for paper in PAPERS:
        again.append(render(told, paper, heading))
        if again[-1] == pdf:
            yield YES, SAME_BYTES
            return
    pages = _read_pages(pdf)
    if not pages:
        yield NO, UNREADABLE
        return
    apart = [_first_difference(pages, _read_pages(other)) for other in again]
    if None in apart:
        yield YES, SAME_WORDS
    else:
        yield NO, OTHER_WORDS.format(page=max(page or 0 for page in apart))


def _verify_beside(path: Path, numbers: bytes) -> Iterator[Line]:
    """Hold the JSON that stands beside a PDF, if one does, against what is attached."""
    from analysis.report.summary_file import read_report

    beside = path.with_suffix(".json")
    if beside.is_file():
        same = read_report(beside) == numbers
        verdict, text = (YES, SAME_JSON) if same else (NO, OTHER_JSON)
        yield verdict, text.format(name=beside.name)


def _read_heading(pdf: bytes, *, titled: bool) -> Heading:
    """Give what the clinic typed above a report; nothing where it cannot be what was typed.

    Only a report bears a title of the clinic's; the page for families has its own.
    """
    from analysis.report.document import drawable_characters
    from analysis.report.heading import NO_HEADING, Heading
    from analysis.words.answer import TITLE

    known = _read_about(pdf)
    try:
        title = known["title"] if titled and known["title"] != TITLE else ""
        heading = Heading(title, known["period"], known["prepared"])
        heading.check_characters(drawable_characters())
    except AnalysisError:
        return NO_HEADING
    return heading


def _read_about(pdf: bytes) -> dict[str, str]:
    """Give what a PDF says of itself; nothing where that cannot be read."""
    from pypdf import PdfReader

    try:
        about = dict(PdfReader(io.BytesIO(pdf)).metadata or {})
        found = {name: str(about.get(key, "")) for name, key in ABOUT.items()}
    except Exception:  # whatever a broken PDF makes its reader raise
        found = dict.fromkeys(ABOUT, "")
    return found


def _read_pages(pdf: bytes) -> list[list[str]]:
    """Give the words of every page; none where they cannot be read."""
    import logging

    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        return [page.extract_text().split() for page in PdfReader(io.BytesIO(pdf)).pages]
    except Exception:  # whatever a broken PDF makes its reader raise
        return []


def _first_difference(pages: list[list[str]], others: list[list[str]]) -> int | None:
    """Give the number of the first page whose words differ; None where none do."""
    for number, (page, other) in enumerate(zip(pages, others, strict=False), 1):
        if page != other:
            return number
    return None if len(pages) == len(others) else min(len(pages), len(others)) + 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the entry point; gives 0, 2 (nothing to verify) or 6 (it differs)."""
    parser = Arguments(
        prog="python -m analysis.verify",
        description="Tell every sentence of a report again from the numbers it carries, and say "
        "whether they are the ones printed. Nothing is written.",
    )
    parser.add_argument(
        "report", help="the PDF of a report or of its page for families, or its JSON"
    )
    parser.add_argument("--ledger", help="folder of the clinic's private ledger, if it is another")
    asked = parser.parse_args(arguments)
    return run_entry_point(lambda: verify_report(Path(asked.report), asked.ledger))


if __name__ == "__main__":
    sys.exit(main())
