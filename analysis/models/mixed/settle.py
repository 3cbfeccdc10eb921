"""Settle on an optimum that is certain, in scales of effects that suit it.

Comes in: blocks of `Sums`, a plan and covariances to start from. Goes out: the `Point` a fit
stands on, how sure its variances are, and the plan whose scales it is in. Decided here: where
spreads are large beside the residual's, or an optimum is not certain, effects are scaled anew by
their own covariance and the search is made once more, because differences between a large and a
small spread of one level cost digits.
"""

from __future__ import annotations

from collections.abc import Sequence

from analysis.errors import AnalysisError
from analysis.models.mixed.face import find_face
from analysis.models.mixed.identifiability import check_seen, explain_weakness
from analysis.models.mixed.inference import VarianceUncertainty, weigh_uncertainty
from analysis.models.mixed.nesting import Array
from analysis.models.mixed.plan import Plan
from analysis.models.mixed.search import Point, search_optimum
from analysis.models.mixed.sums import Sums

UNIDENTIFIED = 1e-9
LARGE = 100.0
MOST_GAP = 0.05  # of a second derivative; degrees of freedom are then off by about as much
MOST_TURNS = 3


def settle(
    blocks: list[Sums],
    plan: Plan,
    begin: Sequence[Array],
    parameters: list[tuple],
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
