"""How fast mixed models are fitted, beside lme4, mixedlm, statsmodels and gpboost, in one run.

Run by hand: `python -m benchmarks.mixed` (minutes; the peers are slow). It prints a table and
writes it to `benchmarks/mixed.md`. Every case runs in a process of its own, on one thread, and its
time is processor seconds of the fit alone (medians of a few fits where they are short). The model
is outcome ~ week x format + 5 covariates + domain (16 columns), (1 + week | child) +
(1 + week | goal), 3 goals a child, 6 visits a goal. A peer that is not installed is left out with
a word: lme4 needs `Rscript`; gpboost and mixedlm may live in another interpreter, told by
PEERS_PYTHON.

Asked for: at 5,000 children 20 times lme4 without derivatives and 100 times statsmodels' nearest
model; 300,000 children in under 15 s and 3 GB; time no faster than linear; identical visits within
twice the building of their sums.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd

from benchmarks.stamp import keep_table

HERE = Path(__file__).resolve()
KIBIBYTES_PER_GIGABYTE = 1e9 / 1024
PEER_LIMIT = 900
LME4 = """
suppressMessages(library(lme4))
d <- read.csv(commandArgs(TRUE)[1])
f <- y ~ week * f1 + week * f2 + c0 + c1 + c2 + c3 + c4 + d1 + d2 + d3 + d4 + d5 +
  (week | child) + (week | goal)
began <- proc.time()
fit <- suppressWarnings(suppressMessages(lmer(f, d, control = lmerControl(calc.derivs = FALSE))))
spent <- sum((proc.time() - began)[1:2])
cat(sprintf('{"seconds": %.3f, "log_likelihood": %.6f, "version": "%s"}', spent,
  as.numeric(logLik(fit)), packageVersion("lme4")))
"""


def invent(n_children, irregular, seed=0, n_goals=3, n_visits=6):
    """Give the columns of a growth model: a frame."""
    rng = np.random.default_rng(seed)
    n_all = n_children * n_goals
    child = np.repeat(np.arange(n_children), n_goals * n_visits)
    goal = np.repeat(np.arange(n_all), n_visits)
    week = np.tile(np.arange(n_visits) * 4.0, n_all)
    if irregular:
        week += rng.uniform(-1.5, 1.5, len(week)).round(2)
    chosen, domain = rng.integers(0, 3, n_children), rng.integers(0, 6, n_all)
    covariates = rng.normal(size=(n_children, 5))
    own, inner = (rng.normal(size=(n, 2)) * [0.4, 0.03] for n in (n_children, n_all))
    y = -2 + 0.08 * week + 0.02 * week * (chosen == 2)[child] + 0.5 * rng.normal(size=len(week))
    y += (covariates.sum(axis=1) * 0.1 + own[:, 0])[child] + own[child, 1] * week
    y += inner[goal, 0] + inner[goal, 1] * week
    columns = {"y": y, "child": child, "goal": goal, "one": np.ones(len(week)), "week": week}
    for k in (1, 2):
        columns[f"f{k}"] = (chosen == k)[child].astype(float)
        columns[f"w{k}"] = columns[f"f{k}"] * week
    columns |= {f"c{k}": covariates[child, k] for k in range(5)}
    columns |= {f"d{k}": (domain == k)[goal].astype(float) for k in range(1, 6)}
    return pd.DataFrame(columns)


def random_effects(frame):
    """Give the random effects of the invented model."""
    from analysis.models.mixed.model import RandomEffect

    line = frame[["one", "week"]]
    return [RandomEffect(frame["child"], line), RandomEffect(frame["goal"], line)]


def timed(call, repeats):
    """Give the median of processor seconds, and the last answer."""
    seconds = []
    for _ in range(repeats):
        began = time.process_time()
        answer = call()
        seconds.append(time.process_time() - began)
    return median(seconds), answer


def run_ours(n_children, irregular):
    """Fit with this project's model."""
    from analysis.models.mixed.columns import arrange_rows, survey_rows
    from analysis.models.mixed.model import fit_mixed
    from analysis.models.mixed.nesting import read_nesting
    from analysis.models.mixed.plan import plan_sums
    from analysis.models.mixed.sums import build_sums
    from analysis.models.regression.least_squares import read_design, read_vector

    frame = invent(n_children, irregular)
    y, random = frame["y"].to_numpy(), random_effects(frame)
    fixed = frame.drop(columns=["y", "child", "goal"])
    del frame

    def sums():
        names, columns = read_design(fixed)
        nesting = read_nesting([effect.groups for effect in random], len(y))
        rows = arrange_rows(nesting, random, names, columns, read_vector(y, len(y), "outcome"))
        return build_sums(rows, plan_sums(survey_rows(rows)))

    repeats = 5 if n_children <= 5000 else 3
    fit_mixed(y[:1800], fixed[:1800], [type(r)(r.groups[:1800], r.design[:1800]) for r in random])
    seconds, fit = timed(lambda: fit_mixed(y, fixed, random), repeats)
    return {
        "seconds": seconds,
        "sums": timed(sums, repeats)[0],
        "log_likelihood": fit.log_likelihood,
    }


def run_lme4(n_children, irregular):
    """Fit with lme4, without derivatives."""
    if shutil.which("Rscript") is None:
        return {"word": "Rscript is not installed"}
    with tempfile.TemporaryDirectory() as folder:
        data, script = Path(folder) / "data.csv", Path(folder) / "fit.R"
        invent(n_children, irregular).to_csv(data, index=False)
        script.write_text(LME4)
        done = subprocess.run(
            ["Rscript", str(script), str(data)], capture_output=True, text=True, check=False
        )
    if done.returncode:
        return {"word": "lme4 is not installed"}
    return json.loads(done.stdout)


def run_statsmodels(n_children, irregular):
    """Fit statsmodels' nearest model: child intercept and slope, no goals."""
    import warnings

    import statsmodels
    from statsmodels.regression.mixed_linear_model import MixedLM

    frame = invent(n_children, irregular)
    fixed = frame.drop(columns=["y", "child", "goal"])
    warnings.simplefilter("ignore")
    began = time.process_time()
    model = MixedLM(frame["y"], fixed, frame["child"], exog_re=frame[["one", "week"]])
    fit = model.fit(reml=True, method="lbfgs")
    return {
        "seconds": time.process_time() - began,
        "log_likelihood": float(fit.llf),
        "version": statsmodels.__version__,
    }


def run_gpboost(n_children, irregular):
    """Fit gpboost's nearest model: ML, independent intercepts and slopes of children and goals."""
    try:
        import gpboost
    except ImportError:
        return {"word": "gpboost is not installed"}
    frame = invent(n_children, irregular)
    fixed = frame.drop(columns=["y", "child", "goal"]).to_numpy()
    began = time.process_time()
    model = gpboost.GPModel(
        group_data=frame[["child", "goal"]].to_numpy(),
        group_rand_coef_data=np.column_stack([frame["week"], frame["week"]]),
        ind_effect_group_rand_coef=[1, 2],
        likelihood="gaussian",
        num_parallel_threads=1,
    )
    model.fit(y=frame["y"].to_numpy(), X=fixed)
    return {"seconds": time.process_time() - began, "version": gpboost.__version__}


def run_mixedlm(n_children, irregular):
    """Fit the same model with mixedlm (Python and Rust, lme4's formulas)."""
    try:
        import mixedlm
    except ImportError:
        return {"word": "mixedlm is not installed"}
    frame = invent(n_children, irregular).astype({"child": str, "goal": str})
    traits = " + ".join(name for name in frame if name[0] in "cd" and name[1:].isdigit())
    began = time.process_time()
    fit = mixedlm.lmer(
        f"y ~ week * f1 + week * f2 + {traits} + (week | child) + (week | goal)", frame
    )
    return {
        "seconds": time.process_time() - began,
        "log_likelihood": float(fit.logLik().value),
        "version": mixedlm.__version__,
    }


RUNS = {
    "ours": run_ours,
    "lme4": run_lme4,
    "mixedlm": run_mixedlm,
    "statsmodels": run_statsmodels,
    "gpboost": run_gpboost,
}


def run_case(what, n_children, visits):
    """Run one case in a process of its own."""
    python = sys.executable
    if what in ("gpboost", "mixedlm"):
        python = os.environ.get("PEERS_PYTHON", python)
    command = [python, str(HERE), "--case", what, str(n_children), visits]
    places = {"PYTHONPATH": str(HERE.parents[1])} | dict(os.environ)
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=PEER_LIMIT, check=False, env=places
        )
    except subprocess.TimeoutExpired:
        return {"word": f"stopped after {PEER_LIMIT} s", "at_least": PEER_LIMIT}
    if done.returncode:
        return {"word": done.stderr.strip().splitlines()[-1]}
    return json.loads(done.stdout)


CASES = (
    ("ours", 300, "irregular"),
    ("lme4", 300, "irregular"),
    ("statsmodels", 300, "irregular"),
    ("gpboost", 300, "irregular"),
    ("ours", 5_000, "irregular"),
    ("lme4", 5_000, "irregular"),
    ("statsmodels", 5_000, "irregular"),
    ("gpboost", 5_000, "irregular"),
    ("ours", 30_000, "irregular"),
    ("ours", 300_000, "irregular"),
    ("ours", 300, "identical"),
    ("ours", 5_000, "identical"),
    ("ours", 300_000, "identical"),
)
NAMES = {
    "ours": "this project",
    "lme4": "lme4, no derivatives",
    "mixedlm": "mixedlm",
    "statsmodels": "statsmodels, child effects only",
    "gpboost": "gpboost, ML, independent effects",
}


def judge(found):
    """Say of every bar asked for what was reached, and whether that meets it."""

    def seconds(what, n_children, visits):
        return found[what, n_children, visits].get("seconds", np.nan)

    large = found["ours", 300_000, "irregular"]
    bars = [
        (f"5,000 children, times faster than {NAMES[peer]}", least, ratio, ratio >= least)
        for peer, least in (("lme4", 20), ("statsmodels", 100))
        for ratio in [seconds(peer, 5_000, "irregular") / seconds("ours", 5_000, "irregular")]
    ]
    growth = large["seconds"] / seconds("ours", 30_000, "irregular")
    bars += [
        ("300,000 children at irregular visits, s", 15, large["seconds"], large["seconds"] < 15),
        ("the same, GB", 3, large["gigabytes"], large["gigabytes"] < 3),
        ("the same, times the time of 30,000 children", 10, growth, growth <= 10),
    ]
    for n_children in (300, 5_000, 300_000):
        got = found["ours", n_children, "identical"]
        times = got["seconds"] / got["sums"]
        bars.append(
            (f"{n_children:,} children at identical visits, times their sums", 2, times, times <= 2)
        )
    head = ("bar", "asked", "reached", "")
    rows = [
        (bar, f"{asked}", f"{reached:,.1f}", _say_met(reached, met))
        for bar, asked, reached, met in bars
    ]
    return ["| " + " | ".join(row) + " |" for row in (head, ("---",) * len(head), *rows)]


def _say_met(reached, met):
    return "not measured" if np.isnan(reached) else "met" if met else "not met"


def describe(found):
    """Write the table and what was met."""
    rows = []
    for (what, n, visits), got in found.items():
        ours = found["ours", n, visits].get("seconds", np.nan)
        if "seconds" not in got:
            ratio = f"> {got['at_least'] / ours:,.0f}" if "at_least" in got else ""
            rows.append((f"{n:,}", visits, NAMES[what], got["word"], ratio, "", ""))
            continue
        ratio = f"{got['seconds'] / ours:,.0f}" if what != "ours" else ""
        notes = []
        if "sums" in got:
            notes.append(f"sums alone {got['sums']:.3f} s")
        if "log_likelihood" in got:
            notes.append(f"log likelihood {got['log_likelihood']:.4f}")
        if "version" in got:
            notes.append(got["version"])
        memory = f"{got['gigabytes']:.2f}" if what == "ours" else ""
        seconds = f"{got['seconds']:,.3f}"
        rows.append((f"{n:,}", visits, NAMES[what], seconds, ratio, memory, "; ".join(notes)))
    head = ("children", "visits", "fit", "processor s", "ratio", "whole process, GB", "")
    lines = ["| " + " | ".join(row) + " |" for row in (head, ("---",) * len(head), *rows)]
    about = "One thread, processor seconds of the fit; a ratio is the peer's time by ours."
    return "\n".join(["# Mixed models", "", *lines, "", about, "", *judge(found)])


def main():
    """Measure, print and keep the table; or run one case."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--case", nargs=3, metavar=("WHAT", "CHILDREN", "VISITS"))
    given = parser.parse_args()
    if given.case:
        what, n_children, visits = given.case
        got = RUNS[what](int(n_children), visits == "irregular")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIBIBYTES_PER_GIGABYTE
        print(json.dumps(got | {"gigabytes": peak}))
        return
    found = {}
    for case in CASES:
        found[case] = run_case(*case)
        print(*case, found[case], flush=True)
    keep_table(__file__, describe(found))


if __name__ == "__main__":
    main()
