"""From sums to a fit: the steps every mixed model takes.

In: `Sums`, the plan they were made with, and "reml" or "ml". Out: a `Solution` in the user's units
with its certificate. Decisions: fixed columns are made orthonormal and the outcome is replaced by
its least-squares residual before anything is fitted (exact for any time origin or unit); a fit
whose conditions of optimality do not hold is an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.errors import AnalysisError
from analysis.models.arrays import Array
from analysis.models.mixed.arithmetic import Parameter, list_parameters
from analysis.models.mixed.blocks import split_sums
from analysis.models.mixed.certificate import Certificate
from analysis.models.mixed.identifiability import check_identifiable
from analysis.models.mixed.inference import VarianceUncertainty
from analysis.models.mixed.likelihood import evaluate
from analysis.models.mixed.plan import Plan
from analysis.models.mixed.search import Point, settle
from analysis.models.mixed.starting_values import find_start
from analysis.models.mixed.sums import Sums, count_groups, mix_columns

WORST_GRAM = 1e-10
SMALLEST_LEFT = 1e-8


class NotOrthonormalError(AnalysisError):
    """Sums of products cannot carry this: nearly dependent columns, or nearly nothing left.

    The rows are needed.
    """

    def __init__(self) -> None:
        super().__init__(
            "The fixed columns are nearly dependent, or nearly give the outcome: drop one of them."
        )


@dataclass(frozen=True, eq=False)
class Solution:
    """A fitted mixed model in the units of the data, fixed columns in the data's order.

    Attributes:
        plan: how the rows became sums.
        n_groups: per level the groups that take part in it.
        coefficients: (p,).
        covariance: (p, p) inverse information of the coefficients.
        residual_variance: s2.
        covariances: per level (q, q), in the units of outcome^2 / (design units).
        relative: per level (1, q, q), internal.
        log_likelihood: restricted or not, as lme4 defines it.
        n_rows: how many rows.
        certificate: conditions of optimality.
        uncertainty: of the variances, `fixed_change` in the units of the data.
        information: (k + 1, k + 1) observed information of the covariances and s2.
        parameters: (level, row, column) of the k covariances.
    """

    plan: Plan
    n_groups: tuple[int, ...]
    coefficients: Array
    covariance: Array
    residual_variance: float
    covariances: list[Array]
    relative: list[Array]
    log_likelihood: float
    n_rows: float
    certificate: Certificate
    uncertainty: VarianceUncertainty
    information: Array
    parameters: list[Parameter]


def solve_sums(
    sums: Sums,
    plan: Plan,
    restricted: bool,
    start: Sequence[Array] | None = None,
    n_groups: tuple[int, ...] | None = None,
) -> Solution:
    """Fit a mixed model to its sums.

    Args:
        sums: as `build_sums` gives them.
        plan: the plan they were made with.
        restricted: REML if true, ML if not.
        start: per level (q, q) internal relative covariance to start from, or None.
        n_groups: per level how many groups the sums stand for, if not as many as they hold.

    Raises:
        AnalysisError: if the model cannot be identified or no optimum is certain.
        NotOrthonormalError: if the fixed columns need the rows.
    """
    correlated, loadings = plan.shape[2], plan.loadings
    overlap = check_identifiable(sums, plan)
    blocks = split_sums(sums)
    zero = [np.zeros((1, v.shape[1], v.shape[1])) for v in loadings]
    blocks, mixture = _orthonormalise(blocks, loadings, zero)
    parameters = list_parameters([v.shape[1] for v in loadings], correlated)
    if start is None:
        begin = find_start(blocks, loadings, correlated, overlap)
    else:
        begin = [np.asarray(value)[None] for value in start]
    plan, point, uncertainty = settle(blocks, plan, begin, parameters, restricted)
    return _finish(
        plan, n_groups or count_groups(sums), mixture, point, uncertainty, parameters, restricted
    )  # fmt: skip


def _orthonormalise(
    blocks: list[Sums], loadings: Sequence[Array], zero: Sequence[Array]
) -> tuple[list[Sums], Array]:
    """Make [X, y] orthogonal with unit mean squares, keeping every column's place."""
    p = blocks[0].n_columns
    mixture = np.eye(p + 1)
    for count in range(2):
        products = _sum_squares(blocks, loadings, zero)
        n_rows = sum(block.count_rows() for block in blocks)
        width = np.sqrt(np.maximum(np.diagonal(products)[:p], 1e-300))
        unit = products[:p, :p] / np.outer(width, width)
        if np.linalg.eigvalsh(unit)[0] < WORST_GRAM:
            raise NotOrthonormalError
        factor = np.linalg.cholesky(unit).T * width
        step = np.zeros((p + 1, p + 1))
        step[:p, :p] = np.linalg.inv(factor) * np.sqrt(n_rows)
        step[:p, p] = -np.linalg.solve(products[:p, :p], products[:p, p])
        left = products[p, p] + products[p, :p] @ step[:p, p]
        if not left > SMALLEST_LEFT * products[p, p]:
            raise NotOrthonormalError
        step[p, p] = 1.0
        step[:, p] *= np.sqrt(n_rows / left)
        step = np.triu(step)
        blocks = [mix_columns(block, step) for block in blocks]
        mixture = mixture @ step
        if count == 0 and np.linalg.cond(unit) < 1e4:
            break
    return blocks, mixture


def _sum_squares(blocks: list[Sums], loadings: Sequence[Array], zero: Sequence[Array]) -> Array:
    try:
        return evaluate(blocks, loadings, zero).total[0]
    except AnalysisError as error:
        raise NotOrthonormalError from error


def _finish(
    plan: Plan,
    n_groups: tuple[int, ...],
    mixture: Array,
    point: Point,
    uncertainty: VarianceUncertainty,
    parameters: list[Parameter],
    restricted: bool,
) -> Solution:
    p = plan.n_columns
    evaluation, relative = point.evaluation, point.relative
    to_outcome = plan.outcome_scale / mixture[p, p]
    back = np.zeros((p, p))
    back[plan.column_order] = np.eye(p) / plan.column_scale[:, None]
    transform = back @ mixture[:p, :p]
    shift = back @ mixture[:p, p]
    coefficients = (transform @ evaluation.coefficients[0] - shift) * to_outcome
    if plan.constant is not None:
        place, value = plan.constant
        coefficients[plan.column_order[place]] += plan.outcome_shift / value
    variance = float(evaluation.residual_variance[0]) * to_outcome**2
    covariance = variance * transform @ evaluation.inverse[0] @ transform.T
    scaled = transform * to_outcome
    change = scaled @ uncertainty.fixed_change @ scaled.T
    covariances = [
        variance * scale @ value[0] @ scale.T
        for scale, value in zip(plan.scales, relative, strict=True)
    ]
    degrees = float(evaluation.degrees[0])
    objective = float(evaluation.log_determinant[0])
    objective += degrees * (1 + np.log(2 * np.pi * variance))
    if restricted:
        objective += np.linalg.slogdet(evaluation.total[0, :p, :p])[1]
        objective -= 2 * np.log(np.abs(np.linalg.det(transform)))
    return Solution(
        plan,
        n_groups,
        coefficients,
        (covariance + covariance.T) / 2,
        variance,
        [(value + value.T) / 2 for value in covariances],
        relative,
        -objective / 2,
        degrees + (p if restricted else 0),
        point.certificate,
        replace(uncertainty, fixed_change=change),
        _to_absolute(uncertainty.information, plan, relative, variance, parameters),
        parameters,
    )


def _to_absolute(
    information: Array,
    plan: Plan,
    relative: list[Array],
    variance: float,
    parameters: list[Parameter],
) -> Array:
    """Change from (internal relative D, log s2) to (covariances in the data's units, s2)."""
    k = len(parameters)
    change = np.zeros((k + 1, k + 1))
    for a, (level, i, j) in enumerate(parameters):
        scale = plan.scales[level]
        basis = np.zeros((len(scale), len(scale)))
        basis[i, j] = basis[j, i] = 1.0
        moved = variance * scale @ basis @ scale.T
        whole = variance * scale @ relative[level][0] @ scale.T
        for c, (other, u, v) in enumerate(parameters):
            if other == level:
                change[c, a] = moved[u, v]
        change[a, k] = whole[i, j]
    change[k, k] = variance
    back = np.linalg.inv(change)
    return back.T @ information @ back
