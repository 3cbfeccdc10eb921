"""Terms in which therapy started, coarse enough to point at nobody.

In: each child's first day. Out: each child's term, a third of a year. Decisions: a term in which
few children started joins its smaller neighbour, so that a term never tells who somebody is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date

from analysis.records.schema import FIRST_YEAR, LAST_YEAR, TERMS, TERMS_A_YEAR
from analysis.settings import Settings

MONTHS_IN_TERM = 12 // TERMS_A_YEAR


def name_terms(starts: Mapping[str, date]) -> dict[str, str]:
    """Give the term in which each child started.

    Args:
        starts: child -> first day.

    Returns:
        child -> one of `schema.TERMS`, each of them of at least the smallest cell of children
        (one term when there are fewer); a day before or after all terms is left out.

    >>> days = {f"C{i}": date(2024, 1 + i % 6, 5) for i in range(36)}
    >>> sorted(set(name_terms(days).values()))
    ['2024_1', '2024_2']
    >>> set(name_terms({"C1": date(2023, 3, 5), **days}).values()) == set(name_terms(days).values())
    True
    """
    terms = {
        child: TERMS_A_YEAR * (day.year - FIRST_YEAR) + (day.month - 1) // MONTHS_IN_TERM
        for child, day in starts.items()
        if FIRST_YEAR <= day.year <= LAST_YEAR
    }
    joined = _join_small(Counter(terms.values()), Settings().smallest_cell)
    return {child: TERMS[joined[term]] for child, term in terms.items()}


def _join_small(sizes: Mapping[int, int], least: int) -> dict[int, int]:
    """Give each term the term it is told as: the largest of those joined."""
    runs = [([term], sizes[term]) for term in sorted(sizes)]
    while len(runs) > 1 and min(n for _, n in runs) < least:
        i = min(range(len(runs)), key=lambda k: runs[k][1])
        beside = [k for k in (i - 1, i + 1) if 0 <= k < len(runs)]
        first, second = sorted((i, min(beside, key=lambda k: runs[k][1])))
        runs[first : second + 1] = [
            (runs[first][0] + runs[second][0], runs[first][1] + runs[second][1])
        ]
    return {term: max(run, key=lambda t: sizes[t]) for run, _ in runs for term in run}
