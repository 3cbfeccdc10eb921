"""How strong would something unrecorded have to be?

In: an `AnalysisSet` and the main analysis. Out: `UnmeasuredConfounding`: robustness values, every
recorded trait as a yardstick, and a wider range. Decisions: the yardstick is the recorded trait
that would move the answer most if its equal had gone unrecorded; the wider range adds that movement
to both ends of the statistical one (METHODS.md, "How sure?").

Source: Cinelli & Hazlett 2020, 10.1111/rssb.12348.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.comparison.analysis_set import AnalysisSet
from analysis.comparison.arms import formats_among
from analysis.comparison.places import trait_of
from analysis.comparison.result import PAIRS, Comparison, PairOfFormats, Row
from analysis.models.results import student_quantile
from analysis.models.unmeasured_confounding import (
    Strength,
    e_value_of_difference,
    largest_bias,
    multiply_strength,
    robustness_value,
    times_as_strong,
    widen_std_error,
)
from analysis.vocabulary import Withheld

COLUMNS = (
    "this",
    "than",
    "plain_std_error",
    "plain_df",
    "robustness",
    "robustness_of_range",
    "strongest",
    "bias",
    "wide_low",
    "wide_high",
    "e_value",
    "e_value_of_range",
)
BENCHMARK_COLUMNS = ("this", "than", "trait", "r2_outcome", "r2_format", "bias")


@dataclass(frozen=True, eq=False)
class UnmeasuredConfounding:
    """What something unrecorded could do.

    Attributes:
        table: one row for each pair compared, `COLUMNS`: classical standard error and residual
            df; robustness value of the estimate and of the nearer end of its interval (0 when
            the interval holds zero); the strongest recorded trait, how far its equal would
            move the estimate, the interval widened by that; E-values of both.
        benchmarks: one row for each pair and trait: partial R2 with outcome and format, and how
            far an unrecorded trait as strong as this one would move the estimate.
        withheld: why there is none, or "".
    """

    table: pd.DataFrame
    benchmarks: pd.DataFrame
    withheld: Withheld = ""

    def times(self, this: str, than: str, bias: float) -> tuple[str, float]:
        """Give the strongest recorded trait, and how many times as much would move by `bias`.

        Args:
            this: the first format of the pair.
            than: the second.
            bias: movement of the estimate, in its unit.

        Returns:
            ("", inf) when no trait is allowed for.
        """
        strength = self.strength_of(this, than)
        if strength is None:
            return "", math.inf
        row = self._row(this, than)
        std_error, df = row[["plain_std_error", "plain_df"]]
        return str(row["strongest"]), times_as_strong(strength, bias, std_error, df)

    def strength_of(self, this: str, than: str) -> Strength | None:
        """Give the strength of the strongest recorded trait; None when none is allowed for.

        Args:
            this: the first format of the pair.
            than: the second.
        """
        own = self.benchmarks[(self.benchmarks["this"] == this) & (self.benchmarks["than"] == than)]
        if own.empty:
            return None
        best = own.set_index("trait").loc[self._row(this, than)["strongest"]]
        return Strength(best["r2_outcome"], best["r2_format"])

    def _row(self, this: str, than: str) -> pd.Series:
        return self.table[(self.table["this"] == this) & (self.table["than"] == than)].iloc[0]


def measure_robustness(analysis_set: AnalysisSet, primary: Comparison) -> UnmeasuredConfounding:
    """Measure what something unrecorded could do to each pair's difference.

    Args:
        analysis_set: the children compared.
        primary: the main analysis.
    """
    benchmarks = pd.DataFrame(columns=list(BENCHMARK_COLUMNS))
    if primary.withheld:
        return UnmeasuredConfounding(
            pd.DataFrame(columns=list(COLUMNS)), benchmarks, primary.withheld
        )
    formats = formats_among(analysis_set.table)
    rows, yardsticks = [], []
    for pair in (p for p in PAIRS if set(p) <= set(formats)):
        row, own = _measure_pair(analysis_set, primary, pair, formats)
        rows.append(row)
        yardsticks += own
    return UnmeasuredConfounding(
        pd.DataFrame(rows, columns=list(COLUMNS)),
        pd.DataFrame(yardsticks, columns=list(BENCHMARK_COLUMNS)),
    )


def trait_columns(analysis_set: AnalysisSet) -> dict[str, list[int]]:
    """Give each trait's columns among the covariates; places of therapy are one trait."""
    found: dict[str, list[int]] = {}
    for j, name in enumerate(analysis_set.covariates.centred.columns):
        found.setdefault(trait_of(name), []).append(j)
    return found


def _measure_pair(
    analysis_set: AnalysisSet, primary: Comparison, pair: PairOfFormats, formats: tuple[str, ...]
) -> tuple[Row, list[Row]]:
    this, than = pair
    answer = primary.pair(*pair)
    table, traits = analysis_set.table, analysis_set.covariates.centred.to_numpy()
    outcome = table["rate"].to_numpy()
    third = [(table["format"] == f).to_numpy(float) for f in formats if f not in pair]
    received = (table["format"] == this).to_numpy(float)
    base = np.column_stack([np.ones(len(table)), *third])
    of_format = _left_over(np.column_stack([base, traits]), received)
    with_format = np.column_stack([base, received])
    of_outcome = _left_over(np.column_stack([with_format, traits]), outcome)
    df = len(table) - with_format.shape[1] - traits.shape[1]
    std_error = math.sqrt(of_outcome / df / of_format)
    own: list[Row] = []
    for trait, columns in trait_columns(analysis_set).items():
        others = np.delete(traits, columns, axis=1)
        without = _left_over(np.column_stack([with_format, others]), outcome)
        format_without = _left_over(np.column_stack([base, others]), received)
        # Several columns (places) explain a part by chance alone: q of df + q, which is left out.
        chance = 1.0 if len(columns) == 1 else (df + len(columns)) / df
        strength = Strength(
            max(1 - of_outcome / without * chance, 0.0),
            max(1 - of_format / format_without * chance, 0.0),
        )
        own.append(
            {
                "this": this,
                "than": than,
                "trait": trait,
                "r2_outcome": strength.r2_outcome,
                "r2_format": strength.r2_format,
                "bias": _bias_of(strength, std_error, df)[0],
            }
        )
    estimate, low, high = answer["estimate"], answer["conf_low"], answer["conf_high"]
    nearer = max(low, -high, 0.0)
    strongest = max(own, key=lambda row: row["bias"]) if own else None
    bias, wider = math.nan, math.nan
    if strongest is not None:
        strength = Strength(strongest["r2_outcome"], strongest["r2_format"])
        bias, wider = _bias_of(strength, std_error, df)
    half = float(student_quantile(analysis_set.settings.confidence, answer["df"]))
    reach = bias + half * answer["std_error"] * max(1.0, wider)
    e_values = e_value_of_difference(estimate, answer["std_error"], outcome.std(ddof=1))
    row = {
        "this": this,
        "than": than,
        "plain_std_error": std_error,
        "plain_df": df,
        "robustness": robustness_value(estimate / std_error, df),
        "robustness_of_range": robustness_value(nearer / std_error, df),
        "strongest": strongest["trait"] if strongest else "",
        "bias": bias,
        "wide_low": estimate - reach,
        "wide_high": estimate + reach,
        "e_value": e_values.estimate,
        "e_value_of_range": e_values.bound,
    }
    return row, own


def _left_over(design: np.ndarray, outcome: np.ndarray) -> float:
    """Give the sum of squares that the design leaves of an outcome."""
    triangle = np.asarray(np.linalg.qr(np.column_stack([design, outcome]), mode="r"))
    return float(triangle[-1, -1] ** 2)


def _bias_of(recorded: Strength, std_error: float, df: float) -> tuple[float, float]:
    """Give how far the recorded trait's equal moves an estimate, and how it widens it."""
    equal = multiply_strength(recorded, 1.0)
    if equal is None:
        return math.inf, math.inf
    parts = equal.r2_outcome, equal.r2_format
    return largest_bias(*parts, std_error, df), widen_std_error(*parts, df)
