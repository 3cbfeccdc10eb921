"""Are the ranges of small formats honest? Coverage by children, therapy groups and precision.

`python -m benchmarks.small_clinics [--clinics N]` invents small clinics of both kinds in which
nothing differs, compares every pair with at least 10 children and 2 therapy groups whatever the
gates say, and asks how often the range covers zero.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.comparison.arms import count_sides
from analysis.comparison.result import PAIRS
from analysis.computing import one_thread
from analysis.decisions.therapists import find_apart
from analysis.errors import AnalysisError
from analysis.records.load import records_from_tables
from analysis.records.schema import FORMATS
from analysis.settings import Settings
from analysis.simulation.design import NO_DIFFERENCE, ClinicDesign
from analysis.simulation.draw import Design, draw_clinic
from analysis.simulation.unlike_design import UnlikeDesign
from analysis.study import run_study
from analysis.vocabulary import AHEAD, NO_IMPORTANT_DIFFERENCE
from benchmarks.stamp import keep_table

SEED = 606
CLINICS = 150
OPEN = Settings(compare_children=10, compare_groups=2, compare_df=1.0, overlap_n_effective=5.0)
USUAL = Settings()
NULL = replace(ClinicDesign(), **dict[str, Any](NO_DIFFERENCE))
DESIGNS: dict[str, Design] = {
    "built like the analysis, 36 children": replace(NULL, n_children=36),
    "built like the analysis, 48 children": replace(NULL, n_children=48),
    "built like the analysis, 60 children": replace(NULL, n_children=60),
    "built like the analysis, 75 children": replace(NULL, n_children=75),
    "the same, 60, groups differ much": replace(NULL, n_children=60, group_spread=0.3),
    "unlike it, 45 children": UnlikeDesign(n_children=45),
    "unlike it, 60 children": UnlikeDesign(n_children=60),
    "unlike it, 75 children": UnlikeDesign(n_children=75),
}
CUTS = {
    "children": (9, 11, 14, 17, 19, 24),
    "groups": (1, 2, 3, 4, 5, 8),
    "df": (1.0, 2.0, 3.0, 4.0, 6.0, 10.0, 100.0),
}
TITLES = {
    "children": "children of the smaller format",
    "groups": "therapy groups of the grouped format with fewer",
    "df": "degrees of freedom",
}


def compare_all(design: Design, n_clinics: int) -> Iterator[dict[str, Any]]:
    """Give a row for each pair of each clinic that could be compared."""
    for number, seed in enumerate(np.random.SeedSequence(SEED).spawn(n_clinics)):
        records = records_from_tables(draw_clinic(design, seed).tables)
        try:
            study = run_study(records, OPEN, ask_again=False, ask_beside=False)
        except AnalysisError:
            continue
        table, sides = study.cohort.table, count_sides(study.cohort.table)
        for pair, decision in zip(PAIRS, study.verdicts.decisions, strict=True):
            row = study.comparison.pair(*pair)
            if not np.isfinite(row["conf_low"]) or find_apart(table, pair, OPEN):
                continue
            yield {
                "clinic": number,
                "children": min(sides[f]["n_children"] for f in pair),
                "groups": min(sides[f]["n_groups"] for f in pair if f != FORMATS[0]),
                "df": row["df"],
                "covers": row["conf_low"] <= 0 <= row["conf_high"],
                "half": (row["conf_high"] - row["conf_low"]) / 2,
                "ahead": decision.label in AHEAD,
                "alike": decision.label == NO_IMPORTANT_DIFFERENCE,
            }


def _row(name: str, rows: pd.DataFrame) -> str:
    share, n = rows["covers"].mean(), len(rows)
    clinics = rows.groupby(["design", "clinic"])["covers"].agg(["sum", "size"])
    left = clinics["sum"] - share * clinics["size"]
    error = np.sqrt((left**2).sum()) / max(n, 1)
    cells = (
        name,
        f"{n:,}",
        f"{100 * share:.1f}% ({100 * error:.1f})",
        f"{rows['half'].median():.2f}",
        f"{100 * rows['ahead'].mean():.1f}%",
        f"{100 * rows['alike'].mean():.1f}%",
    )
    return "| " + " | ".join(cells) + " |"


def _tabulate(title: str, groups: Iterator[tuple[str, pd.DataFrame]]) -> list[str]:
    head = (title, "pairs", "coverage", "half-width", "called ahead", "called alike")
    lines = [_row(name, rows) for name, rows in groups if len(rows)]
    return ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head), *lines, ""]


def _cut(rows: pd.DataFrame, name: str) -> Iterator[tuple[str, pd.DataFrame]]:
    edges = CUTS[name]
    for low, high in itertools.pairwise(edges):
        inside = (rows[name] > low) & (rows[name] <= high)
        first = f"above {low:g}" if name == "df" else f"{low + 1:g}"
        yield f"{first} to {high:g}", rows[inside]


@one_thread()
def main() -> None:
    """Measure, print and keep the tables."""
    parser = argparse.ArgumentParser(description="Coverage in small clinics.")
    parser.add_argument("--clinics", type=int, default=CLINICS, help="clinics of each design")
    given = parser.parse_args()
    rows = pd.concat(
        pd.DataFrame(compare_all(design, given.clinics)).assign(design=name)
        for name, design in DESIGNS.items()
    )
    kept = (rows["children"] >= USUAL.compare_children) & (rows["groups"] >= USUAL.compare_groups)
    kept &= rows["df"] >= USUAL.compare_df
    lines = [
        "# Small clinics",
        "",
        f"{given.clinics} clinics of each of {len(DESIGNS)} designs in which nothing differs; "
        "every pair that could be compared, whatever the gates of size say. In brackets "
        "Monte-Carlo errors (a clinic's pairs counted as one draw).",
        "",
    ]
    for name, title in TITLES.items():
        lines += _tabulate(title, _cut(rows, name))
    lines += _tabulate("clinics", ((name, rows[rows["design"] == name]) for name in DESIGNS))
    few = kept & (rows["children"] < 20)
    both = (("what the gates let through", rows[kept]), ("of these below 20", rows[few]))
    lines += _tabulate("all", iter((*both, ("what they close", rows[~kept]))))
    keep_table(__file__, "\n".join(lines))


if __name__ == "__main__":
    main()
