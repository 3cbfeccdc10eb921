"""How fast the truth audit goes: invented, read, studied, said and counted.

Run by hand: `python -m benchmarks.audit`. It prints a table and writes it to
`benchmarks/audit.md`. Asked for: at least 15 clinics of 120 children a second on 2 cores.
"""

import time
from statistics import median

from analysis.audit.scenarios import SCENARIOS
from analysis.audit.work import CLINICS_PER_CHUNK, do_chunks, split_work
from benchmarks.stamp import keep_table

ASKED_PER_SECOND = 15
SEED = 1
NAMES = ("confounded_null", "large", "small")
ROUNDS = 3
CLINICS_PER_PROCESS = 100


def _time_clinics(name: str, n_clinics: int, jobs: int) -> float:
    scenarios = [scenario for scenario in SCENARIOS if scenario.name == name]
    warm = split_work(scenarios, jobs * CLINICS_PER_CHUNK, SEED + 1)
    list(do_chunks(warm, jobs=jobs))
    start = time.perf_counter()
    list(do_chunks(split_work(scenarios, n_clinics, SEED), jobs=jobs))
    return time.perf_counter() - start


def main() -> None:
    """Measure in rounds, print and keep the table of medians."""
    cases = [(name, jobs) for name in NAMES for jobs in (1, 2)]
    paces: dict[tuple[str, int], list[float]] = {case: [] for case in cases}
    for _ in range(ROUNDS):
        for name, jobs in cases:
            n_clinics = CLINICS_PER_PROCESS * jobs
            paces[name, jobs].append(n_clinics / _time_clinics(name, n_clinics, jobs))
    rows = [
        (name, jobs, f"{median(pace):.1f}", f"{min(pace):.1f} to {max(pace):.1f}")
        for (name, jobs), pace in paces.items()
    ]
    head = ("scenario", "processes", "clinics per second", "slowest to fastest")
    table = "\n".join(
        "| " + " | ".join(map(str, row)) + " |" for row in (head, ("---",) * len(head), *rows)
    )
    met = median(paces[NAMES[0], 2]) >= ASKED_PER_SECOND
    text = (
        "# The truth audit\n\n"
        f"Asked for: {ASKED_PER_SECOND} clinics of 120 children (`{NAMES[0]}`) a second on 2 "
        f"cores: {'met' if met else 'not met'}.\n\n"
        f"{table}\n\nMedians of {ROUNDS} rounds, every case in each, {CLINICS_PER_PROCESS} "
        "clinics a process."
    )
    keep_table(__file__, text)


if __name__ == "__main__":
    main()
