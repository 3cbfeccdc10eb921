"""The entry point that only reads and judges: `python -m analysis.check RECORDS`.

In: a path to records, and a mapping if the clinic needs one. Out: on the screen, what became of
every line, what was mended, what is missing and what it costs, or every problem in one pass.
Decisions: nothing is written, nothing statistical is imported.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.arguments import Arguments
from analysis.errors import run_entry_point

if TYPE_CHECKING:
    from analysis.records.readiness import Readiness


def check_records(path: str | Path, mapping: str | Path | Mapping | None = None) -> Readiness:
    """Read and judge the records at `path`.

    Args:
        path: a folder of tables, a workbook, or one flat file.
        mapping: a TOML file (or the same as a dictionary) that says what a clinic calls things.

    Raises:
        RecordsError: with every problem found in one pass.
    """
    from analysis.records.load import read_records

    records = read_records(path, mapping)
    from analysis.records.readiness import judge_readiness

    return judge_readiness(records)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives 0, or 2 (usage), 3 (privacy) or 4 (faulty records)."""
    parser = Arguments(
        prog="python -m analysis.check",
        description="Read and judge a clinic's records; nothing is analysed or written.",
    )
    parser.add_argument("records", help="folder of tables, workbook, or one flat file")
    parser.add_argument("--mapping", help="TOML file that says what your clinic calls things")
    parser.add_argument(
        "--accept",
        nargs="?",
        const="likely",
        choices=("likely", "guesses"),
        help="write what is proposed beside the records; with the word guesses, guesses too",
    )
    asked = parser.parse_args(arguments)

    def work() -> str:
        told = ""
        if asked.accept:
            from analysis.records.assignment.engine import accept, look

            seen = look(asked.records, asked.mapping)
            written = accept(seen, guesses=asked.accept == "guesses")
            told = f"Written: {written.name}, beside the records. Every command finds it there.\n\n"
        mapping = None if asked.accept else asked.mapping
        return told + check_records(asked.records, mapping).tell()

    return run_entry_point(work)


if __name__ == "__main__":
    sys.exit(main())
