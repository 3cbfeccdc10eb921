"""The one type every comparison of formats answers in.

In: numbers of pairs and formats. Out: `Comparison`. Decisions: always three pairs and three
formats, in the schema's order; what could not be compared is NaN, with the reason as an id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.cards import show_card
from analysis.computing import make_frame, text_index
from analysis.errors import AnalysisError
from analysis.models.discrete.separation import SeparationError
from analysis.models.regression.least_squares import DependentColumnsError
from analysis.records.schema import FORMATS
from analysis.vocabulary import NOT_COMPARABLE, Reason, Unit, Withheld

Row = Mapping[str, Any]
Columns = Mapping[str, np.ndarray]
PairOfFormats = tuple[str, str]

PAIRS: tuple[PairOfFormats, ...] = (
    ("group", "individual"),
    ("combined", "individual"),
    ("combined", "group"),
)

NUMBERS = ("estimate", "std_error", "df", "conf_low", "conf_high", "p_value", "p_adjusted")
COUNTS = ("n_children", "n_goals", "n_groups")
UNLABELLED = ("", NOT_COMPARABLE)
MEANS = ("estimate", "std_error", "df", "p_value", "conf_low", "conf_high")


@dataclass(frozen=True, eq=False)
class Comparison:
    """A comparison of the formats, asked in one way.

    Attributes:
        id: short stable name, the key in `Study.analyses`.
        by_pair: the columns of `table` (this, than, `NUMBERS`, `COUNTS`, label): always three
            values, one for each pair of `PAIRS`; `estimate` = this minus than; NaN where the pair
            was not compared. `label` is "" until `decisions` has chosen it.
        by_format: the columns of `means`, one value for each format: estimate, std_error, df,
            p_value, conf_low, conf_high of the mean standardised to all children compared, then
            n_children and n_goals; NaN where the format was not compared.
        adjusted_for: columns adjusted for.
        withheld: why no pair could be compared in this way, or "".
        unit: unit of the estimates; only those in "rate" (levels per `Settings.rate_weeks`)
            carry a decision label.
        outcomes: what each episode brought in (index episode_id), so that disclosure control
            can tell how many children two analyses differ by; None when it is every episode
            compared with its rate.
    """

    id: str
    by_pair: Columns
    by_format: Columns
    adjusted_for: tuple[str, ...] = ()
    withheld: Withheld = ""
    unit: Unit = "rate"
    outcomes: pd.Series | None = None

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row for each pair."""
        return _make_frame(self.by_pair)

    @cached_property
    def means(self) -> pd.DataFrame:
        """One row for each format (index)."""
        return _make_frame(self.by_format, FORMATS)

    def pair(self, this: str, than: str) -> Row:
        """Give what is known of `this` compared with `than`: column -> value."""
        return self._rows[PAIRS.index((this, than))]

    def mean(self, therapy_format: str) -> Row:
        """Give what is known of one format's own mean: column -> value."""
        return self._mean_rows[FORMATS.index(therapy_format)]

    @cached_property
    def _rows(self) -> list[Row]:
        return _split_rows(self.by_pair)

    @cached_property
    def _mean_rows(self) -> list[Row]:
        return _split_rows(self.by_format)

    def __repr__(self) -> str:
        name = self.id.replace("_", " ").capitalize()
        if self.withheld:
            return f"{name}: withheld, {self.withheld.replace('_', ' ')}."
        shown = [
            f"{row['this']} against {row['than']} {row['estimate']:+.2f} "
            f"({row['conf_low']:+.2f} to {row['conf_high']:+.2f})"
            for row in self._rows
            if np.isfinite(row["estimate"]) and row["label"] not in UNLABELLED
        ]
        return f"{name}: " + ("; ".join(shown) or "no pair may be compared") + "."

    _repr_html_ = show_card


def _split_rows(columns: Columns) -> list[Row]:
    values = (column.tolist() for column in columns.values())
    return [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]


def _make_frame(columns: Columns, formats: tuple[str, ...] | None = None) -> pd.DataFrame:
    return make_frame(columns, None if formats is None else text_index(formats, "format"))


def withheld_comparison(identity: Comparison, reason: Withheld) -> Comparison:
    """Give the comparison without numbers, and why."""
    return replace(
        identity,
        by_pair=fill_pairs({}),
        by_format=fill_means({}),
        withheld=reason,
        outcomes=None,
    )


def reason_of(error: AnalysisError) -> Reason:
    """Give the id of what kept a model from answering; its message may name columns.

    Args:
        error: what the model raised.
    """
    if isinstance(error, SeparationError):
        return "separated"
    return "columns_dependent" if isinstance(error, DependentColumnsError) else "no_answer"


def fill_pairs(columns: Mapping[str, ArrayLike]) -> Columns:
    """Give the three pairs with what is known of them: `Comparison.by_pair`.

    Args:
        columns: name of a column -> three values.
    """
    return _NO_PAIR | {name: np.asarray(values) for name, values in columns.items()}


def fill_means(columns: Mapping[str, ArrayLike]) -> Columns:
    """Give the three formats with what is known of them: `Comparison.by_format`.

    Args:
        columns: name of its columns -> three values.
    """
    return _NO_MEAN | {name: np.asarray(values) for name, values in columns.items()}


def new_comparison(id: str, unit: Unit = "rate") -> Comparison:
    """Give a comparison that has its id and unit, and nothing else yet."""
    return Comparison(id, fill_pairs({}), fill_means({}), unit=unit)


_NO_PAIR = MappingProxyType(
    {
        "this": np.array([this for this, _ in PAIRS]),
        "than": np.array([than for _, than in PAIRS]),
        **dict.fromkeys(NUMBERS, np.full(len(PAIRS), np.nan)),
        **dict.fromkeys(COUNTS, np.zeros(len(PAIRS), int)),
        "label": np.full(len(PAIRS), ""),
    }
)
_NO_MEAN = MappingProxyType(
    {
        **dict.fromkeys(MEANS, np.full(len(FORMATS), np.nan)),
        **dict.fromkeys(("n_children", "n_goals"), np.zeros(len(FORMATS), int)),
    }
)
for _shared in (*_NO_PAIR.values(), *_NO_MEAN.values()):  # every comparison begins with these
    _shared.flags.writeable = False
