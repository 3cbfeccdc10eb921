"""A million children in a folder of Parquet files: time and memory, here and on two workers.

Run by hand: `python -m benchmarks.network` (a few minutes and about a gigabyte of disk while it
runs; needs the `dask` extra for the second row). It prints a table and writes it to
`benchmarks/network.md`. The model is that of `benchmarks/mixed.py` without domains; the visits are
scheduled, and children leave after the third, fourth, fifth or sixth. Memory is the largest
resident size of the process that fits, and of the largest worker.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.stamp import keep_table

ROOT = Path(__file__).resolve().parents[1]
N_CHILDREN, N_FILES = 1_000_000, 40
KIBIBYTES_PER_GIGABYTE = 1e9 / 1024
COVARIATES = tuple(f"c{k}" for k in range(5))


def invent(first, n_children, seed):
    """Give the rows of one partition."""
    rng = np.random.default_rng(seed)
    last = rng.integers(3, 7, n_children)
    n_rows = np.repeat(last, 3)
    goal = np.repeat(np.arange(3 * n_children), n_rows)
    child = goal // 3
    week = 4.0 * (np.arange(len(goal)) - np.repeat(np.cumsum(n_rows) - n_rows, n_rows))
    labels = np.array(["individual", "group", "combined"])[rng.integers(0, 3, n_children)]
    known = rng.normal(size=(n_children, len(COVARIATES)))
    own = rng.normal(size=(n_children, 2)) * [0.4, 0.03]
    inner = rng.normal(size=(3 * n_children, 2)) * [0.4, 0.03]
    outcome = -2 + 0.08 * week + 0.02 * week * (labels == "combined")[child]
    outcome += (0.1 * known.sum(axis=1) + own[:, 0])[child] + own[child, 1] * week
    outcome += inner[goal, 0] + inner[goal, 1] * week + 0.5 * rng.normal(size=len(goal))
    columns = {"child": first + child, "goal": 3 * first + goal, "week": week}
    columns |= {"attainment": outcome, "format": pd.Categorical(labels[child])}
    return pd.DataFrame(columns | {name: known[child, k] for k, name in enumerate(COVARIATES)})


def run_case(folder, cluster):
    """Fit the folder; give seconds and memory."""
    from analysis.models.mixed.network import NetworkLevel, NetworkModel, fit_folder

    formats = ["format=group", "format=combined"]
    fixed = ("1", "week", *formats, *(f"{name}:week" for name in formats), *COVARIATES)
    line = ("1", "week")
    model = NetworkModel(
        "attainment", fixed, (NetworkLevel("child", line), NetworkLevel("goal", line))
    )
    began, spent = time.perf_counter(), time.process_time()
    fit = fit_folder(folder, model, cluster)
    return {
        "seconds": time.perf_counter() - began,
        "processor": time.process_time() - spent,
        "gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIBIBYTES_PER_GIGABYTE,
        "log_likelihood": fit.log_likelihood,
        "rows": fit.n_rows,
        "children": fit.n_groups["child"],
    }


def peak():
    """Give this process's largest resident size, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIBIBYTES_PER_GIGABYTE


def run_apart(folder, cluster):
    """Run one case in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.network", "--case", folder, cluster or ""]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return json.loads(done.stdout)


def main():
    """Measure, print and keep the table; or run one case."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--case", nargs=2, metavar=("FOLDER", "CLUSTER"))
    given = parser.parse_args()
    if given.case:
        print(json.dumps(run_case(given.case[0], given.case[1] or None)))
        return
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        size = N_CHILDREN // N_FILES
        for k in range(N_FILES):
            invent(k * size, size, k).to_parquet(Path(folder) / f"part-{k:03d}.parquet")
        alone = run_apart(folder, None)
        rows.append(("this process", alone, ""))
        try:
            from distributed import Client, LocalCluster
        except ImportError:
            print("distributed is not installed: no cluster is measured")
        else:
            with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
                address = cluster.scheduler_address
                with Client(address) as client:
                    before = sum(client.run(time.process_time).values())
                    got = run_apart(folder, address)
                    got["processor"] += sum(client.run(time.process_time).values()) - before
                    largest = max(client.run(peak).values())
                rows.append(("two workers", got, f"{largest:.2f}"))
    head = (
        "read by",
        "rows",
        "seconds",
        "processor s",
        "GB here",
        "GB, largest worker",
        "log likelihood",
    )
    lines = ["| " + " | ".join(head) + " |", "| " + " | ".join(["---"] * len(head)) + " |"]
    for name, got, worker in rows:
        cells = (
            name,
            f"{got['rows']:,.0f}",
            f"{got['seconds']:.1f}",
            f"{got['processor']:.1f}",
            f"{got['gigabytes']:.2f}",
            worker,
            f"{got['log_likelihood']:.6f}",
        )
        lines.append("| " + " | ".join(cells) + " |")
    about = f"{N_CHILDREN:,} children, 3 goals each, in {N_FILES} files; reading included."
    keep_table(__file__, "\n".join(["# A network of clinics", "", *lines, "", about]))


if __name__ == "__main__":
    main()
