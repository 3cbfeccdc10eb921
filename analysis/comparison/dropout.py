"""What if the children who left did less well afterwards than while they came?

In: an `AnalysisSet`. Out: `DropoutGrid`. Decisions: a goal without a level at the end goes on at
its own rate times (1 - delta) until the end of the window, with one delta for each format, from 0
(as before) to 1 (no further progress); a child seen once and never again goes on at its format's
mean rate times (1 - delta); the third format's children go on as before (METHODS.md, "How sure?").

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
        n_left: for each format, children with a goal that has no level at the end, and children
            seen once and never again.
        withheld: why there is no grid, or "".
    """

    table: pd.DataFrame
    n_left: dict[str, int] = field(default_factory=dict)
    withheld: Withheld = ""


def assume_after_leaving(analysis_set: AnalysisSet, primary: Comparison) -> DropoutGrid:
    """Ask the main question again under every pair of assumptions.

    The outcome is y - sum_f delta_f d_f, d the progress after leaving that is taken away, and a
    format's mean is multiplied by 1 - delta_f s_f, s the share of its children seen once and never
    again. Every estimate is then a sum over outcomes and formats, every variance a quadratic form
    (with the binomial error of s added): four fits answer all.

    Args:
        analysis_set: the children compared.
        primary: the main analysis.
    """
    table, settings = analysis_set.table, analysis_set.settings
    if primary.withheld:
        return DropoutGrid(pd.DataFrame(columns=list(COLUMNS)), withheld=primary.withheld)
    formats = formats_among(table)
    received = indicate_formats(table, formats)
    taken = progress_after_leaving(analysis_set)
    outcomes = [table["rate"].to_numpy(), *(taken[:, None] * received).T]
    design = np.hstack([received, analysis_set.covariates.centred.to_numpy()])
    rows, contrasts = contrast_pairs(formats, design.shape[1])
    means = _fit_all(outcomes, design, table["cluster"].to_numpy(), contrasts, settings)
    started, seen = analysis_set.cohort.started, analysis_set.cohort.n_children
    n = np.array([started[f] for f in formats], dtype=float)
    gone = 1 - np.array([seen[f] for f in formats]) / n
    cells, deltas = [], []
    for this, than in (PAIRS[i] for i in rows):
        for delta_this in settings.dropout_deltas:
            for delta_than in settings.dropout_deltas:
                cells.append((this, than, delta_this, delta_than))
                own = {this: delta_this, than: delta_than}
                deltas.append([own.get(f, 0.0) for f in formats])
    middle, variance = means.under(np.array(deltas), contrasts[:, : len(formats)], gone, n)
    found = tabulate_estimates(
        [str(cell) for cell in range(middle.size)],
        middle.ravel(),
        np.sqrt(np.maximum(variance, 0.0)).ravel(),
        np.tile(means.df, len(cells)),
        settings.confidence,
    )
    p_values = found["p_value"].to_numpy().reshape(middle.shape)
    adjusted = np.array([adjust_shaffer(row) for row in p_values])
    own_row = np.repeat(np.arange(len(rows)), len(settings.dropout_deltas) ** 2)
    picked = found.iloc[np.arange(len(cells)) * len(rows) + own_row].reset_index(drop=True)
    grid = pd.DataFrame(cells, columns=list(COLUMNS[:4])).join(picked)
    grid = grid.assign(p_adjusted=adjusted[np.arange(len(cells)), own_row])
    return DropoutGrid(grid[list(COLUMNS)], _children_who_left(analysis_set))


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
    cohort = analysis_set.cohort
    left = cohort.goals[~cohort.goals["at_end"]]
    n = left.groupby("format", observed=False)["child_id"].nunique()
    return {f: int(n[f]) + cohort.started[f] - cohort.n_children[f] for f in FORMATS}


@dataclass(frozen=True, eq=False)
class _Means:
    """Adjusted means of every outcome and format, and how they vary together.

    Attributes:
        values: (m, f) adjusted means of m outcomes in f formats.
        products: (m, f, m, f) their covariances.
        df: (k,) degrees of freedom of each contrast of formats.
    """

    values: np.ndarray
    products: np.ndarray
    df: np.ndarray

    def under(
        self, deltas: np.ndarray, contrasts: np.ndarray, gone: np.ndarray, n: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Give every contrast and its variance under assumptions.

        Args:
            deltas: (c, f) share of progress lost in each format.
            contrasts: (k, f) contrasts of formats.
            gone: (f,) share of children seen once and never again.
            n: (f,) children this share is of.

        Returns:
            (c, k) estimates and variances.
        """
        mix = np.hstack([np.ones((len(deltas), 1)), -deltas])
        kept = 1 - deltas * gone
        weights = np.einsum("cm,kf,cf->ckmf", mix, contrasts, kept)
        middle = np.einsum("ckmf,mf->ck", weights, self.values)
        variance = np.einsum("ckmf,mfne,ckne->ck", weights, self.products, weights)
        moved = (mix @ self.values * deltas) ** 2 * gone * (1 - gone) / n
        return middle, variance + moved @ (contrasts**2).T


def _fit_all(
    outcomes: list[np.ndarray],
    design: np.ndarray,
    clusters: np.ndarray,
    contrasts: np.ndarray,
    settings: Settings,
) -> _Means:
    """Fit every outcome: adjusted means, their covariances, and each contrast's df.

    A variance is a sum of squares of the clusters' scores, and scores are linear in the
    outcome, so the products of two outcomes' scores give the form.

    Args:
        outcomes: m arrays (n,).
        design: (n, p), one column for each format first, one outcome but the first for each.
        clusters: (n,) cluster numbers.
        contrasts: (k, p) contrasts of formats.
        settings: what a fit is told.
    """
    fits = [fit_clustered(outcome, design, clusters, settings) for outcome in outcomes]
    whole, n_formats = fits[0], len(outcomes) - 1
    order, directions = whole.scores.rows.order, whole.transform.T[:, :n_formats]
    residuals = np.column_stack([fit.residuals[order] for fit in fits])
    scores = whole.scores.by_cluster(residuals, directions)
    values = np.stack([fit.coefficients[:n_formats] for fit in fits])
    df = whole.contrast(contrasts)["df"].to_numpy()
    return _Means(values, np.einsum("igf,jge->ifje", scores, scores), df)
