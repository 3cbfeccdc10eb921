"""Read which cluster each row belongs to, and bring rows into cluster order.

Comes in: one label for each row, of any kind. Goes out: `ClusterRows`. Decided here: a missing
label is an error (a row that stands alone needs a label of its own), and so is one cluster.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.errors import AnalysisError
from analysis.models.regression.sandwich import ClusterRows, Whole, arrange_clusters


def read_labels(clusters: ArrayLike, n_rows: int) -> tuple[Whole, NDArray | pd.Index]:
    """Read cluster labels as codes 0..m-1 and the labels they stand for.

    Args:
        clusters: (n,) labels of any kind, none missing.
        n_rows: n.

    Raises:
        AnalysisError: on another length or a missing label.
    """
    values = clusters if isinstance(clusters, pd.Series) else np.asarray(clusters)
    if values.shape != (n_rows,):
        raise AnalysisError(
            f"Every one of the design's {n_rows} rows needs one cluster label; the labels' "
            f"shape is {values.shape}."
        )
    codes, labels = pd.factorize(values)
    if n_rows and codes.min() < 0:
        raise AnalysisError(
            f"{int((codes < 0).sum())} rows have no cluster label. Give a row that stands alone "
            "a label of its own."
        )
    return codes, labels


def arrange_codes(codes: Whole) -> ClusterRows:
    """Bring rows into cluster order.

    Args:
        codes: (n,) codes 0..m-1, every one present.

    Raises:
        AnalysisError: if there are fewer than two clusters.
    """
    rows = arrange_clusters(codes)
    if rows.n_clusters < 2:
        raise AnalysisError(
            "All rows belong to one cluster, so nothing shows how much clusters differ. "
            "At least two clusters are needed."
        )
    return rows


def arrange_labels(clusters: ArrayLike, n_rows: int, repeat: int = 1) -> ClusterRows:
    """Read cluster labels and bring rows into cluster order.

    Args:
        clusters: (n,) labels of any kind, none missing.
        n_rows: n.
        repeat: how many rows in a row share each label.

    Raises:
        AnalysisError: on another length, a missing label, or fewer than two clusters.
    """
    codes, _ = read_labels(clusters, n_rows)
    return arrange_codes(np.repeat(codes, repeat))
