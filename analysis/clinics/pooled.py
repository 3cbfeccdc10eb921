"""One question pooled over clinics: all pairs of formats at once.

In: what each clinic brings to a question. Out: `Pooled`. Decisions: a clinic with two formats
counts too; differences are consistent (group less individual plus combined less group is combined
less individual); the spread between clinics is one for all pairs; degrees of freedom are those of
the Hartung-Knapp factor, and at most twice those of the clinics that compared the pair themselves;
where no clinic connects the formats, each pair is pooled alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from analysis.clinics.given import Brought
from analysis.disclosure.fields import PairId
from analysis.models.arrays import Array
from analysis.models.pooling import (
    Pool,
    Source,
    covariance_from_three,
    pool_sources,
    range_for_next,
)
from analysis.models.results import student_quantile, two_sided_p

PAIR_IDS: Final[tuple[PairId, ...]] = ("group-individual", "combined-individual", "combined-group")
CONTRASTS: Final = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 1.0]])
STRUCTURE: Final = np.array([[1.0, 0.5], [0.5, 1.0]])
ALONE: Final = np.eye(1)
# What two contrasts share whose third is not known: half of the smaller variance.
SHARED = 0.5
# Printed ranges are rounded, and rounding could make two contrasts tell each other exactly.
CLOSEST = 0.95
# Format of each pair, first and second, by number; the sign of what two pairs share.
SIGNS: Final[Mapping[tuple[int, int], int]] = {(0, 1): 1, (0, 2): -1, (1, 2): 1}


@dataclass(frozen=True, eq=False)
class PooledRow:
    """One pair over the clinics.

    Attributes:
        estimate, std_error, df, p_value: of the mean.
        n_clinics: clinics that compared the pair themselves.
        next_low, next_high: where a next clinic's difference lies.
        equal_estimate, equal_low, equal_high: as if all clinics had one true difference.
        without: (k,) the mean without one clinic each.
        shares: (k,) each clinic's part of what is known.
        lean: part of what is known that comes from clinics to lean on lightly.
        weighted: the mean of what clinics find by weighting; NaN where too few print it.
    """

    estimate: float
    std_error: float
    df: float
    p_value: float
    n_clinics: int
    next_low: float
    next_high: float
    equal_estimate: float
    equal_low: float
    equal_high: float
    without: Array
    shares: Array
    lean: float
    weighted: float


@dataclass(frozen=True, eq=False)
class Pooled:
    """A question over the clinics.

    Attributes:
        rows: the pairs that can be pooled.
        spread: standard deviation of the true differences between clinics.
        n_direct: how many clinics compared each pair themselves.
        n_clinics: clinics that bring anything.
    """

    rows: Mapping[PairId, PooledRow]
    spread: float
    n_direct: Mapping[PairId, int]
    n_clinics: int


def pool_question(brought: Sequence[Mapping[PairId, Brought]], confidence: float) -> Pooled:
    """Pool what clinics bring to one question.

    Args:
        brought: for each clinic its pairs; those with none count for nothing.
        confidence: level of the intervals.
    """
    clinics = [one for one in brought if one]
    direct = {id: sum(id in one for one in clinics) for id in PAIR_IDS}
    sources = [make_source(one) for one in clinics]
    rows: dict[PairId, PooledRow] = {}
    spread = math.nan
    designs = np.concatenate([s.design for s in sources]) if sources else np.zeros((0, 2))
    if len(designs) and np.linalg.matrix_rank(designs) == len(STRUCTURE):
        pool = pool_sources(sources, STRUCTURE)
        weighted = _pool_weighted(clinics, pool)
        spread = math.sqrt(pool.spread_variance)
        n_free = sum(len(s.estimates) for s in sources) - len(STRUCTURE)
        for id, contrast in zip(PAIR_IDS, CONTRASTS, strict=True):
            if direct[id] > 1:
                df = min(n_free, 2 * (direct[id] - 1))
                rows[id] = _make_row(pool, contrast, id, clinics, df, confidence, weighted)
    else:
        spreads = []
        for id in PAIR_IDS:
            own = [one for one in clinics if id in one]
            if len(own) > 1:
                pool = pool_sources([_one_pair(one[id]) for one in own], ALONE)
                weighted = _pool_weighted_alone(own, id, pool)
                rows[id] = _make_row(pool, np.ones(1), id, own, len(own) - 1, confidence, weighted)
                spreads.append(math.sqrt(pool.spread_variance))
        spread = max(spreads, default=math.nan)
    return Pooled(rows, spread, direct, len(clinics))


def make_source(clinic: Mapping[PairId, Brought], *, weighted: bool = False) -> Source:
    """Give a clinic's pairs as a source; of three pairs two tell the third.

    Args:
        clinic: its pairs.
        weighted: take what it finds by weighting.
    """
    numbers = [k for k, id in enumerate(PAIR_IDS) if id in clinic]
    rows = [clinic[PAIR_IDS[k]] for k in numbers]
    variances = [row.std_error**2 for row in rows]
    kept = numbers[:2]
    covariance = np.diag(variances[:2])
    if len(kept) > 1:
        if len(numbers) > 2:
            shared = covariance_from_three(*variances)
        else:
            shared = SIGNS[kept[0], kept[1]] * SHARED * min(variances)
        most = CLOSEST * math.sqrt(variances[0] * variances[1])
        covariance[0, 1] = covariance[1, 0] = min(max(shared, -most), most)
    estimates = [row.weighted if weighted else row.estimate for row in rows[:2]]
    return Source(CONTRASTS[kept], np.array(estimates), covariance)


def _one_pair(row: Brought) -> Source:
    return Source(ALONE, np.array([row.estimate]), np.array([[row.std_error**2]]))


def _make_row(
    pool: Pool,
    contrast: Array,
    id: PairId,
    clinics: Sequence[Mapping[PairId, Brought]],
    df: float,
    confidence: float,
    weighted: Array | None,
) -> PooledRow:
    estimate, error = pool.mean(contrast)
    equal, equal_error = pool.equal_mean(contrast)
    half = float(student_quantile(confidence, math.inf)) * equal_error
    shares = pool.shares(contrast)
    lean = sum(
        share for share, one in zip(shares, clinics, strict=True) if id in one and one[id].lean
    )
    low, high = range_for_next(estimate, error, pool.averaged_variance, df, confidence)
    return PooledRow(
        estimate=estimate,
        std_error=error,
        df=df,
        p_value=float(two_sided_p(estimate / error, df)),
        n_clinics=sum(id in one for one in clinics),
        next_low=low,
        next_high=high,
        equal_estimate=equal,
        equal_low=equal - half,
        equal_high=equal + half,
        without=pool.without_each() @ contrast,
        shares=shares,
        lean=float(lean),
        weighted=math.nan if weighted is None else float(weighted @ contrast),
    )


def _pool_weighted(clinics: Sequence[Mapping[PairId, Brought]], pool: Pool) -> Array | None:
    """Pool what clinics find by weighting, each counting as it does in the main answer."""
    own = [one for one in clinics if all(math.isfinite(row.weighted) for row in one.values())]
    sources = [make_source(one, weighted=True) for one in own]
    spread = pool.spread_variance
    wide = [
        Source(s.design, s.estimates, s.covariance + spread * s.design @ STRUCTURE @ s.design.T)
        for s in sources
    ]
    if not wide or np.linalg.matrix_rank(np.concatenate([s.design for s in wide])) < len(STRUCTURE):
        return None
    return pool_sources(wide, STRUCTURE).equal_estimates


def _pool_weighted_alone(
    clinics: Sequence[Mapping[PairId, Brought]], id: PairId, pool: Pool
) -> Array | None:
    rows = [one[id] for one in clinics if math.isfinite(one[id].weighted)]
    if not rows:
        return None
    weights = np.array([1 / (row.std_error**2 + pool.spread_variance) for row in rows])
    return np.array([weights @ np.array([row.weighted for row in rows]) / weights.sum()])
