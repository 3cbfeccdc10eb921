"""Does it depend on the area of life? One difference for each, drawn towards their mean.

In: an `AnalysisSet`. Out: `DomainEffects`. Decisions: all areas in one regression, so that a child
with goals in several is counted as one child; areas with too few children in a format are folded
together; what is read is the partially pooled difference, because the largest of six raw ones is
mostly luck (METHODS.md, "Does it depend?").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.cards import show_card
from analysis.comparison.analysis_set import AnalysisSet
from analysis.comparison.arms import formats_among, indicate_formats
from analysis.comparison.contrasts import fit_clustered
from analysis.comparison.result import PAIRS, reason_of
from analysis.errors import AnalysisError
from analysis.measures.cohort import number_labels
from analysis.models.partial_pooling import pool_partially
from analysis.models.regression.cluster_robust import ClusterRobustFit
from analysis.models.results import student_quantile
from analysis.records.schema import DOMAINS, FORMATS
from analysis.settings import Settings
from analysis.vocabulary import Reason, Withheld

OTHER = "other"
COLUMNS = (
    "domain",
    "this",
    "than",
    "estimate",
    "conf_low",
    "conf_high",
    "raw_estimate",
    "raw_std_error",
    "raw_conf_low",
    "raw_conf_high",
    "df",
    "n_children",
    "n_goals",
)
RAW = ("estimate", "std_error", "conf_low", "conf_high", "df")


@dataclass(frozen=True, eq=False)
class DomainEffects:
    """Differences between formats for each area of life.

    Attributes:
        table: one row for each area and pair, in `COLUMNS`: the partially pooled difference
            with its interval, the raw one with its own, children and goals of both formats.
        pools: one row for each pair: this, than, mean (common difference), spread (standard
            deviation between areas), spread_share (of raw distances that was kept, 0 to 1).
        children: index domain, one column for each format: different children behind it.
        folded: the areas inside "other".
        withheld: why there are none, or "".
    """

    table: pd.DataFrame
    pools: pd.DataFrame
    children: pd.DataFrame
    folded: tuple[str, ...] = ()
    withheld: Withheld = ""

    def __repr__(self) -> str:
        if self.withheld:
            return f"Areas of life: withheld, {self.withheld.replace('_', ' ')}."
        return f"Areas of life: {len(self.children)} compared, drawn towards their mean."

    _repr_html_ = show_card


def compare_domains(analysis_set: AnalysisSet) -> DomainEffects:
    """Compare the rate of progress between formats in each area of life.

    mean rate of a child's goals in an area = format x area + covariates, CR2 by cluster; for
    each pair the areas' differences are pooled partially (`pool_partially`).

    Args:
        analysis_set: the children compared.
    """
    table, settings = analysis_set.table, analysis_set.settings
    formats = formats_among(table)
    goals = analysis_set.cohort.goals
    child = pd.Index(table["episode_id"]).get_indexer(goals["episode_id"])
    child, goals = child[child >= 0], goals[child >= 0]
    area, names, folded = _fold_domains(goals, table, child, formats, settings)
    counts = _count_children(area, names, table, child, formats)
    if len(formats) < 2 or len(names) < settings.fewest_domains:
        return _withheld("few_domains")
    kept = area >= 0
    cells, cell = np.unique(child[kept] * len(names) + area[kept], return_inverse=True)
    n_goals = np.bincount(cell)
    rate = np.bincount(cell, goals["rate"].to_numpy()[kept]) / n_goals
    own, of_area = cells // len(names), cells % len(names)
    received = indicate_formats(table, formats).argmax(axis=1)[own]
    design = np.zeros((len(cells), len(formats) * len(names)))
    design[np.arange(len(cells)), received * len(names) + of_area] = 1.0
    others = analysis_set.centred.drop(columns="social_share", errors="ignore").to_numpy()[own]
    try:
        columns = np.hstack([design, others])
        fit = fit_clustered(rate, columns, table["cluster"].to_numpy()[own], settings)
    except AnalysisError as error:
        return _withheld(reason_of(error))
    goals_of = np.bincount(received * len(names) + of_area, n_goals, len(formats) * len(names))
    goals_of = goals_of.reshape(len(formats), len(names))
    return _pool_pairs(fit, formats, names, counts, goals_of, folded, settings)


def _fold_domains(
    goals: pd.DataFrame,
    table: pd.DataFrame,
    child: np.ndarray,
    formats: tuple[str, ...],
    settings: Settings,
) -> tuple[np.ndarray, tuple[str, ...], tuple[str, ...]]:
    """Number each goal's area (-1: left out); areas too small in a format become "other"."""
    code = goals["domain"].cat.codes.to_numpy().astype(int)
    counts = _count_children(code, DOMAINS, table, child, formats)
    enough = (counts >= settings.smallest_cell).all(axis=1)
    names = [name for name, passes in zip(DOMAINS, enough, strict=True) if passes]
    folded = tuple(d for d in DOMAINS if d not in names and counts.loc[d].sum() > 0)
    number = np.array([names.index(d) if d in names else len(names) for d in DOMAINS])
    area = number[code]
    if folded:
        together = _count_children(area, (*names, OTHER), table, child, formats).loc[OTHER]
        if (together >= settings.smallest_cell).all():
            return area, (*names, OTHER), folded
    return np.where(area < len(names), area, -1), tuple(names), ()


def _count_children(
    area: np.ndarray,
    names: tuple[str, ...],
    table: pd.DataFrame,
    child: np.ndarray,
    formats: tuple[str, ...],
) -> pd.DataFrame:
    """Count different children with a goal in each area, for each format."""
    who = number_labels(table["child_id"].array)[child]
    received = table["format"].to_numpy()[child]
    counts = np.zeros((len(names), len(formats)), dtype=int)
    for k, therapy_format in enumerate(formats):
        rows = (received == therapy_format) & (area >= 0)
        pairs = np.unique(area[rows] * (len(table) + 1) + who[rows])
        counts[:, k] = np.bincount(pairs // (len(table) + 1), minlength=len(names))[: len(names)]
    return pd.DataFrame(counts, index=pd.Index(names, name="domain"), columns=list(formats))


def _pool_pairs(
    fit: ClusterRobustFit,
    formats: tuple[str, ...],
    names: tuple[str, ...],
    counts: pd.DataFrame,
    n_goals: np.ndarray,
    folded: tuple[str, ...],
    settings: Settings,
) -> DomainEffects:
    k, rows, pools = len(names), [], []
    n_children = {
        (name, f): int(n)
        for f in formats
        for name, n in zip(names, counts[f].to_numpy(), strict=True)
    }
    for this, than in (pair for pair in PAIRS if set(pair) <= set(formats)):
        a, b = formats.index(this), formats.index(than)
        matrix = np.zeros((k, len(fit.names)))
        matrix[np.arange(k), a * k + np.arange(k)] = 1.0
        matrix[np.arange(k), b * k + np.arange(k)] = -1.0
        raw = fit.contrast(matrix)
        if raw["std_error"].isna().any() or not (raw["std_error"] > 0).all():
            return _withheld("no_spread_in_domain")
        pool = pool_partially(raw["estimate"], matrix @ fit.covariance @ matrix.T)
        half = pool.std_errors * student_quantile(settings.confidence, raw["df"].to_numpy())
        pools.append((this, than, pool.mean, pool.spread, float(np.clip(pool.kept, 0, 1).mean())))
        told = zip(*(raw[column].to_numpy() for column in RAW), strict=True)
        for j, (name, found) in enumerate(zip(names, told, strict=True)):
            rows.append(
                (
                    name,
                    this,
                    than,
                    pool.estimates[j],
                    pool.estimates[j] - half[j],
                    pool.estimates[j] + half[j],
                    *found,
                    int(n_children[name, this] + n_children[name, than]),
                    int(n_goals[a, j] + n_goals[b, j]),
                )
            )
    return DomainEffects(
        pd.DataFrame(rows, columns=list(COLUMNS)),
        pd.DataFrame(pools, columns=["this", "than", "mean", "spread", "spread_share"]),
        counts,
        folded,
    )


def _withheld(reason: Reason) -> DomainEffects:
    return DomainEffects(
        pd.DataFrame(columns=list(COLUMNS)),
        pd.DataFrame(columns=["this", "than", "mean", "spread", "spread_share"]),
        pd.DataFrame(columns=list(FORMATS)),
        withheld=reason,
    )
