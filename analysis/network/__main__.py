"""The entry point `python -m analysis.network`: several clinics in, one answer out.

In: the reports of several clinics (`combine`), or their records in one place (`report`). Out: a PDF
of two pages, its numbers beside it as JSON, the answer on the screen. Decisions: nothing is written
but what is published of all clinics together; no clinic is named in it; `invent` makes clinics to
try it on.
"""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.arguments import Arguments, whole
from analysis.errors import AnalysisError, run_entry_point
from analysis.settings import Settings
from analysis.wording import read_number
from analysis.writing import PDF_MARK, Output, recover_files, write_files

if TYPE_CHECKING:
    from analysis.clinics.rows import NetworkSummary

SCREEN_WIDTH = 88
COLUMN = "clinic"
JSON_MARK = b'{\n "version": '
OWN_NOT_AMONG = "The report given with --own must be one of the reports that are combined."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the entry point.

    Args:
        arguments: what stands after `python -m analysis.network`; the program's own when None.

    Returns:
        The exit code: 0 written, 1 a fault of this software, 2 usage or clinics that do not fit,
        3 records refused for privacy, 4 records refused as faulty, 5 cannot write.
    """
    asked = _read_arguments(arguments)
    work = {"combine": combine, "report": report, "invent": invent}[asked.act]
    return run_entry_point(lambda: work(asked))


def combine(asked: argparse.Namespace) -> str:
    """Pool the reports that clinics let out, write the answer, and give the closing lines.

    Args:
        asked: reports, own, leave_out, output, paper, text.

    Raises:
        AnalysisError: if reports are damaged, do not fit together, or are too few.
    """
    paths = [Path(path) for path in asked.reports]
    outputs = _name_outputs(asked, paths)
    from analysis.clinics.publish import publish_network
    from analysis.network.reports import read_reports

    given = read_reports(paths, asked.leave_out)
    own = None
    if asked.own is not None:
        own = next((one for path, one in given.items() if _is_same(Path(asked.own), path)), None)
        if own is None:
            raise AnalysisError(OWN_NOT_AMONG)
    summary = publish_network(
        list(given.values()), "reports", own=own, n_left_out=len(paths) - len(given)
    )
    return _finish(summary, outputs, asked.paper, paths)


def report(asked: argparse.Namespace) -> str:
    """Study clinics whose records stand in one place, write the answer, give the closing lines.

    Args:
        asked: records, column, margin, smallest_cell, leave_out, jobs, cluster, and as above.

    Raises:
        AnalysisError: if records are faulty, clinics do not fit together, or are too few.
    """
    settings = Settings(margin=asked.margin, smallest_cell=asked.smallest_cell)
    paths = [Path(path) for path in asked.records]
    outputs = _name_outputs(asked, paths)
    from analysis.clinics.publish import publish_network
    from analysis.network.clinics import find_clinics, split_records, study_clinics

    found = find_clinics(paths)
    one = len(found) == 1
    clinics = split_records(next(iter(found.values())), asked.column) if one else found
    given = list(
        study_clinics(
            clinics, settings, left_out=asked.leave_out, jobs=asked.jobs, cluster=asked.cluster
        )
    )
    summary = publish_network(given, "records", n_left_out=len(set(asked.leave_out)))
    return _finish(summary, outputs, asked.paper, paths)


def invent(asked: argparse.Namespace) -> str:
    """Invent a network and give the closing lines.

    Args:
        asked: folder, clinics, spread, seed.
    """
    from analysis.network.invent import invent_network

    folders = invent_network(Path(asked.folder), asked.clinics, asked.spread, asked.seed)
    return (
        f"{len(folders)} invented clinics written into {asked.folder}. Pool them with\n"
        f'python -m analysis.network report "{asked.folder}"\n'
    )


def _read_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = Arguments(
        prog="python -m analysis.network",
        description="Pool what several clinics found: from their reports alone, or from records "
        "that stand in one place.",
    )
    acts = parser.add_subparsers(dest="act", required=True, metavar="combine, report or invent")
    one = acts.add_parser("combine", help="pool reports, PDF or JSON, without any records")
    one.add_argument("reports", nargs="+", help="the reports of three clinics or more")
    one.add_argument("--own", help="your own clinic's report, for a picture meant for you alone")
    two = acts.add_parser("report", help="read, study and pool records that stand in one place")
    two.add_argument(
        "records",
        nargs="+",
        help="a folder for each clinic, a folder of such folders, or one set of records with a "
        "column that names the clinic",
    )
    two.add_argument("--column", default=COLUMN, help="that column (default: %(default)s)")
    two.add_argument("--margin", type=read_number, default=Settings.margin)
    two.add_argument("--smallest-cell", type=whole, default=Settings.smallest_cell)
    two.add_argument("--jobs", type=whole, default=1, help="processes (default: %(default)s)")
    two.add_argument("--cluster", default="", help="address of a dask scheduler, in their place")
    for act in (one, two):
        act.add_argument("--output", default="network.pdf", help="the PDF (default: %(default)s)")
        act.add_argument("--leave-out", action="append", default=[], metavar="NAME")
        act.add_argument("--paper", choices=("a4", "letter"), default="a4")
        act.add_argument("--text", action="store_true", help="also write it as plain text")
    three = acts.add_parser("invent", help="invent a network to try this on")
    three.add_argument("folder", help="a new folder")
    three.add_argument("--clinics", type=whole, default=10)
    three.add_argument("--spread", type=read_number, default=0.1, help="between clinics, in levels")
    three.add_argument("--seed", type=whole, default=1)
    asked = parser.parse_args(arguments)
    if asked.act != "invent" and Path(asked.output).suffix.lower() != ".pdf":
        parser.error("the output is a PDF: give a name that ends in .pdf")
    return asked


def _is_same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()


def _name_outputs(asked: argparse.Namespace, inputs: Sequence[Path]) -> dict[str, Output]:
    """Give the files to write; what an interrupted run left beside them is settled first."""
    from analysis.network.page import TEXT_MARK

    pdf = Path(asked.output)
    outputs = {
        "pdf": Output(pdf, b"", PDF_MARK),
        "json": Output(pdf.with_suffix(".json"), b"", JSON_MARK),
    }
    if asked.text:
        outputs["text"] = Output(pdf.with_suffix(".txt"), b"", TEXT_MARK)
    recover_files(outputs.values(), inputs)
    return outputs


def _finish(
    summary: NetworkSummary, outputs: dict[str, Output], paper: str, inputs: Sequence[Path]
) -> str:
    from analysis.clinics.rows import spell_network
    from analysis.network.page import render_network, render_text
    from analysis.words.network import tell_network

    told = tell_network(summary)
    contents = {"pdf": render_network(told, paper), "json": spell_network(told)}
    if "text" in outputs:
        contents["text"] = render_text(told).encode()
    written = write_files(
        [Output(one.path, contents[name], one.mark) for name, one in outputs.items()],
        inputs=inputs,
    )
    texts = told.texts
    pairs = told.questions[0].pairs
    said = [f"- {texts[f'pair.{pair.id}']}" for pair in pairs]
    lines = [texts["counts"], "", texts["headline"], texts["always"], *said, ""]
    lines = [
        textwrap.fill(line, SCREEN_WIDTH, subsequent_indent="  " * line.startswith("- "))
        for line in lines
    ]
    lines += [f"Written: {path}" for path in written]
    return "\n".join(lines).replace("\N{MINUS SIGN}", "-") + "\n"


if __name__ == "__main__":
    sys.exit(main())
