"""Can the data tell these spreads apart at all?

In: sums and a plan. Out: how the covariances of the outcome that the parameters make overlap, or an
error that says which level or effect to drop. Decisions: a model is refused when the covariances of
the outcome that its parameters can make are linearly dependent (one row per goal: the goals' spread
is the residual's), when one level could reproduce every row by itself, or when the fixed columns
tell all groups of a level apart, so that restricted likelihood sees nothing of their spread (groups
that are the arms themselves).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.errors import AnalysisError
from analysis.models.arrays import Array
from analysis.models.mixed.arithmetic import (
    Parameter,
    collect_groups,
    list_parameters,
    weighted_total,
)
from analysis.models.mixed.gradient import Slope, descend
from analysis.models.mixed.likelihood import Evaluation
from analysis.models.mixed.plan import Plan
from analysis.models.mixed.sums import Sums

INDEPENDENT = 1e-10
HARDLY_FELT = 1e-10
UNSEEN = 1e-9
NAMED_SHARE = 1e-3


def check_identifiable(sums: Sums, plan: Plan) -> Array:
    """Refuse a model whose random effects cannot be told apart.

    Returns:
        (k + 1, k + 1) sums of products of the entries of V_a and V_b, V_a the derivative of the
        outcome's covariance by a covariance parameter, the residual variance last.

    Raises:
        AnalysisError: naming the level or the effects to drop.
    """
    names, _, correlated, _ = plan.shape
    designs = _project(sums, plan.loadings)
    spread = sums.spread_weights()
    for level, name in enumerate(names):
        # Of stand-ins only their likelihood is that of the groups they stand for.
        if sums.weights is None and _count_effects(designs[level][level]) >= sums.count_rows():
            raise AnalysisError(
                f"Level {name} has as many random effects as there are rows: each could "
                "be reproduced without any residual. Drop an effect of this level (a slope needs "
                "groups with at least three rows, an intercept groups with two) or the level."
            )
    parameters = list_parameters([v.shape[1] for v in plan.loadings], correlated)
    k = len(parameters)
    products = np.zeros((k + 1, k + 1))
    for a, (level, i, j) in enumerate(parameters):
        own = designs[level][level]
        total = float(weighted_total(own[i, j], spread[level]))
        products[a, k] = products[k, a] = total * (1 if i == j else 2)
        for b, (other, u, v) in enumerate(parameters):
            if other < level:
                continue
            inner = designs[level][other]
            size = 0.0
            for row, column in {(i, j), (j, i)}:
                for first, second in {(u, v), (v, u)}:
                    both = inner[row, first] * inner[column, second]
                    size += float(weighted_total(both, spread[other]))
            products[a, b] = products[b, a] = size
    products[k, k] = sums.count_rows()
    width = np.sqrt(np.maximum(np.diagonal(products), 1e-300))
    values, vectors = np.linalg.eigh(products / np.outer(width, width))
    if values[0] < INDEPENDENT:
        raise AnalysisError(explain_weakness(vectors[:-1, 0], plan, parameters))
    return products


def check_seen(
    blocks: Sequence[Sums],
    plan: Plan,
    relative: Sequence[Array],
    evaluation: Evaluation,
    slope: Slope,
    parameters: Sequence[Parameter],
) -> None:
    """Refuse effects of which the fixed columns leave nothing for restricted likelihood to see.

    With P = V^-1 - V^-1 X (X'V^-1 X)^-1 X'V^-1, what is seen of a variance is tr(Z'P Z), and what
    there would be to see tr(Z'V^-1 Z). Asked only where a variance is hardly felt.

    Args:
        blocks: the sums.
        plan: for the names.
        relative: per level (1, q, q), where the slope was taken.
        evaluation: the evaluation there.
        slope: the restricted slope there, with its information.
        parameters: as from `list_parameters`.

    Raises:
        AnalysisError: naming the level and the effects to drop.
    """
    least = 1 / sum(block.count_rows() for block in blocks)
    sharp = np.diagonal(slope.information[0])
    felt = [
        sharp[a] * (relative[level][0, i, i] + least) ** 2
        for a, (level, i, j) in enumerate(parameters)
        if i == j
    ]
    if min(felt) > HARDLY_FELT:
        return
    bare = descend(blocks, plan.loadings, relative, evaluation, restricted=False)
    names, effects, _, _ = plan.shape
    for level, name in enumerate(names):
        pull = slope.pulls[level][0] / evaluation.residual_variance[0]
        seen, there = (np.diagonal(s.matrices[level][0] + pull) for s in (slope, bare))
        unseen = [effects[level][i] for i in np.flatnonzero(seen <= UNSEEN * there)]
        if unseen:
            raise AnalysisError(
                f"The fixed columns tell all groups of level {name} apart in "
                f"{', '.join(unseen)}, so nothing of their spread can be seen. Drop "
                f"{'these effects' if len(unseen) > 1 else 'this effect'} of level {name}, or "
                "these fixed columns."
            )


def explain_weakness(loads: Array, plan: Plan, parameters: Sequence[Parameter]) -> str:
    """Say which spreads trade off against each other.

    Args:
        loads: (k,) or more, how much of each covariance parameter is in the undetermined
            direction.
        plan: for the names.
        parameters: as from `list_parameters`.
    """
    names, effects, _, _ = plan.shape
    size = np.abs(loads[: len(parameters)])
    involved: dict[str, list[str]] = {}
    for a, (level, i, j) in enumerate(parameters):
        if size[a] > NAMED_SHARE * max(size.max(), 1e-300):
            for effect in {effects[level][i], effects[level][j]}:
                named = involved.setdefault(names[level], [])
                if effect not in named:
                    named.append(effect)
    spread = " and ".join(
        f"{name} ({', '.join(sorted(listed))})" for name, listed in involved.items()
    )
    return (
        f"These data cannot tell apart the spread between {spread} from "
        f"{'the residual spread' if len(involved) < 2 else 'each other or the residual'}. "
        f"Drop the effects of {list(involved)[-1] if involved else 'the innermost level'}, or "
        "keep fewer effects there."
    )


def _project(sums: Sums, loadings: Sequence[Array]) -> list[list[Array]]:
    """Give Z_k'Z_l within the groups of the inner level: [k][l] is (q_k, q_l, m_l), l >= k."""
    n_levels = len(loadings)
    squares = [sums.squares] * n_levels
    for level in reversed(range(n_levels - 1)):
        inner = sums.levels[level + 1]
        squares[level] = collect_groups(squares[level + 1], inner.starts, None)
    out: list[list[Array]] = []
    for k in range(n_levels):
        multipliers = sums.levels[k].multipliers
        row = []
        for other in range(n_levels):
            if other < k:
                row.append(np.empty(0))
                continue
            if other > k and multipliers is not None:
                multipliers = multipliers[:, sums.levels[other].parents]
            part = np.einsum("qi,qtm,tj->ijm", loadings[k], squares[other], loadings[other])
            if multipliers is not None:
                part = part * multipliers[:, None]
            own = sums.levels[other].multipliers
            row.append(part if own is None else part * own)
        out.append(row)
    return out


def _count_effects(products: Array) -> int:
    """Count the effects that groups' rows can carry: the ranks of Z'Z (q, q, m)."""
    trace = np.einsum("iim->m", products)
    if len(products) == 1:
        return int((trace > 0).sum())
    if len(products) == 2:
        determinant = products[0, 0] * products[1, 1] - products[0, 1] * products[1, 0]
        return int((trace > 0).sum() + (determinant > 1e-10 * trace**2).sum())
    values = np.linalg.eigvalsh(np.moveaxis(products, -1, 0))
    return int((values > 1e-10 * np.maximum(trace, 1e-300)[:, None]).sum())
