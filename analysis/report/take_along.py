"""What a report is accompanied by when asked: its pictures as files, and a table of its numbers.

In: the folder and the file named on the command line. Out: what to write beside the PDF, in the
same act. Decisions: both are drawn from the told summary alone, so that they can say nothing the
report does not; a place that cannot be written to is refused before records are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.errors import WriteError
from analysis.report.files_of_pictures import INDEX, INDEX_MARK, picture_outputs, plan_pictures
from analysis.tables.marks import table_mark
from analysis.writing import Output
from analysis.writing.places import kind_of_place

if TYPE_CHECKING:
    from analysis.disclosure.summary import Summary


@dataclass(frozen=True)
class TakeAlong:
    """What is wanted beside the report.

    Attributes:
        figures: folder for the pictures, or None.
        standing: names of pictures of an earlier report that stand there.
        tables: file for the numbers, or None.
    """

    figures: Path | None = None
    standing: frozenset[str] = frozenset()
    tables: Path | None = None

    @property
    def places(self) -> list[Output]:
        """What to look at before records are read: places to refuse, leavings of a killed run."""
        found = []
        if self.tables is not None:
            found.append(Output(self.tables, b"", table_mark(self.tables.name)))
        if self.figures is not None and kind_of_place(self.figures) == "folder":
            found.append(Output(self.figures / INDEX, b"", INDEX_MARK))
        return found

    def make(self, summary: Summary) -> list[Output]:
        """Give the files to write beside the report; the folder of pictures is made.

        Args:
            summary: a told summary.

        Raises:
            WriteError: if the folder cannot be made.
        """
        found = []
        if self.tables is not None:
            from analysis.tables.files import table_bytes

            content = table_bytes(summary, self.tables.name)
            found.append(Output(self.tables, content, table_mark(self.tables.name)))
        if self.figures is not None:
            from analysis.report.pictures import picture_files

            contents = picture_files(summary, self.standing)
            try:
                self.figures.mkdir(mode=0o700, exist_ok=True)
            except OSError as error:
                raise WriteError(
                    f'The folder "{self.figures.name}" cannot be made ({error.strerror}).'
                ) from None
            found += picture_outputs(self.figures, contents)
        return found

    def name_written(self, written: Sequence[Path]) -> list[str]:
        """Name what was written, a folder of pictures in one line.

        Args:
            written: every file.
        """
        if self.figures is None:
            return [str(path) for path in written]
        folder = Path(self.figures).resolve()
        n = sum(path.suffix == ".png" for path in written if path.parent == folder)
        others = [str(path) for path in written if path.parent != folder]
        return [*others, f"{folder} ({n} pictures as SVG and PNG; {INDEX} shows them all)"]


def plan_take_along(figures: str | None, tables: str | None) -> TakeAlong:
    """Say what is wanted beside the report, or refuse it.

    Args:
        figures: a folder, or None.
        tables: a file, or None.

    Raises:
        WriteError: if the folder holds other things.
    """
    folder = None if figures is None else Path(figures)
    standing = frozenset() if folder is None else plan_pictures(folder)
    return TakeAlong(folder, standing, None if tables is None else Path(tables))
