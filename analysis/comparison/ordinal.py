"""The same question put to a model that takes levels as an order only.

In: `Evidence`. Out: a `Comparison`. Decision taken here: proportional odds for the level at
the end, one row for each goal; it speaks in log odds, so it is listed apart (METHODS.md, "How
sure?").
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.comparison.analysis_set import (
    TOO_FEW_CHILDREN,
    TOO_FEW_ROWS,
    Evidence,
    count_means,
    drop_unsure_pairs,
    episode_rows,
    keep_rows,
)
from analysis.comparison.arms import (
    contrast_pairs,
    count_sides,
    indicate_formats,
    keep_large_formats,
)
from analysis.comparison.contrasts import tabulate_pairs
from analysis.comparison.covariates import narrow_covariates
from analysis.comparison.result import Comparison, withheld_comparison
from analysis.errors import AnalysisError
from analysis.models.discrete.ordinal import fit_ordinal
from analysis.records.schema import HIGHEST_LEVEL, LOWEST_LEVEL

FEWEST_LEVELS = 3
TOO_FEW_LEVELS = "too few different levels were reached"
NO_ANSWER = "the model found no answer in these records"


def ask_ordinal(identity: Comparison, evidence: Evidence) -> Comparison:
    """Ask whether levels at the end are higher, whatever the distances between levels.

    Proportional odds, one row for each goal with a level at the end, clustered as in the main
    analysis.

    Args:
        identity: id, title, estimand and unit of the answer.
        evidence: the children compared.
    """
    goals, settings = evidence.cohort.goals, evidence.settings
    level = evidence.scored.table["latest"].to_numpy()[goals.index]
    row = episode_rows(evidence, goals["episode_id"])
    known = goals["at_end"].to_numpy() & np.isfinite(level) & (row >= 0)
    n_goals = np.bincount(row[known], minlength=len(evidence.table))
    kept = n_goals > 0
    formats, kept = keep_large_formats(evidence.table, kept, settings.smallest_cell)
    if len(formats) < 2:
        return withheld_comparison(identity, TOO_FEW_CHILDREN)
    some = keep_rows(evidence.table, kept, n_goals=n_goals)
    columns = narrow_covariates(evidence.covariates.centred, kept, some, settings)
    if len(some) - len(formats) - columns.shape[1] < settings.smallest_cell:
        return withheld_comparison(identity, TOO_FEW_ROWS)
    place = np.cumsum(kept) - 1
    known &= kept[row]
    child, level = place[row[known]], level[known]
    present = [k for k in range(LOWEST_LEVEL, HIGHEST_LEVEL + 1) if (level == k).any()]
    if len(present) < FEWEST_LEVELS:
        return withheld_comparison(identity, TOO_FEW_LEVELS)
    indicators = indicate_formats(some, formats[1:])
    design = pd.DataFrame(
        np.hstack([indicators, columns.to_numpy()]), columns=[*formats[1:], *columns.columns]
    )
    try:
        fit = fit_ordinal(
            np.searchsorted(present, level),
            design.iloc[child].reset_index(drop=True),
            present,
            some["cluster"].to_numpy()[child],
            confidence=settings.confidence,
        )
    except AnalysisError:
        return withheld_comparison(identity, NO_ANSWER)
    rows, contrasts = contrast_pairs(formats, len(formats) + columns.shape[1])
    # The first format has no column of its own.
    found = fit.contrast(contrasts[:, 1:])
    sides = count_sides(some)
    outcomes = pd.Series(
        np.bincount(child, level, len(some)) / some["n_goals"].to_numpy(),
        index=pd.Index(some["episode_id"]),
    )
    answer = replace(
        identity,
        by_pair=tabulate_pairs(found.to_numpy(), rows, sides),
        by_format=count_means(sides),
        adjusted_for=tuple(columns.columns),
        outcomes=outcomes,
    )
    return drop_unsure_pairs(answer, settings)
