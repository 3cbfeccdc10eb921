"""The one vocabulary every model answers in, and the one way a fit is printed.

In: estimates, standard errors, degrees of freedom and names. Out: a frame with one row per name and
the columns of `RESULT_COLUMNS`. Decisions: intervals and p-values are two-sided, from Student's t
with the row's own degrees of freedom (the normal distribution where these are infinite).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import ndtri, stdtr, stdtrit

from analysis.errors import AnalysisError
from analysis.models.arrays import Array, is_number
from analysis.models.regression.least_squares import number_names, read_numbers

RESULT_COLUMNS = ("estimate", "std_error", "df", "p_value", "conf_low", "conf_high")
_COLUMN_INDEX = pd.Index(RESULT_COLUMNS)


def tabulate_estimates(
    names: Sequence[str] | pd.Index,
    estimates: ArrayLike,
    std_errors: ArrayLike,
    df: ArrayLike = np.inf,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Give estimates their intervals and p-values, in the one vocabulary.

    With t = estimate / std_error, the p-value is P(|T_df| >= |t|) and the interval is
    estimate -+ q std_error, q the (1 + confidence) / 2 quantile of T_df.

    Args:
        names: k names, the index of the answer.
        estimates: (k,) estimates.
        std_errors: (k,) standard errors, in the unit of the estimates.
        df: degrees of freedom, one for all or (k,); infinite means the normal distribution,
            NaN leaves interval and p-value missing.
        confidence: the share the interval is meant to cover, between 0 and 1.

    Returns:
        A frame (k rows) with the columns of `RESULT_COLUMNS`. A standard error of zero gives
        an interval of no width and the p-value 0 (1 if the estimate is zero as well).

    Raises:
        AnalysisError: if `confidence` is not between 0 and 1, names and numbers disagree, or a
            standard error is below zero.
    """
    check_confidence(confidence)
    values = np.empty((len(names), len(RESULT_COLUMNS)))
    given = {"estimate": estimates, "standard error": std_errors, "degrees of freedom": df}
    for j, (what, numbers) in enumerate(given.items()):
        column = read_numbers(numbers, what)
        if column.shape not in ((), (len(names),)):
            raise AnalysisError(f"Every one of the {len(names)} names needs one {what}.")
        values[:, j] = column
    estimate, std_error, degrees = values[:, 0], values[:, 1], values[:, 2]
    if (std_error < 0).any():
        raise AnalysisError("A standard error is zero or more: one of these is below zero.")
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.abs(estimate / std_error)
    size[(std_error == 0) & (estimate == 0)] = 0.0
    half = student_quantile(confidence, degrees) * std_error
    values[:, 3] = two_sided_p(size, degrees)
    values[:, 4] = estimate - half
    values[:, 5] = estimate + half
    index = names if isinstance(names, pd.Index) else pd.Index(names)
    return pd.DataFrame(values, index=index, columns=_COLUMN_INDEX)


def student_quantile(confidence: float, df: ArrayLike) -> Array:
    """Give the two-sided Student quantile: P(|T_df| <= q) = confidence.

    Args:
        confidence: share between 0 and 1.
        df: degrees of freedom, any shape; infinite means the normal distribution.
    """
    degrees = np.asarray(df, dtype=float)
    upper = 0.5 + confidence / 2
    with np.errstate(invalid="ignore"):
        return np.where(np.isinf(degrees), ndtri(upper), stdtrit(degrees, upper))


def two_sided_p(statistic: ArrayLike, df: ArrayLike) -> Array:
    """Give P(|T_df| >= |statistic|), the two-sided Student p-value.

    Args:
        statistic: t statistics, any shape; infinite gives 0.
        df: degrees of freedom of matching shape; infinite means the normal distribution.
    """
    size = np.abs(np.asarray(statistic, dtype=float))
    with np.errstate(invalid="ignore"):
        p_value = 2 * stdtr(np.asarray(df, dtype=float), -size)
    return np.where(np.isinf(size), 0.0, p_value)


def standard_errors(covariance: ArrayLike) -> Array:
    """Give the square roots of a covariance's diagonal, rounding below zero read as zero.

    Args:
        covariance: (k, k) covariance of k estimates.
    """
    return np.sqrt(np.maximum(np.diagonal(np.asarray(covariance, dtype=float)), 0.0))


def read_contrasts(
    matrix: ArrayLike | pd.DataFrame | pd.Series, names: Sequence[str] | pd.Index
) -> tuple[pd.Index, Array]:
    """Read contrasts as row labels and a matrix in the order of the design's columns.

    Args:
        matrix: (k, p) array, or (p,) for one contrast; or a frame whose columns are named
            after the design (in any order; a column left out counts as zero) and whose index
            labels the contrasts; or a Series of one contrast indexed by column names.
        names: the p column names of the design.

    Returns:
        The k labels ("contrast 1", ... where an array came without any) and the (k, p) matrix.

    Raises:
        AnalysisError: on a wrong number of columns, an unknown or repeated column name, or
            something that is not a finite number.
    """
    if isinstance(matrix, pd.Series):
        matrix = matrix.to_frame().T
    if isinstance(matrix, pd.DataFrame):
        known = names if isinstance(names, pd.Index) else pd.Index(names)
        unknown = [str(name) for name in matrix.columns if name not in known]
        if unknown:
            raise AnalysisError(
                f"The contrast names {_listed(unknown)}, which is no column of the design. "
                f"The columns are {_listed([str(n) for n in names])}."
            )
        labels = matrix.index
        if not matrix.columns.is_unique:
            repeated = [str(name) for name in matrix.columns[matrix.columns.duplicated()].unique()]
            raise AnalysisError(f"The contrast names {_listed(repeated)} twice: add these numbers.")
        rows = np.zeros((len(matrix), len(known)))
        rows[:, known.get_indexer(matrix.columns)] = read_numbers(matrix, "contrast")
    else:
        rows = np.atleast_2d(read_numbers(matrix, "contrast"))
        labels = number_names("contrast ", len(rows))
    if rows.ndim != 2 or rows.shape[1] != len(names):
        raise AnalysisError(
            f"A contrast needs one number for each of the {len(names)} columns of the design; "
            f"this one has {rows.shape[-1]}."
        )
    if not np.isfinite(rows).all():
        raise AnalysisError("A contrast holds a missing or infinite number: give finite ones.")
    return labels, rows


def describe_fit(title: str, table: pd.DataFrame, facts: Mapping[str, object]) -> str:
    """Write a fit as text: a title, its table of estimates, and what else is true of it.

    Args:
        title: what was fitted, in a few words.
        table: a frame as `tabulate_estimates` gives it.
        facts: name and value of each thing worth a line under the table.
    """
    body = table.to_string(float_format=lambda value: f"{value:.4g}")
    lines = [title, body, *(f"{name}: {value}" for name, value in facts.items())]
    return "\n".join(lines)


def check_confidence(confidence: float) -> None:
    """Refuse a confidence level that is not a share.

    Raises:
        AnalysisError: if `confidence` is not between 0 and 1.
    """
    if not (is_number(confidence) and 0 < confidence < 1):
        raise AnalysisError(
            "The confidence level must be a share between 0 and 1, for example 0.95."
        )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
