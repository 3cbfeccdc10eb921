"""Can two formats be told apart from the therapists who gave them?

In: the children compared. Out: the format whose therapists stand in the way, or none. Decisions:
where one therapist has far more of one format than of the other, cluster-robust errors cannot see
that therapist's part (a cluster that alone makes a format's mean has nothing to be held against),
so such a pair is withheld; where therapists keep to a format and too few degrees of freedom are
left, they are the reason. Measured in `benchmarks/clusters.md`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.comparison.arms import format_codes
from analysis.comparison.result import PairOfFormats
from analysis.measures.cohort import number_labels
from analysis.records.schema import FORMATS
from analysis.settings import Settings

# The remedy that is named: with three to each of two formats, four degrees of freedom are left.
SHARED_THERAPISTS = 4


def find_apart(table: pd.DataFrame, pair: PairOfFormats, settings: Settings) -> str:
    """Find a format that one therapist stands for, of a pair that the therapist does not share.

    Args:
        table: rows of `Cohort.table`.
        pair: two formats.
        settings: how far a therapist's shares of the two formats may lie apart.

    Returns:
        The format of which one therapist has so much more than of the other; "" when none has.
    """
    label = number_labels(table["therapist_id"].array)
    codes, shares = format_codes(table), []
    for therapy_format in pair:
        own = label[(codes == FORMATS.index(therapy_format)) & (label >= 0)]
        if not len(own):
            return ""
        shares.append(np.bincount(own, minlength=int(label.max()) + 1) / len(own))
    apart = shares[0] - shares[1]
    furthest = int(np.abs(apart).argmax())
    if abs(apart[furthest]) <= settings.therapist_apart:
        return ""
    return pair[0] if apart[furthest] > 0 else pair[1]


def find_kept(table: pd.DataFrame, pair: PairOfFormats) -> str:
    """Give the format of a pair most of whose children are with therapists who keep to a format.

    Args:
        table: rows of `Cohort.table`.
        pair: two formats.

    Returns:
        The format; "" when fewer than half of the children of either are with such therapists.
    """
    codes, kept = format_codes(table), table["keeper"].to_numpy() >= 0
    share = {f: float(kept[codes == FORMATS.index(f)].mean()) for f in pair}
    most = max(pair, key=share.__getitem__)
    return most if share[most] >= 0.5 else ""


def find_without_therapist(
    table: pd.DataFrame, pair: PairOfFormats, settings: Settings
) -> str | None:
    """Find a format of a pair in which therapists were not recorded.

    Args:
        table: rows of `Cohort.table`.
        pair: two formats.
        settings: the share of children without a therapist that is still rare.

    Returns:
        The format; "" when both lack therapists; None when both are recorded.
    """
    codes = format_codes(table)
    unknown = table["therapist_id"].isna().to_numpy()
    missing = [f for f in pair if unknown[codes == FORMATS.index(f)].mean() > settings.rare_share]
    return None if not missing else missing[0] if len(missing) == 1 else ""
