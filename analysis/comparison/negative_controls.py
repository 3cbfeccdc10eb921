"""Questions whose true answer is known to be zero.

In: an `AnalysisSet`. Out: `NegativeControls`. Decisions: what was so before the format was chosen
cannot have been changed by it. If the formats still differ in it after the same adjustment as the
main analysis, the adjustment leaves something out (Lipsitch, Tchetgen Tchetgen & Cohen 2010,
Epidemiology 21(3):383-388, 10.1097/EDE.0b013e3181d61eeb). Energy and motivation are traits first:
what is adjusted for cannot differ, and is no control.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import pandas as pd

from analysis.comparison.analysis_set import AnalysisSet, average_goals
from analysis.comparison.result import Comparison, new_comparison, withheld_comparison
from analysis.comparison.subsets import compare_part
from analysis.models.multiplicity import adjust_holm

CONTROLS = ("energy", "motivation", "start_level")


@dataclass(frozen=True, eq=False)
class NegativeControls:
    """Comparisons whose true answer is zero.

    Attributes:
        comparisons: by control, in the order of `CONTROLS`; withheld ones give their reason.
        table: one row for each control and pair compared: control, this, than, estimate,
            conf_low, conf_high, p_value, p_adjusted (Holm over all rows), failed (adjusted
            p-value below 1 minus the level of confidence).
    """

    comparisons: Mapping[str, Comparison]
    table: pd.DataFrame

    @property
    def failed(self) -> bool:
        """Whether any control shows a difference that cannot be an effect."""
        return bool(self.table["failed"].any())


def ask_negative_controls(analysis_set: AnalysisSet) -> NegativeControls:
    """Ask every control the records allow.

    Args:
        analysis_set: the children compared.
    """
    found = {}
    for name in CONTROLS:
        identity = new_comparison(f"control_{name}", "standard_deviations")
        if name in analysis_set.centred:
            found[name] = withheld_comparison(identity, "control_adjusted_for")
        else:
            found[name] = _ask(identity, *_outcome(name, analysis_set))
    return NegativeControls(MappingProxyType(found), _tabulate(found, analysis_set))


def _outcome(name: str, analysis_set: AnalysisSet) -> tuple[np.ndarray, AnalysisSet]:
    """Give a control's values for each child, and the analysis set without what repeats it."""
    if name != "start_level":
        episodes = analysis_set.records.episodes
        row = pd.Index(episodes["episode_id"]).get_indexer(analysis_set.table["episode_id"])
        return episodes[name].to_numpy(float)[row], analysis_set
    goals, covariates = analysis_set.cohort.goals, analysis_set.covariates
    before = (goals["set_before_format"] == 1).to_numpy()
    values = np.where(before, goals["baseline"].to_numpy(), np.nan)
    without = covariates.centred.drop(columns="baseline", errors="ignore")
    part = replace(analysis_set, covariates=replace(covariates, centred=without))
    return average_goals(analysis_set, goals, values)[0], part


def _ask(identity: Comparison, values: np.ndarray, analysis_set: AnalysisSet) -> Comparison:
    known = np.isfinite(values)
    if known.sum() < 2 * analysis_set.settings.smallest_cell:
        return withheld_comparison(identity, "control_not_recorded")
    spread = values[known].std(ddof=1)
    if not spread > 0:
        return withheld_comparison(identity, "control_all_alike")
    return compare_part(identity, analysis_set, known, values / spread)


def _tabulate(found: Mapping[str, Comparison], analysis_set: AnalysisSet) -> pd.DataFrame:
    columns = ("this", "than", "estimate", "conf_low", "conf_high", "p_value")
    rows = [
        (name, *row)
        for name, comparison in found.items()
        for row in zip(*(comparison.by_pair[c].tolist() for c in columns), strict=True)
        if np.isfinite(row[2])
    ]
    if not rows:
        return pd.DataFrame(columns=["control", *columns, "p_adjusted", "failed"])
    table = pd.DataFrame(rows, columns=["control", *columns])
    adjusted = adjust_holm(table["p_value"].to_numpy())
    failed = adjusted < 1 - analysis_set.settings.confidence
    return table.assign(p_adjusted=adjusted, failed=failed)
