"""The same question put to a model that takes levels as an order only.

In: `Evidence`. Out: a `Comparison`. Decision taken here: proportional odds for the level at
the end, one row for each goal; it speaks in log odds, so it is listed apart (METHODS.md, "How
sure?").
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.comparison.covariates import narrow_covariates
from analysis.comparison.evidence import (
    TOO_FEW_CHILDREN,
    TOO_FEW_ROWS,
    Evidence,
    count_means,
    drop_unsure_pairs,
    episode_rows,
    formats_left,
)
from analysis.comparison.formats import keep_formats, tabulate_pairs
from analysis.comparison.result import PAIRS, Comparison, withheld_comparison
from analysis.errors import AnalysisError
from analysis.models.multiplicity import adjust_shaffer
from analysis.models.ordinal import fit_ordinal
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
    formats = formats_left(evidence.table[kept], settings)
    if len(formats) < 2:
        return withheld_comparison(identity, TOO_FEW_CHILDREN)
    kept &= evidence.table["format"].isin(formats).to_numpy()
    some = keep_formats(evidence.table[kept], formats).assign(n_goals=n_goals[kept])
    columns = narrow_covariates(evidence.covariates.centred, kept, some, settings)
    if len(some) - len(formats) - columns.shape[1] < settings.smallest_cell:
        return withheld_comparison(identity, TOO_FEW_ROWS)
    place = np.cumsum(kept) - 1
    known &= kept[row]
    child, level = place[row[known]], level[known]
    present = [k for k in range(LOWEST_LEVEL, HIGHEST_LEVEL + 1) if (level == k).any()]
    if len(present) < FEWEST_LEVELS:
        return withheld_comparison(identity, TOO_FEW_LEVELS)
    received = some["format"].to_numpy()
    indicators = {f: (received == f).astype(float) for f in formats[1:]}
    design = pd.concat([pd.DataFrame(indicators), columns], axis=1)
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
    rows = [i for i, pair in enumerate(PAIRS) if set(pair) <= set(formats)]
    found = fit.contrast(_contrasts(rows, formats, design.columns))
    found = found.assign(p_adjusted=adjust_shaffer(found["p_value"].to_numpy()))
    outcomes = pd.Series(
        np.bincount(child, level, len(some)) / some["n_goals"].to_numpy(),
        index=pd.Index(some["episode_id"]),
    )
    answer = replace(
        identity,
        table=tabulate_pairs(found, rows, some),
        means=count_means(some),
        adjusted_for=tuple(columns.columns),
        outcomes=outcomes,
    )
    return drop_unsure_pairs(answer, settings)


def _contrasts(rows: list[int], formats: tuple[str, ...], names: pd.Index) -> pd.DataFrame:
    """Give one contrast for each pair; the first format has no column of its own."""
    matrix = pd.DataFrame(0.0, index=rows, columns=names)
    for i in rows:
        for sign, side in zip((1.0, -1.0), PAIRS[i], strict=True):
            if side in matrix:
                matrix.loc[i, side] = sign
    return matrix
