"""The one type every comparison of formats answers in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.cards import show_card
from analysis.records.schema import FORMATS

Row = Mapping[str, object]

PAIRS = (("group", "individual"), ("combined", "individual"), ("combined", "group"))

NUMBERS = ("estimate", "std_error", "df", "conf_low", "conf_high", "p_value", "p_adjusted")
COUNTS = ("n_children", "n_goals", "n_groups")
UNLABELLED = ("", "not_comparable")
TABLE_COLUMNS = ("this", "than", *NUMBERS, *COUNTS, "label")
MEANS = ("estimate", "std_error", "df", "p_value", "conf_low", "conf_high")

RATE_UNIT = "levels per 12 weeks"
RATE_ESTIMAND = (
    "Mean difference in the rate of goal progress (attainment levels per 12 weeks, over the "
    "first 24 weeks) between children whose therapy was planned in one format and children "
    "whose therapy was planned in the other, among children who could realistically have had "
    "any of the formats"
)


@dataclass(frozen=True, eq=False)
class Comparison:
    """A comparison of the formats, asked in one way.

    Attributes:
        id: short stable name, the key in `Study.analyses`.
        title: the same in a reader's words.
        estimand: the question answered, in one sentence.
        table: always three rows, one for each pair of `PAIRS`, with `TABLE_COLUMNS`;
            `estimate` = this minus than; NaN where the pair was not compared. `label` is ""
            until `findings` has chosen it.
        means: one row for each format (index): estimate, std_error, df, p_value, conf_low,
            conf_high of the mean standardised to all children compared, then n_children and
            n_goals; NaN where the format was not compared.
        adjusted_for: columns adjusted for.
        withheld: why no pair could be compared in this way, or "".
        unit: unit of the estimates; only those in `RATE_UNIT` carry a decision label.
        outcomes: what each episode brought in (index episode_id), so that the disclosure door
            can tell how many children two analyses differ by; None when it is every episode
            compared with its rate.
    """

    id: str
    title: str
    estimand: str
    table: pd.DataFrame
    means: pd.DataFrame
    adjusted_for: tuple[str, ...] = ()
    withheld: str = ""
    unit: str = RATE_UNIT
    outcomes: pd.Series | None = None

    def pair(self, this: str, than: str) -> Row:
        """Give the row of `table` that compares `this` with `than`: column -> value."""
        return self._rows[PAIRS.index((this, than))]

    @cached_property
    def _rows(self) -> list[Row]:
        names = list(self.table)
        return [dict(zip(names, row, strict=True)) for row in self.table.to_numpy().tolist()]

    def __repr__(self) -> str:
        if self.withheld:
            return f"{self.title}: withheld. {self.withheld}"
        shown = [
            f"{row.this} against {row.than} {row.estimate:+.2f} "
            f"({row.conf_low:+.2f} to {row.conf_high:+.2f})"
            for row in self.table.itertuples()
            if np.isfinite(row.estimate) and row.label not in UNLABELLED
        ]
        return f"{self.title}: " + ("; ".join(shown) or "no pair may be compared") + "."

    _repr_html_ = show_card


def withheld_comparison(identity: Comparison, reason: str) -> Comparison:
    """Give the comparison without numbers, and why."""
    return replace(
        identity,
        table=empty_table(),
        means=empty_means(),
        withheld=reason,
        outcomes=None,
    )


def fill_table(columns: Mapping[str, ArrayLike]) -> pd.DataFrame:
    """Give the three pairs with what is known of them: `Comparison.table`.

    Args:
        columns: name of `TABLE_COLUMNS` -> three values.
    """
    return pd.DataFrame({**_NO_PAIR, **columns}, index=_PAIR_INDEX)


def fill_means(columns: Mapping[str, ArrayLike]) -> pd.DataFrame:
    """Give the three formats with what is known of them: `Comparison.means`.

    Args:
        columns: name of its columns -> three values.
    """
    return pd.DataFrame({**_NO_MEAN, **columns}, index=_FORMAT_INDEX)


_NO_PAIR = MappingProxyType(
    {
        "this": pd.array([this for this, _ in PAIRS], dtype="str"),
        "than": pd.array([than for _, than in PAIRS], dtype="str"),
        **dict.fromkeys(NUMBERS, np.full(len(PAIRS), np.nan)),
        **dict.fromkeys(COUNTS, np.zeros(len(PAIRS), int)),
        "label": pd.array([""] * len(PAIRS), dtype="str"),
    }
)
_NO_MEAN = MappingProxyType(
    {
        **dict.fromkeys(MEANS, np.full(len(FORMATS), np.nan)),
        **dict.fromkeys(("n_children", "n_goals"), np.zeros(len(FORMATS), int)),
    }
)
_PAIR_INDEX, _FORMAT_INDEX = pd.RangeIndex(len(PAIRS)), pd.Index(FORMATS, name="format")
_EMPTY_TABLE, _EMPTY_MEANS = fill_table({}), fill_means({})


def empty_table() -> pd.DataFrame:
    """Give the three pairs, nothing compared yet."""
    return _EMPTY_TABLE.copy(deep=False)


def empty_means() -> pd.DataFrame:
    """Give the three formats, nothing estimated yet."""
    return _EMPTY_MEANS.copy(deep=False)


def new_comparison(
    id: str, title: str, estimand: str = RATE_ESTIMAND, unit: str = RATE_UNIT
) -> Comparison:
    """Give a comparison that has its name, question and unit, and nothing else yet."""
    return Comparison(id, title, estimand, empty_table(), empty_means(), unit=unit)
