"""What would it take to know: where the uncertainty comes from, and what to write down.

In: an `AnalysisSet` and the main analysis. Out: `SampleSize`. Decisions: differences between
therapy groups and between children are told apart by moments (one-way analysis of variance of what
the traits leave over), because more children in the same groups narrow only one of the two; columns
to start recording come in a fixed published order (METHODS.md, "What it would take to know").

Source: Searle, Casella & McCulloch 1992, Variance Components, section 3.6 (unequal groups).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.comparison.analysis_set import AnalysisSet
from analysis.comparison.result import PAIRS, Comparison
from analysis.models.results import student_quantile
from analysis.records.load import Records
from analysis.records.schema import FORMATS
from analysis.settings import Settings

RECORD_FIRST = (
    ("episodes", "group_id"),
    ("goals", "set_before_format"),
    ("reviews", "rater"),
    ("episodes", "reason_for_format"),
    ("episodes", "attention"),
    ("episodes", "peer_comfort"),
    ("episodes", "therapist_id"),
    ("episodes", "severity"),
    ("sessions", "delivered"),
    ("episodes", "age_years"),
    ("goals", "closed_reason"),
    ("episodes", "end_reason"),
    ("episodes", "follows_instructions"),
    ("episodes", "communication"),
    ("sessions", "n_children_present"),
    ("home_practice", "minutes"),
    ("episodes", "motivation"),
    ("episodes", "energy"),
    ("reviews", "blinded"),
)


@dataclass(frozen=True, eq=False)
class SampleSize:
    """Where the uncertainty comes from.

    Attributes:
        child_variance: variance of the rate between children of one therapy group, traits
            allowed for.
        group_variance: variance between therapy groups, 0 or more; NaN without groups.
        table: one row for each pair compared: this, than, half_width (of the interval now),
            reachable (the half-width that ever more children in no more therapy groups would
            come down to; 0 where groups do not differ).
        to_record: (table, column) of the first columns to start recording.
    """

    child_variance: float
    group_variance: float
    table: pd.DataFrame
    to_record: tuple[tuple[str, str], ...]

    @property
    def group_share(self) -> float:
        """Share of the variance that lies between therapy groups; NaN without groups."""
        return self.group_variance / (self.group_variance + self.child_variance)


def plan_sample_size(analysis_set: AnalysisSet, primary: Comparison) -> SampleSize:
    """Say where the uncertainty comes from, and which columns to start recording.

    Args:
        analysis_set: the children compared.
        primary: the main analysis.
    """
    to_record = columns_to_record(analysis_set.records, analysis_set.settings)
    columns = ["this", "than", "half_width", "reachable"]
    if primary.withheld:
        return SampleSize(math.nan, math.nan, pd.DataFrame(columns=columns), to_record)
    child, group = split_variance(analysis_set)
    sizes = _effective_groups(analysis_set)
    rows = []
    for pair in PAIRS:
        answer = primary.pair(*pair)
        if not math.isfinite(answer["std_error"]):
            continue
        quantile = float(student_quantile(analysis_set.settings.confidence, answer["df"]))
        by_groups = sum(group / sizes[f] for f in pair if sizes.get(f)) if group > 0 else 0.0
        half = quantile * answer["std_error"]
        rows.append((*pair, half, min(quantile * math.sqrt(by_groups), half)))
    return SampleSize(child, group, pd.DataFrame(rows, columns=columns), to_record)


def columns_to_record(records: Records, settings: Settings) -> tuple[tuple[str, str], ...]:
    """Give the first columns of `RECORD_FIRST` that are missing, or missing too often.

    Args:
        records: what the clinic handed in.
        settings: how often a recorded column may be missing, and how many are named.
    """
    found = []
    for table, column in RECORD_FIRST:
        values = getattr(records, table)[column]
        if column == "group_id":
            values = values[(records.episodes["format"] != FORMATS[0]).to_numpy()]
            if not len(values):
                continue
        if column == "closed_reason":
            values = values[records.goals["closed_week"].notna().to_numpy()]
        if not len(values) or values.isna().mean() > settings.most_missing:
            found.append((table, column))
    return tuple(found[: settings.columns_to_record])


def split_variance(analysis_set: AnalysisSet) -> tuple[float, float]:
    """Split the variance of the rate into that within and that between therapy groups.

    For groups of n_g children of the grouped formats: within = SSW / (N - G);
    between = (MSB - MSW) / n0, n0 = (N - sum n_g^2 / N) / (G - 1), at least 0.

    Args:
        analysis_set: the children compared.

    Returns:
        (within, between); between is NaN without two groups of two children.
    """
    table = analysis_set.table
    left = _left_over(analysis_set)
    grouped = ((table["format"] != FORMATS[0]) & table["group_id"].notna()).to_numpy()
    code, names = pd.factorize(table.loc[grouped, "group_id"])
    df = len(table) - len(FORMATS) - analysis_set.covariates.centred.shape[1]
    overall = float((left**2).sum() / max(df, 1))
    n, n_groups = len(code), len(names)
    if n_groups < 2 or n - n_groups < 2:
        return overall, math.nan
    size = np.bincount(code, minlength=n_groups)
    mean = np.bincount(code, left[grouped], n_groups) / size
    within = float(((left[grouped] - mean[code]) ** 2).sum() / (n - n_groups))
    centre = left[grouped].mean()
    between_square = float((size * (mean - centre) ** 2).sum() / (n_groups - 1))
    usual = (n - (size**2).sum() / n) / (n_groups - 1)
    return within, max((between_square - within) / usual, 0.0)


def _left_over(analysis_set: AnalysisSet) -> np.ndarray:
    table = analysis_set.table
    columns = [(table["format"] == f).to_numpy(float) for f in FORMATS]
    design = np.column_stack([c for c in columns if c.any()])
    design = np.hstack([design, analysis_set.covariates.centred.to_numpy()])
    basis = np.linalg.qr(design)[0]
    rate = table["rate"].to_numpy()
    return rate - basis @ (basis.T @ rate)


def _effective_groups(analysis_set: AnalysisSet) -> Mapping[str, float]:
    """Give each grouped format's number of equal groups: (sum n_g)^2 / sum n_g^2."""
    found = {}
    for therapy_format in FORMATS[1:]:
        own = analysis_set.table[analysis_set.table["format"] == therapy_format]
        size = own["group_id"].value_counts().to_numpy(float)
        found[therapy_format] = float(size.sum() ** 2 / (size**2).sum()) if len(size) else 0.0
    return found
