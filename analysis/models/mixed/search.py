"""From a starting point to an optimum that is certain, in scales of effects that suit it.

In: blocks of `Sums`, a plan and covariances to start from. Out: the `Point` a fit stands on, how
sure its variances are, and the plan whose scales it is in. Decisions: the last step uses observed
second derivatives, along the face of the cone the covariances lie on; where these are sharp and,
with few groups, cost little more than a slope, Newton's steps begin earlier; a spread too small to
measure is written as exactly zero; where spreads are large beside the residual's, or an optimum is
not certain, effects are scaled anew by their own covariance and the search is made once more,
because differences between a large and a small spread of one level cost digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.errors import AnalysisError
from analysis.models.arrays import Array
from analysis.models.mixed.arithmetic import Parameter, pick_parameters
from analysis.models.mixed.certificate import RELATIVE_GAIN_LIMIT, Certificate, certify_optimum
from analysis.models.mixed.cone import clip_negative
from analysis.models.mixed.face import find_face
from analysis.models.mixed.gradient import Slope, descend
from analysis.models.mixed.identifiability import check_seen, explain_weakness
from analysis.models.mixed.inference import (
    Curvature,
    VarianceUncertainty,
    largest_sharp,
    measure_curvature,
    weigh_uncertainty,
)
from analysis.models.mixed.likelihood import Evaluation, evaluate
from analysis.models.mixed.optimiser import Optimum, minimise
from analysis.models.mixed.plan import Plan
from analysis.models.mixed.sums import Sums

ZERO_VARIANCE = 1e-9
SAME = 1e-14
CLOSE_GAIN = 2e-11
NEWTON_GAIN = 1e-8
SHARP_NEWTON_GAIN = 1e-10
MOST_NEWTON_STEPS = 12
MOST_HALVINGS = 6
MOST_ROUNDS = 3
FLAT = 1e-8
FEW_GROUPS = 1000
UNIDENTIFIED = 1e-9
LARGE = 100.0
MOST_GAP = 0.05  # of a second derivative; degrees of freedom are then off by about as much
MOST_TURNS = 3


@dataclass(frozen=True, eq=False)
class Point:
    """Where the objective is least, as far as is known.

    Attributes:
        relative: per level (1, q, q).
        evaluation: there.
        slope: there, with its information.
        curvature: second derivatives, within a millionth of a standard error of there.
        certificate: whether it is the optimum.
    """

    relative: list[Array]
    evaluation: Evaluation
    slope: Slope
    curvature: Curvature
    certificate: Certificate


def search_optimum(
    blocks: list[Sums],
    loadings: Sequence[Array],
    correlated: Sequence[bool],
    start: Sequence[Array],
    parameters: list[Parameter],
    restricted: bool,
) -> Point:
    """Minimise, polish and certify; the caller decides what to do without a certificate.

    Args:
        blocks: the sums.
        loadings: per level (Q, q).
        correlated: per level.
        start: per level (1, q, q).
        parameters: as from `list_parameters`.
        restricted: REML if true.
    """
    model = _Model(blocks, loadings, correlated, parameters, restricted)
    begin, n_evaluations = list(start), 0
    few = sum(block.squares.shape[-1] for block in blocks) <= FEW_GROUPS
    near_limit = largest_sharp(blocks, loadings) if few else 0.0
    for count in range(MOST_ROUNDS):
        first = count == 0
        optimum = minimise(
            blocks, loadings, correlated, begin, restricted,
            stop_when_slow=first, near_limit=near_limit if first else 0.0,
        )  # fmt: skip
        begin, curvature, evaluation, n_more = _polish(model, optimum, near_limit)
        n_evaluations += optimum.n_evaluations + n_more
        relative = [_clean(value) for value in begin]
        if not _same(relative, begin):
            evaluation = model.evaluate(relative)
        slope = model.descend(relative, evaluation)
        certificate = certify_optimum(
            evaluation, slope, relative, correlated, parameters, n_evaluations
        )
        if certificate.holds:
            break
    return Point(relative, evaluation, slope, curvature, certificate)


@dataclass(frozen=True, eq=False)
class _Model:
    """What stays the same from step to step."""

    blocks: list[Sums]
    loadings: Sequence[Array]
    correlated: Sequence[bool]
    parameters: list[Parameter]
    restricted: bool

    def evaluate(self, relative: Sequence[Array]) -> Evaluation:
        return evaluate(self.blocks, self.loadings, relative, self.restricted)

    def descend(self, relative: Sequence[Array], here: Evaluation) -> Slope:
        return descend(self.blocks, self.loadings, relative, here, self.restricted, self.parameters)

    def bend(self, relative: Sequence[Array], here: Evaluation, slope: Slope) -> Curvature:
        return measure_curvature(
            self.blocks, self.loadings, relative, self.parameters, here, slope, self.restricted
        )


def _polish(
    model: _Model, optimum: Optimum, near_limit: float
) -> tuple[list[Array], Curvature, Evaluation, int]:
    """Take Newton's steps along the face until nothing is left to gain on it."""
    relative, here, slope, n_evaluations = _last_point(model, optimum)
    for _ in range(MOST_NEWTON_STEPS):
        if slope is None:
            slope = model.descend(relative, here)
        lowest = float(here.objective[0])
        here = replace(here, climbs=[])  # the working arrays are large
        curvature = model.bend(relative, here, slope)
        face = find_face(relative, model.correlated, model.parameters)
        profile = (curvature.profile + curvature.profile.T) / 2
        bend = face.tangent.T @ profile @ face.tangent + face.bend(slope.matrices)
        down = face.tangent.T @ pick_parameters(slope.matrices, model.parameters)[0]
        largest = max(1.0, *(float(value.max()) for value in relative))
        step, foreseen = _newton_step(bend, down, FLAT / largest**2)
        slope = None
        noise = RELATIVE_GAIN_LIMIT * abs(lowest)
        for _ in range(MOST_HALVINGS):
            moved = [clip_negative(value) for value in face.move(step)]
            here = model.evaluate(moved)
            n_evaluations += 1
            if here.objective[0] <= lowest + noise + here.rounding[0]:
                relative = moved
                break
            step = step / 2
        else:
            here = model.evaluate(relative)
            break
        enough = SHARP_NEWTON_GAIN if largest < near_limit else NEWTON_GAIN
        if foreseen <= enough + noise:
            break
    return relative, curvature, here, n_evaluations


def _last_point(
    model: _Model, optimum: Optimum
) -> tuple[list[Array], Evaluation, Slope | None, int]:
    """Give the point before the last step if that is close enough or the step not yet the last.

    Else the one after it. Close, by more in more data, whose likelihood is rounder.
    """
    close = CLOSE_GAIN + RELATIVE_GAIN_LIMIT * abs(optimum.objective)
    if optimum.before is not None and (optimum.gain_left <= close or not optimum.converged):
        before, here, slope = optimum.before
        if _same([_clean(value) for value in before], before):
            return before, here, slope, 0
    relative = [_clean(value) for value in optimum.relative]
    return relative, model.evaluate(relative), None, 1


def _same(one: Sequence[Array], other: Sequence[Array]) -> bool:
    return all(np.abs(a - b).max() <= SAME for a, b in zip(one, other, strict=True))


def _newton_step(bend: Array, slope: Array, least: float) -> tuple[Array, float]:
    """Give the step, and the fall it promises.

    Flat directions (rotations of L, curvatures below `least`) are left alone.
    """
    width = 1 / np.sqrt(np.maximum(np.abs(np.diagonal(bend)), least))
    values, vectors = np.linalg.eigh(bend * np.outer(width, width))
    along = vectors.T @ (slope * width)
    size = np.where(np.abs(values) > FLAT, np.abs(values), np.inf)
    return -width * (vectors @ (along / size)), float((along**2 / size).sum() / 2)


def _clean(value: Array) -> Array:
    """Write a spread too small to measure as exactly zero."""
    q = value.shape[-1]
    if q == 1:
        return np.zeros_like(value) if value[0, 0, 0] < ZERO_VARIANCE else value
    values, vectors = np.linalg.eigh(value[0])
    kept = np.where(values < ZERO_VARIANCE, 0.0, values)
    if (kept == values).all():
        return value
    if np.count_nonzero(value[0] - np.diag(np.diagonal(value[0]))) == 0:
        return np.where(np.abs(value) < ZERO_VARIANCE, 0.0, value)
    return clip_negative(((vectors * kept) @ vectors.T)[None])


def settle(
    blocks: list[Sums],
    plan: Plan,
    begin: Sequence[Array],
    parameters: list[Parameter],
    restricted: bool,
) -> tuple[Plan, Point, VarianceUncertainty]:
    """Give the plan in the scales settled on, the optimum and the uncertainty of its variances.

    Args:
        blocks: the sums, in orthonormal fixed columns.
        plan: how they were made.
        begin: per level (1, q, q), in the plan's scales.
        parameters: as from `list_parameters`.
        restricted: REML if true.

    Raises:
        AnalysisError: if spreads cannot be told apart or no optimum is certain.
    """
    correlated = plan.shape[2]
    found = None
    for _ in range(MOST_TURNS + 1):
        point = search_optimum(blocks, plan.loadings, correlated, begin, parameters, restricted)
        if restricted:
            check_seen(blocks, plan, point.relative, point.evaluation, point.slope, parameters)
        face = find_face(point.relative, correlated, parameters)
        uncertainty = weigh_uncertainty(point.curvature, point.evaluation, point.slope, face)
        weakest, loads = uncertainty.weakest
        missed = point.certificate.missed
        if not missed and uncertainty.gap > MOST_GAP:
            missed = "rounding hides the second derivatives"
        enough = found is not None or max(value.max() for value in point.relative) <= LARGE
        enough &= not missed
        if abs(weakest) < UNIDENTIFIED or (enough and weakest < 0):
            raise AnalysisError(explain_weakness(loads, plan, parameters))
        if not missed:
            found = plan, point, uncertainty
        if enough:
            break
        plan, begin = plan.turn(point.relative)
    if found is None:
        raise AnalysisError(
            f"No certain optimum was found for this model: {missed}. Simplify the random effects."
        )
    return found
