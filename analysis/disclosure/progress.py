"""How goals moved, as the children came, as it may be shown.

In: a study. Out: `ProgressPart`. Decisions: a review counts for the nearest usual week; weeks
and bands of levels with a hole in one format are left out or taken together.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Literal, TypedDict

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from analysis.comparison.arms import format_codes
from analysis.disclosure.fields import FORMAT_IDS, FormatId
from analysis.disclosure.permission import formats_described
from analysis.disclosure.rows import Band, TScore, WeekMean
from analysis.disclosure.rules import (
    T_STEP,
    enough,
    round_half_up,
    show_count,
    show_level,
    show_level_spread,
    show_mean,
)
from analysis.disclosure.summary import ProgressPart
from analysis.measures.cohort import number_labels
from analysis.settings import Settings

if TYPE_CHECKING:
    from analysis.study import Study

BandId = Literal["-2", "-1", "0", "+1", "+2", "below", "at", "above", "at_or_above"]
Bands = tuple[tuple[BandId, tuple[int, ...]], ...]
BANDINGS: Final[tuple[Bands, ...]] = (
    (("-2", (-2,)), ("-1", (-1,)), ("0", (0,)), ("+1", (1,)), ("+2", (2,))),
    (("below", (-2, -1)), ("at", (0,)), ("above", (1, 2))),
    (("below", (-2, -1)), ("at_or_above", (0, 1, 2))),
)


class Cell(TypedDict):
    """A format in a week."""

    format: FormatId
    week: int


def publish_progress(study: Study) -> ProgressPart:
    """Give how goals moved.

    Args:
        study: the study.
    """
    levels = levels_by_visit(study)
    return ProgressPart(
        by_week=_publish_means(levels, study),
        levels=_publish_bands(levels, study),
        t_scores=_publish_t_scores(study),
    )


def levels_by_visit(study: Study) -> pd.DataFrame:
    """Give each goal compared one level at each usual review week: child_id, format, week.

    A review counts for the nearest usual week; of two, the nearer one.

    Args:
        study: the study.
    """
    every = study.settings.review_weeks
    goals = study.cohort.goals
    row = pd.Index(goals["goal_id"]).get_indexer(study.scored.levels["goal_id"])
    levels = study.scored.levels[row >= 0]
    week = levels["week"].to_numpy()
    visit = np.minimum(np.floor(week / every + 0.5) * every, study.settings.horizon_weeks)
    own = goals.iloc[row[row >= 0]]
    frame = pd.DataFrame(
        {
            "goal_id": levels["goal_id"].array,
            "child_id": own["child_id"].array,
            "format": own["format"].array,
            "week": visit.astype(int),
            "apart": np.abs(week - visit),
            "level": levels["attainment"].to_numpy(),
        }
    )
    frame = frame[frame["format"].isin(formats_described(study))]
    return frame.sort_values(["goal_id", "week", "apart"], kind="stable").drop_duplicates(
        ["goal_id", "week"]
    )


def _publish_means(levels: pd.DataFrame, study: Study) -> tuple[WeekMean, ...]:
    """Give each format's mean level by week, one child one vote, weeks without a hole."""
    settings = study.settings
    child = levels.groupby(["week", "format", "child_id"], observed=True)["level"].mean()
    rows: list[WeekMean] = []
    for week in sorted(levels["week"].unique().tolist()):
        part = child[child.index.get_level_values("week") == week]
        cells: list[WeekMean] = []
        for therapy_format in formats_described(study):
            own = part[part.index.get_level_values("format") == therapy_format].to_numpy()
            if not enough(len(own), settings):
                cells = []
                break
            cells.append(_week_mean(own, {"format": therapy_format, "week": week}, settings))
        rows += cells
    if len({row.week for row in rows}) < 2:
        return ()
    return tuple(sorted(rows, key=lambda row: (FORMAT_IDS.index(row.format), row.week)))


def _week_mean(own: np.ndarray, where: Cell, settings: Settings) -> WeekMean:
    """Give a format's mean level in a week, with its interval where that may be shown."""
    n, middle, (mean, times) = len(own), float(own.mean()), show_level(own, settings)
    half = float(stdtrit(n - 1, 0.5 + settings.confidence / 2)) * own.std(ddof=1) / math.sqrt(n)
    low, high = show_level_spread((middle - half, middle + half), own, settings)
    return WeekMean(
        **where,
        mean=mean,
        rough=times > 1,
        conf_low=low,
        conf_high=high,
        n_children=show_count(n, settings),
    )


def _publish_bands(levels: pd.DataFrame, study: Study) -> tuple[Band, ...]:
    """Give the share of goals in each band of levels, in the finest bands without a hole."""
    weeks = (study.settings.rate_weeks, study.settings.horizon_weeks)
    week_of, level = levels["week"].to_numpy(), levels["level"].to_numpy()
    received, child = format_codes(levels), number_labels(levels["child_id"].array)
    for bands in BANDINGS:
        rows: list[Band] = []
        for week in weeks:
            for therapy_format in formats_described(study):
                own = (week_of == week) & (received == FORMAT_IDS.index(therapy_format))
                where: Cell = {"format": therapy_format, "week": int(week)}
                rows += _bands_of(level[own], child[own], bands, where, study.settings)
        if rows and all(row.percent is not None for row in rows):
            return tuple(rows)
    return ()


def _bands_of(
    level: np.ndarray, child: np.ndarray, bands: Bands, where: Cell, settings: Settings
) -> list[Band]:
    rows = []
    for order, (name, members) in enumerate(bands):
        inside = np.isin(level, list(members))
        passes = enough(len(np.unique(child[inside])), settings)
        share = 100 * int(inside.sum()) / len(level) if len(level) else 0.0
        percent = int(round_half_up(share / 5) * 5) if passes else None
        rows.append(Band(**where, band=name, order=order, percent=percent))
    return rows


def _publish_t_scores(study: Study) -> tuple[TScore, ...]:
    """Give mean T-scores, as roughly as the levels they are made of."""
    scores, settings, goals = study.scored.t_scores, study.settings, study.scored.table
    compared = scores[scores["episode_id"].isin(study.cohort.table["episode_id"])]
    rows = []
    for therapy_format in formats_described(study):
        own = compared[compared["format"] == therapy_format]
        scored = goals[goals["episode_id"].isin(own["episode_id"]) & goals["baseline"].notna()]
        mine = scored.groupby("episode_id", observed=True)
        n = own["child_id"].nunique()
        for when in ("start", "latest"):
            values = own["t_baseline" if when == "start" else "t_latest"].to_numpy()
            levels = mine["baseline" if when == "start" else "latest"].mean().to_numpy()
            times = show_level(levels, settings)[1]
            spread = float(values.std(ddof=1)) if n > 1 else math.nan
            rows.append(
                TScore(
                    format=therapy_format,
                    when=when,
                    mean=show_mean(values.mean(), n, settings, times * T_STEP) if n else None,
                    rough=times > 1,
                    sd=show_level_spread((spread,), levels, settings, T_STEP)[0],
                    n_children=show_count(n, settings),
                )
            )
    return tuple(rows) if all(row.mean is not None for row in rows) else ()
