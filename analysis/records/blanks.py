"""Whether a column is filled in often enough to allow for it: asked once, by check and report.

In: which children lack it, and which format each has. Out: the share lacking it in each format.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def shares_blank(absent: NDArray[np.bool_], formats: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the share of children without a value in each format.

    Args:
        absent: for each child whether the value is missing.
        formats: children by formats, 1 for the child's own and 0 elsewhere; no format is empty.

    >>> shares_blank(np.array([True, False]), np.eye(2)).tolist()
    [1.0, 0.0]
    """
    shares: NDArray[np.float64] = absent @ formats / formats.sum(axis=0)
    return shares


def can_allow_for(shares: NDArray[np.float64], most_missing: float) -> bool:
    """Tell whether formats can be compared among children alike in it: two formats have it."""
    return int((shares <= most_missing).sum()) >= min(len(shares), 2)
