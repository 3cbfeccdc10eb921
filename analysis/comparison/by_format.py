"""Were goals set, rated, reviewed and ended in the same way in each format?

In: an `AnalysisSet`. Out: `ByFormat`: what could make formats look different that are not, each
with its mean in every format and its difference for every pair. Decisions: a child is one unit, as
in the main analysis, and therapy groups are clusters, so that a whole group rated by one person is
not counted as many; nothing is adjusted for, because what is asked is whether it differs, not
why (METHODS.md, "Gates").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.comparison.analysis_set import AnalysisSet, episode_rows
from analysis.comparison.arms import format_codes, formats_among, indicate_formats
from analysis.comparison.contrasts import fit_clustered
from analysis.comparison.format_contrasts import (
    SAME,
    Contrast,
    Visits,
    contrast_children,
    contrast_columns,
    no_contrast,
    tabulate_contrast,
)
from analysis.comparison.standards import contrast_ease, contrast_kindness
from analysis.comparison.visits import growth_visits
from analysis.computing import Array, category_codes, find_pairs
from analysis.errors import AnalysisError
from analysis.records.schema import EXPECTED_LEVEL, FORMATS, RATERS

NOT_RECORDED = "not_recorded"


@dataclass(frozen=True, eq=False)
class ByFormat:
    """What could make formats look different that are not.

    Attributes:
        raters: kind of rater, or `NOT_RECORDED` -> the share of a child's reviews.
        set_before: the share of a child's goals set before the format.
        timing_unknown: the share of a child's goals of which that was not recorded.
        gaps: mean weeks between two reviews of a goal.
        off_calendar: mean weeks from a review to the nearest usual week of review.
        leaving: how much likelier a child is to be reviewed never again after a review with all
            goals at the expected level than after one with none, in the same weeks.
        head_start: levels by which goals are further at the first reviews than the pace of their
            later ones explains, as ratings of a kinder person would make them.
        later_pace: levels per term between the later reviews alone, which kinder ratings leave
            as they are.
        kindness: levels by which treating therapists rate a goal higher than others do.
        ease: levels per term by which goals set after the format move further than goals of the
            same child set before it.
        made_harder: the share of a child's goals made harder under the same code.
        closed_below: the share of a child's goals closed as attained though last seen below.
    """

    raters: Mapping[str, Contrast]
    set_before: Contrast
    timing_unknown: Contrast
    gaps: Contrast
    off_calendar: Contrast
    leaving: Contrast
    head_start: Contrast
    later_pace: Contrast
    kindness: Contrast
    ease: Contrast
    made_harder: Contrast
    closed_below: Contrast


def compare_by_format(analysis_set: AnalysisSet) -> ByFormat:
    """Compare how goals were set, rated, reviewed and ended between formats.

    Args:
        analysis_set: the children compared.

    Example:
        >>> from analysis.study import run_study
        >>> study = run_study("data/sample", ask_again=False, ask_beside=False)
        >>> found = compare_by_format(study.analysis_set)
        >>> {name: round(share, 1) for name, share in found.set_before.means.items()}
        {'individual': 0.7, 'group': 0.7, 'combined': 0.7}
    """
    goals, visits = analysis_set.cohort.goals, _find_visits(analysis_set)
    owner = episode_rows(analysis_set, goals["episode_id"])
    before = goals["set_before_format"].to_numpy(float)
    scored = analysis_set.scored.table
    harder, below = (
        scored[name].to_numpy(float)[goals.index] for name in ("made_harder", "closed_below")
    )
    labels = dict(enumerate(RATERS)) | {-1: NOT_RECORDED}

    def contrast(values: Array, child: Array) -> Contrast:
        return contrast_children(analysis_set, _child_means(values, child, analysis_set))

    head_start, later_pace = _contrast_head_start(analysis_set)
    calendar = analysis_set.settings.review_weeks
    off = np.abs(visits.week - calendar * np.rint(visits.week / calendar))
    return ByFormat(
        raters={
            label: contrast((visits.rater == code).astype(float), visits.child)
            for code, label in labels.items()
        },
        set_before=contrast(before, owner),
        timing_unknown=contrast(np.isnan(before).astype(float), owner),
        gaps=contrast(_gaps(visits, len(goals)), owner),
        off_calendar=contrast(off, visits.child),
        leaving=_contrast_leaving(analysis_set, visits),
        head_start=head_start,
        later_pace=later_pace,
        kindness=contrast_kindness(analysis_set, visits),
        ease=contrast_ease(analysis_set),
        made_harder=contrast(harder, owner),
        closed_below=contrast(below, owner),
    )


def _find_visits(analysis_set: AnalysisSet) -> Visits:
    """Give the reviews of the goals compared after the first weeks, in the order of week."""
    reviews, settings = analysis_set.records.reviews, analysis_set.settings
    goals = analysis_set.cohort.goals
    owner = episode_rows(analysis_set, goals["episode_id"])
    scored = analysis_set.scored.table
    number = np.full(len(scored) + 1, -1)
    number[goals.index] = np.arange(len(goals))
    of_review = scored["goal_id"].array
    goal = number[pd.Index(of_review).get_indexer(reviews["goal_id"])]
    week = reviews["week"].to_numpy(float)
    rows = np.flatnonzero((goal >= 0) & (week > settings.baseline_weeks))
    rows = rows[np.argsort(week[rows], kind="stable")]
    rows = rows[owner[goal[rows]] >= 0]
    return Visits(
        child=owner[goal[rows]],
        goal=goal[rows],
        week=week[rows],
        level=reviews["attainment"].to_numpy(float)[rows],
        rater=category_codes(reviews["rater"])[rows],
    )


def _child_means(values: Array, child: Array, analysis_set: AnalysisSet) -> Array:
    """Average values within children; NaN for a child without any."""
    n = len(analysis_set.table)
    known = np.isfinite(values) & (child >= 0)
    count = np.bincount(child[known], minlength=n)
    total = np.bincount(child[known], values[known], n)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _gaps(visits: Visits, n_goals: int) -> Array:
    """Give each goal's mean weeks from review to review, the start counted; NaN without one."""
    goal, week, _ = find_pairs(visits.goal, visits.week)
    count = np.bincount(goal, minlength=n_goals)
    last = np.full(n_goals, np.nan)
    np.fmax.at(last, goal, week)
    return last / np.maximum(count, 1)


def _contrast_head_start(analysis_set: AnalysisSet) -> tuple[Contrast, Contrast]:
    """Contrast where the line through the later reviews of each format begins, and its pace.

    change since the start = (format + covariates) x (1 + week), reviews after the first weeks,
    weighted so that each child counts once. Where goals move evenly the line begins at the
    start level; where all slow down alike it begins higher the faster they are, so that the
    share of the pace that all formats begin with is taken away.
    """
    table, settings = analysis_set.table, analysis_set.settings
    later = growth_visits(analysis_set).after(settings.baseline_weeks)
    formats = formats_among(table)
    base = np.hstack([indicate_formats(table, formats), analysis_set.centred.to_numpy(float)])
    start, pace = slice(len(formats)), base.shape[1]
    design = np.roll(later.lay_out(base, settings.rate_weeks), pace, axis=1)
    try:
        found = fit_clustered(
            later.change,
            design,
            table["cluster"].to_numpy()[later.child],
            settings,
            weights=later.weight,
        )
    except AnalysisError:
        return no_contrast(), no_contrast()
    coefficients = np.asarray(found.coefficients)
    paces = coefficients[pace : pace + len(formats)]
    share = coefficients[start].mean() / paces.mean() if abs(paces.mean()) > SAME else 0.0
    begins = np.eye(len(formats), design.shape[1])
    goes_on = np.eye(len(formats), design.shape[1], k=pace)
    return (
        tabulate_contrast(found, begins - share * goes_on, formats),
        tabulate_contrast(found, goes_on, formats),
    )


def _contrast_leaving(analysis_set: AnalysisSet, visits: Visits) -> Contrast:
    """Contrast how much likelier the last review is one that found the goals met.

    last review = format x (met + usual week of review), one row for each child and week with
    another review due before the planned end; goals closed by then are left out.
    """
    settings, goals = analysis_set.settings, analysis_set.cohort.goals
    closed = analysis_set.records.goals.set_index("goal_id")["closed_week"]
    closed_week = closed.reindex(goals["goal_id"]).to_numpy(float)
    last = np.zeros(len(analysis_set.table))
    np.maximum.at(last, visits.child, visits.week)
    due = settings.horizon_weeks - settings.review_weeks + settings.grace_weeks
    asked = (visits.week <= due) & ~(closed_week[visits.goal] <= visits.week)
    child, week = visits.child[asked], visits.week[asked]
    child, week, at = find_pairs(child, week)
    if not len(child):
        return no_contrast()
    met = np.bincount(at, visits.level[asked] >= EXPECTED_LEVEL) / np.bincount(at)
    leaves = (week >= last[child]).astype(float)
    codes = format_codes(analysis_set.table)[child]
    visit = np.rint(week / settings.review_weeks)
    columns, beside, formats = [], [], []
    for therapy_format in formats_among(analysis_set.table):
        own = codes == FORMATS.index(therapy_format)
        inside = [own & (visit == number) for number in np.unique(visit[own])]
        spread = [met[cell].std() > 0 for cell in inside if cell.any()]
        if any(spread):
            formats.append(therapy_format)
            columns.append(met * own)
            beside += [cell.astype(float) for cell in inside]
    if not formats:
        return no_contrast()
    kept = np.isin(codes, [FORMATS.index(f) for f in formats])
    design = np.column_stack([*columns, *beside])[kept]
    clusters = analysis_set.table["cluster"].to_numpy()[child[kept]]
    return contrast_columns(leaves[kept], design, clusters, tuple(formats), settings)
