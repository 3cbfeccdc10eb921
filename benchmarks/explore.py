"""How long does a choice in a notebook take, from the control to the new picture?

Run by hand: `python -m benchmarks.explore`. The last table stands beside this file.
"""

import statistics
import time
from pathlib import Path

from analysis.notebook.choices import AGES, GOALS, WEEKS, Browser, Choice
from analysis.notebook.explore import draw_look
from analysis.records.load import read_records
from analysis.settings import Settings
from benchmarks.stamp import keep_table

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "sample"
MOST_SECONDS = 0.3
REPEATS = 5


def main():
    """Move every control in turn and write the table."""
    browser = Browser(read_records(SAMPLE), Settings())
    choices = [Choice(goals=goals) for goals in GOALS]
    choices += [Choice(ages=ages) for ages in AGES]
    choices += [Choice(weeks=weeks) for weeks in WEEKS]
    choices += [Choice(margin=0.5), Choice(pair="combined-group")]
    draw_look(browser.look(Choice()))
    took: dict[str, list[float]] = {"wall clock": [], "processor": []}
    for choice in choices * REPEATS:
        start = time.perf_counter(), time.process_time()
        draw_look(browser.look(choice))
        took["wall clock"].append(time.perf_counter() - start[0])
        took["processor"].append(time.process_time() - start[1])
    rows = [
        f"| {name} | {statistics.median(seconds):.2f} s | "
        f"{statistics.quantiles(seconds, n=20)[-1]:.2f} s | {MOST_SECONDS} s |"
        for name, seconds in took.items()
    ]
    lines = [
        "# A choice in a notebook, to the new picture",
        "",
        f"The sample clinic, every control moved in turn, {len(choices) * REPEATS} choices. On a",
        "machine that does other work too the wall clock runs ahead of the processor.",
        "",
        "| time | median | 95% under | at most wanted |",
        "| --- | --- | --- | --- |",
        *rows,
    ]
    keep_table(__file__, "\n".join(lines))


if __name__ == "__main__":
    main()
