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
NOT_THERE = "There is no {name} among these. Give its name as it stands here: {names}."
REFUSED = "These reports cannot be pooled as they are."


def read_reports(paths: Sequence[Path], left_out: Sequence[str] = ()) -> dict[Path, Given]:
    """Read and verify reports.

    Args:
        paths: PDFs, or the JSON beside them.
        left_out: names left out by word of the user; these are not read.

    Raises:
        AnalysisError: if a name to leave out is none of them; or with every report that cannot
            be used and why.
    """
    given: dict[Path, Given] = {}
    faults: list[str] = []
    names = name_paths(paths)
    check_names(names, left_out)
    for path, name in zip(paths, names, strict=True):
        if name in left_out:
            continue
        try:
            verify_report(path)
            given[path] = take_report(read_summary(path), name)
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


def check_names(there: Sequence[str], names: Sequence[str]) -> None:
    """Refuse names that are not there.

    Raises:
        AnalysisError: with the names that are.
    """
    for name in names:
        if name not in there:
            said = NOT_THERE.format(name=spell_name(name), names=", ".join(there))
            raise AnalysisError(said)
