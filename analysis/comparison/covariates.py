"""The columns adjusted for: which, in what order, and what stands in for a missing value.

In: the cohort. Out: `Covariates`. Decisions: columns enter in a fixed published order, never by
p-value: place and calendar first, beside the budget, then traits up to the budget; what is
recorded enough is asked of every format; a missing trait is replaced by its expected value given
the other traits (and, for comparing progress, the format), which keeps the regression unbiased when
missingness does not depend on progress (Little 1992, JASA 87:1227-1237).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.cards import show_card
from analysis.comparison.arms import formats_among, indicate_formats
from analysis.comparison.places import SITE, PlaceColumns, choose_place_columns, trait_of
from analysis.computing import text_index
from analysis.measures.cohort import TRAITS
from analysis.records.blanks import can_allow_for, shares_blank
from analysis.settings import Settings
from analysis.vocabulary import DroppedReason

# Tolerances of double precision: a column adds nothing below this share of its own length; a
# filled value has settled when it moves by less than this share of its column's largest.
TELLING_SHARE = 1e-7
SETTLED = 1e-10
# Beyond so many rows missing values are filled from cross products, where these keep ten digits.
MANY_ROWS, LEAST_SPREAD = 16_384, 1e-6
CALENDAR = "start_term"


@dataclass(frozen=True, eq=False)
class Covariates:
    """What the comparison adjusts for.

    Attributes:
        centred: (n, p) frame for the comparison, each column with mean 0; missing values
            filled in given the other traits and the format.
        observed: (n, q) frame of the same columns for the propensities, without places and what
            is blank in a format; filled in without the format; never centred.
        missing: share missing before filling, for each trait recorded at all.
        dropped: column -> why it is not adjusted for. Places of therapy are columns "site 2",
            "site 3", ...; `trait_of` gives a column's trait.
        blank: trait -> the formats in which it is hardly recorded, where another has it.
    """

    centred: pd.DataFrame
    observed: pd.DataFrame
    missing: dict[str, float]
    dropped: dict[str, DroppedReason]
    blank: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def beside_weights(self) -> pd.DataFrame:
        """The columns of `centred` that the chances of a format leave out."""
        return self.centred[[name for name in self.centred if name not in self.observed]]

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
    Adjusted for: site 2, site 3, attention, peer_comfort, social_share, ...
    """
    if table.empty:
        return Covariates(pd.DataFrame(), pd.DataFrame(), {}, {})
    names = formats_among(table)
    formats = indicate_formats(table, names)
    budget = _budget(formats, settings)
    places = choose_place_columns(table[SITE].array, formats, settings)
    candidates = _candidates(table, places)
    missing = {name: float(np.isnan(values).mean()) for name, values in candidates.items()}
    dropped, blank = _judge(candidates, formats, names, settings)
    room = [name for name in candidates if name not in dropped]
    kept = [name for name in room if is_beside(name)]
    kept += [name for name in room if not is_beside(name)][:budget]
    dropped |= {name: "no_room" for name in room if name not in kept}
    blank = {trait: own for trait, own in blank.items() if dropped.get(trait) != "no_room"}
    centred = _fill_columns(candidates, kept, formats[:, 1:], settings)
    centred -= centred.mean(axis=0)
    telling = adds_something(np.hstack([formats, centred]))[formats.shape[1] :]
    told = [name for name, new in zip(kept, telling, strict=True) if new]
    dropped |= {name: "told_by_others" for name in kept if name not in told}
    chances = [name for name in told if trait_of(name) != SITE and name not in blank]
    observed = _fill_columns(candidates, chances, np.empty((len(table), 0)), settings)
    return Covariates(
        pd.DataFrame(centred[:, telling], columns=text_index(tuple(told))),
        pd.DataFrame(observed, columns=text_index(tuple(chances))),
        {name: share for name, share in missing.items() if share < 1},
        dropped,
        blank,
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
        (m, q) columns with mean 0: place and calendar, and of the traits the first ones in the
        published order that still differ between these children, as many as the smaller number
        of children allows.
    """
    formats = indicate_formats(table, formats_among(table))
    budget = _budget(formats, settings) if len(table) else 0
    values = centred.to_numpy()[kept]
    values = values - values.mean(axis=0) if len(values) else values
    telling = adds_something(np.hstack([formats, values]))[formats.shape[1] :]
    beside = np.array([is_beside(name) for name in centred.columns], dtype=bool)
    traits = np.flatnonzero(telling & ~beside)[:budget]
    chosen = np.concatenate([np.flatnonzero(telling & beside), traits])
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


def is_beside(column: str) -> bool:
    """Tell whether a column stands beside the budget of traits: a place, or the calendar."""
    return trait_of(column) in (SITE, CALENDAR)


def _budget(formats: np.ndarray, settings: Settings) -> int:
    """Give how many columns the smallest format has children enough for."""
    return int(formats.sum(axis=0).min()) // settings.children_per_covariate


def _candidates(table: pd.DataFrame, places: PlaceColumns) -> dict[str, np.ndarray]:
    """Give every column in the published order: places, the calendar, then the traits."""
    traits = (CALENDAR, *TRAITS) if CALENDAR in table else TRAITS
    return {**places, **{name: table[name].to_numpy(float) for name in traits}}


def _judge(
    candidates: Mapping[str, np.ndarray],
    formats: np.ndarray,
    names: tuple[str, ...],
    settings: Settings,
) -> tuple[dict[str, DroppedReason], dict[str, tuple[str, ...]]]:
    """Give why columns cannot be adjusted for, and the formats in which a trait is blank.

    A column is adjusted for if two formats at least have it; a pair with a format in which it is
    blank is closed by the gate of overlap.
    """
    dropped: dict[str, DroppedReason] = {}
    blank: dict[str, tuple[str, ...]] = {}
    for column, values in candidates.items():
        absent = np.isnan(values)
        share = shares_blank(absent, formats)
        seldom = tuple(f for f, s in zip(names, share, strict=True) if s > settings.most_missing)
        if 0 < len(seldom) < len(names):
            blank[trait_of(column)] = seldom
        if absent.all():
            dropped[column] = "not_recorded"
        elif not can_allow_for(share, settings.most_missing):
            dropped[column] = "missing_too_often"
        elif np.nanmin(values) == np.nanmax(values):
            dropped[column] = "same_for_all"
    return dropped, blank


def _fill_columns(
    candidates: Mapping[str, np.ndarray], names: list[str], given: np.ndarray, settings: Settings
) -> np.ndarray:
    """Give the columns named, filled in given each other and `given`."""
    values = np.column_stack([np.empty((len(given), 0)), *(candidates[name] for name in names)])
    return _filled(values, given, settings.filling_rounds)


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
    tall = len(values) >= MANY_ROWS
    total = whole.T @ whole if tall else np.empty((0, 0))
    for _ in range(rounds if gaps else 0):
        before = filled.copy()
        for j, unknown, known in gaps:
            kept, slope, own = places != j, None, whole[unknown]
            if tall:
                slope = _solve_products(total - own.T @ own, kept, int(j))
            if slope is None:
                others = whole[known][:, kept]
                slope = np.linalg.lstsq(others, values[known, j], rcond=1e-10)[0]
            filled[unknown, j] = own[:, kept] @ slope
            if tall:
                total[:, j] = total[j] = whole.T @ whole[:, j]
        if (np.abs(filled - before) <= SETTLED * np.abs(filled).max(axis=0)).all():
            break
    return filled


def _solve_products(products: np.ndarray, kept: np.ndarray, j: int) -> np.ndarray | None:
    """Give the least-squares slopes of column j on the columns kept, from cross products.

    Returns:
        None where the columns are too much alike for cross products to tell them apart.
    """
    size = np.sqrt(np.diagonal(products))[kept]
    if not (size > 0).all():
        return None
    scaled = products[np.ix_(kept, kept)] / np.outer(size, size)
    spread = np.linalg.eigvalsh(scaled)
    if not spread[0] > LEAST_SPREAD * spread[-1]:
        return None
    found: np.ndarray = np.linalg.solve(scaled, products[kept, j] / size) / size
    return found
