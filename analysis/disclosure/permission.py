"""May this be shown? Every such question about a study, asked here and nowhere else.

In: a study, or one of its comparisons. Out: yes or no, or the formats, pairs or areas of life
for which it is yes. Decisions: a model's estimates need the smallest cell in every format
behind them and degrees of freedom to spare; no pair is shown that may not be compared; two
analyses that differ in 1 to (smallest cell - 1) children of a format, left in or out or with
another outcome, are never both printed, because their difference would be about those few.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.comparison.result import Comparison
from analysis.decisions.claims import Claim
from analysis.decisions.decide import Decision
from analysis.disclosure.fields import FORMAT_IDS, Domain, FormatId, one_of
from analysis.disclosure.rules import enough, enough_for_model
from analysis.measures.cohort import count_children
from analysis.settings import Settings
from analysis.vocabulary import NOT_COMPARABLE

if TYPE_CHECKING:
    from analysis.study import Study

HAZARD_COLUMNS = 9
SLOPE_COLUMNS = 3
PRACTICE_COLUMNS = 3  # minutes, and what the last review told
FEWEST_FORMATS = 2
SAME = 1e-9

Pair = tuple[str, str]


def formats_described(study: Study) -> tuple[FormatId, ...]:
    """Give the formats with enough children compared to describe them at all.

    Args:
        study: the study.
    """
    n_children = study.cohort.n_children
    return tuple(f for f in FORMAT_IDS if enough(n_children[f], study.settings))


def formats_compared(study: Study) -> tuple[FormatId, ...]:
    """Give the formats of the pairs that the main comparison may compare.

    Args:
        study: the study.
    """
    names = {
        f for d in study.verdicts.decisions if d.label != NOT_COMPARABLE for f in (d.this, d.than)
    }
    return tuple(f for f in FORMAT_IDS if f in names)


def may_show_estimates(comparison: Comparison, settings: Settings, n_more_columns: int = 0) -> bool:
    """Tell whether a comparison's estimates may be shown at all.

    Args:
        comparison: any comparison; its `by_format` says how many children it holds.
        settings: the smallest cell.
        n_more_columns: columns estimated besides formats and covariates.
    """
    sizes = [int(n) for n in comparison.by_format["n_children"] if n]
    n_columns = len(sizes) + len(comparison.adjusted_for) + n_more_columns
    return len(sizes) > 1 and enough_for_model(sizes, n_columns, settings)


def may_show_decided(
    comparison: Comparison, decision: Decision, settings: Settings, n_more_columns: int = 0
) -> bool:
    """Tell whether a pair of a comparison beside the main one may be shown.

    Args:
        comparison: the comparison.
        decision: what may be said of the pair.
        settings: the smallest cell.
        n_more_columns: see `may_show_estimates`.
    """
    may_be_compared = decision.label != NOT_COMPARABLE
    return may_be_compared and may_show_estimates(comparison, settings, n_more_columns)


def may_show_pair(study: Study, this: str, than: str) -> bool:
    """Tell whether the main comparison's numbers of a pair may be shown.

    Args:
        study: the study.
        this: first format of the pair.
        than: second format.
    """
    label = study.comparison.pair(this, than)["label"]
    return label != NOT_COMPARABLE and may_show_estimates(study.comparison, study.settings)


def may_show_rate(study: Study, therapy_format: str) -> bool:
    """Tell whether the main comparison's rate of one format may be shown.

    Args:
        study: the study.
        therapy_format: the format.
    """
    compared = therapy_format in formats_compared(study)
    return compared and may_show_estimates(study.comparison, study.settings)


def may_show_asked(comparison: Comparison, settings: Settings) -> bool:
    """Tell whether something asked beside the main analysis has an answer that may be shown.

    Args:
        comparison: its answer, withheld where there is none.
        settings: the smallest cell.
    """
    return not comparison.withheld and may_show_estimates(comparison, settings)


def may_show_dropout(study: Study, this: str, than: str) -> bool:
    """Tell whether assumptions about the children who left a pair's formats may be shown.

    Args:
        study: the study; its `sensitivity` was asked for.
        this: first format of the pair.
        than: second format.
    """
    if study.sensitivity is None or not may_show_pair(study, this, than):
        return False
    n_left = study.sensitivity.dropout.n_left
    return all(enough(n_left.get(f, 0), study.settings) for f in (this, than))


def may_show_practice(study: Study) -> bool:
    """Tell whether how progress goes with practice at home may be shown.

    Args:
        study: the study.
    """
    practice, settings = study.home_practice, study.settings
    if practice is None or practice.withheld:
        return False
    row = practice.table.iloc[0]
    n_children = int(row["n_children"])
    n_columns = n_children + practice.intervals["window"].nunique() + PRACTICE_COLUMNS - 1
    return bool(
        row["std_error"] > 0
        and row["df"] >= settings.compare_df
        and enough_for_model([n_children], 0, settings)
        and len(practice.intervals) - n_columns > settings.smallest_cell
    )


def may_show_claim(claim: Claim, settings: Settings) -> bool:
    """Tell whether the number behind a claim may be shown.

    Args:
        claim: a claim.
        settings: the smallest cell.
    """
    tested = claim.tested
    if tested is None:
        return False
    if tested.comparison is None:
        return all(enough(n, settings) for n in tested.n_children.values())
    return may_show_estimates(tested.comparison, settings, SLOPE_COLUMNS)


def hazard_columns(study: Study) -> int:
    """Give how many columns the model of goals attained estimates besides the formats.

    Args:
        study: the study.
    """
    return HAZARD_COLUMNS + len(study.covariates.centred.columns)


def formats_attaining(study: Study, week: int) -> tuple[FormatId, ...]:
    """Give the formats of which enough children attained a goal by a week, and enough did not.

    A share of goals, even one made alike, is close to a count of children.

    Args:
        study: the study.
        week: a week of `Attainment.by_week`.
    """
    if study.attainment is None:
        return ()
    rows, table = study.attainment.rows, study.cohort.table
    by_then = (rows["event"] > 0) & (rows["window"] * study.settings.review_weeks <= week)
    goals = by_then.groupby([rows["child"], rows["goal_id"]], observed=True).any()
    of_child = goals.groupby(level=0).agg(["any", "all"])
    received = table["format"].to_numpy()[of_child.index]
    sides = (of_child["any"].to_numpy(), ~of_child["all"].to_numpy())
    return tuple(
        f
        for f in FORMAT_IDS
        if all(enough(int((side & (received == f)).sum()), study.settings) for side in sides)
    )


def formats_with_time(study: Study) -> tuple[FormatId, ...]:
    """Give the formats whose gain and time may be shown: all behind the estimate must pass.

    Args:
        study: the study.
    """
    if study.effort is None or not len(study.effort.means):
        return ()
    sizes = study.effort.means.groupby("format", observed=True)["n_children"].first()
    n_columns = len(sizes) + len(study.covariates.centred.columns)
    if not enough_for_model(sizes, n_columns, study.settings):
        return ()
    return tuple(f for f in formats_compared(study) if f in sizes.index)


def pairs_with_time(study: Study) -> set[Pair]:
    """Give the pairs whose difference in gain and time may be shown.

    Args:
        study: the study.
    """
    formats = set(formats_with_time(study))
    return {
        (d.this, d.than)
        for d in study.verdicts.decisions
        if d.label != NOT_COMPARABLE and {d.this, d.than} <= formats
    }


def domains_shown(study: Study) -> tuple[Domain, ...]:
    """Give the areas of life in which every format compared has enough children.

    Args:
        study: the study.
    """
    formats = formats_compared(study)
    if study.subgroups is None or len(formats) < FEWEST_FORMATS:
        return ()
    n_with = study.subgroups.domains.children
    kept = tuple(
        one_of(Domain, str(domain))
        for domain in n_with.index
        if all(f in n_with and enough(n_with[f][domain], study.settings) for f in formats)
    )
    n_columns = len(kept) * len(formats)
    allowed = may_show_estimates(study.comparison, study.settings, n_columns)
    return kept if allowed and len(kept) > 1 else ()


def brought_in(comparison: Comparison, study: Study) -> np.ndarray:
    """Give what each row of `Cohort.table` brought into a comparison; NaN for nothing.

    Args:
        comparison: any way of asking.
        study: the study.

    Returns:
        (n,) outcomes.
    """
    table = study.cohort.table
    if comparison.outcomes is not None:
        return comparison.outcomes.reindex(table["episode_id"]).to_numpy(float)
    compared = [f for f in FORMAT_IDS if study.comparison.means.loc[f, "n_children"]]
    return np.where(table["format"].isin(compared), table["rate"], np.nan)


def differ_enough(one: np.ndarray, other: np.ndarray, study: Study) -> bool:
    """Tell whether no format's results of two analyses differ by only a few children.

    Args:
        one: (n,) what each row of `Cohort.table` brought in.
        other: (n,) the same of the other analysis.
        study: the study, for whose children these are.
    """
    same = (np.abs(one - other) <= SAME) | (np.isnan(one) & np.isnan(other))
    if same.all():
        return True
    children = count_children(study.cohort.table, ~same)
    return all(n == 0 or enough(n, study.settings) for n in children.values())
