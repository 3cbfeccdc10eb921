"""Children who came since the last report, beside those who were there before.

In: the children compared, and what is known of the reports before. Out: `Newcomers`. Decisions: new
is who no earlier report of the chain compared; the difference is taken within formats, allowing for
the same traits as the main analysis, with the same clustered errors; where new children have been
reviewed for a shorter time so far, both are taken over the weeks that the new ones reached, because
progress that slows would look like a change; nothing is compared where it would be about a few
children, who are new or who left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
import pandas as pd

from analysis.comparison.analysis_set import AnalysisSet, levels_of_children
from analysis.comparison.arms import format_codes, formats_among, indicate_formats
from analysis.comparison.contrasts import fit_clustered, second_clusters
from analysis.comparison.result import Row, reason_of
from analysis.computing import Array
from analysis.errors import AnalysisError
from analysis.measures.cohort import count_children
from analysis.measures.earlier import Earlier
from analysis.measures.progress import measure_progress
from analysis.measures.scoring import score_goals
from analysis.records.schema import FORMATS
from analysis.vocabulary import Withheld

EVERY = "all"


@dataclass(frozen=True)
class Newcomers:
    """How new children differ from earlier ones of their format.

    Attributes:
        rows: "all" and, where each has enough new children, every format -> estimate (new minus
            earlier, in the unit of the rate), std_error, df, conf_low, conf_high, p_value.
        n_new, n_old: children by format.
        settled: the rows that may be stated; empty until `decisions.looks` has chosen.
        n_columns: columns estimated.
        weeks: the weeks from the start that both are compared over.
        withheld: why nothing is compared, or "".
    """

    rows: Mapping[str, Row] = field(default_factory=lambda: MappingProxyType({}))
    n_new: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    n_old: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    settled: frozenset[str] = frozenset()
    n_columns: int = 0
    weeks: int = 0
    withheld: Withheld = ""


def compare_newcomers(analysis_set: AnalysisSet, earlier: Earlier | None) -> Newcomers | None:
    """Compare the progress of new children with that of earlier ones.

    Args:
        analysis_set: the children compared.
        earlier: the reports before.

    Returns:
        The comparison; None in the first report of a chain, and where nobody is new.
    """
    if earlier is None:
        return None
    new = _find_new(analysis_set, earlier)
    if not new.any():
        return None
    if _left_few(analysis_set, new, earlier):
        return Newcomers(withheld="few_left")
    asked, weeks = _take_common_weeks(analysis_set, new)
    table, settings, new = asked.table, asked.settings, _find_new(asked, earlier)
    smallest = settings.smallest_cell
    n_new, n_old = (count_children(table, kept) for kept in (new, ~new))
    if min(sum(n_new.values()), sum(n_old.values())) < 2 * smallest:
        return Newcomers(withheld="few_new")
    parts = tuple(f for f in formats_among(table) if n_new[f] > 0)
    try:
        rows = {EVERY: _fit(asked, new[:, None].astype(float))[0]}
        if all(min(n_new[f], n_old[f]) >= smallest for f in parts):
            of_parts = indicate_formats(table, parts) * new[:, None]
            rows |= dict(zip(parts, _fit(asked, of_parts), strict=True))
    except AnalysisError as error:
        return Newcomers(withheld=reason_of(error))
    sure = {n: r for n, r in rows.items() if r["df"] >= settings.compare_df and r["std_error"] > 0}
    if not sure:
        return Newcomers(withheld="few_clusters_left")
    n_columns = 2 * len(formats_among(table)) + asked.centred.shape[1]
    return Newcomers(MappingProxyType(sure), n_new, n_old, n_columns=n_columns, weeks=weeks)


def _find_new(analysis_set: AnalysisSet, earlier: Earlier) -> Array:
    """Tell which rows are of children whom no earlier report compared."""
    children = analysis_set.table["child_id"].astype(str)
    return ~children.isin(earlier.ever).to_numpy()


def _take_common_weeks(analysis_set: AnalysisSet, new: Array) -> tuple[AnalysisSet, int]:
    """Give the children with rates over weeks that half of the new ones reached, and how many.

    Where new children were seen as long as the others, that is the whole window.
    """
    settings, table = analysis_set.settings, analysis_set.table
    weeks = _last_weeks(analysis_set)
    reached = [float(np.median(weeks[kept])) if kept.any() else 0.0 for kept in (new, ~new)]
    if reached[1] - reached[0] < settings.review_weeks / 2:
        return analysis_set, settings.horizon_weeks
    shorter = replace(settings, horizon_weeks=max(int(reached[0]), settings.minimum_span_weeks))
    scored = score_goals(analysis_set.records, shorter)
    children = measure_progress(scored, shorter).children
    rates = pd.Series(children["rate"].to_numpy(), index=pd.Index(children["episode_id"]))
    taken = rates.reindex(table["episode_id"]).to_numpy(float)
    kept = np.isfinite(taken)
    covariates = analysis_set.covariates
    part = table.assign(rate=taken)[kept].reset_index(drop=True)
    centred = covariates.centred[kept].reset_index(drop=True)
    covariates = replace(covariates, centred=centred - centred.mean())
    return replace(analysis_set, table=part, covariates=covariates), shorter.horizon_weeks


def _fit(analysis_set: AnalysisSet, columns: Array) -> list[Row]:
    """Fit the main analysis with more columns, and give their rows."""
    table = analysis_set.table
    formats = indicate_formats(table, formats_among(table))
    design = np.hstack([columns, formats, analysis_set.centred.to_numpy(float)])
    second, settings = second_clusters(table), analysis_set.settings
    fit = fit_clustered(table["rate"], design, table["cluster"], settings, second=second)
    found = fit.contrast(np.eye(columns.shape[1], design.shape[1]))
    return [dict(zip(found.columns, row, strict=True)) for row in found.to_numpy()]


def _left_few(analysis_set: AnalysisSet, new: Array, earlier: Earlier) -> bool:
    """Tell whether the earlier children differ from the last report's by a few."""
    table, smallest = analysis_set.table, analysis_set.settings.smallest_cell
    codes, children = format_codes(table), table["child_id"].astype(str).to_numpy(dtype=object)
    for k, name in enumerate(FORMATS):
        now = frozenset(children[~new & (codes == k)])
        then = earlier.compared.get(name, frozenset())
        n_gone = earlier.n_compared.get(name, 0) - len(now & then)
        if 0 < n_gone + len(now - then) < smallest:
            return True
    return False


def _last_weeks(analysis_set: AnalysisSet) -> Array:
    """Give the last week in which each child has a level."""
    at, _, child = levels_of_children(analysis_set.scored, analysis_set.cohort, analysis_set.table)
    last = np.zeros(len(analysis_set.table))
    np.maximum.at(last, child, analysis_set.scored.levels["week"].to_numpy(float)[at])
    return last
