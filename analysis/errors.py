"""The errors a reader can mend, and how they read.

In: faults found anywhere. Out: errors that name a place, a fault and a mend; exit codes.
Decisions: no error quotes a cell unless the cell is a number, a known label or a short code,
because records hold children's data.
"""

from __future__ import annotations

import contextlib
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
    place only, because its message may quote a record.
    """
    _open_streams()
    try:
        said = work()
    except AnalysisError as error:
        _complain(f"{error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        _complain("Stopped. Nothing was written.\n")
        return EXIT_STOPPED
    except BrokenPipeError:
        return EXIT_WRITTEN
    except Exception as error:
        _complain(name_fault(error))
        return EXIT_OUR_BUG
    return _print(said)


def _open_streams() -> None:
    """Let the screen take any sign, and put nothing in the place of streams that are closed.

    A closed stream's number would be given to the next file opened, a report among them.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None or stream.closed:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _print(said: str) -> int:
    """Print the answer; what was asked for is done by then, whatever becomes of the screen."""
    try:
        sys.stdout.write(said)
        sys.stdout.flush()
    except BrokenPipeError:
        _leave(sys.stdout)
    except OSError as error:
        _leave(sys.stdout)
        reason = error.strerror or type(error).__name__
        _complain(f"Done, but the answer could not be shown on the screen ({reason}).\n")
        return EXIT_CANNOT_WRITE
    return EXIT_WRITTEN


def _complain(said: str) -> None:
    try:
        sys.stderr.write(said)
        sys.stderr.flush()
    except OSError:
        _leave(sys.stderr)


def _leave(stream: TextIO) -> None:
    """Send what is left for a stream nowhere, so that leaving the program does not fail on it."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


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
