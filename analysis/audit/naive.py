"""What a clinic would find without care, run beside the study so that its failure is seen.

In: an invented clinic's tables and measured rates. Out: plain numbers. Decisions: both ways are
common and both are wrong - reviews of one goal counted as if they were strangers, and children
sorted by what they ended up receiving.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.special import stdtr

from analysis.comparison.result import PAIRS
from analysis.records.schema import FORMATS
from analysis.simulation.levels import TERM_WEEKS


def regress_rows(tables: Mapping[str, pd.DataFrame]) -> list[float]:
    """Give p-values of the pairs' slopes: one row per review, nothing adjusted, nobody clustered.

    attainment ~ format + format x week by ordinary least squares; NaN for an absent format.
    """
    reviews, goals, episodes = (tables[name] for name in ("reviews", "goals", "episodes"))
    goal = pd.Index(goals["goal_id"]).get_indexer(reviews["goal_id"])
    child = pd.Index(episodes["child_id"]).get_indexer(goals["child_id"])[goal]
    received = episodes["format"].array.codes[child]
    week = reviews["week"].to_numpy() / TERM_WEEKS
    level = reviews["attainment"].to_numpy()
    slope, variance = np.full(len(FORMATS), np.nan), np.full(len(FORMATS), np.nan)
    rss, df = 0.0, len(level)
    for k in np.unique(received):
        own = received == k
        x, y = week[own] - week[own].mean(), level[own] - level[own].mean()
        slope[k], variance[k] = (x @ y) / (x @ x), 1 / (x @ x)
        rss += ((y - slope[k] * x) ** 2).sum()
        df -= 2
    answer = []
    for this, than in PAIRS:
        a, b = FORMATS.index(this), FORMATS.index(than)
        t = (slope[a] - slope[b]) / np.sqrt((variance[a] + variance[b]) * rss / df)
        answer.append(float(2 * stdtr(df, -abs(t))))
    return answer


def compare_by_received(tables: Mapping[str, pd.DataFrame], rates: pd.Series) -> list[float]:
    """Give the pairs' plain differences, children sorted by the sessions they ever attended.

    Args:
        tables: the clinic's tables.
        rates: child_id -> rate of progress.

    Returns:
        One difference for each pair; NaN where nobody received one of the two.
    """
    sessions = tables["sessions"]
    child = rates.index.get_indexer(pd.Index(sessions["child_id"]))
    came = (sessions["attended"].to_numpy() == 1) & (child >= 0)
    ever = np.zeros((len(rates), len(FORMATS)), bool)
    ever[child[came], sessions["delivered"].array.codes[came]] = True
    some = ever.any(axis=1)
    received = np.where(ever.sum(axis=1) > 1, FORMATS.index("combined"), ever.argmax(axis=1))[some]
    rate = rates.to_numpy()[some]
    means = [
        rate[received == k].mean() if (received == k).any() else np.nan for k in range(len(FORMATS))
    ]
    return [float(means[FORMATS.index(this)] - means[FORMATS.index(than)]) for this, than in PAIRS]
