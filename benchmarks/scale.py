"""How the whole report grows with the number of children: processor time and memory by stage.

Run by hand: `python -m benchmarks.scale [--children 240 2400 24000] [--stages-only]`. Each clinic
is invented into a temporary folder and read from there, and each run is a new process with one
thread. The table beside this file is written anew. The bars: 24,000 children in 20 s of processor
and 1.2 GB; 240,000 in 200 s and 6 GB; no stage that grows faster than the children do.
"""

from __future__ import annotations

import argparse
import functools
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path

from benchmarks.stamp import keep_table

CHILDREN = (240, 2_400, 24_000, 240_000)
BARS = {24_000: (20.0, 1.2), 240_000: (200.0, 6.0)}
STAGES = {
    "read": ("analysis.records.load", "read_records"),
    "weeks": ("analysis.study", "choose_common_weeks"),
    "score": ("analysis.study", "score_goals"),
    "progress": ("analysis.study", "measure_progress"),
    "cohort": ("analysis.study", "choose_cohort"),
    "analysis set": ("analysis.study", "choose_analysis_set"),
    "weights": ("analysis.study", "weigh_children"),
    "rates": ("analysis.study", "compare_rates"),
    "growth regression": ("analysis.study", "compare_growth"),
    "mixed growth model": ("analysis.study", "compare_mixed_growth"),
    "sensitivity analyses": ("analysis.study", "ask_otherwise"),
    "gates": ("analysis.study", "judge_pairs"),
    "subgroups": ("analysis.study", "compare_subgroups"),
    "attainment": ("analysis.study", "compare_attainment"),
    "effort": ("analysis.study", "compare_what_it_took"),
    "home practice": ("analysis.study", "relate_home_practice"),
    "verdicts": ("analysis.study", "reach_verdicts"),
    "ledger opened": ("analysis.disclosure.release", "recall_earlier"),
    "disclosure": ("analysis.disclosure.release", "protect"),
    "sentences": ("analysis.words.tell", "tell"),
    "PDF": ("analysis.report.document", "render_pdf"),
    "ledger saved": ("analysis.disclosure.private", "KeptLedger.save"),
}
STEEP = 1.1
"""A stage is said to grow faster than the children when ten times as many take 10**STEEP."""
SMALL = 0.05
"""Stages below this many seconds at the smaller size are not judged: they are all overhead."""


def main() -> int:
    """Measure every size, print and keep the table; exit code 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--children", type=int, nargs="+", default=CHILDREN)
    parser.add_argument("--trace", metavar="FOLDER", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.trace:
        trace_report(Path(asked.trace))
        return 0
    measured = {}
    for n in sorted(asked.children):
        with tempfile.TemporaryDirectory() as folder:
            write_records(n, Path(folder) / "records")
            measured[n] = measure(Path(folder))
        print(f"{n:,} children: {measured[n]['report']}", file=sys.stderr)
    text = write_table(measured)
    keep_table(__file__, text)
    return int("missed" in text)


def write_records(n_children: int, folder: Path) -> None:
    """Invent a clinic and write its tables as a clinic would hand them in, with codes for names."""
    folder.mkdir()
    code = (
        "import sys; from pathlib import Path\n"
        "from analysis.simulation.clinic import simulate_clinic\n"
        "from analysis.simulation.design import ClinicDesign\n"
        f"clinic = simulate_clinic(ClinicDesign(n_children={n_children}))\n"
        "for name, table in clinic.tables.items():\n"
        "    table.to_csv(Path(sys.argv[1]) / f'{name}.csv', index=False)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(folder)], check=True)


def measure(folder: Path) -> dict[str, Mapping[str, float]]:
    """Give the seconds and gigabytes of each stage and of the whole command."""
    one_thread = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "benchmarks.scale", "--trace", str(folder)]
    traced = subprocess.run(command, check=True, capture_output=True, env=one_thread)
    stages = json.loads(traced.stdout.splitlines()[-1])
    command = [sys.executable, "-m", "analysis.report", *arguments(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=one_thread) as report:
        _, status, used = os.wait4(report.pid, 0)
        report.returncode = os.waitstatus_to_exitcode(status)
    if report.returncode:
        raise SystemExit("The report failed.")
    whole = {"seconds": used.ru_utime + used.ru_stime, "gigabytes": used.ru_maxrss / 2**20}
    return {"stages": stages, "report": whole}


def arguments(folder: Path) -> list[str]:
    """Give what the report is asked for: everything beside the records, in their own folder."""
    out, ledger = str(folder / "summary.pdf"), str(folder / "ledger")
    return [str(folder / "records"), "--output", out, "--ledger", ledger]


def trace_report(folder: Path) -> None:
    """Make the report in this process and print seconds and the rise of memory by stage."""
    from analysis.report.__main__ import main as report

    took: dict[str, dict[str, float]] = {}
    for stage, (module, name) in STAGES.items():
        wrap(module, name, functools.partial(timed, took, stage))
    began = time.process_time()
    if report(arguments(folder)):
        raise SystemExit("The report failed.")
    took["rest and imports"] = {
        "seconds": time.process_time() - began - sum(one["seconds"] for one in took.values()),
        "gigabytes": 0.0,
    }
    print(json.dumps(took))


def wrap(module: str, name: str, around: Callable[[Callable], Callable]) -> None:
    """Put a timer around a function, where it is called from."""
    holder = import_module(module)
    *owners, last = name.split(".")
    for owner in owners:
        holder = getattr(holder, owner)
    setattr(holder, last, around(getattr(holder, last)))


def timed(took: dict[str, dict[str, float]], stage: str, function: Callable) -> Callable:
    """Give the function with its time and the rise of the peak of memory added to `took`."""

    @functools.wraps(function)
    def inner(*args: object, **more: object) -> object:
        began, before = time.process_time(), peak_gigabytes()
        try:
            return function(*args, **more)
        finally:
            one = took.setdefault(stage, {"seconds": 0.0, "gigabytes": 0.0})
            one["seconds"] += time.process_time() - began
            one["gigabytes"] += peak_gigabytes() - before

    return inner


def peak_gigabytes() -> float:
    """Give the most memory this process has held, in gigabytes (Linux counts in kB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def write_table(measured: Mapping[int, Mapping[str, Mapping]]) -> str:
    """Give the tables as Markdown: the whole report beside its bars, then stage by stage."""
    sizes = list(measured)
    lines = [
        "# From 240 children to a registry: the whole report",
        "",
        "Processor seconds and peak memory of `python -m analysis.report FOLDER`, a new process",
        "each, one thread, five CSV tables with codes.",
        "",
        "| children | processor, s | memory, GB | bar |",
        "|---:|---:|---:|---|",
    ]
    for n in sizes:
        seconds, gigabytes = measured[n]["report"]["seconds"], measured[n]["report"]["gigabytes"]
        lines.append(
            f"| {n:,} | {seconds:.1f} | {gigabytes:.2f} | {judge(n, seconds, gigabytes)} |"
        )
    lines += [
        "",
        "By stage, traced in another run: processor seconds; how they grow from the last size but",
        "one to the last (1: as the children do); how far the peak of memory rose at the last.",
        "",
        "| stage | " + " | ".join(f"{n:,}" for n in sizes) + " | exponent | rise, GB |",
        "|---|" + "---:|" * (len(sizes) + 2),
    ]
    for stage in dict.fromkeys(name for n in sizes for name in measured[n]["stages"]):
        seconds = [measured[n]["stages"].get(stage, {}).get("seconds", 0.0) for n in sizes]
        rise = measured[sizes[-1]]["stages"].get(stage, {}).get("gigabytes", 0.0)
        told = " | ".join(f"{one:.2f}" for one in seconds)
        lines.append(f"| {stage} | {told} | {exponent(sizes, seconds)} | {rise:.2f} |")
    return "\n".join(lines)


def judge(n: int, seconds: float, gigabytes: float) -> str:
    """Say whether a size keeps its bars, where it has any."""
    if n not in BARS:
        return ""
    most_seconds, most_gigabytes = BARS[n]
    kept = seconds <= most_seconds and gigabytes <= most_gigabytes
    return f"{most_seconds:.0f} s, {most_gigabytes} GB: {'met' if kept else 'missed'}"


def exponent(sizes: Sequence[int], seconds: Sequence[float]) -> str:
    """Give how a stage grows between the last two sizes; nothing for what takes no time."""
    if len(sizes) < 2 or seconds[-2] < SMALL:
        return ""
    grown = math.log(seconds[-1] / seconds[-2]) / math.log(sizes[-1] / sizes[-2])
    return f"**{grown:.2f}**" if grown > STEEP else f"{grown:.2f}"


if __name__ == "__main__":
    sys.exit(main())
