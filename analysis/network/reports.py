"""The reports of several clinics, read and verified before anything is pooled.

In: paths of PDFs or of the JSON beside them. Out: what each clinic brings. Decisions: every report
must say what its numbers say (`analysis.verify`); all that is wrong is said in one refusal, each
file by the name it was given; nobody's sentences are read back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from analysis.clinics.given import Given, take_report
from analysis.errors import AnalysisError
from analysis.report.summary_file import read_summary
from analysis.verify import ReportDiffersError, verify_report

FORGED = (
    "does not say what its numbers say, so it was damaged or changed since it was made "
    "(python -m analysis.verify tells where)."
)
NOT_THERE = "There is no {what} {name} among these. Give its name as it stands here: {names}."
REFUSED = "These reports cannot be pooled as they are."


def read_reports(paths: Sequence[Path]) -> list[Given]:
    """Read and verify reports.

    Args:
        paths: PDFs, or the JSON beside them.

    Raises:
        AnalysisError: with every report that cannot be used and why.
    """
    given: list[Given] = []
    faults: list[str] = []
    for path, name in zip(paths, name_paths(paths), strict=True):
        try:
            verify_report(path)
            given.append(take_report(read_summary(path), name))
        except ReportDiffersError:
            faults.append(f"{name} {FORGED}")
        except AnalysisError as error:
            faults.append(f"{name}: {error}")
    if faults:
        lines = [f"  {i}. {fault}" for i, fault in enumerate(faults, 1)]
        raise AnalysisError("\n".join([REFUSED, *lines]))
    return given


def name_paths(paths: Sequence[Path]) -> list[str]:
    """Give each path a name of its own: its last part, with the folder where two are alike."""
    counts = Counter(path.name for path in paths)
    names = [
        path.name if counts[path.name] == 1 else f"{path.parent.name}/{path.name}" for path in paths
    ]
    return [spell_name(name) for name in names]


def spell_name(name: str) -> str:
    """Give a name as it may be shown on a screen."""
    return "".join(c if c.isprintable() else "?" for c in name)[:80]


def leave_out(given: Sequence[Given], names: Sequence[str]) -> list[Given]:
    """Give the clinics without those left out by word of the user.

    Args:
        given: what each clinic brings.
        names: as they stand in `Given.name`.

    Raises:
        AnalysisError: if a name is none of them.
    """
    check_names([one.name for one in given], names)
    return [one for one in given if one.name not in names]


def check_names(there: Sequence[str], names: Sequence[str], what: str = "clinic") -> None:
    """Refuse names that are not there.

    Raises:
        AnalysisError: with the names that are.
    """
    for name in names:
        if name not in there:
            said = NOT_THERE.format(what=what, name=spell_name(name), names=", ".join(there))
            raise AnalysisError(said)
