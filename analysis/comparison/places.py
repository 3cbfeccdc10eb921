"""The columns that stand for places of therapy, however many there are.

In: each child's place and format. Out: columns. Decisions: places are one column each; where they
are too small for that, they are told by the shares of the formats each of them gives. A child's
format less its place's share is unrelated to anything that is the same for all children of a place,
so the comparison is then one within places too, at the price of two columns and a wider range
(Mundlak 1978, Econometrica 46:69-85). Places have no part
in the chances of a format, where a place without one would decide it: they are adjusted for beside
the weights, and how many children were treated side by side is a question of its own.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.settings import Settings

SITE = "site"
PlaceColumns = Mapping[str, np.ndarray]


def trait_of(column: str) -> str:
    """Give the trait a column adjusted for belongs to: all places of therapy are one trait.

    Args:
        column: a column of `Covariates.centred`, or a key of `Covariates.dropped`.

    >>> trait_of("site 2"), trait_of("attention")
    ('site', 'attention')
    """
    return SITE if column.startswith(f"{SITE} ") else column


def choose_place_columns(
    site: pd.api.extensions.ExtensionArray, formats: np.ndarray, settings: Settings
) -> PlaceColumns:
    """Give the columns for places of therapy: (n,) values each, NaN where not recorded.

    Args:
        site: (n,) each child's place.
        formats: (n, k) one 0/1 column for each format compared.
        settings: how many children a place has on average where it has a column of its own.

    Returns:
        "site 2", "site 3", ... to their values; nothing when there are fewer than two places.
    """
    number = number_places(site)
    n_places = int(number.max(initial=-1)) + 1
    if n_places < 2:
        return {}
    known = number >= 0
    if n_places * settings.place_children <= known.sum():
        values = [number == i for i in range(1, n_places)]
    else:
        counts = np.column_stack(
            [np.bincount(number[known], part[known], n_places) for part in formats.T]
        )
        shares = counts / counts.sum(axis=1, keepdims=True)
        values = list(shares[number, 1:].T)
    return {f"{SITE} {i + 2}": np.where(known, part, np.nan) for i, part in enumerate(values)}


def number_places(site: pd.api.extensions.ExtensionArray) -> np.ndarray:
    """Number places from 0 in the order of their codes; -1 where not recorded."""
    return pd.factorize(site.to_numpy(dtype=object), sort=True)[0]


def children_together(number: np.ndarray, this: np.ndarray, than: np.ndarray) -> float:
    """Give how many children of each of two formats were treated side by side.

    Args:
        number: (n,) each child's place, -1 where not recorded.
        this: (n,) True for the children of one format.
        than: (n,) True for those of the other.

    Returns:
        The sum over places of 2ab / (a + b), with a and b children of the formats: all of them
        where each place has as many of either, 0 where no place has both.

    >>> place = np.array([0, 0, 0, 0, 1, 1])
    >>> group = np.array([True, True, False, False, True, True])
    >>> children_together(place, group, ~group)
    2.0
    """
    n_places = int(number.max(initial=-1)) + 1
    a = np.bincount(number[this & (number >= 0)], minlength=n_places)
    b = np.bincount(number[than & (number >= 0)], minlength=n_places)
    return float((2 * a * b / np.maximum(a + b, 1)).sum())
