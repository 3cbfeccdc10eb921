"""What is recorded enough to compare two formats, asked of each of the two.

In: the children compared and what is adjusted for. Out: the trait or format that a fault is about.
Decisions: what one format hardly has counts as not recorded for its pairs, however often the others
have it: a value filled in from other formats says nothing about this one (METHODS.md, "What is
allowed for").
"""

from __future__ import annotations

import numpy as np

from analysis.comparison.analysis_set import AnalysisSet, episode_rows
from analysis.comparison.arms import format_codes
from analysis.comparison.by_format import NOT_RECORDED, ByFormat
from analysis.comparison.covariates import CALENDAR
from analysis.comparison.places import SITE, children_together, number_places
from analysis.comparison.result import PairOfFormats
from analysis.measures.cohort import Cohort
from analysis.records.load import Records
from analysis.records.schema import FORMATS, RATERS


def find_blank_trait(asked: AnalysisSet, pair: PairOfFormats) -> tuple[str, str] | None:
    """Give a trait that one format of a pair has and the other hardly has, and the latter.

    Args:
        asked: the children compared.
        pair: the two formats.

    Returns:
        The first such trait in the published order, and the format; None when there is none.
    """
    for trait, formats in asked.covariates.blank.items():
        without = [therapy_format for therapy_format in pair if therapy_format in formats]
        if len(without) == 1:
            return trait, without[0]
    return None


def count_together(asked: AnalysisSet, pair: PairOfFormats) -> float:
    """Give how many children of each format of a pair were treated side by side.

    Args:
        asked: the children compared.
        pair: the two formats.

    Returns:
        The answer of `children_together`; endless where places are hardly recorded in either
        format, or there is one place only.
    """
    number, codes = number_places(asked.table[SITE].array), format_codes(asked.table)
    sides = [codes == FORMATS.index(therapy_format) for therapy_format in pair]
    most = asked.settings.most_missing
    if any((number[side] < 0).mean() > most for side in sides if side.any()):
        return np.inf
    if number.max(initial=-1) < 1:
        return np.inf
    return children_together(number, *sides)


def terms_recorded(asked: AnalysisSet) -> bool:
    """Tell whether it is recorded when children started, so that years can be allowed for.

    Args:
        asked: the children compared.
    """
    return asked.covariates.dropped.get(CALENDAR) not in ("not_recorded", "missing_too_often")


def rated_by_others(found: ByFormat, pair: PairOfFormats) -> float:
    """Give the share of reviews known to be rated by others than the treating therapist.

    Args:
        found: who rated, by format.
        pair: the two formats.

    Returns:
        That of the format in which it is smaller.
    """
    unchecked = (RATERS[0], NOT_RECORDED)
    return min(1 - sum(found.raters[kind].means[f] for kind in unchecked) for f in pair)


def timing_shares(asked: AnalysisSet) -> np.ndarray:
    """Give each format's share of goals known to be set before the format or after it.

    Args:
        asked: the children compared.
    """
    goals = asked.cohort.goals
    row = episode_rows(asked, goals["episode_id"])
    return _shares(asked, row, goals["set_before_format"].notna().to_numpy())


def rater_shares(asked: AnalysisSet) -> np.ndarray:
    """Give each format's share of reviews whose rater is known.

    Args:
        asked: the children compared.
    """
    goals, reviews = asked.records.goals, asked.records.reviews
    episode = goals.set_index("goal_id")["episode_id"].reindex(reviews["goal_id"])
    row = episode_rows(asked, episode)
    return _shares(asked, row, reviews["rater"].array.codes >= 0)


def goals_set_before(cohort: Cohort) -> float:
    """Give the share of goals known to be set before the format; NaN when never recorded.

    Args:
        cohort: the goals compared.
    """
    return float(cohort.goals["set_before_format"].mean())


def rated_independently(records: Records) -> float:
    """Give the share of reviews rated by anyone but the treating therapist; NaN if unknown.

    Args:
        records: the reviews.
    """
    rater = records.reviews["rater"].array.codes
    known = rater[rater >= 0]
    treating = RATERS.index("treating_therapist")
    return float((known != treating).mean()) if len(known) else float("nan")


def find_unrecorded(shares: np.ndarray, pair: PairOfFormats, asked: AnalysisSet) -> str | None:
    """Give the first format of a pair in which too little of something is recorded.

    Args:
        shares: each format's share recorded.
        pair: the two formats.
        asked: for the share that may be missing.
    """
    least = 1 - asked.settings.most_missing
    return next((f for f in pair if shares[FORMATS.index(f)] < least), None)


def _shares(asked: AnalysisSet, row: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Give each format's share of True among items of the children compared; 1 without any."""
    codes = format_codes(asked.table)[row]
    inside = row >= 0
    n = np.bincount(codes[inside], minlength=len(FORMATS))
    found = np.bincount(codes[inside], known[inside], len(FORMATS))
    return np.where(n > 0, found / np.maximum(n, 1), 1.0)
