"""How long does the whole study of the sample take, records already read and packages loaded?

Run by hand: `python -m benchmarks.study`. The last table stands beside this file. The unit is
the arithmetic nobody could do without: one least-squares fit of every review by statsmodels.
"""

import statistics
import time
from pathlib import Path

import numpy as np
import statsmodels.api as sm

from analysis.comparison.effort import compare_what_it_took
from analysis.disclosure.release import protect
from analysis.records.load import read_records
from analysis.study import run_study
from analysis.words.tell import tell
from benchmarks.stamp import keep_table

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "sample"
MOST_SECONDS = 0.5
REPEATS = 9


def fit_unit(study):
    """Fit one ordinary regression of level on week."""
    levels = study.scored.levels
    design = np.column_stack([np.ones(len(levels)), levels["week"]])
    return sm.OLS(levels["attainment"].to_numpy(), design).fit(
        cov_type="cluster", cov_kwds={"groups": levels["goal"].to_numpy()}
    )


def main():
    """Time every step in turn and write the table."""
    records = read_records(SAMPLE)
    study = run_study(records)
    asked, summary = study.analysis_set, protect(study)
    tell(summary)
    steps = {
        "whole study, every way of asking": lambda: run_study(records),
        "main answer only": lambda: run_study(records, ask_again=False, ask_beside=False),
        "at what effort, 2,000 resamples": lambda: compare_what_it_took(asked),
        "disclosure control": lambda: protect(study),
        "every sentence": lambda: tell(summary),
        "one statsmodels regression of all reviews": lambda: fit_unit(study),
    }
    took = {name: [] for name in steps}
    for _ in range(REPEATS):
        for name, step in steps.items():
            start = time.perf_counter(), time.process_time()
            step()
            took[name].append((time.perf_counter() - start[0], time.process_time() - start[1]))
    unit = statistics.median(seconds for _, seconds in took[list(steps)[-1]])
    lines = [
        "# The study of the sample, records already read",
        "",
        f"{REPEATS} runs, medians; asked: the whole study in under {MOST_SECONDS} s, at what",
        "effort in under 5 s. On a machine that does other work too the wall clock runs ahead.",
        "",
        "| step | wall clock, s | processor, s | processor, of one regression |",
        "| --- | --- | --- | --- |",
    ]
    for name, times in took.items():
        wall, own = (statistics.median(part) for part in zip(*times, strict=True))
        lines.append(f"| {name} | {wall:.3f} | {own:.3f} | {own / unit:.0f} |")
    keep_table(__file__, "\n".join(lines))


if __name__ == "__main__":
    main()
