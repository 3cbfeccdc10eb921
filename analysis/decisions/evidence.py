"""What every question beside the main one brings before the family that shares one error.

In: the answers of the stages and what was decided of their pairs. Out: by question, the p-values
that `error_rate.settle_family` takes. Decisions: what is withheld is not tested and takes no share;
of areas of life only the first pair compared is told about, and so tested.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from scipy.special import ndtri

from analysis.comparison.attainment import Attainment
from analysis.comparison.effort import Effort
from analysis.comparison.home_practice import HomePractice
from analysis.comparison.rater_agreement import RaterAgreement
from analysis.comparison.result import PAIRS, Comparison, Row
from analysis.comparison.subgroups import Subgroups
from analysis.decisions.decide import Decision
from analysis.decisions.error_rate import (
    NOT_ASKED,
    Difference,
    ask_interval,
    ask_number,
    ask_pairs,
)
from analysis.models.results import student_quantile
from analysis.settings import Settings

Decisions = Sequence[Decision]
Area = tuple[str, str, str]


@dataclass(frozen=True, eq=False)
class Beside:
    """The answers beside the main one; None where it was not asked."""

    subgroups: Subgroups | None
    attainment: Attainment | None
    effort: Effort | None
    home_practice: HomePractice | None
    raters: RaterAgreement | None


def gather_evidence(
    asked: Beside,
    main: Decisions,
    within: Decisions,
    kinds: Mapping[str, Decisions],
    traits: Mapping[str, Decisions],
    weeks: Mapping[int, Decisions],
    end: Decisions,
    settings: Settings,
) -> dict[str, Sequence[Difference]]:
    """Give what is tested, by question; see `error_rate.settle_family` for their names.

    Args:
        asked: the answers.
        main: the study's decisions of the main pairs.
        within: of the within-child comparison.
        kinds: by kind of goal.
        traits: by planned trait.
        weeks: by week, of goals attained.
        end: of the level at the end.
        settings: levels of confidence.
    """
    found: dict[str, Sequence[Difference]] = {}
    if asked.subgroups:
        of_kinds, of_traits = asked.subgroups.kinds, asked.subgroups.traits
        found["within"] = _ask(of_kinds.within_child, within)
        found |= {kind: _ask(of_kinds.kinds[kind], own) for kind, own in kinds.items()}
        found |= {name: _ask(of_traits[name].comparison, own) for name, own in traits.items()}
        found["areas"] = tuple(
            ask_number(row["estimate"], _std_error(row, settings), row["df"])
            for _, row in ask_areas(asked.subgroups, main)
        )
    if asked.attainment:
        by_week = asked.attainment.by_week
        found |= {f"week.{week}": _ask(by_week[week], own) for week, own in weeks.items()}
    if asked.effort:
        found["end"] = _ask(asked.effort.further, end)
        found["hours"] = _ask_hours(asked.effort, main, settings)
    if asked.home_practice and not asked.home_practice.withheld:
        found["practice"] = _ask_row(asked.home_practice.table, settings)
    if asked.raters and not asked.raters.withheld:
        found["raters"] = _ask_row(asked.raters.table, settings)
    return found


def ask_areas(subgroups: Subgroups, main: Decisions) -> list[tuple[Area, Row]]:
    """Give the rows of the pair that areas of life are told about: its names, and its numbers.

    Args:
        subgroups: whether it depends on goals or children.
        main: the study's decisions, which withhold pairs here too.
    """
    table = subgroups.domains.table
    rows = [] if table.empty else table.to_dict("records")
    for decision in main:
        pair = (decision.this, decision.than)
        own: list[Row] = [_name(row) for row in rows if (row["this"], row["than"]) == pair]
        if own and not decision.blocked_by:
            return [((str(row["domain"]), *pair), row) for row in own]
    return []


def _ask(comparison: Comparison, decisions: Decisions) -> tuple[Difference, ...]:
    return ask_pairs(comparison, [d.blocked_by is not None for d in decisions])


def _ask_row(table: pd.DataFrame, settings: Settings) -> tuple[Difference, ...]:
    row = table.iloc[0]
    if not row["df"] >= settings.compare_df:
        return (NOT_ASKED,)
    return (ask_number(row["estimate"], row["std_error"], row["df"]),)


def _std_error(row: Row, settings: Settings) -> float:
    half = row["conf_high"] - row["estimate"]
    return half / float(student_quantile(settings.confidence, row["df"]))


def _ask_hours(effort: Effort, main: Decisions, settings: Settings) -> tuple[Difference, ...]:
    """Give what the differences in therapist hours test, one for each pair."""
    table = effort.differences
    hours = table[table["measure"] == "hours"].to_dict("records") if len(table) else []
    by_pair = {(row["this"], row["than"]): row for row in hours}
    blocked = {(d.this, d.than) for d in main if d.blocked_by}
    quantile = float(ndtri(0.5 + settings.confidence / 2))
    found = []
    for pair in PAIRS:
        row = None if pair in blocked else by_pair.get(pair)
        numbers = (row["estimate"], row["conf_low"], row["conf_high"]) if row else None
        found.append(ask_interval(*numbers, quantile) if numbers else NOT_ASKED)
    return tuple(found)


def _name(row: Mapping[Hashable, Any]) -> Row:
    return {str(name): value for name, value in row.items()}
