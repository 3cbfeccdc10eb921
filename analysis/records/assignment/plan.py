"""A proposal: what each part of a sheet is taken for, why, and how sure that is.

In: nothing. Out: `Item` and `Proposal`, which the terminal, a form and the reader share.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from analysis.records.assignment.words import CERTAIN, GUESS, LIKELY
from analysis.records.mapping import Mapping


@dataclass(frozen=True)
class Item:
    """One thing proposed.

    Attributes:
        part: part of the mapping: "columns", "reviews", "goals", "labels.format", "layout", ...
        given: what stands in the sheet (a heading or label), as it may be shown.
        means: what it is taken for.
        reason: why, as the end of a sentence.
        certainty: "certain", "likely" (to be confirmed) or "guess" (nothing in the sheet tells).
    """

    part: str
    given: str
    means: str
    reason: str
    certainty: str


@dataclass(eq=False)
class Proposal:
    """What is proposed for the records at one path.

    Attributes:
        mapping: the whole mapping: what was declared, and what is proposed beside it.
        certain: the mapping without what must be confirmed first.
        items: what was proposed, in the order of the sheet.
        lacking: schema columns that nothing in the sheet could be.
        notes: what a person should know.
        unknown: schema column to labels nothing tells the meaning of, as they may be shown.
    """

    mapping: Mapping
    certain: Mapping
    items: list[Item] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unknown: dict[str, list[str]] = field(default_factory=dict)

    @property
    def open_items(self) -> list[Item]:
        """What must be confirmed before it is used."""
        return [item for item in self.items if item.certainty != CERTAIN]

    @property
    def guesses(self) -> list[Item]:
        """What nothing in the sheet tells."""
        return [item for item in self.items if item.certainty == GUESS]

    @property
    def structural(self) -> bool:
        """Whether columns, visits or the layout must be confirmed, not only labels."""
        return any(
            item.part in ("columns", "reviews", "goals", "layout") for item in self.open_items
        )


__all__ = ["CERTAIN", "GUESS", "LIKELY", "Item", "Proposal"]
