"""Steps on the cone of covariances: the conditions of optimality, whatever the corner."""

import numpy as np
import pytest

from analysis.models.mixed.arithmetic import list_parameters
from analysis.models.mixed.cone import find_step

SETTLED = 1e-7  # the ridge that keeps flat directions solvable leaves 1e-8


def draw_problem(widths, correlated, rng, n_problems=40):
    """Give curvatures as information has them: of squares and products of effects."""
    parameters = list_parameters(widths, correlated)
    n = len(parameters) + 5
    sizes = [np.exp(rng.normal(size=(n_problems, q, 1))) for q in widths]
    drawn = [
        rng.normal(size=(n_problems, q, n)) * size for q, size in zip(widths, sizes, strict=True)
    ]
    half = np.stack(
        [drawn[k][:, i] * drawn[k][:, j] * (1 if i == j else 2) for k, i, j in parameters], axis=1
    )
    relative = []
    for q, free in zip(widths, correlated, strict=True):
        factor = rng.normal(size=(n_problems, q, rng.integers(0, q + 1)))
        matrix = factor @ factor.swapaxes(1, 2)
        relative.append(matrix if free else matrix * np.eye(q))
    gradient = rng.normal(size=(n_problems, n - 5)) * np.sqrt((half**2).sum(axis=2))
    return gradient, half @ half.swapaxes(1, 2), relative, correlated, parameters


def as_matrices(values, q, level, parameters, share):
    out = np.zeros((len(values), q, q))
    for a, (own, i, j) in enumerate(parameters):
        if own == level:
            out[:, i, j] = out[:, j, i] = values[:, a] * (1.0 if i == j else share)
    return out


@pytest.mark.parametrize(
    ("widths", "correlated"),
    [
        ([1], [True]),
        ([2, 2, 2], [True, True, True]),
        ([3, 1], [True, True]),
        ([2, 4], [False, True]),
        ([3, 2, 2, 1], [False, True, False, True]),
    ],
)
def test_no_slope_of_the_model_leads_down_into_the_cone(widths, correlated):
    rng = np.random.default_rng(len(widths))
    gradient, curvature, relative, correlated, parameters = draw_problem(widths, correlated, rng)
    step, fall = find_step(gradient, curvature, relative, correlated, parameters)
    down = gradient + np.einsum("bij,bj->bi", curvature, step)
    for level, q in enumerate(widths):
        moved = relative[level] + as_matrices(step, q, level, parameters, 1.0)
        slope = as_matrices(down, q, level, parameters, 0.5)
        sizes = 1 + np.abs(slope).max(axis=(1, 2)) + np.abs(moved).max(axis=(1, 2))
        assert (np.linalg.eigvalsh(moved)[:, 0] > -SETTLED * sizes).all()
        if correlated[level]:
            assert (np.linalg.eigvalsh(slope)[:, 0] > -SETTLED * sizes).all()
        else:
            assert (np.diagonal(slope, axis1=1, axis2=2) > -SETTLED * sizes[:, None]).all()
        assert (np.abs(np.einsum("bij,bji->b", slope, moved)) < SETTLED * sizes**2).all()
    promised = -np.einsum(
        "bi,bi->b", gradient + 0.5 * np.einsum("bij,bj->bi", curvature, step), step
    )
    np.testing.assert_allclose(fall, promised, rtol=1e-6, atol=1e-9)


def test_a_problem_of_a_batch_is_answered_as_it_is_alone():
    problem = draw_problem([2, 2], [True, True], np.random.default_rng(4))
    gradient, curvature, relative, correlated, parameters = problem
    step, _ = find_step(*problem)
    for k in (0, 17):
        at = slice(k, k + 1)
        own = [value[at] for value in relative]
        alone, _ = find_step(gradient[at], curvature[at], own, correlated, parameters)
        np.testing.assert_allclose(alone[0], step[k], rtol=1e-9, atol=1e-12)


def test_a_spread_without_any_curvature_does_not_run_away():
    parameters = list_parameters([1, 1], [True, True])
    curvature = np.array([[[1e-14, 0.0], [0.0, 50.0]]])
    relative = [np.full((1, 1, 1), 0.5)] * 2
    step, _ = find_step(np.array([[-1e-12, 3.0]]), curvature, relative, [True, True], parameters)
    assert np.abs(step[0, 0]) < 1e-3
    assert step[0, 1] == pytest.approx(-0.06)
