"""The types of arrays that every model takes and gives.

In: nothing. Out: `Array` of numbers, `Whole` of whole numbers (codes, positions, counts) and
`Flags` of truth values. Decisions: numbers are double precision throughout.
"""

from __future__ import annotations

from numbers import Real

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Whole = NDArray[np.integer]
Flags = NDArray[np.bool_]


def is_number(value: object) -> bool:
    """Tell whether a value is a real number of any kind, numpy's included."""
    return isinstance(value, Real)
