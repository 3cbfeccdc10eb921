"""Quantities computed from a fit's parameters, with errors by the delta method.

In: estimates, their gradients in the parameters, and how uncertain the parameters are. Out: a
frozen `DerivedEstimates` in the one vocabulary. Decisions: a probability's interval is made on the
logit scale, so that it stays between 0 and 1; a difference's on its own scale; degrees of freedom
are those of the gradient's direction.

Source of the delta method: Casella & Berger 2002, Statistical Inference, section 5.5.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import expit

from analysis.models.arrays import Array
from analysis.models.regression.sandwich import AdjustedScores
from analysis.models.results import (
    describe_fit,
    read_contrasts,
    standard_errors,
    student_quantile,
    tabulate_estimates,
)


@dataclass(frozen=True, eq=False)
class Spread:
    """How uncertain parameters are.

    Attributes:
        covariance: (q, q) of the parameters.
        scores: adjusted cluster scores, for degrees of freedom, and (q, q) taking a contrast c to
            their basis as transform' c; None means infinite degrees of freedom.
    """

    covariance: Array
    scores: tuple[AdjustedScores, Array] | None = None

    def measure(self, rows: Array) -> tuple[Array, Array]:
        """Give standard errors and degrees of freedom of linear combinations.

        Args:
            rows: (k, q).

        Returns:
            Two (k,) arrays; both NaN where whole clusters determine a combination.
        """
        errors = standard_errors(rows @ self.covariance @ rows.T)
        if self.scores is None:
            return errors, np.full(len(rows), np.inf)
        scores, transform = self.scores
        df = scores.judge(transform.T @ rows.T)[1]
        return np.where(np.isnan(df), np.nan, errors), df


@dataclass(frozen=True, eq=False, repr=False)
class DerivedEstimates:
    """Probabilities (or other functions of the parameters), and any contrast of them.

    Attributes:
        names: k names.
        estimates: (k,) between 0 and 1.
        gradients: (k, q) derivatives in the parameters.
        spread: how uncertain the parameters are.
        confidence: level of the intervals.
    """

    names: pd.Index
    estimates: Array
    gradients: Array
    spread: Spread
    confidence: float

    @cached_property
    def table(self) -> pd.DataFrame:
        """Probabilities with intervals on the logit scale; no p-value, as none is tested."""
        errors, df = self.spread.measure(self.gradients)
        table = tabulate_estimates(self.names, self.estimates, errors, df, self.confidence)
        inside = (self.estimates > 0) & (self.estimates < 1)
        p = np.where(inside, self.estimates, 0.5)
        centre = np.log(p / (1 - p))
        half = student_quantile(self.confidence, df) * errors / (p * (1 - p))
        numbers = table.to_numpy(copy=True)
        numbers[:, 3] = np.nan
        numbers[:, 4] = np.where(inside, expit(centre - half), self.estimates)
        numbers[:, 5] = np.where(inside, expit(centre + half), self.estimates)
        return pd.DataFrame(numbers, index=table.index, columns=table.columns)

    def contrast(
        self, matrix: ArrayLike | pd.DataFrame, confidence: float | None = None
    ) -> pd.DataFrame:
        """Estimate contrasts of the estimates (differences, say), on their own scale.

        Args:
            matrix: (r, k) array, or a frame whose columns are `names`.
            confidence: level of the intervals; that of the fit by default.

        Raises:
            AnalysisError: on a matrix that does not fit the names.
        """
        labels, rows = read_contrasts(matrix, self.names)
        errors, df = self.spread.measure(rows @ self.gradients)
        level = self.confidence if confidence is None else confidence
        return tabulate_estimates(labels, rows @ self.estimates, errors, df, level)

    def __repr__(self) -> str:
        return describe_fit("Probabilities", self.table, {})
