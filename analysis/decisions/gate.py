"""A gate: one question asked of one pair of formats, and why it did not pass.

In: nothing. Out: `Gate` and `Fault`, which every module that asks a gate's question gives.
"""

from __future__ import annotations

from dataclasses import dataclass

from analysis.comparison.result import PairOfFormats
from analysis.vocabulary import GateName, GateRule


@dataclass(frozen=True)
class Gate:
    """One question asked of one pair of formats before anything is said.

    Attributes:
        name: one of `vocabulary.GateName`, in their order.
        this, than: the pair.
        passed: whether the rule holds.
        rule: which rule of the gate decided, e.g. "few_groups"; "" when passed.
        therapy_format: the format the rule is about, or "".
        have: what was found, in the rule's unit; NaN when there is none.
        need: what was needed.
        trait: the trait the rule is about, or "".
        alike: whether both formats have the fault alike, so that it favours neither.
    """

    name: GateName
    this: str
    than: str
    passed: bool
    rule: GateRule = ""
    therapy_format: str = ""
    have: float = float("nan")
    need: float = float("nan")
    trait: str = ""
    alike: bool = False


@dataclass(frozen=True)
class Fault:
    """Why a gate does not pass; the attributes are those of `Gate`."""

    rule: GateRule
    therapy_format: str = ""
    have: float = float("nan")
    need: float = float("nan")
    trait: str = ""
    alike: bool = False

    def close(self, name: GateName, pair: PairOfFormats) -> Gate:
        """Give the gate that this fault closes."""
        return Gate(name, *pair, passed=False, **vars(self))
