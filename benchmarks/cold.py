"""How long the commands take from nothing: each in a new process, beside the bare import.

Run by hand: `python -m benchmarks.cold [--runs 5] [--before COMMIT]`. Every command is timed in
turn with the bare import of what a report needs, so that the machine's mood falls on all alike; the
same commands of an earlier commit, run in the same environment, are timed in the same turns. The
table beside this file is written anew. The bar: a report on the sample within 1.6 times the bare
import.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.stamp import keep_table

ROOT = Path(__file__).resolve().parents[1]
BARE = "import pandas, statsmodels.api, matplotlib.pyplot, typst"
BAR = 1.6


def list_commands(root: Path) -> dict[str, list[str]]:
    """Give the commands timed, of a copy of the project; what it does not have is left out."""
    commands = {
        "report on the sample": ["-m", "analysis.report", "--output", "summary.pdf"],
        "check of the sample": ["-m", "analysis.check", str(root / "data" / "sample")],
        "report --help": ["-m", "analysis.report", "--help"],
        "first cells of notebook 1": ["-c", first_cells(root)],
    }
    return {name: words for name, words in commands.items() if words[-1]}


def first_cells(root: Path) -> str:
    """Give the code of notebook 1 up to its first look at records."""
    found = sorted((root / "notebooks").glob("1-*.ipynb"))
    if not found:
        return ""
    book = json.loads(found[0].read_text(encoding="utf-8"))
    cells = ["".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == "code"]
    sample = str(root / "data" / "sample")
    return re.sub(r'^records = ".*"$', f"records = {sample!r}", "\n".join(cells[:3]), flags=re.M)


def time_run(words: Sequence[str], root: Path, folder: str) -> float:
    """Give the seconds of the clock that one new process takes."""
    quiet = {"PYTHONPATH": str(root), "MPLBACKEND": "agg", "OPENBLAS_NUM_THREADS": "1"}
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *words], capture_output=True, cwd=folder, env={**os.environ, **quiet}
    )
    taken = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(f"{' '.join(words[:3])} failed: {done.stderr.decode()[-400:]}")
    return taken


def measure(roots: Mapping[str, Path], runs: int) -> dict[str, dict[str, list[float]]]:
    """Time everything in turn; a first, unmeasured turn warms the disk."""
    took: dict[str, dict[str, list[float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(runs + 1):
            bare = time_run(["-c", BARE], ROOT, folder)
            found = {("bare import", "now"): bare}
            for when, root in roots.items():
                for name, words in list_commands(root).items():
                    found[name, when] = time_run(words, root, folder)
            for (name, when), seconds in found.items() if turn else ():
                took.setdefault(name, {}).setdefault(when, []).append(seconds)
    return took


def write_table(
    took: Mapping[str, Mapping[str, Sequence[float]]], roots: Mapping[str, Path]
) -> str:
    """Give the table as Markdown: seconds, and how many bare imports that is."""
    bare = took["bare import"]["now"]
    lines = [
        "# From nothing",
        "",
        f"Medians of {len(bare)} runs in turn, seconds by the clock; in brackets the median of the",
        f"ratio to the bare import (`{BARE}`) of the same turn.",
        "",
        "| what | " + " | ".join(roots) + " |",
        "|---|" + "---:|" * len(roots),
    ]
    for name, whens in took.items():
        cells = []
        for when in roots:
            seconds = whens.get(when, whens["now"] if name == "bare import" else ())
            ratios = [one / unit for one, unit in zip(seconds, bare, strict=False)]
            cells.append(
                f"{statistics.median(seconds):.2f} ({statistics.median(ratios):.2f})"
                if seconds
                else "-"
            )
        lines.append(f"| {name} | {' | '.join(cells)} |")
    report = took["report on the sample"]["now"]
    ratio = statistics.median(one / unit for one, unit in zip(report, bare, strict=True))
    verdict = "met" if ratio <= BAR else "missed"
    return "\n".join([*lines, "", f"Report / bare import: {ratio:.2f} (bar {BAR}: {verdict})."])


def main() -> int:
    """Measure, print and keep the table; exit code 1 when the bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--before", metavar="COMMIT", help="an earlier commit to time beside")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        roots = {"now": ROOT}
        if asked.before:
            roots[asked.before] = Path(folder) / "before"
            add = ["git", "worktree", "add", "--detach", str(roots[asked.before]), asked.before]
            subprocess.run(add, check=True, capture_output=True, cwd=ROOT)
        try:
            text = write_table(measure(roots, asked.runs), roots)
        finally:
            if asked.before:
                away = ["git", "worktree", "remove", "--force", str(roots[asked.before])]
                subprocess.run(away, check=False, cwd=ROOT)
    keep_table(__file__, text)
    return int("missed" in text)


if __name__ == "__main__":
    sys.exit(main())
