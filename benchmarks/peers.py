"""Speed, certainty and truth beside what others would use, in one run.

Run by hand: `python -m benchmarks.peers` (an hour; `--clinics 40 --null 40 --sizes 300` for a
short one). It writes `benchmarks/peers.md`. Three tables:

1. Speed of the mixed model at 300 to 30,000 children, the cases of `benchmarks.mixed`.
2. How often each stops short of the optimum: small clinics of whole levels, growth of every goal
   with intercepts and slopes of children and goals, the best REML likelihood that any of them
   reached taken as the optimum (statsmodels cannot fit it; its own row has children only, and there
   the others fit the same).
3. What a good analyst would write with pandas and statsmodels for the same main answers: rate of
   every goal, least squares with the recorded traits, errors clustered by therapy group, p-values
   corrected by Holm's method; processor time, and how often a format is called ahead where nothing
   differs.

A peer that is not installed is left out with a word: lme4 needs `Rscript`; mixedlm and gpboost may
live in another interpreter, told by PEERS_PYTHON.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd

from benchmarks.mixed import NAMES, run_case
from benchmarks.stamp import keep_table

HERE = Path(__file__).resolve()
SEED = 19
SIZES = (300, 3_000, 30_000)
SPEED_PEERS = ("ours", "lme4", "mixedlm", "statsmodels", "gpboost")
CLINICS, NULL_CLINICS = 1000, 300
SMALLEST, LARGEST = 20, 60
SHORT_BY = (1e-3, 1e-2, 0.1)
MODELS = {
    "both": "children and goals",
    "child": "children only",
}
FORMULA = "y ~ week * f1 + week * f2 + attention + (week | child)"
GOALS = " + (week | goal)"
LME4 = """
suppressMessages(library(lme4))
given <- commandArgs(TRUE)
found <- c()
for (path in list.files(given[1], pattern = "[.]csv$", full.names = TRUE)) {
  d <- read.csv(path, colClasses = c(child = "character", goal = "character"))
  said <- FALSE
  value <- tryCatch(withCallingHandlers(
    as.numeric(logLik(lmer(as.formula(given[2]), d))),
    warning = function(w) { said <<- TRUE; invokeRestart("muffleWarning") },
    message = function(m) invokeRestart("muffleMessage")), error = function(e) NA)
  found <- c(found, sprintf('"%s": [%s, %s]', sub("[.]csv$", "", basename(path)),
    ifelse(is.na(value), "null", sprintf("%.8f", value)), tolower(as.character(said))))
}
cat("{", paste(found, collapse = ", "), "}")
"""


def invent_small(number):
    """Give the levels of one small clinic with what the growth model takes: a frame."""
    from analysis.simulation.clinic import simulate_clinic
    from analysis.simulation.design import ClinicDesign

    rng = np.random.default_rng([SEED, number])
    design = ClinicDesign(n_children=int(rng.integers(SMALLEST, LARGEST + 1)))
    tables = simulate_clinic(design, rng).tables
    reviews = tables["reviews"][["goal_id", "week", "attainment"]].dropna()
    goals = tables["goals"][["goal_id", "child_id"]]
    children = tables["episodes"][["child_id", "format", "attention"]]
    rows = reviews.merge(goals, on="goal_id").merge(children, on="child_id").dropna()
    week = rows["week"].to_numpy(float) / 12
    return pd.DataFrame(
        {
            "y": rows["attainment"].to_numpy(float),
            "child": rows["child_id"].astype(str).to_numpy(),
            "goal": rows["goal_id"].astype(str).to_numpy(),
            "week": week - week.mean(),
            "f1": (rows["format"].astype(str) == "group").to_numpy(float),
            "f2": (rows["format"].astype(str) == "combined").to_numpy(float),
            "attention": rows["attention"].to_numpy(float) - 3,
        }
    )


def fixed_columns(frame):
    """Give the fixed columns of the growth model."""
    fixed = pd.DataFrame({"one": 1.0, "week": frame["week"]})
    for name in ("f1", "f2"):
        fixed[name], fixed[f"week:{name}"] = frame[name], frame[name] * frame["week"]
    return fixed.assign(attention=frame["attention"])


def fit_ours(frame, model):
    """Give (log likelihood or None, whether it said that something is wrong)."""
    from analysis.errors import AnalysisError
    from analysis.models.mixed.model import RandomEffect, fit_mixed

    fixed = fixed_columns(frame)
    levels = ["child", "goal"] if model == "both" else ["child"]
    effects = [RandomEffect(frame[name], fixed[["one", "week"]]) for name in levels]
    try:
        return float(fit_mixed(frame["y"], fixed, effects).log_likelihood), False
    except AnalysisError:
        return None, True


def fit_statsmodels(frame, model):
    """Give the same for statsmodels, which has no goals within children with slopes."""
    from statsmodels.regression.mixed_linear_model import MixedLM

    if model == "both":
        return None, False
    fixed = fixed_columns(frame)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            fit = MixedLM(frame["y"], fixed, frame["child"], exog_re=fixed[["one", "week"]]).fit(
                reml=True
            )
        except (np.linalg.LinAlgError, ValueError):
            return None, True
    wrong = [str(w.message) for w in said if "boundary" not in str(w.message)]
    return float(fit.llf), bool(wrong) or not fit.converged


def fit_mixedlm(frame, model):
    """Give the same for mixedlm."""
    import mixedlm

    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            fit = mixedlm.lmer(FORMULA + (GOALS if model == "both" else ""), frame)
        except (np.linalg.LinAlgError, ValueError, RuntimeError):
            return None, True
    wrong = [str(w.message) for w in said if "singular" not in str(w.message).lower()]
    return float(fit.logLik()), bool(wrong) or not fit.converged


IN_PROCESS = {"ours": fit_ours, "statsmodels": fit_statsmodels}


def fit_folder(folder, model):
    """Fit every clinic of a folder with mixedlm: {number: [log likelihood, warned]}."""
    try:
        import mixedlm  # noqa: F401
    except ImportError:
        return {}
    found = {}
    for path in sorted(Path(folder).glob("*.csv")):
        frame = pd.read_csv(path, dtype={"child": str, "goal": str})
        found[path.stem] = fit_mixedlm(frame, model)
    return found


def run_outside(command):
    """Run a peer of another language or interpreter; {} where there is none."""
    if shutil.which(command[0]) is None and not Path(command[0]).exists():
        return {}
    places = {"PYTHONPATH": str(HERE.parents[1])} | dict(os.environ)
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=places)
    return json.loads(done.stdout) if done.returncode == 0 else {}


def compare_optima(n_clinics):
    """Give {(model, peer): {clinic: (log likelihood, warned)}} over small clinics."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        frames = {f"{k:05d}": invent_small(k) for k in range(n_clinics)}
        for name, frame in frames.items():
            frame.to_csv(Path(folder) / f"{name}.csv", index=False)
        script = Path(folder) / "fit.R"
        script.write_text(LME4)
        python = os.environ.get("PEERS_PYTHON", sys.executable)
        for model in MODELS:
            for peer, fit in IN_PROCESS.items():
                found[model, peer] = {name: fit(frame, model) for name, frame in frames.items()}
            formula = FORMULA + (GOALS if model == "both" else "")
            found[model, "lme4"] = run_outside(["Rscript", str(script), folder, formula])
            found[model, "mixedlm"] = run_outside([python, str(HERE), "--folder", folder, model])
    return found


def tabulate_optima(found):
    """Write the table of who stops short, by how much, and how often without a word."""
    head = ["fitted", "with", "clinics"]
    head += [f"short by more than {by:g}" for by in SHORT_BY]
    head += ["of the first, without a word", "no fit", "furthest short"]
    rows = []
    for model, title in MODELS.items():
        peers = {peer: got for (m, peer), got in found.items() if m == model}
        best = {}
        for got in peers.values():
            for name, (value, _) in got.items():
                if value is not None:
                    best[name] = max(best.get(name, -np.inf), value)
        for peer, got in peers.items():
            fitted = {name: pair for name, pair in got.items() if pair[0] is not None}
            if not fitted:
                continue
            short = {name: best[name] - value for name, (value, _) in fitted.items()}
            least = [name for name, by in short.items() if by > SHORT_BY[0]]
            rows.append(
                [title, NAMES["ours"] if peer == "ours" else peer, str(len(got))]
                + [str(sum(by > bound for by in short.values())) for bound in SHORT_BY]
                + [
                    str(sum(not fitted[name][1] for name in least)),
                    str(len(got) - len(fitted)),
                    f"{max(short.values()):.2g}",
                ]
            )
    return _table(head, rows)


@dataclass(frozen=True)
class Answers:
    """What one way of working said of one clinic: processor seconds, formats called ahead."""

    seconds: float
    ahead: bool
    answered: bool


def analyse_plainly(tables):
    """The pipeline of a good analyst: rates, least squares with traits, clusters, Holm.

    Returns:
        Whether any format is called ahead of another at the 5% level.
    """
    import statsmodels.api as sm
    from statsmodels.stats.multitest import multipletests

    reviews = tables["reviews"].dropna(subset=["attainment"])
    week = reviews["week"].astype(float) / 12
    by_goal = pd.DataFrame(
        {"goal_id": reviews["goal_id"], "week": week, "y": reviews["attainment"].astype(float)}
    )
    centred = by_goal[["week", "y"]] - by_goal.groupby("goal_id")[["week", "y"]].transform("mean")
    sums = (
        pd.DataFrame(
            {
                "goal_id": by_goal["goal_id"],
                "top": centred["week"] * centred["y"],
                "bottom": centred["week"] ** 2,
            }
        )
        .groupby("goal_id", observed=True)[["top", "bottom"]]
        .sum()
    )
    rate = (sums["top"] / sums["bottom"].where(sums["bottom"] > 0)).dropna().rename("rate")
    goals = tables["goals"].merge(rate, left_on="goal_id", right_index=True)
    goals["social"] = (goals["domain"].astype(str) == "social").astype(float)
    by_child = goals.groupby("child_id", observed=True)[["rate", "social"]].mean().reset_index()
    rows = by_child.merge(tables["episodes"], on="child_id")
    traits = ["attention", "peer_comfort", "severity", "age_years", "social"]
    rows = rows.dropna(subset=traits)
    group = rows["group_id"].astype(str).where(rows["group_id"].notna(), rows["child_id"])
    design = pd.DataFrame({"one": 1.0}, index=rows.index)
    for name in ("group", "combined"):
        design[name] = (rows["format"].astype(str) == name).astype(float)
    design = design.assign(**{name: rows[name].astype(float) for name in traits})
    fit = sm.OLS(rows["rate"].astype(float), design).fit(
        cov_type="cluster", cov_kwds={"groups": pd.factorize(group)[0]}, use_t=True
    )
    contrasts = np.zeros((3, design.shape[1]))
    contrasts[0, 1], contrasts[1, 2] = 1, 1
    contrasts[2, 1:3] = -1, 1
    p = np.atleast_1d(fit.t_test(contrasts).pvalue)
    return bool(multipletests(p, alpha=0.05, method="holm")[0].any())


def null_designs():
    """Give clinics in which nothing differs: like the analysis, and three that are not."""
    from analysis.simulation.design import NO_DIFFERENCE, ClinicDesign
    from analysis.simulation.unlike_design import UnlikeDesign

    return {
        "like the analysis, 120 children": replace(ClinicDesign(n_children=120), **NO_DIFFERENCE),
        "like the analysis, 240 children": replace(ClinicDesign(), **NO_DIFFERENCE),
        "groups end at week 12, progress slows": UnlikeDesign(last_week=(24, 12, 24), half_week=7),
        "each therapist keeps to a format": UnlikeDesign(
            therapist_keeps=True, therapist_spread=0.12
        ),
        "three places that prefer formats": UnlikeDesign(
            n_places=3, place_step=0.4, place_preference=(0.0, 2.0, -1.0)
        ),
    }


def compare_answers(n_clinics):
    """Give {design: {way: [Answers]}} over clinics in which nothing differs."""
    from analysis.records.load import records_from_tables
    from analysis.simulation.draw import draw_clinic
    from analysis.study import run_study
    from analysis.vocabulary import AHEAD, NOT_COMPARABLE

    found = {}
    for k, (name, design) in enumerate(null_designs().items()):
        ways = {"this project": [], "pandas and statsmodels": []}
        for number in range(n_clinics):
            tables = draw_clinic(design, np.random.SeedSequence([SEED, k, number])).tables
            began = time.process_time()
            study = run_study(records_from_tables(tables), ask_again=False, ask_beside=False)
            seconds = time.process_time() - began
            labels = [one.label for one in study.verdicts.decisions]
            ways["this project"].append(
                Answers(
                    seconds,
                    any(one in AHEAD for one in labels),
                    any(one != NOT_COMPARABLE for one in labels),
                )
            )
            began = time.process_time()
            ahead = analyse_plainly(tables)
            ways["pandas and statsmodels"].append(Answers(time.process_time() - began, ahead, True))
        found[name] = ways
        print(name, {way: Counter(a.ahead for a in got) for way, got in ways.items()}, flush=True)
    return found


def tabulate_answers(found):
    """Write the table of false answers and time."""
    rows = []
    for name, ways in found.items():
        for way, got in ways.items():
            n, share = len(got), float(np.mean([a.ahead for a in got]))
            error = np.sqrt(max(share * (1 - share), 1 / n**2) / n)
            rows.append(
                [
                    name,
                    way,
                    str(n),
                    f"{median(a.seconds for a in got):.3f}",
                    f"{share:.1%} ({error:.1%})",
                    f"{np.mean([a.answered for a in got]):.0%}",
                ]
            )
    head = ["nothing differs", "way", "clinics", "processor s"]
    return _table([*head, "a format called ahead", "compared"], rows)


def compare_speed(sizes):
    """Give {(peer, children): what `benchmarks.mixed` measured}."""
    found = {}
    for n_children in sizes:
        for peer in SPEED_PEERS:
            found[peer, n_children] = run_case(peer, n_children, "irregular")
            print(peer, n_children, found[peer, n_children], flush=True)
    return found


def tabulate_speed(found):
    """Write the table of times."""
    rows = []
    for (peer, n_children), got in found.items():
        ours = found["ours", n_children]["seconds"]
        if "seconds" in got:
            seconds, times = f"{got['seconds']:.3f}", f"{got['seconds'] / ours:,.0f}"
        else:
            seconds = got["word"]
            times = f"> {got['at_least'] / ours:,.0f}" if "at_least" in got else ""
        likelihood = f"{got['log_likelihood']:.4f}" if "log_likelihood" in got else ""
        rows.append(
            [
                f"{n_children:,}",
                NAMES[peer],
                got.get("version", ""),
                seconds,
                times if peer != "ours" else "",
                likelihood,
            ]
        )
    head = ["children", "fit", "version", "processor s", "times ours", "log likelihood"]
    return _table(head, rows)


def _table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main():
    """Measure, print and keep the tables; or fit a folder of clinics with mixedlm."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clinics", type=int, default=CLINICS)
    parser.add_argument("--null", type=int, default=NULL_CLINICS)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--folder", nargs=2, metavar=("FOLDER", "MODEL"))
    given = parser.parse_args()
    if given.folder:
        print(json.dumps(fit_folder(*given.folder)))
        return
    parts = [
        "# Beside what others would use",
        "",
        "## Truth: the same main answers, nothing differs",
        "",
        tabulate_answers(compare_answers(given.null)),
        "",
        "Monte-Carlo errors in brackets. The pipeline beside ours: the rate of every goal by least "
        "squares, a regression on formats and recorded traits, errors clustered by therapy group, "
        "Holm's correction. It has no gates, so it always compares.",
        "",
        "## Stopping short of the optimum: small clinics of whole levels",
        "",
        tabulate_optima(compare_optima(given.clinics)),
        "",
        f"Clinics of {SMALLEST} to {LARGEST} children. Short of the best REML log likelihood that "
        "any of the fits reached; no fit: an error instead of an answer. A word: a warning other "
        "than that a spread is zero, or a fit that says it did not converge.",
        "",
        "## Speed of the mixed model",
        "",
        tabulate_speed(compare_speed(given.sizes)),
        "",
        "Processor seconds of the fit on one thread, irregular visits (`benchmarks.mixed`).",
    ]
    keep_table(__file__, "\n".join(parts))


if __name__ == "__main__":
    main()
