"""How far, and at what effort? Level at the end, gain per session and per therapist hour.

In: an `AnalysisSet`. Out: `Effort`. Decisions: faster, further and cheaper are kept apart; gain for
effort is a mean gain over a mean effort for each format, children made alike, never a ratio of
differences; therapy groups and children treated alone are resampled whole (METHODS.md, "How soon,
how far, at what effort").

Source: Stinnett & Mullahy 1998, Med Decis Making 18(S2):S68-S80 (net benefit).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.cards import about, show_card
from analysis.comparison.analysis_set import AnalysisSet
from analysis.comparison.arms import (
    comparable_formats,
    indicate_formats,
    keep_large_formats,
    keep_rows,
)
from analysis.comparison.contrasts import compare_rates
from analysis.comparison.covariates import narrow_covariates
from analysis.comparison.result import PAIRS, Comparison, new_comparison, withheld_comparison
from analysis.measures.therapist_time import measure_therapist_time
from analysis.models.resampling import (
    draw_cluster_weights,
    means_of_drawn,
    multiply_within_clusters,
    percentile_interval,
)
from analysis.records.schema import FORMATS
from analysis.settings import Settings
from analysis.vocabulary import Reason, Withheld

MEASURES = ("gain", "sessions", "hours", "per_session", "per_hour")
PER = 10.0  # the unit of gain for time: levels for so many sessions or hours
FEWEST_FORMATS = 2
WEIGHTS_AT_ONCE = 20_000_000  # how many weights of resamples are held in memory
NUMBERS = ("estimate", "conf_low", "conf_high")


@dataclass(frozen=True, eq=False)
class Effort:
    """How far children came, and what it took.

    Attributes:
        further: level at the end, compared between formats.
        children: one row for each child with sessions: episode_id, child_id, format, gain,
            sessions, hours, cluster.
        means: one row for each format and measure of `MEASURES`: estimate, conf_low,
            conf_high, n_children; gain in levels, per_session and per_hour in levels for 10.
        differences: the same for each pair: this, than, measure, estimate, conf_low,
            conf_high, n_children.
        net_benefit: for each pair and number of therapist hours one level is worth: this,
            than, hours_per_level, estimate, conf_low, conf_high (hours for each child).
        n_resamples, n_lost: resamples drawn, and those in which formats could not be told
            apart.
        withheld: why nothing is said of effort, or "".
    """

    further: Comparison
    children: pd.DataFrame
    means: pd.DataFrame
    differences: pd.DataFrame
    net_benefit: pd.DataFrame
    n_resamples: int = 0
    n_lost: int = 0
    withheld: Withheld = ""

    @property
    def table(self) -> pd.DataFrame:
        """Every measure of every format."""
        return self.means

    def __repr__(self) -> str:
        if self.withheld:
            return f"Effort: withheld, {self.withheld.replace('_', ' ')}."
        n = about(self.children["child_id"].nunique(), "child", "children")
        return f"Effort: gain for sessions and therapist hours of {n}."

    _repr_html_ = show_card


def compare_end_level(analysis_set: AnalysisSet) -> Comparison:
    """Compare the level at the end of the window, mean over a child's goals reviewed then.

    Args:
        analysis_set: the children compared.
    """
    identity = new_comparison("end_level", "levels")
    scored, cohort, table = analysis_set.scored, analysis_set.cohort, analysis_set.table
    settings = analysis_set.settings
    goals = cohort.goals[cohort.goals["at_end"].to_numpy(dtype=bool)]
    row = pd.Index(scored.table["goal_id"]).get_indexer(goals["goal_id"])
    child = pd.Index(table["episode_id"]).get_indexer(goals["episode_id"])
    row, child = row[child >= 0], child[child >= 0]
    n_goals = np.bincount(child, minlength=len(table))
    total = np.bincount(child, scored.table["latest"].to_numpy()[row], len(table))
    formats, kept = keep_large_formats(table, n_goals > 0, settings.compare_children)
    if len(formats) < FEWEST_FORMATS:
        return withheld_comparison(identity, "few_reviewed")
    level = np.divide(total, n_goals, out=np.full(len(table), np.nan), where=n_goals > 0)
    some = keep_rows(table, kept, rate=level, n_goals=n_goals)
    columns = narrow_covariates(analysis_set.centred, kept, some, settings)
    return compare_rates(identity, some, columns, settings)


def compare_what_it_took(analysis_set: AnalysisSet) -> Effort:
    """Compare how far children came, and what they gained for sessions and therapist hours.

    Args:
        analysis_set: the children compared.
    """
    records, scored, cohort = analysis_set.records, analysis_set.scored, analysis_set.cohort
    time = measure_therapist_time(records, scored, cohort, analysis_set.settings)
    place = pd.Index(time["episode_id"]).get_indexer(analysis_set.table["episode_id"])
    further = compare_end_level(analysis_set)
    time = time.iloc[place].reset_index(drop=True)
    return compare_effort(further, time, analysis_set.centred, analysis_set.settings)


def compare_effort(
    further: Comparison, time: pd.DataFrame, centred: pd.DataFrame, settings: Settings
) -> Effort:
    """Compare what children gained for the sessions and therapist hours they had.

    Args:
        further: the answer of `compare_end_level`.
        time: (n,) rows of the answer of `measure_therapist_time`, formats compared only.
        centred: (n, p) `Covariates.centred` of the same rows.
        settings: smallest number of children, confidence, resamples and their seed.
    """
    kept = time["hours"].notna().to_numpy()
    if len(comparable_formats(time, settings)) < FEWEST_FORMATS:
        return _withheld(further, "few_formats")
    if time["sessions"].isna().all():
        return _withheld(further, "no_sessions")
    if not kept.any():
        return _withheld(further, "no_hours")
    formats, kept = keep_large_formats(time, kept, settings.compare_children)
    if len(formats) < FEWEST_FORMATS or kept.mean() < 1 - settings.most_missing:
        return _withheld(further, "few_sessions_written")
    some = time[kept].reset_index(drop=True)
    others = narrow_covariates(centred, kept, some, settings)
    own = indicate_formats(some, formats)
    design = np.hstack([own, others.to_numpy()])
    outcomes = some[["gain", "sessions", "hours"]].to_numpy(float)
    cluster, stratum = _ordered_clusters(some, own.argmax(axis=1))
    if np.bincount(stratum).min() < settings.effort_clusters:
        return _withheld(further, "few_groups_for_effort")
    drawn = _draw_means(outcomes, design, others.to_numpy(), cluster, stratum, settings)
    if not np.isfinite(drawn[0]).all() or not (drawn[0, :, 1:] > 0).all():
        return _withheld(further, "few_sessions_written")
    measures = _measure(drawn)
    counts = some.groupby("format", observed=False)["child_id"].nunique()
    answer = _Resampled(formats, measures, np.bincount(stratum), counts, settings)
    columns = ["episode_id", "child_id", "format", "gain", "sessions", "hours", "cluster"]
    return Effort(
        further,
        some[columns],
        answer.means(),
        answer.differences(),
        answer.net_benefit(),
        settings.resamples,
        int((~np.isfinite(drawn[1:]).all(axis=(1, 2))).sum()),
    )


def _draw_means(
    outcomes: np.ndarray,
    design: np.ndarray,
    covariates: np.ndarray,
    cluster: np.ndarray,
    stratum: np.ndarray,
    settings: Settings,
) -> np.ndarray:
    """Give each format's mean outcomes: first as they are, then for every resample.

    Returns:
        (1 + resamples, formats, outcomes).
    """
    products = multiply_within_clusters(outcomes, design, cluster, len(stratum))
    rng, found = np.random.default_rng(settings.seed), []
    at_once = max(1, WEIGHTS_AT_ONCE // len(stratum))
    for first in range(0, settings.resamples, at_once):
        n = min(at_once, settings.resamples - first)
        weights, _ = draw_cluster_weights(stratum, n, rng)
        if not first:
            weights = np.vstack([np.ones((1, len(stratum))), weights])
        drawn = products.coefficients(weights)
        found.append(means_of_drawn(drawn, covariates, cluster, weights))
    return np.concatenate(found)


def _ordered_clusters(table: pd.DataFrame, received: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Number clusters by their first child's code, so that row order changes no draw.

    Returns:
        (n,) cluster of each row; (c,) format of each cluster's first child.
    """
    order = np.argsort(table["child_id"].to_numpy(dtype=str), kind="stable")
    codes = pd.factorize(table["cluster"].to_numpy()[order])[0]
    cluster = np.empty(len(table), dtype=int)
    cluster[order] = codes
    _, first = np.unique(codes, return_index=True)
    return cluster, received[order][first]


def _measure(drawn: np.ndarray) -> np.ndarray:
    """Give (resamples, formats, measures) from mean gain, sessions and hours."""
    gain, sessions, hours = np.moveaxis(drawn, 2, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        per_session = np.where(sessions > 0, PER * gain / sessions, np.nan)
        per_hour = np.where(hours > 0, PER * gain / hours, np.nan)
    return np.stack([gain, sessions, hours, per_session, per_hour], axis=2)


@dataclass(frozen=True, eq=False)
class _Resampled:
    """Measures of every format: first as they are, then for every resample."""

    formats: tuple[str, ...]
    values: np.ndarray
    n_clusters: np.ndarray
    counts: pd.Series
    settings: Settings

    def means(self) -> pd.DataFrame:
        rows = []
        for k, therapy_format in enumerate(self.formats):
            numbers = self._numbers(self.values[:, k], self.n_clusters[k])
            for measure, found in zip(MEASURES, numbers, strict=True):
                rows.append((therapy_format, measure, *found, int(self.counts[therapy_format])))
        return pd.DataFrame(rows, columns=["format", "measure", *NUMBERS, "n_children"])

    def differences(self) -> pd.DataFrame:
        rows = []
        for this, than, a, b in self._pairs():
            numbers = self._numbers(self.values[:, a] - self.values[:, b], self._fewest(a, b))
            n_children = int(self.counts[this] + self.counts[than])
            for measure, found in zip(MEASURES, numbers, strict=True):
                rows.append((this, than, measure, *found, n_children))
        return pd.DataFrame(rows, columns=["this", "than", "measure", *NUMBERS, "n_children"])

    def net_benefit(self) -> pd.DataFrame:
        rows = []
        worth = np.array(self.settings.hours_per_level)
        for this, than, a, b in self._pairs():
            apart = self.values[:, a] - self.values[:, b]
            benefit = apart[:, [0]] * worth - apart[:, [2]]
            numbers = self._numbers(benefit, self._fewest(a, b))
            for hours, found in zip(self.settings.hours_per_level, numbers, strict=True):
                rows.append((this, than, hours, *found))
        return pd.DataFrame(rows, columns=["this", "than", "hours_per_level", *NUMBERS])

    def _pairs(self) -> list[tuple[str, str, int, int]]:
        present = [pair for pair in PAIRS if set(pair) <= set(self.formats)]
        return [(a, b, self.formats.index(a), self.formats.index(b)) for a, b in present]

    def _fewest(self, a: int, b: int) -> int:
        return int(min(self.n_clusters[a], self.n_clusters[b]))

    def _numbers(self, values: np.ndarray, n_clusters: float) -> list[tuple[float, float, float]]:
        low, high = percentile_interval(values[1:], n_clusters, self.settings.confidence)
        return list(zip(values[0], low, high, strict=True))


def _withheld(further: Comparison, reason: Reason) -> Effort:
    nothing = pd.DataFrame(columns=["format", "measure", *NUMBERS, "n_children"])
    pairs = pd.DataFrame(columns=["this", "than", "measure", *NUMBERS, "n_children"])
    worth = pd.DataFrame(columns=["this", "than", "hours_per_level", *NUMBERS])
    return Effort(
        further, pd.DataFrame({"format": FORMATS}).iloc[:0], nothing, pairs, worth, withheld=reason
    )
