"""The same question put to a model that takes levels as an order only.

In: an `AnalysisSet`. Out: a `Comparison`. Decisions: proportional odds for the level at the end,
one row for each goal; it speaks in log odds, so it is listed apart (METHODS.md, "How sure?").
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.comparison.analysis_set import AnalysisSet, episode_rows
from analysis.comparison.arms import (
    contrast_pairs,
    count_sides,
    indicate_formats,
    keep_large_formats,
    keep_rows,
)
from analysis.comparison.contrasts import count_means, drop_unsure_pairs, tabulate_pairs
from analysis.comparison.covariates import narrow_covariates
from analysis.comparison.result import Comparison, withheld_comparison
from analysis.errors import AnalysisError
from analysis.models.discrete.ordinal import fit_ordinal
from analysis.records.schema import HIGHEST_LEVEL, LOWEST_LEVEL


def ask_ordinal(identity: Comparison, analysis_set: AnalysisSet) -> Comparison:
    """Ask whether levels at the end are higher, whatever the distances between levels.

    Proportional odds, one row for each goal with a level at the end, clustered as in the main
    analysis.

    Args:
        identity: id and unit of the answer.
        analysis_set: the children compared.
    """
    goals, settings = analysis_set.cohort.goals, analysis_set.settings
    level = analysis_set.scored.table["latest"].to_numpy()[goals.index]
    row = episode_rows(analysis_set, goals["episode_id"])
    known = goals["at_end"].to_numpy() & np.isfinite(level) & (row >= 0)
    n_goals = np.bincount(row[known], minlength=len(analysis_set.table))
    kept = n_goals > 0
    formats, kept = keep_large_formats(analysis_set.table, kept, settings.smallest_cell)
    if len(formats) < 2:
        return withheld_comparison(identity, "few_children_left")
    some = keep_rows(analysis_set.table, kept, n_goals=n_goals)
    columns = narrow_covariates(analysis_set.covariates.centred, kept, some, settings)
    if len(some) - len(formats) - columns.shape[1] < settings.smallest_cell:
        return withheld_comparison(identity, "few_rows_left")
    place = np.cumsum(kept) - 1
    known &= kept[row]
    child, level = place[row[known]], level[known]
    present = [k for k in range(LOWEST_LEVEL, HIGHEST_LEVEL + 1) if (level == k).any()]
    if len(present) < settings.fewest_levels:
        return withheld_comparison(identity, "few_levels")
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
        return withheld_comparison(identity, "no_answer")
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
