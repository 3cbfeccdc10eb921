"""The columns adjusted for: which, in what order, and what stands in for a missing value.

In: the cohort. Out: `Covariates`. Decisions: columns enter in a fixed published order up to a
budget, never by p-value; a missing trait is replaced by its expected value given the other traits
(and, for comparing progress, the format), which keeps the regression unbiased when missingness does
not depend on progress (Little 1992, JASA 87:1227-1237).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.cards import show_card
from analysis.comparison.arms import formats_among, indicate_formats
from analysis.computing import text_index
from analysis.measures.cohort import TRAITS
from analysis.settings import Settings
from analysis.vocabulary import DroppedReason

# Tolerances of double precision: a column adds nothing below this share of its own length; a
# filled value has settled when it moves by less than this share of its column's largest.
TELLING_SHARE = 1e-7
SETTLED = 1e-10
SITE = "site"


@dataclass(frozen=True, eq=False)
class Covariates:
    """What the comparison adjusts for.

    Attributes:
        centred: (n, p) frame for the comparison, each column with mean 0; missing values
            filled in given the other traits and the format.
        observed: (n, p) frame of the same columns for the propensities, filled in without the
            format; never centred.
        missing: share missing before filling, for each trait recorded at all.
        dropped: column -> why it is not adjusted for. Places of therapy are columns "site 2",
            "site 3", ...; `trait_of` gives a column's trait.
    """

    centred: pd.DataFrame
    observed: pd.DataFrame
    missing: dict[str, float]
    dropped: dict[str, DroppedReason]

    def __repr__(self) -> str:
        kept = ", ".join(self.centred.columns) or "nothing"
        return f"Adjusted for: {kept}."

    _repr_html_ = show_card


def choose_covariates(table: pd.DataFrame, settings: Settings) -> Covariates:
    """Choose and fill the columns adjusted for.

    Args:
        table: one row for each child compared (`Cohort.table`), formats with no child removed.
        settings: the budget and the share missing that is still filled.

    >>> from analysis.measures.cohort import choose_cohort
    >>> from analysis.measures.progress import measure_progress
    >>> from analysis.measures.scoring import score_goals
    >>> from analysis.records.load import read_records
    >>> records, settings = read_records("data/sample"), Settings()
    >>> cohort = choose_cohort(records, measure_progress(score_goals(records, settings), settings))
    >>> choose_covariates(cohort.table, settings)
    Adjusted for: attention, peer_comfort, social_share, ...
    """
    if table.empty:
        return Covariates(pd.DataFrame(), pd.DataFrame(), {}, {})
    formats = indicate_formats(table, formats_among(table))
    budget = _budget(formats, settings)
    candidates = _candidates(table)
    missing = {name: float(np.isnan(values).mean()) for name, values in candidates.items()}
    kept: list[str] = []
    dropped: dict[str, DroppedReason] = {}
    for name, share in missing.items():
        reason = _reason_to_drop(candidates[name], share, settings)
        if reason is None and len(kept) == budget:
            reason = "no_room"
        if reason is None:
            kept.append(name)
        else:
            dropped[name] = reason
    values = np.column_stack([np.empty((len(table), 0)), *(candidates[name] for name in kept)])
    centred = _filled(values, formats[:, 1:], settings.filling_rounds)
    centred -= centred.mean(axis=0)
    observed = _filled(values, np.empty((len(table), 0)), settings.filling_rounds)
    telling = adds_something(np.hstack([formats, centred]))[formats.shape[1] :]
    names = [name for name, new in zip(kept, telling, strict=True) if new]
    dropped |= {name: "told_by_others" for name in kept if name not in names}
    columns = text_index(tuple(names))
    return Covariates(
        pd.DataFrame(centred[:, telling], columns=columns),
        pd.DataFrame(observed[:, telling], columns=columns),
        {name: share for name, share in missing.items() if share < 1},
        dropped,
    )


def narrow_covariates(
    centred: pd.DataFrame, kept: np.ndarray, table: pd.DataFrame, settings: Settings
) -> pd.DataFrame:
    """Give the columns adjusted for to some of the children: fewer rows, perhaps fewer columns.

    Args:
        centred: (n, p) `Covariates.centred` of all children compared.
        kept: (n,) True for the m children kept.
        table: their m rows of `Cohort.table`.
        settings: the budget.

    Returns:
        (m, q) columns with mean 0: the first ones in the published order that still differ
        between these children, as many as the smaller number of children allows.
    """
    formats = indicate_formats(table, formats_among(table))
    budget = _budget(formats, settings) if len(table) else 0
    values = centred.to_numpy()[kept]
    values = values - values.mean(axis=0) if len(values) else values
    telling = adds_something(np.hstack([formats, values]))[formats.shape[1] :]
    chosen = np.flatnonzero(telling)[:budget]
    return pd.DataFrame(values[:, chosen], columns=centred.columns[chosen])


def adds_something(columns: np.ndarray) -> np.ndarray:
    """Tell of each column whether it is more than a combination of those before it.

    Args:
        columns: (n, p) values.

    Returns:
        (p,) True where it adds something.
    """
    size = np.linalg.norm(columns, axis=0)
    left_over = np.abs(np.diag(np.linalg.qr(columns, mode="r")))
    return left_over > TELLING_SHARE * size


def trait_of(column: str) -> str:
    """Give the trait a column adjusted for belongs to: all places of therapy are one trait.

    Args:
        column: a column of `Covariates.centred`, or a key of `Covariates.dropped`.

    >>> trait_of("site 2"), trait_of("attention")
    ('site', 'attention')
    """
    return SITE if column.startswith(f"{SITE} ") else column


def _budget(formats: np.ndarray, settings: Settings) -> int:
    """Give how many columns the smallest format has children enough for."""
    return int(formats.sum(axis=0).min()) // settings.children_per_covariate


def _candidates(table: pd.DataFrame) -> dict[str, np.ndarray]:
    """Give every trait in the published order, places of therapy last as one column each."""
    columns = {name: table[name].to_numpy(float) for name in TRAITS}
    number, sites = pd.factorize(table[SITE].array, sort=True)
    for i in range(1, len(sites)):
        columns[f"{SITE} {i + 1}"] = np.where(number >= 0, number == i, np.nan)
    return columns


def _reason_to_drop(
    values: np.ndarray, share_missing: float, settings: Settings
) -> DroppedReason | None:
    if share_missing == 1:
        return "not_recorded"
    if share_missing > settings.most_missing:
        return "missing_too_often"
    if np.nanmin(values) == np.nanmax(values):
        return "same_for_all"
    return None


def _filled(values: np.ndarray, given: np.ndarray, rounds: int) -> np.ndarray:
    """Replace missing values by their expectation given the other columns and `given`.

    Starts from column means and repeats the least-squares prediction of each incomplete
    column until no value moves by more than `SETTLED` of its column's largest, or for so many
    rounds.
    """
    absent = np.isnan(values)
    incomplete = np.flatnonzero(absent.any(axis=0))
    means = np.where(absent, 0.0, values).sum(axis=0) / np.maximum((~absent).sum(axis=0), 1)
    whole = np.hstack([np.where(absent, means, values), np.ones((len(values), 1)), given])
    filled, places = whole[:, : values.shape[1]], np.arange(whole.shape[1])
    gaps = [(j, np.flatnonzero(absent[:, j]), np.flatnonzero(~absent[:, j])) for j in incomplete]
    for _ in range(rounds if gaps else 0):
        before = filled.copy()
        for j, unknown, known in gaps:
            others = whole[:, places != j]
            slope = np.linalg.lstsq(others[known], values[known, j], rcond=1e-10)[0]
            filled[unknown, j] = others[unknown] @ slope
        if (np.abs(filled - before) <= SETTLED * np.abs(filled).max(axis=0)).all():
            break
    return filled
