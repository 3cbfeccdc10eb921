"""Were goals set, rated, reviewed and ended alike in both formats of a pair?

In: what was compared by format, and the main comparison. Out: a `Fault` for each question that is
answered with no. Decisions: a difference counts where it is large and chance hardly explains it;
goals further at the first reviews than their pace explains count sooner where they favour a
format whose main interval leaves out zero, and not where the later reviews alone show it ahead
too; each of these weakens an answer and closes none, and the format it favours is not trusted
(`favoured`; METHODS.md, "Gates").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from analysis.comparison.by_format import NOT_RECORDED, ByFormat
from analysis.comparison.format_contrasts import SAME, Contrast
from analysis.comparison.result import PairOfFormats, Row
from analysis.decisions.gate import Fault
from analysis.settings import Settings
from analysis.vocabulary import GateName, GateRule

TREATING: Final = "treating_therapist"
Question = Callable[[ByFormat, PairOfFormats, Row, Settings], Fault | None]


def _goal_timing(
    found: ByFormat, pair: PairOfFormats, row: Row, settings: Settings
) -> Fault | None:
    """Ask whether as many goals were set before the format in both."""
    least, error = settings.by_format_share, settings.by_format_error
    before, unknown = found.set_before, found.timing_unknown
    if _hardly_recorded(unknown, pair, settings):
        return None
    if unknown.differs(pair, least, error):
        return Fault("timing_recorded_unevenly", _more(unknown.means, pair))
    if before.differs(pair, least, error):
        return Fault("timing_differs", _less(before.means, pair))
    if _other_standard(found.ease, pair, row, settings):
        return Fault("easier_later_goals", _more(found.ease.means, pair))
    return None


def _hardly_recorded(unknown: Contrast, pair: PairOfFormats, settings: Settings) -> bool:
    """Tell whether one format hardly has a column: the gate "measurement" names it."""
    return max(unknown.means[f] for f in pair) > settings.most_missing


def _raters(found: ByFormat, pair: PairOfFormats, row: Row, settings: Settings) -> Fault | None:
    """Ask whether the same kinds of people rated, and as kindly."""
    raters = found.raters
    if _hardly_recorded(raters[NOT_RECORDED], pair, settings):
        return None
    others = {f: 1 - raters[TREATING].means[f] - raters[NOT_RECORDED].means[f] for f in pair}
    if min(others.values()) < SAME < max(others.values()):
        return Fault("unchecked_raters", _less(others, pair), 0.0)
    kinds = [one for one in raters.values() if any(one.means[f] > 0 for f in pair)]
    for one in kinds:
        if one.differs(pair, settings.by_format_share, settings.by_format_error / len(kinds)):
            return Fault("raters_differ")
    if _other_standard(found.kindness, pair, row, settings):
        return Fault("kinder_therapists", _more(found.kindness.means, pair))
    start = found.head_start
    large = abs(start.differences[pair]) > settings.head_start_levels
    if large and _seen(start, pair, row, settings) and not _goes_on(found, pair, settings):
        return Fault("head_start", pair[0] if start.differences[pair] > 0 else pair[1])
    return None


def _other_standard(seen: Contrast, pair: PairOfFormats, row: Row, settings: Settings) -> bool:
    """Tell whether one format of a pair was measured by an easier standard than the other."""
    return abs(seen.differences[pair]) > settings.standard_levels and _seen(
        seen, pair, row, settings
    )


def _seen(seen: Contrast, pair: PairOfFormats, row: Row, settings: Settings) -> bool:
    """Tell whether chance hardly explains a contrast, the less so where it favours who is ahead."""
    sign = (row["conf_low"] > 0) - (row["conf_high"] < 0)
    suspect = sign * seen.differences[pair] > 0
    suspect = suspect and seen.p_values[pair] / 2 < settings.suspicion_error
    return suspect or seen.p_values[pair] < settings.by_format_error


def _goes_on(found: ByFormat, pair: PairOfFormats, settings: Settings) -> bool:
    """Tell whether the later reviews alone show the format ahead that has a head start."""
    start, pace = found.head_start.differences[pair], found.later_pace
    error = 1 - settings.similarity_confidence
    return pace.differences[pair] * start > 0 and pace.p_values[pair] < error


def _reviews(found: ByFormat, pair: PairOfFormats, row: Row, settings: Settings) -> Fault | None:
    """Ask whether goals were reviewed as often, and in the same weeks."""
    error = settings.by_format_error
    if found.gaps.differs(pair, settings.review_gap_weeks, error):
        return Fault("reviewed_less_often", _more(found.gaps.means, pair))
    if found.off_calendar.differs(pair, settings.off_calendar_weeks, error):
        return Fault("reviewed_irregularly", _more(found.off_calendar.means, pair))
    return None


def _leaving(found: ByFormat, pair: PairOfFormats, row: Row, settings: Settings) -> Fault | None:
    """Ask whether families stop coming once goals are met, in one format more."""
    leaving = found.leaving
    more = _more(leaving.means, pair)
    sure = leaving.means[more] > 0 and leaving.against_none[more] / 2 < settings.suspicion_error
    if sure and abs(leaving.differences[pair]) > settings.leaving_share:
        return Fault("left_after_success", more)
    return None


def _endings(found: ByFormat, pair: PairOfFormats, row: Row, settings: Settings) -> Fault | None:
    """Ask whether goals ended as they were set, and where the records say."""
    asked: tuple[tuple[GateRule, Contrast], ...]
    asked = (("closed_below", found.closed_below), ("made_harder", found.made_harder))
    for rule, seen in asked:
        more = _more(seen.means, pair)
        if seen.means[more] > settings.endings_share:
            apart = seen.differs(pair, settings.endings_share, settings.by_format_error)
            return Fault(rule, more, alike=not apart)
    return None


def _more(means: Mapping[str, float], pair: PairOfFormats) -> str:
    return max(pair, key=means.__getitem__)


def _less(means: Mapping[str, float], pair: PairOfFormats) -> str:
    return min(pair, key=means.__getitem__)


BY_FORMAT: Final[Mapping[GateName, Question]] = {
    "goal_timing": _goal_timing,
    "raters": _raters,
    "reviews": _reviews,
    "leaving": _leaving,
    "endings": _endings,
}
