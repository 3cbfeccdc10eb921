"""The engine that the terminal, a notebook's form and an app share: propose, change, accept.

In: where records are. Out: what they are taken for (`look`), and the mapping file (`accept`).
Decisions: a face shows `Look.proposal`, changes its mapping as the person chooses and hands it to
`accept`; guesses are written only when they are asked for by that name.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from analysis.errors import AnalysisError
from analysis.records.assignment.place import find_mapping, own_mapping
from analysis.records.assignment.plan import Proposal
from analysis.records.assignment.telling import command, written_text
from analysis.records.mapping import Mapping, read_mapping
from analysis.records.reading.reader import gather_tables, propose_meaning
from analysis.records.text_records import TextRecords
from analysis.writing import Output, write_files
from analysis.writing.places import kind_of_place


@dataclass(frozen=True, eq=False)
class Look:
    """What records are taken for.

    Attributes:
        path: where they are.
        proposal: what is proposed, with reasons and certainty.
        n_rows: rows of each table, by its schema name.
    """

    path: Path
    proposal: Proposal
    n_rows: dict[str, int]

    def changed(self, mapping: Mapping) -> Look:
        """Give the look with the mapping as a person chose it."""
        kept = replace(self.proposal, mapping=mapping, items=[])
        return Look(self.path, kept, self.n_rows)


def look(
    path: str | Path, mapping: str | Path | Mapping | None = None, *, raw: bool = False
) -> Look:
    """Propose what the records at a path mean.

    Args:
        path: folder, workbook or file.
        mapping: what is declared; without it, what is kept beside the records.
        raw: whether names and dates are welcome.

    Raises:
        RecordsError: when nothing there can be read.
    """
    path = Path(path)
    kept = find_mapping(path) if mapping is None else mapping
    said = read_mapping(kept)
    records = TextRecords(path=path, mapping=said)
    named, declared = gather_tables(path, records, line_breaks=raw)
    proposal = propose_meaning(named, declared, said, raw=raw)
    return Look(path, proposal, {name: table.n_rows for name, table in named})


def accept(seen: Look, *, guesses: bool = False, word: str = "check") -> Path:
    """Write the proposed mapping beside the records, and give where.

    Args:
        seen: what was looked at, as proposed or changed.
        guesses: whether what nothing in the sheet tells is accepted too.
        word: the command to name in a refusal.

    Raises:
        AnalysisError: when there are guesses and they were not asked for.
        WriteError: when the file cannot be written.
    """
    proposal = seen.proposal
    if proposal.guesses and not guesses:
        n = len(proposal.guesses)
        again = command(word, seen.path.resolve(), "--accept", "guesses")
        raise AnalysisError(
            f"{n} of the things proposed {'is a guess' if n == 1 else 'are guesses'}: nothing in "
            "the sheet tells. Look at each first (run the same without --accept). To accept them "
            f"too:\n  {again}"
        )
    target = own_mapping(seen.path)
    content = written_text(proposal).encode()
    if kind_of_place(target) == "file" and not _is_mapping(target):
        raise AnalysisError(f'"{target.name}" holds something else. Move it away first.')
    write_files([Output(target, content, b"")])
    return target


def _is_mapping(path: Path) -> bool:
    read_mapping(path)
    return True
