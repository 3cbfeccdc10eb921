"""Does it depend on the child? Two planned traits, each as one straight line for each format.

In: an `AnalysisSet`. Out: one `TraitDependence` for each planned trait. Decisions: attention and
comfort with other children only, named before any records were seen; the trait enters as it was
rated, never cut in two; each pair of formats gets one contrast of slopes with 1 degree of freedom
(METHODS.md, "Does it depend?").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import pandas as pd

from analysis.cards import about, show_card
from analysis.comparison.analysis_set import AnalysisSet
from analysis.comparison.arms import (
    format_codes,
    indicate_formats,
    keep_large_formats,
    keep_rows,
)
from analysis.comparison.contrasts import fit_clustered, second_clusters, tabulate_fit
from analysis.comparison.covariates import narrow_covariates
from analysis.comparison.result import Comparison, new_comparison, reason_of, withheld_comparison
from analysis.errors import AnalysisError
from analysis.measures.cohort import count_different, number_labels
from analysis.models.regression.cluster_robust import ClusterRobustFit
from analysis.records.schema import FORMATS
from analysis.settings import Settings

PLANNED_TRAITS = ("attention", "peer_comfort")
PREDICTED = ("format", "level", "trait", "estimate", "conf_low", "conf_high", "n_children")


@dataclass(frozen=True, eq=False)
class TraitDependence:
    """How the difference between formats goes with one trait.

    Attributes:
        trait: column name.
        comparison: contrasts of slopes: change of the rate for one point of the trait;
            `means` holds each format's own slope.
        predicted: rate at the low, middle and high level of the trait for each format:
            format, level, trait (its value), estimate, conf_low, conf_high, n_children (of
            that format rated at the middle level, or at or beyond the low or high one).
    """

    trait: str
    comparison: Comparison
    predicted: pd.DataFrame

    @property
    def table(self) -> pd.DataFrame:
        """The contrasts of slopes."""
        return self.comparison.table

    def __repr__(self) -> str:
        name = f"By {self.trait.replace('_', ' ')}"
        if self.comparison.withheld:
            return f"{name}: withheld, {self.comparison.withheld.replace('_', ' ')}."
        n = about(int(self.comparison.means["n_children"].sum()), "child", "children")
        return f"{name}: one straight line for each format, {n} rated."

    _repr_html_ = show_card


def compare_by_traits(analysis_set: AnalysisSet) -> Mapping[str, TraitDependence]:
    """Ask for each planned trait whether the difference between formats goes with it.

    rate = format + format x trait + other covariates, CR2 by `table.cluster`, children with
    the trait recorded.

    Args:
        analysis_set: the children compared.
    """
    return MappingProxyType(
        {trait: _compare_by_trait(trait, analysis_set) for trait in PLANNED_TRAITS}
    )


def rating_levels(settings: Settings) -> dict[str, float]:
    """Give the ratings at which a planned trait's lines are read: low, middle and high.

    Args:
        settings: the low and the high rating; the middle lies halfway.
    """
    low, high = settings.low_rating, settings.high_rating
    return {"low": low, "middle": (low + high) / 2, "high": high}


def _compare_by_trait(trait: str, analysis_set: AnalysisSet) -> TraitDependence:
    identity = new_comparison(f"by_{trait}")
    table, settings = analysis_set.table, analysis_set.settings
    rated = table[trait].notna().to_numpy() & _varied(table, trait)
    formats, rated = keep_large_formats(table, rated, settings.compare_children)
    some = keep_rows(table, rated, **{trait: table[trait].to_numpy()})
    nothing = pd.DataFrame(columns=list(PREDICTED))
    if len(formats) < 2:
        return TraitDependence(trait, withheld_comparison(identity, "few_rated"), nothing)
    others = analysis_set.centred.drop(columns=trait, errors="ignore")
    others = narrow_covariates(others, rated, some, settings)
    values = some[trait].to_numpy(float)
    design = _design(some, values - values.mean(), formats, others)
    try:
        fit = fit_clustered(
            some["rate"], design, some["cluster"], settings, second=second_clusters(some)
        )
    except AnalysisError as error:
        return TraitDependence(trait, withheld_comparison(identity, reason_of(error)), nothing)
    identity = replace(identity, adjusted_for=tuple(others.columns))
    comparison = tabulate_fit(identity, fit, some, formats)
    predicted = _predict(fit, some, trait, formats, rating_levels(settings))
    return TraitDependence(trait, comparison, predicted)


def _varied(table: pd.DataFrame, trait: str) -> np.ndarray:
    """Tell which rows have a format whose children are not all rated alike."""
    codes = format_codes(table)
    return (count_different(codes, table[trait].array) > 1)[codes]


def _design(
    table: pd.DataFrame, trait: np.ndarray, formats: tuple[str, ...], others: pd.DataFrame
) -> pd.DataFrame:
    """Give one slope for each format, then one mean for each format, then the others."""
    own = indicate_formats(table, formats)
    names = [f"slope of {f}" for f in formats] + list(formats)
    values = np.hstack([own * trait[:, None], own, others.to_numpy()])
    return pd.DataFrame(values, columns=[*names, *others.columns])


def _predict(
    fit: ClusterRobustFit,
    table: pd.DataFrame,
    trait: str,
    formats: tuple[str, ...],
    ratings: Mapping[str, float],
) -> pd.DataFrame:
    """Predict each format's rate at the fixed levels of the trait, other traits as average."""
    k, values, codes = len(formats), table[trait].to_numpy(), format_codes(table)
    child = number_labels(table["child_id"].array)
    matrix, mean = np.zeros((k * len(ratings), len(fit.names))), values.mean()
    cells, n_children = [], []
    for i, (therapy_format, (level, value)) in enumerate(
        (f, item) for f in formats for item in ratings.items()
    ):
        at = formats.index(therapy_format)
        matrix[i, at], matrix[i, k + at] = value - mean, 1.0
        own = codes == FORMATS.index(therapy_format)
        near = {"low": values <= value, "middle": values == value, "high": values >= value}[level]
        cells.append((therapy_format, level, value))
        n_children.append(len(np.unique(child[own & near])))
    found = fit.contrast(matrix)
    estimates = (found[name] for name in ("estimate", "conf_low", "conf_high"))
    numbers = zip(*estimates, n_children, strict=True)
    rows = [(*cell, *row) for cell, row in zip(cells, numbers, strict=True)]
    return pd.DataFrame(rows, columns=list(PREDICTED))
