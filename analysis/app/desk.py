"""What the app works on: the place, the look, the records and the report of one person at a time.

In: what the person chose. Out: the state the pages show; every refusal as sentences.
Decisions: records are read where they are, never copied. What a fault says is what
`python -m analysis.check` says. The report is kept in memory and leaves as a download; the private
ledger is written before it can.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.app.form import Answers, read_answers
from analysis.errors import AnalysisError, RecordsError, name_fault, name_lack
from analysis.records.assignment.engine import Look, accept, look
from analysis.records.assignment.place import find_mapping, own_mapping
from analysis.records.assignment.plan import Proposal
from analysis.records.assignment.telling import written_text
from analysis.records.mapping import Mapping, read_mapping
from analysis.records.reading.reader import gather_tables, propose_meaning
from analysis.records.reading.sources import DATA_ENDINGS
from analysis.records.text import TextTable
from analysis.records.text_records import TextRecords
from analysis.writing.places import kind_of_place

if TYPE_CHECKING:
    from analysis.disclosure.summary import Summary
    from analysis.records.load import Records

MOST_ENTRIES = 500


@dataclass(frozen=True)
class Refusal:
    """Why a step was not taken.

    Attributes:
        title: a heading.
        faults: one sentence or more for each fault.
        raw: where coded records can be made, what the raw export is taken for.
    """

    title: str
    faults: tuple[str, ...]
    raw: Proposal | None = None


@dataclass
class Desk:
    """The state of the app.

    Attributes:
        here: the folder whose files are listed.
        path: the records chosen, or None.
        tables: schema name and text of each table of them.
        seen: what they are taken for.
        kept: name of the mapping file beside them that is in use, or "".
        records: the records, read; None before the check.
        told: what the check says, by part.
        made: where coded records were made of a raw export, or "".
        summary, pdf: the report, or None; `paper` is what it is set on.
        ledger_note: what to keep in mind when handing the report out.
        refusal: why the last step was not taken, or None.
    """

    here: Path = field(default_factory=Path.home)
    path: Path | None = None
    tables: list[tuple[str, TextTable]] = field(default_factory=list)
    seen: Look | None = None
    kept: str = ""
    records: Records | None = None
    told: str = ""
    made: str = ""
    summary: Summary | None = None
    pdf: bytes | None = None
    paper: str = "a4"
    ledger_note: str = ""
    refusal: Refusal | None = None

    def entries(self) -> tuple[list[str], list[str]]:
        """Give the folders and the files of records in `here`, by name."""
        folders, files = [], []
        try:
            for entry in sorted(self.here.iterdir(), key=lambda one: one.name.casefold()):
                if entry.name.startswith((".", "~$")):
                    continue
                kind = kind_of_place(entry)
                if kind == "folder":
                    folders.append(entry.name)
                elif kind == "file" and entry.suffix.lower() in DATA_ENDINGS:
                    files.append(entry.name)
        except OSError:
            return [], []
        return folders[:MOST_ENTRIES], files[:MOST_ENTRIES]

    def attempt(self, title: str, work: Callable[[], None]) -> bool:
        """Do a step; give whether it was done, and keep why not.

        A fault of this software is named by its kind and place only: its message may quote a cell.
        """
        self.refusal = None
        try:
            work()
        except RecordsError as error:
            raw = self._look_raw() if error.privacy and error.appendix else None
            self.refusal = Refusal(title, tuple(map(str, error.problems)), raw)
        except AnalysisError as error:
            self.refusal = Refusal(title, (str(error),))
        except Exception as error:
            self.refusal = Refusal(title, (name_lack(error) or name_fault(error).strip(),))
        return self.refusal is None

    def choose(self, path: Path) -> None:
        """Look at the records at a path.

        Raises:
            RecordsError: when nothing there can be read.
        """
        self.path, self.seen, self.tables = path, None, []
        self.records, self.summary, self.pdf, self.made = None, None, None, ""
        beside = find_mapping(path)
        said = read_mapping(beside)
        text = TextRecords(path=path, mapping=said)
        named, declared = gather_tables(path, text)
        if text.problems and not named:
            raise RecordsError(text.problems)
        proposal = propose_meaning(named, declared, said)
        self.kept = "" if beside is None else beside.name
        self.tables = named
        self.seen = Look(path, proposal, {name: table.n_rows for name, table in named})

    def assign(self, answers: Answers) -> Mapping:
        """Take what was chosen in the form."""
        assert self.seen is not None
        mapping = read_answers(self.tables, self.seen.proposal, answers)
        proposal = self.seen.proposal
        given = {name: set(found) for name, found in mapping.labels.items()}
        for name, labels in proposal.unknown.items():
            proposal.unknown[name] = [one for one in labels if one not in given.get(name, ())]
        proposal.mapping = mapping
        return mapping

    def check(self) -> None:
        """Read and judge the records as the form says.

        Raises:
            RecordsError: with every problem found in one pass.
        """
        from analysis.records.load import read_records
        from analysis.records.readiness import judge_readiness

        assert self.seen is not None
        self.records, self.summary, self.pdf = None, None, None
        records = read_records(self.seen.path, self.seen.proposal.mapping)
        self.told = judge_readiness(records).tell()
        self.records = records

    def _look_raw(self) -> Proposal | None:
        if self.path is None:
            return None
        try:
            return look(self.path, self._chosen(), raw=True).proposal
        except RecordsError:
            return None

    def _chosen(self) -> Mapping | None:
        return None if self.seen is None else self.seen.proposal.mapping

    @property
    def coded_folder(self) -> Path:
        """Where coded records of a raw export are written: beside it."""
        assert self.path is not None
        return self.path.with_name(f"{self.path.stem}-coded")

    def prepare(self) -> None:
        """Make coded records of the raw export, and go on with them; no key is kept.

        Raises:
            AnalysisError: when the export is faulty or unclear, or the folder holds other things.
        """
        from analysis.prepare.making import prepare_records

        assert self.path is not None
        seen = look(self.path, self._chosen(), raw=True)
        prepared = prepare_records(self.path, self.coded_folder, mapping=seen.proposal.mapping)
        self.choose(prepared.folder)
        self.check()
        self.made = str(prepared.folder)

    @property
    def mapping_text(self) -> str:
        """The mapping as a file, "" when there is nothing to say."""
        if self.seen is None or self.seen.proposal.mapping == Mapping():
            return ""
        return written_text(self._settled().proposal)

    @property
    def mapping_name(self) -> str:
        """The name of the mapping beside the records."""
        return own_mapping(self.seen.path).name if self.seen else ""

    def keep(self) -> None:
        """Write the mapping beside the records.

        Raises:
            AnalysisError: when something else stands there, or it cannot be written.
        """
        self.kept = accept(self._settled(), guesses=True).name

    def _settled(self) -> Look:
        assert self.seen is not None
        return self.seen.changed(self.seen.proposal.mapping)

    def make_report(self, previous: str = "", paper: str = "a4") -> None:
        """Compare the formats and set the report.

        Args:
            previous: path of the last report about these children, or "".
            paper: "a4" or "letter".

        Raises:
            AnalysisError: if the last report or the ledger is refused.
        """
        from analysis.disclosure.private import open_ledger
        from analysis.disclosure.release import protect
        from analysis.report.document import render_pdf
        from analysis.report.summary_file import read_summary
        from analysis.settings import Settings
        from analysis.study import run_study
        from analysis.words.tell import tell

        records = self.records
        assert records is not None
        last = read_summary(typed_path(previous)) if previous.strip() else None
        ledger = None if records.invented else open_ledger(make=last is None)
        summary = tell(protect(run_study(records, Settings()), ledger, last))
        paper = paper if paper == "letter" else "a4"
        pdf = render_pdf(summary, paper)
        self.ledger_note = ""
        if ledger is not None:
            ledger.save()
            n_others = 0 if last is not None else ledger.count_others(summary.report)
            self.ledger_note = _say_others(n_others)
        self.summary, self.pdf, self.paper = summary, pdf, paper


def _say_others(n: int) -> str:
    if not n:
        return ""
    reports = "one other report" if n == 1 else f"{n} other reports"
    return (
        f"This computer knows of {reports} that this one was not held against. If one was handed "
        "out, do not hand this one out: make it again and name the last report."
    )


def typed_path(text: str) -> Path:
    """Give the path a person typed or pasted, with or without quotes around it."""
    plain = text.strip()
    if len(plain) > 1 and plain[0] == plain[-1] and plain[0] in "\"'":
        plain = plain[1:-1]
    return Path(plain).expanduser()
