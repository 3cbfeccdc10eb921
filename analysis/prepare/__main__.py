"""The entry point `python -m analysis.prepare RAW --out FOLDER`: coded records of a raw export.

In: a raw export with names and dates (one sheet, several tables, or FHIR bundles) and a mapping.
Out: a folder of coded tables that `read_records` accepts, written whole or not at all, readable by
its owner only; a key file only where the user says. With `--to-fhir` the other way: coded records
in, FHIR bundles and a table of formats out.
Decisions: what is printed are counts and headings.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from analysis.arguments import Arguments
from analysis.errors import run_entry_point


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Returns:
        0 written, 1 a fault of this software, 2 usage, 3 refused for privacy, 4 faulty export,
        5 cannot write.
    """
    parser = Arguments(
        prog="python -m analysis.prepare",
        description="Turn a raw export (names, dates, free text) into coded records.",
    )
    parser.add_argument("raw", help="raw export: folder of tables, workbook, one sheet, or JSON")
    parser.add_argument("--out", required=True, help="folder for the coded tables")
    parser.add_argument("--mapping", help="TOML file that says what your columns are")
    parser.add_argument("--key", help="key file: keeps codes the same from month to month")
    parser.add_argument("--fhir", action="store_true", help="the export is FHIR bundles (JSON)")
    parser.add_argument(
        "--formats", help="with --fhir: table of patient, planned format and what else is known"
    )
    parser.add_argument(
        "--to-fhir",
        action="store_true",
        help="the other way: write coded records as FHIR bundles",
    )
    parser.add_argument(
        "--new-children",
        action="store_true",
        help="the key is right although it knows hardly any child of this export",
    )
    parser.add_argument(
        "--accept",
        nargs="?",
        const="likely",
        choices=("likely", "guesses"),
        help="write what is proposed beside the export; with the word guesses, guesses too",
    )
    asked = parser.parse_args(arguments)
    if asked.formats and not asked.fhir:
        parser.error("--formats goes with --fhir")

    if asked.to_fhir and (asked.fhir or asked.key or asked.new_children):
        parser.error("--to-fhir goes with --out and --mapping only")

    def work() -> str:
        if asked.to_fhir:
            from analysis.prepare.to_fhir import export_bundles

            return export_bundles(Path(asked.raw), Path(asked.out), asked.mapping).tell()
        from analysis.prepare.making import prepare_records

        if asked.accept:
            from analysis.records.assignment.engine import accept, look

            seen = look(asked.raw, asked.mapping, raw=True)
            accept(seen, guesses=asked.accept == "guesses", word="prepare")
            asked.mapping = None
        return prepare_records(
            Path(asked.raw),
            Path(asked.out),
            mapping=asked.mapping,
            key=Path(asked.key) if asked.key else None,
            fhir=asked.fhir,
            formats=Path(asked.formats) if asked.formats else None,
            new_children=asked.new_children,
        ).tell()

    return run_entry_point(work)


if __name__ == "__main__":
    sys.exit(main())
