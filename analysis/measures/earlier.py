"""What a study is told of the reports before it: how often was looked, and at whom.

In: what the clinic's private ledger remembers. Out: `Earlier`. Decisions: of children it holds only
codes that are in the records at hand, so that a study learns of nobody it does not see.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class PastLook:
    """One look at a clinic's records.

    Attributes:
        number: 1 for the first report of a chain.
        share: its level, as a share of the error of the chain.
        spent: what it newly spent of the chain's error, as a share.
        overlap: how far its main tests go together with those of the look before it, where nothing
            differs; 0 for the first.
    """

    number: int
    share: float
    spent: float
    overlap: float = 0.0


@dataclass(frozen=True)
class Earlier:
    """The reports that a new one follows.

    Attributes:
        looks: the looks that the new report follows, from the first.
        left: the share of the chain's error that no report of it has spent yet.
        repeats: the look at these same records, where they did not change since one.
        n_ever: children compared in any report of the chain.
        ever: those of them who are in the records at hand.
        n_compared: children compared in the last report, by format.
        compared: those of them who are in the records at hand, by format.
    """

    looks: tuple[PastLook, ...]
    left: float
    repeats: PastLook | None
    n_ever: int
    ever: frozenset[str]
    n_compared: Mapping[str, int]
    compared: Mapping[str, frozenset[str]]

    def __repr__(self) -> str:
        return f"What is known of {len(self.looks)} looks before this one."
