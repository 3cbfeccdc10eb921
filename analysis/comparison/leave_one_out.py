"""The main analysis without one therapy group, or without one therapist, each in turn.

In: an `AnalysisSet`. Out: `LeaveOut`: how far the answer moves. Decisions: every estimate without
one label follows exactly from the whole fit; for each pair the two that move furthest are fitted
anew for their intervals, and the comparison given is the one least favourable to the main answer
(METHODS.md, "How sure?").

Source: Cook & Weisberg 1982, Residuals and Influence in Regression (rows left out together).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.comparison.analysis_set import AnalysisSet
from analysis.comparison.arms import (
    Sides,
    contrast_pairs,
    count_sides,
    formats_among,
    indicate_formats,
)
from analysis.comparison.contrasts import drop_unsure_pairs, fit_clustered
from analysis.comparison.result import (
    COUNTS,
    NUMBERS,
    PAIRS,
    Comparison,
    Row,
    fill_pairs,
    withheld_comparison,
)
from analysis.errors import AnalysisError
from analysis.models.multiplicity import adjust_shaffer
from analysis.models.results import RESULT_COLUMNS

SMALLEST_LEFT = 1e-8  # of an eigenvalue between 0 and 1; below it a coefficient is lost


@dataclass(frozen=True, eq=False)
class LeaveOut:
    """The main analysis without each label in turn.

    Attributes:
        comparison: for each pair, the answer least favourable to the main one: the estimate
            furthest against its sign, with its own interval.
        table: one row for each pair compared: this, than, lowest and highest estimate,
            conf_low and conf_high (the ends reached by the intervals of those two).
    """

    comparison: Comparison
    table: pd.DataFrame


def leave_out_each(
    identity: Comparison, analysis_set: AnalysisSet, label: str, primary: Comparison
) -> LeaveOut:
    """Leave out the children of each therapy group, or of each therapist, in turn.

    Args:
        identity: id and unit of the answer.
        analysis_set: the children compared.
        label: column of `analysis_set.table`: "group_id" or "therapist_id".
        primary: the main analysis.
    """
    table, centred = analysis_set.table, analysis_set.covariates.centred
    formats = formats_among(table)
    code = pd.factorize(table[label], sort=True)[0]
    n_labels = int(code.max(initial=-1)) + 1
    if primary.withheld or n_labels < analysis_set.settings.fewest_left_out:
        reason = primary.withheld or "few_labels"
        return LeaveOut(withheld_comparison(identity, reason), _no_ranges())
    design = np.hstack([indicate_formats(table, formats), centred.to_numpy()])
    rows, contrasts = contrast_pairs(formats, design.shape[1])
    found = estimates_without(table["rate"].to_numpy(), design, code) @ contrasts.T
    refits = _Refits(analysis_set, design, code, contrasts)
    answer, ranges, counts = {}, [], {}
    for k, i in enumerate(rows):
        column = found[:, k]
        if not np.isfinite(column).any():
            continue
        least, most = int(np.nanargmin(column)), int(np.nanargmax(column))
        lowest, highest = refits.row(least, k), refits.row(most, k)
        if lowest is None or highest is None:
            continue
        against = lowest if primary.by_pair["estimate"][i] > 0 else highest
        at = least if against is lowest else most
        answer[i] = against
        counts[i] = count_sides(table, code != at)
        ranges.append(
            {
                "this": PAIRS[i][0],
                "than": PAIRS[i][1],
                "lowest": lowest["estimate"],
                "highest": highest["estimate"],
                "conf_low": min(lowest["conf_low"], highest["conf_low"]),
                "conf_high": max(lowest["conf_high"], highest["conf_high"]),
            }
        )
    comparison = drop_unsure_pairs(
        _tabulate(identity, primary, answer, counts), analysis_set.settings
    )
    return LeaveOut(comparison, pd.DataFrame(ranges, columns=list(_no_ranges())))


def estimates_without(outcome: np.ndarray, design: np.ndarray, code: np.ndarray) -> np.ndarray:
    """Give the least-squares coefficients without the rows of each label in turn.

    b(-g) = b - M X_g' (I - X_g M X_g')^-1 e_g, M = (X'X)^-1.

    Args:
        outcome: (n,).
        design: (n, p) of full rank.
        code: (n,) label numbers from 0; rows of code -1 are never left out.

    Returns:
        (labels, p); NaN where a coefficient cannot be estimated without a label.
    """
    q, r = np.linalg.qr(design)
    inverse = np.linalg.inv(r)
    whole = inverse @ (q.T @ outcome)
    residual = outcome - design @ whole
    answer = np.full((int(code.max(initial=-1)) + 1, design.shape[1]), np.nan)
    order = np.argsort(code, kind="stable")
    edges = np.searchsorted(code[order], np.arange(len(answer) + 1))
    for g, rows in enumerate(np.split(order, edges)[1:-1]):
        basis = q[rows]
        left = np.eye(len(basis)) - basis @ basis.T
        if np.linalg.eigvalsh(left)[0] > SMALLEST_LEFT:
            answer[g] = whole - inverse @ (basis.T @ np.linalg.solve(left, residual[rows]))
    return answer


class _Refits:
    """Whole fits without one label, each made once."""

    def __init__(
        self, analysis_set: AnalysisSet, design: np.ndarray, code: np.ndarray, contrasts: np.ndarray
    ) -> None:
        self._analysis_set, self._design = analysis_set, design
        self._code, self._contrasts = code, contrasts
        self._made: dict[int, list[Row] | None] = {}

    def row(self, label: int, contrast: int) -> Row | None:
        if label not in self._made:
            self._made[label] = self._fit(self._code != label)
        made = self._made[label]
        return None if made is None else made[contrast]

    def _fit(self, kept: np.ndarray) -> list[Row] | None:
        table = self._analysis_set.table
        try:
            fit = fit_clustered(
                table["rate"].to_numpy()[kept],
                self._design[kept],
                table["cluster"].to_numpy()[kept],
                self._analysis_set.settings,
            )
        except AnalysisError:
            return None
        found = dict(zip(RESULT_COLUMNS, fit.contrast(self._contrasts).to_numpy().T, strict=True))
        found["p_adjusted"] = adjust_shaffer(found["p_value"])
        return [dict(zip(found, row, strict=True)) for row in zip(*found.values(), strict=True)]


def _tabulate(
    identity: Comparison,
    primary: Comparison,
    answer: dict[int, Row],
    counts: dict[int, Sides],
) -> Comparison:
    if not answer:
        return withheld_comparison(identity, "few_labels")
    columns: dict[str, list[float]] = {name: [np.nan] * len(PAIRS) for name in NUMBERS}
    columns |= {name: [0] * len(PAIRS) for name in COUNTS}
    for i, row in answer.items():
        this, than = PAIRS[i]
        for name in NUMBERS:
            columns[name][i] = row[name]
        for name in COUNTS:
            columns[name][i] = counts[i][this][name] + counts[i][than][name]
    return replace(identity, by_pair=fill_pairs(columns), adjusted_for=primary.adjusted_for)


def _no_ranges() -> pd.DataFrame:
    columns = ("this", "than", "lowest", "highest", "conf_low", "conf_high")
    return pd.DataFrame(columns=list(columns))
