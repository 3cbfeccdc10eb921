"""Page 3 through the door: how goals moved."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from analysis.comparison.arms import format_codes
from analysis.disclosure.cohort import formats_shown
from analysis.disclosure.rules import (
    T_STEP,
    enough,
    round_half_up,
    show_count,
    show_mean,
    show_spread,
)
from analysis.measures.cohort import number_labels
from analysis.records.schema import FORMATS
from analysis.settings import Settings
from analysis.words.describe import say_course, say_levels, say_t_scores
from analysis.words.sentence import SentenceBook

if TYPE_CHECKING:
    from analysis.study import Study

BANDINGS = (
    (
        ("\u22122", (-2,)),
        ("\u22121", (-1,)),
        ("0", (0,)),
        ("+1", (1,)),
        ("+2", (2,)),
    ),
    (
        ("Below the expected level", (-2, -1)),
        ("At the expected level", (0,)),
        ("Above the expected level", (1, 2)),
    ),
    (
        ("Below the expected level", (-2, -1)),
        ("At the expected level or above", (0, 1, 2)),
    ),
)


def publish_course(study: Study, book: SentenceBook) -> dict[str, object]:
    """Give page 3.

    Args:
        study: the study.
        book: where its sentences are written.
    """
    levels = levels_by_visit(study)
    by_week = _publish_means(levels, study)
    bands = _publish_bands(levels, study)
    t_scores = _publish_t_scores(study)
    sentences = [say_course(by_week), say_levels(bands), say_t_scores(t_scores)]
    return {
        "by_week": by_week,
        "levels": bands,
        "t_scores": t_scores,
        "sentences": [book.say(sentence) for sentence in sentences],
    }


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
    frame = frame[frame["format"].isin(formats_shown(study))]
    return frame.sort_values(["goal_id", "week", "apart"], kind="stable").drop_duplicates(
        ["goal_id", "week"]
    )


def _publish_means(levels: pd.DataFrame, study: Study) -> list[dict[str, object]]:
    """Give each format's mean level by week, one child one vote, weeks without a hole."""
    settings = study.settings
    child = levels.groupby(["week", "format", "child_id"], observed=True)["level"].mean()
    rows = []
    for week, part in child.groupby("week"):
        cells = []
        for therapy_format in formats_shown(study):
            own = part[part.index.get_level_values("format") == therapy_format].to_numpy()
            if not enough(len(own), settings):
                cells = []
                break
            error = own.std(ddof=1) / math.sqrt(len(own))
            half = error * float(stdtrit(len(own) - 1, 0.5 + settings.confidence / 2))
            mean = own.mean()
            cells.append(
                {
                    "format": therapy_format,
                    "week": int(week),
                    "mean": show_mean(mean, len(own), settings),
                    "conf_low": show_spread(mean - half, len(own), settings),
                    "conf_high": show_spread(mean + half, len(own), settings),
                    "n_children": show_count(len(own), settings),
                }
            )
        rows += cells
    if len({row["week"] for row in rows}) < 2:
        return []
    order = {f: k for k, f in enumerate(FORMATS)}
    return sorted(rows, key=lambda r: (order[r["format"]], r["week"]))


def _publish_bands(levels: pd.DataFrame, study: Study) -> list[dict[str, object]]:
    """Give the share of goals in each band of levels, in the finest bands without a hole."""
    rows: list[dict[str, object]] = []
    weeks = (study.settings.rate_weeks, study.settings.horizon_weeks)
    week_of, level = levels["week"].to_numpy(), levels["level"].to_numpy()
    received, child = format_codes(levels), number_labels(levels["child_id"].array)
    for bands in BANDINGS:
        rows = []
        for week in weeks:
            for therapy_format in formats_shown(study):
                own = (week_of == week) & (received == FORMATS.index(therapy_format))
                which = {"format": therapy_format, "week": int(week)}
                rows += _bands_of(level[own], child[own], bands, which, study.settings)
        if rows and all(row["percent"] is not None for row in rows):
            return rows
    return []


def _bands_of(
    level: np.ndarray,
    child: np.ndarray,
    bands: tuple,
    which: dict[str, object],
    settings: Settings,
) -> list[dict[str, object]]:
    rows = []
    for order, (name, members) in enumerate(bands):
        inside = np.isin(level, list(members))
        passes = enough(len(np.unique(child[inside])), settings)
        share = 100 * int(inside.sum()) / len(level) if len(level) else 0.0
        rows.append(
            {
                **which,
                "band": name,
                "order": order,
                "percent": int(round_half_up(share / 5) * 5) if passes else None,
            }
        )
    return rows


def _publish_t_scores(study: Study) -> list[dict[str, object]]:
    scores, settings = study.scored.t_scores, study.settings
    compared = scores[scores["episode_id"].isin(study.cohort.table["episode_id"])]
    rows = []
    for therapy_format in formats_shown(study):
        own = compared[compared["format"] == therapy_format]
        n = own["child_id"].nunique()
        for when in ("baseline", "latest"):
            values = own[f"t_{when}"].to_numpy()
            rows.append(
                {
                    "format": therapy_format,
                    "when": "start" if when == "baseline" else "latest",
                    "mean": show_mean(values.mean(), n, settings, T_STEP) if n else None,
                    "sd": show_spread(values.std(ddof=1), n, settings, T_STEP) if n > 1 else None,
                    "n_children": show_count(n, settings),
                }
            )
    return rows if all(row["mean"] is not None for row in rows) else []
