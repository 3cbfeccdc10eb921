"""Numbers that others published or computed, shipped with the package, and how near they must be.

In: nothing. Out: triples of what, found and wanted. Each has its source beside it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

NORRIS_X = (
    *(0.2, 337.4, 118.2, 884.6, 10.1, 226.5, 666.3, 996.3, 448.6, 777.0, 558.2, 0.4),
    *(0.6, 775.5, 666.9, 338.0, 447.5, 11.6, 556.0, 228.1, 995.8, 887.6, 120.2, 0.3),
    *(0.3, 556.8, 339.1, 887.2, 999.0, 779.0, 11.1, 118.3, 229.2, 669.1, 448.9, 0.5),
)
NORRIS_Y = (
    *(0.1, 338.8, 118.1, 888.0, 9.2, 228.1, 668.5, 998.5, 449.1, 778.9, 559.2, 0.3),
    *(0.1, 778.1, 668.8, 339.3, 448.9, 10.8, 557.7, 228.3, 998.0, 888.8, 119.6, 0.3),
    *(0.6, 557.6, 339.3, 888.0, 998.5, 778.9, 10.2, 117.6, 228.9, 668.4, 449.2, 0.2),
)
RELATIVE = 1e-6  # the published values are rounded to their last printed digit


def compare_with_reference() -> Iterator[tuple[str, float, float]]:
    """Give what is computed here beside what was published: (what, found, wanted)."""
    from analysis.measures.scoring import t_score
    from analysis.models.multiplicity import adjust_shaffer
    from analysis.models.regression.cluster_robust import fit_cluster_robust
    from analysis.models.regression.least_squares import solve_least_squares

    # Kiresuk & Sherman 1968, by hand: x = (1, 0), equal weights; x = (-1, 0, 1), w = (3, 2, 1)
    yield "T-score of two goals", t_score([1, 0]), 56.2017367
    yield "T-score with weights", t_score([-1, 0, 1], [3, 2, 1]), 45.5934735
    # NIST Statistical Reference Datasets, Norris: certified values
    design = np.column_stack([np.ones(len(NORRIS_X)), NORRIS_X])
    line = solve_least_squares(np.array(NORRIS_Y), design, pd.Index(["constant", "x"]))
    yield "NIST Norris, constant", float(line.coefficients[0]), -0.262323073774029
    yield "NIST Norris, slope", float(line.coefficients[1]), 1.00211681802045
    # Two groups of children treated alone: Welch's degrees of freedom, 7 and 11 of one variance
    group = np.repeat([0.0, 1.0], [7, 11])
    pair = fit_cluster_robust(
        np.arange(18.0), np.column_stack([1 - group, group]), np.arange(18), kind="CR2"
    )
    df = float(pair.contrast(np.array([[-1.0, 1.0]]))["df"].iloc[0])
    yield "Welch's degrees of freedom", df, 12.9255319
    # Shaffer 1986: the smallest of three p-values times 3, the others times 1, in order
    adjusted = adjust_shaffer([0.01, 0.02, 0.04])
    yield "Shaffer, smallest p-value", float(adjusted[0]), 0.03
    yield "Shaffer, second p-value", float(adjusted[1]), 0.03
