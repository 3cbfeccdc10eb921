"""Two one-sided tests: is a difference smaller than what would matter?

Comes in: an estimate, its standard error, degrees of freedom and a margin. Goes out: both
one-sided tests. Decided here: nothing but the arithmetic (Schuirmann 1987, Journal of
Pharmacokinetics and Biopharmaceutics 15(6):657-680, 10.1007/BF01068419).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite
from numbers import Real

from scipy.special import stdtr

from analysis.errors import AnalysisError


@dataclass(frozen=True)
class TwoOneSided:
    """Two one-sided tests of a difference against a margin.

    Attributes:
        t_lower: (estimate + margin) / std_error.
        p_lower: chance of so large a t_lower if the difference were -margin.
        t_upper: (estimate - margin) / std_error.
        p_upper: chance of so small a t_upper if the difference were +margin.
        p_value: the larger of the two: below alpha exactly when the (1 - 2 alpha) interval
            lies inside the margin.
    """

    t_lower: float
    p_lower: float
    t_upper: float
    p_upper: float
    p_value: float


def compare_with_margin(estimate: float, std_error: float, df: float, margin: float) -> TwoOneSided:
    """Test that a difference is smaller than the margin in both directions.

    Args:
        estimate: difference.
        std_error: its standard error, above zero.
        df: degrees of freedom, above zero.
        margin: the smallest difference that matters, above zero.

    Raises:
        AnalysisError: if standard error, degrees of freedom or margin are not above zero, or
            a number is missing or infinite (degrees of freedom may be infinite).
    """
    if not all(isinstance(number, Real) for number in (estimate, std_error, df, margin)):
        raise AnalysisError("Estimate, standard error, degrees of freedom and margin are numbers.")
    if not (isfinite(estimate) and std_error < inf and margin < inf):
        raise AnalysisError("Estimate, standard error and margin must be finite.")
    if not (std_error > 0 and df > 0 and margin > 0):
        raise AnalysisError("Standard error, degrees of freedom and margin must be above zero.")
    t_lower, t_upper = (estimate + margin) / std_error, (estimate - margin) / std_error
    p_lower, p_upper = float(stdtr(df, -t_lower)), float(stdtr(df, t_upper))
    return TwoOneSided(t_lower, p_lower, t_upper, p_upper, max(p_lower, p_upper))
