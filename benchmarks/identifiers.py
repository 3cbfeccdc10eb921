"""How many kinds of identifier are caught, and how many innocent columns are refused?

Run by hand: `python -m benchmarks.identifiers`. `--missed development` names what was judged wrong
in one half. The last table stands beside this file.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

from analysis.records.privacy.identifiers import judge_column, show_heading, show_sheet
from benchmarks.stamp import keep_table

HELD_OUT = Path(__file__).resolve().parents[1] / "tests" / "held_out"
LISTS = {
    "identifier_kinds": "identifiers in id columns, caught",
    "innocent": "innocent columns, refused",
    "headings_personal": "personal headings, masked",
    "headings_sheets": "the same as names of sheets, masked",
    "headings_plain": "plain headings, masked",
}


def columns(name: str) -> Iterator[tuple[str, str, list[str]]]:
    """Give (schema column or "", what it is, distinct values) for each line of a list."""
    for line in (HELD_OUT / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        head, *values = line.split(" ¦ ")
        column, _, label = head.partition(": ")
        yield column.strip("-"), label, values


def refused(column: str, label: str, values: list[str]) -> bool:
    """Tell whether a column is refused, read under its schema name or its own heading."""
    return bool(judge_column(column or label, values, column)[0])


def masked(heading: str) -> bool:
    """Tell whether a heading is shown as its column's letter (500 is SF)."""
    return show_heading(heading, 500) == "SF"


def judge(kind: str, part: str) -> tuple[list[str], list[str]]:
    """Give what was hit and what was not in one list."""
    if kind.startswith("headings"):
        name = kind.replace("sheets", "personal")
        lines = (HELD_OUT / f"{name}_{part}.txt").read_text(encoding="utf-8").splitlines()
        verdicts = {
            line: show_sheet(line, 500) == "sheet 500" if "sheets" in kind else masked(line)
            for line in lines
        }
    else:
        verdicts = {
            f"{column}: {label}": refused(column, label, values)
            for column, label, values in columns(f"{kind}_{part}")
        }
    return [key for key, hit in verdicts.items() if hit], [
        key for key, hit in verdicts.items() if not hit
    ]


def main() -> None:
    """Judge every list and write the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--missed", help="name what was judged wrong in this part")
    options = parser.parse_args()
    parts = sorted(
        {path.stem.rsplit("_", 1)[-1] for path in HELD_OUT.glob("innocent_*.txt")} - {"out"}
    )
    parts = [*parts, "held_out"]
    rows = []
    for kind, words in LISTS.items():
        cells = []
        for part in parts:
            name = kind.replace("sheets", "personal")
            if not (HELD_OUT / f"{name}_{part}.txt").exists():
                cells.append("")
                continue
            hit, other = judge(kind, part)
            n = len(hit) + len(other)
            cells.append(f"{len(hit)} of {n} ({len(hit) / n:.1%})")
            if options.missed == part:
                wrong = hit if kind in ("innocent", "headings_plain") else other
                print(kind, "\n  ".join(["", *wrong]))
        rows.append(f"| {words} | {' | '.join(cells)} |")
    keep_table(
        __file__,
        "\n".join(
            [
                "# Identifiers caught, innocent columns refused",
                "",
                f"| list | {' | '.join(part.replace('_', ' ') for part in parts)} |",
                f"| --- |{' --- |' * len(parts)}",
                *rows,
            ]
        ),
    )


if __name__ == "__main__":
    main()
