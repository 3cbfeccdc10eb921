"""Who was compared, and how alike they were, as it may be shown.

In: a study. Out: `CohortPart`. Decisions: steps of the flow too close together are folded; a
trait with a hole in one format is left out; how far formats differ in a trait is said only where
the trait itself is said of each of them, in a number that is not rough; why a trait is not
adjusted for never says what is so of every child.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Literal, get_args

import numpy as np

from analysis.comparison.arms import format_codes
from analysis.comparison.places import trait_of
from analysis.disclosure.fields import FORMAT_IDS, Trait, Word, one_of
from analysis.disclosure.permission import formats_described
from analysis.disclosure.rows import Balance, Dropped, FlowStep, Overlap, StartTrait
from analysis.disclosure.rules import (
    AGE_STEP,
    BALANCE_STEP,
    FEW,
    LEVEL_SCALE,
    NEARLY_ALL,
    RATING_SCALE,
    SMD_STEP,
    enough,
    enough_aside,
    fold_steps,
    round_half_up,
    show_count,
    show_in_fives,
    show_level,
    show_mean,
    show_share,
    show_steps,
    surely_twice,
)
from analysis.disclosure.summary import CohortPart
from analysis.measures.cohort import number_labels
from analysis.records.schema import FORMATS
from analysis.settings import Settings
from analysis.vocabulary import DroppedReason

if TYPE_CHECKING:
    from analysis.study import Study

StartUnit = Literal["mean", "percent"]
ToldReason = Literal["not_recorded", "missing_too_often", "no_room", "tells_nothing"]
SITE: Final = "site"
CALENDAR: Final = "start_term"
SOCIAL_SHARE: Final = "social_share"
AT_START: Final[tuple[Trait, ...]] = tuple(t for t in get_args(Trait) if t not in (SITE, CALENDAR))
SHARE_TRAITS = ("motor_delay", "sensory_needs")
PERCENT_TRAITS = (*SHARE_TRAITS, SOCIAL_SHARE)
AGE: Final = "age_years"
BASELINE: Final = "baseline"


def publish_cohort(study: Study) -> CohortPart:
    """Give who was compared, and how alike they were.

    Args:
        study: the study.
    """
    at_start = _publish_traits(study)
    adjusted_for = tuple(dict.fromkeys(name_trait(c) for c in study.covariates.centred.columns))
    return CohortPart(
        flow=_publish_flow(study),
        at_start=at_start,
        balance=_publish_balance(study, at_start),
        overlap=_publish_overlap(study),
        adjusted_for=adjusted_for,
        not_adjusted_for=_publish_dropped(study, adjusted_for),
        weighted=not study.weighting.withheld,
    )


def name_trait(column: str) -> Trait:
    """Give the trait a column belongs to; places of therapy are one trait.

    Args:
        column: a column adjusted for, or not.
    """
    trait: Trait = one_of(Trait, trait_of(column))
    return trait


def _publish_dropped(study: Study, adjusted_for: tuple[Trait, ...]) -> tuple[Dropped, ...]:
    """Give the traits not adjusted for and why; a trait with any column adjusted for is not."""
    rows = [
        Dropped(trait=name_trait(column), reason=_merge_reason(reason))
        for column, reason in study.covariates.dropped.items()
        if name_trait(column) not in adjusted_for
    ]
    return tuple(dict.fromkeys(rows))


def _merge_reason(reason: DroppedReason) -> ToldReason:
    """Give why a column was dropped, without saying what is so of every child."""
    if reason == "same_for_all" or reason == "told_by_others":
        return "tells_nothing"
    return reason


def _publish_flow(study: Study) -> tuple[FlowStep, ...]:
    """Give the children left after each step; steps too close together are folded.

    A step folded for the formats may still be shown for all children together.
    """
    flow, settings = study.cohort.flow, study.settings
    exact = flow[list(FORMATS)].to_numpy()
    kept = fold_steps(exact.tolist(), settings)
    together = fold_steps(exact.sum(axis=1)[:, None].tolist(), settings)
    rows = []
    for step, counts, shown, total_shown in zip(
        flow["step"], exact.tolist(), kept, together, strict=True
    ):
        cells = [show_count(n, settings) if shown else None for n in counts]
        whole = shown and all(c is not None or n == 0 for c, n in zip(cells, counts, strict=True))
        total = sum(c or 0 for c in cells) if whole else None
        if not shown and total_shown:
            total = show_count(sum(counts), settings)
        of_format = dict(zip(FORMAT_IDS, cells, strict=True))
        rows.append(FlowStep(id=step, **of_format, total=total, shown=shown))
    return tuple(rows)


def _publish_traits(study: Study) -> tuple[StartTrait, ...]:
    """Give the children's traits at the start, for each format; no row with a hole."""
    table, shown = study.cohort.table, formats_described(study)
    rows, received = [], format_codes(table)
    child = number_labels(table["child_id"].array)
    for trait in AT_START:
        cells: dict[str, float | Word | None] = {}
        rough, values = [], table[trait].to_numpy(float)
        for therapy_format in shown:
            own = (received == FORMATS.index(therapy_format)) & ~np.isnan(values)
            n = len(np.unique(child[own]))
            cells[therapy_format], is_rough = _trait_cell(trait, values[own], n, study)
            rough += [therapy_format] if is_rough else []
        if cells and None not in cells.values():
            unit: StartUnit = "percent" if trait in PERCENT_TRAITS else "mean"
            rows.append(StartTrait(trait=trait, unit=unit, rough=tuple(rough), **cells))
    return tuple(rows)


def _trait_cell(
    trait: Trait, values: np.ndarray, n: int, study: Study
) -> tuple[float | Word | None, bool]:
    """Give one format's cell and whether it is rough."""
    settings = study.settings
    if not enough(n, settings):
        return None, False
    if trait in SHARE_TRAITS:
        percent, word = show_share(values.sum(), n, settings)
        return percent if word is None else word, False
    if trait == SOCIAL_SHARE:
        return show_part_of_goals(values, settings), False
    if trait == AGE:
        return show_mean(values.mean(), n, settings, AGE_STEP), False
    mean, times = show_level(values, settings, LEVEL_SCALE if trait == BASELINE else RATING_SCALE)
    return mean, times > 1


def show_part_of_goals(values: np.ndarray, settings: Settings) -> int | Word | None:
    """Give the mean share of a child's goals, if enough children have some and enough not all.

    Args:
        values: (n,) each child's share.
        settings: the smallest cell.
    """
    if not surely_twice(len(values), settings):
        return None
    if not enough_aside(int((values > 0).sum()), settings):
        return FEW
    if not enough_aside(int((values < 1).sum()), settings):
        return NEARLY_ALL
    return show_in_fives(float(values.mean()))


def traits_told(at_start: tuple[StartTrait, ...], study: Study) -> frozenset[Trait]:
    """Give the traits of which a number that is not rough is printed for every format described.

    Args:
        at_start: the rows printed.
        study: the study, for the places of therapy, which have no row.
    """
    told = {
        row.trait
        for row in at_start
        if not row.rough and not any(isinstance(getattr(row, f), str) for f in FORMAT_IDS)
    }
    return frozenset({*told, SITE} if _places_are_told(study) else told)


def _places_are_told(study: Study) -> bool:
    """Tell whether each place has enough children of every format, and enough not of it."""
    table, settings = study.cohort.table, study.settings
    received, place = format_codes(table), number_labels(table[SITE].array)
    return all(
        show_share(int((own == p).sum()), len(own), settings)[0] is not None
        for f in formats_described(study)
        for own in [place[(received == FORMATS.index(f)) & (place >= 0)]]
        for p in np.unique(place[place >= 0])
    )


def _publish_balance(study: Study, at_start: tuple[StartTrait, ...]) -> tuple[Balance, ...]:
    """Give the largest difference between any two formats described, for each trait told."""
    formats, balance = formats_described(study), study.weighting.balance
    if len(formats) < 2:
        return ()
    told = traits_told(at_start, study)
    balance = balance[balance["this"].isin(formats) & balance["than"].isin(formats)]
    rows: dict[Trait, dict[str, float]] = {}
    for column, part in balance.groupby("trait", sort=False):
        trait = name_trait(str(column))
        if trait not in told:
            continue
        largest = {side: float(part[side].abs().max()) for side in ("before", "after")}
        before = rows.get(trait, {"before": 0.0, "after": 0.0})
        rows[trait] = {side: float(np.fmax(largest[side], before[side])) for side in largest}
    known = not study.weighting.withheld
    return tuple(
        Balance(
            trait=trait,
            before=show_steps(sizes["before"], SMD_STEP),
            after=show_steps(sizes["after"], BALANCE_STEP, upwards=True) if known else None,
        )
        for trait, sizes in rows.items()
    )


def _publish_overlap(study: Study) -> tuple[Overlap, ...]:
    effective, settings = study.weighting.effective, study.settings
    rows = []
    for therapy_format in formats_described(study):
        n, n_effective = (
            float(effective[c][therapy_format]) for c in ("n_children", "n_effective")
        )
        if not enough(n, settings) or not math.isfinite(n_effective):
            continue
        rows.append(
            Overlap(
                format=therapy_format,
                n_children=show_count(n, settings),
                n_effective=show_count(n_effective, settings),
                share=int(round_half_up(100 * min(n_effective / n, 1.0) / 5) * 5),
            )
        )
    return tuple(rows)
