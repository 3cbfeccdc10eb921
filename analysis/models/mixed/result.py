"""The fit of a mixed model: what it answers, in the data's units and in words.

In: a `Solution`. Out: a frozen `MixedFit`. Decisions: a spread of zero is said in a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.models.arrays import Array
from analysis.models.mixed.certificate import Certificate
from analysis.models.mixed.inference import VarianceUncertainty, satterthwaite
from analysis.models.mixed.solve import Solution
from analysis.models.results import (
    describe_fit,
    read_contrasts,
    standard_errors,
    tabulate_estimates,
)


@dataclass(frozen=True, eq=False)
class Turn:
    """Columns and outcome that were fitted in place of those named.

    Attributes:
        columns: (n, p) = X transform.
        outcome: (n,) = y - X removed.
        transform: (p, p).
        removed: (p,).
    """

    columns: Array
    outcome: Array
    transform: Array
    removed: Array


@dataclass(frozen=True, eq=False, repr=False)
class MixedFit:
    """A fitted mixed model.

    Attributes:
        names: the p fixed columns.
        coefficients: (p,) estimates.
        covariance: (p, p) of the estimates.
        covariances: per level the (q, q) covariance of its effects, in the data's units.
        residual_sd: standard deviation of the residual.
        log_likelihood: restricted or not, comparable with lme4's `logLik`.
        method: "reml" or "ml".
        n_rows: how many rows.
        n_groups: per level the number of groups with a design that is not all zero.
        certificate: the conditions of optimality, as numbers.
        singular: whether a covariance is on the boundary (a spread of zero, or in lockstep).
        sentence: what is singular, in words; "" when nothing is.
        information: observed information of the covariances and the residual variance.
        uncertainty: of the variances.
    """

    names: pd.Index
    coefficients: Array
    covariance: Array
    covariances: Mapping[str, pd.DataFrame]
    residual_sd: float
    log_likelihood: float
    method: str
    n_rows: float
    n_groups: Mapping[str, int]
    certificate: Certificate
    singular: bool
    sentence: str
    information: pd.DataFrame
    uncertainty: VarianceUncertainty = field(repr=False)

    @property
    def fixed(self) -> pd.DataFrame:
        """One row per fixed column: estimate, std_error, df, p_value, conf_low, conf_high."""
        return self._tabulate(self.names, np.eye(len(self.names)), 0.95)

    def contrast(
        self, matrix: ArrayLike | pd.DataFrame | pd.Series, confidence: float = 0.95
    ) -> pd.DataFrame:
        """Estimate mixtures of the fixed coefficients, each with its own degrees of freedom.

        Args:
            matrix: (k, p) array, or a frame whose columns are named after the design and whose
                index labels the contrasts.
            confidence: the share the intervals are meant to cover.

        Raises:
            AnalysisError: on a wrong shape or an unknown column name.
        """
        labels, rows = read_contrasts(matrix, self.names)
        return self._tabulate(labels, rows, confidence)

    def _tabulate(self, labels: pd.Index, rows: Array, confidence: float) -> pd.DataFrame:
        spread = rows @ self.covariance @ rows.T
        return tabulate_estimates(
            labels,
            rows @ self.coefficients,
            standard_errors(spread),
            self._degrees(rows),
            confidence,
        )

    def _degrees(self, rows: Array) -> Array:
        return satterthwaite(rows, self.covariance, self.uncertainty)[1]

    def __repr__(self) -> str:
        """Write the fit as a table and the facts beside it."""
        facts: dict[str, object] = {}
        for name, matrix in self.covariances.items():
            spreads = np.sqrt(np.diagonal(matrix))
            facts[f"spread between {name} ({self.n_groups[name]})"] = ", ".join(
                f"{effect} {size:.4g}" for effect, size in zip(matrix.index, spreads, strict=True)
            )
        facts["residual spread"] = f"{self.residual_sd:.4g}"
        facts["rows"] = f"{self.n_rows:g}"
        facts[f"log likelihood ({self.method.upper()})"] = f"{self.log_likelihood:.4f}"
        facts["optimum"] = f"certain to {max(self.certificate.gain_left, 1e-12):.0e} log likelihood"
        if self.sentence:
            facts["note"] = self.sentence
        return describe_fit("Mixed model", self.fixed, facts)


def report_solution(
    solution: Solution,
    names: pd.Index,
    method: str,
    turn: Turn | None = None,
) -> MixedFit:
    """Give a solution its names and words.

    Args:
        solution: what `solve_sums` found.
        names: the p fixed columns.
        method: "reml" or "ml".
        turn: what the solution's columns and outcome were instead of those named, or None.
    """
    coefficients, covariance = solution.coefficients, solution.covariance
    change, log_likelihood = solution.uncertainty.fixed_change, solution.log_likelihood
    if turn is not None:
        back = turn.transform
        coefficients = back @ coefficients + turn.removed
        covariance = back @ covariance @ back.T
        change = back @ change @ back.T
        if method == "reml":
            log_likelihood += np.linalg.slogdet(back)[1]
    level_names, effect_names, _, _ = solution.plan.shape
    covariances = {
        name: pd.DataFrame(matrix, index=list(effects), columns=list(effects))
        for name, effects, matrix in zip(
            level_names, effect_names, solution.covariances, strict=True
        )
    }
    labels = [
        f"{level_names[level]}: {effect_names[level][i]}"
        + ("" if i == j else f" x {effect_names[level][j]}")
        for level, i, j in solution.parameters
    ]
    labels.append("residual variance")
    sentence = _say_singular(solution)
    return MixedFit(
        names,
        coefficients,
        (covariance + covariance.T) / 2,
        covariances,
        float(np.sqrt(solution.residual_variance)),
        float(log_likelihood),
        method,
        solution.n_rows,
        dict(zip(level_names, solution.n_groups, strict=True)),
        solution.certificate,
        bool(sentence),
        sentence,
        pd.DataFrame(solution.information, index=labels, columns=labels),
        replace(solution.uncertainty, fixed_change=change),
    )


def _say_singular(solution: Solution) -> str:
    names, effect_names, correlated, _ = solution.plan.shape
    sentences: list[str] = []
    for name, effects, free, matrix, value in zip(
        names, effect_names, correlated, solution.covariances, solution.relative, strict=True
    ):
        absent = np.diagonal(matrix) == 0
        sentences.extend(
            f"No measurable spread between {name} in {effect}."
            for effect, none in zip(effects, absent, strict=True)
            if none
        )
        left = np.flatnonzero(~absent)
        if not free or len(left) < 2:
            continue
        values = np.linalg.eigvalsh(value[0])
        if int((values <= 0).sum() + (np.abs(values) < 1e-12).sum()) <= int(absent.sum()):
            continue
        listed = ", ".join(effects[k] for k in left[:-1]) + f" and {effects[left[-1]]}"
        sentences.append(
            f"Between {name}, {listed} cannot be told apart as separate spreads: a mixture of them "
            "shows no measurable spread (their correlation is at its limit)."
        )
    return " ".join(sentences)
