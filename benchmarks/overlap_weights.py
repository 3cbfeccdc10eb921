"""Which interval of the overlap-weighted comparison covers: weights known, or as estimated.

Run by hand: `python -m benchmarks.overlap_weights [--clinics 2000]`. It prints a table and writes
it to `benchmarks/overlap_weights.md`. In every invented clinic traits decide the format and
progress and no format differs, so each pair's true difference is 0 whatever the weights. The
estimate is the same in all three ways; only its interval differs:

- known: CR2 with Satterthwaite degrees of freedom, the weights taken as given (the report's way);
- as estimated: the multinomial logit and the weighted means are one stacked system of estimating
  equations, and the sandwich is taken of both (Stefanski & Boos 2002, 10.1198/000313002753631330;
  Li & Li 2019, section 3.4), clusters minus one degrees of freedom;
- as estimated, small sample: the same, times CR2's ratio to CR0, with CR2's degrees of freedom.

Pairs of one clinic go together, so Monte-Carlo errors are taken over clinics.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
from dataclasses import replace

import numpy as np

from analysis.comparison.arms import (
    comparable_formats,
    contrast_pairs,
    indicate_formats,
    keep_formats,
)
from analysis.comparison.covariates import choose_covariates
from analysis.comparison.weighting import weigh_children
from analysis.computing import one_thread
from analysis.measures.cohort import choose_cohort
from analysis.measures.progress import measure_progress
from analysis.measures.scoring import score_goals
from analysis.models.regression.cluster_robust import fit_cluster_robust
from analysis.models.results import student_quantile
from analysis.records.load import records_from_tables
from analysis.settings import Settings
from analysis.simulation.clinic import simulate_clinic
from analysis.simulation.design import NO_DIFFERENCE, ClinicDesign
from benchmarks.stamp import keep_table

CLINICS = 2000
SEED = 13
WAYS = ("known", "as estimated", "as estimated, small sample")
NOMINAL, LEAST_COVERAGE = 0.95, 0.925
NULL = replace(ClinicDesign(), **NO_DIFFERENCE)
DESIGNS = {
    "120 children": replace(NULL, n_children=120),
    "200 children": replace(NULL, n_children=200),
    "120 children, groups differ much": replace(NULL, n_children=120, group_spread=0.40),
    "200 children, confounding doubled": replace(NULL, n_children=200, confounding=2.0),
}


def influence_of_means(
    outcome: np.ndarray,
    received: np.ndarray,
    weights: np.ndarray,
    chances: np.ndarray,
    traits: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Give each row's influence on the weighted means: weights known, and as estimated.

    With r the residual from the own format's weighted mean and h the overlap tilt,
    d log w / d eta_k = h / e_k - 1[own = k]; the influence of the logit's coefficients is the
    inverse information times the score.

    Args:
        outcome: (n,) what is averaged.
        received: (n,) codes 0..K-1 of the formats.
        weights: (n,) overlap weights.
        chances: (n, K) fitted chances.
        traits: (n, p) columns of the logit beside its constant.

    Returns:
        Two (n, K) arrays, whose columns add to zero.
    """
    member = np.eye(chances.shape[1])[received]
    totals = weights @ member
    residuals = outcome - (((weights * outcome) @ member) / totals)[received]
    own = member * (weights * residuals)[:, None] / totals
    tilt = 1 / (1 / chances).sum(axis=1, keepdims=True)
    slopes = (tilt / chances - member)[:, 1:]
    design = np.column_stack([np.ones(len(traits)), traits])
    scores = ((member - chances)[:, 1:, None] * design[:, None, :]).reshape(len(design), -1)
    covered = chances[:, 1:, None] * (np.eye(chances.shape[1] - 1) - chances[:, None, 1:])
    information = np.einsum("ikl,ip,iq->kplq", covered, design, design)
    information = information.reshape(scores.shape[1], scores.shape[1])
    pull = np.einsum("if,ik,ip->fkp", own, slopes, design).reshape(own.shape[1], -1)
    return own, own + scores @ np.linalg.solve(information, pull.T)


def try_clinic(design: ClinicDesign, seed: np.random.SeedSequence) -> np.ndarray | None:
    """Ask one invented clinic in all three ways.

    Returns:
        (pairs, ways, 2): whether the interval holds 0, and its half-width; None where fewer than
        two formats are compared or the children cannot be weighted.
    """
    settings = Settings()
    records = records_from_tables(simulate_clinic(design, seed).tables)
    cohort = choose_cohort(records, measure_progress(score_goals(records, settings), settings))
    formats = comparable_formats(cohort.table, settings)
    table = keep_formats(cohort.table, formats)
    if len(formats) < 2:
        return None
    covariates = choose_covariates(table, settings)
    weighting = weigh_children(table, covariates, settings)
    if weighting.withheld:
        return None
    outcome, clusters = table["rate"].to_numpy(), table["cluster"].to_numpy()
    weights = weighting.table["overlap_weight"].to_numpy()
    members, (_, pairs) = indicate_formats(table, formats), contrast_pairs(formats, len(formats))
    known = fit_cluster_robust(outcome, members, clusters, weights=weights).contrast(pairs)
    traits = covariates.observed.to_numpy()
    influence = influence_of_means(
        outcome,
        members.argmax(axis=1),
        weights,
        weighting.table[[f"propensity_{f}" for f in formats]].to_numpy(),
        (traits - traits.mean(axis=0)) / traits.std(axis=0),
    )
    numbers = np.unique(clusters, return_inverse=True)[1]
    cr0, estimated = (
        np.sqrt(((_sum_by(numbers, rows) @ pairs.T) ** 2).sum(axis=0)) for rows in influence
    )
    level = settings.confidence
    half = np.column_stack(
        [
            (known["conf_high"] - known["conf_low"]) / 2,
            student_quantile(level, numbers.max()) * estimated,
            student_quantile(level, known["df"]) * estimated * known["std_error"] / cr0,
        ]
    )
    return np.stack([np.abs(known["estimate"].to_numpy())[:, None] <= half, half], axis=2)


def _sum_by(numbers: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Add the rows of each cluster."""
    sums = np.zeros((numbers.max() + 1, rows.shape[1]))
    np.add.at(sums, numbers, rows)
    return sums


def _mean_and_error(clinics: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Give the mean over all pairs, and its Monte-Carlo error with clinics as clusters."""
    totals = np.array([clinic.sum(axis=0) for clinic in clinics])
    sizes = np.array([len(clinic) for clinic in clinics], dtype=float)
    mean = totals.sum(axis=0) / sizes.sum()
    left = totals - sizes[(...,) + (None,) * mean.ndim] * mean
    return mean, np.sqrt((left**2).sum(axis=0)) / sizes.sum()


def _judge(clinics: list[np.ndarray]) -> tuple[list[tuple[str, ...]], list[bool]]:
    """Give one row for each way, and whether each way is clearly better than known weights."""
    mean, error = _mean_and_error(clinics)
    gain, gain_error = _mean_and_error([c[:, :, 0] - c[:, :1, 0] for c in clinics])
    rows, better = [], []
    for k, way in enumerate(WAYS):
        nearer = abs(mean[0, 0] - NOMINAL) - abs(mean[k, 0] - NOMINAL)
        better.append(bool(nearer > 2 * error[k, 0] and mean[k, 0] >= LEAST_COVERAGE))
        rows.append(
            (
                way,
                f"{len(clinics):,}",
                f"{100 * mean[k, 0]:.1f}% ({100 * error[k, 0]:.1f})",
                "" if k == 0 else f"{100 * gain[k]:+.1f} ({100 * gain_error[k]:.1f})",
                f"{mean[k, 1]:.3f} ({error[k, 1]:.3f})",
            )
        )
    return rows, better


@one_thread()
def main() -> None:
    """Measure, print and keep the table."""
    parser = argparse.ArgumentParser(description="Overlap weights: known, or as estimated.")
    parser.add_argument("--clinics", type=int, default=CLINICS, help="clinics of each design")
    n_clinics = parser.parse_args().clinics
    lines, verdicts = [], []
    for number, (name, design) in enumerate(DESIGNS.items()):
        seeds = np.random.SeedSequence([SEED, number]).spawn(n_clinics)
        tried = [try_clinic(design, seed) for seed in seeds]
        rows, better = _judge([clinic for clinic in tried if clinic is not None])
        lines += [(name, *row) for row in rows]
        verdicts.append(better)
    head = ("design", "weights", "clinics", "coverage", "against known", "half-width")
    table = ["| " + " | ".join(row) + " |" for row in (head, ("---",) * len(head), *lines)]
    said = [
        f"{way}: in {sum(v[k] for v in verdicts)} of {len(DESIGNS)} designs"
        for k, way in enumerate(WAYS)
        if k
    ]
    text = [
        "# Overlap weights: known, or as estimated",
        "",
        *table,
        "",
        "Nothing differs between formats; traits decide format and progress. Every pair of every "
        "clinic whose children can be weighted, gates not asked; in brackets Monte-Carlo errors. "
        f"Clearly better than known weights (nearer {NOMINAL:.0%} by more than two Monte-Carlo "
        f"errors, and not below {LEAST_COVERAGE:.1%}): {'; '.join(said)}.",
    ]
    keep_table(__file__, "\n".join(text))


if __name__ == "__main__":
    main()
