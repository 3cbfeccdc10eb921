"""How many times as many children would answer, told from what is already printed.

In: the printed interval and degrees of freedom of a pair. Out: a phrase, or nothing. Decisions:
a number of children would give the exact count away that it was multiplied from; the factor
comes from the printed interval and is said as coarsely as a team plans.
"""

from __future__ import annotations

from typing import Final

from scipy.special import stdtrit

from analysis.decisions.labels import size_factor
from analysis.disclosure.rows import MainPair
from analysis.disclosure.summary import Summary
from analysis.settings import Settings
from analysis.vocabulary import FASTER_IMPORTANT, NO_IMPORTANT_DIFFERENCE

# Up to so many times as many: how that is said.
TIMES: Final[tuple[tuple[float, str], ...]] = (
    (1.35, "about a quarter more children than now"),
    (1.75, "about half as many children again"),
    (2.5, "about twice as many children as now"),
    (3.5, "about three times as many children as now"),
    (5.0, "about four times as many children as now"),
)
MOST_TIMES: Final = "more than five times as many children as now"
SETTLED: Final = (FASTER_IMPORTANT, NO_IMPORTANT_DIFFERENCE)


def tell_times(summary: Summary, pair: MainPair) -> str:
    """Say how many times as many children would narrow a pair's range to the margin.

    Args:
        summary: the summary, for its margin, its level of confidence and its therapy groups.
        pair: one of its main pairs.

    Returns:
        A phrase; "" where the range is narrow enough, or not shown.
    """
    low, high, df = pair.conf_low, pair.conf_high, pair.df
    if low is None or high is None or df is None:
        return ""
    error = (high - low) / 2 / float(stdtrit(df, 0.5 + summary.measure.confidence / 2))
    factor = size_factor(error, df, Settings(margin=summary.margin))
    if factor <= 1:
        return ""
    phrase = next((words for most, words in TIMES if factor <= most), MOST_TIMES)
    grouped = any(summary.counted(name).n_groups for name in (pair.this, pair.than))
    return f"{phrase}, in more therapy groups," if grouped else phrase


def is_open(summary: Summary, pair: MainPair) -> bool:
    """Tell whether more children could settle what is said of a pair."""
    return pair.label not in SETTLED and bool(tell_times(summary, pair))
