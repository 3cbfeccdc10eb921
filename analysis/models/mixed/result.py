"""The fit of a mixed model: what it answers, in the data's units and in words.

Comes in: a `Solution`. Goes out: a frozen `MixedFit`. Decided here: a spread of zero is said in a
sentence; a weighted fit whose weights are no counts answers with the sandwich.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from numbers import Integral

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import fdtrc

from analysis.errors import AnalysisError
from analysis.models.mixed.certificate import Certificate
from analysis.models.mixed.inference import VarianceUncertainty, joint_degrees, satterthwaite
from analysis.models.mixed.nesting import Array, RandomEffect
from analysis.models.mixed.predictions import LevelEffects
from analysis.models.mixed.solve import Solution
from analysis.models.regression.cluster_robust import JointTest
from analysis.models.regression.least_squares import read_design
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
        covariance: (p, p) of the estimates: model-based, or the sandwich over outermost groups
            when `weights` were not whole numbers.
        covariances: per level the (q, q) covariance of its effects, in the data's units.
        residual_sd: standard deviation of the residual.
        log_likelihood: restricted or not, comparable with lme4's `logLik`.
        method: "reml" or "ml".
        n_rows: rows, counted with weights.
        n_groups: per level the number of groups with a design that is not all zero.
        certificate: the conditions of optimality, as numbers.
        singular: whether a covariance is on the boundary (a spread of zero, or in lockstep).
        sentence: what is singular, in words; "" when nothing is.
        information: observed information of the covariances and the residual variance.
        level_effects: predicted random effects per level, or () for a fit from summaries.
        robust: whether `covariance` is the sandwich.
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
    level_effects: tuple[LevelEffects, ...] = field(repr=False)
    robust: bool
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

    def joint_test(self, matrix: ArrayLike | pd.DataFrame) -> JointTest:
        """Test that several contrasts are all zero: F with Satterthwaite's degrees of freedom.

        F = (Cb)'(C V C')^-1 (Cb) / k; the denominator joins the degrees of freedom of the
        orthogonal contrasts C V C' = P diag(.) P' (Fai & Cornelius 1996; as in lmerTest).

        Raises:
            AnalysisError: on a wrong shape, or contrasts that repeat each other.
        """
        _, rows = read_contrasts(matrix, self.names)
        spread = rows @ self.covariance @ rows.T
        values, vectors = np.linalg.eigh(spread)
        if values[0] <= 1e-12 * values[-1]:
            raise AnalysisError("The contrasts repeat each other: leave out those that follow.")
        turned = vectors.T @ rows
        statistic = float(((turned @ self.coefficients) ** 2 / values).mean())
        df = joint_degrees(self._degrees(turned))
        p_value = float(fdtrc(len(rows), df, statistic)) if df > 0 else np.nan
        return JointTest(statistic, float(len(rows)), float(df), p_value)

    def random_effects(self, level: str | int) -> pd.DataFrame:
        """Give the predicted effects of every group of a level (one row per group).

        Args:
            level: the level's name, or its position from the outermost (0).

        Raises:
            AnalysisError: on an unknown level, or a fit from summaries.
        """
        if not self.level_effects:
            raise AnalysisError("A fit from summaries has no rows to predict groups' effects from.")
        known = [effects.name for effects in self.level_effects]
        if isinstance(level, str) and level in known:
            level = known.index(level)
        if not isinstance(level, Integral) or not 0 <= level < len(known):
            raise AnalysisError(f"There is no level {level}; the levels are {', '.join(known)}.")
        return self.level_effects[level].table()

    def predict(
        self, fixed: ArrayLike | pd.DataFrame, random: Sequence[RandomEffect] = ()
    ) -> Array:
        """Predict the outcome of new rows.

        Args:
            fixed: (n, p) fixed columns, as fitted.
            random: the groups and designs of the new rows for every level, outermost first, to
                add the groups' predicted effects (a group not seen adds zero); or nothing, for
                the mean over all groups.

        Returns:
            (n,) predictions in the outcome's unit.

        Raises:
            AnalysisError: on another number of columns or levels than fitted.
        """
        if isinstance(fixed, pd.DataFrame):
            missing = [str(name) for name in self.names if name not in fixed.columns]
            if missing:
                raise AnalysisError(f"These fixed columns are missing: {', '.join(missing)}.")
            fixed = fixed[list(self.names)]
        _, values = read_design(fixed)
        if values.shape[1] != len(self.names):
            raise AnalysisError(f"Give the {len(self.names)} fixed columns the model has.")
        total = values @ self.coefficients
        if not random:
            return total
        if len(random) != len(self.level_effects):
            raise AnalysisError(
                f"Give all {len(self.level_effects)} levels of random effects, or none."
            )
        for effects, effect in zip(self.level_effects, random, strict=True):
            total = total + effects.add_up(effect, len(values))
        return total

    @property
    def aic(self) -> float:
        """Akaike's information criterion, counting fixed columns, covariances and s2."""
        return 2 * self._n_parameters - 2 * self.log_likelihood

    @property
    def _n_parameters(self) -> int:
        return len(self.names) + len(self.information)

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
        if self.robust:
            n_outer = next(iter(self.n_groups.values()))
            return np.full(len(rows), float(n_outer - 1))
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
        if self.robust:
            facts["standard errors"] = "sandwich over outermost groups (weights not whole numbers)"
        if self.sentence:
            facts["note"] = self.sentence
        return describe_fit("Mixed model", self.fixed, facts)


def report_solution(
    solution: Solution,
    names: pd.Index,
    method: str,
    levels: tuple[LevelEffects, ...] = (),
    turn: Turn | None = None,
    meat: Array | None = None,
) -> MixedFit:
    """Give a solution its names and words.

    Args:
        solution: what `solve_sums` found.
        names: the p fixed columns.
        method: "reml" or "ml".
        levels: predicted random effects, or () for a fit from summaries.
        turn: what the solution's columns and outcome were instead of those named, or None.
        meat: (p, p) sum of products of the scores of outermost groups (in the solution's
            internal columns), for the sandwich; or None for model-based standard errors.
    """
    coefficients, covariance = solution.coefficients, solution.covariance
    change, log_likelihood = solution.uncertainty.fixed_change, solution.log_likelihood
    if meat is not None:
        bread = solution.transform @ solution.evaluation.inverse[0] * solution.to_outcome
        n_outer = solution.n_groups[0]
        covariance = n_outer / (n_outer - 1) * bread @ meat @ bread.T
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
        levels,
        meat is not None,
        replace(solution.uncertainty, fixed_change=change),
    )


def _say_singular(solution: Solution) -> str:
    names, effect_names, correlated, _ = solution.plan.shape
    sentences = []
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
