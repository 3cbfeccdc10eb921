"""One number about children or their reviews, held against each other in two formats.

In: an `AnalysisSet` and a number for each child, or the columns of a regression. Out: `Contrast`.
Decisions: therapy groups are clusters, so that a whole group rated by one person is not counted as
many (METHODS.md, "Gates").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analysis.comparison.analysis_set import AnalysisSet
from analysis.comparison.arms import contrast_pairs, format_codes
from analysis.comparison.contrasts import fit_clustered
from analysis.comparison.result import PAIRS, PairOfFormats
from analysis.computing import Array
from analysis.errors import AnalysisError
from analysis.models.regression.cluster_robust import ClusterRobustFit
from analysis.records.schema import FORMATS
from analysis.settings import Settings

SAME = 1e-9


@dataclass(frozen=True, eq=False)
class Contrast:
    """One thing about children, held against each other in two formats.

    Attributes:
        means: format -> mean over its children; NaN where none is known.
        differences: pair -> the first format's mean less the second's.
        p_values: pair -> two-sided, by CR2 and Satterthwaite; 0 where the formats differ and no
            child does from its format's mean, 1 where nothing differs.
        against_none: format -> two-sided p-value of a mean of 0, in the same way.
    """

    means: Mapping[str, float]
    differences: Mapping[PairOfFormats, float]
    p_values: Mapping[PairOfFormats, float]
    against_none: Mapping[str, float]

    def differs(self, pair: PairOfFormats, least: float, error: float) -> bool:
        """Tell whether a pair differs by more than `least`, and by more than chance explains."""
        difference = self.differences.get(pair, np.nan)
        return abs(difference) > least and self.p_values[pair] < error


@dataclass(frozen=True, eq=False)
class Visits:
    """Reviews of the goals compared after the first weeks, (n,) each, in the order of week.

    Attributes:
        child: row of the children compared.
        goal: row of the goals compared.
        week: week of the review.
        level: level reached.
        rater: place in `RATERS`; -1 where it was not recorded.
    """

    child: Array
    goal: Array
    week: Array
    level: Array
    rater: Array


def contrast_children(analysis_set: AnalysisSet, values: Array) -> Contrast:
    """Hold one number of each child against each other in two formats.

    value = format, CR2 by `table.cluster`.

    Args:
        analysis_set: the children compared (n of them).
        values: (n,) one number for each; NaN where unknown.
    """
    known = np.isfinite(values)
    codes = format_codes(analysis_set.table)[known]
    formats = tuple(f for k, f in enumerate(FORMATS) if (codes == k).any())
    own = np.array([FORMATS.index(f) for f in formats], dtype=int)
    design = (codes[:, None] == own).astype(float)
    clusters = analysis_set.table["cluster"].to_numpy()[known]
    return contrast_columns(values[known], design, clusters, formats, analysis_set.settings)


def contrast_columns(
    outcome: Array, design: Array, clusters: Array, formats: tuple[str, ...], settings: Settings
) -> Contrast:
    """Contrast the first columns of a regression, one for each of `formats`.

    Args:
        outcome: (n,) what is contrasted.
        design: (n, q) columns, those of the formats first.
        clusters: (n,) cluster numbers.
        formats: the formats of the first columns; none gives no contrast.
        settings: level of confidence, and the largest condition number of a design.
    """
    if not formats:
        return no_contrast()
    try:
        fit = fit_clustered(outcome, design, clusters, settings)
    except AnalysisError:
        return no_contrast()
    return tabulate_contrast(fit, np.eye(len(formats), design.shape[1]), formats)


def tabulate_contrast(fit: ClusterRobustFit, means: Array, formats: tuple[str, ...]) -> Contrast:
    """Give the contrast of combinations of a fit's columns.

    Args:
        fit: a regression of q columns.
        means: (k, q) combinations, one for each format.
        formats: the k formats.
    """
    rows, pairs = contrast_pairs(formats, len(formats))
    found = fit.contrast(np.vstack([pairs @ means, means]))
    estimate, std_error, p_value = (
        found[name].to_numpy(float) for name in ("estimate", "std_error", "p_value")
    )
    apart = np.abs(estimate) > SAME
    sure = np.where(std_error > SAME, p_value, np.where(apart, 0.0, 1.0))
    names, k, nothing = [PAIRS[row] for row in rows], len(rows), no_contrast()
    return Contrast(
        {**nothing.means, **dict(zip(formats, estimate[k:].tolist(), strict=True))},
        {**nothing.differences, **dict(zip(names, estimate[:k].tolist(), strict=True))},
        {**nothing.p_values, **dict(zip(names, sure[:k].tolist(), strict=True))},
        {**nothing.against_none, **dict(zip(formats, sure[k:].tolist(), strict=True))},
    )


def no_contrast() -> Contrast:
    """Give the contrast of which nothing is known: no pair differs."""
    unknown = float("nan")
    return Contrast(
        dict.fromkeys(FORMATS, unknown),
        dict.fromkeys(PAIRS, unknown),
        dict.fromkeys(PAIRS, 1.0),
        dict.fromkeys(FORMATS, 1.0),
    )
