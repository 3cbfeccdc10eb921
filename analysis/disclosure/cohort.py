"""Page 2 through the door: who was compared, and how alike they were."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from analysis.comparison.arms import format_codes
from analysis.disclosure.rules import (
    AGE_STEP,
    LEVEL_STEP,
    enough,
    fold_steps,
    round_half_up,
    show_count,
    show_estimate,
    show_mean,
    show_share,
)
from analysis.measures.cohort import TRAITS, number_labels
from analysis.records.schema import EPISODES, FORMATS
from analysis.settings import Settings
from analysis.wording import TRAIT_NAMES, number, sentence_case
from analysis.words.describe import say_adjusted, say_balance, say_flow
from analysis.words.sentence import SentenceBook

if TYPE_CHECKING:
    from analysis.study import Study

SHARE_TRAITS = ("motor_delay", "sensory_needs")
STEPS = {"age_years": AGE_STEP}
TELLS_NOTHING = ("the same for every child", "told by the other columns")
UNITS = {"age_years": "years, mean", "baseline": "level, mean", "social_share": "mean share"}


def publish_who(study: Study, book: SentenceBook) -> dict[str, object]:
    """Give page 2.

    Args:
        study: the study.
        book: where its sentences are written.
    """
    balance = _publish_balance(study)
    sentences = [
        say_flow(_publish_flow(study)),
        say_balance(balance, study.weighting.withheld != ""),
        say_adjusted(study.covariates.centred.columns, _reasons(study.covariates.dropped)),
    ]
    return {
        "flow": _publish_flow(study),
        "at_start": _publish_traits(study),
        "balance": balance,
        "overlap": _publish_overlap(study),
        "propensity": [],
        "sentences": [book.say(sentence) for sentence in sentences],
    }


def formats_shown(study: Study) -> tuple[str, ...]:
    """Give the formats with enough children compared to describe them at all.

    Args:
        study: the study.
    """
    n_children = study.cohort.n_children
    return tuple(f for f in FORMATS if enough(n_children[f], study.settings))


def trait_name(column: str) -> str:
    """Give a covariate's name in words; places of therapy lose their number."""
    return TRAIT_NAMES["site" if column.startswith("site") else column]


def _reasons(dropped: Mapping[str, str]) -> dict[str, str]:
    """Give why columns were dropped, without saying what is so of every child."""
    return {
        name: "it tells nothing further here" if reason in TELLS_NOTHING else reason
        for name, reason in dropped.items()
    }


def _publish_flow(study: Study) -> list[dict[str, object]]:
    """Give the children left after each step; steps too close together are folded.

    A step folded for the formats may still be shown for all children together.
    """
    flow, settings = study.cohort.flow, study.settings
    exact = flow[list(FORMATS)].to_numpy()
    kept = fold_steps(exact.tolist(), settings)
    together = fold_steps(exact.sum(axis=1)[:, None].tolist(), settings)
    rows = []
    for row, counts, shown, total_shown in zip(
        flow.itertuples(), exact.tolist(), kept, together, strict=True
    ):
        cells = [show_count(n, settings) if shown else None for n in counts]
        whole = shown and all(c is not None or n == 0 for c, n in zip(cells, counts, strict=True))
        total = sum(c or 0 for c in cells) if whole else None
        if not shown and total_shown:
            total = show_count(sum(counts), settings)
        rows.append(
            {
                "id": row.step,
                "step": row.title,
                **dict(zip(FORMATS, cells, strict=True)),
                "total": total,
                "shown": bool(shown),
            }
        )
    return rows


def _publish_traits(study: Study) -> list[dict[str, object]]:
    """Give the children's traits at the start, for each format; no row with a hole."""
    table, settings, shown = study.cohort.table, study.settings, formats_shown(study)
    rows, received, child = [], format_codes(table), number_labels(table["child_id"].array)
    for trait in TRAITS:
        cells, values = {}, table[trait].to_numpy(float)
        for therapy_format in shown:
            own = (received == FORMATS.index(therapy_format)) & ~np.isnan(values)
            n = len(np.unique(child[own]))
            cells[therapy_format] = _trait_cell(trait, values[own], n, settings)
        if cells and None not in cells.values():
            unit = "share of children" if trait in SHARE_TRAITS else UNITS.get(trait)
            rows.append(
                {
                    "trait": sentence_case(TRAIT_NAMES[trait]),
                    "unit": unit or f"mean, {EPISODES.column(trait).unit}",
                    **{f: cells.get(f) for f in FORMATS},
                }
            )
    return rows


def _trait_cell(trait: str, values: np.ndarray, n: int, settings: Settings) -> str | None:
    if not enough(n, settings):
        return None
    if trait in SHARE_TRAITS:
        percent, word = show_share(values.sum(), n, settings)
        return None if (percent, word) == (None, None) else word or f"{percent}%"
    if trait == "social_share":
        return f"{int(5 * math.floor(20 * values.mean() + 0.5))}%"
    return number(show_mean(values.mean(), n, settings, STEPS.get(trait, LEVEL_STEP)), 1)


def _publish_balance(study: Study) -> list[dict[str, object]]:
    """Give the largest difference between any two formats for each trait."""
    balance = study.weighting.balance
    if balance.empty or len(formats_shown(study)) < 2:
        return []
    rows: dict[str, dict[str, float]] = {}
    for trait, part in balance.groupby("trait", sort=False):
        name = sentence_case(trait_name(str(trait)))
        largest = {side: float(part[side].abs().max()) for side in ("before", "after")}
        before = rows.get(name, {"before": 0.0, "after": 0.0})
        rows[name] = {side: np.fmax(largest[side], before[side]) for side in largest}
    return [
        {
            "trait": name,
            "before": show_estimate(sizes["before"]),
            "after": None if study.weighting.withheld else show_estimate(sizes["after"]),
        }
        for name, sizes in rows.items()
    ]


def _publish_overlap(study: Study) -> list[dict[str, object]]:
    effective, settings = study.weighting.effective, study.settings
    rows = []
    for therapy_format in formats_shown(study):
        n, n_effective = effective.loc[therapy_format, ["n_children", "n_effective"]]
        if not enough(n, settings) or not math.isfinite(n_effective):
            continue
        rows.append(
            {
                "format": therapy_format,
                "n_children": show_count(n, settings),
                "n_effective": show_count(n_effective, settings),
                "share": int(round_half_up(100 * min(n_effective / n, 1.0) / 5) * 5),
            }
        )
    return rows
