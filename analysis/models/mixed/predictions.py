"""What a fit says of single groups: predicted random effects, and the scores of a sandwich.

Comes in: a solution (and the rows' labels). Goes out: per level the best linear unbiased
predictions u = D Z'V^-1 (y - X b), or the sum of products of X_g'V_g^-1 (y_g - X_g b) over
outermost groups g (Liang & Zeger 1986, Biometrika 73, 13).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.errors import AnalysisError
from analysis.models.mixed.blocks import split_sums
from analysis.models.mixed.columns import Rows
from analysis.models.mixed.gradient import descend
from analysis.models.mixed.likelihood import evaluate
from analysis.models.mixed.nesting import Array, RandomEffect
from analysis.models.mixed.solve import Solution
from analysis.models.mixed.sums import Sums


@dataclass(frozen=True, eq=False)
class LevelEffects:
    """Predicted random effects of one level.

    Attributes:
        name: the level.
        labels: its m groups.
        effects: names of its q effects.
        values: (m, q), in the outcome's unit per unit of the design.
    """

    name: str
    labels: pd.Index
    effects: tuple[str, ...]
    values: Array

    def table(self) -> pd.DataFrame:
        """Give one row per group and one column per effect."""
        return pd.DataFrame(
            self.values.copy(), index=self.labels.rename(self.name), columns=list(self.effects)
        )

    def add_up(self, effect: RandomEffect, n_rows: int) -> Array:
        """Give what this level adds to the prediction of new rows; zero for an unseen group.

        Raises:
            AnalysisError: on another number of effects than fitted.
        """
        _, design = effect.read_design(n_rows, self.name)
        if design.shape[1] != len(self.effects):
            raise AnalysisError(f"Level {self.name} was fitted with {len(self.effects)} effects.")
        place = self.labels.get_indexer(pd.Index(effect.groups))
        known = np.where((place >= 0)[:, None], self.values[place], 0.0)
        return np.einsum("nq,nq->n", design, known)


def find_effects(solution: Solution, sums: Sums, rows: Rows) -> tuple[LevelEffects, ...]:
    """Predict the random effects of every group of every level.

    Args:
        solution: the fit (whose own sums may hold stand-ins).
        sums: the sums of all groups, as built with `solution.plan`.
        rows: for the labels.
    """
    plan = solution.plan
    blocks, effects, scale = solution.blocks, solution.slope.effects, solution.to_outcome
    if sum(block.squares.shape[-1] for block in blocks) < sums.squares.shape[-1]:  # stand-ins
        blocks = [_sum_residuals(part, solution.scaled_coefficients) for part in split_sums(sums)]
        found = evaluate(blocks, plan.loadings, solution.relative)
        effects = descend(blocks, plan.loadings, solution.relative, found).effects
        scale = plan.outcome_scale
    out = []
    for level, name in enumerate(rows.nesting.names):
        parts = []
        for block, own in zip(blocks, effects, strict=True):
            pulled = own[level][0].T @ plan.loadings[level]
            multipliers = block.levels[level].multipliers
            parts.append(pulled if multipliers is None else pulled * multipliers.T)
        inner = np.concatenate(parts) @ solution.relative[level][0] * scale
        values = inner @ plan.scales[level].T
        out.append(LevelEffects(name, rows.nesting.labels[level], rows.effect_names[level], values))
    return tuple(out)


def _sum_residuals(sums: Sums, coefficients: Array) -> Sums:
    """Give the sums of one column, y - X b, and no fixed column."""
    first = sums.constant.shape[1]
    known = (sums.constant @ coefficients[:first])[:, None]
    levels = []
    for level in sums.levels:
        width = level.joined.shape[1]
        own = np.einsum("qjm,j->qm", level.joined, coefficients[first : first + width])
        known = own + (known if known.shape[1] == 1 else np.take(known, level.parents, axis=1))
        first += width
        levels.append(replace(level, joined=level.joined[:, :0]))
    residual = np.append(-coefficients[first:], 1.0)
    products = np.einsum("qfm,f->qm", sums.products, residual)
    products = products - np.einsum("qtm,tm->qm", sums.squares, known)
    return replace(
        sums,
        constant=sums.constant[:, :0],
        levels=tuple(levels),
        products=products[:, None],
        cross=np.ones_like(sums.cross[:1, :1]),
    )


def sum_scores(solution: Solution) -> Array:
    """Give the sum over outermost groups of score score', (p, p), in internal columns."""
    p = solution.plan.n_columns
    residual = np.append(-solution.evaluation.coefficients[0], 1.0)
    total = np.zeros((p, p))
    for block, found, left in zip(
        solution.blocks, solution.slope.effects, solution.slope.coefficients_left, strict=True
    ):
        spread = block.spread_weights()
        parts = [np.einsum("qj,qm->jm", block.constant, found[0][0]) * _often(spread[0])]
        for k, level in enumerate(block.levels):
            part = np.einsum("qjm,qm->jm", level.joined, found[k][0]) * _often(spread[k])
            parts.append(_to_outermost(part, block, k))
        first = p + 1 - block.n_free
        own = np.einsum("abm,b->am", block.cross[:-1], residual[first:]) * _often(spread[0])
        inside = np.einsum("qam,qm->am", block.products[:, :-1], left[0]) * _often(spread[-1])
        parts.append(own + _to_outermost(inside, block, len(block.levels) - 1))
        score = np.concatenate(parts)
        total += score @ score.T
    return total


def _often(weights: Array | None) -> Array | float:
    return 1.0 if weights is None else weights


def _to_outermost(values: Array, block: Sums, level: int) -> Array:
    for k in range(level, 0, -1):
        values = np.add.reduceat(values, block.levels[k].starts, axis=-1)
    return values
