"""The growth of every goal, with spreads between therapy groups, children and goals.

In: an `AnalysisSet`. Out: `MixedGrowth`. Decisions: attainment ~ week x (format + covariates), with
an intercept and a slope for each therapy group, child and goal; a child treated alone belongs to no
therapy group; slopes that these records cannot show are dropped from the innermost level out, in a
fixed order, and said (METHODS.md, "The growth model").

Source: Candlish et al. 2018, BMC Med Res Methodol 18:105 (partially nested designs).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from analysis.comparison.analysis_set import AnalysisSet, episode_rows
from analysis.comparison.arms import (
    contrast_pairs,
    count_sides,
    formats_among,
    indicate_formats,
)
from analysis.comparison.contrasts import count_means, drop_unsure_pairs, tabulate_pairs
from analysis.comparison.result import Comparison, withheld_comparison
from analysis.errors import AnalysisError
from analysis.models.mixed.model import MixedFit, RandomEffect, fit_mixed
from analysis.records.schema import FORMATS

LEVELS = ("therapy group", "child", "goal")
MODELS = (LEVELS, LEVELS[:2], LEVELS[1:2])
NO_SPREAD = 1e-6  # a slope's spread below this is the optimiser's zero
COLUMNS = ("level", "middle", "slope")


@dataclass(frozen=True, eq=False)
class MixedGrowth:
    """The growth model's answer.

    Attributes:
        comparison: differences in slope between formats, in the unit of the rate.
        spreads: one row for each level: level, middle and slope (standard deviations between
            its units: of the attainment midway, in levels, and of its rate; slope is NaN where
            it is left out).
        left_out: levels whose slopes these records cannot show, left out of the model.
        zero: levels between whose units no spread in slope is measurable.
    """

    comparison: Comparison
    spreads: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=list(COLUMNS)), repr=False
    )
    left_out: tuple[str, ...] = ()
    zero: tuple[str, ...] = ()


def compare_mixed_growth(identity: Comparison, analysis_set: AnalysisSet) -> MixedGrowth:
    """Compare growth between formats, every review of every goal in one model.

    Args:
        identity: id and unit of the answer.
        analysis_set: the children compared.
    """
    table, settings = analysis_set.table, analysis_set.settings
    formats = formats_among(table)
    goal, child, week, level = _rows(analysis_set)
    time = week / settings.rate_weeks
    time = time - time.mean()
    indicators = indicate_formats(table, formats)
    base = np.hstack([indicators, analysis_set.covariates.centred.to_numpy()])[child]
    fixed = np.hstack([base * time[:, None], base])
    kept = table["keeper"].to_numpy() >= 0
    grouped = ((table["format"] != FORMATS[0]).to_numpy() | kept).astype(float)[child]
    units = dict(zip(LEVELS, (table["cluster"].to_numpy()[child], child, goal), strict=True))
    takes_part = dict(zip(LEVELS, (grouped, np.ones(len(time)), np.ones(len(time))), strict=True))
    fit, sloped = _fit_largest(level, fixed, units, takes_part, time)
    if fit is None:
        return MixedGrowth(withheld_comparison(identity, "no_certain_answer"))
    rows, contrasts = contrast_pairs(formats, fixed.shape[1])
    found, sides = fit.contrast(contrasts, settings.confidence), count_sides(table)
    comparison = replace(
        identity,
        by_pair=tabulate_pairs(found.to_numpy(), rows, sides),
        by_format=count_means(sides),
        adjusted_for=tuple(analysis_set.covariates.centred.columns),
    )
    spreads = _tabulate_spreads(fit, sloped)
    slopes = zip(spreads["level"], spreads["slope"], strict=True)
    none = tuple(level for level, slope in slopes if slope < NO_SPREAD)
    left_out = tuple(name for name in LEVELS if name not in sloped)
    return MixedGrowth(drop_unsure_pairs(comparison, settings), spreads, left_out, none)


def _rows(analysis_set: AnalysisSet) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Give every level of the goals compared: goal, child (row of table), week, attainment."""
    levels, goals = analysis_set.scored.levels, analysis_set.cohort.goals
    at = pd.Index(goals.index).get_indexer(levels["goal"])
    child = np.full(len(levels), -1)
    child[at >= 0] = episode_rows(analysis_set, goals["episode_id"].iloc[at[at >= 0]])
    kept = child >= 0
    week, level = levels["week"].to_numpy()[kept], levels["attainment"].to_numpy()[kept]
    return at[kept], child[kept], week, level


def _fit_largest(
    level: np.ndarray,
    fixed: np.ndarray,
    units: dict[str, np.ndarray],
    takes_part: dict[str, np.ndarray],
    time: np.ndarray,
) -> tuple[MixedFit | None, tuple[str, ...]]:
    """Fit the largest model these records can show, and say which levels have slopes."""
    for sloped in MODELS:
        effects = [
            RandomEffect(
                pd.Series(units[name], name=name),
                pd.DataFrame(
                    {"middle": takes_part[name]}
                    | ({"slope": takes_part[name] * time} if name in sloped else {})
                ),
            )
            for name in LEVELS
        ]
        try:
            return fit_mixed(level, fixed, effects), sloped
        except AnalysisError:
            continue
    return None, ()


def _tabulate_spreads(fit: MixedFit, sloped: tuple[str, ...]) -> pd.DataFrame:
    rows = []
    for name in LEVELS:
        spread = np.sqrt(np.maximum(np.diag(fit.covariances[name].to_numpy()), 0.0))
        rows.append((name, spread[0], spread[1] if name in sloped else np.nan))
    return pd.DataFrame(rows, columns=list(COLUMNS))
