"""How alike the children were, and the weights that make them more alike.

In: the children compared and their covariates. Out: `Weighting`. Decisions: generalised overlap
weights, which ask about the children who could realistically have had any format and never blow up
a single child (Li & Li 2019, Ann Appl Stat 13:2389-2415).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.cards import show_card
from analysis.comparison.arms import format_codes, formats_among
from analysis.comparison.covariates import Covariates
from analysis.comparison.result import PAIRS, reason_of
from analysis.errors import AnalysisError
from analysis.measures.cohort import count_children
from analysis.models.discrete.multinomial import fit_multinomial
from analysis.models.weights import effective_size, overlap_weights, standardised_differences
from analysis.records.schema import FORMATS
from analysis.settings import Settings
from analysis.vocabulary import Withheld


@dataclass(frozen=True, eq=False)
class Weighting:
    """Chances of each format, overlap weights, and what they do.

    Attributes:
        table: one row for each child compared: episode_id, format, one column
            `propensity_<format>` for each format (NaN where not compared), overlap_weight.
        balance: one row for each trait and pair: trait, this, than, before, after
            (standardised mean differences).
        effective: index format: n_children, n_effective, rare_share (children whose chance of
            this format was below the setting's smallest propensity).
        withheld: why there are no weights, or "".
    """

    table: pd.DataFrame
    balance: pd.DataFrame
    effective: pd.DataFrame
    withheld: Withheld = ""

    def __repr__(self) -> str:
        if self.withheld:
            return f"Children could not be weighted: {self.withheld.replace('_', ' ')}."
        largest = self.balance[["before", "after"]].abs().max().fillna(0.0)
        return (
            f"Largest difference between formats at the start: {largest['before']:.2f} "
            f"standard deviations before weighting, {largest['after']:.2f} after."
        )

    _repr_html_ = show_card


def weigh_children(table: pd.DataFrame, covariates: Covariates, settings: Settings) -> Weighting:
    """Weigh the children compared by generalised overlap weights.

    Args:
        table: (n,) rows of `Cohort.table`, formats with too few children removed.
        covariates: what is adjusted for, of the same rows.
        settings: the smallest propensity that is not rare.

    Returns:
        The weighting; withheld with its reason when a trait separates the formats.
    """
    formats = formats_among(table)
    traits = covariates.observed
    received = np.searchsorted([FORMATS.index(f) for f in formats], format_codes(table))
    propensity = np.full((len(table), len(FORMATS)), np.nan)
    weights = np.full(len(table), np.nan)
    withheld: Withheld = ""
    if len(formats) < 2:
        withheld = "few_formats"
    else:
        try:
            fit = fit_multinomial(received, _with_mean(traits), levels=formats)
            propensity[:, [FORMATS.index(f) for f in formats]] = fit.propensities
            weights = overlap_weights(fit.propensities, received)
        except AnalysisError as error:
            withheld = reason_of(error)
    chances = {f"propensity_{f}": propensity[:, k] for k, f in enumerate(FORMATS)}
    return Weighting(
        pd.DataFrame(
            {
                "episode_id": table["episode_id"].array,
                "format": table["format"].array,
                **chances,
                "overlap_weight": weights,
            }
        ),
        _balance(traits, received, formats, weights),
        _effective(table, propensity, weights, settings),
        withheld,
    )


def _with_mean(traits: pd.DataFrame) -> pd.DataFrame:
    """Give a column of ones and the standardised traits."""
    values = traits.to_numpy()
    standardised = (values - values.mean(axis=0)) / values.std(axis=0)
    return pd.DataFrame(
        np.hstack([np.ones((len(traits), 1)), standardised]), columns=["mean", *traits.columns]
    )


def _balance(
    traits: pd.DataFrame, received: np.ndarray, formats: tuple[str, ...], weights: np.ndarray
) -> pd.DataFrame:
    """Give the standardised differences of each trait and pair, before and after."""
    pairs = [pair for pair in PAIRS if set(pair) <= set(formats)]
    if not len(traits.columns) or not pairs:
        return pd.DataFrame(columns=["trait", "this", "than", "before", "after"])
    codes = [(formats.index(this), formats.index(than)) for this, than in pairs]
    before = standardised_differences(traits.to_numpy(), received, None, codes)
    known = np.isfinite(weights).all()
    after = (
        standardised_differences(traits.to_numpy(), received, weights, codes)
        if known
        else np.full_like(before, np.nan)
    )
    this, than = zip(*pairs, strict=True)
    return pd.DataFrame(
        {
            "trait": np.repeat(traits.columns.to_numpy(), len(pairs)),
            "this": this * len(traits.columns),
            "than": than * len(traits.columns),
            "before": before.ravel(),
            "after": after.ravel(),
        }
    )


def _effective(
    table: pd.DataFrame, propensity: np.ndarray, weights: np.ndarray, settings: Settings
) -> pd.DataFrame:
    received = format_codes(table)
    own = [weights[received == k] for k in range(len(FORMATS))]
    rare, known = propensity < settings.rare_propensity, np.isfinite(weights).all()
    return pd.DataFrame(
        {
            "n_children": list(count_children(table).values()),
            "n_effective": [effective_size(w) if known and len(w) else 0.0 for w in own],
            "rare_share": [
                rare[:, k].mean() if len(part) else np.nan for k, part in enumerate(own)
            ],
        },
        index=pd.Index(FORMATS, name="format"),
    )
