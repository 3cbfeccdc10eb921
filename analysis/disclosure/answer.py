"""The main answer as it may be shown: pairs, rates, counts, cautions.

In: a study. Out: `AnswerPart`. Decisions: therapists are counted only where none of them could
recognise the work as theirs; shares of goals and reviews are counted in children on both sides.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.comparison.arms import format_codes
from analysis.decisions import labels
from analysis.decisions.decide import Decision
from analysis.disclosure.comparisons import name_format, name_pair, name_times, show_range
from analysis.disclosure.fields import FORMAT_IDS
from analysis.disclosure.permission import may_show_pair, may_show_rate
from analysis.disclosure.rows import Counts, FormatRate, FormatShare, MainPair, Share
from analysis.disclosure.rules import (
    ESTIMATE_DECIMALS,
    FEW,
    NEARLY_ALL,
    enough,
    enough_aside,
    round_half_up,
    show_count,
    show_df,
    show_estimate,
    show_in_fives,
    show_share,
    surely_twice,
)
from analysis.disclosure.summary import AnswerPart, CautionsPart, Needed
from analysis.measures.cohort import Cohort, number_labels
from analysis.records.schema import RATERS
from analysis.settings import Settings
from analysis.vocabulary import FASTER_IMPORTANT, FAVOURED, NO_IMPORTANT_DIFFERENCE

if TYPE_CHECKING:
    from analysis.study import Study

SETTLED = (FASTER_IMPORTANT, NO_IMPORTANT_DIFFERENCE)


def publish_answer(study: Study) -> AnswerPart:
    """Give the main answer, every number through the rules.

    Args:
        study: the study; of its other questions only what was asked is used.
    """
    settings = study.settings
    return AnswerPart(
        pairs=tuple(_publish_pair(study, decision) for decision in study.verdicts.decisions),
        rates=_publish_rates(study),
        counts=publish_counts(study.cohort, settings),
        needed=Needed(
            n_children=settings.compare_children,
            n_groups=settings.compare_groups,
            half_width=round_half_up(labels.answer_half_width(settings), ESTIMATE_DECIMALS),
        ),
        cautions=_publish_cautions(study),
    )


def publish_counts(cohort: Cohort, settings: Settings) -> tuple[Counts, ...]:
    """Give children, goals, groups and therapists compared, for each format and together.

    Args:
        cohort: the children compared.
        settings: the smallest cell.
    """
    rows: list[Counts] = []
    table = cohort.table
    received, n_goals = format_codes(table), table["n_goals"].to_numpy()
    group, therapist = (number_labels(table[c].array) for c in ("group_id", "therapist_id"))
    for k, therapy_format in enumerate(FORMAT_IDS):
        own, n_children = received == k, cohort.n_children[therapy_format]
        groups, shown = np.unique(group[own & (group >= 0)]), enough(n_children, settings)
        rows.append(
            Counts(
                format=therapy_format,
                n_children=show_count(n_children, settings),
                n_goals=show_count(n_goals[own].sum(), settings, n_children),
                n_groups=len(groups) if shown and len(groups) else None,
                n_therapists=_show_therapists(therapist[own], shown, settings),
            )
        )
    first = cohort.flow.iloc[0]
    present = [row for row in rows if first[row.format] != 0]
    n_together = _add([row.n_children for row in present])
    together = Counts(
        format="all",
        n_children=n_together,
        n_goals=_add([row.n_goals for row in present]),
        n_groups=_add([row.n_groups for row in present if row.n_groups is not None]),
        n_therapists=_show_therapists(therapist, n_together is not None, settings),
    )
    return (*rows, together)


def _add(parts: list[int | None]) -> int | None:
    known = [n for n in parts if n is not None]
    return sum(known) if known and len(known) == len(parts) else None


def _show_therapists(therapist: np.ndarray, shown: bool, settings: Settings) -> int | None:
    """Give the number of therapists, unless one of them could recognise the work as theirs.

    Args:
        therapist: each child's therapist by number, -1 where not recorded.
        shown: whether the children may be counted at all.
        settings: fewest therapists, and the largest share of one.
    """
    n = np.unique(therapist[therapist >= 0], return_counts=True)[1]
    if not shown or len(n) < settings.fewest_therapists:
        return None
    return None if n.max() / n.sum() > settings.largest_therapist_share else len(n)


def _publish_pair(study: Study, decision: Decision) -> MainPair:
    formats = (decision.this, decision.than)
    row, shown = study.comparison.pair(*formats), may_show_pair(study, *formats)
    half = (row["conf_high"] - row["conf_low"]) / 2
    narrow = half * labels.narrower(row["df"], study.settings) if shown else math.nan
    weighted = study.analyses["overlap_weighted"].pair(*formats)["estimate"]
    printed, df = show_range(row, shown=shown), show_df(row["df"]) if shown else None
    open_still = decision.label not in SETTLED and decision.unsettled != FAVOURED
    wide_low, wide_high = _wide_range(study, *formats) if shown else (None, None)
    return MainPair(
        **name_pair(*formats),
        label=decision.label,
        ahead=name_format(decision.ahead),
        certainty=decision.certainty or None,
        unsettled=decision.unsettled or None,
        shown=shown,
        **printed,
        narrow_low=show_estimate(row["estimate"] - narrow) if shown else None,
        narrow_high=show_estimate(row["estimate"] + narrow) if shown else None,
        std_error=show_estimate(row["std_error"]) if shown else None,
        weighted=show_estimate(weighted) if shown else None,
        df=df,
        times=name_times(printed, df, study.settings) if open_still else None,
        p_value=show_estimate(row["p_value"], 3) if shown else None,
        p_adjusted=show_estimate(row["p_adjusted"], 3) if shown else None,
        wide_low=wide_low,
        wide_high=wide_high,
    )


def _wide_range(study: Study, this: str, than: str) -> tuple[float | None, float | None]:
    """Give the range of a pair if something unrecorded differs between the formats too."""
    if study.sensitivity is None:
        return None, None
    table = study.sensitivity.unmeasured.table
    row = table[(table["this"] == this) & (table["than"] == than)]
    if row.empty:
        return None, None
    return show_estimate(row.iloc[0]["wide_low"]), show_estimate(row.iloc[0]["wide_high"])


def _publish_rates(study: Study) -> tuple[FormatRate, ...]:
    rows = []
    for therapy_format in FORMAT_IDS:
        shown = may_show_rate(study, therapy_format)
        numbers = show_range(study.comparison.mean(therapy_format), shown=shown)
        rows.append(FormatRate(format=therapy_format, shown=shown, **numbers))
    return tuple(rows)


def _publish_cautions(study: Study) -> CautionsPart:
    missing = []
    for therapy_format in FORMAT_IDS:
        started = study.cohort.started[therapy_format]
        gone = started - study.cohort.stayed[therapy_format]
        percent, word = show_share(gone, started, study.settings)
        missing.append(FormatShare(format=therapy_format, percent=percent, word=word))
    return CautionsPart(
        goals_set_before=_share_before(study.cohort, study.settings),
        other_raters=_share_other_raters(study),
        missing_at_end=tuple(missing),
    )


def _share_before(cohort: Cohort, settings: Settings) -> Share:
    """Give the share of goals set before the format, counted in children."""
    before = cohort.goals["set_before_format"].to_numpy()
    known = ~np.isnan(before)
    if not known.any():
        return Share(recorded=False)
    child = cohort.goals["child_id"].array[known]
    return share_of_rows(child, before[known] == 1, settings)


def _share_other_raters(study: Study) -> Share:
    reviews, goals = study.records.reviews, study.records.goals
    rater = reviews["rater"].array.codes
    known = rater >= 0
    if not known.any():
        return Share(recorded=False)
    goal = pd.Index(goals["goal_id"]).get_indexer(reviews["goal_id"].array[known])
    child = goals["child_id"].array.take(goal, allow_fill=True)
    other = rater[known] != RATERS.index("treating_therapist")
    return share_of_rows(child, other, study.settings)


def share_of_rows(
    child_id: pd.api.extensions.ExtensionArray, chosen: np.ndarray, settings: Settings
) -> Share:
    """Give a share of rows, if enough different children are on both sides of it.

    Args:
        child_id: (n,) whose row it is.
        chosen: (n,) True for the rows whose share it is.
        settings: the smallest cell.
    """
    child = number_labels(child_id)
    n_all, n_in, n_out = (len(np.unique(part)) for part in (child, child[chosen], child[~chosen]))
    if not surely_twice(n_all, settings):
        return Share()
    if not enough_aside(n_in, settings):
        return Share(word=FEW)
    if not enough_aside(n_out, settings):
        return Share(word=NEARLY_ALL)
    return Share(percent=show_in_fives(float(chosen.mean())))
