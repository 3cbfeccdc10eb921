"""Which format may look ahead through a fault, and what may then still be said of its pair?

In: gates that did not pass. Out: the formats each favours; the ends of a pair's range that a fault
makes too good to be trusted. Decisions: one table gives the direction of every fault that one
format has and the other has not; a difference is then not trusted upwards of the format that is
favoured: it is neither called ahead nor said to be level or not behind, while what the range says
of the other format stands; where nobody knows the direction, neither format is trusted
(METHODS.md, "Faults that favour a format").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal

from analysis.comparison.result import PairOfFormats
from analysis.decisions.gate import Gate
from analysis.vocabulary import GateRule

Direction = Literal["named", "other", "either"]
Ends = frozenset[Literal["this", "than"]]
FAVOURS: Final[Mapping[GateRule, Direction]] = {
    # Weeks of waiting look like slow progress.
    "late_start": "other",
    # Goals fitted to what is expected of a format may be easier or harder.
    "timing_recorded_unevenly": "either",
    "timing_differs": "either",
    # Who is kinder, a therapist or a caregiver, is not known.
    "unchecked_raters": "either",
    "raters_differ": "either",
    # Kinder ratings, or easier goals, look like progress.
    "kinder_therapists": "named",
    "easier_later_goals": "named",
    # What is there at the first review was hardly moved by therapy.
    "head_start": "named",
    # A review that waits for success finds it.
    "reviewed_less_often": "named",
    "reviewed_irregularly": "named",
    # The last level of those who leave is a good day's.
    "left_after_success": "named",
    # Levels are used up to the end written down, and were to rise further.
    "closed_below": "other",
    "made_harder": "other",
}


def find_favoured(gate: Gate) -> tuple[str, ...]:
    """Give the formats of a pair that may look ahead through the fault of a gate.

    Args:
        gate: any gate.

    Returns:
        One format, both where the direction is not known, none where the fault has none.
    """
    direction = None if gate.alike or not gate.rule else FAVOURS.get(gate.rule)
    if direction is None:
        return ()
    pair = (gate.this, gate.than)
    if direction == "either":
        return pair
    return tuple(f for f in pair if (f == gate.therapy_format) == (direction == "named"))


def find_all_favoured(gates: Iterable[Gate], pair: PairOfFormats) -> tuple[str, ...]:
    """Give the formats of a pair that may look ahead through any of its faults, in its order.

    Args:
        gates: those of the pair that did not pass.
        pair: the two formats.
    """
    found = {therapy_format for gate in gates for therapy_format in find_favoured(gate)}
    return tuple(therapy_format for therapy_format in pair if therapy_format in found)


def find_doubted(favoured: Iterable[str], pair: PairOfFormats) -> Ends:
    """Give the sides of a pair that are not trusted to be ahead, level or not behind.

    Args:
        favoured: the formats that may look ahead through a fault.
        pair: the two formats.
    """
    sides: tuple[tuple[Literal["this", "than"], str], ...]
    sides = (("this", pair[0]), ("than", pair[1]))
    return frozenset(side for side, therapy_format in sides if therapy_format in favoured)
