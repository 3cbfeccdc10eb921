"""Everything read at a path, as text: what reading hands on to checking.

In: tables of text, with what was found wrong and mended on the way. Out: `TextRecords`, and
the mapping file that could help.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from analysis.errors import Problem
from analysis.records.mapping import suggest_mapping
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
        heading_guesses: heading in a file to the schema column it most likely means.
        missing: schema columns for which no heading comes near.
    """

    tables: dict[str, TextTable] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    heading_guesses: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    def appendix(
        self, levels: Iterable[str] = (), labels: Mapping[str, Iterable[str]] | None = None
    ) -> str:
        """Give the mapping file to paste, or "" when none would help."""
        if not (self.heading_guesses or self.missing or levels or labels):
            return ""
        return suggest_mapping(self.heading_guesses, self.missing, levels, labels)
