"""What if the children who left did less well afterwards than while they came?

In: an `AnalysisSet`. Out: `DropoutGrid`. Decisions: a goal without a level at the end goes on at
its own rate times (1 - delta) until the end of the window, with one delta for each format, from 0
(as before) to 1 (no further progress); the third format's children go on as before (METHODS.md,
"How sure?").

Source: delta adjustment, Cro et al. 2020, Statistics in Medicine 39(21), 10.1002/sim.8569.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.comparison.analysis_set import AnalysisSet, average_goals
from analysis.comparison.arms import contrast_pairs, formats_among, indicate_formats
from analysis.comparison.contrasts import fit_clustered
from analysis.comparison.result import PAIRS, Comparison
from analysis.models.multiplicity import adjust_shaffer
from analysis.models.results import tabulate_estimates
from analysis.records.schema import FORMATS
from analysis.settings import Settings
from analysis.vocabulary import Withheld

COLUMNS = (
    "this",
    "than",
    "delta_this",
    "delta_than",
    "estimate",
    "std_error",
    "df",
    "conf_low",
    "conf_high",
    "p_value",
    "p_adjusted",
)


@dataclass(frozen=True, eq=False)
class DropoutGrid:
    """The main analysis under every pair of assumptions about children who left.

    Attributes:
        table: one row for each pair compared and each pair of deltas: this, than, delta_this,
            delta_than, estimate, std_error, df, conf_low, conf_high, p_value, p_adjusted
            (Shaffer, all pairs under the same assumptions).
        n_left: for each format, children with a goal that has no level at the end.
        withheld: why there is no grid, or "".
    """

    table: pd.DataFrame
    n_left: dict[str, int] = field(default_factory=dict)
    withheld: Withheld = ""


def assume_after_leaving(analysis_set: AnalysisSet, primary: Comparison) -> DropoutGrid:
    """Ask the main question again under every pair of assumptions.

    The outcome is y - sum_f delta_f d_f, d the progress after leaving that is taken away, so
    every estimate is a sum of four and every variance a quadratic form: four fits answer all.

    Args:
        analysis_set: the children compared.
        primary: the main analysis.
    """
    table, settings = analysis_set.table, analysis_set.settings
    if primary.withheld:
        return DropoutGrid(pd.DataFrame(columns=list(COLUMNS)), withheld=primary.withheld)
    taken = progress_after_leaving(analysis_set)
    left = _children_who_left(analysis_set)
    formats = formats_among(table)
    received = indicate_formats(table, formats)
    outcomes = [table["rate"].to_numpy(), *(taken[:, None] * received).T]
    design = np.hstack([received, analysis_set.covariates.centred.to_numpy()])
    rows, contrasts = contrast_pairs(formats, design.shape[1])
    clusters = table["cluster"].to_numpy()
    estimates, variances, df = _fit_all(outcomes, design, clusters, contrasts, settings)
    deltas, cells, mixes = settings.dropout_deltas, [], []
    for this, than in (PAIRS[i] for i in rows):
        a, b = formats.index(this) + 1, formats.index(than) + 1
        for delta_this in deltas:
            for delta_than in deltas:
                mix = np.zeros(len(outcomes))
                mix[[0, a, b]] = 1.0, -delta_this, -delta_than
                mixes.append(mix)
                cells.append((this, than, delta_this, delta_than))
    mix = np.array(mixes)
    middle = mix @ estimates.T
    variance = np.einsum("cj,kjl,cl->ck", mix, variances, mix)
    std_error = np.sqrt(np.maximum(variance, 0.0))
    found = tabulate_estimates(
        [str(cell) for cell in range(middle.size)],
        middle.ravel(),
        std_error.ravel(),
        np.tile(df, len(mix)),
        settings.confidence,
    )
    p_values = found["p_value"].to_numpy().reshape(middle.shape)
    adjusted = np.array([adjust_shaffer(row) for row in p_values])
    own = np.repeat(np.arange(len(rows)), len(deltas) ** 2)
    picked = found.iloc[np.arange(len(mix)) * len(rows) + own].reset_index(drop=True)
    grid = pd.DataFrame(cells, columns=list(COLUMNS[:4])).join(picked)
    grid = grid.assign(p_adjusted=adjusted[np.arange(len(mix)), own])
    return DropoutGrid(grid[list(COLUMNS)], left)


def progress_after_leaving(analysis_set: AnalysisSet) -> np.ndarray:
    """Give the part of each child's rate that delta = 1 takes away, in the unit of the rate.

    For a goal last seen in week w < H: rate x (H - w) / H; 0 for a goal seen at the end.

    Args:
        analysis_set: the children compared (n of them).

    Returns:
        (n,) means over each child's goals.
    """
    goals, horizon = analysis_set.cohort.goals, analysis_set.settings.horizon_weeks
    last = analysis_set.scored.table["latest_week"].to_numpy()[goals.index]
    share = np.clip((horizon - last) / horizon, 0.0, 1.0)
    taken = np.where(goals["at_end"].to_numpy(), 0.0, goals["rate"].to_numpy() * share)
    return average_goals(analysis_set, goals, taken)[0]


def _children_who_left(analysis_set: AnalysisSet) -> dict[str, int]:
    goals = analysis_set.cohort.goals
    left = goals[~goals["at_end"]]
    n = left.groupby("format", observed=False)["child_id"].nunique()
    return {f: int(n[f]) for f in FORMATS}


def _fit_all(
    outcomes: list[np.ndarray],
    design: np.ndarray,
    clusters: np.ndarray,
    contrasts: np.ndarray,
    settings: Settings,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Fit every outcome: each contrast's estimates, quadratic form of variances, and df.

    A variance is a sum of squares of the clusters' scores, and scores are linear in the
    outcome, so the products of two outcomes' scores give the form.

    Args:
        outcomes: m arrays (n,).
        design: (n, p).
        clusters: (n,) cluster numbers.
        contrasts: (k, p).
        settings: what a fit is told.

    Returns:
        (k, m), (k, m, m) and (k,).
    """
    fits = [fit_clustered(outcome, design, clusters, settings) for outcome in outcomes]
    whole = fits[0]
    order, directions = whole.scores.rows.order, whole.transform.T @ contrasts.T
    scores = np.stack([whole.scores.by_cluster(fit.residuals[order]) @ directions for fit in fits])
    estimates = contrasts @ np.stack([fit.coefficients for fit in fits], axis=1)
    df = whole.contrast(contrasts)["df"].to_numpy()
    forms = np.einsum("igk,jgk->kij", scores, scores)
    return estimates, np.where(np.isnan(df)[:, None, None], np.nan, forms), df
