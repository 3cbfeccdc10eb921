"""What an enumerating attacker learns about 1 to 10 children from reports of small clinics.

Run as `python -m benchmarks.attack [--clinics 500]`; `--first-rules` knows the rules as they were
in 0.2.0 and is meant for a checkout of it.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from attacked_clinics import attacked_report
from attacker import read_json
from enumerator import (
    FIRST,
    TODAY,
    Enumeration,
    Rules,
    score_bounds,
    score_sizes,
    true_counts,
)

from benchmarks.stamp import keep_table

SIZES = "(formats: their children, of any number)"
HEAD = "| kind of cell | small cells | pinned | known within 2 | missed |\n" + (
    "| --- | ---: | ---: | ---: | ---: |"
)


def attack_clinics(n_clinics: int, rules: Rules) -> dict[str, np.ndarray]:
    """Attack so many clinics; small cells, pinned, within 2, truth missed, by kind of cell.

    Args:
        n_clinics: clinics, by seed from 0.
        rules: what the attacker knows of the rounding.
    """
    found: dict[str, np.ndarray] = {}
    for seed in range(n_clinics):
        clinic, study, summary = attacked_report(seed)
        attack = Enumeration(read_json(summary), clinic.one_goal, rules)
        for kind, row in score_bounds(attack.bounds, true_counts(study, clinic.one_goal)).items():
            found[kind] = found.get(kind, np.zeros(4, int)) + row
        found[SIZES] = found.get(SIZES, np.zeros(4, int)) + score_sizes(attack, study)
    return found


def spell_table(found: dict[str, np.ndarray]) -> str:
    """Give the table, its last row the sum."""
    small = dict(sorted((kind, row) for kind, row in found.items() if kind != SIZES))
    rows = {**small, "all": np.sum(list(small.values()), axis=0), SIZES: found[SIZES]}
    lines = [f"| {kind} | {' | '.join(map(str, row))} |" for kind, row in rows.items()]
    return "\n".join([HEAD, *lines])


def main() -> None:
    """Attack and print; the table is kept beside this file when the rules are today's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clinics", type=int, default=500)
    parser.add_argument("--first-rules", action="store_true")
    options = parser.parse_args()
    start = time.time()
    n = options.clinics
    found = attack_clinics(n, FIRST if options.first_rules else TODAY)
    place = __file__.replace(".py", "_first.py") if options.first_rules else __file__
    keep_table(place, f"{spell_table(found)}\n\n{n} clinics, {time.time() - start:.0f} s.")


if __name__ == "__main__":
    main()
