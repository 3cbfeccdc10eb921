"""Can the data tell these spreads apart at all?

Comes in: sums and a plan. Goes out: how the covariances of the outcome that the parameters make
overlap, or an error that says which level or effect to drop.
Decided here: a model is refused when the covariances of the outcome that its parameters can make
are linearly dependent (one row per goal: the goals' spread is the residual's), or when one level
could reproduce every row by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.errors import AnalysisError
from analysis.models.mixed_arithmetic import collect_groups, weighted_total
from analysis.models.mixed_nesting import Array
from analysis.models.mixed_plan import Plan
from analysis.models.mixed_slope import list_parameters
from analysis.models.mixed_sums import Sums

INDEPENDENT = 1e-10
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
    n_rows = float(sums.n_rows.sum()) if not sums.unit else None
    for level, name in enumerate(names):
        if n_rows is None or sums.unit == 0:
            continue
        if _count_effects(designs[level][level]) >= n_rows:
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


def explain_weakness(loads: Array, plan: Plan, parameters: Sequence[tuple]) -> str:
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
        often = inner.weights if sums.unit == level + 1 else None
        squares[level] = collect_groups(squares[level + 1], inner.starts, often)
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
