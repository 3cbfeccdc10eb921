"""Questions whose true answer is known to be zero.

In: `Evidence`. Out: `NegativeControls`. Decision taken here: what was so before the format
was chosen cannot have been changed by it. If the formats still differ in it after the same
adjustment as the main analysis, the adjustment leaves something out (Lipsitch, Tchetgen
Tchetgen & Cohen 2010, Epidemiology 21(3):383-388, 10.1097/EDE.0b013e3181d61eeb).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import pandas as pd

from analysis.comparison.analysis_set import Evidence, average_goals, compare_part
from analysis.comparison.result import Comparison, new_comparison, withheld_comparison
from analysis.models.multiplicity import adjust_holm

CONTROL_UNIT = "standard deviations"
CONTROL_ESTIMAND = (
    "Mean difference between formats in {what}, in standard deviations, adjusted as in the "
    "main analysis; zero if the adjustment leaves nothing out that goes with it"
)
CONTROLS = MappingProxyType(
    {
        "energy": "energy at the start",
        "motivation": "motivation at the start",
        "start_level": "the start level of goals set before the format was chosen",
    }
)
NOT_RECORDED = "it was not recorded for enough children"
ALL_ALIKE = "it is the same for every child"


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


def ask_negative_controls(evidence: Evidence) -> NegativeControls:
    """Ask every control the records allow.

    Args:
        evidence: the children compared.
    """
    found = {}
    for name, what in CONTROLS.items():
        title = what[0].upper() + what[1:]
        identity = new_comparison(
            f"control_{name}", title, CONTROL_ESTIMAND.format(what=what), CONTROL_UNIT
        )
        found[name] = _ask(identity, *_outcome(name, evidence))
    return NegativeControls(MappingProxyType(found), _tabulate(found, evidence))


def _outcome(name: str, evidence: Evidence) -> tuple[np.ndarray, Evidence]:
    """Give a control's values for each child, and the evidence without what repeats it."""
    if name != "start_level":
        episodes = evidence.records.episodes
        row = pd.Index(episodes["episode_id"]).get_indexer(evidence.table["episode_id"])
        return episodes[name].to_numpy(float)[row], evidence
    goals, covariates = evidence.cohort.goals, evidence.covariates
    before = (goals["set_before_format"] == 1).to_numpy()
    values = np.where(before, goals["baseline"].to_numpy(), np.nan)
    without = covariates.centred.drop(columns="baseline", errors="ignore")
    part = replace(evidence, covariates=replace(covariates, centred=without))
    return average_goals(evidence, goals, values)[0], part


def _ask(identity: Comparison, values: np.ndarray, evidence: Evidence) -> Comparison:
    known = np.isfinite(values)
    if known.sum() < 2 * evidence.settings.smallest_cell:
        return withheld_comparison(identity, NOT_RECORDED)
    spread = values[known].std(ddof=1)
    if not spread > 0:
        return withheld_comparison(identity, ALL_ALIKE)
    return compare_part(identity, evidence, known, values / spread)


def _tabulate(found: Mapping[str, Comparison], evidence: Evidence) -> pd.DataFrame:
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
    failed = adjusted < 1 - evidence.settings.confidence
    return table.assign(p_adjusted=adjusted, failed=failed)
