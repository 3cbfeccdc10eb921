"""Gates as they may be shown: the rule that decided, with its numbers where these pin nothing.

In: the gates of a study. Out: `Gate` rows. Decisions: a gate is a bound on a count, and "at
least 10" beside "fewer than 11" would pin it, as "more than 35% missing" beside "few" nearly
would; such a gate is given without what pins. After a gate that keeps a pair from being
described no other gate of the pair is given.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from msgspec.structs import replace

from analysis.decisions import gates as decided
from analysis.decisions.decide import Decision
from analysis.decisions.favoured import find_favoured
from analysis.disclosure.fields import PAIR_NAMES, FormatId, Trait, one_of
from analysis.disclosure.rows import Gate
from analysis.disclosure.rules import (
    BALANCE_STEP,
    enough,
    show_count,
    show_estimate,
    show_steps,
)
from analysis.measures.cohort import Cohort
from analysis.settings import Settings

if TYPE_CHECKING:
    from analysis.study import Study

FEW_CHILDREN = "few_children"
COUNTED = (FEW_CHILDREN, "n_effective")
SAID_AS_IS = ("few_groups", "absent", "groups_not_recorded")


def publish_gates(study: Study) -> tuple[Gate, ...]:
    """Give every gate of the study as it may be shown, pair by pair.

    Args:
        study: the study.
    """
    rows = [publish_gate(gate, study.settings) for gate in study.verdicts.gates]
    rows = [_without_bound(row, rows, study.settings) for row in rows]
    rows = [_without_missing(row, study.cohort, study.settings) for row in rows]
    undescribed = {row.pair for row in rows if row.gate == "describe" and not row.passed}
    return tuple(row for row in rows if row.gate == "describe" or row.pair not in undescribed)


def publish_gate(gate: decided.Gate, settings: Settings) -> Gate:
    """Give a gate with the number that decided it, as it may be shown.

    Args:
        gate: any gate.
        settings: the smallest cell.
    """
    have: float | None = None
    if gate.rule in COUNTED:
        have = show_count(gate.have, settings)
    elif gate.rule in SAID_AS_IS:
        have = gate.have
    elif gate.rule == "unlike":
        have = show_steps(gate.have, BALANCE_STEP, upwards=True)
    elif gate.rule == "late_start":
        have = float(math.floor(gate.have + 0.5))
    elif gate.rule == "imprecise":
        have = show_estimate(gate.have)
    elif gate.rule == "many_missing":
        have = 5 * math.floor(100 * gate.have / 5 + 0.5)
    return Gate(
        gate=gate.name,
        pair=PAIR_NAMES[gate.this, gate.than][0],
        passed=gate.passed,
        rule=gate.rule,
        format=one_of(FormatId, gate.therapy_format) if gate.therapy_format else None,
        have=have,
        need=None if gate.rule == "places_apart" else show_estimate(gate.need),
        trait=one_of(Trait, gate.trait) if gate.trait else None,
        favours=tuple(one_of(FormatId, name) for name in find_favoured(gate)),
    )


def publish_blocking(decision: Decision, settings: Settings) -> Gate | None:
    """Give the gate that withholds a pair of a question beside the main one, if one does.

    Args:
        decision: what may be said of the pair.
        settings: the smallest cell.
    """
    gate = next(iter(decision.failed), None)
    return publish_gate(gate, settings) if gate else None


def _without_bound(row: Gate, rows: list[Gate], settings: Settings) -> Gate:
    """Take the bound from a gate of description that another gate's hidden count would meet."""
    hidden = [r for r in rows if r.pair == row.pair and r.rule == FEW_CHILDREN and r.have is None]
    if row.gate != "describe" or not hidden:
        return row
    which = next(r for r in rows if r.pair == row.pair and r.rule == FEW_CHILDREN and r.format)
    need = float(settings.compare_children)
    return replace(row, passed=False, rule=FEW_CHILDREN, need=need, format=which.format)


def _without_missing(row: Gate, cohort: Cohort, settings: Settings) -> Gate:
    """Take the numbers from a gate of attrition where few children are missing."""
    if row.gate != "attrition" or row.passed:
        return row
    told: list[FormatId | str | None] = [row.format]
    if row.rule == "uneven_missing":
        told = list(row.pair.split("-"))
    missing = [cohort.started[str(f)] - cohort.stayed[str(f)] for f in told]
    if all(enough(n, settings) for n in missing):
        return row
    return replace(row, rule="missing", format=None, have=None, need=None)
