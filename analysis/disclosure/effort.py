"""How far, and at what effort, as it may be shown: end level, gain for time, home practice.

In: a study that was asked. Out: `EffortPart`. Decisions: sessions, hours and minutes in steps
that fit their scale; the level at the end bears no label, because the margin is one of rates.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from analysis.comparison.home_practice import HomePractice, mark_minutes_a_week
from analysis.comparison.result import PAIRS, Comparison
from analysis.disclosure.comparisons import Range, publish_pairs, publish_rates, show_range
from analysis.disclosure.permission import (
    formats_compared,
    formats_with_time,
    may_show_practice,
    pairs_with_time,
)
from analysis.disclosure.rows import EffortDifference, EffortMean, EndPair, NetBenefit, Share
from analysis.disclosure.rules import (
    HOUR_STEP,
    MINUTE_STEP,
    SESSION_STEP,
    enough,
    leaves_out_zero,
    show_count,
    show_mean,
    show_share,
)
from analysis.disclosure.summary import EffortPart, EndLevel, HomePracticePart
from analysis.vocabulary import Reason

if TYPE_CHECKING:
    from analysis.study import Study

MEAN_STEPS = {"sessions": SESSION_STEP, "hours": HOUR_STEP}


def publish_effort(study: Study) -> EffortPart | None:
    """Give how far children came and what it took; None where it was not asked.

    Args:
        study: the study.
    """
    if study.effort is None or study.home_practice is None:
        return None
    formats, pairs = formats_with_time(study), pairs_with_time(study)
    means = tuple(
        EffortMean(format=row["format"], measure=row["measure"], **_show_time(row, study))
        for row in study.effort.means.to_dict("records")
        if row["format"] in formats
    )
    held_back: Reason = "few_in_a_format" if formats_compared(study) else "not_compared"
    return EffortPart(
        end_level=_publish_end(study.effort.further, study),
        means=means,
        differences=tuple(
            EffortDifference(
                this=row["this"],
                than=row["than"],
                measure=row["measure"],
                **_show_time(row, study),
            )
            for row in study.effort.differences.to_dict("records")
            if (row["this"], row["than"]) in pairs
        ),
        net_benefit=tuple(
            NetBenefit(
                this=row["this"],
                than=row["than"],
                hours_per_level=row["hours_per_level"],
                settled=study.verdicts.settled.holds(
                    "hours", PAIRS.index((row["this"], row["than"]))
                )
                and leaves_out_zero(printed["conf_low"], printed["conf_high"]),
                **printed,
            )
            for row in study.effort.net_benefit.to_dict("records")
            for printed in (show_range(row, decimals=0),)
            if (row["this"], row["than"]) in pairs
        ),
        withheld=None if means else study.effort.withheld or held_back,
        home_practice=_publish_practice(study.home_practice, study),
    )


def _publish_end(comparison: Comparison, study: Study) -> EndLevel:
    pairs = publish_pairs(comparison, study.verdicts.end_level, study.settings)
    return EndLevel(
        pairs=tuple(
            EndPair(
                id=row.id,
                this=row.this,
                than=row.than,
                shown=row.shown,
                settled=row.settled,
                estimate=row.estimate,
                conf_low=row.conf_low,
                conf_high=row.conf_high,
                p_value=row.p_value,
                p_adjusted=row.p_adjusted,
                gate=row.gate,
            )
            for row in pairs
        ),
        rates=publish_rates(comparison, pairs, study.settings),
        withheld=comparison.withheld or None,
    )


def _show_time(row: Mapping[Any, Any], study: Study) -> Range:
    if row["measure"] not in MEAN_STEPS:
        return show_range(row)
    step = MEAN_STEPS[row["measure"]]
    ends = (row[name] for name in ("estimate", "conf_low", "conf_high"))
    middle, low, high = (show_mean(end, row["n_children"], study.settings, step) for end in ends)
    return {"estimate": middle, "conf_low": low, "conf_high": high}


def _publish_practice(practice: HomePractice, study: Study) -> HomePracticePart:
    settings, mark = study.settings, mark_minutes_a_week(study.settings)
    row, n_usual = practice.table.to_dict("records")[0], practice.usual["child_id"].nunique()
    shown, usual_minutes, at_mark = may_show_practice(study), None, None
    printed = show_range(row, shown=shown)
    clear = leaves_out_zero(printed["conf_low"], printed["conf_high"])
    if n_usual and enough(n_usual, settings):
        minutes = practice.usual["minutes"]
        usual_minutes = show_mean(float(minutes.mean()), n_usual, settings, MINUTE_STEP)
        n_at_mark = int((minutes >= mark).sum())
        percent, word = show_share(n_at_mark, n_usual, settings)
        at_mark = Share(percent=percent, word=word)
    return HomePracticePart(
        shown=shown,
        settled=shown and clear and study.verdicts.settled.holds("practice"),
        **printed,
        n_children=show_count(int(row["n_children"]), settings) if shown else None,
        more_minutes=settings.practice_minutes,
        mark_minutes=show_mean(mark, settings.smallest_cell, settings),
        usual_written=n_usual > 0,
        usual_minutes=usual_minutes,
        at_mark=at_mark,
        withheld=None if shown else practice.withheld or "few_in_a_format",
    )
