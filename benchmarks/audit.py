"""How fast the truth audit goes: invented, read, studied, said and counted.

Run by hand: `python -m benchmarks.audit`. It prints a table and writes it to
`benchmarks/audit.md`. Asked for: at least 15 clinics of 120 children a second on 2 cores.
"""

import os
import platform
import time
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.simulation.audit.scenarios import SCENARIOS
from analysis.simulation.audit.work import CLINICS_PER_CHUNK, do_chunks, split_work

ASKED_PER_SECOND = 15
SEED = 1
NAMES = ("confounded_null", "large", "small")


def _time_clinics(name: str, n_clinics: int, jobs: int) -> float:
    scenarios = [scenario for scenario in SCENARIOS if scenario.name == name]
    warm = split_work(scenarios, jobs * CLINICS_PER_CHUNK, SEED + 1)
    list(do_chunks(warm, jobs=jobs))
    start = time.perf_counter()
    list(do_chunks(split_work(scenarios, n_clinics, SEED), jobs=jobs))
    return time.perf_counter() - start


def main() -> None:
    """Measure, print and keep the table."""
    rows = []
    for name in NAMES:
        for jobs in (1, 2):
            n_clinics = 100 * jobs
            seconds = _time_clinics(name, n_clinics, jobs)
            rows.append((name, jobs, n_clinics, f"{seconds:.1f}", f"{n_clinics / seconds:.1f}"))
    head = ("scenario", "processes", "clinics", "seconds", "clinics per second")
    table = "\n".join(
        "| " + " | ".join(map(str, row)) + " |" for row in (head, ("---",) * len(head), *rows)
    )
    met = float(rows[1][-1]) >= ASKED_PER_SECOND
    text = (
        "# The truth audit\n\n"
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python "
        f"{platform.python_version()}, numpy {np.__version__}, pandas {pd.__version__}; load of "
        f"the machine before: {os.getloadavg()[0]:.1f}. Asked for: {ASKED_PER_SECOND} clinics of "
        f"120 children (`{NAMES[0]}`) a second on 2 cores: {'met' if met else 'not met'}.\n\n"
        f"{table}\n"
    )
    print(text)
    Path(__file__).with_suffix(".md").write_text(text)


if __name__ == "__main__":
    main()
