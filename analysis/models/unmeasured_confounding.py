"""How strong something unrecorded must be to change a regression's answer.

In: an estimate with its standard error, or shares of variance (partial R2). Out: robustness values,
bounds on bias, E-values. Decisions: strength is measured on the classical regression (Cinelli &
Hazlett 2020, Journal of the Royal Statistical Society B 82(1):39-67, 10.1111/rssb.12348); E-values
follow VanderWeele & Ding 2017, Annals of Internal Medicine 167(4):268-274, 10.7326/M16-2607.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from analysis.errors import AnalysisError

STANDARDISED_TO_LOG_RATIO = 0.91
STANDARD_ERROR_TO_LOG_BOUND = 1.78
LARGEST_MULTIPLE = 1000.0
BISECTIONS = 80
LARGEST_LOG_RATIO = 300.0
SMALLEST_F = 1e-150
ROUNDING = 1e-9


def partial_f(statistic: float, df: float) -> float:
    """Give Cohen's partial f, |t| / sqrt(df).

    Args:
        statistic: t of the estimate.
        df: residual degrees of freedom, above zero.

    Raises:
        AnalysisError: if there are no degrees of freedom, or the statistic is missing.
    """
    if not df > 0:
        raise AnalysisError("A partial f needs residual degrees of freedom above zero.")
    if math.isnan(statistic):
        raise AnalysisError("A partial f needs a t statistic; this one is missing.")
    return abs(statistic) / math.sqrt(df)


def robustness_value(statistic: float, df: float, share: float = 1.0) -> float:
    """Give the robustness value: how strong an unrecorded trait must be in both directions.

    RV = (sqrt(f^4 + 4 f^2) - f^2) / 2 with f = share |t| / sqrt(df): a trait that explains this
    share of what is left of the outcome and of who gets which format takes away `share` of the
    estimate (Cinelli & Hazlett 2020, section 4.2).

    Args:
        statistic: classical t of the estimate.
        df: its residual degrees of freedom.
        share: how much of the estimate is to be taken away, 1 = all of it.

    Raises:
        AnalysisError: as `partial_f`, or on a share that is not a number of zero or more.

    Example:
        A t of 2.5 on 100 degrees of freedom:

        >>> round(robustness_value(2.5, 100), 3)
        0.221
    """
    if not 0 <= share < math.inf:
        raise AnalysisError("The share of an estimate to be taken away is zero or more.")
    f = share * partial_f(statistic, df)
    # The same number without the difference, which leaves no digit where f is large.
    return f if f < SMALLEST_F else 2 / (1 + math.hypot(1, 2 / f))


def largest_bias(r2_outcome: float, r2_format: float, std_error: float, df: float) -> float:
    """Give how far an unrecorded trait of this strength can move the estimate.

    |bias| = se sqrt(df) sqrt(R2_yz R2_dz / (1 - R2_dz)).

    Args:
        r2_outcome: share of what is left of the outcome that the trait explains, given format
            and covariates.
        r2_format: share of what is left of the format that it explains, given covariates.
        std_error: classical standard error of the estimate.
        df: residual degrees of freedom.

    Returns:
        The bias, zero or more; infinite when the trait alone decides the format.

    Raises:
        AnalysisError: on a share not between 0 and 1, or a negative standard error or no
            degrees of freedom.
    """
    r2_outcome, r2_format = _read_share(r2_outcome), _read_share(r2_format)
    if not (0 <= std_error < math.inf and df > 0):
        raise AnalysisError("A bias needs a standard error and degrees of freedom above zero.")
    if r2_format == 1:
        return math.inf
    return std_error * math.sqrt(df * r2_outcome * r2_format / (1 - r2_format))


def widen_std_error(r2_outcome: float, r2_format: float, df: float) -> float:
    """Give by what a standard error is multiplied once such a trait were adjusted for.

    sqrt((1 - R2_yz) / (1 - R2_dz) * df / (df - 1)).

    Args:
        r2_outcome: as for `largest_bias`.
        r2_format: as for `largest_bias`, below 1.
        df: residual degrees of freedom, above 1.

    Raises:
        AnalysisError: on a share not between 0 and 1, or one degree of freedom or fewer.
    """
    r2_outcome, r2_format = _read_share(r2_outcome), _read_share(r2_format)
    if not (r2_format < 1 and 1 < df < math.inf):
        raise AnalysisError(
            "Adjusting for one more trait needs more than one degree of freedom, and a trait "
            "that does not decide the format alone."
        )
    return math.sqrt((1 - r2_outcome) / (1 - r2_format) * df / (df - 1))


@dataclass(frozen=True)
class Strength:
    """How strong a trait is.

    Attributes:
        r2_outcome: share of what is left of the outcome it explains, given format and the rest.
        r2_format: share of what is left of the format it explains, given the rest.
    """

    r2_outcome: float
    r2_format: float


def multiply_strength(recorded: Strength, times: float) -> Strength | None:
    """Give the strength of an unrecorded trait that matters `times` as much as a recorded one.

    R2_dz = k f2_dx; R2_zx.d = k R2_dx^2 / ((1 - k R2_dx)(1 - R2_dx));
    R2_yz = ((sqrt(k) + sqrt(R2_zx.d)) / sqrt(1 - R2_zx.d))^2 f2_yx, at most 1, with
    f2 = R2 / (1 - R2) (Cinelli & Hazlett 2020, section 4.4, as in the R package sensemakr).

    Args:
        recorded: strength of the recorded trait.
        times: k, above zero.

    Returns:
        The strength; None when a trait that strong cannot exist beside the recorded one.

    Raises:
        AnalysisError: on a share not between 0 and 1, or a multiple that is not zero or more.
    """
    d, y = _read_share(recorded.r2_format), _read_share(recorded.r2_outcome)
    if not 0 <= times < math.inf:
        raise AnalysisError("How many times as strong is a finite number, zero or more.")
    if d >= 1 or y >= 1 or times * d >= 1:
        return None
    r2_format = times * d / (1 - d)
    shared = times * d**2 / ((1 - times * d) * (1 - d))
    if r2_format >= 1 or shared >= 1:
        return None
    reach = (math.sqrt(times) + math.sqrt(shared)) / math.sqrt(1 - shared)
    return Strength(min(1.0, reach**2 * y / (1 - y)), r2_format)


def times_as_strong(recorded: Strength, bias: float, std_error: float, df: float) -> float:
    """Give how many times as much as a recorded trait an unrecorded one must matter.

    The smallest k whose `largest_bias` reaches `bias`.

    Args:
        recorded: strength of the recorded trait.
        bias: bias to be reached, in the unit of the estimate.
        std_error: classical standard error of the estimate.
        df: residual degrees of freedom.

    Returns:
        k; infinite when no trait of that profile reaches it within `LARGEST_MULTIPLE`.

    Raises:
        AnalysisError: as `largest_bias`, or on a bias that is missing.
    """
    largest_bias(recorded.r2_outcome, recorded.r2_format, std_error, df)
    if math.isnan(bias):
        raise AnalysisError("The bias to be reached is missing.")

    def reaches(times: float) -> bool:
        strength = multiply_strength(recorded, times)
        if strength is None:
            return True
        return largest_bias(strength.r2_outcome, strength.r2_format, std_error, df) >= bias

    low, high = 0.0, LARGEST_MULTIPLE
    if bias <= 0:
        return 0.0
    if not recorded.r2_outcome * recorded.r2_format > 0 or not reaches(high):
        return math.inf
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (low, middle) if reaches(middle) else (middle, high)
    return high


def bound_strength(recorded: Strength, df: float, deviations: float) -> Strength:
    """Give how strong a trait may be, or must be, beside how strong it was estimated.

    Each partial correlation on Fisher's scale, so many standard errors further (Fisher 1921).

    Args:
        recorded: estimated strength.
        df: residual degrees of freedom it was estimated with, above 1.
        deviations: standard errors: above zero for the strongest, below for the weakest.

    Raises:
        AnalysisError: on a share not between 0 and 1, or one degree of freedom or fewer.
    """
    if not df > 1:
        raise AnalysisError("How strong a trait may be needs more than one degree of freedom.")
    shares = _read_share(recorded.r2_outcome), _read_share(recorded.r2_format)
    moved = deviations / math.sqrt(df - 1)
    bounds = [
        math.tanh(max(math.atanh(min(math.sqrt(r2), 1 - ROUNDING)) + moved, 0)) for r2 in shares
    ]
    return Strength(bounds[0] ** 2, bounds[1] ** 2)


@dataclass(frozen=True)
class EValue:
    """How strongly something unrecorded must go with format and outcome, as risk ratios.

    Attributes:
        estimate: to explain the estimate away.
        bound: to move the nearer end of its interval to 1; 1 when the interval holds 1.
    """

    estimate: float
    bound: float


def e_value(ratio: float, low: float, high: float) -> EValue:
    """Give the E-value of a risk ratio: RR + sqrt(RR (RR - 1)), for RR below 1 that of 1/RR.

    Args:
        ratio: risk ratio, above zero.
        low: lower end of its interval.
        high: upper end.

    Raises:
        AnalysisError: if the numbers are not in order, not above zero or not finite.

    Example:
        >>> round(e_value(2.0, 1.5, 2.7).estimate, 2)
        3.41
    """
    if not (0 < low <= ratio <= high and ratio < math.inf):
        raise AnalysisError("An E-value needs a ratio above zero inside its interval.")
    nearer = 1.0 if low <= 1 <= high else (low if ratio > 1 else high)
    return EValue(_strength_needed(ratio), _strength_needed(nearer))


def e_value_of_difference(estimate: float, std_error: float, spread: float) -> EValue:
    """Give the E-value of a difference in means, read as a risk ratio.

    RR = exp(0.91 d), bounds exp(0.91 d -+ 1.78 se / spread), d = estimate / spread
    (Chinn 2000; VanderWeele 2017).

    Args:
        estimate: difference in means.
        std_error: its standard error.
        spread: standard deviation of the outcome, above zero.

    Raises:
        AnalysisError: on a standard deviation not above zero, a negative standard error, or a
            difference too many standard deviations wide to be a ratio.
    """
    if not 0 < spread < math.inf:
        raise AnalysisError("An E-value of a difference needs a standard deviation above zero.")
    if not (0 <= std_error < math.inf and math.isfinite(estimate)):
        raise AnalysisError("An E-value of a difference needs a finite one and its standard error.")
    middle = STANDARDISED_TO_LOG_RATIO * estimate / spread
    reach = STANDARD_ERROR_TO_LOG_BOUND * std_error / spread
    if abs(middle) + reach > LARGEST_LOG_RATIO:
        raise AnalysisError(
            "The difference or its standard error is hundreds of standard deviations wide: check "
            "that all three are in one unit."
        )
    return e_value(math.exp(middle), math.exp(middle - reach), math.exp(middle + reach))


def _read_share(share: float) -> float:
    """Give a share of variance, rounding just outside 0 to 1 read as its end."""
    if not -ROUNDING <= share <= 1 + ROUNDING:
        raise AnalysisError("A share of variance lies between 0 and 1.")
    return min(max(share, 0.0), 1.0)


def _strength_needed(ratio: float) -> float:
    above = max(ratio, 1 / ratio)
    return above + math.sqrt(above * (above - 1))
