"""How fast cluster-robust fits are, beside the bare least squares that any of them contains.

Run by hand: `python -m benchmarks.cluster_robust`. It prints a table and writes it to
`benchmarks/cluster_robust.md`. Each time is a fit with its table of coefficients and three
contrasts; the floor is `numpy.linalg.lstsq` on the same numbers in the same run. Asked for:
100,000 clusters of one under 5 s and 2 GB, and a clinic of 120 children under 2 ms.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import resource
import time
from collections.abc import Callable
from statistics import median

import numpy as np
import pandas as pd

from analysis.models.regression.cluster_robust import fit_cluster_robust
from benchmarks.stamp import keep_table

COLUMNS = 12
REPEATS = 5
SHORT_SECONDS = 0.02
ASKED_SECONDS, ASKED_CLINIC_SECONDS, ASKED_GIGABYTES = 5.0, 0.002, 2.0
KIBIBYTES_PER_GIGABYTE = 1e9 / 1024


def _clusters(name: str, n: int) -> np.ndarray:
    if name == "alone":
        return np.arange(n)
    if name == "half alone, half in fours":
        return np.concatenate([np.arange(n // 2), n + np.arange(n - n // 2) // 4])
    if name == "two of 500, the rest alone":
        return np.concatenate([np.zeros(500), np.ones(500), np.arange(2, n - 998)])
    if name == "in fours":
        return np.arange(n) // 4
    return np.arange(n) // 5000


def _time(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    calls = 50 if time.perf_counter() - began < SHORT_SECONDS else 1
    seconds = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        for _ in range(calls):
            call()
        seconds.append((time.perf_counter() - began) / calls)
    return median(seconds)


def _measure(n: int, grouping: str, weighted: bool) -> tuple[float, float]:
    rng = np.random.default_rng(1)
    x = np.column_stack([np.ones(n), rng.normal(size=(n, COLUMNS - 1))])
    design = pd.DataFrame(x, columns=[f"column {j}" for j in range(COLUMNS)])
    y, clusters = rng.normal(size=n), _clusters(grouping, n)
    weights = rng.uniform(0.5, 2, n) if weighted else None
    pairs = np.array([np.eye(COLUMNS)[1], np.eye(COLUMNS)[2], np.eye(COLUMNS)[2]])
    pairs[2, 1] = -1.0

    def fit() -> pd.DataFrame:
        answer = fit_cluster_robust(y, design, clusters, weights)
        return pd.concat([answer.fixed, answer.contrast(pairs)])

    return _time(fit), _time(lambda: np.linalg.lstsq(x, y, rcond=None))


def main() -> None:
    """Measure, print and keep the table."""
    rows, clinic, alone = [], 0.0, 0.0
    for n, grouping, weighted in (
        (120, "half alone, half in fours", False),
        (120, "half alone, half in fours", True),
        (100_000, "alone", False),
        (100_000, "alone", True),
        (100_000, "two of 500, the rest alone", True),
        (100_000, "in fours", False),
        (100_000, "in fours", True),
        (100_000, "twenty of 5,000", True),
    ):
        seconds, floor = _measure(n, grouping, weighted)
        clinic = max(clinic, seconds) if n == 120 else clinic
        alone = max(alone, seconds) if "alone" in grouping and n > 120 else alone
        what = f"{n:,} x {COLUMNS}, {grouping}"
        rows.append(
            (what, "yes" if weighted else "no", f"{1e3 * seconds:,.2f}", f"{1e3 * floor:,.2f}")
        )
        rows[-1] += (f"{seconds / floor:,.1f}",)
    gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIBIBYTES_PER_GIGABYTE

    head = ("rows x columns, clusters", "weights", "fit, ms", "lstsq, ms", "ratio")
    lines = ["| " + " | ".join(row) + " |" for row in (head, ("---",) * len(head), *rows)]
    met = alone < ASKED_SECONDS and clinic < ASKED_CLINIC_SECONDS and gigabytes < ASKED_GIGABYTES
    text = "\n".join(
        [
            "# Cluster-robust least squares",
            "",
            *lines,
            "",
            f"CR2 with Satterthwaite degrees of freedom for {COLUMNS} coefficients and three "
            f"contrasts; medians of {REPEATS}, one thread. Largest memory of the whole run "
            f"{gigabytes:.2f} GB. Asked: 100,000 alone under {ASKED_SECONDS:.0f} s and "
            f"{ASKED_GIGABYTES:.0f} GB, a clinic under {1e3 * ASKED_CLINIC_SECONDS:.0f} ms: "
            f"{'met' if met else 'not met'}.",
        ]
    )
    keep_table(__file__, text)


if __name__ == "__main__":
    main()
