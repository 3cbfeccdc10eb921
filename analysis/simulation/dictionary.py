"""Write the README beside an invented clinic: what it is, its truth, and every column.

In: the design, the truth and the schema. Out: Markdown text.
Decisions: nothing in it is typed twice: columns come from the schema, choices from the design,
numbers from the truth.
"""

from __future__ import annotations

from collections.abc import Iterable

from analysis.records.schema import TABLES, Column, Table
from analysis.simulation.design import ClinicDesign
from analysis.simulation.truth import POPULATIONS, Truth
from analysis.wording import signed

KINDS = {"id": "code", "whole": "whole number", "number": "number", "choice": "one of"}


HOW_CHOSEN = (
    "How it was chosen: the planted differences and spreads were set so that clinics of this "
    "kind have something to find and something to be misled by. The sample's seed is a year "
    "taken before its answers were looked at, and kept. Other seeds give other clinics of the "
    "same kind, in which chance moves the answers."
)


def write_dictionary(design: ClinicDesign, truth: Truth, seed: int) -> str:
    """Give the README of an invented clinic.

    Args:
        design: what the clinic was drawn from.
        truth: what `true_contrasts` said of the design.
        seed: the clinic's seed.
    """
    parts = [
        "# An invented clinic",
        "No child, family or therapist in these tables exists. They were drawn by "
        f"`python -m analysis.simulation.clinic --children {design.n_children} --seed {seed} "
        "--out FOLDER`; the same command gives the same bytes. This page is written by that "
        "command too.",
        HOW_CHOSEN,
        "## What is true of it",
        f"Worked out from {truth['n_children']:,} children of the same kind, each followed under "
        "every format, on the scale a clinic sees (levels -2 to +2, reviews in weeks 0, 6, 12, "
        f"18 and 24, nobody leaving), in {truth['unit']}. `truth.json` holds all of it.",
        *_truth_tables(truth),
        "## The tables",
        "Codes only, weeks since the child's start, one table a file, comma separated, UTF-8. An "
        "empty cell means: not written down.",
        *(part for table in TABLES.values() for part in describe_table(table)),
        "## What it was drawn from",
        "Three numbers together belong to individual, group and combined, in this order.",
        _markdown_table(
            ("choice", "value", "unit", "meaning"),
            (
                (f"`{r['name']}`", _plain(r["value"]), r["unit"], r["meaning"])
                for r in design.rows()
            ),
        ),
    ]
    return "\n\n".join(parts) + "\n"


def describe_table(table: Table) -> tuple[str, str, str]:
    """Give heading, meaning and columns of one table of the schema, in Markdown."""
    optional = "" if table.required else " (optional)"
    return (
        f"### `{table.name}.csv`{optional}",
        table.meaning,
        _markdown_table(
            ("column", "required", "values", "meaning"),
            (
                (f"`{c.name}`", "yes" if c.required else "", describe_values(c), c.meaning)
                for c in table.columns
            ),
        ),
    )


def describe_values(column: Column) -> str:
    """Say in a few words what a cell of the column may hold."""
    kind = KINDS[column.kind]
    if column.kind == "choice":
        return f"{kind}: {column.listed}"
    limits = "" if column.low is None else f" from {column.low:g} to {column.high:g}"
    unit = "" if not column.unit or column.unit[0].isdigit() else f", {column.unit}"
    if column.unit.startswith("0 no"):
        return column.unit
    return f"{kind}{limits}{unit}"


def _truth_tables(truth: Truth) -> Iterable[str]:
    measures = {
        "rate": "all goals",
        "rate_skill": "skill goals",
        "rate_social": "social goals",
        "social_minus_skill": "social less skill, same child",
    }
    for name in POPULATIONS:
        population = truth[name]
        yield f"Among {population['meaning']}:"
        yield _markdown_table(
            ("difference", *measures.values()),
            (
                (pair, *(signed(population[measure]["differences"][pair]) for measure in measures))
                for pair in population["rate"]["differences"]
            ),
        )


def _markdown_table(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(_plain(part) for part in value) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)
