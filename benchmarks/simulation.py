"""How fast clinics are invented: 1,000 clinics of 120 children, frames included.

Run by hand: `python -m benchmarks.simulation`. It prints a table and writes it to
`benchmarks/simulation.md`. Asked for: under 60 s on 2 cores.
"""

import time

import numpy as np
from joblib import Parallel, delayed

from analysis.simulation.clinic import simulate_clinic
from analysis.simulation.design import ClinicDesign
from analysis.simulation.truth import true_contrasts
from benchmarks.stamp import keep_table

ASKED_SECONDS = 60
N_CLINICS = 1000
TRUTH_CHILDREN = 200_000


def _draw(n_children: int, seeds: list[np.random.SeedSequence]) -> int:
    design = ClinicDesign(n_children=n_children)
    return sum(len(simulate_clinic(design, seed).tables["reviews"]) for seed in seeds)


def _time_clinics(n_clinics: int, n_children: int, jobs: int) -> tuple[float, int]:
    seeds = np.random.SeedSequence(1).spawn(n_clinics)
    chunks = [seeds[start::jobs] for start in range(jobs)]
    with Parallel(n_jobs=jobs) as workers:
        workers(delayed(_draw)(n_children, chunk[:2]) for chunk in chunks)
        start = time.perf_counter()
        n_reviews = sum(workers(delayed(_draw)(n_children, chunk) for chunk in chunks))
        return time.perf_counter() - start, n_reviews


def main() -> None:
    """Measure, print and keep the table."""
    rows = []
    for n_clinics, n_children, jobs in (
        (N_CLINICS, 120, 1),
        (N_CLINICS, 120, 2),
        (100, 1_200, 2),
        (2, 60_000, 2),
    ):
        seconds, n_reviews = _time_clinics(n_clinics, n_children, jobs)
        what = f"{n_clinics:,} clinics of {n_children:,} children"
        rows.append((what, jobs, f"{seconds:.1f}", f"{n_reviews / seconds:,.0f}"))
    start = time.perf_counter()
    true_contrasts(n_children=TRUTH_CHILDREN)
    seconds = time.perf_counter() - start
    rows.append((f"truth from {TRUTH_CHILDREN:,} children", 1, f"{seconds:.1f}", ""))

    head = ("what", "processes", "seconds", "reviews per second")
    lines = ["| " + " | ".join(map(str, row)) + " |" for row in (head, ("---",) * 4, *rows)]
    table = "\n".join(lines)
    met = float(rows[1][2]) < ASKED_SECONDS
    text = (
        "# Inventing clinics\n\n"
        f"Asked for: {N_CLINICS:,} clinics of 120 children in under {ASKED_SECONDS} s on 2 cores: "
        f"{'met' if met else 'not met'}.\n\n{table}"
    )
    keep_table(__file__, text)


if __name__ == "__main__":
    main()
