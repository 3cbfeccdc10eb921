"""Everything read at a path, as text: what reading hands on to checking.

In: tables of text, with what was found wrong and mended on the way. Out: `TextRecords`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from analysis.errors import Problem
from analysis.records.assignment.plan import Proposal
from analysis.records.assignment.telling import tell_proposal
from analysis.records.mapping import Mapping
from analysis.records.text import TextTable


@dataclass(eq=False)
class TextRecords:
    """Everything read, as text.

    Attributes:
        tables: schema name (or "flat") to its table.
        names: schema name (or "flat") to the schema column of each of its columns, "" for a
            column that is not read.
        problems: what was found wrong so far.
        notes: what was mended, in sentences.
        path: where the records are.
        mapping: what the clinic declared.
        proposal: what everything is taken for; None before it was looked at.
    """

    tables: dict[str, TextTable] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    path: Path = field(default_factory=Path)
    mapping: Mapping = field(default_factory=Mapping)
    proposal: Proposal | None = None

    @property
    def certain(self) -> Mapping:
        """What is declared or certain: the mapping by which cells are read."""
        return self.mapping if self.proposal is None else self.proposal.certain

    def appendix(self) -> str:
        """Give the proposal to accept or correct, or "" when there is none."""
        return "" if self.proposal is None else tell_proposal(self.proposal, self.path)
