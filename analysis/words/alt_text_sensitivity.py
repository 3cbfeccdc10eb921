"""Say in words what the pictures of "What could change the answer?" show.

In: a published summary. Out: one text for each picture, numbers only read out.
"""

from __future__ import annotations

from analysis.wording import TRAIT_NAMES, number, signed


def describe_dropout(summary: dict) -> str:
    """Say what the grids of assumptions about children who left show."""
    parts = []
    for row in _grids(summary):
        parts.append(row["text"])
        ends = [cell["estimate"] for cell in row["cells"]]
        parts.append(f"Over the grid it goes from {signed(min(ends))} to {signed(max(ends))}.")
    first = (
        "The difference every 12 weeks if children who left made 0%, 25%, 50%, 75% or 100% less "
        "progress afterwards, for each format."
    )
    return " ".join([first, *parts])


def describe_yardsticks(summary: dict) -> str:
    """Say what the picture of recorded traits as yardsticks shows."""
    parts = []
    for row in _overturns(summary):
        own = [b for b in _benchmarks(summary, row) if b["bias"] is not None]
        said = [f"{TRAIT_NAMES[b['trait']]} {number(b['bias'])}" for b in own]
        parts.append(f"{row['this'].capitalize()} and {row['than']}: {', '.join(said)}.")
        if row["movement"] is not None:
            parts.append(f"What is said no longer holds at {number(row['movement'])}.")
    first = (
        "How far each difference would move, in levels every 12 weeks, if something unrecorded "
        "mattered as much as each recorded trait does."
    )
    return " ".join([first, *parts])


def _grids(summary: dict) -> list[dict]:
    return [row for row in summary["sensitivity"]["dropout"] if row["cells"]]


def _overturns(summary: dict) -> list[dict]:
    return [row for row in summary["sensitivity"]["unrecorded"] if _benchmarks(summary, row)]


def _benchmarks(summary: dict, row: dict) -> list[dict]:
    rows = summary["sensitivity"]["benchmarks"]
    return [b for b in rows if (b["this"], b["than"]) == (row["this"], row["than"])]
