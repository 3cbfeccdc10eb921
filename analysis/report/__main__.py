"""The entry point `python -m analysis.report`: records in, a PDF for the clinic's table out.

In: a path to records and a few choices. Out: `summary.pdf`, `summary.json` beside it, the
answer on the screen, and a note in the clinic's private ledger. Decisions: whatever can be refused
early is refused before anything slow is imported; the ledger is written before the report, so that
no report leaves that it does not know; a fault of this software is named by its place, never by a
message that could quote a child's record.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.arguments import Arguments, whole
from analysis.errors import run_entry_point
from analysis.report.heading import TYPED, Heading
from analysis.report.summary_file import JSON_MARK, TEXT_MARK, read_summary
from analysis.report.take_along import TakeAlong, plan_take_along
from analysis.settings import Settings
from analysis.tables.marks import ENDINGS
from analysis.wording import read_number
from analysis.writing import PDF_MARK, Output, recover_files, write_files

if TYPE_CHECKING:
    from analysis.disclosure.private import KeptLedger
    from analysis.disclosure.summary import Summary
    from analysis.records.load import Records

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"
SCREEN_WIDTH = 88
STAGES = (
    "Reading the records",
    "Comparing the formats",
    "Asking again in other ways",
    "Drawing the report",
    "Writing",
)
TYPED_ABOVE = {
    "title": "title of the report, such as the clinic's name",
    "period": "the time the records are from, such as a term",
    "prepared": "who prepared the report, and when",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the entry point.

    Args:
        arguments: what stands after `python -m analysis.report`; the program's own when None.

    Returns:
        The exit code: 0 written, 1 a fault of this software, 2 usage, 3 records refused for
        privacy, 4 records refused as faulty, 5 cannot write.
    """
    asked = _read_arguments(arguments)
    return run_entry_point(lambda: make_report(asked))


def make_report(asked: argparse.Namespace) -> str:
    """Write the report that was asked for, and give the closing lines.

    Args:
        asked: records, output, margin, smallest_cell, paper, title, period, prepared, family,
            text, figures, tables, mapping, previous, ledger.

    Raises:
        AnalysisError: if the choices, the records or the place to write are refused.
    """
    settings = Settings(margin=asked.margin, smallest_cell=asked.smallest_cell)
    heading = Heading(asked.title, asked.period, asked.prepared)
    source = SAMPLE if asked.records is None else Path(asked.records)
    outputs = _name_outputs(Path(asked.output), asked.family, with_text=asked.text)
    inputs = _list_inputs(source)
    beside = plan_take_along(asked.figures, asked.tables)
    recover_files([*outputs.values(), *beside.places], inputs)
    previous = None if asked.previous is None else read_summary(asked.previous)
    with _show_stages() as start:
        start(0)
        from analysis.records.load import read_records

        records = read_records(source, asked.mapping)
        start(1)
        from analysis.disclosure.private import open_ledger
        from analysis.disclosure.release import protect, recall_earlier
        from analysis.study import run_study
        from analysis.words.tell import tell

        leaves = outputs["pdf"].path.parent
        ledger = (
            None
            if records.invented
            else open_ledger(asked.ledger, leaves=leaves, make=previous is None)
        )
        earlier = recall_earlier(records, ledger, previous)
        study = run_study(records, settings, earlier=earlier, before_asking_again=lambda: start(2))
        summary = tell(protect(study, ledger, previous))
        start(3)
        contents = _render(summary, heading, asked.paper, with_text=asked.text)
        if "family" in outputs:
            from analysis.report.family import render_family

            contents["family"] = render_family(summary, asked.paper, heading)
        more = beside.make(summary)
        start(4)
        if ledger is not None:
            ledger.save()
        written = write_files(
            [*(Output(outputs[n].path, contents[n], outputs[n].mark) for n in outputs), *more],
            inputs=inputs,
        )
    return _close(records, summary, heading, written, ledger, beside)


def _read_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = Arguments(
        prog="python -m analysis.report",
        description="Compare individual, group and combined therapy from goal-attainment records, "
        "and write the answer as a PDF with its numbers beside it as JSON.",
    )
    parser.add_argument(
        "records",
        nargs="?",
        help="folder of tables, workbook, or one flat sheet; left out: the invented sample",
    )
    parser.add_argument("--output", default="summary.pdf", help="the PDF (default: %(default)s)")
    parser.add_argument(
        "--margin",
        type=read_number,
        default=Settings.margin,
        help="smallest difference that matters, in levels per "
        f"{Settings.rate_weeks} weeks (default: %(default)s)",
    )
    parser.add_argument(
        "--smallest-cell",
        type=whole,
        default=Settings.smallest_cell,
        help="print nothing about fewer children than this (default: %(default)s)",
    )
    parser.add_argument("--paper", choices=("a4", "letter"), default="a4")
    parser.add_argument(
        "--family", metavar="PDF", help="also write one page for families, into this PDF"
    )
    for name, what in TYPED_ABOVE.items():
        parser.add_argument(
            f"--{name}",
            default="",
            metavar="TEXT",
            help=f"{what}; printed as typed, so write no name of a child",
        )
    parser.add_argument("--text", action="store_true", help="also write the report as plain text")
    parser.add_argument(
        "--figures",
        metavar="FOLDER",
        help="also write every picture as SVG and PNG, into this folder",
    )
    parser.add_argument(
        "--tables",
        metavar="FILE",
        help="also write every number with its sentence, as .xlsx or .csv",
    )
    parser.add_argument("--mapping", help="TOML file that says what your clinic calls things")
    parser.add_argument(
        "--previous",
        help="the last report about these children, PDF or JSON: keeps its numbers where new "
        "ones beside them would tell about a few children, and says what changed",
    )
    parser.add_argument(
        "--ledger",
        help="folder of the clinic's private ledger, which knows who stood behind earlier reports "
        "and never leaves (default: where this system keeps your programs' data)",
    )
    asked = parser.parse_args(arguments)
    if Path(asked.output).suffix.lower() != ".pdf":
        parser.error("the output is a PDF: give a name that ends in .pdf")
    if asked.family is not None and Path(asked.family).suffix.lower() != ".pdf":
        parser.error("--family: give a name that ends in .pdf")
    if asked.family is not None and Path(asked.family).resolve() == Path(asked.output).resolve():
        parser.error("--family: give another name than the report's")
    if asked.tables is not None and Path(asked.tables).suffix.lower() not in ENDINGS:
        parser.error(f"--tables: give a name that ends in {' or '.join(ENDINGS)}")
    return asked


def _name_outputs(pdf: Path, family: str | None, *, with_text: bool) -> dict[str, Output]:
    """Give the files to write and how an old one of each must begin to be replaced."""
    outputs = {
        "pdf": Output(pdf, b"", PDF_MARK),
        "json": Output(pdf.with_suffix(".json"), b"", JSON_MARK),
    }
    if with_text:
        outputs["text"] = Output(pdf.with_suffix(".txt"), b"", TEXT_MARK)
    if family is not None:
        outputs["family"] = Output(Path(family), b"", PDF_MARK)
    return outputs


def _list_inputs(source: Path) -> list[Path]:
    with contextlib.suppress(OSError):
        return [source, *source.iterdir()] if source.is_dir() else [source]
    return [source]


def _render(summary: Summary, heading: Heading, paper: str, *, with_text: bool) -> dict[str, bytes]:
    from analysis.disclosure.summary import spell_summary
    from analysis.report.document import render_pdf

    contents = {"pdf": render_pdf(summary, paper, heading), "json": spell_summary(summary)}
    if with_text:
        from analysis.report.plain_text import render_text

        contents["text"] = render_text(summary, heading).encode()
    return contents


@contextlib.contextmanager
def _show_stages() -> Iterator[Callable[[int], None]]:
    """Give a function that says which stage begins; silent unless a person is watching."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from tqdm import tqdm

    form = "{desc}: {n_fmt} of {total_fmt}"
    with tqdm(total=len(STAGES), bar_format=form, leave=False, ncols=SCREEN_WIDTH) as bar:

        def start(stage: int) -> None:
            bar.n = stage + 1
            bar.set_description_str(STAGES[stage])

        yield start


def _close(
    records: Records,
    summary: Summary,
    heading: Heading,
    written: Sequence[Path],
    ledger: KeptLedger | None,
    beside: TakeAlong,
) -> str:
    """Give the closing lines: what was mended, the answer, where the files are, what to keep.

    A plain hyphen stands for the minus sign, which not every terminal can show.
    """
    from analysis.words.answer import list_shortly
    from analysis.words.phrases import compares

    lines = [f"Note: {note}" for note in records.notes]
    texts = summary.texts
    if heading:
        lines.append(f"Note: {TYPED}")
    if summary.invented:
        lines.append("These are the invented sample records.")
    if summary.previous:
        lines.append(texts["changes.held"])
    lines += ["", texts["headline"], texts["counts"]]
    lines += [texts["always"]] if compares(summary) else []
    lines += [*(f"- {text}" for text in list_shortly(summary)), ""]
    lines = [
        textwrap.fill(line, SCREEN_WIDTH, subsequent_indent="  " * line.startswith("- "))
        for line in lines
    ]
    lines += [f"Written: {place}" for place in beside.name_written(written)]
    if ledger is not None:
        lines += _say_ledger(summary, written, ledger)
    return "\n".join(lines).replace("\N{MINUS SIGN}", "-") + "\n"


def _say_ledger(summary: Summary, written: Sequence[Path], ledger: KeptLedger) -> list[str]:
    """Say where the private ledger is, what it is for, and what it cannot promise."""
    name = next(path for path in written if path.suffix == ".pdf").name
    lines = [
        f"Private ledger: {ledger.path} (it stays in the clinic; never hand it out)",
        f"If you hand this report out, give it to the next one (--previous {name}):\ntwo reports "
        "that know of each other tell nothing about one child.",
    ]
    n_others = 0 if summary.previous else ledger.count_others(summary.report)
    if n_others:
        lines.append(
            f"This ledger knows of {n_others} other {'reports' if n_others > 1 else 'report'} that "
            "this one was not held against. If one was\nhanded out, do not hand this one out: make "
            "it again with --previous and the last of them."
        )
    return lines


if __name__ == "__main__":
    sys.exit(main())
