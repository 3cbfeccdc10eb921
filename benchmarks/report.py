"""How long a clinic waits: a cold report on the sample beside the bare import of what it needs.

Run by hand: `python -m benchmarks.report [--runs 7]`. Both are timed in turn, each in a new
process, so that the machine's mood falls on both alike. The table beside this file
(`report.md`) is written anew. The bar: at most 2.5 times the bare import.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence

from benchmarks.stamp import keep_table

BAR = 2.5
BARE = "import pandas, statsmodels.api, matplotlib.pyplot, typst"


def time_run(command: Sequence[str], folder: str) -> tuple[float, float]:
    """Give the seconds one new process takes, by the clock and of the processor."""
    start, before = time.perf_counter(), os.times()
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    taken, after = time.perf_counter() - start, os.times()
    processor = after.children_user + after.children_system
    return taken, processor - before.children_user - before.children_system


def measure_runs(runs: int) -> dict[str, list[tuple[float, float]]]:
    """Time the bare import and the whole report in turn; a first, unmeasured round warms disks."""
    commands = {
        "bare import": [sys.executable, "-c", BARE],
        "report": [sys.executable, "-m", "analysis.report", "--output", "summary.pdf"],
    }
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(runs + 1):
            for name, command in commands.items():
                taken = time_run(command, folder)
                if turn:
                    seconds[name].append(taken)
    return seconds


def write_table(seconds: dict[str, list[tuple[float, float]]]) -> str:
    """Give the table as Markdown."""
    pairs = list(zip(seconds["bare import"], seconds["report"], strict=True))
    by_clock, by_processor = (
        statistics.median(report[k] / bare[k] for bare, report in pairs) for k in (0, 1)
    )
    lines = [
        "# A cold report on the sample",
        "",
        f"Medians of {len(pairs)} runs in turn.",
        "",
        "| what | seconds | fastest | slowest | processor seconds |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, runs in seconds.items():
        taken, processor = ([run[k] for run in runs] for k in (0, 1))
        lines.append(
            f"| {name} | {statistics.median(taken):.2f} | {min(taken):.2f} | {max(taken):.2f} "
            f"| {statistics.median(processor):.2f} |"
        )
    verdict = "met" if by_clock <= BAR else "missed"
    lines += [
        "",
        f"Report / bare import: {by_clock:.2f} by the clock (bar {BAR}: {verdict}), "
        f"{by_processor:.2f} of the processor.",
        "",
    ]
    return "\n".join(lines)


def main() -> int:
    """Measure, print, and write the table; exit code 1 when the bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    table = write_table(measure_runs(parser.parse_args().runs))
    keep_table(__file__, table)
    return int(": missed" in table)


if __name__ == "__main__":
    sys.exit(main())
