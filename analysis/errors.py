"""The errors a reader can mend, and how they read.

In: faults found anywhere. Out: errors that name a place, a fault and a mend; exit codes.
Decisions: no error quotes a cell unless the cell is a number, a known label or a short code,
because records hold children's data.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

EXIT_WRITTEN = 0
EXIT_OUR_BUG = 1
EXIT_USAGE = 2
EXIT_PRIVACY = 3
EXIT_FAULTY_RECORDS = 4
EXIT_CANNOT_WRITE = 5
EXIT_DIFFERS = 6
EXIT_STOPPED = 130

EXAMPLES_SHOWN = 10
NO_HANDLES = (errno.EMFILE, errno.ENFILE)
NO_WORKING_FOLDER = (
    "The folder you are working in is gone, so that names of files mean nothing. Change into "
    "another folder (cd) and run this again."
)
NO_FILE_HANDLES = (
    "This computer lets the program open too few files at once. Close other programs or raise the "
    "limit (ulimit -n), and run this again; what stood there is as it was."
)
NO_MEMORY = (
    "This computer has too little memory free for these records. Close other programs and run "
    "this again; what stood there is as it was."
)


@dataclass(frozen=True)
class Problem:
    """One fault found in the records.

    Attributes:
        fault: what is wrong, in a sentence without any cell's content that could name a child.
        mend: what to do about it, in a sentence.
        file: the file (or workbook) it was found in; a bare name, never a path.
        column: the column's heading, or "" when the fault is not in one column.
        places: lines as an editor shows them ("line 12") or cells ("goals!C12"), at most
            `EXAMPLES_SHOWN` of them.
        n_places: how many places in all; 0 when the fault has no place.
        code: a stable short name of the fault, for tests and documentation.
    """

    fault: str
    mend: str
    file: str = ""
    column: str = ""
    places: tuple[str, ...] = ()
    n_places: int = 0
    code: str = ""

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.file, self._column(), self._places()) if part)
        return f"{where}: {self.fault} {self.mend}" if where else f"{self.fault} {self.mend}"

    def _column(self) -> str:
        return f'column "{self.column}"' if self.column else ""

    def _places(self) -> str:
        shown = self._shown()
        hidden = self.n_places - len(self.places[:EXAMPLES_SHOWN])
        return f"{shown} and {hidden} more" if shown and hidden > 0 else shown

    def _shown(self) -> str:
        """Give "lines 2, 3, 4" when all places are lines (or rows), else each place in full."""
        places = self.places[:EXAMPLES_SHOWN]
        words = {place.partition(" ")[0] for place in places}
        if len(places) < 2 or len(words) != 1 or not words <= {"line", "row"}:
            return ", ".join(places)
        return f"{words.pop()}s " + ", ".join(place.partition(" ")[2] for place in places)


class AnalysisError(Exception):
    """A fault whose message is written for the person at the keyboard.

    The entry points (`python -m analysis.…`) print it without a traceback and leave with
    `exit_code`; any other exception is a fault of this software.
    """

    exit_code: int = EXIT_USAGE

    def _render_traceback_(self) -> list[str]:
        """Show the message alone in a notebook, where a traceback could quote values."""
        return str(self).splitlines()


class WriteError(AnalysisError):
    """The answer could not be written where it was asked for; what stood there is intact."""

    exit_code = EXIT_CANNOT_WRITE


class RecordsError(AnalysisError):
    """The records were refused: every problem found, in one message.

    Attributes:
        problems: everything found in one pass.
        privacy: True when a direct identifier or a real date was found, so that nothing
            else was read.
        appendix: text to paste (a mapping file), or "".
        exit_code: exit code of a program that stops at this error.
    """

    def __init__(
        self, problems: Sequence[Problem], *, privacy: bool = False, appendix: str = ""
    ) -> None:
        self.problems = tuple(problems)
        self.privacy = privacy
        self.appendix = appendix
        self.exit_code = EXIT_PRIVACY if privacy else EXIT_FAULTY_RECORDS
        super().__init__(self.problems, privacy, appendix)

    def __str__(self) -> str:
        n = len(self.problems)
        head = (
            f"{n} {'problem' if n == 1 else 'problems'} in these records. Nothing was analysed"
            + (", and nothing but the headings was kept." if self.privacy else ".")
        )
        lines = [head, *(f"  {i}. {problem}" for i, problem in enumerate(self.problems, 1))]
        return "\n".join(lines) + (f"\n\n{self.appendix}" if self.appendix else "")


def run_entry_point(work: Callable[[], str]) -> int:
    """Run what an entry point does, print what it says, and give the exit code.

    An `AnalysisError` is printed as it reads; any other exception is named by its kind and
    place only, because its message may quote a record. Closed or full streams, a working folder
    that is gone and a system without room for another open file are answered in a sentence.
    """
    _fill_closed_descriptors()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        os.getcwd()
    except OSError:
        _complain(NO_WORKING_FOLDER)
        return EXIT_USAGE
    try:
        return _show(work())
    except AnalysisError as error:
        _complain(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        _complain("Stopped. Nothing was written.")
        return EXIT_STOPPED
    except Exception as error:
        lack = name_lack(error)
        _complain(lack or name_fault(error).rstrip("\n"))
        return EXIT_CANNOT_WRITE if lack else EXIT_OUR_BUG


def _fill_closed_descriptors() -> None:
    """Open what was closed: else the next file opened takes its number, and messages go there."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            with contextlib.suppress(OSError):
                os.open(os.devnull, os.O_RDWR)


def _show(told: str) -> int:
    reason = "it is closed"
    if sys.stdout is not None:
        try:
            sys.stdout.write(told)
            sys.stdout.flush()
            return EXIT_WRITTEN
        except BrokenPipeError:
            _silence(sys.stdout)
            return EXIT_WRITTEN
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or reason
            _silence(sys.stdout)
    _complain(f"The work is done, but what it says could not be shown on the output: {reason}.")
    return EXIT_CANNOT_WRITE


def _complain(text: str) -> None:
    """Write a line to the error stream, if there is one that takes it."""
    if sys.stderr is not None:
        try:
            sys.stderr.write(f"{text}\n")
            sys.stderr.flush()
        except (OSError, ValueError):
            _silence(sys.stderr)


def _silence(stream: TextIO) -> None:
    """Let what is still to be written to a broken stream go nowhere, so that leaving is quiet."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)


def name_lack(error: BaseException | None) -> str:
    """Say what this computer is short of, when that is why the work ended; else ""."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in NO_HANDLES:
            return NO_FILE_HANDLES
        if isinstance(error, ImportError) and f"Error {errno.EMFILE}" in str(error):
            return NO_FILE_HANDLES
        if isinstance(error, MemoryError):
            return NO_MEMORY
        error = error.__cause__ or error.__context__
    return ""


def name_fault(error: Exception) -> str:
    """Name a fault of this software by its kind and place, without its message."""
    package = Path(__file__).resolve().parent
    place = "an unknown place"
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename)
        if path.is_relative_to(package):
            place = f"{path.relative_to(package.parent)}, line {frame.lineno}"
    return (
        f"Something in this program went wrong ({type(error).__name__} in {place}). Nothing was "
        "written. Please report this; it holds nothing from your records.\n"
    )
